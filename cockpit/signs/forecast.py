"""Forecasts that say how good they are: three simple ways, each tried over the past, and the best one of each item.

Persistence (as it is), seasonal (as it was a day ago) and Holt with a damped trend. Accuracy is 1 − WMAPE, the share of
the sum of absolute errors in the sum of absolute values, of the forecasts that would have been made over the last day.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cockpit.model.clock import DAY, HOUR, MINUTE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

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
PIECE = 500
"""Items whose forecasts are made at a time."""
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
    """The last `KEPT` of items in steps of `STEP`, as a ring of means; single precision is enough.

    An item has a column from when something is known of it (of most, those of communities and cells, nothing ever is)
    until nothing of the last `KEPT` is: over months something happens in each street once.
    """

    def __init__(self) -> None:
        self._ring = np.full((LENGTH, 0), np.nan, dtype=np.float32)
        self._total = np.zeros(0)
        self._count = np.zeros(0)
        self._column: Ints = np.full(0, -1, dtype=np.int64)
        self._used = 0
        self._free: Ints = np.zeros(0, dtype=np.int64)
        self._step = 0

    @property
    def size(self) -> int:
        """Bytes."""
        return self._ring.nbytes + self._total.nbytes + self._count.nbytes + self._column.nbytes

    def add(self, at: int, rows: Ints, means: Floats) -> bool:
        """The means of a minute that began at `at`, of items none of which is named twice; whether it began another
        step."""
        step = at // STEP
        begun = step != self._step
        if begun:
            if self._step and step > self._step:
                self._close()
                for missed in range(self._step + 1, min(step, self._step + LENGTH)):
                    self._ring[missed % LENGTH] = np.nan
            elif step < self._step:
                self._ring[:] = np.nan
            if step // HORIZON != self._step // HORIZON:
                self._release()
            self._step = step
            self._total[:] = self._count[:] = 0
        columns = self._columns(rows)
        self._total[columns] += means
        self._count[columns] += 1
        return begun

    def fill(self, row: int, starts: Ints, means: Floats, now: int) -> None:
        """The past of one item by minutes, from before this run."""
        steps = starts // STEP
        keep = (steps > now // STEP - LENGTH) & (steps < now // STEP)
        if not keep.any():
            return
        column = int(self._columns(np.array([row]))[0])
        used, where = np.unique(steps[keep], return_inverse=True)
        values = np.bincount(where, means[keep]) / np.bincount(where)
        empty = np.isnan(self._ring[used % LENGTH, column])
        self._ring[used[empty] % LENGTH, column] = values[empty]

    def series(self, rows: Ints) -> NDArray[np.float32]:
        """The closed steps of these items, oldest first, shape (steps, len(rows))."""
        order = np.arange(self._step + 1, self._step + LENGTH) % LENGTH
        found = np.full((LENGTH - 1, len(rows)), np.nan, dtype=np.float32)
        there = np.flatnonzero(rows < len(self._column))
        there = there[self._column[rows[there]] >= 0]
        found[:, there] = self._ring[np.ix_(order, self._column[rows[there]])]
        return found

    def forecast(self, rows: Ints) -> tuple[Floats, Floats]:
        """`forecast` of these items, a piece at a time: the past of a whole city as `forecast` needs it is hundreds of
        MB, which a hub would be seen to take every few seconds of a fast clock."""
        if not len(rows):
            return np.zeros(0), np.zeros(0)
        pieces = [forecast(self.series(rows[at : at + PIECE])) for at in range(0, len(rows), PIECE)]
        values, accuracies = zip(*pieces, strict=True)
        return np.concatenate(values), np.concatenate(accuracies)

    def holds(self, size: int) -> NDArray[np.bool_]:
        """Of which of so many items something of the last `KEPT` is known."""
        found = np.zeros(size, dtype=np.bool_)
        known = self._column[:size] >= 0
        found[: len(known)] = known
        return found

    def keep_only(self, rows: Ints) -> None:
        """Forgets all other items, of which nothing may be known; the rows of these are numbered anew."""
        there = rows[rows < len(self._column)]
        self._column = np.append(self._column[there], np.full(len(rows) - len(there), -1, dtype=np.int64))

    def _close(self) -> None:
        with np.errstate(invalid="ignore", divide="ignore"):
            self._ring[self._step % LENGTH] = np.where(self._count > 0, self._total / self._count, np.nan)

    def _columns(self, rows: Ints) -> Ints:
        """The column of each item; those that have none get the next ones."""
        if len(rows) and (most := int(rows.max()) + 1) > len(self._column):
            longer = np.full(max(most, 2 * len(self._column)), -1, dtype=np.int64)
            longer[: len(self._column)] = self._column
            self._column = longer
        new = rows[self._column[rows] < 0]
        if len(new):
            again, self._free = self._free[: len(new)], self._free[len(new) :]
            more = len(new) - len(again)
            self._column[new] = np.concatenate([again, np.arange(self._used, self._used + more)])
            self._used += more
            self._grow(self._used)
        return self._column[rows]

    def _release(self) -> None:
        """Columns in which nothing is known any more can be another item's."""
        empty = np.zeros(self._used, dtype=np.bool_)
        for at in range(0, self._used, PIECE):
            part = slice(at, min(at + PIECE, self._used))
            empty[part] = np.isnan(self._ring[:, part]).all(axis=0)
        self._free = np.flatnonzero(empty)
        given = np.flatnonzero(self._column >= 0)
        self._column[given[empty[self._column[given]]]] = -1

    def _grow(self, size: int) -> None:
        have = self._ring.shape[1]
        if size > have:
            more = max(size - have, have // 4)
            self._ring = np.concatenate([self._ring, np.full((LENGTH, more), np.nan, dtype=np.float32)], axis=1)
            self._total = np.concatenate([self._total, np.zeros(more)])
            self._count = np.concatenate([self._count, np.zeros(more)])
