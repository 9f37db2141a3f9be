"""A seat gives commands out: durable before it is shown, sent in order, once; with the hub and without it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cockpit.model.batch import Batch, columns_of_rows, pack_columns
from cockpit.model.clock import MINUTE, SECOND, CityTime, ManualClock
from cockpit.model.entries import (
    MAX_TEXT,
    AddNote,
    CloseCase,
    Command,
    IssueOrders,
    RecallOrder,
    TextRef,
    encode,
    read_command,
    read_decision,
)
from cockpit.model.messages import LANGUAGES, Message, texts
from cockpit.model.ports.cases import Sending
from cockpit.model.ports.link import LinkState
from cockpit.model.tables import UNITS
from tests.living_hub import LivingHub, Seated, an_open, an_order, seated

pytestmark = pytest.mark.slow
DONE, SENT, WAITING = Sending.DONE, Sending.SENT, Sending.WAITING


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[LivingHub]:
    with LivingHub(tmp_path / "hub") as hub:
        yield hub


@pytest.fixture
def away(tmp_path: Path) -> Iterator[Seated]:
    """A seat whose hub is not there."""
    with seated(tmp_path / "seat", tmp_path / "nowhere") as seat:
        yield seat


def of_ledger(hub: LivingHub) -> list[tuple[str, str]]:
    """Cause and case of all decisions, in order."""
    path = hub.profile / "hangzhou" / "ledger.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        rows = [read_decision(data) for (data,) in db.execute("SELECT data FROM decision ORDER BY seq")]
    return [(row.cause, row.case) for row in rows]


def the_order(seat: Seated, case: str) -> Any:
    return next(iter(seat.cases.case(case).orders.values()))


# -- with the hub ----------------------------------------------------------------------------------------------------


def test_an_order_goes_from_the_outbox_to_the_ledger_and_is_done_when_its_device_has_it(
    tmp_path: Path, hub: LivingHub
) -> None:
    with seated(tmp_path / "seat", hub) as seat:
        case = seat.submit(an_order(), order="请到场处置", place="天城路")
        assert seat.cases.case(case) is not None
        seat.await_states(SENT)
        order = the_order(seat, case)
        assert (order.state, order.provisional) == ("sent", False)
        assert order.number.startswith("G-")
        assert seat.cases.case(case).steps[0].actor.seat == "seat-1"
        assert {"case", "outbox"} <= seat.topics
        hub.report(order.id, order.unit, "delivered")
        seat.await_states(DONE)
        assert the_order(seat, case).state == "delivered"
        assert seat.notices == []


def test_words_are_plain_while_they_wait_and_come_by_their_refs_later_also_without_the_hub(
    tmp_path: Path, hub: LivingHub
) -> None:
    with seated(tmp_path / "seat", hub) as seat:
        case = seat.submit(an_order(), order="请到场处置", place="天城路")
        seat.await_states(SENT)
        found = seat.cases.case(case)
        refs = [found.texts["place"], the_order(seat, case).text, found.steps[0].texts["who"]]
        words = seat.heard(lambda done: seat.cases.texts(refs, done))
        assert [words[ref.id] for ref in refs] == ["天城路", "请到场处置", "张敏"]
        hub.stop()
        seat.until(lambda: seat.seat.link.state is LinkState.LOST)
        assert seat.heard(lambda done: seat.cases.texts(refs, done)) == words
        unread = [TextRef("nobody's", "")]
        assert isinstance(seat.heard(lambda done: seat.cases.texts(unread, done)), Message)


def test_a_refusal_has_its_sentence_in_the_outbox_and_is_told(tmp_path: Path, hub: LivingHub) -> None:
    with seated(tmp_path / "seat", hub) as seat:
        first = seat.submit(an_order(unit=1), order="一")
        seat.await_states(SENT)
        seat.submit(an_order(unit=1), order="二")
        seat.await_states(SENT, Sending.REFUSED)
        refused = seat.rows()[1]
        assert refused.problem is not None
        assert refused.problem.id == "ledger.unit_ordered"
        assert seat.notices == ["seat.command_refused"]
        assert [case.id for case in seat.cases.all_open()] == [first]


def test_what_is_no_order_is_done_when_the_hub_has_it(tmp_path: Path, hub: LivingHub) -> None:
    with seated(tmp_path / "seat", hub) as seat:
        case = seat.submit(an_open())
        seat.submit(AddNote(), case, words="已电话核实")
        seat.await_states(DONE, DONE)
        seat.until(lambda: seat.cases.case(case).revision == 2)


def test_an_order_that_is_recalled_before_its_device_has_it_is_done_too(tmp_path: Path, hub: LivingHub) -> None:
    with seated(tmp_path / "seat", hub) as seat:
        case = seat.submit(an_order(), order="请到场处置")
        seat.await_states(SENT)
        seat.submit(RecallOrder(the_order(seat, case).id), case, reason="改派")
        seat.await_states(DONE, DONE)
        seat.submit(CloseCase("void"), case)
        seat.until(lambda: [one.id for one in seat.cases.closed()] == [case])
        assert seat.cases.all_open() == []


def test_an_order_that_no_device_takes_within_its_validity_is_told(
    tmp_path: Path, hub: LivingHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    with seated(tmp_path / "seat", hub) as seat:
        seat.submit(an_order(), valid_for=3 * SECOND, order="请到场处置")
        seat.await_states(SENT)
        seat.until(lambda: seat.states() == ["expired"])
        assert seat.rows()[0].problem.id == "seat.order_expired"
        assert seat.notices == ["seat.command_undelivered"]
    with seated(tmp_path / "seat", hub) as again:
        assert again.states() == ["expired"]
        assert again.notices == []


# -- without it ------------------------------------------------------------------------------------------------------


def test_without_the_hub_an_order_waits_is_seen_and_is_there_after_a_new_start(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    with seated(tmp_path / "seat", nowhere) as seat:
        heard: list[Message | None] = []
        act = an_order(event="incident/1")
        case = seat.cases.submit(act, "", {"order": "请到场处置", "place": "天城路"}, heard.append)
        assert heard == []
        assert seat.cases.all_open() == []
        assert seat.rows() == []
        seat.until(lambda: heard)
        assert heard == [None]
        seat.await_states(WAITING)
    for _ in range(2):
        with seated(tmp_path / "seat", nowhere) as seat:
            found = seat.cases.case(case)
            assert found is seat.cases.of_event("incident/1")
            assert (found.provisional, found.number, found.words["place"]) == (True, "", "天城路")
            order = the_order(seat, case)
            assert (order.state, order.words) == ("confirmed", "请到场处置")
            assert seat.cases.order_of(order.unit) is order
            assert seat.states() == ["waiting"]
            assert seat.rows()[0].act == act


def test_the_hub_that_comes_back_gets_what_waited_once_and_in_order(tmp_path: Path, hub: LivingHub) -> None:
    with seated(tmp_path / "seat", hub) as seat:
        seat.until(lambda: seat.seat.link.state is LinkState.LIVE)
        hub.stop()
        seat.until(lambda: seat.seat.link.state is LinkState.LOST)
        case = seat.submit(an_order(unit=2), order="请到场处置")
        for n in range(5):
            seat.submit(AddNote(), case, words=f"第 {n} 条")
        other = seat.submit(an_open())
        before = [row.id for row in seat.rows()]
        assert seat.states() == ["waiting"] * 7
    hub.start()
    with seated(tmp_path / "seat", hub) as seat:
        seat.await_states(SENT, *[DONE] * 6)
        assert not any(one.provisional for one in seat.cases.all_open())
    decided = of_ledger(hub)
    assert [cause for cause, where in decided if where == case] == before[:6]
    assert sorted(cause for cause, _ in decided) == sorted(before)
    assert (before[6], other) in decided


def test_what_waits_can_be_cancelled_and_leaves_the_screen(away: Seated) -> None:
    case = away.submit(an_order(), order="请到场处置")
    row = away.rows()[0]
    assert away.heard(lambda done: away.cases.cancel(row.id, done)) is None
    assert away.states() == ["cancelled"]
    assert away.cases.case(case) is None
    again = away.heard(lambda done: away.cases.cancel(row.id, done))
    assert again.id == "store.cancel_not_waiting"


def test_past_its_validity_nothing_is_sent_in_silence(tmp_path: Path) -> None:
    clock = ManualClock()
    with seated(tmp_path / "seat", tmp_path / "nowhere", clock=clock, start=False) as seat:
        case = seat.submit(an_order(), valid_for=10 * MINUTE, order="请到场处置")
        clock.advance(601)
        seat.until(lambda: seat.states() == ["expired"])
        assert seat.notices == ["seat.command_expired"]
        assert seat.cases.case(case) is None


def test_validity_is_by_the_citys_clock(tmp_path: Path) -> None:
    clock = ManualClock()
    with seated(tmp_path / "seat", tmp_path / "nowhere", clock=clock, start=False) as seat:
        seat.seat.live.city = CityTime(wall_us=clock.now(), city_us=clock.now() - 5 * MINUTE, rate=10.0)
        seat.submit(an_order(), valid_for=10 * MINUTE, order="请到场处置")
        command = read_command(seat.cases.row(seat.rows()[0].id).data)
        assert command.issued == clock.now() - 5 * MINUTE
        assert command.valid_until == command.issued + 10 * MINUTE
        clock.advance(61)
        seat.until(lambda: seat.states() == ["expired"])


def test_what_can_not_be_kept_is_refused_in_one_sentence_and_leaves_nothing(
    away: Seated, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = away.heard(lambda done: away.cases.submit(an_order(), "", {"order": "长" * (MAX_TEXT + 1)}, done))
    assert long.id == "seat.text_too_long"
    many = {f"t{n}": "长" * MAX_TEXT for n in range(40)}
    large = away.heard(lambda done: away.cases.submit(an_order(), "", many, done))
    assert large.id == "seat.too_large_to_send"
    file = away.cases.box._disk._file
    pages = file._db.execute("PRAGMA page_count").fetchone()[0]
    file._db.execute(f"PRAGMA max_page_count = {pages}")
    full = None
    for _ in range(4):  # the first may still fit into the last page
        full = away.heard(lambda done: away.cases.submit(an_order(), "", {"order": "长" * MAX_TEXT}, done)) or full
    assert full.id == "store.outbox_full"
    kept = len(away.rows())
    assert len(away.cases.all_open()) == kept < 4
    for problem in (long, large, full):
        for lang in LANGUAGES:
            assert texts(lang)(problem) != problem.id


# -- after a crash ---------------------------------------------------------------------------------------------------


def test_what_the_ledger_has_already_is_settled_without_being_sent(tmp_path: Path, hub: LivingHub) -> None:
    """Killed between the hub's receipt and writing it down: the copy of the ledger knows."""
    with seated(tmp_path / "seat", hub) as seat:
        seat.submit(an_open())
        seat.submit(an_order(unit=1), order="一")
        seat.await_states(DONE, SENT)
        seat.submit(an_order(unit=1), order="二")
        seat.await_states(DONE, SENT, Sending.REFUSED)
        seat.until(lambda: seat.cases._ledger.copy.last[0] == 3)
    with closing(sqlite3.connect(tmp_path / "seat" / "hangzhou" / "outbox.db")) as db:
        db.execute("UPDATE outbox SET state = 'waiting', seq = 0, decided = 0, problem = ''")
        db.commit()
    with seated(tmp_path / "seat", hub, start=False) as seat:
        seat.await_states(DONE, SENT, Sending.REFUSED)
        assert seat.rows()[2].problem.id == "ledger.unit_ordered"
        assert not any(case.provisional for case in seat.cases.all_open())
        assert seat.notices == ["seat.command_refused"]


