"""Guangzhou's devices at stress rate with the duty seat open: what it costs, how late it is shown, what is lost.

`python -m benchmarks.feeds_hall` starts a demo city, a NATS server and a Mosquitto for the devices, their load
(`benchmarks.feeds_load`) and a hub as processes, opens the duty desk with the sensors on the map in this one (without a
screen), and runs three phases one after the other. It prints a JSON line for each:

- `hub_cpu`, `seat_cpu`: user and system time of the process and its children over wall time, without brokers;
  `bus_cpu`: of the hub's own NATS server;
- `to_glass`: ms from the hub's receive stamp of a reading to the end of the paint that shows it, on the page of one
  sensor after the other, readings that no paint has shown among them; `to_tape`: ms from that stamp to the piece of
  the tape's segment that has it;
- `lost`: messages that the hub did not count as good, readings that it could not use, and sensors whose last value
  the desk does not have in the end; `hub_mb_min`, `seat_mb_min`: growth of resident memory, MB a minute.

`--seconds 20` makes the phases shorter, `--ways mqtt` takes one of them, `--rates 27500,…` others than the full ones.
With `--out FILE` each phase's line is kept there, and one that is there already is not run again.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer

from benchmarks import tape_late
from benchmarks.children import EVENING, a_home, child, tell
from benchmarks.feeds_glass import UNUSED, Glass, counted, missing
from benchmarks.feeds_load import GATEWAYS, OVER_MQTT, OVER_NATS, SENSORS, name
from benchmarks.feeds_site import CITY, FEEDS, LATE, broker, clock
from benchmarks.processes import brokers, cpu, resident, slope
from cockpit.bus.server import server_binary
from cockpit.bus.where import OwnHub
from cockpit.model.clock import SECOND
from cockpit.model.layout_read import read_layout_file
from cockpit.packs.read import read_pack
from cockpit.processes import cockpit_command, free_port
from cockpit.seat import Seat
from cockpit.ui.app import application
from cockpit.ui.desk import Desk
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.sound import Player
from layouts.engine import shipped
from layouts.panels import Panels
from widgets.kit.fonts import load_fonts

SIZE = (1920, 1080)
FULL = {GATEWAYS: 110_000, OVER_NATS: 20_000, OVER_MQTT: 5_000}
"""Readings a second of each way."""
SECONDS = 120.0
WARM_UP = 12.0
"""Seconds for what the opening of a desk does in its first moments with so many sensors."""
SETTLE = 4.0
TICK = 0.5

MOSQUITTO = """
listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_inflight_messages 1000
max_queued_messages 200000
"""


Line = dict[str, Any]


class Hall:
    """The desk, the hub and the devices, and one phase after the other."""

    def __init__(
        self,
        home: Path,
        desk: Desk,
        hub: subprocess.Popen[bytes],
        load: subprocess.Popen[bytes],
        town: subprocess.Popen[bytes],
    ) -> None:
        self._home, self._desk, self._hub, self._load = home, desk, hub, load
        self._others = {hub.pid, load.pid, town.pid}  # children of this process, none of the seat
        self._answers: queue.Queue[Line] = queue.Queue()
        self._glass = Glass(desk)
        threading.Thread(target=self._hear, daemon=True).start()

    def _hear(self) -> None:
        assert self._load.stdout is not None
        for line in self._load.stdout:
            self._answers.put(json.loads(line))

    def phase(self, way: str, rate: int, seconds: float) -> Line:
        """Measures one way of sending; the beginning and the end of it are left out of what it costs."""
        settle = min(SETTLE, seconds / 4)
        before = counted(self._desk, way)
        since = clock.now()
        tell(self._load, way=way, rate=rate, seconds=seconds)
        run_for(settle)
        self._glass.begin([f"sensors/{name(n)}" for n in range(rate)], since)
        cost = self._cost(seconds - 2 * settle)
        glass = self._glass.end()
        wait_for("the load to end", lambda: not self._answers.empty())
        sent = self._answers.get()
        wanted, ends = sent["messages"], sent["last"]
        with contextlib.suppress(TimeoutError):
            wait_for("the last reading", lambda: self._since(way, before)["good"] >= wanted and not self._missing(ends))
        run_for(1.0)  # the tape's last piece
        tape = self._home / "hub" / CITY / "tape"
        taped = tape_late.late(tape, sent["began"] - SECOND, sent["ended"] + 10 * SECOND, way)
        after, left = self._since(way, before), self._missing(ends)
        lost = max(wanted - after["good"], 0) + sum(after[why] for why in UNUSED) + left + max(wanted - len(taped), 0)
        return {
            "way": way,
            "rate": rate,
            "asked_seconds": seconds,
            **cost,
            "load_cpu": round(sent["cpu"], 3),
            "to_glass": percentiles(glass),
            "to_tape": percentiles(taped),
            "lost": lost,
            "messages": wanted,
            "counted": {**after, "not_shown": left, "on_tape": len(taped)},
        }

    def _cost(self, seconds: float) -> Line:
        pids = {"hub": self._hub.pid, "seat": os.getpid()}
        memory: dict[str, list[tuple[float, float]]] = {who: [] for who in pids}
        used, begun = {who: cpu(pid, self._others) for who, pid in pids.items()}, clock.mono()
        of_bus = brokers(self._hub.pid)
        while (gone := clock.mono() - begun) < seconds:
            run_for(min(TICK, max(seconds - gone, 0.01)))
            for who, pid in pids.items():
                memory[who].append((clock.mono() - begun, resident(pid)))
        took = clock.mono() - begun
        return {
            "seconds": round(took, 1),
            **{f"{who}_cpu": round((cpu(pid, self._others) - used[who]) / took, 3) for who, pid in pids.items()},
            "bus_cpu": round((brokers(self._hub.pid) - of_bus) / took, 3),
            **{f"{who}_mb": round(memory[who][-1][1], 1) for who in pids},
            **{f"{who}_mb_min": round(slope(memory[who]), 2) for who in pids},
        }

    def _since(self, feed: str, before: dict[str, int]) -> dict[str, int]:
        return {what: n - before[what] for what, n in counted(self._desk, feed).items()}

    def _missing(self, ends: list[tuple[str, float, int]]) -> int:
        return missing(self._desk, ends)


def run_for(seconds: float) -> None:
    """Runs Qt's loop."""
    loop = QEventLoop()  # the application's own would close the windows at its end
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def wait_for(what: str, ready: Callable[[], bool], seconds: float = LATE) -> None:
    """
    Raises:
        TimeoutError: it does not come.
    """
    end = clock.mono() + seconds
    while not ready():
        if clock.mono() > end:
            raise TimeoutError(what)
        run_for(0.1)


