"""A copy of the ledger is always a beginning of one chain, whatever it is handed and whatever happens to the file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from cockpit.model.clock import ManualClock
from cockpit.model.entries import GENESIS, digest
from cockpit.model.errors import OutsideError
from cockpit.store.ledger import Gap, LedgerCopy, OtherChain
from tests.chains import chain


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[LedgerCopy]:
    copy = LedgerCopy.open(tmp_path / "ledger.db", ManualClock())
    yield copy
    copy.close()


def test_what_was_appended_is_there_again_after_a_new_start(tmp_path: Path) -> None:
    rows = chain(30)
    with closing(LedgerCopy.open(tmp_path / "c" / "ledger.db", ManualClock(), full=True)) as copy:
        assert copy.last == (0, GENESIS)
        copy.append(*rows[0])
        copy.append_many(rows[1:])
    with closing(LedgerCopy.open(tmp_path / "c" / "ledger.db", ManualClock())) as again:
        assert list(again.all()) == rows
        assert again.last == (30, digest(rows[-1][1]))
        assert again.by_cause("cause-7") == rows[6][1]
        assert again.by_cause("cause-31") is None
        assert again.notices == []


def test_pieces_are_of_so_many_bytes_and_of_one_decision_at_the_least(copy: LedgerCopy) -> None:
    rows = chain(9)
    copy.append_many(rows)
    size = len(rows[3][1])
    assert copy.read(3, limit_bytes=2 * size + 10) == rows[3:5]
    assert copy.read(3, limit_bytes=1) == rows[3:4]
    assert copy.read(9) == []


def test_a_decision_whose_forerunner_is_missing_is_a_gap_and_nothing_of_its_batch_is_written(copy: LedgerCopy) -> None:
    rows = chain(6)
    copy.append_many(rows[:2])
    with pytest.raises(Gap):
        copy.append(*rows[3])
    with pytest.raises(Gap):
        copy.append_many([rows[2], rows[4]])
    with pytest.raises(Gap):
        copy.append(*rows[1])
    assert list(copy.all()) == rows[:2]
    copy.append_many(rows[2:])
    assert list(copy.all()) == rows


def test_a_decision_of_another_chain_or_a_changed_one_is_not_taken_in(copy: LedgerCopy) -> None:
    rows, other = chain(4), chain(4, hub="other")
    copy.append_many(rows[:2])
    with pytest.raises(OtherChain):
        copy.append(*other[2])
    with pytest.raises(OtherChain):
        copy.append_many([(3, rows[2][1].replace(b"cause-3", b"cause-x")), rows[3]])
    with pytest.raises(OtherChain):
        copy.append(3, rows[3][1])
    with pytest.raises(msgspec.MsgspecError):
        copy.append(3, b"{}")
    assert list(copy.all()) == rows[:2]


def test_a_command_that_is_decided_twice_is_not_taken_in(copy: LedgerCopy) -> None:
    rows = chain(3, causes=["a", "b", "a"])
    with pytest.raises(OtherChain):
        copy.append_many(rows)
    assert copy.last == (0, GENESIS)
    copy.append_many(rows[:2])
    assert copy.last[0] == 2


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\x00" + b"\xa5" * 9000])
def test_a_damaged_copy_is_moved_aside_and_begun_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(content)
    with closing(LedgerCopy.open(path, ManualClock())) as copy:
        assert [notice.id for notice in copy.notices] == ["store.corrupt"]
        copy.append_many(chain(2))
    assert [p.read_bytes() for p in tmp_path.glob("*.corrupt-*")] == [content]


def test_a_copy_with_a_hole_in_it_is_moved_aside(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(LedgerCopy.open(path, ManualClock())) as copy:
        copy.append_many(chain(5))
    with closing(sqlite3.connect(path)) as db:
        db.execute("DELETE FROM decision WHERE seq = 3")
        db.commit()
    with closing(LedgerCopy.open(path, ManualClock())) as copy:
        assert copy.last == (0, GENESIS)
        assert [notice.id for notice in copy.notices] == ["store.corrupt"]


def test_a_copy_of_another_ledger_makes_room_for_a_new_one_and_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with closing(LedgerCopy.open(path, ManualClock())) as copy:
        copy.append_many(chain(5))
        copy.start_over(ManualClock())
        assert [notice.id for notice in copy.notices] == ["store.ledger_other"]
        copy.append_many(chain(2, hub="other"))
    aside = tmp_path / str(copy.notices[0].params["aside"])
    with closing(sqlite3.connect(aside)) as db:
        assert db.execute("SELECT count(*) FROM decision").fetchone() == (5,)


def test_a_place_that_can_not_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutsideError) as raised:
        LedgerCopy.open(tmp_path / "file" / "ledger.db", ManualClock())
    assert raised.value.message.id == "store.no_folder"


def test_a_copy_in_memory_is_one_too() -> None:
    with closing(LedgerCopy.in_memory()) as copy:
        copy.append_many(chain(3))
        copy.start_over(ManualClock())
        assert copy.last == (0, GENESIS)
