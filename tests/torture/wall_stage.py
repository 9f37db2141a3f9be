"""A hall under torture: a living city, a hub, machines that joined by code, and one with several outputs on cables."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.children import hear
from benchmarks.screen import Glass, virtual_screen
from benchmarks.wall_three import Desk, Machine, run, said
from cockpit.model.clock import SystemClock
from cockpit.model.wallasks import Nothing
from cockpit.model.wallstate import ActDone, NodeReport, WallAct, WallState
from cockpit.processes import cockpit_command, environment_of_child, free_port
from cockpit.wall.health import memory_mb
from tests.torture.looks import OutputView, Points, RootWindow, Watched, XvfbView, says_trouble
from tests.xorg import Xorg, xorg
from widgets.wall.kit import wall_theme
from widgets.wall.sizes import sizes_at

CITY = "hangzhou"
NAMES = ("left", "middle", "right", "fourth", "fifth", "sixth")
OUTPUTS = 3
CABLED = "side"
DISTANCE = 4.0
LATE = 300.0
"""Seconds that anything is waited for: others share the machine."""
FEEDS = ("sse-drop", "down", "garbage", "slow", "clock-skew", "restart")
SCENES = ("overview", "flood", "traffic", "event", "environment", "grid", "hotline", "duty")
clock = SystemClock()

HALL = """
id = "hall"
name = {{ zh = "指挥大厅", en = "Command hall" }}
night = {{ from = "22:30", to = "06:00", brightness = 1 }}

[rooms.hall]
name = {{ zh = "指挥大厅", en = "Command hall" }}

[modes.peace]
name = {{ zh = "平时", en = "Peace" }}
scene = "overview"

