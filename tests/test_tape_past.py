"""The picture of then: what the tape gives back at an instant is what the hub's picture was at that instant."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from cockpit.feeds.sources.base import Received
from cockpit.hub.past import Past, PastIntake
from cockpit.hub.service import Setting
from cockpit.hub.tape import TapeService
from cockpit.model.city import FeedSpec, Pack
from cockpit.model.clock import HOUR, MINUTE, SECOND, CityClock, CityTime, ManualClock, to_iso
from cockpit.model.replay import WAS
from cockpit.model.tables import TABLES
from cockpit.packs.read import read_pack
from cockpit.picture.picture import Picture
from cockpit.tape import TapeReader

FEEDS = (
    FeedSpec("incident", {"zh": "事件"}, "sse", "http://u:p@h/e?key=1", "city", "wgs84", 5, "event"),
    FeedSpec("positions", {"zh": "位置"}, "websocket", "", "city", "wgs84", 1, "unit", options={"secret": "secret:x"}),
    FeedSpec("sensors", {"zh": "传感器"}, "http", "", "geojson", "wgs84", 60, "sensor"),
    FeedSpec("values", {"zh": "读数"}, "nats", "", "readings", "wgs84", 1, "sensor", of="sensors"),
)
PICTURE = ("event", "unit", "sensor", "alarm")


def pack() -> Pack:
    return msgspec.structs.replace(read_pack("hangzhou"), feeds=FEEDS)


class Day:
    """A hub's intake and tape, with a clock that is moved by hand; what the picture was is remembered."""

    def __init__(self, folder: Path) -> None:
        self.wall = ManualClock()
        self.clock = CityClock(self.wall, CityTime(self.wall.now(), self.wall.now() - 5 * HOUR, 2.0, "run"))
        self.intake = PastIntake(pack(), self.clock, "live")
        book: Any = SimpleNamespace(hub="h", state=SimpleNamespace(seq=0), listeners=[])
        answers: Any = SimpleNamespace(add=lambda *args: None)
        self.service = TapeService(
            Setting(pack(), folder, self.clock, self.intake, book, answers, None, {})  # type: ignore[arg-type]
        )
        self.service._note_time()
        self.was: dict[int, dict[str, dict[str, Any]]] = {}
        self.folder = folder / "tape"

    async def hear(self, feed: str, data: object, kind: str = "", **more: bool) -> None:
        text = json.dumps(data, ensure_ascii=False).encode()
        message = Received(text, self.wall.now(), kind, **more)
        spec = next(spec for spec in FEEDS if spec.id == feed)
        for tap in self.intake.taps:
            tap(spec, message)
        await self.intake.runners[feed].received_many([message])

    def city(self, ago: float = 0) -> str:
        return to_iso(self.clock.now() - round(ago * SECOND))

    def remember(self) -> int:
        self.intake.take_in()
        self.was[self.wall.now()] = shown(self.intake.picture)
        return self.wall.now()

    async def checkpoint(self) -> None:
        await self.service._checkpoint()


def shown(picture: Picture) -> dict[str, dict[str, Any]]:
    return {
        topic: {
            key: {n: v for n, v in (picture[topic].get(key) or {}).items() if v == v} for key in picture[topic].keys
        }
        for topic in PICTURE
    }


@contextmanager
def day(folder: Path) -> Iterator[Day]:
    made = Day(folder)
    try:
        yield made
    finally:
        asyncio.run(made.service.close())


def event(n: int, at: str, state: str = "open", updated: str = "", level: int = 3) -> dict[str, Any]:
    place = {"lon": 120.16, "lat": 30.25, "area": "330102001", "place": f"路口{n}"}
    return {
        "id": f"E{n}",
        "kind": "E0506",
        "state": state,
        "occurred": at,
        "updated": updated or at,
        "level": level,
    } | place


def units(dice: random.Random, at: str) -> dict[str, Any]:
    return {
        "at": at,
        "units": [
            {"id": f"U{n}", "lon": 120.1 + dice.random() / 10, "lat": 30.2, "kind": "grid", "fixed": at}
            for n in range(dice.randrange(1, 6))
        ],
    }


def sensors(at: str) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": f"S{n}",
                "geometry": {"type": "Point", "coordinates": [120.1, 30.2]},
                "properties": {"id": f"S{n}", "kind": "water", "name": f"传感器{n}", "value": 1.0, "measured": at},
            }
            for n in range(5)
        ],
    }


