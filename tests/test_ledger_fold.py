"""State is the fold of the decisions: the same bytes make the same state, and a chain that does not fit is refused."""

from __future__ import annotations

import msgspec
import pytest

from cockpit.ledger.chain import BrokenChain, walk
from cockpit.ledger.fold import KEPT, State
from cockpit.model.clock import MINUTE
from cockpit.model.entries import (
    AddNote,
    CloseCase,
    OpenCase,
    RecallOrder,
    Unknown,
    VerifyOrder,
    digest,
    encode,
    raw_entry,
    read_decision,
)
from tests.ledger_desk import SEAT_1, SEAT_2, Desk, issue, new_case


def snapshot(state):
    return msgspec.json.encode(
        {
            "cases": dict(state.cases),
            "seq": state.seq,
            "head": state.head,
            "events": dict(state._events),
            "units": dict(state._units),
            "gone": dict(state._gone),
            "numbers": dict(state._numbers),
            "instructions": dict(state.threads.instructions),
            "asks": dict(state.threads.asks),
            "threads": [dict(state.threads._revisions), dict(state.threads._gone)],
        }
    )


@pytest.fixture
def story():
    """Two cases, a recall, a refusal, a loop that ran to its end."""
    desk = Desk()
    desk.do(issue("U1", "U2", event="events/E1"), place="天城路")
    desk.report("delivered", "accepted", order="o-U1")
    desk.do(RecallOrder("o-U2"), actor=SEAT_2)
    desk.do(OpenCase(new_case("events/E2")), case="c2")
    desk.report("done", order="o-U1")
    desk.do(CloseCase())
    desk.do(VerifyOrder("o-U1"))
    desk.do(CloseCase())
    return desk


def test_a_state_made_from_the_bytes_alone_is_the_same(story):
    whole, by_one = State(), State()
    whole.fold(story.log)
    for decision, data in walk(story.log):
        assert by_one.apply(decision, data) == decision.case
    assert snapshot(whole) == snapshot(by_one) == snapshot(story.state)


def test_every_decision_raises_the_revision_by_one_except_refusals(story):
    revisions = {}
    for decision, _ in walk(story.log):
        refused = any(entry.__struct_config__.tag == "refused" for entry in decision.said())
        assert decision.revision == revisions.get(decision.case, 0) + (not refused)
        revisions[decision.case] = decision.revision


def test_a_case_that_was_handed_out_never_changes(story):
    desk = Desk()
    desk.do(issue("U1", event="events/E1"))
    case = desk.state.cases["c1"]
    before = msgspec.json.encode(case)
    desk.report("delivered", "accepted", "photo", "done", order="o-U1")
    desk.do(VerifyOrder("o-U1"))
    assert msgspec.json.encode(case) == before
    assert desk.state.cases["c1"].revision == 6


def test_a_gap_is_refused_and_says_where(story):
    state = State()
    with pytest.raises(BrokenChain) as broken:
        state.fold([*story.log[:3], *story.log[4:]])
    assert (broken.value.seq, broken.value.after, state.seq) == (5, 3, 3)
    assert str(broken.value) == "账本断链：第 3 条之后应是下一条，却是第 5 条"


def test_the_same_decision_twice_is_refused_and_changes_nothing(story):
    state = State()
    state.fold(story.log)
    before = snapshot(state)
    with pytest.raises(BrokenChain):
        state.apply(read_decision(story.log[-1]), story.log[-1])
    assert snapshot(state) == before


def test_one_changed_byte_is_found_at_the_next_decision(story):
    forged = list(story.log)
    forged[2] = forged[2].replace(b'"seat":"gateway"', b'"seat":"seat-99"')
    assert forged[2] != story.log[2]
    with pytest.raises(BrokenChain) as broken:
        State().fold(forged)
    assert broken.value.seq == 4


def test_what_is_no_decision_ends_the_chain_there(story):
    with pytest.raises(BrokenChain) as broken:
        State().fold([*story.log[:2], b"{}"])
    assert (broken.value.seq, broken.value.message.id) == (3, "ledger.chain_unreadable")


