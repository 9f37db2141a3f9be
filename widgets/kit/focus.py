"""The frame of what has the keyboard: two pixels of the accent, inside its box."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from widgets.kit.theme import Theme


def draw_focus(painter: QPainter, box: QRect | QRectF, theme: Theme, right: int = 1, bottom: int = 1) -> None:
    """
    Args:
        right, bottom: pixels that it keeps from those sides; 2 where a hairline lies there.
    """
    painter.setPen(QPen(theme.acc, 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box.adjusted(1, 1, -right, -bottom))
