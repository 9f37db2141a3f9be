"""Numbers of rows that stay when rows move: the short names by which values come many times a second."""

from __future__ import annotations

import numpy as np

from cockpit.model.values import MAX_SLOT
from cockpit.model.values import Slots as Numbers
from cockpit.picture.columns import FIRST_CAPACITY, Index, grown


class Slots:
    """Which number each row of a table has, and where the row of a number is. 0 is no number."""

    def __init__(self) -> None:
        self._of: Numbers = np.zeros(FIRST_CAPACITY, dtype=np.uint32)
        self._row: Index = np.full(FIRST_CAPACITY, -1, dtype=np.int64)
        self._last = 0

    @property
    def size(self) -> int:
        """All numbers are below it."""
        return self._last + 1

    def rows(self, slots: Numbers | Index) -> Index:
        """The row of each number, shape (n,); -1 where there is none."""
        if len(slots) and int(slots.max()) >= len(self._row):
            slots = np.where(slots < len(self._row), slots, 0)
        return self._row[slots]

    def of(self, rows: Index) -> Numbers:
        """The number of each row, shape (n,)."""
        return self._of[rows]

    def number(self, rows: Index) -> Numbers:
        """The number of each row; rows without one get the next ones, which nobody had before."""
        bare = rows[self._of[rows] == 0]
        if len(bare):
            bare = np.unique(bare)
            self.put(bare, np.arange(self._last + 1, self._last + 1 + len(bare), dtype=np.uint32))
        return self._of[rows]

    def put(self, rows: Index, slots: Numbers) -> None:
        """Gives rows the numbers that another told; whoever had them has them no longer.

        Raises:
            ValueError: a number is too large to be one.
        """
        if not len(rows):
            return
        most = int(slots.max())
        if most >= MAX_SLOT:
            raise ValueError("a row's number is too large")
        if most >= len(self._row):
            before = len(self._row)
            self._row = grown(self._row, most + 1)
            self._row[before:] = -1
        self._last = max(self._last, most)
        self._row[self._of[rows]] = -1
        others = self._row[slots]
        self._of[others[others >= 0]] = 0
        self._of[rows] = slots
        self._row[slots] = rows
        self._row[0] = -1

    def grow(self, n: int) -> None:
        """The table has `n` rows now."""
        self._of = grown(self._of, n)

    def move(self, removed: Index, holes: Index, movers: Index, n: int) -> None:
        """Rows left; the rows `movers` fill `holes`."""
        self._row[self._of[removed]] = -1
        self._of[holes] = self._of[movers]
        self._row[self._of[holes]] = holes
        self._row[0] = -1
        self._of[n:] = 0

    def clear(self) -> None:
        """No row has a number."""
        self._of[:] = 0
        self._row[:] = -1
        self._last = 0
