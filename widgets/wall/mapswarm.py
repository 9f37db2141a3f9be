"""Units that are too many for symbols: dots, written by NumPy, so that a hundred thousand cost milliseconds."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QPainter

from cockpit.model.layout import Rect
from cockpit.model.tables import UnitState
from widgets.map.compose.plane import Origin, near, rgba
from widgets.map.drawing import Points
from widgets.map.raster.pane import Pane
from widgets.map.raster.points import Splat
from widgets.map.scene import UNIT, Scene
from widgets.map.style import MapStyle
from widgets.wall.mapmarks import near as near_cut
from widgets.wall.mapmarks import places

MANY = 1500
"""Units on one screen above which each is a dot."""
DOT = 7.0
"""Pixels of a dot where symbols are of size 1."""
FREE = 0.62
"""How strong a dot of a free unit is: busy ones stand out."""
_splat = Splat(None)


def swarm(scene: Scene, pane: Pane, cut: Rect, style: MapStyle, size: float, origin: Origin) -> Points | None:
    """The units of a cut as dots; None where there are few enough for symbols."""
    units = scene.units
    if not scene.shows(UNIT) or len(units.keys) <= MANY:
        return None
    rows = near_cut(*places(pane, units.x, units.y), cut, DOT * size)
    if len(rows) <= MANY:
        return None
    color = style.stale if units.stale else style.unit
    return Points(
        key="units",
        x=near(units.x[rows], origin[0]),
        y=near(units.y[rows], origin[1]),
        color=(units.state[rows] != UnitState.FREE).astype(np.uint8),
        palette=(rgba(color, FREE), rgba(color)),
        size=DOT * size / pane.dpr,
    )


def paint_swarm(painter: QPainter, points: Points, pane: Pane, cut: Rect, origin: Origin) -> None:
    """On Qt's thread only."""
    _splat.paint(painter, points, pane.part(cut.x, cut.y, cut.w, cut.h), origin, 0.0)
