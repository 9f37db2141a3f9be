"""Cells 单元网格: land cut by streets and shores, slivers merged, giants cut. On the grid of microdegrees throughout,
so that neighbours share their borders exactly."""

from __future__ import annotations

import heapq

import numpy as np
import shapely
from packmaker.sources import Source
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

from cockpit.geo.compact import MICRO
from cockpit.geo.metres import scale

CUTTING = {"motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street"}
Box = tuple[float, float, float, float]


def to_micro(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, lambda c: np.round(c * MICRO))


def square_metres(bounds: Box) -> float:
    """m² a square microdegree."""
    kx, ky = scale((bounds[1] + bounds[3]) / 2)
    return kx * ky / MICRO**2


def large_water(source: Source, box: BaseGeometry, smallest: float) -> BaseGeometry:
    """Waters of at least `smallest` square microdegrees, in microdegrees: no land, and borders of cells."""
    shapes = [to_micro(shape) for shape, _ in source.waters]
    union = shapely.union_all([s if s.is_valid else shapely.buffer(s, 0) for s in shapes], grid_size=1)
    union = shapely.intersection(union, box, grid_size=1)
    parts = [p for p in shapely.get_parts(union) if p.geom_type == "Polygon" and p.area >= smallest]
    return shapely.simplify(shapely.multipolygons(parts), 15)


def cut(source: Source, bounds: Box, settings: dict[str, float]) -> list[BaseGeometry]:
    """The cells, in microdegrees, as a valid coverage."""
    unit = square_metres(bounds)
    box = to_micro(shapely.box(*bounds))
    water = large_water(source, box, settings["water_cut"] / unit)
    lines = [to_micro(r.line) for r in source.roads if r.kind in CUTTING and not r.tunnel]
    lines = [shapely.intersection(shapely.simplify(line, 15), box) for line in lines]
    noded = shapely.union_all([*lines, water.boundary, box.boundary], grid_size=1)
    pieces = list(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))
    shapely.prepare(water)
    pieces = [p for p in pieces if not shapely.contains_properly(water, p.representative_point())]
    cells = merge_slivers(pieces, settings["min_cell"] / unit)
    whole = [piece for cell in cells for piece in halve(cell, settings["max_cell"] / unit)]
    # cuts end in the middle of a neighbour's border: node everything once more
    edges = shapely.union_all([p.boundary for p in whole], grid_size=1)
    pieces = list(shapely.get_parts(shapely.polygonize(shapely.get_parts(edges))))
    tree = shapely.STRtree(cells)
    found = tree.query([p.representative_point() for p in pieces], predicate="within")
    pieces = [pieces[i] for i in sorted(set(found[0].tolist()))]
    return merge_slivers(pieces, settings["min_cell"] / unit)


def halve(cell: BaseGeometry, largest: float) -> list[BaseGeometry]:
    """A cell cut across its long side until no piece is larger than `largest`."""
    if cell.area <= largest:
        return [cell]
    corners = np.asarray(shapely.minimum_rotated_rectangle(cell).exterior.coords)
    long_side = max((corners[1] - corners[0], corners[2] - corners[1]), key=lambda v: float(np.hypot(*v)))
    across = np.array([-long_side[1], long_side[0]]) / np.hypot(*long_side) * 1e6
    at = np.asarray(cell.centroid.coords)[0]
    parts = [p for p in split(cell, shapely.LineString([at - across, at + across])).geoms if p.geom_type == "Polygon"]
    parts = [shapely.set_precision(p, 1) for p in parts]
    parts = [q for p in parts for q in shapely.get_parts(p) if q.geom_type == "Polygon" and q.area > 0]
    if len(parts) < 2:
        return [cell]
    return [piece for part in parts for piece in halve(part, largest)]


def shared_borders(cells: list[BaseGeometry]) -> dict[int, dict[int, float]]:
    """For each cell its neighbours and how long the shared border is."""
    left, right = shapely.STRtree(cells).query(cells, predicate="intersects")
    keep = left < right
    array = np.array(cells, dtype=object)
    left, right = left[keep], right[keep]
    lengths = shapely.length(shapely.intersection(shapely.boundary(array[left]), shapely.boundary(array[right])))
    table: dict[int, dict[int, float]] = {i: {} for i in range(len(cells))}
    for i, j, metres in zip(left.tolist(), right.tolist(), lengths.tolist(), strict=True):
        if metres > 0:
            table[i][j] = table[j][i] = metres
    return table


def merge_slivers(cells: list[BaseGeometry], smallest: float) -> list[BaseGeometry]:
    """Cells that are small or thin join the neighbour with which they share the longest border, smallest first."""

    def weight(shape: BaseGeometry) -> float:
        round_ = 4 * np.pi * shape.area / max(shape.length**2, 1e-9)
        return float(shape.area * min(1.0, round_ / 0.18))

    table = shared_borders(cells)
    shapes: list[BaseGeometry | None] = list(cells)
    queue = [(weight(c), i) for i, c in enumerate(cells)]
    heapq.heapify(queue)
    while queue:
        size, i = heapq.heappop(queue)
        shape = shapes[i]
        if shape is None or abs(weight(shape) - size) > 1e-6:
            continue
        if size >= smallest:
            break
        if not table[i]:
            if shape.area < smallest / 4:
                shapes[i] = None  # an islet
            continue
        into = max(table[i], key=lambda j: (table[i][j], -j))
        union = shapely.union_all([shape, shapes[into]], grid_size=1)
        if union.geom_type != "Polygon":
            union = max(shapely.get_parts(union), key=lambda p: p.area)
        shapes[i], shapes[into] = None, union
        for j, metres in table.pop(i).items():
            table[j].pop(i, None)
            if j != into:
                table[j][into] = table[into][j] = table[into].get(j, 0.0) + metres
        heapq.heappush(queue, (weight(union), into))
    return [fill(s) for s in shapes if s is not None]


def fill(shape: BaseGeometry) -> BaseGeometry:
    """A cell without spikes that merging left; holes stay (a cell may lie in another)."""
    return shape if shape.is_valid else max(shapely.get_parts(shapely.make_valid(shape)), key=lambda p: p.area)
