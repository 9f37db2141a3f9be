"""Values that change every second are kept on disk much less often.

What a restart shows until the first new ones may be minutes old, and says so. A row that came or changed in any other
way is written at once by whoever put it in.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from cockpit.model.batch import Columns
from cockpit.picture.columns import Index, grown
from cockpit.picture.table import LiveTable

KEEP_SECONDS = 300.0
"""A row is written at most once in so long: 110,000 sensors that change every second are then 370 rows a second."""
_MOST = 5_000


class SlowKeeper:
    """Hands rows of a table of `MEASURED` on, each at most once a round."""

    def __init__(self, table: LiveTable, write: Callable[[Columns], None], mono: float) -> None:
        """
        Args:
            write: takes whole rows.
            mono: now, monotonic seconds.
        """
        self._table = table
        self._write = write
        self._marked: npt.NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._at = 0
        self._turn = mono

    def changed(self, rows: Index) -> None:
        """These rows have new values."""
        slots = self._table.slots.number(rows)
        self._marked = grown(self._marked, self._table.slots.size)
        self._marked[slots] = True

    def run(self, mono: float) -> None:
        """Writes those whose turn it is: a round over all slots takes `KEEP_SECONDS`; to be called often."""
        size = len(self._marked)
        due = int(size * (mono - self._turn) / KEEP_SECONDS)
        if due <= 0:
            return
        self._turn = mono
        end = min(self._at + due, size)
        self._hand_on(np.flatnonzero(self._marked[self._at : end]) + self._at)
        self._at = 0 if end >= size else end

    def all(self) -> None:
        """Writes what is not written: nothing comes after it."""
        self._hand_on(np.flatnonzero(self._marked))

    def _hand_on(self, slots: Index) -> None:
        self._marked[slots] = False
        rows = self._table.slots.rows(slots)
        rows = rows[rows >= 0]
        for start in range(0, len(rows), _MOST):
            self._write(self._table.columns(rows[start : start + _MOST]))
