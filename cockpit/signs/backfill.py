"""Hours of an item's past from elsewhere, put in beside what was lived here."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cockpit.model.clock import DAY, HOUR
from cockpit.signs.history import GRAIN, History, bucket_of
from cockpit.signs.packing import Buckets, joined, none

EVER = 1 << 62
RECENT = {"hour": 50 * HOUR, "day": 100 * DAY}
"""How far back buckets are also put in whole, all items together: what comparisons and small charts read."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def put_hours(history: History, key: str, begin: int, values: Floats, digits: int, fine: bool = False) -> None:
    """Puts hourly values of one item in, and the days made of them; what was lived goes before.

    Args:
        begin: of the first hour, UTC us.
        values: one an hour, NaN where there is none.

    Raises:
        OutsideError: the file can not be written.
    """
    there = np.flatnonzero(np.isfinite(values))
    if not len(there):
        return
    hours = _buckets(begin + there * HOUR, values[there], np.arange(len(there) + 1))
    of_day = np.array([bucket_of("day", at) for at in hours.start.tolist()], dtype=np.int64)
    edges = np.append(np.flatnonzero(np.diff(of_day, prepend=-1)), len(of_day))
    days = _buckets(of_day[edges[:-1]], values[there], edges)
    for grain, found in (("hour", hours), ("day", days)):
        # a chunk is written whole from its first new bucket on: what was lived must be in it again
        lived = history.series(key, grain, 0, EVER)
        history.put_history(key, grain, joined([found, lived]), fine, digits)


def put_recent(history: History, keys: Iterable[str], now: int) -> None:
    """Makes whole buckets of the last hours and days of what `put_hours` put in; what was lived goes before.

    Args:
        keys: of items that are known.
        now: of the city, UTC us.

    Raises:
        OutsideError: the file can not be written.
    """
    known = {key: ident for ident, key in history.key_of().items()}
    ids = sorted((known[key], key) for key in keys if key in known)
    for grain, back in RECENT.items():
        end = bucket_of(grain, now)
        found = [(ident, history.series(key, grain, end - back, end)) for ident, key in ids]
        slices = {}
        for start in range(bucket_of(grain, end - back), end, GRAIN[grain]):
            there = [(ident, b.take(b.start == start)) for ident, b in found]
            there = [(ident, b) for ident, b in there if len(b)]
            if there:
                slices[grain, start] = joined([_whole(there), history.slice_at(grain, start) or none()])
        if slices:
            history.put_slices(slices)


def _whole(pieces: list[tuple[int, Buckets]]) -> Buckets:
    """One bucket of several items; their numbers are its `start`."""
    columns = [np.concatenate(column) for column in zip(*(b.columns()[1:] for _, b in pieces), strict=True)]
    return Buckets(np.array([ident for ident, _ in pieces], dtype=np.int64), *columns)


def _buckets(starts: Ints, values: Floats, edges: Ints) -> Buckets:
    """Values from each edge up to the next as one bucket."""
    n, first = np.diff(edges), edges[:-1]
    means = np.add.reduceat(values, first) / n
    least, most = np.minimum.reduceat(values, first), np.maximum.reduceat(values, first)
    return Buckets(starts, means, least, most, values[edges[1:] - 1], n.astype(np.int64))
