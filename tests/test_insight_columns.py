"""Columns in pieces say exactly what they were given; a table of parts is the rows, whatever happened to them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.insight import parts
from cockpit.insight.columns import Column
from cockpit.insight.facts import Facts
from cockpit.insight.parts import Making, Table
from cockpit.model.archive import RECORD
from cockpit.model.archive_columns import NUMBERS, Records
from cockpit.model.clock import HOUR, SECOND, ManualClock
from cockpit.model.stored import stored
from cockpit.store.archive import Archive, begin_of, day_of
from cockpit.store.archive_pack import pack, unpack
from tests.insight_kit import FIRST, GROUND, NOW, ROWS, row

TIMES = st.lists(
    st.one_of(st.just(0), st.integers(FIRST, NOW), st.integers(0, 400_000).map(lambda n: FIRST + n * SECOND))
    | st.integers(-(2**63), 2**63 - 1),
    max_size=40,
)
DECIMALS = st.lists(
    st.floats(width=64) | st.integers(-(10**9), 10**9).map(lambda n: n / 1e6) | st.just(float("nan")) | st.just(-0.0),
    max_size=40,
)
UPDATED = RECORD.names.index("updated")
REPORTED = RECORD.names.index("reported")


def same(found: np.ndarray, given_: np.ndarray) -> bool:
    return found.dtype == given_.dtype and found.tobytes() == given_.tobytes()


@pytest.mark.slow
@given(ROWS)
@settings(deadline=None, max_examples=60)
def test_a_page_that_stays_as_it_is_stored_says_what_it_says_unpacked(rows: list[tuple]) -> None:
    data = pack(Records.of_rows(rows))
    plain, kept = unpack(data), unpack(data, stored=True)
    for name, dtype in NUMBERS.items():
        assert same(kept[name][:].astype(dtype), plain.numbers(name))
    assert len(kept) == len(rows)


@given(TIMES)
@settings(deadline=None)
def test_times_come_back_as_they_were(values: list[int]) -> None:
    given_ = np.array(values, dtype=np.int64)
    assert same(stored(given_)[:], given_)


@given(DECIMALS)
@settings(deadline=None)
def test_decimals_come_back_as_they_were_to_the_last_bit(values: list[float]) -> None:
    given_ = np.array([float("nan") if value != value else value for value in values], dtype=np.float64)
    assert same(stored(given_)[:], given_)


def test_times_of_a_month_by_the_second_and_places_take_four_bytes() -> None:
    random = np.random.default_rng(1)
    times = FIRST + random.integers(0, 32 * 86_400, 1000) * SECOND
    assert stored(np.where(random.random(1000) < 0.1, 0, times)).nbytes == 4000
    assert stored(np.round(random.uniform(120, 121, 1000), 6)).nbytes == 4000
    assert stored(times + 1).nbytes <= 8000


@given(st.lists(st.lists(st.integers(-5, 300), max_size=8), max_size=5), st.data())
@settings(deadline=None)
def test_a_column_in_pieces_is_indexed_as_an_array_is(pieces: list[list[int]], data: st.DataObject) -> None:
    arrays = [np.array(sorted(piece), dtype=np.int64) for piece in pieces]
    column = Column([stored(array) for array in arrays], np.int64)
    whole = np.concatenate([np.zeros(0, dtype=np.int64), *arrays])
    n = len(whole)
    assert len(column) == n
    assert same(np.asarray(column), whole)
    begin, end = data.draw(st.integers(0, n + 2)), data.draw(st.integers(0, n + 2))
    assert same(column[begin:end], whole[begin:end])
    if n:
        rows = np.array(data.draw(st.lists(st.integers(0, n - 1), max_size=20)), dtype=np.intp)
        assert same(column[rows], whole[rows])
        assert same(column[whole > 3], whole[whole > 3])
        assert column[int(n - 1)] == whole[-1]


@given(st.lists(st.integers(0, 60), max_size=40), st.integers(1, 7), st.integers(-1, 62))
@settings(deadline=None)
def test_a_place_in_a_column_that_ascends_is_that_of_a_sorted_array(values: list[int], size: int, value: int) -> None:
    whole = np.array(sorted(values), dtype=np.int64)
    column = Column([stored(whole[i : i + size]) for i in range(0, len(whole), size)], np.int64)
    assert column.place(value) == int(np.searchsorted(whole, value))


def _rows(facts: Facts) -> list[tuple]:
    """As `RECORD` has them, without when they were told of last."""
    found = []
    for i in range(facts.n):
        values = [
            facts.text[name][i] if name in facts.text else 0 if name == "updated" else facts.number[name][i].item()
            for name in RECORD.names
        ]
        found.append(tuple(None if value != value else value for value in values))
    return found


def _bare(rows: list[tuple]) -> list[tuple]:
    return [(*one[:UPDATED], 0, *one[UPDATED + 1 :]) for one in rows]


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "SIZE", 4)


@pytest.mark.usefixtures("small_parts")
@given(ROWS, st.integers(1, 9), st.data())
@settings(deadline=None, max_examples=60)
def test_a_table_of_parts_is_the_rows_and_stays_so_when_they_change(
    rows: list[tuple], at_once: int, data: st.DataObject
) -> None:
    rows = list({one[0]: one for one in rows}.values())
    pieces = [Records.of_rows(rows[i : i + at_once]) for i in range(0, len(rows), at_once)]
    facts = Facts(Table.of(pieces), GROUND)
    truth = _bare(sorted(rows, key=lambda one: one[REPORTED]))
    before = _rows(facts)
    assert before == truth
    changed = [
        row(n, data.draw(st.integers(FIRST, NOW)), place=f"新{n}") for n in data.draw(st.sets(st.integers(0, 99)))
    ]
    again = [(*one[:REPORTED], one[REPORTED] + HOUR, *one[REPORTED + 1 :]) for one in rows[::3]]
    new = {one[0]: one for one in (*again, *changed)}
    renewed = facts.renewed(Records.of_rows(list(new.values())), NOW)
    kept = [one for one in truth if one[0] not in new]
    assert sorted(_rows(renewed), key=str) == sorted([*kept, *_bare(list(new.values()))], key=str)
    assert (np.diff(renewed.reported[:]) >= 0).all()
    assert renewed.knows(list(new)) == [True] * len(new)
    assert _rows(facts) == before, "what was handed out stays as it was"


def test_a_year_that_changes_today_shares_all_but_today_with_the_year_before() -> None:
    rows = [row(n, NOW - (200_000 - n) * SECOND) for n in range(100_000)]
    facts = Facts.of_rows(rows, GROUND)
    renewed = facts.renewed(Records.of_rows([row(99_999, NOW - SECOND, closed=NOW)]), NOW)
    ours, theirs = facts._table.parts, renewed._table.parts
    assert len(ours) >= 3
    assert [one is other for one, other in zip(ours, theirs, strict=True)] == [True] * (len(ours) - 1) + [False]


def test_an_archive_that_is_handed_over_in_pieces_is_the_same_year(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path / "archive.db", ManualClock(NOW))
    rows = [row(n, FIRST + n * 5 * HOUR) for n in range(400)]
    archive.upsert(Records.of_rows(rows), as_of=NOW)
    archive.fold()
    making = Making()
    revision, as_of = archive.hand(making.add)
    loaded = archive.load()
    archive.close()
    assert (revision, as_of) == (loaded.revision, loaded.as_of)
    assert _rows(Facts(making.table(), GROUND)) == _rows(Facts(loaded.records, GROUND)) == _bare(rows)


@pytest.mark.parametrize("days", [0, 3, 20, 40, 81, 83, 90])
def test_a_year_that_is_read_in_two_pieces_the_recent_one_first_is_the_same(tmp_path: Path, days: int) -> None:
    archive = Archive.open(tmp_path / "archive.db", ManualClock(NOW))
    rows = [row(n, FIRST + n * 5 * HOUR, place=f"路口{n % 37}") for n in range(400)]
    archive.upsert(Records.of_rows(rows), as_of=NOW)
    archive.fold()
    since = archive.recent(days)
    newest = archive.days()[0].day
    assert since <= begin_of(newest - days)
    assert bool(since) == (archive.days()[-1].day < day_of(since))
    recent = Making()
    archive.hand(recent.add, since)
    near = Facts(recent.table(), GROUND)
    assert _rows(near) == _bare([one for one in rows if one[REPORTED] >= since])
    older = Making(recent)
    archive.hand(older.add, until=since)
    archive.close()
    assert _rows(Facts(older.table(), GROUND)) == _bare(rows)
    assert _rows(near) == _bare([one for one in rows if one[REPORTED] >= since])
