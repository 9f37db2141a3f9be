"""A city from its pack: the streets of the road graph with every bend a node, so that units keep to the road."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cockpit.city.city import City
from cockpit.city.ground import Floats, Ground, Streets
from cockpit.geo.areas import STREET, Areas
from cockpit.geo.roadgraph import BRIDGE, TUNNEL, RoadGraph
from cockpit.model.city import Pack

MAIN = ("primary", "secondary", "tertiary")
"""Classes of OpenStreetMap whose crossings everybody knows; expressways have no crossings."""
UNDERPASS = 320.0
"""Metres; a longer tunnel goes under a river or a hill."""


def streets_of(roads: RoadGraph) -> Streets:
    """The road graph with its bends."""
    counts = np.diff(roads.offsets)
    joints = len(roads.nodes)
    # a row a vertex: ends of edges are the graph's nodes, what lies between is numbered after them
    first = np.zeros(len(roads.coords), dtype=bool)
    last = np.zeros(len(roads.coords), dtype=bool)
    first[roads.offsets[:-1]] = True
    last[roads.offsets[1:] - 1] = True
    bend = ~(first | last)
    number = np.empty(len(roads.coords), dtype=np.int64)
    number[bend] = joints + np.arange(np.count_nonzero(bend))
    number[roads.offsets[:-1]] = roads.a
    number[roads.offsets[1:] - 1] = roads.b
    edge = np.repeat(np.arange(len(counts)), counts)
    tail, head, of = number[:-1][~last[:-1]], number[1:][~last[:-1]], edge[:-1][~last[:-1]]
    places = np.concatenate((roads.nodes, roads.coords[bend]))
    joint = np.zeros(len(places), dtype=bool)
    joint[:joints] = True
    vehicles, walkers = roads.net(False), roads.net(True)
    wide = np.isin(roads.kind, [i for i, kind in enumerate(roads.kinds) if kind in MAIN])
    tunnel = (roads.flags & TUNNEL > 0) & (roads.metres < UNDERPASS)
    bridge = roads.flags & BRIDGE > 0

    def both(ahead: NDArray[np.bool_], back: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return np.concatenate((ahead[of], back[of]))

    names = [roads.names[i] for i in roads.name[of].tolist()]
    return Streets(
        lon=places[:, 0],
        lat=places[:, 1],
        joint=joint,
        start=np.concatenate((tail, head)),
        end=np.concatenate((head, tail)),
        name=names + names,
        drive=both(vehicles.forward, vehicles.backward),
        walk=both(walkers.forward, walkers.backward),
        main=both(wide, wide),
        tunnel=both(tunnel, tunnel),
        bridge=both(bridge, bridge),
    )


class Place:
    """What a city is built on, read once from its pack; a restarted city stands on the same.

    Raises:
        UserError: a layer of the pack is not there or is damaged.
    """

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.roads = RoadGraph.load(pack.folder)
        self.areas = Areas.load(pack.folder)
        self._streets = streets_of(self.roads)

    def city(self, seed: int, start: int, units: int, events_per_day: float) -> City:
        """A city at its start (UTC microseconds of its own time)."""
        ground = Ground(self._streets, self._areas_at, self.pack.bounds)

        def station(node: int) -> str:
            street = self.areas.above(ground.area(node), STREET)
            return street.name.removesuffix("街道").removesuffix("镇") if street else self.pack.name["zh"]

        return City(self.pack, self.roads, ground, station, seed, start, units, events_per_day)

    def area_features(self) -> Iterator[dict[str, Any]]:
        """All areas as GeoJSON features, from the city down to the cells."""
        for area in self.areas:
            geometry = {"type": "MultiPolygon", "coordinates": self.areas.rings(area.code)}
            properties = {"code": area.code, "name": area.name, "tier": area.tier, "parent": area.parent}
            yield {"type": "Feature", "id": area.code, "geometry": geometry, "properties": properties}

    def _areas_at(self, lon: Floats, lat: Floats) -> list[str]:
        return self.areas.at_many(np.column_stack((lon, lat)))
