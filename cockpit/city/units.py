"""Units on duty: who they are, and how they move along the streets.

A unit goes from node to node of its graph at the speed of its kind, straight on where it can, turns back to its beat
when it has strayed, and pauses now and then. An order takes it off its beat along a way to a place, and a last street
later it is on its beat again. Its way does not depend on how often it is asked.
"""

from __future__ import annotations

import math
import random
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from cockpit.city.ground import Floats, Ground
from cockpit.city.happening import Happening, Stamp, Text
from cockpit.city.trip import NO_NODE, Trip
from cockpit.model.city import UnitKind
from cockpit.model.clock import SECOND, local
from cockpit.model.typed import converted

PACE = 0.75
"""Share of its kind's usual speed that a unit has on patrol."""
STANDING = 30 * SECOND
"""A unit that stands still says so as often."""
HERE = 5e-7
"""Degrees within which two places are one."""
MOST_LEGS = 400
"""Legs that one step may cover for one unit; at a high rate of the city's clock the rest is skipped."""


class Corps(msgspec.Struct, frozen=True):
    """One `[[unit]]` of assets/city/people.toml; see there. `range` in metres, `pause` in seconds."""

    kind: str
    share: float
    call: str
    range: float
    pause: tuple[int, int]
    nights: float
    busy: float
    skill: Text


class People(msgspec.Struct, frozen=True):
    """The whole of assets/city/people.toml."""

    surnames: str
    given: tuple[str, ...]
    unit: tuple[Corps, ...]
    words: dict[str, Text]


def read_people(file: Path) -> People:
    return converted(tomllib.loads(file.read_text("utf-8")), People)


