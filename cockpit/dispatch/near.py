"""Who is near and fits: along the streets, by the unit's way of moving, with the reason in words."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from cockpit.geo.metres import haversine
from cockpit.model.city import Kind, Pack
from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.ports import Near, Resource, Way
from cockpit.model.tables import UnitState
from cockpit.paths import assets_dir
from cockpit.picture.table import LiveTable

if TYPE_CHECKING:
    from cockpit.geo.roadgraph import Near as RoadWays
    from cockpit.geo.roadgraph import Reach, RoadGraph

SHOWN = 8
MOST_SPOTS = 4_096
"""Things of one table of which the nearest by road are looked for."""
CANDIDATES = 64
"""Places that are looked at first; four times as many when these do not settle who is nearest."""


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


class Spots(msgspec.Struct, frozen=True):
    """A copy of where things of one table are, made on the picture's thread.

    Attributes:
        keys: text, length n. places: float64 (n, 2), WGS-84 lon/lat.
    """

    keys: list[str]
    places: np.ndarray


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

    @staticmethod
    def spots_of(table: LiveTable, lon: float, lat: float) -> Spots:
        """The things of a table that have a place, of very many those that are nearest by air: made on the picture's
        thread, which copies no list of a whole city."""
        places = np.column_stack([table.numbers("lon"), table.numbers("lat")])
        away = np.hypot((places[:, 0] - lon) * np.cos(np.radians(lat)), places[:, 1] - lat)
        there = np.flatnonzero(np.isfinite(away))
        if len(there) > MOST_SPOTS:
            there = there[np.argpartition(away[there], MOST_SPOTS)[:MOST_SPOTS]]
        keys = table.text("key")
        return Spots([keys[i] for i in there.tolist()], places[there])

    def near(self, lon: float, lat: float, kind: Kind | None, units: Units) -> list[Near] | Message:
        """Those that fit first, then by time on the way; at most `SHOWN`.

        Args:
            lon, lat: the place, WGS-84.
            kind: class of the event; None for a place without one: then whoever is nearest by road comes first.
        """
        if not np.isfinite([lon, lat]).all():
            return Message("near.no_place")
        if not units.keys:
            return Message("near.nobody")
        graph = self._roads()
        if graph is None:
            return Message("near.no_roads")
        found: list[tuple[tuple[float, ...], int, float, Ways, int]] = []
        for on_foot in (True, False):
            index = [i for i, k in enumerate(units.kinds) if self._pack.unit_kind(k).on_foot is on_foot]
            reach = graph.reach(lon, lat, on_foot) if index else None
            for own in self._split(kind, units, index):
                if not own or reach is None:
                    continue
                ways, order = nearest_by_road(reach, lon, lat, units.places[own], SHOWN)
                for n in order:
                    i, metres = own[n], float(ways.metres[n])
                    found.append((self._order(kind, units, i, metres), i, metres, ways, n))
        found.sort(key=lambda row: row[0])
        return [self._near(kind, units, i, metres, ways, n) for _, i, metres, ways, n in found[:SHOWN]]

    def resources(self, lon: float, lat: float, topic: str, spots: Spots) -> list[Resource] | Message:
        """What stands nearest to a place, along the streets as one walks there; at most `SHOWN`."""
        if not np.isfinite([lon, lat]).all():
            return Message("near.no_place")
        graph = self._roads()
        if graph is None:
            return Message("near.no_roads")
        if not spots.keys:
            return []
        ways, order = nearest_by_road(graph.reach(lon, lat, on_foot=True), lon, lat, spots.places, SHOWN)
        return [Resource(topic, spots.keys[n], float(ways.metres[n]), _path(ways, n)) for n in order]

    def way(self, lon: float, lat: float, unit: str, units: Units) -> Way | Message:
        """The way of one unit to a place, along the streets."""
        if unit not in units.keys:
            return Message("near.nobody")
        graph = self._roads()
        if graph is None:
            return Message("near.no_roads")
        i = units.keys.index(unit)
        kind = self._pack.unit_kind(units.kinds[i])
        start = (float(units.places[i, 0]), float(units.places[i, 1]))
        route = graph.route(start, (lon, lat), kind.on_foot)
        if not np.isfinite(route.metres):
            return Message("near.no_roads")
        path = tuple((float(x), float(y)) for x, y in route.path)
        return Way(route.metres, route.metres / kind.speed, path)

    def _roads(self) -> RoadGraph | None:
        """The road graph, read at the first question; None where there is none."""
        if self._graph is None:
            from cockpit.geo.roadgraph import RoadGraph  # with SciPy, 0.4 s

            try:
                self._graph = RoadGraph.load(self._pack.folder / "roads.npz")
            except (OSError, UserError):
                return None
        return self._graph

    def _split(self, kind: Kind | None, units: Units, index: list[int]) -> list[list[int]]:
        """Units that may be sent, and the others: one who fits and is farther must not be crowded out."""
        if kind is None:
            return [index]
        of_kind = suits().get(kind.pattern, ())
        fits = [i for i in index if units.state[i] == UnitState.FREE and units.kinds[i] in of_kind]
        chosen = set(fits)
        return [fits, [i for i in index if i not in chosen]]

    def _order(self, kind: Kind | None, units: Units, i: int, metres: float) -> tuple[float, ...]:
        if kind is None:
            return (metres,)
        fits = units.kinds[i] in suits().get(kind.pattern, ())
        seconds = metres / self._pack.unit_kind(units.kinds[i]).speed
        return (units.state[i] != UnitState.FREE, not fits, seconds)

    def _near(self, kind: Kind | None, units: Units, i: int, metres: float, ways: Ways, n: int) -> Near:
        unit = self._pack.unit_kind(units.kinds[i])
        free = bool(units.state[i] == UnitState.FREE)
        why = self._why(kind, unit.id, free) if kind is not None else ()
        return Near(units.keys[i], metres, metres / unit.speed, _path(ways, n), why, free)

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


def nearest_by_road(reach: Reach, lon: float, lat: float, places: np.ndarray, count: int) -> tuple[Ways, list[int]]:
    """The `count` of `places` (n, 2) that are nearest to a place along the streets, exactly: a way is never shorter
    than the air line, so places are taken in, nearest by air first, until none left out can be nearer by road.

    Args:
        reach: of the place at `lon`, `lat`.

    Returns:
        How far each was found to be, with its way; and rows of `places`, the nearest first.
    """
    away = haversine(lon, lat, places[:, 0], places[:, 1])
    order = np.argsort(away, kind="stable")
    taken = min(CANDIDATES, len(order))
    while True:
        index = order[:taken]
        ways = reach.of(places[index])
        best = np.argsort(ways.metres, kind="stable")[:count]
        best = best[np.isfinite(ways.metres[best])]
        if taken == len(order) or (len(best) == count and ways.metres[best[-1]] <= away[order[taken]]):
            return Ways(ways, index), index[best].tolist()
        taken = min(taken * 4, len(order))


class Ways:
    """The ways of some of many places, by the place's row.

    Attributes:
        metres: along the streets, by row; those that were not looked at are missing.
    """

    def __init__(self, ways: RoadWays, index: np.ndarray) -> None:
        self._ways = ways
        self._at = {row: k for k, row in enumerate(index.tolist())}
        self.metres = {row: float(ways.metres[k]) for row, k in self._at.items()}

    def path(self, row: int) -> np.ndarray:
        """From the place to where was asked, (k, 2) lon/lat."""
        return self._ways.path_of(self._at[row])


def _path(ways: Ways, row: int) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in ways.path(row))
