"""cache.db: what is put in is there after the next start."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.model.clock import DAY, ManualClock
from cockpit.model.tables import TABLES, TEXT, EventState
from cockpit.picture import Picture
from cockpit.store import transaction
from cockpit.store.cache import Cache
from cockpit.store.files import open_cache
from tests.store_rows import T0, by_place, events, rows_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "profile" / "cache.db"


def reopened(cache: Cache, path: Path) -> Cache:
    assert cache.close()
    return Cache.open(path, ManualClock(), searchable=by_place)


@pytest.mark.parametrize("topic", sorted(TABLES))
def test_every_table_of_the_picture_comes_back_as_it_was(topic: str, path: Path) -> None:
    cache = Cache.open(path, ManualClock())
    columns = rows_of(topic, [f"f/{i}" for i in range(7)])
    for i, column in enumerate(TABLES[topic].columns[1:]):
        if column.dtype == TEXT:
            columns[column.name] = [f"{column.name} 名 {n}" for n in range(7)]
        else:
            columns[column.name] = (np.arange(7) + i).astype(column.dtype)
    columns["district"] = [f"33010{i}" for i in range(7)]
    cache.upsert(topic, columns)
    cache = reopened(cache, path)
    loaded = cache.load(topic)
    order = [loaded["key"].index(key) for key in columns["key"]]
    for name in (*TABLES[topic].names, "district"):
        assert [loaded[name][i] for i in order] == list(columns[name])
    assert cache.notices == []
    cache.close()


@given(
    st.lists(
        st.tuples(st.text(max_size=8), st.text(max_size=8), st.floats(), st.integers(-(2**63), 2**63 - 1)),
        min_size=1,
        max_size=20,
        unique_by=lambda row: row[0].replace("\x1f", " "),
    )
)
@settings(max_examples=25, deadline=None)
def test_any_text_and_number_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple]) -> None:
    cache = Cache.open(tmp_path_factory.mktemp("cache") / "cache.db", ManualClock(), searchable=by_place)
    columns = events(*({"key": k, "place": p, "amount": a, "occurred": t} for k, p, a, t in rows))
    cache.upsert("event", columns)
    assert cache.flush()
    loaded = cache.load("event")
    assert cache.counts["refused"] == 0
    cache.close()
    order = [loaded["key"].index(key.replace("\x1f", " ")) for key in columns["key"]]
    assert sorted(order) == list(range(len(rows)))
    assert [loaded["place"][i] for i in order] == [p.replace("\x1f", " ") for p in columns["place"]]
    assert loaded["amount"][order].tobytes() == columns["amount"].tobytes()
    assert loaded["occurred"][order].tobytes() == columns["occurred"].tobytes()


def test_an_empty_cache_loads_as_empty_columns(path: Path) -> None:
    cache = Cache.open(path, ManualClock())
    for topic, table in TABLES.items():
        columns = cache.load(topic)
        assert set(columns) == {*table.names, "district"}
        assert all(len(values) == 0 for values in columns.values())
    cache.close()


def test_a_later_row_of_a_key_replaces_the_earlier_one(path: Path) -> None:
    cache = Cache.open(path, ManualClock(), searchable=by_place)
    cache.upsert("event", events({"key": "e/1", "place": "旧"}, {"key": "e/1", "place": "中"}))
    assert cache.flush()
    cache.upsert("event", events({"key": "e/1", "place": "新", "level": 2}))
    cache = reopened(cache, path)
    assert cache.load("event")["place"] == ["新"]
    assert cache.row("event", "e/1")["level"] == 2
    cache.close()


def test_a_unit_that_left_is_not_loaded_again(path: Path) -> None:
    cache = Cache.open(path, ManualClock())
    cache.upsert("unit", rows_of("unit", ["a", "b", "c"]))
    cache.remove("unit", ["b", "nobody"])
    cache = reopened(cache, path)
    assert sorted(cache.load("unit")["key"]) == ["a", "c"]
    cache.close()


def test_an_event_that_closed_leaves_the_picture_and_can_still_be_read(path: Path) -> None:
    cache = Cache.open(path, ManualClock(), searchable=by_place)
    closed = int(EventState.CLOSED)
    cache.upsert("event", events({"key": "e/1", "place": "井盖", "state": closed}, {"key": "e/2", "place": "井盖"}))
    cache.remove("event", ["e/1", "e/2"])
    assert cache.flush()
    assert cache.load("event")["key"] == []
    assert cache.row("event", "e/1")["place"] == "井盖"
    assert cache.row("event", "e/2") is None
    assert cache.search("井盖") == []
    assert cache.search("井盖", history=True) == ["e/1"]
    cache.upsert("event", events({"key": "e/1", "place": "井盖"}))
    assert cache.flush()
    assert cache.load("event")["key"] == ["e/1"]
    cache.close()


def test_closed_events_are_forgotten_after_their_days_and_past_their_number(path: Path) -> None:
    opened = open_cache(path, ManualClock())
    closed = int(EventState.CLOSED)

    def put(prefix: str, n: int, state: int, stored: int) -> None:
        rows = [{"key": f"{prefix}/{i}", "state": state, "place": "井盖"} for i in range(n)]
        work = transaction.Work([transaction.Upsert("event", events(*rows))])
        transaction.write(opened.connection, work, stored, by_place)

    put("old", 3, closed, T0)
    put("new", 10, closed, T0 + 40 * DAY)
    put("open", 3, 0, T0)
    transaction.trim(opened.connection, T0 + 41 * DAY, days=30, closed=6)
    kept = [row[0] for row in opened.connection.execute("SELECT key FROM event ORDER BY key")]
    assert [key for key in kept if key.startswith("open")] == ["open/0", "open/1", "open/2"]
    assert len([key for key in kept if key.startswith("new")]) == 6
    assert [key for key in kept if key.startswith("old")] == []
    assert opened.connection.execute("SELECT count(*) FROM event_search").fetchone()[0] == 9
    opened.connection.close()


def test_the_newest_rows_can_be_had_alone(path: Path) -> None:
    cache = Cache.open(path, ManualClock())
    cache.upsert("event", events(*({"key": f"e/{i}", "occurred": T0 + i * 17 % 100} for i in range(100))))
    assert cache.flush()
    recent = cache.load_recent("event", 5)
    assert recent["occurred"].tolist() == [T0 + 99 - i for i in range(5)]
    cache.close()


def test_events_of_one_instant_all_have_a_place(path: Path) -> None:
    cache = Cache.open(path, ManualClock(), searchable=by_place)
    for start in (0, 2500):
        cache.upsert("event", events(*({"key": f"e/{start + i}", "place": "井盖"} for i in range(2500))))
        assert cache.flush()
    assert len(cache.load("event")["key"]) == 5000
    assert len(cache.search("井盖", limit=9999)) == 5000
    cache.close()


@pytest.mark.parametrize("text", ['{"text":"积', "[1]", "\x00", "", "[" * 5000])
def test_a_body_that_the_disk_has_not_kept_whole_is_none(path: Path, text: str) -> None:
    cache = Cache.open(path, ManualClock())
    cache.put_body("e/1", '{"text":"积水"}', T0)
    assert cache.fields("e/1") == ({"text": "积水"}, T0)
    cache.put_body("e/1", text, T0)
    assert cache.fields("e/1") is None
    cache = reopened(cache, path)
    assert cache.fields("e/1") is None
    cache.close()


def test_bodies_and_values_are_read_back_at_once_and_after_a_start(path: Path) -> None:
    cache = Cache.open(path, ManualClock())
    cache.put_body("e/1", '{"text":"积水"}', T0)
    cache.put_meta("time", "{}")
    assert cache.body("e/1") == ('{"text":"积水"}', T0)
    assert cache.meta("time") == "{}"
    cache = reopened(cache, path)
    assert cache.body("e/1") == ('{"text":"积水"}', T0)
    assert cache.meta("time") == "{}"
    assert cache.body("e/2") is None
    assert cache.meta("hub") is None
    cache.close()


def test_a_row_that_can_not_be_written_costs_only_itself(path: Path) -> None:
    said = []
    cache = Cache.open(path, ManualClock(), on_problem=said.append)
    broken = rows_of("unit", ["broken"])
    del broken["area"]
    cache.upsert("unit", rows_of("unit", ["a"]))
    cache.upsert("unit", broken)
    cache.upsert("sensor", rows_of("sensor", ["b"]))
    cache.put_meta("x", "y")
    assert cache.flush()
    assert cache.load("unit")["key"] == ["a"]
    assert cache.load("sensor")["key"] == ["b"]
    assert cache.meta("x") == "y"
    assert [message.id for message in said] == ["store.row_refused"]
    assert cache.counts["refused"] == 1
    cache.close()


def test_half_a_character_from_a_feed_is_kept_as_a_question_mark(path: Path) -> None:
    cache = Cache.open(path, ManualClock(), searchable=by_place)
    cache.upsert("event", events({"key": "e/1", "place": "a\ud800b"}, {"key": "e/2", "place": "井盖"}))
    assert cache.flush()
    assert sorted(cache.load("event")["place"]) == ["a?b", "井盖"]
    cache.close()


def test_what_a_picture_held_is_loaded_into_the_next_ones_districts(path: Path) -> None:
    cache = Cache.open(path, ManualClock())
    first, second = Picture(), Picture()
    first.upsert("event", events({"key": "e/1", "area": "330106001"}, {"key": "e/2"}), "330106")
    cache.upsert("event", first["event"].columns())
    cache = reopened(cache, path)
    second.upsert("event", cache.load("event"))
    cache.close()
    for key in ("e/1", "e/2"):
        assert msgspec.msgpack.encode(second["event"].get(key)) == msgspec.msgpack.encode(first["event"].get(key))
    assert list(second["event"].text("district")) == ["330106", "330106"]


def test_a_table_of_other_columns_is_made_anew_and_bodies_stay(path: Path) -> None:
    cache = Cache.open(path, ManualClock())
    cache.upsert("unit", rows_of("unit", ["a"]))
    cache.put_body("a", "{}", T0)
    cache.close()
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE unit RENAME COLUMN speed TO knots")
    connection.close()
    cache = Cache.open(path, ManualClock())
    assert cache.load("unit")["key"] == []
    cache.upsert("unit", rows_of("unit", ["b"]))
    cache = reopened(cache, path)
    assert cache.load("unit")["key"] == ["b"]
    assert cache.body("a") == ("{}", T0)
    cache.close()


def test_the_schemas_version_stands_in_the_file(path: Path) -> None:
    Cache.open(path, ManualClock()).close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert connection.execute("SELECT name FROM _sqlite_migrations").fetchall() == [("m0001_picture_bodies_meta",)]
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
