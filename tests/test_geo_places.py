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


def test_search_finds_streets_crossings_and_waters_streets_first(hangzhou: Places) -> None:
    found = hangzhou.search("延安路")
    assert (found[0].words, found[0].kind) == ("延安路", "road")
    assert any(place.kind == "crossing" for place in found)
    assert any(place.words == "西湖" and place.kind == "other" for place in hangzhou.search("西湖"))
    assert {place.kind for place in hangzhou.search("延安 庆春")} == {"crossing"}
    assert hangzhou.search("  ") == []
    assert hangzhou.search(" × ") == []
    assert hangzhou.search("没有这条路") == []
    assert len(hangzhou.search("路", limit=5)) == 5


def test_a_missing_file_ends_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"places\.npz"):
        Places.load(tmp_path)


def test_a_name_is_found_by_its_pinyin_and_by_its_initials(hangzhou: Places) -> None:
    for typed in ("yananlu", "YAL", "yananl", "ｙａｌ"):
        assert "延安路" in [place.words for place in hangzhou.search(typed)], typed
    assert "西湖" in [place.words for place in hangzhou.search("xihu")]
    assert any(
        place.kind == "crossing" and set(place.words.split(" × ")) == {"延安路", "庆春路"}
        for place in hangzhou.search("yal qcl")
    )
    assert hangzhou.search("zzzzz") == []
