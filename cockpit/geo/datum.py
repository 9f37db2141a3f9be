"""Datum to WGS-84 and back. Arrays of any shape, degrees; elementwise.

GCJ-02 is the published pseudo-formula on the Krasovsky ellipsoid, BD-09 its polar wobble on top. Against the providers'
own services they are right to about 0.1 m (gcj02) and 0.9 m (bd09): state ±1 m, never survey grade. There is no closed
inverse: three corrections leave less than 0.1 mm. CGCS2000 and WGS-84 differ by decimetres (plate motion): equal for a
map.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cockpit.model.city import DATUMS
from cockpit.model.errors import UserError

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]

_A = 6378245.0
_E2 = 0.00669342162296594323
_X_PI = np.pi * 3000.0 / 180.0
_BD_SHIFT = (0.0065, 0.006)
_ROUNDS = 3
# Outside of this box no shift is known to be applied. It is coarse at the borders (Hong Kong, Macao and neighbouring
# countries inside it are not shifted by every provider); a city of ours is well inside.
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)


def _floats(lon: ArrayLike, lat: ArrayLike) -> Pair:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _shift(lon: Floats, lat: Floats) -> Pair:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    wave = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    d_lat += (
        wave
        + 20.0 * np.sin(np.pi * y)
        + 40.0 * np.sin(np.pi / 3.0 * y)
        + 160.0 * np.sin(np.pi / 12.0 * y)
        + 320.0 * np.sin(np.pi / 30.0 * y)
    ) * (2.0 / 3.0)
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    d_lon += (
        wave
        + 20.0 * np.sin(np.pi * x)
        + 40.0 * np.sin(np.pi / 3.0 * x)
        + 150.0 * np.sin(np.pi / 12.0 * x)
        + 300.0 * np.sin(np.pi / 30.0 * x)
    ) * (2.0 / 3.0)
    rad = np.radians(lat)
    magic = 1.0 - _E2 * np.sin(rad) ** 2
    d_lat = np.degrees(d_lat * magic * np.sqrt(magic) / (_A * (1.0 - _E2)))
    d_lon = np.degrees(d_lon * np.sqrt(magic) / (_A * np.cos(rad)))
    west, south, east, north = _CHINA
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return np.where(inside, d_lon, 0.0), np.where(inside, d_lat, 0.0)


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    a_lon, a_lat = _floats(lon, lat)
    d_lon, d_lat = _shift(a_lon, a_lat)
    return a_lon + d_lon, a_lat + d_lat


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    x, y = _floats(lon, lat)
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _X_PI)
    theta = np.arctan2(y, x) + 0.000003 * np.cos(x * _X_PI)
    return radius * np.cos(theta) + _BD_SHIFT[0], radius * np.sin(theta) + _BD_SHIFT[1]


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Pair:
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def _inverse(forward: Callable[[ArrayLike, ArrayLike], Pair], lon: ArrayLike, lat: ArrayLike) -> Pair:
    want_lon, want_lat = _floats(lon, lat)
    guess_lon, guess_lat = want_lon, want_lat
    for _ in range(_ROUNDS + 1):
        got_lon, got_lat = forward(guess_lon, guess_lat)
        guess_lon = guess_lon + (want_lon - got_lon)
        guess_lat = guess_lat + (want_lat - got_lat)
    return guess_lon, guess_lat


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    return _inverse(wgs84_to_gcj02, lon, lat)


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Pair:
    return _inverse(gcj02_to_bd09, lon, lat)


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    return _inverse(wgs84_to_bd09, lon, lat)


_FROM_WGS84: dict[str, Callable[[ArrayLike, ArrayLike], Pair]] = {
    "wgs84": _floats,
    "cgcs2000": _floats,
    "gcj02": wgs84_to_gcj02,
    "bd09": wgs84_to_bd09,
}
_TO_WGS84: dict[str, Callable[[ArrayLike, ArrayLike], Pair]] = {
    "wgs84": _floats,
    "cgcs2000": _floats,
    "gcj02": gcj02_to_wgs84,
    "bd09": bd09_to_wgs84,
}


def to_wgs84(datum: str, lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Coordinates of `datum` as WGS-84 (lon, lat), ±1 m; NaN stays NaN.

    Raises:
        UserError: not one of `cockpit.model.city.DATUMS`.
    """
    return _way(_TO_WGS84, datum)(lon, lat)


def from_wgs84(datum: str, lon: ArrayLike, lat: ArrayLike) -> Pair:
    """WGS-84 coordinates as those of `datum` (lon, lat), ±1 m; NaN stays NaN.

    Raises:
        UserError: not one of `cockpit.model.city.DATUMS`.
    """
    return _way(_FROM_WGS84, datum)(lon, lat)


def _way(ways: dict[str, Callable[[ArrayLike, ArrayLike], Pair]], datum: str) -> Callable[[ArrayLike, ArrayLike], Pair]:
    try:
        return ways[datum]
    except KeyError as error:
        raise UserError("packs.unknown_datum", datum=datum, known=", ".join(DATUMS)) from error
