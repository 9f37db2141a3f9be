"""Layers of one's own from files: what is broken is mended or left out with a count, and the rest is there."""

from __future__ import annotations

import json
import math
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.geo.datum import wgs84_to_bd09, wgs84_to_gcj02
from cockpit.geo.imports import geojson, table
from cockpit.geo.imports.building import Builder
from cockpit.geo.imports.files import load, read, save
from cockpit.geo.imports.model import LEFT_OUT, MENDED, Imported, Limits, Wishes
from cockpit.geo.imports.words import bad_places, sentences
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.messages import texts
from cockpit.processes import cockpit_command

BOUNDS = (120.05, 30.12, 120.32, 30.36)
WGS84 = Wishes("wgs84", BOUNDS)
NOW = 1_784_022_156_000_000


def feature(kind: str | None, coordinates: Any = None, **properties: Any) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates} if kind else None
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def written(tmp_path: Path, *features: Any) -> Path:
    path = tmp_path / "layer.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def layer(tmp_path: Path, *features: Any, wishes: Wishes = WGS84, limits: Limits | None = None) -> Imported:
    return read(written(tmp_path, *features), wishes, NOW, limits or Limits())


def sheet(tmp_path: Path, text: str, encoding: str = "utf-8", name: str = "points.csv") -> Imported:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return read(path, WGS84, NOW)


SQUARE = [[120.1, 30.2], [120.2, 30.2], [120.2, 30.3], [120.1, 30.3], [120.1, 30.2]]


def test_points_lines_and_polygons_come_with_their_attributes(tmp_path: Path) -> None:
    made = layer(
        tmp_path,
        feature("Point", [120.1, 30.2], name="雨量站", level=2),
        feature("LineString", [[120.1, 30.2], [120.2, 30.3]], name="管线"),
        feature("Polygon", [SQUARE], name="片区", level=4.5),
    )
    assert (made.count, len(made.points), len(made.lines), len(made.polygons)) == (3, 1, 1, 1)
    assert [made.title(i) for i in range(3)] == ["雨量站", "管线", "片区"]
    assert made.record(2) == [("name", "片区"), ("level", 4.5)]
    assert made.report.total == made.report.read == 3
    assert not made.report.mended
    assert not made.report.left_out


def test_each_bad_feature_has_its_reason_and_costs_no_other(tmp_path: Path) -> None:
    made = layer(
        tmp_path,
        feature("Point", [120.1, 30.2]),
        feature("Point", [math.nan, 30.2]),
        feature(None),
        feature("Point", [500_000, 3_300_000]),
        feature("Blob", [120.1, 30.2]),
        feature("LineString", [[120.1, 30.2]]),
        feature("Polygon", [[[120.1, 30.2]] * 4]),
        {"type": "nonsense"},
        17,
        feature("Point", "120.1,30.2"),
    )
    assert made.report.read == 1
    assert made.report.left_out == {
        "no_number": 2, "no_geometry": 1, "not_degrees": 1, "unknown_type": 1, "too_short": 1, "no_area": 1,
        "not_a_feature": 2,
    }  # fmt: skip
    assert [bad.number for bad in made.report.bad] == [2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert made.report.total == 10


def test_swapped_coordinates_are_put_right_and_said(tmp_path: Path) -> None:
    made = layer(tmp_path, feature("Point", [30.2, 120.1]), feature("Polygon", [[p[::-1] for p in SQUARE]]))
    assert made.points.xy.tolist() == [[120.1, 30.2]]
    assert made.polygons.xy[:, 0].min() == pytest.approx(120.1)
    assert made.report.mended == {"swapped": 2}
    said = [texts("zh")(one) for one in sentences(made.report)]
    assert said == ["读入 2 个要素，共 2 个，略去 0 个", "修正 2 个：经纬度写反，已换回"]


def test_a_place_far_from_the_city_is_not_taken_for_swapped(tmp_path: Path) -> None:
    made = layer(tmp_path, feature("Point", [87.6, 43.8]))
    assert made.points.xy.tolist() == [[87.6, 43.8]]
    assert made.report.notes == {"outside": 1}
    assert not made.report.mended


def test_a_self_crossing_polygon_is_made_valid(tmp_path: Path) -> None:
    bow = [[120.1, 30.2], [120.2, 30.3], [120.2, 30.2], [120.1, 30.3], [120.1, 30.2]]
    made = layer(tmp_path, feature("Polygon", [bow], name="蝴蝶结"), feature("Polygon", [SQUARE]))
    assert made.report.mended == {"crossing": 1}
    assert len(made.polygons) == 3
    assert made.polygons.feature.tolist() == [0, 0, 1]


def test_an_open_ring_is_closed_and_vertices_that_are_no_places_go(tmp_path: Path) -> None:
    made = layer(
        tmp_path,
        feature("Polygon", [SQUARE[:-1]]),
        feature("LineString", [[120.1, 30.2], [None, 30.25], [120.2, 30.3]]),
    )
    assert made.report.mended == {"unclosed": 1, "nan_vertex": 1}
    assert made.polygons.xy.tolist()[0] == made.polygons.xy.tolist()[-1]
    assert len(made.lines.xy) == 2


def test_the_literal_nan_of_other_programs_is_read_but_not_in_texts(tmp_path: Path) -> None:
    path = tmp_path / "nan.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"NaN 站","v":NaN},'
        '"geometry":{"type":"Point","coordinates":[120.1,30.2,-Infinity]}}]}',
        "utf-8",
    )
    made = read(path, WGS84, NOW)
    assert made.record(0) == [("name", "NaN 站")]


