"""Sums of a rate over the last hours: what 1 h rain is, from gauges that say mm/h."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from cockpit.model.clock import HOUR, MINUTE
from cockpit.picture.columns import Index
from cockpit.signs.areatree import Floats
from cockpit.signs.inputs import Rows

STEP = MINUTE
MOST = 5_000_000
"""Numbers that are kept at the most; past it nothing is said."""
SLACK = 3 * MINUTE


class Window:
    """The rate of each thing over a time, a sample a minute; nothing is said before the time is full.

    Args:
        span: us.
    """

    def __init__(self, span: int) -> None:
        self._span = span
        self._samples: deque[tuple[int, Floats]] = deque()
        self._keys: list[str] = []
        self._version: object = None
        self._index: Index = np.zeros(0, dtype=np.int64)

    def sums(self, rows: Rows, index: Index, rates: Floats, now: int) -> Floats:
        """The sums of these rows, NaN where the window is not full for one of them; shape as `rates` (an hour)."""
        if self._samples and now < self._samples[-1][0] - STEP:
            self._samples.clear()  # the city's clock was set back
        if self._version != rows.version or not np.array_equal(self._index, index):
            self._turn_to([rows.key(row) for row in index.tolist()])
            self._version, self._index = rows.version, index.copy()
        if not self._samples or now - self._samples[-1][0] >= STEP:
            self._samples.append((now, rates.copy()))
        while len(self._samples) > 1 and self._samples[1][0] <= now - self._span:
            self._samples.popleft()
        if len(self._samples) * max(len(rates), 1) > MOST:
            self._samples.clear()
        if not self._samples or self._samples[0][0] > now - self._span + SLACK:
            return np.full(len(rates), np.nan)
        return self._summed(now)

    def _summed(self, now: int) -> Floats:
        times = np.array([at for at, _ in self._samples], dtype=np.float64)
        ends = np.append(times[1:], now)
        begins = np.maximum(times, now - self._span)
        hours = np.maximum(ends - begins, 0) / HOUR
        table: NDArray[np.float64] = np.stack([rates for _, rates in self._samples])
        found: Floats = (table * hours[:, None]).sum(axis=0)
        return found

    def _turn_to(self, keys: list[str]) -> None:
        """Other rows: what is known of each goes with its key."""
        before = {key: i for i, key in enumerate(self._keys)}
        take = np.array([before.get(key, -1) for key in keys], dtype=np.int64)
        self._samples = deque(
            (at, np.where(take >= 0, np.append(rates, np.nan)[take], np.nan)) for at, rates in self._samples
        )
        self._keys = keys
