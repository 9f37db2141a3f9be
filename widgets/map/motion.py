"""Units glide between two fixes at constant speed and leave a trail of ten minutes. No Qt in here."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import pairwise

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


class Trails:
    """The last ten minutes of every unit, thinned to a point each `TRAIL_STEP` metres."""

    def __init__(self) -> None:
        self._points: dict[str, deque[tuple[int, float, float]]] = {}
        self.version = 0

    def fixes(self, keys: Sequence[str], x: Floats, y: Floats, fixed: NDArray[np.int64], now: int) -> None:
        """Adds what moved and forgets what is older than ten minutes and units that are gone. Times UTC us."""
        points, changed = self._points, False
        for key, px, py, at in zip(keys, x.tolist(), y.tolist(), fixed.tolist(), strict=True):
            way = points.get(key)
            if way is None:
                points[key] = deque([(at, px, py)], maxlen=TRAIL_POINTS)
                continue
            _, lx, ly = way[-1]
            step = abs(px - lx) + abs(py - ly)
            if step > JUMP:
                way.clear()
            if step >= TRAIL_STEP:
                way.append((at, px, py))
                changed = True
            while len(way) > 1 and way[0][0] < now - TRAIL_SPAN:
                way.popleft()
                changed = True
        if len(points) > len(keys):
            for gone in set(points) - set(keys):
                del points[gone]
                changed = True
        self.version += changed

    def pieces(self) -> tuple[list[Floats], list[Floats], list[Floats]]:
        """The ways in three pieces by age, oldest first; each a list of (n, 2) polylines in Mercator metres."""
        pieces: tuple[list[Floats], list[Floats], list[Floats]] = ([], [], [])
        for way in self._points.values():
            n = len(way)
            if n < 2:
                continue
            line = np.array(way)[:, 1:]
            cuts = (0, n // 3, 2 * n // 3, n - 1)
            for piece, (low, high) in zip(pieces, pairwise(cuts), strict=True):
                if high > low:
                    piece.append(line[low : high + 1])
        return pieces
