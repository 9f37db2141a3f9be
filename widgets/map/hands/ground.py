"""Lengths and areas on the ground of what is drawn on the map. Web-Mercator metres (EPSG:3857) in. No Qt in here.

On the ellipsoid of WGS-84: lengths by the radii of curvature at the middle of each stretch (a millimetre over a city),
areas by the equal-area latitude (Snyder, Map Projections: A Working Manual, 1987, equation 3-12).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from widgets.map.camera import EARTH, mercator

Floats = NDArray[np.float64]
A = 6378137.0
E2 = 0.00669437999014
"""Semi-major axis in metres and squared eccentricity of WGS-84."""
SIDES = 120
"""Corners of a circle as it is drawn."""


def degrees(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Web-Mercator metres to WGS-84 degrees (lon, lat), elementwise."""
    lon: Floats = np.degrees(np.asarray(x, dtype=np.float64) / EARTH)
    lat: Floats = np.degrees(2 * np.arctan(np.exp(np.asarray(y, dtype=np.float64) / EARTH)) - np.pi / 2)
    return lon, lat


def per_degree(lat: Floats | float) -> tuple[Floats, Floats]:
    """Metres that a degree of longitude and one of latitude are long at `lat`, elementwise."""
    phi = np.radians(np.asarray(lat, dtype=np.float64))
    w = 1 - E2 * np.sin(phi) ** 2
    return np.radians(1) * A / np.sqrt(w) * np.cos(phi), np.radians(1) * A * (1 - E2) / w**1.5


def stretches(x: Floats, y: Floats) -> Floats:
    """Metres of each stretch of a line of N points, shape (N - 1,)."""
    lon, lat = degrees(x, y)
    east, north = per_degree((lat[1:] + lat[:-1]) / 2)
    result: Floats = np.hypot(np.diff(lon) * east, np.diff(lat) * north)
    return result


def area(x: Floats, y: Floats) -> float:
    """Square metres within a ring, open or closed; one that crosses itself counts its parts against each other."""
    if len(x) < 3:
        return 0.0
    lon, lat = degrees(x, y)
    e, sine = math.sqrt(E2), np.sin(np.radians(lat))
    q = (1 - E2) * (sine / (1 - E2 * sine**2) - np.log((1 - e * sine) / (1 + e * sine)) / (2 * e))
    across, up = A * np.radians(lon - lon[0]), A * (q - q[0]) / 2
    return float(abs(np.sum(across * np.roll(up, -1) - np.roll(across, -1) * up)) / 2)


def away(x: float, y: float, lon: Floats, lat: Floats) -> Floats:
    """Metres from a place (Mercator) to others (WGS-84), elementwise; good to 0.1 % over a city."""
    here_lon, here_lat = degrees(np.array([x]), np.array([y]))
    east, north = per_degree((lat + here_lat[0]) / 2)
    result: Floats = np.hypot((lon - here_lon[0]) * east, (lat - here_lat[0]) * north)
    return result


def circle(x: float, y: float, metres: float) -> tuple[Floats, Floats]:
    """The closed ring `metres` around a place, Mercator metres."""
    lon, lat = degrees(np.array([x]), np.array([y]))
    east, north = per_degree(lat)
    turn = np.linspace(0, 2 * np.pi, SIDES + 1)
    return mercator(lon + np.sin(turn) * metres / east, lat + np.cos(turn) * metres / north)


def length_words(metres: float) -> str:
    """A length as it is printed: 640 m, 2.34 km, 41.8 km."""
    if metres < 999.5:
        return f"{metres:.0f} m"
    return f"{metres / 1000:.2f} km" if metres < 9995 else f"{metres / 1000:,.1f} km"


def area_words(square: float) -> str:
    """An area as it is printed: 850 m², 0.42 km², 36.1 km²."""
    if square < 99_995:
        return f"{square:,.0f} m²"
    return f"{square / 1e6:.2f} km²" if square < 9.995e6 else f"{square / 1e6:,.1f} km²"