class Unit:
    """One unit.

    Attributes:
        id, kind, name: as published.
        state: free, busy or off.
        lon, lat, heading, speed: where and how it goes; degrees from north, m/s.
        node: the node that it goes to, or stands at.
        fixed: time of the position.
        task: the event that the source itself sent it to, or None.
        errand: number of the order that it works on, "" for none; the shift does not end before it.
        stepped: the time that it was last stepped to.
        home: the node that its beat is around.
        changed: something that is published is different from what was published last; whoever publishes resets it.
        retell: its body is different too.
    """

    def __init__(
        self, ident: str, name: str, corps: Corps, kind: UnitKind, ground: Ground, home: int, shift: str, seed: str
    ) -> None:
        self.id, self.kind, self.name = ident, corps.kind, name
        self.corps, self.shift = corps, shift
        self._ground, self.on_foot = ground, kind.on_foot
        self._rng = random.Random(seed)
        self._pace = kind.speed * PACE * self._rng.uniform(0.8, 1.1)
        self.home = self.node = self._from = home
        self._until = 0
        self._left_at = 0
        self.stepped = 0
        self._way: list[int] = []
        self._own_task = self._rng.random() < corps.busy
        self.task: Happening | None = None
        self.errand = ""
        self._trip: Trip | None = None
        self.state = "free"
        self.lon = float(ground.streets.lon[home])
        self.lat = float(ground.streets.lat[home])
        self.heading: float | None = None
        self.speed = 0.0
        self.fixed = 0
        self.changed = True
        self.retell = False
        self._said = 0

    def on_duty(self, now: int) -> bool:
        if self.shift == "all":
            return True
        return (7 <= local(now).hour < 19) == (self.shift == "day")

    def begin(self, now: int) -> None:
        """Puts it somewhere on its beat at the city's start."""
        for _ in range(self._rng.randrange(3, 25) if self.corps.range else 0):
            self._from, self.node = self.node, self._choose(self._from)
        self._from = self.node
        self._until = now - self._rng.randrange(60) * SECOND
        while self._until <= now:
            self._leg()
        self._place(now)
        self.stepped, self._said = now, now - self._rng.randrange(STANDING)
        self.step(now)
        self.changed = False

    def step(self, now: int) -> None:
        """Goes on to where it is at that time."""
        duty = self.on_duty(now) or bool(self.errand)
        state = "off" if not duty else "busy" if self.task or self._own_task or self.errand else "free"
        if state != self.state:
            self.state, self.changed = state, True
        if self.task is not None and self.task.closed:
            self.task, self.changed, self.retell = None, True, True
        if not duty:
            # it stands where its shift ended, and goes on from there
            self._left_at += now - self.stepped
            self._until += now - self.stepped
            if self._trip is not None:
                self._trip.delay(now - self.stepped)
            self.stepped = now
            if self.speed:
                self.speed, self.changed = 0.0, True
            return
        self.stepped = now
        if self._trip is not None and not self.errand and now >= self._trip.ends:
            self._rejoin(self._trip)
        if self._trip is not None:
            self._place_on(self._trip, now)
            return
        for _ in range(MOST_LEGS):
            if now < self._until:
                break
            self._leg()
        else:
            self._until = now
        self._place(now)

    def send(self, task: Happening, way: list[int]) -> None:
        """Sends it to an event along a way of nodes, the first of which is the node that it goes to."""
        self.task, self._way, self.changed, self.retell = task, way[1:], True, True

    @property
    def idle(self) -> bool:
        return self.state == "free" and self.task is None and not self.errand

    def take(self, number: str) -> None:
        """Takes an order on: busy from now on, still on its beat until it sets out."""
        self.errand, self.task, self.changed, self.retell = number, None, True, True

    def set_out(self, path: Floats, now: int) -> int:
        """Leaves for the place of its order at the time that it was last stepped to.

        Args:
            path: (n, 2) of lon/lat along the streets, from the node that it goes to.

        Returns:
            when it will be there, UTC microseconds.
        """
        nodes = self._ground.nodes_at(path)
        if self._trip is None and self._from != self.node and len(nodes) > 1 and nodes[1] == self._from:
            path, nodes = path[1:], nodes[1:]  # it leads back along the street that it is on: turn here
        self._set_trip(path, nodes, now, self._pace / PACE)
        self._way = []
        assert self._trip is not None
        return self._trip.ends

    @property
    def stands_by(self) -> bool:
        """It has no beat: it waits at its home."""
        return self.corps.range == 0

    def let_go(self, now: int, home: Floats | None = None) -> None:
        """Its order is over: it goes on to the end of the street that it is on, and from there it is on its beat.

        Args:
            home: the way from the node that it goes to, for one that stands by at its home.
        """
        self.errand, self.changed, self.retell = "", True, True
        trip = self._trip
        if trip is None:
            return
        if home is not None:
            self._set_trip(home, [*self._ground.nodes_at(home)[:-1], self.home], now, self._pace)
            return
        node = trip.next_node(now)
        if node == NO_NODE:
            last = trip.last_node(now)
            node = self._ground.ahead(self.node if last == NO_NODE else last, self.lon, self.lat, self.on_foot)
        streets = self._ground.streets
        self._set_trip(np.array([[streets.lon[node], streets.lat[node]]]), [node], now, self._pace)

    def _set_trip(self, path: Floats, nodes: list[int], now: int, pace: float) -> None:
        """A way from where it is; a first place that is here already is not gone to."""
        here = np.array([[self.lon, self.lat]])
        away = np.abs(path[0] - here[0]).max()
        if away > HERE:
            path, nodes = np.concatenate([here, path]), [NO_NODE, *nodes]
        self._trip = Trip(self._ground, path, nodes, now, pace)

    def _rejoin(self, trip: Trip) -> None:
        """At the end of its way back: on its beat from there."""
        self._from = self.node = trip.nodes[-1]
        self._left_at = self._until = trip.ends
        self._trip = None

    def _place_on(self, trip: Trip, now: int) -> None:
        lon, lat, heading = trip.at(now)
        node = trip.next_node(now)
        node = trip.last_node(now) if node == NO_NODE else node
        self.node = self.node if node == NO_NODE else node
        self._show(lon, lat, trip.pace if now < trip.ends else 0.0, heading, now)

    def message(self, stamp: Stamp, words: dict[str, Text], whole: bool) -> dict[str, Any]:
        """As the positions say it; with a body when `whole` is asked for or its body is different."""
        said: dict[str, Any] = {
            "id": self.id,
            "kind": self.kind,
            "name": self.name,
            "state": self.state,
            "lon": round(self.lon, 6),
            "lat": round(self.lat, 6),
            "heading": None if self.heading is None else round(self.heading, 1),
            "speed": round(self.speed, 1),
            "area": self._ground.area(self.node),
            "fixed": stamp(self.fixed),
        }
        if whole or self.retell:
            facts = [(words["shift"], words["shift_" + self.shift]), (words["skill"], self.corps.skill)]
            if task := self.errand or (self.task.id if self.task is not None else ""):
                facts.append((words["task"], {"zh": task, "en": task}))
            said["body"] = {"facts": [{"name": name, "value": value, "unit": ""} for name, value in facts]}
        return said

    def _leg(self) -> None:
        """The next thing it does: go to the next node, or stand for a while."""
        self._left_at = self._until
        was, self._from = self._from, self.node
        if self.task is not None and not self._way:
            self._until += 60 * SECOND
            return
        if not self._way and (self.corps.range == 0 or (was != self.node and self._rng.random() < 0.06)):
            self._until += self._rng.randint(*self.corps.pause) * SECOND
            return
        self.node = self._way.pop(0) if self._way else self._choose(was)
        metres = float(np.hypot(*(self._ground.xy[self.node] - self._ground.xy[self._from])))
        self._until += max(SECOND // 5, round(metres / self._pace * SECOND))

    def _choose(self, was: int | None = None) -> int:
        """The next node of the beat: straight on if it can, homewards when it has strayed."""
        options: list[int] = self._ground.next_nodes(self.node, self.on_foot).tolist()
        if not options:
            return self.home if self.corps.range == 0 else self.node
        ahead = [n for n in options if n != was] or options
        if len(ahead) == 1:
            return ahead[0]
        at = self._ground.at_metres
        x, y = at(self.node)
        home_x, home_y = at(self.home)
        home_x, home_y = home_x - x, home_y - y
        away = math.hypot(home_x, home_y)
        from_x, from_y = at(was) if was is not None else (x, y)
        ran_x, ran_y = x - from_x, y - from_y
        ran = math.hypot(ran_x, ran_y)
        weights = []
        for n in ahead:
            to_x, to_y = at(n)
            step_x, step_y = to_x - x, to_y - y
            long = math.hypot(step_x, step_y) or 1.0
            weight = 1.0
            if ran > 0:
                weight += 3.0 * max(0.0, (step_x * ran_x + step_y * ran_y) / (long * ran))
            if away > self.corps.range:
                weight *= 0.02 + 3.0 * max(0.0, (step_x * home_x + step_y * home_y) / (long * away))
            weights.append(weight)
        return self._rng.choices(ahead, weights)[0]

    def _place(self, now: int) -> None:
        xy, streets = self._ground.xy, self._ground.streets
        a, b = self._from, self.node
        going = a != b
        share = (
            1.0 if not going or self._until <= self._left_at else (now - self._left_at) / (self._until - self._left_at)
        )
        share = min(1.0, max(0.0, share))
        lon = float(streets.lon[a] + (streets.lon[b] - streets.lon[a]) * share)
        lat = float(streets.lat[a] + (streets.lat[b] - streets.lat[a]) * share)
        heading = None
        if going:
            east, north = xy[b] - xy[a]
            heading = math.degrees(math.atan2(east, north)) % 360
        self._show(lon, lat, self._pace if going else 0.0, heading, now)

    def _show(self, lon: float, lat: float, speed: float, heading: float | None, now: int) -> None:
        if (lon, lat, speed) != (self.lon, self.lat, self.speed) or now - self._said >= STANDING:
            self.changed, self._said = True, now
        if heading is not None:
            self.heading = heading
        self.lon, self.lat, self.speed, self.fixed = lon, lat, speed, now


def muster(
    people: People, kinds: dict[str, UnitKind], ground: Ground, seed: int, count: int, station: Callable[[int], str]
) -> list[Unit]:
    """Makes the units of a city.

    Args:
        kinds: sorts of unit that the pack knows; others are left out.
        station: name of the sub-district of a node, for fire stations.
    """
    rng = random.Random(f"{seed}/units")
    corps = [one for one in people.unit if one.kind in kinds]
    total = sum(one.share for one in corps)
    units: list[Unit] = []
    for place, one in enumerate(corps):
        upto = round(sum(c.share for c in corps[: place + 1]) / total * count)
        used: set[str] = set()
        for number in range(1, upto - len(units) + 1):
            home = ground.spot(rng, "main" if one.kind == "fire" else "any").node
            beat, car = (number - 1) // 5 + 1, (number - 1) % 5 * 3 + 11
            for _ in range(50):  # two of a name would be hard to call by radio; past so many tries they are anyway
                person = rng.choice(people.surnames) + rng.choice(people.given)
                name = one.call.format(name=person, n=number, a=beat, b=car, place=station(home))
                if name not in used:
                    break
                home = ground.spot(rng, "main").node if one.kind == "fire" else home
            used.add(name)
            shift = "all" if one.nights >= 1 else "night" if rng.random() < one.nights / (1 + one.nights) else "day"
            ident = f"U{len(units) + 1:03d}"
            units.append(Unit(ident, name, one, kinds[one.kind], ground, home, shift, f"{seed}/unit/{len(units)}"))
    return units
