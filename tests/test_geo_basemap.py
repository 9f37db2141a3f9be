"""The shipped base maps: whole, inside their bounds, with water, islands and names where they are."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import shapely

from cockpit.geo.basemap import LINE_LAYERS, POLYGON_LAYERS, BaseMap, Geometry, read_basemap
from cockpit.geo.compact import squeeze, unsqueeze
from cockpit.model.errors import UserError
from cockpit.packs.read import list_packs, read_pack


@pytest.fixture(scope="module", params=list_packs())
def base(request: pytest.FixtureRequest) -> BaseMap:
    return read_basemap(read_pack(request.param).folder)


@pytest.fixture(scope="module")
def hangzhou() -> BaseMap:
    return read_basemap(read_pack("hangzhou").folder)


@pytest.fixture(scope="module")
def lujiazui() -> BaseMap:
    return read_basemap(read_pack("lujiazui").folder)


def covers(layer: Geometry, lon: float, lat: float) -> bool:
    parts = layer.parts()
    for first, end in zip(layer.polys[:-1], layer.polys[1:], strict=True):
        if shapely.Polygon(parts[first], parts[first + 1 : end]).covers(shapely.Point(lon, lat)):
            return True
    return False


def test_every_layer_is_known_whole_and_inside_the_bounds(base: BaseMap) -> None:
    west, south, east, north = base.bounds
    for name, layer in base.layers.items():
        assert name in POLYGON_LAYERS + LINE_LAYERS
        assert layer.offsets[0] == 0
        assert layer.offsets[-1] == len(layer.coords)
        assert (np.diff(layer.offsets) >= 2).all()
        assert (layer.coords.min(axis=0) >= np.array([west, south]) - 2e-6).all()
        assert (layer.coords.max(axis=0) <= np.array([east, north]) + 2e-6).all()
        assert layer.is_polygons == (name in POLYGON_LAYERS)


def test_rings_are_closed_and_polygons_own_all_of_them(base: BaseMap) -> None:
    for name in set(POLYGON_LAYERS) & set(base.layers):
        layer = base.layers[name]
        assert layer.polys[-1] == len(layer.offsets) - 1
        assert all(len(ring) >= 4 and (ring[0] == ring[-1]).all() for ring in layer.parts())


def test_the_layers_that_a_map_needs_are_there(base: BaseMap) -> None:
    needed = {"land", "built", "park", "wood", "water", "road_main", "road_mid", "road_minor", "road_service"}
    assert needed <= set(base.layers)


def test_lake_and_river_are_water_and_the_island_in_the_lake_is_not(hangzhou: BaseMap) -> None:
    water = hangzhou.layers["water"]
    assert covers(water, 120.145, 30.245)  # 西湖
    assert covers(water, 120.19, 30.213)  # 钱塘江
    assert not covers(water, 120.1368, 30.2488)  # 阮公墩
    assert not covers(water, 120.165, 30.26)  # 武林


def test_notable_waters_carry_their_names_on_the_water(hangzhou: BaseMap) -> None:
    for name in ("西湖", "钱塘江", "京杭大运河"):
        labels = [label for label in hangzhou.labels if (label.text, label.kind) == (name, "water")]
        assert labels
        assert all(covers(hangzhou.layers["water"], label.lon, label.lat) for label in labels)


def test_road_names_run_from_left_to_right_within_a_half_turn(base: BaseMap) -> None:
    roads = [label for label in base.labels if label.kind == "road"]
    assert len(roads) > 50
    for label in roads:
        assert -90 <= label.angle <= 90
        dx, dy = label.path[-1] - label.path[0]
        assert dx > 0 or abs(dx) < abs(dy)


def test_buildings_have_heights_where_the_source_has_them(lujiazui: BaseMap) -> None:
    height = lujiazui.layers["building"].height
    assert len(height) == len(lujiazui.layers["building"].polys) - 1
    assert np.isfinite(height).sum() > 500
    assert 400 < np.nanmax(height) < 700


def test_the_tile_without_data_is_a_layer_of_its_own(lujiazui: BaseMap) -> None:
    assert covers(lujiazui.layers["nodata"], 121.5005, 31.2387)
    assert not covers(lujiazui.layers["nodata"], 121.49, 31.24)


def test_the_base_map_loads_in_under_60_ms_of_work() -> None:
    folder, times = read_pack("hangzhou").folder, []
    for _ in range(9):
        start = time.process_time()  # not wall time: the machine that tests has other work
        read_basemap(folder)
        times.append(time.process_time() - start)
    assert min(times) < 0.06


def test_a_missing_or_damaged_file_ends_in_a_sentence_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"basemap\.npz"):
        read_basemap(tmp_path)
    whole = (read_pack("lujiazui").folder / "basemap.npz").read_bytes()
    for content in (b"", b"no zip at all", whole[: len(whole) // 2]):
        (tmp_path / "basemap.npz").write_bytes(content)
        with pytest.raises(UserError, match=r"basemap\.npz"):
            read_basemap(tmp_path)


def test_a_file_of_other_layers_ends_in_a_sentence(tmp_path: Path) -> None:
    np.savez(tmp_path / "basemap.npz", bounds=np.zeros(4))
    with pytest.raises(UserError, match=r"basemap\.npz"):
        read_basemap(tmp_path)


def test_coordinates_survive_squeezing_to_half_a_microdegree() -> None:
    points = np.random.default_rng(7).uniform([-180, -85], [180, 85], (1000, 2))
    assert np.abs(unsqueeze(squeeze(points)) - points).max() <= 0.5e-6 + 1e-9
