"""Files and JSON of any office, read by a mapping."""

from __future__ import annotations

import io
import math
import tomllib
import zipfile
from datetime import datetime

import openpyxl
import pytest

from cockpit.feeds.finding import make_format
from cockpit.feeds.items import Everything, Readings, SourceTime
from cockpit.model.errors import UserError
from cockpit.model.messages import texts
from tests.format_kit import AT_US, context, of, read, readings, rows, sentences
from tests.shared_data import shared_data

WATER = tomllib.loads("""
zone = "Asia/Shanghai"
time = "%Y/%m/%d %H:%M"
none = ["缺测"]
[columns]
id = "编号"
name = "名称"
lon = "经度"
lat = "纬度"
kind = { value = "water_depth" }
unit = { value = "cm" }
period = { value = 60 }
value = { from = "水深(mm)", factor = 0.1 }
measured = "时间"
[facts]
"养护单位" = "养护"
""")
HEAD = "编号,名称,经度,纬度,水深(mm),时间,养护\n"
GOOD = "w1,环城北路,120.2,30.2,123,2026/07/14 17:30,一公司\n"
PAIR = {"columns": {"id": "id", "value": "v"}}


def test_a_table_of_an_office_becomes_sensors_in_our_units_and_times():
    items = read("csv", (HEAD + GOOD).encode("gb18030"), WATER, whole=True)
    (row,) = rows(items)
    assert (row["id"], row["name"], row["kind"], row["unit"]) == ("w1", "环城北路", "water_depth", "cm")
    assert row["value"] == pytest.approx(12.3)
    assert (row["measured"], row["period"]) == (AT_US, 60_000_000)
    assert row["body"]["facts"] == [{"name": "养护单位", "value": "一公司", "unit": ""}]
    assert of(Everything, items) == [Everything("sensor", ["w1"])]
    assert of(SourceTime, items)[0].us == AT_US


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_of_a_file_is_found(encoding):
    assert rows(read("csv", (HEAD + GOOD).encode(encoding), WATER))[0]["name"] == "环城北路"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_of_a_file_is_found(delimiter):
    assert rows(read("csv", (HEAD + GOOD).replace(",", delimiter), WATER))[0]["id"] == "w1"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("w2,x,120.2,30.2,深,2026/07/14 17:30,\n", "水深(mm) 不是数：深"),
        ("w2,x,120.2,30.2,1,昨天,\n", "时间"),
        ("w2,x,30.2,120.2,1,2026/07/14 17:30,\n", "写反"),
        ("w2,x,121.9,30.2,1,2026/07/14 17:30,\n", "范围"),
        (",x,120.2,30.2,1,2026/07/14 17:30,\n", "编号"),
        ("w2,x\n", "经度"),
    ],
)
def test_a_bad_line_ends_in_one_sentence_and_its_neighbours_stay(line, said):
    items = read("csv", HEAD + line + GOOD, WATER, whole=True)
    assert [row["id"] for row in rows(items)] == ["w1"]
    (sentence,) = sentences(items)
    assert said in sentence
    assert all("w2" in item.ids for item in of(Everything, items))  # refused is not gone


@pytest.mark.parametrize("cell", ["", "-", "NA", "缺测", "NaN"])
def test_what_means_nothing_is_no_value_and_never_zero(cell):
    assert math.isnan(rows(read("csv", HEAD + GOOD.replace("123", cell), WATER))[0]["value"])


def test_where_only_values_are_mapped_they_go_the_fast_way():
    assert readings(read("csv", "id,v\na,1\nb,2.5\nc,NA\n", PAIR))[:2] == [("a", 1.0, 0), ("b", 2.5, 0)]


def test_a_file_that_grows_brings_its_headings_once():
    reader = make_format("csv", PAIR, "sensor")
    assert readings(read("csv", "id,v\na,1\n", reader=reader, first=True)) == [("a", 1.0, 0)]
    assert readings(read("csv", "b,2\n", reader=reader)) == [("b", 2.0, 0)]
    assert readings(read("csv", "id,v\nc,3\n", reader=reader)) == [("c", 3.0, 0)]


