"""表盘: a vital sign within its range, with the bounds of its levels as bands along the arc; several side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from cockpit.model.ages import span
from cockpit.model.messages import Message
from cockpit.model.signs import Sign
from widgets.charts.history import short_number
from widgets.charts.scale import round_steps
from widgets.lists.words import joined
from widgets.signs.board import Item
from widgets.wall.kit import PanelState
from widgets.wall.paint import broken, clamped, draw_mark, draw_old, draw_value, draw_words, fitted
from widgets.wall.signed import SignPanel, level
from widgets.wall.sizes import FIGURE_EM, wide
from widgets.wall.tile import Tile, draw_tile

_FROM, _SWEEP = 210.0, 240.0
"""Degrees: where the arc begins, against the clock from the right, and how far it goes with the clock."""
_MOST = 8


class WallGauge(SignPanel):
    """The option `signs` has several; low and high are of the one named by `sign`."""

    panel_id: ClassVar[str] = "wallgauge"
    title_id: ClassVar[str] = "wallkit.gauge"
    options: ClassVar[Mapping[str, Any]] = {"sign": "", "signs": [], "low": None, "high": None}
    ample: ClassVar[tuple[float, float]] = (22, 13)

    def title(self) -> str:
        if self.chosen["title"] or len(self.items) != 1:
            return super().title()
        return joined(self.words.title(self.items[0]), self.place())

    def gather(self) -> None:
        named = [str(code) for code in self.chosen["signs"]][:_MOST]
        if not named:
            item = self.one(self.chosen["sign"])
            self.items = (item,) if item is not None else ()
        else:
            known = [code for code in named if self.known(code)]
            self.items = tuple(self.item(code) for code in known)
            if not known:
                self.show_state(PanelState.EMPTY, Message("wallkit.no_such_sign", {"code": ", ".join(named)}))
        self.set_facts(self.goal(self.items[0]) or None if len(self.items) == 1 else self.place() or None)

    def paint(self, painter: QPainter, box: QRectF) -> None:
        if not self.items:
            return
        count, kind = len(self.items), self.type
        best, columns = -1.0, 1
        for across in range(1, count + 1):
            rows = math.ceil(count / across)
            side = min(box.width() / across, box.height() / rows * 1.15)
            if side > best:
                best, columns = side, across
        rows = math.ceil(count / columns)
        if count > 1 and min(box.width() / columns / 2, (box.height() / rows - kind.row * 2.6) / 1.5) < kind.row * 1.9:
            self._tiles(painter, box)
            return
        gap = kind.pad if count > 1 else 0.0
        wide_, high = (box.width() - gap * (columns - 1)) / columns, (box.height() - gap * (rows - 1)) / rows
        named = 0
        if count > 1:
            titles = [broken(self.words.title(item), kind.row, wide_) for item in self.items]
            named = max(len(clamped(lines, 2)) for lines in titles)
        for i, item in enumerate(self.items):
            x, y = box.left() + (i % columns) * (wide_ + gap), box.top() + (i // columns) * (high + gap)
            self._gauge(painter, QRectF(x, y, wide_, high), item, named)

    def _gauge(self, painter: QPainter, box: QRectF, item: Item, named: int) -> None:
        """named: lines of names under gauges that are several, 0 for a single one."""
        kind, theme, words = self.type, self.theme, self.words
        at, old = level(item), item.old(self.ctx.clock.now())
        if named:
            lines = clamped(broken(words.title(item), kind.row, box.width()), 2)
            name_h = kind.row * 1.25 * named
            for i, line in enumerate(lines):
                row = QRectF(box.left(), box.bottom() - name_h + i * kind.row * 1.25, box.width(), kind.row * 1.25)
                draw_words(painter, row, line, kind.row, theme.t1, side="middle")
            box = box.adjusted(0, 0, 0, -name_h)
        ink = theme.level(at) if at else theme.t2 if old else theme.t1
        value = words.value(item.sign, item.value)
        foot = kind.min * 1.3
        radius = min(box.width() / 2, (box.height() - foot) / 1.5)
        if radius < self.base.row * 1.9 or not item.known:
            unit = words.unit(item.sign, item.value) if item.known else ""
            age = words.age(item, self.ctx.clock.now()) if old else ""
            tile = Tile(item, words.title(item), value, unit, self.goal(item), age=age)
            draw_tile(painter, box, tile, self.base, theme, named=False)
            return
        lines = self._lines(item) if not named and box.width() > radius * 3.4 else []
        if lines:
            need = max(wide(line, kind.row) for line in lines) + kind.pad * 2
            need = min(need, box.width() - 2 * radius)
            left = box.left() + (box.width() - 2 * radius - need) / 2
            beside = QRectF(left + 2 * radius + kind.pad * 2, box.top(), need - kind.pad * 2, box.height())
            self._beside(painter, beside, lines)
            box = QRectF(left, box.top(), 2 * radius, box.height())
        low, high = self._range(item)
        thick = max(radius * 0.15, kind.line * 2)
        middle = QPointF(box.center().x(), box.top() + (box.height() - radius * 1.5 - foot) / 2 + radius)
        arc = QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius)
        arc = arc.adjusted(thick, thick, -thick, -thick)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._piece(painter, arc, 0.0, 1.0, theme.s3, thick)
        share = min(max((item.value - low) / (high - low), 0.0), 1.0)
        fill = theme.level(at, "fill") if at else theme.chart2 if old else theme.chart
        self._piece(painter, arc, 0.0, max(share, 0.004), fill, thick)
        band = arc.adjusted(-thick * 0.72, -thick * 0.72, thick * 0.72, thick * 0.72)
        for first, last, of in bands(item.sign, low, high):
            self._piece(painter, band, first, last, theme.level(of, "fill"), max(thick * 0.2, kind.hair))
        if item.sign.target is not None and low <= item.sign.target <= high:
            self._tick(painter, middle, radius, thick, (item.sign.target - low) / (high - low))
        painter.restore()
        inner = (radius - 2 * thick) * 1.62
        unit = self.ctx.t.unit(item.sign.unit, item.value)
        px = fitted(value, inner, radius * 0.62, kind.row, True)
        figure = QRectF(middle.x() - inner / 2, middle.y() - px * 0.75, inner, px * 1.5)
        draw_value(painter, figure, value, "", px, ink, theme.t2, kind.min, "middle")
        under = middle.y() + px * FIGURE_EM * 0.62
        line = QRectF(middle.x() - inner / 2, under, inner, kind.min * 1.35)
        if old and named:
            self._old(painter, line, item)
        else:
            draw_words(painter, line, unit, kind.min, theme.t2, side="middle")
        if at:
            side = min(max(kind.row, radius * 0.16), radius * 0.3)
            top = middle.y() - px * FIGURE_EM * 0.72 - side
            if top > middle.y() - radius + 2 * thick:
                draw_mark(painter, QRectF(middle.x() - side / 2, top, side, side), at, theme)
        self._ends(painter, middle, radius, low, high, item.sign)

    def _old(self, painter: QPainter, line: QRectF, item: Item) -> None:
        """That its value stopped and when, in place of the unit: the title has the age of all."""
        px, now = self.type.min, self.ctx.clock.now()
        words = self.words.age(item, now)
        if wide(words, px) + px * 1.1 > line.width():
            words = self.ctx.t(span(now - item.measured))
        took = min(wide(words, px), line.width() - px * 1.1)
        left = line.center().x() - (took + px * 1.1) / 2
        draw_old(painter, left, line.center().y(), px, self.theme)
        draw_words(painter, QRectF(left + px * 1.1, line.top(), took + 1, line.height()), words, px, self.theme.t1)

    def _tiles(self, painter: QPainter, box: QRectF) -> None:
        """Where arcs have no room: values under each other, as many as can be read."""
        base, words, now = self.base, self.words, self.ctx.clock.now()
        columns = max(1, min(len(self.items), int(box.width() / (base.row * 11))))
        rows = max(1, min(math.ceil(len(self.items) / columns), int(box.height() / (base.row * 1.3))))
        across, down = box.width() / columns, box.height() / rows
        for i, item in enumerate(self.items[: rows * columns]):
            cell = QRectF(box.left() + i % columns * across, box.top() + i // columns * down, across - base.pad, down)
            age = words.age(item, now) if item.old(now) else ""
            value = words.value(item.sign, item.value)
            unit = words.unit(item.sign, item.value) if item.known else ""
            made = Tile(item, words.title(item), value, unit, age=age)
            draw_tile(painter, cell, made, base, self.theme)

    def _lines(self, item: Item) -> list[str]:
        """What is said beside a gauge that has room at its side."""
        age = self.words.age(item, self.ctx.clock.now()) if item.old(self.ctx.clock.now()) else ""
        return [one for one in (age, self.compared(item), self.expected(item), self.words.met(item)) if one]

    def _beside(self, painter: QPainter, box: QRectF, lines: list[str]) -> None:
        kind = self.type
        high = min(kind.row * 1.7, box.height() / len(lines))
        top = box.center().y() - high * len(lines) / 2
        for i, line in enumerate(lines):
            px = fitted(line, box.width(), kind.row, kind.min)
            draw_words(painter, QRectF(box.left(), top + i * high, box.width(), high), line, px, self.theme.t2)

    def _ends(self, painter: QPainter, middle: QPointF, radius: float, low: float, high: float, sign: Sign) -> None:
        """What the arc begins and ends with, under its ends."""
        px, theme = self.type.min, self.theme
        y = middle.y() + radius * 0.5
        for value, side in ((low, -1), (high, 1)):
            label = short_number(value, 0 if float(value).is_integer() else sign.decimals)
            x = middle.x() + side * radius * 0.8
            took = wide(label, px)
            draw_words(painter, QRectF(x - took / 2, y, took + 1, px * 1.3), label, px, theme.t2)

    def _piece(
        self, painter: QPainter, arc: QRectF, first: float, last: float, color: QColor, thick: float
    ) -> None:  # fmt: skip
        pen = QPen(color, thick)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawArc(arc, round((_FROM - first * _SWEEP) * 16), -max(round((last - first) * _SWEEP * 16), 1))

    def _tick(self, painter: QPainter, middle: QPointF, radius: float, thick: float, share: float) -> None:
        """The target, a line across the arc."""
        turn = math.radians(_FROM - share * _SWEEP)
        way = QPointF(math.cos(turn), -math.sin(turn))
        painter.setPen(QPen(self.theme.t1, max(self.type.line, thick * 0.14)))
        painter.drawLine(middle + way * (radius - thick * 1.75), middle + way * (radius - thick * 0.2))

    def _range(self, item: Item) -> tuple[float, float]:
        """From what to what the arc goes: the scene's, else 0 to 100 for shares, else round about what may be."""
        low, high = self.chosen["low"], self.chosen["high"]
        if self.chosen["signs"]:
            low = high = None
        sign = item.sign
        ends = [one for bound in sign.thresholds for one in (bound.above, bound.below) if one is not None]
        ends += [sign.target] if sign.target is not None else []
        if low is None:
            low = 0.0 if min([item.value, *ends]) >= 0 else min([item.value, *ends]) * 1.2
        if high is None:
            high = 100.0 if sign.unit == "%" else max([item.value * 1.1, *(one * 1.25 for one in ends), 1e-9])
            steps = round_steps(float(low), float(high))
            high = steps[-1] if steps and sign.unit != "%" else high
        return (float(low), float(high)) if high > low else (float(low), float(low) + 1.0)


def bands(sign: Sign, low: float, high: float) -> list[tuple[float, float, int]]:
    """Which parts of the arc (0 to 1) have which level, the gravest on top."""
    found = []
    for bound in sorted(sign.thresholds, key=lambda one: -one.level):
        for first, last in ((bound.above, high), (low, bound.below)):
            if first is not None and last is not None and first < last:
                ends = [min(max((one - low) / (high - low), 0.0), 1.0) for one in (first, last)]
                if ends[1] > ends[0]:
                    found.append((ends[0], ends[1], bound.level))
    return found


PANELS = {"wallgauge": WallGauge}
