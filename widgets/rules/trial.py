"""The dry run of a rule over the tape: “昨天会报 7 次”, with each of them, before anyone is disturbed."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from cockpit.model.ages import exactly
from cockpit.model.alarms import Firing, Rule, Tried
from cockpit.model.clock import DAY, HOUR, local, midnight
from cockpit.model.messages import Message
from widgets.kit.buttons import Segments, button
from widgets.kit.context import PanelContext
from widgets.lists.words import joined, number
from widgets.rules.words import unit_of_value

HOUR_AGO, TODAY, YESTERDAY, WEEK = "hour", "today", "yesterday", "week"
PERIODS = (HOUR_AGO, TODAY, YESTERDAY, WEEK)
BUSY = 20
"""Times a day from which on a rule would drown its operator with the others."""


class Trial(QWidget):
    """Asks for a period, runs, and says what would have been.

    Attributes:
        said: the sentence. firings: each time. go: the button.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        t, self._ctx = ctx.t, ctx
        self._asked = 0
        self.period = HOUR_AGO
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        row = QHBoxLayout()
        row.setSpacing(8)
        head = QLabel(t("rulesui.trial"), self)
        head.setProperty("style", "row_title")
        self.periods = Segments([(one, t(f"rulesui.period_{one}")) for one in PERIODS], self.period, self)
        self.periods.chosen.connect(self._choose)
        self.go = button(t("rulesui.try"), parent=self)
        row.addWidget(head)
        row.addStretch(1)
        row.addWidget(self.periods)
        row.addWidget(self.go)
        column.addLayout(row)
        self.said = QLabel(t("rulesui.not_tried"), self)
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        column.addWidget(self.said)
        self.firings = QListWidget(self)
        self.firings.setMinimumHeight(96)
        self.firings.setAccessibleName(t("rulesui.trial"))
        column.addWidget(self.firings, 1)
        self._firings: tuple[Firing, ...] = ()
        self.firings.itemActivated.connect(self._picked)

    def _choose(self, period: str) -> None:
        self.period = period

    def span(self) -> tuple[int, int]:
        """Start and end of the period, UTC us of the city."""
        now = self._ctx.clock.now()
        today = midnight(now)
        if self.period == TODAY:
            return today, now
        if self.period == YESTERDAY:
            return midnight(today - HOUR), today
        return (now - HOUR, now) if self.period == HOUR_AGO else (now - 7 * DAY, now)

    def run(self, rule: Rule) -> None:
        """Has the hub try the rule over the period; an answer to an earlier question is not shown."""
        alarms = self._ctx.alarms
        if alarms is None:
            self.said.setText(self._ctx.t("alarmlist.unknown"))
            return
        self._asked += 1
        asked, (start, end), period = self._asked, self.span(), self.period
        self.said.setText(self._ctx.t("rulesui.trying"))
        self.firings.clear()
        self.go.setEnabled(False)

        def done(tried: Tried | Message) -> None:
            if asked == self._asked:
                self.go.setEnabled(True)
                self.tell(tried, rule, period)

        alarms.try_out(rule, start, end, done)

    def forget(self) -> None:
        """What was said is of a rule that changed since."""
        self._asked += 1
        self.go.setEnabled(True)
        self.firings.clear()
        self._firings = ()
        self.said.setText(self._ctx.t("rulesui.not_tried"))

    def tell(self, tried: Tried | Message, rule: Rule, period: str) -> None:
        """What came of it."""
        t = self._ctx.t
        if isinstance(tried, Message):
            self.said.setText(t(tried))
            return
        days = max((tried.end - tried.start) / DAY, 1e-9)
        words = [t(f"rulesui.would_{period}", n=tried.times)] if tried.end > tried.start else []
        if tried.problem is not None:
            words.append(t(tried.problem))
        if tried.times / max(days, 1.0) > BUSY:
            words.append(t("rulesui.too_many"))
        if len(tried.firings) < tried.times:
            words.append(t("rulesui.first_of_them", n=len(tried.firings)))
        self.said.setText("\n".join(words))
        self._firings = tried.firings
        unit = unit_of_value(self._ctx, rule)
        for one in tried.firings:
            QListWidgetItem(self._words(one, unit), self.firings)

    def _words(self, one: Firing, unit: str) -> str:
        t = self._ctx.t
        value = "" if math.isnan(one.value) else f"{number(one.value)} {unit}".strip()
        lasted = t("rulesui.lasted", span=t(exactly(one.until - one.at))) if one.until else ""
        return joined(local(one.at).strftime("%m-%d %H:%M:%S"), one.name or one.thing, value, lasted)

    def _picked(self, item: QListWidgetItem) -> None:
        """Enter on one of them selects the thing, so that the map shows where it was."""
        one = self._firings[self.firings.row(item)]
        for topic in ("sensor", "sign", "event", "unit", "feed", "camera"):
            if one.thing in self._ctx.picture[topic]:
                self._ctx.selection.select(topic, one.thing)
                return
