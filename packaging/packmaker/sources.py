"""Map sources to one form: a Geofabrik extract (Hangzhou) and Mapzen-style tiles put together (Lujiazui)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

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
    line: BaseGeometry  # lon/lat
    kind: str  # one of CLASSES
    name: str
    oneway: int  # 1 along, -1 against, 0 both ways
    tunnel: bool
    bridge: bool


@dataclass
class Source:
    """Everything that a pack is made of; geometries in WGS-84 lon/lat."""

    roads: list[Road] = field(default_factory=list)
    waters: list[tuple[BaseGeometry, str]] = field(default_factory=list)
    land_use: list[tuple[BaseGeometry, str]] = field(default_factory=list)
    buildings: list[tuple[BaseGeometry, float]] = field(default_factory=list)
    rails: list[BaseGeometry] = field(default_factory=list)
    pois: list[tuple[float, float, str]] = field(default_factory=list)
    nodata: list[BaseGeometry] = field(default_factory=list)


def clean_name(name: object) -> str:
    """The Chinese part of a name that carries a transcription or alternatives behind it."""
    text = str(name or "").strip()
    text = re.split(r"[;；/]", text)[0].strip()
    if re.match(r"[\u4e00-\u9fff]", text):
        text = re.split(r"\s+(?=[A-Za-zÀ-ž(])", text)[0]
    return re.sub(r"\s*[(（].*$", "", text)


def _features(path: Path) -> list[tuple[BaseGeometry, dict[str, Any]]]:
    if not path.exists():
        return []
    rows = json.loads(path.read_text(encoding="utf-8"))["features"]
    shapes = shapely.from_geojson([json.dumps(row["geometry"]) for row in rows])
    return [(shape, row["properties"]) for shape, row in zip(shapes, rows, strict=True)]


def _lines(geometry: BaseGeometry) -> list[BaseGeometry]:
    return [line for line in shapely.get_parts(geometry) if line.geom_type == "LineString" and len(line.coords) > 1]


def _polygons(geometry: BaseGeometry) -> BaseGeometry | None:
    if "Polygon" not in geometry.geom_type:
        return None
    return geometry if geometry.is_valid else shapely.buffer(geometry, 0)


def read_geofabrik(folder: Path, water_names: dict[str, str]) -> Source:
    source = Source()
    same = {"unknown": "unclassified", "track_grade2": "track"}
    for shape, p in _features(folder / "roads_urban.geojson"):
        kind = same.get(p["fclass"], p["fclass"])
        oneway = {"F": 1, "T": -1}.get(p["oneway"], 0)
        for line in _lines(shape):
            road = Road(line, kind, clean_name(p.get("name")), oneway, p["tunnel"] == "T", p["bridge"] == "T")
            source.roads.append(road)
    for shape, p in _features(folder / "waters_urban.geojson"):
        polygon = _polygons(shape)
        if polygon is None:
            continue
        if p["fclass"] == "wetland":
            source.land_use.append((polygon, "park"))
        else:
            source.waters.append((polygon, water_names.get(str(p["osm_id"])) or clean_name(p.get("name"))))
    for shape, p in _features(folder / "landuses_urban.geojson"):
        polygon = _polygons(shape)
        if polygon is None:
            continue
        source.land_use.append((polygon, p["fclass"]))
        name = clean_name(p.get("name"))
        if name and p["fclass"] in {"park", "commercial", "residential", "retail", "recreation_ground"}:
            point = polygon.representative_point()
            source.pois.append((point.x, point.y, name))
    return source


def _tile_road(p: dict[str, Any]) -> str | None:
    kind = p.get("kind_detail") or ""
    if p["kind"] in {"rail", "ferry"} or kind == "pier":
        return None
    return kind if kind in CLASSES else "path" if p["kind"] == "path" else "unclassified"


def read_tiles(folder: Path) -> Source:
    source = Source()
    for shape, p in _features(folder / "roads.geojson"):
        if p["kind"] == "rail":
            source.rails += _lines(shape)
        kind = _tile_road(p)
        if kind is None:
            continue
        oneway = {"yes": 1, "-1": -1}.get(str(p.get("oneway")), 0)
        tunnel, bridge = bool(p.get("is_tunnel")), bool(p.get("is_bridge"))
        name = clean_name(p.get("name:zh") or p.get("name"))
        source.roads += [Road(line, kind, name, oneway, tunnel, bridge) for line in _lines(shape)]
    for shape, p in _features(folder / "water.geojson"):
        polygon = _polygons(shape)
        if polygon is not None and p["kind"] != "swimming_pool":
            source.waters.append((polygon, clean_name(p.get("name:zh") or p.get("name"))))
    for shape, p in _features(folder / "landuse.geojson"):
        polygon = _polygons(shape)
        if polygon is not None:
            source.land_use.append((polygon, p["kind"]))
    for shape, p in _features(folder / "buildings.geojson"):
        polygon = _polygons(shape)
        if polygon is not None and p["kind"] in {"building", "building_part"}:
            source.buildings.append((polygon, float(p.get("height") or "nan")))
    seen: set[str] = set()
    for shape, p in _features(folder / "pois.geojson"):
        name = clean_name(p.get("name:zh") or p.get("name"))
        if re.match(r"[\u4e00-\u9fff]", name) and name not in seen and p["kind"] not in {"bus_stop", "traffic_signals"}:
            seen.add(name)
            source.pois.append((shape.x, shape.y, name))
    return source


def read_source(folder: Path, settings: dict[str, Any]) -> Source:
    """The source in `folder`, told apart by its files."""
    if (folder / "roads_urban.geojson").exists():
        source = read_geofabrik(folder, settings["water_names"])
    else:
        source = read_tiles(folder)
    renamed = settings.get("road_names", {})
    source.roads = [replace(road, name=renamed.get(road.name, road.name)) for road in source.roads]
    source.nodata = [shapely.box(*box) for box in settings.get("nodata", [])]
    return source
