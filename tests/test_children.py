"""Hub and embedded city as children of a seat: where the city listens."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

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
