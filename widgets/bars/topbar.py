"""The top bar: which city and seat, alerts that hold now, figures of the picture with their age, and of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from cockpit.model.ages import instant
from cockpit.model.freshness import Freshness
from cockpit.model.messages import Message
from cockpit.model.tables import AlarmState
from cockpit.picture.selection import Selection
from widgets.alarms.load import grade, rate_words
from widgets.alarms.load import token as load_token
from widgets.bars.alertchip import AlertChip, MoreAlerts, alerts_now
from widgets.bars.bar import Piece, TellingBar
from widgets.bars.figures import Figures, figures, loop_figures
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import FeedState, topic_state
from widgets.kit.symbols import draw_badge

MOST_CHIPS = 4
CASES, OVERDUE, ALARMS = "desk.cases", "desk.overdue", "desk.alarms"
"""The commands that show the cases, those overdue, and the alarms; without them their figures are not shown either."""


class Mark(Piece):
    """Logo, name of the city, seat, and 演示 for an embedded demo city."""

    stages: ClassVar[int] = 3

    def _parts(self, stage: int) -> tuple[str, str, str]:
        t, clock = self.ctx.t, self.ctx.clock
        city = t.pack(self.ctx.pack.name)
        title = t("bars.title", city=city) if stage < 2 else city
        rate = clock.city.rate
        demo = ""
        if clock.city.demo:
            demo = t("bars.demo") if rate == 1 else t("bars.demo_rate", rate=f"{rate:g}")
            self.setToolTip(t("bars.demo_why"))
        else:
            self.setToolTip("")
        return title, t("bars.seat") if stage < 1 else "", demo

    def face(self) -> object:
        return self._parts(self.stage)

    def wide(self, stage: int) -> int:
        title, seat, demo = self._parts(stage)
        wide = 36 + self.measure("clock", title) + 14
        for chip in (seat, demo):
            if chip:
                wide += self.measure("small", chip) + 16 + 8
        return round(wide) + 6

    def paint(self, painter: QPainter) -> None:
        theme = self.ctx.theme
        title, seat, demo = self._parts(self.stage)
        box = QRectF(0.75, self.height() / 2 - 11.25, 22.5, 22.5)
        painter.setPen(QPen(theme.t2, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 4, 4)
        foot = box.bottom() - 5.25
        for x, high in ((6, 7), (11, 12), (16, 5)):
            painter.fillRect(QRectF(x, foot - high, 2.5, high), theme.acc)
        x = self.words(painter, 36, "clock", title, "t1", 700) + 14
        for words, ink in ((seat, "t1"), (demo, "acc")):
            if words:
                wide = self.measure("small", words) + 16
                painter.setPen(QPen(theme.acc if ink == "acc" else theme.line2, 1))
                painter.setBrush(theme.acc_bg if ink == "acc" else theme.s2)
                painter.drawRoundedRect(QRectF(x + 0.5, self.height() / 2 - 11.5, wide - 1, 23), 4, 4)
                self.words(painter, x + 8, "small", words, ink)
                x += wide + 8


class Figure(Piece):
    """A label and a number with its unit. Old numbers are grey; without any value yet it says –, never 0."""

    stages: ClassVar[int] = 2

    def __init__(
        self, ctx: PanelContext, label: str, value: Callable[[Figures], str], unit: Callable[[Figures], str],
        why: str, parent: QWidget,
    ) -> None:  # fmt: skip
        super().__init__(ctx, parent)
        self._label, self._value, self._unit, self._why = label, value, unit, why
        self.number, self.unit, self.old, self.known = "", "", False, False

    def tell(self, now: Figures, state: FeedState | None, has_any: bool) -> None:
        """The count of now, and how fresh its source is."""
        t = self.ctx.t
        known = has_any or (state is not None and state.state is not Freshness.WAITING)
        self.known = known
        self.number = self._value(now) if known else t("bars.no_value")
        self.unit = self._unit(now) if known else ""
        self.old = state is not None and state.state in (Freshness.STALE, Freshness.DEAD)
        age = state.age(self.ctx.clock.wall()) if state else Message("kit.age_never")
        self.setToolTip(t("bars.figure_tip", why=t(self._why), age=t(age)))
        self.setAccessibleName(f"{t(self._label)} {self.number}{self.unit}")

    def face(self) -> object:
        return self.number, self.unit, self.old

    def wide(self, stage: int) -> int:
        label = self.measure("small", self.ctx.t(self._label)) + 8 if stage == 0 else 0
        unit = self.measure("small", self.unit) + 5 if self.unit.strip() else 0
        return round(13 + label + self.measure("title", self.number) + unit + 12)

    def paint(self, painter: QPainter) -> None:
        self.rule(painter, 0)
        x = 13.0
        if self.stage == 0:
            x = self.words(painter, x, "small", self.ctx.t(self._label), "t2") + 8
        x = self.words(painter, x, "title", self.number, "t3" if self.old else "t1", drop=-1)
        self.words(painter, x + 5, "small", self.unit, "t3" if self.old else "t2")


class LoopFigure(Piece):
    """A label and a number of the ledger. It is as this seat knows it: what waits in its outbox is counted in."""

    stages: ClassVar[int] = 3

    def __init__(self, ctx: PanelContext, name: str, action: str, parent: QWidget) -> None:
        """
        Args:
            name: of its texts. action: what a click runs.
        """
        super().__init__(ctx, parent)
        self._name, self._action = name, action
        self.number, self.unit, self.token = "", "", "t1"
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(lambda: ctx.actions.trigger(action))

    def tell(self, number: str, unit: str, token: str, **why: object) -> None:
        self._say(number, unit, token, self.ctx.t(f"bars.{self._name}_why", **why))

    def tell_unknown(self) -> None:
        """There is no ledger here yet that could be counted."""
        self._say(self.ctx.t("bars.no_value"), "", "t1", self.ctx.t("bars.ledger_waiting"))

    def _say(self, number: str, unit: str, token: str, why: str) -> None:
        self.number, self.unit, self.token = number, unit, token
        t = self.ctx.t
        self.setToolTip(why)
        self.setAccessibleName(f"{t(f'bars.{self._name}')} {number}{unit}")

    def face(self) -> object:
        return self.number, self.unit, self.token

    def wide(self, stage: int) -> int:
        if stage == 2 or not self.ctx.actions.get(self._action):
            return 0
        label = self.measure("small", self.ctx.t(f"bars.{self._name}")) + 8 if stage == 0 else 0
        unit = self.measure("small", self.unit) + 5 if self.unit else 0
        return round(13 + label + self.measure("title", self.number) + unit + 12)

    def paint(self, painter: QPainter) -> None:
        self.rule(painter, 0)
        x = 13.0
        if self.stage == 0:
            label = "t1" if self.underMouse() else "t2"
            x = self.words(painter, x, "small", self.ctx.t(f"bars.{self._name}"), label) + 8
        x = self.words(painter, x, "title", self.number, self.token, drop=-1)
        if self.unit:
            self.words(painter, x + 5, "small", self.unit, "t2")


class Grave(Piece):
    """Open events of level Ⅰ and Ⅱ, each with its sign."""

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(ctx, parent)
        self.counts = ("", "")

    def tell(self, now: Figures, known: bool) -> None:
        """The counts of now; without any data they are no zeros."""
        none = self.ctx.t("bars.no_value")
        self.counts = (f"{now.red:,}", f"{now.orange:,}") if known else (none, none)
        self.setToolTip(self.ctx.t("bars.grave_why"))
        self.setAccessibleName(f"Ⅰ {self.counts[0]} Ⅱ {self.counts[1]}")

    def face(self) -> object:
        return self.counts

    def wide(self, stage: int) -> int:
        return round(sum(18 + 7 + self.measure("title", count) + 12 for count in self.counts)) + 4

    def paint(self, painter: QPainter) -> None:
        x = 4.0
        for level, count in zip((1, 2), self.counts, strict=True):
            draw_badge(painter, QRectF(x, self.height() / 2 - 9, 18, 18), level, self.ctx.theme)
            x = self.words(painter, x + 25, "title", count, "t1", drop=-1) + 12


class Age(Piece):
    """The age of the figures beside it."""

    stages: ClassVar[int] = 2

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(ctx, parent)
        self._words = ""
        self._old = False

    def tell(self, state: FeedState | None) -> None:
        t = self.ctx.t
        self._old = state is not None and state.state in (Freshness.STALE, Freshness.DEAD)
        if state is None:
            self._words = ""
        elif self._old:
            at = self.ctx.clock.city.at(state.received)
            self._words = t("bars.stopped_at", at=instant(at, self.ctx.clock.now()))
        else:
            self._words = t(state.age(self.ctx.clock.wall()))
        self.setToolTip(t(state.age(self.ctx.clock.wall())) if state else "")

    @property
    def words_now(self) -> str:
        return self._words

    def face(self) -> object:
        return self._words

    def wide(self, stage: int) -> int:
        # the seconds change width; a room for three digits keeps the bar still
        least = 48 if self._words else 0
        return round(max(least, self.measure("small", self._words)) + 12) if self._words else 0

    def paint(self, painter: QPainter) -> None:
        wide = self.measure("small", self._words)
        self.words(painter, self.width() - wide - 12, "small", self._words, "t3")


class TopBar(TellingBar):
    """The top bar, 48 px.

    Attributes:
        chips: the alerts shown.
    """

    panel_id: ClassVar[str] = "topbar"
    topics: ClassVar[frozenset[str]] = frozenset({"case"})
    """Of what is told at once; what the picture says is counted each second."""

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setFixedHeight(ctx.theme.space["topbar_h"])
        self.mark = Mark(ctx, self)
        self.chips: list[AlertChip] = []
        self._more = MoreAlerts(ctx, self)
        self.event_age, self.unit_age = Age(ctx, self), Age(ctx, self)
        count = lambda _now: ctx.t("bars.count")  # noqa: E731
        self.today = Figure(ctx, "bars.today", lambda f: f"{f.today:,}", count, "bars.today_why", self)
        self.open = Figure(ctx, "bars.open", lambda f: f"{f.open:,}", count, "bars.open_why", self)
        self.grave = Grave(ctx, self)
        self.units = Figure(
            ctx, "bars.units", lambda f: f"{f.on_duty:,}", lambda f: f"/ {f.units:,}", "bars.units_why", self
        )
        runs = {"alarms": ALARMS, "cases": CASES, "overdue": OVERDUE, "in_time": CASES}
        self.loop = {name: LoopFigure(ctx, name, action, self) for name, action in runs.items()}
        ctx.selection.subscribe(self._selected)
        self.refresh(self.topics)

    def gives_way(self) -> Sequence[tuple[Piece, int]]:
        chips = self.chips[::-1]
        return (
            *((chip, 1) for chip in chips),
            *((chip, 2) for chip in chips),
            (self.mark, 1),
            *((chip, 3) for chip in chips),
            (self.mark, 2),
            *((chip, 4) for chip in chips),
            (self.loop["in_time"], 2),
            (self.today, 1),
            (self.open, 1),
            (self.loop["cases"], 1),
            (self.loop["alarms"], 1),
            (self.units, 1),
            (self.loop["overdue"], 1),
            (self.loop["cases"], 2),
            (self.loop["overdue"], 2),
            (self.loop["alarms"], 2),
        )

    def _tell(self) -> None:
        ctx = self.ctx
        now = figures(ctx.picture, ctx.clock.now())
        event, unit = topic_state(ctx, "event"), topic_state(ctx, "unit")
        self.today.tell(now, event, len(ctx.picture["event"]) > 0)
        self.open.tell(now, event, len(ctx.picture["event"]) > 0)
        self.units.tell(now, unit, now.units > 0)
        self.grave.tell(now, self.open.known)
        self.event_age.tell(event)
        self.unit_age.tell(unit)
        self._tell_loop()
        self._tell_alarms()
        self._show_alerts()
        of_events = [self.today, self.open, self.grave, self.event_age]
        right: list[Piece] = [*of_events, *self.loop.values(), self.units, self.unit_age]
        self.set_pieces([self.mark, *self.chips, self._more], right)

    def _tell_alarms(self) -> None:
        """How many wait to be acknowledged, and the operator's load beside it, always in sight."""
        alarms, t, figure = self.ctx.alarms, self.ctx.t, self.loop["alarms"]
        if alarms is None:
            figure.tell_unknown()
            return
        states = self.ctx.picture["alarm"].numbers("state")
        waiting = int(np.isin(states, (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED)).sum())
        load = alarms.load
        rate, words = rate_words(load), t(f"alarmlist.load_{grade(load)}")
        unit = t("bars.alarm_rate", rate=rate)
        operators = load.operators if load.known else t("bars.no_value")
        figure.tell(f"{waiting:,}", unit, load_token(load), rate=rate, n=operators, words=words)

    def _tell_loop(self) -> None:
        if not self.ctx.cases.known:
            for name, figure in self.loop.items():
                if name != "alarms":
                    figure.tell_unknown()
            return
        t, now = self.ctx.t, loop_figures(self.ctx.cases, self.ctx.clock.now())
        count, none = t("bars.count_cases"), t("bars.no_value")
        self.loop["cases"].tell(f"{now.open:,}", count, "t1", n=now.open)
        self.loop["overdue"].tell(f"{now.overdue:,}", count, "red_text" if now.overdue else "t1", n=now.overdue)
        share = f"{now.share:.1f}" if now.share is not None else none
        unit = "%" if now.share is not None else ""
        self.loop["in_time"].tell(share, unit, "t1", n=now.in_time, all=now.closed)

    def _show_alerts(self) -> None:
        """A chip an alert; a chip whose alert is still there stays the same widget."""
        alerts = alerts_now(self.ctx.picture, self.ctx.clock.now())
        shown = alerts[:MOST_CHIPS]
        old = {chip.alert.key: chip for chip in self.chips}
        self.chips = []
        for alert in shown:
            chip = old.pop(alert.key, None) or AlertChip(self.ctx, alert, self)
            chip.tell(alert)
            self.chips.append(chip)
        for gone in old.values():
            gone.hide()
            gone.deleteLater()
        self._more.count = len(alerts) - len(shown)

    def _selected(self, selection: Selection) -> None:
        for chip in self.chips:
            chip.update()


PANELS = {"topbar": TopBar}
