"""What waits in this seat's outbox, counted; and which failures a person has not taken note of. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from cockpit.model.cases import Case
from cockpit.model.entries import FACTS, IssueOrders
from cockpit.model.instructing import GiveInstruction
from cockpit.model.messages import Message
from cockpit.model.ports import Prefs
from cockpit.model.ports.cases import Sending, Waiting

FAILED = frozenset({Sending.REFUSED, Sending.PARKED, Sending.EXPIRED})
"""What a person has to know of: it had no effect, or may have none."""
SEEN = "outbox.seen"
MOST_SEEN = 500
"""Ids that are remembered as seen; the outbox itself tells of today's only."""


class Tally(NamedTuple):
    """The outbox in figures.

    Attributes:
        waiting: durable here, not yet decided by the hub.
        oldest: when the first of these was issued, city time, 0 none.
        wrong: refused, parked or expired, and not taken note of.
        delivered: of the last hour, commands whose every order a device has acknowledged; nothing that merely ended.
    """

    waiting: int
    oldest: int
    wrong: int
    delivered: int


def seen(prefs: Prefs) -> frozenset[str]:
    """Ids of failures that a person took note of."""
    kept = prefs.get(SEEN, [])
    return frozenset(one for one in kept if isinstance(one, str)) if isinstance(kept, list) else frozenset()


def take_note(prefs: Prefs, command: str) -> None:
    """A person has seen why it failed; it is shown no more."""
    kept = prefs.get(SEEN, [])
    before = [one for one in kept if one != command] if isinstance(kept, list) else []
    prefs.set(SEEN, [*before, command][-MOST_SEEN:])


def tally(rows: Sequence[Waiting], noted: frozenset[str], case: Callable[[str], Case | None]) -> Tally:
    """Counts the rows; `case` finds a case by its id, as `Cases.case` does."""
    waiting = [row.issued for row in rows if row.state is Sending.WAITING]
    wrong = sum(row.state in FAILED and row.id not in noted for row in rows)
    delivered = sum(row.state is Sending.DONE and _has_arrived(row, case(row.case)) for row in rows)
    return Tally(len(waiting), min(waiting, default=0), wrong, delivered)


def waits(rows: Sequence[Waiting]) -> Message:
    """What waits, called what it is: 2 张工单, 1 条批示; of several kinds, 3 件."""
    kinds = [type(row.act) for row in rows if row.state is Sending.WAITING]
    many = "s" if len(kinds) > 1 else ""
    what = {IssueOrders: f"order{many}", GiveInstruction: f"instruction{many}"}
    same = what.get(kinds[0]) if len(set(kinds)) == 1 else None
    return Message(f"outbox.waits_{same or 'any'}", {"n": len(kinds)})


def _has_arrived(row: Waiting, case: Case | None) -> bool:
    """A row is done, too, when its order was recalled before any device had it, or when it never was an order."""
    if not isinstance(row.act, IssueOrders) or case is None:
        return False
    orders = [case.orders.get(order.id) for order in row.act.orders]
    return all(order is not None and not order.times.keys().isdisjoint(FACTS) for order in orders)


def shown(rows: Sequence[Waiting], noted: frozenset[str]) -> list[Waiting]:
    """Those that the panel lists: failures that nobody took note of, then what waits, in the order in which it is sent,
    then what is in the ledger and no device has acknowledged."""
    failed = [row for row in rows if row.state in FAILED and row.id not in noted]
    waiting = [row for row in rows if row.state is Sending.WAITING]
    return [*failed, *waiting, *(row for row in rows if row.state is Sending.SENT)]
