"""Readings of sensors: what the format reads, what is refused and why, and that nothing older wins at the hub."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.feeds.checks import check
from cockpit.feeds.formats.base import Context
from cockpit.feeds.formats.readings import ReadingsFormat
from cockpit.feeds.items import Readings, Refused, SourceTime
from cockpit.feeds.runner import FeedRunner
from cockpit.feeds.sources.base import Received
from cockpit.hub.intake import Intake
from cockpit.model.batch import Batch
from cockpit.model.city import FeedSpec, SensorKind
from cockpit.model.clock import HOUR, MINUTE, SECOND, CityClock, CityTime, ManualClock
from cockpit.model.tables import SENSORS, TEXT
from cockpit.model.values import Values
from cockpit.store.cache import Cache
from tests.living_picture import NOW, living_pack

AT = 1_784_021_550_000
"""Milliseconds."""
CONTEXT = Context("gateways", "sensor", (-180, -90, 180, 90), AT * 1000 + MINUTE)


def readings(items: list[Any]) -> list[tuple[str, float, int]]:
    found = [item for item in items if isinstance(item, Readings)]
    return [row for r in found for row in zip(r.ids, r.values.tolist(), r.measured.tolist(), strict=True)]


def reasons(items: list[Any]) -> list[str]:
    return [item.reason.id for item in items if isinstance(item, Refused)]


def parse(data: bytes | str) -> list[Any]:
    raw = data.encode() if isinstance(data, str) else data
    return check(ReadingsFormat().parse(raw, CONTEXT), CONTEXT)


def test_a_gateways_message_holds_many_readings_with_and_without_a_time_of_their_own() -> None:
    items = parse(json.dumps({"t": AT, "r": [["a", 1.5], ["b", 2, AT - 1000], ["c", -3, "2026-07-14T09:32:29+00:00"]]}))
    assert readings(items) == [
        ("a", 1.5, AT * 1000),
        ("b", 2.0, (AT - 1000) * 1000),
        ("c", -3.0, (AT - 1000) * 1000),
    ]
    assert SourceTime(AT * 1000) in items


def test_a_reading_may_come_alone_and_without_a_value() -> None:
    assert readings(parse(json.dumps({"id": "a", "v": 12.25, "t": AT}))) == [("a", 12.25, AT * 1000)]
    ((id_, value, measured),) = readings(parse('{"id": "a", "v": null}'))
    assert (id_, measured) == ("a", 0)
    assert np.isnan(value)


def test_lines_are_read_one_by_one_and_a_bad_one_costs_only_itself() -> None:
    items = parse(b'{"id":"a","v":1}\r\n\ngarbage\n{"r":[["b",2],["c","x"]]}\n{"id":"d"}\n')
    assert [(id_, value) for id_, value, _ in readings(items)] == [("a", 1.0), ("b", 2.0)]
    assert sorted(reasons(items)) == ["feeds.no_reading", "feeds.not_json", "feeds.wrong_type"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "feeds.not_json"),
        (b"\xff\xfe", "feeds.not_json"),
        (b"[]", "feeds.wrong_type"),
        (b"{}", "feeds.no_reading"),
        (b'{"id":"a"}', "feeds.no_reading"),
        (b'{"id":"","v":1}', "feeds.no_reading"),
        (b'{"id":7,"v":1}', "feeds.wrong_type"),
        (b'{"id":"a","v":"1"}', "feeds.wrong_type"),
        (b'{"id":"a","v":true}', "feeds.wrong_type"),
        (b'{"id":"a","v":1e999}', "feeds.bad_value"),
        (b'{"id":"a","v":1,"t":99999999999999999999}', "feeds.bad_value"),
        (b'{"id":"a","v":1,"t":"soon"}', "feeds.bad_time"),
        (b'{"id":"a","v":1,"t":1}', "feeds.implausible_time"),
        (b'{"r":[["a",1,2,3]]}', "feeds.bad_value"),
        (b'{"r":[["a"]]}', "feeds.bad_value"),
        (b'{"id":"a","v":1,"t":%d}' % (AT + 2 * 3_600_000), "feeds.reading_ahead"),
    ],
)
def test_what_is_no_reading_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    items = parse(data)
    assert reasons(items) == [reason]
    assert not readings(items)
    for item in items:
        if isinstance(item, Refused):
            assert item.reason.in_chinese()


def test_a_message_full_of_bad_readings_is_not_told_piece_by_piece() -> None:
    items = parse(json.dumps({"r": [["a", "x"]] * 500 + [["b", 1]]}))
    assert len(reasons(items)) == 21
    assert reasons(items)[-1] == "feeds.more_refused"
    late = parse(json.dumps({"t": AT, "r": [["a", 1, AT + 9_000_000]] * 500 + [["b", 1]]}))
    assert len(reasons(late)) == 21
    assert [id_ for id_, _, _ in readings(late)] == ["b"]


SINGLE = st.fixed_dictionaries(
    {"id": st.text(min_size=1, max_size=4), "v": st.floats(allow_nan=False, allow_infinity=False) | st.none()},
    optional={"t": st.integers(AT - 10**6, AT)},
)
MANY = st.lists(
    st.one_of(
        SINGLE.map(lambda one: json.dumps(one).encode()),
        st.lists(st.tuples(st.text(min_size=1, max_size=3), st.integers(-9, 9)), max_size=4).map(
            lambda r: json.dumps({"t": AT, "r": r}).encode()
        ),
        st.sampled_from([b"", b"{", b"null", b'{"id":"a","v":1}{"id":"b","v":2}', b'{"id":"a","v":1},', b"\n", b"{}"]),
    ),
    min_size=2,
    max_size=8,
)


@given(MANY)
@settings(max_examples=200)
def test_messages_read_together_say_what_they_say_alone(many: list[bytes]) -> None:
    together = ReadingsFormat().parse_many(many, CONTEXT)
    alone = [item for data in many for item in ReadingsFormat().parse(data, CONTEXT)]
    if together is None:
        return  # the runner reads them one by one
    assert not reasons(together)
    told = [readings(items) for items in (together, alone)]
    assert msgspec.json.encode(told[0]) == msgspec.json.encode(told[1])


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_no_bytes_stop_it(data: bytes) -> None:
    for item in parse(data):
        assert isinstance(item, (Readings, Refused, SourceTime))
    ReadingsFormat().parse_many([data, data], CONTEXT)


# -- at the hub ---------------------------------------------------------------------------------------------------


class Town:
    """A hub's intake with three sensors, and a feed of their readings."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(NOW)
        self.city = CityClock(self.clock)
        kinds = {"depth": SensorKind("depth", {"zh": "水深"}, "cm", 0, 0.0, 300.0)}
        specs = (
            FeedSpec("list", {"zh": "清单"}, "http", "http://x", "geojson", "wgs84", 600, "sensor"),
            FeedSpec("now", {"zh": "读数"}, "nats", "nats://x", "readings", "wgs84", 5, "sensor", of="list"),
        )
        pack = msgspec.structs.replace(living_pack(), feeds=specs, sensor_kinds=kinds)
        self.cache = Cache.open(folder / "hub.db", self.clock)
        self.intake = Intake(pack, "", self.city, self.cache, "h1")
        self.table = self.intake.picture["sensor"]
        row = {c.name: "" if c.dtype == TEXT else 0 for c in SENSORS.columns} | {"feed": "list", "kind": "depth"}
        self.rows = [row | {"key": f"list/{id_}", "value": np.nan, "measured": 0} for id_ in "abc"]
        self.intake.put("sensor", self.rows)
        self.runner = FeedRunner(
            specs[1], "", (-180, -90, 180, 90), self.city, self.intake._items, self.intake._note_state,
            quarantine=self.intake.quarantine,
        )  # fmt: skip
        self.runner._format = ReadingsFormat()

    def get(self, *messages: object) -> None:
        sent = [Received(json.dumps(message).encode(), self.clock.now()) for message in messages]
        asyncio.run(self.runner.received_many(sent))

    def value(self, id_: str) -> float:
        return float(self.table.get(f"list/{id_}")["value"])  # type: ignore[index]

    @property
    def counts(self) -> dict[str, int]:
        self.clock.advance(1)
        self.intake.take_in()
        row = self.intake.picture["feed"].get("now") or {}
        return {name: row[name] for name in ("good", "bad", "unknown", "doubled", "disordered") if row[name]}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    found = Town(tmp_path)
    yield found
    found.cache.close()


