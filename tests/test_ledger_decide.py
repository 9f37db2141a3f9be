"""The rules: what a seat may have decided, in what order a case goes, and why it is refused."""

from __future__ import annotations

import msgspec
import pytest

from cockpit.ledger.decide import Decided, decide
from cockpit.model.clock import DAY, HOUR, MINUTE
from cockpit.model.entries import (
    MAX_TEXT,
    Actor,
    AddNote,
    CloseCase,
    IssueOrders,
    NewOrder,
    OpenCase,
    RecallOrder,
    ReopenCase,
    VerifyOrder,
)
from cockpit.model.messages import texts
from cockpit.model.tables import UnitState
from tests.ledger_desk import SEAT_1, SEAT_2, START, Desk, issue, new_case

ON_THE_WAY = ("delivered", "read", "accepted", "en_route", "on_scene", "done")


def why(message):
    return message.id if message is not None else None


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def ordered(desk):
    """A case with one order to U1, sent."""
    assert desk.do(issue("U1", event="events/E1"), order="去看看") is None
    return desk


@pytest.fixture
def done(ordered):
    ordered.report(*ON_THE_WAY, order="o-U1")
    return ordered


def test_one_key_opens_the_case_passes_to_assigned_and_orders(desk):
    assert desk.do(issue("U1", "U2", event="events/E1"), place="天城路", order="去看看", who="王强") is None
    case = desk.state.cases["c1"]
    assert (case.stage, case.revision, case.number) == ("assigned", 1, "0714-0001")
    assert list(case.stages) == ["intake", "filed", "assigned"]
    assert case.due == desk.now + 3 * MINUTE  # a red one is to be accepted within three minutes
    first, second = case.orders.values()
    assert (first.number, first.state, first.lead) == ("G-0714-0001", "sent", True)
    assert (second.number, second.state, second.lead) == ("G-0714-0002", "sent", False)
    assert (first.arrive_by, first.finish_by) == (desk.now + 8 * MINUTE, desk.now + HOUR)
    assert set(case.texts) == {"place"}
    assert first.text is not None
    assert desk.state.order_of("positions/U1") == first
    assert desk.state.case_of_event("events/E1") == case


def test_deadlines_run_from_the_hubs_acceptance_not_from_the_key(desk):
    command = desk.command(issue("U1", event="events/E1"))
    desk.later(4 * MINUTE)
    assert desk.take(command) is None
    order = desk.state.order("o-U1")
    assert order.issued == START
    assert order.arrive_by == START + 12 * MINUTE


def test_the_whole_loop_runs_from_event_to_closed(done):
    case = done.state.cases["c1"]
    assert (case.stage, case.due) == ("check", done.now + 30 * MINUTE)
    assert {"handling", "feedback"} <= set(case.stages)
    assert not case.ready
    assert done.do(VerifyOrder("o-U1")) is None
    assert done.state.cases["c1"].ready
    assert done.do(CloseCase()) is None
    case = done.state.cases["c1"]
    assert (case.stage, case.result, case.open, case.revision) == ("closed", "solved", False, 9)
    assert case.closed == done.now
    assert done.state.order_of("positions/U1") is None


def test_handling_is_due_when_its_orders_are(ordered):
    ordered.report("accepted", order="o-U1")
    case = ordered.state.cases["c1"]
    assert (case.stage, case.due) == ("handling", case.orders["o-U1"].finish_by)


def test_numbers_run_by_the_day_and_go_on_after_a_restart(desk):
    desk.do(issue("U1", event="events/E1"), case="c1")
    desk.do(OpenCase(new_case("events/E2")), case="c2")
    assert desk.state.cases["c2"].number == "0714-0002"
    again = Desk()
    again.state.fold(desk.log)
    again.do(issue("U2", event="events/E3"), case="c3")
    assert again.state.cases["c3"].number == "0714-0003"
    assert again.state.order("o-U2").number == "G-0714-0002"
    again.later(DAY)
    again.do(OpenCase(new_case("events/E4")), case="c4")
    assert again.state.cases["c4"].number == "0715-0001"