def test_a_decision_with_something_that_is_no_entry_ends_the_chain_and_changes_nothing(story):
    before = snapshot(story.state)
    decision = read_decision(story.log[-1])
    broken = msgspec.structs.replace(
        decision, seq=story.state.seq + 1, prev=story.state.head, entries=(msgspec.Raw(b"[1]"),)
    )
    with pytest.raises(BrokenChain):
        story.state.apply(broken, encode(broken))
    assert snapshot(story.state) == before


def test_an_entry_nobody_knows_is_kept_as_a_step(story):
    decision = read_decision(story.log[-1])
    novel = msgspec.structs.replace(
        decision, seq=story.state.seq + 1, prev=story.state.head, cause="x", revision=decision.revision + 1,
        entries=(msgspec.Raw(b'{"kind":"case.merged","v":3,"into":"c9"}'),),
    )  # fmt: skip
    story.state.apply(novel, encode(novel))
    case = story.state.cases["c1"]
    assert case.steps[-1].entry == Unknown("case.merged", 3)
    assert case.revision == decision.revision + 1
    assert case.stage == "closed"


def test_a_known_kind_in_a_shape_of_tomorrow_is_kept_as_unknown(story):
    decision = read_decision(story.log[-1])
    novel = msgspec.structs.replace(
        decision, seq=story.state.seq + 1, prev=story.state.head, cause="x", revision=decision.revision + 1,
        entries=(msgspec.Raw(b'{"kind":"order.moved","v":2,"order":["o-U1"],"state":7}'),),
    )  # fmt: skip
    story.state.apply(novel, encode(novel))
    assert story.state.cases["c1"].steps[-1].entry == Unknown("order.moved", 2)


def test_a_decision_about_a_case_nobody_opened_changes_nothing(story):
    decision = read_decision(story.log[-1])
    stray = msgspec.structs.replace(decision, seq=story.state.seq + 1, prev=story.state.head, case="c77")
    assert story.state.apply(stray, encode(stray)) == "c77"
    assert "c77" not in story.state.cases
    assert story.state.seq == stray.seq


def test_the_head_is_the_digest_of_the_last_bytes(story):
    assert story.state.head == digest(story.log[-1])


def test_texts_stand_at_the_line_where_they_were_said(story):
    opened, filed, ordered, *_ = story.state.cases["c1"].steps
    assert set(opened.texts) == {"place"}
    assert not filed.texts
    assert not ordered.texts


def test_cases_closed_long_ago_leave_and_stay_known(story):
    closed = story.state.cases["c1"].closed
    story.later(KEPT)
    story.do(AddNote(), case="c2", words="一")
    assert "c1" in story.state.cases
    story.later(1)
    story.do(AddNote(), case="c2", words="二")
    assert "c1" not in story.state.cases
    assert closed == story.now - KEPT - 1
    assert story.state.case_of_event("events/E1") is None
    assert story.state.case_of_event("events/E2").id == "c2"
    assert story.state.case_of_order("o-U1") == "c1"
    assert (story.state.order("o-U1"), story.state.revision("c1")) == (None, 7)
    assert story.do(OpenCase(new_case("events/E1")), case="c3") is None, "the event may be taken again"
    again = State()
    again.fold(story.log)
    assert snapshot(again) == snapshot(story.state)


def test_an_event_taken_again_keeps_its_new_case_when_the_old_one_leaves(story):
    story.later(MINUTE)
    story.do(OpenCase(new_case("events/E1")), case="c3")
    story.later(KEPT)
    story.do(AddNote(), case="c3", words="一")
    assert "c1" not in story.state.cases
    assert story.state.case_of_event("events/E1").id == "c3"


def test_a_unit_is_free_once_its_order_has_ended(story):
    assert story.state.order_of("positions/U1") is None
    assert story.state.order_of("positions/U2") is None
    story.do(issue("U2", order="p"), case="c2")
    assert story.state.order_of("positions/U2").id == "p-U2"


def test_a_raw_entry_is_kept_byte_for_byte(story):
    decision = read_decision(story.log[0])
    assert encode(decision) == story.log[0]
    assert decision.entries[0] == raw_entry(decision.said()[0])


def test_acts_remember_who_did_what_last_and_no_device(story):
    acts = story.state.cases["c1"].acts
    assert acts.keys() == {SEAT_1.seat, SEAT_2.seat}
