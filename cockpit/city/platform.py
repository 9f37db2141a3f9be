"""The running city behind the server: its clock, its streams, its documents."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from cockpit.city.answers import Document, collection
from cockpit.city.build import Place
from cockpit.city.city import City
from cockpit.city.faults import Faults
from cockpit.city.pastserve import ToldPast
from cockpit.city.script import play
from cockpit.city.stream import Reader, Stream, message
from cockpit.city.workers import Workers
from cockpit.model.clock import SECOND, CityTime, Clock, local, to_iso
from cockpit.model.ids import new_id
from cockpit.packs.rehearsals import Script

SENSOR_TURN = 30 * SECOND
"""How often, in city time, the sensors' document changes."""
_encode = msgspec.json.Encoder().encode


class Platform:
    """One run of a city after another, for the readers of one server.

    Attributes:
        base: address of the server, for links to pictures.
        time: how the city's clock runs against the machine's.
        city: the simulation.
        workers: the workers' devices; None where there is no gateway to go to.
        events: who reads the event stream.
        script: what is played besides, None nothing.
        past: what the city tells of the days before its start, None nothing.
        watchers: who reads positions; each has the frames that it was not sent yet.
    """

    def __init__(
        self,
        place: Place,
        seed: int,
        speed: float,
        start_us: int,
        units: int,
        events_per_day: float,
        clock: Clock,
        faults: Faults,
        story: str = "storm",
        script: Script | None = None,
        past_days: int = 0,
    ) -> None:
        """
        Args:
            past_days: how many days before its start the city tells of when it is asked, 0 none.
        """
        self.faults, self.place, self.seed = faults, place, seed
        self._clock, self._units, self._per_day, self._story = clock, units, events_per_day, story
        self.base = ""
        self.watchers: set[Reader] = set()
        self._documents: dict[str, Document] = {}
        self._sensor_turn: tuple[int, int] = (0, 0)
        self._sensor_mono = -1.0
        self._odd = False
        self.script = script
        city = place.city(seed, start_us, units, events_per_day, story)
        if script is not None:
            play(script, city)
        self.time = CityTime(clock.now(), start_us, speed, new_id(clock), True)
        self.events = Stream(self.time.run)
        self.city = city
        self._past_days = past_days
        self.past = self._past_of(city)
        self.workers: Workers | None = None
        self._areas: Document | None = None

    def now(self) -> int:
        """The city's time, UTC microseconds."""
        return self.time.at(self._clock.now())

    def stamp(self, us: int) -> str:
        """A time as it is said: ahead by an hour while the clock is skewed."""
        return to_iso(us + self.faults.skew())

    @property
    def pictures(self) -> str:
        return f"{self.base}/pictures"

    def another(self) -> City:
        """A city that begins now; slow, and safe in a worker thread."""
        return self.place.city(self.seed, self.now(), self._units, self._per_day, self._story)

    def begin(self, city: City) -> None:
        """Another run: nothing of the one before is known any more."""
        wall = self._clock.now()
        self.time = CityTime(wall, city.start, self.time.rate, new_id(self._clock), True)
        self.dismiss_all()
        self.events = Stream(self.time.run)
        self.city = city
        self.past = self._past_of(city)
        self._documents.clear()

    def _past_of(self, city: City) -> ToldPast | None:
        return ToldPast(city, self.place.areas, self._per_day, self._past_days) if self._past_days else None

    def step(self) -> None:
        """Goes on to now, and tells the readers."""
        for said in self.city.step(self.now(), self.stamp, self.pictures):
            self.events.publish("event", _encode(said))
        if self.faults.on("garbage"):
            self.events.say(message("event", b'{"id": "0714-', "") + b"event: event\ndata: \xff\xfe\x00 not json\n\n")
        if self.watchers:
            frame = self._frame(whole=False)
            for watcher in self.watchers:
                if self.faults.on("garbage"):
                    watcher.put(b'{"at": "yesterday", "units": [{"id": 7, "lon": "east"}, ')
                watcher.put(frame)
        for unit in self.city.units:
            unit.changed = unit.retell = False

    def beat(self) -> None:
        self.events.say(message("beat", _encode({"at": self.stamp(self.now())})))

    def join_events(self, last_event_id: str) -> tuple[Reader, list[bytes]]:
        """A new reader and what it is to be sent first, gapless to what it will get."""
        first = self.events.missed(last_event_id)
        if first is None:
            first = [message("event", _encode(said)) for said in self.city.standing(self.stamp, self.pictures)]
        sync = {"open": sorted(self.city.open)}
        return self.events.join(), [*first, message("sync", _encode(sync), self.events.ident())]

    def join_positions(self) -> Reader:
        watcher = Reader()
        self.watchers.add(watcher)
        watcher.put(self._frame(whole=True))
        return watcher

    def dismiss_all(self) -> None:
        self.events.dismiss_all()
        for watcher in list(self.watchers):
            watcher.dismiss()

    def card(self) -> dict[str, Any]:
        """Who this is."""
        wall = self._clock.now()
        city = self.time.at(wall) + self.faults.skew()
        return {
            "service": "city-cockpit-city",
            "v": 1,
            "city": self.place.pack.id,
            "name": self.place.pack.name,
            "run": self.time.run,
            "clock": {
                "wall": local(wall).isoformat(timespec="milliseconds"),
                "city": local(city).isoformat(timespec="milliseconds"),
                "rate": self.time.rate,
            },
            "demo": True,
            "seed": self.seed,
        }

    def health(self) -> dict[str, Any]:
        workers = {"workers": self.workers.health()} if self.workers is not None else {}
        return {
            "ok": True,
            "run": self.time.run,
            "city": self.stamp(self.now()),
            "open": len(self.city.open),
            "units": len(self.city.units),
            "cameras": len(self.city.cameras),
            "sensors": len(self.city.sensors),
            "readers": {"events": len(self.events), "positions": len(self.watchers)},
            "faults": self.faults.all_on(),
            **workers,
        }

    async def document(self, name: str) -> Document:
        """cameras, sensors, areas or alerts as they are now."""
        if name == "alerts":
            return Document(
                self.city.warnings.feed(self.now(), self.faults.skew()), "application/atom+xml; charset=utf-8"
            )
        if name == "sensors":
            return self._sensors()
        if name == "areas":
            if self._areas is None:
                # 176,000 corners take a while: the streams go on meanwhile
                self._areas = await asyncio.to_thread(
                    lambda: collection(self.place.area_features(), to_iso(self.city.start))
                )
            return self._areas
        if name not in self._documents:
            self._documents[name] = collection(self.city.cameras, to_iso(self.city.start))
        return self._documents[name]

    def garbled(self) -> bool:
        """While `garbage` is on, every other answer is."""
        self._odd = not self._odd
        return self.faults.on("garbage") and self._odd

    def _sensors(self) -> Document:
        now, mono = self.now(), self._clock.mono()
        turn = (now // SENSOR_TURN, self.faults.skew())
        # at 240 times the speed a turn is an eighth of a second: not more than one document a second
        if "sensors" not in self._documents or (turn != self._sensor_turn and mono - self._sensor_mono >= 1.0):
            self._documents["sensors"] = collection(self.city.sensors.features(now, self.stamp), self.stamp(now))
            self._sensor_turn, self._sensor_mono = turn, mono
        return self._documents["sensors"]

    def _frame(self, whole: bool) -> bytes:
        units = [u.message(self.stamp, self.city.words, whole) for u in self.city.units if whole or u.changed]
        return _encode({"at": self.stamp(self.now()), "units": units})
