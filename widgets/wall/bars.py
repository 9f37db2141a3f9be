"""按时段: what came in each hour or day, as columns; events of today, or a vital sign."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from cockpit.model import ages
from cockpit.model.clock import DAY, HOUR, local, midnight
from cockpit.model.messages import Message
from widgets.charts.history import short_number
from widgets.charts.scale import round_steps
from widgets.signs.board import Item, SignBoard
from widgets.signs.words import SignWords
from widgets.wall.asking import History
from widgets.wall.counting import CountPanel
from widgets.wall.kit import PanelState
from widgets.wall.paint import dashed, draw_frame, draw_value, draw_words
from widgets.wall.signed import tells
from widgets.wall.sizes import wide

_GRAINS = ("hour", "day")


@dataclass(frozen=True)
class Column:
    """One hour or day: its start (UTC us), value (NaN none), whether it is not over yet."""

    at: int
    value: float
    open: bool = False


class WallBars(CountPanel):
    """Attributes:
    columns: what is shown, oldest first. span: of a column, us.
    """

    panel_id: ClassVar[str] = "wallbars"
    title_id: ClassVar[str] = "wallkit.bars"
    topics: ClassVar[frozenset[str]] = CountPanel.topics | {"sign"}
    options: ClassVar[Mapping[str, Any]] = {"sign": "", "grain": "hour", "count": 0}
    ample: ClassVar[tuple[float, float]] = (24, 10)

    def begin(self) -> None:
        super().begin()
        self.board = SignBoard(self.ctx.picture["sign"], self.areas, self.ctx.pack.code)
        self.history = History(self.ctx, self._came, self)
        self.columns: list[Column] = []
        self._item: Item | None = None

    def seen(self) -> object:
        return repr((self.columns, self.stale))

    @property
    def of(self) -> str:
        return "today"

    @property
    def span(self) -> int:
        return DAY if self.chosen["sign"] and self.chosen["grain"] == "day" else HOUR

    def title(self) -> str:
        if self.chosen["title"]:
            return super().title()
        if self.chosen["sign"]:
            return self.sign_words().name(self.board.told.sign(self.chosen["sign"]))
        return super().title()

    @property
    def stale(self) -> bool:
        """Whether what is shown is old."""
        return self._item.old(self.ctx.clock.now()) if self._item is not None else self.old

    def sign_words(self) -> SignWords:
        return SignWords(self.ctx.t, self.ctx.pack, self.areas)

    def _came(self) -> None:
        if not self.failed:
            self.look_now()

    def look(self) -> None:
        code = self.chosen["sign"]
        if self.chosen["grain"] not in _GRAINS:
            said = {"name": "grain", "word": self.chosen["grain"], "words": ", ".join(_GRAINS)}
            self.show_state(PanelState.EMPTY, Message("wallkit.wrong_word", said))
        elif not code:
            super().look()
        else:
            self._look_sign(code)

    def _look_sign(self, code: str) -> None:
        if not tells(self, self.board, code):
            return
        row = self.board.row(code, self.area)
        self._item = self.board.item_at(row) if row >= 0 else None
        now, span = self.ctx.clock.now(), self.span
        count = int(self.chosen["count"]) or (24 if span == HOUR else 14)
        first = self._begin(now) - (count - 1) * span
        key = f"sign/{code}@{self.area}"
        self.history.want(key, count * span, self.chosen["grain"], first)
        curve = self.history.curve
        if not curve.known or curve.at[-1] < first:
            if self.history.problem is not None:
                lines = (self.history.problem, Message("wallkit.asked_again"))
                self.show_state(PanelState.DEAD, Message("wallkit.curve_failed"), lines)
            elif self.history.waiting:
                self.show_state(PanelState.WAITING, Message("wallkit.curve_waiting"))
            else:
                self.show_state(PanelState.EMPTY, Message("wallkit.curve_none"), (Message("wallkit.curve_none_way"),))
            return
        self.show_content()
        self.columns = []
        for i in range(count):
            at = first + i * span
            here = np.flatnonzero((curve.at >= at) & (curve.at < at + span) & np.isfinite(curve.value))
            value = float(curve.value[here].mean()) if len(here) else math.nan
            self.columns.append(Column(at, value, at + span > now))
        self.set_facts(self.ctx.t.unit(self.board.told.sign(code).unit) or None)
        self._say_age()
        self.setAccessibleName(self.headline())

    def _begin(self, now: int) -> int:
        """Of the hour or day that is going on."""
        day = midnight(now)
        return day if self.span == DAY else day + (now - day) // HOUR * HOUR

    def count(self) -> None:
        """Events of today by the hour; hours that are to come are no zeros."""
        self._item = None
        table, now = self.ctx.picture["event"], self.ctx.clock.now()
        day = midnight(now)
        occurred = table.numbers("occurred")[self.taken_in(timed=False).rows(table) & self._inside_rows()]
        hours = ((occurred[(occurred >= day) & (occurred <= now)] - day) // HOUR).astype(int)
        counts = np.bincount(hours, minlength=24)
        going = int((now - day) // HOUR)
        self.columns = [
            Column(day + i * HOUR, float(counts[i]) if i <= going else math.nan, i == going) for i in range(24)
        ]
        total = int(counts.sum())
        self.set_facts(Message("wallkit.total", {"n": f"{total:,}"}))
        if not total:
            self.say_none()

    def _say_age(self) -> None:
        item = self._item
        if not self.chosen["sign"]:
            super()._say_age()
        elif item is not None and item.known:
            now = self.ctx.clock.now()
            self.set_age(ages.data_age(item.measured, item.period, now), item.old(now))
        else:
            self.set_age(None)

    def paint(self, painter: QPainter, box: QRectF) -> None:
        values = [one.value for one in self.columns if math.isfinite(one.value)]
        if not values:
            return
        kind, theme = self.type, self.theme
        if box.height() < self.base.row * 3:
            self._low(painter, box, values)
            return
        px, foot = kind.min, kind.min * 1.4
        most = max(1, min(4, int((box.height() - foot) / (px * 1.9))))
        steps = round_steps(min(0.0, *values), max(*values, 0.0) if len(values) > 1 else max(values[0], 0.0), most)
        if len(steps) < 2:
            return
        labels = [short_number(step, 0 if float(step).is_integer() else 1) for step in steps]
        right = max(wide(label, px) for label in labels) + px * 0.4
        above = px * 1.2 if steps[-1] - max(values) < (steps[-1] - steps[0]) * 0.12 else px * 0.5
        plot = QRectF(box.left(), box.top() + above, box.width() - right, box.height() - foot - above)
        if plot.height() < px * 1.2 or plot.width() < px * 4:
            return
        low, high = steps[0], steps[-1]

        def y(value: float) -> float:
            return plot.bottom() - (value - low) / (high - low) * plot.height()

        for step, label in zip(steps, labels, strict=True):
            painter.fillRect(QRectF(plot.left(), round(y(step)), plot.width(), kind.hair), theme.line)
            draw_words(
                painter, QRectF(plot.right() + px * 0.4, y(step) - px * 0.7, right, px * 1.4), label, px, theme.t2
            )
        across, stale = plot.width() / len(self.columns), self.stale
        top = max(values)
        for i, one in enumerate(self.columns):
            self._label(painter, plot, i, across)
            if not math.isfinite(one.value):
                continue
            thick = across * 0.66
            x = plot.left() + i * across + (across - thick) / 2
            bar = QRectF(
                x, min(y(one.value), y(0)), thick, max(abs(y(0) - y(one.value)), kind.hair if one.value else 0)
            )
            if one.open:
                draw_frame(painter, bar, theme.s3 if stale else theme.chart2, theme.t2, kind.hair, 0)
            else:
                painter.fillRect(bar, theme.chart2 if stale else theme.t2 if one.value == top else theme.chart)
            if one.value == top or one.open:
                told = short_number(one.value, 0 if one.value.is_integer() else 1)
                took = wide(told, px, True)
                left = min(max(bar.center().x() - took / 2, plot.left()), plot.right() - took)
                if bar.top() - px * 1.2 >= box.top() and (one.value == top or top - one.value > (high - low) * 0.2):
                    over = QRectF(left, bar.top() - px * 1.25, took + 1, px * 1.2)
                    draw_words(painter, over, told, px, theme.t1, True)
        target = self._item.sign.target if self._item is not None else None
        if target is not None and low <= target <= high:
            painter.setPen(dashed(theme.t1, kind.hair))
            painter.drawLine(int(plot.left()), round(y(target)), int(plot.right()), round(y(target)))

    def _low(self, painter: QPainter, box: QRectF, values: list[float]) -> None:
        """Where there is no room for axes: how many in all, or the last value, and the columns."""
        kind, theme, item = self.base, self.theme, self._item
        told, unit = f"{sum(values):,.0f}", self.ctx.t("wallkit.unit_events")
        if item is not None and item.known:
            told, unit = self.sign_words().value(item.sign, item.value), self.ctx.t.unit(item.sign.unit, item.value)
        px = min(kind.figure, box.height() * 0.9)
        need = wide(told, px, True) + wide(unit, max(kind.min, px * 0.46)) + kind.gap * 2
        side = min(need, box.width() * 0.5)
        draw_value(
            painter, QRectF(box.left(), box.top(), side, box.height()), told, unit, px, theme.t1, theme.t2, kind.min
        )
        left = box.left() + side + kind.pad
        across, top = (box.right() - left) / len(self.columns), max(*values, 0.0, 1e-9)
        for i, one in enumerate(self.columns):
            if math.isfinite(one.value) and one.value >= 0:
                high = max(one.value / top * box.height() * 0.9, kind.hair if one.value else 0)
                bar = QRectF(left + (i + 0.17) * across, box.bottom() - high, across * 0.66, high)
                pale = one.open or self.stale
                painter.fillRect(bar, theme.chart2 if pale else theme.t2 if one.value == top else theme.chart)
        painter.fillRect(QRectF(left, box.bottom() - kind.hair, box.right() - left, kind.hair), theme.line2)

    def _label(self, painter: QPainter, plot: QRectF, i: int, across: float) -> None:
        """The hour or day under a column, of as many as there is room for."""
        px, span = self.type.min, self.span
        at = self.columns[i].at
        words = f"{local(at).hour}" if span == HOUR else f"{local(at).month}-{local(at).day}"
        every = math.ceil((wide("00" if span == HOUR else "12-30", px) + px * 0.7) / across)
        every = next((one for one in (1, 2, 3, 4, 6, 8, 12) if one >= every), every) if span == HOUR else every
        place = local(at).hour if span == HOUR else len(self.columns) - 1 - i
        if place % every:
            return
        took = wide(words, px)
        x = plot.left() + (i + 0.5) * across - took / 2
        x = min(max(x, plot.left()), plot.right() - took)
        draw_words(painter, QRectF(x, plot.bottom() + px * 0.1, took + 1, px * 1.3), words, px, self.theme.t2)


PANELS = {"wallbars": WallBars}