def ms(us: int) -> int:
    return us // 1000


def test_readings_change_values_and_leave_the_rest_of_the_row(town: Town) -> None:
    town.intake.flush()
    town.get({"t": ms(NOW), "r": [["a", 1], ["b", 2]]}, {"id": "c", "v": 3.5, "t": ms(NOW)})
    assert [town.value(id_) for id_ in "abc"] == [1.0, 2.0, 3.5]
    assert town.counts == {"good": 2}
    told = [message for message in town.intake.flush() if message.topic == "sensor"]
    assert [type(message) for message in told] == [Values]


def test_an_older_reading_is_counted_and_not_taken(town: Town) -> None:
    town.get({"id": "a", "v": 5, "t": ms(NOW)})
    town.get({"id": "a", "v": 4, "t": ms(NOW - SECOND)}, {"id": "a", "v": 5, "t": ms(NOW)})
    assert town.value("a") == 5.0
    assert town.counts == {"good": 3, "disordered": 1, "doubled": 1}
    town.get({"id": "a", "v": 6, "t": ms(NOW)})  # corrected
    assert town.value("a") == 6.0


def test_of_several_readings_of_one_sensor_in_one_go_the_newest_counts(town: Town) -> None:
    times = [NOW, NOW + 2 * SECOND, NOW + SECOND, NOW + 2 * SECOND]
    town.clock.advance(5)
    town.get({"r": [["a", n, ms(at)] for n, at in enumerate(times)] + [["b", 9, ms(NOW)]]})
    assert town.value("a") == 3.0
    assert town.value("b") == 9.0
    assert town.counts == {"good": 1, "disordered": 1}


