"""Draws the callout of the selected thing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from widgets.kit.theme import Theme

Floats = NDArray[np.float64]
CALLOUT_H = 46.0


def callout_box(theme: Theme, x: float, y: float, clear: float, words: tuple[str, str], room: QRectF) -> QRectF:
    """Where a box with title and second line goes: above its place, or below where there is no room.

    Args:
        clear: pixels around the place that stay free.
        room: where the box must stay.
    """
    bold, small = theme.font("row_title"), theme.font("small")
    wide = max(QFontMetricsF(bold).horizontalAdvance(words[0]), QFontMetricsF(small).horizontalAdvance(words[1]))
    wide = min(max(wide + 22, 120), min(room.width() - 16, 340))
    above = y - clear - 30 - CALLOUT_H >= room.top() + 4
    top = y - clear - 30 - CALLOUT_H if above else y + clear + 30
    left = min(max(x - wide / 2, room.left() + 8), room.right() - 8 - wide)
    top = min(max(top, room.top() + 4), max(room.bottom() - CALLOUT_H - 4, room.top() + 4))
    return QRectF(round(left) + 0.5, round(top) + 0.5, round(wide), CALLOUT_H)


def draw_callout(
    painter: QPainter, theme: Theme, x: float, y: float, clear: float, words: tuple[str, str], room: QRectF
) -> None:
    """A box with title and second line in its place (see `callout_box`), tied to what it is about by a line."""
    box = callout_box(theme, x, y, clear, words, room)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.acc, 1.5))
    foot = min(max(x, box.left() + 12), box.right() - 12)
    if room.contains(QPointF(x, y)):
        edge, rim = (box.bottom(), y - clear) if box.center().y() < y else (box.top(), y + clear)
        painter.drawLine(QPointF(foot, edge), QPointF(x, rim))
    painter.setPen(QPen(theme.acc, 1))
    painter.setBrush(theme.s1)
    painter.drawRoundedRect(box, 4, 4)
    inner = box.width() - 20
    _line(painter, QRectF(box.left() + 10, box.top() + 5, inner, 18), words[0], theme.font("row_title"), theme.t1)
    _line(painter, QRectF(box.left() + 10, box.top() + 24, inner, 18), words[1], theme.font("small"), theme.t2)


def _line(painter: QPainter, box: QRectF, text: str, font: QFont, color: QColor) -> None:
    painter.setFont(font)
    painter.setPen(color)
    cut = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), cut)