def test_an_acceptor_registers_and_files_and_orders_nothing(desk):
    acceptor = Actor("seat-3", "intake")
    assert desk.do(OpenCase(new_case()), actor=acceptor) is None
    case = desk.state.cases["c1"]
    assert (case.stage, case.due) == ("filed", desk.now + 5 * MINUTE)
    assert why(desk.do(issue("U1"), actor=acceptor)) == "ledger.no_right_issue"
    assert why(desk.do(issue("U1", event="events/E2"), "c2", acceptor)) == "ledger.no_right_issue"
    assert "c2" not in desk.state.cases, "all or nothing: no case without its order"


def test_a_role_that_reaches_intake_only_leaves_the_case_there(desk):
    rights = desk.rules.rights | {"front": msgspec.structs.replace(desk.rules.rights["intake"], upto="intake")}
    desk.rules = msgspec.structs.replace(desk.rules, rights=rights)
    assert desk.do(OpenCase(new_case()), actor=Actor("seat-4", "front")) is None
    assert desk.state.cases["c1"].stage == "intake"
    assert desk.do(issue("U1"), actor=SEAT_1) is None
    assert list(desk.state.cases["c1"].stages) == ["intake", "filed", "assigned"]


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (OpenCase(new_case("events/E9")), "ledger.no_right_open"),
        (issue("U2"), "ledger.no_right_issue"),
        (RecallOrder("o-U1"), "ledger.no_right_recall"),
        (VerifyOrder("o-U1"), "ledger.no_right_verify"),
        (CloseCase(), "ledger.no_right_close"),
        (ReopenCase(), "ledger.no_right_reopen"),
        (AddNote(), "ledger.no_right_note"),
    ],
)
def test_a_wall_and_an_unknown_role_may_do_nothing(ordered, act, reason):
    for role in ("wall", "device", "nobody"):
        assert why(ordered.do(act, actor=Actor("seat-9", role), words="…")) == reason
    assert ordered.state.cases["c1"].revision == 1


def test_a_refusal_changes_nothing_and_is_remembered(ordered):
    before = ordered.state.cases["c1"]
    assert why(ordered.do(CloseCase(), words="好了")) == "ledger.still_at_work"
    after = ordered.state.cases["c1"]
    assert (after.revision, after.stage, after.orders) == (before.revision, before.stage, before.orders)
    step = after.steps[-1]
    assert step.entry.reason.id == "ledger.still_at_work"
    assert step.entry.reason.params == {"order": "G-0714-0001"}


def test_a_stale_revision_is_refused_and_names_who_acted(ordered):
    seen = ordered.state.revision("c1")
    assert ordered.do(AddNote(), actor=SEAT_2, words="已电话联系") is None
    refused = ordered.do(RecallOrder("o-U1"), expected=seen)
    assert why(refused) == "ledger.stale"
    assert texts("zh")(refused) == "案件 0714-0001 刚被 seat-2 办理过，与所见不同，请核对后重新下达"


def test_what_a_device_reports_meanwhile_does_not_make_a_recall_stale(ordered):
    seen = ordered.state.revision("c1")
    ordered.report("delivered", "read", order="o-U1")
    assert ordered.do(RecallOrder("o-U1"), expected=seen) is None


def test_commands_that_waited_together_follow_each_other(ordered):
    """A seat without its hub knows no revision beyond the last it saw: its own commands are in order."""
    seen = ordered.state.revision("c1")
    first = ordered.command(AddNote(), expected=seen, words="一")
    second = ordered.command(RecallOrder("o-U1"), expected=seen)
    assert ordered.take(first) is None
    assert ordered.take(second) is None


def test_a_revision_that_never_was_is_refused(ordered):
    assert why(ordered.do(AddNote(), expected=7, words="一")) == "ledger.ahead"
    assert why(ordered.do(OpenCase(new_case("events/E2")), case="c2", expected=3)) == "ledger.ahead"


def test_two_seats_that_open_the_same_event_make_one_case(desk):
    assert desk.do(issue("U1", event="events/E1"), case="c1") is None
    refused = desk.do(issue("U2", event="events/E1"), case="c2", actor=SEAT_2)
    assert texts("zh")(refused) == "该事件已立案（案件 0714-0001），不能重复立案"
    assert desk.state.order_of("positions/U2") is None
    assert why(desk.do(OpenCase(new_case("events/E1")), case="c3", actor=SEAT_2)) == "ledger.event_taken"


