"""The vital signs of a real hub at a real seat: definitions, live rows, history, files, and a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from cockpit.model.batch import columns_of_rows
from cockpit.model.city import FeedSpec
from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.messages import Message
from cockpit.model.signs import Series, SignSet, Sparks, Thing
from cockpit.model.tables import TABLES, TEXT
from cockpit.seat.signs import HubSigns
from tests import living_hub
from tests.living_hub import CLOCK, LivingHub, Seated, seated

CITY = "330100"
GAS = f"sign/E03@{CITY}"


@pytest.fixture(autouse=True)
def city_with_feeds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pack with the feeds that its signs are connected by, at addresses where nobody answers."""
    pack = living_hub.pack()
    feeds = tuple(
        FeedSpec(topic + "s", {"zh": topic}, "http", "http://127.0.0.1:9/", "geojson", "wgs84", 60.0, topic)
        for topic in ("event", "sensor")
    )
    monkeypatch.setattr(living_hub, "pack", lambda: msgspec.structs.replace(pack, feeds=feeds))


def put(hub: LivingHub, topic: str, *rows: dict[str, Any]) -> None:
    """Rows into the picture of a hub that runs, on its own thread, as a feed's come."""
    assert hub.hub is not None
    table = TABLES[topic]
    now = CLOCK.now()
    whole = [{c.name: "" if c.dtype == TEXT else 0 for c in table.columns} | {"received": now} | row for row in rows]
    hub.loop.call_soon_threadsafe(hub.hub.intake.put_columns, topic, columns_of_rows(table, whole))


def gas(hub: LivingHub, value: float) -> None:
    row = {"key": "sensors/g1", "feed": "sensors", "kind": "gas", "name": "阀井", "area": "330102001", "value": value}
    put(hub, "sensor", row | {"period": MINUTE, "measured": CLOCK.now(), "lon": 120.16, "lat": 30.25})


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LivingHub]:
    with LivingHub(tmp_path / "hub") as hub:
        yield hub


def row_of(seat: Seated, key: str) -> dict[str, Any]:
    return seat.seat.picture["sign"].get(key) or {}


@pytest.mark.system
def test_a_value_of_a_feed_is_a_sign_at_the_seat_with_its_level_and_what_it_is_made_from(
    tmp_path: Path, hub: LivingHub
) -> None:
    with seated(tmp_path / "seat", hub) as seat:
        signs = HubSigns(seat.seat)
        seat.until(lambda: signs.known.version, "definitions")
        assert len(signs.known.signs) == 227
        assert "R01" in signs.known.unfed
        assert "E03" not in signs.known.unfed
        gas(hub, 25.0)
        seat.until(lambda: row_of(seat, GAS).get("level") == 2, "the level")
        assert (row_of(seat, GAS)["value"], row_of(seat, GAS)["n"]) == (25.0, 1)
        unfed = row_of(seat, f"sign/R01@{CITY}")
        assert np.isnan(unfed["value"])
        assert unfed["measured"] == 0
        things = seat.heard(lambda done: signs.things(GAS, done))
        assert [(thing.key, thing.value, thing.name) for thing in things] == [("sensors/g1", 25.0, "阀井")]
        assert isinstance(things[0], Thing)


@pytest.mark.system
def test_the_history_is_answered_while_it_is_made_and_nonsense_is_refused(tmp_path: Path, hub: LivingHub) -> None:
    with seated(tmp_path / "seat", hub) as seat:
        signs = HubSigns(seat.seat)
        gas(hub, 5.0)
        seat.until(lambda: row_of(seat, GAS).get("value") == 5.0, "the value")

        def series(grain: str) -> Any:
            now = CLOCK.now()
            return seat.heard(lambda done: signs.series(GAS, grain, now - 10 * MINUTE, now + MINUTE, done))

        seat.until(lambda: len(series("minute").start) >= 8, "a sample")
        found = series("minute")
        assert isinstance(found, Series)
        assert set(np.frombuffer(found.mean)) == {5.0}
        sparks = seat.heard(lambda done: signs.sparks([GAS, "sign/none@1"], "minute", 5, done))
        assert isinstance(sparks, Sparks)
        values = np.frombuffer(sparks.values).reshape(2, 5)
        assert 5.0 in values[0]
        assert np.isnan(values[1]).all()
        assert series("fortnight").id == "signdef.no_grain"
        assert seat.heard(lambda done: signs.things("nonsense", done)).id == "signdef.no_item"


