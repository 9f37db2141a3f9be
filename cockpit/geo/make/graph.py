"""roads.npz: what `cockpit.geo.roadgraph` reads. Ways are cut where they share a vertex, as OSM means it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import shapely

from cockpit.geo.compact import MICRO, squeeze, text_array
from cockpit.geo.make.source import CLASSES, Road
from cockpit.geo.metres import length, scale

NO_VEHICLE = {"pedestrian", "footway", "path", "cycleway", "steps"}
NO_FOOT = {"motorway", "motorway_link", "trunk", "trunk_link"}
FORWARD, BACKWARD, FOOT, BRIDGE, TUNNEL = 1, 2, 4, 8, 16
MOST_NAMES = 65_536
"""Names of streets that the file has room for; what is past them has none."""
Path = list[tuple[int, int]]


def _micro(road: Road) -> Path:
    points = np.round(np.asarray(road.line.coords)[:, :2] * MICRO).astype(int)
    path: Path = []
    for x, y in points.tolist():
        if not path or path[-1] != (x, y):
            path.append((x, y))
    return path


def heal(paths: list[Path], tolerance: float, lat: float) -> int:
    """Ends that miss another way by less than `tolerance` metres are put onto it. Returns how many.

    Tiles cut and round their ways, so that what was one node comes out as two.
    """
    metre = np.array(scale(lat)) / MICRO
    lines = [shapely.LineString(np.array(p) * metre) for p in paths]
    tree = shapely.STRtree(lines)
    uses = Counter(point for path in paths for point in set(path))
    healed = 0
    for i, path in enumerate(paths):
        for end in (0, -1):
            if uses[path[end]] > 1:
                continue
            at = shapely.Point(np.array(path[end]) * metre)
            for j in sorted(tree.query(at, predicate="dwithin", distance=tolerance).tolist()):
                if j == i:
                    continue
                vertices = np.array(paths[j]) * metre
                gaps = np.hypot(*(vertices - [at.x, at.y]).T)
                if gaps.min() <= tolerance:
                    point = paths[j][int(gaps.argmin())]
                else:
                    point = path[end]
                    along = shapely.line_locate_point(lines[j], at)
                    starts = shapely.line_locate_point(lines[j], shapely.points(vertices))
                    paths[j].insert(int(np.searchsorted(starts, along)), point)
                    lines[j] = shapely.LineString(np.array(paths[j]) * metre)
                path[end] = point
                uses[point] += 2
                healed += 1
                break
    return healed


def graph_arrays(roads: list[Road], lat: float, tolerance: float = 0.0) -> dict[str, np.ndarray]:
    """The graph of `roads`; nodes are ends and crossings of ways."""
    kept = [(road, path) for road in roads if len(path := _micro(road)) > 1]
    paths = [path for _, path in kept]
    if tolerance:
        heal(paths, tolerance, lat)
    uses = Counter(point for path in paths for point in path)
    for path in paths:
        uses[path[0]] += 1
        uses[path[-1]] += 1
    nodes: dict[tuple[int, int], int] = {}
    names: dict[str, int] = {"": 0}
    edges: list[tuple[int, int, int, int, int, float]] = []
    shapes: list[Path] = []
    for road, path in kept:
        flags = 0
        if road.kind not in NO_VEHICLE:
            flags |= (FORWARD if road.oneway >= 0 else 0) | (BACKWARD if road.oneway <= 0 else 0)
        flags |= 0 if road.kind in NO_FOOT else FOOT
        flags |= (BRIDGE if road.bridge else 0) | (TUNNEL if road.tunnel else 0)
        start = 0
        for k in range(1, len(path)):
            if k < len(path) - 1 and uses[path[k]] < 2:
                continue
            piece = path[start : k + 1]
            start = k
            if len(piece) == 2 and piece[0] == piece[1]:
                continue
            a = nodes.setdefault(piece[0], len(nodes))
            b = nodes.setdefault(piece[-1], len(nodes))
            metres = length(np.array(piece, float) / MICRO)
            known = road.name in names or len(names) < MOST_NAMES
            name = names.setdefault(road.name, len(names)) if known else 0
            edges.append((a, b, CLASSES.index(road.kind), name, flags, metres))
            shapes.append(piece)
    table = np.array([e[:5] for e in edges], np.int64).reshape(-1, 5)
    return {
        "nodes": squeeze(np.array(list(nodes), float).reshape(-1, 2) / MICRO),
        "a": table[:, 0].astype(np.int32),
        "b": table[:, 1].astype(np.int32),
        "kind": table[:, 2].astype(np.uint8),
        "name": table[:, 3].astype(np.uint16),
        "flags": table[:, 4].astype(np.uint8),
        "metres": np.array([e[5] for e in edges], np.float32),
        "counts": np.array([len(s) for s in shapes], np.uint16),
        "coords": squeeze(np.array([p for s in shapes for p in s], float).reshape(-1, 2) / MICRO),
        "names": text_array(list(names)),
        "kinds": text_array(list(CLASSES)),
    }
