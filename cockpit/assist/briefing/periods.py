"""The period that a briefing is of, what it is compared with, and its number in the year. Days of Asia/Shanghai."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

import msgspec

from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND, SHANGHAI, local, midnight
from cockpit.model.errors import UserError
from cockpit.model.scope import Span

KINDS = ("day", "week", "month", "event", "shift")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


class Period(msgspec.Struct, frozen=True):
    """
    Attributes:
        kind: of `KINDS`.
        span: what is told of; ends now where it still runs.
        whole: from its beginning to its own end.
        before: the period before it, as long as `span` where that still runs.
        year: the same dates a year before.
        number: of the day, week or month in its year; of the turn in its day.
    """

    kind: str
    span: Span
    whole: Span
    before: Span
    year: Span
    number: int

    @property
    def running(self) -> bool:
        return self.span.end < self.whole.end


def of_kind(kind: str, at: int, now: int, turns: tuple[str, ...] = ()) -> Period:
    """The period of a kind in which `at` lies, as far as it is over.

    Args:
        at, now: UTC us.
        turns: when shifts begin, `08:30`.

    Raises:
        UserError: it has not begun yet.
    """
    day = local(at).date()
    match kind:
        case "week":
            first = day - timedelta(days=day.weekday())
            whole, before = _days(first, 7), _days(first - timedelta(days=7), 7)
            number, a_year = first.isocalendar().week, _days(first - timedelta(days=364), 7)
        case "month":
            first = day.replace(day=1)
            whole, before, a_year = _month(first), _month(first - timedelta(days=1)), _month(_year_before(first))
            number = first.month
        case "shift":
            whole, before, number = _turns(at, turns)
            a_year = _back_a_year(whole)
        case _:
            whole, before = _days(day, 1), _days(day - timedelta(days=1), 1)
            number, a_year = day.timetuple().tm_yday, _days(_year_before(day), 1)
    if whole.start >= now:
        raise UserError("briefing.not_begun", at=f"{local(at):%Y-%m-%d %H:%M}")
    if whole.end <= now:
        return Period(kind, whole, whole, before, a_year, number)
    long = now - whole.start
    return Period(kind, Span(whole.start, now), whole, _first(before, long), _first(a_year, long), number)


def of_record(reported: int, closed: int, now: int) -> Period:
    """The period of an event: from its report to its closing, or now."""
    whole = Span(reported, closed or max(now, reported + 1))
    long = whole.end - whole.start
    back = _back_a_year(whole)
    return Period("event", whole, whole, Span(reported - long, reported), back, local(reported).timetuple().tm_yday)


def said(text: str, kind: str, now: int, turns: tuple[str, ...] = ()) -> int:
    """The instant that `--at` says: a date, a date and time, a month, `now`, or `last` (the last period that is over).

    Raises:
        UserError: none of these.
    """
    if text in ("", "now"):
        return now
    if text == "last":
        return of_kind(kind, now, now, turns).whole.start - SECOND
    try:
        if found := _MONTH.fullmatch(text):
            return _us(date(int(found[1]), int(found[2]), 1))
        when = datetime.fromisoformat(text)
        if when.tzinfo is None:
            when = when.replace(tzinfo=SHANGHAI)
        return round(when.timestamp()) * SECOND
    except (ValueError, OverflowError, OSError) as error:
        raise UserError("briefing.bad_time", given=text) from error


def is_clock(text: str) -> bool:
    """Whether it is a time of day, `08:30`."""
    return _CLOCK.fullmatch(text) is not None


def time_of_day(text: str) -> int:
    """`08:30` after midnight, us."""
    return int(text[:2]) * HOUR + int(text[3:]) * MINUTE


def _turns(at: int, turns: tuple[str, ...]) -> tuple[Span, Span, int]:
    """The turn in which `at` lies, the one before it, and which of its day it is."""
    day = midnight(at)
    starts = sorted(time_of_day(one) for one in turns) or [0]
    begins = [day + back + one for back in (-2 * DAY, -DAY, 0, DAY) for one in starts]
    i = max(n for n, begin in enumerate(begins) if begin <= at)
    return Span(begins[i], begins[i + 1]), Span(begins[i - 1], begins[i]), i % len(starts) + 1


def _us(day: date) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).timestamp()) * SECOND


def _days(first: date, n: int) -> Span:
    return Span(_us(first), _us(first + timedelta(days=n)), first.isoformat() if n == 1 else "")


def _month(day: date) -> Span:
    first = day.replace(day=1)
    return Span(_us(first), _us((first + timedelta(days=31)).replace(day=1)), f"{first:%Y-%m}")


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _back_a_year(span: Span) -> Span:
    start = local(span.start)
    back = midnight(span.start) - _us(_year_before(start.date()))
    return Span(span.start - back, span.end - back)


def _first(span: Span, long: int) -> Span:
    """As much of its beginning; a month may be shorter than that."""
    return Span(span.start, min(span.end, span.start + long))
