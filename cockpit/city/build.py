"""A city from its pack: the streets of the road graph with every bend a node, so that units keep to the road."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from cockpit.city.city import City
from cockpit.city.ground import Floats, Ground, Streets
from cockpit.geo.areas import STREET, Areas
from cockpit.geo.roadgraph import BRIDGE, TUNNEL, RoadGraph
from cockpit.model.city import Pack

MAIN = ("primary", "secondary", "tertiary")
"""Classes of OpenStreetMap whose crossings everybody knows; expressways have no crossings."""
UNDERPASS = 320.0
"""Metres; a longer tunnel goes under a river or a hill."""


def streets_of(roads: RoadGraph, bounds: tuple[float, float, float, float]) -> Streets:
    """The road graph with its bends, as far as it lies inside the bounds (west, south, east, north)."""
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

    start, end = np.concatenate((tail, head)), np.concatenate((head, tail))
    west, south, east, north = bounds
    inside: NDArray[np.bool_] = np.all((places >= (west, south)) & (places <= (east, north)), axis=1)
    names = [roads.names[i] for i in roads.name[of].tolist()]
    return Streets(
        lon=places[:, 0],
        lat=places[:, 1],
        joint=joint,
        start=start,
        end=end,
        name=names + names,
        drive=_connected(both(vehicles.forward, vehicles.backward), start, end, inside),
        walk=_connected(both(walkers.forward, walkers.backward), start, end, inside),
        main=both(wide, wide),
        tunnel=both(tunnel, tunnel),
        bridge=both(bridge, bridge),
    )


def _connected(
    open_to: NDArray[np.bool_], start: NDArray[np.int64], end: NDArray[np.int64], inside: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """The edges among nodes inside the bounds that can all reach one another: whoever moves there never gets stuck."""
    usable = open_to & inside[start] & inside[end]
    size = len(inside)
    reach = csr_matrix((np.ones(np.count_nonzero(usable), np.int8), (start[usable], end[usable])), shape=(size, size))
    _, label = connected_components(reach, directed=True, connection="strong")
    largest: NDArray[np.bool_] = label == np.bincount(label).argmax()
    joined: NDArray[np.bool_] = usable & largest[start] & largest[end]
    return joined


class Place:
    """What a city is built on, read once from its pack; a restarted city stands on the same.

    Attributes:
        ground: its streets; areas: its areas; roads: its road graph.

    Raises:
        UserError: a layer of the pack is not there or is damaged.
    """

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.roads = RoadGraph.load(pack.folder)
        self.areas = Areas.load(pack.folder)
        self.ground = Ground(streets_of(self.roads, pack.bounds), self._areas_at, pack.bounds)

    def city(self, seed: int, start: int, units: int, events_per_day: float, story: str = "storm") -> City:
        """A city at its start (UTC microseconds of its own time), with the story `storm` or `calm`."""
        return City(self.pack, self.roads, self.ground, self.station, seed, start, units, events_per_day, story)

    def station(self, node: int) -> str:
        """Name of the sub-district of a node, as a fire station is called."""
        street = self.areas.above(self.ground.area(node), STREET)
        return street.name.removesuffix("街道").removesuffix("镇") if street else self.pack.name["zh"]

    def area_features(self) -> Iterator[dict[str, Any]]:
        """All areas as GeoJSON features, from the city down to the cells."""
        for area in self.areas:
            geometry = {"type": "MultiPolygon", "coordinates": self.areas.rings(area.code)}
            properties = {"code": area.code, "name": area.name, "tier": area.tier, "parent": area.parent}
            yield {"type": "Feature", "id": area.code, "geometry": geometry, "properties": properties}

    def _areas_at(self, lon: Floats, lat: Floats) -> list[str]:
        return self.areas.at_many(np.column_stack((lon, lat)))