def test_an_event_whose_case_is_closed_can_be_opened_again(done):
    done.do(VerifyOrder("o-U1"))
    done.do(CloseCase())
    assert done.do(OpenCase(new_case("events/E1")), case="c2") is None
    assert done.state.case_of_event("events/E1").id == "c2"
    assert why(done.do(ReopenCase(), case="c1")) == "ledger.event_taken"


def test_cases_taken_by_telephone_have_no_event_and_do_not_exclude_each_other(desk):
    assert desk.do(OpenCase(new_case("")), case="c1") is None
    assert desk.do(OpenCase(new_case("")), case="c2") is None


def test_two_seats_that_order_one_unit_get_one_order(desk):
    desk.do(OpenCase(new_case("events/E1")), case="c1")
    desk.do(OpenCase(new_case("events/E2")), case="c2")
    assert desk.do(issue("U1", order="a"), case="c1") is None
    refused = desk.do(issue("U2", "U1", order="b"), case="c2", actor=SEAT_2)
    assert texts("zh")(refused) == "U1 正在办工单 G-0714-0001，不能同时接第二张"
    assert desk.state.order("b-U2") is None, "all or nothing"


@pytest.mark.parametrize(
    ("state", "area", "reason"),
    [
        (UnitState.OFF_DUTY, "310115004001", "ledger.off_duty"),
        (UnitState.BUSY, "310115004001", "ledger.unit_busy"),
        (UnitState.FREE, "310101002003", "ledger.other_district"),
    ],
)
def test_a_unit_off_duty_busy_or_of_another_district_is_not_ordered(desk, state, area, reason):
    desk.crew.set("U1", state, area)
    assert why(desk.do(issue("U1", event="events/E1"))) == reason


def test_a_police_car_goes_to_another_district_a_grid_worker_does_not(desk):
    desk.crew.set("U1", UnitState.FREE, "310101002003", kind="police")
    assert desk.do(issue("U1", event="events/E1")) is None
    desk.crew.set("U2", UnitState.FREE, "310101002003", kind="grid")
    assert why(desk.do(issue("U2"))) == "ledger.other_district"


def test_a_unit_nobody_knows_is_not_ordered(desk):
    assert why(desk.do(issue("U99", event="events/E1"))) == "ledger.no_unit"


def test_a_dead_feed_of_units_does_not_stop_orders(desk):
    desk.crew.set("U1", UnitState.OFF_DUTY, known=False)
    desk.crew.set("U2", UnitState.BUSY, known=False)
    assert desk.do(issue("U1", "U2", event="events/E1")) is None


def test_an_area_that_is_not_known_stops_no_order(desk):
    desk.crew.set("U1", UnitState.FREE, area="")
    assert desk.do(issue("U1", event="events/E1")) is None


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (issue(event="events/E1"), "ledger.how_many"),
        (issue("U1", "U1", event="events/E1"), "ledger.order_exists"),
        (
            IssueOrders((NewOrder("a", "positions/U1"), NewOrder("b", "positions/U1")), 1, 1, new_case()),
            "ledger.unit_twice",
        ),
        (IssueOrders((NewOrder("a", "positions/U1"),), HOUR, MINUTE, new_case()), "ledger.bad_times"),
        (IssueOrders((NewOrder("a", "positions/U1"),), 0, MINUTE, new_case()), "ledger.bad_times"),
        (IssueOrders((NewOrder("a", "positions/U1"),), HOUR, 999 * DAY, new_case()), "ledger.bad_times"),
        (IssueOrders((NewOrder("a.b", "positions/U1"),), HOUR, HOUR, new_case()), "ledger.bad_id"),
        (OpenCase(new_case(lat=float("nan"))), "ledger.bad_case"),
        (OpenCase(new_case(lon=200.0)), "ledger.bad_case"),
        (OpenCase(new_case(level=0)), "ledger.bad_case"),
        (OpenCase(new_case(kind="")), "ledger.bad_case"),
    ],
)
def test_what_can_not_be_an_order_or_a_case_is_refused(desk, act, reason):
    assert why(desk.do(act)) == reason
    assert not desk.state.cases


