"""Miniatures: a scene as small rectangles, as a list shows it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from cockpit.model.layout import Rect
from cockpit.model.wall import Placed, Wall
from widgets.kit.theme import Theme
from widgets.walldesk.kinds import group_of


def fitted(size: tuple[int, int], room: QRectF) -> tuple[QRectF, float]:
    """The largest rectangle of these proportions in the middle of a room, and its scale (px a px of the canvas)."""
    scale = min(room.width() / max(size[0], 1), room.height() / max(size[1], 1))
    wide, high = size[0] * scale, size[1] * scale
    box = QRectF(room.center().x() - wide / 2, room.center().y() - high / 2, wide, high)
    return box, scale


def scaled(rect: Rect, box: QRectF, scale: float) -> QRectF:
    """A rectangle of the canvas in a box of that scale, on whole pixels."""
    left, top = round(box.left() + rect.x * scale), round(box.top() + rect.y * scale)
    right, bottom = round(box.left() + (rect.x + rect.w) * scale), round(box.top() + (rect.y + rect.h) * scale)
    return QRectF(left, top, max(1, right - left), max(1, bottom - top))


def paint_scene(painter: QPainter, room: QRectF, wall: Wall, placed: Sequence[Placed], theme: Theme) -> None:
    """Draw a scene on a wall into a room: maps and videos in the water's blue, everything else as panels are."""
    box, scale = fitted(wall.size, room)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(theme.line2, 1))
    painter.setBrush(theme.bg)
    painter.drawRect(box.adjusted(0, 0, -1, -1))
    for one in placed:
        group = group_of(one.place.panel)
        at = scaled(one.at, box, scale)
        fill = theme.map.color("water") if group == "map" else theme.line2 if group == "media" else theme.s3
        painter.fillRect(at, fill)
        painter.setPen(QPen(theme.line2, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(at.adjusted(0, 0, -1, -1))
    painter.restore()