def test_readings_of_nothing_known_and_of_no_sense_are_counted_and_a_sample_is_kept(town: Town) -> None:
    town.get({"t": ms(NOW), "r": [["x", 1], ["x", 2], ["a", 301], ["b", -1], ["c", 300]]})
    assert town.counts == {"good": 1, "unknown": 2, "bad": 2}
    kept = {kept.refused.reason.id for kept in town.intake.quarantine.last("now")}
    assert kept == {"feeds.reading_unknown", "feeds.reading_range"}
    assert town.value("c") == 300.0


def test_a_sensor_that_is_announced_later_is_known_from_then_on(town: Town) -> None:
    town.get({"id": "new", "v": 1, "t": ms(NOW)})
    town.intake.put("sensor", [town.rows[0] | {"key": "list/new"}])
    town.get({"id": "new", "v": 2, "t": ms(NOW)})
    assert town.value("new") == 2.0


def test_rows_that_leave_and_move_do_not_mix_the_sensors_up(town: Town) -> None:
    town.get({"t": ms(NOW), "r": [["a", 1], ["b", 2], ["c", 3]]})
    town.intake.take_out("sensor", ["list/a"])
    town.get({"t": ms(NOW + SECOND), "r": [["a", 4], ["b", 5], ["c", 6]]})
    assert [town.value(id_) for id_ in "bc"] == [5.0, 6.0]
    assert town.counts == {"good": 2, "unknown": 1}
    town.intake.put("sensor", town.rows[:1])
    town.get({"t": ms(NOW + 2 * SECOND), "r": [["a", 7]]})
    assert [town.value(id_) for id_ in "abc"] == [7.0, 5.0, 6.0]


def test_an_inventory_read_again_does_not_take_newer_values_away(town: Town) -> None:
    town.get({"id": "a", "v": 5, "t": ms(NOW)})
    rows = [row | {"id": row["key"].partition("/")[2], "name": "新", "measured": NOW - HOUR} for row in town.rows]
    town.intake._note_rows("list", msgspec.structs.replace(_rows_item(rows)), town.clock.now())
    town.intake.take_in()
    assert town.value("a") == 5.0
    assert town.table.get("list/a")["name"] == "新"  # type: ignore[index]
    assert np.isnan(town.value("b"))


