"""Where a report is, in words and by area: the pack's gazetteer, loaded when it is asked first and not before."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from cockpit.model.city import Pack
from cockpit.model.errors import CockpitError

if TYPE_CHECKING:
    from cockpit.geo.areas import Areas
    from cockpit.geo.places import Places


class FieldPlaces:
    """Names of places of one pack. Slow at the first time: for a worker thread."""

    def __init__(self, pack: Pack) -> None:
        self._folder = pack.folder
        self._lock = threading.Lock()
        self._loaded = False
        self._places: Places | None = None
        self._areas: Areas | None = None

    def at(self, lon: float, lat: float) -> tuple[str, str]:
        """Crossing or road in words, and code of the smallest area; "" where the pack knows none."""
        with self._lock:
            if not self._loaded:
                self._load()
            words = self._places.at(lon, lat).words if self._places is not None else ""
            return words, self._areas.at(lon, lat) if self._areas is not None else ""

    def _load(self) -> None:
        from cockpit.geo.areas import Areas
        from cockpit.geo.places import Places

        self._loaded = True
        try:
            self._places = Places.load(self._folder)
        except CockpitError:  # a pack without places names none
            self._places = None
        try:
            self._areas = Areas.load(self._folder)
        except CockpitError:
            self._areas = None
