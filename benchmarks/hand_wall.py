"""Acts for `benchmarks.hand` at the operator's desk of a wall, with a machine that draws all its screens."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.children import hub_profile

if TYPE_CHECKING:
    from benchmarks.hand import Hand, Wait

STAY = 600


def walldesk(hand: Hand) -> Iterator[Wait]:
    """The operator's desk over a wall of 2×3 screens, with their living thumbnails."""
    hand.desk.activateWindow()
    yield hand.live
    folder = hand.desk.seat.folder / "wall-shot"
    folder.mkdir(exist_ok=True)
    hub = hub_profile(Path(sys.argv[sys.argv.index("--profile") + 1]))
    plan = [{"name": "wall", "hall": "2x3", "scene": "event", "stay": STAY}]
    command = [sys.executable, "-m", "benchmarks.wall_shot_node", str(hub), str(folder), "zh"]
    machine = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert machine.stdin is not None
    machine.stdin.write(json.dumps(plan).encode())
    machine.stdin.close()
    try:
        yield lambda: (folder / "wall.png").exists()
        hand.desk.operating.toggle()
        window = hand.front = hand.desk.operating.window
        assert window is not None
        window.resize(hand.desk.size())
        yield hand.seconds(14)
    finally:
        machine.terminate()


ACTS: dict[str, Callable[[Hand], Iterator[Wait]]] = {"walldesk": walldesk}
