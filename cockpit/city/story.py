"""The story of the rainstorms: flooded underpasses, people in a lift, a tree down; and each night an illegal dump."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from cockpit.city.ground import Ground
from cockpit.city.happening import Change, Fact, Happening, Spot, Text
from cockpit.city.weather import FLOODED, Storms
from cockpit.model.clock import DAY, HOUR, MINUTE, local
from cockpit.model.typed import converted

Row = tuple[str, str, float | str, Text | str]
Note = tuple[float, str, str]


class Trapped(msgspec.Struct, frozen=True):
    """Who is trapped in the deepest place, from and until which minute of the storm."""

    people: int
    cars: int
    from_: float = msgspec.field(name="from")
    until: float


class Flood(msgspec.Struct, frozen=True):
    kind: str
    fullest: tuple[float, ...]
    channels: tuple[str, ...]
    every: float
    scene: str
    title: str
    title_trapped: str
    text: str
    text_trapped: str
    depth: Text
    rain: Text
    people: Text
    cars: Text
    person: Text
    vehicle: Text
    trapped: Trapped
    note_trapped: Text
    note_free: Text
    note_rises: Text
    note_falls: Text
    note_dry: Text


class Scene(msgspec.Struct, frozen=True):
    kind: str
    level: int
    at: float
    channel: str
    where: str
    title: str
    text: str
    facts: tuple[Row, ...]
    picture: str
    notes: tuple[Note, ...]
    amount: float | None = None


class Dump(msgspec.Struct, frozen=True):
    kind: str
    level: int
    hour: int
    minute: int
    lasts: float
    channel: str
    amounts: tuple[int, int]
    title: str
    text: str
    volume: Text
    vehicle: Row
    notes: tuple[Note, ...]
    note_end: Text


class Warning(msgspec.Struct, frozen=True):
    """An alert of the story; `shape` names the part of the city that it holds for."""

    code: str
    event: str
    colour: str
    at: float
    lasts: float
    cancel: float
    shape: str
    headline: str
    description: str
    instruction: str


class Plot(msgspec.Struct, frozen=True):
    """The whole of assets/city/story.toml; see there."""

    flood: Flood
    scene: tuple[Scene, ...]
    dump: Dump
    alert: tuple[Warning, ...]


def read_plot(file: Path) -> Plot:
    return converted(tomllib.loads(file.read_text("utf-8")), Plot)


def level_of_depth(depth: float) -> int:
    """Level of water on a road by its depth in cm (27 and 15 cm are the marks of underpasses)."""
    return 2 if depth >= 27 else 3 if depth >= 15 else 4


class Story:
    """What the storms bring, and where.

    Args:
        numbers: name and unit of the kinds' own numbers.
        notes: what each channel's first note in a timeline is.

    Attributes:
        low: the low places with the fullest they get, cm, deepest first; their water sensors rise with the events.
    """

    def __init__(
        self,
        plot: Plot,
        ground: Ground,
        storms: Storms,
        seed: int,
        numbers: dict[str, tuple[Text, Text | str]],
        notes: dict[str, Text],
    ) -> None:
        self._plot = plot
        self._numbers = numbers
        self._notes = notes
        self._ground = ground
        self._storms = storms
        self._seed = seed
        places = ground.apart(random.Random(f"{seed}/low"), "underpass", len(plot.flood.fullest), near_core=True)
        self.low: list[tuple[Spot, float]] = list(zip(places, plot.flood.fullest, strict=True))

    def storm(self, number: int) -> Iterator[Happening]:
        """All events of one storm."""
        begin = self._storms.begin(number)
        for i, (spot, fullest) in enumerate(self.low):
            yield self._flooded(f"{number}/{i}", begin, i, spot, fullest)
        rng = random.Random(f"{self._seed}/storm/{number}")
        wheres = [scene.where for scene in self._plot.scene]
        spots = {where: iter(self._ground.apart(rng, where, wheres.count(where), near_core=True)) for where in wheres}
        for i, scene in enumerate(self._plot.scene):
            yield self._played(scene, begin, next(spots[scene.where]), i)

    def night(self, day: int) -> Happening:
        """The illegal dump of one night; `day` counts days since 1970 in the city's own time."""
        dump = self._plot.dump
        at = day * DAY - 8 * HOUR + dump.hour * HOUR + dump.minute * MINUTE
        rng = random.Random(f"{self._seed}/dump/{day}")
        spot = self._ground.spot(rng, "minor")
        amount = float(rng.randint(*dump.amounts))
        zh, en, value, unit = dump.vehicle
        made = Happening(
            id=f"{local(at):%m%d-%H}S0",
            kind=dump.kind,
            level=dump.level,
            spot=spot,
            channel=dump.channel,
            occurred=at,
            title=dump.title,
            text=dump.text.format(place=spot.place, n=f"{amount:g}"),
            amount=amount,
            facts=(Fact(dump.volume, amount, "m³"), Fact({"zh": zh, "en": en}, value, unit)),
            scene="dump",
            camera=self._ground.camera_near(spot.lon, spot.lat),
        )
        made.changes = [Change(at + round(m * MINUTE), {"zh": zh, "en": en}) for m, zh, en in dump.notes]
        made.changes.append(Change(at + round(dump.lasts * HOUR), dump.note_end, closes=True))
        return made

    def _played(self, scene: Scene, begin: int, spot: Spot, index: int) -> Happening:
        at = begin + round(scene.at * MINUTE)
        kind_fact = self._numbers.get(scene.kind)
        facts = [Fact(kind_fact[0], scene.amount, kind_fact[1])] if scene.amount is not None and kind_fact else []
        facts += [Fact({"zh": zh, "en": en}, value, unit) for zh, en, value, unit in scene.facts]
        made = Happening(
            id=f"{local(at):%m%d-%H}S{index + 20}",
            kind=scene.kind,
            level=scene.level,
            spot=spot,
            channel=scene.channel,
            occurred=at,
            title=scene.title,
            text=scene.text.format(place=spot.place),
            amount=scene.amount,
            facts=tuple(facts),
            scene=scene.picture,
            camera=self._ground.camera_near(spot.lon, spot.lat) if scene.picture else "",
        )
        first = self._notes[scene.channel]
        made.changes = [Change(at + MINUTE // 2, first)]
        for i, (minute, zh, en) in enumerate(scene.notes):
            last = i == len(scene.notes) - 1
            made.changes.append(Change(at + round(minute * MINUTE), {"zh": zh, "en": en}, closes=last))
        return made

    def _flooded(self, ident: str, begin: int, index: int, spot: Spot, fullest: float) -> Happening:
        flood = self._plot.flood
        first = int(next(m for m in np.arange(FLOODED[0], FLOODED[1]) if self._depth(begin, m, fullest) >= 5))
        at = begin + first * MINUTE
        made = Happening(
            id=f"{local(at):%m%d-%H}S{index + 1}",
            kind=flood.kind,
            level=4,
            spot=spot,
            channel=flood.channels[index % len(flood.channels)],
            occurred=at,
            scene=flood.scene if index < 4 else "",
            camera=self._ground.camera_near(spot.lon, spot.lat),
        )
        made.changes = list(self._rising(made, begin, first, index, fullest))
        return made

    def _depth(self, begin: int, minute: float, fullest: float) -> float:
        return round(self._storms.depth_at(begin + round(minute * MINUTE), fullest))

    def _rising(self, made: Happening, begin: int, first: int, index: int, fullest: float) -> Iterator[Change]:
        flood, spot = self._plot.flood, made.spot
        shown, trapped_before = -99.0, False
        minute = float(first)
        while minute < FLOODED[1]:
            at = begin + round(minute * MINUTE)
            depth = self._depth(begin, minute, fullest)
            trapped = index == 0 and flood.trapped.from_ <= minute < flood.trapped.until
            note: Text | None = None
            if shown < 0:
                note = self._notes[made.channel]
            elif trapped != trapped_before:
                note = flood.note_trapped if trapped else flood.note_free
            elif abs(depth - shown) >= 8:
                words = flood.note_rises if depth > shown else flood.note_falls
                note = {lang: text.format(n=f"{depth:g}") for lang, text in words.items()}
            if note is not None:
                shown = depth
            yield self._said(at, spot, depth, 1 if trapped else level_of_depth(depth), trapped, note)
            trapped_before = trapped
            minute += flood.every
            if depth < 3 and minute > 120:
                break
        yield Change(begin + round(minute * MINUTE), flood.note_dry, amount=0.0, closes=True)

    def _said(self, at: int, spot: Spot, depth: float, level: int, trapped: bool, note: Text | None) -> Change:
        flood = self._plot.flood
        rain = self._storms.fallen_at(at, spot.lon, spot.lat)
        words = {"place": spot.place, "n": f"{depth:g}", "people": flood.trapped.people, "cars": flood.trapped.cars}
        facts = [Fact(flood.depth, depth, "cm"), Fact(flood.rain, round(rain, 1), "mm")]
        if trapped:
            facts += [
                Fact(flood.people, flood.trapped.people, flood.person),
                Fact(flood.cars, flood.trapped.cars, flood.vehicle),
            ]
        return Change(
            at,
            note,
            level=level,
            amount=depth,
            title=(flood.title_trapped if trapped else flood.title).format(**words),
            text=(flood.text_trapped if trapped else flood.text).format(**words),
            facts=tuple(facts),
        )
