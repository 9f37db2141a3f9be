"""Cells into communities, streets and districts: growth from the centres of streets over neighbouring cells."""

from __future__ import annotations

import csv
import heapq
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from cockpit.geo.compact import MICRO, squeeze, text_array
from cockpit.geo.make.cells import shared_borders
from cockpit.geo.make.layers import polygon_arrays
from cockpit.geo.make.source import Box, Geometry
from cockpit.geo.metres import scale
from cockpit.model.nameindex import spelling

CITY, DISTRICT, STREET, COMMUNITY, CELL = range(5)


@dataclass(frozen=True)
class Area:
    code: str
    name: str
    tier: int
    parent: str
    shape: Geometry  # degrees


def neighbours(cells: list[Geometry], metre: np.ndarray, gap: float) -> dict[int, dict[int, float]]:
    """The cost in metres of going from a cell to its neighbour: between centroids, dearer across a gap of water."""
    flat = shapely.transform(np.array(cells, dtype=object), lambda c: c / MICRO * metre)
    centre = shapely.get_coordinates(shapely.centroid(flat))
    touching = shared_borders(cells)
    left, right = shapely.STRtree(flat).query(flat, predicate="dwithin", distance=gap)
    table: dict[int, dict[int, float]] = {i: {} for i in range(len(cells))}
    for i, j in zip(left.tolist(), right.tolist(), strict=True):
        if i != j:
            cost = float(np.hypot(*(centre[i] - centre[j])))
            table[i][j] = cost if j in touching[i] else cost * 2 + 400
    return table


def grow(seeds: dict[int, str], table: dict[int, dict[int, float]], allowed: set[int] | None = None) -> dict[int, str]:
    """Every cell to the seed from which it is cheapest to reach."""
    owner: dict[int, str] = {}
    queue = [(0.0, i, name) for i, name in sorted(seeds.items())]
    heapq.heapify(queue)
    while queue:
        cost, i, name = heapq.heappop(queue)
        if i in owner:
            continue
        owner[i] = name
        for j, step in table[i].items():
            if j not in owner and (allowed is None or j in allowed):
                heapq.heappush(queue, (cost + step, j, name))
    return owner


def _leftovers(owner: dict[int, str], centre: np.ndarray, members: list[int]) -> None:
    """Cells that no growth reached (islands) go to the nearest that is owned."""
    owned = [i for i in members if i in owner]
    for i in members:
        if i not in owner:
            owner[i] = owner[owned[int(np.hypot(*(centre[owned] - centre[i]).T).argmin())]]


def spread(members: list[int], centre: np.ndarray, count: int) -> list[int]:
    """`count` members far from one another, from the most western on."""
    points = centre[members]
    chosen = [int(points[:, 0].argmin())]
    gap = np.hypot(*(points - points[chosen[0]]).T)
    while len(chosen) < count:
        chosen.append(int(gap.argmax()))
        gap = np.minimum(gap, np.hypot(*(points - points[chosen[-1]]).T))
    for _ in range(8):  # Lloyd's rounds, so that communities are of like size
        near = np.hypot(*(points[:, None] - points[chosen][None]).transpose(2, 0, 1)).argmin(axis=1)
        moved = []
        for k in range(count):
            own = np.flatnonzero(near == k)
            middle = points[own].mean(axis=0)
            moved.append(int(own[np.hypot(*(points[own] - middle).T).argmin()]))
        if moved == chosen:
            break
        chosen = moved
    return [members[k] for k in sorted(chosen, key=lambda k: (-points[k, 1].round(-3), points[k, 0]))]


