"""A leader's seat over a copy of the archive, ticked by the test."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from cockpit.bus.where import OwnHub
from cockpit.model.clock import SECOND, CityTime, ManualClock
from cockpit.model.insight import Answer, Query
from cockpit.model.messages import Message
from cockpit.packs.read import read_pack
from cockpit.seat.leader import LeaderSeat
from tests.archive_kit import NOW


class Leader:
    """A leader's seat that was in this city before, without a hub, ticked by the test."""

    def __init__(self, profile: Path, prepare: Callable[[LeaderSeat], None] = lambda seat: None) -> None:
        """
        Args:
            prepare: what is done to the seat before it reads.
        """
        pack = read_pack("hangzhou")
        self.clock = ManualClock(NOW)
        self.woken = threading.Event()
        self.seat = LeaderSeat(profile, pack, OwnHub(profile / "hub"), self.clock, self.woken.set)
        self.seat.clock.city = self.seat.live.city = CityTime(NOW, NOW)
        self.seat.cases.open()
        assert self.seat.insight is not None
        self.insight = self.seat.insight
        prepare(self.seat)
        self.insight.start()
        self.topics: set[str] = set()

    def tick_until(self, there: Callable[[], object], seconds: float = 60) -> None:
        for _ in range(round(seconds * 10)):
            self.topics |= self.seat.tick()
            if there():
                return
            self.woken.wait(0.1)
            self.woken.clear()
        raise AssertionError("it never came")

    def ask(self, query: Query) -> Answer | Message:
        found: list[Answer | Message] = []
        self.insight.ask(query, found.append)
        self.tick_until(lambda: found)
        return found[0]

    def happen(self, number: int, **given: object) -> str:
        """An event comes into the picture, a while after the last look at it."""
        self.clock.advance(3)
        key = f"events/new-{number}"
        row = {
            "key": key, "feed": "events", "kind": "E0506", "level": 2, "state": 0, "lon": 120.17, "lat": 30.32,
            "area": "330105002", "place": "东新路口", "channel": "patrol", "amount": 42.0, "has_picture": 0,
            "occurred": NOW - 2 * SECOND, "updated": NOW - SECOND, "received": NOW, **given,
        }  # fmt: skip
        self.seat.picture.upsert("event", {name: [value] for name, value in row.items()})
        return key
