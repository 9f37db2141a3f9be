"""Metres on a city's scale. WGS-84 degrees in, metres out; good to 0.1 % over the 50 km that a city is wide."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

EARTH_RADIUS = 6_371_008.8
"""Mean radius in metres (IUGG)."""
_PER_DEGREE = np.pi / 180 * EARTH_RADIUS


def scale(lat: float) -> tuple[float, float]:
    """Metres that one degree of longitude and one of latitude are long at `lat`."""
    return float(_PER_DEGREE * np.cos(np.radians(lat))), float(_PER_DEGREE)


def haversine(lon: ArrayLike, lat: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> Floats:
    """Great-circle distance in metres, element by element."""
    a_lon, a_lat, b_lon, b_lat = (np.radians(np.asarray(v, dtype=np.float64)) for v in (lon, lat, lon2, lat2))
    half = np.sin((b_lat - a_lat) / 2) ** 2 + np.cos(a_lat) * np.cos(b_lat) * np.sin((b_lon - a_lon) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS * np.arcsin(np.sqrt(half)), dtype=np.float64)


def length(path: Floats) -> float:
    """Length in metres of a path (N, 2) of lon/lat."""
    if len(path) < 2:
        return 0.0
    return float(haversine(path[:-1, 0], path[:-1, 1], path[1:, 0], path[1:, 1]).sum())
