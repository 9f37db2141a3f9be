"""Facts are never refused: they move orders and cases, or are kept as having come."""

from __future__ import annotations

import msgspec
import pytest

from cockpit.ledger.decide import Decided, record, sweep
from cockpit.ledger.fold import NO_CASE
from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND
from cockpit.model.entries import CloseCase, Noted, OpenCase, OrderMoved, PhotoAdded, RecallOrder, VerifyOrder
from tests.ledger_desk import PHOTO, SEAT_2, Desk, issue, new_case


@pytest.fixture
def ordered():
    desk = Desk()
    assert desk.do(issue("U1", event="events/E1"), valid_until=desk.now + 20 * MINUTE) is None
    return desk


def order_of(desk, ident="o-U1"):
    return desk.state.order(ident)


def last(desk):
    return desk.state.cases["c1"].steps[-1].entry


def test_each_report_of_a_device_has_its_time(ordered):
    for kind in ("delivered", "read", "accepted", "en_route", "on_scene", "done"):
        ordered.later(MINUTE)
        ordered.report(kind, order="o-U1")
    order = order_of(ordered)
    assert list(order.times) == ["sent", "delivered", "read", "accepted", "en_route", "on_scene", "done"]
    assert sorted(order.times.values()) == list(order.times.values())


def test_reports_out_of_order_move_forward_only(ordered):
    ordered.report("accepted", "done", order="o-U1")
    assert ordered.state.cases["c1"].stage == "check"
    ordered.later(MINUTE)
    ordered.report("on_scene", "delivered", order="o-U1")
    order = order_of(ordered)
    assert order.state == "done"
    assert order.times["on_scene"] == ordered.now, "that it came is kept"
    assert last(ordered).late
    assert ordered.state.cases["c1"].stage == "check"


def test_done_alone_passes_through_all_that_was_not_reported(ordered):
    ordered.report("done", order="o-U1")
    case = ordered.state.cases["c1"]
    assert (case.stage, case.orders["o-U1"].state) == ("check", "done")


def test_the_same_report_twice_changes_nothing_more(ordered):
    fact = ordered.fact("accepted", "o-U1")
    for _ in range(2):
        decided = record(ordered.state, fact, ordered.now, ordered.rules)
        ordered.append(decided, fact.id, fact.said, SEAT_2, {})
    order = order_of(ordered)
    assert (order.state, order.clash) == ("accepted", "")
    assert ordered.state.cases["c1"].stage == "handling"


def test_a_unit_that_accepts_after_a_recall_is_a_clash(ordered):
    ordered.do(RecallOrder("o-U1"))
    ordered.report("delivered", order="o-U1")
    assert order_of(ordered).clash == ""
    ordered.report("accepted", order="o-U1")
    order = order_of(ordered)
    assert (order.state, order.clash, order.times.get("accepted")) == ("recalled", "accepted", None)
    assert last(ordered).late
    case = ordered.state.cases["c1"]
    assert (case.stage, case.revision) == ("filed", 4)
    assert ordered.do(issue("U2")) is None, "the unit itself is free in the ledger, the case goes on"
    ordered.report("done", order="o-U1")
    assert order_of(ordered).clash == "done"


def test_a_unit_that_refuses_gives_its_case_back(ordered):
    ordered.report("delivered", order="o-U1")
    ordered.report("refused", order="o-U1", texts={"reason": "车坏了"})
    case = ordered.state.cases["c1"]
    assert (case.stage, case.due) == ("filed", ordered.now + 5 * MINUTE)
    assert case.orders["o-U1"].reason is not None
    assert ordered.state.order_of("positions/U1") is None
    assert ordered.do(issue("U1", order="p")) is None, "it may be asked again"


def test_a_unit_can_give_up_after_it_accepted_and_not_after_it_was_done(ordered):
    ordered.report("accepted", "en_route", "refused", order="o-U1")
    assert order_of(ordered).state == "refused"
    ordered.do(issue("U2"))
    ordered.report("done", "refused", order="o-U2")
    assert order_of(ordered, "o-U2").state == "done"
    assert last(ordered).late


def test_a_case_is_checked_once_its_last_unit_is_done(ordered):
    ordered.do(issue("U2"))
    ordered.report("accepted", "done", order="o-U1")
    assert ordered.state.cases["c1"].stage == "handling", "U2 was sent and has not ended"
    ordered.report("refused", order="o-U2")
    assert ordered.state.cases["c1"].stage == "check"


def test_a_case_in_hand_is_due_with_the_last_of_its_orders(ordered):
    ordered.report("accepted", order="o-U1")
    ordered.later(10 * MINUTE)
    ordered.do(issue("U2"))
    case = ordered.state.cases["c1"]
    assert (case.stage, case.due) == ("handling", ordered.now + HOUR)
    ordered.do(RecallOrder("o-U2"))
    assert ordered.state.cases["c1"].due == case.orders["o-U1"].finish_by


def test_a_verified_case_is_due_for_closing(ordered):
    ordered.report("done", order="o-U1")
    at = ordered.state.cases["c1"].stage_at
    ordered.later(10 * MINUTE)
    ordered.do(VerifyOrder("o-U1"))
    case = ordered.state.cases["c1"]
    assert (case.stage, case.stage_at, case.due) == ("check", at, ordered.now + 30 * MINUTE)


