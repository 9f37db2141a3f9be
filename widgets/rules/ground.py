"""The outline of an area as the ring of a geofence: its largest piece, with no more corners than a rule may have."""

from __future__ import annotations

import json
from typing import Any

CORNERS = 200


def ring_of(areas: Any, code: str) -> tuple[tuple[float, float], ...]:
    """The outer ring of the largest piece of an area.

    Args:
        areas: the table `area`.

    Returns:
        ((lon, lat), …) WGS-84 without the closing corner; () where the area is not known.
    """
    rows = (areas.row(i) for i in range(len(areas)) if areas.value(i, "code") == code)
    row = next(rows, None)
    if row is None:
        return ()
    try:
        outers = [polygon[0] for polygon in json.loads(row["rings"] or "[]")]
    except (ValueError, IndexError, TypeError):
        return ()
    if not outers:
        return ()
    ring = max(outers, key=_extent)
    corners = [(float(lon), float(lat)) for lon, lat in ring]
    if len(corners) > 1 and corners[0] == corners[-1]:
        corners.pop()
    step = -(-len(corners) // CORNERS)
    return tuple(corners[::step])


def _extent(ring: list[list[float]]) -> float:
    """Twice the area in square degrees: only to find the largest."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True)))
