"""Where the names of the base map stand."""

from __future__ import annotations

import math

import numpy as np
import shapely
import shapely.ops

from cockpit.geo.make.source import Box, Geometry, Road, Source
from cockpit.geo.metres import scale

RANKS = {"motorway": 1, "trunk": 1, "primary": 1, "secondary": 2, "tertiary": 3, "residential": 4, "unclassified": 4,
         "living_street": 4, "pedestrian": 4, "service": 5}  # fmt: skip
Label = tuple[str, float, float, str, float, int, np.ndarray]
STRAIGHT = 0.6
"""A name runs along a piece only if its ends are at least this part of its length apart: no loops, no spirals."""
NO_PATH = np.zeros((0, 2))


def upright(degrees: float) -> float:
    """An angle turned by half a turn where text would stand on its head."""
    degrees = (degrees + 180) % 360 - 180
    return degrees - 180 if degrees > 90 else degrees + 180 if degrees <= -90 else degrees


def left_to_right(path: np.ndarray) -> np.ndarray:
    """The path from its left end; from its upper end when it runs nearly north-south."""
    dx, dy = path[-1] - path[0]
    backwards = dy > 0 if abs(dx) < abs(dy) * 0.3 else dx < 0
    return path[::-1] if backwards else path


def _plane(bounds: Box) -> np.ndarray:
    return np.array(scale((bounds[1] + bounds[3]) / 2))


def road_labels(roads: list[Road], bounds: Box, spacing: float, shortest: float) -> list[Label]:
    """A label about every `spacing` metres of a named road, on pieces of at least `shortest` metres."""
    metre = _plane(bounds)
    box = shapely.box(*bounds)
    by_name: dict[str, list[Road]] = {}
    for road in roads:
        if road.name and not road.tunnel and road.kind in RANKS:
            by_name.setdefault(road.name, []).append(road)
    labels: list[Label] = []
    for name, parts in sorted(by_name.items()):
        rank = min(RANKS[p.kind] for p in parts)
        lines = shapely.get_parts(shapely.intersection([p.line for p in parts], box))
        lines = [line for line in lines if line.geom_type == "LineString"]
        flat = shapely.transform(shapely.multilinestrings(lines), lambda c: c * metre)
        pieces = sorted(shapely.get_parts(shapely.line_merge(flat)), key=lambda p: -p.length)
        taken: list[tuple[float, float]] = []
        for piece in pieces:
            if piece.length < shortest:
                break
            piece = shapely.simplify(piece, 6)
            count = max(1, round(piece.length / spacing))
            for k in range(count):
                middle = piece.length * (k + 0.5) / count
                at = piece.interpolate(middle)
                if any(math.hypot(at.x - x, at.y - y) < spacing * 0.5 for x, y in taken):
                    continue
                half = min(spacing * 0.3, piece.length / 2)
                window = shapely.ops.substring(piece, middle - half, middle + half)
                ends = np.asarray(window.coords)[[0, -1]]
                if np.hypot(*(ends[1] - ends[0])) < window.length * STRAIGHT:
                    continue
                taken.append((at.x, at.y))
                path = left_to_right(np.asarray(window.coords) / metre)
                dx, dy = (path[-1] - path[0]) * metre
                angle = upright(math.degrees(math.atan2(dy, dx)))
                labels.append((name, at.x / metre[0], at.y / metre[1], "road", angle, rank, path))
    return labels


def water_label(shape: Geometry, lon: float, lat: float, metre: np.ndarray) -> tuple[float, float, float, float]:
    """The roomiest place near a point inside a water: lon, lat, angle, half length of the text's path in metres."""
    flat = shapely.transform(shape, lambda c: c * metre)
    x, y = np.array([lon, lat]) * metre
    reach = 250.0
    while reach < 3000 and not flat.intersects(shapely.Point(x, y).buffer(reach)):
        reach *= 1.5
    near = flat.intersection(shapely.Point(x, y).buffer(reach * 2))
    steps = np.linspace(-reach, reach, 61)
    grid = np.array([(x + a, y + b) for a in steps for b in steps])
    points = shapely.points(grid)
    inside = shapely.contains(near, points)
    if not inside.any():
        at = near.representative_point()
        grid, points, inside = np.array([[at.x, at.y]]), np.array([at]), np.array([True])
    room = np.where(inside, shapely.distance(flat.boundary, points), -1) - 0.02 * np.hypot(*(grid - [x, y]).T)
    best = int(np.argmax(room))
    clear = float(max(room[best], 10))
    window = flat.intersection(points[best].buffer(clear * 3.5))
    sample = np.array([(a, b) for a in np.linspace(-1, 1, 41) for b in np.linspace(-1, 1, 41)]) * clear * 3.5
    sample = sample + grid[best]
    sample = sample[shapely.contains(window, shapely.points(sample))]
    angle = 0.0
    if len(sample) > 10:
        values, vectors = np.linalg.eigh(np.cov((sample - sample.mean(0)).T))
        if values[1] > 2.2 * values[0]:
            angle = upright(math.degrees(math.atan2(vectors[1, 1], vectors[0, 1])))
    return (*(grid[best] / metre), angle, clear * 2.5)


def water_labels(source: Source, wanted: dict[str, list[list[float]]], bounds: Box) -> list[Label]:
    metre = _plane(bounds)
    box = shapely.box(*bounds)
    labels: list[Label] = []
    for name, anchors in wanted.items():
        shapes = [shapely.intersection(shape, box) for shape, own in source.waters if own == name]
        if not shapes:
            raise SystemExit(f"no water named {name} in the source")
        shape = shapely.union_all(shapes)
        for lon, lat, rank in anchors:
            x, y, angle, half = water_label(shape, lon, lat, metre)
            turn = np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
            path = left_to_right(np.array([[x, y] - turn * half / metre, [x, y] + turn * half / metre]))
            labels.append((name, x, y, "water", angle, int(rank), path))
    return labels


def area_label(name: str, shape: Geometry, rank: int) -> Label:
    """A name in the roomiest place of an area."""
    largest = max(shapely.get_parts(shape), key=lambda p: p.area)
    inner = shapely.maximum_inscribed_circle(largest, tolerance=1e-4)
    x, y = inner.coords[0]
    return (name, x, y, "area", 0.0, rank, NO_PATH)