def test_an_id_that_is_no_token_of_a_subject_is_refused(desk):
    for ident in ("a.b", "*", ">", "", "x" * 65, "none"):
        assert desk.do(OpenCase(new_case()), case=ident) is not None
    assert not desk.state.cases


def test_texts_are_bounded_and_known_by_name(ordered):
    assert why(ordered.do(AddNote(), words="字" * (MAX_TEXT + 1))) == "ledger.text_long"
    assert why(ordered.do(AddNote(), words="  ")) == "ledger.empty_note"
    assert why(ordered.do(AddNote(), words="好", phone="1")) == "ledger.text_unknown"


def test_a_command_past_its_validity_is_not_done_in_silence(desk):
    command = desk.command(issue("U1", event="events/E1"), valid_until=desk.now + 20 * MINUTE)
    desk.later(20 * MINUTE + 1)
    refused = desk.take(command)
    assert texts("zh")(refused) == "指令已过时效（07-14 09:20），未执行；需要时请重新下达"


def test_a_second_order_with_the_same_id_is_refused(ordered):
    ordered.do(OpenCase(new_case("events/E2")), case="c2")
    act = IssueOrders((NewOrder("o-U1", "positions/U3"),), HOUR, HOUR)
    assert why(ordered.do(act, case="c2")) == "ledger.order_exists"
    assert why(ordered.do(issue("U3", event="events/E5"), case="c1")) == "ledger.case_exists"


def test_recall_is_possible_until_the_unit_has_accepted(ordered):
    ordered.report("delivered", "read", order="o-U1")
    assert ordered.do(RecallOrder("o-U1"), reason="派错了") is None
    case = ordered.state.cases["c1"]
    assert case.orders["o-U1"].state == "recalled"
    assert case.orders["o-U1"].reason is not None
    assert case.stage == "filed", "待派遣 again"
    assert "assigned" not in case.stages
    assert ordered.state.order_of("positions/U1") is None
    assert why(ordered.do(RecallOrder("o-U1"))) == "ledger.recall_ended"
    assert ordered.do(issue("U2")) is None
    ordered.report("accepted", order="o-U2")
    assert why(ordered.do(RecallOrder("o-U2"))) == "ledger.recall_accepted"


def test_a_recall_of_one_of_two_leaves_the_case_with_the_other(desk):
    desk.do(issue("U1", "U2", event="events/E1"))
    desk.report("accepted", order="o-U2")
    desk.do(RecallOrder("o-U1"))
    assert desk.state.cases["c1"].stage == "handling"


def test_work_sent_back_goes_out_again(done):
    assert done.do(VerifyOrder("o-U1", good=False), words="水没退") is None
    case = done.state.cases["c1"]
    order = case.orders["o-U1"]
    assert (case.stage, order.state, order.again, list(order.times)) == ("assigned", "sent", 1, ["sent"])
    assert done.state.order_of("positions/U1") == order
    done.report(*ON_THE_WAY, order="o-U1")
    assert done.state.cases["c1"].stage == "check"
    assert done.do(VerifyOrder("o-U1")) is None
    assert why(done.do(VerifyOrder("o-U1"))) == "ledger.verified_already"


def test_work_is_not_sent_back_to_a_unit_that_is_on_another_order_or_off_duty(done):
    done.do(OpenCase(new_case("events/E2")), case="c2")
    assert done.do(issue("U1", order="p"), case="c2") is None
    assert why(done.do(VerifyOrder("o-U1", good=False))) == "ledger.unit_ordered_again"
    done.do(RecallOrder("p-U1"), case="c2")
    done.crew.set("U1", UnitState.OFF_DUTY)
    assert why(done.do(VerifyOrder("o-U1", good=False))) == "ledger.off_duty"
    done.crew.set("U1", UnitState.BUSY)
    assert done.do(VerifyOrder("o-U1", good=False)) is None


def test_what_is_not_done_can_not_be_verified(ordered):
    assert why(ordered.do(VerifyOrder("o-U1"))) == "ledger.not_done"
    assert why(ordered.do(VerifyOrder("nothing"))) == "ledger.no_order"


