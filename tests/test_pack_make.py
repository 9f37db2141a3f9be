"""`cockpit pack make`: a small city from OpenStreetMap XML, its binary form and GeoJSON comes out the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
import pytest
import shapely

from cockpit.cli import main
from cockpit.dispatch.near import Finder, Units
from cockpit.geo.areas import CELL, CITY, COMMUNITY, DISTRICT, STREET, Areas
from cockpit.geo.basemap import read_basemap
from cockpit.geo.make import whole
from cockpit.geo.make.coast import sea
from cockpit.geo.places import Places
from cockpit.geo.roadgraph import RoadGraph
from cockpit.geo.search import PlaceSearch
from cockpit.packs.read import read_pack
from tests.shared_data import shared_data

WEST, SOUTH, STEP = 118.70, 32.00, 0.002
Way = tuple[list[tuple[float, float]], dict[str, str]]


def at(x: float, y: float) -> tuple[float, float]:
    return round(WEST + x * STEP, 7), round(SOUTH + y * STEP, 7)


def ring(x: float, y: float, size: float) -> list[tuple[float, float]]:
    return [at(x, y), at(x + size, y), at(x + size, y + size), at(x, y + size), at(x, y)]


NAMES = {0: "中山路", 1: "解放路", 2: "延安路", 3: "人民路"}
WAYS: list[Way] = [
    *[
        ([at(x, y) for x in range(4)], {"highway": "primary", "name": f"{NAMES[y]} Rd", "name:zh": NAMES[y]})
        for y in range(4)
    ],
    *[
        (
            [at(x, y) for y in range(4)],
            {"highway": "residential", "name": f"东{x}街", "oneway": "yes" if x == 1 else "no"},
        )
        for x in range(4)
    ],
    (ring(0.2, 0.2, 0.3), {"building": "yes", "building:levels": "10", "name": "市政大楼", "amenity": "townhall"}),
    (ring(0.6, 0.6, 0.2), {"building": "yes", "height": "42 m"}),
    (ring(1.2, 1.2, 0.5), {"natural": "water", "name": "莫愁湖"}),
    (ring(2.2, 2.2, 0.6), {"leisure": "park", "name": "中心公园"}),
    ([at(0.1, 3.2), at(2.9, 3.2)], {"railway": "rail"}),
]
HOLE = [ring(2.1, 0.1, 0.8), ring(2.3, 0.3, 0.3)]
"""A lake with an island: outer and inner ring."""
POINTS: list[tuple[tuple[float, float], dict[str, str]]] = [
    (at(1.5, 0.5), {"amenity": "hospital", "name": "鼓楼医院"}),
    (at(0.5, 1.5), {"railway": "station", "name": "新街口"}),
    (at(0.5, 2.5), {"highway": "crossing"}),
]


def numbered() -> tuple[dict[tuple[float, float], int], list[tuple[int, list[int], dict[str, str]]]]:
    """Nodes by place, and ways as (id, node ids, tags), rings of the lake last."""
    nodes: dict[tuple[float, float], int] = {}
    ways = [*WAYS, *((path, {}) for path in HOLE)]
    return nodes, [
        (100 + k, [nodes.setdefault(point, len(nodes) + 1) for point in path], tags)
        for k, (path, tags) in enumerate(ways)
    ]


def osm_xml(bounds: bool = True, extra: str = "") -> str:
    def tags(of: dict[str, str]) -> str:
        return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in of.items())

    nodes, ways = numbered()
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<osm version="0.6" generator="a test">']
    if bounds:
        low, high = at(-0.2, -0.2), at(3.2, 3.4)
        lines.append(f'<bounds minlon="{low[0]}" minlat="{low[1]}" maxlon="{high[0]}" maxlat="{high[1]}"/>')
    lines += [f'<node id="{n}" lon="{lon}" lat="{lat}"/>' for (lon, lat), n in nodes.items()]
    lines += [
        f'<node id="{900 + k}" lon="{lon}" lat="{lat}">{tags(of)}</node>' for k, ((lon, lat), of) in enumerate(POINTS)
    ]
    lines += [
        f'<way id="{n}">{"".join(f"<nd ref={quoteattr(str(r))}/>" for r in refs)}{tags(of)}</way>'
        for n, refs, of in ways
    ]
    outer, inner = ways[-2][0], ways[-1][0]
    lines.append(
        f'<relation id="1"><member type="way" ref="{outer}" role="outer"/>'
        f'<member type="way" ref="{inner}" role="inner"/>'
        + tags({"type": "multipolygon", "natural": "water", "name": "玄武湖"})
        + "</relation>"
    )
    return "\n".join([*lines, extra, "</osm>"])


def write_pbf(path: Path) -> None:
    osmium = pytest.importorskip("osmium", reason="osmium (the extra [packs]) is not installed")
    nodes, ways = numbered()
    with osmium.SimpleWriter(str(path)) as writer:
        for (lon, lat), n in nodes.items():
            writer.add_node(osmium.osm.mutable.Node(id=n, location=(lon, lat)))
        for k, ((lon, lat), tags) in enumerate(POINTS):
            writer.add_node(osmium.osm.mutable.Node(id=900 + k, location=(lon, lat), tags=tags))
        for n, refs, tags in ways:
            writer.add_way(osmium.osm.mutable.Way(id=n, nodes=refs, tags=tags))
        members = [("w", ways[-2][0], "outer"), ("w", ways[-1][0], "inner")]
        tags = {"type": "multipolygon", "natural": "water", "name": "玄武湖"}
        writer.add_relation(osmium.osm.mutable.Relation(id=1, members=members, tags=tags))


def feature(kind: str, coordinates: Any, tags: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "properties": tags, "geometry": {"type": kind, "coordinates": coordinates}}


def geojson(shift: tuple[float, float] = (0.0, 0.0), extra: list[Any] | None = None) -> str:
    def moved(path: list[tuple[float, float]]) -> list[list[float]]:
        return [[x + shift[0], y + shift[1]] for x, y in path]

    rows = [
        feature("Polygon", [moved(path)], tags) if path[0] == path[-1] else feature("LineString", moved(path), tags)
        for path, tags in WAYS
    ]
    rows.append(feature("Polygon", [moved(one) for one in HOLE], {"natural": "water", "name": "玄武湖"}))
    rows += [feature("Point", moved([point])[0], tags) for point, tags in POINTS]
    return json.dumps({"type": "FeatureCollection", "features": [*rows, *(extra or [])]})


def made(capsys: pytest.CaptureFixture[str], out: Path, *arguments: str) -> tuple[int, str, str]:
    code = main(["pack", "make", *arguments, "--out", str(out)])
    told = capsys.readouterr()
    return code, told.out, told.err


CITY_ARGS = ("--name", "南京", "--code", "320100")
BOX = ("--box", ",".join(str(v) for v in (*at(-0.2, -0.2), *at(3.2, 3.4))))


def write(kind: str, folder: Path) -> Path:
    path = folder / f"city.{kind}"
    if kind == "osm":
        path.write_text(osm_xml(), encoding="utf-8")
    elif kind == "osm.pbf":
        write_pbf(path)
    else:
        path.write_text(geojson(), encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["osm", "osm.pbf", "geojson"])
def test_a_pack_made_of_any_format_holds_the_same_city(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str
) -> None:
    out = tmp_path / "南京"
    code, told, _ = made(capsys, out, str(write(kind, tmp_path)), *CITY_ARGS, *BOX)
    assert code == 0
    assert str(out) in told
    pack = read_pack(out)
    assert (pack.id, pack.name["zh"], pack.code) == ("nanjing", "南京", "320100")
    graph = RoadGraph.load(out)
    assert len(graph.a) == 24
    assert {"中山路", "东1街"} <= set(graph.names)
    assert (graph.flags & 3 == 1).sum() == 3  # the one-way street's three pieces
    base = read_basemap(out)
    assert len(base.layers["building"].polys) - 1 == 2
    assert sorted(base.layers["building"].height.tolist()) == [30.0, 42.0]
    assert len(base.layers["water"].polys) - 1 == 2
    assert max(np.diff(base.layers["water"].polys)) == 2  # the lake with its island
    assert {"park", "rail", "road_main", "road_minor"} <= set(base.layers)
    assert {"莫愁湖", "玄武湖"} <= {label.text for label in base.labels if label.kind == "water"}
    search = PlaceSearch(Places.load(out), Areas.load(out))
    assert search.search("中山路/东1街", 8)[0].kind == "crossing"
    assert search.search("glyy", 8)[0].words == "鼓楼医院"
    assert {"新街口站", "市政大楼", "中心公园"} <= {
        search.search(n, 1)[0].words for n in ("新街口", "szdl", "中心公园")
    }


def test_areas_hang_together_and_cover_the_land(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(capsys, tmp_path / "nj", str(write("osm", tmp_path)), *CITY_ARGS)
    areas = Areas.load(tmp_path / "nj")
    counts = [len(areas.of_tier(tier)) for tier in (CITY, DISTRICT, STREET, COMMUNITY, CELL)]
    assert counts[:2] == [1, 1]
    assert counts[4] >= 9
    for area in areas:
        assert area.tier == CITY or areas[area.parent].tier == area.tier - 1
        assert area.tier == CITY or area.code.startswith(area.parent[:4])
    assert areas.at(*at(0.5, 0.9)) != ""
    assert all(len(area.code) == 15 for area in areas.of_tier(CELL))
    assert any("片区" in area.name for area in areas.of_tier(STREET))


def test_drawn_boundaries_become_the_areas(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawn = [
        feature("Polygon", [ring(-0.2, -0.2, 1.7)], {"name": "鼓楼区", "level": "district", "code": "320106"}),
        feature("Polygon", [ring(1.5, -0.2, 3.4)], {"name": "玄武区", "level": "1", "code": "320102"}),
        feature("Polygon", [ring(-0.2, -0.2, 1.7)], {"name": "湖南路街道", "level": "街道", "code": "320106009"}),
        feature("Polygon", [ring(-0.2, -0.2, 1.7)], {"level": "cell"}),
        feature("Point", list(at(0, 0)), {"name": "x", "level": "cell"}),
    ]
    file = tmp_path / "areas.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": drawn}), encoding="utf-8")
    code, told, _ = made(capsys, tmp_path / "nj", str(write("osm", tmp_path)), *CITY_ARGS, "--areas", str(file))
    assert code == 0
    assert "略去 2 个面" in told
    areas = Areas.load(tmp_path / "nj")
    assert {"鼓楼区", "玄武区"} <= {area.name for area in areas.of_tier(DISTRICT)}
    assert areas["320106009"].name == "湖南路街道"
    assert [area.name for area in areas.line(areas.at(*at(0.5, 0.9)))][1:3] == ["鼓楼区", "湖南路街道"]
    assert "导入" in read_pack(tmp_path / "nj").notice["zh"]


def test_drawn_cells_are_taken_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawn = [
        feature("Polygon", [ring(x, y, 1)], {"name": f"第{3 * x + y + 1}网格", "level": "网格"})
        for x in range(3)
        for y in range(3)
    ]
    file = tmp_path / "areas.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": drawn}), encoding="utf-8")
    made(capsys, tmp_path / "nj", str(write("osm", tmp_path)), *CITY_ARGS, "--areas", str(file))
    areas = Areas.load(tmp_path / "nj")
    assert sorted(area.name for area in areas.of_tier(CELL)) == [f"第{k}网格" for k in range(1, 10)]
    assert areas[areas.at(*at(1.5, 0.5))].name == "第4网格"


def test_the_sea_lies_on_the_right_of_the_coast_and_an_island_in_it_is_land() -> None:
    box = (0.0, 0.0, 10.0, 10.0)
    coast = shapely.LineString([(4, -1), (4, 5), (5, 11)])  # northwards: land in the west
    island = shapely.LineString([(7, 4), (8, 4), (8, 5), (7, 5), (7, 4)])
    pond = shapely.LineString([(1, 1), (1, 2), (2, 2), (2, 1), (1, 1)])
    water = shapely.union_all(sea([coast, island, pond], box))
    for place, wet in (((6, 2), True), ((2, 5), False), ((7.5, 4.5), False), ((9, 9), True), ((1.5, 1.5), True)):
        assert shapely.Point(place).within(water) is wet, place
    assert sea([], box) == []
    assert sea([shapely.LineString([(20, 20), (30, 30)])], box) == []
    backwards = shapely.union_all(sea([shapely.reverse(coast)], box))
    assert shapely.Point(2, 5).within(backwards)


def test_a_city_by_the_sea_has_it_on_its_map(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    coast = feature("LineString", [list(at(2.5, -1)), list(at(2.5, 5))], {"natural": "coastline"})
    (tmp_path / "city.geojson").write_text(geojson(extra=[coast]), encoding="utf-8")
    made(capsys, tmp_path / "nj", str(tmp_path / "city.geojson"), *CITY_ARGS, *BOX)
    water = read_basemap(tmp_path / "nj").layers["water"]
    rings = [shapely.Polygon(ring) for ring in water.parts()]
    assert any(shapely.Point(at(3.1, 3.3)).within(ring) for ring in rings)
    assert not any(shapely.Point(at(0.1, 3.3)).within(ring) for ring in rings)


def test_without_bounds_the_pack_covers_where_the_streets_are(tmp_path: Path) -> None:
    path = tmp_path / "city.osm"
    far = '<node id="5000" lon="120.9" lat="33.9"/><way id="6000"><nd ref="1"/><nd ref="5000"/></way>'
    path.write_text(osm_xml(bounds=False, extra=far), encoding="utf-8")
    _, box = whole.read([path], None, "wgs84")
    assert box[0] > WEST - 0.01
    assert box[2] < WEST + 0.02


def test_gcj02_geojson_lands_where_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "city.geojson").write_text(geojson(), encoding="utf-8")
    made(capsys, tmp_path / "nj", str(tmp_path / "city.geojson"), *CITY_ARGS, "--datum", "gcj02")
    lon, lat = RoadGraph.load(tmp_path / "nj").nodes.min(axis=0)
    assert 0.004 < WEST - lon < 0.007
    assert 0.001 < abs(SOUTH - lat) < 0.004


def test_who_is_near_can_be_asked_in_a_made_city(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(capsys, tmp_path / "nj", str(write("osm", tmp_path)), *CITY_ARGS)
    units = Units(["a", "b"], ["police", "police"], np.zeros(2, "u1"), np.array([at(3, 3), at(1, 0)]))
    found = Finder(read_pack(tmp_path / "nj")).near(*at(0, 0), None, units)
    assert isinstance(found, list)
    assert [one.key for one in found] == ["b", "a"]


def test_an_update_makes_the_layers_again_and_leaves_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, file = tmp_path / "nj", write("osm", tmp_path)
    made(capsys, out, str(file), *CITY_ARGS)
    mine = (out / "pack.toml").read_text(encoding="utf-8").replace("beat = 5", "beat = 7")
    (out / "pack.toml").write_text(mine, encoding="utf-8")
    (out / "roads.npz").unlink()
    code, _, told = made(capsys, out, str(file), *CITY_ARGS)
    assert code == 2
    assert "--update" in told
    code, _, _ = made(capsys, out, str(file), "--update")
    assert code == 0
    assert len(RoadGraph.load(out).a) == 24
    assert (out / "pack.toml").read_text(encoding="utf-8") == mine
    assert not list(tmp_path.glob(".pack-*"))


BROKEN = {
    "empty.osm": "",
    "encoding.osm": "<?xml version='1.0' encoding='UTTF-8'?><osm/>",
    "cut.osm": "<osm><node id='1' lon='118.7' lat='32'/>",
    "other.osm": "<html><body>502 Bad Gateway</body></html>",
    "bomb.osm": '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]><osm><node id="&c;"/></osm>',
    "noroads.osm": "<osm><node id='1' lon='118.7' lat='32'/></osm>",
    "nothing.geojson": "",
    "list.geojson": "[1, 2, 3]",
    "deep.geojson": "[" * 100_000,
    "noroads.geojson": '{"type": "FeatureCollection", "features": []}',
    "city.shp": "x",
    "bad.osm.pbf": "not a pbf at all",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_file_that_is_no_map_ends_in_one_sentence_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    if name.endswith(".pbf"):
        pytest.importorskip("osmium", reason="osmium (the extra [packs]) is not installed")
    (tmp_path / name).write_text(BROKEN[name], encoding="utf-8")
    code, _, told = made(capsys, tmp_path / "out", str(tmp_path / name), *CITY_ARGS)
    assert code == 2
    assert told.strip().splitlines()[-1].endswith("。")
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_broken_pieces_are_left_out_with_a_count_and_the_rest_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    extra = [
        feature("Point", [float("nan"), 32.0], {"amenity": "cafe", "name": "无处"}),
        feature("Point", [32.001, 118.702], {"amenity": "cafe", "name": "反了"}),
        feature("Polygon", [[list(at(0, 0)), list(at(1, 1)), list(at(1, 0)), list(at(0, 1)), list(at(0, 0))]],
                {"natural": "water", "name": "蝴蝶湖"}),
        {"type": "Feature", "properties": None, "geometry": None},
        {"type": "Feature"},
        "nonsense",
        feature("LineString", [list(at(0, 0))], {"highway": "primary"}),
    ]  # fmt: skip
    (tmp_path / "city.geojson").write_text(geojson(extra=extra), encoding="utf-8")
    code, told, _ = made(capsys, tmp_path / "nj", str(tmp_path / "city.geojson"), *CITY_ARGS, *BOX)
    assert code == 0
    assert "写反" in told
    assert "没有坐标" in told
    assert len(RoadGraph.load(tmp_path / "nj").a) == 24
    assert "蝴蝶湖" in Places.load(tmp_path / "nj").other_names


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--name", "南京"), "六位"),
        (("--code", "320100"), "--name"),
        ((*CITY_ARGS, "--box", "1,2,3"), "西,南,东,北"),
        ((*CITY_ARGS, "--box", "10,20,5,30"), "西,南,东,北"),
        ((*CITY_ARGS, "--box", "100,20,120,40"), "公里"),
        ((*CITY_ARGS, "--box", "10,20,10.1,20.1"), "没有道路"),
        ((*CITY_ARGS, "--areas", "nowhere.geojson"), "nowhere.geojson"),
    ],
)
def test_what_can_not_be_meant_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    code, _, told = made(capsys, tmp_path / "nj", str(write("osm", tmp_path)), *arguments)
    assert code == 2
    assert says in told
    assert not (tmp_path / "nj").exists()


def test_a_folder_that_can_not_be_made_ends_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    code, _, told = made(capsys, tmp_path / "file" / "nj", str(write("osm", tmp_path)), *CITY_ARGS)
    assert code == 2
    assert "检查权限" in told


@pytest.mark.parametrize(
    "rows",
    [
        [feature("LineString", [list(at(0, 0)), list(at(1, 0))], {"highway": "footway"})],
        [feature("LineString", [list(at(0, 0)), list(at(1, 0))], {"highway": "motorway", "name": "高速"})],
        [
            feature("LineString", [list(at(0, 0)), list(at(1, 0))], {"highway": "primary"}),
            feature("Polygon", [ring(-1, -1, 6)], {"natural": "water", "name": "海"}),
        ],
    ],
    ids=["foot ways only", "motorways only", "water everywhere"],
)
def test_the_oddest_city_is_made_and_can_be_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: list[dict[str, Any]]
) -> None:
    (tmp_path / "city.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": rows}), "utf-8")
    code, _, told = made(capsys, tmp_path / "nj", str(tmp_path / "city.geojson"), *CITY_ARGS, *BOX)
    assert code == 0, told
    out = tmp_path / "nj"
    units = Units(["a", "b"], ["police", "grid"], np.zeros(2, "u1"), np.array([at(0, 0), at(1, 0)]))
    assert isinstance(Finder(read_pack(out)).near(*at(0.5, 0.1), None, units), list)
    assert len(Areas.load(out).of_tier(CELL)) >= 1
    assert PlaceSearch(Places.load(out), Areas.load(out)).search("没有", 8) == []
    read_basemap(out)


@pytest.mark.slow
def test_the_nanjing_of_overpass_becomes_a_pack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = shared_data("map/nanjing/osm_bbox.osm.xml")
    code, told, _ = made(capsys, tmp_path / "nj", str(file), *CITY_ARGS)
    assert code == 0, told
    base = read_basemap(tmp_path / "nj")
    assert len(base.layers["building"].polys) > 1200
    assert np.isfinite(base.layers["building"].height).sum() > 100
    search = PlaceSearch(Places.load(tmp_path / "nj"), Areas.load(tmp_path / "nj"))
    for typed, words in (
        ("中山东路/洪武路", "洪武路 × 中山东路"),
        ("zsdl hwl", "洪武路 × 中山东路"),
        ("dejiguangchang", "德基广场"),
        ("长江路", "长江路"),
    ):
        assert search.search(typed, 8)[0].words == words
    assert len(RoadGraph.load(tmp_path / "nj").net(False).usable) > 300
