"""The course of a number, bucket by bucket, beside that of what it is compared with: each point may be gone into."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.charts.history import short_number
from widgets.charts.reading import ReadChart, upright
from widgets.charts.scale import round_steps, runs
from widgets.charts.spark import polygon
from widgets.kit.context import PanelContext
from widgets.kit.panel import guarded
from widgets.kit.theme import Theme
from widgets.kit.tips import plain_tip

_LEFT, _TOP, _BOTTOM = 12, 12, 22
Floats = np.ndarray


@dataclass(frozen=True)
class Note:
    """A mark in time: when (UTC us), and what is said of it."""

    at: int
    words: str


@dataclass(frozen=True)
class Line:
    """What a course shows.

    Attributes:
        starts: of the buckets, UTC us; end: of the last one. names: of the buckets as printed under the axis.
        values, before: beside them, None a bucket without.
        target: what is aimed at, None nothing. notes: marks in time.
        low, high: ends of the axis where several share one; NaN: by its own values.
        partial: the last bucket goes on still: its line is dashed. whole: of whole numbers: the axis has no others.
    """

    starts: tuple[int, ...] = ()
    values: tuple[float | None, ...] = ()
    before: tuple[float | None, ...] = ()
    names: tuple[str, ...] = ()
    end: int = 0
    target: float | None = None
    notes: tuple[Note, ...] = ()
    low: float = math.nan
    high: float = math.nan
    partial: bool = False
    whole: bool = False


def numbers(values: Sequence[float | None]) -> Floats:
    """Values as a column, NaN for none."""
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


class Course(ReadChart):
    """The chart. Left and Right walk its buckets, Enter or a click goes into one, the pointer reads them.

    Attributes:
        line: what it shows. small: little room: one of many.
        picked: (index) a bucket was gone into.
    """

    picked = Signal(int)

    def __init__(
        self, ctx: PanelContext, read: Callable[[int], str], parent: QWidget | None = None, small: bool = False
    ) -> None:
        """Args: read: a bucket in words."""
        super().__init__(ctx, parent)
        self._read, self.small = read, small
        self.line = Line()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(200, 72 if self.small else 130)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 48 if self.small else 84)

    def show_line(self, line: Line, nothing: str = "") -> None:
        """Args: nothing: what is said where there is no value."""
        self.line, self.nothing = line, nothing
        self.at = min(self.at, len(line.values) - 1)
        known = [f"{n} {v:g}" for n, v in zip(line.names, line.values, strict=False) if v is not None]
        self.setAccessibleDescription("; ".join(known[-24:]) or nothing)
        self.update()

    # -- where things lie

    def _box(self) -> QRectF:
        right = 14 if self.small else 46
        return QRectF(_LEFT, _TOP, max(1, self.width() - _LEFT - right), max(1, self.height() - _TOP - _BOTTOM))

    def steps(self) -> list[float]:
        """The values of the lines of the grid."""
        line = self.line
        known = np.concatenate((numbers(line.values), numbers(line.before)))
        known = known[np.isfinite(known)]
        if not len(known) and not math.isfinite(line.high):
            return []
        low = line.low if math.isfinite(line.low) else float(known.min())
        high = line.high if math.isfinite(line.high) else float(known.max())
        if line.target is not None and not math.isfinite(line.high):
            room = ((high - low) or abs(high) or 1.0) * 0.8
            if low - room <= line.target <= high + room:
                low, high = min(low, line.target), max(high, line.target)
        if low >= 0 and low - (high - low) <= 0:
            low = 0.0
        if high == low:
            high = low + 1
        steps = round_steps(low, high, 2 if self.small or self.height() < 130 else 4)
        if line.whole and len(steps) > 2:
            steps = [step for step in steps if float(step).is_integer() or step == steps[-1]]
        return steps

    def _places(self) -> Floats:
        box, count = self._box(), len(self.line.values)
        if count == 1:
            return np.array([box.center().x()])
        return np.asarray(box.left() + np.arange(count) * (box.width() - 4) / max(count - 1, 1))

    # -- painting

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, line, steps = QPainter(self), self.ctx.theme, self.line, self.steps()
        if not steps or not len(line.values):
            self.paint_nothing(painter, 16)
            return
        box = self._box()
        y = upright(box, steps[0], steps[-1])
        self._grid(painter, box, steps, y)
        self._notes(painter, box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = self._places()
        if line.before:
            count = min(len(line.before), len(x))
            thin = QPen(theme.chart2 if theme.name == "dark" else theme.chart2.darker(115), 1.25)
            draw_runs(painter, x[:count], y(numbers(line.before[:count])), thin)
        self._own(painter, theme, x, y)
        if 0 <= self.at < len(line.values):
            self._reading(painter, box, x, y)
        self.paint_focus(painter)

    def _own(self, painter: QPainter, theme: Theme, x: Floats, y: Callable[[Floats], Floats]) -> None:
        values = numbers(self.line.values)
        at = y(values)
        pen = QPen(theme.chart if self.small else theme.t2, theme.line_w["chart"])
        cut = len(values) - 1 if self.line.partial and len(values) > 1 else len(values)
        draw_runs(painter, x[:cut], at[:cut], pen)
        if cut < len(values) and np.isfinite(values[cut - 1 :]).all():
            pen.setDashPattern([2.5, 2])
            painter.setPen(pen)
            painter.drawPolyline(polygon(x[cut - 1 :], at[cut - 1 :]))
        known = np.flatnonzero(np.isfinite(values))
        if len(known):
            last = int(known[-1])
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.t1)
            painter.drawEllipse(QPointF(x[last], at[last]), 3, 3)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    def _grid(self, painter: QPainter, box: QRectF, steps: list[float], y: Callable[[float], Floats]) -> None:
        theme, line = self.ctx.theme, self.line
        painter.setFont(theme.font("axis"))
        metrics = QFontMetricsF(theme.font("axis"))
        digits = max((len(f"{step:.6g}".partition(".")[2]) for step in steps), default=0)
        for step in steps:
            at = round(float(y(step))) + 0.5
            painter.setPen(QPen(theme.grid, 1))
            painter.drawLine(QPointF(box.left(), at), QPointF(box.right(), at))
            if not self.small:
                painter.setPen(theme.t3)
                painter.drawText(QPointF(box.right() + 6, at + 4), short_number(step, digits))
        if line.target is not None and steps[0] <= line.target <= steps[-1]:
            pen = QPen(theme.t2, 1)
            pen.setDashPattern([4, 3])
            painter.setPen(pen)
            at = round(float(y(line.target))) + 0.5
            painter.drawLine(QPointF(box.left(), at), QPointF(box.right(), at))
        if line.names:
            painter.setPen(theme.t3)
            foot = box.bottom() + 17
            painter.drawText(QPointF(box.left(), foot), line.names[0])
            if len(line.names) > 1:
                last = line.names[-1]
                painter.drawText(QPointF(box.right() - metrics.horizontalAdvance(last), foot), last)
            middle = len(line.names) // 2
            if len(line.names) > 4 and box.width() > 4.5 * metrics.horizontalAdvance(line.names[0]):
                words = line.names[middle]
                at = float(self._places()[middle])
                painter.drawText(QPointF(at - metrics.horizontalAdvance(words) / 2, foot), words)

    def _notes(self, painter: QPainter, box: QRectF) -> None:
        theme, line = self.ctx.theme, self.line
        if len(line.starts) < 1:
            return
        end = max(line.end, line.starts[-1] + 1)
        for note in line.notes:
            if line.starts[0] <= note.at < end:
                x = round(float(np.interp(note.at, [*line.starts, end], [*self._places(), box.right()]))) + 0.5
                painter.setPen(QPen(theme.acc, 1))
                painter.drawLine(QPointF(x, box.top() - 4), QPointF(x, box.bottom()))
                painter.fillRect(QRectF(x - 2.5, box.top() - 8, 5, 5), theme.acc)

    def _reading(self, painter: QPainter, box: QRectF, x: Floats, y: Callable[[float], Floats]) -> None:
        theme, value = self.ctx.theme, self.line.values[self.at]
        at = round(float(x[self.at])) + 0.5
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(theme.line2, 1))
        painter.drawLine(QPointF(at, box.top()), QPointF(at, box.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if value is not None:
            painter.setPen(QPen(theme.s1, 2))
            painter.setBrush(theme.acc)
            painter.drawEllipse(QPointF(float(x[self.at]), float(y(value))), 4.5, 4.5)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        words = self._read(self.at)
        font = theme.font("small")
        wide = QFontMetricsF(font).horizontalAdvance(words) + 12
        left = min(max(at - wide / 2, 2.0), self.width() - wide - 2)
        plate = QRectF(left, 0, wide, 18)
        painter.setPen(QPen(theme.line2, 1))
        painter.setBrush(theme.s3)
        painter.drawRoundedRect(plate.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.setFont(font)
        painter.setPen(theme.t1)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)

    # -- hands

    def _near(self, x: float) -> int:
        places = self._places()
        return int(np.argmin(np.abs(places - x))) if len(places) else -1

    def read_at(self, at: int) -> None:
        if at != self.at:
            self.at = at
            notes = [n.words for n in self.line.notes if 0 <= at == self._bucket(n.at)]
            self.setToolTip(plain_tip("\n".join(notes)))
            self.update()

    def _bucket(self, at: int) -> int:
        return int(np.searchsorted(np.array(self.line.starts), at, side="right")) - 1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.read_at(self._near(event.position().x()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._near(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and at >= 0:
            self.picked.emit(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last = Qt.Key(event.key()), len(self.line.values) - 1
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Home: -last - 1, Qt.Key.Key_End: last + 1}
        if key in steps and last >= 0:
            self.read_at(min(max((self.at if self.at >= 0 else last + 1) + steps[key], 0), last))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat() and self.at >= 0:
            self.picked.emit(self.at)
        else:
            super().keyPressEvent(event)


def draw_runs(painter: QPainter, x: Floats, y: Floats, pen: QPen) -> None:
    """A line through what is known; it ends where a bucket has no value."""
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for a, b in runs(np.isfinite(y)):
        painter.drawPolyline(polygon(x[a:b], y[a:b]))
