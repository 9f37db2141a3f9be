"""What is drawn on the map to gather what lies in it: a box, a lasso, an area by its corners, a ring. No Qt in here."""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from widgets.map.camera import mercator
from widgets.map.hands import ground

Floats = NDArray[np.float64]
RADII = (200.0, 500.0, 1000.0, 2000.0, 5000.0)
"""Metres around a thing that are offered."""
RADIUS = 500.0
GRID, MANY = 64, 4000
"""Cells of a shape's grid on each side, and places from which it pays."""
LEAST, MOST = 20.0, 50_000.0
"""Metres of the smallest and the largest ring that can be drawn."""


class Form(StrEnum):
    """BOX and LASSO are drawn in one pull; AREA by its corners; RING around a place."""

    BOX = "box"
    LASSO = "lasso"
    AREA = "area"
    RING = "ring"


class Shape(msgspec.Struct, frozen=True, dict=True, eq=False):
    """A drawn shape.

    Attributes:
        form: how it came about.
        x, y: its closed outline, shape (N,), Web-Mercator metres.
        centre: of a ring, Mercator metres.
        metres: radius of a ring on the ground; 0 for the others.
        around: (topic, key) of the thing that a ring goes around and moves with; ("", "") for a place.
    """

    form: Form
    x: Floats
    y: Floats
    centre: tuple[float, float] = (0.0, 0.0)
    metres: float = 0.0
    around: tuple[str, str] = ("", "")

    @cached_property
    def square(self) -> float:
        """Square metres on the ground."""
        return ground.area(self.x, self.y)

    @cached_property
    def _degrees(self) -> tuple[Floats, Floats]:
        return ground.degrees(self.x, self.y)

    @cached_property
    def _polygon(self) -> shapely.Geometry:
        """Mercator; a line that crosses itself is mended: what is outside by the even-odd rule is outside."""
        polygon = shapely.make_valid(shapely.polygons(np.stack([self.x, self.y], axis=1)))
        shapely.prepare(polygon)
        return polygon

    @cached_property
    def _cells(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which cells of a grid over it lie wholly in it, and which on its edge; shape (GRID * GRID,), row by row."""
        west, south, east, north = self._box
        across, up = np.meshgrid(np.arange(GRID), np.arange(GRID))
        wide, high = (east - west) / GRID, (north - south) / GRID
        left, low = west + across.ravel() * wide, south + up.ravel() * high
        cells = shapely.box(left, low, left + wide, low + high)
        inside = shapely.contains_properly(self._polygon, cells)
        return inside, shapely.intersects(self._polygon, cells) & ~inside

    @property
    def _box(self) -> tuple[float, float, float, float]:
        return float(self.x.min()), float(self.y.min()), float(self.x.max()), float(self.y.max())

    def _within(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """Which places (Mercator) lie in it: of many only those near its edge are looked at one by one."""
        if len(x) < MANY:
            few: NDArray[np.bool_] = shapely.contains_xy(self._polygon, x, y)
            return few
        west, south, east, north = self._box
        column = np.clip(((x - west) / (east - west) * GRID).astype(np.int64), 0, GRID - 1)
        row = np.clip(((y - south) / (north - south) * GRID).astype(np.int64), 0, GRID - 1)
        inside, edge = self._cells
        cell = row * GRID + column
        keep: NDArray[np.bool_] = inside[cell]
        doubtful = np.flatnonzero(edge[cell])
        keep[doubtful] = shapely.contains_xy(self._polygon, x[doubtful], y[doubtful])
        return keep

    def holds(self, lon: Floats, lat: Floats) -> NDArray[np.int64]:
        """Which of some places (WGS-84, shape (N,)) lie in it; a NaN has no place."""
        edge_lon, edge_lat = self._degrees
        with np.errstate(invalid="ignore"):
            inside = (lon >= edge_lon.min()) & (lon <= edge_lon.max())
            inside &= (lat >= edge_lat.min()) & (lat <= edge_lat.max())
        rows = np.flatnonzero(inside)
        if self.form is Form.RING:
            keep = ground.away(*self.centre, lon[rows], lat[rows]) <= self.metres
        elif self.form is Form.BOX:
            return rows
        else:
            keep = self._within(*mercator(lon[rows], lat[rows]))
        result: NDArray[np.int64] = rows[keep]
        return result


def ring(centre: tuple[float, float], metres: float, around: tuple[str, str] = ("", "")) -> Shape:
    """The ring `metres` around a place or thing, as near to what was asked for as a ring may be."""
    metres = min(max(metres, LEAST), MOST)
    x, y = ground.circle(*centre, metres)
    return Shape(Form.RING, x, y, centre, metres, around)


def box(a: tuple[float, float], b: tuple[float, float]) -> Shape:
    """The box between two corners, Mercator metres."""
    x = np.array([a[0], b[0], b[0], a[0], a[0]])
    y = np.array([a[1], a[1], b[1], b[1], a[1]])
    return Shape(Form.BOX, x, y)


def outline(form: Form, points: list[tuple[float, float]]) -> Shape | None:
    """The shape within a line of Mercator points; None where it holds nothing."""
    if len(points) < 3:
        return None
    line = np.array([*points, points[0]], dtype=np.float64)
    made = Shape(form, line[:, 0].copy(), line[:, 1].copy())
    return made if np.ptp(made.x) > 0 and np.ptp(made.y) > 0 else None
