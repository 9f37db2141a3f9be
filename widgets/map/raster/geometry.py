"""The base map as painter paths: simplified for four distances, in chunks near each other, made when first drawn."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QDataStream, QIODevice
from PySide6.QtGui import QPainterPath

from widgets.map.camera import Box

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]
TOLERANCES = (14.0, 3.5, 0.9, 0.0)
"""Mercator metres of simplification, farthest first; each serves views of at least twice as many metres a pixel."""
CHUNK = 30
"""Points a chunk, about: a path of few lines strokes many times faster than one of many, and Qt's thread never waits
long for the interpreter, which a drawing call does not let go."""
PIECE = 240
"""Points of a polygon above which it is cut for filling."""
_POINT = np.dtype([("type", ">i4"), ("x", ">f8"), ("y", ">f8")])


def path_of(x: Floats, y: Floats, starts: NDArray[np.int64], winding: bool = True) -> QPainterPath:
    """A path of several lines or rings in one go, through the stream format of QPainterPath (Qt 6).

    Args:
        x, y: shape (N,).
        starts: index of the first point of each part.
    """
    path = QPainterPath()
    if not len(x):
        return path
    points = np.empty(len(x), dtype=_POINT)
    points["type"] = 1
    points["type"][starts] = 0
    points["x"], points["y"] = x, y
    head = np.array([len(x)], dtype=">i4").tobytes()
    tail = np.array([int(starts[-1]), 1 if winding else 0], dtype=">i4").tobytes()
    data = QByteArray(head + points.tobytes() + tail)
    stream = QDataStream(data, QIODevice.OpenModeFlag.ReadOnly)
    stream >> path
    return path


class Chunk:
    """Some hundred neighbours of one layer.

    Attributes:
        box: what they cover, Mercator metres.
    """

    def __init__(self, box: Box, x: Floats, y: Floats, starts: NDArray[np.int64]) -> None:
        self.box = box
        self._data: tuple[Floats, Floats, NDArray[np.int64]] | None = (x, y, starts)
        self._path: QPainterPath | None = None

    def path(self) -> QPainterPath:
        if self._path is None:
            assert self._data is not None
            self._path = path_of(*self._data)
            self._data = None
        return self._path

    def meets(self, box: Box) -> bool:
        a = self.box
        return a[0] <= box[2] and a[2] >= box[0] and a[1] <= box[3] and a[3] >= box[1]


class PathLayer:
    """One layer of the base map in four degrees of detail.

    Attributes:
        filled: polygons (rings oriented, so that overlaps stay filled and holes stay open), else lines.
    """

    def __init__(self, shapes: Shapes, filled: bool) -> None:
        self.filled = filled
        self._shapes = shapes
        self._levels: dict[int, list[Chunk]] = {}

    def chunks(self, box: Box, metres_per_pixel: float) -> Iterator[Chunk]:
        """The chunks that meet `box`, in the detail that `metres_per_pixel` needs."""
        level = next((i for i, t in enumerate(TOLERANCES) if t * 1.6 <= metres_per_pixel), len(TOLERANCES) - 1)
        if level not in self._levels:
            self._levels[level] = list(self._make(TOLERANCES[level]))
        return (c for c in self._levels[level] if c.meets(box))

    def _make(self, tolerance: float) -> Iterator[Chunk]:
        shapes = self._shapes
        if tolerance:
            if self.filled:
                shapes = shapes[shapely.area(shapes) > (2 * tolerance) ** 2]
            shapes = shapely.simplify(shapes, tolerance, preserve_topology=False)
            shapes = shapes[~shapely.is_empty(shapes)]
        if self.filled:
            shapes = shapely.get_parts(shapes)
            shapes = _cut(shapes, max(2.5 * tolerance, 1.0))
        if not len(shapes):
            return
        bounds = shapely.bounds(shapes)
        middle_x, middle_y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
        order = np.argsort(_morton(middle_x, middle_y), kind="stable")
        shapes, bounds = shapes[order], bounds[order]
        if self.filled:
            shapes = shapely.orient_polygons(shapes)
        _, coords, offsets = shapely.to_ragged_array(shapes)
        x, y = coords[:, 0].copy(), coords[:, 1].copy()
        rings = np.asarray(offsets[0], dtype=np.int64)
        first_ring = np.asarray(offsets[1], dtype=np.int64) if self.filled else np.arange(len(shapes) + 1)
        number = rings[first_ring[1:]] // CHUNK
        cuts = np.concatenate([[0], np.flatnonzero(np.diff(number)) + 1, [len(shapes)]])
        low = np.minimum.reduceat(bounds[:, :2], cuts[:-1])
        high = np.maximum.reduceat(bounds[:, 2:], cuts[:-1])
        for i, (a, b) in enumerate(pairwise(cuts.tolist())):
            parts = rings[first_ring[a] : first_ring[b] + 1]
            start, end = int(parts[0]), int(parts[-1])
            box = (float(low[i, 0]), float(low[i, 1]), float(high[i, 0]), float(high[i, 1]))
            yield Chunk(box, x[start:end], y[start:end], parts[:-1] - start)


def _cut(shapes: Shapes, overlap: float) -> Shapes:
    """Great polygons in pieces of at most about `PIECE` points; pieces overlap, so that no seam shows."""
    done: list[Shapes] = []
    for _ in range(9):
        big = shapely.get_num_coordinates(shapes) > PIECE
        done.append(shapes[~big])
        shapes = shapes[big]
        if not len(shapes):
            break
        halves: list[object] = []
        for shape, (west, south, east, north) in zip(shapes, shapely.bounds(shapes), strict=True):
            if east - west > north - south:
                middle = (west + east) / 2
                halves.append(shapely.clip_by_rect(shape, west, south, middle + overlap, north))
                halves.append(shapely.clip_by_rect(shape, middle - overlap, south, east, north))
            else:
                middle = (south + north) / 2
                halves.append(shapely.clip_by_rect(shape, west, south, east, middle + overlap))
                halves.append(shapely.clip_by_rect(shape, west, middle - overlap, east, north))
        parts = shapely.get_parts(np.array(halves, dtype=object))
        shapes = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return np.concatenate([*done, shapes])


def _morton(x: Floats, y: Floats) -> NDArray[np.int64]:
    """Places on a curve that keeps neighbours together, 2 × 10 bits."""

    def spread(v: Floats) -> NDArray[np.int64]:
        low, span = float(v.min()), float(np.ptp(v)) or 1.0
        n = ((v - low) / span * 1023).astype(np.int64)
        for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
            n = (n | (n << shift)) & mask
        return n

    result: NDArray[np.int64] = spread(x) | (spread(y) << 1)
    return result
