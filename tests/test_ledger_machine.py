"""Two seats and their devices act at random; what the ledger promises holds after each step."""

from __future__ import annotations

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from cockpit.ledger.fold import KEPT, State
from cockpit.ledger.overlay import overlay
from cockpit.model.cases import ENDED
from cockpit.model.clock import HOUR, MINUTE
from cockpit.model.entries import (
    FACTS,
    AddNote,
    CaseReopened,
    CloseCase,
    IssueOrders,
    NewOrder,
    OpenCase,
    OrderMoved,
    RecallOrder,
    ReopenCase,
    VerifyOrder,
    read_decision,
)
from cockpit.model.instructing import (
    ANSWERS,
    RESULTS,
    VERDICTS,
    AnswerInstruction,
    AskDecision,
    CloseInstruction,
    GiveDecision,
    GiveInstruction,
    ReadInstruction,
    UrgeCase,
)
from cockpit.model.tables import UnitState
from tests.instruct_kit import LEADER
from tests.ledger_desk import PHOTO, SEAT_1, SEAT_2, Desk, new_case
from tests.test_ledger_fold import snapshot

SEATS = st.sampled_from([SEAT_1, SEAT_2])
CASES = st.sampled_from([f"c{n}" for n in range(4)])
UNITS = st.sampled_from([f"U{n}" for n in range(1, 5)])
EVENTS = st.sampled_from(["", "events/E1", "events/E2"])
BEHIND = st.integers(0, 2)


