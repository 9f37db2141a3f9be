"""The base map as painter paths: simplified for four distances, in chunks near each other, made when first drawn."""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QDataStream
from PySide6.QtGui import QPainter, QPainterPath

from widgets.map.camera import Box
from widgets.map.morton import morton

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
_HEAD, _TAIL = struct.Struct(">i"), struct.Struct(">ii")


def path_of(x: Floats, y: Floats, starts: NDArray[np.int64], winding: bool = True) -> QPainterPath:
    """A path of several lines or rings in one go.

    Args:
        x, y: shape (N,).
        starts: index of the first point of each part.
    """
    if not len(x):
        return QPainterPath()
    begins = np.zeros(len(x), dtype=bool)
    begins[starts] = True
    return PathStream(x, y, begins).path(0, len(x), int(starts[-1]), winding)


class PathStream:
    """Points of many paths in the stream format of QPainterPath (Qt 6): written once, read path by path."""

    def __init__(self, x: Floats, y: Floats, begins: NDArray[np.bool_]) -> None:
        """
        Args:
            x, y: shape (N,).
            begins: shape (N,), where a line or ring begins.
        """
        self._points = np.empty(len(x), dtype=_POINT)
        self._points["type"] = ~begins
        self._points["x"], self._points["y"] = x, y

    def path(self, first: int, last: int, part: int, winding: bool) -> QPainterPath:
        """The points from `first` up to `last`; `part`: where its last line or ring begins, counted from `first`."""
        head, tail = _HEAD.pack(last - first), _TAIL.pack(part, winding)
        path = QPainterPath()
        stream = QDataStream(QByteArray(head + self._points[first:last].tobytes() + tail))
        stream >> path
        return path

    def paths(
        self, first: NDArray[np.int64], last: NDArray[np.int64], parts: NDArray[np.int64], winding: bool
    ) -> Iterator[QPainterPath]:
        """Paths one after another as `path` makes them, all from one stream, which takes half as long.

        Every one is the same object, filled anew.
        """
        count = last - first
        size, path = _POINT.itemsize // 4, QPainterPath()
        begin = np.cumsum(count * size + 3) - (count * size + 3)
        end = begin + 1 + count * size
        words = np.empty(int(count.sum()) * size + 3 * len(count), dtype=">i4")
        body = np.ones(len(words), dtype=bool)
        body[begin] = body[end] = body[end + 1] = False
        start = np.cumsum(count) - count
        which = np.arange(int(count.sum())) + np.repeat(first - start, count)
        words[body] = self._points[which].view(">i4")
        words[begin], words[end], words[end + 1] = count, parts, winding
        data = QByteArray(words.tobytes())
        stream = QDataStream(data)
        for _ in range(len(count)):
            stream >> path
            yield path


class Chunk:
    """Some hundred neighbours of one layer.

    Attributes:
        box: what they cover, Mercator metres.
    """

    def __init__(self, box: Box, x: Floats, y: Floats, starts: NDArray[np.int64]) -> None:
        self.box = box
        self._data = (x, y, starts)
        self._path: QPainterPath | None = None
        self._lock = threading.Lock()

    def draw(self, painter: QPainter) -> None:
        """Draws it; one thread at a time, since Qt writes into a path that it draws first."""
        with self._lock:
            painter.drawPath(self.path())

    def path(self) -> QPainterPath:
        if self._path is None:
            self._path = path_of(*self._data)
        return self._path

    def sides(self) -> Floats:
        """Each way from a point of a line to the next, shape (n, 4), Mercator metres."""
        x, y, starts = self._data
        inside = np.ones(len(x), dtype=bool)
        inside[starts[1:] - 1] = False
        inside[-1:] = False
        at = np.flatnonzero(inside)
        return np.stack([x[at], y[at], x[at + 1], y[at + 1]], axis=1)

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
        self._sides: dict[int, tuple[Floats, Floats, NDArray[np.int64]]] = {}
        self._lock = threading.Lock()

    def chunks(self, box: Box, metres_per_pixel: float) -> Iterator[Chunk]:
        """The chunks that meet `box`, in the detail that `metres_per_pixel` needs."""
        return (c for c in self._level(self._detail(metres_per_pixel)) if c.meets(box))

    def _detail(self, metres_per_pixel: float) -> int:
        return next((i for i, t in enumerate(TOLERANCES) if t * 1.6 <= metres_per_pixel), len(TOLERANCES) - 1)

    def sides(self, box: Box, metres_per_pixel: float) -> Floats:
        """The same as single ways between two points, shape (n, 4); of lines."""
        level = self._detail(metres_per_pixel)
        chunks = self._level(level)
        with self._lock:
            known = self._sides.get(level)
            if known is None:
                each = [chunk.sides() for chunk in chunks]
                ends = np.concatenate(each) if each else np.empty((0, 4))
                boxes = np.array([chunk.box for chunk in chunks]).reshape(-1, 4)
                known = self._sides[level] = (ends, boxes, np.array([len(one) for one in each], dtype=np.int64))
        ends, boxes, count = known
        near = (boxes[:, 0] <= box[2]) & (boxes[:, 2] >= box[0]) & (boxes[:, 1] <= box[3]) & (boxes[:, 3] >= box[1])
        return ends[np.repeat(near, count)]

    def prepare(self, level: int) -> None:
        """Makes a degree of detail before it is needed."""
        self._level(level)

    def _level(self, level: int) -> list[Chunk]:
        with self._lock:
            if level not in self._levels:
                self._levels[level] = list(self._make(TOLERANCES[level]))
            return self._levels[level]

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
        order = np.argsort(morton(middle_x, middle_y), kind="stable")
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
