"""Under what conditions a command is taken: each one a function that says in a sentence why it fails.

Sentences of refusals stand in the chain: their parameters are codes, ids and times, never a name.
"""

from __future__ import annotations

import math
import re

from cockpit.ledger import codes, instructing
from cockpit.ledger.asked import Asked
from cockpit.model.cases import ENDED, UNTIL_ACCEPTED, Case
from cockpit.model.clock import DAY, local
from cockpit.model.entries import (
    MAX_TEXT,
    AddNote,
    CloseCase,
    IssueOrders,
    NewCase,
    NewOrder,
    NoteCall,
    OpenCase,
    RecallOrder,
    ReopenCase,
    VerifyOrder,
)
from cockpit.model.messages import Message
from cockpit.model.ports.units import UnitNow
from cockpit.model.tables import EVERYWHERE, UnitState, district_of

MAX_ORDERS = 50
"""Orders of one command: their decision stays well below the size of a message."""
MAX_WITHIN = 400 * DAY
RESULTS = ("solved", "void", "referred")
_FURTHEST = {
    OpenCase: "intake",
    IssueOrders: "assigned",
    RecallOrder: "assigned",
    VerifyOrder: "check",
    CloseCase: "closed",
    ReopenCase: "closed",
}
_NO_RIGHT = {
    OpenCase: Message("ledger.no_right_open"),
    IssueOrders: Message("ledger.no_right_issue"),
    RecallOrder: Message("ledger.no_right_recall"),
    VerifyOrder: Message("ledger.no_right_verify"),
    CloseCase: Message("ledger.no_right_close"),
    ReopenCase: Message("ledger.no_right_reopen"),
    AddNote: Message("ledger.no_right_note"),
    NoteCall: Message("ledger.no_right_call"),
    **instructing.NO_RIGHT,
}
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
_TEXT_NAMES = frozenset(
    {"who", "place", "caller", "words", "order", "reason", "contact", "question", "option_1", "option_2", "option_3"}
)


def right(asked: Asked) -> Message | None:
    """权限: the role may do this, as far as it has to go."""
    stage = _FURTHEST.get(type(asked.act))
    if asked.rights.may(asked.word) and (stage is None or asked.rights.reaches(stage)):
        return None
    return _NO_RIGHT[type(asked.act)]


def sound(asked: Asked) -> Message | None:
    """The command is one that can be understood and kept."""
    if not _ID.fullmatch(asked.case):
        return Message("ledger.bad_id")
    if asked.texts.keys() - _TEXT_NAMES:
        return Message("ledger.text_unknown")
    if any(len(words) > MAX_TEXT for words in asked.texts.values()):
        return Message("ledger.text_long", {"most": MAX_TEXT})
    if asked.new and not _place_and_kind(asked.new):
        return Message("ledger.bad_case")
    if asked.new and not codes.of_case(asked.new):
        return Message("ledger.bad_codes")
    match asked.act:
        case IssueOrders():
            return _orders(asked.act)
        case CloseCase(result=result) if result not in RESULTS:
            return Message("ledger.bad_result")
        case AddNote() if not asked.texts.get("words", "").strip():
            return Message("ledger.empty_note")
    return instructing.sound(asked)


def in_time(asked: Asked) -> Message | None:
    """时效: nothing is done late in silence."""
    if asked.valid_until and asked.now > asked.valid_until:
        return Message("ledger.too_late", {"until": _time(asked.valid_until)})
    return None


def version(asked: Asked) -> Message | None:
    """版本: the case is there, or new, and nobody else acted on it since the officer looked.

    What devices report meanwhile does not make a command stale: it meets the state as it is now, and the conditions
    of its own say whether it still fits. Nor does what the same seat gave out before it: those are in order.
    """
    state, case = asked.state, asked.known
    if asked.new is not None:
        if state.known(asked.case):
            return Message("ledger.case_exists")
        return Message("ledger.ahead") if asked.expected else None
    if instructing.is_instruct(asked.act):
        return instructing.there(asked)
    if isinstance(asked.act, NoteCall) and state.known(asked.case):  # it happened, whatever the case is by now
        return None
    if case is None:
        return Message("ledger.case_gone") if state.known(asked.case) else Message("ledger.no_case")
    if asked.expected > case.revision:
        return Message("ledger.ahead")
    others = {seat: at for seat, at in case.acts.items() if seat != asked.actor.seat and at > asked.expected}
    if not others:
        return None
    return Message("ledger.stale", {"case": _number(case), "seat": max(others, key=lambda seat: others[seat])})


def once(asked: Asked) -> Message | None:
    """不重复: the event has no other open case, no order is there twice, no unit works on two."""
    if taken := _event_taken(asked):
        return taken
    match asked.act:
        case IssueOrders(orders=orders):
            for order in orders:
                if asked.state.case_of_order(order.id):
                    return Message("ledger.order_exists")
                if elsewhere := _elsewhere(asked, order.unit, "ledger.unit_ordered"):
                    return elsewhere
        case VerifyOrder(good=False) if asked.order:
            return _elsewhere(asked, asked.order.unit, "ledger.unit_ordered_again")
    return None


def on_duty(asked: Asked) -> Message | None:
    """在岗: every unit is one of the city's, and on duty."""
    if problem := instructing.unit_there(asked):
        return problem
    for key in _ordered(asked):
        unit = asked.units.unit(key)
        if unit is None:
            return Message("ledger.no_unit", {"unit": short(key)})
        if unit.known and unit.state is UnitState.OFF_DUTY:
            return Message("ledger.off_duty", {"unit": short(key)})
    return None


