"""A line to search in, with a sign at its left."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.kit.context import PanelContext
from widgets.kit.icons import draw_icon
from widgets.kit.lineedit import LineEdit

_ON = (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class SearchLine(LineEdit):
    """Escape empties it. What is being composed by an input method is not yet text: its keys are the method's.

    Attributes:
        entered: Enter or Down hands the keyboard on. left: Escape in an empty one.
    """

    entered = Signal()
    left = Signal()

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.setTextMargins(22, 0, 0, 0)
        self.setMaxLength(100)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.composing:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.left.emit()
        elif event.key() in _ON:
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        draw_icon(QPainter(self), QRectF(9, self.height() / 2 - 7, 14, 14), "search", self._ctx.theme.t3)
