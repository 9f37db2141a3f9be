"""Hub and embedded city as children of a seat: where the city listens."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.child import Child
from cockpit.children import Children, StandbyChildren, hub_profile
from cockpit.city.cli import PORT
from cockpit.field.gateway import NOTE
from cockpit.model.clock import SystemClock
from cockpit.processes import can_listen


def children(profile: Path) -> Children:
    return Children(profile, "hangzhou", "", [], SystemClock())


def test_two_seats_that_start_at_once_never_count_on_one_port(tmp_path: Path) -> None:
    first, second = children(tmp_path / "a"), children(tmp_path / "b")
    assert first.base_url != second.base_url
    if can_listen(PORT):  # else somebody of this machine has it
        assert first.base_url == f"http://127.0.0.1:{PORT}"
        first.stop()
        third = children(tmp_path / "c")
        assert third.base_url == first.base_url
        third.stop()
    first.stop()
    second.stop()


def test_a_port_that_is_taken_is_left_to_its_owner(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # somebody of this machine has it already
            other.bind(("127.0.0.1", PORT))
        other.listen()
        one = children(tmp_path)
        assert one.base_url != f"http://127.0.0.1:{PORT}"
        one.stop()


def test_the_embedded_city_looks_for_the_gateway_where_its_hub_says_it(tmp_path: Path) -> None:
    one = children(tmp_path)
    try:
        command = one._city_command()
        assert Path(command[command.index("--field") + 1]) == hub_profile(tmp_path) / NOTE
    finally:
        one.stop()


def test_a_wall_beside_a_duty_seat_starts_no_hub_until_that_one_ends(tmp_path: Path) -> None:
    note = hub_profile(tmp_path) / "hub.json"
    note.parent.mkdir(parents=True)
    note.write_text(json.dumps({"url": "nats://127.0.0.1:1", "pid": os.getpid()}))
    wall = StandbyChildren(tmp_path, "hangzhou", "http://127.0.0.1:1", [], SystemClock())
    (hub,) = wall.all
    hub._command = lambda: [sys.executable, "-c", "import sys; sys.stdin.read(); import time; time.sleep(60)"]
    try:
        wall.poll()
        assert hub.process is None
        with subprocess.Popen([sys.executable, "-c", ""]) as ended:
            pass
        note.write_text(json.dumps({"url": "nats://127.0.0.1:1", "pid": ended.pid}))
        wall.poll()
        assert hub.process is not None
        note.write_text(json.dumps({"url": "nats://127.0.0.1:2", "pid": hub.process.pid}))
        first = hub.process
        wall.poll()  # its own is no other
        assert hub.process is first
    finally:
        wall.stop()


BEATING = """
import resource, sys, time
from pathlib import Path
from cockpit.heartbeat import Heartbeat
from cockpit.processes import tell_where_it_hangs
tell_where_it_hangs()
print("core", resource.getrlimit(resource.RLIMIT_CORE), flush=True)
heart, hang = Heartbeat(), Path(sys.argv[1])
while True:
    while hang.exists():
        time.sleep(0.02)
    heart.beat()
    time.sleep(0.02)
"""


def polled(child: Child, look: Callable[[], object], what: str) -> None:
    clock = SystemClock()
    end = clock.mono() + 60
    while not look():
        assert clock.mono() < end, what
        child.poll()
        threading.Event().wait(0.02)


def beating(folder: Path, hang: float) -> Child:
    command = [sys.executable, "-c", BEATING, str(folder / "hang")]
    return Child("hub", lambda: command, folder / "child.log", SystemClock(), hang)


@pytest.mark.system
@pytest.mark.parametrize("how", ["hangs", "stopped"])
def test_a_child_that_stands_still_says_where_and_is_started_anew(tmp_path: Path, how: str) -> None:
    child = beating(tmp_path, hang=5.0)
    try:
        child.poll()
        first = child.process
        assert first is not None
        polled(child, lambda: child.beaten, "it beats")
        if how == "stopped":
            first.send_signal(signal.SIGSTOP)
        else:
            (tmp_path / "hang").touch()
        polled(child, lambda: child.hung, "it is noticed")
        (tmp_path / "hang").unlink(missing_ok=True)
        polled(child, lambda: child.process not in (None, first) and child.beaten, "the next one beats")
        assert first.returncode in (-signal.SIGABRT, -signal.SIGKILL)
        said = (tmp_path / "child.log").read_text()
        assert how == "stopped" or "Current thread" in said
        assert "core (0, 0)" in said, "no image of its memory, keys and all, is left"
        assert (child.hung, child.restarts, child.failure) == (1, 1, "")
    finally:
        child.terminate()
        child.wait()


@pytest.mark.system
def test_a_child_that_beats_slowly_or_whose_parent_stood_still_is_left_alone(tmp_path: Path) -> None:
    class Jumping:
        """A clock that the test sets."""

        at = 0.0

        def mono(self) -> float:
            return self.at

    clock = Jumping()
    child = beating(tmp_path, hang=10.0)
    child._clock = clock  # type: ignore[assignment]
    try:
        child.poll()
        first = child.process
        polled(child, lambda: child.beaten, "it beats")
        (tmp_path / "hang").touch()
        threading.Event().wait(0.1)
        child.poll()  # what was still in the pipe
        clock.at += 60.0  # this process did not turn
        child.poll()
        for _ in range(3):
            clock.at += 3.0
            child.poll()
        assert (child.hung, child.process) == (0, first)
        clock.at += 3.0
        child.poll()
        assert child.hung == 1
    finally:
        child.terminate()
        child.wait()
