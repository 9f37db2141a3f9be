"""What is selected and is no symbol, marked over everything: a feature of an imported layer, an area. No Qt here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from widgets.map.compose.plane import Origin, rgba, starts_of
from widgets.map.drawing import Layer, Lines, Points
from widgets.map.layers.shapes import Floats, UserLayer
from widgets.map.scene import Area
from widgets.map.style import MapStyle

WIDTH, CASE, RING = 2.5, 5.0, 15.0


def feature_mark(layer: UserLayer, feature: int, style: MapStyle, origin: Origin) -> list[Layer]:
    """A line around what has an extent, a disc where it is a point."""
    rows = np.flatnonzero(layer.data.points.feature == feature)
    made: list[Layer] = []
    if len(rows):
        xy = (layer.points[rows] - np.array(origin)).astype(np.float32)
        acc = rgba(style.acc, 0.55)
        color = np.zeros(len(rows), dtype=np.uint8)
        made.append(
            Points(key="mark.point", x=xy[:, 0].copy(), y=xy[:, 1].copy(), color=color, palette=(acc,), size=RING)
        )
    return [*made, *_lines(layer.outline(feature), style, origin)]


def area_mark(area: Area, style: MapStyle, origin: Origin) -> list[Layer]:
    """A line around an area."""
    return _lines([np.column_stack((ring.x, ring.y)) for ring in area.rings], style, origin)


def _lines(lines: Sequence[Floats], style: MapStyle, origin: Origin) -> list[Layer]:
    if not lines:
        return []
    xy = (np.concatenate(lines) - np.array(origin)).astype(np.float32)
    return [
        Lines(
            key="mark.line", xy=xy, starts=starts_of([len(line) for line in lines]),
            color=np.zeros(len(lines), dtype=np.uint8), palette=(rgba(style.acc),), width=WIDTH,
            case=rgba(style.land), case_width=CASE,
        )
    ]  # fmt: skip


class AreaGrid:
    """Which area a place lies in; boxes are made once for the same areas."""

    def __init__(self) -> None:
        self._areas: Sequence[Area] = ()
        self._boxes: NDArray[np.float64] = np.empty((0, 4))

    def at(self, areas: Sequence[Area], x: float, y: float) -> Area | None:
        """The area at a place (Mercator metres), None where there is none."""
        if areas is not self._areas:
            self._areas = areas
            self._boxes = np.array([_box(area) for area in areas]).reshape(-1, 4)
        left, low, right, high = self._boxes.T
        for i in np.flatnonzero((left <= x) & (x <= right) & (low <= y) & (y <= high)).tolist():
            if _inside(areas[i], x, y):
                return areas[i]
        return None


def _box(area: Area) -> tuple[float, float, float, float]:
    if not area.rings:
        return np.nan, np.nan, np.nan, np.nan
    x, y = (np.concatenate([getattr(ring, name) for ring in area.rings]) for name in "xy")
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _inside(area: Area, x: float, y: float) -> bool:
    """By the odd-even rule."""
    odd = False
    for ring in area.rings:
        x1, y1, x2, y2 = ring.x, ring.y, np.roll(ring.x, -1), np.roll(ring.y, -1)
        cross = (y1 > y) != (y2 > y)
        at = x1[cross] + (y - y1[cross]) / (y2[cross] - y1[cross]) * (x2[cross] - x1[cross])
        odd ^= bool(int((at > x).sum()) % 2)
    return odd
