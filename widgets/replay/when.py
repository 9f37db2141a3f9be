"""An instant as a person types it, and the two clocks of a replay: the hub's, by which it received, and the city's."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta

from cockpit.model.clock import SECOND, SHANGHAI, CityTime, local
from cockpit.model.replay import ReplayState

_TYPED = re.compile(
    r"(?:(?:(?P<year>\d{4})[-/.年])?(?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})日?\s*|(?P<back>昨天|前天)\s*)?"
    r"(?P<hour>\d{1,2})[:：点](?P<minute>\d{1,2})(?:[:：](?P<second>\d{1,2}))?分?"
)
_BACK = {None: 0, "昨天": 1, "前天": 2}


def read_instant(text: str, now: int) -> int | None:
    """“14:32”, “14:32:10”, “昨天 14:32”, “7-14 14:32”, “2026-07-14 14:32” as an instant of Shanghai.

    Args:
        now: the city's clock, UTC us. Without a date the last such time before now is meant.

    Returns:
        UTC us; None when it is no time, or one that is still to come.
    """
    found = _TYPED.fullmatch(text.strip())
    if found is None:
        return None
    here = local(now)
    try:
        day = _day(found, here.date())
        second = int(found["second"] or 0)
        when = datetime(day.year, day.month, day.day, int(found["hour"]), int(found["minute"]), second, tzinfo=SHANGHAI)
    except ValueError:
        return None
    if when > here:
        if found["month"] and not found["year"]:
            try:
                when = when.replace(year=when.year - 1)
            except ValueError:
                return None
        elif not found["month"] and not found["back"]:
            when -= timedelta(days=1)
    return round(when.timestamp()) * SECOND if when <= here else None


def _day(found: re.Match[str], today: date) -> date:
    if found["month"]:
        return date(int(found["year"] or today.year), int(found["month"]), int(found["day"]))
    return today - timedelta(days=_BACK[found["back"]])


def wall_of(city_us: int, time: CityTime) -> int:
    """The hub's clock when the city's showed `city_us`."""
    if not math.isfinite(time.rate) or time.rate <= 0:
        return time.wall_us
    return time.wall_us + round((city_us - time.city_us) / time.rate)


class Times:
    """From the hub's clock on the tape to the city's and back, learnt from what the replay says of both.

    A city that runs faster than the hub's clock (a demo) shows so in two states that lie apart.
    """

    def __init__(self) -> None:
        self._known: tuple[int, int] | None = None
        self._rate = 1.0

    def learn(self, state: ReplayState, rate: float) -> None:
        """
        Args:
            rate: of the city's clock against the hub's when it is live.
        """
        if state.id and state.at and state.city:
            self._known = (state.at, state.city)
            self._rate = rate if math.isfinite(rate) and rate > 0 else 1.0

    def city(self, wall: int) -> int:
        """UTC us in the city's clock."""
        if self._known is None:
            return wall
        at, city = self._known
        return city + round((wall - at) * self._rate)

    def wall(self, city_us: int) -> int:
        """UTC us in the hub's clock."""
        if self._known is None:
            return city_us
        at, city = self._known
        return at + round((city_us - city) / self._rate)
