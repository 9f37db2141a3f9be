"""Shapes of CAP (`lat,lon lat,lon …`, circles `lat,lon radius-km`) as GeoJSON rings (lon, lat), in the feed's datum."""

from __future__ import annotations

import math

Ring = list[list[float]]

CORNERS = 48
"""Of the polygon that stands for a circle."""
_KM_A_DEGREE = 111.195
_LEAST_KM = 0.05
_MOST_KM = 5_000.0


def polygon(text: str) -> Ring | None:
    """A CAP polygon: at least four pairs, the last equal to the first; None where it is not one."""
    ring: Ring = []
    for pair in text.split():
        parts = pair.split(",")
        if len(parts) != 2:
            return None
        place = _place(parts[0], parts[1])
        if place is None:
            return None
        ring.append(place)
    if len(ring) < 4 or ring[0] != ring[-1]:
        return None
    return ring


def circle(text: str) -> Ring | None:
    """A CAP circle as a polygon of `CORNERS` corners; None where it is not one. Radius 0, a point, becomes 50 m."""
    parts = text.split()
    if len(parts) != 2 or parts[0].count(",") != 1:
        return None
    centre = _place(*parts[0].split(","))
    try:
        radius = float(parts[1])
    except ValueError:
        return None
    if centre is None or not 0 <= radius <= _MOST_KM:
        return None
    dlat = max(radius, _LEAST_KM) / _KM_A_DEGREE
    dlon = dlat / max(math.cos(math.radians(centre[1])), 0.01)
    turn = [2 * math.pi * i / CORNERS for i in range(CORNERS)]
    ring = [[centre[0] + dlon * math.cos(a), centre[1] + dlat * math.sin(a)] for a in turn]
    return [*ring, list(ring[0])]


def _place(lat: str, lon: str) -> list[float] | None:
    try:
        y, x = float(lat), float(lon)
    except ValueError:
        return None
    if not (math.isfinite(x) and math.isfinite(y) and abs(x) <= 180):
        return None
    # |lat| > 90 passes here on purpose: it is longitude written first, and the check of places says so
    return [x, y] if abs(y) <= 180 else None
