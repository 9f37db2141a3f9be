"""Who and what is near along the streets, and what lies where by the pack's own names: answered here, without a hub."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cockpit.dispatch.near import Finder, Spots
from cockpit.model.city import Pack
from cockpit.model.messages import Message
from cockpit.model.ports import Here, NamedPlace, Resource, Way
from cockpit.picture.picture import Picture
from cockpit.seat.lookup import Lookup

PLACES = 8
"""Places that a search by name answers with at the most."""


class Around:
    """Asked in a tick; `done` is called in one."""

    def __init__(
        self,
        pack: Pack,
        picture: Picture,
        aside: Callable[[Callable[[], object]], None],
        later: Callable[[Callable[[], None]], None],
    ) -> None:
        """
        Args:
            aside: does what is slow on a thread of its own. later: runs something in the next tick, from any thread.
        """
        self._pack = pack
        self._picture = picture
        self._aside = aside
        self._later = later
        self._finder = Finder(pack)
        self._lookup = Lookup(pack)

    def near(self, lon: float, lat: float, kind: str, done: Callable[[Any], None]) -> None:
        """`ports.Nearby`: who is near along the streets."""
        units = self._finder.units_of(self._picture["unit"])

        def work() -> None:
            answer = self._finder.near(lon, lat, self._pack.kind(kind) if kind else None, units)
            self._later(lambda: done(answer))

        self._aside(work)

    def resources(
        self,
        lon: float,
        lat: float,
        topic: str,
        done: Callable[[list[Resource] | Message], None],
        spots: tuple[list[str], NDArray[np.float64]] | None = None,
    ) -> None:
        """`ports.Nearby.resources`: what of a table, or of `spots`, stands near along the streets."""
        known = self._finder.spots_of(self._picture[topic], lon, lat) if spots is None else Spots(*spots)

        def work() -> None:
            answer = self._finder.resources(lon, lat, topic, known)
            self._later(lambda: done(answer))

        self._aside(work)

    def way(self, unit: str, lon: float, lat: float, done: Callable[[Way | Message], None]) -> None:
        """`ports.Nearby.way`: of one unit along the streets."""
        units = self._finder.units_of(self._picture["unit"])

        def work() -> None:
            answer = self._finder.way(lon, lat, unit, units)
            self._later(lambda: done(answer))

        self._aside(work)

    def here(self, lon: float, lat: float, done: Callable[[Here], None]) -> None:
        """`ports.Gazetteer.here`: by the pack's own names and areas."""

        def work() -> None:
            found = self._lookup.here(lon, lat)
            self._later(lambda: done(found))

        self._aside(work)

    def places(
        self, text: str, done: Callable[[list[NamedPlace]], None], near: tuple[float, float] | None = None
    ) -> None:
        """`ports.Gazetteer`: by the pack's own names, so it needs no network."""

        def work() -> None:
            found = self._lookup.places(text, PLACES, near)
            self._later(lambda: done(found))

        self._aside(work)

    def units(self, text: str, done: Callable[[list[tuple[str, float]]], None]) -> None:
        """`ports.Search.units`: by the names of the picture, which are copied here and searched aside."""
        table = self._picture["unit"]
        keys, names = list(table.text("key")), list(table.text("name"))

        def work() -> None:
            found = self._lookup.units(text, PLACES, keys, names)
            self._later(lambda: done(found))

        self._aside(work)

    def read_names(self) -> None:
        """Makes the city's names ready aside, so that the first letter typed does not wait for it."""
        self._aside(self._lookup.ready)
