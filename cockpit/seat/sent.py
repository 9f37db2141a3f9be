"""What a seat gave out: rows of its outbox as people see them, and what the ledger makes of them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from cockpit.model.cases import Case
from cockpit.model.clock import HOUR, midnight
from cockpit.model.entries import AddNote, Command, Decision, Refused, read_command
from cockpit.model.messages import Message
from cockpit.model.outgoing import Row
from cockpit.model.ports.cases import Sending, Waiting
from cockpit.model.rights import word_of

_WHAT = {
    "case.open": Message("seat.act_open"),
    "order.issue": Message("seat.act_issue"),
    "order.recall": Message("seat.act_recall"),
    "order.verify": Message("seat.act_verify"),
    "case.close": Message("seat.act_close"),
    "case.reopen": Message("seat.act_reopen"),
    "case.note": Message("seat.act_note"),
    "case.call": Message("seat.act_call"),
    "case.urge": Message("seat.act_urge"),
    "case.meet": Message("seat.act_meet"),
    "instruction.give": Message("seat.act_instruct"),
    "instruction.read": Message("seat.act_instruct_read"),
    "instruction.answer": Message("seat.act_instruct_answer"),
    "instruction.close": Message("seat.act_instruct_close"),
    "decision.ask": Message("seat.act_ask"),
    "decision.give": Message("seat.act_decide"),
}
_ALWAYS = frozenset({Sending.WAITING, Sending.SENT, Sending.PARKED})
_TOOK_EFFECT = frozenset({Sending.SENT, Sending.DONE})


def unreadable(data: bytes) -> Message | None:
    """Why a row can not be sent at all: nobody can read it."""
    try:
        read_command(data)
    except msgspec.MsgspecError:
        return Message("seat.unreadable_row")
    return None


class Sent:
    """Rows of the outbox as they were last looked at; belongs to one thread."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._commands: dict[str, Command | None] = {}
        self._shown: dict[str, Waiting] = {}

    def take(self, rows: Iterable[Row]) -> list[Message]:
        """Looks at the rows anew; what a person has to be told of what changed."""
        before, self._rows = self._rows, {row.id: row for row in rows}
        for gone in self._commands.keys() - self._rows.keys():
            del self._commands[gone]
            self._shown.pop(gone, None)
        told = []
        for ident, row in self._rows.items():
            was = before.get(ident)
            if was is row:
                continue
            self._shown[ident] = self._waiting(row)
            if was is not None and was.state is not row.state and (said := self._said(was, row)):
                told.append(said)
        return told

    def command(self, row: Row) -> Command | None:
        """What a row wants; None where nobody can read it."""
        if row.id not in self._commands:
            try:
                self._commands[row.id] = read_command(row.data)
            except msgspec.MsgspecError:
                self._commands[row.id] = None
        return self._commands[row.id]

    def pending(self, seq: int) -> list[Command]:
        """What is to be seen before the ledger has it, in the order in which it was given out.

        Args:
            seq: the last decision that was taken in; the news of one may come after the receipt of this run.
        """
        rows = (
            row
            for row in self._rows.values()
            if row.state is Sending.WAITING or (row.state in _TOOK_EFFECT and row.tries and row.seq > seq)
        )
        commands = (self.command(row) for row in sorted(rows, key=lambda row: row.n))
        return [command for command in commands if command is not None]

    def unacknowledged(self) -> list[Row]:
        """Orders that the ledger has, as far as is known, and no device yet."""
        return [row for row in self._rows.values() if row.state is Sending.SENT]

    def shown(self, now: int) -> list[Waiting]:
        """What a person should see: all that is under way, what was done within the hour, and failures of today."""
        today = midnight(now)

        def seen(row: Row) -> bool:
            if row.state in _ALWAYS:
                return True
            return row.decided >= (now - HOUR if row.state is Sending.DONE else today)

        return [self._shown[row.id] for row in sorted(self._rows.values(), key=lambda row: row.n) if seen(row)]

    def _waiting(self, row: Row) -> Waiting:
        command = self.command(row)
        act = AddNote() if command is None else command.act
        return Waiting(
            row.id, row.lane, act, row.issued, row.valid_until, row.state, row.decided, row.tries, row.problem
        )

    def _said(self, was: Row, row: Row) -> Message | None:
        command = self.command(row)
        what = Message("seat.act_note") if command is None else _WHAT[word_of(command.act)]
        why = row.problem or Message("seat.unreadable_row")
        match row.state:
            case Sending.REFUSED:
                return Message("seat.command_refused", {"what": what, "why": why})
            case Sending.PARKED:
                return Message("seat.command_parked", {"what": what, "why": why})
            case Sending.EXPIRED if row.problem is not None:
                return Message("seat.command_undelivered", {"what": what, "why": why})
            case Sending.EXPIRED:
                return Message("seat.command_expired", {"what": what})
            case Sending.SENT | Sending.DONE if was.state in (Sending.CANCELLED, Sending.EXPIRED):
                return Message("seat.was_out", {"what": what})
        return None


def decided(row: Row, decision: Decision) -> tuple[Sending, Message | None] | None:
    """What a row comes to when the ledger has its command; None: it is there already.

    What was cancelled or expired here (`seq` 0: without the hub) and took effect all the same has to be known.
    """
    reason = next((entry.reason for entry in decision.said() if isinstance(entry, Refused)), None)
    if row.state in (Sending.CANCELLED, Sending.EXPIRED) and (row.seq or reason is not None):
        return None
    if row.state in (Sending.SENT, Sending.DONE, Sending.REFUSED):
        return None
    if reason is not None:
        return Sending.REFUSED, reason
    return (Sending.SENT if row.awaits else Sending.DONE), None


def acknowledged(row: Row, case: Case | None, known: bool) -> tuple[Sending, Message | None] | None:
    """What a row comes to whose orders the ledger has: done when a device has each of them; None: not yet.

    Args:
        case: as the ledger has it, None when it is not there; known: it was there once.
    """
    if case is None:
        return (Sending.DONE, None) if known else None
    orders = [order for order in case.orders.values() if order.command == row.id]
    if not orders:
        return None
    expired = [order for order in orders if order.state == "expired"]
    if expired:
        return Sending.EXPIRED, Message("seat.order_expired", {"order": expired[0].number})
    if all(order.ended or order.state != "sent" for order in orders):
        return Sending.DONE, None
    return None
