"""The quarantine of a feed: what was refused, by reason with its count, each piece with its sample, and tried again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from cockpit.model.ages import instant
from cockpit.model.messages import Message
from cockpit.model.ports import Refusal, Tried
from widgets.kit.buttons import button, disable
from widgets.kit.context import PanelContext
from widgets.kit.header import ElidedLabel
from widgets.kit.icons import icon
from widgets.lists.parts import PAD, Sentence
from widgets.lists.question import Question

ASK_SECONDS = 2
"""While more is refused it is asked for no more often."""
PIECES = 10
"""Of a reason that are shown, the newest."""
SAMPLE_HEIGHT = 96


def tried_words(ctx: PanelContext, tried: Tried) -> str:
    """What came of trying again, in a sentence."""
    t = ctx.t
    said = [
        t(f"feedboard.tried_{name}", n=f"{n:,}")
        for name, n in (
            ("taken", tried.taken),
            ("older", tried.older),
            ("refused", tried.refused),
            ("lost", tried.lost),
        )
        if n
    ]
    words = t("feedboard.tried_join").join(said) if said else t("feedboard.tried_nothing")
    return t("feedboard.tried_why", said=words, why=tried.reason) if tried.reason is not None else words


def text_box(words: str, name: str, parent: QWidget, height: int = SAMPLE_HEIGHT) -> QPlainTextEdit:
    """A sample as it came, to be read, marked and copied."""
    box = QPlainTextEdit(words, parent)
    box.setReadOnly(True)
    box.setAccessibleName(name)
    box.setTabChangesFocus(True)
    box.setFixedHeight(height)
    return box


class RefusedBlock(QWidget):
    """Attributes:
    found: what the hub said last; None before it did.
    open_groups: reasons whose pieces are shown.
    """

    def __init__(self, ctx: PanelContext, feed: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx, self._feed = ctx, feed
        self.found: list[Refusal] | Message | None = None
        self.open_groups: set[str] = set()
        self._asked_bad = -1
        self._wait = 0
        self._question: Question | None = None
        self._told = ""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 8)
        self._column.setSpacing(0)
        self._rows: list[QWidget] = []
        self._fill()

    def second(self, bad: int) -> None:
        """A second passed; so many were refused since the hub's start."""
        self._wait -= 1
        if self._wait <= 0 and (bad != self._asked_bad or isinstance(self.found, Message)):
            self._asked_bad, self._wait = bad, ASK_SECONDS
            self.ask()

    def ask(self) -> None:
        """Asks the hub what is there now."""
        if self._question is not None and self._question.open:
            self._question.drop()
        self._question = Question(self, self._came)
        self._ctx.feeds.quarantine(self._feed, self._question.answer)

    def _came(self, found: list[Refusal] | Message) -> None:
        if found != self.found:
            self.found = found
            self._fill()

    # -- trying again

    def again(self, piece: Refusal) -> None:
        """Has the hub read a piece again."""
        self._say(self._ctx.t("feedboard.trying"))
        self._ctx.feeds.again((piece.id,), Question(self, self._tried).answer)

    def again_all(self, group: str) -> None:
        """Has the hub read all pieces of a reason again."""
        self._say(self._ctx.t("feedboard.trying"))
        self._ctx.feeds.again_all(self._feed, group, Question(self, self._tried).answer)

    def _tried(self, tried: Tried | Message) -> None:
        self._say(self._ctx.t(tried) if isinstance(tried, Message) else tried_words(self._ctx, tried))
        self.ask()

    def _say(self, words: str) -> None:
        self._told = words
        self._fill()

    # -- how it looks

    def _fill(self) -> None:
        focus = self.window().focusWidget() if self.isVisible() else None
        name = focus.objectName() if focus is not None and self.isAncestorOf(focus) else ""
        for row in self._rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = list(self._made())
        for row in self._rows:
            self._column.addWidget(row)
            row.show()
        again = self.findChild(QWidget, name) if name else None
        if again is not None:
            again.setFocus()

    def _made(self) -> Sequence[QWidget]:
        t, theme, found = self._ctx.t, self._ctx.theme, self.found
        told = [Sentence(theme, self._told, "t1", "small")] if self._told else []
        if found is None:
            return [*told, Sentence(theme, t("feedboard.refused_asking"), "t3", "small")]
        if isinstance(found, Message):
            return [*told, Sentence(theme, t(found), "t3", "small")]
        if not found:
            return [*told, Sentence(theme, t("feedboard.refused_none"), "t3", "small")]
        rows: list[QWidget] = [*told]
        for group in dict.fromkeys(piece.group for piece in found):
            pieces = [piece for piece in found if piece.group == group]
            rows.append(self._reason(group, pieces))
            if group in self.open_groups:
                rows += [self._piece(piece) for piece in pieces[:PIECES]]
        return rows

    def _reason(self, group: str, pieces: list[Refusal]) -> QWidget:
        """A reason: why, how often, and all of them again."""
        t, theme = self._ctx.t, self._ctx.theme
        row, line = _row(self)
        fold = QToolButton(row)
        is_open = group in self.open_groups
        fold.setObjectName(f"fold {group}")
        fold.setProperty("kind", "quiet")
        fold.setFixedSize(24, 24)
        fold.setIconSize(QSize(12, 12))
        fold.setIcon(icon("chevron-down" if is_open else "chevron-right", theme, 12))
        fold.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        fold.setAccessibleName(t("feedboard.fold" if is_open else "feedboard.unfold"))
        fold.clicked.connect(partial(self._toggle, group))
        why = ElidedLabel(t(pieces[0].reason), row)
        why.setFont(theme.font("body"))
        why.set_color(theme.t1)
        why.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        many = ElidedLabel(t("feedboard.times", n=f"{max(pieces[0].count, len(pieces)):,}"), row)
        many.setFont(theme.font("small"))
        many.set_color(theme.t2)
        again = self._button("feedboard.again_all", f"all {group}", row)
        again.clicked.connect(partial(self.again_all, group))
        if not any(piece.id for piece in pieces):
            disable(again, t("feedboard.not_kept"))
        for widget in (fold, why, many, again):
            line.addWidget(widget, 1 if widget is why else 0)
        return row

    def _piece(self, piece: Refusal) -> QWidget:
        """One piece: when it came, why, its beginning, and again."""
        t, theme = self._ctx.t, self._ctx.theme
        holder = QWidget(self)
        column = QVBoxLayout(holder)
        column.setContentsMargins(PAD + 24, 2, PAD, 6)
        column.setSpacing(2)
        line = QHBoxLayout()
        line.setSpacing(8)
        when = instant(self._ctx.clock.city.at(piece.received), self._ctx.clock.now())
        for words, token, wide in ((when, "t3", 0), (t(piece.reason), "t2", 1)):
            label = ElidedLabel(words, holder)
            label.setFont(theme.font("small"))
            label.set_color(theme[token])
            label.setSizePolicy(
                QSizePolicy.Policy.Expanding if wide else QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed
            )
            line.addWidget(label, wide)
        again = self._button("feedboard.again", f"again {piece.id}", holder)
        again.clicked.connect(partial(self.again, piece))
        if not piece.id:
            disable(again, t("feedboard.not_kept"))
        line.addWidget(again)
        column.addLayout(line)
        column.addWidget(text_box(piece.sample, t("feedboard.sample_of", when=when), holder, 60))
        return holder

    def _button(self, text_id: str, name: str, parent: QWidget) -> QPushButton:
        made = button(self._ctx.t(text_id), kind="chip", parent=parent)
        made.setCheckable(False)
        made.setObjectName(name)
        made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return made

    def _toggle(self, group: str) -> None:
        self.open_groups ^= {group}
        self._fill()


def _row(parent: QWidget) -> tuple[QWidget, QHBoxLayout]:
    row = QWidget(parent)
    line = QHBoxLayout(row)
    line.setContentsMargins(PAD - 6, 2, PAD, 2)
    line.setSpacing(6)
    return row, line
