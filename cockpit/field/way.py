"""The way to an order along real streets, and the streets around: enough for a phone to draw a small map by itself."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from numpy.typing import NDArray

from cockpit.field.pagewire import RoadOut, WayOut
from cockpit.model.errors import CockpitError

if TYPE_CHECKING:
    from cockpit.geo.roadgraph import RoadGraph

MOST_POINTS = 400
MOST_ROADS = 19_000
"""Bytes of the streets around, as JSON."""
KEPT = 256
_ROUND = 4
"""Digits of degrees of a place from which a way begins: ten metres."""
_MARGIN = 0.0015
_DIGITS = 5
_CLASSES = (
    "motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street",
    "pedestrian", "service",
)  # fmt: skip
"""The wider ones come first; what is none of them (foot ways) comes last."""


class Ways:
    """Ways of all units. One at a time is searched, off the event loop; the road graph is read with the first one."""

    def __init__(self, folder: Path | None) -> None:
        """
        Args:
            folder: of the pack; None: there is none, and no way is known.
        """
        self._folder = folder
        self._graph: RoadGraph | None = None
        self._known: OrderedDict[tuple[object, ...], WayOut] = OrderedDict()
        self._one = asyncio.Lock()

    async def way(
        self, start: tuple[float, float], end: tuple[float, float], on_foot: bool, speed: float
    ) -> WayOut | None:
        """From a place to another (WGS-84 lon, lat); None where no streets are known.

        Args:
            speed: of the unit, m/s.
        """
        near = (round(start[0], _ROUND), round(start[1], _ROUND))
        key = (near, end, on_foot, speed)
        async with self._one:
            if (known := self._known.get(key)) is not None:
                self._known.move_to_end(key)
                return known
            found = await asyncio.to_thread(self._search, near, end, on_foot, speed)
            if found is not None:
                self._known[key] = found
                if len(self._known) > KEPT:
                    self._known.popitem(last=False)
            return found

    def _search(
        self, start: tuple[float, float], end: tuple[float, float], on_foot: bool, speed: float
    ) -> WayOut | None:
        if self._graph is None and self._folder is not None:
            from cockpit.geo.roadgraph import RoadGraph  # with SciPy, 0.4 s

            try:
                self._graph = RoadGraph.load(self._folder)
            except CockpitError:
                self._folder = None
        if self._graph is None:
            return None
        route = self._graph.route(start, end, on_foot)
        if not len(route.path):
            return None
        points = _thinned(route.path)
        return WayOut(
            length_m=round(route.metres, 1),
            seconds=round(route.metres / speed, 1),
            points=points,
            roads=_roads(self._graph, route.path),
        )


def _thinned(path: NDArray[Any]) -> list[tuple[float, float]]:
    """At most `MOST_POINTS` of a line, those that matter."""
    import shapely

    line = shapely.linestrings(path) if len(path) > 1 else None
    tolerance = 1e-5
    while len(path) > MOST_POINTS and line is not None:
        path = shapely.get_coordinates(shapely.simplify(line, tolerance))
        tolerance *= 2
    return [(round(float(lon), _DIGITS), round(float(lat), _DIGITS)) for lon, lat in path]


def _roads(graph: RoadGraph, path: NDArray[Any]) -> list[RoadOut]:
    """Streets around a way, the wider ones first, as many as there is room for."""
    import numpy as np

    low, high = path.min(axis=0) - _MARGIN, path.max(axis=0) + _MARGIN
    ends = np.stack([graph.nodes[graph.a], graph.nodes[graph.b]], axis=1)
    inside = np.all((ends.max(axis=1) >= low) & (ends.min(axis=1) <= high), axis=1)
    rank = np.array([_rank(kind) for kind in graph.kinds])[graph.kind]
    room = MOST_ROADS
    roads: list[RoadOut] = []
    for edge in sorted(np.flatnonzero(inside).tolist(), key=lambda edge: int(rank[edge])):
        road = RoadOut(graph.names[graph.name[edge]], graph.kinds[graph.kind[edge]], _thinned(graph.path(edge)))
        room -= len(msgspec.json.encode(road)) + 1
        if room < 0:
            break
        roads.append(road)
    return roads


def _rank(kind: str) -> int:
    plain = kind.removesuffix("_link")
    return _CLASSES.index(plain) if plain in _CLASSES else len(_CLASSES)
