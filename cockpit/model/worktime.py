"""Working time (工作时, 工作日) and continuous time (紧急工作时, 紧急工作日), and clocks of so much of either.

Working time is Monday to Friday within the calendar's hours, less holidays, plus the days that are worked in their
stead (调休). What a year's days are is announced by the State Council in the autumn before; of a year whose plan the
calendar does not have only weekends are known, and a clock that runs into one says so.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import msgspec

from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND, SHANGHAI, local

UNITS = {"min": MINUTE, "u": HOUR, "U": DAY}
"""Continuous units and their length in microseconds: minute, 紧急工作时, 紧急工作日."""
WORKING = ("h", "d")
"""工作时 and 工作日; a working day is as long as the calendar's hours of one day."""
MAX_AMOUNT = 1000
_SPAN = re.compile(r"([0-9]{1,4})(min|u|U|h|d)")


class Span(msgspec.Struct, frozen=True):
    """A length of time, as the class tables write it: `15min`, `2u`, `1U`, `4h`, `5d`.

    Attributes:
        amount: how many, at least 1.
        unit: one of `UNITS` (night and holiday count) or of `WORKING`.
    """

    amount: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Span:
        """Raises:
        ValueError: no such length.
        """
        found = _SPAN.fullmatch(text)
        if not found or not 1 <= int(found[1]) <= MAX_AMOUNT:
            raise ValueError(f"no span: {text!r}")
        return cls(int(found[1]), found[2])

    @property
    def continuous(self) -> bool:
        return self.unit in UNITS

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"


class Due(msgspec.Struct, frozen=True):
    """When a clock runs out.

    Attributes:
        at: UTC microseconds.
        announced: False where it ran through days of a year whose plan the calendar does not have (调休未公布).
    """

    at: int
    announced: bool = True


class Calendar(msgspec.Struct, frozen=True):
    """Working hours and the days that differ from Monday to Friday.

    Attributes:
        hours: from and to of each part of a working day, minutes after midnight, in order.
        off: days of Monday to Friday that are free; on: Saturdays and Sundays that are worked.
        years: those whose plan was announced.
        sources: by year, where its days were read.
    """

    hours: tuple[tuple[int, int], ...] = ((480, 720), (840, 1080))
    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()
    sources: dict[int, str] = {}

    def works(self, day: date) -> bool:
        return day in self.on or (day.weekday() < 5 and day not in self.off)

    @property
    def day_length(self) -> int:
        """Working time of one day, us."""
        return sum(end - start for start, end in self.hours) * MINUTE

    def after(self, start: int, span: Span) -> Due:
        """When `span` from `start` (UTC us) is over."""
        if span.unit in UNITS:
            return Due(start + span.amount * UNITS[span.unit])
        left = span.amount * (HOUR if span.unit == "h" else self.day_length)
        day = local(start).date()
        announced = True
        while True:
            announced = announced and day.year in self.years
            if self.works(day):
                for begins, ends in self._parts(day):
                    there = max(0, ends - max(begins, start))
                    if left <= there:
                        return Due(max(begins, start) + left, announced)
                    left -= there
            day += timedelta(days=1)

    def _parts(self, day: date) -> list[tuple[int, int]]:
        midnight = round(datetime.combine(day, time(), SHANGHAI).timestamp()) * SECOND
        return [(midnight + begins * MINUTE, midnight + ends * MINUTE) for begins, ends in self.hours]
