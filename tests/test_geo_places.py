"""Places in words: crossings by both streets, streets by theirs, and what else has a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.geo.places import AT_CROSSING, NOWHERE, Places
from cockpit.model.errors import UserError
from cockpit.packs.read import list_packs, read_pack


@pytest.fixture(scope="module")
def hangzhou() -> Places:
    return Places.load(read_pack("hangzhou").folder)


@pytest.mark.parametrize("pack", list_packs())
def test_every_crossing_is_called_by_two_different_streets(pack: str) -> None:
    places = Places.load(read_pack(pack).folder)
    assert len(places.crossings) > 100
    for i in range(len(places.crossings)):
        first, second = places.crossing_words(i).split(" × ")
        assert first
        assert second
        assert first != second


def test_a_crossing_is_called_by_both_streets(hangzhou: Places) -> None:
    place = hangzhou.at(120.15920, 30.26070)
    assert place.kind == "crossing"
    assert set(place.words.split(" × ")) == {"延安路", "庆春路"}
    assert place.metres < AT_CROSSING


def test_a_place_off_the_streets_is_called_by_what_is_near_or_not_at_all(hangzhou: Places) -> None:
    assert hangzhou.at(121.5, 30.2) == NOWHERE
    assert hangzhou.at(float("nan"), 30.2) == NOWHERE
    assert hangzhou.at(120.0825, 30.3040).words != ""


def test_a_missing_file_ends_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"places\.npz"):
        Places.load(tmp_path)
