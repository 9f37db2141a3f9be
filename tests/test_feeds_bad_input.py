"""Bad input from feeds: each ends in one clear sentence, and its neighbours go on."""

from __future__ import annotations

import json
import math

import pytest

from cockpit.feeds.checks import check
from cockpit.feeds.finding import find_format
from cockpit.feeds.formats.base import Context
from cockpit.feeds.items import SAMPLE_BYTES, Everything, Refused, Rows, SourceTime
from cockpit.geo.datum import wgs84_to_gcj02
from cockpit.model.clock import from_iso
from cockpit.model.errors import UserError
from cockpit.model.messages import texts
from cockpit.model.tables import TABLES

BOUNDS = (120.05, 30.12, 120.32, 30.36)
NOW = from_iso("2026-07-14T17:32:36+08:00")
AT = "2026-07-14T17:32:30+08:00"


def context(topic="event", **more):
    return Context(feed="f", topic=topic, bounds=BOUNDS, now=NOW, **more)


def read(name, data, **more):
    if not isinstance(data, bytes):
        data = json.dumps(data).encode()
    where = context(**more)
    return check(find_format(name)().parse(data, where), where)


def event(**changes):
    made = {
        "id": "e1", "kind": "E0506", "level": 2, "state": "open", "lon": 120.2, "lat": 30.2, "area": "330105",
        "place": "莫干山路", "channel": "patrol", "amount": 12.5, "occurred": AT, "updated": AT,
        "body": {"text": "积水"},
    }  # fmt: skip
    made.update(changes)
    return {k: v for k, v in made.items() if v is not ...}


def unit(**changes):
    made = {"id": "u1", "kind": "grid", "name": "网格 01", "state": "free", "lon": 120.2, "lat": 30.2, "fixed": AT}
    made.update(changes)
    return {k: v for k, v in made.items() if v is not ...}


def only_refused(items):
    assert [type(i) for i in items] == [Refused]
    return items[0]


def sentence(refused):
    """The Chinese sentence, after holding it and the English one to being whole."""
    for lang in ("zh", "en"):
        text = texts(lang)(refused.reason)
        assert text
        assert text != refused.reason.id, "the catalogue lacks it"
        assert "{" not in text or refused.reason.id == "feeds.not_geojson", "a placeholder was not filled"
    assert len(refused.sample) <= SAMPLE_BYTES
    return refused.reason.in_chinese()


def of(kind, items):
    return [i for i in items if isinstance(i, kind)]


def test_a_good_event_is_one_complete_row():
    (rows,) = read("city", event(), event_type="event")
    row = rows.rows[0]
    wanted = {*TABLES["event"].names, "id", "body"} - {"key", "feed", "received"}
    assert set(row) == wanted
    assert (row["level"], row["state"], row["occurred"]) == (2, 0, from_iso(AT))


def test_an_event_without_place_amount_or_level_is_shown_as_unknown_and_never_as_zero():
    (rows,) = read("city", event(lon=None, lat=None, amount=None, level=None), event_type="event")
    row = rows.rows[0]
    assert math.isnan(row["lon"])
    assert math.isnan(row["amount"])
    assert row["level"] == 5


def test_an_unknown_kind_is_kept_as_its_code():
    (rows,) = read("city", event(kind="X9999"), event_type="event")
    assert rows.rows[0]["kind"] == "X9999"


BAD_EVENTS = [
    (event(id=...), "编号"),
    (event(id=""), "编号"),
    (event(id=17), "id"),
    (event(id="x" * 201), "编号"),
    (event(id="a\nb"), "编号"),
    (event(kind=...), "kind"),
    (event(kind=7), "kind"),
    (event(level="high"), "level"),
    (event(level=0), "level"),
    (event(level=6), "level"),
    (event(state="perhaps"), "state"),
    (event(lon="120.2"), "lon"),
    (event(lon=None), "经度和纬度"),
    (event(lon=121.5), "121.5"),
    (event(lon=0, lat=0), "范围"),
    (event(lon=30.2, lat=120.2), "写反"),
    (event(lon=1e300, lat=-1e300), "范围"),
    (event(place="长" * 1_000_000), "place"),
    (event(body={"text": "长" * 1_000_000}), "body"),
    (event(body=["no"]), "body"),
    (event(occurred="yesterday"), "occurred"),
    (event(occurred="2026-07-14T17:32:30"), "时区"),
    (event(occurred="0009-07-14T17:32:30+08:00"), "occurred"),
    (event(occurred=12), "occurred"),
]


