"""Forecasts that say how good they are: three simple ways, each tried over the past, and the best one of each item.

Persistence (as it is), seasonal (as it was a day ago) and Holt with a damped trend. Accuracy is 1 − WMAPE, the share of
the sum of absolute errors in the sum of absolute values, of the forecasts that would have been made over the last day.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cockpit.model.clock import DAY, HOUR, MINUTE

Floats = NDArray[np.float64]

STEP = 5 * MINUTE
AHEAD = HOUR
HORIZON = AHEAD // STEP
SEASON = DAY // STEP
KEPT = 3 * DAY
LENGTH = KEPT // STEP
TRIED = SEASON
"""Forecasts of so many steps are compared with what came."""
LEAST = 2 * HORIZON
"""With fewer that could be compared nothing is said of accuracy."""
_LEVEL, _TREND, _DAMPED = 0.5, 0.1, 0.9


def forecast(series: NDArray[np.floating]) -> tuple[Floats, Floats]:
    """The value of each item `AHEAD` of the last step, and the accuracy.

    Args:
        series: means of steps, oldest first, shape (steps, items); NaN gaps.

    Returns:
        values, NaN where the item has nothing now or not yet an hour of past, and accuracies 0–1, NaN where too few
        forecasts could be tried; both of shape (items,).
    """
    known = np.asarray(series, dtype=np.float64)
    steps, items = known.shape
    none = np.full(items, np.nan)
    if steps <= HORIZON:
        return none, none.copy()
    ways = np.stack([known, _seasonal(known), _holt(known)])
    origins = slice(max(steps - HORIZON - TRIED, 0), steps - HORIZON)
    came = known[origins.start + HORIZON :]
    wrong = np.abs(ways[:, origins] - came)
    tried = np.isfinite(wrong)
    size = np.where(tried, np.abs(came), 0.0).sum(axis=1)
    total = np.where(tried, wrong, 0.0).sum(axis=1)
    enough = tried.sum(axis=1) >= LEAST
    with np.errstate(divide="ignore", invalid="ignore"):
        accuracy = np.where(enough & (size > 0), 1.0 - total / size, np.nan)
    # what was always nothing and was said to be nothing was right
    accuracy = np.where(enough & (size == 0) & (total == 0), 1.0, accuracy)
    score = np.where(np.isfinite(accuracy), accuracy, -np.inf)
    now = ways[:, -1]
    score[~np.isfinite(now)] = -np.inf
    best = score.argmax(axis=0)
    at = np.arange(items)
    chosen = np.where(np.isfinite(score[best, at]), now[best, at], known[-1])
    long_enough = np.isfinite(known).sum(axis=0) > HORIZON
    values = np.where(long_enough & np.isfinite(known[-1]), chosen, np.nan)
    least = np.nanmin(np.where(np.isfinite(known), known, np.inf), axis=0, initial=np.inf)
    values = np.where((least >= 0) & (values < 0), 0.0, values)
    told = np.where(np.isfinite(values), np.clip(accuracy[best, at], 0.0, 1.0), np.nan)
    return values, told


def _seasonal(known: Floats) -> Floats:
    """What was a day before the instant that is forecast."""
    found = np.full(known.shape, np.nan)
    back = SEASON - HORIZON
    if len(known) > back:
        found[back:] = known[:-back]
    return found


def _holt(known: Floats) -> Floats:
    """Level and damped trend; a gap is bridged by what was forecast for it."""
    steps, items = known.shape
    level = np.full(items, np.nan)
    trend = np.zeros(items)
    reach = _DAMPED * (1 - _DAMPED**HORIZON) / (1 - _DAMPED)
    found = np.empty((steps, items))
    for i in range(steps):
        value = known[i]
        expected = level + _DAMPED * trend
        there = np.isfinite(value)
        fresh = there & ~np.isfinite(level)
        new = np.where(there, _LEVEL * value + (1 - _LEVEL) * expected, expected)
        new = np.where(fresh, value, new)
        step = np.where(there & ~fresh, _TREND * (new - level) + (1 - _TREND) * _DAMPED * trend, _DAMPED * trend)
        trend = np.where(fresh, 0.0, step)
        level = new
        found[i] = np.where(there, level + reach * trend, np.nan)
    return found


class Recent:
    """The last `KEPT` of items in steps of `STEP`, as a ring of means; single precision is enough."""

    def __init__(self) -> None:
        self._ring = np.full((LENGTH, 0), np.nan, dtype=np.float32)
        self._total = np.zeros(0)
        self._count = np.zeros(0)
        self._step = 0

    @property
    def items(self) -> int:
        return self._ring.shape[1]

    def add(self, at: int, rows: NDArray[np.int64], means: Floats, size: int) -> bool:
        """The means of a minute that began at `at`; whether it began another step.

        Args:
            size: items there are.
        """
        self._grow(size)
        step = at // STEP
        begun = step != self._step
        if begun:
            if self._step and step > self._step:
                self._close()
                for missed in range(self._step + 1, min(step, self._step + LENGTH)):
                    self._ring[missed % LENGTH] = np.nan
            elif step < self._step:
                self._ring[:] = np.nan
            self._step = step
            self._total[:] = self._count[:] = 0
        self._total[rows] += means
        self._count[rows] += 1
        return begun

    def fill(self, row: int, starts: NDArray[np.int64], means: Floats, now: int, size: int) -> None:
        """The past of one item by minutes, from before this run."""
        self._grow(size)
        steps = starts // STEP
        keep = (steps > now // STEP - LENGTH) & (steps < now // STEP)
        if not keep.any():
            return
        used, where = np.unique(steps[keep], return_inverse=True)
        values = np.bincount(where, means[keep]) / np.bincount(where)
        empty = np.isnan(self._ring[used % LENGTH, row])
        self._ring[used[empty] % LENGTH, row] = values[empty]

    def series(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """The closed steps of these items, oldest first, shape (steps, len(rows))."""
        order = np.arange(self._step, self._step + LENGTH) % LENGTH
        found: NDArray[np.float32] = self._ring[order[1:]][:, rows]
        return found

    def _close(self) -> None:
        with np.errstate(invalid="ignore", divide="ignore"):
            self._ring[self._step % LENGTH] = np.where(self._count > 0, self._total / self._count, np.nan)

    def _grow(self, size: int) -> None:
        have = self._ring.shape[1]
        if size > have:
            more = max(size - have, have // 4)
            self._ring = np.concatenate([self._ring, np.full((LENGTH, more), np.nan, dtype=np.float32)], axis=1)
            self._total = np.concatenate([self._total, np.zeros(more)])
            self._count = np.concatenate([self._count, np.zeros(more)])
