"""Whatever bytes come, a format answers with items, soon, and what it lets through fits its table."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import math
import random
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.feeds.checks import check
from cockpit.feeds.finding import make_format
from cockpit.feeds.formats._cells import BadCell, rings_of
from cockpit.feeds.formats.base import Context
from cockpit.feeds.items import SAMPLE_BYTES, Everything, Gone, Readings, Refused, Rows, SourceTime
from cockpit.model.batch import columns_of_rows
from cockpit.model.city import FORMATS
from cockpit.model.messages import texts
from cockpit.model.tables import TABLES
from tests.format_samples import samples

pytestmark = pytest.mark.slow

BOUNDS = (120.05, 30.12, 120.32, 30.36)
CASES = [("city", "event"), ("city", "unit"), ("geojson", "camera"), ("geojson", "sensor"), ("geojson", "area")]
CASES += [("geojson", "event"), ("cap", "alert")]
FEW = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])

WORDS = [
    "id", "kind", "level", "state", "lon", "lat", "area", "place", "channel", "amount", "occurred", "updated",
    "body", "units", "at", "open", "name", "heading", "speed", "fixed", "type", "features", "properties",
    "geometry", "coordinates", "value", "unit", "period", "measured", "code", "tier", "parent", "text", "picture",
]  # fmt: skip
VALUES = [
    "Feature", "FeatureCollection", "Point", "Polygon", "MultiPolygon", "open", "closed", "free", "busy", "online",
    "2026-07-14T17:32:30+08:00", "2026-07-14", "e1", "\ud800", "\x00", 120.2, 30.2, 1e308, -1, 2**70, 2, 3,
]  # fmt: skip
leaf = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(VALUES))
tree = st.recursive(
    leaf,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=10),
    max_leaves=40,
)
thing = st.dictionaries(st.sampled_from(WORDS), tree, max_size=14)
ring = st.lists(st.lists(st.floats(29, 121) | leaf, min_size=0, max_size=3), max_size=6)
geometry = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["Point", "Polygon", "MultiPolygon", "LineString"]),
        "coordinates": ring | st.lists(ring, max_size=3) | st.lists(st.lists(ring, max_size=2), max_size=2) | leaf
        | st.tuples(st.floats(120.1, 120.3), st.floats(30.1, 30.3)),
    }
)  # fmt: skip
feature = st.fixed_dictionaries(
    {"type": st.just("Feature"), "id": leaf, "properties": thing, "geometry": geometry | leaf}
)
message = st.one_of(
    tree,
    thing,
    st.fixed_dictionaries({"at": leaf, "units": st.lists(thing | leaf, max_size=5)}),
    st.fixed_dictionaries({"type": st.just("FeatureCollection"), "features": st.lists(feature | leaf, max_size=5)}),
)


def hold(name, topic, data, event_type="", mapping=None, seconds=20.0):
    """Parse and check; hold the answer to what the hub relies on.

    Args:
        seconds: that it may take; 20 is for large ones, that take 0.2 s: what grows by the square takes minutes.
    """
    where = Context("f", topic, BOUNDS, 1_784_021_556_000_000, event_type=event_type, first=True, whole=True)
    began = time.thread_time()  # of this thread: what others take of a busy machine is not our cost
    items = check(make_format(name, mapping or {}, topic).parse(data, where), where)
    assert time.thread_time() - began < seconds
    for item in items:
        if isinstance(item, Rows):
            table = TABLES[item.topic]
            whole = [{**row, "key": row["id"], "feed": "f", "received": 1} for row in item.rows]
            columns = columns_of_rows(table, whole)
            json.dumps(item.rows, ensure_ascii=False).encode()
            for column in ("lon", "lat"):
                if column in columns:
                    assert not np.isinf(columns[column]).any()
            assert len({row["id"] for row in item.rows}) == len(item.rows)
            assert all(0 < len(row["id"]) <= 200 for row in item.rows)
            if "level" in columns:
                assert ((columns["level"] >= 1) & (columns["level"] <= 5)).all()
            if "lon" in columns:
                ok = np.isnan(columns["lon"]) | ((columns["lon"] > 119.9) & (columns["lon"] < 120.5))
                assert ok.all()
        elif isinstance(item, Refused):
            assert len(item.sample) <= SAMPLE_BYTES
            said = texts("zh")(item.reason)
            assert said
            assert said != item.reason.id
        elif isinstance(item, Readings):
            assert len(item.ids) == len(item.values) == len(item.measured)
            assert (item.values.dtype, item.measured.dtype) == (np.float64, np.int64)
            assert all(isinstance(id_, str) for id_ in item.ids)
        else:
            assert isinstance(item, (Gone, Everything, SourceTime))
    return items


@FEW
@given(st.sampled_from(CASES), st.binary(max_size=300), st.sampled_from(["", "event", "sync", "beat", "new"]))
def test_any_bytes_end_in_items(case, data, event_type):
    hold(*case, data, event_type)


@FEW
@given(st.sampled_from(CASES[:-1]), message, st.sampled_from(["", "event", "sync", "beat"]))
def test_any_json_ends_in_items_that_fit_their_table(case, value, event_type):
    hold(*case, json.dumps(value).encode("utf-8", "surrogatepass"), event_type)


GOOD_EVENT = {"id": "e", "kind": "E0506", "level": 2, "lon": 120.2, "lat": 30.2, "occurred": VALUES[10], "body": {}}


@FEW
@given(st.sampled_from([*GOOD_EVENT, "updated", "amount", "place"]), tree)
def test_an_event_with_one_field_of_anything_ends_in_one_item(field, value):
    items = hold("city", "event", json.dumps({**GOOD_EVENT, field: value}).encode("utf-8", "surrogatepass"), "event")
    assert len(items) == 1


TAGS = [
    "alert", "identifier", "sender", "sent", "status", "msgType", "scope", "references", "info", "language",
    "category", "event", "urgency", "severity", "certainty", "expires", "headline", "area", "areaDesc", "polygon",
    "circle", "eventCode", "valueName", "value",
]  # fmt: skip
tags = st.sampled_from(TAGS)
texts_in = st.sampled_from(
    ["", "Actual", "Alert", "Update", "Public", "Met", "Extreme", "zh", "x", "1,2 3", "30.2,120.1 2", "30.2,120.1 inf",
     "2026-07-14T17:00:00+08:00", "a,b,2026-07-14T17:00:00+08:00", "nan,nan nan,nan nan,nan nan,nan", "9" * 400]
)  # fmt: skip
xml = st.recursive(
    st.builds("<{0}>{1}</{0}>".format, tags, texts_in),
    lambda inner: st.builds(lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>", tags, st.lists(inner, max_size=8)),
    max_leaves=40,
)
HEAD = (
    "<identifier>i</identifier><sender>s</sender><sent>2026-07-14T17:00:00+08:00</sent><status>Actual</status>"
    "<msgType>Update</msgType><scope>Public</scope>"
)
INFO = "<category>Met</category><event>e</event><urgency>u</urgency><severity>Minor</severity><certainty>c</certainty>"


@FEW
@given(st.lists(xml, max_size=5), st.lists(xml, max_size=5), st.booleans())
def test_any_xml_ends_in_items_that_fit_their_table(outer, inner, sound):
    start = HEAD if sound else ""
    body = f"{start}{''.join(outer)}<info>{INFO if sound else ''}{''.join(inner)}</info>"
    hold("cap", "alert", f'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">{body}</alert>'.encode())


def test_large_and_deep_messages_do_not_cost_by_the_square_of_their_size():
    units = {"at": VALUES[10], "units": [{"id": f"u{i}", "lon": 120.2, "lat": 30.2} for i in range(5000)]}
    assert any(isinstance(i, Rows) and len(i.rows) == 5000 for i in hold("city", "unit", json.dumps(units).encode()))
    hold("cap", "alert", b"<a>" * 100_000)
    hold("cap", "alert", b"<a>" * 100_000 + b"</a>" * 100_000)
    hold("geojson", "area", b"[" * 1_000_000)
    alerts = f'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">{HEAD}<info>{INFO}</info></alert>' * 1000
    hold("cap", "alert", f"<all>{alerts}</all>".encode())
    million = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "id": "x", "properties": {"name": "长" * 10**6}}],
    }
    assert math.isclose(len(hold("geojson", "area", json.dumps(million).encode())), 1)


SAMPLES = samples()
TOKENS = [
    b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"null", b"[]", b"{}", b'""', b"-1", b"1e999", b"NaN", b"9" * 400,
    b"1e-400", b"\\ud800", b'"' * 3, b"[" * 3000, b'{"a":' * 3000, b"<a>" * 3000, b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"&b;",
    b"<![CDATA[", b"\n", b",", b";", b"\t", b"1", b"id", b"type", b"2026-07-14", b"0000-00-00T00:00:00Z",
    b"9999-12-31T23:59:59+23:59", b"\xe5", b"\x80" * 9, b"\x12\x80\x80\x80\x80\x7f", b"POINT(1 2)",
    b"\xf0\x9f\x8c\x8a" * 50,
]  # fmt: skip


def edited(data, dice):
    """The message with up to six pieces of it taken out, and others put in their place."""
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(data) + 1)
        token = dice.choice(TOKENS) if dice.random() < 0.7 else dice.randbytes(dice.randrange(12))
        data = data[:at] + token + data[at + dice.randrange(40) :]
    return data


def edited_within(data, dice):
    """The same for a zip: mostly one of its parts is edited, so that the way to it is not always closed."""
    if dice.random() < 0.2:
        return edited(data, dice)
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        parts = {name: old.read(name) for name in old.namelist()}
        name = dice.choice(sorted(parts))
        for part, text in parts.items():
            new.writestr(part, edited(text, dice) if part == name else text)
    return file.getvalue()


def test_every_format_has_a_sample_and_reads_it():
    assert {name for name, _, _, _ in SAMPLES} == set(FORMATS)
    for name, topic, mapping, data in SAMPLES:
        items = hold(name, topic, data, mapping=mapping)
        assert any(isinstance(item, (Rows, Readings)) for item in items), name


@pytest.fixture
def alone():
    """What earlier tests left is not looked through for garbage while a reader's time is taken."""
    gc.collect()
    gc.freeze()


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("name", FORMATS)
def test_hostile_messages_end_in_items_each_within_a_second(name):
    mine = [(topic, mapping, data) for named, topic, mapping, data in SAMPLES if named == name]

    @settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(mine), st.integers(0, 2**64 - 1))
    def hostile(sample, seed):
        topic, mapping, data = sample
        edit = edited_within if name == "xlsx" else edited
        hold(name, topic, edit(data, random.Random(seed)), mapping=mapping, seconds=1.0)

    hostile()


