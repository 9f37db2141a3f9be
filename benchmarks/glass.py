"""From an event's sending to the end of the paint that first shows it: SSE, feed, hub, bus, seat, map and queue.

`python -m benchmarks.glass` starts the demo city, a source of 200 messages a second (`benchmarks.source`) and a hub as
processes, opens the duty desk at 1920×1080 without a screen in this one, and prints one JSON line: p50, p95 and p99 in
ms of each of five spans, and what share of a core each process took. `--peer` measures in its place the common web
dashboard: once a second the whole list is fetched by HTTP and its table filled anew.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer, Signal
from PySide6.QtWidgets import QTableWidget, QTableWidgetItem, QWidget

from benchmarks.children import child
from benchmarks.city_cpu import used
from benchmarks.source import FEED, STANDING
from cockpit.bus.where import OwnHub
from cockpit.model.clock import SystemClock
from cockpit.model.layout_read import read_layout_file
from cockpit.packs.read import read_pack
from cockpit.processes import cockpit_command
from cockpit.seat import Seat
from cockpit.ui.app import application
from cockpit.ui.desk import Desk
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.sound import Player
from layouts.engine import shipped
from layouts.panels import Panels
from widgets.kit.fonts import load_fonts

SIZE = (1920, 1080)
RATE = 200
BEGIN = 60.0
"""Seconds after which the measurement begins though nothing was seen yet."""
LATE = 12.0
"""Seconds after the last span in which its events may still come."""
Time = Callable[[str, str], float | None]
Sent = list[tuple[str, str, float]]
"""Key, what became of it, and when it was sent."""
mono = SystemClock().mono


class Seen:
    """What one view shows, by comparing its keys after each paint."""

    def __init__(self) -> None:
        self.times: dict[tuple[str, str], float] = {}
        self._keys: frozenset[str] = frozenset()

    def look(self, keys: frozenset[str], now: float) -> None:
        for what, some in (("new", keys - self._keys), ("gone", self._keys - keys)):
            for key in some:
                self.times.setdefault((key, what), now)
        self._keys = keys


class Glass(QObject):
    """Notes when each event is first painted, on the map and in the queue."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.map, self.queue = Seen(), Seen()
        self.frames = 0
        self._map, self._queue = desk.engine.panel("map"), desk.engine.panel("queue")
        self._table = desk.seat.picture["event"]
        self._due = False
        self._scene: object = None
        self._offered: Any = None
        self._given: object = None
        self._map.canvas.painted.connect(self._map_painted)
        self._queue.view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._due:
            self._due = True
            QTimer.singleShot(0, self, self._painted)  # when the loop comes round, all of the frame is painted
        return False

    def _map_painted(self) -> None:
        """A paint may still show the frame of the scene before: what was offered at the last paint is on this one."""
        self.frames += 1
        seen, self._offered = self._offered, self._map.canvas.scene.events
        if seen is not None and seen is not self._scene:
            self._scene = seen
            self.map.look(frozenset(seen.keys), mono())

    def _painted(self) -> None:
        now = mono()
        self._due = False
        given = self._queue.model.given
        if given is not self._given and given.version == self._table.version:
            self._given = given
            self.queue.look(frozenset(map(self._table.key_at, given.rows.tolist())), now)

    def time(self, key: str, what: str) -> float | None:
        """When it was on both; None when it never was."""
        at = self.map.times.get((key, what)), self.queue.times.get((key, what))
        return None if None in at else max(at)  # type: ignore[type-var]


class Polled(QWidget):
    """The common web dashboard: the whole list, once a second, into a table."""

    arrived = Signal(list)

    def __init__(self, url: str) -> None:
        super().__init__()
        self.seen = Seen()
        self.frames = 0
        self._url = url
        self._ended = threading.Event()
        self._table = QTableWidget(0, 5, self)
        self._table.resize(*SIZE)
        self._table.viewport().installEventFilter(self)
        self._keys: frozenset[str] = frozenset()
        self.arrived.connect(self._fill)
        self._thread = threading.Thread(target=self._poll, name="poll", daemon=True)
        self._thread.start()

    def _poll(self) -> None:
        with httpx.Client() as client:
            while not self._ended.is_set():
                begun = mono()
                self.arrived.emit(client.get(self._url + "/list").json())
                self._ended.wait(max(0.0, 1.0 - (mono() - begun)))

    def _fill(self, events: list[dict[str, Any]]) -> None:
        self._table.setRowCount(len(events))
        for row, event in enumerate(events):
            for column, name in enumerate(("level", "kind", "place", "channel", "occurred")):
                self._table.setItem(row, column, QTableWidgetItem(str(event[name])))
        self._keys = frozenset(f"{FEED}/{event['id']}" for event in events)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self, self._painted)
        return False

    def _painted(self) -> None:
        self.frames += 1
        self.seen.look(self._keys, mono())

    def time(self, key: str, what: str) -> float | None:
        return self.seen.times.get((key, what))

    def end(self) -> None:
        self._ended.set()
        self._thread.join()


def pack_of(folder: Path, source: str) -> Path:
    """The Hangzhou pack, its events from our source."""
    shipped_pack = read_pack("hangzhou").folder
    shutil.copytree(shipped_pack, folder)
    file = folder / "pack.toml"
    text = file.read_text("utf-8")
    assert text.count('"{city}/events"') == 1
    file.write_text(text.replace('"{city}/events"', f'"{source}/events"'), "utf-8")
    return folder


def run_for(seconds: float) -> None:
    """Runs Qt's loop."""
    loop = QEventLoop()  # the application's own would close the windows at its end
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


