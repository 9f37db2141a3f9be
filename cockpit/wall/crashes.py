"""What is kept of a process that did not end as it should: why, the last of its log, where its threads stood."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from cockpit.model.clock import SECOND, Clock, local

LOG = "wall.log"
FOLDER = "wall-crashes"
MOST_LOG = 4_000_000
"""Bytes of the log; then it becomes `wall.log.1`."""
MOST_REPORTS = 20
TAIL = 16_000
"""Bytes of each file in a report."""


@contextlib.contextmanager
def log_of_child(logs: Path) -> Iterator[IO[bytes] | None]:
    """The child's log, open to be written behind what it says; None where none can be written."""
    try:
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = logs / LOG
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size > MOST_LOG:
                path.replace(path.with_name(f"{LOG}.1"))
        file = open(path, "ab")  # noqa: SIM115 - closed below
    except OSError:
        yield None
        return
    with file:
        yield file


def keep_report(logs: Path, code: int, hung: bool, began: int, clock: Clock) -> Path:
    """Writes what is known of a run that ended badly, and lets the oldest reports go; where it lies.

    Args:
        code: exit code, negative for a signal. began: of the run, machine time, UTC us.
    """
    now = clock.now()
    path = logs / FOLDER / f"{local(now):%Y%m%d-%H%M%S}-{now % SECOND:06d}.txt"
    why = "stood still" if hung else f"signal {_name(-code)}" if code < 0 else f"exit code {code}"
    parts = [f"{local(now).isoformat()}  {why}, after {(now - began) / SECOND:.1f} s\n"]
    with contextlib.suppress(OSError):
        for file in sorted((logs / LOG, *logs.glob("*.txt"))):
            if file.is_file() and file.stat().st_mtime_ns // 1000 >= began:
                parts.append(f"\n== {file.name}\n{_tail(file)}\n")
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text("".join(parts), encoding="utf-8")
        for old in sorted(path.parent.glob("*.txt"))[:-MOST_REPORTS]:
            old.unlink()
    return path


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _tail(file: Path) -> str:
    with open(file, "rb") as opened:
        opened.seek(0, 2)
        opened.seek(max(0, opened.tell() - TAIL))
        return opened.read().decode("utf-8", "replace")
