"""Periods, days, hours and weekdays as people say them, Chinese and English, at the city's now."""

# ruff: noqa: E501 - words and patterns are easier to read in one line

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import msgspec

from cockpit.assist.asking.lexicon import words
from cockpit.model.clock import DAY, HOUR
from cockpit.model.scope import Span
from cockpit.model.spans import begin, day_of, span_of
from cockpit.model.spans import calendar as calendar_span

HALF, QUARTER, MONTH, PART, ONE_DAY = "half", "quarter", "month", "part", "day"
_DAYS_OF = {1: (1, 10), 2: (11, 20), 3: (21, 31), 4: (1, 15), 5: (16, 31)}


class Said(msgspec.Struct, frozen=True):
    """A period that was said.

    Attributes:
        span: it. year: whether its year was said too. unit, index: what it is of its year (`month` 6, `quarter` 2; of a
            `part` of a month 1 to 3 without a month of its own), "" none.
        hours: what part of its days, soft: said as a part of the day, not by the clock. loose: only a hint (那场雨).
        ends: the first and the last part of it (五月到六月).
        more: periods that were said in one breath with it (6月19、20、21日).
    """

    span: Span
    year: bool = True
    unit: str = ""
    index: int = 0
    hours: tuple[int, ...] = ()
    loose: bool = False
    more: tuple[Span, ...] = ()
    ends: tuple[Span, ...] = ()


class Hours(msgspec.Struct, frozen=True):
    """Hours of a day. soft: said as 夜里, not by the clock. until: the hour before which something is, -1 none. sure:
    the part of the day that was said before them is reckoned with."""

    hours: tuple[int, ...]
    soft: bool = False
    until: int = -1
    sure: bool = False


Found = tuple[int, str, object]
"""Where it ends, the token's type, its value."""
Rule = tuple[re.Pattern[str], Callable[["Times", re.Match[str]], tuple[str, object] | None]]


