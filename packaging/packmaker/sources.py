"""Map sources to one form: a Geofabrik extract (Hangzhou) and Mapzen-style tiles put together (Lujiazui)."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import shapely

from cockpit.geo.make.source import CLASSES, Geometry, Road, Source, clean_name, lines_of, polygons_of


def _features(path: Path) -> list[tuple[Geometry, dict[str, Any]]]:
    if not path.exists():
        return []
    rows = json.loads(path.read_text(encoding="utf-8"))["features"]
    shapes = shapely.from_geojson([json.dumps(row["geometry"]) for row in rows])
    return [(shape, row["properties"]) for shape, row in zip(shapes, rows, strict=True)]


def read_geofabrik(folder: Path, water_names: dict[str, str]) -> Source:
    source = Source()
    same = {"unknown": "unclassified", "track_grade2": "track"}
    for shape, p in _features(folder / "roads_urban.geojson"):
        kind = same.get(p["fclass"], p["fclass"])
        oneway = {"F": 1, "T": -1}.get(p["oneway"], 0)
        for line in lines_of(shape):
            road = Road(line, kind, clean_name(p.get("name")), oneway, p["tunnel"] == "T", p["bridge"] == "T")
            source.roads.append(road)
    for shape, p in _features(folder / "waters_urban.geojson"):
        polygon = polygons_of(shape)
        if polygon is None:
            continue
        if p["fclass"] == "wetland":
            source.land_use.append((polygon, "park"))
        else:
            source.waters.append((polygon, water_names.get(str(p["osm_id"])) or clean_name(p.get("name"))))
    for shape, p in _features(folder / "landuses_urban.geojson"):
        polygon = polygons_of(shape)
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
            source.rails += lines_of(shape)
        kind = _tile_road(p)
        if kind is None:
            continue
        oneway = {"yes": 1, "-1": -1}.get(str(p.get("oneway")), 0)
        tunnel, bridge = bool(p.get("is_tunnel")), bool(p.get("is_bridge"))
        name = clean_name(p.get("name:zh") or p.get("name"))
        source.roads += [Road(line, kind, name, oneway, tunnel, bridge) for line in lines_of(shape)]
    for shape, p in _features(folder / "water.geojson"):
        polygon = polygons_of(shape)
        if polygon is not None and p["kind"] != "swimming_pool":
            source.waters.append((polygon, clean_name(p.get("name:zh") or p.get("name"))))
    for shape, p in _features(folder / "landuse.geojson"):
        polygon = polygons_of(shape)
        if polygon is not None:
            source.land_use.append((polygon, p["kind"]))
    for shape, p in _features(folder / "buildings.geojson"):
        polygon = polygons_of(shape)
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
