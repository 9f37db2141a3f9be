"""The ordinary day: what happens by kind and hour, decided by the seed and the hour alone.

Each hour of the calendar has its own random numbers, so the same seed gives the same events whenever one starts to
look, and a restarted city finds the events it had.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from cockpit.city.ground import Ground
from cockpit.city.happening import Change, Fact, Happening, Text
from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND, local
from cockpit.model.typed import converted

SPREAD = 0.85
"""Sigma of the lognormal time until a source closes an event."""
AT_NIGHT = 1.7
"""What comes in at night takes so much longer: fewer hands."""
LONGEST = 3 * DAY


class Habit(msgspec.Struct, frozen=True):
    """One `[[event]]` of assets/city/events.toml; see there."""

    kind: str
    weight: float
    hours: str
    where: str
    via: dict[str, float]
    level: tuple[float, float, float, float]
    minutes: float
    texts: tuple[str, ...]
    scene: str
    amount: tuple[float, float] | None = None
    facts: tuple[tuple[str, str, Text | str, float, float], ...] = ()


class Lead(msgspec.Struct, frozen=True):
    text: str
    zh: str
    en: str

    @property
    def note(self) -> Text:
        return {"zh": self.zh, "en": self.en}


class Step(msgspec.Struct, frozen=True):
    share: float
    zh: str
    en: str


class Customs(msgspec.Struct, frozen=True):
    """The whole of assets/city/events.toml."""

    hours: dict[str, tuple[float, ...]]
    leads: dict[str, Lead]
    step: tuple[Step, ...]
    closing: Text
    event: tuple[Habit, ...]


def read_customs(file: Path) -> Customs:
    return converted(tomllib.loads(file.read_text("utf-8")), Customs)


class Everyday:
    """Makes the events of an ordinary day.

    Args:
        kinds: codes that the pack's class table has; habits of other kinds are left out.
        known: names and units of the kinds' own numbers, code to (name, unit).
    """

    def __init__(
        self,
        customs: Customs,
        ground: Ground,
        kinds: Container[str],
        known: dict[str, tuple[Text, Text | str]],
        seed: int,
        per_day: float,
    ) -> None:
        self._customs = customs
        self._ground = ground
        self._known = known
        self._seed = seed
        self.habits = [habit for habit in customs.event if habit.kind in kinds]
        weights = np.array([habit.weight for habit in self.habits])
        profiles = np.array([customs.hours[habit.hours] for habit in self.habits])
        profiles = profiles / profiles.sum(axis=1, keepdims=True)
        self._rates = (per_day * (weights / weights.sum())[:, None] * profiles).T
        self._medians = np.array([habit.minutes for habit in self.habits])

    def hour(self, slot: int, open_at: int = 0) -> Iterator[Happening]:
        """Events that come in during one hour, by time.

        Args:
            slot: hours since 1970 UTC.
            open_at: leave out those that are closed by then (city time, UTC us).
        """
        begin = slot * HOUR
        rates = self._rates[local(begin).hour]
        rng = np.random.default_rng((self._seed, slot))
        counts = rng.poisson(rates)
        which = np.repeat(np.arange(len(rates)), counts)
        at = begin + rng.integers(0, HOUR, len(which))
        lasts = np.minimum(self._medians[which] * MINUTE * np.exp(SPREAD * rng.standard_normal(len(which))), LONGEST)
        if not 6 <= local(begin).hour < 20:
            lasts *= AT_NIGHT
        order = np.argsort(at, kind="stable")
        day = local(begin)
        for rank, i in enumerate(order, 1):
            occurred, closes = int(at[i]) // SECOND * SECOND, int(at[i] + lasts[i]) // SECOND * SECOND
            if closes <= open_at:
                continue
            ident = f"{day:%m%d}-{day:%H}{rank:03d}"
            yield self._make(self.habits[which[i]], ident, occurred, closes, f"{self._seed}/{slot}/{rank}")

    def _make(self, habit: Habit, ident: str, occurred: int, closes: int, seed: str) -> Happening:
        rng = random.Random(seed)
        channel = rng.choices(list(habit.via), list(habit.via.values()))[0]
        spot = self._ground.spot(rng, habit.where)
        lead = self._customs.leads[channel]
        facts: list[Fact] = []
        amount: float | None = None
        if habit.amount is not None:
            amount = float(rng.randint(round(habit.amount[0]), round(habit.amount[1])))
            name, unit = self._known.get(habit.kind, ({}, ""))
            if name:
                facts.append(Fact(name, amount, unit))
        for zh, en, unit, least, most in habit.facts:
            facts.append(Fact({"zh": zh, "en": en}, rng.randint(round(least), round(most)), unit))
        text = rng.choice(habit.texts).format(place=spot.place, n=f"{amount:g}" if amount is not None else "")
        level = rng.choices((1, 2, 3, 4), habit.level)[0]
        made = Happening(
            id=ident,
            kind=habit.kind,
            level=level,
            spot=spot,
            channel=channel,
            occurred=occurred,
            text=lead.text + text,
            amount=amount,
            facts=tuple(facts),
            scene=habit.scene if channel in ("video", "patrol", "citizen") else "",
        )
        if channel == "video" or rng.random() < 0.3:
            made.camera = self._ground.camera_near(spot.lon, spot.lat)
        reported = occurred + rng.randint(5, 90) * SECOND
        made.changes = list(self._story(lead.note, reported, max(closes, reported + MINUTE), rng))
        return made

    def _story(self, first: Text, reported: int, closes: int, rng: random.Random) -> Iterator[Change]:
        yield Change(reported, first)
        for step in self._customs.step:
            share = step.share * rng.uniform(0.7, 1.4)
            at = reported + round((closes - reported) * share) // SECOND * SECOND
            yield Change(at, {"zh": step.zh, "en": step.en})
        yield Change(closes, self._customs.closing, closes=True)


def numbers_of(kinds: dict[str, Any]) -> dict[str, tuple[Text, Text | str]]:
    """Name and unit of the own number of each kind of a pack that has one."""
    return {code: (kind.fact, kind.unit) for code, kind in kinds.items() if kind.fact}