def test_a_file_without_headings_is_read_by_the_numbers_of_its_columns():
    mapping = {"header": 0, "columns": {"id": 2, "value": "1"}}
    assert readings(read("csv", "1.5,a\n2.5,b\n", mapping)) == [("a", 1.5, 0), ("b", 2.5, 0)]


def test_headings_that_lack_a_column_are_said_with_its_name():
    assert "水深(mm)" in sentences(read("csv", "编号,名称,经度,纬度,时间\n" + GOOD, WATER))[0]


def test_words_become_levels_and_states_and_an_unknown_word_is_said():
    mapping = {
        "columns": {
            "id": "id",
            "kind": {"from": "type", "words": {"积水": "E0506"}},
            "level": {"from": "等级", "words": {"特大": 1, "重大": 2}},
            "state": {"from": "状态", "words": {"已办结": 1}, "otherwise": 0},
            "point": {"from": "位置", "order": "lat,lon"},
            "title": "标题",
            "occurred": {"from": "t", "time": "unix"},
        }
    }
    line = {
        "id": 7,
        "type": "积水",
        "等级": "重大",
        "状态": "已办结",
        "位置": "30.2,120.2",
        "标题": "桥下",
        "t": 1784021400,
    }
    (row,) = rows(read("jsonl", line, mapping, "event"))
    assert (row["id"], row["kind"], row["level"], row["state"]) == ("7", "E0506", 2, 1)
    assert (row["lon"], row["lat"], row["occurred"]) == (120.2, 30.2, AT_US)
    assert row["body"]["title"] == "桥下"
    assert "一般" in sentences(read("jsonl", {**line, "等级": "一般"}, mapping, "event"))[0]


@pytest.mark.parametrize(
    "point", ["POINT(120.2 30.2)", "SRID=4326;Point Z (120.2 30.2 5)", "120.2,30.2", [120.2, 30.2]]
)
def test_points_are_read_from_wkt_pairs_and_lists(point):
    mapping = {"columns": {"id": "id", "point": "p", "kind": {"value": "x"}}}
    (row,) = rows(read("jsonl", {"id": "a", "p": point}, mapping))
    assert (row["lon"], row["lat"]) == (120.2, 30.2)


def test_outlines_are_read_from_wkt():
    mapping = {"columns": {"id": "id", "shape": "g", "code": "id", "name": "id"}}
    wkt = "POLYGON((120.1 30.2, 120.2 30.2, 120.2 30.3, 120.1 30.2))"
    (row,) = rows(read("jsonl", {"id": "330105", "g": wkt}, mapping, "area"))
    assert row["rings"] == "[[[[120.1,30.2],[120.2,30.2],[120.2,30.3],[120.1,30.2]]]]"
    assert "不是多边形" in sentences(read("jsonl", {"id": "a", "g": "POLYGON((x))"}, mapping, "area"))[0]


def test_an_answer_of_a_platform_is_read_at_the_path_of_its_records():
    mapping = {"records": "data.items", "columns": {"id": "device.id", "value": "PM2.5"}}
    answer = {"code": 0, "data": {"items": [{"device": {"id": "a"}, "PM2.5": "31"}, 5]}}
    items = read("jsonl", answer, mapping)
    assert readings(items) == [("a", 31.0, 0)]
    assert len(sentences(items)) == 1
    assert "data.items" in sentences(read("jsonl", {"code": 500}, mapping))[0]


def test_lines_of_json_are_read_one_by_one():
    items = read("jsonl", b'{"id":"a","v":1}\n\nbroken\n{"id":"b","v":2}\n', PAIR)
    assert readings(items) == [("a", 1.0, 0), ("b", 2.0, 0)]
    assert len(sentences(items)) == 1
    assert readings(read("jsonl", b'{\n "id": "a",\n "v": 1\n}', PAIR)) == [("a", 1.0, 0)]


