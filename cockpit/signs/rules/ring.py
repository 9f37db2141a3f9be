"""Which places lie in a ring, all at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def inside(ring: Sequence[tuple[float, float]], lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Whether each place lies in the ring, by the even-odd rule; a place that is NaN does not.

    Args:
        ring: corners, WGS-84 lon and lat, closed or not.
        lon, lat: shape (n,).
    """
    corners = np.array(ring, dtype=np.float64)
    west, south = corners.min(axis=0)
    east, north = corners.max(axis=0)
    found = np.zeros(len(lon), dtype=np.bool_)
    near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
    if not len(near):
        return found
    x, y = lon[near], lat[near]
    odd = np.zeros(len(near), dtype=np.bool_)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        crosses = (y1 > y) != (y2 > y)
        odd ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    found[near] = odd
    return found
