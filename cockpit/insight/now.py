"""What is under way as rows of the archive: events of the picture, and our own cases about them.

The hub's archive and a seat that has not heard from it yet make the same row of the same case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cockpit.model.archive import RECORD
from cockpit.model.cases import ENDED, Case, Order
from cockpit.model.entries import CaseReopened
from cockpit.model.instructing import CaseUrged
from cockpit.model.loop import LoopRules
from cockpit.model.tables import EventState
from cockpit.store.archive import Row, as_rows

AT = {name: i for i, name in enumerate(RECORD.names)}
MOST = 255
"""Of what is counted."""


def of_event(event: Mapping[str, Any], rules: LoopRules) -> Row:
    """An event without a case of ours, as its source tells it.

    Args:
        event: a row of the table `event`.
    """
    over = event["state"] == EventState.CLOSED
    closed = max(int(event["updated"]), int(event["occurred"])) if over else 0
    return as_rows(
        [
            {
                **_place(event),
                "key": event["key"],
                "number": event["key"].partition("/")[2],
                "kind": event["kind"],
                "level": event["level"],
                "channel": event["channel"],
                "amount": _or_none(event["amount"]),
                "stage": "closed" if over else "intake",
                "result": "solved" if over else "",
                "reported": int(event["occurred"]),
                "closed": closed,
                "due": rules.finish_by(event["kind"], event["level"], int(event["occurred"])).at,
                "updated": max(int(event["updated"]), int(event["occurred"])),
            }
        ]
    )[0]


def key_of(case: Case) -> str:
    """Key of a case's record: its event's, else its own."""
    return case.facts.event or f"case/{case.id}"


def of_case(case: Case, before: Row | None, rules: LoopRules, kind_of: Callable[[str], str]) -> Row:
    """A case, over what is known of its event.

    Args:
        before: the record so far, None where there is none.
        kind_of: kind of a unit by its key.
    """
    facts = case.facts
    lead = _leading(case)
    reported = before[AT["reported"]] if before is not None else case.opened
    place = {name: before[AT[name]] for name in ("lon", "lat", "area", "place")} if before is not None else {}
    if not place or not place["area"]:
        place = {"lon": _or_none(facts.lon), "lat": _or_none(facts.lat), "area": facts.area, "place": ""}
    finish = [order.finish_by for order in case.orders.values() if order.finish_by and order.state != "recalled"]
    times = {
        "filed": case.stages.get("filed", 0) or case.opened,
        "assigned": case.stages.get("assigned", 0) or _first(case, "sent"),
        "arrived": _first(case, "on_scene"),
        "finished": _last(case, "done"),
        "closed": case.closed,
    }
    return as_rows(
        [
            {
                **place,
                "key": key_of(case),
                "number": case.number or (before[AT["number"]] if before is not None else ""),
                "kind": facts.kind,
                "level": facts.level,
                "channel": facts.channel,
                "amount": before[AT["amount"]] if before is not None else None,
                "unit": lead.unit if lead is not None else "",
                "unit_kind": kind_of(lead.unit) if lead is not None else "",
                "stage": case.stage,
                "result": case.result,
                "reported": reported,
                **times,
                "due": max(finish) if finish else rules.finish_by(facts.kind, facts.level, case.opened).at,
                "urged": min(sum(isinstance(step.entry, CaseUrged) for step in case.steps), MOST),
                "returned": min(sum(order.again for order in case.orders.values()), MOST),
                "reopened": min(sum(isinstance(step.entry, CaseReopened) for step in case.steps), MOST),
                "satisfied": before[AT["satisfied"]] if before is not None else 0,
                "updated": max([reported, case.stage_at, *times.values(), *(step.at for step in case.steps[-1:])]),
            }
        ]
    )[0]


def over_at_source(row: Row, at: int) -> Row:
    """A record of an event that its source does not name any more: it is over."""
    changed = list(row)
    changed[AT["stage"]], changed[AT["result"]] = "closed", "solved"
    changed[AT["closed"]] = changed[AT["updated"]] = max(at, row[AT["reported"]])
    return tuple(changed)


def has_case(row: Row) -> bool:
    """Whether a record was made from a case, which knows more than its event."""
    return bool(row[AT["filed"]])


def _place(event: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "lon": _or_none(event["lon"]),
        "lat": _or_none(event["lat"]),
        "area": event["area"],
        "place": event["place"],
    }


def _or_none(value: Any) -> float | None:
    number = float(value)
    return number if number == number else None


def _leading(case: Case) -> Order | None:
    """The order of the unit that leads now: the newest that was not given back, else the newest."""
    leads = [order for order in case.orders.values() if order.lead] or list(case.orders.values())
    at_work = [order for order in leads if order.state not in ENDED or order.state == "verified"]
    there = at_work or leads
    return there[-1] if there else None


def _first(case: Case, state: str) -> int:
    return min((order.times[state] for order in case.orders.values() if order.times.get(state)), default=0)


def _last(case: Case, state: str) -> int:
    return max((order.times[state] for order in case.orders.values() if order.times.get(state)), default=0)
