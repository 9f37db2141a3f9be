"""The archive of a real hub: events and cases are rows, also over a restart; seats get pages of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cockpit.bus import archiveasks as ask
from cockpit.bus import asks, subjects
from cockpit.bus.client import connect
from cockpit.bus.users import Keys
from cockpit.model.archive import RECORD
from cockpit.model.batch import columns_of_rows
from cockpit.model.city import FeedSpec
from cockpit.model.clock import HOUR, MINUTE
from cockpit.model.entries import IssueOrders, NewCase, NewOrder, OpenCase
from cockpit.model.ids import new_id
from cockpit.model.tables import TABLES, TEXT, EventState
from cockpit.store.archive import Archive, Row
from cockpit.store.archive_pack import unpack
from tests import living_hub
from tests.living_hub import CITY, CLOCK, PATIENCE, UNIT_KEYS, LivingHub, seated

NAMES = RECORD.names


@pytest.fixture(autouse=True)
def city_with_events(monkeypatch: pytest.MonkeyPatch) -> None:
    pack = living_hub.pack()
    feed = FeedSpec("events", {"zh": "事件"}, "http", "http://127.0.0.1:9/", "geojson", "wgs84", 60.0, "event")
    monkeypatch.setattr(living_hub, "pack", lambda: msgspec.structs.replace(pack, feeds=(feed,)))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LivingHub]:
    with LivingHub(tmp_path / "hub") as hub:
        yield hub


def put(hub: LivingHub, *events: dict[str, Any]) -> None:
    assert hub.hub is not None
    table = TABLES["event"]
    now = CLOCK.now()
    same: dict[str, Any] = {c.name: "" if c.dtype == TEXT else 0 for c in table.columns}
    same |= {"feed": "events", "kind": "E0506", "level": 3, "lon": 120.16, "lat": 30.25, "area": "330102001001001"}
    same |= {"place": "新塘路", "channel": "patrol", "amount": 27.0, "occurred": now - HOUR, "updated": now - HOUR}
    rows = [same | {"received": now} | event for event in events]
    hub.loop.call_soon_threadsafe(hub.hub.intake.put_columns, "event", columns_of_rows(table, rows))


def take_out(hub: LivingHub, *keys: str) -> None:
    assert hub.hub is not None
    hub.loop.call_soon_threadsafe(hub.hub.intake.take_out, "event", list(keys))


def rows_at(hub: LivingHub, *keys: str) -> dict[str, dict[str, Any]]:
    """Rows of the archive of a hub, running or not."""
    path = hub.profile / CITY / "archive.db"
    if not path.exists():
        return {}
    archive = Archive.open(path, CLOCK)
    try:
        return {row[0]: dict(zip(NAMES, row, strict=True)) for row in archive.rows(keys).rows()}
    finally:
        archive.close()


def until(hub: LivingHub, key: str, good: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        row = rows_at(hub, key).get(key)
        if row is not None and good(row):
            return row
        time.sleep(0.1)
    raise AssertionError(f"{key}: {rows_at(hub, key)}")


def asked(hub: LivingHub, *questions: tuple[str, object, type[Any]], user: str = "seat-1") -> list[Any]:
    """Answers of a hub to a user; a refusal as its `Message`."""

    async def go() -> list[Any]:
        assert hub.hub is not None
        keys = Keys(hub.profile)
        who = next(one for one in keys.ensure() if one.name == user)
        client = await connect(hub.hub.server.url, who, user, lambda: None)
        found = []
        try:
            for what, wanted, kind in questions:
                answer = await client.request(subjects.ask(user, what), asks.encode(wanted), timeout=20)
                told = msgspec.msgpack.decode(answer.data, type=asks.Told)
                found.append(told.problem or msgspec.msgpack.decode(told.said, type=kind))
        finally:
            await client.close()
        return found

    return asyncio.run(go())


def whole_copy(hub: LivingHub, since: int = 0, most: int = ask.PAGE) -> tuple[list[Row], ask.RowsCursor]:
    rows: list[Row] = []
    cursor, archive = ask.RowsCursor(since=since), ""
    while True:
        page: ask.DaysPage = asked(hub, ("archive.days", ask.DaysWanted(archive, cursor, most), ask.DaysPage))[0]
        archive, cursor = page.archive, page.next
        if page.data:
            rows += unpack(page.data).rows()
        if page.done:
            return rows, cursor


@pytest.mark.system
def test_an_event_is_a_row_as_its_source_tells_it_until_it_is_over(hub: LivingHub) -> None:
    put(hub, {"key": "events/1"})
    row = until(hub, "events/1", lambda row: True)
    assert (row["kind"], row["stage"], row["result"], row["closed"], row["amount"]) == ("E0506", "intake", "", 0, 27.0)
    assert row["due"] == row["reported"] + 2 * HOUR  # the pack's clock of flooded roads
    now = CLOCK.now()
    put(hub, {"key": "events/1", "state": EventState.CLOSED, "updated": now})
    row = until(hub, "events/1", lambda row: row["closed"])
    assert (row["stage"], row["result"], row["closed"]) == ("closed", "solved", now)


@pytest.mark.system
def test_an_event_that_left_the_picture_without_a_word_is_over(hub: LivingHub) -> None:
    put(hub, {"key": "events/1"}, {"key": "events/2"})
    until(hub, "events/2", lambda row: True)
    take_out(hub, "events/2")
    row = until(hub, "events/2", lambda row: row["closed"])
    assert row["result"] == "solved"
    assert rows_at(hub, "events/1")["events/1"]["closed"] == 0


@pytest.mark.system
def test_a_case_of_ours_goes_before_its_event_and_outlives_a_restart(tmp_path: Path, hub: LivingHub) -> None:
    put(hub, {"key": "events/7"})
    facts = NewCase("events/7", "E0506", 2, 120.16, 30.25, "330102001", "patrol")
    with seated(tmp_path / "seat", hub) as seat:
        case = seat.submit(OpenCase(facts))
        # what comes between two of the hub's looks may be read case first: its event's words come with the next look
        row = until(hub, "events/7", lambda row: row["filed"] and row["place"])
        assert (row["level"], row["place"], row["area"]) == (2, "新塘路", "330102001001001")
        assert row["filed"] >= row["reported"]
        hub.stop()
        hub.start()
        order = new_id(CLOCK)
        seat.submit(IssueOrders((NewOrder(order, UNIT_KEYS[3]),), 10 * MINUTE, 60 * MINUTE), case)
        until(hub, "events/7", lambda row: row["unit"])
        hub.report(order, UNIT_KEYS[3], "accepted", "en_route", "on_scene", "done")
        row = until(hub, "events/7", lambda row: row["finished"])
    assert (row["unit"], row["unit_kind"]) == (UNIT_KEYS[3], "grid")
    assert row["reported"] <= row["filed"] <= row["assigned"] <= row["arrived"] <= row["finished"]
    assert row["due"] > row["assigned"]


@pytest.mark.system
def test_a_hub_whose_archive_is_gone_fills_it_from_the_whole_ledger(tmp_path: Path, hub: LivingHub) -> None:
    with seated(tmp_path / "seat", hub) as seat:
        case = seat.submit(OpenCase(NewCase("", "H01", 4, 120.16, 30.25, "330102001", "phone")))
        until(hub, f"case/{case}", lambda row: row["number"])
    hub.stop()
    (hub.profile / CITY / "archive.db").write_bytes(b"no database at all" * 500)
    hub.start()
    row = until(hub, f"case/{case}", lambda row: row["number"])
    assert (row["kind"], row["stage"], row["channel"], row["place"]) == ("H01", "filed", "phone", "")


@pytest.mark.system
def test_a_copy_takes_all_pages_open_ones_first_then_only_what_changed(hub: LivingHub) -> None:
    now = CLOCK.now()
    over = {"state": EventState.CLOSED, "updated": now}
    put(hub, *({"key": f"events/{n}", "occurred": now - n * MINUTE} | (over if n % 2 else {}) for n in range(300)))
    until(hub, "events/299", lambda row: True)
    until(hub, "events/298", lambda row: True)
    rows, cursor = whole_copy(hub, most=2_500)
    keys = [row[0] for row in rows]
    assert sorted(keys) == sorted(f"events/{n}" for n in range(300))
    assert keys == [f"events/{n}" for n in (*range(0, 300, 2), *range(1, 300, 2))]
    assert whole_copy(hub, cursor.until)[0] == []
    put(hub, {"key": "events/4", "occurred": now - 4 * MINUTE} | over)
    until(hub, "events/4", lambda row: row["closed"])
    changed, _ = whole_copy(hub, cursor.until)
    assert [row[0] for row in changed] == ["events/4"]
    state = asked(hub, ("archive.state", ask.StateWanted(cursor.until), ask.ArchiveState))[0]
    assert (state.rows, sum(day.rows for day in state.days)) == (1, 300)
    assert state.revision > cursor.until
    assert state.as_of > 0


@pytest.mark.system
def test_a_wall_may_not_copy_the_archive(hub: LivingHub, monkeypatch: pytest.MonkeyPatch) -> None:
    assert hub.hub is not None
    monkeypatch.setitem(hub.hub.answers._roles, "seat-1", "wall")  # type: ignore[arg-type]
    problem = asked(hub, ("archive.state", ask.StateWanted(), ask.ArchiveState))[0]
    assert problem.id == "archive.no_right"
