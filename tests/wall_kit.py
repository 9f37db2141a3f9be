"""Halls and scenes that tests of the wall at the hub publish, and a board that is told the time by hand."""

from __future__ import annotations

from pathlib import Path

import msgspec

from cockpit.model.clock import SECOND, ManualClock
from cockpit.model.wall import Hall
from cockpit.model.wall_read import read_hall, read_scene
from cockpit.model.wallstate import NodeReport, ScreenHealth, WallAct, WallShows
from cockpit.wall.board import Board, KeptBoard
from cockpit.wall.state import Site
from cockpit.wall.turning import Standing

HALL_TEXT = """
id = "hall"
name = { zh = "大厅", en = "Hall" }

[rooms.hall]
name = { zh = "指挥大厅", en = "Command hall" }
[rooms.press]
name = { zh = "发布厅", en = "Press room" }
shares = "hall"

[walls.main]
name = { zh = "主屏", en = "Main wall" }
room = "hall"
columns = 3
screen = [1920, 1080]
pitch = 0.63
distance = 6.0
machines = ["north", "middle", "south"]

[walls.side]
name = { zh = "侧屏", en = "Side wall" }
room = "press"
screen = [1920, 1080]
pitch = 0.63
distance = 4.0
machines = "press"

[modes.peace]
name = { zh = "平时", en = "Peace" }
scene = "calm"
[modes.war]
name = { zh = "战时", en = "Emergency" }
scene = "storm"
rights = ["duty"]

[carousels.day]
name = { zh = "轮播", en = "Round" }
steps = [{ scene = "calm", seconds = 30 }, { scene = "storm", seconds = 20 }]
triggers = [{ alert = 2, scene = "event", seconds = 60 }, { alert = 1, scene = "grave" }]

[carousels.night]
name = { zh = "夜间", en = "Night" }
between = ["22:00", "06:00"]
steps = [{ scene = "calm", seconds = 30 }, { scene = "event", seconds = 30 }]
"""
SCENES = ("calm", "storm", "event", "grave")


def scene_text(id: str, words: str = "") -> str:
    return f"""
id = "{id}"
name = {{ zh = "{words or id}", en = "{id}" }}
[panels.words]
panel = "walltext"
[panels.time]
panel = "wallclock"
[one]
rows = ["words", "time"]
"""


def shipped(folder: Path) -> Path:
    """A folder as `layouts/` is, with this hall and these scenes as what ships."""
    (folder / "halls").mkdir(parents=True)
    (folder / "scenes").mkdir()
    (folder / "halls" / "one.toml").write_text(HALL_TEXT)
    for id in SCENES:
        (folder / "scenes" / f"{id}.toml").write_text(scene_text(id))
    return folder


def hall() -> Hall:
    return read_hall(HALL_TEXT, "hall.toml")


def site() -> Site:
    return Site(hall(), {id: read_scene(scene_text(id), f"{id}.toml") for id in SCENES})


def report(machine: str, wall: str = "main") -> NodeReport:
    return NodeReport(machine, wall, "1", 1.0, 100.0, (ScreenHealth(1, True),))


class Timed:
    """A board with its clock: acts as a duty desk, and ticks.

    Attributes:
        told: revisions and times of the main wall that were told, in order.
    """

    def __init__(self, kept: KeptBoard | None = None, start: int | None = None) -> None:
        self.clock = ManualClock() if start is None else ManualClock(start)
        self.board = Board(site(), kept or KeptBoard(), self.clock.now())
        self.board.stamp(self.clock.now())

    @property
    def main(self) -> WallShows:
        return self.board.shows["main"]

    @property
    def mono(self) -> int:
        return round(self.clock.mono() * SECOND)

    def join(self, *machines: str) -> None:
        for machine in machines:
            wall = "side" if machine == "press" else "main"
            self.board.report(report(machine, wall), f"user-{machine}", self.clock.now(), self.clock.mono())

    def act(self, what: str, value: str = "", wall: str = "main", **more: object) -> WallShows:
        self.board.act(WallAct(wall, what, value, **more), "seat-1", self.clock.now(), self.mono)  # type: ignore[arg-type]
        self.settle()
        return self.main

    def rehearse(self, id: str, scene: str = "storm") -> WallShows:
        """A rehearsal on all walls, "" ends it."""
        self.board.rehearse(id, (), scene, "seat-1", self.clock.now(), self.mono)
        self.settle()
        return self.main

    def again(self) -> Timed:
        """The board of a hub that was killed now and begins anew."""
        kept = msgspec.json.decode(msgspec.json.encode(self.board.kept({})), type=KeptBoard)
        return Timed(kept, self.clock.now())

    def settle(self) -> None:
        self.board.settle(self.mono)
        self.board.stamp(self.clock.now())

    def ready(self, machine: str, revision: int = 0) -> None:
        self.board.ready("main", machine, revision or self.main.revision, self.mono)
        self.settle()

    def set_clock(self, seconds: float) -> None:
        """Somebody sets the hub's clock: on, or back where it is below 0."""
        self.clock._now += round(seconds * SECOND)

    def after(self, seconds: float, *standing: Standing) -> WallShows:
        self.clock.advance(seconds)
        now = self.clock.now()
        self.board.tick(now, self.mono, now, standing)
        self.settle()
        return self.main
