"""What the chain takes as a code or an id. Nothing else goes in: whoever holds a key could write a name otherwise."""

from __future__ import annotations

import re

from cockpit.model.calls import Outcome, WayKind
from cockpit.model.entries import Command, Fact, IssueOrders, NewCase, NoteCall, PhotoRef, RecallOrder, VerifyOrder
from cockpit.model.instructing import (
    INSTRUCT_ACTS,
    TOPICS,
    AnswerInstruction,
    AskDecision,
    CallMeeting,
    CloseInstruction,
    GiveDecision,
    GiveInstruction,
    InstructAct,
    ReadInstruction,
)

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEY = re.compile(r"(?=.{3,100}\Z)[0-9A-Za-z][0-9A-Za-z._:-]*/[0-9A-Za-z._:-]+", re.ASCII)
_NO_TELEPHONE = r"(?!.*[0-9]{7})"
_KIND = re.compile(_NO_TELEPHONE + r"[0-9A-Za-z][0-9A-Za-z_.-]{0,39}", re.ASCII)
_CHANNEL = re.compile(_NO_TELEPHONE + r"[a-z0-9_-]{0,32}", re.ASCII)
_AREA = re.compile(r"(?!([0-9]{11}|[0-9]{17}[0-9X])\Z)[0-9]{0,20}", re.ASCII)
"""Not as long as the number of a mobile telephone or of an identity card; codes of areas have 2–9, 12, 14–16 digits."""
_DEVICE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}", re.ASCII)
_SHA = re.compile(r"[0-9a-f]{64}")
_MIME = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,40}", re.ASCII)
_WAYS = frozenset({"", *WayKind})
_OUTCOMES = frozenset(Outcome)
_SIGN = re.compile(r"sign/[A-Za-z0-9_.-]{1,40}@[0-9]{0,20}(#[A-Za-z0-9_.:-]{1,60})?", re.ASCII)
_MOST_SECONDS = 600.0
_MOST_US = 1 << 60
_FACT_TEXTS = frozenset({"reason", "words"})


def is_uuid(ident: str) -> bool:
    """A UUID in the one form in which ids are written."""
    return bool(_UUID.fullmatch(ident))


def is_key(key: str) -> bool:
    """A key of the picture, `<feed>/<id at the feed>`: ASCII without spaces, at most 100 characters."""
    return bool(_KEY.fullmatch(key))


def of_case(facts: NewCase) -> bool:
    """Whether event, kind, area and channel are codes; the pack need not know them, a feed may bring others."""
    known = not facts.event or is_key(facts.event)
    coded = _KIND.fullmatch(facts.kind) and _AREA.fullmatch(facts.area) and _CHANNEL.fullmatch(facts.channel)
    return known and coded is not None


def of_command(command: Command) -> bool:
    """Whether the ids that a seat made, of the command, its case and its orders, are ids."""
    idents = [command.id, command.case]
    match command.act:
        case IssueOrders(orders=orders):
            idents += [order.id for order in orders]
        case RecallOrder(order=order) | VerifyOrder(order=order):
            idents.append(order)
        case NoteCall() as call:
            idents += [call.call, call.leg, *([call.order] if call.order else [])]
            return all(map(is_uuid, idents)) and _of_call(call)
    if isinstance(command.act, INSTRUCT_ACTS) and not _of_instruct(command.act):
        return False
    return all(map(is_uuid, idents))


def _of_call(call: NoteCall) -> bool:
    """Whether unit, way, outcome and recording are codes, and what is counted is within reason."""
    coded = (not call.unit or is_key(call.unit)) and call.way in _WAYS and call.outcome in _OUTCOMES
    counted = 0 <= call.loss <= 1 and -1 <= call.jitter < 1e6 and 0 <= call.tried <= 100
    timed = min(call.begun, call.rang, call.answered, call.ended) >= 0
    return coded and counted and timed and (call.recording is None or _is_photo(call.recording))


def _of_instruct(act: InstructAct) -> bool:
    """Whether ids, keys and the recording are what they should be."""
    match act:
        case GiveInstruction():
            whole = is_uuid(act.id) and of_target(act.topic, act.key) and 0 <= act.due < _MOST_US
            return whole and (not act.voice or bool(_SHA.fullmatch(act.voice))) and 0 <= act.seconds <= _MOST_SECONDS
        case ReadInstruction(instruction=ident) | AnswerInstruction(instruction=ident):
            return is_uuid(ident)
        case CloseInstruction(instruction=ident):
            return is_uuid(ident)
        case AskDecision(id=ident, until=until):
            return is_uuid(ident) and 0 <= until < _MOST_US
        case GiveDecision():
            second = not act.instruction or is_uuid(act.instruction)
            return is_uuid(act.ask) and second and 0 <= act.due < _MOST_US
        case CallMeeting(call=call, people=people):
            return is_uuid(call) and 0 <= people <= 1000
        case _:
            return True


def of_target(topic: str, key: str) -> bool:
    """Whether it names something to which an instruction can be given."""
    match topic:
        case "case":
            return is_uuid(key)
        case "sign":
            return bool(_SIGN.fullmatch(key))
        case _:
            return topic in TOPICS and is_key(key)


def wrong_in(fact: Fact) -> str:
    """Which field of a fact does not fit, "" none; what it holds is not said."""
    fits = {
        "id": is_uuid(fact.id),
        "order": is_uuid(fact.order),
        "unit": is_key(fact.unit),
        "device": bool(_DEVICE.fullmatch(fact.device)),
        "photo": fact.photo is None or _is_photo(fact.photo),
        "texts": fact.texts.keys() <= _FACT_TEXTS,
    }
    return next((field for field, fit in fits.items() if not fit), "")


def _is_photo(photo: PhotoRef) -> bool:
    return bool(_SHA.fullmatch(photo.sha256)) and bool(_MIME.fullmatch(photo.type)) and photo.size >= 0
