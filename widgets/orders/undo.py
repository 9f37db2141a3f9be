"""Ctrl+Z: what can be taken back of what this seat did last, and what is said when it can not. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cockpit.model.cases import UNTIL_ACCEPTED, Case
from cockpit.model.entries import Act, CloseCase, IssueOrders, RecallOrder, ReopenCase
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending, Waiting


@dataclass(frozen=True)
class Undo:
    """How the last command is taken back.

    Attributes:
        row: the command.
        cancel: it waits and is taken out of the outbox; else `acts` undo it.
        says: what is said when it is done.
    """

    row: Waiting
    cancel: bool
    acts: tuple[Act, ...]
    says: Message


def last(rows: Sequence[Waiting]) -> Waiting | None:
    """The last command that took effect or still may."""
    alive = [row for row in rows if row.state in (Sending.WAITING, Sending.SENT, Sending.DONE, Sending.PARKED)]
    return max(alive, key=lambda row: row.issued, default=None)


def undo(
    rows: Sequence[Waiting], case_of: Callable[[str], Case | None], act_words: Callable[[Act], Message]
) -> Undo | Message:
    """What Ctrl+Z would do now, or why there is nothing that it can."""
    row = last(rows)
    if row is None:
        return Message("orders.undo_nothing")
    what = act_words(row.act)
    case = case_of(row.case)
    number = case.number if case and case.number else Message("orders.unnumbered")
    if row.state in (Sending.WAITING, Sending.PARKED):
        return Undo(row, True, (), Message("orders.undid_waiting", {"act": what, "case": number}))
    if case is None:
        return Message("orders.undo_gone", {"act": what})
    match row.act:
        case IssueOrders():
            mine = [case.orders[new.id] for new in row.act.orders if new.id in case.orders]
            back = [order for order in mine if order.state in UNTIL_ACCEPTED]
            if not back:
                over = all(order.ended for order in mine)
                return Message("orders.undo_over" if over else "orders.undo_accepted", {"act": what, "case": number})
            acts = tuple(RecallOrder(order.id) for order in back)
            return Undo(row, False, acts, Message("orders.undid_issue", {"n": len(back), "case": number}))
        case CloseCase():
            if case.open:
                return Message("orders.undo_over", {"act": what, "case": number})
            return Undo(row, False, (ReopenCase(),), Message("orders.undid_close", {"case": number}))
        case _:
            return Message("orders.undo_not", {"act": what, "case": number})
