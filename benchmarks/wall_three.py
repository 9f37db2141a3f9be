"""Three machines of a wall, each with one screen of 1920×1080, that joined a hub over TLS: how they change together.

`python -m benchmarks.wall_three` starts a demo city, a hub and three machines (`cockpit wall node`), each on an X
server of its own, drawn by the processor, and prints one JSON line:

- `switch`: ms from the hub's taking a change of scene until it is drawn on the last of the three, one a change;
- `skew`: ms between the first and the last of the three, less what their clocks may be wrong by, one a change;
- `restart`: s from the kill of a machine's drawing process until its screen shows the wall's revision again;
- `remote`: ms from what a paired remote sends (light spots and pans by turns) until the points of the X server change;
- `mb`, `mb_min`: resident memory of each machine's processes at the end, and its growth a minute.

`--changes 80`, `--touches 40` make more or fewer of them.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import ssl
import subprocess
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import httpx
import numpy as np

from benchmarks.children import EVENING, a_home, child
from benchmarks.processes import slope
from benchmarks.screen import Glass, virtual_screen
from cockpit.bus.where import OwnHub
from cockpit.model.clock import SECOND, SystemClock
from cockpit.model.wallasks import Nothing
from cockpit.model.wallstate import ActDone, NodeReport, WallAct, WallState
from cockpit.packs.read import read_pack
from cockpit.processes import cockpit_command, environment_of_child, free_port
from cockpit.seat import Seat
from cockpit.wall.health import memory_mb

CITY = "hangzhou"
SCREEN = (1920, 1080)
MACHINES = ("left", "middle", "right")
SCENES = ("flood", "overview", "event", "hotline")
SETTLED = 45.0
"""Seconds after the first picture: maps read and draw ahead, scenes are kept built."""
PAUSE = 3.0
"""Between two kills twice as long: reports come each second."""
LOOKED_AT = 1.5
"""Seconds that a scene is looked at, from the reports of all machines on."""
LATE = 90.0
SPOT = 24
"""A light spot changes a square of so many points."""
clock = SystemClock()
_T = TypeVar("_T")

HALL = """
id = "hall"
name = {{ zh = "指挥大厅", en = "Command hall" }}
shift = 0
night = {{ from = "22:30", to = "06:00", brightness = 1 }}

[rooms.hall]
name = {{ zh = "指挥大厅", en = "Command hall" }}

[walls.main]
name = {{ zh = "主屏", en = "Main wall" }}
room = "hall"
columns = 3
rows = 1
screen = [1920, 1080]
pitch = 0.63
distance = 4.0
machines = {machines}

