"""How soon a seat shows what it knew: the real `cockpit run` with all its processes, on a cache of 100,000 events.

Warm: the program's bytecode is compiled, the profile has been open once at this size (so the map finds what it drew),
and the system has the files in memory. Drawn offscreen with the raster map at 1920×1080.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.make_cache import make_cache
from benchmarks.registry import Measured, bench
from cockpit.model.clock import SystemClock
from cockpit.processes import cockpit_command, free_port

EVENTS = 100_000
WAITS = (5, 10, 20, 40)
"""Seconds after which the picture is taken; more where the machine is so busy that there was none yet."""


@lru_cache(maxsize=1)
def home() -> Path:
    """A home of its own with the full cache and a profile that has been open twice: it compiled, and it drew."""
    kept = tempfile.TemporaryDirectory(prefix="start-", ignore_cleanup_errors=True)
    atexit.register(kept.cleanup)
    folder = Path(kept.name)
    furnish(folder, EVENTS)
    for _ in range(2):
        start(folder)
    bare(folder)
    return folder


def furnish(folder: Path, events: int) -> None:
    (folder / "run").mkdir(mode=0o700)
    make_cache(folder / "full.db", events, end_us=SystemClock().now())


def environment(folder: Path) -> dict[str, str]:
    """That of a person's session, but without a screen; bytecode is kept, as an installation keeps it."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("COCKPIT_") and k != "PYTHONDONTWRITEBYTECODE"}
    places = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("DATA", "STATE", "CONFIG", "CACHE")}
    return {
        **kept,
        **places,
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "QT_QPA_PLATFORM": "offscreen",
    }


def start(folder: Path, *more: str) -> dict[str, Any]:
    """Opens the profile on the full cache and gives what `--json` says.

    Raises:
        TimeoutError: there was no picture even after the longest wait.
    """
    profile = folder / "profile"
    for wait in WAITS:
        cache = profile / "hangzhou" / "cache.db"
        cache.parent.mkdir(parents=True, exist_ok=True)
        for old in cache.parent.glob("cache.db*"):  # the last start heard of another city: all those are gone from it
            old.unlink()
        shutil.copy(folder / "full.db", cache)
        command = cockpit_command(
            *("run", "--profile", str(profile), "--city", "hangzhou", "--shot", str(folder / "shot.png")),
            *("--json", "--after", str(wait), *more),
        )
        done = subprocess.run(command, env=environment(folder), stdout=subprocess.PIPE, timeout=wait + 120, check=True)
        said: dict[str, Any] = json.loads(done.stdout)
        if said["first_picture_ms"] is not None:
            return said
    raise TimeoutError(f"no picture in {WAITS[-1]} s")


def bare(folder: Path) -> float:
    """Seconds to the first paint of a window with one label."""
    command = [sys.executable, "-m", "benchmarks.bare_window"]
    return float(subprocess.run(command, env=environment(folder), stdout=subprocess.PIPE, check=True).stdout) / 1000


@bench("start.first_picture_100k", unit="s", better="lower")
def first_picture_100k() -> Measured:
    """From exec to the first painted frame with base map and queue rows; aim 1.5."""
    folder = home()
    return Measured(float(start(folder)["first_picture_ms"]) / 1000, "bare PySide6 window", bare(folder))


@bench("start.first_picture_100k.no_children", unit="s", better="lower")
def first_picture_100k_no_children() -> Measured:
    """The same where a hub is named that does not answer: no processes are started beside it."""
    folder = home()
    said = start(folder, "--hub", f"nats://127.0.0.1:{free_port()}")
    if said["events"] != EVENTS:
        raise ValueError(f"{said['events']} events shown")
    return Measured(float(said["first_picture_ms"]) / 1000, "bare PySide6 window", bare(folder))