def free(asked: Asked) -> Message | None:
    """空闲: the city itself has not given the unit something to do."""
    for unit, key in _units(asked):
        if unit.known and unit.state is UnitState.BUSY:
            return Message("ledger.unit_busy", {"unit": short(key)})
    return None


def in_area(asked: Asked) -> Message | None:
    """在辖区: a unit that is bound to its district is in that of the case, as far as both are known."""
    district = district_of(asked.area)
    for unit, key in _units(asked):
        own = district_of(unit.area)
        if unit.kind in asked.rules.bound and EVERYWHERE not in (own, district) and own != district:
            return Message("ledger.other_district", {"unit": short(key), "own": own, "district": district})
    return None


def fitting(asked: Asked) -> Message | None:
    """What the act itself needs of the case and of its orders."""
    case = asked.known
    if instructing.is_instruct(asked.act):
        return instructing.fitting(asked)
    if case is None:
        noted = isinstance(asked.act, NoteCall) and asked.state.known(asked.case)
        return None if asked.new or noted else Message("ledger.no_case")
    match asked.act:
        case OpenCase():
            return Message("ledger.case_exists")
        case IssueOrders(open=facts) if facts is not None:
            return Message("ledger.case_exists")
        case AddNote() | NoteCall():
            return None
        case ReopenCase():
            return _reopens(asked, case)
    if not case.open:
        return Message("ledger.case_closed", {"case": _number(case)})
    match asked.act:
        case RecallOrder():
            return _recalls(asked)
        case VerifyOrder(good=good):
            return _verifies(asked, good)
        case CloseCase(result=result):
            return _closes(case, result)
    return None


def short(key: str) -> str:
    """A unit's id at its source, as a sentence can carry it: `U031` of `positions/U031`."""
    return key.rpartition("/")[2][:40]


def _ordered(asked: Asked) -> list[str]:
    """Keys of the units that would be set to work."""
    match asked.act:
        case IssueOrders(orders=orders):
            return [order.unit for order in orders]
        case VerifyOrder(good=False) if asked.order:
            return [asked.order.unit]
        case _:
            return []


def _units(asked: Asked) -> list[tuple[UnitNow, str]]:
    """Units that would get a new order, where the picture has them."""
    if not isinstance(asked.act, IssueOrders):
        return []
    found = ((asked.units.unit(key), key) for key in _ordered(asked))
    return [(unit, key) for unit, key in found if unit is not None]


def _elsewhere(asked: Asked, unit: str, message_id: str) -> Message | None:
    order = asked.state.order_of(unit)
    if order is None or (asked.order is not None and order.id == asked.order.id):
        return None
    return Message(message_id, {"unit": short(unit), "order": order.number or "–"})


def _event_taken(asked: Asked) -> Message | None:
    event = asked.new.event if asked.new else ""
    if isinstance(asked.act, ReopenCase) and asked.known:
        event = asked.known.facts.event
    other = asked.state.case_of_event(event) if event else None
    if other is None or other.id == asked.case or not other.open:
        return None
    return Message("ledger.event_taken", {"case": _number(other)})


def _place_and_kind(facts: NewCase) -> bool:
    place = math.isfinite(facts.lon) and math.isfinite(facts.lat) and abs(facts.lon) <= 180 and abs(facts.lat) <= 90
    return place and 1 <= facts.level <= 5 and bool(facts.kind)


def _orders(act: IssueOrders) -> Message | None:
    if not 1 <= len(act.orders) <= MAX_ORDERS:
        return Message("ledger.how_many", {"most": MAX_ORDERS})
    if not all(map(_whole, act.orders)):
        return Message("ledger.bad_id")
    if len({order.id for order in act.orders}) < len(act.orders):
        return Message("ledger.order_exists")
    units = [order.unit for order in act.orders]
    if twice := [unit for unit in units if units.count(unit) > 1]:
        return Message("ledger.unit_twice", {"unit": short(twice[0])})
    if not 0 < act.arrive_within <= act.finish_within <= MAX_WITHIN:
        return Message("ledger.bad_times")
    return None


def _whole(order: NewOrder) -> bool:
    return bool(_ID.fullmatch(order.id)) and codes.is_key(order.unit)


def _recalls(asked: Asked) -> Message | None:
    order = asked.order
    if order is None:
        return Message("ledger.no_order")
    if order.state in ENDED:
        return Message("ledger.recall_ended", {"order": order.number})
    if order.state not in UNTIL_ACCEPTED and order.state != "confirmed":
        return Message("ledger.recall_accepted", {"order": order.number, "unit": short(order.unit)})
    return None


def _verifies(asked: Asked, good: bool) -> Message | None:
    order = asked.order
    if order is None:
        return Message("ledger.no_order")
    if order.state == "done" or (order.state == "verified" and not good):
        return None
    if order.state == "verified":
        return Message("ledger.verified_already", {"order": order.number})
    return Message("ledger.not_done", {"order": order.number})


def _closes(case: Case, result: str) -> Message | None:
    if case.at_work():
        return Message("ledger.still_at_work", {"order": case.at_work()[0].number})
    if result != "solved" or case.ready:
        return None
    unverified = [order.number for order in case.orders.values() if order.state == "done"]
    return Message("ledger.not_verified", {"order": unverified[0]}) if unverified else Message("ledger.nothing_done")


def _reopens(asked: Asked, case: Case) -> Message | None:
    if case.open:
        return Message("ledger.case_open", {"case": _number(case)})
    if asked.now - case.closed > asked.rules.reopen:
        return Message("ledger.reopen_late", {"case": _number(case), "closed": _time(case.closed)})
    return None


def _number(case: Case) -> str:
    return case.number or "–"


def _time(at: int) -> str:
    return local(at).strftime("%m-%d %H:%M")
