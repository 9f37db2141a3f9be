"""每月体检: a month by groups of classes and by areas, beside the month and the year before."""

from __future__ import annotations

from math import sqrt

import numpy as np

from cockpit.insight.answers import figure, known
from cockpit.insight.changes import changes
from cockpit.insight.chosen import chosen
from cockpit.insight.dimensions import names_of, order_of, part_scope, parts_of
from cockpit.insight.facts import Facts
from cockpit.insight.measures import Floats, measured, number
from cockpit.model.insight import CheckLine, Checkup
from cockpit.model.scope import Scope, Span
from cockpit.model.spans import YEAR_BEFORE, compared

MEASURES = ("count", "closing_rate", "on_time_rate", "mean_hours", "rework_rate", "satisfaction_rate", "overdue")
"""The figures at the head."""
MORE, FEWER = 1.3, 0.7
"""Of the month before, where it is more than chance."""
LATE, REWORK, UNHAPPY = 80.0, 10.0, 75.0
"""%: below it, above it, below it there is something to be looked at."""
LEAST = 20
"""Cases that a rate stands on before it is judged."""
MOST_CHANGES = 10


def checkup(facts: Facts, scope: Scope, now: int) -> Checkup:
    """The check-up of the scope's period.

    Raises:
        UserError: no such area.
    """
    scope = scope.with_(by="", against=None)
    area = facts.ground.next_tier(scope.area)
    return Checkup(
        tuple(figure(facts, scope.with_(measure=name), now) for name in MEASURES),
        _lines(facts, scope, "group", now),
        _lines(facts, scope, area, now) if area else (),
        changes(facts, scope.with_(measure="count"), now, MOST_CHANGES).changes,
    )


def _lines(facts: Facts, scope: Scope, by: str, now: int) -> tuple[CheckLine, ...]:
    this = _Side(facts, scope, scope.span, by, now)
    spans = (compared(scope.span, None, now), compared(scope.span, Span(0, 0, YEAR_BEFORE), now))
    before, year = (_Side(facts, scope, span, by, now) if known(facts, span, now) else None for span in spans)
    total = int(this.n.sum())
    lines = []
    for i in order_of(by, this.codes, this.n.astype(np.int64)):
        was = None if before is None else int(before.n[i])
        if not (this.n[i] or was):
            continue
        code, n = this.codes[i], int(this.n[i])
        lines.append(
            CheckLine(
                code,
                names_of(facts, by, code),
                part_scope(facts.ground, scope, by, code),
                n,
                was,
                None if year is None else int(year.n[i]),
                number(float(this.on_time[i])),
                None if before is None else number(float(before.on_time[i])),
                number(float(this.hours[i])),
                n / total if total else 0.0,
                tuple(_flags(this, i, was)),
            )
        )
    return tuple(lines)


class _Side:
    """One period by parts."""

    def __init__(self, facts: Facts, scope: Scope, span: Span, by: str, now: int) -> None:
        rows = chosen(facts, scope, now, span)
        parts = parts_of(facts, scope, rows, by, now, span)
        self.codes = parts.codes
        size = len(parts.codes)

        def of(measure: str) -> tuple[Floats, Floats]:
            found = measured(facts, rows, measure, now, span, parts.of, size)
            return found.value, found.base.astype(np.float64)

        self.n, _ = of("count")
        self.on_time, self.closed = of("on_time_rate")
        self.hours, _ = of("mean_hours")
        self.rework, self.finished = of("rework_rate")
        self.satisfied, self.asked = of("satisfaction_rate")


def _flags(side: _Side, i: int, before: int | None) -> list[str]:
    n = float(side.n[i])
    flags = []
    if before is not None and abs(n - before) > 2 * sqrt(n + before):
        flags += ["more"] if n >= before * MORE else ["fewer"] if n <= before * FEWER else []
    if side.closed[i] >= LEAST and side.on_time[i] < LATE:
        flags.append("late")
    if side.finished[i] >= LEAST and side.rework[i] > REWORK:
        flags.append("rework")
    if side.asked[i] >= LEAST and side.satisfied[i] < UNHAPPY:
        flags.append("unhappy")
    return flags
