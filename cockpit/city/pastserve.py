"""What a platform answers of its past: `/past`, a day of cases, a sign. All of it JSON, made when it is asked for.

Days are those before the city's start; what is not over by then is open in the city itself and not told here.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from cockpit.city.city import City
from cockpit.city.past import Past
from cockpit.city.pastmake import feed_of
from cockpit.city.pastplaces import posted
from cockpit.city.pastsigns import PastSigns
from cockpit.geo.areas import Areas
from cockpit.model.archive import RECORD
from cockpit.model.archive_columns import Records
from cockpit.model.clock import HOUR
from cockpit.model.errors import UserError

EPOCH = date(1970, 1, 1)
RUN_IN = 6
"""Days that are counted before those that are told: what was open then began earlier."""
_encode = msgspec.json.Encoder().encode


class ToldPast:
    """The past of one run of a city. Slow, and asked from worker threads: one at a time is in it."""

    def __init__(self, city: City, areas: Areas, per_day: float, days: int) -> None:
        self._city, self._areas = city, areas
        self._per_day, self._days = per_day, days
        self._lock = threading.Lock()
        self._past: Past | None = None
        self._signs: PastSigns | None = None
        self._counted: set[int] = set()
        self._late: dict[int, PastSigns] = {}

    def card(self) -> bytes:
        """Which days there are, which signs, which units took part."""
        with self._lock:
            past = self._made()
            said = {
                "id": f"{self._city.pack.id}-{self._city.seed}",
                "first": _day(past.first),
                "last": _day(past.last - 1),
                "signs": self._course_maker().table.codes(),
                "units": past.units,
            }
        return _encode(said)

    def cases(self, day: str) -> bytes:
        """The cases of one day, an ISO date.

        Raises:
            UserError: there is no such day.
        """
        with self._lock:
            past = self._made()
            try:
                number = (date.fromisoformat(day) - EPOCH).days
            except ValueError as error:
                raise UserError("city.no_past_day", day=day[:20]) from error
            if not past.first <= number < past.last:
                raise UserError("city.no_past_day", day=day[:20])
            records = past.day(number, open_too=False)
            self._count(number, records)
        return _encode({"day": day, "columns": RECORD.names, "rows": records.rows()})

    def sign(self, code: str, days: int = 0) -> bytes:
        """The hours of one sign.

        Args:
            days: of the last so many days only; 0 all.

        Raises:
            UserError: there is none of that code.
        """
        with self._lock:
            if days:
                course = self._late_ones(days).course(code)
            else:
                self._count_rest()
                course = self._course_maker().course(code)
        if course is None:
            raise UserError("city.no_past_sign", code=code[:24])
        skip = RUN_IN * 24 if days and days + RUN_IN <= self._days else 0
        said: dict[str, Any] = {"code": code, "digits": course.digits, "areas": course.areas}
        values = course.values[:, skip:]
        return _encode(said | {"begin": course.begin + skip * HOUR, "values": values.tolist()})

    def _late_ones(self, days: int) -> PastSigns:
        """Of the last days alone, which take a second and not ten."""
        known = self._late.get(days)
        if known is None:
            past = self._made()
            first = max(past.first, past.last - days - RUN_IN)
            known = past.signs(first)
            known.count(past.day(number) for number in range(past.last, first - 1, -1))
            self._late = {days: known}
        return known

    def _made(self) -> Past:
        if self._past is None:
            city, pack = self._city, self._city.pack
            units = posted(city.units, feed_of(pack, "unit"))
            given = (city.seed, city.start, self._per_day, self._days, feed_of(pack, "event"))
            self._past = Past(pack, city.ground, self._areas, units, *given)
        return self._past

    def _course_maker(self) -> PastSigns:
        if self._signs is None:
            self._signs = self._made().signs()
        return self._signs

    def _count(self, number: int, records: Records) -> None:
        if number not in self._counted:
            self._counted.add(number)
            self._course_maker().count([records])

    def _count_rest(self) -> None:
        """Days whose cases nobody asked for."""
        for number, records in self._rest():
            self._count(number, records)

    def _rest(self) -> Iterator[tuple[int, Records]]:
        past = self._made()
        for number in range(past.last, past.first - 1, -1):
            if number not in self._counted:
                yield number, past.day(number)


def _day(number: int) -> str:
    return date.fromordinal(EPOCH.toordinal() + number).isoformat()