def test_what_took_effect_after_it_was_cancelled_here_is_told(tmp_path: Path, hub: LivingHub) -> None:
    """An outbox that was put back from yesterday's backup, say."""
    with seated(tmp_path / "seat", hub) as seat:
        seat.submit(an_open())
        seat.await_states(DONE)
    with closing(sqlite3.connect(tmp_path / "seat" / "hangzhou" / "outbox.db")) as db:
        db.execute("UPDATE outbox SET state = 'cancelled', seq = 0, decided = decided")
        db.commit()
    with seated(tmp_path / "seat", hub, start=False) as seat:
        seat.await_states(DONE)
        assert seat.notices == ["seat.was_out"]


def test_another_ledger_leaves_what_only_the_former_one_had_to_a_person(tmp_path: Path, hub: LivingHub) -> None:
    with seated(tmp_path / "seat", hub) as seat:
        case = seat.submit(an_order(), order="请到场处置")
        seat.await_states(SENT)
    hub.stop()
    with LivingHub(tmp_path / "other") as other, seated(tmp_path / "seat", other, start=False) as seat:
        assert seat.cases.case(case) is not None
        seat.seat.start()
        seat.await_states(Sending.PARKED)
        assert seat.rows()[0].problem.id == "seat.other_ledger"
        assert seat.cases.case(case) is None
        assert "store.ledger_other" in seat.notices
        seat.cases.send_again(seat.rows()[0].id)
        seat.await_states(SENT)
        assert seat.cases.case(case) is not None


