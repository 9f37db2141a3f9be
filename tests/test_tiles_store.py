"""The one store of tiles: what was put is there, the oldest goes first, regions stay, whatever state the file is in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cockpit.model.clock import ManualClock
from cockpit.store.tiles import MADE, RAW, TileStore

NOW = 1_800_000_000_000_000


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[TileStore]:
    made = TileStore(tmp_path / "tiles.db", clock, limit=10_000)
    yield made
    made.close()


def key(x: int, z: int = 14, source: str = "a", form: int = RAW) -> tuple[str, int, int, int, int]:
    return source, form, z, x, 5


def test_a_tile_is_there_at_once_and_after_it_is_on_disk_with_the_time_it_came(store: TileStore) -> None:
    store.put(key(1), b"one")
    assert store.get(key(1)).data == b"one"
    assert store.flush()
    assert store.get(key(1)) == store.get(key(1))
    assert store.get(key(1)).fetched == NOW
    assert store.get(key(2)) is None
    assert store.get(key(1, form=MADE)) is None


def test_a_second_program_finds_what_the_first_one_kept(tmp_path: Path, clock: ManualClock, store: TileStore) -> None:
    store.put(key(1), b"one")
    store.set_region("r", "{}")
    store.close()
    again = TileStore(tmp_path / "tiles.db", clock)
    try:
        assert again.get(key(1)).data == b"one"
        assert again.regions() == {"r": "{}"}
    finally:
        again.close()


def test_the_tiles_that_nobody_looked_at_go_first_and_those_of_a_region_stay(
    store: TileStore, clock: ManualClock
) -> None:
    store.put(key(100), bytes(900), kept=True)
    for x in range(9):
        store.put(key(x), bytes(1000))
        assert store.flush()
        clock.advance(1)
    assert store.get(key(0)) is not None
    store.put(key(50), bytes(10))
    assert store.flush()
    for x in range(20, 24):
        store.put(key(x), bytes(1000))
    assert store.flush()
    assert store.get(key(100)) is not None, "a region's"
    assert store.get(key(0)) is not None, "looked at since"
    assert store.get(key(1)) is None, "the one that was looked at the longest time ago"
    assert store.size() <= 10_000 + 900


def test_nothing_is_missed_that_is_written_while_it_is_counted(
    store: TileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = store._read

    def slowly(query: str, params: Iterable[Any]) -> list[Any]:
        rows = read(query, params)
        assert store.flush()
        return rows

    monkeypatch.setattr(store, "_read", slowly)
    store.put(key(1), b"one")
    assert store.here("a", RAW, 14, (0, 9), (0, 9)).tiles == {(1, 5)}
    store.set_region("r", "{}")
    assert store.regions() == {"r": "{}"}


def test_what_is_here_of_a_level_is_counted_with_what_is_not_on_disk_yet(store: TileStore) -> None:
    store.put(key(1), b"one")
    assert store.flush()
    store.put(key(2), b"")
    here = store.here("a", RAW, 14, (0, 9), (5, 5))
    assert here.tiles == {(1, 5), (2, 5)}
    assert here.size == 3
    assert here.oldest == NOW
    assert store.here("b", RAW, 14, (0, 9), (5, 5)).tiles == frozenset()


def test_a_region_that_is_given_up_may_be_forgotten(store: TileStore) -> None:
    for x in range(8):
        store.put(key(x), bytes(1000), kept=True)
    assert store.flush()
    store.keep("a", 14, (0, 9), (5, 5), False)
    for x in range(10, 16):
        store.put(key(x), bytes(1000))
    assert store.flush()
    assert store.size() <= 10_000
    store.forget("a")
    assert store.flush()
    assert store.size("a") == 0


def test_a_damaged_file_is_set_aside_and_the_store_goes_on(tmp_path: Path, clock: ManualClock) -> None:
    file = tmp_path / "tiles.db"
    file.write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    said: list[str] = []
    store = TileStore(file, clock, on_problem=lambda m: said.append(m.id))
    try:
        assert said == ["store.corrupt"]
        store.put(key(1), b"one")
        assert store.flush()
        assert store.get(key(1)).data == b"one"
    finally:
        store.close()
    assert list(tmp_path.glob("tiles.db.corrupt-*"))


def test_a_file_that_is_damaged_while_it_is_open_is_replaced(tmp_path: Path, clock: ManualClock) -> None:
    said: list[str] = []
    store = TileStore(tmp_path / "tiles.db", clock, on_problem=lambda m: said.append(m.id))
    try:
        for x in range(400):
            store.put(key(x), bytes(4000))
        assert store.flush()
        store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with open(tmp_path / "tiles.db", "r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * 400_000)
        for x in range(400):
            store.get(key(x))
        store.put(key(1000), b"new")
        assert store.flush()
        store.put(key(1001), b"new")
        assert store.flush()
        assert store.get(key(1001)).data == b"new"
        assert "store.corrupt" in said
    finally:
        store.close()


def test_the_file_of_a_newer_program_is_left_as_it_is(tmp_path: Path, clock: ManualClock) -> None:
    file = tmp_path / "tiles.db"
    with sqlite3.connect(file) as db:
        db.execute("CREATE TABLE something (x)")
        db.execute("PRAGMA user_version = 99")
    db.close()
    before = file.read_bytes()
    store = TileStore(file, clock)
    store.put(key(1), b"one")
    assert store.flush()
    store.close()
    assert file.read_bytes() == before


def test_a_folder_that_can_not_be_written_keeps_tiles_for_this_run(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "file").write_text("a file where a folder should be")
    said: list[str] = []
    store = TileStore(tmp_path / "file" / "tiles.db", clock, on_problem=lambda m: said.append(m.id))
    try:
        assert said
        assert store.path is None
        store.put(key(1), b"one")
        assert store.flush()
        assert store.get(key(1)).data == b"one"
    finally:
        store.close()