@pytest.mark.system
def test_a_file_is_tried_then_taken_and_is_there_after_a_restart(tmp_path: Path, hub: LivingHub) -> None:
    values = "编码,时间,数值\nR01,2025-06,5.0\nR01,2026-05,5.2\nR01,2026-06,5.4\nQQ,2026,1\n".encode("gb18030")
    defs = "编码,名称,分类,单位,阈值\nZ1,试验指标,A,件,红>3\n".encode()
    key = f"sign/R01@{CITY}"
    with seated(tmp_path / "seat", hub) as seat:
        signs = HubSigns(seat.seat)
        seat.until(lambda: signs.known.version, "definitions")
        version, shipped = signs.known.version, len(signs.known.signs)
        tried: list[Message] = seat.heard(lambda done: signs.import_file("月报.csv", values, True, done))
        assert [message.id for message in tried] == ["signdef.would_values", "signdef.row_wrong"]
        taken: list[Message] = seat.heard(lambda done: signs.import_file("月报.csv", values, False, done))
        assert [message.id for message in taken] == ["signdef.took_values", "signdef.row_wrong"]
        assert taken[0].params["taken"] == 3
        seat.until(lambda: row_of(seat, key).get("value") == 5.4, "the reported value")
        seat.until(lambda: row_of(seat, key)["previous"] == 5.2, "the month before")
        assert row_of(seat, key)["year"] == 5.0
        assert seat.heard(lambda done: signs.import_file("a.pdf", b"%PDF", False, done)).id == "signdef.file_unknown"
        seat.heard(lambda done: signs.import_file("定义.csv", defs, False, done))
        seat.until(lambda: signs.known.version > version and len(signs.known.signs) == shipped + 1, "new definitions")
        large = b"x" * 9_000_000
        assert seat.heard(lambda done: signs.import_file("a.csv", large, True, done)).id == "signdef.file_large"
        newest = signs.known.version
    hub.stop()
    hub.start()
    with seated(tmp_path / "again", hub) as seat:
        signs = HubSigns(seat.seat)
        seat.until(lambda: signs.known.version, "definitions")
        assert (signs.known.version, len(signs.known.signs)) == (newest, shipped + 1)
        assert "R01" not in signs.known.unfed
        seat.until(lambda: row_of(seat, key).get("value") == 5.4, "the value after the restart")
        now = CLOCK.now()
        past = seat.heard(lambda done: signs.series(key, "day", 0, now, done))
        assert np.frombuffer(past.last).tolist() == [5.0, 5.2, 5.4]


@pytest.mark.system
def test_a_seat_that_finds_no_hub_has_the_definitions_of_its_last_run(tmp_path: Path, hub: LivingHub) -> None:
    with seated(tmp_path / "seat", hub) as seat:
        signs = HubSigns(seat.seat)
        seat.until(lambda: signs.known.version, "definitions")
        known = signs.known
    with seated(tmp_path / "seat", hub, start=False) as seat:
        assert HubSigns(seat.seat).known == known
        assert known != SignSet()


@pytest.mark.system
def test_levels_and_open_buckets_are_gone_on_with_after_a_restart(tmp_path: Path, hub: LivingHub) -> None:
    with seated(tmp_path / "seat", hub) as seat:
        gas(hub, 25.0)
        seat.until(lambda: row_of(seat, GAS).get("level") == 2, "the level")
    hub.stop()
    hub.start()
    with seated(tmp_path / "again", hub) as seat:
        signs = HubSigns(seat.seat)
        gas(hub, 19.0)
        seat.until(lambda: row_of(seat, GAS).get("value") == 19.0, "the value")
        assert row_of(seat, GAS)["level"] == 2, "19 is inside the hysteresis of 20"
        now = CLOCK.now()
        found = seat.heard(lambda done: signs.series(GAS, "day", now - 86_400 * SECOND, now + SECOND, done))
        assert np.frombuffer(found.most).max() == 25.0
