"""Which cameras a panel shows: named, of a group, of an area, or those nearest to an event. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cockpit.model.tables import EventState

if TYPE_CHECKING:
    from cockpit.picture import Picture

METRES_A_DEGREE = 111_195.0
NEAR_METRES = 800.0
"""A camera further off sees nothing of what happens."""


def nearest(picture: Picture, lon: float, lat: float, most: int, within: float = NEAR_METRES) -> list[str]:
    """Keys of the cameras nearest to a place (WGS-84), nearest first."""
    table = picture["camera"]
    if not len(table) or not most or not (np.isfinite(lon) and np.isfinite(lat)):
        return []
    east = (np.asarray(table.numbers("lon")) - lon) * METRES_A_DEGREE * np.cos(np.radians(lat))
    north = (np.asarray(table.numbers("lat")) - lat) * METRES_A_DEGREE
    far = np.hypot(east, north)
    far = np.where(np.isfinite(far), far, np.inf)
    first = np.argpartition(far, min(most, len(far)) - 1)[:most] if most < len(far) else np.arange(len(far))
    order = first[np.argsort(far[first], kind="stable")]
    return [table.key_at(int(i)) for i in order if far[i] <= within]


def named(picture: Picture, cameras: Iterable[Any]) -> list[str]:
    """Keys of cameras that are named by key, or by their id at the source alone; one that nobody knows stays as it is,
    so that it is said of it."""
    table = picture["camera"]
    keys: list[str] = []
    by_id: dict[str, str] | None = None
    for name in (str(one) for one in cameras):
        if name not in table and "/" not in name:
            if by_id is None:
                by_id = {key.partition("/")[2]: key for key in table.keys}
            name = by_id.get(name, name)
        if name not in keys:
            keys.append(name)
    return keys


def in_area(picture: Picture, area: str, most: int) -> list[str]:
    """Keys of the cameras in an area (code) and those under it, spread evenly over them."""
    table = picture["camera"]
    rows = [i for i, code in enumerate(table.text("area")) if code.startswith(area)]
    step = max(len(rows) / most, 1.0) if most else 1.0
    return [table.key_at(rows[int(n * step)]) for n in range(min(most, len(rows)))]


def place_of(picture: Picture, event: str) -> tuple[float, float] | None:
    """Where an event is (WGS-84); None where nobody knows."""
    row = picture["event"].get(event)
    if row is None or not (np.isfinite(row["lon"]) and np.isfinite(row["lat"])):
        return None
    return float(row["lon"]), float(row["lat"])


def gravest(picture: Picture, most: int) -> list[str]:
    """A camera each at the gravest open events, the newest first."""
    table = picture["event"]
    if not len(table):
        return []
    there = np.flatnonzero((table.numbers("state") == EventState.OPEN) & np.isfinite(table.numbers("lon")))
    order = there[np.lexsort((-table.numbers("occurred")[there], table.numbers("level")[there]))]
    keys: list[str] = []
    for i in order[: most * 3].tolist():
        found = nearest(picture, float(table.value(i, "lon")), float(table.value(i, "lat")), 1)
        if found and found[0] not in keys:
            keys.append(found[0])
        if len(keys) == most:
            break
    return keys


def by_id(picture: Picture, ident: str) -> str:
    """The key of a camera by its id at the source, "" unknown."""
    found = named(picture, (ident,)) if ident else []
    return found[0] if found and found[0] in picture["camera"] else ""


def first_ones(keys: Sequence[str], most: int) -> list[str]:
    """Each once, so many at the most."""
    return list(dict.fromkeys(key for key in keys if key))[:most]
