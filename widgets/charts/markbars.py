"""Bars with a mark each for what is compared with, on one axis: pointed at in the accent, gone into by a click."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets.charts.barrows import BAR, PAD, ROW, BarRows
from widgets.charts.scale import round_steps
from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus
from widgets.kit.panel import guarded

AXIS = 24
LEAST = 5
"""Bars that are worth more than the numbers of the axis."""
_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)


@dataclass(frozen=True)
class MarkBar:
    """One bar.

    Attributes:
        key: what it leads to, "" nothing: a remainder, drawn faint.
        name, words: as printed; value: NaN none, and then no bar.
        mark: what it is compared with, NaN none.
        tip: what is said of it beside that.
    """

    key: str
    name: str
    value: float
    words: str
    mark: float = math.nan
    tip: str = ""


class MarkBars(BarRows):
    """The bars. Up and Down walk them, Enter or a click goes into one, Ctrl+Enter or a click on its number to its rows.

    Attributes:
        bars: what it shows; the one `at` is selected.
        rows: (key) its rows are wanted. pointed: (key) the keyboard is on it.
    """

    rows = Signal(str)
    pointed = Signal(str)

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.bars: tuple[MarkBar, ...] = ()
        self._unit = ""

    def rows_of(self) -> Sequence[MarkBar]:
        return self.bars

    def sizeHint(self) -> QSize:
        return QSize(300, ROW * len(self.bars) + AXIS + 6)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, ROW * 3 + AXIS)

    def show_bars(self, bars: Sequence[MarkBar], unit: str = "", selected: str = "") -> None:
        """Args: unit: stands at the end of the axis. selected: key of the bar that is selected, "" as it was."""
        kept = selected or (self.bars[self.at].key if 0 <= self.at < len(self.bars) else "")
        self.bars, self._unit = tuple(bars), unit
        self.at = next((i for i, bar in enumerate(self.bars) if bar.key == kept), -1) if kept else -1
        self._shown_anew()

    def select(self, key: str) -> None:
        """Marks a bar as the selected one; nothing is told."""
        self.at = next((i for i, bar in enumerate(self.bars) if bar.key == key), -1)
        self._reveal()
        self.update()

    # -- where things lie

    @property
    def _foot(self) -> int:
        """Height of the axis' numbers; none where bars, which print their own, need the room."""
        return AXIS if self.height() >= min(len(self.bars), LEAST) * ROW + AXIS else 0

    def _top(self) -> float:
        values = [v for bar in self.bars for v in (bar.value, bar.mark) if math.isfinite(v)]
        return max([*values, 0.0])

    def _columns(self) -> tuple[float, float, float]:
        """Where names end, bars begin and bars may end."""
        theme = self.ctx.theme
        body = QFontMetricsF(theme.font("body", 700))
        widest = max((body.horizontalAdvance(bar.name) for bar in self.bars), default=0.0) + 2
        named = PAD + min(widest, self.width() * 0.36)
        valued = max((body.horizontalAdvance(bar.words) for bar in self.bars), default=0.0) + 8
        scroll = 10 if len(self.bars) > self._fits() else 0
        return named, named + 12, max(self.width() - PAD - valued - scroll, named + 40)

    # -- painting

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        named, left, right = self._columns()
        steps = self._steps(right - left)
        top = (steps[-1] if steps else 0.0) or 1.0
        shown = self.bars[self._first : self._first + self._fits()]
        foot = len(shown) * ROW
        self._axis(painter, steps, top, left, right, foot)
        for i, bar in enumerate(shown):
            self._bar(painter, self._first + i, bar, QRectF(0, i * ROW, self.width(), ROW), named, left, right, top)
        if len(self.bars) > len(shown):
            self._scroll(painter, foot)
        if self.hasFocus() and self.at < 0:
            draw_focus(painter, self.rect(), theme)

    def _steps(self, wide: float) -> list[float]:
        top = self._top()
        steps = [step for step in round_steps(0.0, top, 4 if wide > 160 else 2) if step >= 0] if top > 0 else []
        whole = all(float(bar.value).is_integer() for bar in self.bars if math.isfinite(bar.value))
        return [step for step in steps if float(step).is_integer() or step == steps[-1]] if whole else steps

    def _axis(self, painter: QPainter, steps: list[float], top: float, left: float, right: float, foot: float) -> None:
        theme = self.ctx.theme
        painter.setFont(theme.font("axis"))
        metrics = QFontMetricsF(theme.font("axis"))
        for step in steps:
            x = round(left + step / top * (right - left)) + 0.5
            painter.setPen(QPen(theme.grid if step else theme.line2, 1))
            painter.drawLine(QPointF(x, 0), QPointF(x, foot))
            if not self._foot:
                continue
            words = f"{step:,.10g}"
            painter.setPen(theme.t3)
            wide = metrics.horizontalAdvance(words)
            painter.drawText(QPointF(min(x - wide / 2, self.width() - wide - 2), foot + 17), words)
        if self._unit and steps and self._foot:
            last = metrics.horizontalAdvance(f"{steps[-1]:,.10g}") / 2
            start = right + last + 8
            if start + metrics.horizontalAdvance(self._unit) < self.width():
                painter.setPen(theme.t3)
                painter.drawText(QPointF(start, foot + 17), self._unit)

    def _bar(
        self, painter: QPainter, row: int, bar: MarkBar, box: QRectF, named: float, left: float, right: float,
        top: float,
    ) -> None:  # fmt: skip
        theme = self.ctx.theme
        selected = row == self.at and bool(bar.key)
        if row == self._over and bar.key:
            painter.fillRect(box, theme.s2)
        font = theme.font("body", 700 if selected else 400)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(theme.acc if selected else theme.t1 if bar.key else theme.t3)
        name = metrics.elidedText(bar.name, Qt.TextElideMode.ElideRight, named - PAD + 2)
        painter.drawText(QRectF(PAD, box.top(), named - PAD, ROW), _MIDDLE | int(Qt.AlignmentFlag.AlignRight), name)
        known = math.isfinite(bar.value)
        wide = max(bar.value, 0.0) / top * (right - left) if known else 0.0
        high = box.top() + (ROW - BAR) / 2
        if known and bar.value > 0:
            color = theme.acc if selected else theme.chart if bar.key else theme.chart2
            painter.fillRect(QRectF(left, high, max(wide, 1.0), BAR), color)
        if math.isfinite(bar.mark):
            x = round(left + min(max(bar.mark, 0.0) / top, 1.0) * (right - left))
            if x > left + 4:  # a gap beside it, so that it is seen on a bar
                painter.fillRect(QRectF(x - 2, high - 3, 5, BAR + 6), theme.s1)
            painter.fillRect(QRectF(x - 1, high - 3, 2, BAR + 6), theme.t1)
            wide = max(wide, x - left + 2)
        painter.setFont(theme.font("body", 700) if known else theme.font("small"))
        painter.setPen(theme.t1 if known and bar.key else theme.t3)
        at = QRectF(left + wide + 7, box.top(), self.width(), ROW)
        painter.drawText(at, _MIDDLE, bar.words)
        if row == self.at and self.hasFocus():
            draw_focus(painter, box, theme, right=2, bottom=2)

    def _scroll(self, painter: QPainter, foot: float) -> None:
        count, shown = len(self.bars), self._fits()
        high = max(foot * shown / count, 24.0)
        y = (foot - high) * self._first / max(count - shown, 1)
        painter.fillRect(QRectF(self.width() - 6, y, 4, high), self.ctx.theme.line2)

    # -- hands

    def _numbers_from(self, row: int) -> float:
        """Where the number of a bar begins, pixels."""
        _, left, right = self._columns()
        steps = self._steps(right - left)
        top = (steps[-1] if steps else 0.0) or 1.0
        bar = self.bars[row]
        ends = [max(v, 0.0) / top * (right - left) for v in (bar.value, bar.mark) if math.isfinite(v)]
        return left + max([*ends, 0.0]) + 4

    def _go(self, at: int) -> None:
        if 0 <= at < len(self.bars):
            super()._go(at)
            self.pointed.emit(self.bars[at].key)

    def _click(self, row: int, x: float) -> None:
        (self.rows if x >= self._numbers_from(row) else self.picked).emit(self.bars[row].key)

    def _enter(self, key: str, control: bool) -> None:
        (self.rows if control else self.picked).emit(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.at >= 0:
            self.at = -1
            self.pointed.emit("")
            self.update()
        else:
            super().keyPressEvent(event)
