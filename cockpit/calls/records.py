"""What is kept of a leg that ended (话单): the record for the hub, and the act that puts it on the case."""

from __future__ import annotations

import math

from cockpit.calls.table import Running
from cockpit.model.calls import Call, CallRecord, Outcome
from cockpit.model.entries import NoteCall, PhotoRef


def record_of(call: Call, run: Running, recording: str = "", seat: str = "") -> CallRecord:
    """The record of a leg that ended.

    Args:
        recording: SHA-256 of the sound, "" none.
    """
    leg = run.leg
    return CallRecord(
        id=leg.id,
        call=call.id,
        kind=call.kind,
        seat=seat,
        contact=leg.contact,
        way=leg.way or (leg.failed[-1].way if leg.failed else None),
        outcome=leg.outcome or Outcome.CUT,
        inbound=leg.inbound,
        begun=leg.begun,
        rang=leg.rang,
        answered=leg.answered,
        ended=leg.ended,
        tried=len(leg.failed),
        loss=run.tally.loss,
        jitter=run.tally.jitter,
        video=leg.video,
        case=call.case,
        order=call.order,
        note=call.note,
        recording=recording,
    )


def act_of(record: CallRecord, sound: PhotoRef | None = None) -> NoteCall:
    """The entry on the case's timeline; its texts are `texts_of`."""
    return NoteCall(
        call=record.call,
        leg=record.id,
        outcome=record.outcome.value,
        way=record.way.kind.value if record.way is not None else "",
        order=record.order,
        unit=record.contact.unit,
        inbound=record.inbound,
        video=record.video,
        begun=record.begun,
        rang=record.rang,
        answered=record.answered,
        ended=record.ended,
        loss=round(record.loss, 4),
        jitter=-1.0 if math.isnan(record.jitter) else round(record.jitter, 1),
        tried=record.tried,
        recording=sound,
    )


def texts_of(record: CallRecord) -> dict[str, str]:
    """The free words of a record: who, and the note; the chain keeps neither."""
    words = {"contact": record.contact.name, "words": record.note}
    return {name: said for name, said in words.items() if said}
