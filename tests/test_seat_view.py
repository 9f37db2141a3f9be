"""What a seat shows of cases: the ledger with what waits in its own outbox on top, by the hub's own rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cockpit.model.clock import DAY, MINUTE, ManualClock
from cockpit.model.entries import AddNote, CloseCase, IssueOrders, NewOrder, OpenCase, RecallOrder, VerifyOrder
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending
from cockpit.picture.picture import Picture
from tests.living_cases import LivingCases, case_of
from tests.living_picture import NOW, living_picture


@pytest.fixture
def picture() -> Picture:
    return living_picture(events=20, units=40, sensors=1, cameras=1)


@pytest.fixture
def cases(picture: Picture) -> LivingCases:
    return LivingCases(ManualClock(NOW), picture)


def event(picture: Picture, n: int = 0) -> dict[str, Any]:
    return picture["event"].row(n)


def free_units(picture: Picture, district: str) -> list[str]:
    rows = [picture["unit"].row(i) for i in range(len(picture["unit"]))]
    return [row["key"] for row in rows if row["state"] == 0 and row["area"].startswith(district)]


def unheard(problem: Message | None) -> None:
    assert problem is None


def issue(cases: LivingCases, picture: Picture, n: int = 0) -> tuple[str, str]:
    row = event(picture, n)
    return cases.order(row, free_units(picture, row["area"][:6])[n])


def test_an_order_is_hatched_while_it_waits_and_plain_once_the_hub_has_it(cases: LivingCases, picture: Picture) -> None:
    cases.online = False
    ident, order = issue(cases, picture)
    case = cases.case(ident)
    assert case is not None
    assert case.provisional
    assert case.number == ""
    assert case.orders[order].state == "confirmed"
    assert case.orders[order].words == "请到场处置"
    assert cases.of_event(event(picture)["key"]) is case
    assert cases.all_open() == [case]
    assert cases.order_of(case.orders[order].unit) is case.orders[order]
    assert [row.state for row in cases.outbox()] == [Sending.WAITING]
    cases.online = True
    cases.step()
    case = cases.case(ident)
    assert case is not None
    assert not case.provisional
    assert case.number
    assert case.orders[order].state == "sent"
    assert [row.state for row in cases.outbox()] == [Sending.SENT]
    cases.report(order, "delivered")
    assert [row.state for row in cases.outbox()] == [Sending.DONE]


def test_a_case_goes_its_whole_way_and_is_among_the_closed_of_today(cases: LivingCases, picture: Picture) -> None:
    ident, order = issue(cases, picture)
    cases.walk(order, "delivered", "read", "accepted", "en_route", "on_scene", "done")
    for act in (VerifyOrder(order), CloseCase()):
        cases.submit(act, ident, {}, unheard)
        cases.step()
    assert cases.all_open() == []
    assert [case.id for case in cases.closed()] == [ident]


def test_a_closed_case_of_yesterday_is_not_among_those_of_today(picture: Picture) -> None:
    clock = ManualClock(NOW)
    cases = LivingCases(clock, picture)
    ident, order = issue(cases, picture)
    cases.submit(RecallOrder(order), ident, {}, unheard)
    cases.submit(CloseCase("void"), ident, {}, unheard)
    cases.step()
    assert [case.id for case in cases.closed()] == [ident]
    clock.advance(DAY / 1_000_000)
    assert cases.closed() == []


def test_open_cases_are_by_what_is_due_first_and_near_ones_by_distance(cases: LivingCases, picture: Picture) -> None:
    idents = [cases.submit(OpenCase(case_of(event(picture, n))), "", {}, unheard) for n in range(6)]
    cases.step()
    dues = [case.due for case in cases.all_open()]
    assert len(dues) == 6
    assert dues == sorted(dues)
    here = event(picture, 3)
    near = cases.nearby(here["lon"], here["lat"], 50_000)
    assert near[0][0].id == idents[3]
    assert near[0][1] < 1
    assert [far for _, far in near] == sorted(far for _, far in near)
    assert cases.nearby(here["lon"] + 5, here["lat"], 1000) == []


def test_a_unit_that_this_seat_just_ordered_is_taken_for_its_next_order(cases: LivingCases, picture: Picture) -> None:
    cases.online = False
    issue(cases, picture)
    taken = cases.outbox()[0].act
    assert isinstance(taken, IssueOrders)
    act = IssueOrders((NewOrder("again", taken.orders[0].unit),), MINUTE, MINUTE, case_of(event(picture, 1)))
    failed = [check.problem.id for check in cases.checks(act, "") if check.problem]
    assert "ledger.unit_ordered" in failed


def test_what_another_seat_does_shows_and_a_refusal_has_its_sentence(cases: LivingCases, picture: Picture) -> None:
    ident, order = issue(cases, picture)
    cases.online = False
    cases.submit(RecallOrder(order), ident, {}, unheard)
    cases.step()
    case = cases.case(ident)
    assert case is not None
    assert case.orders[order].state == "recalled"
    cases.other(AddNote(), ident, {"words": "已电话核实"})
    cases.walk(order, "accepted")
    cases.online = True
    cases.step()
    told = cases.outbox()[1]
    assert told.state is Sending.REFUSED
    assert told.problem is not None
    assert told.problem.id == "ledger.stale"
    case = cases.case(ident)
    assert case is not None
    assert case.orders[order].state == "accepted"


def test_answers_come_after_the_call_and_a_disk_that_is_full_keeps_nothing(
    cases: LivingCases, picture: Picture
) -> None:
    heard: list[Message | None] = []
    tell: Callable[[Message | None], None] = heard.append
    cases.broken = Message("store.outbox_full")
    cases.submit(OpenCase(case_of(event(picture))), "", {}, tell)
    assert heard == []
    cases.step()
    assert heard == [Message("store.outbox_full")]
    assert cases.outbox() == []
    assert cases.all_open() == []
