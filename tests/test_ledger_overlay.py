"""What waits in a seat's outbox is seen at once, provisional, and the state itself does not know."""

from __future__ import annotations

import msgspec
import pytest

from cockpit.ledger.overlay import overlay
from cockpit.model.clock import HOUR, MINUTE
from cockpit.model.entries import AddNote, CloseCase, OpenCase, RecallOrder, ReopenCase, VerifyOrder
from tests.ledger_desk import SEAT_1, SEAT_2, Desk, issue, new_case
from tests.test_ledger_fold import snapshot


@pytest.fixture
def desk():
    return Desk()


def seen(desk, *commands):
    return overlay(desk.state, commands, SEAT_1, desk.rules)


def test_an_order_that_waits_is_shown_confirmed_without_a_number(desk):
    command = desk.command(issue("U1", "U2", event="events/E1"), place="天城路", order="去看看", who="王强")
    before = snapshot(desk.state)
    top = seen(desk, command)
    case = top.cases["c1"]
    assert (case.number, case.stage, case.revision, case.provisional) == ("", "assigned", 0, True)
    assert case.words == {"place": "天城路"}
    order = case.orders["o-U1"]
    assert (order.number, order.state, order.provisional, order.words) == ("", "confirmed", True, "去看看")
    assert (order.arrive_by, order.finish_by) == (desk.now + 8 * MINUTE, desk.now + HOUR)
    assert all(step.provisional and step.seq == 0 for step in case.steps)
    assert [step.words.get("order", "") for step in case.steps][-2] == "去看看"
    assert top.case_of_event("events/E1") == case
    assert top.order_of("positions/U2").id == "o-U2"
    assert snapshot(desk.state) == before


def test_what_waits_lies_on_what_is_in_the_ledger(desk):
    desk.do(issue("U1", event="events/E1"))
    desk.do(OpenCase(new_case("events/E2")), case="c2")
    before = snapshot(desk.state)
    real = desk.state.cases["c1"]
    top = seen(desk, desk.command(RecallOrder("o-U1"), reason="派错了"), desk.command(AddNote(), words="已电话说明"))
    case = top.cases["c1"]
    assert (case.provisional, case.stage, case.revision) == (True, "filed", 1)
    order = case.orders["o-U1"]
    assert (order.state, order.provisional) == ("recalled", True)
    assert [step.words for step in case.steps if step.provisional][-1] == {"words": "已电话说明"}
    assert top.order_of("positions/U1") is None
    assert top.cases["c2"] is desk.state.cases["c2"], "what nothing touched is the same"
    assert desk.state.cases["c1"] is real
    assert snapshot(desk.state) == before


def test_orders_that_wait_follow_each_other(desk):
    top = seen(
        desk,
        desk.command(OpenCase(new_case("events/E1"))),
        desk.command(issue("U1"), expected=0),
        desk.command(RecallOrder("o-U1"), expected=0),
        desk.command(issue("U2", order="p"), expected=0),
    )
    case = top.cases["c1"]
    assert [order.state for order in case.orders.values()] == ["recalled", "confirmed"]
    assert (case.stage, case.revision) == ("assigned", 0)


def test_what_the_ledger_has_already_is_not_shown_twice(desk):
    commands = [
        desk.command(issue("U1", event="events/E1")),
        desk.command(AddNote(), words="一"),
    ]
    for command in commands:
        desk.take(msgspec.structs.replace(command, expected=desk.state.revision("c1")))
    top = seen(desk, *commands)
    assert top.cases["c1"] is desk.state.cases["c1"]


def test_what_the_hub_will_refuse_is_not_shown_as_done(desk):
    desk.do(issue("U1", event="events/E1"))
    waiting = [desk.command(act) for act in (CloseCase(), VerifyOrder("o-U1"), ReopenCase(), issue("U3", order="q"))]
    gone = desk.command(AddNote(), case="c9", words="一")
    top = seen(desk, *waiting, gone)
    assert [step.entry.__struct_config__.tag for step in top.cases["c1"].steps if step.provisional] == ["order.issued"]
    assert "c9" not in top.cases


def test_what_another_seat_did_meanwhile_stands_under_what_waits(desk):
    desk.do(issue("U1", event="events/E1"))
    waits = desk.command(AddNote(), words="一")
    desk.do(RecallOrder("o-U1"), actor=SEAT_2)
    case = seen(desk, waits).cases["c1"]
    assert (case.orders["o-U1"].state, case.orders["o-U1"].provisional) == ("recalled", False)
    assert case.provisional


def test_closing_and_reopening_wait_like_all_else(desk):
    desk.do(OpenCase(new_case()))
    close = desk.command(CloseCase("void"))
    top = seen(desk, close)
    assert not top.cases["c1"].open
    again = seen(desk, close, desk.command(ReopenCase()))
    assert again.cases["c1"].open
    assert desk.state.cases["c1"].stage == "filed"


def test_no_rights_are_asked_for_here(desk):
    """Who may do what the hub says; until then the officer sees what was done."""
    command = desk.command(issue("U99", event="events/E1"))
    assert seen(desk, command).cases["c1"].stage == "assigned"
