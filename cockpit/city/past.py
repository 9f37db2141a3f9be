"""The demo city's past: what happened in the days before its start, and what became of it, as rows of the archive.

Each day has its own random numbers: the same seed makes the same day whenever it is asked for, in any order. Kinds,
hours, places and channels are those of the ordinary day (`everyday`); seasons, storms and what changed in the year are
those of `pastyear`. What is not over at the start is open, at the stage that it has come to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.city.everyday import AT_NIGHT, SPREAD, Customs, Habit, read_customs
from cockpit.city.ground import Ground
from cockpit.city.pastclock import Deadlines
from cockpit.city.pastfate import Made, told
from cockpit.city.pastplaces import Hands, Places, Posted, suits
from cockpit.city.pastsigns import PastSigns
from cockpit.city.pastyear import Rare, Year, YearPlan, read_plan
from cockpit.geo.areas import DISTRICT, STREET, Areas
from cockpit.model.archive_columns import Records
from cockpit.model.city import Pack
from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND, local
from cockpit.paths import assets_dir

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
DAYS = 400
ZONE = 8 * HOUR
LONGEST = 6 * DAY
EPOCH = date(1970, 1, 1)


class _Lot(msgspec.Struct):
    """Things of one habit in one day: which habit, in which area ("" any), when, how large."""

    habit: int
    area: str
    at: Ints
    amount: Floats | None = None
    level: tuple[float, ...] = ()


class Past:
    """The past of one city.

    Attributes:
        first, last: numbers of its days (since 1970-01-01 in Shanghai), both of them in it; the last one is the day of
            the start, up to it.
        units: name and kind of its units, by key.
    """

    def __init__(
        self,
        pack: Pack,
        ground: Ground,
        areas: Areas,
        units: Sequence[Posted],
        seed: int,
        start: int,
        per_day: float,
        days: int = DAYS,
        feed: str = "events",
    ) -> None:
        """
        Args:
            units: who handled it.
            start: of the city, UTC us: what was reported before is past.
            per_day: events of an ordinary day.
            feed: id of the feed of events, with which keys begin.
        """
        folder = assets_dir() / "city"
        customs = read_customs(folder / "events.toml")
        self.plan: YearPlan = read_plan(folder / "past.toml")
        self._pack, self._seed, self._feed = pack, seed, feed
        self.units = {unit.key: (unit.name, unit.kind) for unit in units}
        self.start = start
        self.last = (start + ZONE) // DAY
        self.first = self.last - days
        self._habits = _habits(customs, self.plan, pack)
        kinds = [habit.kind for habit in self._habits]
        self._rare = len(self._habits) - len(self.plan.rare)
        weights = np.array([habit.weight for habit in self._habits])
        self._rates = per_day * weights / weights.sum()
        self._per_day = per_day
        profiles = np.array([customs.hours[habit.hours] for habit in self._habits])
        self._upto = np.cumsum(profiles / profiles.sum(axis=1, keepdims=True), axis=1)
        self._medians = np.array([habit.minutes for habit in self._habits])
        self._year = Year(self.plan, kinds, seed, local(start).date())
        self._places = Places(ground)
        self._hands = Hands(units, ground, self.plan.slow, seed)
        fits = suits()
        self._fits = [fits.get(pack.kinds[kind].pattern, ()) if kind in pack.kinds else () for kind in kinds]
        self._deadlines = Deadlines(pack.loop, self.first * DAY - ZONE, start)
        self._streets = {area.name: area.code for area in areas.of_tier(STREET)}
        self._districts = {area.name: area.code for area in areas.of_tier(DISTRICT)}

    def signs(self, first: int = 0) -> PastSigns:
        """The past of the signs from a day on; what is counted of events is still to be counted (`PastSigns.count`)."""
        codes = (self._pack.code, *self._districts.values())
        folder = assets_dir() / "city"
        return PastSigns(folder, self._year, codes, self._seed, first or self.first, self.last, self.start)

    def __iter__(self) -> Iterator[Records]:
        """All days, the newest first."""
        return (self.day(number) for number in range(self.last, self.first - 1, -1))

    def day(self, number: int, open_too: bool = True) -> Records:
        """What was reported in one day, in its order.

        Args:
            open_too: with what is not closed at the start of the city.
        """
        rng = np.random.default_rng((self._seed, number, 3))
        day = EPOCH + timedelta(days=number)
        lots = self._lots(day, number * DAY - ZONE, rng)
        at = np.concatenate([lot.at for lot in lots]) if lots else np.zeros(0, dtype=np.int64)
        of = np.repeat(np.arange(len(lots)), [len(lot.at) for lot in lots])
        order = np.argsort(at, kind="stable")
        made = self._made(lots, of[order], at[order], day, rng)
        until = self.start
        keep = made.reported < until
        if not open_too:
            keep &= (made.closed > 0) & (made.closed < until)
        return told(made, np.flatnonzero(keep), f"{self._feed}/{day:%y%m%d}-", f"{day:%m%d}-", until)

    # -- what happens ------------------------------------------------------------------------------------------------

    def _lots(self, day: date, begin: int, rng: np.random.Generator) -> list[_Lot]:
        lots: list[_Lot] = []
        factors = self._year.factors(day)
        rates = self._rates * factors
        rates[self._rare :] = np.array(self._year.rare(day)) * self._per_day * self._year.level(day)
        counts = rng.poisson(rates)
        for habit in np.flatnonzero(counts).tolist():
            lots.append(_Lot(habit, "", self._hours(habit, int(counts[habit]), begin, rng)))
        for worse in self.plan.worse:
            code = self._streets.get(worse.street, "")
            habit = self._habit(worse.kind)
            if code and habit >= 0:
                # a street has as much of a kind as the others, on the mean, and what came to it
                usual = float(rates[habit]) / max(len(self._streets), 1)
                more = int(rng.poisson(usual * 2 * (self._year.worse(day, worse) - 1.0) + usual * 2))
                lots.append(_Lot(habit, code, self._hours(habit, more, begin, rng)))
        lots += self._weather(day, begin, rng)
        return [lot for lot in lots if len(lot.at)]

    def _weather(self, day: date, begin: int, rng: np.random.Generator) -> Iterator[_Lot]:
        weather, storm = self._year.weather(day), self.plan.storm
        habit = self._habit(storm.kind)
        if weather.storm and habit >= 0:
            great = storm.great
            many = self._per_day * (great.share if weather.great else storm.share)
            least, most = great.amount if weather.great else storm.amount
            there = int(rng.poisson(many * great.in_street_share)) if weather.great else 0
            street = self._streets.get(great.in_street, "")
            for area, count in ((street, there if street else 0), ("", int(rng.poisson(many)) - there)):
                count = max(count, 0)
                at = begin + (rng.triangular(storm.hours[0], storm.hours[0] + 2.2, storm.hours[1], count) * HOUR)
                amounts = np.round(least + (most - least) * rng.beta(1.6, 3.2, count))
                yield _Lot(habit, area, at.astype(np.int64), amounts, storm.level)
        snow = self._habit(storm.snow.kind)
        if weather.snow and snow >= 0:
            yield _Lot(snow, "", self._hours(snow, int(rng.poisson(self._per_day * storm.snow.share)), begin, rng))

    def _hours(self, habit: int, count: int, begin: int, rng: np.random.Generator) -> Ints:
        hour = np.searchsorted(self._upto[habit], rng.random(count), side="right").clip(0, 23)
        found: Ints = begin + hour * HOUR + rng.integers(0, HOUR, count)
        return found

    def _habit(self, kind: str) -> int:
        return next((i for i, habit in enumerate(self._habits) if habit.kind == kind), -1)

    # -- and what became of it -----------------------------------------------------------------------------------------

    def _made(self, lots: list[_Lot], of: Ints, at: Ints, day: date, rng: np.random.Generator) -> Made:
        n = len(of)
        habit = np.array([lot.habit for lot in lots], dtype=np.int64)[of] if lots else of
        reported = (at + rng.integers(5, 90, n) * SECOND) // SECOND * SECOND
        nodes = self._nodes(lots, of, rng)
        areas = self._places.areas(nodes)
        kinds = [self._habits[i].kind for i in habit.tolist()]
        channel, level, amount = self._said(lots, of, habit, rng)
        fate = self.plan.fate
        ranks = np.searchsorted(np.cumsum(fate.best_unit), rng.random(n)).clip(0, 2)
        nears = np.searchsorted(np.cumsum(fate.near_unit), rng.random(n)).clip(0, 2)
        unit = self._hands.choose(nodes, [self._fits[i] for i in habit.tolist()], ranks, nears)
        slow = np.where(unit >= 0, self._hands.slow[unit], 1.0) if len(self._hands.keys) else np.ones(n)
        lasts = self._medians[habit] * MINUTE * np.exp(SPREAD * rng.standard_normal(n)) * slow
        hour = (reported + ZONE) // HOUR % 24
        lasts = np.where((hour >= 6) & (hour < 20), lasts, lasts * AT_NIGHT)
        if self._year.weather(day).storm:
            lasts *= self.plan.storm.slower
        keep = self._kept(kinds, areas, day, rng.random(n))
        lon, lat = self._places.lon_lat(nodes)
        levels = np.array(level, dtype=np.int64)
        made = Made(
            rank=np.arange(1, n + 1), kind=kinds, level=levels, channel=channel, area=areas,
            place=self._places.places(nodes), lon=lon, lat=lat, amount=amount,
            unit=[self._hands.keys[i] if i >= 0 else "" for i in unit.tolist()],
            unit_kind=[self._hands.kinds[i] if i >= 0 else "" for i in unit.tolist()],
            reported=reported, lasts=np.minimum(lasts, LONGEST).astype(np.int64),
            due=self._deadlines.due(kinds, levels, reported), slow=slow, own=np.zeros(0),
        )  # fmt: skip
        made.decide(fate, rng, self.start)
        return made.take(np.flatnonzero(keep))

    def _nodes(self, lots: list[_Lot], of: Ints, rng: np.random.Generator) -> Ints:
        nodes = np.zeros(len(of), dtype=np.int64)
        chance = rng.random(len(of))
        for i, lot in enumerate(lots):
            rows = np.flatnonzero(of == i)
            pool = self._places.pool(self._habits[lot.habit].where, lot.area)
            nodes[rows] = pool[(chance[rows] * len(pool)).astype(np.int64)]
        return nodes

    def _said(
        self, lots: list[_Lot], of: Ints, habit: Ints, rng: np.random.Generator
    ) -> tuple[list[str], list[int], Floats]:
        """Channel, level and own number of each."""
        n = len(of)
        by_channel, by_level, by_amount = rng.random(n), rng.random(n), rng.random(n)
        channel, level = [""] * n, [4] * n
        amount = np.full(n, np.nan)
        for i, lot in enumerate(lots):
            rows = np.flatnonzero(of == i)
            known = self._habits[lot.habit]
            ways = list(known.via)
            which = np.searchsorted(_chances(list(known.via.values())), by_channel[rows]).clip(0, len(ways) - 1)
            levels = np.searchsorted(_chances(list(lot.level or known.level)), by_level[rows]).clip(0, 3)
            for row, way, grade in zip(rows.tolist(), which.tolist(), levels.tolist(), strict=True):
                channel[row], level[row] = ways[way], grade + 1
            if lot.amount is not None:
                amount[rows] = lot.amount
            elif known.amount is not None:
                least, most = known.amount
                amount[rows] = np.round(least + (most - least) * by_amount[rows])
        return channel, level, amount

    def _kept(self, kinds: list[str], areas: list[str], day: date, chance: Floats) -> NDArray[np.bool_]:
        """What a measure made less of is not there."""
        keep = np.ones(len(kinds), dtype=np.bool_)
        for helped in self.plan.helped:
            code = self._districts.get(helped.district, "")
            if code and day >= date.fromisoformat(helped.from_):
                hit = [k == helped.kind and a.startswith(code) for k, a in zip(kinds, areas, strict=True)]
                keep &= ~(np.array(hit, dtype=np.bool_) & (chance > helped.times))
        return keep


def _chances(weights: list[float]) -> Floats:
    found: Floats = np.cumsum(np.array(weights) / sum(weights))
    return found


def _habits(customs: Customs, plan: YearPlan, pack: Pack) -> list[Habit]:
    """Those of an ordinary day, then the rare ones, of kinds that the pack has."""
    usual = [habit for habit in customs.event if habit.kind in pack.kinds]
    return [*usual, *(_rare(one, customs) for one in plan.rare)]


def _rare(one: Rare, customs: Customs) -> Habit:
    like = next(habit for habit in customs.event if habit.kind == one.like)
    return msgspec.structs.replace(
        like, kind=one.kind, weight=0.0, where=one.where, via=one.via, level=one.level, minutes=one.minutes,
        amount=one.amount,
    )  # fmt: skip
