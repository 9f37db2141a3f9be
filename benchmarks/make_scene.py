"""The scene of the largest city in our sources, for benchmarks only: Guangzhou's counts on Hangzhou's real streets.

    python -m benchmarks.make_scene --seed 7 --out build/scene.npz

300,000 cameras along the streets, 110,000 sensors in the blocks, 170,000 buildings cut from the real blocks (what the
streets enclose), 5,000 moving units with trails along the streets, 5,000 grid cells with a state, 500 labels. The same
seed makes the same scene. Building footprints, cells and things are invented; the streets are OpenStreetMap's.
"""

from __future__ import annotations

import argparse
from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from cockpit.geo.areas import CELL, Areas
from cockpit.geo.roadgraph import RoadGraph
from widgets.map.camera import mercator
from widgets.map.drawing import Points, Polygons

PACK = Path(__file__).resolve().parent.parent / "assets" / "cities" / "hangzhou"
CAMERAS, SENSORS, BUILDINGS, UNITS, CELLS, LABELS = 300_000, 110_000, 170_000, 5_000, 5_000, 500
TRAIL = 60
"""Points of a unit's trail."""
STREET = 7.0
"""Metres between a street's middle line and the first building."""
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Things(msgspec.Struct, frozen=True):
    """Places of many things. x, y: shape (N,), Mercator metres; state: shape (N,), a small number."""

    x: Floats
    y: Floats
    state: NDArray[np.uint8]


class Shapes(msgspec.Struct, frozen=True):
    """Many polygons without holes. xy (V, 2) Mercator metres; rings (N + 1,) offsets; state, height (metres): (N,)."""

    xy: Floats
    rings: Ints
    state: NDArray[np.uint8]
    height: NDArray[np.float32]


class CityScene(msgspec.Struct, frozen=True):
    """The scene.

    Attributes:
        origin: Mercator metres of the city's middle.
        units: where each of `UNITS` units is now.
        trails: shape (UNITS, TRAIL, 2), where each was, oldest first; its last point is where it is.
        labels: 500 names and where they stand.
    """

    origin: tuple[float, float]
    cameras: Things
    sensors: Things
    buildings: Shapes
    cells: Shapes
    units: Things
    trails: Floats
    labels: tuple[tuple[str, float, float], ...]

    def points(self, key: str, things: Things, palette: tuple[tuple[int, int, int, int], ...], size: float) -> Points:
        x, y = self.local(things.x, things.y)
        return Points(key=key, x=x, y=y, color=things.state, palette=palette, size=size)

    def polygons(self, key: str, shapes: Shapes, palette: tuple[tuple[int, int, int, int], ...]) -> Polygons:
        x, y = self.local(shapes.xy[:, 0], shapes.xy[:, 1])
        one_ring = np.arange(len(shapes.rings), dtype=np.int64)
        return Polygons(
            key=key, xy=np.column_stack([x, y]), rings=shapes.rings, polys=one_ring, fill=shapes.state, palette=palette,
            height=shapes.height,
        )  # fmt: skip

    def local(self, x: Floats, y: Floats) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Mercator metres to float32 metres from the origin."""
        return (x - self.origin[0]).astype(np.float32), (y - self.origin[1]).astype(np.float32)


@lru_cache(maxsize=2)
def city_scene(seed: int = 7, share: float = 1.0) -> CityScene:
    """The scene of a seed; `share` below 1 has that share of its things (tests)."""
    rng = np.random.default_rng(seed)
    graph, areas = RoadGraph.load(PACK), Areas.load(PACK)
    metre = np.asarray(graph._metre, dtype=np.float64)

    def world(plane: Floats) -> Floats:
        x, y = mercator(plane[:, 0] / metre[0], plane[:, 1] / metre[1])
        return np.column_stack([x, y])

    blocks = _blocks(graph)
    middle = world(np.array([graph.nodes.mean(axis=0) * metre]))[0]
    tracks = _tracks(graph, rng, round(UNITS * share))
    inside = _inside(blocks, rng, round(SENSORS * share))
    labels = _labels(areas, round(LABELS * share))
    return CityScene(
        origin=(float(middle[0]), float(middle[1])),
        cameras=_things(world(_beside(graph, rng, round(CAMERAS * share))), rng, (0.93, 0.05, 0.02)),
        sensors=_things(world(inside), rng, (0.9, 0.07, 0.03)),
        buildings=_buildings(blocks, rng, round(BUILDINGS * share), world),
        cells=_cells(areas, rng, round(CELLS * share), metre, world),
        units=_things(world(tracks[:, -1]), rng, (0.6, 0.4)),
        trails=world(tracks.reshape(-1, 2)).reshape(*tracks.shape),
        labels=labels,
    )


def _things(at: Floats, rng: np.random.Generator, odds: tuple[float, ...]) -> Things:
    state = rng.choice(len(odds), size=len(at), p=np.array(odds) / sum(odds)).astype(np.uint8)
    return Things(at[:, 0].copy(), at[:, 1].copy(), state)


def _blocks(graph: RoadGraph) -> NDArray[np.object_]:
    """What streets enclose, on the city's plane (metres), without slivers between carriageways."""
    noded = shapely.get_parts(shapely.union_all(graph.plane_lines))
    faces = shapely.get_parts(shapely.polygonize(noded))
    size = shapely.area(faces)
    kept: NDArray[np.object_] = faces[(size > 500) & (size < 600_000)]
    return kept


