"""The road graph: along the streets, how far it is and which way. Lengths in metres, WGS-84 lon/lat.

Vehicles honour one-way streets and do without foot ways; on foot every way goes but motorways and expressways. Both
move on the largest part of the graph in which every place can be reached from every other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from cockpit.geo.compact import Floats, Ints, offsets_of, open_layers, part, unsqueeze
from cockpit.geo.metres import haversine, scale
from cockpit.model.typed import from_json

FORWARD, BACKWARD, FOOT, BRIDGE, TUNNEL = 1, 2, 4, 8, 16
"""Bits of `RoadGraph.flags`: a vehicle may go from `a` to `b`, from `b` to `a`; a walker may; is a bridge, a tunnel."""


class Route(NamedTuple):
    """Metres (with the steps from the places to the street and back) and the path (N, 2) along the streets."""

    metres: float
    path: Floats


class Snap(NamedTuple):
    """The place on a street that is nearest.

    Attributes:
        edge: index of the edge.
        along: metres from the edge's `a`.
        lon, lat: the place on the street.
        metres: how far off the street the asked place is.
    """

    edge: int
    along: float
    lon: float
    lat: float
    metres: float


@dataclass(frozen=True)
class _Snaps:
    """Many snaps: arrays of one length."""

    edge: NDArray[np.int64]
    along: Floats
    off: Floats


class _Net:
    """The graph for one way of moving (vehicle or foot): which edges count, and the search structure over them."""

    def __init__(self, graph: RoadGraph, on_foot: bool) -> None:
        if on_foot:
            forward = backward = graph.flags & FOOT > 0
        else:
            forward, backward = graph.flags & FORWARD > 0, graph.flags & BACKWARD > 0
        n = len(graph.nodes)
        tail = np.concatenate([graph.a[forward], graph.b[backward]]).astype(np.int64)
        head = np.concatenate([graph.b[forward], graph.a[backward]]).astype(np.int64)
        edge = np.concatenate([np.flatnonzero(forward), np.flatnonzero(backward)])
        reach = csr_matrix((np.ones(len(tail), np.int8), (tail, head)), shape=(n, n))
        _, label = connected_components(reach, directed=True, connection="strong")
        inside = label == np.bincount(label).argmax()
        inside_edge = inside[graph.a] & inside[graph.b]
        self.forward = forward & inside_edge
        self.backward = backward & inside_edge
        self.nodes_inside = inside
        # reversed: an arc head -> tail, so that one search from a place gives the way of everyone to it. Of parallel
        # arcs the shortest stays, since a sparse matrix would add them up.
        good = inside_edge[edge] & (tail != head)
        tail, head, edge = tail[good], head[good], edge[good]
        order = np.lexsort((graph.metres[edge], tail, head))
        tail, head, edge = tail[order], head[order], edge[order]
        first = np.ones(len(tail), bool)
        first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
        self.tail, self.head, self.edge = tail[first], head[first], edge[first]
        self.keys = self.head * n + self.tail
        self.indptr = np.concatenate([[0], np.cumsum(np.bincount(self.head, minlength=n))]).astype(np.int32)
        self.weights = graph.metres[self.edge]
        self.usable = np.flatnonzero(self.forward | self.backward)
        parts = [graph.plane_lines[i] for i in self.usable]
        self.tree = shapely.STRtree(parts)
        self.n = n

    def arc(self, tail: int, head: int) -> int:
        """The edge by which the shortest arc goes from `tail` to `head`."""
        return int(self.edge[np.searchsorted(self.keys, head * self.n + tail)])


class Near:
    """How far many points are from one place along the streets, and the way of each. Made by `RoadGraph.near`.

    Attributes:
        metres: float64 (N,), infinite where there is no way within the limit.
    """

    def __init__(
        self, graph: RoadGraph, net: _Net, place: Snap, snaps: _Snaps, metres: Floats, before: Ints, how: NDArray[Any]
    ) -> None:
        self._graph, self._net, self._place, self._snaps = graph, net, place, snaps
        self._before, self._how = before, how
        self.metres = metres

    def path_of(self, i: int) -> Floats:
        """The way of point `i` to the place: (N, 2) lon/lat along the streets; length 0 where there is none."""
        if not np.isfinite(self.metres[i]):
            return np.zeros((0, 2))
        graph, net, place = self._graph, self._net, self._place
        edge, along = int(self._snaps.edge[i]), float(self._snaps.along[i])
        how = int(self._how[i])
        if how == _SAME:
            return graph.piece(edge, along, place.along)
        parts: list[Floats] = []
        if how == _BY_A:
            parts.append(graph.piece(edge, along, 0.0))
            node = int(graph.a[edge])
        else:
            parts.append(graph.piece(edge, along, float(graph.metres[edge])))
            node = int(graph.b[edge])
        while (step := int(self._before[node])) != net.n:
            took = net.arc(node, step)
            path = graph.path(took)
            parts.append(path if graph.a[took] == node else path[::-1])
            node = step
        # the last piece: from `node`, an end of the place's own edge, to the place; a ring's end may be either
        length = float(graph.metres[place.edge])
        options = []
        if graph.a[place.edge] == node and net.forward[place.edge]:
            options.append((place.along, 0.0))
        if graph.b[place.edge] == node and net.backward[place.edge]:
            options.append((length - place.along, length))
        parts.append(graph.piece(place.edge, min(options)[1], place.along))
        path = np.concatenate(parts)
        keep = np.ones(len(path), bool)
        keep[1:] = np.abs(np.diff(path, axis=0)).max(axis=1) > _SAME_PLACE
        return np.asarray(path[keep], dtype=np.float64)


_SAME, _BY_A, _BY_B = 0, 1, 2
_SAME_PLACE = 5e-7  # degrees: pieces that meet at a node differ by rounding only


class Reach:
    """How far everything is from one place along the streets. Made by `RoadGraph.reach`."""

    def __init__(self, graph: RoadGraph, net: _Net, place: Snap, cost: Floats, before: Ints, limit: float) -> None:
        self._graph, self._net, self._place = graph, net, place
        self._cost, self._before, self._limit = cost, before, limit

    def of(self, points: ArrayLike) -> Near:
        """How far each of `points` (N, 2) is, going from the point to the place."""
        graph, net, place, cost = self._graph, self._net, self._place, self._cost
        where = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        if not len(net.usable) or not len(where):
            snaps = _Snaps(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
            return Near(graph, net, place, snaps, np.full(len(where), np.inf), self._before, np.zeros(0, np.int64))
        snaps = graph.snap(where, net)
        edge, along, size = snaps.edge, snaps.along, graph.metres[snaps.edge]
        by_a = np.where(net.backward[edge], along + cost[graph.a[edge]], np.inf)
        by_b = np.where(net.forward[edge], size - along + cost[graph.b[edge]], np.inf)
        ahead = np.where(along <= place.along, net.forward[edge], net.backward[edge])
        same = np.where((edge == place.edge) & ahead, np.abs(along - place.along), np.inf)
        ways = np.stack([same, by_a, by_b])
        metres = ways.min(axis=0) + snaps.off + place.metres
        metres[metres > self._limit] = np.inf
        return Near(graph, net, place, snaps, metres, self._before, ways.argmin(axis=0))


class RoadGraph:
    """Nodes are ends and crossings of streets, edges the streets between them.

    Attributes:
        nodes: float64 (K, 2) lon/lat.
        a, b: int32 (E,), the ends of each edge.
        metres: float64 (E,).
        flags: uint8 (E,), see `FORWARD` and the others.
        kind: uint8 (E,), index into `kinds` (OSM's highway classes).
        name: uint16 (E,), index into `names`; names[0] is "".
        coords, offsets: geometry: edge `i` runs along `coords[offsets[i]:offsets[i + 1]]`, its ends included.
    """

    def __init__(self, arrays: dict[str, NDArray[Any]], path: Path) -> None:
        self.nodes = unsqueeze(part(arrays, "nodes", path))
        self.a: Ints = part(arrays, "a", path)
        self.b: Ints = part(arrays, "b", path)
        self.metres: Floats = part(arrays, "metres", path).astype(np.float64)
        self.flags = part(arrays, "flags", path)
        self.kind = part(arrays, "kind", path)
        self.name = part(arrays, "name", path)
        self.coords = unsqueeze(part(arrays, "coords", path))
        self.offsets = offsets_of(part(arrays, "counts", path))
        self.names: list[str] = from_json(part(arrays, "names", path).tobytes(), type=list[str])
        self.kinds: list[str] = from_json(part(arrays, "kinds", path).tobytes(), type=list[str])
        self._metre = np.array(scale(float(self.nodes[:, 1].mean())))
        self._nets: dict[bool, _Net] = {}

    @classmethod
    def load(cls, path: Path) -> RoadGraph:
        """The graph in the folder `path` (or the file itself).

        Raises:
            UserError: the file is not there or is damaged.
        """
        file = path / "roads.npz" if path.is_dir() else path
        return cls(open_layers(file), file)

    @cached_property
    def plane_lines(self) -> NDArray[Any]:
        """Edges as shapely lines on the city's plane (metres)."""
        index = np.repeat(np.arange(len(self.a)), np.diff(self.offsets))
        lines: NDArray[Any] = shapely.linestrings(self.coords * self._metre, indices=index)
        return lines

    def net(self, on_foot: bool) -> _Net:
        """The graph for one way of moving; built on first use (some tens of ms)."""
        if on_foot not in self._nets:
            self._nets[on_foot] = _Net(self, on_foot)
        return self._nets[on_foot]

    def path(self, edge: int) -> Floats:
        """The edge's own geometry, from `a` to `b`."""
        return self.coords[self.offsets[edge] : self.offsets[edge + 1]]

    def piece(self, edge: int, start: float, end: float) -> Floats:
        """The part of an edge between two places along it (metres from `a`), in that direction."""
        path = self.path(edge)
        if start > end:
            return self.piece(edge, end, start)[::-1]
        steps = haversine(path[:-1, 0], path[:-1, 1], path[1:, 0], path[1:, 1])
        at = np.concatenate([[0.0], np.cumsum(steps)])
        inner = path[(at > start) & (at < end)]
        ends = np.column_stack([np.interp([start, end], at, path[:, k]) for k in (0, 1)])
        return np.concatenate([ends[:1], inner, ends[1:]])

    def nearest(self, lon: float, lat: float, on_foot: bool = False) -> Snap:
        """The place on a street (of the connected part) that is nearest."""
        snaps = self.snap(np.array([[lon, lat]]), self.net(on_foot))
        edge, along = int(snaps.edge[0]), float(snaps.along[0])
        at = self.piece(edge, along, along)[0]
        return Snap(edge, along, float(at[0]), float(at[1]), float(snaps.off[0]))

    def snap(self, points: Floats, net: _Net) -> _Snaps:
        """The places on streets that are nearest to points (N, 2)."""
        places = shapely.points(points * self._metre)
        found = net.tree.query_nearest(places, all_matches=False)
        edge = net.usable[found[1]]
        lines = self.plane_lines[edge]
        share = shapely.line_locate_point(lines, places, normalized=True)
        return _Snaps(edge, share * self.metres[edge], shapely.distance(lines, places))

    def reach(self, lon: float, lat: float, on_foot: bool = False, limit: float = float("inf")) -> Reach:
        """One search from a place on the reversed graph: it answers for as many points as are asked for."""
        net = self.net(on_foot)
        if not len(net.usable):  # no street at all for this way of moving
            return Reach(self, net, Snap(-1, 0.0, lon, lat, float("inf")), np.zeros(0), np.zeros(0, np.int32), limit)
        place = self.nearest(lon, lat, on_foot)
        length = float(self.metres[place.edge])
        starts: dict[int, float] = {}
        if net.forward[place.edge]:
            starts[int(self.a[place.edge])] = place.along
        if net.backward[place.edge]:
            b = int(self.b[place.edge])
            starts[b] = min(length - place.along, starts.get(b, np.inf))
        # one more node, the place itself, with arcs to the ends of its edge; a weight of 0 would be no arc at all
        rows = np.array(list(starts), np.int32)
        matrix = csr_matrix(
            (
                np.concatenate([net.weights, np.maximum(list(starts.values()), 1e-9)]),
                np.concatenate([net.tail.astype(np.int32), rows]),
                np.append(net.indptr, net.indptr[-1] + len(rows)).astype(np.int32),
            ),
            shape=(net.n + 1, net.n + 1),
        )
        cost, before = dijkstra(matrix, indices=net.n, return_predecessors=True, limit=limit)
        return Reach(self, net, place, cost, before, limit)

    def near(
        self, lon: float, lat: float, points: ArrayLike, on_foot: bool = False, limit: float = float("inf")
    ) -> Near:
        """How far each of `points` (N, 2) is from a place, along the streets, going from the point to the place.

        One search from the place answers for all. A limit in metres makes it quicker.
        """
        return self.reach(lon, lat, on_foot, limit).of(points)

    def route(self, start: tuple[float, float], end: tuple[float, float], on_foot: bool = False) -> Route:
        """The shortest way from one place to another.

        Every place is snapped to the connected part, so there is always one; where no street at all is for this way of
        moving it is infinite and has no path.
        """
        straight = float(haversine(start[0], start[1], end[0], end[1]))
        for limit in (straight * 2.5 + 2000.0, float("inf")):
            near = self.near(end[0], end[1], [start], on_foot, limit)
            if np.isfinite(near.metres[0]):
                break
        return Route(float(near.metres[0]), near.path_of(0))
