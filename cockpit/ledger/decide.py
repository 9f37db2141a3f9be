"""The rules: what follows from a command, from a fact, and from time. Pure; the hub appends what they return."""

from __future__ import annotations

from typing import Protocol

import msgspec

from cockpit.ledger import instructing
from cockpit.ledger.asked import Asked
from cockpit.ledger.changes import DEVICE_STATES
from cockpit.ledger.checks import refused
from cockpit.ledger.fold import NO_CASE, State
from cockpit.model.cases import AT_WORK, Case, Order
from cockpit.model.entries import (
    Actor,
    AddNote,
    CallMade,
    CaseClosed,
    CaseOpened,
    CaseReopened,
    CloseCase,
    Command,
    Entry,
    Fact,
    IssueOrders,
    NewCase,
    NoteCall,
    Noted,
    OpenCase,
    OrderIssued,
    OrderMoved,
    PhotoAdded,
    RecallOrder,
    Refused,
    ReopenCase,
    StageReached,
    VerifyOrder,
)
from cockpit.model.loop import LoopRules
from cockpit.model.messages import Message
from cockpit.model.ports.units import Units
from cockpit.model.rights import word_of

_ACCEPTED = frozenset({"accepted", "en_route", "on_scene"})
_PROGRESS = ("confirmed", "sent", *DEVICE_STATES)


class Decided(msgspec.Struct, frozen=True):
    """What is to be appended.

    Attributes:
        entries: what follows, in order.
        case: which; `NO_CASE` where none is known.
        revision: of the case after it.
        area: code of the case's area, "" unknown.
        cause: id of a decision of the hub's own; "" where a command or a fact caused it.
    """

    entries: tuple[Entry, ...]
    case: str
    revision: int
    area: str = ""
    cause: str = ""


class Numbering(Protocol):
    """Gives out the printed numbers."""

    def case(self, at: int) -> str: ...

    def order(self, at: int, more: int) -> str:
        """Args:
        more: how many were given within this decision.
        """
        ...


class Running:
    """Numbers that run by the day, after those in the state."""

    def __init__(self, state: State) -> None:
        self._state = state

    def case(self, at: int) -> str:
        return self._state.next_number(at, of_order=False)

    def order(self, at: int, more: int) -> str:
        return self._state.next_number(at, of_order=True, more=more)


def decide(
    state: State,
    command: Command,
    actor: Actor,
    now: int,
    rules: LoopRules,
    units: Units,
    numbers: Numbering | None = None,
) -> Decided | Message:
    """What follows from a command; a Message says why it is refused (see `refusal`).

    Args:
        state: after all that was decided before.
        now: city time, us.
        numbers: gives the printed numbers; those of the state where there is none.
    """
    asked = asked_by(state, command, actor, now, rules, units)
    if problem := refused(asked):
        return problem
    entries = effects(asked, numbers or Running(state), command)
    return Decided(entries, command.case, state.revision(command.case) + 1, asked.area)


def refusal(state: State, command: Command, reason: Message) -> Decided:
    """What is to be appended for a command that was refused: it changes nothing and is remembered."""
    ident = command.case if state.known(command.case) else NO_CASE
    entry = Refused(word_of(command.act), reason)
    return Decided((entry,), ident, state.revision(ident), state.area(ident))


def asked_by(state: State, command: Command, actor: Actor, now: int, rules: LoopRules, units: Units) -> Asked:
    return Asked(
        state,
        command.act,
        command.case,
        command.expected,
        actor,
        now,
        rules,
        units,
        command.texts,
        command.valid_until,
    )


def effects(asked: Asked, numbers: Numbering, command: Command) -> tuple[Entry, ...]:
    """What a command does once it is taken."""
    rules, now, case = asked.rules, asked.now, asked.known
    match asked.act:
        case OpenCase(case=facts):
            return _opens(asked, facts, numbers)
        case IssueOrders():
            return _issues(asked, asked.act, numbers, command)
        case RecallOrder(order=order):
            return _moves(case, OrderMoved(order, "recalled"), rules, now)
        case VerifyOrder(order=order, good=True):
            return _moves(case, OrderMoved(order, "verified"), rules, now)
        case VerifyOrder(order=order):
            return _moves(case, OrderMoved(order, "sent", again=True), rules, now)
        case CloseCase(result=result):
            return (CaseClosed(result),)
        case ReopenCase():
            assert case is not None
            return (CaseReopened(), *_stages(case, {}, rules, now, reopened=True))
        case AddNote():
            return (Noted(),)
        case NoteCall() as call:
            return (CallMade(**msgspec.structs.asdict(call)),)
        case _:
            return instructing.effects(asked)


