"""The past of signs: packed without loss, rolled up, folded, read, thinned, and kept over a restart."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from cockpit.model.clock import DAY, HOUR, MINUTE, ManualClock, from_iso
from cockpit.model.errors import OutsideError
from cockpit.signs.asked import thinned
from cockpit.signs.history import GRAIN, History, bucket_of
from cockpit.signs.packing import Buckets, joined, pack, unpack
from cockpit.signs.past import year_before
from cockpit.signs.reported import Value
from cockpit.signs.rollup import Rollup

NOW = from_iso("2026-07-14T10:00:00+08:00")
KEY = "sign/A@330100"


def buckets(starts: list[int], values: list[float]) -> Buckets:
    start, value = np.array(starts, dtype=np.int64), np.array(values, dtype=np.float64)
    return Buckets(start, value, value - 1, value + 1, value, np.full(len(start), 60))


def same(one: Buckets, other: Buckets) -> bool:
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(one.columns(), other.columns(), strict=True))


@settings(max_examples=150, deadline=None)
@given(
    hnp.arrays(np.float64, st.integers(0, 40), elements=st.floats(allow_infinity=False, width=64)),
    st.sampled_from([None, 0, 1, 3]),
)
def test_numbers_come_back_as_they_went_in(values: np.ndarray, digits: int | None) -> None:
    if digits is not None:
        values = np.round(np.clip(values, -1e9, 1e9), digits)
    start = np.arange(len(values), dtype=np.int64) * MINUTE + NOW
    others = values[::-1]
    given = Buckets(start, np.zeros(len(values)), others, values, values, np.arange(len(values)))
    found = unpack(pack(given))
    assert np.array_equal(found.last, values, equal_nan=True)
    assert np.array_equal(found.most, values, equal_nan=True)
    assert np.array_equal(found.least, others, equal_nan=True)
    assert np.array_equal(found.start, start)
    assert np.array_equal(found.n, given.n)


def test_bytes_that_are_no_history_are_refused() -> None:
    for data in (b"", b"x", pack(buckets([1, 2], [1.0, 2.0]))[:-3]):
        with pytest.raises(ValueError):
            unpack(data)


def test_of_two_buckets_of_one_start_the_later_one_counts() -> None:
    found = joined([buckets([3, 1], [3.0, 1.0]), buckets([3, 2], [33.0, 2.0])])
    assert (found.start.tolist(), found.mean.tolist()) == ([1, 2, 3], [1.0, 2.0, 33.0])


def test_samples_become_minutes_hours_and_days_at_their_ends() -> None:
    rollup = Rollup()
    row = np.array([0])
    start = from_iso("2026-07-14T23:58:00+08:00")
    closed = []
    for second in range(0, 181, 10):
        closed += rollup.sample(start + second * 1_000_000, row, np.array([float(second)]), 1)
    assert [(grain, at) for grain, at, _, _ in closed] == [
        ("minute", start),
        ("minute", start + MINUTE),
        ("hour", start - 58 * MINUTE),
        ("day", from_iso("2026-07-14T00:00:00+08:00")),
        ("minute", start + 2 * MINUTE),
    ]
    first = closed[0][3]
    assert [c.tolist() for c in first.columns()[1:]] == [[25.0], [0.0], [50.0], [50.0], [6]]
    assert closed[2][3].n.tolist() == [12]


def filled(path: Path) -> History:
    """An item over five hours by the minute, as the hub writes them."""
    history = History(path, ManualClock(NOW))
    ids = history.ids_of([KEY, "sign/B@330100"], [False, False], [1, 0])
    for at in range(NOW - 5 * HOUR, NOW, MINUTE):
        value = float((at // MINUTE) % 1000)
        history.put_slices({("minute", at): buckets(ids.tolist(), [value, -value])})
    return history


def test_a_history_is_read_while_another_program_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "signs.db"
    history = filled(path)
    writer = sqlite3.connect(path, isolation_level=None)
    try:
        writer.execute("BEGIN IMMEDIATE")  # as the hub does while it folds, for longer than a start waits for a lock
        writer.execute("INSERT INTO meta VALUES ('half', x'00')")
        past = History(path, ManualClock(NOW), only_read=True)
        try:
            assert len(past.series(KEY, "minute", NOW - 4 * HOUR, NOW)) == 4 * 60
            assert past.first == history.first
            with pytest.raises(OutsideError):
                past.put_meta("name", b"")
        finally:
            past.close()
        writer.execute("COMMIT")
        assert history.meta("half") == b"\x00"
    finally:
        writer.close()
        history.close()


def test_a_reader_moves_no_file_out_of_the_way(tmp_path: Path) -> None:
    path = tmp_path / "signs.db"
    path.write_bytes(b"not a database" * 400)
    with pytest.raises(OutsideError):
        History(path, ManualClock(NOW), only_read=True)
    assert [one.name for one in tmp_path.iterdir()] == ["signs.db"]


def test_a_history_is_the_same_before_and_after_it_is_folded(tmp_path: Path) -> None:
    history = filled(tmp_path / "signs.db")
    try:
        before = history.series(KEY, "minute", NOW - 4 * HOUR, NOW)
        assert len(before) == 4 * 60
        assert before.mean.tolist()[:2] == [(NOW // MINUTE - 240) % 1000, (NOW // MINUTE - 239) % 1000]
        assert history.fold("minute", NOW)
        assert not history.fold("minute", NOW)
        assert same(history.series(KEY, "minute", NOW - 4 * HOUR, NOW), before)
        starts, recent = history.recent("minute", NOW - 3 * MINUTE, NOW, ["sign/B@330100", "unknown"])
        assert starts == [NOW - 3 * MINUTE, NOW - 2 * MINUTE, NOW - MINUTE]
        assert recent[0].tolist() == (-before.mean[-3:]).tolist()
        assert np.isnan(recent[1]).all()
        assert len(history.series("unknown", "minute", 0, NOW)) == 0
    finally:
        history.close()


def test_a_restart_finds_all_of_it_and_a_damaged_file_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "signs.db"
    history = filled(path)
    history.put_meta("levels", b"x")
    history.put_reported(
        [("R", "330100", Value(NOW, 1.5, "局", 0, 0.5)), ("R", "330100", Value(NOW, 2.0, target=NOW + 1))]
    )
    before = history.series(KEY, "minute", 0, NOW)
    first = history.first
    history.close()
    again = History(path, ManualClock(NOW))
    assert same(again.series(KEY, "minute", 0, NOW), before)
    assert (again.meta("levels"), again.first) == (b"x", first)
    assert [value.value for _, _, value in again.reported()] == [1.5, 2.0]
    again.close()
    path.write_bytes(b"no database at all" * 100)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    third = History(path, ManualClock(NOW))
    assert [notice.id for notice in third.notices] == ["signdef.history_aside"]
    assert len(third.series(KEY, "minute", 0, NOW)) == 0
    third.close()
    assert list(tmp_path.glob("signs.db.corrupt-*"))


def test_what_is_past_its_time_goes_and_coarser_items_keep_less(tmp_path: Path) -> None:
    history = History(tmp_path / "signs.db", ManualClock(NOW))
    old, recent = NOW - 100 * DAY, NOW - 2 * DAY
    for fine in (False, True):
        history.put_history(f"fine{fine}", "hour", buckets([old, recent], [1.0, 2.0]), fine=fine)
    history.tidy(NOW)
    assert len(history.series("fineFalse", "hour", 0, NOW)) == 2
    assert history.series("fineTrue", "hour", 0, NOW).start.tolist() == [recent]
    history.close()


def test_a_clock_that_is_set_back_takes_what_was_ahead_with_it(tmp_path: Path) -> None:
    history = filled(tmp_path / "signs.db")
    back = NOW - 3 * HOUR
    history.forget_after(back)
    assert history.series(KEY, "minute", 0, NOW).start.max() == back
    history.close()


def test_days_begin_at_midnight_in_shanghai() -> None:
    assert bucket_of("day", NOW) == from_iso("2026-07-14T00:00:00+08:00")
    assert all(bucket_of(grain, NOW) <= NOW < bucket_of(grain, NOW) + length for grain, length in GRAIN.items())
    assert year_before(from_iso("2028-02-29T12:00:00+08:00")) == from_iso("2027-02-28T12:00:00+08:00")


@given(st.integers(1, 300), st.integers(1, 50))
def test_thinning_keeps_the_least_and_the_most(n: int, most: int) -> None:
    values = np.random.default_rng(n).normal(0, 10, n)
    found = thinned(buckets(list(range(n)), values.tolist()), most)
    assert len(found) <= max(most, 1)
    assert (found.least.min(), found.most.max()) == (values.min() - 1, values.max() + 1)
    assert found.n.sum() == 60 * n
    assert np.average(found.mean, weights=found.n) == pytest.approx(values.mean())