MB = 2**20
BOMBS = {
    "values": (
        b"[" + b"0," * (8 * MB) + b"0]",
        ("geojson", "jsonl", "ngsi_ld", "sensorthings", "open311", "cloudevents"),
    ),
    "lists": (b"[" + b"[]," * (4 * MB) + b"0]", ("jsonl", "ngsi_ld", "open311", "cloudevents")),
    "members": (b"[" + b'{"a":0},' * (2 * MB) + b"0]", ("jsonl", "ngsi_ld", "open311", "cloudevents")),
    "features": (b'{"type":"FeatureCollection","features":[' + b"0," * 700_000 + b"0]}", ("geojson", "ngsi_ld")),
    "fewer values": (b"[" + b"0," * 700_000 + b"0]", ("jsonl", "ngsi_ld", "open311", "cloudevents")),
    "empty objects": (b"[" + b"{}," * 400_000 + b"0]", ("jsonl", "ngsi_ld", "open311", "cloudevents")),
    "depth": (b"[" * (16 * MB), ("geojson", "jsonl", "ngsi_ld", "sensorthings", "open311", "cloudevents", "readings")),
    "elements": (b"<a>" + b"<b c=''/>" * (MB - 1) + b"</a>", ("cap", "cot", "open311")),
    "requests": (b"<service_requests>" + b"<request/>" * 250_000 + b"</service_requests>", ("open311",)),
    "events": (b"<events>" + b"<event/>" * 250_000 + b"</events>", ("cot",)),
    "fields": (b"id,v\n" + b"," * (16 * MB), ("csv",)),
    "chained lines": (b"id,v\n" + (b"," * 900_000 + b'"\n",') * 15, ("csv",)),
    "quotes": (b'id,v\n"' + b"a\n" * (4 * MB), ("csv",)),
    "lines": (b"id,v\n" + b"a\n" * (4 * MB), ("csv",)),
    "empty lines": (b"\n" * (16 * MB), ("csv", "jsonl")),
    "elsewhere": (
        b'{"type":"FeatureCollection","features":['
        + b",".join(
            b'{"type":"Feature","id":"%d","geometry":{"type":"Point","coordinates":[1,2]}}' % n for n in range(100_000)
        )
        + b"]}",
        ("geojson",),
    ),
    "entities": (b"\x0a\x05\x0a\x032.0" + b"\x12\x03\x0a\x01a" * MB, ("gtfs_realtime",)),
    "empty entities": (b"\x0a\x05\x0a\x032.0" + b"\x12\x00" * (4 * MB), ("gtfs_realtime",)),
    "one entity": (b"\x0a\x05\x0a\x032.0\x12\x80\x80\x80\x02" + b"\x2a\x00" * (2 * MB), ("gtfs_realtime",)),
}
"""Messages that are small for a wire, and large for whoever takes them at their word."""