async def a_day(made: Day, minutes: int = 6) -> None:
    dice = random.Random(7)
    await made.hear("sensors", sensors(made.city()), whole=True)
    for second in range(minutes * 60):
        made.wall.advance(1)
        await made.hear("values", {"r": [[f"S{n}", round(dice.random(), 2)] for n in range(5)]})
        if second % 3 == 0:
            await made.hear("positions", units(dice, made.city()), first=second == 0)
        if second % 10 == 0:
            await made.hear("incident", event(second // 10, made.city()), "event")
        if second % 50 == 49:
            await made.hear("incident", event(second // 50, made.city(60), "closed", made.city()), "event")
        if second % 70 == 69:
            made.intake.put("alarm", [alarm(second // 70, made.wall.now())])
        if second == 200:
            made.intake.take_out("alarm", ["alarm/0"])
            await made.hear("incident", {"open": ["E9", "E10", "E11"]}, "sync")
        if second == 250:  # the demo city was restarted: another time
            made.clock.city = CityTime(made.wall.now(), made.wall.now() - 9 * HOUR, 4.0, "run-2")
            made.service._note_time()
        if second % 60 == 30:
            await made.checkpoint()
        if second % 47 == 0:
            made.remember()


def alarm(n: int, now: int) -> dict[str, Any]:
    row = {c.name: "" if c.dtype == "text" else 0 for c in TABLES["alarm"].columns}
    return {**row, "key": f"alarm/{n}", "feed": "alarm", "rule": "r1", "raised": now, "received": now, "lon": 120.1}


async def went(past: Past, at: int, mode: str = "known") -> dict[str, dict[str, Any]]:
    past.seek(at, mode)
    assert await past.run(at, 1e18)
    past.intake.take_in()
    return shown(past.intake.picture)


def reading(made: Day) -> Past:
    assert made.service.writer is not None
    assert made.service.writer.flush(30)
    return Past(TapeReader(made.folder), pack(), made.wall, growing=True)


def test_what_was_known_at_an_instant_is_shown_again_wherever_one_goes(tmp_path: Path) -> None:
    async def story(made: Day) -> None:
        await a_day(made)
        past = reading(made)
        instants = list(made.was)
        random.Random(3).shuffle(instants)
        for at in instants:
            assert await went(past, at) == made.was[at], at
        assert past.skipped == 0

    with day(tmp_path) as made:
        asyncio.run(story(made))
        assert len(made.was) == 8


def test_going_on_from_an_instant_passes_what_was_known_at_later_ones(tmp_path: Path) -> None:
    async def story(made: Day) -> None:
        await a_day(made, 3)
        past = reading(made)
        instants = sorted(made.was)
        past.seek(instants[0])
        for at in instants:
            while not await past.run(at, made.wall.mono()):  # slices without time still get on
                pass
            past.intake.take_in()
            assert shown(past.intake.picture) == made.was[at]
            assert past.clock.now() == past.clock.city.at(at)

    with day(tmp_path) as made:
        asyncio.run(story(made))


def test_a_replay_follows_a_tape_that_grows(tmp_path: Path) -> None:
    async def story(made: Day) -> None:
        await a_day(made, 1)
        past = reading(made)
        await went(past, made.wall.now())
        for _ in range(3):
            made.wall.advance(2)
            await made.hear("positions", units(random.Random(5), made.city()))
            at = made.remember()
            assert made.service.writer is not None
            assert made.service.writer.flush(30)
            assert await past.run(at, 1e18)
            past.intake.take_in()
            assert shown(past.intake.picture) == made.was[at]

    with day(tmp_path) as made:
        asyncio.run(story(made))


def test_what_came_late_is_there_as_it_was_and_not_as_it_was_known(tmp_path: Path) -> None:
    async def story(made: Day) -> None:
        await made.checkpoint()
        made.wall.advance(60)
        happened, at = made.city(), made.wall.now() + 30 * SECOND
        await made.hear("incident", event(1, made.city()), "event")
        made.wall.advance(300)
        await made.hear("incident", event(2, happened), "event")  # reported ten minutes later, city time
        await made.hear("incident", event(1, happened, "closed", made.city(10)), "event")
        await made.hear("incident", event(3, made.city()), "event")
        made.wall.advance(60)
        await made.checkpoint()
        past = reading(made)
        known = await went(past, at)
        assert set(known["event"]) == {"incident/E1"}
        past.seek(at, WAS)
        for _ in range(1000):
            if await past.run(at, 1e18) and past.is_whole:
                break
        past.intake.take_in()
        was = shown(past.intake.picture)["event"]
        assert set(was) == {"incident/E1", "incident/E2"}
        assert was["incident/E1"]["state"] == 0, "it closed later"
        later = at + 300 * SECOND
        assert await past.run(later, 1e18)
        past.intake.take_in()
        was = shown(past.intake.picture)["event"]
        assert was["incident/E1"]["state"] == 1
        assert set(was) == {"incident/E1", "incident/E2", "incident/E3"}

    with day(tmp_path) as made:
        asyncio.run(story(made))


def test_no_address_and_no_name_of_a_secret_is_on_the_tape(tmp_path: Path) -> None:
    async def story(made: Day) -> None:
        await a_day(made, 1)

    with day(tmp_path) as made:
        asyncio.run(story(made))
        assert made.service.writer is not None
        assert made.service.writer.flush(30)
        for record in TapeReader(made.folder).read():
            assert b"secret:x" not in record.data
            assert b"u:p@h" not in record.data
            assert b"key=1" not in record.data


def test_the_state_of_the_tape_is_told(tmp_path: Path) -> None:
    async def story(made: Day) -> None:
        began = made.wall.now()
        await a_day(made, 2)
        assert made.service.writer is not None
        assert made.service.writer.flush(30)
        state = await made.service._answer_state("seat-1", None)  # type: ignore[arg-type]
        assert state.start == began
        assert state.end == made.wall.now()
        assert set(state.kinds) == {"raw.sensor", "raw", "entry", "checkpoint"}
        assert state.kinds["raw.sensor"][1] == 1
        assert state.kinds["raw"][1] == 90
        assert state.size == sum(size for size, _ in state.kinds.values()) > 0
        assert state.a_day > state.size
        assert state.days_left > 0
        assert state.gaps == ()

    with day(tmp_path) as made:
        asyncio.run(story(made))


@pytest.mark.parametrize("minutes", [0, 10])
def test_before_the_first_and_past_the_last_record_the_nearest_is_shown(tmp_path: Path, minutes: int) -> None:
    async def story(made: Day) -> None:
        await made.checkpoint()
        await a_day(made, 1)
        past = reading(made)
        told = await went(past, made.wall.now() + minutes * MINUTE if minutes else 0)
        assert told["unit"] if minutes else not told["unit"]

    with day(tmp_path) as made:
        asyncio.run(story(made))
