"""What lies over a panel that failed: the panel itself neither paints nor lays itself out until it begins anew."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget


class Cover(QWidget):
    """As large as its panel, whatever becomes of that."""

    def __init__(self, panel: QWidget, paint: Callable[[QPainter, QRectF], object]) -> None:
        """Args: paint: paints the panel's state into the part that is exposed."""
        super().__init__(panel)
        self._paint = paint
        self.setGeometry(panel.rect())
        panel.installEventFilter(self)
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            self._paint(painter, QRectF(event.rect()))
        finally:
            painter.end()
