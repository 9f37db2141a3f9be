"""What is new and grave since the last look: events of level Ⅰ and Ⅱ that were not there before."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from cockpit.model.clock import MINUTE, CityClock
from cockpit.model.levels import Level
from cockpit.model.tables import EventState
from cockpit.picture.picture import Picture

RECENT = 5 * MINUTE
"""An event that happened longer ago is old news that arrived late (a snapshot, a feed that came back)."""


class Fresh(NamedTuple):
    """What is new.

    Attributes:
        grave: rows of new open events of level Ⅰ and Ⅱ, gravest first.
        loudest: the gravest level that asks for a sound, None for silence.
    """

    grave: list[dict[str, Any]]
    loudest: Level | None


class News:
    """Remembers which grave events were there."""

    def __init__(self, picture: Picture, clock: CityClock) -> None:
        self._picture = picture
        self._clock = clock
        self._known: set[str] = set()

    def settle(self) -> None:
        """What is there now is not news."""
        self._known.update(key for key, _ in self._grave())

    def take(self) -> Fresh:
        """What is new since the last call."""
        table = self._picture["event"]
        now = self._clock.now()
        grave: list[dict[str, Any]] = []
        for key, row in self._grave():
            if key in self._known:
                continue
            self._known.add(key)
            event = table.row(row)
            if now - int(event["occurred"]) <= RECENT:
                grave.append(event)
        grave.sort(key=lambda event: int(event["level"]))
        return Fresh(grave[:3], Level(int(grave[0]["level"])) if grave else None)

    def _grave(self) -> list[tuple[str, int]]:
        table = self._picture["event"]
        level = table.numbers("level")
        rows = np.flatnonzero((level <= Level.ORANGE) & (table.numbers("state") == EventState.OPEN))
        return [(table.key_at(row), row) for row in rows.tolist()]
