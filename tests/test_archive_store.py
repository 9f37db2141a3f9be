"""The archive's file: what is put in comes out, days' columns agree with the rows, a damaged file is set aside."""

from __future__ import annotations

import math
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.model.archive import RECORD
from cockpit.model.archive_columns import NUMBERS, Coded, Records, Words, joined
from cockpit.model.clock import DAY, HOUR, ManualClock
from cockpit.model.tables import TEXT
from cockpit.store.archive import Archive, Row, as_rows, begin_of, day_of
from cockpit.store.archive_pack import pack, unpack

BEGIN = 1_780_000_000_000_000
REPORTED = RECORD.names.index("reported")
times = st.one_of(st.just(0), st.integers(BEGIN, BEGIN + 40 * DAY), st.integers(1, 1 << 52))
words = st.one_of(st.sampled_from(["", "E0506", "新塘路×太平门直街", "U001"]), st.text(max_size=8))
numbers = st.one_of(st.none(), st.integers(-180, 180).map(float), st.floats(allow_nan=False, allow_infinity=False))


def _value(name: str, dtype: str) -> st.SearchStrategy[Any]:
    if name == "key":
        return st.sampled_from([f"events/{n}" for n in range(12)])
    if name == "reported":
        return st.integers(BEGIN, BEGIN + 6 * DAY)
    if dtype == TEXT:
        return words
    return numbers if dtype[1] == "f" else st.integers(0, 255) if dtype == "<u1" else times


rows = st.tuples(*(_value(c.name, c.dtype) for c in RECORD.columns))
acts = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.lists(rows, max_size=6)),
        st.tuples(st.just("new"), st.lists(rows, max_size=6)),
        st.tuples(st.just("forget"), st.integers(0, 6)),
    ),
    max_size=6,
)


def row(number: int, **parts: Any) -> Row:
    said = {"key": f"events/{number}", "kind": "E0506", "level": 3, "reported": BEGIN + number * HOUR} | parts
    return as_rows([said])[0]


@pytest.fixture
def archive(tmp_path: Path) -> Any:
    opened = Archive.open(tmp_path / "archive.db", ManualClock())
    yield opened
    opened.close()


