"""Areas, footprints and cells by the hundred thousand: sorted once by place, drawn in small paths, dots where they are
smaller than a pixel or two."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen
from shiboken6 import wrapInstance

from widgets.map.drawing import Polygons, Rgba
from widgets.map.morton import morton
from widgets.map.raster.geometry import PathStream
from widgets.map.raster.ground import Alive, Stopped
from widgets.map.raster.lines import draw_sides
from widgets.map.raster.pane import Pane

TINY, SMALL = 2.0, 4.5
"""Longer side, in device pixels, up to which a polygon is drawn as a dot of its area, and as a box."""
POINTS, BLOCK = 24, 24
"""Points of a path, about, and polygons among which those of one colour are put together."""
FINE = 1.25
"""Cells a pixel of which a point of an outline that follows another in the same cell is left out."""
THIN = 1.6
"""Device pixels up to which outlines are drawn as single sides: several times faster than joined."""
AT_ONCE = 1000
"""Sides or boxes a call: another thread waits no longer than that for the interpreter."""
Ints = NDArray[np.int64]
F32 = NDArray[np.float32]
Floats = NDArray[np.float64]


class Shapes:
    """The polygons of a layer sorted by place. Made once for its columns; not changed afterwards.

    Attributes:
        rows: shape (P,), which polygon of the layer each is; those without a place or an area are left out.
        box: shape (P, 4), left, low, right, high, metres from the origin.
        area: shape (P,), square metres of the outer ring.
    """

    def __init__(self, xy: F32, rings: Ints, polys: Ints) -> None:
        self.source = (xy, rings, polys)
        rings = np.clip(np.maximum.accumulate(rings), 0, len(xy)) if len(rings) else np.zeros(1, dtype=np.int64)
        polys = np.clip(np.maximum.accumulate(polys), 0, len(rings) - 1) if len(polys) else np.zeros(1, dtype=np.int64)
        first, last = rings[polys[:-1]], rings[polys[1:]]
        outer = rings[np.minimum(polys[:-1] + 1, len(rings) - 1)]
        rows = np.flatnonzero((outer - first >= 3) & (last >= outer))
        self._first, self._last, self._polys, self._rings = first, last, polys, rings
        if not len(rows):
            self.rows, self.box = rows, np.empty((0, 4), dtype=np.float32)
            self.area = np.empty(0, dtype=np.float32)
            return
        with np.errstate(all="ignore"):
            cuts = np.stack([first[rows], last[rows]], axis=1).reshape(-1)
            cuts = cuts[:-1] if cuts[-1] == len(xy) else cuts
            x, y = xy[:, 0], xy[:, 1]
            box = np.stack(
                [
                    np.minimum.reduceat(x, cuts)[::2], np.minimum.reduceat(y, cuts)[::2],
                    np.maximum.reduceat(x, cuts)[::2], np.maximum.reduceat(y, cuts)[::2],
                ],
                axis=1,
            )  # fmt: skip
            area = _areas(xy, first[rows], outer[rows])
        good = np.isfinite(box).all(axis=1)
        rows, box, area = rows[good], box[good], area[good]
        if len(rows):
            middle = (box[:, :2] + box[:, 2:]).astype(np.float64) / 2
            order = np.argsort(morton(middle[:, 0], middle[:, 1]), kind="stable")
            rows, box, area = rows[order], box[order], area[order]
        self.rows, self.box, self.area = rows, box, area

    def is_of(self, layer: Polygons) -> bool:
        return self.source[0] is layer.xy and self.source[1] is layer.rings and self.source[2] is layer.polys

    def parts(self, which: Ints) -> tuple[Ints, Ints, Ints]:
        """For some of the sorted ones: rings' first and past-the-last points, and how many rings each has."""
        rows = self.rows[which]
        count = self._polys[rows + 1] - self._polys[rows]
        first = np.cumsum(count) - count
        ring = np.arange(int(count.sum())) - np.repeat(first, count) + np.repeat(self._polys[rows], count)
        return self._rings[ring], self._rings[ring + 1], count


