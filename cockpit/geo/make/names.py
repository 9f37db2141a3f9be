"""places.npz: what `cockpit.geo.places` reads: crossings of named roads, points along named roads, and other places."""

from __future__ import annotations

import json
import math

import numpy as np
import shapely

from cockpit.geo.compact import MICRO, squeeze, text_array, unsqueeze
from cockpit.geo.make.source import Box, Source
from cockpit.geo.metres import scale
from cockpit.model.nameindex import spelling

STEP = 50.0
"""Metres between two points along a road."""
SAME = 90.0
"""Crossings of the same two roads within these metres are one: a road has two carriageways."""
NOT_HERE = {"motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link"}


def _crossings(
    graph: dict[str, np.ndarray], kinds: list[str], metre: np.ndarray
) -> list[tuple[float, float, int, int]]:
    nodes = unsqueeze(graph["nodes"])
    link = np.isin(graph["kind"], [kinds.index(k) for k in NOT_HERE])
    at: dict[int, set[int]] = {}
    for a, b, name in zip(graph["a"][~link], graph["b"][~link], graph["name"][~link], strict=True):
        if name:
            at.setdefault(int(a), set()).add(int(name))
            at.setdefault(int(b), set()).add(int(name))
    pairs: dict[tuple[int, int], list[np.ndarray]] = {}
    for node, names in at.items():
        own = sorted(names)
        for i, first in enumerate(own):
            for second in own[i + 1 :]:
                pairs.setdefault((first, second), []).append(nodes[node])
    found: list[tuple[float, float, int, int]] = []
    for (first, second), points in sorted(pairs.items()):
        left = np.array(points)
        while len(left):
            close = np.hypot(*((left - left[0]) * metre).T) < SAME
            x, y = left[close].mean(axis=0)
            found.append((float(x), float(y), first, second))
            left = left[~close]
    return found


def _along(graph: dict[str, np.ndarray], metre: np.ndarray) -> list[tuple[float, float, int]]:
    coords = unsqueeze(graph["coords"])
    ends = np.concatenate([[0], np.cumsum(graph["counts"].astype(np.int64))])
    samples: list[tuple[float, float, int]] = []
    for i, name in enumerate(graph["name"]):
        if not name:
            continue
        line = shapely.LineString(coords[ends[i] : ends[i + 1]] * metre)
        count = max(1, math.ceil(line.length / STEP))
        places = shapely.line_interpolate_point(line, (np.arange(count) + 0.5) / count, normalized=True)
        samples += [(x, y, int(name)) for x, y in shapely.get_coordinates(places) / metre]
    return samples


def place_arrays(source: Source, graph: dict[str, np.ndarray], bounds: Box) -> dict[str, np.ndarray]:
    kinds = json.loads(graph["kinds"].tobytes())
    metre = np.array(scale((bounds[1] + bounds[3]) / 2))
    crossings = _crossings(graph, kinds, metre)
    along = _along(graph, metre)
    others = [(x, y, name) for x, y, name in source.pois if name]
    for shape, name in source.waters:
        inside = shapely.intersection(shape, shapely.box(*bounds))
        if name and inside.area > 0:
            point = inside.representative_point()
            others.append((point.x, point.y, name))
    west, south, east, north = bounds
    others = [o for o in others if west <= o[0] <= east and south <= o[1] <= north]
    return {
        "crossing.coords": squeeze(np.array([c[:2] for c in crossings]).reshape(-1, 2)),
        "crossing.names": np.array([c[2:] for c in crossings], np.uint16).reshape(-1, 2),
        "road.coords": squeeze(np.round(np.array([a[:2] for a in along]).reshape(-1, 2) * MICRO / 10) * 10 / MICRO),
        "road.names": np.array([a[2] for a in along], np.uint16),
        "names": graph["names"],
        "names.spelled": text_array(spelling(json.loads(graph["names"].tobytes()))),
        "other.coords": squeeze(np.array([o[:2] for o in others]).reshape(-1, 2)),
        "others": text_array([o[2] for o in others]),
        "others.spelled": text_array(spelling(o[2] for o in others)),
    }
