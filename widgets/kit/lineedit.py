"""A line of text that knows whether an input method is composing in it: Enter then belongs to the input method."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class LineEdit(QLineEdit):
    """A line edit.

    Attributes:
        composing: whether there is text that the input method has not committed.
    """

    composing = False

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.composing and event.key() in (*_ENTER, Qt.Key.Key_Escape):
            event.accept()
            return
        super().keyPressEvent(event)
