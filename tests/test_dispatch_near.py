"""Who is near and fits, on the real streets of Hangzhou."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import numpy as np
import pytest

from cockpit.dispatch.near import MOST_SPOTS, SHOWN, Finder, Spots, Units, nearest_by_road, suits
from cockpit.geo.metres import haversine, length
from cockpit.geo.roadgraph import RoadGraph
from cockpit.model.city import PATTERNS, Pack
from cockpit.model.messages import Message
from cockpit.model.ports import Near
from cockpit.model.tables import UnitState
from cockpit.packs.read import read_pack
from tests.living_picture import living_picture

PLACE = (120.1650, 30.2745)


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_pack("hangzhou")


@pytest.fixture(scope="module")
def finder(pack: Pack) -> Finder:
    return Finder(pack)


def units(*rows: tuple[str, str, UnitState, float, float]) -> Units:
    keys, kinds, state, lon, lat = zip(*rows, strict=True)
    return Units(list(keys), list(kinds), np.array(state, "u1"), np.column_stack([lon, lat]))


SOME = units(
    ("a", "repair", UnitState.FREE, 120.1700, 30.2745),
    ("b", "repair", UnitState.BUSY, 120.1655, 30.2748),
    ("c", "grid", UnitState.FREE, 120.1660, 30.2750),
    ("d", "sanitation", UnitState.FREE, 120.1651, 30.2746),
)


def near(finder: Finder, pack: Pack, kind: str) -> list[Near]:
    found = finder.near(*PLACE, pack.kind(kind), SOME)
    assert not isinstance(found, Message)
    return found


def test_who_is_free_and_fits_comes_first_and_who_is_busy_last(finder: Finder, pack: Pack) -> None:
    keys = [n.key for n in near(finder, pack, "E0506")]
    assert set(keys) == {"a", "b", "c", "d"}
    assert keys[-1] == "b"
    assert keys.index("d") > keys.index("a")


def test_the_way_along_the_streets_is_never_shorter_than_the_bee_line(finder: Finder, pack: Pack) -> None:
    for one in near(finder, pack, "E0506"):
        i = SOME.keys.index(one.key)
        assert one.metres >= float(haversine(*SOME.places[i], *PLACE)) - 60, one.key
        assert one.seconds == pytest.approx(one.metres / pack.unit_kind(SOME.kinds[i]).speed)


def test_the_way_has_the_length_that_is_said(finder: Finder, pack: Pack) -> None:
    for one in near(finder, pack, "E0506"):
        unit = SOME.places[SOME.keys.index(one.key)]
        to_the_street = length(np.array([unit, one.path[0]])) + length(np.array([one.path[-1], PLACE]))
        assert length(np.array(one.path)) + to_the_street == pytest.approx(one.metres, rel=0.02, abs=3)


def test_each_says_why_in_words(finder: Finder, pack: Pack) -> None:
    said = {n.key: [m.id for m in n.fits] for n in near(finder, pack, "E0506")}
    assert said["a"] == ["near.first_duty"]
    assert said["b"][0] == "near.busy"
    assert said["d"] == ["near.other_duty"]


def test_no_unit_and_no_place_are_said(finder: Finder, pack: Pack) -> None:
    nobody = Units([], [], np.zeros(0, "u1"), np.zeros((0, 2)))
    assert finder.near(*PLACE, pack.kind("E0506"), nobody) == Message("near.nobody")
    assert finder.near(math.nan, 30.0, pack.kind("E0506"), SOME) == Message("near.no_place")


def test_no_more_are_shown_than_a_page_holds(finder: Finder, pack: Pack) -> None:
    rng = np.random.default_rng(7)
    many = Units(
        [f"u{i}" for i in range(300)],
        ["police"] * 300,
        np.zeros(300, "u1"),
        np.column_stack([rng.uniform(120.14, 120.20, 300), rng.uniform(30.25, 30.30, 300)]),
    )
    found = finder.near(*PLACE, pack.kind("E0506"), many)
    assert not isinstance(found, Message)
    assert len(found) == SHOWN


def test_every_pattern_has_someone_who_may_be_sent(pack: Pack) -> None:
    assert set(suits()) == set(PATTERNS)
    assert {kind for kinds in suits().values() for kind in kinds} <= set(pack.unit_kinds)


def test_at_any_place_whoever_is_nearest_by_road_comes_first_whatever_they_do(finder: Finder) -> None:
    found = finder.near(*PLACE, None, SOME)
    assert not isinstance(found, Message)
    assert [one.metres for one in found] == sorted(one.metres for one in found)
    assert {one.key for one in found} == {"a", "b", "c", "d"}
    assert all(one.fits == () and len(one.path) > 1 for one in found)


def test_no_crowd_of_others_hides_the_one_that_fits(finder: Finder, pack: Pack) -> None:
    rng = np.random.default_rng(3)
    crowd = [("p" + str(i), "police", UnitState.BUSY, *(np.array(PLACE) + rng.normal(0, 1e-3, 2))) for i in range(900)]
    found = finder.near(*PLACE, pack.kind("E0506"), units(*crowd, ("far", "repair", UnitState.FREE, 120.25, 30.33)))
    assert not isinstance(found, Message)
    assert found[0].key == "far"


def test_the_nearest_by_road_are_exact_where_water_lies_between(pack: Pack) -> None:
    graph = RoadGraph.load(pack.folder)
    rng = np.random.default_rng(5)
    places = np.column_stack([rng.uniform(120.10, 120.25, 400), rng.uniform(30.16, 30.28, 400)])
    for at in ((120.145, 30.235), (120.19, 30.213)):  # beside the lake, amid the river
        every = graph.near(*at, places, on_foot=False).metres
        ways, order = nearest_by_road(graph.reach(*at), *at, places, 8)
        assert [ways.metres[row] for row in order] == pytest.approx(np.sort(every)[:8].tolist())


def test_what_stands_near_is_told_nearest_first_with_its_way(finder: Finder) -> None:
    rng = np.random.default_rng(9)
    spots = Spots([f"c{i}" for i in range(80)], np.array(PLACE) + rng.normal(0, 0.01, (80, 2)))
    found = finder.resources(*PLACE, "camera", spots)
    assert not isinstance(found, Message)
    assert len(found) == SHOWN
    assert [one.metres for one in found] == sorted(one.metres for one in found)
    assert all(one.topic == "camera" and len(one.path) > 1 for one in found)
    assert finder.resources(*PLACE, "camera", Spots([], np.zeros((0, 2)))) == []
    assert finder.resources(math.nan, 30.0, "camera", spots) == Message("near.no_place")


def test_of_very_many_things_those_nearest_by_air_are_copied_and_those_without_a_place_are_not() -> None:
    table = living_picture(cameras=6_000)["camera"]
    spots = Finder.spots_of(table, *PLACE)
    assert len(spots.keys) == MOST_SPOTS
    kept = haversine(*spots.places.T, *PLACE).max()
    every = haversine(table.numbers("lon"), table.numbers("lat"), *PLACE)
    assert (every < kept * 0.99).sum() <= MOST_SPOTS
    assert spots.places[0].tolist() == [table.get(spots.keys[0])[name] for name in ("lon", "lat")]
    few = living_picture(cameras=5)["camera"]
    assert sorted(Finder.spots_of(few, *PLACE).keys) == sorted(few.text("key"))
    assert Finder.spots_of(few, math.nan, 30.0).keys == []


def test_a_pack_without_roads_says_so(pack: Pack, tmp_path: Path) -> None:
    finder = Finder(msgspec.structs.replace(pack, folder=tmp_path))
    assert finder.near(*PLACE, None, SOME) == Message("near.no_roads")
    assert finder.resources(*PLACE, "camera", Spots(["c"], np.array([PLACE]))) == Message("near.no_roads")
