"""What an entry does to a case. A case that was handed out is never changed: each decision makes a new one."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cockpit.model.cases import ENDED, Case, Order, Step, Urge
from cockpit.model.entries import (
    Actor,
    CallMade,
    CaseClosed,
    CaseOpened,
    CaseReopened,
    Entry,
    OrderIssued,
    OrderMoved,
    OrderUrged,
    PhotoAdded,
    Refused,
    StageReached,
    TextRef,
    Unknown,
)
from cockpit.model.instructing import INSTRUCT_ENTRIES, CaseUrged, MeetingCalled
from cockpit.model.stages import ORDER_STATES, STAGES

DEVICE_STATES = ("delivered", "read", "accepted", "en_route", "on_scene", "done")
"""States that a device reports, in the order they usually come."""
NOT_OFFICERS = frozenset({"device", "hub"})
"""Roles that no person at a seat has: their facts and decisions are nothing to be surprised by."""
_CLASHES = frozenset({"accepted", "en_route", "on_scene", "done"})
_WORDS = (CallMade, *INSTRUCT_ENTRIES)
"""That somebody telephoned, or wrote, makes nobody's view of a case stale."""
_TAKEN_BACK = frozenset({"recalled", "expired"})
_OF_CASE = frozenset({"place", "caller", "words"})


class Doing(msgspec.Struct, frozen=True):
    """What all entries of one decision have in common; see `Decision`.

    Attributes:
        revision: of the case after it.
        words: plain texts, while it is provisional.
    """

    seq: int
    at: int
    issued: int
    actor: Actor
    cause: str
    case: str
    revision: int
    texts: dict[str, TextRef] = {}
    words: dict[str, str] = {}
    provisional: bool = False


def changed(case: Case | None, doing: Doing, entries: Iterable[Entry | Unknown]) -> Case | None:
    """The case after a decision; None while no entry opened it."""
    new = _copy(case) if case is not None else None
    acted = False
    for entry in entries:
        if isinstance(entry, CaseOpened) and new is None:
            new = _opened(entry, doing)
        if new is None:
            continue
        _apply(new, doing, entry)
        new.steps.append(_step(doing, entry))
        acted = acted or not isinstance(entry, _WORDS)
    if new is not None:
        if acted and doing.revision > new.revision and doing.actor.role not in NOT_OFFICERS:
            new.acts[doing.actor.seat] = doing.revision
        new.revision = max(new.revision, doing.revision)
        new.provisional = new.provisional or doing.provisional
    return new


def _copy(case: Case) -> Case:
    return msgspec.structs.replace(
        case,
        orders=dict(case.orders),
        steps=list(case.steps),
        stages=dict(case.stages),
        acts=dict(case.acts),
        calls=list(case.calls),
    )


def _opened(entry: CaseOpened, doing: Doing) -> Case:
    return Case(
        id=doing.case,
        number=entry.number,
        facts=entry.facts,
        stage=STAGES[0],
        stage_at=doing.at,
        due=0,
        stages={STAGES[0]: doing.at},
        revision=0,
        opened=doing.at,
        orders={},
        steps=[],
        texts={name: ref for name, ref in doing.texts.items() if name in _OF_CASE},
        words={name: words for name, words in doing.words.items() if name in _OF_CASE},
        provisional=doing.provisional,
    )


def _apply(case: Case, doing: Doing, entry: Entry | Unknown) -> None:
    match entry:
        case StageReached():
            _to_stage(case, entry.stage, entry.due, doing.at)
        case OrderIssued():
            case.orders[entry.order] = _issued(case.id, entry, doing)
        case OrderMoved():
            if order := case.orders.get(entry.order):
                case.orders[order.id] = _moved(order, entry, doing)
        case PhotoAdded():
            if order := case.orders.get(entry.order):
                case.orders[order.id] = _with_photo(order, entry)
        case CallMade():
            if all(call.leg != entry.leg for call in case.calls):
                case.calls.append(entry)
        case OrderUrged():
            if order := case.orders.get(entry.order):
                case.orders[order.id] = _urged(order, entry, doing.at)
        case CaseUrged():
            case.urged += 1
            case.urged_at = doing.at
        case MeetingCalled(call=call):
            case.meeting, case.met_at, case.met_by = call, doing.at, doing.actor.seat
        case CaseClosed():
            _to_stage(case, "closed", 0, doing.at)
            case.result, case.closed = entry.result, doing.at
        case CaseReopened():
            case.result, case.closed = "", 0
        case _:
            pass


