"""The chart of one value over a time: its line with the band of least and most, bounds, target, what is expected.

Drawn with QPainter: what comes in is decimated to the chart's width already, and a library of charts would hold Qt's
thread for most of a second when it is first imported.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from cockpit.model.figures import figure
from widgets.charts.reading import ReadChart, upright
from widgets.charts.scale import Curve, beat_of, bounds_of, mark_words, round_steps, time_marks, unbroken
from widgets.charts.spark import paint_band, polygon
from widgets.kit.context import PanelContext

HEIGHT = 208
_LEFT, _TOP, _RIGHT, _BOTTOM = 12, 12, 52, 24
_FAR = 0.6
"""A bound further from the values than this share of their span is not drawn: it would press them flat."""


@dataclass(frozen=True)
class Bound:
    """A line across: its value, and its level (0: the target)."""

    value: float
    level: int = 0


@dataclass(frozen=True)
class Shown:
    """What a chart shows.

    Attributes:
        start, end: from when until when, UTC us; what is expected may lie behind `end`.
        curve: what was. decimals: digits after the point.
        bounds: lines across.
        expected: (time, value) of the forecast, None for none.
        old: the values are.
    """

    start: int
    end: int
    curve: Curve = field(default_factory=Curve)
    decimals: int = 0
    bounds: tuple[Bound, ...] = ()
    expected: tuple[int, float] | None = None
    old: bool = False


class HistoryChart(ReadChart):
    """The chart. Arrows walk its buckets, the pointer reads them.

    Attributes:
        shown: what it shows.
    """

    def __init__(self, ctx: PanelContext, read: Callable[[Curve, int], str], parent: QWidget | None = None) -> None:
        """Args: read: a bucket in words."""
        super().__init__(ctx, parent)
        self._read = read
        self.shown = Shown(0, 1)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(320, HEIGHT)

    def show_values(self, shown: Shown, nothing: str) -> None:
        """Args: nothing: what is said where there is no value."""
        self.shown, self.nothing = shown, nothing
        self.at = min(self.at, len(shown.curve) - 1)
        self.setAccessibleDescription(nothing if not shown.curve.known else "")
        self.update()

    # -- where things lie

    def _box(self) -> QRectF:
        return QRectF(_LEFT, _TOP, max(1, self.width() - _LEFT - _RIGHT), max(1, self.height() - _TOP - _BOTTOM))

    def _until(self) -> int:
        expected = self.shown.expected
        return max(self.shown.end, expected[0]) if expected is not None else self.shown.end

    def _x(self, at: np.ndarray | int) -> np.ndarray:
        box, shown = self._box(), self.shown
        place = box.left() + (np.asarray(at) - shown.start) / max(self._until() - shown.start, 1) * box.width()
        return np.asarray(place)

    def steps(self) -> list[float]:
        """The values of the lines of the grid."""
        shown = self.shown
        more = [shown.expected[1]] if shown.expected is not None else []
        low, high = bounds_of(shown.curve, more)
        if not math.isfinite(low):
            return []
        room = ((high - low) or abs(high) or 1.0) * _FAR
        near = [one.value for one in shown.bounds if low - room <= one.value <= high + room]
        low, high = bounds_of(shown.curve, [*more, *near])
        least = 4 * 10.0**-shown.decimals  # what is not printed of a value is no change of it
        if high - low < least:
            low, high = (low + high - least) / 2, (low + high + least) / 2
        if low < 0 <= min(bounds_of(shown.curve, more)):
            low = 0.0
        if low >= 0 and low - (high - low) * 0.25 <= 0:
            low = 0.0
        return round_steps(low, high)

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, shown, steps = QPainter(self), self.shown, self.steps()
        if not steps:
            self.paint_nothing(painter, 24)
            return
        box, low, high = self._box(), steps[0], steps[-1]
        y = upright(box, low, high)
        self._grid(painter, box, steps, y)
        self._bounds(painter, box, low, high, y)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._curve(painter, y)
        if shown.expected is not None:
            self._expected(painter, y)
        if 0 <= self.at < len(shown.curve):
            self._reading(painter, box, y)
        self.paint_focus(painter)

    def _grid(self, painter: QPainter, box: QRectF, steps: list[float], y: Callable[[float], np.ndarray]) -> None:
        theme, shown = self.ctx.theme, self.shown
        painter.setFont(theme.font("axis"))
        metrics = QFontMetrics(theme.font("axis"))
        digits = max((_digits(step) for step in steps), default=0)
        for step in steps:
            at = round(float(y(step))) + 0.5
            painter.setPen(QPen(theme.grid, 1))
            painter.drawLine(QPointF(box.left(), at), QPointF(box.right(), at))
            painter.setPen(theme.t3)
            painter.drawText(QPointF(box.right() + 6, at + 4), short_number(step, digits))
        span = self._until() - shown.start
        taken = -1e9
        for mark in time_marks(shown.start, self._until(), max(2, int(box.width() // 56))):
            words = mark_words(mark, span)
            wide, x = metrics.horizontalAdvance(words), float(self._x(mark))
            left = min(max(x - wide / 2, box.left()), box.right() + _RIGHT - wide - 2)
            if left < taken:
                continue
            taken = left + wide + 10
            painter.setPen(QPen(theme.grid, 1))
            painter.drawLine(QPointF(round(x) + 0.5, box.bottom()), QPointF(round(x) + 0.5, box.bottom() + 4))
            painter.setPen(theme.t3)
            painter.drawText(QPointF(left, box.bottom() + 17), words)

    def _bounds(
        self, painter: QPainter, box: QRectF, low: float, high: float, y: Callable[[float], np.ndarray]
    ) -> None:
        theme = self.ctx.theme
        for bound in self.shown.bounds:
            if not low <= bound.value <= high:
                continue
            at = round(float(y(bound.value))) + 0.5
            if bound.level:
                painter.setPen(QPen(theme.level(bound.level), 1))
            else:
                pen = QPen(theme.t2, 1)
                pen.setDashPattern([4, 3])
                painter.setPen(pen)
            painter.drawLine(QPointF(box.left(), at), QPointF(box.right(), at))

    def _curve(self, painter: QPainter, y: Callable[[np.ndarray], np.ndarray]) -> None:
        theme, shown, curve = self.ctx.theme, self.shown, self.shown.curve
        if not curve.known:
            return
        x, value, least, most = self._x(curve.at), y(curve.value), y(curve.least), y(curve.most)
        color = theme.chart2 if shown.old else theme.chart
        parts = unbroken(curve, beat_of(curve))
        for a, b in parts:
            paint_band(painter, x[a:b], least[a:b], most[a:b], color)
        # width 1 goes Qt's quick way; many points make a line dense enough
        painter.setPen(QPen(color, 1 if len(curve) > 600 else theme.line_w["chart"]))
        for a, b in parts:
            painter.drawPolyline(polygon(x[a:b], value[a:b]))
        last = parts[-1][1] - 1
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.t3 if shown.old else theme.t1)
        painter.drawEllipse(QPointF(x[last], value[last]), 3, 3)

    def _expected(self, painter: QPainter, y: Callable[[float], np.ndarray]) -> None:
        """From the last value dashed to the forecast, which is a ring: it has not been."""
        theme, shown, curve = self.ctx.theme, self.shown, self.shown.curve
        assert shown.expected is not None
        at, value = shown.expected
        there = QPointF(float(self._x(at)), float(y(value)))
        good = np.flatnonzero(np.isfinite(curve.value))
        pen = QPen(theme.t2, 1.5)
        pen.setDashPattern([3, 3])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if len(good):
            last = int(good[-1])
            painter.setPen(pen)
            painter.drawLine(QPointF(float(self._x(curve.at[last])), float(y(curve.value[last]))), there)
        painter.setPen(QPen(theme.t1, 1.5))
        painter.drawEllipse(there, 3, 3)

    def _reading(self, painter: QPainter, box: QRectF, y: Callable[[float], np.ndarray]) -> None:
        """The bucket that is read: a line up, its point, and its words in a frame."""
        theme, curve = self.ctx.theme, self.shown.curve
        x = float(self._x(curve.at[self.at]))
        painter.setPen(QPen(theme.line2, 1))
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        value = float(curve.value[self.at])
        if math.isfinite(value):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.acc)
            painter.drawEllipse(QPointF(x, float(y(value))), 3, 3)
        words, font = self._read(curve, self.at), theme.font("small")
        wide = QFontMetrics(font).horizontalAdvance(words) + 16
        left = min(max(x - wide / 2, 4.0), max(4.0, self.width() - wide - 4.0))
        frame = QRectF(round(left) + 0.5, 0.5, wide, 21)
        painter.setPen(QPen(theme.line2, 1))
        painter.setBrush(theme.s3)
        painter.drawRoundedRect(frame, 3, 3)
        painter.setFont(font)
        painter.setPen(theme.t1)
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, words)

    # -- reading

    def read_at(self, at: int) -> None:
        if at != self.at:
            self.at = at
            known = 0 <= at < len(self.shown.curve)
            self.setAccessibleDescription(self._read(self.shown.curve, at) if known else "")
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        curve = self.shown.curve
        if len(curve):
            self.read_at(int(np.abs(self._x(curve.at) - event.position().x()).argmin()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        count = len(self.shown.curve)
        if step and count and event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            at = self.at if self.at >= 0 else count if step < 0 else -1
            self.read_at(min(max(at + step, 0), count - 1))
        elif event.key() == Qt.Key.Key_Escape and self.at >= 0:
            self.read_at(-1)
        else:
            super().keyPressEvent(event)


def short_number(value: float, digits: int) -> str:
    """A value of an axis: 12,500; 1.25M above a million."""
    if abs(value) >= 1_000_000:
        return f"{value / 1_000_000:.2f}".rstrip("0").rstrip(".") + "M"
    return figure(value, digits)


def _digits(value: float) -> int:
    return next((d for d in range(4) if abs(value * 10**d - round(value * 10**d)) < 1e-6), 4)
