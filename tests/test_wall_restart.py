"""A wall that nobody watches over is there again after it was told to start anew. A real process."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from cockpit.model.clock import SECOND
from cockpit.model.wallasks import Nothing
from cockpit.model.wallstate import ActDone, NodeSeen, WallAct, WallState
from cockpit.processes import cockpit_command
from tests.living_hub import LivingHub, seated

pytestmark = [pytest.mark.system, pytest.mark.window, pytest.mark.slow, pytest.mark.timeout(300)]

ROOT = Path(__file__).parent.parent
PATIENCE = 60.0


def test_the_restart_of_a_wall_that_nobody_watches_brings_it_back(tmp_path: Path) -> None:
    profile = tmp_path / "wall"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    line = cockpit_command("run", "--seat", "wall", "--profile", str(profile))
    with LivingHub(profile / "hub") as hub, seated(tmp_path / "desk", hub) as desk:

        def machine(begun_after: float) -> NodeSeen | None:
            """The machine that draws, of a process that began later than this (UTC us)."""
            state = desk.heard(lambda done: desk.seat.ask("wall.state", Nothing(), WallState, done))
            nodes = state.nodes if isinstance(state, WallState) else ()
            return next((one for one in nodes if one.joined and one.heard - one.report.up * SECOND > begun_after), None)

        with open(tmp_path / "said.txt", "wb") as said:
            process = subprocess.Popen(line, env=environment, stdout=said, stderr=said)
        try:
            desk.until(lambda: machine(0) or process.poll() is not None, "the machine draws")
            seen = machine(0)
            assert seen is not None, (tmp_path / "said.txt").read_text()
            act = WallAct(seen.report.wall, "restart")
            assert isinstance(desk.heard(lambda done: desk.seat.ask("wall.act", act, ActDone, done)), ActDone)
            desk.until(lambda: machine(seen.heard) or process.poll() is not None, "another one draws")
            assert process.poll() is None, (tmp_path / "said.txt").read_text()
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 0, "it ends for good where that is wanted"
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