def _to_stage(case: Case, stage: str, due: int, at: int) -> None:
    """A case that goes back has not yet come to what lies behind; the same stage again only has another due."""
    case.due = due
    if stage == case.stage:
        return
    case.stage, case.stage_at = stage, at
    if stage in STAGES:
        ahead = STAGES[STAGES.index(stage) + 1 :]
        case.stages = {name: when for name, when in case.stages.items() if name not in ahead}
    case.stages[stage] = at


def _issued(case: str, entry: OrderIssued, doing: Doing) -> Order:
    state = "confirmed" if doing.provisional else "sent"
    return Order(
        id=entry.order,
        case=case,
        number=entry.number,
        unit=entry.unit,
        lead=entry.lead,
        state=state,
        issued=entry.issued,
        valid_until=entry.valid_until,
        arrive_by=entry.arrive_by,
        finish_by=entry.finish_by,
        times={state: doing.at},
        command=doing.cause,
        text=doing.texts.get("order"),
        words=doing.words.get("order", ""),
        provisional=doing.provisional,
    )


def _moved(order: Order, entry: OrderMoved, doing: Doing) -> Order:
    new = msgspec.structs.replace(order, times=dict(order.times), provisional=order.provisional or doing.provisional)
    if entry.said:
        new.skew = entry.skew
    if entry.late:
        if order.state in _TAKEN_BACK and entry.state in _CLASHES:
            new.clash = entry.state
        elif order.state not in ENDED and entry.state in ORDER_STATES:
            new.times.setdefault(entry.state, doing.at)
        return new
    new.state = entry.state
    new.times[entry.state] = doing.at
    if entry.again:
        new.again += 1
        new.times = {entry.state: doing.at}
    if entry.state in ("refused", "recalled"):
        new.reason = doing.texts.get("reason")
    return new


def _with_photo(order: Order, entry: PhotoAdded) -> Order:
    if any(photo.sha256 == entry.photo.sha256 for photo in order.photos):
        return order
    return msgspec.structs.replace(order, photos=[*order.photos, entry.photo])


def _urged(order: Order, entry: OrderUrged, at: int) -> Order:
    """A step that ended takes the place of its beginning."""
    before = next((urge for urge in order.urges if urge.step == entry.step), None)
    urge = Urge(entry.step, entry.by, entry.state, at, before.begun if before else at, entry.unit, entry.why)
    others = [other for other in order.urges if other.step != entry.step]
    return msgspec.structs.replace(order, urges=sorted([*others, urge], key=lambda one: one.step))


def _step(doing: Doing, entry: Entry | Unknown) -> Step:
    return Step(
        seq=doing.seq,
        at=doing.at,
        issued=doing.issued,
        actor=doing.actor,
        entry=entry,
        texts={name: ref for name, ref in doing.texts.items() if _belongs(name, entry)},
        words={name: words for name, words in doing.words.items() if _belongs(name, entry)},
        provisional=doing.provisional,
        cause=doing.cause,
    )


def _belongs(name: str, entry: Entry | Unknown) -> bool:
    """Whether the text of that name stands at this line: what is said of the case where it opens, and so on."""
    match entry:
        case StageReached():
            return name == "who"
        case CaseOpened():
            return name == "who" or name in _OF_CASE
        case OrderIssued():
            return name in ("who", "order")
        case Refused():
            return name == "who"
        case _:
            return True
