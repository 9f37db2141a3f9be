"""Deadlines of many cases at once: what a loop's calendar says one by one, for arrays of times."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND, SHANGHAI, local
from cockpit.model.loop import LoopRules
from cockpit.model.worktime import UNITS, Calendar, Span

Ints = NDArray[np.int64]
BEYOND = 60 * DAY
"""How far behind the last start a clock may run."""


class Deadlines:
    """The clocks of a loop over a stretch of time.

    Args:
        start, end: of the times that are asked for, UTC us.
    """

    def __init__(self, rules: LoopRules, start: int, end: int) -> None:
        self._rules = rules
        self._day_length = rules.calendar.day_length
        begins, ends = _parts(rules.calendar, start, end + BEYOND)
        self._begins, self._ends = begins, ends
        self._upto = np.cumsum(ends - begins)

    def due(self, kinds: list[str], levels: Ints, starts: Ints) -> Ints:
        """When cases that are reported then are to be closed: by the usual clock of the class, else of the level; never
        before a unit is to arrive."""
        found = np.zeros(len(starts), dtype=np.int64)
        groups: dict[Span, list[int]] = {}
        arrive = np.zeros(len(starts), dtype=np.int64)
        for i, (kind, level) in enumerate(zip(kinds, levels.tolist(), strict=True)):
            groups.setdefault(self._rules.finish_spans(kind, level)[0], []).append(i)
        for span, rows in groups.items():
            found[rows] = self.after(span, starts[rows])
        for level in np.unique(levels).tolist():
            rows_of = np.flatnonzero(levels == level)
            arrive[rows_of] = self.after(self._rules.arrive_span(level), starts[rows_of])
        return np.maximum(found, arrive)

    def after(self, span: Span, starts: Ints) -> Ints:
        """When `span` from each start is over, as `Calendar.after` has it."""
        if span.unit in UNITS:
            return starts + span.amount * UNITS[span.unit]
        length = span.amount * (HOUR if span.unit == "h" else self._day_length)
        part = np.searchsorted(self._ends, starts, side="right")
        before = np.where(part > 0, self._upto[np.maximum(part - 1, 0)], 0)
        done = before + np.maximum(0, starts - self._begins[part])
        goal = done + length
        last = np.searchsorted(self._upto, goal, side="left")
        upto = np.where(last > 0, self._upto[np.maximum(last - 1, 0)], 0)
        found: Ints = self._begins[last] + goal - upto
        return found


def _parts(calendar: Calendar, start: int, end: int) -> tuple[Ints, Ints]:
    """Beginnings and ends of all working time, UTC us."""
    begins: list[int] = []
    ends: list[int] = []
    day, last = local(start).date() - timedelta(days=1), local(end).date()
    while day <= last:
        if calendar.works(day):
            midnight = round(datetime.combine(day, time(), SHANGHAI).timestamp()) * SECOND
            begins += [midnight + at * MINUTE for at, _ in calendar.hours]
            ends += [midnight + at * MINUTE for _, at in calendar.hours]
        day += timedelta(days=1)
    return np.array(begins, dtype=np.int64), np.array(ends, dtype=np.int64)