[carousels.day]
name = {{ zh = "日常轮播", en = "Day" }}
steps = [{steps}]
triggers = [{{ alert = 1, scene = "event", seconds = 20 }}]
"""
WALL = """
[walls.{id}]
name = {{ zh = "{id}", en = "{id}" }}
room = "hall"
columns = {columns}
rows = 1
screen = {size}
pitch = {pitch}
distance = {distance}
machines = {machines}
"""


class Machinery:
    """A machine of the hall and what it is for the eye.

    Attributes:
        machine: its processes. screens: by number of its output.
    """

    def __init__(self, start: Callable[[], Machine], screens: list[Watched]) -> None:
        self._start = start
        self.screens = screens
        self.machine = start()

    def restart(self) -> None:
        self.machine = self._start()


class Hall:
    """All of it. A context manager.

    Attributes:
        desk: a seat without a screen. machines: by name. xorg: the server with the cables, None where there is none.
        faults: how often each. words: s from a hub's end until all screens said so.
    """

    def __init__(
        self,
        home: Path,
        seed: int,
        machines: int,
        size: tuple[int, int],
        start: str,
        speed: float,
        step: int,
        outputs: int = OUTPUTS,
        cables: bool = True,
    ) -> None:
        """
        Args:
            machines: with one screen each. size: of a screen, px. start: of the city's time, ISO 8601.
            speed: of it. step: seconds of a scene of the carousel. outputs: of the machine with cables.
            cables: there is one.
        """
        self.home, self.size = home, size
        self._outputs, self._cables = outputs, cables
        self.random = random.Random(seed)
        self.faults: dict[str, int] = {}
        self.words: list[float] = []
        self.xorg: Xorg | None = None
        self.machines: dict[str, Machinery] = {}
        self._names = NAMES[:machines]
        self._hub_profile = home / "hub"
        self._ends = contextlib.ExitStack()
        self._start, self._speed, self._step = start, speed, step
        self._hub: subprocess.Popen[bytes] | None = None
        self._nobody = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}
        row = sizes_at(self._pitch, DISTANCE).row
        self._foot = round(row * 1.7)
        theme = wall_theme()
        self._ground, self._ink = theme.orange_tint.rgb() & 0xFFFFFF, theme.t1.rgb() & 0xFFFFFF

    @property
    def _pitch(self) -> float:
        return round(0.63 * 1920 / self.size[0], 3)

    def __enter__(self) -> Hall:
        with contextlib.ExitStack() as ends:
            self._open(ends)
            self._ends = ends.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def _open(self, ends: contextlib.ExitStack) -> None:
        cabled = self._cables and shutil.which("Xorg") is not None and shutil.which("xrandr") is not None
        self._write_hall(cabled)
        port = free_port()
        self._url = f"http://127.0.0.1:{port}"
        serve = ("city", "serve", "--city", CITY, "--port", str(port), "--speed", f"{self._speed:g}")
        self._city = self._child(*serve, "--start", self._start)
        ends.callback(_end, lambda: self._city)
        hear(self._city)
        ends.callback(_end, lambda: self._hub)
        self.start_hub()
        self.desk = Desk(self.home)
        ends.callback(self.desk.seat.close)
        self.desk.until("the hub", lambda: self.desk.seat.link.state == "live", LATE)
        for name in self._names:
            folder = Path(tempfile.mkdtemp(dir=self.home))
            screen = ends.enter_context(virtual_screen(*self.size, folder))
            self._join(ends, name, screen, folder)
        if cabled:
            self.xorg = ends.enter_context(xorg(Path(tempfile.mkdtemp(dir=self.home)), self._outputs, self.size))
            self._join(ends, CABLED, {"DISPLAY": self.xorg.display, "QT_QPA_PLATFORM": "xcb"}, None)

    def _write_hall(self, cabled: bool) -> None:
        more = {"size": list(self.size), "pitch": self._pitch, "distance": DISTANCE}
        steps = ", ".join(f'{{ scene = "{scene}", seconds = {self._step} }}' for scene in SCENES)
        text = HALL.format(steps=steps)
        text += WALL.format(id="main", columns=len(self._names), machines=json.dumps(self._names), **more)
        if cabled:
            text += WALL.format(id="side", columns=self._outputs, machines=json.dumps(CABLED), **more)
        (self._hub_profile / "wall").mkdir(parents=True, mode=0o700)
        (self._hub_profile / "wall" / "hall.toml").write_text(text, "utf-8")
        listen = f'[machines]\nlisten = "127.0.0.1:{free_port()}"\njoin = {free_port()}\n'
        (self._hub_profile / "machines.toml").write_text(listen, "utf-8")

    def _join(self, ends: contextlib.ExitStack, name: str, screen: dict[str, str], folder: Path | None) -> None:
        profile = self.home / name
        made = said("wall", "code", name, "--profile", str(self._hub_profile), "--json")
        run("wall", "join", made["host"], made["code"], "--profile", str(profile))
        environment = {**environment_of_child(), **self._nobody, **screen}
        if folder is not None:
            start: Callable[[], Machine] = partial(Machine, profile, environment, folder)
            screens = [Watched(XvfbView(name, Glass(folder)))]
        else:
            start = partial(Cabled, profile, environment)
            root = RootWindow(screen["DISPLAY"])
            ends.callback(root.close)
            places = [(number * self.size[0], 0) for number in range(self._outputs)]
            screens = [Watched(OutputView(f"{name}-{n + 1}", root, at, self.size)) for n, at in enumerate(places)]
        made_one = self.machines[name] = Machinery(start, screens)
        ends.callback(lambda: made_one.machine.end())

    def _child(self, *arguments: str) -> subprocess.Popen[bytes]:
        environment = {**environment_of_child(), **self._nobody}
        with open(self.home / f"{arguments[0]}.err", "ab") as err:
            return subprocess.Popen(cockpit_command(*arguments), stdout=subprocess.PIPE, stderr=err, env=environment)

    def start_hub(self) -> None:
        profile = ("--profile", str(self._hub_profile), "--city", self._url, "--pack", CITY, "--port", "0")
        self._hub = self._child("hub", *profile)
        hear(self._hub)

    # -- looking -------------------------------------------------------------------------------------------------

    @property
    def screens(self) -> list[Watched]:
        return [screen for machine in self.machines.values() for screen in machine.screens]

    def wait(self, seconds: float) -> None:
        end = clock.mono() + seconds
        self.desk.until("time to pass", lambda: clock.mono() > end, seconds + LATE)

    def state(self) -> WallState:
        return self.desk.ask("wall.state", Nothing(), WallState)

    def reports(self) -> dict[str, NodeReport]:
        return {seen.report.machine: seen.report for seen in self.state().nodes if seen.joined}

    def start_carousel(self) -> None:
        self.until_live()
        self.desk.ask("wall.act", WallAct("", "carousel", "day"), ActDone)

    def until_live(self) -> None:
        self.desk.until("the hub", lambda: self.desk.seat.link.state == "live", LATE)

    def until_all_pictured(self) -> None:
        self.desk.until("a picture on every screen", lambda: all(one.has_picture for one in self.screens), LATE)

    def until_all_follow(self) -> None:
        """Until every machine shows what the hub said a moment ago, or later."""
        self.until_live()

        def revisions() -> dict[str, int]:
            with contextlib.suppress(RuntimeError, TimeoutError):
                return {shows.wall: shows.revision for shows in self.state().shows}
            return {}

        wanted = self.desk.until("what the walls show", revisions, LATE)

        def follow() -> bool:
            with contextlib.suppress(RuntimeError, TimeoutError):
                told = self.reports()
                return all(
                    name in told
                    and len(told[name].screens) >= len(self.machines[name].screens)
                    and all(one.there and one.shown >= wanted[told[name].wall] for one in told[name].screens)
                    for name in self.machines
                )
            return False

        self.desk.until("all machines follow", follow, LATE)

    def says_trouble(self, screen: Watched) -> Points | None:
        """The foot of a screen while it says what is wrong, else None."""
        width, height = screen.view.size
        foot = screen.view.points(0, height - self._foot, width, self._foot)
        return foot if foot is not None and says_trouble(foot, self._ground, self._ink) else None

    def megabytes(self) -> dict[str, tuple[int, float]]:
        """Of each machine and the hub: the process that it is about, and MB of it and of what it started; then the
        hub and each of its children alone."""
        found: dict[str, tuple[int, float]] = {}
        for name, one in self.machines.items():
            with contextlib.suppress(OSError, ProcessLookupError):
                found[name] = one.machine.drawing(), memory_mb(one.machine.process.pid)
        if self._hub is not None and self._hub.poll() is None:
            found["hub"] = self._hub.pid, memory_mb(self._hub.pid)
            family = [psutil.Process(self._hub.pid), *psutil.Process(self._hub.pid).children(recursive=True)]
            for process in family:
                with contextlib.suppress(psutil.Error):
                    found[_part(process.cmdline())] = process.pid, process.memory_info().rss / 1e6
        return found

    # -- faults --------------------------------------------------------------------------------------------------

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> bool:
        """The process that draws a machine's screens dies, or stands still; False: there is none now."""
        with contextlib.suppress(OSError):
            os.kill(self.machines[name].machine.drawing(), how)
            self._count("hang" if how == signal.SIGSTOP else "kill")
            return True
        return False

    def switch_off(self, name: str, seconds: float) -> None:
        """The whole machine is without power for so long."""
        one = self.machines[name]
        for screen in one.screens:
            screen.away()
        family = psutil.Process(one.machine.process.pid).children(recursive=True)
        one.machine.process.kill()
        one.machine.process.wait()
        for child in family:
            with contextlib.suppress(psutil.Error):
                child.kill()
        psutil.wait_procs(family, timeout=30)
        self.wait(seconds)
        one.restart()
        for screen in one.screens:
            screen.back()
        self._count("machine")

    def kill_bus(self) -> None:
        assert self._hub is not None
        for child in psutil.Process(self._hub.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if child.name() == "nats-server":
                    child.kill()
                    self._count("bus")

    def starve(self, fault: str, seconds: float) -> None:
        """The city's platform has a bad day."""
        wish = {"fault": fault, "seconds": seconds}
        with contextlib.suppress(httpx.HTTPError):  # it is down by an earlier one
            httpx.post(f"{self._url}/fault", json=wish, timeout=10, trust_env=False).raise_for_status()
            self._count(f"feeds {fault}")

    def pull(self, seconds: float) -> None:
        """Cables of the machine that has several are pulled and put back."""
        if self.xorg is None:
            return
        screens = self.machines[CABLED].screens
        loose = range(1, self._outputs)  # xrandr moves all others where the first one goes
        pulled = self.random.sample(loose, self.random.randint(1, len(loose)))
        for number in pulled:
            screens[number].away()
        self.xorg.unplug(*pulled)
        self.wait(seconds)
        self.xorg.plug(*pulled)
        for number in pulled:
            screens[number].back()
        self._count("cable")

    def lose_hub(self, least: float, orphan: str = "") -> list[str]:
        """The hub dies, and is away until every screen says so along its foot, with an age that goes on.

        Args:
            least: seconds that it is away anyway. orphan: a machine whose drawing process dies meanwhile.

        Returns:
            problems.
        """
        assert self._hub is not None
        tree = psutil.Process(self._hub.pid).children(recursive=True)
        self._hub.kill()
        self._hub.wait()
        _close(self._hub)
        psutil.wait_procs(tree, timeout=30)
        began = clock.mono()
        self._count("hub")
        self.wait(least)
        if orphan and self.kill(orphan):
            self._count("orphan")
            self.faults["kill"] -= 1
        problems = []
        try:
            self.desk.until("words on every screen", lambda: all(map(self._says, self._shown)), LATE)
            self.words.append(clock.mono() - began)
            before = {screen.view.name: self.says_trouble(screen) for screen in self._shown}
            self.desk.until("an age that goes on", lambda: all(self._changed(one, before) for one in self._shown), LATE)
        except TimeoutError as late:
            silent = [screen.view.name for screen in self._shown if not self._says(screen)]
            problems.append(f"the hub was away for {clock.mono() - began:.0f} s, not in time: {late} {silent}")
        self.start_hub()
        return problems

    @property
    def _shown(self) -> list[Watched]:
        return [screen for screen in self.screens if not screen.is_away]

    def _says(self, screen: Watched) -> bool:
        return self.says_trouble(screen) is not None

    def _changed(self, screen: Watched, before: dict[str, Points | None]) -> bool:
        now, was = self.says_trouble(screen), before.get(screen.view.name)
        return now is not None and (was is None or bool((now != was).any()))

    def _count(self, name: str) -> None:
        self.faults[name] = self.faults.get(name, 0) + 1

    def log_of(self, name: str) -> str:
        """What a machine wrote down of how its processes ended."""
        crashes = sorted((self.home / name / "logs" / "wall-crashes").glob("*.txt"))
        return "\n".join(path.read_text("utf-8", "replace")[:400] for path in crashes[-2:])

    def told(self) -> dict[str, Any]:
        """What all screens were seen to do."""
        return {
            one.view.name: {
                "looks": one.looks,
                "blank_worst_s": round(one.worst, 2),
                "lit_worst_s": round(max(one.lit, default=0.0), 1),
            }
            for one in self.screens
        }


class Cabled(Machine):
    """A machine whose points are read otherwise."""

    def __init__(self, profile: Path, environment: dict[str, str]) -> None:
        line = cockpit_command("wall", "node", "--profile", str(profile))
        self.process = subprocess.Popen(line, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _part(line: list[str]) -> str:
    """What to call a process of the hub's family that was started so."""
    words = [Path(line[0]).name, *line[1:]] if line else ["gone"]
    ours = "cockpit" in words
    return f"hub: {words[words.index('cockpit') + 1] if ours else words[0]}"


def _end(which: Callable[[], subprocess.Popen[bytes] | None]) -> None:
    process = which()
    if process is None:
        return
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    _close(process)


def _close(process: subprocess.Popen[bytes]) -> None:
    if process.stdout is not None:
        process.stdout.close()
