"""basemap.npz: what `cockpit.geo.basemap` reads."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from cockpit.geo.compact import squeeze, text_array
from cockpit.geo.make.source import BUILT, PARK, WOOD, Box, Geometry, Road, Source

MICRO = 1e-6
MAIN = {"motorway", "trunk", "primary"}
MID = {"secondary", "tertiary"}
MINOR = {"residential", "unclassified", "living_street"}
SERVICE = {"service", "track"}


def road_layer(road: Road) -> str:
    """The layer by `look/README.md` [map.dark]; links go with the middle ones, as they are drawn thin."""
    if road.tunnel:
        return "tunnel"
    if road.kind in MAIN:
        return "road_main"
    if road.kind in MID or road.kind.endswith("_link"):
        return "road_mid"
    if road.kind in MINOR:
        return "road_minor"
    return "road_service" if road.kind in SERVICE else "path"


def _polygons_of(geometry: Geometry, smallest: float) -> list[Geometry]:
    parts = [p for p in shapely.get_parts(geometry) if p.geom_type == "Polygon"]
    return [p for p in parts if p.area >= smallest]


def merged(shapes: list[Geometry], box: Geometry, tolerance: float) -> Geometry:
    """The union of `shapes` inside `box`, on the grid of microdegrees."""
    clipped = [shapely.intersection(s, box) for s in shapes]
    union = shapely.union_all(clipped, grid_size=MICRO)
    return shapely.simplify(union, tolerance) if tolerance else union


def polygon_arrays(polygons: list[Geometry]) -> dict[str, np.ndarray]:
    rings = [np.asarray(ring.coords)[:, :2] for p in polygons for ring in (p.exterior, *p.interiors)]
    return {
        "coords": squeeze(np.concatenate(rings) if rings else np.zeros((0, 2))),
        "counts": np.array([len(r) for r in rings], np.int32),
        "rings": np.array([1 + len(p.interiors) for p in polygons], np.int32),
    }


def line_arrays(lines: list[Geometry]) -> dict[str, np.ndarray]:
    paths = [np.asarray(line.coords)[:, :2] for line in lines]
    return {
        "coords": squeeze(np.concatenate(paths) if paths else np.zeros((0, 2))),
        "counts": np.array([len(p) for p in paths], np.int32),
    }


def _joined(lines: list[Geometry], box: Geometry) -> list[Geometry]:
    clipped = [part for line in lines for part in shapely.get_parts(shapely.intersection(line, box))]
    clipped = [line for line in clipped if line.geom_type == "LineString"]
    if not clipped:
        return []
    joined = shapely.simplify(shapely.line_merge(shapely.multilinestrings(clipped)), 5 * MICRO)
    return [line for line in shapely.get_parts(joined) if line.length > 0]


def basemap_arrays(source: Source, bounds: Box) -> dict[str, np.ndarray]:
    """All layers but the labels."""
    box = shapely.box(*bounds)
    square_metre = 1 / (111_195 * 111_195 * 0.86)
    layers: dict[str, dict[str, np.ndarray]] = {}
    nodata = shapely.union_all(source.nodata) if source.nodata else None
    layers["land"] = polygon_arrays([box])
    for layer, kinds in (("built", BUILT), ("park", PARK), ("wood", WOOD)):
        shapes = [shape for shape, kind in source.land_use if kind in kinds]
        layers[layer] = polygon_arrays(_polygons_of(merged(shapes, box, 8 * MICRO), 200 * square_metre))
    water = merged([shape for shape, _ in source.waters], box, 6 * MICRO)
    layers["water"] = polygon_arrays(_polygons_of(water, 150 * square_metre))
    if source.buildings:
        kept: list[tuple[Geometry, float]] = []
        for shape, height in source.buildings:
            clean = shapely.set_precision(shapely.intersection(shape, box), MICRO)
            kept += [(p, height) for p in _polygons_of(clean, 10 * square_metre)]
        # low ones first: a tower stands on its podium
        kept.sort(key=lambda pair: pair[1] if pair[1] == pair[1] else 0.0)
        layers["building"] = polygon_arrays([p for p, _ in kept])
        layers["building"]["height"] = np.array([h for _, h in kept], np.float32)
    if nodata is not None:
        layers["nodata"] = polygon_arrays(_polygons_of(nodata, 0))
    lines: dict[str, list[Geometry]] = {}
    for road in source.roads:
        lines.setdefault(road_layer(road), []).append(road.line)
    lines["rail"] = source.rails
    for layer, shapes in lines.items():
        joined = _joined(shapes, box)
        if joined:
            layers[layer] = line_arrays(joined)
    arrays: dict[str, Any] = {f"{n}.{key}": value for n, layer in layers.items() for key, value in layer.items()}
    arrays["bounds"] = np.array(bounds)
    return arrays


def label_arrays(labels: list[tuple[str, float, float, str, float, int, np.ndarray]]) -> dict[str, np.ndarray]:
    """Labels as (text, lon, lat, kind, angle, rank, path)."""
    paths = [label[6].reshape(-1, 2) for label in labels]
    rows = [
        [text, round(float(lon), 6), round(float(lat), 6), kind, round(float(angle), 1), rank]
        for text, lon, lat, kind, angle, rank, _ in labels
    ]
    return {
        "labels": text_array(rows),
        "label.coords": squeeze(np.concatenate(paths) if paths else np.zeros((0, 2))),
        "label.counts": np.array([len(p) for p in paths], np.int32),
    }
