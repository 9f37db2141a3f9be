"""Widgets beside each other that go on in the next line where there is no room: chips."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

GAP = 6


class Flow(QWidget):
    """A row of widgets that wraps; it is as high as its rows are."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._widgets: list[QWidget] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_widgets(self, widgets: Sequence[QWidget]) -> None:
        """These, in order; they are children of it."""
        self._widgets = list(widgets)
        for widget in widgets:
            widget.show()
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def sizeHint(self) -> QSize:
        return QSize(0, self._arrange(move=False))

    def _arrange(self, move: bool = True) -> int:
        x = y = line = 0
        for widget in self._widgets:
            wide, high = widget.sizeHint().width(), widget.sizeHint().height()
            if x and x + wide > self.width():
                x, y, line = 0, y + line + GAP, 0
            if move:
                widget.setGeometry(x, y, min(wide, max(self.width(), 1)), high)
            x, line = x + wide + GAP, max(line, high)
        if move and self.height() != y + line:
            self.setFixedHeight(y + line)
        return y + line