[modes.peace]
name = {{ zh = "平时", en = "Peace" }}
scene = "overview"
"""


class Desk:
    """A seat of the hub without a screen, ticked while something is waited for."""

    def __init__(self, home: Path) -> None:
        self.seat = Seat(home / "desk", read_pack(CITY), OwnHub(home / "hub"), clock)
        self.seat.open_cache()
        self.seat.start()

    def until(self, what: str, found: Callable[[], _T], seconds: float = LATE) -> _T:
        end = clock.mono() + seconds
        while True:
            self.seat.tick()
            if answer := found():
                return answer
            if clock.mono() > end:
                raise TimeoutError(what)
            threading.Event().wait(0.01)

    def ask(self, what: str, wanted: object, kind: type[_T]) -> _T:
        """
        Raises:
            RuntimeError: the hub refuses.
        """
        got: list[Any] = []
        self.seat.ask(what, wanted, kind, got.append)
        self.until(what, lambda: got)
        if not isinstance(got[0], kind):
            raise RuntimeError(f"{what}: {got[0]}")
        return got[0]

    def act(self, what: str, value: str) -> int:
        return self.ask("wall.act", WallAct("main", what, value), ActDone).revision

    def reports(self) -> dict[str, NodeReport]:
        return {seen.report.machine: seen.report for seen in self.ask("wall.state", Nothing(), WallState).nodes}

    def all_show(self, revision: int) -> dict[str, NodeReport]:
        """The reports of the machines, once all of them show a revision."""

        def there() -> dict[str, NodeReport]:
            told = self.reports()
            shown = [bool(told[m].screens) and told[m].screens[0].shown == revision for m in MACHINES if m in told]
            return told if len(shown) == len(MACHINES) and all(shown) else {}

        return self.until("all machines show it", there)


class Machine:
    """`cockpit wall node` on a screen."""

    def __init__(self, profile: Path, environment: dict[str, str], glass: Path) -> None:
        self.glass = Glass(glass)
        line = cockpit_command("wall", "node", "--profile", str(profile))
        self.process = subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def drawing(self) -> int:
        """Its process that draws."""
        for one in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            if b"--seat" in Path(f"/proc/{one}/cmdline").read_bytes():
                return int(one)
        raise ProcessLookupError("no process draws")

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(30)


@contextlib.contextmanager
def hall(home: Path) -> Iterator[tuple[Desk, dict[str, Machine]]]:
    """All of it, once the three show the overview."""
    hub, port = home / "hub", free_port()
    (hub / "wall").mkdir(parents=True, mode=0o700)
    (hub / "wall" / "hall.toml").write_text(HALL.format(machines=json.dumps(MACHINES)), "utf-8")
    listen = f'[machines]\nlisten = "127.0.0.1:{free_port()}"\njoin = {free_port()}\n'
    (hub / "machines.toml").write_text(listen, "utf-8")
    city = cockpit_command("city", "serve", "--port", str(port), "--start", EVENING)
    options = ("--profile", str(hub), "--city", f"http://127.0.0.1:{port}", "--pack", CITY, "--port", "0")
    with contextlib.ExitStack() as stack:
        stack.enter_context(child(*city))
        stack.enter_context(child(*cockpit_command("hub", *options)))
        desk = Desk(home)
        stack.callback(desk.seat.close)
        desk.until("the hub", lambda: desk.seat.link.state == "live")
        machines: dict[str, Machine] = {}
        for name in MACHINES:
            profile, glass = home / name, Path(tempfile.mkdtemp(dir=home))
            made = said("wall", "code", name, "--profile", str(hub), "--json")
            run("wall", "join", made["host"], made["code"], "--profile", str(profile))
            screen = stack.enter_context(virtual_screen(*SCREEN, glass))
            machines[name] = Machine(profile, {**environment_of_child(), **screen}, glass)
            stack.callback(machines[name].end)
        shows = desk.ask("wall.state", Nothing(), WallState).shows[0]
        desk.all_show(shows.revision)
        yield desk, machines


def run(*arguments: str) -> str:
    done = subprocess.run(cockpit_command(*arguments), capture_output=True, text=True, timeout=LATE, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def said(*arguments: str) -> dict[str, Any]:
    """The JSON that a command prints."""
    answer: dict[str, Any] = json.loads(run(*arguments))
    return answer


def wait(desk: Desk, seconds: float) -> None:
    end = clock.mono() + seconds
    desk.until("time to pass", lambda: clock.mono() > end, seconds + LATE)


def changes(desk: Desk, times: int) -> tuple[list[float], list[float]]:
    """ms until drawn on the last machine, and between first and last beyond what their clocks may be wrong by."""
    switched, skewed = [], []
    for scene, _ in zip(cycle(SCENES), range(times), strict=False):
        told = desk.all_show(desk.act("scene", scene))
        screens = [report.screens[0] for report in told.values()]
        switched.append(max(screen.switch_ms for screen in screens))
        apart = max(screen.skew_us for screen in screens) - min(screen.skew_us for screen in screens)
        wrong = sum(sorted(report.clock_error_us for report in told.values())[-2:])
        skewed.append(max(apart - wrong, 0) / 1000)
        wait(desk, LOOKED_AT)
    return switched, skewed


def restarts(desk: Desk, machines: dict[str, Machine], times: int) -> list[float]:
    """Seconds from a kill until the machine shows the wall's revision again, as its next report has it."""
    took = []
    for name, _ in zip(cycle(MACHINES), range(times), strict=False):
        shows = desk.ask("wall.state", Nothing(), WallState).shows[0]
        killed = clock.mono()
        os.kill(machines[name].drawing(), signal.SIGKILL)

        def back(name: str = name, killed: float = killed, revision: int = shows.revision) -> bool:
            report = desk.reports().get(name)
            new = report is not None and report.up < clock.mono() - killed
            return new and bool(report.screens) and report.screens[0].shown == revision  # type: ignore[union-attr]

        desk.until("it is back", back)
        took.append(clock.mono() - killed)
        wait(desk, PAUSE * 2)
    return took