def test_messages_that_waited_together_are_read_in_one_go_unless_one_of_them_is_bad():
    reader = make_format("jsonl", PAIR, "sensor")
    (found,) = reader.parse_many([b'{"id":"a","v":1}', b'[{"id":"b","v":2}]'], context())
    assert (found.ids, found.values.tolist()) == (["a", "b"], [1.0, 2.0])
    assert reader.parse_many([b'{"id":"a","v":1}', b'{"id":"b","v":"x"}'], context()) is None
    assert make_format("jsonl", {"columns": {"id": "id", "name": "n"}}, "sensor").parse_many([b"{}"], context()) is None


def workbook(*lines, sheet="设备"):
    book = openpyxl.Workbook()
    book.active.title = "封面"
    made = book.create_sheet(sheet)
    for line in lines:
        made.append(line)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


BOOK = {"sheet": "设备", "header": 2, "zone": "Asia/Shanghai", "columns": {"id": "编号", "value": "v", "measured": "t"}}


def test_a_sheet_of_a_workbook_is_read_with_its_dates():
    when = datetime(2026, 7, 14, 17, 30)  # noqa: DTZ001 - Excel knows no zones
    data = workbook(["设备台账"], ["编号", "v", "t"], ["a", 1.5, when], [17, "x", None], [18, 2])
    items = read("xlsx", data, BOOK)
    assert readings(items) == [("a", 1.5, AT_US), ("18", 2.0, 0)]
    assert "17" in sentences(items)[0]


def test_a_sheet_that_is_not_there_is_said_with_those_that_are():
    (said,) = sentences(read("xlsx", workbook(["x"], sheet="别的"), BOOK))
    assert "设备" in said
    assert "别的" in said


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 60_000_000)
    assert "压缩炸弹" in sentences(read("xlsx", file.getvalue(), BOOK))[0]


