"""Who is near and fits: along the streets, by the unit's way of moving, with the reason in words."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from cockpit.model.city import Kind, Pack
from cockpit.model.messages import Message
from cockpit.model.ports import Near, Way
from cockpit.model.tables import UnitState
from cockpit.paths import assets_dir
from cockpit.picture.table import LiveTable

if TYPE_CHECKING:
    from cockpit.geo.roadgraph import RoadGraph

SHOWN = 8
CANDIDATES = 40


class Units(msgspec.Struct, frozen=True):
    """A copy of who is where, made on the picture's thread.

    Attributes:
        keys, kinds: text, length n.
        state: uint8 (n,) of `UnitState`.
        places: float64 (n, 2), WGS-84 lon/lat.
    """

    keys: list[str]
    kinds: list[str]
    state: np.ndarray
    places: np.ndarray


@lru_cache(maxsize=1)
def suits() -> dict[str, tuple[str, ...]]:
    """Pattern of an event's class to the kinds of units that may be sent, best first."""
    data = tomllib.loads((assets_dir() / "kinds" / "suits.toml").read_text("utf-8"))
    return {pattern: tuple(kinds) for pattern, kinds in data["pattern"].items()}


class Finder:
    """Answers who is near; the road graph is read at the first question. Used from one worker thread."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._graph: RoadGraph | None = None

    @staticmethod
    def units_of(table: LiveTable) -> Units:
        """The units of the picture that are on duty and have a place."""
        state = table.numbers("state").copy()
        places = np.column_stack([table.numbers("lon"), table.numbers("lat")])
        there = np.flatnonzero((state != UnitState.OFF_DUTY) & np.isfinite(places).all(axis=1)).tolist()
        keys, kinds = table.text("key"), table.text("kind")
        return Units([keys[i] for i in there], [kinds[i] for i in there], state[there], places[there])

    def near(self, lon: float, lat: float, kind: Kind, units: Units) -> list[Near] | Message:
        """Those that fit first, then by time on the way; at most `SHOWN`.

        Args:
            lon, lat: the place, WGS-84.
            kind: class of the event.
        """
        if not np.isfinite([lon, lat]).all():
            return Message("near.no_place")
        if not units.keys:
            return Message("near.nobody")
        if not self._has_roads():
            return Message("near.no_roads")
        found: list[Near] = []
        for on_foot in (True, False):
            index = [i for i, k in enumerate(units.kinds) if self._pack.unit_kind(k).on_foot is on_foot]
            index = self._closest(lon, lat, units.places, index)
            if index:
                found += self._along(lon, lat, kind, units, index, on_foot)
        found.sort(key=lambda n: (not n.free, self._rank(kind, n, units) is None, n.seconds))
        return found[:SHOWN]

    def way(self, lon: float, lat: float, unit: str, units: Units) -> Way | Message:
        """The way of one unit to a place, along the streets."""
        if unit not in units.keys:
            return Message("near.nobody")
        if not self._has_roads():
            return Message("near.no_roads")
        assert self._graph is not None
        i = units.keys.index(unit)
        kind = self._pack.unit_kind(units.kinds[i])
        start = (float(units.places[i, 0]), float(units.places[i, 1]))
        route = self._graph.route(start, (lon, lat), kind.on_foot)
        path = tuple((float(x), float(y)) for x, y in route.path)
        return Way(route.metres, route.metres / kind.speed, path)

    def _has_roads(self) -> bool:
        """Reads the road graph at the first question; whether there is one."""
        if self._graph is None:
            from cockpit.geo.roadgraph import RoadGraph  # with SciPy, 0.4 s

            try:
                self._graph = RoadGraph.load(self._pack.folder / "roads.npz")
            except OSError:
                return False
        return True

    @staticmethod
    def _closest(lon: float, lat: float, places: np.ndarray, index: list[int]) -> list[int]:
        """The nearest as the crow flies: a way along streets is never shorter."""
        there = places[index] - (lon, lat)
        distance = np.hypot(there[:, 0] * np.cos(np.radians(lat)), there[:, 1])
        return [index[i] for i in np.argsort(distance)[:CANDIDATES]]

    def _along(self, lon: float, lat: float, kind: Kind, units: Units, index: list[int], on_foot: bool) -> list[Near]:
        assert self._graph is not None
        ways = self._graph.near(lon, lat, units.places[index], on_foot)
        rows = []
        for n, i in enumerate(index):
            metres = float(ways.metres[n])
            if not np.isfinite(metres):
                continue
            unit = self._pack.unit_kind(units.kinds[i])
            free = bool(units.state[i] == UnitState.FREE)
            path = tuple((float(x), float(y)) for x, y in ways.path_of(n))
            rows.append(Near(units.keys[i], metres, metres / unit.speed, path, self._why(kind, unit.id, free), free))
        return rows

    def _rank(self, kind: Kind, near: Near, units: Units) -> int | None:
        of_kind = suits().get(kind.pattern, ())
        unit = units.kinds[units.keys.index(near.key)]
        return of_kind.index(unit) if unit in of_kind else None

    def _why(self, kind: Kind, unit: str, free: bool) -> tuple[Message, ...]:
        order = suits().get(kind.pattern, ())
        name = self._pack.unit_kind(unit).name
        if unit not in order:
            fits = Message("near.other_duty", {"unit": name, "kind": kind.name})
        elif order.index(unit) == 0:
            fits = Message("near.first_duty", {"unit": name, "kind": kind.name})
        else:
            fits = Message("near.may_help", {"unit": name})
        return (fits,) if free else (Message("near.busy"), fits)
