"""What waits for the disk: never in the caller's way, never without bound, never in the wrong order."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.model.clock import ManualClock
from cockpit.store import queue
from cockpit.store.cache import Cache
from cockpit.store.queue import Operation, Remove, Upsert, Waiting, coalesce
from tests.store_rows import rows_of

KEYS = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6)
OPERATIONS = st.lists(st.tuples(st.booleans(), KEYS), max_size=20)


def made(steps: list[tuple[bool, list[str]]]) -> list[Operation]:
    return [
        Upsert("unit", rows_of("unit", keys, fixed=i)) if up else Remove("unit", keys)
        for i, (up, keys) in enumerate(steps)
    ]


def outcome(operations: list[Operation]) -> dict[str, int]:
    rows: dict[str, int] = {}
    for operation in operations:
        if isinstance(operation, Upsert):
            rows |= dict(zip(operation.columns["key"], operation.columns["fixed"].tolist(), strict=True))
        else:
            rows = {key: value for key, value in rows.items() if key not in operation.keys}
    return rows


@pytest.mark.slow
@given(OPERATIONS)
def test_coalescing_ends_in_the_same_rows_with_each_key_once(steps: list[tuple[bool, list[str]]]) -> None:
    operations = made(steps)
    short = coalesce("unit", operations)
    assert outcome(short) == outcome(operations)
    assert sum(op.rows for op in short) == len({key for _, keys in steps for key in keys})
    touched = {key for op in short for key in (op.columns["key"] if isinstance(op, Upsert) else op.keys)}
    assert touched == {key for _, keys in steps for key in keys}


@pytest.mark.slow
@given(OPERATIONS, st.integers(1, 12))
def test_taking_in_parts_and_giving_back_keeps_the_order(steps: list[tuple[bool, list[str]]], most: int) -> None:
    operations = made(steps)
    waiting = Waiting()
    for operation in operations:
        waiting.add(operation)
    waiting.give_back(waiting.take(most))
    done: list[Operation] = []
    while len(waiting):
        done += waiting.take(most).rows
    assert done == operations


def test_a_queue_that_grows_long_keeps_only_the_last_state_of_each_key() -> None:
    waiting = Waiting()
    for i in range(30):
        waiting.add(Upsert("unit", rows_of("unit", [f"u{n}" for n in range(4000)], fixed=i)))
    assert waiting.coalesced == 1
    assert len(waiting) < 40_000
    rows = outcome(waiting.take(10**9).rows)
    assert len(rows) == 4000
    assert set(rows.values()) == {29}


def test_a_queue_has_an_end_and_counts_what_it_drops(monkeypatch) -> None:
    monkeypatch.setattr(queue, "MAX_ROWS", 1000)
    waiting = Waiting()
    for i in range(15):
        waiting.add(Upsert("event", rows_of("event", [f"e/{i}-{n}" for n in range(100)])))
    waiting.add(Upsert("unit", rows_of("unit", ["u"])))
    assert len(waiting) <= 1000
    assert waiting.dropped == 600
    work = waiting.take(10**9)
    assert [op.topic for op in work.rows if op.topic == "unit"] == ["unit"]
    assert work.rows[0].columns["key"][0] == "e/6-0"


def test_a_caller_is_never_kept_waiting_by_a_locked_file(tmp_path: Path) -> None:
    cache = Cache.open(tmp_path / "cache.db", ManualClock())
    other = sqlite3.connect(tmp_path / "cache.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for i in range(200):
        cache.upsert("unit", rows_of("unit", [f"u{n}" for n in range(10)], fixed=i))
    assert cache.counts["waiting"] == 2000
    other.execute("COMMIT")
    other.close()
    assert cache.flush()
    assert set(cache.load("unit")["fixed"].tolist()) == {199}
    cache.close()
