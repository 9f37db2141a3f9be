"""Polylines: few are stroked with round joins, thousands of thin ones as segments in one call."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from shiboken6 import wrapInstance

from widgets.map.drawing import Lines, Points, Rgba
from widgets.map.raster.geometry import path_of
from widgets.map.raster.pane import Pane
from widgets.map.raster.points import Splat

MANY = 250
"""Lines in view from which on they are drawn as segments."""
STEP, STEP_MANY = 1.5, 2.5
"""Pixels that points of a line are apart at least, of a few and of many lines."""
DENSE = 600
"""Lines in view from which on they are drawn as dots side by side, as a crowd of trails seen from far away."""
AT_ONCE = 2000
"""Segments a call."""
LONGEST = 8192
"""Pixels of a line between two points, at most."""
_ONE = np.zeros(1, dtype=np.int64)
Ints = NDArray[np.int64]
F32 = NDArray[np.float32]
Floats = NDArray[np.float64]


def paint_lines(
    painter: QPainter,
    layer: Lines,
    pane: Pane,
    origin: tuple[float, float],
    now: float = 0.0,
    tracks: Tracks | None = None,
) -> None:
    """Draws them.

    Args:
        now: seconds, moves the dashes of lines that flow.
        tracks: of this layer, where they are known.
    """
    count = min(len(layer.starts) - 1, len(layer.color))
    if count <= 0 or not layer.palette or not len(layer.xy):
        return
    if tracks is None or not tracks.is_of(layer):
        tracks = Tracks(layer.xy, layer.starts)
    wide = float(layer.widths.max(initial=0.0)) if len(layer.widths) else layer.width
    reach = (max(wide, layer.case_width, 1.0) + 1) * pane.dpr
    x, y, starts, rows = tracks.seen(pane, origin, reach)
    if len(rows) and not layer.dash:  # dashes are counted from the start of a line
        x, y, starts, rows = _in_view(pane, reach, x, y, starts, rows)
    if not len(rows) or len(layer.color) <= rows[-1]:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    color = np.minimum(layer.color[rows], len(layer.palette) - 1)
    widths = layer.widths[rows] if len(layer.widths) >= count else np.full(len(rows), layer.width, dtype=np.float32)
    widths = np.where(np.isfinite(widths) & (widths > 0), widths, 0.0)
    if len(rows) > DENSE and not layer.dash and not layer.case_width and not len(layer.widths):
        _dense(painter, layer, pane, x, y, starts, color)
        return
    many = len(rows) > MANY and not layer.dash
    draw = _segments if many else _strokes
    if layer.case_width > 0 and layer.case[3]:
        extra = max(layer.case_width - layer.width, 0.0)
        for width in np.unique(widths).tolist():
            pen = _pen(layer.case, (width + extra) * pane.dpr, many)
            draw(painter, pen, x, y, starts, np.flatnonzero(widths == width))
    for number in np.unique(color).tolist():
        for width in np.unique(widths[color == number]).tolist():
            if width <= 0:
                continue
            pen = _pen(layer.palette[number], width * pane.dpr, many or bool(layer.dash))
            if layer.dash:
                _dash(pen, layer.dash, width, layer.flow * now)
            draw(painter, pen, x, y, starts, np.flatnonzero((color == number) & (widths == width)))


def _pen(color: Rgba, width: float, flat: bool) -> QPen:
    pen = QPen(QColor(*color), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap if flat else Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _dash(pen: QPen, dash: tuple[float, ...], width: float, run: float) -> None:
    """Lengths in logical pixels; Qt counts in widths of the pen. Dashes run from the start of a line to its end."""
    parts = [max(length, 0.1) / width for length in dash]
    pen.setDashPattern(parts if len(parts) % 2 == 0 else parts * 2)
    pen.setDashOffset(-run / width)


class Tracks:
    """The lines of a layer with their boxes. Made once for its columns; not changed afterwards.

    Attributes:
        rows: shape (L,), which line of the layer each is; one with a point that is no place is in pieces there.
    """

    def __init__(self, xy: F32, starts: Ints) -> None:
        self.source = (xy, starts)
        starts = np.clip(np.maximum.accumulate(starts), 0, len(xy)) if len(starts) else np.zeros(1, dtype=np.int64)
        xy, starts, owner = _pieces(xy, starts)
        rows = np.flatnonzero(np.diff(starts) > 1)
        self.rows, self._starts, self._xy, self._owner = rows, starts, xy, owner
        self._box = np.empty((4, 0), dtype=np.float32)
        if not len(rows):
            return
        cuts = np.stack([starts[rows], starts[rows + 1]], axis=1).reshape(-1)
        cuts = cuts[:-1] if cuts[-1] == len(xy) else cuts
        with np.errstate(all="ignore"):
            x, y = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
            low, high = (
                [np.minimum.reduceat(v, cuts)[::2] for v in (x, y)],
                [np.maximum.reduceat(v, cuts)[::2] for v in (x, y)],
            )
        box = np.stack([*low, *high])
        good = np.isfinite(box).all(axis=0)
        self.rows, self._box = rows[good], box[:, good]

    def is_of(self, layer: Lines) -> bool:
        return self.source[0] is layer.xy and self.source[1] is layer.starts

    def seen(self, pane: Pane, origin: tuple[float, float], reach: float) -> tuple[Floats, Floats, Ints, Ints]:
        """Lines that may be in view as pixels: x, y, (n + 1,) starts in them, and which rows of the layer they are."""
        scale, east, south = pane.local(origin)
        left, right = (-reach - east) / scale, (pane.width + reach - east) / scale
        low, high = (south - pane.height - reach) / scale, (south + reach) / scale
        box = self._box
        near = (box[2] > left) & (box[0] < right) & (box[3] > low) & (box[1] < high)
        rows = self.rows[near]
        length = self._starts[rows + 1] - self._starts[rows]
        first = np.cumsum(length) - length
        points = np.arange(int(length.sum())) - np.repeat(first, length) + np.repeat(self._starts[rows], length)
        xy = self._xy[points].astype(np.float64)
        x, y = xy[:, 0] * scale + east, south - xy[:, 1] * scale
        step = STEP_MANY if len(rows) > MANY else STEP
        keep = np.ones(len(x), dtype=bool)
        keep[1:] = (np.diff(np.floor(x / step)) != 0) | (np.diff(np.floor(y / step)) != 0)
        keep[first] = True
        keep[first + length - 1] = True
        number = np.cumsum(keep) - 1
        return x[keep], y[keep], np.append(number[first], np.count_nonzero(keep)), self._owner[rows]


def _in_view(
    pane: Pane, reach: float, x: Floats, y: Floats, starts: Ints, rows: Ints
) -> tuple[Floats, Floats, Ints, Ints]:
    """The stretches of lines that may be in view, as `Tracks.seen` answers: a line that leaves it is several."""
    near = (np.maximum(x[:-1], x[1:]) > -reach) & (np.minimum(x[:-1], x[1:]) < pane.width + reach)
    near &= (np.maximum(y[:-1], y[1:]) > -reach) & (np.minimum(y[:-1], y[1:]) < pane.height + reach)
    near[starts[1:-1] - 1] = False  # from the last point of a line there is no way to the next line
    before, after = np.append(False, near), np.append(near, False)
    keep, begins = before | after, after & ~before
    number = np.repeat(np.arange(len(rows)), np.diff(starts))
    return x[keep], y[keep], np.append(np.flatnonzero(begins[keep]), np.count_nonzero(keep)), rows[number[begins]]


def _pieces(xy: F32, starts: Ints) -> tuple[F32, Ints, Ints]:
    """Lines cut where a point is no place: points, starts, and which line each piece is of."""
    owner = np.arange(len(starts) - 1)
    good = np.isfinite(xy).all(axis=1)
    if good.all() or len(starts) < 2:
        return xy, starts, owner
    used = slice(int(starts[0]), int(starts[-1]))
    line = np.repeat(owner, np.diff(starts))
    begins = np.zeros(len(line), dtype=bool)
    begins[1:] = (np.diff(line) != 0) | ~good[used][:-1]
    piece = np.cumsum(begins)[good[used]]
    first = np.flatnonzero(np.diff(piece, prepend=-1))
    return xy[used][good[used]], np.append(first, len(piece)), line[good[used]][first]


def _strokes(painter: QPainter, pen: QPen, x: Floats, y: Floats, starts: Ints, which: Ints) -> None:
    for i in which.tolist():
        a, b = int(starts[i]), int(starts[i + 1])
        painter.strokePath(path_of(x[a:b], y[a:b], _ONE), pen)


def _dense(
    painter: QPainter, layer: Lines, pane: Pane, x: Floats, y: Floats, starts: Ints, color: NDArray[np.uint8]
) -> None:
    inside = np.ones(len(x), dtype=bool)
    inside[starts[1:] - 1] = False
    at = np.flatnonzero(inside)
    x0, y0, x1, y1 = x[at], y[at], x[at + 1], y[at + 1]
    paint = np.repeat(color, np.diff(starts))[at]
    count = np.minimum(np.ceil(np.maximum(np.abs(x1 - x0), np.abs(y1 - y0))), LONGEST).astype(np.int64)
    np.maximum(count, 1, out=count)
    owner = np.repeat(np.arange(len(count)), count)
    share = (np.arange(len(owner)) - (np.cumsum(count) - count)[owner]) / count[owner]
    share = share.astype(np.float32)
    wide, high, x0, y0 = (v.astype(np.float32) for v in (x1 - x0, y1 - y0, x0, y0))
    px, py = x0[owner] + wide[owner] * share, y0[owner] + high[owner] * share
    dots = Points(key=layer.key, x=px, y=-py, color=paint[owner], palette=layer.palette, size=layer.width)
    pixels = Pane(0.0, 0.0, 1.0, pane.width, pane.height, pane.dpr)
    Splat(None).paint(painter, dots, pixels, (0.0, 0.0), 0.0)


def _segments(painter: QPainter, pen: QPen, x: Floats, y: Floats, starts: Ints, which: Ints) -> None:
    chosen = np.zeros(len(starts) - 1, dtype=bool)
    chosen[which] = True
    inside = np.repeat(chosen, np.diff(starts))
    inside[starts[1:] - 1] = False  # from the last point of a line there is no way to the next line
    at = np.flatnonzero(inside)
    ends = np.stack([x[at], y[at], x[at + 1], y[at + 1]], axis=1)
    painter.setPen(pen)
    draw_sides(painter, ends)


def draw_sides(painter: QPainter, ends: Floats) -> None:
    """Single lines with the painter's pen, shape (n, 4)."""
    for first in range(0, len(ends), AT_ONCE):
        some = np.ascontiguousarray(ends[first : first + AT_ONCE])
        painter.drawLines(wrapInstance(some.ctypes.data, QLineF), len(some))