@pytest.mark.parametrize(("bad", "names"), BAD_EVENTS)
def test_a_bad_event_ends_in_one_sentence_that_names_what_is_wrong(bad, names):
    refused = only_refused(read("city", bad, event_type="event"))
    assert names in sentence(refused)
    if isinstance(bad.get("id"), str) and bad["id"] == "e1":
        assert "e1" in sentence(refused)
        assert refused.id == "e1"


def test_infinity_in_json_is_refused():
    data = json.dumps(event()).replace("12.5", "1e999").encode()
    sentence(only_refused(read("city", data, event_type="event")))


@pytest.mark.parametrize("name", ["city", "geojson", "cap"])
@pytest.mark.parametrize(
    "garbage", [b"", b"\x00\xff\xfe" * 5000, b"<html>502 Bad Gateway</html>", b'{"id": "e1", ', b"[]"]
)
def test_total_garbage_is_one_refusal(name, garbage):
    topic = {"city": "event", "geojson": "camera", "cap": "alert"}[name]
    refused = only_refused(read(name, garbage, topic=topic, whole=True))
    sentence(refused)
    assert refused.sample == garbage[:SAMPLE_BYTES]


def test_json_nested_without_end_is_refused():
    sentence(only_refused(read("city", b"[" * 500_000, event_type="event")))
    deep = json.dumps(event()).replace('{"text"', '{"a":' * 5000 + '{"text"').replace("}}", "}" * 5002).encode()
    sentence(only_refused(read("city", deep, event_type="event")))


def test_one_bad_unit_costs_its_neighbours_nothing():
    frame = {
        "at": AT,
        "units": [unit(), unit(id="u2", state=9), unit(id=...), unit(id="u4", lon=0.0), unit(id="u5"), 5],
    }
    items = read("city", frame, first=True)
    assert [r["id"] for r in of(Rows, items)[0].rows] == ["u1", "u5"]
    assert len(of(Refused, items)) == 4
    assert all(sentence(r) for r in of(Refused, items))
    assert of(SourceTime, items)[0].us == from_iso(AT)


def test_a_refused_unit_is_not_taken_for_gone():
    items = read("city", {"at": AT, "units": [unit(), unit(id="u2", lon=0.0)]}, first=True)
    assert of(Everything, items) == [Everything("unit", ["u1", "u2"])]


def test_only_the_first_frame_of_a_connection_says_who_is_there():
    assert not of(Everything, read("city", {"at": AT, "units": [unit()]}))


def test_an_empty_frame_and_a_beat_are_signs_of_life():
    assert read("city", {"at": AT, "units": []}) == [SourceTime(from_iso(AT))]
    assert read("city", {"at": AT}, event_type="beat") == [SourceTime(from_iso(AT))]


def test_sync_is_the_full_list_of_open_events():
    assert read("city", {"open": ["a", "b"]}, event_type="sync") == [Everything("event", ["a", "b"])]


def test_a_clock_that_is_an_hour_ahead_is_reported_and_not_refused():
    ahead = "2026-07-14T18:32:36+08:00"
    items = read("city", {"at": ahead, "units": [unit(fixed=ahead)]})
    assert of(SourceTime, items)[0].us - NOW == 3_600_000_000
    assert len(of(Rows, items)) == 1


def collection(*features, **more):
    return {"type": "FeatureCollection", "features": list(features), **more}


def feature(lon=120.2, lat=30.2, geometry=None, **properties):
    shape = geometry or {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "id": properties.pop("id", "p1"), "properties": properties, "geometry": shape}


def test_sensors_and_cameras_are_read_with_their_own_period_and_state():
    items = read(
        "geojson",
        collection(feature(kind="pm25", name="站", value=31.5, unit="µg/m³", period=60, measured=AT)),
        topic="sensor",
        whole=True,
    )
    row = of(Rows, items)[0].rows[0]
    assert (row["value"], row["period"], row["measured"]) == (31.5, 60_000_000, from_iso(AT))
    items = read("geojson", collection(feature(kind="ball", state="offline")), topic="camera", whole=True)
    assert of(Rows, items)[0].rows[0]["state"] == 1
    assert of(Everything, items)[0].ids == ["p1"]


