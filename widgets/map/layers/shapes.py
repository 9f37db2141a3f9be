"""An imported layer ready for the map: places in Mercator metres, and what lies under the cursor. No Qt in here."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cockpit.geo.imports.model import Column, Imported, Shapes
from widgets.map.camera import mercator
from widgets.map.layers.state import USER, LayerFilter

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
PART = 4096
"""Shapes that are made, and looked through, at once."""
FEW_NUMBERS = 60
"""Different numbers of a column up to which they are values to be picked, not amounts."""


class UserLayer:
    """One imported layer. Heavy to make for a large one: made in a thread.

    Attributes:
        id: of its file in the profile. key: in the stack.
        data: what was imported.
        points, lines, polygons: shape (V, 2), Mercator metres, in the order of `data`'s.
    """

    def __init__(self, id: str, data: Imported) -> None:
        self.id, self.key, self.data = id, USER + id, data
        self.points, self.lines, self.polygons = (_plane(one) for one in (data.points, data.lines, data.polygons))
        self._trees = [(shapely.STRtree(shapes), feature) for shapes, feature in self._parts()]

    @property
    def kind(self) -> str:
        """What it mostly is: `point`, `line` or `polygon`."""
        counts = {"point": len(self.data.points), "line": len(self.data.lines), "polygon": len(self.data.polygons)}
        return max(counts, key=lambda name: counts[name])

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north, Mercator metres."""
        xy = np.concatenate((self.points, self.lines, self.polygons))
        xy = xy[np.isfinite(xy).all(axis=1)]
        (left, low), (right, high) = xy.min(axis=0).tolist(), xy.max(axis=0).tolist()
        return left, low, right, high

    def renamed(self, data: Imported) -> UserLayer:
        """The same under another name or department."""
        made = UserLayer.__new__(UserLayer)
        made.__dict__.update(self.__dict__, data=data)
        return made

    def choices(self) -> list[Column]:
        """Columns that it can be filtered by: those whose values are few enough to be picked."""
        return [column for column in self.data.columns if 1 < len(values_of(column)) <= FEW_NUMBERS]

    def mask(self, made: LayerFilter) -> Mask | None:
        """Which features a filter lets through, shape (count,); None for all."""
        found: Mask | None = None
        for name, values in made.only:
            column = self.data.column(name)
            if column is None:
                continue
            here = _among(column, frozenset(values))
            found = here if found is None else found & here
        return found

    def hit(self, x: float, y: float, reach: float, mask: Mask | None = None) -> int:
        """The feature at a place of the plane, points before lines before areas, the smallest area first; -1 for none.

        Args:
            reach: metres of the plane within which a point or line is hit.
        """
        here = shapely.Point(x, y)
        best: tuple[float, int] | None = None
        for tree, feature in self._trees:
            found = tree.query(here, predicate="dwithin", distance=reach)
            if mask is not None:
                found = found[mask[feature[found]]]
            if len(found):
                shapes = tree.geometries[found]
                # points before lines before areas, whatever their distance within reach
                size = shapely.distance(shapes, here) + shapely.area(shapes) + reach * shapely.get_dimensions(shapes)
                i = int(np.argmin(size))
                if best is None or size[i] < best[0]:
                    best = (float(size[i]), int(feature[found[i]]))
        return best[1] if best is not None else -1

    def place(self, feature: int) -> tuple[float, float] | None:
        """A place on a feature, Mercator metres; None where it is none."""
        for tree, whose in self._trees:
            rows = np.flatnonzero(whose == feature)
            if len(rows):
                shape = shapely.point_on_surface(tree.geometries[rows[0]])
                return float(shape.x), float(shape.y)
        return None

    def outline(self, feature: int) -> list[Floats]:
        """The lines of a feature's shapes, shape (n, 2) each: to mark it where it is selected."""
        found: list[Floats] = []
        for xy, shapes in ((self.lines, self.data.lines), (self.polygons, self.data.polygons)):
            for row in np.flatnonzero(shapes.feature == feature).tolist():
                first, last = (row, row + 1) if shapes is self.data.lines else shapes.polys[row : row + 2].tolist()
                found += [xy[shapes.starts[i] : shapes.starts[i + 1]] for i in range(first, last)]
        return found

    def _parts(self) -> Iterator[tuple[Any, NDArray[np.int64]]]:
        """Shapes and whose they are, some at a time: making them keeps every other thread waiting."""
        data = self.data
        for first in range(0, len(data.points), PART):
            rows = slice(first, first + PART)
            yield shapely.points(self.points[rows]), data.points.feature[rows]
        for xy, shapes, make in ((self.lines, data.lines, _lines), (self.polygons, data.polygons, _polygons)):
            for first in range(0, len(shapes), PART):
                last = min(first + PART, len(shapes))
                yield make(xy, shapes, first, last), shapes.feature[first:last]


def values_of(column: Column) -> list[str]:
    """The different values of a column as text, in order; of numbers at most a few more than can be picked."""
    if not column.is_number:
        return sorted(column.words)
    numbers = np.unique(column.numbers[np.isfinite(column.numbers)])
    return [f"{value:g}" for value in numbers[: FEW_NUMBERS + 1].tolist()]


def _among(column: Column, values: frozenset[str]) -> Mask:
    if column.is_number:
        numbers = [float(value) for value in values if _is_number(value)]
        return np.isin(column.numbers, numbers)
    known = np.array([*(word in values for word in column.words), False], dtype=np.bool_)
    return known[column.codes]


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _plane(shapes: Shapes) -> Floats:
    x, y = mercator(shapes.xy[:, 0], shapes.xy[:, 1])
    return np.column_stack((x, y))


def _lines(xy: Floats, shapes: Shapes, first: int, last: int) -> Any:
    """Lines `first` to `last`."""
    starts = shapes.starts[first : last + 1]
    whose = np.repeat(np.arange(last - first), np.diff(starts))
    return shapely.linestrings(xy[starts[0] : starts[-1]], indices=whose)


def _polygons(xy: Floats, shapes: Shapes, first: int, last: int) -> Any:
    """Polygons `first` to `last`."""
    polys = shapes.polys[first : last + 1]
    starts = shapes.starts[polys[0] : polys[-1] + 1]
    whose = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    rings = shapely.linearrings(xy[starts[0] : starts[-1]], indices=whose)
    return shapely.polygons(rings, indices=np.repeat(np.arange(last - first), np.diff(polys)))
