"""What the forms of 批示, 请示 and 会商 share: a title, a foot with the way out and the deed, until when."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from cockpit.model.messages import Texts
from cockpit.model.worktime import Span
from widgets.instruct.words import due_spans
from widgets.kit.buttons import KeyButton, button
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.orders.pieces import MenuChip
from widgets.orders.words import span_words

DO_KEY = "Ctrl+Enter"


class InstructForm(QDialog):
    """A form: Ctrl+Enter does it, Escape leaves it. What is asked for goes into the column, then comes `foot`.

    Attributes:
        column: what stands in it. confirm: the button, once the foot is there.
    """

    confirm: KeyButton

    def __init__(self, ctx: PanelContext, title: str, wide: int, parent: QWidget | None) -> None:
        """
        Args:
            wide: pixels, at the least.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._ctx = ctx
        self.setWindowTitle(title)
        self.setMinimumWidth(wide)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 18, 20, 16)
        self.column.setSpacing(10)
        self.column.addWidget(label(title, self, role="", style="title"))

    def foot(self, do: str, first: QWidget | None = None) -> None:
        """The last line.

        Args:
            do: what stands on the button. first: what stands at the other end.
        """
        foot = QHBoxLayout()
        foot.setSpacing(8)
        if first is not None:
            foot.addWidget(first)
        foot.addStretch(1)
        cancel = button(self._ctx.t("instruct.cancel"), self.reject, parent=self)
        cancel.setAutoDefault(False)
        foot.addWidget(cancel)
        self.confirm = KeyButton(do, DO_KEY, self._ctx.theme, "primary", self)
        self.confirm.setAutoDefault(False)
        self.confirm.clicked.connect(self.press)
        foot.addWidget(self.confirm)
        self.column.addSpacing(6)
        self.column.addLayout(foot)
        for key in ("Ctrl+Return", DO_KEY):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(self.press)

    def press(self) -> None:
        """Does it, and closes."""
        raise NotImplementedError


class DueChip(MenuChip):
    """Until when an answer is wanted: one of the spans of `instruct.toml`, or no limit.

    Attributes:
        span: that is chosen, None no limit.
    """

    def __init__(self, t: Texts, tip: str, none: str, says: Callable[[str], str], span: Span | None = None) -> None:
        """
        Args:
            none: words for no limit. says: what stands on the chip, of the words of a span or of none.
        """
        super().__init__("", tip, lambda: [("", none, True), *((_key(s), t(span_words(s)), True) for s in due_spans())])
        self._t, self._none, self._says = t, none, says
        self.setAutoDefault(False)
        self.chosen.connect(self.choose)
        self.choose(_key(span) if span is not None else "")

    def choose(self, key: str) -> None:
        """Another span by its key, "" no limit."""
        self.span = next((one for one in due_spans() if _key(one) == key), None)
        self.setText(self._says(self._t(span_words(self.span)) if self.span is not None else self._none))

    def until(self, ctx: PanelContext) -> int:
        """The time itself, counted from now by the calendar of the pack: city time, UTC us; 0 no limit."""
        return ctx.pack.loop.calendar.after(ctx.clock.now(), self.span).at if self.span is not None else 0


def _key(span: Span) -> str:
    return f"{span.amount}{span.unit}"
