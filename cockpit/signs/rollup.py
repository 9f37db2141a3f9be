"""Minute, hour and day of every item while they last: the running sums from which a closed bucket is made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cockpit.picture.columns import grown
from cockpit.signs.history import GRAIN, bucket_of
from cockpit.signs.packing import Buckets

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_NAMES = ("total", "least", "most", "last", "n")


class Running:
    """One grain's open bucket of all items.

    Attributes:
        start: of the bucket, UTC us; 0 before the first sample.
    """

    def __init__(self) -> None:
        self.start = 0
        self._columns: dict[str, NDArray[np.float64]] = {name: np.zeros(0) for name in _NAMES}

    def add(self, rows: Ints, values: Floats, size: int) -> None:
        """A sample of these items.

        Args:
            size: items there are.
        """
        self._grow(size)
        c = self._columns
        fresh = c["n"][rows] == 0
        c["total"][rows] += values
        c["least"][rows] = np.where(fresh, values, np.minimum(c["least"][rows], values))
        c["most"][rows] = np.where(fresh, values, np.maximum(c["most"][rows], values))
        c["last"][rows] = values
        c["n"][rows] += 1

    def begin(self, start: int) -> None:
        """Another bucket, empty."""
        self.start = start
        for column in self._columns.values():
            column[:] = 0

    def resume(self, rows: Ints, buckets: Buckets, size: int) -> None:
        """Goes on with what an earlier run had of this bucket."""
        self._grow(size)
        c = self._columns
        c["total"][rows] = buckets.mean * buckets.n
        c["least"][rows], c["most"][rows] = buckets.least, buckets.most
        c["last"][rows], c["n"][rows] = buckets.last, buckets.n

    def buckets(self, rows: Ints) -> tuple[Ints, Buckets]:
        """Those of `rows` that have a sample, and their buckets; the column `start` is the rows."""
        size = len(self._columns["n"])
        rows = rows[rows < size]
        c = self._columns
        rows = rows[c["n"][rows] > 0]
        n = c["n"][rows]
        found = Buckets(
            rows, c["total"][rows] / n, c["least"][rows], c["most"][rows], c["last"][rows], n.astype(np.int64)
        )
        return rows, found

    def holds(self, size: int) -> NDArray[np.bool_]:
        """Which of so many items have a sample."""
        self._grow(size)
        found: NDArray[np.bool_] = self._columns["n"][:size] > 0
        return found

    def keep_only(self, rows: Ints) -> None:
        """Forgets all other items; the rows of these are numbered anew, in their order."""
        self._grow(int(rows[-1]) + 1 if len(rows) else 0)
        self._columns = {name: column[rows] for name, column in self._columns.items()}

    def _grow(self, size: int) -> None:
        for name, column in self._columns.items():
            if len(column) < size:
                self._columns[name] = grown(column, size)


class Rollup:
    """The open buckets of all grains."""

    def __init__(self) -> None:
        self.running = {grain: Running() for grain in GRAIN}

    def sample(self, now: int, rows: Ints, values: Floats, size: int) -> list[tuple[str, int, Ints, Buckets]]:
        """Takes a sample in; answers with what was closed by it: (grain, start, rows, buckets).

        Args:
            rows: of the items, none twice; values: finite.
            size: items there are.
        """
        closed: list[tuple[str, int, Ints, Buckets]] = []
        for grain, running in self.running.items():
            start = bucket_of(grain, now)
            if start != running.start:
                if running.start and start > running.start:
                    closed.append((grain, running.start, *running.buckets(np.arange(size))))
                running.begin(start)
            running.add(rows, values, size)
        return closed

    def open_ones(self, size: int) -> list[tuple[str, int, Ints, Buckets]]:
        """What has begun and is not closed: (grain, start, rows, buckets)."""
        return [(g, r.start, *r.buckets(np.arange(size))) for g, r in self.running.items() if r.start]

    def holds(self, size: int) -> NDArray[np.bool_]:
        """Which of so many items have a sample in a bucket that is open."""
        found = np.zeros(size, dtype=np.bool_)
        for running in self.running.values():
            found |= running.holds(size)
        return found

    def keep_only(self, rows: Ints) -> None:
        """Forgets all other items; the rows of these are numbered anew, in their order."""
        for running in self.running.values():
            running.keep_only(rows)
