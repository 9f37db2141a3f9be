"""The tree of areas: complete, no overlaps, every cell with one parent and a code that says so."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from cockpit.geo.areas import CELL, CITY, COMMUNITY, DISTRICT, STREET, Areas
from cockpit.geo.roadgraph import RoadGraph
from cockpit.model.errors import UserError
from cockpit.packs.read import list_packs, read_pack

DIGITS = {CITY: 6, DISTRICT: 6, STREET: 9, COMMUNITY: 12, CELL: 15}


@pytest.fixture(scope="module", params=list_packs())
def areas(request: pytest.FixtureRequest) -> Areas:
    return Areas.load(read_pack(request.param).folder)


@pytest.fixture(scope="module")
def hangzhou() -> Areas:
    return Areas.load(read_pack("hangzhou").folder)


def tier_shapes(areas: Areas, tier: int) -> np.ndarray:
    return areas.shapes[[i for i, row in enumerate(areas.rows) if row.tier == tier]]


def test_codes_are_unique_digits_and_begin_with_their_parents(areas: Areas) -> None:
    codes = [area.code for area in areas]
    assert len(set(codes)) == len(codes)
    for area in areas:
        assert len(area.code) == DIGITS[area.tier]
        assert area.code.isdigit()
        if area.tier >= STREET:
            assert area.code.startswith(area.parent)
        assert (area.parent == "") == (area.tier == CITY)


def test_every_area_hangs_on_one_of_the_tier_above_and_none_is_childless(areas: Areas) -> None:
    for area in areas:
        if area.tier != CITY:
            assert areas[area.parent].tier == area.tier - 1
        if area.tier != CELL:
            assert areas.children(area.code)
    assert len(areas.of_tier(CITY)) == 1


def test_names_are_there_and_different_among_siblings(areas: Areas) -> None:
    for area in areas:
        names = [child.name for child in areas.children(area.code)]
        assert all(names)
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("tier", [DISTRICT, STREET, COMMUNITY, CELL])
def test_areas_of_a_tier_fit_together_without_overlap(areas: Areas, tier: int) -> None:
    shapes = tier_shapes(areas, tier)
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)


@pytest.mark.parametrize("tier", [CITY, DISTRICT, STREET, COMMUNITY])
def test_an_area_is_exactly_its_children(areas: Areas, tier: int) -> None:
    for area in areas.of_tier(tier):
        union = shapely.union_all([areas.shape(child.code) for child in areas.children(area.code)])
        assert shapely.symmetric_difference(union, areas.shape(area.code)).area < 1e-12


def test_hangzhou_has_the_number_and_size_of_cells_that_a_centre_can_use(hangzhou: Areas) -> None:
    assert 1500 <= len(hangzhou.of_tier(CELL)) <= 4000
    assert len(hangzhou.of_tier(DISTRICT)) == 8
    assert hangzhou["330102003"].name == "湖滨街道"


def test_a_place_is_found_with_all_that_it_lies_in(hangzhou: Areas) -> None:
    line = hangzhou.line(hangzhou.at(120.163, 30.254))
    assert [area.tier for area in line] == [CITY, DISTRICT, STREET, COMMUNITY, CELL]
    assert [area.name for area in line[:3]] == ["杭州市", "上城区", "湖滨街道"]
    above = hangzhou.above(line[-1].code, STREET)
    assert above is not None
    assert above.code == "330102003"


def test_the_middle_of_the_river_and_nowhere_belong_to_no_cell(hangzhou: Areas) -> None:
    assert hangzhou.at(120.16422, 30.2035) == ""
    assert hangzhou.at(121.0, 30.2) == ""
    assert hangzhou.at_many([[float("nan"), 30.2], [120.163, 30.254]])[0] == ""


def test_a_point_inside_a_cell_gives_that_cell(areas: Areas) -> None:
    cells = areas.of_tier(CELL)[::7]
    points = shapely.get_coordinates(shapely.point_on_surface([areas.shape(cell.code) for cell in cells]))
    assert areas.at_many(points) == [cell.code for cell in cells]


def test_nearly_every_street_corner_lies_in_a_cell(areas: Areas, request: pytest.FixtureRequest) -> None:
    pack = read_pack(request.node.callspec.params["areas"])
    nodes = RoadGraph.load(pack.folder).nodes
    west, south, east, north = pack.bounds
    inside = (nodes > [west, south]).all(axis=1) & (nodes < [east, north]).all(axis=1)
    codes = areas.at_many(nodes[inside][::5])
    assert sum(code != "" for code in codes) > 0.98 * len(codes)


def test_rings_are_geojson_of_the_same_shape(areas: Areas) -> None:
    for area in areas.rows[::50]:
        text = json.dumps({"type": "MultiPolygon", "coordinates": areas.rings(area.code)})
        shape = shapely.from_geojson(text)
        assert shapely.symmetric_difference(shape, areas.shape(area.code)).area < 1e-12


def test_a_missing_file_ends_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"areas\.npz"):
        Areas.load(tmp_path)
