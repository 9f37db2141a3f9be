"""Whatever bytes come, a format answers with items, soon, and what it lets through fits its table."""

from __future__ import annotations

import json
import math
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cockpit.feeds.checks import check
from cockpit.feeds.finding import find_format
from cockpit.feeds.formats.base import Context
from cockpit.feeds.items import SAMPLE_BYTES, Everything, Gone, Refused, Rows, SourceTime
from cockpit.model.batch import columns_of_rows
from cockpit.model.messages import texts
from cockpit.model.tables import TABLES

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


def hold(name, topic, data, event_type=""):
    """Parse and check; hold the answer to what the hub relies on."""
    where = Context("f", topic, BOUNDS, 1_784_021_556_000_000, event_type=event_type, first=True, whole=True)
    began = time.thread_time()  # of this thread: what others take of a busy machine is not our cost
    items = check(find_format(name)().parse(data, where), where)
    assert time.thread_time() - began < 20.0  # takes 0.2 s; what grows by the square of its size takes minutes
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