class Pace(msgspec.Struct, frozen=True):
    """Seconds from the first event that is seen to the first span, and of each; how many spans."""

    warm_up: float = 8.0
    span: float = 4.0
    spans: int = 5


def of_spans(source: str, begun: float, pace: Pace) -> Sent:
    """What the source sent in the spans."""
    end = begun + pace.span * pace.spans
    return [(key, what, at) for key, what, at in httpx.get(source + "/sent").json() if begun <= at < end]


def shown(time: Time, sent: Sent) -> bool:
    return all(time(key, what) is not None for key, what, _ in sent)


def spans_of(time: Time, sent: Sent, begun: float, pace: Pace) -> list[dict[str, float]]:
    """Percentiles of each span, ms.

    Raises:
        ValueError: events were sent that were never shown.
    """
    rows = []
    for n in range(pace.spans):
        low, high = begun + n * pace.span, begun + (n + 1) * pace.span
        here = [(time(key, what), at) for key, what, at in sent if low <= at < high]
        late = [(shown - at) * 1000 for shown, at in here if shown is not None]
        if len(late) < len(here) or not here:
            raise ValueError(f"{len(here) - len(late)} of {len(here)} events were not shown in {LATE:g} s")
        p50, p95, p99 = np.percentile(late, (50, 95, 99)).tolist()
        rows.append({"n": len(here), "p50": round(p50, 1), "p95": round(p95, 1), "p99": round(p99, 1)})
    return rows


def run_until(done: Callable[[], bool], seconds: float) -> None:
    """Runs Qt's loop until it is so, or for so long."""
    end = mono() + seconds
    while not done() and mono() < end:
        run_for(0.2)


def measure_desk(home: Path, platform: str, source: str, pids: dict[str, int], pace: Pace) -> dict[str, Any]:
    """The duty desk behind a real hub."""
    pack = pack_of(home / "pack", source)
    hub = cockpit_command("hub", "--pack", str(pack), "--city", platform, "--port", "0", "--profile", str(home / "hub"))
    app = application()
    load_fonts()
    clock = SystemClock()
    with child(*hub) as (process, _):
        pids = {**pids, "hub": process.pid}
        seat = Seat(home / "seat", read_pack(pack), OwnHub(home / "hub"), clock)
        seat.open_cache()
        player = Player(clock, muted=True)
        prefs = FilePrefs(home / "prefs.json")
        layout = read_layout_file(shipped("duty"), Panels())
        desk = Desk(seat, layout, prefs, player, lambda error, panel: _raise(error), "zh", "dark", lambda: None)
        glass = Glass(desk)
        desk.setFixedSize(*SIZE)
        desk.show()
        desk.begin()
        run_until(lambda: bool(glass.map.times and glass.queue.times), BEGIN)
        run_for(pace.warm_up)
        before, frames = {name: used(pid) for name, pid in pids.items()}, glass.frames
        begun = mono()
        run_for(pace.span * pace.spans)
        cpu = {name: round((used(pid) - before[name]) / (mono() - begun), 3) for name, pid in pids.items()}
        fps = (glass.frames - frames) / (mono() - begun)
        sent = of_spans(source, begun, pace)
        run_until(lambda: shown(glass.time, sent), LATE)
        picture = desk.grab()
        desk.close()
        seat.close()
        player.close()
        desk.deleteLater()
        app.processEvents()
    if "--picture" in sys.argv:
        picture.save(str(home.parent / "glass.png"))
    return {"spans": spans_of(glass.time, sent, begun, pace), "cpu": cpu, "frames": round(fps, 1)}


def measure_peer(source: str, pace: Pace) -> dict[str, Any]:
    """The dashboard that polls."""
    application()
    load_fonts()
    board = Polled(source)
    board.resize(*SIZE)
    board.show()
    run_until(lambda: bool(board.seen.times), BEGIN)
    run_for(pace.warm_up / 2)
    before, begun = used(os.getpid()), mono()
    run_for(pace.span * pace.spans)
    cpu = {"seat": round((used(os.getpid()) - before) / (mono() - begun), 3)}
    sent = of_spans(source, begun, pace)
    run_until(lambda: shown(board.time, sent), LATE)
    board.end()
    board.close()
    return {"spans": spans_of(board.time, sent, begun, pace), "cpu": cpu}


def _raise(error: BaseException) -> str:
    raise error


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--peer", action="store_true", help="the dashboard that polls, in place of the desk")
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--picture", action="store_true", help="save what the desk looked like in the end")
    parser.add_argument(
        "--warm-up", type=float, default=Pace().warm_up, help="seconds from the first event to the first span"
    )
    parser.add_argument("--span", type=float, default=Pace().span, help="seconds of a span")
    parser.add_argument("--spans", type=int, default=Pace().spans)
    options = parser.parse_args()
    pace = Pace(options.warm_up, options.span, options.spans)
    home = Path(tempfile.mkdtemp(prefix="glass-"))
    home.joinpath("run").mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(home / "run")
    try:
        with (
            child(*cockpit_command("city", "serve", "--port", "0")) as (city, city_says),
            child(sys.executable, "-m", "benchmarks.source", "--rate", str(options.rate), "--city", city_says["url"])
            as (source, source_says),
        ):  # fmt: skip
            pids = {"seat": os.getpid(), "city": city.pid, "source": source.pid}
            if options.peer:
                answer = measure_peer(source_says["url"], pace)
            else:
                answer = measure_desk(home, city_says["url"], source_says["url"], pids, pace)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(json.dumps({"standing": STANDING, "rate": options.rate, **answer}))


if __name__ == "__main__":
    main()
