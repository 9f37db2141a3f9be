"""What places and units of a city are called, there and back. Read at the first question; for one worker thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from cockpit.model.city import Pack
from cockpit.model.errors import UserError
from cockpit.model.nameindex import NameIndex
from cockpit.model.pinyin import plain
from cockpit.model.ports import Here, NamedPlace

if TYPE_CHECKING:
    from cockpit.geo.areas import Areas
    from cockpit.geo.places import Places
    from cockpit.geo.search import Found, PlaceSearch


class Lookup:
    """The names of one city.

    Args:
        pack: its folder holds places.npz and areas.npz; a pack without areas names none.
    """

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._read: tuple[Places, Areas | None] | None = None
        self._search: PlaceSearch | None = None
        self._units: tuple[Sequence[str], NameIndex] = ((), NameIndex([]))

    def _files(self) -> tuple[Places, Areas | None]:
        if self._read is None:
            from cockpit.geo.areas import Areas  # with shapely and SciPy, 0.3 s
            from cockpit.geo.places import Places

            places = Places.load(self._pack.folder)
            try:
                self._read = places, Areas.load(self._pack.folder)
            except UserError:
                self._read = places, None
        return self._read

    def ready(self) -> PlaceSearch:
        """The names, ready to be searched.

        Raises:
            UserError: the pack's places can not be read.
        """
        if self._search is None:
            from cockpit.geo.search import PlaceSearch

            self._search = PlaceSearch(*self._files())
        return self._search

    def here(self, lon: float, lat: float) -> Here:
        """What a place is called, and the area it lies in."""
        places, areas = self._files()
        return Here(places.at(lon, lat).words, areas.at(lon, lat) if areas is not None else "")

    def places(self, text: str, limit: int, near: tuple[float, float] | None) -> list[NamedPlace]:
        """Places that a text names, best first."""
        found = self.ready().search(text, limit, near)
        return [
            NamedPlace(one.words, one.kind, one.lon, one.lat, within)
            for one, within in zip(found, self._within(found), strict=True)
        ]

    def _within(self, found: Sequence[Found]) -> list[str]:
        """District and street of each; of an area those above it."""
        _, areas = self._files()
        if areas is None or not found:
            return [""] * len(found)
        codes = areas.at_many(np.array([(one.lon, one.lat) for one in found]))
        words = []
        for one, code in zip(found, codes, strict=True):
            line = [area.name for area in areas.line(one.area or code)[1:]]
            words.append(" · ".join(line[:-1][:2] if one.area else line[:2]))
        return words

    def units(self, text: str, limit: int, keys: Sequence[str], names: Sequence[str]) -> list[tuple[str, float]]:
        """Keys of the units whose name every word fits, and how well; best first, of equals the first ones."""
        if self._units[0] != names:
            self._units = names, NameIndex(names)
        words = plain(text).split()
        if not words or not len(names):
            return []
        scores = np.minimum.reduce([self._units[1].scores(word) for word in words])
        best = np.argsort(-scores.astype(int), kind="stable")[:limit]
        return [(keys[i], float(scores[i])) for i in best.tolist() if scores[i] > 0]