def _buildings(blocks: NDArray[np.object_], rng: np.random.Generator, wanted: int, world: object) -> Shapes:
    """Rectangles in rows along the longer side of each block, cut from it and away from its streets."""
    yards = shapely.buffer(blocks, -STREET, quad_segs=1, join_style="mitre")
    yards = yards[~shapely.is_empty(yards)]
    shapely.prepare(yards)
    corners, owner = [], []
    for index, yard in enumerate(yards):
        boxes = _rows(yard, rng)
        corners.append(boxes)
        owner.append(np.full(len(boxes), index))
    box, of = np.concatenate(corners), np.concatenate(owner)
    shapes = shapely.polygons(box)
    fits = np.flatnonzero(shapely.contains_properly(yards[of], shapes))
    if len(fits) < wanted:
        raise RuntimeError(f"only {len(fits)} buildings fit into the blocks, {wanted} are wanted")
    chosen = np.sort(rng.choice(fits, wanted, replace=False))
    ring = np.concatenate([box[chosen], box[chosen][:, :1]], axis=1)
    height = np.clip(rng.lognormal(2.9, 0.6, wanted), 4, 280).astype(np.float32)
    risk = rng.choice(5, size=wanted, p=(0.828, 0.1, 0.05, 0.017, 0.005)).astype(np.uint8)
    return Shapes(world(ring.reshape(-1, 2)), np.arange(wanted + 1, dtype=np.int64) * 5, risk, height)  # type: ignore[operator]


def _rows(yard: object, rng: np.random.Generator) -> Floats:
    """Corners (n, 4, 2) of rectangles on a grid that is turned as the block is."""
    frame = shapely.get_coordinates(shapely.minimum_rotated_rectangle(yard))[:4]
    side, other = frame[1] - frame[0], frame[3] - frame[0]
    if np.hypot(*side) < np.hypot(*other):
        side, other = other, side
    long, wide = float(np.hypot(*side)), float(np.hypot(*other))
    if wide < 8 or long < 8:
        return np.empty((0, 4, 2))
    along, across = side / long, other / wide
    step, deep = rng.uniform(20, 34), rng.uniform(15, 22)
    u, v = np.meshgrid(np.arange(2, long - 8, step), np.arange(2, wide - 6, deep), indexing="ij")
    u, v = u.ravel(), v.ravel()
    length = np.minimum(rng.uniform(0.55, 0.85, len(u)) * step, 60)
    depth = np.minimum(rng.uniform(0.5, 0.75, len(u)) * deep, 22)
    low = frame[0] + u[:, None] * along + v[:, None] * across
    far, up = length[:, None] * along, depth[:, None] * across
    return np.stack([low, low + far, low + far + up, low + up], axis=1)


def _beside(graph: RoadGraph, rng: np.random.Generator, wanted: int) -> Floats:
    """Places some metres beside streets, as many on a metre of each."""
    edge = rng.choice(len(graph.a), size=wanted, p=graph.metres / graph.metres.sum())
    at = shapely.get_coordinates(
        shapely.line_interpolate_point(graph.plane_lines[edge], rng.uniform(0, 1, wanted), normalized=True)
    )
    return at + rng.normal(0, 5.0, (wanted, 2))


def _inside(blocks: NDArray[np.object_], rng: np.random.Generator, wanted: int) -> Floats:
    """Places in blocks."""
    box = shapely.bounds(blocks)
    size = shapely.area(blocks)
    found: list[Floats] = []
    lacking = wanted
    shapely.prepare(blocks)
    while lacking > 0:
        of = rng.choice(len(blocks), size=lacking * 2, p=size / size.sum())
        at = box[of, :2] + rng.uniform(0, 1, (len(of), 2)) * (box[of, 2:] - box[of, :2])
        at = at[shapely.contains_xy(blocks[of], at[:, 0], at[:, 1])][:lacking]
        found.append(at)
        lacking -= len(at)
    return np.concatenate(found)