def test_a_devices_clock_off_by_an_hour_is_kept_and_moves_nothing_in_time(ordered):
    ordered.report("accepted", order="o-U1", said=ordered.now + HOUR)
    order = order_of(ordered)
    assert (order.skew, order.times["accepted"]) == (HOUR, ordered.now)
    step = ordered.state.cases["c1"].steps[-2]
    assert (step.issued, step.at, step.entry.skew) == (ordered.now + HOUR, ordered.now, HOUR)
    ordered.report("en_route", order="o-U1", said=0)
    assert order_of(ordered).skew == HOUR, "a device without a clock says nothing of it"


def test_photos_are_kept_whenever_they_come_and_once(ordered):
    ordered.report("photo", order="o-U1", photo=PHOTO, lon=121.5, lat=31.2)
    ordered.report("photo", order="o-U1", photo=PHOTO)
    assert order_of(ordered).photos == [PHOTO]
    ordered.report("accepted", "done", order="o-U1")
    ordered.do(VerifyOrder("o-U1"))
    ordered.do(CloseCase())
    late = msgspec.structs.replace(PHOTO, sha256="cd" * 32)
    ordered.report("photo", order="o-U1", photo=late)
    assert order_of(ordered).photos == [PHOTO, late]
    assert ordered.state.cases["c1"].stage == "closed"


def test_a_photo_that_comes_with_done_is_both(ordered):
    ordered.report("done", order="o-U1", photo=PHOTO)
    kinds = [type(step.entry) for step in ordered.state.cases["c1"].steps[-4:]]
    assert kinds[0] is OrderMoved
    assert kinds[-1] is PhotoAdded
    assert order_of(ordered).photos == [PHOTO]


def test_words_of_a_device_and_kinds_of_tomorrow_are_notes(ordered):
    before = order_of(ordered)
    ordered.report("note", order="o-U1", texts={"words": "水还在涨"})
    assert last(ordered) == Noted("o-U1", ordered.now, 0)
    assert ordered.state.cases["c1"].steps[-1].texts.keys() == {"words"}
    ordered.report("battery_low", "photo", order="o-U1")
    assert order_of(ordered) == before
    assert ordered.state.cases["c1"].revision == 4


def test_a_report_from_another_units_device_moves_no_order(ordered):
    ordered.report("accepted", order="o-U1", unit="positions/U2")
    assert order_of(ordered).state == "sent"
    assert isinstance(last(ordered), Noted)


def test_a_report_about_an_order_nobody_issued_is_kept_without_a_case(ordered):
    before = ordered.state.cases["c1"]
    ordered.report("accepted", "photo", order="x-U9", photo=PHOTO)
    assert ordered.state.cases == {"c1": before}
    assert ordered.state.revision(NO_CASE) == 2
    fact = ordered.fact("done", "x-U9")
    assert record(ordered.state, fact, ordered.now, ordered.rules) == Decided(
        (Noted("x-U9", fact.said, 0),), NO_CASE, 3, ""
    )


def test_a_report_about_a_closed_case_is_late(ordered):
    ordered.report("done", order="o-U1")
    ordered.do(CloseCase("void"))
    ordered.report("en_route", order="o-U1")
    case = ordered.state.cases["c1"]
    assert (case.stage, case.orders["o-U1"].state) == ("closed", "done")
    assert last(ordered).late


def test_a_report_about_a_case_closed_long_ago_finds_its_case(ordered):
    ordered.report("done", order="o-U1")
    ordered.do(VerifyOrder("o-U1"))
    ordered.do(CloseCase())
    revision = ordered.state.revision("c1")
    ordered.later(DAY + SECOND)
    ordered.do(OpenCase(new_case("events/E2")), case="c2")
    assert "c1" not in ordered.state.cases
    decided = record(ordered.state, ordered.fact("accepted", "o-U1"), ordered.now, ordered.rules)
    assert (decided.case, decided.revision, decided.area) == ("c1", revision + 1, "310115004")
    assert decided.entries[0].late
    ordered.report("accepted", order="o-U1")
    assert ordered.state.revision("c1") == revision + 1


def test_an_order_no_device_acknowledged_in_time_expires(ordered):
    assert ordered.sweep() == 0
    ordered.later(20 * MINUTE)
    assert ordered.sweep() == 0, "valid until then"
    ordered.later(1)
    (decided,) = sweep(ordered.state, ordered.now, ordered.rules)
    assert decided.cause == "expired-o-U1"
    assert ordered.sweep() == 1
    case = ordered.state.cases["c1"]
    assert (case.stage, case.orders["o-U1"].state) == ("filed", "expired")
    assert ordered.sweep() == 0
    ordered.report("delivered", "accepted", order="o-U1")
    assert order_of(ordered).clash == "accepted"


def test_an_order_that_came_to_its_device_does_not_expire(ordered):
    ordered.report("delivered", order="o-U1")
    ordered.later(DAY)
    assert ordered.sweep() == 0


def test_orders_of_one_case_expire_in_one_decision(ordered):
    ordered.do(issue("U2", "U3", event="events/E2"), case="c2", valid_until=ordered.now + MINUTE)
    ordered.do(issue("U4"), valid_until=ordered.now + MINUTE)
    ordered.later(HOUR)
    assert ordered.sweep() == 2
    states = {ident: order.state for case in ordered.state.cases.values() for ident, order in case.orders.items()}
    assert set(states.values()) == {"expired"}
    assert ordered.state.cases["c2"].revision == 2


def test_work_sent_back_does_not_expire_by_its_first_validity(ordered):
    ordered.report("done", order="o-U1")
    ordered.do(VerifyOrder("o-U1", good=False))
    ordered.later(DAY)
    assert ordered.sweep() == 0