class Times:
    """What periods are at a `now`.

    Attributes:
        storm: tells the day of the last great rain, None not known.
    """

    def __init__(self, now: int, storm: Callable[[], date | None] = lambda: None) -> None:
        self.now = now
        self.today = day_of(now)
        self.storm = storm

    def scan(self, text: str, at: int) -> Iterator[Found]:
        """All that begins at a place of a plain text."""
        from cockpit.assist.asking import hours_en, hours_zh, months_en, months_zh, times_en, times_zh

        for pattern, make in (
            *times_zh.RULES,
            *months_zh.RULES,
            *hours_zh.RULES,
            *times_en.RULES,
            *months_en.RULES,
            *hours_en.RULES,
        ):
            match = pattern.match(text, at)
            if match is None or match.end() == at:
                continue
            try:
                made = make(self, match)
            except (ValueError, OverflowError, KeyError):  # 31 June
                continue
            if made is not None:
                yield match.end(), *made

    # -- making spans ------------------------------------------------------------------------------------------------

    def word(self, word: str) -> Span:
        return span_of(word, self.now)

    def days(self, first: date, last: date) -> Span:
        """From a day to another with it; by the calendar's word where it has one; of what goes on what is over."""
        span = calendar_span(begin(first), begin(last) + DAY)
        if not span.word and first != last:
            span = Span(span.start, span.end, f"{first.isoformat()}/{last.isoformat()}")
        return self.running(span)

    def running(self, span: Span) -> Span:
        """This month is `month`, this year `year`: what is not over yet goes until now."""
        if not span.start < self.now < span.end:
            return span
        for word in ("today", "week", "month", "quarter", "half", "year"):
            own = span_of(word, self.now)
            if own.start == span.start and span.word == _calendar_word(own.start, word):
                return own
        return Span(span.start, self.now)

    def month(self, year: int, month: int, part: int = 0) -> Span:
        """A month, or its first, second, last ten days (1 to 3), its first or second half (4, 5)."""
        last = calendar.monthrange(year, month)[1]
        first, end = _DAYS_OF.get(part, (1, last))
        return self.days(date(year, month, first), date(year, month, min(end, last)))

    def unit(self, unit: str, year: int, index: int) -> Span:
        months = {HALF: 6, QUARTER: 3, MONTH: 1}[unit]
        first = date(year, (index - 1) * months + 1, 1)
        end = index * months
        return self.days(first, date(year, end, calendar.monthrange(year, end)[1]))

    def of_year(self, unit: str, index: int, year: int | None, part: int = 0) -> Said:
        """A month, quarter or half; of the year that was said, else of the last one in which it has begun."""
        said = year is not None
        months = {HALF: 6, QUARTER: 3, MONTH: 1}[unit]
        if year is None:
            begun = date(self.today.year, (index - 1) * months + 1, 1) <= self.today
            year = self.today.year if begun else self.today.year - 1
        span = self.month(year, index, part) if unit == MONTH else self.unit(unit, year, index)
        return Said(span, said, PART if part else unit, index)

    def day(self, year: int | None, month: int, day: int) -> date:
        """A day; of the last year in which it has been, where none was said."""
        if year is not None:
            return date(year, month, day)
        there = date(self.today.year, month, day)
        return there if there <= self.today else date(self.today.year - 1, month, day)

    def recent(self, number: float, unit: str) -> Span:
        """The last so many hours, days, weeks, months, years."""
        if unit == "hour" and number % 1:
            return Span(self.now - round(number * HOUR), self.now)
        if unit == "hour":
            return self.word(f"hours{max(1, round(number))}")
        days = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}[unit] * number
        return self.word(f"last{max(1, min(3660, round(days)))}")

    def week(self, back: int) -> tuple[date, date]:
        """Monday and Sunday of the week so many before this one."""
        monday = self.today - timedelta(days=self.today.weekday() + 7 * back)
        return monday, monday + timedelta(days=6)

    def named(self, name: str, year: int | None) -> Span | None:
        """A holiday; the last one that began where no year was said."""
        of_years: dict[str, list[str]] = words()["days"][name]
        for known in sorted(map(int, of_years), reverse=True):
            first, last = (date.fromisoformat(f"{known}-{day}") for day in of_years[str(known)])
            if year == known or (year is None and first <= self.today):
                return self.days(first, last)
        return None

    def since(self, span: Span) -> Span:
        """From its beginning until now."""
        for word in ("today", "week", "month", "quarter", "half", "year"):
            if (own := span_of(word, self.now)).start == span.start:
                return own
        return Span(span.start, max(self.now, span.start + HOUR))

    def year_of(self, said: str | None) -> int | None:
        """今年, 去年, 2025年, last year, 2025."""
        if not said:
            return None
        said = said.replace("'s", "").strip()
        words_of = {"今年": 0, "本年": 0, "今年度": 0, "本年度": 0, "去年": 1, "上年": 1, "上一年": 1, "去年度": 1, "前年": 2,
                    "this year": 0, "the year": 0, "last year": 1, "the current year": 0, "previous year": 1}  # fmt: skip
        if said in words_of:
            return self.today.year - words_of[said]
        digits = re.sub(r"\D", "", said)
        return int(digits) if len(digits) == 4 else 2000 + int(digits) if len(digits) == 2 else None


def _calendar_word(start: int, unit: str) -> str:
    first = day_of(start)
    return {
        "today": first.isoformat(),
        "month": f"{first:%Y-%m}",
        "quarter": f"{first.year:04}-Q{first.month // 3 + 1}",
        "half": f"{first.year:04}-H{first.month // 6 + 1}",
        "year": f"{first.year:04}",
    }.get(unit, "")


def round_the_clock(first: int, last: int) -> tuple[int, ...]:
    """Hours from one until another, over midnight where that is earlier."""
    first, last = first % 24, last % 24 or 24
    return tuple(range(first, last)) if first < last else (*range(first, 24), *range(last % 24))