class Ledger(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.by_one = State()
        self.orders: list[str] = []
        self.revisions: dict[str, int] = {}
        self.checked = 0
        self.told = 0
        self.kept = {}

    def _do(self, act, case, seat, behind, keep=False):
        expected = max(0, self.desk.state.revision(case) - behind)
        command = self.desk.command(act, case, expected, self.desk.now + 10 * MINUTE if keep else 0, words="话")
        before = snapshot(self.desk.state)
        overlay(self.desk.state, [command], seat, self.desk.rules)
        assert snapshot(self.desk.state) == before, "the overlay leaves the state as it is"
        self.desk.take(command, seat)

    def _order(self, data):
        return data.draw(st.sampled_from(self.orders), "order") if self.orders else "o-0-U1"

    @rule(case=CASES, seat=SEATS, event=EVENTS, behind=BEHIND)
    def opens(self, case, seat, event, behind):
        self._do(OpenCase(new_case(event)), case, seat, behind)

    @rule(
        case=CASES, seat=SEATS, units=st.lists(UNITS, min_size=1, max_size=3), event=st.none() | EVENTS,
        behind=BEHIND, keep=st.booleans(),
    )  # fmt: skip
    def issues(self, case, seat, units, event, behind, keep):
        made = [NewOrder(f"o-{len(self.orders) + n}-{unit}", f"positions/{unit}") for n, unit in enumerate(units)]
        self.orders += [order.id for order in made]
        opened = None if event is None else new_case(event)
        self._do(IssueOrders(tuple(made), 8 * MINUTE, HOUR, opened), case, seat, behind, keep)

    @rule(data=st.data(), seat=SEATS, behind=BEHIND)
    def recalls(self, data, seat, behind):
        order = self._order(data)
        self._do(RecallOrder(order), self.desk.state.case_of_order(order) or "c0", seat, behind)

    @rule(data=st.data(), seat=SEATS, good=st.booleans())
    def verifies(self, data, seat, good):
        order = self._order(data)
        self._do(VerifyOrder(order, good), self.desk.state.case_of_order(order) or "c0", seat, 0)

    @rule(case=CASES, seat=SEATS, result=st.sampled_from(["solved", "void"]))
    def closes(self, case, seat, result):
        self._do(CloseCase(result), case, seat, 0)

    @rule(case=CASES, seat=SEATS, behind=BEHIND)
    def reopens(self, case, seat, behind):
        self._do(ReopenCase(), case, seat, behind)

    @rule(case=CASES, seat=SEATS, behind=BEHIND)
    def notes(self, case, seat, behind):
        self._do(AddNote(), case, seat, behind)

    @rule(data=st.data(), kind=st.sampled_from([*FACTS, "levitates"]), off=st.integers(-3600, 3600))
    def reports(self, data, kind, off):
        photo = PHOTO if kind == "photo" else None
        self.desk.report(kind, order=self._order(data), said=self.desk.now + off * 1_000_000, photo=photo)

    @rule(data=st.data())
    def works(self, data):
        self.desk.report("delivered", "accepted", "on_scene", "done", order=self._order(data))

    def _one(self, data, of):
        return data.draw(st.sampled_from(sorted(of)), "one") if of else "i-none"

    @rule(case=CASES, unit=UNITS, topic=st.sampled_from(["case", "unit"]), who=st.sampled_from([LEADER, SEAT_1]))
    def instructs(self, case, unit, topic, who):
        self.told += 1
        ident = f"i-{self.told}"
        key = case if topic == "case" else f"positions/{unit}"
        self._do(GiveInstruction(ident, topic, key), case if topic == "case" else ident, who, 0)

    @rule(data=st.data(), what=st.sampled_from(["read", *ANSWERS, *RESULTS]), seat=SEATS)
    def follows(self, data, what, seat):
        ident = self._one(data, self.desk.state.threads.instructions)
        one = self.desk.state.threads.instructions.get(ident)
        home = one.home if one is not None else "c0"
        if what in RESULTS:
            self._do(CloseInstruction(ident, what), home, LEADER, 0)
        else:
            self._do(ReadInstruction(ident) if what == "read" else AnswerInstruction(ident, what), home, seat, 0)

    @rule(data=st.data(), case=CASES, verdict=st.sampled_from(["", *VERDICTS]), seat=SEATS)
    def asks(self, data, case, verdict, seat):
        self.told += 1
        if not verdict:
            self._do(AskDecision(f"i-{self.told}"), case, seat, 0)
            return
        ident = self._one(data, self.desk.state.threads.asks)
        ask = self.desk.state.threads.asks.get(ident)
        follows = f"i-{self.told}" if verdict == "instruct" else ""
        self._do(GiveDecision(ident, verdict, instruction=follows), ask.case if ask else case, LEADER, 0)

    @rule(case=CASES)
    def urges(self, case):
        self._do(UrgeCase(), case, LEADER, 0)

    @rule(unit=UNITS, state=st.sampled_from(list(UnitState)))
    def city_moves(self, unit, state):
        self.desk.crew.set(unit, state)

    @rule(minutes=st.sampled_from([1, 11, KEPT // MINUTE + 1]))
    def time_goes(self, minutes):
        self.desk.later(minutes * MINUTE)
        self.desk.sweep()

    @invariant()
    def no_unit_works_on_two_orders(self):
        working = [o.unit for case in self.desk.state.cases.values() for o in case.at_work()]
        assert len(working) == len(set(working))
        for unit in working:
            order = self.desk.state.order_of(unit)
            assert order is not None
            assert order.working

    @invariant()
    def no_event_has_two_open_cases(self):
        events = [case.facts.event for case in self.desk.state.open_cases() if case.facts.event]
        assert len(events) == len(set(events))
        for event in events:
            case = self.desk.state.case_of_event(event)
            assert case is not None
            assert case.open

    @invariant()
    def a_closed_case_has_nobody_at_work(self):
        for case in self.desk.state.cases.values():
            assert case.open or not case.at_work()
            assert case.open == (not case.closed) == (not case.result)

    @invariant()
    def a_case_stands_where_its_orders_are(self):
        for case in self.desk.state.open_cases():
            at_work = bool(case.at_work())
            assert at_work == (case.stage in ("assigned", "handling"))
            assert (case.stage in ("feedback", "check")) <= any(
                order.state in ("done", "verified") for order in case.orders.values()
            )
            assert case.stage in case.stages
            assert case.due > 0

    @invariant()
    def what_a_leader_wrote_is_followed_or_ended_and_never_lost(self):
        threads = self.desk.state.threads
        for ident, before in self.kept.items():
            now = threads.instructions.get(ident)
            assert now is not None or not before.open, "an open one is kept for ever"
            if now is None:
                assert threads.known(ident)
                continue
            assert now.said == before.said
            assert now.answers[: len(before.answers)] == before.answers
            assert before.open or now == before
            assert now.result != "withdrawn" or not (now.read or now.answers)
        self.kept = dict(threads.instructions)

    @invariant()
    def decisions_follow_each_other(self):
        for data in self.desk.log[self.checked :]:
            decision = read_decision(data)
            entries = decision.said()
            before = self.by_one.cases.get(decision.case)
            refused = entries[0].__struct_config__.tag == "refused"
            assert decision.revision == self.revisions.get(decision.case, 0) + (not refused)
            self.revisions[decision.case] = decision.revision
            self.by_one.apply(decision, data)
            after = self.by_one.cases.get(decision.case)
            if before is None or after is None:
                continue
            sent_back = {e.order for e in entries if isinstance(e, OrderMoved) and e.again}
            for ident, order in before.orders.items():
                assert order.state not in ENDED or after.orders[ident].state == order.state or ident in sent_back
            if not before.open and after.open:
                assert any(isinstance(entry, CaseReopened) for entry in entries)
            if refused:
                kept = msgspec.structs.replace(after, steps=before.steps)
                assert kept == before
        self.checked = len(self.desk.log)
        assert snapshot(self.by_one) == snapshot(self.desk.state)

    def teardown(self):
        whole = State()
        whole.fold(self.desk.log)
        assert snapshot(whole) == snapshot(self.desk.state)


Ledger.TestCase.settings = settings(
    max_examples=25, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestWhatTheLedgerPromisesHoldsUnderRandomActs = Ledger.TestCase