class Remote:
    """A paired remote and its line."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._n = 0

    async def send(self, **message: Any) -> None:
        self._n += 1
        await self._socket.send_json({"n": self._n, "wall": "main", **message})


@contextlib.asynccontextmanager
async def remote(hub: Path) -> AsyncIterator[Remote]:
    made = said("wall", "remote", "code", "--profile", str(hub), "--json")
    origin, _, code = str(made["url"]).partition("/remote/#code=")
    trust = ssl.create_default_context(cafile=str(next(hub.rglob("ca.crt"))))
    async with httpx.AsyncClient(base_url=origin, verify=trust, trust_env=False, timeout=LATE) as web:
        answer = await web.post("/remote/v1/enrol", json={"code": code, "device": "tablet"})
        answer.raise_for_status()
        token = answer.json()["token"]
    async with aiohttp.ClientSession() as session:
        url = origin.replace("https", "wss") + "/remote/v1/live"
        async with session.ws_connect(url, ssl=trust, protocols=("cockpit.wall.v1",), origin=origin) as socket:
            await socket.send_json({"token": token, "lang": "zh"})
            reading = asyncio.create_task(_read(socket))
            await asyncio.sleep(2)
            yield Remote(socket)
            reading.cancel()


async def _read(socket: aiohttp.ClientWebSocketResponse) -> None:
    async for _ in socket:
        pass


async def touches(hub: Path, machines: dict[str, Machine], times: int) -> dict[str, list[float]]:
    """ms from the sending of a touch until the points have changed: of a light spot where it is put, of a pan in a
    quarter of what the middle screen shows."""
    glasses = [machines[name].glass.points for name in MACHINES]
    took: dict[str, list[float]] = {"spot": [], "pan": []}
    width, height = SCREEN
    dice = random.Random(7)
    lon, lat = 120.16, 30.26
    async with remote(hub) as hand:
        for turn in range(times):
            which = turn % len(MACHINES)
            x, y = dice.randrange(200, width - 200), dice.randrange(200, height - 200)
            part = glasses[which][y - SPOT // 2 : y + SPOT // 2, x - SPOT // 2 : x + SPOT // 2]
            before, begun = np.array(part), clock.mono()
            await hand.send(kind="hand", x=(which * width + x) / (width * len(MACHINES)), y=y / height)
            took["spot"].append(await _changed(part, before, 0.5, begun))
            await asyncio.sleep(0.4)
            await hand.send(kind="hand", x=-1, y=-1)
            await asyncio.sleep(0.8)
            middle = glasses[1][200:-200:16, 200:-200:16]
            before, begun = np.array(middle), clock.mono()
            lon += 0.01 if turn % 2 else -0.01
            await hand.send(kind="act", what="view", view={"lon": lon, "lat": lat, "scale": 4.0})
            took["pan"].append(await _changed(middle, before, 0.25, begun))
            await asyncio.sleep(1.2)
    took["pan"].pop(0)  # the first one leaves the scene's own view
    return took


async def _changed(points: Any, before: Any, share: float, begun: float) -> float:
    """
    Raises:
        TimeoutError: nothing changes.
    """
    while float(np.mean(points != before)) < share:
        if clock.mono() - begun > LATE / 3:
            raise TimeoutError("no touch reached the wall")
        await asyncio.sleep(0.002)
    return (clock.mono() - begun) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--changes", type=int, default=80)
    parser.add_argument("--restarts", type=int, default=5)
    parser.add_argument("--touches", type=int, default=40)
    options = parser.parse_args()
    with a_home() as home, hall(home) as (desk, machines):
        wait(desk, SETTLED)
        memory: dict[str, list[tuple[float, float]]] = {name: [] for name in MACHINES}
        begun = clock.mono()

        def weigh() -> None:
            for name, machine in machines.items():
                memory[name].append((clock.mono() - begun, memory_mb(machine.process.pid)))

        weigh()
        switched, skewed = changes(desk, options.changes)
        weigh()
        touched = {"spot": [0.0], "pan": [0.0]}
        if options.touches:
            desk.act("scene", "flood")
            wait(desk, PAUSE)
            touched = asyncio.run(touches(home / "hub", machines, options.touches))
        weigh()
        back = restarts(desk, machines, options.restarts)
    answer = {
        "switch": switched,
        "skew": skewed,
        "restart": back,
        "remote": touched,
        "mb": {name: round(memory[name][-1][1], 1) for name in MACHINES},
        "mb_min": {name: round(slope(memory[name]), 2) for name in MACHINES},
        "ended": clock.now() // SECOND,
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
