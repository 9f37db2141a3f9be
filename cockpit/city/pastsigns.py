"""The past of the demo city's signs, hour by hour, for the city and its districts; see assets/city/pastsigns.toml.

What is counted of events is counted of the very events of the past; the rest follows the calendar, the rain and a
recorded series of air. An hour's number is that of its middle.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.city.pastyear import Year, is_of
from cockpit.city.weather import Air
from cockpit.model.archive_columns import Records
from cockpit.model.clock import DAY, HOUR, MINUTE
from cockpit.model.typed import converted

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ZONE = 8 * HOUR
EPOCH = date(1970, 1, 1)
HALF = 30 * MINUTE
STORM = (0, 9, 22, 15, 6, 2, 0)
GREAT = (3, 21, 46, 38, 17, 7, 2)
"""Rain of the hours of a storm, mm, from an hour before it begins."""
WET = (0.16, 0.18, 0.22, 0.22, 0.2, 0.42, 0.26, 0.22, 0.2, 0.12, 0.12, 0.12)
"""Share of days with some rain, by month."""
DRAIN = 8.0
BEAUFORT = (0.3, 1.6, 3.4, 5.5, 8.0, 10.8, 13.9, 17.2, 20.8, 24.5, 28.5, 32.7)


class Counted(msgspec.Struct, frozen=True):
    """One `[[events]]`."""

    code: str
    what: str
    kinds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


class Curve(msgspec.Struct, frozen=True):
    """One `[[curve]]`."""

    code: str
    base: float = 0.0
    digits: int = 0
    hours: tuple[float, ...] = (1.0,) * 24
    months: tuple[float, ...] = (1.0,) * 12
    weekend: float = 1.0
    noise: float = 0.0
    spread: float = 0.0
    high: float = 1e9
    air: str = ""
    rain: int = 0
    water: str = ""
    night: bool = False
    sum: bool = False


class Table(msgspec.Struct, frozen=True):
    """The whole of assets/city/pastsigns.toml."""

    events: tuple[Counted, ...]
    curve: tuple[Curve, ...]

    def codes(self) -> list[str]:
        return [*(one.code for one in self.events), *(one.code for one in self.curve)]


class Course(msgspec.Struct, frozen=True):
    """The past of one sign.

    Attributes:
        begin: of the first hour, UTC us. areas: codes. values: float64 (areas, hours), NaN where there is none.
        digits: decimal places that its numbers have.
    """

    code: str
    begin: int
    areas: tuple[str, ...]
    values: Floats
    digits: int


def read_table(folder: Path) -> Table:
    return converted(tomllib.loads((folder / "pastsigns.toml").read_text("utf-8")), Table)


class PastSigns:
    """Makes the courses of days `first` to `last`, of `last` the hours that are over at `until`.

    Args:
        areas: codes of the city, then of its districts.
        seed: of the city.
    """

    def __init__(
        self, folder: Path, year: Year, areas: tuple[str, ...], seed: int, first: int, last: int, until: int
    ) -> None:
        self.table = read_table(folder)
        self._air = Air(folder / "air.npz")
        self._year, self._areas, self._seed = year, areas, seed
        self._first, self._days = first, last - first + 1
        self._begin = first * DAY - ZONE
        self._hours = max(0, (until - self._begin) // HOUR)
        shape = (len(areas), self._days * 24 + 1)
        today = ("today", "share")
        self._open = {one.code: np.zeros(shape) for one in self.table.events if one.what not in today}
        self._come = {one.code: np.zeros(shape) for one in self.table.events if one.what in today}
        self._come[""] = np.zeros(shape)
        """All of them: what shares are of."""
        self._wet: Floats | None = None

    def count(self, days: Iterable[Records]) -> None:
        """Takes events of the past in, a day at a time; each day once."""
        for records in days:
            area = self._area_rows(records)
            begun, over = self._at(records["reported"]), self._at(records["closed"])
            over = np.where(records["closed"] > 0, over, self._days * 24)
            for one in (*self.table.events, Counted("", "today")):
                rows = np.flatnonzero(_which(one, records))
                weight = np.nan_to_num(records["amount"][rows]) if one.what == "amount" else np.ones(len(rows))
                into = self._come[one.code] if one.code in self._come else self._open[one.code]
                for which in (np.zeros(len(rows), dtype=np.int64), area[rows]):
                    there = which >= 0
                    np.add.at(into, (which[there], begun[rows][there]), weight[there])
                    if one.code in self._open:
                        np.add.at(into, (which[there], over[rows][there]), -weight[there])

    def course(self, code: str) -> Course | None:
        """Of one sign; None where the table has none of that code."""
        for one in self.table.events:
            if one.code == code:
                return self._course(code, self._counted(one), 1 if one.what == "share" else 0)
        for curve in self.table.curve:
            if curve.code == code:
                return self._course(code, self._curved(curve), curve.digits)
        return None

    def __iter__(self) -> Iterator[Course]:
        return (course for code in self.table.codes() if (course := self.course(code)) is not None)

    def _course(self, code: str, values: Floats, digits: int) -> Course:
        return Course(code, self._begin, self._areas, values[:, : self._hours], digits)

    def _area_rows(self, records: Records) -> Ints:
        """Number of the district of each, -1 where it has none; the city has number 0."""
        known = {code: i for i, code in enumerate(self._areas) if i}
        words = [known.get(word[:6], -1) for word in records.text("area").words]
        return np.array(words, dtype=np.int64)[records.text("area").codes] if words else np.zeros(0, dtype=np.int64)

    def _at(self, times: Ints) -> Ints:
        """The first hour whose middle is not before."""
        found: Ints = np.clip(-(-(times - self._begin - HALF) // HOUR), 0, self._days * 24)
        return found

    def _counted(self, one: Counted) -> Floats:
        if one.what in ("open", "amount"):
            return np.cumsum(self._open[one.code], axis=1)[:, :-1]
        today = self._today(one.code)
        if one.what == "today":
            return today
        whole = self._today("")
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(whole > 0, np.round(today / whole * 100, 1), np.nan)

    def _today(self, code: str) -> Floats:
        """Since midnight, hour by hour."""
        come = self._come[code][:, :-1].reshape(len(self._areas), self._days, 24)
        return np.cumsum(come, axis=2).reshape(len(self._areas), -1)

    # -- by the calendar -----------------------------------------------------------------------------------------------

    def _curved(self, curve: Curve) -> Floats:
        rng = np.random.default_rng((self._seed, 5, *curve.code.encode()))
        count = len(self._areas)
        by_area: Floats = np.exp(curve.spread * rng.standard_normal(count))
        by_area[0] = 1.0
        values: Floats
        if curve.air:
            values = self._aired(curve.air)[None, :] * by_area[:, None]
        elif curve.rain:
            fallen = np.convolve(self._rain(), np.ones(curve.rain))[: self._days * 24]
            values = fallen[None, :] * by_area[:, None]
        elif curve.water:
            values = self._water(curve.water)[None, :] * by_area[:, None]
        else:
            hourly = curve.base * np.tile(curve.hours, self._days) * np.repeat(self._daily(curve), 24)
            drift = rng.standard_normal((count, self._days * 24))
            for hour in range(1, drift.shape[1]):
                drift[:, hour] = 0.8 * drift[:, hour - 1] + 0.6 * drift[:, hour]
            values = hourly[None, :] * by_area[:, None] * (1 + curve.noise * drift)
        if curve.sum:
            shares = np.round(values[1:] * np.minimum(1.0, 2.0 / max(count - 1, 1)))
            values = np.concatenate((shares.sum(axis=0, keepdims=True), shares))
        elif curve.rain or curve.water:
            values[0] = values.max(axis=0)  # the city's is that of its worst place
        values = np.asarray(np.round(np.minimum(values, curve.high), curve.digits), dtype=np.float64)
        if curve.night:
            hours = np.arange(values.shape[1]) % 24
            values = np.where((hours >= 22) | (hours < 6), values, np.nan)
        return values

    def _dates(self) -> list[date]:
        return [EPOCH + timedelta(days=self._first + n) for n in range(self._days)]

    def _daily(self, curve: Curve) -> Floats:
        weekend = [curve.weekend if day.weekday() >= 5 else 1.0 for day in self._dates()]
        months = [curve.months[day.month - 1] for day in self._dates()]
        found: Floats = np.array(weekend) * np.array(months)
        return found

    def _aired(self, name: str) -> Floats:
        hours = [self._air.at(self._begin + n * HOUR + HALF) for n in range(self._days * 24)]
        which = {"pm25": 0, "temperature": 1, "beaufort": 2}[name]
        values = np.array([hour[which] for hour in hours])
        if name == "beaufort":
            values = np.searchsorted(BEAUFORT, values, side="right").astype(np.float64)
        found: Floats = values
        return found

    def _rain(self) -> Floats:
        """mm of each hour."""
        if self._wet is None:
            rain = np.zeros(self._days * 24)
            for n, day in enumerate(self._dates()):
                rng = np.random.default_rng((self._seed, self._first + n, 6))
                weather = self._year.weather(day)
                if weather.storm:
                    fall = np.array(GREAT if weather.great else STORM) * rng.uniform(0.75, 1.25, len(STORM))
                    begin = n * 24 + self._year.plan.storm.hours[0] - 1
                    rain[begin : begin + len(fall)] += fall[: len(rain) - begin]
                elif rng.random() < WET[day.month - 1]:
                    begin, long = n * 24 + int(rng.integers(0, 20)), int(rng.integers(2, 9))
                    rain[begin : begin + long] += rng.gamma(1.2, 1.1, len(rain[begin : begin + long]))
            self._wet = np.round(rain, 1)
        return self._wet

    def _water(self, what: str) -> Floats:
        """How deep it stands in the deepest low place (cm), or at how many places 10 cm and more."""
        depth = np.zeros(self._days * 24)
        rain = self._rain()
        for hour in np.flatnonzero(rain > DRAIN).tolist():
            for after in range(6):
                if hour + after < len(depth):
                    depth[hour + after] += (rain[hour] - DRAIN) * 0.85 * 0.55**after
        return np.minimum(depth, 95.0) if what == "deepest" else np.where(depth >= 10, 1 + depth / 6, 0.0)


def _which(one: Counted, records: Records) -> NDArray[np.bool_]:
    kinds, channels = records.text("kind"), records.text("channel")
    good = np.ones(len(records), dtype=np.bool_)
    if one.kinds:
        good &= np.array([is_of(word, one.kinds) for word in kinds.words], dtype=np.bool_)[kinds.codes]
    if one.channels:
        good &= np.array([word in one.channels for word in channels.words], dtype=np.bool_)[channels.codes]
    return good