@pytest.mark.parametrize(("bomb", "name"), [(bomb, name) for bomb, (_, names) in BOMBS.items() for name in names])
def test_a_bomb_takes_no_200_megabytes(bomb, name):
    topic, mapping = next((topic, mapping) for named, topic, mapping, _ in reversed(SAMPLES) if named == name)
    before = _peak_kb(reset=True)
    hold(name, topic, BOMBS[bomb][0], mapping=mapping)
    assert _peak_kb() - before < 200 * 1024


@pytest.mark.parametrize("word", ["1", "POINT", " ", "(", "1 ", "1,1 "])
def test_a_megabyte_of_one_word_where_patterns_look_is_read_in_no_time(word):
    topic, _, data = next((topic, mapping, data) for named, topic, mapping, data in SAMPLES if named == "cap")
    head, _, rest = data.partition(b"<references>")
    assert rest
    long = word.encode() * (MB // len(word))
    hold("cap", topic, head + b"<references>" + long + rest, seconds=5.0)
    for shape in (long, b"POLYGON((" + long + b"))"):
        began = time.thread_time()
        with contextlib.suppress(BadCell):
            rings_of(shape.decode(), "shape")
        assert time.thread_time() - began < 5.0


def _peak_kb(reset=False):
    """The most memory that this process held since the last reset, kB, as the kernel counts it."""
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])
