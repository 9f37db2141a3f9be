"""`make shots`: the duty seat in every state, drawn by the real program on real processes, as PNGs to look at.

python -m benchmarks.shots --out build/shots [--only storm,light] [--size 1920x1080]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from cockpit.processes import cockpit_command, free_port

SIZES = ("1920x1080", "1366x768")
STORM = "2026-07-14T17:42:00+08:00"
CALM = "2026-05-12T10:20:00+08:00"
SETTLE = 14
"""Seconds until every feed is live and the map is sharp, with room for a busy machine."""


class Stage:
    """Where a picture is taken: a folder, and processes that end with it."""

    def __init__(self, folder: Path, out: Path, size: str) -> None:
        self.folder = folder
        self.out = out
        self.size = size
        self.taken: list[Path] = []

    def shot(self, name: str, *args: str, after: float = SETTLE, profile: str = "desk") -> dict[str, object]:
        """Runs the seat, saves `<name>-<size>.png`, answers with what it printed."""
        file = self.out / f"{name}-{self.size}.png"
        command = cockpit_command(
            *("run", "--shot", str(file), "--after", str(after), "--size", self.size, "--json"),
            *("--profile", str(self.folder / profile), *args),
        )
        done = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, check=True, timeout=after + 60)
        self.taken.append(file)
        facts: dict[str, object] = json.loads(done.stdout)
        return facts


def environment() -> dict[str, str]:
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "COCKPIT_LANG": "zh"}


def normal(stage: Stage) -> None:
    stage.shot("normal", "--start", CALM, "--story", "calm")


def storm(stage: Stage) -> None:
    stage.shot("storm", "--start", STORM)


def light(stage: Stage) -> None:
    stage.shot("light", "--start", STORM, "--theme", "light")


def english(stage: Stage) -> None:
    stage.shot("english", "--start", STORM, "--lang", "en")


def stale(stage: Stage) -> None:
    """The city platform answers no more; the hub is there and says so."""
    port = free_port()
    city = ("city", "serve", "--port", str(port), "--start", STORM)
    with subprocess.Popen(cockpit_command(*city), env=environment(), stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        server.stdout.readline()
        stage.shot("stale-before", "--city", f"http://127.0.0.1:{port}")
        stage.taken.pop().unlink()
        server.terminate()
    url = f"http://127.0.0.1:{port}"
    stage.shot("stale", "--city", url, "--pack", "hangzhou", after=26)


def offline(stage: Stage) -> None:
    """A seat that was up before; now there is no hub: everything it saw is there, with its age."""
    stage.shot("offline-before", "--start", STORM)
    stage.taken.pop().unlink()
    stage.shot("offline", "--hub", f"nats://127.0.0.1:{free_port()}", after=16)


def empty(stage: Stage) -> None:
    """The first start ever, with no hub to be had."""
    stage.shot("empty", "--hub", f"nats://127.0.0.1:{free_port()}", after=12)


STATES: dict[str, Callable[[Stage], None]] = {
    state.__name__: state for state in (normal, storm, stale, offline, empty, light, english)
}


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, default=Path("build/shots"))
    options.add_argument("--only", default="", help="states, with commas between")
    options.add_argument("--size", default="", help="one size only")
    args = options.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    wanted = [name for name in args.only.split(",") if name] or list(STATES)
    with ExitStack() as stack:
        for name in wanted:
            for size in [args.size] if args.size else SIZES:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cockpit-shots-")))
                stage = Stage(folder, args.out, size)
                STATES[name](stage)
                for file in stage.taken:
                    print(file, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
