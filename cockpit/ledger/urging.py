"""What the hub itself adds to a case while an order is not delivered: each step of its climbing, and calls it made."""

from __future__ import annotations

from cockpit.ledger.decide import Decided
from cockpit.ledger.fold import State
from cockpit.model.cases import Order
from cockpit.model.entries import CallMade, Entry, OrderUrged

BEGUN, DONE, FAILED = "begun", "done", "failed"


def waits(order: Order) -> bool:
    """Whether no device has acknowledged an order that was sent; one that came back (返工) was there before."""
    return order.state == "sent" and not order.again


def cause_of(entry: OrderUrged) -> str:
    """Id of the decision that says it: a step begins once and ends once, for ever."""
    return f"urged-{entry.order}-{entry.step}-{'begun' if entry.state == BEGUN else 'ended'}"


def urged(state: State, entry: OrderUrged, call: CallMade | None = None) -> Decided | None:
    """What is to be appended; None: nothing, the order is delivered or gone.

    Args:
        call: that was made for it.
    """
    order = state.order(entry.order)
    case = state.cases.get(state.case_of_order(entry.order))
    if order is None or case is None:
        return None
    if entry.state == BEGUN and not (case.open and waits(order)):
        return None
    entries: tuple[Entry, ...] = (entry,) if call is None else (call, entry)
    return Decided(entries, case.id, case.revision + 1, case.facts.area)