def test_a_polygon_of_a_million_vertices_is_drawn_simpler_and_keeps_its_area(tmp_path: Path) -> None:
    turn = np.linspace(0, 2 * np.pi, 200_000)
    ring = np.column_stack((120.18 + 0.05 * np.cos(turn), 30.25 + 0.05 * np.sin(turn)))
    made = layer(tmp_path, feature("Polygon", [ring.tolist()]), limits=Limits(detail=5_000))
    assert made.report.mended == {"simpler": 1}
    x, y = made.polygons.xy.T
    assert len(x) <= 5_000
    area = abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2
    assert area == pytest.approx(np.pi * 0.05**2, rel=1e-3)


def test_a_missing_icon_is_said_and_the_point_is_there(tmp_path: Path) -> None:
    made = layer(tmp_path, feature("Point", [120.1, 30.2], icon="fire"), feature("Point", [120.1, 30.2], icon="龙"))
    assert made.report.mended == {"icon": 1}
    assert len(made.points) == 2


def test_more_than_the_limits_is_left_out_with_its_count(tmp_path: Path) -> None:
    points = [feature("Point", [120.1, 30.2], name=f"p{i}") for i in range(30)]
    made = layer(tmp_path, *points, limits=Limits(features=10))
    assert (made.report.total, made.report.read, made.report.left_out) == (30, 10, {"too_many": 20})
    lines = [feature("LineString", [[120.1, 30.2], [120.2, 30.3], [120.2, 30.2]])] * 4
    made = layer(tmp_path, *lines, limits=Limits(vertices=7))
    assert made.report.left_out == {"too_many_vertices": 2}


@pytest.mark.parametrize(("datum", "shift"), [("gcj02", wgs84_to_gcj02), ("bd09", wgs84_to_bd09)])
def test_the_datum_that_is_said_is_taken_to_wgs84(tmp_path: Path, datum: str, shift: Any) -> None:
    lon, lat = (float(v) for v in shift(120.1551, 30.2741))
    made = layer(tmp_path, feature("Point", [lon, lat]), wishes=Wishes(datum, BOUNDS))
    assert made.points.xy[0].tolist() == pytest.approx([120.1551, 30.2741], abs=1e-6)


def test_a_table_of_a_department_is_read_whatever_its_encoding_and_signs(tmp_path: Path) -> None:
    rows = "名称{0}经度{0}纬度{0}电话\n一号{0}120.1{0}30.2{0}0571123\n二号{0}{0}30.2{0}\n三号{0}30.25{0}120.2{0}\n"
    for encoding, sign in (("gb18030", ","), ("utf-8-sig", ";"), ("utf-16", "\t")):
        made = sheet(tmp_path, rows.format(sign), encoding)
        assert made.report.left_out == {"no_number": 1}
        assert made.report.mended == {"swapped": 1}
        assert made.record(0) == [("名称", "一号"), ("电话", "0571123")]
        assert [texts("zh")(one) for one in bad_places(made.report)] == [
            "第 3 行：坐标缺失或不是数字", "第 4 行：经纬度写反，已换回",
        ]  # fmt: skip


def test_one_column_may_hold_both_coordinates(tmp_path: Path) -> None:
    made = sheet(tmp_path, '名称,坐标\n甲,"120.1,30.2"\n乙,120.2 30.3\n')
    assert made.points.xy.tolist() == [[120.1, 30.2], [120.2, 30.3]]


