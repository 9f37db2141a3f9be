"""Calls on a case and the climbing of orders: what they change in the state, and what they leave alone."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import msgspec
import pytest

from cockpit.ledger.codes import of_command
from cockpit.ledger.fold import State
from cockpit.ledger.source import reading
from cockpit.ledger.urging import cause_of, urged
from cockpit.ledger.verify import verify
from cockpit.model.clock import MINUTE, SystemClock
from cockpit.model.entries import (
    Actor,
    AddNote,
    CallMade,
    CloseCase,
    Command,
    NoteCall,
    OrderUrged,
    PhotoRef,
    RecallOrder,
    Unknown,
    VerifyOrder,
    digest,
    encode,
    read_entry,
)
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.store.blobs import Blobs
from cockpit.store.recordings import RECORDINGS, Sounds
from cockpit.store.texts import Texts
from tests.ledger_desk import SEAT_1, SEAT_2, Desk, issue
from tests.living_book import CITY, LIMIT, living_book
from tests.living_book import issue as real_issue
from tests.waiting import within

CLOCK = SystemClock()
ON_THE_WAY = ("delivered", "read", "accepted", "en_route", "on_scene", "done")
HUB = Actor("hub", "hub")


def call(leg: str = "", **given: object) -> NoteCall:
    filled = {"call": new_id(CLOCK), "leg": leg or new_id(CLOCK), "outcome": "answered", "way": "webrtc", **given}
    return NoteCall(**filled)  # type: ignore[arg-type]


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    assert desk.do(issue("U1", event="events/E1"), order="去看看") is None
    return desk


def urge(desk: Desk, entry: OrderUrged, made: CallMade | None = None) -> bool:
    decided = urged(desk.state, entry, made)
    if decided is not None:
        desk.append(decided, cause_of(entry), desk.now, HUB, {})
    return decided is not None


def test_a_call_is_on_the_case_once_for_each_leg(desk: Desk) -> None:
    leg = new_id(CLOCK)
    made = call(leg, order="o-U1", begun=1, answered=2, ended=3, loss=0.01)
    assert desk.do(made, words="要支援") is None
    assert desk.do(call(leg, outcome="busy")) is None
    assert desk.do(call(outcome="no_answer", way="sip")) is None
    case = desk.state.cases["c1"]
    assert [(one.outcome, one.way) for one in case.calls] == [("answered", "webrtc"), ("no_answer", "sip")]
    assert (case.calls[0].answered, case.calls[0].loss) == (2, 0.01)
    assert case.stage == "assigned"
    assert case.orders["o-U1"].state == "sent"


def test_a_call_noted_makes_nobodys_command_stale_and_is_never_stale_itself(desk: Desk) -> None:
    seen = desk.state.revision("c1")
    assert desk.do(call(), actor=SEAT_2) is None
    assert desk.do(AddNote(), actor=SEAT_1, expected=seen, words="记一笔") is None
    assert desk.do(call(), actor=SEAT_2, expected=seen) is None
    assert desk.do(call(), actor=SEAT_2, expected=seen + 50) is None
    refusal = desk.do(RecallOrder("o-U1"), actor=SEAT_2, expected=seen)
    assert refusal is not None
    assert refusal.id == "ledger.stale"  # by the note of seat-1, not by its own calls


def test_a_call_is_taken_for_a_closed_case_and_for_one_closed_long_ago(desk: Desk) -> None:
    desk.report(*ON_THE_WAY, order="o-U1")
    assert desk.do(VerifyOrder("o-U1")) is None
    assert desk.do(CloseCase()) is None
    assert desk.do(call()) is None
    case = desk.state.cases["c1"]
    assert (len(case.calls), case.stage, case.result) == (1, "closed", "solved")
    desk.later(3 * 24 * 60 * MINUTE)
    assert desk.do(issue("U2", event="events/E2", order="p"), case="c2") is None
    assert "c1" not in desk.state.cases
    before = desk.state.revision("c1")
    assert desk.do(call()) is None
    assert desk.state.revision("c1") == before + 1
    refusal = desk.do(call(), case="c9")
    assert refusal is not None
    assert refusal.id == "ledger.no_case"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("outcome", "张敏接了"), ("way", "13800138000"), ("unit", "张敏"), ("leg", "13800138000"), ("call", ""),
        ("order", "去看看"), ("loss", 2.0), ("jitter", -5.0), ("begun", -1), ("tried", 101),
        ("recording", PhotoRef("13800138000", 1, "audio/wav")),
    ],
)  # fmt: skip
def test_no_number_and_no_words_come_into_the_chain_by_way_of_a_call(field: str, wrong: object) -> None:
    def command(act: NoteCall) -> Command:
        return Command(new_id(CLOCK), new_id(CLOCK), 0, 0, 0, act)

    good = call(unit="positions/U031", order=new_id(CLOCK), recording=PhotoRef("ab" * 32, 9, "audio/wav"))
    assert of_command(command(good))
    assert not of_command(command(msgspec.structs.replace(good, **{field: wrong})))


def test_each_step_of_an_order_that_climbs_is_on_it_with_how_it_ended(desk: Desk) -> None:
    assert urge(desk, OrderUrged("o-U1", 1, "page", "begun"))
    desk.later(MINUTE)
    assert urge(desk, OrderUrged("o-U1", 1, "page", "failed", why=Message("climb.no_page")))
    assert urge(desk, OrderUrged("o-U1", 2, "sms", "begun"))
    made = CallMade(new_id(CLOCK), new_id(CLOCK), "answered", order="o-U1")
    assert urge(desk, OrderUrged("o-U1", 2, "sms", "done"), made)
    case = desk.state.cases["c1"]
    first, second = case.orders["o-U1"].urges
    assert (first.step, first.by, first.state, first.at - first.begun) == (1, "page", "failed", MINUTE)
    assert first.why == Message("climb.no_page")
    assert (second.step, second.state) == (2, "done")
    assert len(case.calls) == 1
    assert case.acts == {"seat-1": 1}  # the hub's own decisions make no view stale


def test_nothing_begins_for_an_order_that_was_delivered_but_what_began_may_end(desk: Desk) -> None:
    assert urge(desk, OrderUrged("o-U1", 1, "page", "begun"))
    desk.report("delivered", order="o-U1")
    assert not urge(desk, OrderUrged("o-U1", 2, "sms", "begun"))
    assert urge(desk, OrderUrged("o-U1", 1, "page", "done"))
    assert not urge(desk, OrderUrged("o-nobody", 1, "page", "begun"))


def test_a_state_with_calls_and_urges_is_the_same_made_from_the_bytes_and_handed_out_cases_stay(desk: Desk) -> None:
    before = desk.state.cases["c1"]
    kept = msgspec.json.encode(before)
    desk.do(call())
    urge(desk, OrderUrged("o-U1", 1, "page", "begun"))
    urge(desk, OrderUrged("o-U1", 1, "page", "done"))
    assert msgspec.json.encode(before) == kept
    again = State()
    again.fold(desk.log)
    assert again.head == desk.state.head
    assert msgspec.json.encode(dict(again.cases)) == msgspec.json.encode(dict(desk.state.cases))


def test_the_bytes_of_the_new_entries_are_as_they_were_laid_down() -> None:
    """The chain hashes bytes: a change of these would be a change of every ledger that is kept."""
    made = CallMade("c", "l", "answered", way="sip", order="o", unit="positions/U1", begun=1, answered=2, ended=3)
    step = OrderUrged("o", 2, "sms", "failed", why=Message("climb.no_number"))
    assert encode(made) == (
        b'{"kind":"call.made","call":"c","leg":"l","outcome":"answered","way":"sip","order":"o",'
        b'"unit":"positions/U1","begun":1,"answered":2,"ended":3}'
    )
    assert encode(step) == (
        b'{"kind":"order.urged","order":"o","step":2,"by":"sms","state":"failed",'
        b'"why":{"id":"climb.no_number","params":{}}}'
    )
    assert digest(encode(made)) == hashlib.sha256(encode(made)).hexdigest()


def test_a_reader_that_does_not_know_a_kind_keeps_the_others() -> None:
    later = msgspec.Raw(b'{"kind":"call.transferred","call":"c","v":2}')
    assert read_entry(later) == Unknown("call.transferred", 2)


@pytest.mark.slow
def test_a_ledger_with_calls_is_whole_and_a_recording_that_was_changed_is_found(tmp_path: Path) -> None:
    sounds = Sounds(tmp_path / CITY / RECORDINGS)
    data = b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(400)
    sha = hashlib.sha256(data).hexdigest()
    sounds.put(sha, len(data), 0, data)
    gone = PhotoRef("ab" * 32, 5, "audio/wav")

    async def go() -> None:
        async with living_book(tmp_path) as living:
            opened, _ = await living.seat(real_issue("U1"))
            for recording in (PhotoRef(sha, len(data), "audio/wav"), gone):
                _, receipt = await living.seat(call(recording=recording), case=opened.case, contact="值班长")
                assert receipt.refused is None
            order = opened.act.orders[0].id
            entry = OrderUrged(order, 1, "page", "begun")
            for _ in range(2):  # asked again it is there already
                assert await living.book.own(cause_of(entry), lambda now: urged(living.book.state, entry))
            assert len(living.book.state.cases[opened.case].orders[order].urges) == 1
            assert not await living.book.own("urged-nothing", lambda now: None)
        texts = Texts.open_to_read(tmp_path / CITY / "texts.db")
        try:
            async with reading(tmp_path, CITY, CLOCK) as source:
                verdict = await verify(source, None, texts, Blobs(tmp_path / "blobs"), sounds)
                assert (verdict.count, verdict.calls, verdict.recordings) == (0, 2, 1)
            sounds.path(sha).write_bytes(data[:-1] + b"x")
            async with reading(tmp_path, CITY, CLOCK) as source:
                verdict = await verify(source, None, texts, Blobs(tmp_path / "blobs"), sounds)
                assert [problem.id for problem in verdict.problems] == ["ledger.v_recording_changed"]
        finally:
            texts.close()

    asyncio.run(within(4 * LIMIT, go()))
