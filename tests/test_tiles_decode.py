"""Tiles from outside become shapes, names and pixels; what is damaged or hostile is refused or left out."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cockpit.geo.tiles import geojson, mvt, pixels
from cockpit.geo.tiles.cut import tiles_of
from cockpit.geo.tiles.grid import Tile, box_of, degrees, span
from cockpit.geo.tiles.made import Job, Made, pack, unpack
from cockpit.geo.tiles.schema import OURS, schemas
from cockpit.geo.tiles.worker import work as worker_work
from tests.tile_kit import mvt as encoded
from tests.tile_kit import packed, png, small_city

TILE = Tile(14, 13660, 6745)
SQUARE = "POLYGON ((0 0, 0 2048, 2048 2048, 2048 0, 0 0))"
LINE = "LINESTRING (0 2048, 4096 2048)"


def coords_of(made: Made, layer: str) -> np.ndarray:
    return made.layers[layer].coords.astype(float) + np.array(made.origin)


def test_a_road_lies_where_its_tile_says() -> None:
    made = mvt.decode(encoded(("transportation", [(LINE, {"class": "primary"})])), TILE)
    west, south, east, north = TILE.box
    assert list(made.layers) == ["road_main"]
    line = coords_of(made, "road_main")
    middle = (south + north) / 2
    assert np.abs(line - [[west, middle], [east, middle]]).max() < 0.01, "within a centimetre"


@pytest.mark.parametrize(
    ("layer", "props", "shape", "ours"),
    [
        ("transportation", {"class": "motorway"}, LINE, "road_main"),
        ("transportation", {"class": "tertiary"}, LINE, "road_mid"),
        ("transportation", {"class": "minor", "brunnel": "tunnel"}, LINE, "tunnel"),
        ("transportation", {"class": "rail", "brunnel": "tunnel"}, LINE, ""),
        ("landcover", {"class": "wood"}, SQUARE, "wood"),
        ("water", {"class": "lake"}, SQUARE, "water"),
        ("building", {"render_height": 24}, SQUARE, "building"),
        ("roads", {"kind": "major_road", "kind_detail": "primary"}, LINE, "road_main"),
        ("roads", {"pmap:kind": "minor_road"}, LINE, "road_minor"),
        ("roads", {"kind": "highway", "is_tunnel": True}, LINE, "tunnel"),
        ("earth", {"kind": "earth"}, SQUARE, ""),
        ("buildings", {"kind": "building", "height": 12.0}, SQUARE, "building"),
        ("streets", {"kind": "residential"}, LINE, "road_minor"),
        ("streets", {"kind": "rail", "rail": True}, LINE, "rail"),
        ("streets", {"kind": "footway", "tunnel": True}, LINE, ""),
        ("water_polygons", {"kind": "water"}, SQUARE, "water"),
        ("land", {"kind": "forest"}, SQUARE, "wood"),
        ("road_service", {}, LINE, "road_service"),
    ],
)
def test_layers_of_openmaptiles_protomaps_and_shortbread_are_known(
    layer: str, props: dict[str, object], shape: str, ours: str
) -> None:
    # another layer that only this schema has says whose tiles these are
    telling = {"landcover": "transportation", "water": "transportation", "building": "transportation"}.get(layer)
    telling = telling or {"land": "streets", "earth": "roads"}.get(layer, layer)
    schema = {"roads": "protomaps", "buildings": "protomaps", "earth": "protomaps"}.get(layer, "")
    data = encoded((layer, [(shape, props)]), *([(telling, [("POINT (1 1)", {})])] if telling != layer else []))
    made = mvt.decode(data, TILE, schema)
    assert set(made.layers) - {"shore"} == ({ours} if ours else set())


def test_every_schema_leads_to_layers_that_a_base_map_has() -> None:
    for schema in schemas().values():
        assert {rule.to for rule in schema.rules} <= OURS | {""}
        assert schema.names


def test_names_come_in_chinese_where_there_are_such_with_their_rank_and_way() -> None:
    data = encoded(
        ("transportation_name", [(LINE, {"class": "primary", "name": "Yan'an Rd", "name:zh": "延安路"})]),
        ("place", [("POINT (1024 1024)", {"class": "suburb", "name": "湖滨\n街道"})]),
    )
    road, area = sorted(mvt.decode(data, TILE).words, key=lambda word: word.kind, reverse=True)
    assert (road.text, road.kind, road.rank, len(road.path)) == ("延安路", "road", 1, 16)
    assert (area.text, area.kind, area.rank) == ("湖滨 街道", "area", 1)


def test_a_river_cut_by_its_tile_has_a_shore_at_its_banks_only() -> None:
    across = "POLYGON ((-64 1024, -64 2048, 4160 2048, 4160 1024, -64 1024))"
    made = mvt.decode(encoded(("water", [(across, {})]), ("transportation", [("POINT (1 1)", {})])), TILE)
    side = TILE.box[2] - TILE.box[0]
    lines = np.split(made.layers["shore"].coords, made.layers["shore"].part_offsets[1:-1])
    assert len(lines) == 2
    for line in lines:
        assert np.ptp(line[:, 1]) < side / 4096, "a bank runs along the river"


def test_a_self_crossing_polygon_is_mended_and_a_flat_one_left_out() -> None:
    data = encoded(("water", [(SQUARE, {})]), ("transportation", [("POINT (1 1)", {})]))
    tile = _vector(data)
    bow = tile.layers[0].features.add(type=3)
    bow.geometry.extend([9, 0, 0, 26, 4000, 4000, 0, 3999, 4000, 3999 + 4000, 15])
    flat = tile.layers[0].features.add(type=3)
    flat.geometry.extend([9, 0, 0, 18, 200, 0, 200, 0, 15])
    made = mvt.decode(tile.SerializeToString(), TILE)
    water = made.layers["water"]
    shapes = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, water.coords.astype(float), (water.part_offsets, water.poly_offsets)
    )
    assert shapely.is_valid(shapes).all()


def _vector(data: bytes):  # type: ignore[no-untyped-def]
    from mapbox_vector_tile.Mapbox import vector_tile_pb2

    tile = vector_tile_pb2.tile()
    tile.ParseFromString(data)
    return tile


def test_a_feature_far_outside_or_with_senseless_commands_costs_only_itself() -> None:
    tile = _vector(encoded(("transportation", [(LINE, {"class": "primary"})] * 3)))
    first, second, _ = tile.layers[0].features
    del first.geometry[:], second.geometry[:]
    first.geometry.extend([9, 2**31 - 1, 2**31 - 1, 10, 2, 2])
    second.geometry.extend([9, 0, 0, 2**31, 1])
    made = mvt.decode(tile.SerializeToString(), TILE)
    assert made.left_out == 2
    assert len(made.layers["road_main"].coords) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"\x1f\x8b" + b"rubbish",
        packed(b"\x1a" + b"a" * 4000)[:-40],
        b"<html>please log in</html>",
        b"\x1a\xff\xff\xff\xff\x0f",
        gzip.compress(bytes(mvt.MOST_BYTES + 1)),
        zlib.compress(bytes(mvt.MOST_BYTES + 1)),
    ],
    ids=["no gzip", "cut off", "a page", "a length beyond its end", "a gzip bomb", "a zlib bomb"],
)
def test_what_is_no_vector_tile_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        mvt.decode(data, TILE)
    assert worker_work(Job("vector", (14, 0, 0), [data])).why, "the worker says so and goes on"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_tile_with_any_bytes_changed_never_does_more_than_be_refused(data: st.DataObject) -> None:
    tile = bytearray(_TILE)
    for _ in range(data.draw(st.integers(1, 6))):
        tile[data.draw(st.integers(0, len(tile) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(tile[: data.draw(st.integers(0, len(tile)))])
    try:
        made = mvt.decode(cut, Tile(13, 6830, 3372))
    except ValueError:
        return
    assert unpack(pack(made)) == made
    for shapes in made.layers.values():
        assert np.isfinite(shapes.coords).all()


_TILE = tiles_of(small_city())(next(iter(span(box_of((120.165, 30.255, 120.166, 30.256)), 13))))


def test_what_was_kept_by_another_version_or_is_damaged_is_made_anew() -> None:
    made = mvt.decode(_TILE, Tile(13, 6830, 3372))
    kept = pack(made)
    assert unpack(kept) == made
    assert unpack(bytes([kept[0] + 1]) + kept[1:]) is None
    assert unpack(kept[:-9]) is None
    assert unpack(b"") is None


# Pictures.


def test_a_picture_takes_the_tone_of_the_map() -> None:
    white = png((255, 255, 255))
    plain = np.frombuffer(pixels.decode([white], (1.0, 1.0, 1.0)).data, np.uint8)
    dark = np.frombuffer(pixels.decode([white], (-0.8, 1.0, 1.0)).data, np.uint8)
    assert set(plain.tolist()) == {255}
    assert set(dark.reshape(-1, 4)[0].tolist()) == {0, 255}, "light and dark are exchanged, opaque stays opaque"


def test_names_lie_over_the_picture_below_and_may_be_missing() -> None:
    half = png((255, 0, 0, 128))
    both = np.frombuffer(pixels.decode([png((0, 0, 255)), half], (1.0, 1.0, 1.0)).data, np.uint8).reshape(-1, 4)[0]
    assert abs(int(both[0]) - 128) < 3
    assert abs(int(both[2]) - 127) < 3
    assert pixels.decode([png((0, 0, 255)), b""], (1.0, 1.0, 1.0)).width == 256


def test_pictures_that_no_tile_is_are_refused() -> None:
    huge = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(huge, "PNG")
    for data in (b"", b"rubbish", png((1, 2, 3))[:-30], png((1, 2, 3), 4), huge.getvalue(), png((1, 2, 3))[:20]):
        answer = worker_work(Job("pixels", (0, 0, 0), [data]))
        assert answer.why, "a sentence"
        assert answer.pixels is None


# GeoJSON.


def collection(*features: object) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


def feature(kind: str, coordinates: object, **props: object) -> dict[str, object]:
    return {"type": "Feature", "properties": props, "geometry": {"type": kind, "coordinates": coordinates}}


def test_a_geojson_file_becomes_a_base_map_and_broken_pieces_are_counted(tmp_path: Path) -> None:
    file = tmp_path / "base.geojson"
    lake = [[[120.1, 30.2], [120.2, 30.2], [120.2, 30.3], [120.1, 30.3], [120.1, 30.2]]]
    file.write_text(
        collection(
            feature("LineString", [[120.1, 30.2], [120.2, 30.2]], highway="primary", name="延安路"),
            feature("Polygon", lake, natural="water", name="西湖"),
            feature("Polygon", lake, layer="park"),
            feature("LineString", [[120.1, 130.2], [120.2, 30.2]], highway="primary"),
            feature("LineString", "rubbish", highway="primary"),
            {"type": "Feature", "geometry": None, "properties": None},
            7,
        )
    )
    made = geojson.decode(file)
    assert {"road_main", "water", "park", "shore"} == set(made.layers)
    assert {word.text for word in made.words} == {"延安路", "西湖"}
    assert made.left_out == 3
    lon, lat = degrees(*(made.layers["road_main"].coords[0].astype(float) + np.array(made.origin)))
    assert abs(lon - 120.1) < 1e-6
    assert abs(lat - 30.2) < 1e-6


@pytest.mark.parametrize("text", ["", "{", "[]", '{"features": 3}', collection()])
def test_what_is_no_base_map_in_geojson_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "base.geojson"
    file.write_text(text)
    assert worker_work(Job("geojson", file=str(file))).why
