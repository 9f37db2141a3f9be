"""How the demo city's year goes: seasons, rainstorms, snow, and what changed in it. See assets/city/past.toml."""

from __future__ import annotations

import random
import tomllib
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.model.typed import converted

Floats = NDArray[np.float64]


class Season(msgspec.Struct, frozen=True):
    kinds: tuple[str, ...]
    months: tuple[float, ...]


class Rare(msgspec.Struct, frozen=True):
    kind: str
    like: str
    where: str
    via: dict[str, float]
    level: tuple[float, float, float, float]
    minutes: float
    amount: tuple[float, float]
    months: tuple[float, ...]


class Great(msgspec.Struct, frozen=True):
    day: str
    share: float
    amount: tuple[float, float]
    in_street: str
    in_street_share: float


class Snow(msgspec.Struct, frozen=True):
    kind: str
    months: tuple[int, ...]
    a_year: int
    share: float


class Storm(msgspec.Struct, frozen=True):
    kind: str
    months: tuple[int, ...]
    a_year: int
    share: float
    hours: tuple[int, int]
    amount: tuple[float, float]
    level: tuple[float, float, float, float]
    slower: float
    spread: dict[str, float]
    great: Great
    snow: Snow


class Worse(msgspec.Struct, frozen=True):
    kind: str
    street: str
    days: int
    times: float


class Helped(msgspec.Struct, frozen=True):
    kind: str
    district: str
    from_: str = msgspec.field(name="from")
    times: float


class Slow(msgspec.Struct, frozen=True):
    unit_kind: str
    number: int
    times: float


class Fate(msgspec.Struct, frozen=True):
    void: float
    referred: float
    best_unit: tuple[float, ...]
    near_unit: tuple[float, ...]
    returned: float
    returned_twice: float
    reopened: float
    urged_late: float
    urged: float
    asked: float
    satisfied: tuple[float, ...]
    stuck: float


class YearPlan(msgspec.Struct, frozen=True):
    """The whole of assets/city/past.toml."""

    growth: float
    saturday: float
    sunday: float
    season: tuple[Season, ...]
    rare: tuple[Rare, ...]
    storm: Storm
    worse: tuple[Worse, ...]
    helped: tuple[Helped, ...]
    slow: tuple[Slow, ...]
    fate: Fate


def read_plan(file: Path) -> YearPlan:
    return converted(tomllib.loads(file.read_text("utf-8")), YearPlan)


def is_of(kind: str, patterns: tuple[str, ...]) -> bool:
    """Whether a code is one of these, or begins as one with a star does."""
    return any(kind == one or (one.endswith("*") and kind.startswith(one[:-1])) for one in patterns)


class Weather(msgspec.Struct, frozen=True):
    """What a day is beside ordinary.

    Attributes:
        storm, great, snow: whether there is one.
    """

    storm: bool = False
    great: bool = False
    snow: bool = False


class Year:
    """Factors of any day, from the seed and the day alone.

    Args:
        kinds: of the habits, in their order.
        last: day on which the past ends.
    """

    def __init__(self, plan: YearPlan, kinds: list[str], seed: int, last: date) -> None:
        self.plan = plan
        self._kinds = kinds
        self._seed = seed
        self._last = last
        self._months = np.ones((12, len(kinds)))
        for season in plan.season:
            rows = [i for i, kind in enumerate(kinds) if is_of(kind, season.kinds)]
            for row in rows:
                self._months[:, row] = season.months
        self._storms = lru_cache(maxsize=8)(self._storms_of)

    def factors(self, day: date) -> Floats:
        """By habit: how many times the usual rate."""
        found: Floats = between_months(self._months, day) * self.level(day)
        weather = self.weather(day)
        if weather.storm:
            for i, kind in enumerate(self._kinds):
                found[i] *= self.plan.storm.spread.get(kind, 1.0)
        return found

    def level(self, day: date) -> float:
        """How much is going on at all: growth and the day of the week."""
        grown = 1.0 + self.plan.growth * (day - self._last).days / 365
        return grown * {5: self.plan.saturday, 6: self.plan.sunday}.get(day.weekday(), 1.0)

    def rare(self, day: date) -> list[float]:
        """Share of the day's events of each rare kind."""
        return [float(between_months(np.array(rare.months), day)) for rare in self.plan.rare]

    def weather(self, day: date) -> Weather:
        great = f"{day:%m-%d}" == self.plan.storm.great.day
        storms, snows = self._storms(day.year)
        return Weather(great or day in storms, great, day in snows)

    def worse(self, day: date, worse: Worse) -> float:
        """How many times as much there is of it."""
        since = worse.days - (self._last - day).days
        return 1.0 + (worse.times - 1.0) * min(max(since / worse.days, 0.0), 1.0)

    def _storms_of(self, year: int) -> tuple[frozenset[date], frozenset[date]]:
        storm, rng = self.plan.storm, random.Random(f"{self._seed}/storms/{year}")
        wet = _days(year, storm.months)
        cold = _days(year, storm.snow.months)
        return frozenset(rng.sample(wet, storm.a_year)), frozenset(rng.sample(cold, storm.snow.a_year))


def between_months(months: Floats, day: date) -> Floats:
    """The factor of a day, between those of the two months whose middles it lies between."""
    at = day.month - 1 + (day.day - 15.5) / 31
    low = int(np.floor(at))
    share = at - low
    found: Floats = months[low % 12] * (1 - share) + months[(low + 1) % 12] * share
    return found


def _days(year: int, months: tuple[int, ...]) -> list[date]:
    first = date(year, 1, 1)
    every = (first + timedelta(days=n) for n in range(366))
    return [day for day in every if day.year == year and day.month in months]
