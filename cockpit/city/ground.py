"""Where things can be in the city: streets to move along, crossings to name, areas to belong to.

Coordinates WGS-84 degrees; distances in metres on a plane laid through the middle of the city.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from functools import cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.city.happening import Spot

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

METRES_A_DEGREE = 111_195.0
NEAR_CROSSING = 600.0
"""Metres within which a crossing says where along its street a place is."""
NEAR_ENOUGH = 260.0
"""Metres within which a camera sees what happens."""


class Streets(msgspec.Struct, frozen=True):
    """The streets as a graph: nodes, and edges that may be passed from `start` to `end`.

    Attributes:
        lon, lat: of the nodes, float64 (n): ends and crossings of streets, and every bend between them.
        joint: bool (n): an end or a crossing and not a bend.
        start, end: node numbers, int64 (m).
        name: of the street, one an edge; "" for none.
        drive, walk: bool (m): open to vehicles, to walkers, and part of what all of them can reach.
        main, tunnel, bridge: bool (m): main road; short tunnel; bridge, so most likely over water.
    """

    lon: Floats
    lat: Floats
    joint: NDArray[np.bool_]
    start: Ints
    end: Ints
    name: Sequence[str]
    drive: NDArray[np.bool_]
    walk: NDArray[np.bool_]
    main: NDArray[np.bool_]
    tunnel: NDArray[np.bool_]
    bridge: NDArray[np.bool_]


class Ground:
    """The ground of one city.

    Args:
        streets: its streets.
        areas_at: codes of the smallest areas at these places, lon and lat (n) to n texts.
        bounds: west, south, east, north.
    """

    def __init__(
        self,
        streets: Streets,
        areas_at: Callable[[Floats, Floats], list[str]],
        bounds: tuple[float, float, float, float],
    ) -> None:
        self.streets = streets
        self.bounds = bounds
        west, south, east, north = bounds
        self._origin = ((west + east) / 2, (south + north) / 2)
        self._scale = (METRES_A_DEGREE * math.cos(math.radians(self._origin[1])), METRES_A_DEGREE)
        self.areas_at = areas_at
        self.xy = self.plane(streets.lon, streets.lat)
        self._x, self._y = self.xy[:, 0].copy(), self.xy[:, 1].copy()
        self._places: dict[int, str] = {}
        self._names: dict[int, tuple[str, ...]] = {}
        self._walks = self._adjacency(streets.walk)
        self._drives = self._adjacency(streets.drive)
        self._area_of: dict[int, str] = {}
        self._pools = self._sort_nodes()
        self._cameras: tuple[Floats, list[str]] | None = None

    def plane(self, lon: Floats, lat: Floats) -> Floats:
        """Metres east and north of the middle, (n, 2)."""
        return np.column_stack(((lon - self._origin[0]) * self._scale[0], (lat - self._origin[1]) * self._scale[1]))

    def next_nodes(self, node: int, on_foot: bool) -> Ints:
        """Nodes that can be gone to from a node."""
        first, ends = self._walks if on_foot else self._drives
        return ends[first[node] : first[node + 1]]

    def pool(self, where: str) -> Ints:
        """Nodes of a sort of place: main, minor, any, underpass, water, crossing (of named streets)."""
        return self._pools[where]

    def name(self, node: int) -> str:
        """A node in words: both streets at a crossing, else the street."""
        names = self._names.get(node, ())
        if len(names) >= 2:
            return f"{names[0]} × {names[1]}"
        return names[0] if names else ""

    def at_metres(self, node: int) -> tuple[float, float]:
        """Metres east and north of the middle."""
        return float(self._x[node]), float(self._y[node])

    def place(self, node: int) -> str:
        """A node in words; a place along a street says which crossing is near."""
        known = self._places.get(node)
        if known is None:
            known = self._places[node] = self._place(node)
        return known

    def _place(self, node: int) -> str:
        names = self._names.get(node, ())
        if len(names) >= 2 or not names:
            return self.name(node)
        along = self._crossings.get(names[0])
        if along is not None:
            away = np.hypot(*(self.xy[along] - self.xy[node]).T)
            nearest = int(away.argmin())
            across = next(name for name in self._names[int(along[nearest])] if name != names[0])
            return f"{names[0]}近{across}" if away[nearest] < NEAR_CROSSING else names[0]
        return names[0]

    def area(self, node: int) -> str:
        """Code of the smallest area that a node lies in."""
        known = self._area_of.get(node)
        if known is None:
            where = np.array([node])
            known = self._area_of[node] = self.areas_at(self.streets.lon[where], self.streets.lat[where])[0]
        return known

    def know_areas(self, nodes: Ints) -> None:
        """Looks up the areas of many nodes at once."""
        unknown = np.array([n for n in np.unique(nodes).tolist() if n not in self._area_of], dtype=np.int64)
        if len(unknown):
            codes = self.areas_at(self.streets.lon[unknown], self.streets.lat[unknown])
            self._area_of.update(zip(unknown.tolist(), codes, strict=True))

    def at(self, node: int) -> Spot:
        lon, lat = float(self.streets.lon[node]), float(self.streets.lat[node])
        return Spot(lon, lat, self.area(node), self.place(node), node)

    def spot(self, rng: random.Random, where: str) -> Spot:
        """Some place of that sort."""
        pool = self.pool(where)
        return self.at(int(pool[rng.randrange(len(pool))]))

    def apart(self, rng: random.Random, where: str, count: int, near_core: bool = False) -> list[Spot]:
        """Places of that sort on other streets, as far apart as the city allows, towards its middle if wanted."""
        pool = self.pool(where)
        if near_core:
            west, south, east, north = self.bounds
            core = self.plane(np.array([west + (east - west) * 0.5]), np.array([south + (north - south) * 0.6]))[0]
            away = np.hypot(*(self.xy[pool] - core).T)
            pool = pool[np.argsort(away, kind="stable")[: max(count * 6, len(pool) // 3)]]
        picked: list[int] = []
        far = 0.25 * math.hypot(*(self.xy[pool].max(axis=0) - self.xy[pool].min(axis=0)))
        candidates = pool.tolist()
        rng.shuffle(candidates)
        while len(picked) < count:
            for node in candidates:
                names = set(self._names[node])
                if len(picked) < count and all(
                    np.hypot(*(self.xy[p] - self.xy[node])) > far and (far < 20 or names.isdisjoint(self._names[p]))
                    for p in picked
                ):
                    picked.append(node)
            far = far / 2 if far >= 1 else -1.0
        return [self.at(node) for node in picked]

    def nodes_along(self, path: Floats, start: int) -> list[int]:
        """The nodes of a path (n, 2) of lon/lat along the streets, from a node on."""
        way = [start]
        for node in self.nodes_at(path) if len(path) else ():
            if node not in (-1, way[-1]):
                way.append(node)
        return way

    def nodes_at(self, path: Floats) -> list[int]:
        """The node at each place of a path (n, 2) of lon/lat; -1 for a place between two nodes."""
        keys, order = self._by_place
        wanted = _key(path[:, 0], path[:, 1])
        found = order[np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)]
        here = _key(self.streets.lon[found], self.streets.lat[found]) == wanted
        nodes: list[int] = np.where(here, found, -1).tolist()
        return nodes

    def ahead(self, node: int, lon: float, lat: float, on_foot: bool) -> int:
        """The far end of the street on which a place lies that one came to from a node; else the node."""
        x, y = self.at_metres(node)
        to_x, to_y = self.plane(np.array([lon]), np.array([lat]))[0].tolist()
        best, least = node, math.inf
        for other in self.next_nodes(node, on_foot).tolist():
            other_x, other_y = self.at_metres(other)
            long = math.hypot(other_x - x, other_y - y)
            by = math.hypot(to_x - x, to_y - y) + math.hypot(other_x - to_x, other_y - to_y) - long
            if by < least:
                best, least = other, by
        return best

    def see(self, ids: list[str], lon: Floats, lat: Floats) -> None:
        """Says where cameras stand."""
        self._cameras = (self.plane(lon, lat), ids)

    def camera_near(self, lon: float, lat: float) -> str:
        """Id of the nearest camera, "" when none is near enough."""
        if self._cameras is None:
            return ""
        places, ids = self._cameras
        away = np.hypot(*(places - self.plane(np.array([lon]), np.array([lat]))).T)
        nearest = int(away.argmin())
        return ids[nearest] if away[nearest] <= NEAR_ENOUGH else ""

    @cached_property
    def _by_place(self) -> tuple[Ints, Ints]:
        """Nodes by their place: sorted keys, and whose they are."""
        keys = _key(self.streets.lon, self.streets.lat)
        order = np.argsort(keys, kind="stable").astype(np.int64)
        return keys[order], order

    def _adjacency(self, open_to: NDArray[np.bool_]) -> tuple[Ints, Ints]:
        start, end = self.streets.start[open_to], self.streets.end[open_to]
        order = np.argsort(start, kind="stable")
        counts = np.bincount(start, minlength=len(self.streets.lon))
        return np.concatenate(([0], np.cumsum(counts))).astype(np.int64), end[order]

    def _sort_nodes(self) -> dict[str, Ints]:
        streets = self.streets
        count = len(streets.lon)
        named: dict[int, dict[str, None]] = {}
        for a, b, name, drive in zip(
            streets.start.tolist(), streets.end.tolist(), streets.name, streets.drive.tolist(), strict=True
        ):
            if name and drive:
                named.setdefault(a, {})[name] = None
                named.setdefault(b, {})[name] = None
        self._names = {node: tuple(names) for node, names in named.items()}
        with_name, many = np.zeros(count, dtype=bool), np.zeros(count, dtype=bool)
        with_name[list(self._names)] = True
        many[[node for node, names in self._names.items() if len(names) >= 2]] = True
        main = self._touched(streets.main)
        # both kinds of unit have to get there and away again
        base = streets.joint & with_name & (np.diff(self._drives[0]) > 0) & (np.diff(self._walks[0]) > 0)
        tunnels = [node for node, names in self._names.items() if any("隧道" in name for name in names)]
        short = self._touched(streets.tunnel)
        short[tunnels] = False  # what is called a tunnel goes under a hill or a river
        wanted = np.flatnonzero(base)
        self.know_areas(wanted)
        base[[node for node in wanted.tolist() if not self._area_of[node]]] = False
        pools = {
            "any": base,
            "main": base & main & many,
            "minor": base & ~main,
            "crossing": base & many,
            "underpass": base & main & short,
            "water": base & self._touched(streets.bridge),
        }
        found = {name: np.nonzero(mask)[0].astype(np.int64) for name, mask in pools.items()}
        for name, instead in (
            ("crossing", "any"),
            ("main", "crossing"),
            ("minor", "any"),
            ("underpass", "main"),
            ("water", "any"),
        ):
            if len(found[name]) < 12:
                found[name] = found[instead]
        meeting: dict[str, list[int]] = {}
        for node in found["crossing"].tolist():
            for name in self._names[node] if many[node] else ():
                meeting.setdefault(name, []).append(node)
        self._crossings = {name: np.array(nodes, dtype=np.int64) for name, nodes in meeting.items()}
        return found

    def _touched(self, edges: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which nodes have one of these edges."""
        mask = np.zeros(len(self.streets.lon), dtype=bool)
        mask[self.streets.start[edges]] = True
        mask[self.streets.end[edges]] = True
        return mask


def _key(lon: Floats, lat: Floats) -> Ints:
    """One number for a place, to the microdegree."""
    micro = np.round(np.column_stack((lon, lat)) * 1e6).astype(np.int64)
    return micro[:, 0] * (1 << 32) + micro[:, 1]
