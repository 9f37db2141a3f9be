"""Units glide between two fixes at constant speed and leave a trail of ten minutes. No Qt in here."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.model.clock import MINUTE

Floats = NDArray[np.float64]
GLIDE = 1.0
"""Seconds that a glide takes at the most."""
TRAIL_SPAN = 10 * MINUTE
TRAIL_STEP = 6.0
"""Metres between two points of a trail: standing still leaves none."""
TRAIL_POINTS = 160
JUMP = 2500.0
"""Metres in one fix that are no way but a correction: no glide, and the trail starts anew."""


class Glide:
    """Where the units are drawn now.

    Attributes:
        reduced: with reduced motion they are where their fix is.
    """

    def __init__(self) -> None:
        self.reduced = False
        self._row: dict[str, int] = {}
        self._from = np.empty((0, 2))
        self._to = np.empty((0, 2))
        self._start = np.empty(0)
        self._last = np.empty(0)
        self._span = np.empty(0)

    def fixes(self, keys: Sequence[str], x: Floats, y: Floats, now: float) -> None:
        """New fixes; a unit whose fix changed starts to glide there from where it is drawn.

        Args:
            keys, x, y: all units, Mercator metres.
            now: monotonic seconds.
        """
        goal = np.stack([x, y], axis=1) if len(keys) else np.empty((0, 2))
        before = self.at(now)
        old = np.fromiter((self._row.get(k, -1) for k in keys), dtype=np.int64, count=len(keys))
        known = old >= 0
        start, origin = np.full(len(keys), -np.inf), goal.copy()
        last, span = np.full(len(keys), now), np.zeros(len(keys))
        if known.any():
            rows = old[known]
            moved = (self._to[rows] != goal[known]).any(axis=1)
            far = np.hypot(*(before[rows] - goal[known]).T) > JUMP
            glides = moved & ~far & ~np.isnan(before[rows]).any(axis=1)
            begun = np.where(glides[:, None], before[rows], goal[known])
            origin[known] = np.where(moved[:, None], begun, self._from[rows])
            start[known] = np.where(moved, np.where(glides, now, -np.inf), self._start[rows])
            since = np.clip(now - self._last[rows], 0.05, GLIDE)
            span[known] = np.where(moved, since, self._span[rows])
            last[known] = np.where(moved, now, self._last[rows])
        self._row = {k: i for i, k in enumerate(keys)}
        self._from, self._to, self._start, self._last, self._span = origin, goal, start, last, span

    def at(self, now: float) -> Floats:
        """Shape (N, 2): where each is drawn at `now`."""
        if self.reduced or not len(self._to):
            return self._to
        share = np.clip((now - self._start) / np.maximum(self._span, 1e-6), 0.0, 1.0)[:, None]
        placed: Floats = self._from + (self._to - self._from) * share
        return placed

    def pending(self, now: float) -> float:
        """The longest way in Mercator metres that a unit still glides; 0 when all stand."""
        if self.reduced or not len(self._to):
            return 0.0
        moving = now < self._start + self._span
        if not moving.any():
            return 0.0
        left = (self._to - self._from)[moving]
        return float(np.nanmax(np.hypot(left[:, 0], left[:, 1]), initial=0.0))


class Trail(msgspec.Struct, frozen=True):
    """All trails at one instant, columns of their own that no one changes.

    Attributes:
        x, y: shape (units, points), Mercator metres, oldest first.
        count: shape (units,), points that are filled.
    """

    x: Floats
    y: Floats
    count: NDArray[np.int64]

    def pieces(self) -> list[tuple[Floats, Floats, NDArray[np.int64]]]:
        """Three pieces by age, oldest first: x, y and the starts of the polylines in them."""
        pieces = []
        long = np.flatnonzero(self.count > 1)
        count = self.count[long]
        for part in range(3):
            low = (count - 1) * part // 3
            length = (count - 1) * (part + 1) // 3 - low + 1
            rows, low, length = long[length > 1], low[length > 1], length[length > 1]
            starts = np.cumsum(length) - length
            within = np.arange(int(length.sum())) - np.repeat(starts, length)
            row, column = np.repeat(rows, length), np.repeat(low, length) + within
            pieces.append((self.x[row, column], self.y[row, column], starts))
        return pieces


class Trails:
    """The last ten minutes of every unit, thinned to a point each `TRAIL_STEP` metres.

    Attributes:
        version: goes up whenever a trail changed.
    """

    def __init__(self) -> None:
        self.version = 0
        self._row: dict[str, int] = {}
        self._free: list[int] = []
        self._at = np.zeros((0, TRAIL_POINTS), dtype=np.int64)
        self._xy = np.zeros((2, 0, TRAIL_POINTS))
        self._count = np.zeros(0, dtype=np.int64)
        self._kept: tuple[int, Trail] | None = None

    def fixes(self, keys: Sequence[str], x: Floats, y: Floats, fixed: NDArray[np.int64], now: int) -> None:
        """Adds what moved and forgets what is older than ten minutes and units that are gone. Times UTC us."""
        changed = self._forget_gone(keys)
        rows = self._rows(keys)
        if len(rows):
            last = np.maximum(self._count[rows] - 1, 0)
            step = np.abs(self._xy[0, rows, last] - x) + np.abs(self._xy[1, rows, last] - y)
            fresh = self._count[rows] == 0
            self._count[rows[~fresh & (step > JUMP)]] = 0
            self._append(rows, fresh | (step >= TRAIL_STEP), x, y, fixed)
            changed |= bool((~fresh & (step >= TRAIL_STEP)).any())
        changed |= self._forget_old(now - TRAIL_SPAN)
        self.version += changed

    def snapshot(self) -> Trail:
        """A copy for another thread; the same one as long as nothing changed."""
        if self._kept is None or self._kept[0] != self.version:
            self._kept = (self.version, Trail(self._xy[0].copy(), self._xy[1].copy(), self._count.copy()))
        return self._kept[1]

    def _rows(self, keys: Sequence[str]) -> NDArray[np.int64]:
        known = self._row
        new = [key for key in keys if key not in known]
        lacking = len(new) - len(self._free)
        if lacking > 0:
            size = len(self._count)
            more = max(lacking, size, 64)
            self._at = np.concatenate([self._at, np.zeros((more, TRAIL_POINTS), dtype=np.int64)])
            self._xy = np.concatenate([self._xy, np.zeros((2, more, TRAIL_POINTS))], axis=1)
            self._count = np.concatenate([self._count, np.zeros(more, dtype=np.int64)])
            self._free += range(size, size + more)
        for key in new:
            known[key] = self._free.pop()
        return np.fromiter((known[key] for key in keys), dtype=np.int64, count=len(keys))

    def _append(
        self, rows: NDArray[np.int64], add: NDArray[np.bool_], x: Floats, y: Floats, at: NDArray[np.int64]
    ) -> None:
        into = rows[add]
        full = into[self._count[into] >= TRAIL_POINTS]
        self._shift(full, np.ones(len(full), dtype=np.int64))
        n = self._count[into]
        self._at[into, n], self._xy[0, into, n], self._xy[1, into, n] = at[add], x[add], y[add]
        self._count[into] += 1

    def _shift(self, rows: NDArray[np.int64], by: NDArray[np.int64]) -> None:
        """Drops the oldest `by` points of rows."""
        if not len(rows):
            return
        source = np.minimum(np.arange(TRAIL_POINTS)[None, :] + by[:, None], TRAIL_POINTS - 1)
        for table in (self._at, self._xy[0], self._xy[1]):
            table[rows] = np.take_along_axis(table[rows], source, axis=1)
        self._count[rows] -= by

    def _forget_old(self, before: int) -> bool:
        """Points older than `before` go; the last one of a unit stays."""
        filled = np.arange(TRAIL_POINTS)[None, :] < self._count[:, None]
        old = np.minimum(((self._at < before) & filled).sum(axis=1), np.maximum(self._count - 1, 0))
        rows = np.flatnonzero(old)
        self._shift(rows, old[rows])
        return len(rows) > 0

    def _forget_gone(self, keys: Sequence[str]) -> bool:
        gone = self._row.keys() - set(keys) if len(self._row) else set()
        for key in gone:
            row = self._row.pop(key)
            self._count[row] = 0
            self._free.append(row)
        return bool(gone)
