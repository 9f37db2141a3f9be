"""Places by name: characters, pinyin, initials, crossings however they are written; and what is nearer comes first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.geo.areas import Areas
from cockpit.geo.compact import squeeze, text_array
from cockpit.geo.places import Places
from cockpit.geo.search import Found, PlaceSearch, readings
from cockpit.model.nameindex import EXACT, INITIALS, INSIDE, SPELLED, STARTS, NameIndex, spelling
from cockpit.model.pinyin import begins, plain
from cockpit.packs.read import read_pack
from cockpit.seat.lookup import Lookup

NAMES = ["延安路", "庆春路", "延安路天桥", "西湖", "西湖大道", "文三路", "环球金融中心 IFC", "三堡社区", ""]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("长庆街道", "changqing"), ("长庆街道", "cqjd"), ("朝阳路", "cyl"), ("闸弄口社区", "znksq"),
        ("都锦生故居", "dujinsheng"), ("重庆路", "chongqinglu"), ("长乐路", "clcl"), ("A座朝阳路|1", "chaoyang"),
    ],
)  # fmt: skip
def test_a_character_with_two_readings_is_found_by_either(name: str, typed: str) -> None:
    scores = NameIndex(["西湖", name, "庆春路"]).scores(typed)
    assert (scores > 0).tolist() == [False, typed != "clcl", False]


MANY = st.lists(st.text(alphabet="延安庆春路西湖abc 1", max_size=6), max_size=12)
WORD = st.text(alphabet="延安庆春路西湖abcyxh1", min_size=1, max_size=4)


@pytest.fixture(scope="module")
def hangzhou() -> PlaceSearch:
    folder = read_pack("hangzhou").folder
    return PlaceSearch(Places.load(folder), Areas.load(folder))


def words(found: list[Found]) -> list[str]:
    return [one.words for one in found]


def test_a_name_is_rated_by_how_much_of_it_was_typed() -> None:
    index = NameIndex(NAMES)

    def rated(word: str) -> dict[str, int]:
        return {NAMES[i]: int(score) for i, score in enumerate(index.scores(word)) if score}

    assert rated("延安路") == {"延安路": EXACT, "延安路天桥": STARTS}
    assert rated("湖") == {"西湖": INSIDE, "西湖大道": INSIDE}
    assert rated("yananlu")["延安路"] == SPELLED
    assert rated("yal")["延安路"] == INITIALS
    assert rated("yal")["延安路"] > rated("yal")["延安路天桥"] > 0
    assert rated("ifc") == {"环球金融中心 IFC": INSIDE}
    assert rated("shequ") == {"三堡社区": 40}
    assert rated("hequ") == {}
    assert rated("y") == {}


@settings(deadline=None)
@given(MANY, WORD)
def test_all_names_at_once_are_found_as_one_by_one(names: list[str], word: str) -> None:
    scores = NameIndex(names).scores(word)
    kept = NameIndex(names, spelling(names)).scores(word)
    assert np.array_equal(scores, kept)
    for name, score in zip(names, scores, strict=True):
        written = name.lower()
        if word == written:
            assert score == EXACT
        elif word in written:
            assert score in (STARTS, INSIDE)
        elif begins(word, plain(name)):
            assert score > 0


@pytest.mark.parametrize(
    "typed",
    [
        "延安路/庆春路", "庆春路/延安路", "延安路×庆春路", "延安路 × 庆春路", "延安路与庆春路", "庆春路和延安路",
        "延安路 庆春路",
        "延安路、庆春路", "延安路庆春路", "庆春路延安路交叉口", "延安路与庆春路路口", "延安 庆春", "yal qcl", "qcl/yal",
        "yananlu qingchunlu", "延安路 qcl", "延安路 x 庆春路", "延安路　庆春路",
    ],
)  # fmt: skip
def test_a_crossing_is_found_however_it_is_written(hangzhou: PlaceSearch, typed: str) -> None:
    first = hangzhou.search(typed, 8)[0]
    assert first.kind == "crossing"
    assert set(first.words.split(" × ")) == {"延安路", "庆春路"}


def test_a_word_for_and_inside_a_name_is_not_torn_apart(hangzhou: PlaceSearch) -> None:
    assert ("和平苑",) in readings("和平苑")
    assert all("和平" in one for one in words(hangzhou.search("和平苑", 3)))


def test_a_road_itself_comes_before_what_is_only_called_after_it(hangzhou: PlaceSearch) -> None:
    found = hangzhou.search("延安路", 8)
    assert (found[0].words, found[0].kind) == ("延安路", "road")
    assert [one.kind for one in found].index("crossing") > 0
    assert hangzhou.search("西湖", 8)[0].kind == "other"


def test_communities_and_streets_are_found_with_their_codes(hangzhou: PlaceSearch) -> None:
    found = hangzhou.search("闸弄口", 8)
    assert words(found)[:2] == ["闸弄口街道", "闸弄口社区"]
    assert [len(one.area) for one in found[:2]] == [9, 12]
    assert words(hangzhou.search("sbsq", 3))[0] == "三堡社区"


def test_pinyin_and_initials_find_what_characters_find(hangzhou: PlaceSearch) -> None:
    for typed in ("yananlu", "YAL", "yananl", "ｙａｌ", "yan an lu"):
        assert "延安路" in words(hangzhou.search(typed, 8)), typed
    assert "西湖" in words(hangzhou.search("xihu", 8))


@pytest.mark.parametrize(
    "typed", ["", "  ", " × ", "/", "没有这条路", "zzzzz", "\n", "\x00", "x" * 5000, "🚒", "与和与"]
)
def test_what_is_no_name_finds_nothing_and_breaks_nothing(hangzhou: PlaceSearch, typed: str) -> None:
    assert hangzhou.search(typed, 8) == []


def test_no_more_are_found_than_were_asked_for(hangzhou: PlaceSearch) -> None:
    assert len(hangzhou.search("路", 5)) == 5


def city(
    names: list[str], roads: dict[str, list[tuple[float, float]]], others: dict[str, tuple[float, float]]
) -> Places:
    """A city of these roads (points along them) and other places."""
    points = [point for name in names for point in roads.get(name, [])]
    owner = [i for i, name in enumerate(names) for _ in roads.get(name, [])]
    arrays = {
        "crossing.coords": squeeze(np.zeros((0, 2))),
        "crossing.names": np.zeros((0, 2), np.uint16),
        "road.coords": squeeze(np.array(points).reshape(-1, 2)),
        "road.names": np.array(owner, np.uint16),
        "names": text_array(names),
        "other.coords": squeeze(np.array(list(others.values())).reshape(-1, 2)),
        "others": text_array(list(others)),
    }
    return Places(arrays, Path("made"))


def test_of_places_that_fit_alike_the_one_nearer_to_the_view_comes_first() -> None:
    others = {f"幸福小学{k}": (120.0 + k / 10, 30.0) for k in range(5)}
    search = PlaceSearch(city([""], {}, others), None)
    assert words(search.search("幸福", 2, near=(120.4, 30.0))) == ["幸福小学4", "幸福小学3"]
    assert words(search.search("幸福", 2, near=(120.1, 30.01))) == ["幸福小学1", "幸福小学0"]


def test_the_name_itself_comes_first_even_from_far_away() -> None:
    search = PlaceSearch(city([""], {}, {"人民公园": (120.9, 30.0), "人民公园南门": (120.0, 30.0)}), None)
    assert words(search.search("人民公园", 2, near=(120.0, 30.0))) == ["人民公园", "人民公园南门"]


def test_of_two_roads_of_one_name_the_one_next_to_the_view_is_shown() -> None:
    west, east = [(120.0 + k / 1000, 30.0) for k in range(9)], [(120.5 + k / 1000, 30.0) for k in range(9)]
    search = PlaceSearch(city(["", "人民路"], {"人民路": west + east}, {}), None)
    for near, middle in (((120.51, 30.0), 120.504), ((119.9, 30.0), 120.004)):
        found = search.search("人民路", 5, near=near)
        assert [one.lon for one in found] == [pytest.approx(middle, abs=1e-6)]


def test_a_city_without_any_name_finds_nothing() -> None:
    assert PlaceSearch(city([""], {}, {}), None).search("路", 8, near=(120.0, 30.0)) == []


def test_a_seat_says_in_which_areas_a_place_lies() -> None:
    lookup = Lookup(read_pack("hangzhou"))
    road, street = lookup.places("延安路", 1, None)[0], lookup.places("闸弄口街道", 1, None)[0]
    assert road.within.count(" · ") == 1
    assert street.within == "上城区"
    assert lookup.here(120.15920, 30.26070).words in ("延安路 × 庆春路", "庆春路 × 延安路")


def test_units_are_found_by_call_sign_also_when_the_list_has_changed() -> None:
    lookup = Lookup(read_pack("hangzhou"))
    keys, names = ["u/1", "u/2", "u/3"], ["抢修 01", "抢修 02", "城管 01"]
    assert [key for key, _ in lookup.units("抢修", 8, keys, names)] == ["u/1", "u/2"]
    assert [key for key, _ in lookup.units("qx 02", 8, keys, names)] == ["u/2"]
    assert lookup.units("cg", 8, keys[:2], names[:2]) == []
    assert lookup.units(" ", 8, keys, names) == []