def read_names(names: Path, settings: dict[str, Any]) -> tuple[dict[str, str], dict[str, list[tuple[str, str]]]]:
    """Names of streets, and (code, name) of the communities of each street; the settings' own come first."""
    streets: dict[str, str] = dict(settings.get("street_names", {}))
    communities: dict[str, list[tuple[str, str]]] = {}
    for street, own in settings.get("communities", {}).items():
        communities[street] = [(f"{street}{k:03d}", f"{name}社区") for k, name in enumerate(own, 1)]
    if not streets:
        with (names / "streets_hangzhou.csv").open(encoding="utf-8") as file:
            streets = {row["code"]: row["name"] for row in csv.DictReader(file)}
        with (names / "communities_hangzhou.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                communities.setdefault(row["streetCode"], []).append((row["code"], row["name"]))
    return streets, communities


def short(name: str) -> str:
    """清波街道 to 清波, 三墩镇 to 三墩, as a map writes it."""
    for end in ("街道", "镇", "乡"):
        if name.endswith(end) and len(name) > len(end) + 1:
            return name[: -len(end)]
    return name


def build(cells: list[Geometry], bounds: Box, settings: dict[str, Any], names: Path) -> list[Area]:
    """The tree from the city down to the cells; parents come before their children."""
    metre = np.array(scale((bounds[1] + bounds[3]) / 2))
    cells = list(shapely.coverage_simplify(np.array(cells, dtype=object), 20.0))
    table = neighbours(cells, metre, settings["gap"])
    centre = np.array([c.centroid.coords[0] for c in cells]) / MICRO * metre
    street_names, community_names = read_names(names, settings)
    seeds: dict[int, str] = {}
    centres = [(code, at) for code, at in sorted(settings["streets"].items())]
    centres += [(code, at) for code, more in settings.get("more_centres", {}).items() for at in more]
    for code, at in centres:
        order = np.hypot(*(centre - np.array(at) * metre).T).argsort()
        seeds[next(int(i) for i in order if int(i) not in seeds)] = code
    owner = grow(seeds, table)
    _leftovers(owner, centre, list(range(len(cells))))
    city = settings["city"]["code"]
    rows: list[Area] = []
    of_street: dict[str, list[int]] = {}
    for i, street in owner.items():
        of_street.setdefault(street, []).append(i)
    for street, members in sorted(of_street.items()):
        members.sort()
        known = community_names.get(street) or [
            (f"{street}{k:03d}", f"{short(street_names[street])}第{k}社区") for k in range(1, 60)
        ]
        count = max(1, min(len(known), round(len(members) / settings["community_cells"])))
        heads = spread(members, centre, count)
        parts = grow({head: known[k][0] for k, head in enumerate(heads)}, table, set(members))
        _leftovers(parts, centre, members)
        label = dict(known)
        for code in sorted(set(parts.values())):
            own = sorted((i for i in members if parts[i] == code), key=lambda i: (-centre[i, 1], centre[i, 0]))
            rows += [
                Area(f"{code}{k:03d}", f"{label[code]}第{k}网格", CELL, code, cells[i]) for k, i in enumerate(own, 1)
            ]
            rows.append(Area(code, label[code], COMMUNITY, street, shapely.union_all([cells[i] for i in own])))
        rows.append(
            Area(street, street_names[street], STREET, street[:6], shapely.union_all([cells[i] for i in members]))
        )
    for code, name in settings["districts"].items():
        shapes = [r.shape for r in rows if r.tier == STREET and r.parent == code]
        if shapes:
            rows.append(Area(code, name, DISTRICT, city, shapely.union_all(shapes)))
    whole = shapely.union_all([r.shape for r in rows if r.tier == DISTRICT])
    rows.append(Area(city, settings["city"]["name"], CITY, "", whole))
    rows.sort(key=lambda r: (r.tier, r.code))
    return [Area(r.code, r.name, r.tier, r.parent, shapely.transform(r.shape, lambda c: c / MICRO)) for r in rows]


def area_arrays(areas: list[Area]) -> dict[str, np.ndarray]:
    """areas.npz: what `cockpit.geo.areas` reads."""
    parts = [list(shapely.get_parts(area.shape)) for area in areas]
    return {
        **polygon_arrays([p for own in parts for p in own]),
        "polygons": np.array([len(own) for own in parts], np.int32),
        "tier": np.array([a.tier for a in areas], np.uint8),
        "rows": text_array([[a.code, a.name, a.parent] for a in areas]),
        "spelled": text_array(spelling(a.name for a in areas)),
        "middle": squeeze(shapely.get_coordinates(shapely.point_on_surface([a.shape for a in areas]))),
    }