def test_a_case_closes_as_solved_only_when_something_was_verified(done):
    assert why(done.do(CloseCase())) == "ledger.not_verified"
    done.do(VerifyOrder("o-U1"))
    done.do(issue("U2"))
    assert done.state.cases["c1"].stage == "assigned", "a further order takes the case back"
    assert why(done.do(CloseCase())) == "ledger.still_at_work"
    done.do(RecallOrder("o-U2"))
    case = done.state.cases["c1"]
    assert (case.stage, case.ready) == ("check", True)
    assert done.do(CloseCase()) is None


def test_a_case_without_work_is_void_or_referred_never_solved(desk):
    desk.do(OpenCase(new_case()))
    assert why(desk.do(CloseCase())) == "ledger.nothing_done"
    assert why(desk.do(CloseCase("forgotten"))) == "ledger.bad_result"
    assert desk.do(CloseCase("void"), words="误报") is None
    assert desk.state.cases["c1"].result == "void"
    desk.do(issue("U1", event="events/E2"), case="c2")
    assert why(desk.do(CloseCase("referred"), case="c2")) == "ledger.still_at_work"


def test_a_closing_is_taken_back_within_a_day(done):
    done.do(VerifyOrder("o-U1"))
    done.do(CloseCase())
    assert why(done.do(issue("U2"))) == "ledger.case_closed"
    done.later(DAY)
    assert done.do(ReopenCase(), reason="又积水") is None
    case = done.state.cases["c1"]
    assert (case.stage, case.result, case.closed, case.ready) == ("check", "", 0, True)
    assert why(done.do(ReopenCase())) == "ledger.case_open"
    assert done.do(VerifyOrder("o-U1", good=False)) is None, "verified work can be sent back once it is open again"
    done.report("done", order="o-U1")
    done.do(VerifyOrder("o-U1"))
    done.do(CloseCase())
    done.later(DAY + 1)
    assert why(done.do(ReopenCase())) == "ledger.reopen_late"
    done.do(OpenCase(new_case("events/E7")), case="c7")
    assert why(done.do(ReopenCase())) == "ledger.case_gone"


def test_a_reopened_void_case_waits_for_orders(desk):
    desk.do(OpenCase(new_case()))
    desk.do(CloseCase("void"))
    desk.do(ReopenCase())
    case = desk.state.cases["c1"]
    assert (case.stage, case.due) == ("filed", desk.now + 5 * MINUTE)
    assert "closed" not in case.stages


def test_a_note_changes_no_stage(ordered):
    assert ordered.do(AddNote(), words="群众来电感谢") is None
    case = ordered.state.cases["c1"]
    assert (case.stage, case.revision) == ("assigned", 2)
    assert set(case.steps[-1].texts) == {"words"}


def test_a_leader_may_note_and_nothing_else(ordered):
    leader = Actor("seat-5", "leader")
    assert ordered.do(AddNote(), actor=leader, words="尽快") is None
    assert why(ordered.do(RecallOrder("o-U1"), actor=leader)) == "ledger.no_right_recall"


def test_an_unknown_case_is_named_as_such(desk):
    assert why(desk.do(issue("U1"))) == "ledger.no_case"
    assert why(desk.do(CloseCase())) == "ledger.no_case"


def test_deciding_changes_no_state(ordered):
    before = msgspec.json.encode(dict(ordered.state.cases))
    command = ordered.command(RecallOrder("o-U1"))
    found = decide(ordered.state, command, SEAT_1, ordered.now, ordered.rules, ordered.crew)
    assert isinstance(found, Decided)
    assert msgspec.json.encode(dict(ordered.state.cases)) == before


def test_a_loop_without_feedback_goes_from_handling_to_check(desk):
    stages = tuple(stage for stage in desk.rules.stages if stage.id != "feedback")
    desk.rules = msgspec.structs.replace(desk.rules, stages=stages)
    desk.do(issue("U1", event="events/E1"))
    desk.report("accepted", "done", order="o-U1")
    assert list(desk.state.cases["c1"].stages) == ["intake", "filed", "assigned", "handling", "check"]
