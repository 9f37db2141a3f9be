"""A place that is no thing of the picture, but can be selected: topic `place`; its key says where it is."""

from __future__ import annotations

import math

PLACE = "place"
MOST = 80
"""Characters of a place's name that its key keeps."""


def place_key(lon: float, lat: float, words: str = "") -> str:
    """Key of a place, WGS-84 degrees to 0.1 m, and what it was called when it was chosen, "" for nothing."""
    return f"{lon:.6f},{lat:.6f} {' '.join(words.split())[:MOST]}".rstrip()


def place_of(key: str) -> tuple[float, float, str] | None:
    """Longitude, latitude and name of a place's key; None for what is no such key."""
    where, _, words = key.partition(" ")
    lon, _, lat = where.partition(",")
    try:
        place = float(lon), float(lat)
    except ValueError:
        return None
    if not (math.isfinite(place[0]) and math.isfinite(place[1]) and abs(place[0]) <= 180 and abs(place[1]) <= 85):
        return None
    return *place, words
