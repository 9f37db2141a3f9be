"""The machine that draws for `benchmarks.wall_shots`: all screens of a wall in one process without a display.

python -m benchmarks.wall_shot_node HUB FOLDER LANG < plan.json

The plan is a list of `{"name", "hall", "scene"}` (and `"stay"`, seconds that it is drawn on), all of them of one hall;
the pictures of the whole wall, bezels and all, are saved as FOLDER/<name>.png. The first run opens cases in the city,
so that there is what panels show.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QEventLoop
from PySide6.QtGui import QImage, QPainter

from cockpit.bus.where import OwnHub
from cockpit.model.clock import MINUTE, SystemClock
from cockpit.model.entries import IssueOrders, NewCase, NewOrder, OpenCase
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.tables import EventState
from cockpit.model.wall import Wall
from cockpit.model.wall_shipped import hall_text, shipped_hall
from cockpit.model.wallasks import Publish, Published
from cockpit.model.wallstate import ActDone, WallAct
from cockpit.packs.read import read_pack
from cockpit.seat import Seat
from cockpit.ui.handed import panel_context
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.qtapp import application
from cockpit.ui.qtwords import speak
from cockpit.ui.summary import feed_counts
from cockpit.ui.wallnode import WallNode
from cockpit.wall.node import WallSeat
from layouts.panels import Panels
from widgets.kit.actions import Actions
from widgets.kit.context import log_report
from widgets.kit.fonts import load_fonts
from widgets.kit.theme import WALL, Theme, apply_theme

CITY = "hangzhou"
MACHINE = "wall-1"
PATIENCE = 240.0
SETTLED = 12.0
"""Seconds after the flip in which maps become sharp, videos come and asks are answered."""
DAYLIGHT = 'shift = 0\nnight = { from = "22:30", to = "06:00", brightness = 1 }\n'
FOLLOWING = ("event", "command", "flood", "fire", "drill")
"""Scenes of one event."""
ORDERS = 12
_T = TypeVar("_T")
clock = SystemClock()


def site_hall(preset: str) -> str:
    """The text of a shipped hall, all drawn by one machine, never dimmed."""
    text = re.sub(r'(?m)^machines = (\[[^\]]*\]|".*?")', f'machines = "{MACHINE}"', hall_text(preset))
    text = re.sub(r"(?m)^(shift|night) = .*\n", "", text)
    return re.sub(r"(?m)^(name = .*\n)", lambda found: found[1] + DAYLIGHT, text, count=1)


def screens_file(wall: Wall, folder: Path) -> Path:
    """Outputs for Qt's platform without a display, as the wall's screens lie."""
    step = max(screen.at.h for screen in wall.screens)
    screens = [
        {
            "name": f"OUT-{screen.id}",
            "x": screen.at.x,
            "y": screen.at.y // step * step,
            "width": screen.at.w,
            "height": screen.at.h,
            "logicalDpi": 96,
            "logicalBaseDpi": 96,
            "dpr": 1,
        }
        for screen in wall.screens
    ]
    file = folder / "screens.json"
    file.write_text(json.dumps({"synchronousWindowSystemEvents": False, "screens": screens}), "utf-8")
    return file


class Drawer:
    """The node of the machine, and what a hand does at it."""

    def __init__(self, hub: Path, folder: Path, lang: str) -> None:
        self.app = application()
        self.app.setQuitOnLastWindowClosed(False)
        load_fonts()
        speak(lang)
        apply_theme(self.app, Theme.load(WALL))
        self.seat = Seat(folder / "seat", read_pack(CITY), OwnHub(hub), clock)
        self.seat.open_cache()
        prefs = FilePrefs(folder / "prefs.json")
        self.ctx = panel_context(self.seat, prefs, log_report, lang, WALL, Actions(), None)
        self.node = WallNode(self.seat, WallSeat(self.seat, MACHINE), self.ctx, Panels(), folder / "screens")
        self.node.open_windows()
        self.node.begin()

    def until(self, what: str, found: Callable[[], _T]) -> _T:
        """
        Raises:
            TimeoutError: it did not come about.
        """
        end = clock.mono() + PATIENCE
        while not (answer := found()):
            if clock.mono() > end:
                raise TimeoutError(what)
            self.app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
            self.app.sendPostedEvents()
        return answer

    def wait(self, seconds: float) -> None:
        end = clock.mono() + seconds
        self.until("time to pass", lambda: clock.mono() > end)

    def stay(self, seconds: float) -> None:
        """Goes on drawing for somebody who looks on."""
        end = clock.mono() + seconds
        while clock.mono() < end:
            self.wait(min(PATIENCE / 2, end - clock.mono()))

    def ask(self, what: str, wanted: object, kind: type[_T]) -> _T:
        """
        Raises:
            RuntimeError: the hub refuses.
        """
        heard: list[_T | Message] = []
        self.seat.ask(what, wanted, kind, heard.append)
        self.until(what, lambda: heard)
        if not isinstance(heard[0], kind):
            raise RuntimeError(f"{what}: {heard[0]}")
        return heard[0]

    def act(self, what: str, value: str) -> None:
        """Has the wall do it, and waits until all screens show it."""
        revision = self.ask("wall.act", WallAct("main", what, value), ActDone).revision
        shown = self.node.flipping
        self.until(f"{what} {value}", lambda: shown.shown is not None and shown.shown.revision >= revision)

    def live(self) -> bool:
        feeds = feed_counts(self.seat)
        return bool(feeds) and feeds["live"] == sum(feeds.values()) and bool(self.seat.cases.actor.seat)

    def open_events(self) -> list[dict[str, Any]]:
        """The gravest first."""
        table = self.seat.picture["event"]
        rows = [row for row in (table.row(i) for i in range(len(table))) if row["state"] == EventState.OPEN]
        return sorted((row for row in rows if row["area"]), key=lambda row: (row["level"], -row["occurred"]))

    def followed(self, scene: str) -> str:
        """The event that a scene is about: of fire for `fire`, else the gravest with a case."""
        rows = [row for row in self.open_events() if self.ctx.cases is not None and self.ctx.cases.of_event(row["key"])]
        burning = [row for row in rows if scene == "fire" and "火" in self.seat.pack.kind(row["kind"]).name["zh"]]
        chosen = burning or rows or self.open_events()
        return str(chosen[0]["key"]) if chosen else ""

    # -- what there is to show -------------------------------------------------------------------------------------

    def open_cases(self) -> None:
        """Cases in many stages, most of them with somebody on the way."""
        for turn, row in enumerate(self.open_events()[:ORDERS]):
            place = (row["lon"], row["lat"], row["area"], row["channel"])
            facts = NewCase(row["key"], row["kind"], min(int(row["level"]), 4), *place)
            if turn % 4 == 3:
                self.submit(OpenCase(facts), {"place": row["place"]})
            else:
                self.send_someone(row, facts)

    def send_someone(self, row: dict[str, Any], facts: NewCase) -> None:
        cases, nearby = self.ctx.cases, self.ctx.nearby
        assert cases is not None
        assert nearby is not None
        found: list[Any] = []
        nearby.near(row["lon"], row["lat"], row["kind"], found.append)
        self.until("who is near", lambda: found)
        for one in found[0] if isinstance(found[0], list) else ():
            act = IssueOrders((NewOrder(new_id(self.ctx.clock), one.key),), 8 * MINUTE, 60 * MINUTE, facts)
            if one.free and not any(check.problem for check in cases.checks(act, "")):
                self.submit(act, {"order": "请到场处置，5 分钟内回传照片。", "place": row["place"]})
                return

    def submit(self, act: Any, words: dict[str, str]) -> None:
        kept: list[object] = []
        assert self.ctx.cases is not None
        self.ctx.cases.submit(act, "", words, kept.append, 20 * MINUTE)
        self.until("the case", lambda: kept)

    # -- its picture -----------------------------------------------------------------------------------------------

    def picture(self) -> QImage:
        """The canvas: screens where they lie, bezels black."""
        wall = self.node.windows.wall
        assert wall is not None
        width, height = wall.size
        whole = QImage(width, height, QImage.Format.Format_RGB32)
        whole.fill(0)
        painter = QPainter(whole)
        for window in self.node.windows.drawn():
            assert window.screen_of_wall is not None
            at = window.screen_of_wall.at
            painter.drawImage(at.x, at.y, window.grab().toImage())
        painter.end()
        return whole

    def close(self) -> None:
        self.node.close()
        self.seat.close()
        self.app.processEvents()


def draw(hub: Path, out: Path, lang: str, plan: list[dict[str, Any]], folder: Path) -> None:
    drawer = Drawer(hub, folder, lang)
    try:
        drawer.until("feeds", drawer.live)
        drawer.ask("wall.publish", Publish({"hall.toml": site_hall(plan[0]["hall"])}), Published)
        if not (hub / "cases").exists():
            drawer.open_cases()
            drawer.wait(SETTLED)
            (hub / "cases").touch()
        for shot in plan:
            drawer.act("scene", shot["scene"])
            drawer.act("event", drawer.followed(shot["scene"]) if shot["scene"] in FOLLOWING else "")
            drawer.wait(SETTLED)
            if not drawer.picture().save(str(out / f"{shot['name']}.png")):
                raise OSError(shot["name"])
            print(shot["name"], flush=True)
            drawer.stay(shot.get("stay", 0.0))
    finally:
        drawer.close()


def main() -> int:
    hub, out, lang = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    plan = json.load(sys.stdin)
    with tempfile.TemporaryDirectory(prefix="wall-shot-") as folder:
        screens = screens_file(shipped_hall(plan[0]["hall"]).walls[0], Path(folder))
        os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={screens}"
        draw(hub, out, lang, plan, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
