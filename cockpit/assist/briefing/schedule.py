"""When a template is due: the last period that is over, and the instant from which it can be made."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from cockpit.assist.briefing.compose import file_name
from cockpit.assist.briefing.periods import Period, of_kind, time_of_day
from cockpit.assist.briefing.template import Template
from cockpit.model.clock import SECOND
from cockpit.model.spans import begin, day_of


class Due(msgspec.Struct, frozen=True):
    """A briefing by schedule.

    Attributes:
        name: what its file is called behind the pack's id. start, end: of its period, UTC us.
        at: from then on it is made, UTC us.
    """

    name: str
    start: int
    end: int
    at: int


def due_of(template: Template, now: int) -> Due:
    """The newest one whose time has come at `now`; where none has, the next."""
    period = _over(template, now)
    due = _due(template, period)
    if due.at > now:  # the last period is over and its time is still to come: the one before is the newest
        earlier = _due(template, _over(template, period.whole.start))
        return earlier if earlier.at <= now else due
    return due


def _over(template: Template, now: int) -> Period:
    """The last period that is over at `now`."""
    running = of_kind(template.kind, now - 1, now, template.turns)
    if not running.running:
        return running
    return of_kind(template.kind, running.whole.start - SECOND, now, template.turns)


def _due(template: Template, period: Period) -> Due:
    schedule = template.schedule
    assert schedule is not None
    end, of_day = period.whole.end, time_of_day(schedule.at)
    if template.kind == "shift":
        at = end + of_day
    else:
        after = {"week": schedule.weekday - 1, "month": schedule.day - 1}.get(template.kind, 0)
        at = begin(day_of(end) + timedelta(days=after)) + of_day
    return Due(file_name(template, period), period.whole.start, end, at)
