"""Cells 单元网格: land cut by streets and shores, slivers merged, giants cut.

Everything is noded once on the grid of microdegrees; cells are groups of the faces between the lines, so that
neighbours share their borders exactly.
"""

from __future__ import annotations

import heapq

import numpy as np
import shapely
from shapely.ops import split

from cockpit.geo.compact import MICRO
from cockpit.geo.make.source import Box, Geometry, Source
from cockpit.geo.metres import scale

CUTTING = {"motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "living_street"}
THIN = 0.18
"""Roundness (4πA/P²) below which a cell counts as smaller than it is."""
Borders = dict[int, dict[int, float]]


def to_micro(shape: Geometry) -> Geometry:
    return shapely.transform(shape, lambda c: np.round(c * MICRO))


def square_metres(bounds: Box) -> float:
    """m² a square microdegree."""
    kx, ky = scale((bounds[1] + bounds[3]) / 2)
    return kx * ky / MICRO**2


def large_water(source: Source, box: Geometry, smallest: float, half_width: float) -> Geometry:
    """Waters that are no land: wide ones, not a city's many canals, which would tear its areas apart.

    Args:
        box: in microdegrees, as the result.
        smallest: square microdegrees.
        half_width: microdegrees.
    """
    shapes = [to_micro(shape) for shape, _ in source.waters]
    union = shapely.union_all([s if s.is_valid else shapely.buffer(s, 0) for s in shapes], grid_size=1)
    wide = shapely.buffer(shapely.buffer(union, -half_width), half_width * 1.1)
    union = shapely.intersection(shapely.intersection(union, wide), box)
    parts = [p for p in shapely.get_parts(union) if p.geom_type == "Polygon" and p.area >= smallest]
    if not parts:
        return shapely.MultiPolygon()
    return shapely.set_precision(shapely.simplify(shapely.multipolygons(parts), 15), 1)


def faces_between(lines: Geometry) -> list[Geometry]:
    return list(shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))))


def cut(source: Source, bounds: Box, settings: dict[str, float]) -> list[Geometry]:
    """The cells, in microdegrees, as a valid coverage."""
    unit = square_metres(bounds)
    smallest, largest = settings["min_cell"] / unit, settings["max_cell"] / unit
    box = to_micro(shapely.box(*bounds))
    water = large_water(source, box, settings["water_cut"] / unit, settings["water_half_width"] / unit**0.5)
    lines = [to_micro(r.line) for r in source.roads if r.kind in CUTTING and not r.tunnel]
    lines = [shapely.intersection(shapely.simplify(line, 15), box) for line in lines]
    noded = shapely.union_all([*lines, water.boundary, box.boundary], grid_size=1)
    shapely.prepare(water)

    def dry(faces: list[Geometry]) -> list[Geometry]:
        inside = shapely.contains_properly(water, [f.representative_point() for f in faces])
        return [f for f, wet in zip(faces, inside, strict=True) if not wet]

    faces = dry(faces_between(noded))
    groups = merge(faces, list(range(len(faces))), smallest)
    pieces: list[Geometry] = []
    cuts: list[Geometry] = []
    for own in groups:
        pieces += halve(shapely.union_all([faces[i] for i in own]), largest, cuts)
    faces = dry(faces_between(shapely.union_all([noded, *cuts], grid_size=1)))
    if not faces or not pieces:
        return []
    at, piece = shapely.STRtree(pieces).query([f.representative_point() for f in faces], predicate="intersects")
    owner = dict(zip(at.tolist(), piece.tolist(), strict=True))
    kept = sorted(owner)  # a face in no piece is an islet that was given up
    groups = merge([faces[i] for i in kept], [owner[i] for i in kept], smallest)
    return [shapely.union_all([faces[kept[i]] for i in own]) for own in groups]


