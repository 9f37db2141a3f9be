"""Curves as a wall shows them: a sparkline, and a chart with axes. Drawn in sizes of `WallType`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from widgets.charts.history import short_number
from widgets.charts.scale import Curve, beat_of, bounds_of, mark_words, round_steps, time_marks, unbroken
from widgets.charts.spark import paint_band, polygon
from widgets.kit.theme import Theme
from widgets.wall.paint import dashed, draw_words
from widgets.wall.sizes import FIGURE_EM, WallType, wide

_FAR = 0.6
"""A bound further from the values than this share of their span is not drawn: it would press them flat."""

_FOOT = 1.45
"""Height of the line of times under a chart, in sizes of its type."""
_PIECE = 16
"""Points of a line that are drawn at once."""


@dataclass(frozen=True)
class Chart:
    """What a chart shows.

    Attributes:
        start, end: from when until when, UTC us. curve: what was.
        before: the same a day or a year earlier, moved to these times.
        bounds: lines across: (value, level), level 0 the target.
        expected: (time, value) of the forecast, None for none. old: the values are. decimals: of the axis.
    """

    start: int
    end: int
    curve: Curve = field(default_factory=Curve)
    before: Curve = field(default_factory=Curve)
    bounds: Sequence[tuple[float, int]] = ()
    expected: tuple[int, float] | None = None
    old: bool = False
    decimals: int = 0


def draw_spark(
    painter: QPainter, box: QRectF, curve: Curve, bounds: Sequence[tuple[float, int]], theme: Theme, width: float,
    old: bool = False,
) -> None:  # fmt: skip
    """A sparkline; the nearest bound dashed where it lies about the values, the last point as a dot."""
    if not curve.known or box.width() < 8 * width or box.height() < 4 * width:
        return
    low, high = bounds_of(curve)
    room = (high - low) * _FAR
    near = [(value, at) for value, at in bounds if low - room <= value <= high + room]
    line = min(near, key=lambda one: abs(one[0] - float(curve.value[np.isfinite(curve.value)][-1])), default=None)
    if line is not None:
        low, high = min(low, line[0]), max(high, line[0])
    dot = width * 1.9
    inner = box.adjusted(0, dot, -dot, -dot)
    start, end = int(curve.at[0]), int(curve.at[-1])
    x = inner.left() + (curve.at - start) / max(end - start, 1) * inner.width()

    def y(values: np.ndarray) -> np.ndarray:
        if high <= low:
            return np.full(np.shape(values), inner.center().y())
        return np.asarray(inner.bottom() - (values - low) / (high - low) * inner.height())

    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if line is not None:
        at = round(float(y(np.float64(line[0])))) + 0.5
        painter.setPen(dashed(theme.level(line[1]) if line[1] else theme.t2, max(1.0, width * 0.5)))
        painter.drawLine(QPointF(box.left(), at), QPointF(box.right(), at))
    _line(painter, curve, x, y(curve.value), y(curve.least), y(curve.most), theme.chart2 if old else theme.chart, width)
    _dot(painter, curve, x, y(curve.value), theme.t2 if old else theme.t1, dot)
    painter.restore()


def _line(
    painter: QPainter, curve: Curve, x: np.ndarray, value: np.ndarray, least: np.ndarray, most: np.ndarray,
    color: QColor, width: float,
) -> None:  # fmt: skip
    pen = QPen(color, width)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    for a, b in unbroken(curve, beat_of(curve)):
        paint_band(painter, x[a:b], least[a:b], most[a:b], color)
        painter.setPen(pen)
        for start in range(a, b, _PIECE):  # a long line is filled as one shape, which is slow
            end = min(start + _PIECE + 1, b)
            painter.drawPolyline(polygon(x[start:end], value[start:end]))


def _dot(painter: QPainter, curve: Curve, x: np.ndarray, y: np.ndarray, color: QColor, radius: float) -> None:
    good = np.flatnonzero(np.isfinite(curve.value))
    if len(good):
        last = int(good[-1])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(QPointF(float(x[last]), float(y[last])), radius, radius)


def steps_of(chart: Chart, most: int) -> list[float]:
    """Values of the lines of the grid."""
    more = [chart.expected[1]] if chart.expected is not None else []
    low, high = bounds_of(chart.curve, [*more, *chart.before.value])
    if not math.isfinite(low):
        return []
    room = ((high - low) or abs(high) or 1.0) * _FAR
    near = [value for value, _ in chart.bounds if low - room <= value <= high + room]
    first, last = min([low, *near]), max([high, *near])
    least = 4 * 10.0**-chart.decimals
    if last - first < least:
        first, last = (first + last - least) / 2, (first + last + least) / 2
    if low >= 0 and (first < 0 or first - (last - first) * 0.25 <= 0):
        first = 0.0
    return round_steps(first, last, most)


def steps_in(chart: Chart, box: QRectF, kind: WallType) -> list[float]:
    """Values of the lines of the grid of a chart in that box: what lies outside of them is not drawn."""
    return steps_of(chart, max(1, min(4, int((box.height() - kind.min * _FOOT) / (kind.min * 1.7)))))


def draw_chart(painter: QPainter, box: QRectF, chart: Chart, kind: WallType, theme: Theme) -> None:
    """A curve with its grid, bounds, what was before and what is expected."""
    axis = kind.min
    foot = axis * _FOOT
    steps = steps_in(chart, box, kind)
    if not steps:
        return
    digits = max(_digits(step) for step in steps)
    labels = [short_number(step, digits) for step in steps]
    right = max(wide(label, axis) for label in labels) + axis * 0.4
    until = max(chart.end, chart.expected[0]) if chart.expected is not None else chart.end
    above = axis * FIGURE_EM * 0.6
    plot = QRectF(box.left(), box.top() + above, box.width() - right, box.height() - foot - above)
    if plot.width() < axis * 3 or plot.height() < axis:
        return
    low, high = steps[0], steps[-1]

    def x(at: np.ndarray | int) -> np.ndarray:
        return np.asarray(plot.left() + (np.asarray(at) - chart.start) / max(until - chart.start, 1) * plot.width())

    def y(values: np.ndarray | float) -> np.ndarray:
        return np.asarray(plot.bottom() - (np.asarray(values) - low) / (high - low) * plot.height())

    painter.save()
    for step, label in zip(steps, labels, strict=True):
        at = round(float(y(step)))
        painter.fillRect(QRectF(plot.left(), at, plot.width(), kind.hair), theme.line)
        row = QRectF(plot.right() + axis * 0.4, at - axis * 0.7, right, axis * 1.4)
        draw_words(painter, row, label, axis, theme.t2)
    _marks(painter, plot, box, chart.start, until, x, kind, theme)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for value, level in chart.bounds:
        if low <= value <= high:
            at = float(y(value))
            painter.setPen(dashed(theme.level(level) if level else theme.t2, max(kind.hair, kind.line * 0.6)))
            painter.drawLine(QPointF(plot.left(), at), QPointF(plot.right(), at))
    before, curve = chart.before, chart.curve
    _line(
        painter, before, x(before.at), y(before.value), y(before.value), y(before.value), theme.chart2, kind.line * 0.7
    )
    color = theme.chart2 if chart.old else theme.chart
    _line(painter, curve, x(curve.at), y(curve.value), y(curve.least), y(curve.most), color, kind.line)
    if chart.expected is not None and curve.known:
        last = int(np.flatnonzero(np.isfinite(curve.value))[-1])
        there = QPointF(float(x(chart.expected[0])), float(y(chart.expected[1])))
        painter.setPen(dashed(theme.t2, kind.line * 0.8, (3, 3)))
        painter.drawLine(QPointF(float(x(int(curve.at[last]))), float(y(curve.value[last]))), there)
        painter.setPen(QPen(theme.t1, kind.line * 0.8))
        painter.setBrush(theme.s1)
        painter.drawEllipse(there, kind.line * 1.7, kind.line * 1.7)
    _dot(painter, curve, x(curve.at), y(curve.value), theme.t2 if chart.old else theme.t1, kind.line * 1.8)
    painter.restore()


def _marks(
    painter: QPainter, plot: QRectF, box: QRectF, start: int, end: int, x: object, kind: WallType, theme: Theme
) -> None:
    """Round times under the chart, as many as there is room for."""
    axis = kind.min
    wanted = wide("00:00", axis) + axis
    taken = -1e9
    for mark in time_marks(start, end, max(2, int(plot.width() // wanted))):
        label = mark_words(mark, end - start)
        took, at = wide(label, axis), float(x(mark))  # type: ignore[operator]
        left = at - took / 2
        if left < max(taken, box.left()) or left + took > box.right():
            continue
        taken = left + took + axis * 0.6
        painter.fillRect(QRectF(round(at), plot.bottom(), kind.hair, axis * 0.2), theme.line2)
        row = QRectF(left, plot.bottom() + axis * 0.12, took + 1, axis * 1.33)
        draw_words(painter, row, label, axis, theme.t2)


def _digits(value: float) -> int:
    return next((d for d in range(4) if abs(value * 10**d - round(value * 10**d)) < 1e-6), 4)
