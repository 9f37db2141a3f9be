"""The page of a vital sign: its value beside what it was, ought to be and will be, and its history."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QWidget

from cockpit.model.ages import full_stamp, stamp
from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND
from cockpit.model.messages import Message
from cockpit.model.signs import Series
from cockpit.model.tables import SIGNS, TEXT
from widgets.charts.history import Bound, HistoryChart, Shown
from widgets.charts.scale import Curve, curve_of
from widgets.kit.buttons import button
from widgets.kit.context import PanelContext
from widgets.kit.symbols import draw_badge
from widgets.lists.page import Desk, Page
from widgets.lists.page_things import icon_sign
from widgets.lists.parts import Head, Sentence
from widgets.lists.question import Question
from widgets.lists.words import joined
from widgets.signs.board import SignBoard, split_key
from widgets.signs.csv_file import curve_csv
from widgets.signs.exporting import saving
from widgets.signs.page_behind import Behind
from widgets.signs.page_more import Sections
from widgets.signs.page_parts import Choice, Compare, Figure, Legend
from widgets.signs.pins import Pins
from widgets.signs.words import SignWords

SPANS: dict[str, tuple[int, str, int]] = {
    "hour": (HOUR, "minute", 10 * SECOND),
    "day": (DAY, "minute", MINUTE),
    "week": (7 * DAY, "hour", 5 * MINUTE),
    "month": (31 * DAY, "hour", 10 * MINUTE),
    "year": (366 * DAY, "day", 30 * MINUTE),
}
"""What is shown of a sign: how long, in which grain, and how often it is asked for again."""
BUCKETS = 480


def sign_row(ctx: PanelContext, key: str) -> dict[str, Any] | None:
    """The row of an item; one without a value where it is known but not in the picture, else None."""
    row = ctx.picture["sign"].get(key)
    if row is not None:
        return row
    code, area, part = split_key(key)
    if ctx.signs is None or part or all(sign.code != code for sign in ctx.signs.known.signs):
        return None
    empty: dict[str, Any] = {
        column.name: "" if column.dtype == TEXT else 0 if "f" not in column.dtype else math.nan
        for column in SIGNS.columns
    }
    return {**empty, "key": key, "code": code, "area": area}


class SignThing(Page):
    """The page of an item.

    Attributes:
        item: as of the last row. curve: its history as of the last answer. span: key of `SPANS`.
        chart: draws it. more: what stands below: areas, parts, what it is.
        behind: the things that its value is made from.
    """

    topic = "sign"

    def __init__(self, desk: Desk, key: str, row: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(desk, key, row, parent)
        ctx = desk.ctx
        self.words = SignWords(ctx.t, ctx.pack, desk.areas)
        self.board = SignBoard(ctx.picture["sign"], desk.areas, ctx.pack.code)
        if ctx.signs is not None:
            self.board.take(ctx.signs.known)
        self.item = self.board.item_of(row)
        self._pins, self._exporting = Pins(ctx.prefs), saving(ctx, self)
        self.curve, self._asked_at, self._problem = Curve(), 0, ""
        self._question: Question | None = None
        kept = str(ctx.prefs.get("signs.span", "day"))
        self.span = kept if kept in SPANS else "day"
        self._make()
        self._ask()
        self.begin()

    def _make(self) -> None:
        ctx, t = self.desk.ctx, self.desk.ctx.t
        figures = self.block()
        figures.fill([Figure(ctx, self.words, lambda: self.item), Compare(ctx, self.words, lambda: self.item)])
        self._why = self.block(above=8)
        self.column.addWidget(self._buttons())
        self._choice = Choice(ctx, t("signsui.history"), self._spans(), self.span, self)
        self._choice.segments.chosen.connect(self.show_span)
        self.chart = HistoryChart(ctx, self._read, self)
        self.chart.setAccessibleName(t("signsui.history"))
        self._legend = self.block()
        self.column.insertWidget(self.column.indexOf(self._legend), self._choice)
        self.column.insertWidget(self.column.indexOf(self._legend), self.chart)
        self.more = Sections(self.desk, self.words, self.board, self)
        self.behind = Behind(self.desk, self.key, self.words, self)
        self.more.put_behind(self.behind)
        self.column.addWidget(self.more)

    def _spans(self) -> list[tuple[str, str]]:
        return [(one, self.desk.ctx.t(f"signsui.span_{one}")) for one in SPANS]

    def _buttons(self) -> QWidget:
        t = self.desk.ctx.t
        holder = QWidget(self)
        row = QHBoxLayout(holder)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        self.heat = button(t("signsui.heat"), self._to_map, "chip", parent=holder)
        self.heat.setToolTip(t("signsui.heat_tip"))
        self.pin = button("", self._toggle_pin, "chip", parent=holder)
        self.export = button(t("signsui.export"), self._export, "chip", parent=holder)
        self.to_area = button(t("signsui.open_area"), self._open_area, "chip", parent=holder)
        for made in (self.heat, self.to_area, self.export):
            made.setCheckable(False)
        for made in (self.heat, self.to_area, self.pin, self.export):
            row.addWidget(made)
        row.addStretch(1)
        area = self.desk.areas.get(self.item.area)
        self.to_area.setVisible(area is not None)
        self._say_pin()
        return holder

    # -- what is pressed

    def _to_map(self) -> None:
        ctx = self.desk.ctx
        reason = ctx.actions.trigger("map.color_sign")
        if reason is not None:
            ctx.notify(reason, 0)

    def _toggle_pin(self) -> None:
        self._pins.toggle(self.item.sign.code)
        self._say_pin()

    def _say_pin(self) -> None:
        on = self.item.sign.code in self._pins.codes
        self.pin.setChecked(on)
        self.pin.setText(self.desk.ctx.t("signsui.unpin" if on else "signsui.pin"))

    def _open_area(self) -> None:
        area = self.desk.areas.get(self.item.area)
        if area is not None:
            self.desk.ctx.selection.select("area", area.key)

    def _export(self) -> None:
        """What the chart shows, as CSV."""
        if not self.curve.known:
            self.desk.ctx.notify(Message("signsui.export_nothing"), 0)
            return
        name = joined(self.words.title(self.item, area=True)).replace(" · ", "-")
        self._exporting.ask(
            f"{self.desk.ctx.t('signsui.title')}-{name}", lambda _ending: curve_csv(self.curve, self.item, self.words)
        )

    def show_span(self, span_: str) -> None:
        """Another stretch of time."""
        self.span = span_
        self.desk.ctx.prefs.set("signs.span", span_)
        self._choice.segments.set_current(span_)
        self.curve, self._asked_at, self._problem = Curve(), 0, ""
        self._ask()
        self._show_chart()

    # -- its history

    def _ask(self) -> None:
        ctx = self.desk.ctx
        self._asked_at = now = ctx.clock.now()
        if ctx.signs is None:
            self._problem = ctx.t("signsui.no_service")
            return
        if self._question is not None and self._question.open:
            self._question.drop()
        length, grain, _ = SPANS[self.span]
        self._question = Question(self, self._came)
        ctx.signs.series(self.key, grain, now - length, now + 1, self._question.answer, BUCKETS)

    def _came(self, said: Series | Message) -> None:
        if isinstance(said, Message):
            self._problem = self.desk.ctx.t(said)
        else:
            self.curve, self._problem = curve_of(said), ""
        self._show_chart()

    def _live(self) -> Curve:
        """The history with the value of now at its end."""
        curve, item = self.curve, self.item
        if not item.known or self._question is None or self._question.open:
            return curve
        if len(curve) and item.measured <= int(curve.at[-1]):
            return curve
        value = np.array([item.value])
        return Curve(
            np.append(curve.at, np.int64(item.measured)),
            np.append(curve.value, value), np.append(curve.least, value), np.append(curve.most, value),
        )  # fmt: skip

    def _show_chart(self) -> None:
        ctx, t, item = self.desk.ctx, self.desk.ctx.t, self.item
        now, length = ctx.clock.now(), SPANS[self.span][0]
        sign = item.sign
        bounds = [
            Bound(value, one.level) for one in sign.thresholds for value in (one.above, one.below) if value is not None
        ]
        if sign.target is not None:
            bounds.append(Bound(sign.target))
        ahead = math.isfinite(item.forecast) and 0 < item.ahead <= length
        expected = (item.measured + item.ahead, item.forecast) if ahead and item.known else None
        waits = self._question is not None and self._question.open and not self._problem
        nothing = self._problem or t("signsui.history_waits" if waits else "signsui.history_none")
        self.chart.show_values(
            Shown(now - length, now, self._live(), sign.decimals, tuple(bounds), expected, item.old(now)), nothing
        )
        self._choice.note(joined(self.desk.ctx.t.unit(sign.unit), self._problem if self.curve.known else ""))
        self._show_legend(bounds, expected is not None)

    def _show_legend(self, bounds: list[Bound], expected: bool) -> None:
        t, steps, curve = self.desk.ctx.t, self.chart.steps(), self.chart.shown.curve
        marks = []
        if curve.known:
            marks.append(("line", t("signsui.legend_mean"), 0))
            if bool((curve.least != curve.most)[np.isfinite(curve.value)].any()):
                marks.append(("band", t("signsui.legend_band"), 0))
        seen = [one for one in bounds if steps and steps[0] <= one.value <= steps[-1]]
        marks += [("bound", t("signsui.legend_bound", value=self.words.value(self.item.sign, one.value)), one.level)
                  for one in seen if one.level][:2]  # fmt: skip
        if any(not one.level for one in seen):
            marks.append(("target", t("signsui.target"), 0))
        if expected:
            marks.append(("forecast", t("signsui.column_forecast"), 0))
        self._legend.fill([Legend(self.desk.ctx, marks)] if marks else [])

    def _read(self, curve: Curve, at: int) -> str:
        """A bucket in words."""
        sign, value = self.item.sign, float(curve.value[at])
        when = full_stamp(int(curve.at[at])) if self.span == "hour" else stamp(int(curve.at[at]))
        if not math.isfinite(value):
            return joined(when, self.words.t("signsui.no_value"))
        least, most = float(curve.least[at]), float(curve.most[at])
        held = least != most and math.isfinite(least) and math.isfinite(most)
        band = f"{self.words.value(sign, least)}–{self.words.value(sign, most)}" if held else ""
        return joined(when, self.words.with_unit(sign, value), band)

    # -- what a page says

    def take_row(self, row: dict[str, Any] | None) -> None:
        super().take_row(row if row is not None else sign_row(self.desk.ctx, self.key))

    def age_tick(self) -> None:
        super().age_tick()
        ctx = self.desk.ctx
        if ctx.signs is not None and self.board.take(ctx.signs.known):
            self.show_row()
        if ctx.clock.now() - self._asked_at >= SPANS[self.span][2] or ctx.clock.now() < self._asked_at:
            self._ask()
        self._show_chart()
        self._say_pin()
        self.behind.second()

    def show_row(self) -> None:
        self.item = self.board.item_of(self.row)
        item, desk = self.item, self.desk
        theme, sign = desk.ctx.theme, item.sign
        under = joined(self.words.area(item.area), self.words.branch(self.board.told, sign))
        title = joined(self.words.name(sign), self.words.part(item))
        self.head.fill([Head(theme, self._sign_of(), title, under)])
        why = self.words.missing(sign, sign.code in self.board.told.known.unfed)
        self._why.fill([] if item.known else [Sentence(theme, why, "t2", "small")])
        self._show_chart()
        self.more.show_item(item)
        self.behind.show_item(item)

    def _sign_of(self) -> Any:
        item, theme = self.item, self.desk.ctx.theme

        def draw(painter: QPainter, rect: QRectF) -> None:
            if item.known and 1 <= item.level <= 4:
                draw_badge(painter, rect, item.level, theme)
            else:
                icon_sign("ruler", self.desk)(painter, rect)

        return draw
