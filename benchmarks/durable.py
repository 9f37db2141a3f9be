"""From the key of a command until it is durable in the seat's outbox, beside a bare commit of the same bytes.

`python -m benchmarks.durable` starts a living city and a hub, opens a seat without a screen on a picture of 2,000
events, and gives out commands at the pace of a very busy officer; it prints one JSON line, percentiles in ms. The
outbox is the real one, SQLite with synchronous=FULL. The peer is what no outbox can do without: one insert, one commit.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.children import a_home, hall
from benchmarks.make_cache import make_cache
from cockpit.bus.where import OwnHub
from cockpit.model.clock import SystemClock
from cockpit.model.entries import AddNote, NewCase, OpenCase
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending
from cockpit.model.ports.link import LinkState
from cockpit.packs.read import read_pack
from cockpit.seat import Seat

EVENTS = 2_000
COMMANDS = 500
PACE = 0.06
"""Seconds between two keys."""
FRAME = 0.033
PATIENCE = 60.0
clock = SystemClock()
mono = clock.mono


class Officer:
    """Gives out commands and notes how long each took.

    Attributes:
        durable: seconds from the key until the command is in the file, in the order of the keys.
        told: until the screen could say so, in the tick after.
    """

    def __init__(self, seat: Seat) -> None:
        self.durable: list[float] = []
        self.told: list[float] = []
        self._seat = seat
        self._woken = threading.Event()
        seat.wake = self._woken.set
        self._put = seat.cases.box.put
        seat.cases.box.put = self._timed  # type: ignore[method-assign]
        self._pressed = 0.0
        self._case = ""

    def _timed(self, ident: str, lane: str, data: bytes, done: Any, **more: Any) -> None:
        begun = self._pressed

        def written(problem: Message | None) -> None:
            assert problem is None, problem
            self.durable.append(mono() - begun)
            done(problem)

        self._put(ident, lane, data, written, **more)

    def press(self, n: int) -> None:
        """One command: a case taken by telephone, then a note to it, by turns."""
        self._pressed = begun = mono()
        if n % 2 == 0:
            facts = NewCase("", "E0198", 3, 120.16, 30.27, "330106001001", "12345")
            texts = {"place": "文三路与学院路交叉口", "caller": "136****2208", "words": f"路面积水，行人绕行。{n}"}
            self._case = self._seat.cases.submit(OpenCase(facts), "", texts, lambda problem: self._told(begun))
        else:
            texts = {"words": f"电话核实，来电人称水深约 20 厘米。{n}"}
            self._seat.cases.submit(AddNote(), self._case, texts, lambda problem: self._told(begun))

    def _told(self, begun: float) -> None:
        self.told.append(mono() - begun)

    def wait(self, seconds: float) -> None:
        """Ticks as a desk does: when something arrived, at most once a frame."""
        end = mono() + seconds
        while (left := end - mono()) > 0:
            if self._woken.wait(left):
                self._woken.clear()
                self._seat.tick()
                if (left := end - mono()) > 0:
                    threading.Event().wait(min(left, FRAME))


def bare(file: Path) -> sqlite3.Connection:
    """A file as durable as the outbox, for one thread at a time."""
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE row (n INTEGER PRIMARY KEY, data BLOB)")
    return connection


def insert(connection: sqlite3.Connection, data: bytes) -> float:
    """Seconds of one insert with its commit."""
    begun = mono()
    connection.execute("INSERT INTO row (data) VALUES (?)", (data,))
    return mono() - begun


def measure(home: Path, hub: Path, commands: int) -> dict[str, Any]:
    profile = home / "seat"
    make_cache(profile / "hangzhou" / "cache.db", EVENTS, end_us=clock.now())
    seat = Seat(profile, read_pack("hangzhou"), OwnHub(hub), clock)
    connection = bare(profile / "bare.db")
    bares = []
    try:
        seat.open_cache()
        officer = Officer(seat)
        seat.start()
        end = mono() + PATIENCE
        while seat.link.state is not LinkState.LIVE or not len(seat.picture["unit"]):
            assert mono() < end, "the hub was not joined"
            officer.wait(0.2)
        officer.wait(3.0)
        events = len(seat.picture["event"])
        for n in range(commands):
            officer.press(n)
            officer.wait(PACE * 2 / 3)
            bares.append(insert(connection, bytes(700)))
            officer.wait(PACE / 3)
        end = mono() + PATIENCE
        while any(row.state is Sending.WAITING for row in seat.cases.outbox()):
            assert mono() < end, "commands still wait"
            officer.wait(0.2)
        failed = [row for row in seat.cases.outbox() if row.state is not Sending.DONE]
        assert not failed, failed[0]
    finally:
        connection.close()
        seat.close()
    return {
        "events": events,
        "n": len(officer.durable),
        "durable": percentiles(officer.durable),
        "told": percentiles(officer.told),
        "bare": percentiles(bares),
    }


def percentiles(seconds: list[float]) -> dict[str, float]:
    """In ms."""
    p50, p95, p99, most = np.percentile(np.array(seconds) * 1000, (50, 95, 99, 100)).tolist()
    return {"p50": round(p50, 2), "p95": round(p95, 2), "p99": round(p99, 2), "most": round(most, 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--commands", type=int, default=COMMANDS)
    parser.add_argument("--units", type=int, default=240)
    options = parser.parse_args()
    with a_home() as home, hall(home, options.units) as hub:
        print(json.dumps(measure(home, hub, options.commands)))


if __name__ == "__main__":
    main()