def _areas(xy: F32, first: Ints, last: Ints) -> F32:
    """Areas of rings xy[first:last] about their first points, shape (P,): large coordinates would eat small areas."""
    length = last - first
    start = np.cumsum(length) - length
    at = np.arange(int(length.sum())) - np.repeat(start, length) + np.repeat(first, length)
    return np.abs(_turns(xy[at].astype(np.float64), start, length)).astype(np.float32)


def _turns(xy: Floats, start: Ints, length: Ints) -> Floats:
    """Signed areas of rings that lie one after another, counter-clockwise positive where y grows upwards."""
    if not len(start):
        return np.empty(0)
    ring = xy - np.repeat(xy[start], length, axis=0)
    cross = np.zeros(len(ring))
    cross[:-1] = ring[:-1, 0] * ring[1:, 1] - ring[1:, 0] * ring[:-1, 1]
    cross[start + length - 1] = 0.0
    return np.add.reduceat(cross, start) / 2  # type: ignore[no-any-return]


class PolygonPainter:
    """Draws `Polygons` layers; remembers how the last ones are sorted. `paint` may run on several threads at once."""

    def __init__(self) -> None:
        self._known: dict[str, Shapes] = {}

    def prepare(self, layer: Polygons) -> Shapes:
        """Sorts the polygons of a layer, where they are not. One thread at a time."""
        known = self._known.get(layer.key)
        if known is None or not known.is_of(layer):
            known = self._known[layer.key] = Shapes(layer.xy, layer.rings, layer.polys)
        return known

    def forget(self, keys: set[str]) -> None:
        """All but the layers of `keys`."""
        for key in self._known.keys() - keys:
            del self._known[key]

    def paint(self, painter: QPainter, layer: Polygons, pane: Pane, origin: tuple[float, float], alive: Alive) -> None:
        """Draws what is in view; the painter's pixels are those of `pane`."""
        shapes = self.prepare(layer)
        count = min(len(layer.fill), len(layer.polys) - 1)
        if not len(shapes.rows) or not layer.palette:
            return
        scale, east, south = pane.local(origin)
        reach = (layer.edge_width * pane.dpr + 1) / scale
        low_x, high_x = -east / scale - reach, (pane.width - east) / scale + reach
        low_y, high_y = (south - pane.height) / scale - reach, south / scale + reach
        box = shapes.box
        seen = (box[:, 2] >= low_x) & (box[:, 0] <= high_x) & (box[:, 3] >= low_y) & (box[:, 1] <= high_y)
        seen &= shapes.rows < count
        which = np.flatnonzero(seen)
        if not len(which):
            return
        long = np.maximum(box[which, 2] - box[which, 0], box[which, 3] - box[which, 1]) * scale
        color = np.minimum(layer.fill[shapes.rows[which]], len(layer.palette) - 1)
        local = (scale, east, south)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        flat = ~np.isin(color, list(layer.hatch)) if layer.hatch else np.ones(len(which), dtype=bool)
        tiny = (long < TINY) & flat
        if tiny.any():
            _dots(painter, layer, shapes, which[tiny], color[tiny], pane, local)
        small = (long < SMALL) & flat & ~tiny
        if small.any():
            _boxes(painter, layer, shapes, which[small], color[small], local)
        rest = ~tiny & ~small
        if rest.any():
            _shapes(painter, layer, _Outlines(layer, shapes, which[rest], color[rest], local), pane, local, alive)


