"""A hub that is told to end does so: while its bus does not come up, and where something in it hangs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.story import Program, a_home, until

pytestmark = [pytest.mark.system, pytest.mark.slow]

WITHOUT_A_BUS = """
import sys
from pathlib import Path
from cockpit.bus import server
from cockpit.cli import main
silent = Path(sys.argv[sys.argv.index("--profile") + 1]) / "nats-server"
silent.parent.mkdir(parents=True)
silent.write_text("#!/bin/sh\\nexec sleep 600\\n")
silent.chmod(0o700)
server.server_binary = lambda: str(silent)
sys.exit(main())
"""
THAT_HANGS = """
import asyncio, sys
from cockpit.cli import main
from cockpit.hub import ending, hub
async def for_ever(it):
    await asyncio.Event().wait()
hub.Hub._close = for_ever
ending.END_SECONDS = 1
sys.exit(main())
"""


@pytest.fixture
def home() -> Iterator[Path]:
    with a_home() as home:
        yield home


def a_hub(home: Path, program: str) -> Program:
    options = ("--city", "http://127.0.0.1:9", "--pack", "lujiazui", "--port", "0", "--profile", home / "hub")
    return Program(home, "hub", *options, command=[sys.executable, "-c", program])


def test_a_hub_whose_bus_does_not_come_up_ends_when_it_is_told(home: Path) -> None:
    with a_hub(home, WITHOUT_A_BUS) as hub:
        bus = hub.await_child(("sleep",))
        hub.process.terminate()
        assert hub.wait(30) == 0, hub.err.read_text("utf-8")
        assert not bus.is_running()
        assert not hub.err.read_text("utf-8")


def test_a_hub_that_hangs_at_its_end_says_where_and_is_gone(home: Path) -> None:
    with a_hub(home, THAT_HANGS) as hub:
        hub.answer()
        left = hub.tree()
        hub.process.terminate()
        assert hub.wait(30) == 1
        assert "most recent call first" in hub.err.read_text("utf-8")
        until(lambda: not psutil.wait_procs(left, timeout=0)[1], "its bus goes with it")
