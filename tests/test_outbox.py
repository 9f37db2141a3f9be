"""What is put into the outbox is on the disk before anybody is told, waits in its order, and is never dropped."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cockpit.model.clock import MINUTE, ManualClock, SystemClock
from cockpit.model.messages import LANGUAGES, Message, texts
from cockpit.model.outgoing import Row
from cockpit.model.ports.cases import Sending
from cockpit.store.outbox import Outbox

PATIENCE = 30.0


class Box:
    """An outbox whose answers the test waits for."""

    def __init__(self, path: Path, **options: Any) -> None:
        self.clock = ManualClock()
        self.problems: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.box = Outbox.open(path, self.clock, on_problem=self.problems.put, **options)

    def answer(self, ask: Callable[[Callable[[Any], None]], None]) -> Any:
        came: queue.SimpleQueue[Any] = queue.SimpleQueue()
        ask(came.put)
        return came.get(timeout=PATIENCE)

    def put(self, ident: str, lane: str = "case", data: bytes = b"bytes", **options: Any) -> Message | None:
        return self.answer(lambda done: self.box.put(ident, lane, data, done, issued=self.clock.now(), **options))

    def take(self, ident: str) -> bool:
        return self.answer(lambda ready: self.box.take(ident, ready))

    def cancel(self, ident: str) -> Message | None:
        return self.answer(lambda done: self.box.cancel(ident, done))

    def heads(self) -> list[str]:
        return [row.id for row in self.box.heads()]

    def states(self) -> dict[str, str]:
        return {row.id: str(row.state) for row in self.box.rows()}

    def row(self, ident: str) -> Row:
        row = self.box.row(ident)
        assert row is not None
        return row


@contextlib.contextmanager
def opened(path: Path, **options: Any) -> Iterator[Box]:
    box = Box(path, **options)
    try:
        yield box
    finally:
        box.box.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "city" / "outbox.db"


def said(message: Message | None) -> str:
    """Its id; the sentence is there in both languages."""
    assert message is not None
    for lang in LANGUAGES:
        assert texts(lang)(message) != message.id
        assert "{" not in texts(lang)(message)
    return message.id


def on_disk(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return list(db.execute("SELECT id, state FROM outbox ORDER BY rowid"))


def test_a_row_is_on_the_disk_before_it_is_told_and_shown(path: Path) -> None:
    shown: list[int] = []
    with opened(path, on_change=lambda: shown.append(len(on_disk(path)))) as box:
        assert box.put("a") is None
        assert on_disk(path) == [("a", "waiting")]
        assert box.put("b") is None
        assert shown == [1, 2]
        assert path.stat().st_mode & 0o077 == 0


def test_every_commit_is_flushed_to_the_disk(path: Path) -> None:
    with opened(path) as box:
        file = box.box._disk._file
        assert file is not None
        assert file._db.execute("PRAGMA synchronous").fetchone() == (2,)


def test_lanes_go_in_their_order_and_do_not_wait_for_each_other(path: Path) -> None:
    with opened(path) as box:
        for ident, lane in (("a1", "a"), ("a2", "a"), ("b1", "b")):
            box.put(ident, lane)
        assert box.heads() == ["a1", "b1"]
        assert box.take("a1")
        assert box.heads() == ["b1"]
        assert not box.take("a1")
        box.box.settle("a1", Sending.SENT, seq=7)
        assert box.heads() == ["a2", "b1"]
        box.box.settle("b1", Sending.PARKED, Message("seat.too_large_to_send"))
        assert box.heads() == ["a2"]
        box.box.again("b1")
        assert box.heads() == ["a2", "b1"]


def test_what_is_put_back_keeps_its_place_its_bytes_and_its_problem(path: Path) -> None:
    with opened(path) as box:
        box.put("1", data=b"one")
        box.put("2")
        box.take("1")
        box.box.put_back("1", Message("seat.hub_silent"), reached=True)
        assert box.heads() == ["1"]
        row = box.row("1")
        assert (row.data, row.tries, row.problem) == (b"one", 1, Message("seat.hub_silent"))
    with opened(path) as again:
        assert again.heads() == ["1"]
        assert again.row("1").data == b"one"


def test_states_and_their_reasons_are_there_after_a_new_start(path: Path) -> None:
    with opened(path) as box:
        for ident in "abcd":
            box.put(ident, lane=ident, awaits=ident == "d")
        box.clock.advance(5)
        box.box.settle("a", Sending.DONE)
        box.box.settle("b", Sending.REFUSED, Message("seat.hub_refused", {"why": Message("x.y", {"n": 1})}))
        box.box.settle("d", Sending.SENT, seq=12)
        now = box.clock.now()
    with opened(path) as again:
        assert again.states() == {"a": "done", "b": "refused", "c": "waiting", "d": "sent"}
        assert again.row("a").decided == now
        assert again.row("b").problem == Message("seat.hub_refused", {"why": {"id": "x.y", "params": {"n": 1}}})
        assert (again.row("d").seq, again.row("d").awaits, again.row("c").awaits) == (12, True, False)


def test_what_waits_can_be_cancelled_and_is_never_sent_then(path: Path) -> None:
    with opened(path) as box:
        box.put("a")
        box.put("b")
        assert box.cancel("a") is None
        assert box.heads() == ["b"]
        assert not box.take("a")
        assert said(box.cancel("a")) == "store.cancel_not_waiting"
        assert said(box.cancel("nothing")) == "store.cancel_not_waiting"
    with opened(path) as again:
        assert again.states() == {"a": "cancelled", "b": "waiting"}


def test_what_is_under_way_or_may_have_arrived_can_not_be_cancelled(path: Path) -> None:
    with opened(path) as box:
        box.put("a")
        box.put("b", going=True)
        assert box.take("a")
        assert said(box.cancel("a")) == "store.cancel_too_late"
        box.box.put_back("a", Message("seat.hub_silent"), reached=True)
        assert said(box.cancel("a")) == "store.cancel_too_late"
        # to be sent at once, but it was not: nobody has seen it
        assert box.cancel("b") is None
    with opened(path) as again:
        assert said(again.cancel("a")) == "store.cancel_too_late"


def test_what_certainly_reached_nobody_can_be_cancelled_again(path: Path) -> None:
    with opened(path) as box:
        box.put("a", "a")
        box.put("b", "b")
        for ident in "ab":
            assert box.take(ident)
            box.box.put_back(ident, Message("seat.hub_gone"), reached=False)
        assert box.cancel("a") is None
    with opened(path) as again:
        assert again.cancel("b") is None


def test_that_a_row_is_tried_is_on_the_disk_before_it_goes(path: Path) -> None:
    def tried() -> list[int]:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            return [row[0] for row in db.execute("SELECT tried FROM outbox ORDER BY n")]

    with opened(path) as box:
        box.put("a", "a")
        box.put("b", "b", going=True)
        assert tried() == [0, 1]
        assert box.take("a")
        assert tried() == [1, 1]


def test_past_its_validity_what_was_never_tried_expires_and_what_was_tried_is_left_to_the_hub(path: Path) -> None:
    with opened(path) as box:
        until = box.clock.now() + MINUTE
        for ident in "abc":
            box.put(ident, lane=ident, valid_until=until)
        box.put("d", lane="d")
        box.take("a")
        box.box.put_back("a", Message("seat.hub_silent"), reached=True)
        box.take("b")
        assert box.box.expire() == []
        box.clock.advance(61)
        box.box.expire()
        assert box.states() == {"a": "waiting", "b": "waiting", "c": "expired", "d": "waiting"}
        assert box.box.expire() == []


def test_what_is_past_its_validity_expires_by_itself(path: Path) -> None:
    changed: queue.SimpleQueue[None] = queue.SimpleQueue()
    with opened(path, on_change=lambda: changed.put(None)) as box:
        box.put("a", valid_until=box.clock.now() + MINUTE)
        changed.get(timeout=PATIENCE)
        box.clock.advance(61)
        changed.get(timeout=PATIENCE)
        assert box.states() == {"a": "expired"}


def test_the_same_id_is_kept_once(path: Path) -> None:
    with opened(path) as box:
        assert box.put("a", data=b"one") is None
        assert box.put("a", data=b"one") is None
        assert said(box.put("a", data=b"two")) == "store.outbox_twice"
        assert [row.data for row in box.box.rows()] == [b"one"]


def test_settled_rows_are_kept_for_a_week_and_what_waits_for_ever(path: Path) -> None:
    with opened(path) as box:
        box.put("old", lane="old")
        box.put("waits", lane="waits")
        box.box.settle("old", Sending.DONE)
    with opened(path) as box:
        assert box.states() == {"old": "done", "waits": "waiting"}
        box.clock.advance(8 * 24 * 3600)
        box.put("new", lane="new")
        box.box.settle("new", Sending.DONE)
    with opened(path) as box:
        assert box.states() == {"waits": "waiting", "new": "done"}
        box.put("next")
        assert [row.n for row in box.box.rows()] == [2, 3, 4]


def test_the_log_is_brought_into_the_file_when_nobody_waits(path: Path) -> None:
    with opened(path) as box:
        for n in range(20):
            box.put(f"{n}")
        before = path.stat().st_size
        end = SystemClock().mono() + PATIENCE
        while path.stat().st_size == before:
            assert SystemClock().mono() < end
            threading.Event().wait(0.02)
        assert box.put("after") is None


# -- the disk --------------------------------------------------------------------------------------------------------


def test_a_full_disk_refuses_in_a_sentence_keeps_nothing_by_halves_and_goes_on_when_there_is_space(path: Path) -> None:
    with opened(path) as box:
        box.put("a")
        box.put("b", lane="b")
        file = box.box._disk._file
        assert file is not None
        pages = file._db.execute("PRAGMA page_count").fetchone()[0]
        file._db.execute(f"PRAGMA max_page_count = {pages}")
        assert said(box.put("c", data=b"x" * 100_000)) == "store.outbox_full"
        assert box.states() == {"a": "waiting", "b": "waiting"}
        box.box.settle("a", Sending.DONE)  # a change fits into the page that it is in
        file._db.execute(f"PRAGMA max_page_count = {pages + 1000}")
        assert box.put("c", data=b"x" * 100_000) is None
    assert on_disk(path) == [("a", "done"), ("b", "waiting"), ("c", "waiting")]


def test_what_could_not_be_written_down_is_written_when_the_disk_takes_it(path: Path) -> None:
    with opened(path) as box:
        box.put("a")
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            box.box.settle("a", Sending.REFUSED, Message("seat.hub_gone"))
            assert said(box.problems.get(timeout=PATIENCE)) == "store.outbox_closed"
            assert box.states() == {"a": "refused"}
            assert said(box.put("b")) == "store.outbox_closed"
            other.execute("ROLLBACK")
        assert said(box.problems.get(timeout=PATIENCE)) == "store.writing_again"
        assert on_disk(path) == [("a", "refused")]


def test_an_outbox_that_can_not_be_opened_says_so_and_opens_when_it_can(path: Path) -> None:
    path.parent.parent.mkdir(exist_ok=True)
    path.parent.write_text("in the way")
    with opened(path) as box:
        assert [said(notice) for notice in box.box.notices] == ["store.outbox_closed"]
        assert said(box.put("a")) == "store.outbox_closed"
        path.parent.unlink()
        assert box.put("b") is None
        assert box.states() == {"b": "waiting"}


def test_a_file_that_could_not_be_opened_at_first_keeps_its_rows_before_the_new_ones(path: Path) -> None:
    with opened(path) as box:
        box.put("a")
    aside = path.parent.rename(path.parent.with_name("elsewhere"))
    path.parent.write_text("in the way")
    with opened(path) as box:
        path.parent.unlink()
        aside.rename(path.parent)
        assert box.put("b") is None
        assert box.heads() == ["a"]
    assert on_disk(path) == [("a", "waiting"), ("b", "waiting")]


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\x00" + b"\xa5" * 9000])
def test_a_file_of_which_nothing_can_be_read_is_moved_aside_which_is_said(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with opened(path) as box:
        assert [said(notice) for notice in box.box.notices] == ["store.outbox_corrupt"]
        assert box.box.notices[0].params["n"] == 0
        assert box.put("a") is None
    assert [p.read_bytes() for p in path.parent.glob("*.corrupt-*")] == [content]


def test_what_can_be_read_of_a_damaged_file_goes_on(path: Path) -> None:
    n = 200
    with opened(path) as box:
        for i in range(n):
            box.put(f"id-{i:03d}", lane=f"lane-{i}", data=bytes([i]) * 600)
    size = path.stat().st_size
    with path.open("r+b") as file:  # pages in the middle
        file.seek(4096 * (size // 4096 // 2))
        file.write(os.urandom(4096 * 2))
    with opened(path) as box:
        assert [said(notice) for notice in box.box.notices] == ["store.outbox_corrupt"]
        rows = box.box.rows()
        assert box.box.notices[0].params["n"] == len(rows)
        assert n / 2 < len(rows) < n
        assert all(row.data == bytes([int(row.id[3:])]) * 600 for row in rows if row.state is Sending.WAITING)
        saved = box.states()
    with opened(path) as again:
        assert again.box.notices == []
        assert again.states() == saved


def test_a_row_whose_bytes_have_changed_on_the_disk_is_parked_and_the_rest_goes_on(path: Path) -> None:
    with opened(path) as box:
        box.put("a", data=b"order unit 12")
        box.put("b")
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE outbox SET data = ? WHERE id = 'a'", (b"order unit 13",))
        db.commit()
    with opened(path) as box:
        assert box.states() == {"a": "parked", "b": "waiting"}
        assert said(box.row("a").problem) == "store.row_damaged"
        assert box.heads() == ["b"]
        box.box.again("a")  # what was meant is not what is there
        assert box.heads() == ["b"]


def test_a_waiting_row_that_nobody_can_read_any_more_is_parked(path: Path) -> None:
    with opened(path) as box:
        box.put("a", data=b"of another version")
        box.put("b")

    def check(data: bytes) -> Message | None:
        return Message("store.row_damaged") if b"another" in data else None

    with opened(path, check=check) as box:
        assert box.states() == {"a": "parked", "b": "waiting"}
        assert box.cancel("a") is None


def test_a_file_that_is_damaged_while_it_is_open_is_made_anew_with_all_that_is_known(path: Path) -> None:
    with opened(path) as box:
        for i in range(100):
            box.put(f"id-{i}", lane=f"lane-{i}", data=b"x" * 1000)
        file = box.box._disk._file
        assert file is not None
        file._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = path.stat().st_size
        with path.open("r+b") as raw:
            raw.seek(4096)
            raw.write(os.urandom(size - 4096))
        file._db.execute("PRAGMA cache_size = 0")
        assert box.put("new") is None
        assert said(box.problems.get(timeout=PATIENCE)) == "store.outbox_corrupt"
        states = box.states()
        assert len(states) == 101
    assert dict(on_disk(path)) == states


def test_a_file_that_somebody_moves_away_is_made_anew_with_all_that_is_known(path: Path) -> None:
    with opened(path) as box:
        box.put("a")
        path.unlink()
        assert box.put("b") is None
        assert said(box.problems.get(timeout=PATIENCE)) == "store.outbox_missing"
    assert on_disk(path) == [("a", "waiting"), ("b", "waiting")]


_WRITER = """
import sys, threading
from pathlib import Path
from cockpit.model.clock import SystemClock
from cockpit.store.outbox import Outbox
box = Outbox.open(Path(sys.argv[1]), SystemClock())
room = threading.Semaphore(20)
def told(n):
    def done(problem):
        assert problem is None
        print(n, flush=True)
        room.release()
    return done
for n in range(1000000):
    room.acquire()
    box.put(str(n), "lane", b"x" * 500, told(n), issued=0)
"""


@pytest.mark.system
def test_what_was_told_is_there_after_a_kill_at_any_moment(path: Path) -> None:
    for at in (1, 40, 300):
        process = subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        told: list[str] = []
        try:
            while len(told) < at:
                told.append(process.stdout.readline().strip())
        finally:
            process.send_signal(signal.SIGKILL)
            told += process.stdout.read().split("\n")[:-1]
            process.stdout.close()
            process.wait(PATIENCE)
        with opened(path) as box:
            assert box.box.notices == []
            kept = [ident for ident, _ in on_disk(path)]
            assert set(told) <= set(kept)
            assert kept == [str(n) for n in range(len(kept))]
        path.unlink()
