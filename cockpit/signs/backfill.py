"""Hours of an item's past from elsewhere, put in beside what was lived here."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cockpit.model.clock import HOUR
from cockpit.signs.history import History, bucket_of
from cockpit.signs.packing import Buckets, joined

EVER = 1 << 62
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


def _buckets(starts: Ints, values: Floats, edges: Ints) -> Buckets:
    """Values from each edge up to the next as one bucket."""
    n, first = np.diff(edges), edges[:-1]
    means = np.add.reduceat(values, first) / n
    least, most = np.minimum.reduceat(values, first), np.maximum.reduceat(values, first)
    return Buckets(starts, means, least, most, values[edges[1:] - 1], n.astype(np.int64))