def halve(cell: Geometry, largest: float, cuts: list[Geometry]) -> list[Geometry]:
    """A cell cut across its long side until no piece is larger than `largest`; adds the cutting lines to `cuts`."""
    if cell.area <= largest or cell.geom_type != "Polygon":
        return [cell]
    corners = np.asarray(shapely.minimum_rotated_rectangle(cell).exterior.coords)
    long_side = max((corners[1] - corners[0], corners[2] - corners[1]), key=lambda v: float(np.hypot(*v)))
    across = np.array([-long_side[1], long_side[0]]) / np.hypot(*long_side) * 1e6
    at = np.asarray(cell.centroid.coords)[0]
    line = shapely.LineString([at - across, at + across])
    parts = [p for p in split(cell, line).geoms if p.geom_type == "Polygon"]
    if len(parts) < 2:
        return [cell]
    cuts.append(shapely.intersection(line, cell))
    return [piece for part in parts for piece in halve(part, largest, cuts)]


def shared_borders(cells: list[Geometry]) -> Borders:
    """For each cell its neighbours and how long the shared border is."""
    if not cells:
        return {}
    left, right = shapely.STRtree(cells).query(cells, predicate="intersects")
    keep = left < right
    array = np.array(cells, dtype=object)
    left, right = left[keep], right[keep]
    lengths = shapely.length(shapely.intersection(shapely.boundary(array[left]), shapely.boundary(array[right])))
    table: Borders = {i: {} for i in range(len(cells))}
    for i, j, border in zip(left.tolist(), right.tolist(), lengths.tolist(), strict=True):
        if border > 0:
            table[i][j] = table[j][i] = border
    return table


class _Groups:
    """Faces in groups: area, outline and borders of each group, without touching a geometry."""

    def __init__(self, faces: list[Geometry], start: list[int]) -> None:
        self.members: dict[int, list[int]] = {g: [] for g in start}
        self.area: dict[int, float] = dict.fromkeys(start, 0.0)
        self.outline: dict[int, float] = dict.fromkeys(start, 0.0)
        self.borders: Borders = {g: {} for g in start}
        for i, g in enumerate(start):
            self.members[g].append(i)
            self.area[g] += faces[i].area
            self.outline[g] += faces[i].length
        for i, row in shared_borders(faces).items():
            for j, border in row.items():
                if start[i] == start[j]:
                    self.outline[start[i]] -= border  # seen from both sides, so twice in all
                else:
                    row_of = self.borders[start[i]]
                    row_of[start[j]] = row_of.get(start[j], 0.0) + border

    def weight(self, g: int) -> float:
        roundness = 4 * np.pi * self.area[g] / max(self.outline[g] ** 2, 1e-9)
        return float(self.area[g] * min(1.0, roundness / THIN))

    def join(self, g: int, into: int) -> None:
        self.members[into] += self.members.pop(g)
        self.area[into] += self.area.pop(g)
        self.outline[into] += self.outline.pop(g) - 2 * self.borders[g][into]
        for other, border in self.borders.pop(g).items():
            self.borders[other].pop(g)
            if other != into:
                total = self.borders[into].get(other, 0.0) + border
                self.borders[into][other] = self.borders[other][into] = total


def merge(faces: list[Geometry], start: list[int], smallest: float) -> list[list[int]]:
    """Groups of faces: small or thin ones join the neighbour with the longest shared border, smallest first.

    An islet without a neighbour is given up when it is smaller than a quarter of `smallest`.
    """
    groups = _Groups(faces, start)
    queue = [(groups.weight(g), g) for g in groups.members]
    heapq.heapify(queue)
    while queue:
        size, g = heapq.heappop(queue)
        if g not in groups.members or abs(groups.weight(g) - size) > 1e-6 * max(size, 1.0):
            continue
        if size >= smallest:
            break
        row = groups.borders[g]
        if row:
            into = max(row, key=lambda other: (row[other], -other))
            groups.join(g, into)
            heapq.heappush(queue, (groups.weight(into), into))
        elif groups.area[g] < smallest / 4:
            groups.members.pop(g)
    return [sorted(own) for _, own in sorted(groups.members.items())]
