"""日历热力: a vital sign day by day, a column a week: the more, the brighter, in a level's colour where it had one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from cockpit.model.clock import DAY, local, midnight
from cockpit.model.signs import Sign
from widgets.kit.theme import Theme
from widgets.lists.words import joined
from widgets.signs.board import Item
from widgets.wall.asking import History
from widgets.wall.paint import draw_frame, draw_mark, draw_words, fitted
from widgets.wall.signed import SignPanel
from widgets.wall.sizes import wide

_WEEKS = 53
_DIM, _DIM_LEVEL, _BRIGHT = (0.14, 0.27, 0.4), (0.16, 0.22, 0.28), (0.88, 1.0)
"""Shares of a colour, from the least value to the most. Between them lies what neither light nor dark words are read
on at 7 to 1."""
STEPS = len(_DIM) + len(_BRIGHT)


@dataclass(frozen=True)
class Day:
    """One day: its midnight (UTC us), value (NaN none), level that it had, whether it is today."""

    at: int
    value: float
    level: int = 0
    today: bool = False


class WallCalendar(SignPanel):
    """Attributes:
    days: by midnight. history: of the sign.
    """

    panel_id: ClassVar[str] = "wallcalendar"
    title_id: ClassVar[str] = "wallkit.calendar"
    options: ClassVar[Mapping[str, Any]] = {"sign": "", "weeks": 0}
    ample: ClassVar[tuple[float, float]] = (38, 20)

    def begin(self) -> None:
        super().begin()
        self.days: dict[int, Day] = {}
        self.history = History(self.ctx, self._came, self)
        self.one_item: Item | None = None

    def title(self) -> str:
        if self.chosen["title"] or self.one_item is None:
            return super().title()
        return joined(self.words.title(self.one_item), self.place())

    def gather(self) -> None:
        self.one_item = item = self.one(self.chosen["sign"])
        self.set_facts(self.ctx.t.unit(item.sign.unit) or None if item is not None else None)
        if item is None:
            return
        now = self.ctx.clock.now()
        today = midnight(now)
        weeks = min(max(int(self.chosen["weeks"]), 0) or _WEEKS, _WEEKS)
        first = today - local(today).weekday() * DAY - (weeks - 1) * 7 * DAY
        self.history.want(item.key, weeks * 7 * DAY, "day", first)
        curve = self.history.curve
        if not curve.known:
            self.no_history(item, self.history)
            return
        self.show_content()
        self.days = {}
        for at, value in zip(curve.at.tolist(), curve.value.tolist(), strict=True):
            day = midnight(at)
            self.days[day] = Day(day, value, level_at(item.sign, value), day == today)
        self.days.setdefault(today, Day(today, math.nan, 0, True))

    def _came(self) -> None:
        if not self.failed:
            self.look_now()

    def paint(self, painter: QPainter, box: QRectF) -> None:
        if not self.days:
            return
        kind, px = self.type, self.type.min
        values = np.array([day.value for day in self.days.values()])
        values = values[np.isfinite(values)]
        low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
        head, side = px * 1.35, wide(self.ctx.t("wallkit.weekday_0"), px) + kind.gap * 2
        legend = px * 1.6 if box.height() >= kind.row * 9 else 0.0
        cell = (box.height() - head - legend) / 7
        today = next(day.at for day in self.days.values() if day.today)
        if cell < px * 0.5:
            self._strip(painter, box, today, low, high)
            return
        wanted = min(max(int(self.chosen["weeks"]), 0) or _WEEKS, _WEEKS)
        fit = int((box.width() - side) / cell)
        weeks = max(1, min(wanted, fit))
        known = [day.at for day in self.days.values() if math.isfinite(day.value)]
        told = 1 + (today - min(known, default=today)) // (7 * DAY) + 1
        weeks = min(weeks, max(int(told), 4))
        across = min((box.width() - side) / weeks, cell * 2.4)
        begin = today - local(today).weekday() * DAY - (weeks - 1) * 7 * DAY
        top = box.top() + head
        every = max(1, math.ceil(px * 1.25 / cell))
        for weekday in range(0, 7, every):
            row = QRectF(box.left(), top + weekday * cell, side, cell)
            draw_words(painter, row, self.ctx.t(f"wallkit.weekday_{weekday}"), px, self.theme.t2)
        taken = -1e9
        for week in range(weeks):
            x = box.left() + side + week * across
            month = local(begin + week * 7 * DAY)
            first = week == 0 or local(begin + (week - 1) * 7 * DAY).month != month.month
            label = self.ctx.t(f"wallkit.month_{month.month}")
            if first and x >= taken and (week or local(begin + 14 * DAY).month == month.month):
                draw_words(painter, QRectF(x, box.top(), px * 4, head), label, px, self.theme.t2)
                taken = x + wide(label, px) + px * 0.5
            for weekday in range(7):
                at = begin + (week * 7 + weekday) * DAY
                if at <= today:
                    at = midnight(at + DAY // 2)
                    self._cell(painter, QRectF(x, top + weekday * cell, across, cell), self.days.get(at), low, high)
        if legend:
            self._legend(
                painter, QRectF(box.left() + side, box.bottom() - legend, box.width() - side, legend), low, high
            )

    def _cell(self, painter: QPainter, box: QRectF, day: Day | None, low: float, high: float) -> None:
        """A day; hollow where nothing is known of it, with its value where there is room."""
        theme, kind = self.theme, self.type
        gap = max(1.0, box.height() * 0.05)
        inner = QRectF(
            round(box.left() + gap), round(box.top() + gap), round(box.width() - 2 * gap), round(box.height() - 2 * gap)
        )
        radius = min(kind.radius, inner.height() / 5)
        if day is None or not math.isfinite(day.value):
            draw_frame(
                painter, inner, None, theme.t1 if day is not None and day.today else theme.line, kind.hair, radius
            )
            return
        edge = theme.t1 if day.today else None
        share = (day.value - low) / (high - low) if high > low else 0.5
        fill, bright = heat(theme, day.level, share)
        draw_frame(painter, inner, fill, edge, kind.hair * (2 if day.today else 1), radius)
        item = self.one_item
        words = self.words.value(item.sign, day.value) if item is not None else ""
        px = max(kind.min, min(inner.height() * 0.3, inner.width() * 0.3))
        if inner.height() >= kind.min * 1.3 and wide(words, kind.min) <= inner.width() * 0.94:
            px = fitted(words, inner.width() * 0.9, px, kind.min, bright)
            draw_words(painter, inner, words, px, theme.bg if bright else theme.t1, bright, "middle")

    def _strip(self, painter: QPainter, box: QRectF, today: int, low: float, high: float) -> None:
        """Where it is low: the last days beside each other."""
        kind, px = self.type, self.type.min
        named = box.height() >= px * 2.4
        foot = px * 1.35 if named else 0.0
        across = max(wide("30", px) + kind.gap * 2, box.height() - foot if not named else 0)
        days = max(1, min(int(box.width() / across), 31))
        across = box.width() / days
        for i in range(days):
            at = midnight(today - (days - 1 - i) * DAY + DAY // 2)
            cell = QRectF(box.left() + i * across, box.top(), across, box.height() - foot)
            self._cell(painter, cell, self.days.get(at), low, high)
            if named:
                under = QRectF(cell.left(), cell.bottom(), across, foot)
                draw_words(painter, under, f"{local(at).day}", px, self.theme.t2, side="middle")

    def _legend(self, painter: QPainter, row: QRectF, low: float, high: float) -> None:
        """From the least to the most."""
        px, item = self.type.min, self.one_item
        if item is None:
            return
        ends = [self.words.value(item.sign, value) for value in (low, high)]
        x = row.left()
        x += draw_words(painter, QRectF(x, row.top(), row.width(), row.height()), ends[0], px, self.theme.t2) + px * 0.4
        for step in range(STEPS):
            painter.fillRect(
                QRectF(x, row.center().y() - px * 0.35, px * 1.1, px * 0.7), heat(self.theme, 0, step / STEPS)[0]
            )
            x += px * 1.2
        x += px * 0.3
        x += draw_words(painter, QRectF(x, row.top(), row.right() - x, row.height()), ends[1], px, self.theme.t2) + px
        for level in sorted({day.level for day in self.days.values() if day.level}):
            side = px * 0.9
            draw_mark(painter, QRectF(x, row.center().y() - side / 2, side, side), level, self.theme)
            bound = next((one for one in item.sign.thresholds if one.level == level), None)
            said = self.words.bound(item.sign, bound) if bound is not None else ""
            need = side + px * 0.3 + wide(said, px)
            if x + need > row.right():
                break
            draw_words(painter, QRectF(x + side + px * 0.3, row.top(), wide(said, px) + 1, row.height()), said, px,
                       self.theme.t2)  # fmt: skip
            x += need + px * 0.8


def heat(theme: Theme, level: int, share: float) -> tuple[QColor, bool]:
    """The colour of a value that lies so far between the least and the most (0 to 1), opaque, and whether dark words
    stand on it."""
    step = min(max(int(share * STEPS), 0), STEPS - 1)
    dims = _DIM_LEVEL if level else _DIM
    bright = step >= len(dims)
    if level:
        color, alpha = theme.level(level, "fill"), 1.0 if bright else dims[step]
    else:
        color, alpha = (theme.t2, _BRIGHT[step - len(dims)]) if bright else (theme.chart, dims[step])
    ground = theme.s1
    mixed = [round(a * alpha + b * (1 - alpha)) for a, b in zip(color.getRgb()[:3], ground.getRgb()[:3], strict=True)]
    return QColor(*mixed), bright


def level_at(sign: Sign, value: float) -> int:
    """The level that a value has by the bounds alone, 0 within them."""
    levels = [
        bound.level
        for bound in sign.thresholds
        if (bound.above is not None and value > bound.above) or (bound.below is not None and value < bound.below)
    ]
    return min(levels, default=0)


PANELS = {"wallcalendar": WallCalendar}