def record(state: State, fact: Fact, now: int, rules: LoopRules) -> Decided:
    """What follows from a fact. It is never refused: what can not move its order is kept as having come.

    Args:
        now: city time, us.
    """
    ident = state.case_of_order(fact.order) or NO_CASE
    case, order = state.cases.get(ident), state.order(fact.order)
    skew = fact.said - fact.received if fact.said else 0
    entries: list[Entry] = []
    if fact.kind not in (*DEVICE_STATES, "refused") or (order and order.unit != fact.unit) or ident == NO_CASE:
        if fact.photo is None or ident == NO_CASE:
            entries.append(Noted(fact.order, fact.said, skew))
    else:
        late = order is None or case is None or not case.open or not _moves_on(order, fact.kind)
        moved = OrderMoved(fact.order, fact.kind, fact.said, skew, late, lon=fact.lon, lat=fact.lat)
        entries += (moved,) if late else _moves(case, moved, rules, now)
    if fact.photo is not None and ident != NO_CASE:
        entries.append(PhotoAdded(fact.order, fact.photo, fact.said, skew, fact.lon, fact.lat))
    return Decided(tuple(entries), ident, state.revision(ident) + 1, state.area(ident))


def sweep(state: State, now: int, rules: LoopRules) -> list[Decided]:
    """What follows from time alone: orders that no device has acknowledged within their validity expire.

    Args:
        now: city time, us.
    """
    found = []
    for case in state.open_cases():
        expired = [order for order in case.orders.values() if _expires(order, now)]
        if not expired:
            continue
        moves: tuple[Entry, ...] = tuple(OrderMoved(order.id, "expired") for order in expired)
        stages = _stages(case, {order.id: "expired" for order in expired}, rules, now)
        cause = f"expired-{expired[0].id}"
        found.append(Decided((*moves, *stages), case.id, case.revision + 1, case.facts.area, cause))
    return found


def _opens(asked: Asked, facts: NewCase, numbers: Numbering) -> tuple[Entry, ...]:
    """As far as the role may: to 立案, else only 受理."""
    stage = "filed" if asked.rights.reaches("filed") else "intake"
    due = asked.rules.stage_due(stage, facts.level, asked.now)
    return (CaseOpened(numbers.case(asked.now), facts), StageReached(stage, due))


def _issues(asked: Asked, act: IssueOrders, numbers: Numbering, command: Command) -> tuple[Entry, ...]:
    rules, now, case = asked.rules, asked.now, asked.known
    entries: list[Entry] = []
    if act.open is not None:
        entries.append(CaseOpened(numbers.case(now), act.open))
    if case is None or case.stage == "intake":
        entries.append(StageReached("filed"))
    entries += (
        OrderIssued(
            order=order.id,
            number=numbers.order(now, more),
            unit=order.unit,
            lead=order.lead,
            issued=command.issued,
            valid_until=command.valid_until,
            arrive_by=now + act.arrive_within,
            finish_by=now + act.finish_within,
        )
        for more, order in enumerate(act.orders)
    )
    if case is not None and case.stage != "intake":
        sent = {order.id: "sent" for order in act.orders}
        return (*entries, *_stages(case, sent, rules, now, finish=now + act.finish_within))
    facts = act.open or (case.facts if case else None)
    assert facts is not None
    return (*entries, StageReached("assigned", rules.stage_due("assigned", facts.level, now)))


def _moves(case: Case | None, moved: OrderMoved, rules: LoopRules, now: int) -> tuple[Entry, ...]:
    """An order moves, and its case with it."""
    assert case is not None
    return (moved, *_stages(case, {moved.order: moved.state}, rules, now))


def _stages(
    case: Case, moved: dict[str, str], rules: LoopRules, now: int, reopened: bool = False, finish: int = 0
) -> tuple[StageReached, ...]:
    """Where an open case comes to when its orders come into these states; `finish`: when new ones are to be done."""
    states = {order.id: order.state for order in case.orders.values()} | moved
    stage = _stage_of(case.stage, set(states.values()))
    level = case.facts.level
    if stage == "handling":
        at_work = (order.finish_by for order in case.orders.values() if states[order.id] in AT_WORK)
        due = max((finish, *at_work))
        return (StageReached(stage, due),) if (stage, due) != (case.stage, case.due) else ()
    verified = stage == "check" and "done" not in states.values()
    if verified:
        return (StageReached(stage, rules.ready_due(level, now)),)
    if stage == case.stage and not reopened:
        return ()
    reached = StageReached(stage, rules.stage_due(stage, level, now))
    if stage == "check" and not reopened and rules.uses("feedback"):
        return (StageReached("feedback"), reached)
    return (reached,)


def _stage_of(now: str, states: set[str]) -> str:
    if states & _ACCEPTED:
        return "handling"
    if states & {*AT_WORK, "confirmed"}:
        return "handling" if now == "handling" else "assigned"
    return "check" if states & {"done", "verified"} else "filed"


def _moves_on(order: Order, state: str) -> bool:
    """Whether a fact moves an order: it is still to be done, and was not further already."""
    if state == "refused":
        return order.working
    return order.state in _PROGRESS and _PROGRESS.index(state) > _PROGRESS.index(order.state)


def _expires(order: Order, now: int) -> bool:
    return order.state == "sent" and not order.again and 0 < order.valid_until < now