@pytest.mark.slow
@given(st.lists(rows, max_size=20, unique_by=lambda r: r[0]))
def test_records_come_out_of_their_bytes_as_they_went_in(given_rows: list[Row]) -> None:
    records = Records.of_rows(given_rows)
    assert unpack(pack(records)).rows() == given_rows
    assert joined([records, unpack(pack(records))]).rows() == given_rows * 2
    half = records.take(slice(0, len(given_rows) // 2))
    assert unpack(pack(half)).rows() == given_rows[: len(given_rows) // 2]


@given(st.binary(max_size=60))
def test_bytes_that_are_no_records_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        unpack(data)


@given(acts)
@settings(max_examples=60, deadline=None)
def test_days_agree_with_the_rows_after_any_writing(what: list[tuple[str, Any]]) -> None:
    db = Archive.open(Path(":memory:"), ManualClock())
    known: dict[str, Row] = {}
    revision = 0
    for act, given_part in what:
        if act == "forget":
            at = begin_of(day_of(BEGIN)) + given_part * DAY
            done = db.remove_before(at)
            known = {key: row for key, row in known.items() if row[14] >= at}
        else:
            done = db.upsert(given_part, only_new=act == "new")
            fresh = {row[0]: row for row in given_part}
            known = fresh | known if act == "new" else known | fresh
        assert done.revision >= revision
        revision = done.revision
        loaded = db.load()
        assert {row[0]: row for row in loaded.records.rows()} == known
        assert len(loaded.records) == len(known) == db.count()
        assert loaded.revision == revision
        for day in db.days():
            assert day.rows == sum(day_of(row[14]) == day.day for row in known.values())
    assert db.rows(sorted(known)).rows() == [known[key] for key in sorted(known)]
    db.close()


def test_what_changed_behind_a_revision_is_what_a_copy_lacks(archive: Archive) -> None:
    archive.upsert([row(n) for n in range(50)])
    first = archive.revision
    archive.upsert([row(3), row(7, closed=BEGIN + 9 * HOUR), row(60)])
    changed = archive.changed(first)
    assert sorted(changed.records.text("key").texts()) == ["events/60", "events/7"]
    assert changed.revision == archive.revision == first + 1


def test_a_row_as_it_is_already_changes_nothing(archive: Archive) -> None:
    archive.upsert([row(1)])
    before = archive.revision
    assert archive.upsert([row(1)]).rows == 0
    assert archive.revision == before


def test_a_row_whose_report_moved_to_another_day_is_in_that_day_alone(archive: Archive) -> None:
    archive.upsert([row(1)])
    archive.upsert([row(1, reported=BEGIN + 3 * DAY)])
    assert [day.rows for day in archive.days()] == [1]
    assert archive.load().records["reported"].tolist() == [BEGIN + 3 * DAY]


def test_notes_and_until_when_it_is_complete_are_kept_with_the_rows(archive: Archive, tmp_path: Path) -> None:
    archive.upsert([row(1)], as_of=BEGIN + DAY, notes={"cursor": b"7"})
    archive.stands(BEGIN)
    ident = archive.id
    archive.close()
    again = Archive.open(tmp_path / "archive.db", ManualClock())
    assert (again.id, again.meta("cursor"), again.as_of, again.count()) == (ident, b"7", BEGIN + DAY, 1)
    again.start_over(ManualClock())
    assert (again.count(), again.meta("cursor"), again.revision) == (0, None, 0)
    assert again.id != ident
    again.close()


def test_a_city_that_begins_again_forgets_what_was_ahead_and_copies_begin_anew(archive: Archive) -> None:
    archive.upsert([row(n) for n in range(60)], as_of=BEGIN + 60 * HOUR)
    ident, revision = archive.id, archive.revision
    archive.turn_back(BEGIN + 30 * HOUR, ManualClock())
    kept = archive.load()
    assert sorted(kept.records.text("key").texts()) == sorted(f"events/{n}" for n in range(31))
    assert kept.as_of == BEGIN + 30 * HOUR
    assert archive.revision == revision + 1
    assert archive.id != ident


def test_a_damaged_file_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    path.write_bytes(b"nothing of the kind" * 1000)
    archive = Archive.open(path, ManualClock())
    assert [notice.id for notice in archive.notices] == ["archive.aside"]
    assert list(tmp_path.glob("archive.db.corrupt-*"))
    archive.upsert([row(1)])
    assert archive.count() == 1
    archive.close()


def test_a_day_whose_columns_are_torn_is_read_from_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    archive = Archive.open(path, ManualClock())
    archive.upsert([row(n) for n in range(5)])
    archive.close()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE day_columns SET data = x'00'")
    db.close()
    archive = Archive.open(path, ManualClock())
    assert sorted(archive.load().records.text("key").texts()) == [f"events/{n}" for n in range(5)]
    archive.close()


def test_days_that_lie_together_are_read_as_the_days_are_whatever_becomes_of_them(archive: Archive) -> None:
    archive.upsert([row(n * 24, key=f"events/{n}") for n in range(150)])
    apart = archive.load().records.rows()
    assert archive.fold()
    assert archive.load().records.rows() == apart
    assert archive.load(since=BEGIN + 50 * DAY).records.rows() == [
        r for r in apart if day_of(r[REPORTED]) >= day_of(BEGIN + 50 * DAY)
    ]
    archive.upsert([row(24, key="events/1", level=1)])  # a late word about a day of a block
    archive.remove_before(begin_of(day_of(BEGIN + 3 * DAY)))
    assert {r[0]: r for r in archive.load().records.rows()} == {r[0]: r for r in archive.select("")}
    assert archive.fold()
    assert not archive.fold()
    assert {r[0]: r for r in archive.load().records.rows()} == {r[0]: r for r in archive.select("")}


def test_words_are_made_when_they_are_asked_for() -> None:
    given_words = ["新塘路", "", "a", "新塘路×太平门直街"]
    made = Words.of(given_words)
    assert list(made) == given_words
    assert made[-1] == given_words[-1]
    assert made[1:3] == ["", "a"]
    coded = Coded.of(["b", "a", "b"])
    assert coded.texts() == ["b", "a", "b"]
    assert coded.code("a") == 1
    assert coded.code("c") == -1


def test_every_number_has_the_type_of_its_column(archive: Archive) -> None:
    archive.upsert([row(1, amount=12.5, level=4)])
    loaded = archive.load().records
    for name, dtype in NUMBERS.items():
        assert loaded.numbers(name).dtype == dtype
    assert math.isnan(loaded["lon"][0])
    assert np.isclose(loaded["amount"][0], 12.5)


def test_a_frame_that_says_it_holds_more_than_it_may_is_not_unpacked() -> None:
    import zstandard

    from cockpit.store.unzipped import unzipped

    for says in (True, False):
        frame = zstandard.ZstdCompressor(write_content_size=says).compress(bytes(2_000_000))
        with pytest.raises(zstandard.ZstdError):
            unzipped(frame, 1_000_000)
        assert len(unzipped(frame, 2_000_000)) == 2_000_000
