"""What leaves the picture by itself, because its time is over: the sources need not say so."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cockpit.model.clock import DAY, HOUR
from cockpit.model.tables import EventState
from cockpit.picture.picture import Picture

KEEP_CLOSED = 24 * HOUR
"""How long a closed event stays, so that a shift sees what the one before it closed."""
MOST_CLOSED = 20_000
AHEAD = 1 * DAY
"""A closed event of more than a day ahead is of another run of a demo city, whose clock was set back."""


def overdue(picture: Picture, now: int) -> Iterator[tuple[str, list[str]]]:
    """(topic, keys) of what is over: alerts that expired, events closed long ago.

    Args:
        now: the city's clock, UTC us.
    """
    alerts = picture["alert"]
    expires = alerts.numbers("expires")
    gone = np.flatnonzero((expires > 0) & (expires <= now))
    if len(gone):
        yield "alert", [alerts.key_at(row) for row in gone.tolist()]
    events = picture["event"]
    closed = np.flatnonzero(events.numbers("state") == EventState.CLOSED)
    if not len(closed):
        return
    updated = events.numbers("updated")[closed]
    over = (updated < now - KEEP_CLOSED) | (updated > now + AHEAD)
    past = len(closed) - MOST_CLOSED
    if past > 0:
        over[np.argsort(updated, kind="stable")[:past]] = True
    if over.any():
        yield "event", [events.key_at(row) for row in closed[over].tolist()]
