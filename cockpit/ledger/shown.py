"""Which words of the ledger leave the hall: what a device is shown of its order. Who called is not among them."""

from __future__ import annotations

from cockpit.ledger.fold import State
from cockpit.model.cases import Case, Order
from cockpit.model.entries import TextRef


def shown(case: Case, order: Order) -> dict[str, TextRef | None]:
    """Words of an order by the name that a device knows them by."""
    return {"place": case.texts.get("place"), "words": case.texts.get("words"), "text": order.text}


def shown_ids(state: State) -> set[str]:
    """Ids of all the words that devices are shown: of cases that have orders, nothing of the others."""
    every = (
        ref for case in state.cases.values() for order in case.orders.values() for ref in shown(case, order).values()
    )
    return {ref.id for ref in every if ref is not None}
