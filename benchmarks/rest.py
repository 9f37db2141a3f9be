"""Hub, duty seat and leader's seat while no hand touches them: does any of them grow?

`python -m benchmarks.rest` starts a demo city on the evening of a rainstorm, a hub, and the two seats with the desks
that they open with (offscreen, 1920×1080). After `WARM` seconds it looks at the resident memory of each every few
seconds and prints one JSON line: of each the growth in MB a minute, by the median of all slopes (`mb_min`), and what it
has at the end (`mb`). `--seconds` and `--speed` of the city may be others.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import threading
from pathlib import Path

from benchmarks.bench_start import environment
from benchmarks.children import EVENING, a_home, child
from benchmarks.processes import resident, slope
from cockpit.model.clock import SystemClock
from cockpit.processes import cockpit_command, free_port

CITY = "hangzhou"
SEATS = {"duty": "seat-1", "leader": "leader-1"}
"""Their keys at the hub."""
SIZE = "1920x1080"
WARM = 660.0
"""Seconds after which everything that is kept has been read, drawn and indexed once, and what is kept up to a bound has
reached it: 64 painted rows of the queue (6 MB, four minutes), trails of units (ten minutes), a picture of each group of
the map's layers (7 MB each, when the first thing of the group is there)."""
SECONDS = 600.0
STEP = 5.0
clock = SystemClock()


def growth(seconds: float, speed: float) -> dict[str, dict[str, float]]:
    """Of each process: `mb_min`, `mb`.

    Raises:
        ProcessLookupError: one of them ended.
    """
    with a_home() as home, contextlib.ExitStack() as stack:
        running = {who: process for who, process in hall(home, speed, stack).items() if who != "city"}
        _wait(WARM)
        samples: dict[str, list[tuple[float, float]]] = {who: [] for who in running}
        begun = clock.mono()
        while (at := clock.mono() - begun) < seconds:
            for who, process in running.items():
                if process.poll() is not None:
                    raise ProcessLookupError(f"{who} ended with {process.returncode}")
                samples[who].append((at, resident(process.pid)))
            _wait(STEP)
        return {who: {"mb_min": round(slope(of), 3), "mb": round(of[-1][1], 1)} for who, of in samples.items()}


def hall(home: Path, speed: float, stack: contextlib.ExitStack) -> dict[str, subprocess.Popen[bytes]]:
    """City, hub and seats, all started; they end with `stack`."""
    profile, port = home / "hub", free_port()
    serve = ("city", "serve", "--city", CITY, "--port", str(port), "--start", EVENING, "--speed", f"{speed:g}")
    city, _ = stack.enter_context(child(*cockpit_command(*serve)))
    options = ("--profile", str(profile), "--city", f"http://127.0.0.1:{port}", "--pack", CITY, "--port", "0")
    hub, says = stack.enter_context(child(*cockpit_command("hub", *options)))
    running = {"city": city, "hub": hub}
    for seat, key in SEATS.items():
        running[seat] = _seat(home, seat, ("--hub", says["url"], "--key", str(profile / "keys" / f"{key}.json")), stack)
    return running


def _seat(home: Path, seat: str, joins: tuple[str, ...], stack: contextlib.ExitStack) -> subprocess.Popen[bytes]:
    line = cockpit_command("run", "--seat", seat, "--profile", str(home / seat), "--size", SIZE, *joins)
    (home / seat).mkdir(mode=0o700)
    (home / seat / "run").mkdir(mode=0o700)
    process = subprocess.Popen(line, env=environment(home / seat), stdout=subprocess.DEVNULL)
    stack.callback(process.wait, 30)
    stack.callback(process.terminate)
    return process


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--speed", type=float, default=1.0)
    options = parser.parse_args()
    print(json.dumps(growth(options.seconds, options.speed)))


if __name__ == "__main__":
    main()
