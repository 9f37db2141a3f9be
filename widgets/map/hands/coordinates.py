"""Coordinates as people read and type them, in the datum that they work with. No Qt in here."""

from __future__ import annotations

import re

from cockpit.geo import datum

DATUMS = ("wgs84", "gcj02", "cgcs2000")
"""Datums that coordinates are shown in."""
NAMES = {"wgs84": "WGS-84", "gcj02": "GCJ-02", "cgcs2000": "CGCS2000", "bd09": "BD-09"}
_MINUTES = r"(?:([\d.]+)\s*[′'分]\s*(?:([\d.]+)\s*(?:[″\"秒]|''))?)?"
_NUMBER = rf"([+-]?\d{{1,3}}(?:\.\d+)?)\s*[°度]?\s*{_MINUTES}\s*([EWNS东西北南经纬]*)"
_PAIR = re.compile(rf"^\s*(?:东经|经度|E)?\s*{_NUMBER}[\s,，、;；/]+(?:北纬|纬度|N)?\s*{_NUMBER}\s*$", re.IGNORECASE)


def in_datum(name: str, lon: float, lat: float) -> tuple[float, float]:
    """A WGS-84 place in a datum of `DATUMS`; CGCS2000 is WGS-84 within decimetres."""
    there = datum.from_wgs84(name, lon, lat)
    return float(there[0]), float(there[1])


def words(name: str, lon: float, lat: float, digits: int = 4) -> str:
    """A WGS-84 place as it stands in the panel's header: 120.1592°E 30.2741°N."""
    east, north = in_datum(name, lon, lat)
    return f"{abs(east):.{digits}f}°{'E' if east >= 0 else 'W'} {abs(north):.{digits}f}°{'N' if north >= 0 else 'S'}"


def copied(name: str, lon: float, lat: float) -> str:
    """A WGS-84 place as it is copied, in a tenth of a metre: 120.159213,30.274104."""
    east, north = in_datum(name, lon, lat)
    return f"{east:.6f},{north:.6f}"


def typed(text: str, name: str) -> tuple[float, float] | None:
    """The WGS-84 place (lon, lat) that was typed as coordinates of datum `name`; None for what is none.

    Takes decimal degrees and degrees with minutes and seconds, with or without E and N, and 东经… 北纬…. Two bare
    numbers of which the first can be no latitude in China are longitude and latitude; the other way round they are
    taken for what they must be.
    """
    found = _PAIR.match(text.strip())
    if found is None:
        return None
    groups = found.groups()
    one, other = (_degrees(*groups[i : i + 4]) for i in (0, 4))
    if one is None or other is None:
        return None
    swapped = any(sign in groups[3].upper() for sign in "NS北南纬") or any(s in groups[7].upper() for s in "EW东西经")
    if not swapped and abs(one) <= 90 < abs(other):
        swapped = True
    lon, lat = (other, one) if swapped else (one, other)
    if not (-180 <= lon <= 180 and -85 <= lat <= 85):
        return None
    there = datum.to_wgs84(name, lon, lat)
    return float(there[0]), float(there[1])


def _degrees(degrees: str, minutes: str | None, seconds: str | None, sign: str) -> float | None:
    try:
        value = abs(float(degrees)) + float(minutes or 0) / 60 + float(seconds or 0) / 3600
    except ValueError:
        return None
    if float(minutes or 0) >= 60 or float(seconds or 0) >= 60:
        return None
    south = degrees.startswith("-") or any(s in sign.upper() for s in "WS西南")
    return -value if south else value
