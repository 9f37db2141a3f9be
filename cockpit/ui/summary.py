"""The one line of JSON that `--shot … --json` prints: what the seat shows, in numbers."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cockpit.model.freshness import Freshness, freshness
from cockpit.model.ports.cases import Sending
from cockpit.model.stages import ORDER_STATES, STAGES
from cockpit.seat import Seat


def feed_counts(seat: Seat) -> dict[str, int]:
    """How many of the pack's feeds are waiting, live, stale, dead; each is in exactly one."""
    counts = {state.value: 0 for state in Freshness}
    table, now = seat.picture["feed"], seat.clock.wall()
    for spec in seat.pack.feeds:
        row = table.row_of(spec.id)
        received = int(table.row(row)["received"]) if row is not None else 0
        counts[freshness(received, round(spec.beat * 1_000_000), now)] += 1
    return counts


def summary(seat: Seat, name: str, backend: str, first_picture_ms: float | None) -> dict[str, Any]:
    """The line. Cases are those that are open or were closed today, orders theirs; the outbox is what waits in it.

    Args:
        name: of the seat.
        backend: of the map.
        first_picture_ms: from exec to the first painted frame with base map and queue rows; None: none yet.
    """
    cases = [*seat.cases.all_open(), *seat.cases.closed()]
    orders = [order for case in cases for order in case.orders.values()]
    return {
        "seat": name,
        "backend": backend,
        "first_picture_ms": None if first_picture_ms is None else round(first_picture_ms),
        "events": len(seat.picture["event"]),
        "cases": dict.fromkeys(STAGES, 0) | Counter(case.stage for case in cases),
        "orders": dict.fromkeys(ORDER_STATES, 0) | Counter(order.state for order in orders),
        "feeds": feed_counts(seat),
        "outbox": sum(row.state is Sending.WAITING for row in seat.cases.outbox()),
    }
