"""The mark of a feed: its shape tells how it is, its colour says it again."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPolygonF

from widgets.kit.feedstate import Health
from widgets.kit.theme import Theme

RADIUS = 3.5
TOKENS = {
    Health.DEAD: "orange_text",
    Health.STALE: "orange_text",
    Health.AILING: "yellow_text",
    Health.WAITING: "t3",
    Health.LIVE: "chart",
}
"""Colour of a mark and of the words beside it."""

IMAGE = 11
"""Side of the image of a mark, pixels."""


def mark_image(health: Health, theme: Theme, dpr: float) -> QImage:
    """The mark as an image with its middle in the middle: a board has eight hundred of them."""
    key = (health, theme.hex(TOKENS[health]), dpr)
    if key not in _images:
        image = QImage(round(IMAGE * dpr), round(IMAGE * dpr), QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(dpr)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        draw_mark(painter, IMAGE / 2, IMAGE / 2, health, theme)
        painter.end()
        _images[key] = image
    return _images[key]


_images: dict[tuple[Health, str, float], QImage] = {}


def draw_mark(painter: QPainter, x: float, y: float, health: Health, theme: Theme, radius: float = RADIUS) -> None:
    """Draws the mark with its middle at (x, y): a cross, a half disc, a triangle, a ring or a disc."""
    color, r = theme[TOKENS[health]], radius
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    match health:
        case Health.DEAD:
            painter.setPen(QPen(color, r * 0.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            at = r * 0.85
            painter.drawLine(QPointF(x - at, y - at), QPointF(x + at, y + at))
            painter.drawLine(QPointF(x - at, y + at), QPointF(x + at, y - at))
        case Health.STALE:
            ring = QRectF(x - r, y - r, 2 * r, 2 * r)
            painter.setPen(QPen(color, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(ring)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawPie(ring, 90 * 16, 180 * 16)
        case Health.AILING:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            up, side = r * 1.1, r * 1.15
            painter.drawPolygon(QPolygonF([QPointF(x, y - up), QPointF(x + side, y + r), QPointF(x - side, y + r)]))
        case Health.WAITING:
            painter.setPen(QPen(color, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(x, y), r - 0.5, r - 0.5)
        case Health.LIVE:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(QPointF(x, y), r - 0.5, r - 0.5)
