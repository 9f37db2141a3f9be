"""Hatching: what only this seat knows yet, since it waits in its outbox."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter

from widgets.kit.theme import Theme

_ALPHA = 70


def hatch(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """Hatches a rectangle, faintly enough for words to be read on it."""
    color = QColor(theme.orange_text)
    color.setAlpha(_ALPHA)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(rect, theme.orange_tint)
    painter.setClipRect(rect)
    painter.setBrushOrigin(rect.topLeft())
    painter.fillRect(rect, QBrush(color, Qt.BrushStyle.BDiagPattern))
    painter.restore()
