"""Better wording, paragraph by paragraph: what would go and what would come, each taken or left by a person."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cockpit.model.briefings import Reworded
from widgets.kit.buttons import KeyButton
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.scrolling import hold, scrolled

TAKE_KEY = "Ctrl+Return"


class WordingPage(QWidget):
    """
    Attributes:
        offers: what is shown. boxes: by block, what may be taken; nothing is by itself.
        take, leave: the buttons. words: how far it is, or what is to be done.
        taken: (blocks) a person wants the briefing in these words. left: nothing of it.
    """

    taken = Signal(tuple)
    left = Signal()

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx, t = ctx, ctx.t
        self.offers: tuple[Reworded, ...] = ()
        self.boxes: dict[int, QCheckBox] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.title = label(t("briefing.better_title"), self, role="", style="row_title", wrap=False)
        column.addWidget(self.title)
        self.words = label("", self)
        column.addWidget(self.words)
        self._scroll = scrolled(self)
        column.addWidget(self._scroll, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        self.leave = KeyButton(t("briefing.better_leave"), "Esc", ctx.theme, parent=self)
        self.leave.clicked.connect(lambda _checked=False: self.left.emit())
        self.take = KeyButton(t("briefing.better_take", n=0), "Ctrl+Enter", ctx.theme, "primary", self)
        self.take.clicked.connect(lambda _checked=False: self._take())
        for one in (self.leave, self.take):
            one.setAutoDefault(False)
            foot.addWidget(one)
        column.addLayout(foot)
        for key in (TAKE_KEY, "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(self._take)

    def show_progress(self, n: int, of: int, host: str) -> None:
        """So many paragraphs are done."""
        self._fill(())
        self.words.setText(self._ctx.t("briefing.better_works", n=min(n + 1, of), of=of, host=host))

    def show_offers(self, offers: Sequence[Reworded], model: str, host: str) -> None:
        """The differences, with the keyboard on the first that may be taken."""
        t = self._ctx.t
        self._fill(offers)
        able = sum(one.refused is None for one in offers)
        self.words.setText(t("briefing.better_shown", n=able, refused=len(offers) - able, model=model, host=host))
        if self.boxes:
            next(iter(self.boxes.values())).setFocus()

    def _fill(self, offers: Sequence[Reworded]) -> None:
        self.offers, self.boxes = tuple(offers), {}
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(10)
        for one in offers:
            column.addWidget(self._row(one, page))
        column.addStretch(1)
        hold(self._scroll, page)
        self._count()

    def _row(self, one: Reworded, parent: QWidget) -> QWidget:
        t, row = self._ctx.t, QFrame(parent)
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        if one.refused is None:
            box = self.boxes[one.block] = QCheckBox(t("briefing.better_this"), row)
            box.setAccessibleDescription(_plain(one))
            box.toggled.connect(self._count)
            column.addWidget(box)
            column.addWidget(self._difference(one, row))
        else:
            column.addWidget(label(t(one.refused), row, role="t2"))
            column.addWidget(label(one.before, row, role="t3"))
        return row

    def _difference(self, one: Reworded, parent: QWidget) -> QLabel:
        """What goes is struck through, what comes is underlined in the accent: never by colour alone."""
        theme = self._ctx.theme
        looks = {
            "same": "<span>{}</span>",
            "gone": f'<s style="color: {theme.hex("t3")};">{{}}</s>',
            "new": f'<u style="color: {theme.hex("acc")};">{{}}</u>',
        }
        made = QLabel(parent)
        made.setTextFormat(Qt.TextFormat.RichText)  # every word of it is escaped
        made.setWordWrap(True)
        made.setText("".join(looks[step.how if step.text.strip() else "same"].format(escape(step.text))
                             for step in one.steps if step.text.strip() or step.how != "gone"))  # fmt: skip
        made.setAccessibleName(_plain(one))
        return made

    @property
    def chosen(self) -> tuple[int, ...]:
        """Blocks whose offer is taken."""
        return tuple(block for block, box in self.boxes.items() if box.isChecked())

    def _count(self) -> None:
        n = len(self.chosen)
        self.take.setText(self._ctx.t("briefing.better_take", n=n))
        self.take.setEnabled(n > 0)

    def _take(self) -> None:
        if self.isVisible() and self.chosen:
            self.taken.emit(self.chosen)


def _plain(one: Reworded) -> str:
    return "".join(step.text for step in one.steps if step.how != "gone")
