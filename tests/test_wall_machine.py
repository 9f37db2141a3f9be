"""A machine of the hall, whole: it joins by code, draws over TLS, is back in its place however its processes die, and
stays outside once its key is taken away. Real processes, a real bus, an X server."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cockpit.model.clock import SystemClock
from cockpit.model.wallasks import Nothing
from cockpit.model.wallstate import NodeReport, NodeSeen, WallShows, WallState
from cockpit.processes import cockpit_command, free_port, lives
from tests.doors import opens
from tests.living_hub import LivingHub, Seated, seated
from tests.test_wall_awake import never_dark, xset

pytestmark = [pytest.mark.system, pytest.mark.window, pytest.mark.slow, pytest.mark.timeout(600)]

CLOCK = SystemClock()
PATIENCE = 120.0
ROOT = Path(__file__).parent.parent


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LivingHub]:
    profile = tmp_path / "hub"
    profile.mkdir(mode=0o700)
    (profile / "machines.toml").write_text(
        f'[machines]\nlisten = "127.0.0.1:{free_port()}"\njoin = {free_port()}\n', encoding="utf-8"
    )
    with LivingHub(profile) as living:
        yield living


def environment(display: str = "") -> dict[str, str]:
    more = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"} if display else {}
    nobody = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}  # else libraries start a bus that stays
    return {**os.environ, "PYTHONPATH": str(ROOT), **nobody, **more}


def command(*args: str | Path) -> str:
    """What a command of ours prints; it must succeed."""
    line = cockpit_command(*map(str, args))
    done = subprocess.run(line, env=environment(), capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def until(condition: Callable[[], Any], what: str, besides: Callable[[], object] = lambda: "") -> Any:
    end = CLOCK.mono() + PATIENCE
    while not (found := condition()):
        assert CLOCK.mono() < end, f"not in time: {what}; {besides()}"
        threading.Event().wait(0.05)
    return found


class Node:
    """`cockpit wall node` of a profile."""

    def __init__(self, profile: Path, display: str) -> None:
        self.profile = profile
        line = cockpit_command("wall", "node", "--profile", str(profile))
        with open(profile / "out.txt", "ab") as said:
            self.process = subprocess.Popen(line, env=environment(display), stdout=said, stderr=said)

    def said(self) -> str:
        texts = [self.profile / "out.txt", self.profile / "logs" / "wall.log"]
        return "\n".join(path.read_text("utf-8", "replace")[-1500:] for path in texts if path.exists())

    def child(self) -> int:
        """The process that draws, 0 while there is none."""
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            for child in map(int, children):
                with contextlib.suppress(OSError):
                    if b"--seat" in Path(f"/proc/{child}/cmdline").read_bytes():
                        return child
        return 0

    def close(self) -> None:
        self.process.terminate()
        try:
            assert self.process.wait(PATIENCE) in (0, -signal.SIGKILL), self.said()
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()


@pytest.fixture
def node(hub: LivingHub, tmp_path: Path, xvfb: str) -> Iterator[Node]:
    profile = tmp_path / "wall"
    made = json.loads(command("wall", "code", "left", "--profile", hub.profile, "--json"))
    until(lambda: opens(made["host"]), "the door at which machines join")
    assert "left" in command("wall", "join", made["host"], made["code"], "--profile", profile)
    node = Node(profile, xvfb)
    try:
        yield node
    finally:
        node.close()


def joined(desk: Seated) -> list[NodeSeen]:
    state = desk.heard(lambda done: desk.seat.ask("wall.state", Nothing(), WallState, done))
    return [seen for seen in state.nodes if seen.joined] if isinstance(state, WallState) else []


def shows(desk: Seated, node: Node) -> WallShows:
    """What the machine's wall is told to show."""
    wall = shown_by(desk, node).wall
    state = desk.heard(lambda done: desk.seat.ask("wall.state", Nothing(), WallState, done))
    assert isinstance(state, WallState)
    return next(one for one in state.shows if one.wall == wall)


def shown_by(desk: Seated, node: Node, since: int = 0) -> NodeReport:
    """The report of the machine that shows its screen and was started since then (UTC us)."""

    def found() -> NodeReport | None:
        for seen in joined(desk):
            report = seen.report
            drawn = report.machine == "left" and report.screens and report.screens[0].shown
            if drawn and seen.heard - report.up * 1e6 > since:
                return report
        return None

    found_one = until(found, "the machine draws", node.said)
    assert isinstance(found_one, NodeReport)
    return found_one


def test_a_machine_that_joined_by_code_draws_and_comes_back_however_it_dies(
    hub: LivingHub, node: Node, tmp_path: Path, xvfb: str
) -> None:
    with seated(tmp_path / "desk", hub) as desk:
        desk.until(lambda: desk.seat.link.state == "live")
        report = shown_by(desk, node)
        assert report.screens[0].there
        assert report.clock_error_us < 5_000_000
        if shutil.which("xset") is not None:
            until(lambda: never_dark(xset(xvfb, "q")), "the screens stay lit")
        before = report.screens[0].shown
        command("wall", "show", "flood", "--profile", hub.profile)
        until(lambda: shown_by(desk, node).screens[0].shown > before, "the scene is drawn", node.said)
        assert shows(desk, node).scene.id == "flood"
        first = node.child()
        killed = CLOCK.now()
        os.kill(first, signal.SIGKILL)
        until(
            lambda: shown_by(desk, node, killed).screens[0].shown == shows(desk, node).revision, "it again", node.said
        )
        assert shows(desk, node).scene.id == "flood"
        took = (CLOCK.now() - killed) / 1e6
        second = node.child()
        assert second not in (0, first)
        print(f"back in its place after {took:.1f} s")
        os.kill(second, signal.SIGSTOP)  # it hangs
        hung = CLOCK.now()
        until(lambda: node.child() not in (0, first, second), "another process draws", node.said)
        shown_by(desk, node, since=hung)
        crashes = [path.read_text() for path in (node.profile / "logs" / "wall-crashes").glob("*.txt")]
        assert any("SIGKILL" in text and "stood still" not in text for text in crashes)
        assert any("stood still" in text for text in crashes)

        assert "left" in command("wall", "nodes", "--profile", hub.profile)
        command("wall", "revoke", "left", "--profile", hub.profile)
        until(lambda: not joined(desk), "it is gone", node.said)
        until(node.child, "it goes on with its last picture", node.said)


def test_a_watchdog_that_is_killed_takes_its_process_along_and_the_next_one_draws(
    hub: LivingHub, node: Node, tmp_path: Path, xvfb: str
) -> None:
    with seated(tmp_path / "desk", hub) as desk:
        desk.until(lambda: desk.seat.link.state == "live")
        shown_by(desk, node)
        drew = node.child()
        node.process.kill()
        node.process.wait()
        killed = CLOCK.now()
        again = Node(node.profile, xvfb)
        try:
            until(lambda: again.child() not in (0, drew), "another draws", again.said)
            until(lambda: not lives(drew), "the first one ended", again.said)
            shown_by(desk, again, since=killed)
        finally:
            again.close()