def test_a_damaged_copy_of_the_ledger_comes_anew_from_the_hub(tmp_path: Path, hub: LivingHub) -> None:
    with seated(tmp_path / "seat", hub) as seat:
        cases = [seat.submit(an_open()) for _ in range(4)]
        seat.until(lambda: seat.cases._ledger.copy.last[0] == 4)
    with closing(sqlite3.connect(tmp_path / "seat" / "hangzhou" / "ledger.db")) as db:
        (data,) = db.execute("SELECT data FROM decision WHERE seq = 2").fetchone()
        db.execute("UPDATE decision SET data = ? WHERE seq = 2", (data.replace(b'"wall":', b'"wall": '),))
        db.commit()
    with seated(tmp_path / "seat", hub) as seat:
        seat.until(lambda: {case.id for case in seat.cases.all_open()} == set(cases))
        assert seat.notices == ["seat.ledger_damaged"]


# -- much of it ------------------------------------------------------------------------------------------------------


class Ticking(ManualClock):
    """A clock on which each look takes a millisecond."""

    def mono(self) -> float:
        self.advance(0.001)
        return super().mono()


def test_hours_of_decisions_come_in_slices_and_stop_no_tick(tmp_path: Path) -> None:
    from tests.chains import chain

    rows = [(read_decision(data), data) for _, data in chain(500)]
    with seated(tmp_path / "seat", tmp_path / "nowhere", clock=Ticking(), start=False) as seat:
        cases = seat.cases
        cases._ledger._came(rows)
        seat.tick()
        first = cases._view.state.seq
        assert 0 < first < 50
        seat.until(lambda: cases._view.state.seq == 500)


