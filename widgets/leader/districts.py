"""One sign in each area below, side by side and on one scale: name, value, what it did today."""

from __future__ import annotations

from math import ceil

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from widgets.charts.scale import Curve, beat_of, unbroken
from widgets.charts.spark import polygon
from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus
from widgets.kit.panel import guarded
from widgets.kit.symbols import draw_badge
from widgets.leader.days import Days
from widgets.leader.walked import Walked, grid_steps
from widgets.lists.parts import draw_line
from widgets.lists.words import joined
from widgets.signs.asked import LEVELS
from widgets.signs.board import Item
from widgets.signs.words import SignWords

WIDE, HIGH, HEAD = 112, 58, 30


class Districts(Walked):
    """Small multiples; the greatest first.

    Attributes:
        items: what is shown. picked: (key) of the one gone into.
    """

    picked = Signal(str)

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.items: list[Item] = []
        self._curves: list[Curve] = []
        self._title = ""
        self._words: SignWords | None = None

    def show_items(self, title: str, items: list[Item], days: Days, words: SignWords) -> None:
        self._title, self.items, self._words = title, items, words
        self._curves = [days.today(item.key, item.value) for item in items]
        self.at = min(self.at, len(items) - 1)
        self._fit()
        self.update()

    def columns(self) -> int:
        return max(1, min(self.width() // WIDE, len(self.items)))

    def _rows(self) -> int:
        return max(1, ceil(len(self.items) / self.columns()))

    def _fit(self) -> None:
        self.setMinimumHeight(HEAD + self._rows() * HIGH)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    def place(self, i: int) -> QRect:
        columns, rows = self.columns(), self._rows()
        high = min((self.height() - HEAD) // rows, HIGH * 2)
        x, y = i % columns, i // columns
        inner = self.width() - 16
        left, right = 8 + inner * x // columns, 8 + inner * (x + 1) // columns
        return QRect(left, HEAD + y * high, right - left, high)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        painter.fillRect(0, 0, self.width(), 1, theme.line)
        draw_line(painter, QRect(12, 4, self.width() - 24, 24), self._title, theme.font("small", 700), theme.t2)
        known = [curve.value for curve in self._curves if curve.known]
        if not self.items or self._words is None:
            return
        everything = np.concatenate(known) if known else np.zeros(1)
        low, high = float(np.nanmin(everything)), float(np.nanmax(everything))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for i, item in enumerate(self.items):
            self._one(painter, self.place(i), i, item, low, high)

    def _one(self, painter: QPainter, box: QRect, i: int, item: Item, low: float, high: float) -> None:
        theme, words, old = self.ctx.theme, self._words, item.old(self.ctx.clock.now())
        assert words is not None
        if i == self._over:
            painter.fillRect(box, theme.s2)
        inner = box.adjusted(6, 4, -6, -4)
        value = words.value(item.sign, item.value)
        bold = theme.font("body", 700)
        level = item.level in LEVELS
        taken = round(QFontMetricsF(bold).horizontalAdvance(value)) + (20 if level else 0)
        name = QRect(inner.left(), inner.top(), inner.width() - taken - 6, 18)
        draw_line(painter, name, words.area(item.area), theme.font("small"), theme.t2)
        right = inner.right() - (18 if level else 0)
        told = QRect(inner.left(), inner.top(), right - inner.left(), 18)
        draw_line(painter, told, value, bold, theme.t3 if old else theme.t1, right=True)
        if level:
            draw_badge(painter, QRectF(inner.right() - 14, inner.top() + 1, 15, 15), item.level, theme)
        lane = QRectF(inner.left(), inner.top() + 22, inner.width(), inner.bottom() - inner.top() - 24)
        painter.fillRect(QRectF(lane.left(), lane.bottom(), lane.width(), 1), theme.grid)
        self._line(painter, lane, self._curves[i], low, high, old)
        if self.hasFocus() and i == self.at:
            draw_focus(painter, box, theme)

    def _line(self, painter: QPainter, lane: QRectF, curve: Curve, low: float, high: float, old: bool) -> None:
        """On the scale of all of them: that is what makes them to be compared."""
        if not curve.known:
            return
        theme = self.ctx.theme
        start, end = int(curve.at[0]), int(curve.at[-1])
        x = lane.left() + (curve.at - start) / max(end - start, 1) * (lane.width() - 4)
        y = lane.bottom() - 1 - (curve.value - low) / ((high - low) or 1.0) * (lane.height() - 3)
        painter.setPen(QPen(theme.chart2 if old else theme.chart, theme.line_w["spark"]))
        parts = unbroken(curve, beat_of(curve))
        for a, b in parts:
            painter.drawPolyline(polygon(x[a:b], y[a:b]))
        if parts:
            last = parts[-1][1] - 1
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.t3 if old else theme.t1)
            painter.drawEllipse(QPointF(x[last], y[last]), 2.2, 2.2)
            painter.setBrush(Qt.BrushStyle.NoBrush)

    # -- the hand

    def reach(self) -> int:
        return len(self.items)

    def steps(self) -> dict[Qt.Key, int]:
        return grid_steps(self.columns())

    def pick(self, i: int) -> None:
        self.picked.emit(self.items[i].key)

    def said(self, i: int) -> str:
        words, item = self._words, self.items[i]
        if words is None:
            return ""
        now = self.ctx.clock.now()
        said = (words.area(item.area), words.with_unit(item.sign, item.value), words.age(item, now))
        return joined(*said, words.mark(item.sign))