def test_a_reading_of_a_clock_that_is_ahead_gives_way_to_a_right_one(town: Town) -> None:
    town.get({"id": "a", "v": 5, "t": ms(NOW + 4 * MINUTE)})
    town.get({"id": "a", "v": 6, "t": ms(NOW + 3 * MINUTE)})
    assert town.value("a") == 5.0, "of two from the same clock the later one counts"
    town.get({"id": "a", "v": 7, "t": ms(NOW)})
    assert town.value("a") == 7.0
    town.get({"r": [["b", 1, ms(NOW)], ["b", 2, ms(NOW + 4 * MINUTE)], ["b", 3, ms(NOW)]]})
    assert town.value("b") == 3.0
    assert town.counts == {"good": 4, "disordered": 1}


def test_a_reading_far_ahead_is_refused(town: Town) -> None:
    town.get({"id": "a", "v": 5, "t": ms(NOW + 6 * MINUTE)})
    assert np.isnan(town.value("a"))
    assert [kept.refused.reason.id for kept in town.intake.quarantine.last("now")] == ["feeds.reading_ahead"]


def test_another_run_of_the_city_may_have_an_earlier_time(town: Town) -> None:
    town.get({"id": "a", "v": 5, "t": ms(NOW)})
    town.clock.advance(2)
    town.city.city = CityTime(town.clock.now(), NOW - 3 * HOUR, 1.0, "another run")
    town.get({"id": "a", "v": 4, "t": ms(NOW - 3 * HOUR)})
    assert town.value("a") == 4.0


def test_values_are_in_the_cache_when_the_hub_ends(town: Town, tmp_path: Path) -> None:
    town.get({"t": ms(NOW), "r": [["a", 1], ["b", 2]]})
    town.intake.keep()
    assert town.cache.close()
    again = Cache.open(tmp_path / "hub.db", town.clock)
    columns = again.load("sensor")
    again.close()
    assert dict(zip(columns["key"], columns["value"].tolist(), strict=True))["list/b"] == 2.0


def _rows_item(rows: list[dict[str, Any]]) -> Any:
    from cockpit.feeds.items import Rows

    return Rows("sensor", rows)


TIMES = st.integers(0, 6)


READING = st.tuples(st.sampled_from("abcx"), TIMES, st.integers(0, 3))


@given(groups=st.lists(st.lists(READING, min_size=1, max_size=6)))
@settings(max_examples=60, deadline=None)
def test_whatever_comes_in_whatever_order_what_is_shown_is_what_one_by_one_would_leave(
    groups: list[list[tuple[str, int, int]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    town = Town(tmp_path_factory.mktemp("town"))
    try:
        known: dict[str, tuple[int, float]] = {}
        disordered = doubled = unknown = 0
        for group in groups:
            town.get({"r": [[id_, value, ms(NOW + at * SECOND)] for id_, at, value in group]})
            for id_, at, value in group:
                before = known.get(id_)
                if id_ == "x":
                    unknown += 1
                elif before is not None and at < before[0]:
                    disordered += 1
                elif before == (at, value):
                    doubled += 1
                else:
                    known[id_] = (at, float(value))
        for id_, (at, value) in known.items():
            row = town.table.get(f"list/{id_}")
            assert row is not None
            assert (row["value"], row["measured"]) == (value, NOW + at * SECOND)
        counts = town.intake._readings.counts("now")
        assert (counts.disordered, counts.doubled, counts.unknown) == (disordered, doubled, unknown)
    finally:
        town.cache.close()


def test_the_snapshot_names_what_the_values_name(town: Town) -> None:
    town.get({"id": "a", "v": 5, "t": ms(NOW)})
    batches = [batch for batch in town.intake.snapshot(("sensor",)) if batch.rows]
    assert all(isinstance(batch, Batch) and len(batch.slots) == 4 * batch.rows for batch in batches)
