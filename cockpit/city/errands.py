"""What the city is to a worker with an order: the ways, the weather, and the event that the order may be about.

An order does not name an event of this platform; a worker knows it by place and kind, as people do.
"""

from __future__ import annotations

import random

import numpy as np

from cockpit.city.city import City
from cockpit.city.ground import Floats
from cockpit.city.happening import Happening
from cockpit.city.orders import Order, Shot
from cockpit.city.pictures import RAINS_FROM
from cockpit.city.units import Unit
from cockpit.city.worker import Manners
from cockpit.model.clock import SECOND, local

WAYS_A_STEP = 20
"""Ways that are looked for in one step of the city; a search takes some 10 ms."""
SAME_PLACE = 40.0
"""Metres within which an event of the order's kind is the one that it is about."""
VERY_PLACE = 3.0
"""And within which the kind does not matter: the officer may have corrected it."""
MINUTES = 50.0
"""That the source usually takes for an event of a kind that it does not know."""
DAWN, DUSK = 5.0, 19.5
TWILIGHT = 1.5


def daylight(us: int) -> float:
    """0 at night, 1 by day, between them for an hour and a half."""
    when = local(us)
    hour = when.hour + when.minute / 60
    return min(1.0, max(0.0, min(hour - DAWN, DUSK - hour) / TWILIGHT))


class Errands:
    """Answers the workers of one city; see `Surroundings`."""

    def __init__(self, city: City, manners: Manners) -> None:
        self._city, self._manners = city, manners
        self._about: dict[str, Happening | None] = {}
        self._asked = (0, 0)
        habits = city.customs.event
        self._minutes = {habit.kind: habit.minutes for habit in habits}
        self._scenes = {habit.kind: habit.scene for habit in habits if habit.scene} | city.story_scenes

    def about(self, order: Order) -> Happening | None:
        """The platform's own event that an order is about; None for one that it does not know of."""
        if order.id not in self._about:
            self._about[order.id] = self._find(order)
        return self._about[order.id]

    def way(self, unit: Unit, order: Order) -> Floats | None:
        city = self._city
        step, ways = self._asked
        ways = ways + 1 if step == city.now else 1
        if ways > WAYS_A_STEP:
            return None
        self._asked = (city.now, ways)
        return self._route(unit, (order.lon, order.lat))

    def home(self, unit: Unit) -> Floats | None:
        streets = self._city.ground.streets
        place = (float(streets.lon[unit.home]), float(streets.lat[unit.home]))
        return self._route(unit, place) if unit.stands_by else None

    def metres(self, unit: Unit, order: Order) -> float:
        ends = self._city.ground.plane(np.array([unit.lon, order.lon]), np.array([unit.lat, order.lat]))
        return float(np.hypot(*(ends[1] - ends[0])))

    def shot(self, order: Order, ident: str, at: int, dealt: bool, cut: bool) -> Shot:
        event = self.about(order)
        scene = (event.scene if event is not None else "") or self._scenes.get(order.kind.code, "street")
        rain = self._city.storms.rain_at(at, order.lon, order.lat) >= RAINS_FROM
        return Shot(ident, scene, dealt, rain, daylight(at), cut)

    def usual_minutes(self, order: Order) -> float:
        return self._minutes.get(order.kind.code, MINUTES)

    def taken(self, order: Order) -> None:
        if (event := self.about(order)) is not None:
            self._city.care(event.id, 1)

    def let_go(self, order: Order) -> None:
        if (event := self.about(order)) is not None:
            self._city.care(event.id, -1)

    def arrived(self, order: Order, at: int) -> None:
        if (event := self.about(order)) is not None:
            self._city.on_the_spot(event, at, self._manners.pumping)

    def done(self, order: Order, at: int, words: str, rng: random.Random) -> None:
        self.let_go(order)
        event = self.about(order)
        if event is None or not order.lead:
            return
        noted = at + rng.randint(10, 40) * SECOND
        closed = noted + rng.randint(30, 150) * SECOND
        note = {lang: text.format(words=words) for lang, text in self._manners.closing.items()}
        self._city.dealt_with(event, ((noted, note), (closed, self._city.customs.closing)))

    def _route(self, unit: Unit, place: tuple[float, float]) -> Floats:
        streets = self._city.ground.streets
        start = (float(streets.lon[unit.node]), float(streets.lat[unit.node]))
        path = self._city.roads.route(start, place, unit.on_foot).path
        return path if len(path) else np.array([start])

    def _find(self, order: Order) -> Happening | None:
        city = self._city
        events = list(city.open.values())
        if not events:
            return None
        places = city.ground.plane(
            np.array([event.spot.lon for event in events]), np.array([event.spot.lat for event in events])
        )
        away = np.hypot(*(places - city.ground.plane(np.array([order.lon]), np.array([order.lat]))[0]).T)
        near = sorted(zip(away.tolist(), range(len(events)), strict=True))
        for metres, i in near:
            if metres <= SAME_PLACE and events[i].kind == order.kind.code:
                return events[i]
        return events[near[0][1]] if near[0][0] <= VERY_PLACE else None
