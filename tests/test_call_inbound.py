"""Calls that come in at the desk of calls: claimed at the hub, held others, never silently reassigned, missed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cockpit.model.calls import CallBoard, CallState, Contact, Inbound, Outcome
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from tests.call_hands import bench, claimed, page, person, phone, run

WANG = Contact("unit/positions/U001", "王", unit="positions/U001")


def ringing(id: str = "in-1", **more: Any) -> CallBoard:
    return CallBoard((Inbound(id, WANG, page("positions/U001"), 5, **more),))


def refused(why: str) -> Callable[[Any], Any]:
    def answer(wanted: Any) -> Any:
        raise OutsideError(why)

    return answer


def test_a_page_that_calls_rings_here_and_the_hub_gives_its_offer_to_who_answers(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            desk.outside.hub["calls.claim"] = claimed("in-1", sdp="v=0", leg="leg-1", device="d", unit="positions/U001")
            desk.desk.board(ringing())
            assert desk.now("in-1").state is CallState.INCOMING
            desk.desk.answer("in-1", False)
            await desk.until_state("in-1", CallState.UP)
            offer = desk.web.what("signal")[0][2]
            assert (offer.kind, offer.sdp, offer.leg, offer.device) == ("offer", "v=0", "leg-1", "d")
            assert desk.web.what("answer") == [("answer", "leg-1", False, "in-1")]
            await desk.until(lambda: desk.outside.gones)
            assert desk.outside.gones[0][1].outcome is Outcome.ANSWERED

    run(story())


def test_who_comes_second_is_told_and_the_call_is_not_theirs(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            desk.outside.hub["calls.claim"] = refused("calls.way_off")
            desk.desk.board(ringing())
            desk.desk.answer("in-1", False)
            await desk.until(lambda: desk.outside.said)
            assert not desk.web.asked
            desk.desk.board(ringing(claimed="seat-2"))
            assert desk.desk.table.call("in-1") is None
            assert not desk.outside.records, "it is the other desk's to keep"

    run(story())


def test_a_call_that_is_gone_from_the_board_rings_no_more(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            desk.desk.board(ringing())
            desk.desk.board(ringing(seats=("seat-2",)))
            assert desk.desk.table.call("in-1") is None
            desk.desk.board(ringing(declined=("seat-1",)))
            assert desk.desk.table.call("in-1") is None

    run(story())


def test_while_another_call_is_up_it_is_held_only_when_the_officer_answers(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            desk.outside.hub["calls.claim"] = claimed("in-1", sdp="v=0", leg="leg-1")
            first = desk.call(person("李", phone("8001")))
            await desk.until_state(first, CallState.UP)
            desk.desk.board(ringing())
            assert not desk.now(first).held
            desk.desk.answer("in-1", False)
            await desk.until_state("in-1", CallState.UP)
            await desk.until(lambda: desk.now(first).held)

    run(story())


def test_a_telephone_that_calls_is_known_by_the_book_and_told_to_the_hub(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            reported: list[Inbound] = []
            desk.outside.book["8001"] = person("李", phone("8001"))

            def take(inbound: Inbound) -> Inbound:
                reported.append(inbound)
                return inbound

            desk.outside.hub["calls.inbound"] = take
            desk.outside.hub["calls.claim"] = claimed("?")
            desk.sip.events.came_in("leg-1", phone("8001"), "anonymous", False)
            call = desk.desk.table.calls[0]
            assert (call.state, call.legs[0].contact.name) == (CallState.INCOMING, "李")
            await desk.until(lambda: reported)
            assert (reported[0].id, reported[0].seats) == (call.id, ("seat-1",))
            desk.desk.answer(call.id, False)
            await desk.until_state(call.id, CallState.UP)
            assert desk.sip.what("answer") == [("answer", "leg-1", False, "")]
            desk.desk.hang_up(call.id)
            await desk.until(lambda: desk.outside.records)
            assert desk.outside.records[0][0].inbound

    run(story())


def test_our_own_telephone_is_answered_while_the_hub_is_away(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            desk.sip.events.came_in("leg-1", phone("8001"), "", False)
            call = desk.desk.table.calls[0].id
            desk.desk.answer(call, False)
            await desk.until_state(call, CallState.UP)
            await desk.until(lambda: desk.outside.gones)
            inbound, gone = desk.outside.gones[0]
            assert inbound is not None, "the hub hears of the call and of its end when it is there again"
            assert (inbound.id, gone.outcome) == (call, Outcome.ANSWERED)

    run(story())


def test_who_gives_up_is_missed_and_the_record_says_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            desk.sip.events.came_in("leg-1", phone("8001"), "", False)
            call = desk.desk.table.calls[0].id
            desk.sip.events.ended("leg-1", Outcome.CANCELLED, Message("calls.cancelled"))
            await desk.until(lambda: desk.outside.records)
            assert desk.outside.records[0][0].outcome is Outcome.MISSED
            assert desk.outside.gones[0][1].outcome is Outcome.MISSED
            assert desk.legs(call)[0].outcome is Outcome.MISSED

    run(story())


def test_one_that_another_desk_took_is_not_missed_here(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            desk.sip.events.came_in("leg-1", phone("8001"), "", False)
            call = desk.desk.table.calls[0].id
            contact = desk.legs(call)[0].contact
            desk.desk.board(CallBoard((Inbound(call, contact, phone("8001"), 5, ("seat-1", "seat-2"), "seat-2"),)))
            desk.sip.events.ended("leg-1", Outcome.CANCELLED, Message("calls.cancelled"))
            assert desk.desk.table.call(call) is None
            assert not desk.outside.records
            assert not desk.outside.gones

    run(story())


def test_declining_lets_it_ring_on_elsewhere(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            desk.desk.board(ringing())
            desk.desk.decline("in-1")
            assert desk.outside.gones[0][1].outcome is Outcome.DECLINED
            assert desk.desk.table.call("in-1") is None
            desk.sip.events.came_in("leg-1", phone("8001"), "", False)
            call = desk.desk.table.calls[0].id
            desk.desk.decline(call)
            await desk.until(lambda: desk.sip.what("decline"))
            assert desk.legs(call)[0].outcome is Outcome.DECLINED

    run(story())


def test_one_that_can_not_be_taken_goes_back_to_all_desks(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            desk.outside.hub["calls.claim"] = claimed("in-1", sdp="v=0", leg="leg-1")
            desk.web.refuse["answer"] = OutsideError("media.no_extra")
            desk.desk.board(ringing())
            desk.desk.answer("in-1", False)
            await desk.until(lambda: desk.outside.said)
            assert desk.outside.said[0].id == "media.no_extra"
            assert desk.outside.gones[0][1].outcome is Outcome.REFUSED

    run(story())


def test_the_ninth_that_rings_at_once_hears_that_we_are_busy(tmp_path: Path) -> None:
    async def story() -> None:
        async with bench(tmp_path) as desk:
            for i in range(9):
                desk.sip.events.came_in(f"leg-{i}", phone(f"80{i:02d}"), "", False)
            await desk.until(lambda: desk.sip.what("decline"))
            assert desk.sip.what("decline") == [("decline", "leg-8", True)]
            assert len(desk.desk.table.going_on()) == 8

    run(story())
