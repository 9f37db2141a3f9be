"""What a desk shows when it opens: the most urgent open event, so that no half of the screen waits for a click."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent

from cockpit.model.clock import Clock
from cockpit.model.tables import EventState
from cockpit.picture.picture import Picture
from cockpit.picture.selection import NOTHING, Selection

QUIET = 3
"""Seconds without any event after which a city is taken for one that has none."""
BUSY = 3
"""Seconds with events after which what still comes is news, however many: a busy city is never still."""
BEGINNING = 20
"""Seconds with events in which a slow machine may still bring what was there before the desk opened."""

_ACTS = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.ShortcutOverride,  # of a key that is a command's no press is told
        QEvent.Type.MouseButtonPress,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.InputMethod,
    }
)


def is_act(event: QEvent) -> bool:
    """Whether it is a person's: a key, a button, the wheel, a finger."""
    return event.type() in _ACTS


class FirstLook:
    """Selects when events have come and come no more for a second. For the beginning anew where a more urgent one comes
    that is older than the desk; what is news moves nothing. Never after a person did anything.

    Attributes:
        settled: what was there when the desk opened has come; what comes from now on is news.
        over: it selects nothing any more.
    """

    def __init__(self, picture: Picture, selection: Selection, clock: Clock) -> None:
        """
        Args:
            clock: the city's.
        """
        self._clock = clock
        self._began = 0
        self._picture = picture
        self._selection = selection
        self.settled = False
        self._count = 0
        self._seconds = 0
        self._lively = 0
        self.over = False
        self._mine = NOTHING

    def second(self) -> None:
        """A second passed."""
        if self.over and self.settled:
            return
        table = self._picture["event"]
        rows = np.flatnonzero(table.numbers("state") == EventState.OPEN)
        count, self._count = self._count, len(rows)
        self._seconds = self._seconds + 1 if len(rows) == count and len(self._picture["feed"]) else 0
        self._lively += bool(len(rows)) and bool(len(self._picture["feed"]))
        still = self._seconds > 1 if len(rows) else self._seconds > QUIET
        self.settled = self.settled or still or self._lively > BUSY
        if (self._selection.item, self._selection.depth) != (self._mine, int(self._mine != NOTHING)):
            self.touched()
        if self.over:
            return
        if self._began:
            rows = rows[table.numbers("occurred")[rows] < self._began]
        if len(rows) and (len(rows) == count or self.settled or self._began):
            self._began = self._began or self._clock.now()
            urgent = rows[np.lexsort((-table.numbers("occurred")[rows], table.numbers("level")[rows]))[0]]
            self._look("event", table.key_at(int(urgent)))
            self.over = self._lively > BEGINNING

    def touched(self) -> None:
        """A person pressed a key or a button: from now on they decide what is looked at."""
        self.over = True

    def _look(self, *item: str) -> None:
        if item != self._mine:
            if self._mine != NOTHING:
                self._selection.replace(*item)
            else:
                self._selection.select(*item)
            self._mine = self._selection.item
