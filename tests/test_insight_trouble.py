"""What a leader's seat says while its copy can not be read whole, is read anew, or the window closes meanwhile."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cockpit.model.archive_columns import Records
from cockpit.model.asking import Declined, Told
from cockpit.model.errors import OutsideError
from cockpit.model.insight import AskFigure, Figure
from cockpit.model.messages import Message
from cockpit.model.scope import Scope
from cockpit.model.spans import span_of
from cockpit.seat.briefings import SeatBriefings
from cockpit.seat.leader import LeaderSeat
from cockpit.store.writing import outside
from tests.archive_kit import NOW, year
from tests.insight_seat_kit import Leader

TODAY = Scope(span_of("today", NOW))
YEAR = AskFigure(TODAY.with_(span=span_of("last500", NOW)))
CLOSED = AskFigure(TODAY.with_(when="closed"))
DAMAGED = outside(sqlite3.DatabaseError("database disk image is malformed"), Path("archive.db"))

Hand = Callable[..., tuple[int, int]]


class Disk:
    """Where the copy lies. Pages of before what is recent can not be read while `error` is set, and are not handed
    over while `gate` is closed.

    Attributes:
        at_older: somebody reads them. tries: how often they were read.
    """

    def __init__(self, error: Exception | None = None, is_open: bool = True) -> None:
        self.error = error
        self.gate, self.at_older = threading.Event(), threading.Event()
        self.tries = 0
        if is_open:
            self.gate.set()

    def put_under(self, seat: LeaderSeat) -> None:
        assert seat.sync is not None
        hand: Hand = seat.sync.archive.hand

        def handed(take: Callable[[Records], None], since: int = 0, until: int | None = None) -> tuple[int, int]:
            if until is None:
                return hand(take, since)

            def taken(piece: Records) -> None:
                self.at_older.set()
                assert self.gate.wait(60)
                take(piece)

            self.tries += 1
            if self.error is not None:
                raise self.error
            return hand(taken, since, until)

        seat.sync.archive.hand = handed  # type: ignore[method-assign] # the disk under it


@pytest.fixture
def seat_on(tmp_path: Path) -> Iterator[Callable[[Disk], Leader]]:
    made: list[tuple[Leader, Disk]] = []

    def opened(disk: Disk) -> Leader:
        year().copy(tmp_path / "hangzhou")
        made.append((Leader(tmp_path, disk.put_under), disk))
        return made[-1][0]

    yield opened
    for leader, disk in made:
        disk.gate.set()
        leader.seat.close()


Opened = Callable[[Disk], Leader]


def bug_in_tick(leader: Leader, there: Callable[[], object]) -> Exception:
    with pytest.raises(MemoryError) as raised:
        leader.tick_until(there)
    return raised.value


@pytest.mark.parametrize("error", [DAMAGED, MemoryError()])
def test_what_is_recent_never_passes_for_all_where_the_rest_can_not_be_read(seat_on: Opened, error: Exception) -> None:
    disk = Disk(error)
    leader = seat_on(disk)
    today = leader.ask(AskFigure(TODAY))
    leader.insight.read_on()
    if isinstance(error, MemoryError):
        bug_in_tick(leader, lambda: False)
    else:
        leader.tick_until(lambda: leader.seat.notices)
    why = DAMAGED.message.id if error is DAMAGED else "insight.failed"
    for query in (YEAR, CLOSED):
        found = leader.ask(query)
        assert isinstance(found, Message)
        assert found.id == why
    assert leader.insight.facts is None
    with pytest.raises(OutsideError) as refused:
        leader.insight.all_facts()
    assert refused.value.message.id == why
    assert isinstance(today, Figure)
    assert leader.ask(AskFigure(TODAY)) == today, "the recent days are there"

    disk.error = None
    leader.clock.advance(61)
    found = leader.ask(YEAR)
    assert isinstance(found, Figure)
    assert found.n > 20_000
    assert leader.insight.facts is not None
    assert leader.insight.all_facts() is leader.insight.facts
    assert isinstance(leader.ask(CLOSED), Figure)


def test_what_happens_counts_while_the_rest_can_not_be_read_and_once_when_it_can(seat_on: Opened) -> None:
    disk = Disk(DAMAGED)
    leader = seat_on(disk)
    before = leader.ask(AskFigure(TODAY))
    leader.insight.read_on()
    leader.tick_until(lambda: leader.seat.notices)
    version = leader.insight.version
    leader.happen(1)

    def taken_in() -> bool:
        leader.clock.advance(0.1)
        return leader.insight.version > version

    leader.tick_until(taken_in)
    after = leader.ask(AskFigure(TODAY))
    assert isinstance(before, Figure)
    assert isinstance(after, Figure)
    assert (before.value, after.value) == (before.value, (before.value or 0) + 1)
    disk.error = None
    leader.clock.advance(61)
    leader.tick_until(lambda: leader.insight.facts)
    whole = leader.ask(AskFigure(TODAY))
    assert isinstance(whole, Figure)
    assert whole.value == after.value


def test_the_same_trouble_is_said_once_and_tried_ever_more_seldom(seat_on: Opened) -> None:
    disk = Disk(DAMAGED)
    leader = seat_on(disk)
    leader.insight.read_on()
    leader.tick_until(lambda: disk.tries == 1)
    leader.clock.advance(2.1)
    leader.tick_until(lambda: disk.tries == 2)
    leader.clock.advance(2.1)
    leader.ask(YEAR)
    assert disk.tries == 2, "the second pause is longer"
    assert len(leader.seat.notices) == 1


def test_a_copy_of_which_nothing_can_be_read_says_so_instead_of_none(tmp_path: Path) -> None:
    def prepare(seat: LeaderSeat) -> None:
        def hand(*given: Any, **named: Any) -> tuple[int, int]:
            raise DAMAGED

        assert seat.sync is not None
        seat.sync.archive.hand = hand  # type: ignore[method-assign] # the disk under it

    year().copy(tmp_path / "hangzhou")
    leader = Leader(tmp_path, prepare)
    try:
        found = leader.ask(AskFigure(TODAY))
        assert isinstance(found, Message)
        assert found == DAMAGED.message
        assert leader.insight.facts is None
    finally:
        leader.seat.close()


def test_a_question_in_words_is_refused_with_why(seat_on: Opened) -> None:
    leader = seat_on(Disk(DAMAGED))
    told: list[Told | Declined] = []
    leader.seat.asking.ask("今年道路积水有多少件", None, told.append)
    leader.tick_until(lambda: told)
    assert isinstance(told[0], Declined)
    assert told[0].why == DAMAGED.message


def test_a_window_closes_at_once_while_the_year_is_being_read(seat_on: Opened) -> None:
    disk = Disk(is_open=False)
    leader = seat_on(disk)
    leader.ask(AskFigure(TODAY))
    leader.seat.asking.prepare()
    leader.insight.read_on()
    assert disk.at_older.wait(60)
    leader.insight.end()
    leader.seat.asking.end()
    leader.seat.asking.close()
    assert leader.insight.all_facts() is None, "nobody waits for it"
    pieces = disk.tries
    disk.gate.set()
    leader.seat.close()
    assert disk.tries == pieces
    assert leader.insight.facts is None, "reading stopped at the next piece"


def test_a_seat_that_closes_waits_for_one_piece_of_the_year_only(seat_on: Opened) -> None:
    disk = Disk(is_open=False)
    leader = seat_on(disk)
    leader.seat.asking.prepare()
    leader.insight.read_on()
    assert disk.at_older.wait(60)
    closing = threading.Thread(target=leader.seat.close)
    closing.start()
    assert leader.insight.all_facts() is None
    disk.gate.set()
    closing.join(60)
    assert not closing.is_alive()
    assert leader.insight.facts is None


@pytest.mark.logs("ERROR cockpit.seat.insight: insight")
def test_nobody_hangs_where_the_thread_dies(seat_on: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    leader = seat_on(Disk())

    def broken() -> None:
        raise KeyError("no")

    monkeypatch.setattr(leader.insight, "_next", broken)
    told: list[object] = []
    leader.insight.ask(AskFigure(TODAY), told.append)
    with pytest.raises(KeyError):
        leader.tick_until(lambda: False)
    leader.tick_until(lambda: told)
    leader.insight.ask(AskFigure(TODAY), told.append)
    leader.tick_until(lambda: len(told) == 2)
    assert [said.id for said in told if isinstance(said, Message)] == ["insight.failed"] * 2
    with pytest.raises(OutsideError):
        leader.insight.all_facts()


def test_a_year_that_is_read_anew_stands_until_it_is_there(seat_on: Opened) -> None:
    disk = Disk()
    leader = seat_on(disk)
    whole = leader.ask(YEAR)
    known, as_of = leader.insight.facts, leader.insight.as_of
    briefings = SeatBriefings(leader.seat, lambda: leader.insight.facts)
    assert isinstance(whole, Figure)
    assert known is not None
    disk.gate.clear()
    disk.at_older.clear()
    assert leader.seat.sync is not None
    oldest = leader.seat.sync.archive.days()[-1].day
    leader.seat.sync.archive.remove_before((oldest + 20) * 86_400_000_000)
    leader.happen(1)
    leader.tick_until(disk.at_older.is_set)
    assert leader.insight.facts is known
    assert briefings.offline
    assert leader.insight.all_facts() is known
    assert leader.insight.as_of == as_of
    disk.gate.set()
    leader.tick_until(lambda: leader.insight.facts is not known)
    assert leader.insight.facts is not None
    assert 20_000 < leader.insight.facts.n < known.n


def test_a_year_that_can_not_be_read_anew_stands(seat_on: Opened) -> None:
    disk = Disk()
    leader = seat_on(disk)
    whole = leader.ask(YEAR)
    disk.error = DAMAGED
    assert leader.seat.sync is not None
    oldest = leader.seat.sync.archive.days()[-1].day
    leader.seat.sync.archive.remove_before((oldest + 20) * 86_400_000_000)
    leader.happen(1)
    leader.tick_until(lambda: leader.seat.notices)
    assert leader.ask(YEAR) == whole
    disk.error = None
    leader.clock.advance(61)
    leader.tick_until(lambda: leader.insight.facts is not None and leader.insight.facts.n < whole.n)  # type: ignore[union-attr]
