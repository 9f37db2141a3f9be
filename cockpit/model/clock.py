"""The only clock: UTC integer microseconds and a monotonic, both injected. Asia/Shanghai on screen and in calendars.

In a demo, a drill and a replay the city has its own clock (epoch and rate), which drives age, validity and deadlines.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    def now(self) -> int:
        """UTC in microseconds since 1970."""
        ...

    def mono(self) -> float:
        """Monotonic seconds; only differences mean anything."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        return time.time_ns() // 1000  # noqa: TID251 - this is the place

    def mono(self) -> float:
        return time.monotonic()


class CityTime(msgspec.Struct, frozen=True):
    """How a city's clock runs against the machine's: `city = city_us + (now - wall_us) * rate`.

    Attributes:
        wall_us, city_us: the two clocks at one instant, UTC microseconds.
        rate: city seconds a second.
        run: id of the run of the city; another run is another story.
        demo: whether this is an embedded demo city and not a real one.
    """

    wall_us: int = 0
    city_us: int = 0
    rate: float = 1.0
    run: str = ""
    demo: bool = False

    def at(self, wall_us: int) -> int:
        return self.city_us + round((wall_us - self.wall_us) * self.rate)


class CityClock:
    """The clock of the city that a seat shows; the machine's until the hub says otherwise."""

    def __init__(self, base: Clock, time_of_city: CityTime | None = None) -> None:
        self.base = base
        self.city = time_of_city or CityTime()

    def now(self) -> int:
        return self.city.at(self.base.now())

    def mono(self) -> float:
        return self.base.mono()

    def wall(self) -> int:
        """The machine's own clock: freshness of feeds is told in it, since beats are transport."""
        return self.base.now()


class ManualClock:
    """A clock that a test moves by hand."""

    def __init__(self, now_us: int = 1_784_021_556 * SECOND) -> None:
        self._now = now_us
        self._mono = 0.0

    def now(self) -> int:
        return self._now

    def mono(self) -> float:
        return self._mono

    def advance(self, seconds: float) -> None:
        self._now += round(seconds * SECOND)
        self._mono += seconds


def local(us: int) -> datetime:
    """`us` as a datetime of Asia/Shanghai, for the screen."""
    return datetime.fromtimestamp(us / SECOND, UTC).astimezone(SHANGHAI)


def midnight(us: int) -> int:
    """The last midnight in Shanghai at or before `us`, UTC microseconds."""
    return round(local(us).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()) * SECOND


def from_iso(text: str) -> int:
    """ISO 8601 with an offset to UTC microseconds.

    Raises:
        ValueError: not a time, or a time that does not say its offset.
    """
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError(f"no UTC offset in {text!r}")
    return round(when.timestamp() * SECOND)


def to_iso(us: int) -> str:
    """UTC microseconds to ISO 8601 in Asia/Shanghai, to the second."""
    return local(us).isoformat(timespec="seconds")


def since_exec() -> float:
    """Seconds since the kernel started this process (Linux, to 10 ms); 0 where it does not say."""
    try:
        with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
            ticks = int(file.read().rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0.0
    import os

    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