def test_a_seat_knows_its_ledger_when_the_hub_has_told_all_of_it_and_from_then_on_also_alone(
    tmp_path: Path, hub: LivingHub
) -> None:
    with seated(tmp_path / "seat", tmp_path / "nowhere") as alone:
        assert not alone.cases.known
    with seated(tmp_path / "seat", hub) as seat:
        seat.until(lambda: seat.cases.known)
        assert seat.cases._view.state.seq == 0, "an empty ledger is known, too"
        seat.submit(an_open())
        seat.await_states(DONE)
        seat.until(lambda: seat.cases._ledger.copy.last[0] == 1)
    with seated(tmp_path / "seat", tmp_path / "nowhere") as alone:
        assert alone.cases.known
        assert len(alone.cases.all_open()) == 1


def test_a_ledger_of_weeks_is_folded_on_while_the_desk_comes_up(
    tmp_path: Path, hub: LivingHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.seat.following.OPEN_SECONDS", 0.0)
    with seated(tmp_path / "seat", hub) as seat:
        cases = [seat.submit(an_open()) for _ in range(5)]
        seat.until(lambda: seat.cases._ledger.copy.last[0] == 5)
    with seated(tmp_path / "other", hub) as other:
        cases.append(other.submit(an_open()))
        other.await_states(DONE)
    with seated(tmp_path / "seat", hub) as seat:
        assert seat.cases.all_open() == []
        seat.until(lambda: {case.id for case in seat.cases.all_open()} == set(cases))
        assert seat.notices == []
    with seated(tmp_path / "seat", hub, start=False):
        pass  # closed before it was ready


def test_a_command_carries_what_the_officer_saw_and_who_it_is(away: Seated) -> None:
    away.submit(an_order(), order="请到场处置", place="天城路")
    command = read_command(away.cases.row(away.rows()[0].id).data)
    assert isinstance(command, Command)
    assert isinstance(command.act, IssueOrders)
    assert (command.expected, command.texts["who"]) == (0, "张敏")
    assert encode(command) == away.cases.row(command.id).data


def test_a_screen_that_stalls_loses_old_pictures_but_no_answer(away: Seated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.seat.seat.MAX_WAITING", 3)
    heard: list[Message | None] = []
    away.cases.submit(an_open(), "", {}, heard.append)
    columns = pack_columns(UNITS, columns_of_rows(UNITS, []))
    for n in range(20):
        away.seat._batch(Batch(1, "hub", "unit", "330102", n, 0, 0, columns))
    waiting = sum(getattr(call, "func", None) is not None for call in away.seat._arrived)
    assert waiting <= 3
    away.until(lambda: heard)
    assert heard == [None]


def test_who_comes_to_wait_for_ticks_late_is_told_what_came_before(tmp_path: Path) -> None:
    with seated(tmp_path / "seat", tmp_path / "nowhere", start=False) as seat:
        seat.cases.submit(an_open(), "", {}, lambda problem: None)
        assert seat.woken.wait(30)
        later: list[int] = []
        seat.seat.wake = lambda: later.append(1)
        assert later == [1]
        seat.tick()
        seat.seat.wake = lambda: later.append(2)
        assert later == [1]
