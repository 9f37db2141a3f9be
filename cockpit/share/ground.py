"""The ground of a shared page: a pack's base map, cut to a view and as coarse as the view needs. WGS-84 degrees."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from cockpit.geo.basemap import POLYGON_LAYERS, Geometry, Label, read_basemap
from cockpit.model.errors import UserError

Bounds = tuple[float, float, float, float]
Path2 = list[list[float]]
Shape = list[Path2]
"""A polygon: its outer ring, then its holes; or a line as its only member."""

FILLS = ("land", "built", "park", "wood", "water")
ROADS = ("road_minor", "road_mid", "road_main", "rail")
NAMES = 80
"""Names of areas and waters at most: a page is looked at from afar."""
_FINE, _DIGITS = 6_000.0, 5
"""Corners that move a place by less than a view's width / `_FINE` are left out; decimals of a degree (1 m)."""
MOST = 60_000
"""Corners in all; with more the page is made coarser, then without minor roads."""


class Ground(msgspec.Struct, frozen=True):
    """What lies under the things of a page.

    Attributes:
        shapes: by layer of the base map.
        names: (words, lon, lat, kind), the most important first.
        there: whether the pack has a base map that can be read.
    """

    shapes: Mapping[str, list[Shape]] = {}
    names: tuple[tuple[str, float, float, str], ...] = ()
    there: bool = False


def read_ground(folder: Path, bounds: Bounds) -> Ground:
    """The ground of a view; an empty one where the pack has no base map that can be read."""
    try:
        basemap = read_basemap(folder)
    except UserError:
        return Ground()
    shapes: dict[str, list[Shape]] = {}
    for step in (1.0, 2.0, 4.0):
        shapes = {
            name: _cut(basemap.layers[name], name in POLYGON_LAYERS, bounds, step * (bounds[2] - bounds[0]) / _FINE)
            for name in (*FILLS, *ROADS)
            if name in basemap.layers and not (step > 1 and name == "road_minor")
        }
        if sum(len(part) for layer in shapes.values() for shape in layer for part in shape) <= MOST:
            break
    return Ground(shapes, _names(basemap.labels, bounds), True)


def _cut(geometry: Geometry, polygons: bool, bounds: Bounds, coarse: float) -> list[Shape]:
    offsets = np.asarray(geometry.offsets, dtype=np.int64)
    if polygons:
        polys = np.asarray(geometry.polys, dtype=np.int64)
        shapes = shapely.from_ragged_array(shapely.GeometryType.POLYGON, geometry.coords, (offsets, polys))
        shapes = shapely.make_valid(np.asarray(shapes, dtype=object))
    else:
        shapes = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, geometry.coords, (offsets,))
    near = np.asarray(shapes, dtype=object)[shapely.intersects(shapes, shapely.box(*bounds))]
    cut = shapely.simplify(shapely.clip_by_rect(near, *bounds), coarse)
    parts: NDArray[Any] = shapely.get_parts(shapely.get_parts(cut))  # a collection may hold multipolygons
    wanted = shapely.GeometryType.POLYGON if polygons else shapely.GeometryType.LINESTRING
    kept = parts[(shapely.get_type_id(parts) == wanted) & ~shapely.is_empty(parts)]
    rings, owner = shapely.get_rings(kept, return_index=True) if polygons else (kept, np.arange(len(kept)))
    return _shapes(rings, owner, len(kept), 4 if polygons else 2)


def _shapes(lines: NDArray[Any], owner: NDArray[Any], count: int, least: int) -> list[Shape]:
    """Rounded lines by the shape that owns them, without points that are where the one before is. A line of fewer than
    `least` points is left out; a shape whose first line is, is left out with all it has."""
    xy, line = shapely.get_coordinates(lines, return_index=True)
    xy = np.round(xy, _DIGITS)
    kept = np.concatenate([[True], (np.diff(xy, axis=0) != 0).any(axis=1) | (np.diff(line) != 0)])[: len(xy)]
    ends = np.searchsorted(line[kept], np.arange(len(lines) + 1)).tolist()
    points: Path2 = xy[kept].tolist()
    shapes: list[Shape] = [[] for _ in range(count)]
    dropped: set[int] = set()
    first = np.concatenate([[True], np.diff(owner) != 0])[: len(owner)].tolist()
    for of, start, end, outer in zip(owner.tolist(), ends[:-1], ends[1:], first, strict=True):
        if end - start >= least and of not in dropped:
            shapes[of].append(points[start:end])
        elif outer:
            dropped.add(of)
    return [shape for shape in shapes if shape]


def _names(labels: list[Label], bounds: Bounds) -> tuple[tuple[str, float, float, str], ...]:
    west, south, east, north = bounds
    seen = [label for label in labels if label.kind != "road" and west < label.lon < east and south < label.lat < north]
    seen.sort(key=lambda label: label.rank)
    return tuple((one.text, round(one.lon, 5), round(one.lat, 5), one.kind) for one in seen[:NAMES])
