"""Records of what is under way: an event of the picture with what became of it in our own case about it.

The hub's archive and a seat that has not heard from it yet make the same record of the same case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cockpit.model.archive import RECORD
from cockpit.model.cases import Case, Order
from cockpit.model.entries import CaseReopened
from cockpit.model.tables import EventState

_GIVEN_UP = frozenset({"refused", "recalled", "expired"})


def record_of(
    event: Mapping[str, Any] | None,
    case: Case | None,
    kind_of_unit: Callable[[str], str] = lambda unit: "",
    place: str = "",
) -> tuple[Any, ...]:
    """The row of `RECORD` for an event, a case, or both.

    Args:
        event: columns of the table `event`; None of a case without one.
        kind_of_unit: id of the kind of a unit by its key.
        place: of the case, where there is no event.
    """
    parts: dict[str, Any] = {c.name: "" if c.dtype == "text" else 0 for c in RECORD.columns}
    parts["amount"] = None
    if event is not None:
        parts |= {name: event[name] for name in ("key", "kind", "level", "channel", "area", "place", "lon", "lat")}
        amount = event["amount"]
        parts["amount"] = None if amount is None or amount != amount else amount
        is_closed = event["state"] == EventState.CLOSED
        parts |= {
            "number": event["key"].partition("/")[2],
            "reported": event["occurred"],
            "updated": event["updated"],
            "stage": "closed" if is_closed else "intake",
            "closed": event["updated"] if is_closed else 0,
            "result": "solved" if is_closed else "",
        }
    if case is not None:
        parts |= _of_case(case, kind_of_unit)
        if event is None:
            facts = case.facts
            parts |= {
                "key": facts.event or f"case/{case.id}", "kind": facts.kind, "channel": facts.channel,
                "area": facts.area, "lon": facts.lon, "lat": facts.lat, "place": place, "reported": case.opened,
            }  # fmt: skip
        parts["number"] = case.number or parts["number"]
    return tuple(parts[name] for name in RECORD.names)


def _of_case(case: Case, kind_of_unit: Callable[[str], str]) -> dict[str, Any]:
    orders = list(case.orders.values())
    tried = [order for order in orders if order.state not in _GIVEN_UP] or orders
    lead = next((order for order in reversed(tried) if order.lead), tried[-1] if tried else None)
    return {
        "level": case.facts.level,
        "unit": lead.unit if lead is not None else "",
        "unit_kind": kind_of_unit(lead.unit) if lead is not None else "",
        "stage": case.stage,
        "result": case.result,
        "filed": case.stages.get("filed", 0) or case.opened,
        "assigned": case.stages.get("assigned", 0) or min((order.issued for order in tried), default=0),
        "arrived": _first(tried, "on_scene"),
        "finished": max((order.times.get("done", 0) for order in tried), default=0),
        "closed": 0 if case.open else case.closed,
        "due": max((order.finish_by for order in tried), default=0) or case.due,
        "urged": min(case.urged, 255),
        "returned": min(sum(order.again for order in orders), 255),
        "reopened": min(sum(isinstance(step.entry, CaseReopened) for step in case.steps), 255),
        "updated": max((step.at for step in case.steps), default=case.opened),
    }


def _first(orders: list[Order], state: str) -> int:
    return min((order.times[state] for order in orders if order.times.get(state)), default=0)
