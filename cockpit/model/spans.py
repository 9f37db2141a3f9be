"""Periods as people name them: today, last month, the quarter, 2026-06; the one before and the same of a year before.

All in the calendar of Shanghai, which is eight hours ahead of UTC all the year. A period is [start, end).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from cockpit.model.clock import DAY, HOUR, SECOND
from cockpit.model.errors import UserError
from cockpit.model.scope import Span

ZONE = 8 * HOUR
GROWING = ("today", "week", "month", "quarter", "half", "year")
"""From their first midnight until now."""
WHOLE = ("yesterday", "last_week", "last_month", "last_quarter", "last_half", "last_year")
PREVIOUS, YEAR_BEFORE = "previous", "year_before"
"""Words of a period that another is compared with: it moves along with that one."""
MOST_DAYS = 3660
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
_LAST = re.compile(r"(last|hours)([1-9]\d{0,3})", re.ASCII)
_YEAR = re.compile(r"(\d{4})", re.ASCII)
_PART = re.compile(r"(\d{4})-([QH])([1-4])", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# -- the calendar --------------------------------------------------------------------------------------------------


def day_of(us: int) -> date:
    """The day in Shanghai that an instant lies in."""
    return (_EPOCH + timedelta(microseconds=us + ZONE)).date()


def begin(day: date) -> int:
    """Its first midnight in Shanghai, UTC us."""
    return (day - _EPOCH.date()).days * DAY - ZONE


def _first(unit: str, day: date) -> date:
    """The first day of the week, month, quarter, half or year that a day lies in."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    months = _MONTHS[unit]
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def _shifted(unit: str, first: date, by: int) -> date:
    """The first day of the unit that lies `by` of them after that of `first`."""
    if unit == "week":
        return first + timedelta(weeks=by)
    months = first.year * 12 + first.month - 1 + by * _MONTHS[unit]
    return date(months // 12, months % 12 + 1, 1)


def unit_of(span: Span) -> str:
    """`day`, `week`, `month`, `quarter`, `half` or `year` where a period is exactly one, else ""."""
    if (span.start + ZONE) % DAY or (span.end + ZONE) % DAY:
        return ""
    first = day_of(span.start)
    if span.end - span.start == DAY:
        return "day"
    for unit in ("week", *_MONTHS):
        if _first(unit, first) == first and begin(_shifted(unit, first, 1)) == span.end:
            return unit
    return ""


# -- by word -------------------------------------------------------------------------------------------------------


def span_of(word: str, now: int) -> Span:
    """The period that a word says at `now` (UTC us of the city).

    Args:
        word: `today`, `week`, `month`, `quarter`, `half`, `year` until now; `yesterday`, `last_week`, `last_month`,
            `last_quarter`, `last_half`, `last_year` whole; `last7`: seven days with today, until now; `hours24`:
            so many hours until now; `2026`, `2026-Q2`, `2026-H1`, `2026-06`, `2026-06-20`; `2026-06-01/2026-06-20`
            with the last day, `2026-06-20T14:00/2026-06-20T18:30` until that minute.

    Raises:
        UserError: no such period.
    """
    today = day_of(now)
    if word == "today":
        return Span(begin(today), now, word)
    if word == "yesterday":
        return Span(begin(today) - DAY, begin(today), word)
    if word in GROWING:
        return Span(begin(_first(word, today)), now, word)
    if word in WHOLE:
        unit = word.removeprefix("last_")
        first = _first(unit, today)
        return Span(begin(_shifted(unit, first, -1)), begin(first), word)
    if counted := _LAST.fullmatch(word):
        number = int(counted[2])
        if counted[1] == "hours":
            return Span(now - number * HOUR, now, word)
        if number <= MOST_DAYS:
            return Span(begin(today) - (number - 1) * DAY, now, word)
    try:
        return _by_calendar(word)
    except (ValueError, OverflowError) as error:
        raise UserError("insight.bad_span", word=word[:40]) from error


def _by_calendar(word: str) -> Span:
    if "/" in word:
        first, last = word.split("/")
        start, end = _instant(first, False), _instant(last, True)
        if end <= start:
            raise ValueError(word)
        return Span(start, end, word)
    if year := _YEAR.fullmatch(word):
        return _whole("year", date(int(year[1]), 1, 1), word)
    if part := _PART.fullmatch(word):
        unit = "quarter" if part[2] == "Q" else "half"
        return _whole(unit, date(int(part[1]), (int(part[3]) - 1) * _MONTHS[unit] + 1, 1), word)
    if month := _MONTH.fullmatch(word):
        return _whole("month", date(int(month[1]), int(month[2]), 1), word)
    day = date.fromisoformat(word)
    if word != day.isoformat():
        raise ValueError(word)
    return Span(begin(day), begin(day) + DAY, word)


def _whole(unit: str, first: date, word: str) -> Span:
    return Span(begin(first), begin(_shifted(unit, first, 1)), word)


def _instant(text: str, is_last: bool) -> int:
    if "T" in text:
        when = datetime.fromisoformat(text)
        if when.tzinfo is not None:
            raise ValueError(text)
        return round((when.replace(tzinfo=UTC) - _EPOCH).total_seconds()) * SECOND - ZONE
    return begin(date.fromisoformat(text)) + (DAY if is_last else 0)


def moves(span: Span) -> bool:
    """Whether what its word says is another period as the clock goes on."""
    return span.word in GROWING or span.word in WHOLE or _LAST.fullmatch(span.word) is not None


def refreshed(span: Span, now: int) -> Span:
    """What the word of a period says now; the same where it says a fixed one."""
    return span_of(span.word, now) if moves(span) else span


def calendar(start: int, end: int) -> Span:
    """The period with the word of the calendar that says it (`2026-06`), "" where none does."""
    span = Span(start, end)
    first = day_of(start)
    words = {
        "day": first.isoformat(),
        "month": f"{first:%Y-%m}",
        "quarter": f"{first.year:04}-Q{first.month // 3 + 1}",
        "half": f"{first.year:04}-H{first.month // 6 + 1}",
        "year": f"{first.year:04}",
    }
    return Span(start, end, words.get(unit_of(span), ""))


# -- what it is compared with --------------------------------------------------------------------------------------


def previous(span: Span) -> Span:
    """The period before (环比): a whole month has the whole month before; what goes on until now has the same part of
    the day, week, month … before; any other one of the same length that ends where it begins."""
    word = span.word
    if word in ("today", "week"):
        by = DAY if word == "today" else 7 * DAY
        return Span(span.start - by, span.end - by, PREVIOUS)
    if word in GROWING:
        start = begin(_shifted(word, day_of(span.start), -1))
        return Span(start, min(start + span.end - span.start, span.start), PREVIOUS)
    counted = _LAST.fullmatch(word)
    if counted and counted[1] == "last":
        by = int(counted[2]) * DAY
        return Span(span.start - by, span.end - by, PREVIOUS)
    if unit := unit_of(span):
        start = span.start - DAY if unit == "day" else begin(_shifted(unit, day_of(span.start), -1))
        return Span(start, span.start, PREVIOUS)
    return Span(2 * span.start - span.end, span.start, PREVIOUS)


def year_before(span: Span) -> Span:
    """The same dates of the year before (同比); 29 February has the 28th, a whole month, quarter or year its like."""
    unit = unit_of(span)
    if unit in _MONTHS:
        by = -12 // _MONTHS[unit]
        first = day_of(span.start)
        start, end = _shifted(unit, first, by), _shifted(unit, first, by + 1)
        return Span(begin(start), begin(end), YEAR_BEFORE)
    return Span(_year_before(span.start), _year_before(span.end - 1) + 1, YEAR_BEFORE)


def _year_before(us: int) -> int:
    day = day_of(us)
    in_it = us - begin(day)
    before = day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)
    return begin(before) + in_it


def so_far(span: Span, now: int) -> Span:
    """The part of a period that is over: of this month what `month` says, of a period of its own until `now`."""
    if not span.start < now < span.end:
        return span
    unit = unit_of(span)
    return Span(span.start, now, "today" if unit == "day" else unit)


def compared(span: Span, against: Span | None, now: int) -> Span:
    """The period that one is compared with: `against`, which moves along where its word says so; by itself 环比. Of a
    period that goes on the part that is over is compared with the like."""
    if against is None or against.word == PREVIOUS:
        return previous(so_far(span, now))
    return year_before(so_far(span, now)) if against.word == YEAR_BEFORE else against
