"""What a pack is made of, whatever map it comes from. Geometries in WGS-84 lon/lat."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import shapely

Geometry = Any
"""A shapely geometry."""
Box = tuple[float, float, float, float]
"""West, south, east, north."""

CLASSES = (
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link",
    "tertiary", "tertiary_link", "unclassified", "residential", "living_street", "service", "track", "pedestrian",
    "footway", "path", "cycleway", "steps",
)  # fmt: skip
"""Classes of roads as the graph file numbers them."""

PARK = {"grass", "park", "recreation_ground", "cemetery", "nature_reserve", "meadow", "allotments", "garden", "pitch"}
WOOD = {"forest", "scrub", "heath", "natural_wood", "orchard"}
BUILT = {"residential", "commercial", "industrial", "retail", "military", "school", "hospital", "parking"}


@dataclass(frozen=True)
class Road:
    line: Geometry
    kind: str  # one of CLASSES
    name: str
    oneway: int  # 1 along, -1 against, 0 both ways
    tunnel: bool
    bridge: bool


@dataclass(frozen=True)
class Boundary:
    """An area as a source draws it.

    Attributes:
        code: digits, "" where the source has none.
        level: 1 district, 2 street, 3 community, 4 cell.
    """

    name: str
    code: str
    level: int
    shape: Geometry


@dataclass
class Source:
    """Everything that a pack is made of.

    Attributes:
        coast: lines with the land on their left.
        left_out: how many pieces were left out, by the id of the sentence that says why.
    """

    roads: list[Road] = field(default_factory=list)
    waters: list[tuple[Geometry, str]] = field(default_factory=list)
    land_use: list[tuple[Geometry, str]] = field(default_factory=list)
    buildings: list[tuple[Geometry, float]] = field(default_factory=list)
    rails: list[Geometry] = field(default_factory=list)
    coast: list[Geometry] = field(default_factory=list)
    pois: list[tuple[float, float, str]] = field(default_factory=list)
    nodata: list[Geometry] = field(default_factory=list)
    boundaries: list[Boundary] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def clean_name(name: object) -> str:
    """The Chinese part of a name that carries a transcription or alternatives behind it."""
    text = " ".join(str(name or "").split())[:80]
    text = re.split(r"[;；/]", text)[0].strip()
    if re.match(r"[\u4e00-\u9fff]", text):
        text = re.split(r"\s+(?=[A-Za-zÀ-ž(])", text)[0]
    return re.sub(r"\s*[(（].*$", "", text)


def lines_of(geometry: Geometry) -> list[Geometry]:
    """The lines in a geometry, those of no length left out."""
    return [line for line in shapely.get_parts(geometry) if line.geom_type == "LineString" and len(line.coords) > 1]


def polygons_of(geometry: Geometry) -> Geometry | None:
    """A geometry of polygons made valid; None where it has none."""
    if "Polygon" not in geometry.geom_type:
        return None
    if geometry.is_valid:
        return geometry
    whole = shapely.make_valid(geometry)
    parts = [part for part in shapely.get_parts(whole) if "Polygon" in part.geom_type]
    return shapely.union_all(parts) if parts else None