def test_codes_and_long_numbers_stay_words(tmp_path: Path) -> None:
    made = sheet(tmp_path, "lon,lat,code,id,rate\n120.1,30.2,007,330102199001011234,1.5\n120.1,30.2,12,1,2\n")
    assert {column.name: column.is_number for column in made.columns} == {"code": False, "id": False, "rate": True}
    assert made.record(0) == [("code", "007"), ("id", "330102199001011234"), ("rate", 1.5)]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.geojson", b'{"type":"FeatureCollection",\n"features":[{"type":', "写到第 2 行"),
        ("a.geojson", b'{"type":"Topology"}', "不是 GeoJSON"),
        ("a.geojson", b"   ", "没有内容"),
        ("a.geojson", b'{"type":"FeatureCollection","features":{}}', "没有要素列表"),
        ("a.json", b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null}]}', "没有位置"),
        ("a.csv", b"name,value\na,1\n", "现有的列：name、value"),
        ("a.csv", b"\x00\x01\x02,\x00\n\x00", "不是文本表格"),
        ("a.csv", b"\n\n\n", "没有内容"),
        ("a.xlsx", b"PK", "能导入的是"),
    ],
)
def test_a_file_of_which_nothing_can_be_read_is_refused_in_a_sentence(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UserError) as error:
        read(path, WGS84, NOW)
    assert said in texts("zh")(error.value.message)


def test_a_file_that_is_too_large_or_not_there_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, feature("Point", [120.1, 30.2]))
    with pytest.raises(UserError, match="最多"):
        read(path, WGS84, NOW, Limits(bytes=10))
    with pytest.raises(UserError, match="找不到"):
        read(tmp_path / "none.csv", WGS84, NOW)


def test_every_reason_has_its_sentences_in_both_languages() -> None:
    for lang in ("zh", "en"):
        known = texts(lang).ids()
        assert {f"imports.mended_{one}" for one in MENDED} | {f"imports.why_{one}" for one in MENDED} <= known
        for group in ("left", "why", "nothing"):
            assert {f"imports.{group}_{one}" for one in LEFT_OUT} <= known


def test_a_kept_layer_comes_back_as_it_was_and_a_broken_one_says_so(tmp_path: Path) -> None:
    made = layer(
        tmp_path,
        feature("Polygon", [SQUARE], name="片区", risk="红", n=3),
        feature("MultiPoint", [[120.1, 30.2], [120.2, 30.3]], name="两点"),
    )
    path = tmp_path / "kept" / "a.layer"
    save(made, path)
    back = load(path)
    assert back.record(0) == made.record(0)
    assert back.points.xy.tolist() == made.points.xy.tolist()
    assert back.polygons.polys.tolist() == [0, 1]
    assert back.report == made.report
    data = path.read_bytes()
    for broken in (data[: len(data) // 2], b"", b"CKLAYER1" + b"\xff" * 40, data.replace(b"wgs84", b"wgs8")):
        path.write_bytes(broken)
        with pytest.raises(OutsideError, match="重新导入"):
            load(path)


_number = st.one_of(st.floats(), st.integers(-(10**30), 10**30), st.none(), st.text(max_size=3), st.booleans())
_shape = st.recursive(_number, lambda inner: st.lists(inner, max_size=5), max_leaves=20)
_feature = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["Feature", "x"]),
        "geometry": st.one_of(
            st.none(),
            st.fixed_dictionaries({"type": st.sampled_from([*geojson.TYPES, "y"]), "coordinates": _shape}),
        ),
        "properties": st.one_of(st.none(), st.dictionaries(st.text(max_size=4), _shape, max_size=3)),
    }
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_feature, max_size=6))
def test_whatever_stands_in_a_file_every_feature_is_counted_once(features: list[Any]) -> None:
    builder = Builder(WGS84, Limits(), lines=False)
    builder.take(geojson.features(json.dumps({"type": "FeatureCollection", "features": features}).encode()))
    report = builder.layer("a", "a", NOW).report
    assert report.total == len(features) == report.read + sum(report.left_out.values())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading_of_tables(data: bytes) -> None:
    builder = Builder(WGS84, Limits(), lines=True)
    try:
        builder.take(table.features(b"lon,lat,name\n" + data))
    except UserError:
        return
    report = builder.layer("a", "a", NOW).report
    assert report.total == report.read + sum(report.left_out.values())


@pytest.mark.system
def test_the_command_line_reads_a_file_as_the_map_does(tmp_path: Path) -> None:
    path, kept = written(tmp_path, feature("Point", [30.2, 120.1], name="甲")), tmp_path / "kept.layer"
    bounds = ",".join(map(str, BOUNDS))
    command = cockpit_command("layer", "read", str(path), "--datum", "wgs84", "--bounds", bounds, "--out", str(kept))
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[0] == "读入 1 个要素，共 1 个，略去 0 个"
    assert load(kept).title(0) == "甲"
    done = subprocess.run([*command[:-1], str(kept), "--json"], capture_output=True, timeout=60, check=True)
    assert json.loads(done.stdout)["report"]["mended"] == {"swapped": 1}
    path.write_text("{", "utf-8")
    refused = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (refused.returncode, refused.stderr.strip()) == (2, "GeoJSON 写到第 1 行就断了或有错，没有导入")