def _tracks(graph: RoadGraph, rng: np.random.Generator, wanted: int) -> Floats:
    """Ways along the streets, shape (wanted, TRAIL, 2) on the city's plane: ten minutes at some metres a second."""
    metre = np.asarray(graph._metre)
    nodes = graph.nodes * metre
    ends = np.concatenate([graph.a, graph.b]).astype(np.int64)
    onward = np.concatenate([graph.b, graph.a]).astype(np.int64)
    order = np.argsort(ends, kind="stable")
    first = np.searchsorted(ends[order], np.arange(len(nodes) + 1))
    at = rng.choice(np.flatnonzero(np.diff(first)), size=wanted)
    way = [nodes[at]]
    for _ in range(TRAIL // 4):
        many = first[at + 1] - first[at]
        at = onward[order[first[at] + (rng.uniform(0, 1, wanted) * many).astype(np.int64)]]
        way.append(nodes[at])
    corners = np.stack(way, axis=1)
    share = np.linspace(0, corners.shape[1] - 1, TRAIL)
    low = np.minimum(share.astype(np.int64), corners.shape[1] - 2)
    rest = (share - low)[None, :, None]
    return corners[:, low] * (1 - rest) + corners[:, low + 1] * rest


def _cells(areas: Areas, rng: np.random.Generator, wanted: int, metre: Floats, world: object) -> Shapes:
    """The pack's grid cells, the largest halved until there are enough."""
    rows = [i for i, area in enumerate(areas.rows) if area.tier == CELL]
    parts = list(shapely.get_parts(shapely.transform(areas.shapes[rows], lambda c: c * metre)))
    parts = [shapely.Polygon(shapely.get_exterior_ring(part)) for part in parts]
    while len(parts) < wanted:
        parts.sort(key=lambda p: p.area)
        for part in [parts.pop() for _ in range(min(wanted - len(parts), len(parts) // 2) or 1)]:
            parts += _halves(part)
    parts = parts[:wanted]
    counts = [shapely.get_num_coordinates(part) for part in parts]
    state = rng.choice(5, size=len(parts), p=(0.55, 0.22, 0.13, 0.07, 0.03)).astype(np.uint8)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Shapes(world(shapely.get_coordinates(parts)), offsets, state, np.full(len(parts), np.nan, np.float32))  # type: ignore[operator]


def _halves(part: shapely.Polygon) -> list[shapely.Polygon]:
    west, south, east, north = part.bounds
    if east - west > north - south:
        middle = (west + east) / 2
        boxes = (shapely.box(west, south, middle, north), shapely.box(middle, south, east, north))
    else:
        middle = (south + north) / 2
        boxes = (shapely.box(west, south, east, middle), shapely.box(west, middle, east, north))
    found = []
    for box in boxes:
        pieces = shapely.get_parts(shapely.intersection(shapely.make_valid(part), box))
        found += [shapely.Polygon(p.exterior) for p in pieces if p.geom_type == "Polygon" and p.area > 1]
    return found


def _labels(areas: Areas, wanted: int) -> tuple[tuple[str, float, float], ...]:
    """Names of the pack's areas, the larger tiers first, where they are."""
    names = []
    for tier in (1, 2, 3):
        for area in areas.of_tier(tier):
            at = shapely.point_on_surface(areas.shape(area.code))
            x, y = mercator(at.x, at.y)
            names.append((area.name, float(x), float(y)))
    return tuple(names[:wanted])


def save(scene: CityScene, file: Path) -> None:
    """Writes a scene for `load`."""
    columns: dict[str, np.ndarray] = {"origin": np.array(scene.origin), "trails": scene.trails}
    for name in PARTS:
        part = getattr(scene, name)
        columns |= {f"{name}.{field}": getattr(part, field) for field in part.__struct_fields__}
    columns["labels"] = np.array([name for name, _, _ in scene.labels])
    columns["label_places"] = np.array([(x, y) for _, x, y in scene.labels])
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as out:
        np.savez(out, **columns)  # type: ignore[arg-type]


def load(file: Path) -> CityScene:
    """Reads a scene: what shows it need not hold what making it takes."""
    with file.open("rb") as source, np.load(source, allow_pickle=False) as stored:
        parts = {
            name: kind(*(stored[f"{name}.{field}"] for field in kind.__struct_fields__)) for name, kind in PARTS.items()
        }
        places = stored["label_places"].tolist()
        labels = tuple((str(name), x, y) for name, (x, y) in zip(stored["labels"], places, strict=True))
        x, y = stored["origin"].tolist()
        return CityScene(origin=(x, y), trails=stored["trails"], labels=labels, **parts)


PARTS = {"cameras": Things, "sensors": Things, "units": Things, "buildings": Shapes, "cells": Shapes}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--share", type=float, default=1.0, help="of its things, for a smaller scene")
    parser.add_argument("--out", type=Path, required=True, help="file to write, .npz")
    given = parser.parse_args()
    scene = city_scene(given.seed, given.share)
    save(scene, given.out)
    for name, kind in PARTS.items():
        part = getattr(scene, name)
        print(f"{name}: {len(part.x) if kind is Things else len(part.rings) - 1}")


if __name__ == "__main__":
    main()
