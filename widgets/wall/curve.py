"""What a vital sign was over hours or days: its curve with bounds, the day before, and what is expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from cockpit.model.clock import DAY
from widgets.lists.words import joined
from widgets.signs.board import Item
from widgets.wall.asking import History
from widgets.wall.lines import Chart, draw_chart, steps_in
from widgets.wall.paint import dashed, draw_mark, draw_value, draw_words
from widgets.wall.signed import SignPanel, bounds_of, level, nearest
from widgets.wall.sizes import wide
from widgets.wall.tile import Tile, draw_tile

_BACK = {"": 0, "day": DAY, "week": 7 * DAY}


class WallCurve(SignPanel):
    """Attributes:
    one_item: what is shown, None without a value. history, before: its curves.
    """

    panel_id: ClassVar[str] = "wallcurve"
    title_id: ClassVar[str] = "wallkit.curve"
    options: ClassVar[Mapping[str, Any]] = {"sign": "", "hours": 24.0, "compare": "day", "forecast": True}
    ample: ClassVar[tuple[float, float]] = (24, 12)

    def begin(self) -> None:
        super().begin()
        self.one_item: Item | None = None
        back = _BACK.get(self.chosen["compare"], 0)
        self.history = History(self.ctx, self._came, self)
        self.before = History(self.ctx, self._came, self, back) if back else None

    def title(self) -> str:
        item = self.one_item
        if self.chosen["title"] or item is None:
            return super().title()
        return joined(self.words.title(item), self.place())

    def gather(self) -> None:
        if not self.knows("compare", tuple(_BACK)):
            return
        self.one_item = item = self.one(self.chosen["sign"])
        self.set_facts(self.expected(item) or None if item is not None else None)
        if item is None:
            return
        span = self.curve_span()
        self.history.want(item.key, span)
        if self.before is not None:
            self.before.want(item.key, span)
        if not self.history.curve.known:
            self.no_history(item, self.history)

    def _came(self) -> None:
        if not self.failed:
            self.look_now()

    def paint(self, painter: QPainter, box: QRectF) -> None:
        item, kind, theme = self.one_item, self.type, self.theme
        if item is None:
            return
        now = self.ctx.clock.now()
        old = item.old(now)
        base = self.base
        if box.height() < base.row * 3.6:
            self._low(painter, box, item, old)
            return
        expected = None
        if self.chosen["forecast"] and item.ahead > 0 and item.forecast == item.forecast and not old:
            expected = (item.measured + item.ahead, item.forecast)
        history, before = self.history, self.before
        earlier = before.curve if before is not None else type(history.curve)()
        bounds, decimals = bounds_of(item.sign), item.sign.decimals
        shown = Chart(history.start, history.end, history.curve, earlier, bounds, expected, old, decimals)
        if box.height() >= base.row * 6.5 or box.width() < base.row * 24:
            high = kind.figure * 0.95 if box.height() >= base.row * 4.6 else 0.0
            above, box = QRectF(box), box.adjusted(0, high + (kind.gap if high else 0), 0, 0)
            if high:
                above.setHeight(high)
                self._now(painter, above, item, old, steps_in(shown, box, kind))
        else:
            side = min(box.width() * 0.24, base.row * 12)
            self._beside(painter, QRectF(box.left(), box.top(), side, box.height()), item, old)
            box = box.adjusted(side + base.pad, 0, 0, 0)
        draw_chart(painter, box, shown, kind, theme)

    def _tile(self, item: Item, old: bool) -> Tile:
        words = self.words
        goal, age = self.goal(item), words.age(item, self.ctx.clock.now()) if old else ""
        curve = self.history.curve
        value = words.value(item.sign, item.value)
        unit = words.unit(item.sign, item.value)
        return Tile(item, words.title(item), value, unit, goal, self.compared(item), age, curve=curve)

    def _low(self, painter: QPainter, box: QRectF, item: Item, old: bool) -> None:
        """Where there is no room for axes: the value, and what it did."""
        draw_tile(painter, box, self._tile(item, old), self.base, self.theme, named=False)

    def _beside(self, painter: QPainter, box: QRectF, item: Item, old: bool) -> None:
        """At the left of a low chart: the value, and what it is held against."""
        tile = self._tile(item, old)
        draw_tile(painter, box, replace(tile, curve=type(tile.curve)()), self.base, self.theme, named=False)

    def _now(self, painter: QPainter, row: QRectF, item: Item, old: bool, steps: Sequence[float]) -> None:
        """The value of now at the left, what the lines mean at the right: of one that the grid with these steps does
        not reach the words alone."""
        kind, theme, words = self.type, self.theme, self.words
        at = level(item)
        ink = theme.level(at) if at else theme.t2 if old else theme.t1
        value, unit = words.value(item.sign, item.value), words.unit(item.sign, item.value)
        took = draw_value(
            painter, row.adjusted(0, 0, -row.width() * 0.4, 0), value, unit, kind.clock, ink, theme.t2, kind.min
        )
        if at:
            side = kind.row
            draw_mark(painter, QRectF(row.left() + took + kind.gap, row.center().y() - side / 2, side, side), at, theme)
            took += side + kind.gap
        right = row.right()
        legend: list[tuple[str, str]] = []
        if self.before is not None and self.before.curve.known:
            legend.append(("before", self.ctx.t(f"wallkit.before_{self.chosen['compare']}")))
        goal = self.goal(item)
        if goal:
            legend.append(("goal", goal))
        bound = nearest(item)
        end = item.sign.target
        if end is None and bound is not None:
            end = bound.above if bound.above is not None else bound.below
        reached = end is not None and bool(steps) and steps[0] <= end <= steps[-1]
        for what, label in legend:
            need = wide(label, kind.min) + kind.min * 2
            if right - need < row.left() + took + kind.gap * 3:
                break
            draw_words(
                painter, QRectF(right - need, row.top(), need, row.height()), label, kind.min, theme.t2, side="right"
            )
            y, x = row.center().y(), right - need
            if what == "goal" and not reached:
                right -= need + kind.min * 0.8
                continue
            color = (
                theme.chart2
                if what == "before"
                else theme.t2
                if item.sign.target is not None
                else theme.level(bound.level)
                if bound
                else theme.t2
            )
            pen = dashed(color, kind.line * 0.8)
            if what == "before":
                pen = dashed(color, kind.line, (1000, 1))
            painter.setPen(pen)
            painter.drawLine(int(x), int(y), int(x + kind.min * 1.6), int(y))
            right -= need + kind.min * 0.8


PANELS = {"wallcurve": WallCurve}