def percentiles(ms: list[float]) -> dict[str, float]:
    if not ms:
        return {"n": 0}
    p50, p95, p99 = np.percentile(ms, (50, 95, 99)).tolist()
    return {"n": len(ms), "p50": round(p50, 1), "p95": round(p95, 1), "p99": round(p99, 1), "most": round(max(ms), 1)}


@contextlib.contextmanager
def hall(home: Path) -> Iterator[Hall]:
    """All of it, running, with every sensor on the map."""
    nats, mqtt = free_port(), free_port()
    conf = home / "mosquitto.conf"
    conf.write_text(MOSQUITTO.format(port=mqtt))
    with contextlib.ExitStack() as stack:
        enter = stack.enter_context
        enter(broker(nats, server_binary(), "-a", "127.0.0.1", "-p", str(nats)))
        enter(broker(mqtt, "mosquitto", "-c", str(conf)))
        town, city = enter(child(*cockpit_command("city", "serve", "--port", "0", "--start", EVENING)))
        ports = ("--nats", str(nats), "--mqtt", str(mqtt))
        devices = (sys.executable, "-m", "benchmarks.feeds_load", "--city", city["url"], *ports)
        load, load_says = enter(child(*devices, talks=True))
        feeds = home / "feeds.toml"
        feeds.write_text(FEEDS.format(inventory=load_says["url"], nats=nats, mqtt=mqtt), "utf-8")
        options = ("--pack", CITY, "--city", city["url"], "--port", "0", "--profile", str(home / "hub"))
        hub, _ = enter(child(*hub_command(*options, "--feeds", str(feeds))))
        desk = enter(desk_on(home))
        wait_for("the sensors", lambda: len(desk.seat.picture["sensor"]) == SENSORS, 120)
        desk.engine.panel("map").layer_desk.set_state("sensor", visible=True)
        run_for(WARM_UP)
        yield Hall(home, desk, hub, load, town)


def hub_command(*options: str) -> list[str]:
    return cockpit_command("hub", *options)


@contextlib.contextmanager
def desk_on(home: Path) -> Iterator[Desk]:
    """The duty desk, without a screen."""
    app = application()
    load_fonts()
    seat = Seat(home / "seat", read_pack(CITY), OwnHub(home / "hub"), clock)
    seat.open_cache()
    player = Player(clock, muted=True)
    prefs = FilePrefs(home / "prefs.json")
    layout = read_layout_file(shipped("duty"), Panels())
    desk = Desk(seat, layout, prefs, player, lambda error, panel: _raise(error), "zh", "dark", lambda: None)
    desk.setFixedSize(*SIZE)
    desk.show()
    desk.begin()
    try:
        yield desk
    finally:
        desk.close()
        seat.close()
        player.close()
        desk.deleteLater()
        app.processEvents()


def _raise(error: BaseException) -> str:
    raise error


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--ways", default=",".join(FULL), help="of gateways,nats,mqtt")
    parser.add_argument("--rates", default="", help="readings a second, one or several; else the full rate of each way")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of a phase")
    parser.add_argument("--out", type=Path, help="keeps each phase; what it has is not run again")
    parser.add_argument("--picture", type=Path, help="save what the desk looked like in the end")
    options = parser.parse_args()
    kept: list[Line] = json.loads(options.out.read_text()) if options.out and options.out.exists() else []
    had = {(line["way"], line["rate"], line.get("asked_seconds")): line for line in kept}
    wanted = [
        (way, rate, options.seconds)
        for way in options.ways.split(",")
        for rate in map(int, options.rates.split(",") if options.rates else [FULL[way]])
    ]
    left = [one for one in wanted if one not in had]
    if left:
        with a_home() as home, hall(home) as running:
            for way, rate, seconds in left:
                had[way, rate, seconds] = running.phase(way, rate, seconds)
                if options.out:
                    options.out.write_text(json.dumps(list(had.values()), indent=1) + "\n")
            if options.picture:
                running._desk.grab().save(str(options.picture))
    for one in wanted:
        print(json.dumps(had[one]))


if __name__ == "__main__":
    main()
