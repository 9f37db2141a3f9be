"""Views that a person keeps under a name: kept in the profile, reached by a key. No Qt in here."""

from __future__ import annotations

import math

import msgspec

from cockpit.model.ports import Prefs
from cockpit.model.typed import converted
from widgets.map.camera import EARTH, Camera, mercator, wgs84

KEPT = "map.bookmarks"
MOST = 30
WITH_KEY = 9
"""The first ones have a key: Alt+1 to Alt+9."""
LONGEST = 40


class Bookmark(msgspec.Struct, frozen=True):
    """One view: its name, its middle (WGS-84) and its zoom level (256 px scheme)."""

    name: str
    lon: float
    lat: float
    zoom: float


class Bookmarks:
    """The views of a profile, in a person's own order.

    Attributes:
        rows: the views; what is kept in a form that no one can read is left out.
    """

    def __init__(self, prefs: Prefs) -> None:
        self._prefs = prefs
        kept = prefs.get(KEPT, [])
        found = [_read(row) for row in kept] if isinstance(kept, list) else []
        self.rows = [row for row in found if row is not None][:MOST]

    def add(self, name: str, camera: Camera) -> Bookmark:
        """Keeps a view under a name; one of that name is replaced where it stands, else it comes last.

        Raises:
            ValueError: no name, or `MOST` are kept already.
        """
        lon, lat = wgs84(camera.x, camera.y)
        made = Bookmark(_clean(name), round(lon, 6), round(lat, 6), round(camera.zoom, 3))
        at = next((i for i, row in enumerate(self.rows) if row.name == made.name), None)
        if not made.name or (at is None and len(self.rows) >= MOST):
            raise ValueError(name)
        if at is None:
            self.rows.append(made)
        else:
            self.rows[at] = made
        self._keep()
        return made

    def rename(self, at: int, name: str) -> bool:
        """False when the name is empty or another's."""
        name = _clean(name)
        if not name or any(row.name == name for i, row in enumerate(self.rows) if i != at):
            return False
        self.rows[at] = msgspec.structs.replace(self.rows[at], name=name)
        self._keep()
        return True

    def remove(self, at: int) -> None:
        del self.rows[at]
        self._keep()

    def move(self, at: int, to: int) -> int:
        """Puts a view to another place in the order; the answer is where it is now."""
        to = min(max(to, 0), len(self.rows) - 1)
        self.rows.insert(to, self.rows.pop(at))
        self._keep()
        return to

    def _keep(self) -> None:
        self._prefs.set(KEPT, [msgspec.to_builtins(row) for row in self.rows])


def camera_of(mark: Bookmark, camera: Camera) -> Camera:
    """The kept view in the size of `camera`."""
    x, y = mercator(mark.lon, mark.lat)
    return camera.centred(float(x), float(y), 256 * 2**mark.zoom / (2 * math.pi * EARTH))


def _clean(name: str) -> str:
    return " ".join(name.split())[:LONGEST]


def _read(row: object) -> Bookmark | None:
    try:
        found = converted(row, Bookmark)
    except msgspec.ValidationError:
        return None
    finite = all(math.isfinite(v) for v in (found.lon, found.lat, found.zoom))
    inside = finite and abs(found.lon) <= 180 and abs(found.lat) <= 85 and 0 <= found.zoom <= 24
    return msgspec.structs.replace(found, name=_clean(found.name)) if inside and _clean(found.name) else None