def edited(data, name, edit):
    """The workbook with one part changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            text = old.read(part)
            new.writestr(part.filename, edit(text) if part.filename == name else text)
    return file.getvalue()


SHEET = "xl/worksheets/sheet2.xml"


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda x: b'<!DOCTYPE a [<!ENTITY b "c">]>' + x, "实体"),
        (lambda x: x.replace(b"</row>", b"<c/>" * 50_000 + b"</row>", 1), "单元格过多"),
        (lambda x: x.replace(b"<sheetData>", b"<sheetData>" + b"<row/>" * 900_000), "单元格过多"),
        (lambda x: x[:-40], "读不下去"),
    ],
)
def test_a_hostile_sheet_ends_in_one_sentence(edit, said):
    data = edited(workbook(["x"], ["编号", "v", "t"], ["a", 1]), SHEET, edit)
    assert said in sentences(read("xlsx", data, BOOK))[-1]


def test_a_sheet_that_claims_a_billion_cells_is_read_for_those_that_it_has():
    data = edited(workbook(["x"], ["编号", "v", "t"], ["a", 1]), SHEET, lambda x: x.replace(b"A1:C3", b"A1:XFD1048576"))
    assert readings(read("xlsx", data, BOOK)) == [("a", 1.0, 0)]


def test_features_of_another_platform_are_read_by_a_mapping():
    mapping = {"columns": {"id": "设备号", "point": "geometry", "kind": {"value": "rain"}, "value": "雨量"}}
    feature = {"type": "Feature", "properties": {"设备号": "r1", "雨量": "3.5"}}
    feature["geometry"] = {"type": "Point", "coordinates": [120.2, 30.2]}
    items = read(
        "geojson", {"type": "FeatureCollection", "bbox": [120, 30, 121, 31], "features": [feature, {}]}, mapping
    )
    assert [(r["id"], r["value"], r["lon"]) for r in rows(items)] == [("r1", 3.5, 120.2)]
    assert len(sentences(items)) == 1


@pytest.mark.parametrize("crs", ["urn:ogc:def:crs:OGC:1.3:CRS84", "EPSG:4326", "urn:ogc:def:crs:EPSG::4490", None])
def test_a_collection_in_wgs84_is_read(crs):
    told = {"type": "name", "properties": {"name": crs}} if crs else None
    data = {"type": "FeatureCollection", "crs": told, "features": []}
    assert read("geojson", data, whole=True) == [Everything("sensor", [])]


@pytest.mark.parametrize("crs", ["EPSG:3857", "urn:ogc:def:crs:EPSG::4549", "EPSG:14326"])
def test_a_collection_in_a_foreign_reference_system_is_refused(crs):
    data = {"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": crs}}, "features": []}
    assert crs in sentences(read("geojson", data))[0]


def test_real_hours_of_air_quality_are_read_whole():
    """Beijing 2010–2014 (UCI): a series with gaps, one column a part of the time."""
    data = shared_data("feeds/air_quality/beijing_2010_2014_hourly.csv").read_bytes()
    items = read("csv", data, {"columns": {"id": "No", "value": "pm2.5"}})
    (found,) = of(Readings, items)
    assert len(found.ids) == data.count(b"\n") - 1 + (not data.endswith(b"\n"))
    assert 0 < int(sum(v != v for v in found.values)) < len(found.ids) / 10
    assert not sentences(items)


WRONG = [
    ("csv", {}, "columns.id"),
    ("csv", {"columns": {"id": "a", "valeu": "b"}}, "columns.valeu"),
    ("csv", {**PAIR, "encodign": "x"}, "encodign"),
    ("csv", {**PAIR, "encoding": "klingon"}, "encoding"),
    ("csv", {**PAIR, "delimiter": ",,"}, "delimiter"),
    ("csv", {**PAIR, "header": -1}, "header"),
    ("csv", {**PAIR, "zone": "Asia/Hangzhou"}, "zone"),
    ("csv", {**PAIR, "time": "soon"}, "time"),
    ("csv", {"columns": {"id": "a", "value": {"from": "b", "factor": "x"}}}, "columns.value.factor"),
    ("csv", {"columns": {"id": "a", "value": {"from": "b", "value": 1}}}, "columns.value"),
    ("csv", {"columns": {"id": "a", "value": {"value": "much"}}}, "columns.value.value"),
    ("csv", {"columns": {"id": "a", "value": {"from": "b", "wrods": {}}}}, "columns.value.wrods"),
    ("csv", {"columns": {"id": "a", "value": {"from": "b", "words": {"x": "y"}}}}, "columns.value.words"),
    ("jsonl", {"columns": 5}, "columns"),
    ("xlsx", {**PAIR, "sheet": True}, "sheet"),
    ("geojson", {"complete": "yes"}, "complete"),
    ("cap", {"columns": {}}, "cap"),
    ("cloudevents", {}, "format"),
    ("cloudevents", {"format": "cloudevents"}, "format"),
    ("cloudevents", {"format": "csv", "mapping": {"columns": {"id": "a", "x": "b"}}}, "columns.x"),
    ("ngsi_ld", {"types": 5}, "types"),
]


@pytest.mark.parametrize(("name", "mapping", "key"), WRONG)
def test_a_wrong_mapping_is_one_sentence_that_names_the_key(name, mapping, key):
    with pytest.raises(UserError) as told:
        make_format(name, mapping, "sensor")
    assert list(told.value.message.params) == ["detail"]
    for language in ("zh", "en"):
        assert key in texts(language)(told.value.message)


@pytest.mark.parametrize("name", ["open311", "gtfs_realtime", "cot"])
def test_a_format_that_can_not_fill_the_topic_says_so(name):
    with pytest.raises(UserError, match="sensor"):
        make_format(name, {}, "sensor")
