"""The worker process of tiles as it is started: it dies with its parent, and the command that cuts a pack."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from cockpit.cli import main
from cockpit.geo.tiles.archive import open_archive
from cockpit.geo.tiles.grid import box_of, span
from cockpit.geo.tiles.mvt import decode
from cockpit.packs.read import read_pack

_PARENT = """
import sys, time
from cockpit.geo.tiles.made import Job
from cockpit.geo.tiles.maker import Maker
from cockpit.model.clock import SystemClock
maker = Maker(SystemClock())
print(bool(maker.make(Job("pixels", data=[b"no picture"])).result(60).why), maker.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.system
def test_the_worker_dies_with_its_parent_however_it_dies() -> None:
    with subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE, text=True) as parent:
        try:
            assert parent.stdout is not None
            answered, pid = parent.stdout.readline().split()
            worker = psutil.Process(int(pid))
            assert answered == "True"
            assert worker.is_running()
        finally:
            os.kill(parent.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs([worker], timeout=30)
    assert alive == []


def test_the_command_cuts_a_pack_into_tiles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "lujiazui.pmtiles"
    assert main(["tiles", "make", "lujiazui", str(file), "--zooms", "12-12"]) == 0
    assert "lujiazui.pmtiles" in capsys.readouterr().out
    archive = open_archive(file, "pmtiles")
    try:
        found: set[str] = set()
        for tile in span(box_of(read_pack("lujiazui").bounds), 12):
            data = archive.get(tile)
            found |= set(decode(data, tile).layers) if data else set()
        assert {"water", "road_main", "shore"} <= found
    finally:
        archive.close()
    assert main(["tiles", "make", "lujiazui", str(file), "--zooms", "14-9"]) == 2
    assert main(["tiles", "look", str(tmp_path / "x.zip")]) == 2
    assert main(["tiles", "look", str(tmp_path / "x.mbtiles")]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 3, "one sentence each"
