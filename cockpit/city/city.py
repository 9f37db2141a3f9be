"""The demo city as a whole: stepped by its own time, it says what became different.

Same seed and same start, same events, however often it is stepped.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import numpy as np

from cockpit.city.devices import Sensors, cameras
from cockpit.city.everyday import Everyday, numbers_of, read_customs
from cockpit.city.ground import Ground
from cockpit.city.happening import Change, Happening, Stamp, Text
from cockpit.city.story import Story, read_plot
from cockpit.city.units import Unit, muster, read_people
from cockpit.city.warnings import Warnings
from cockpit.city.weather import Air, Storms
from cockpit.city.worker import Worker
from cockpit.geo.roadgraph import RoadGraph
from cockpit.model.city import Pack
from cockpit.model.clock import DAY, HOUR, MINUTE, midnight
from cockpit.paths import assets_dir

BACKLOG = 72 * HOUR
"""How far back the city looks for events that are still open at its start."""
AHEAD = HOUR
HELPERS = {1: 3, 2: 2, 3: 1}
"""Units that the source itself sends to an event, by its level."""
ROUTES_A_STEP = 2
"""Ways that are looked for in one step; a search over the whole graph takes tens of milliseconds."""
HELD = 10 * MINUTE
"""How long the source puts off closing an event by itself that a worker with an order takes care of."""


class City:
    """The simulation.

    Args:
        pack: the city pack.
        roads, ground: its streets.
        station: name of the sub-district of a node.
        start: city time at the start, UTC microseconds.
        story: `storm` or `calm`.

    Attributes:
        now: city time of the last step.
        open: open events by id.
        scenes: what the picture of an event shows, by its id.
        units: all units.
        workers: those of the units that have a device.
        customs: what an ordinary day is made of.
        story_scenes: what the pictures of the story's kinds show.
    """

    def __init__(
        self,
        pack: Pack,
        roads: RoadGraph,
        ground: Ground,
        station: Callable[[int], str],
        seed: int,
        start: int,
        unit_count: int,
        events_per_day: float,
        story: str,
    ) -> None:
        folder = assets_dir() / "city"
        self.pack, self.ground, self.seed, self.start = pack, ground, seed, start
        self.roads = roads
        self.cameras = cameras(ground, seed)
        self.storms = Storms(start, pack.bounds, calm=story == "calm")
        numbers = numbers_of(pack.kinds)
        customs = self.customs = read_customs(folder / "events.toml")
        plot = read_plot(folder / "story.toml")
        notes = {channel: lead.note for channel, lead in customs.leads.items()}
        self._everyday = Everyday(customs, ground, pack.kinds, numbers, seed, events_per_day)
        self.story_scenes = {scene.kind: scene.picture for scene in plot.scene if scene.picture}
        self.story_scenes |= {plot.flood.kind: plot.flood.scene, plot.dump.kind: "dump"}
        self._flood = plot.flood.kind
        self._story = Story(plot, ground, self.storms, seed, numbers, notes)
        sensor_kinds = {kind.id: (kind.unit, kind.decimals) for kind in pack.sensor_kinds.values()}
        self.sensors = Sensors(ground, self.storms, Air(folder / "air.npz"), self._story.low, sensor_kinds, seed)
        self.warnings = Warnings(plot.alert, pack, self.storms)
        people = read_people(folder / "people.toml")
        self.words = people.words
        self.units: list[Unit] = muster(people, pack.unit_kinds, ground, seed, unit_count, station)
        self.open: dict[str, Happening] = {}
        self.closed: dict[str, Happening] = {}
        """Those that closed today."""
        self._today = midnight(start)
        self.scenes: dict[str, str] = {}
        self.now = start
        self._queue: list[tuple[int, int, Happening, Change]] = []
        self._made = 0
        self._asking: list[Happening] = []
        self.workers: list[Worker] = []
        self._cared_for: Counter[str] = Counter()
        self._pumped: set[str] = set()
        self._filled = (start - BACKLOG) // HOUR
        self._storm = 0
        self._night = (start - 3 * DAY) // DAY
        self._fill(start, start, self._today)
        for _ in self._due(start):
            pass
        for unit in self.units:
            unit.begin(start)
        self._asking = sorted(self.open.values(), key=lambda h: (h.level, h.occurred))[:20]

    def step(self, now: int, stamp: Stamp, pictures: str) -> list[dict[str, Any]]:
        """Goes on to that time.

        Returns:
            the messages of the events that changed, in order of their changes.
        """
        if now - self._today >= DAY:
            self._today = midnight(now)
            for ident in [i for i, h in self.closed.items() if h.updated < self._today]:
                del self.closed[ident]
                self.scenes.pop(ident, None)
        self._fill(now, self.start)
        said = [happening.message(stamp, pictures) for happening in self._due(now)]
        self.now = now
        for worker in self.workers:
            if worker.active:
                worker.step(now)
        for unit in self.units:
            unit.step(now)
        self._send_helpers()
        return said

    def standing(self, stamp: Stamp, pictures: str) -> list[dict[str, Any]]:
        """Messages of all events that are open or closed today, oldest first."""
        known = (*self.open.values(), *self.closed.values())
        return [h.message(stamp, pictures) for h in sorted(known, key=lambda h: (h.occurred, h.id))]

    def happening(self, ident: str) -> Happening | None:
        """An event that is open or closed today."""
        return self.open.get(ident) or self.closed.get(ident)

    def play(self, happening: Happening) -> None:
        """Has something happen that a script says, with all its changes."""
        self._plan(happening)

    def care(self, ident: str, change: int) -> None:
        """One worker more (1) or less (-1) takes care of an event; the source does not close it by itself meanwhile."""
        self._cared_for[ident] += change

    def on_the_spot(self, happening: Happening, at: int, pumping: Text) -> None:
        """A worker with an order is there; where water stands the pump runs from now on, and it rises no more.

        Args:
            pumping: what the source notes then.
        """
        if happening.kind == self._flood and happening.id not in self._pumped:
            self._pumped.add(happening.id)
            self.sensors.pump(happening.spot.lon, happening.spot.lat, at)
            self._later(happening, Change(at, pumping, amends=True))

    def dealt_with(self, happening: Happening, notes: tuple[tuple[int, Text], ...]) -> None:
        """Its source closes an event by its own report: what it notes at which times, the last one closes it."""
        for i, (at, note) in enumerate(notes):
            last = i == len(notes) - 1
            amount = 0.0 if last and happening.id in self._pumped else None
            self._later(happening, Change(at, note, amount=amount, closes=last, amends=True))

    def _fill(self, now: int, since: int, today: int = 0) -> None:
        """Makes what comes in until an hour from now; of hours before `today` only what is open at `since`."""
        while self._filled * HOUR <= now + AHEAD:
            open_at = 0 if today and self._filled * HOUR >= today else since
            for happening in self._everyday.hour(self._filled, open_at):
                self._plan(happening)
            self._filled += 1
        while self.storms.begin(self._storm) <= now + AHEAD:
            for happening in self._story.storm(self._storm):
                self._plan(happening)
            self._storm += 1
        while self._night * DAY <= now + DAY:
            self._plan(self._story.night(self._night))
            self._night += 1

    def _plan(self, happening: Happening) -> None:
        if happening.kind not in self.pack.kinds:
            return
        for change in happening.changes:
            self._later(happening, change)
        happening.changes = []

    def _later(self, happening: Happening, change: Change) -> None:
        self._made += 1
        heapq.heappush(self._queue, (change.at, self._made, happening, change))

    def _due(self, now: int) -> Iterator[Happening]:
        """Applies what is due, one change after another."""
        while self._queue and self._queue[0][0] <= now:
            _, _, happening, change = heapq.heappop(self._queue)
            if happening.closed:
                continue  # a worker was quicker than the source's own story
            if happening.id in self._pumped and not (change.amends or change.closes):
                continue
            if change.closes and not change.amends and self._cared_for[happening.id] > 0:
                self._later(happening, msgspec.structs.replace(change, at=change.at + HELD))
                continue
            fresh = not happening.timeline and not happening.closed and happening.updated == 0
            happening.apply(change)
            if happening.closed:
                self.open.pop(happening.id, None)
                if happening.updated >= self._today:
                    self.closed[happening.id] = happening
                else:
                    self.scenes.pop(happening.id, None)
            else:
                self.open[happening.id] = happening
                if happening.scene:
                    self.scenes[happening.id] = happening.scene
                if fresh and happening.level in HELPERS:
                    self._asking.append(happening)
            yield happening

    def _send_helpers(self) -> None:
        """The source sends units of its own to what is grave; they show as busy."""
        for _ in range(ROUTES_A_STEP):
            if not self._asking:
                return
            task = self._asking[0]
            there = sum(unit.task is task for unit in self.units)
            free = [unit for unit in self.units if unit.idle]
            if task.closed or there >= HELPERS.get(task.level, 0) or not free:
                self._asking.pop(0)
                continue
            xy = self.ground.xy
            away = np.hypot(*(xy[[unit.node for unit in free]] - xy[task.spot.node]).T)
            unit = free[int(np.argmin(away))]
            streets = self.ground.streets
            start = (float(streets.lon[unit.node]), float(streets.lat[unit.node]))
            route = self.roads.route(start, (task.spot.lon, task.spot.lat), unit.on_foot)
            unit.send(task, self.ground.nodes_along(route.path, unit.node))
