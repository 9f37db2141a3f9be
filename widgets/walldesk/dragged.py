"""A panel of the catalogue on its way to a screen or a place: what a drag carries."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPointF, QRectF

from cockpit.model.wall_edit import Side

PANEL = "application/x-city-cockpit-panel"
_EDGE = 0.25
"""So much of a place at each side means that side and not its middle."""


def carried(panel: str) -> QMimeData:
    """The drag of a panel of the catalogue."""
    data = QMimeData()
    data.setData(PANEL, panel.encode())
    return data


def panel_of(data: QMimeData) -> str:
    """Which panel a drag carries, "" none."""
    return bytes(data.data(PANEL).data()).decode(errors="replace") if data.hasFormat(PANEL) else ""


def side_at(rect: QRectF, at: QPointF) -> Side:
    """Which side of a place a point means."""
    x = (at.x() - rect.left()) / max(rect.width(), 1)
    y = (at.y() - rect.top()) / max(rect.height(), 1)
    nearest = min((x, "left"), (1 - x, "right"), (y, "top"), (1 - y, "bottom"))
    sides: dict[str, Side] = {"left": "left", "right": "right", "top": "top", "bottom": "bottom"}
    return sides[nearest[1]] if nearest[0] < _EDGE else "middle"


def side_rect(rect: QRectF, side: Side) -> QRectF:
    """The part of a place that something put to that side would have."""
    half_w, half_h = rect.width() / 2, rect.height() / 2
    match side:
        case "left":
            return QRectF(rect.left(), rect.top(), half_w, rect.height())
        case "right":
            return QRectF(rect.left() + half_w, rect.top(), half_w, rect.height())
        case "top":
            return QRectF(rect.left(), rect.top(), rect.width(), half_h)
        case "bottom":
            return QRectF(rect.left(), rect.top() + half_h, rect.width(), half_h)
        case _:
            return rect