class _Outlines:
    """Polygons in view as pixels, neighbours of one colour together, without points that make no difference.

    Attributes:
        x, y: shape (N,). ring: shape (R + 1,), rings in them. first: shape (G + 1,), groups of rings.
        color: shape (G,).
    """

    def __init__(
        self, layer: Polygons, shapes: Shapes, which: Ints, color: NDArray[np.uint8], local: tuple[float, float, float]
    ) -> None:
        scale, east, south = local
        order = np.lexsort((color, np.arange(len(which)) // BLOCK))  # near each other, and of one colour
        which, color = which[order], color[order]
        first, last, count = shapes.parts(which)
        length = last - first
        some = length > 2
        owner = np.repeat(np.arange(len(which)), count)[some]
        first, length = first[some], length[some]
        start = np.cumsum(length) - length
        offset = np.arange(int(length.sum())) - np.repeat(start, length)
        xy = layer.xy[offset + np.repeat(first, length)].astype(np.float64)
        # outer rings one way around, holes the other: polygons that overlap are one, and do not cut each other out
        inner = np.diff(owner, prepend=-1) == 0
        turned = np.repeat((_turns(xy, start, length) < 0) != inner, length)
        xy = xy[np.repeat(start, length) + np.where(turned, np.repeat(length, length) - 1 - offset, offset)]
        x, y = xy[:, 0] * scale + east, south - xy[:, 1] * scale
        keep = np.ones(len(x), dtype=bool)
        keep[1:] = (np.diff(np.floor(x * FINE)) != 0) | (np.diff(np.floor(y * FINE)) != 0)
        keep[start] = keep[start + length - 1] = True
        number = np.cumsum(keep) - 1
        self.x, self.y = x[keep], y[keep]
        self.ring = np.append(number[start], len(self.x))
        # a path of few points: far apart or many, Qt takes many times longer
        load = np.cumsum(np.diff(self.ring)) // POINTS
        new = np.ones(len(owner), dtype=bool)
        new[1:] = (np.diff(color[owner].astype(np.int16)) != 0) | (np.diff(load) != 0)
        new[1:] &= np.diff(owner) != 0  # holes stay with what they are in
        self.first = np.append(np.flatnonzero(new), len(owner))
        self.color = color[owner][self.first[:-1]]

    def paths(self, visible: NDArray[np.bool_]) -> Iterator[tuple[QPainterPath, int]]:
        """Each group whose colour is visible as a path, the same object every time, and its colour."""
        shown = np.flatnonzero(visible[self.color])
        starts = np.zeros(len(self.x), dtype=bool)
        starts[self.ring[:-1]] = True
        stream = PathStream(self.x, self.y, starts)
        cuts = self.ring[self.first]
        last_ring = self.ring[self.first[1:] - 1] - cuts[:-1]
        paths = stream.paths(cuts[shown], cuts[shown + 1], last_ring[shown], True)
        yield from zip(paths, self.color[shown].tolist(), strict=True)

    def edges(self, pane: Pane) -> Floats:
        """Sides that may be in view, shape (n, 4)."""
        inside = np.ones(len(self.x), dtype=bool)
        inside[self.ring[1:] - 1] = False
        at = np.flatnonzero(inside)
        x0, y0, x1, y1 = self.x[at], self.y[at], self.x[at + 1], self.y[at + 1]
        near = (np.maximum(x0, x1) > -2) & (np.minimum(x0, x1) < pane.width + 2)
        near &= (np.maximum(y0, y1) > -2) & (np.minimum(y0, y1) < pane.height + 2)
        return np.stack([x0, y0, x1, y1], axis=1)[near]


def _shapes(
    painter: QPainter, layer: Polygons, outlines: _Outlines, pane: Pane, local: tuple[float, float, float], alive: Alive
) -> None:
    edge = _edge(layer, pane)
    thin = not layer.edge_dash and edge.style() != Qt.PenStyle.NoPen and edge.widthF() <= THIN
    painter.setPen(QPen(Qt.PenStyle.NoPen) if thin else edge)
    last, brushes = -1, [_brush(layer, number) for number in range(len(layer.palette))]
    # hatches stay with the ground, whatever part is drawn
    painter.setBrushOrigin(round(local[1]) % 8, round(local[2]) % 8)
    bare = edge.style() == Qt.PenStyle.NoPen or thin
    visible = np.array([bool(rgba[3]) for rgba in layer.palette]) | (not bare)
    for path, number in outlines.paths(visible):
        if not alive():
            raise Stopped
        if number != last:
            last = number
            painter.setBrush(brushes[number])
        painter.drawPath(path)
    if thin:
        edge.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(edge)
        sides = outlines.edges(pane)
        draw_sides(painter, sides)


def _brush(layer: Polygons, number: int) -> QBrush:
    color = QColor(*layer.palette[number])
    if number in layer.hatch:
        return QBrush(color, Qt.BrushStyle.BDiagPattern)
    return QBrush(color) if color.alpha() else QBrush(Qt.BrushStyle.NoBrush)


def _edge(layer: Polygons, pane: Pane) -> QPen:
    if layer.edge_width <= 0 or not layer.edge[3]:
        return QPen(Qt.PenStyle.NoPen)
    pen = QPen(QColor(*layer.edge), layer.edge_width * pane.dpr)
    pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if layer.edge_dash:
        parts = [max(length, 0.1) / layer.edge_width for length in layer.edge_dash]
        pen.setDashPattern(parts if len(parts) % 2 == 0 else parts * 2)
    return pen


def _boxes(
    painter: QPainter, layer: Polygons, shapes: Shapes, which: Ints, color: NDArray[np.uint8],
    local: tuple[float, float, float],
) -> None:  # fmt: skip
    """Polygons of a few pixels: boxes of their area."""
    scale, east, south = local
    box = shapes.box[which].astype(np.float64)
    wide, high = (box[:, 2] - box[:, 0]) * scale, (box[:, 3] - box[:, 1]) * scale
    share = np.sqrt(np.clip(shapes.area[which] * scale * scale / np.maximum(wide * high, 1e-9), 0.05, 1))
    x, y = (box[:, 0] + box[:, 2]) / 2 * scale + east, south - (box[:, 1] + box[:, 3]) / 2 * scale
    wide, high = wide * share, high * share
    rects = np.stack([x - wide / 2, y - high / 2, wide, high], axis=1)
    painter.setPen(Qt.PenStyle.NoPen)
    for number in np.unique(color).tolist():
        if not layer.palette[number][3]:
            continue
        painter.setBrush(QColor(*layer.palette[number]))
        mine = rects[color == number]
        for first in range(0, len(mine), AT_ONCE):
            some = np.ascontiguousarray(mine[first : first + AT_ONCE])
            painter.drawRects(wrapInstance(some.ctypes.data, QRectF), len(some))


def _dots(
    painter: QPainter, layer: Polygons, shapes: Shapes, which: Ints, color: NDArray[np.uint8], pane: Pane,
    local: tuple[float, float, float],
) -> None:  # fmt: skip
    """Polygons of about a pixel: each pixel is covered as much as those on it are large."""
    scale, east, south = local
    box = shapes.box[which]
    x = ((box[:, 0] + box[:, 2]) / 2 * scale + east).astype(np.int64)
    y = (south - (box[:, 1] + box[:, 3]) / 2 * scale).astype(np.int64)
    here = (x >= 0) & (y >= 0) & (x < pane.width) & (y < pane.height)
    if not here.any():
        return
    x, y, color, share = x[here], y[here], color[here], (shapes.area[which[here]] * scale * scale).astype(np.float64)
    cell, at = np.unique(y * pane.width + x, return_inverse=True)
    total = np.bincount(at, share)
    table = np.array([_tint(rgba) for rgba in layer.palette], dtype=np.float64)
    shade = np.stack([np.bincount(at, share * table[color, i]) for i in range(4)], axis=1)
    cover = np.minimum(total, 1.0) / np.maximum(total, 1e-9)
    shade = np.round(shade * cover[:, None] * 255).astype(np.uint32)
    pixels = np.zeros(pane.width * pane.height, dtype=np.uint32)
    pixels[cell] = shade[:, 3] << 24 | shade[:, 0] << 16 | shade[:, 1] << 8 | shade[:, 2]
    over = QImage(pixels.data, pane.width, pane.height, 4 * pane.width, QImage.Format.Format_ARGB32_Premultiplied)
    painter.drawImage(0, 0, over)


def _tint(rgba: Rgba) -> tuple[float, float, float, float]:
    """Premultiplied, 0 to 1."""
    alpha = rgba[3] / 255
    return rgba[0] / 255 * alpha, rgba[1] / 255 * alpha, rgba[2] / 255 * alpha, alpha