def test_a_sensor_without_value_has_no_value_instead_of_zero():
    items = read("geojson", collection(feature(kind="pm25", value=None)), topic="sensor")
    assert math.isnan(of(Rows, items)[0].rows[0]["value"])


BAD_FEATURES = [
    (feature(lat=120.2, lon=30.2), "写反"),
    (feature(lon=100), "范围"),
    (feature(id=None), "编号"),
    (feature(value="hot"), "value"),
    (feature(geometry={"type": "LineString", "coordinates": [[1, 2], [3, 4]]}), "LineString"),
    (feature(geometry={"type": "Point", "coordinates": "here"}), "p1"),
    (feature(geometry={"type": "Point", "coordinates": [120.2]}), "Point"),
    (feature(name="长" * 10_001), "name"),
    (feature(measured="soon"), "measured"),
    ({"type": "Feature", "id": "p1"}, "p1"),
    ("no feature", "?"),
]


@pytest.mark.parametrize(("bad", "names"), BAD_FEATURES)
def test_a_bad_feature_ends_in_one_sentence_and_its_neighbour_stays(bad, names):
    items = read("geojson", collection(bad, feature(id="good", kind="pm25", value=1)), topic="sensor", whole=True)
    assert names in sentence(of(Refused, items)[0])
    assert len(of(Refused, items)) == 1
    assert [r["id"] for r in of(Rows, items)[0].rows] == ["good"]


def test_a_poll_that_is_all_bad_takes_nothing_away():
    items = read("geojson", collection(feature(lon=0)), topic="camera", whole=True)
    assert not of(Rows, items)
    assert all("p1" in e.ids for e in of(Everything, items))


SQUARE = [[120.1, 30.2], [120.2, 30.2], [120.2, 30.3], [120.1, 30.2]]


def test_areas_become_rings_in_lon_lat():
    shape = {"type": "Polygon", "coordinates": [SQUARE]}
    items = read("geojson", collection(feature(geometry=shape, code="330105", name="拱墅", tier=1)), topic="area")
    row = of(Rows, items)[0].rows[0]
    assert json.loads(row["rings"]) == [[SQUARE]]
    assert row["code"] == "330105"


@pytest.mark.parametrize(
    ("ring", "names"),
    [
        (SQUARE[:2], "不完整"),
        ([[y, x] for x, y in SQUARE], "写反"),
        ([[x - 60, y] for x, y in SQUARE], "范围"),
        ([[120.1]] * 5, "不完整"),
        ([["a", "b"]] * 5, "p1"),
    ],
)
def test_a_bad_outline_ends_in_one_sentence(ring, names):
    shape = {"type": "Polygon", "coordinates": [ring]}
    items = read("geojson", collection(feature(geometry=shape)), topic="area")
    assert names in sentence(only_refused(items))


def test_gcj02_is_brought_to_wgs84_before_anyone_sees_it():
    lon, lat = (float(x) for x in wgs84_to_gcj02(120.2, 30.2))
    (rows,) = read("city", event(lon=lon, lat=lat), event_type="event", datum="gcj02")
    assert abs(rows.rows[0]["lon"] - 120.2) < 1e-6
    assert abs(rows.rows[0]["lat"] - 30.2) < 1e-6
    assert abs(lon - 120.2) > 1e-3


def test_points_of_another_platform_become_events():
    quake = feature(type="earthquake", place="12 km W", time=1_784_021_556_000, title="M 1.2", mag=1.2)
    (rows,) = read("geojson", collection(quake))
    row = rows.rows[0]
    assert (row["kind"], row["occurred"], row["level"]) == ("earthquake", 1_784_021_556_000_000, 5)
    assert row["body"]["title"] == "M 1.2"


def test_real_earthquakes_are_read_whole():
    from tests.shared_data import shared_data

    data = shared_data("feeds/usgs/earthquakes.json").read_bytes()
    where = Context(feed="f", topic="event", bounds=(-180, -90, 180, 90), now=NOW, whole=True)
    items = check(find_format("geojson")().parse(data, where), where)
    assert len(of(Rows, items)[0].rows) == len(json.loads(data)["features"])


@pytest.mark.parametrize("find", ["no_such", "../city", "base", "_cap_document"])
def test_a_format_that_is_not_there_is_said_with_those_that_are(find):
    with pytest.raises(UserError) as told:
        find_format(find)
    assert "geojson" in str(told.value)
    assert find in str(told.value)
