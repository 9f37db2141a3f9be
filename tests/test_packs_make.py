"""The layers of a pack can be made again from the map sources."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cockpit.geo.areas import CELL, Areas
from cockpit.geo.basemap import read_basemap
from cockpit.geo.places import Places
from cockpit.packs.read import read_pack
from tests.shared_data import shared_data

SCRIPT = Path(__file__).resolve().parents[1] / "packaging" / "make_packs.py"


@pytest.mark.slow
def test_a_pack_made_again_is_the_one_that_ships(tmp_path: Path) -> None:
    maps, names = shared_data("map/lujiazui").parent, shared_data("names")
    command = [sys.executable, str(SCRIPT), "--maps", str(maps), "--names", str(names), "--out", str(tmp_path)]
    subprocess.run([*command, "lujiazui"], check=True, capture_output=True, text=True)
    shipped, made = read_pack("lujiazui").folder, tmp_path / "lujiazui"
    with np.load(shipped / "roads.npz") as old, np.load(made / "roads.npz") as new:
        assert old.files == new.files
        assert all(np.array_equal(old[name], new[name]) for name in old.files)
    assert {a.code for a in Areas.load(shipped)} == {a.code for a in Areas.load(made)}
    assert len(Areas.load(made).of_tier(CELL)) > 100
    assert read_basemap(shipped).layers.keys() == read_basemap(made).layers.keys()
    assert len(Places.load(shipped).crossings) == len(Places.load(made).crossings)
