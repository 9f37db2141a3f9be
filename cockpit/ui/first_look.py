"""What a desk shows when it opens: the most urgent open event, so that no half of the screen waits for a click."""

from __future__ import annotations

import numpy as np

from cockpit.model.tables import EventState
from cockpit.picture.picture import Picture
from cockpit.picture.selection import NOTHING, Selection

QUIET = 3
"""Seconds without any event after which a city is taken for one that has none."""
BUSY = 3
"""Seconds with events after which what still comes is news, however many: a busy city is never still."""


class FirstLook:
    """Selects once, when events have come and come no more for a second; never after a person selected or cleared.

    Attributes:
        settled: what was there when the desk opened has come; what comes from now on is news.
    """

    def __init__(self, picture: Picture, selection: Selection) -> None:
        self._picture = picture
        self._selection = selection
        self.settled = False
        self._count = 0
        self._seconds = 0
        self._lively = 0
        self._over = False

    def second(self) -> None:
        """A second passed."""
        if self._over and self.settled:
            return
        table = self._picture["event"]
        rows = np.flatnonzero(table.numbers("state") == EventState.OPEN)
        count, self._count = self._count, len(rows)
        self._seconds = self._seconds + 1 if len(rows) == count and len(self._picture["feed"]) else 0
        self._lively += bool(len(rows)) and bool(len(self._picture["feed"]))
        still = self._seconds > 1 if len(rows) else self._seconds > QUIET
        self.settled = self.settled or still or self._lively > BUSY
        if self._selection.item != NOTHING or self._selection.depth:
            self._over = True
            return
        if not self._over and len(rows) and (len(rows) == count or self.settled):
            self._over = True
            urgent = rows[np.lexsort((-table.numbers("occurred")[rows], table.numbers("level")[rows]))[0]]
            self._selection.select("event", table.key_at(int(urgent)))
