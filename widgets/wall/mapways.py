"""The ways of units to the event that a wall follows: found once for all screens of a machine."""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakValueDictionary

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from cockpit.model.layout import Rect
from widgets.kit.context import PanelContext
from widgets.map.orders import OrderWays
from widgets.map.overlay import Route
from widgets.map.raster.pane import Pane
from widgets.map.style import MapStyle
from widgets.wall.mapmarks import places

WIDTH, HALO = 7.7, 15.4
"""Pixels of a way and of its casing where symbols are of size 1: those of a desk, `wall_scale` times."""
_ways: WeakValueDictionary[tuple[int, str], OrderWays] = WeakValueDictionary()


def ways_to(ctx: PanelContext, key: str) -> OrderWays | None:
    """The ways of the orders of an event (key) or case (id); None where nothing is followed. Keep it to keep them."""
    if not key:
        return None
    known = _ways.get((id(ctx.picture), key))
    if known is None:
        topic = "event" if key in ctx.picture["event"] or ctx.cases.case(key) is None else "case"
        known = _ways[id(ctx.picture), key] = OrderWays(ctx, None, (topic, key))
    return known


def paint_ways(painter: QPainter, routes: Sequence[Route], pane: Pane, cut: Rect, style: MapStyle, size: float) -> None:
    """Ways along the streets; those of units that have not accepted yet are dashed."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for route in routes:
        px, py = places(pane, route.x, route.y)
        line = QPolygonF([QPointF(x, y) for x, y in zip((px - cut.x).tolist(), (py - cut.y).tolist(), strict=True)])
        for color, width in ((style.land, HALO), (style.acc, WIDTH)):
            pen = QPen(QColor(color), width * size)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap if route.open_ else Qt.PenCapStyle.RoundCap)
            if route.open_ and color == style.acc:
                pen.setDashPattern([3.0, 2.0])
            painter.setPen(pen)
            painter.drawPolyline(line)
