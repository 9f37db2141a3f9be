"""Processes that a measurement starts: each says one JSON line when it is ready, and ends with the block."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cockpit.processes import cockpit_command, environment_of_child, free_port

EVENING = "2026-07-14T17:42:00+08:00"
"""A rainstorm over the city: many events, none of them new."""


@contextlib.contextmanager
def child(*command: str, talks: bool = False) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    """A process of ours, and the line that it says when it is ready.

    Args:
        talks: its standard input is a pipe, for `ask`.
    """
    stdin = subprocess.PIPE if talks else None
    process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE, env=environment_of_child())
    try:
        yield process, hear(process)
    finally:
        process.terminate()
        process.wait(20)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def hear(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """The next line that it says.

    Raises:
        EOFError: it ended.
    """
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise EOFError(f"{process.args!r} has ended")
    answer: dict[str, Any] = json.loads(line)
    return answer


def tell(process: subprocess.Popen[bytes], **wish: Any) -> None:
    """Says one JSON line to it."""
    assert process.stdin is not None
    process.stdin.write(json.dumps(wish).encode() + b"\n")
    process.stdin.flush()


@contextlib.contextmanager
def a_home() -> Iterator[Path]:
    """A folder with room for sockets, whose paths have 108 bytes at the most."""
    home = Path(tempfile.mkdtemp(prefix="bench-"))
    home.joinpath("run").mkdir(mode=0o700)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(home / "run")
    try:
        yield home
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def hall(home: Path, units: int) -> Iterator[Path]:
    """A living city with its workers, and a hub with bus, gateway and ledger; gives the profile of the hub."""
    hub, port = home / "hub", free_port()
    options = ("--start", EVENING, "--units", str(units), "--workers", "willing", "--field", str(hub / "field.json"))
    city = cockpit_command("city", "serve", "--port", str(port), *options)
    url = f"http://127.0.0.1:{port}"
    with (
        child(*city),
        child(*cockpit_command("hub", "--profile", str(hub), "--city", url, "--pack", "hangzhou", "--port", "0")),
    ):
        yield hub
