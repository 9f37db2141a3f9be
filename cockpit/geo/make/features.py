"""Features of OpenStreetMap, by their tags, to what a pack is made of."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import shapely

from cockpit.geo.make.source import CLASSES, Boundary, Box, Geometry, Road, Source, clean_name, lines_of, polygons_of

WANTED = (
    "highway", "railway", "waterway", "natural", "water", "landuse", "leisure", "building", "amenity", "shop",
    "tourism", "office", "healthcare", "place", "historic", "emergency", "public_transport", "boundary",
)  # fmt: skip
"""Keys of the tags that make a feature worth reading."""
LEVEL_METRES = 3.0
"""Height of a storey where a building says only how many it has."""
TALLEST = 1000.0
_TIERS = {"6": 1, "7": 2, "8": 2, "9": 3, "10": 3}
"""admin_level in China to tiers: 6 区县, 8 街道乡镇, 10 社区村."""
_NAMED = ("amenity", "shop", "tourism", "office", "healthcare", "historic", "emergency", "leisure", "building", "place")
_NO_PLACE = {"bench", "waste_basket", "toilets", "vending_machine", "parking_space", "fire_hydrant"}
_LAND_USE = {
    "natural": {"wood": "forest", "scrub": "scrub", "heath": "heath", "grassland": "grass", "wetland": "park"},
    "leisure": dict.fromkeys(("park", "garden", "golf_course", "nature_reserve", "pitch", "playground"), "park"),
    "amenity": {k: k for k in ("school", "hospital", "parking")}
    | {"university": "school", "college": "school", "kindergarten": "school", "clinic": "hospital"},
}
_WIDTHS = {"river": 16.0, "canal": 8.0}
"""Metres at which a waterway is drawn that is a line only."""
_NUMBER = re.compile(r"^\s*(\d{1,4}(?:\.\d+)?)\s*m?\s*$")


class Feature(NamedTuple):
    """Tags with the point, line or polygons that they are said of."""

    tags: Mapping[str, str]
    shape: Geometry


def worth_reading(tags: Mapping[str, str]) -> bool:
    return any(key in tags for key in WANTED)


def is_area(tags: Mapping[str, str]) -> bool:
    """Whether a closed way with these tags means what it encloses."""
    if tags.get("area") in ("yes", "no"):
        return tags["area"] == "yes"
    if "highway" in tags or "railway" in tags or tags.get("natural") in ("coastline", "tree_row", "cliff"):
        return False
    return "waterway" not in tags or tags["waterway"] in ("riverbank", "dock")


class Sorter:
    """Sorts features into a `Source`, clipped to what lies in or touches a box.

    Args:
        box: what the pack covers; None takes all.
    """

    def __init__(self, box: Box | None) -> None:
        self.source = Source()
        self._box = shapely.box(*box) if box is not None else None
        self._named: set[tuple[str, int, int]] = set()

    def take_all(self, features: Iterable[Feature]) -> Source:
        for feature in features:
            self.take(feature)
        return self.source

    def take(self, feature: Feature) -> None:
        """Sorts one feature in; one that can not be used is counted in `source.left_out`."""
        tags, shape = feature
        coordinates = shapely.get_coordinates(shape)
        if not len(coordinates) or not np.isfinite(coordinates).all():
            self.source.left_out["make.left_no_place"] += 1
            return
        if (np.abs(coordinates) > (180, 85)).any():
            swapped = (np.abs(coordinates[:, ::-1]) <= (180, 85)).all()
            self.source.left_out["make.left_swapped" if swapped else "make.left_no_place"] += 1
            return
        if self._box is not None and not shapely.intersects(self._box, shapely.box(*shapely.bounds(shape))):
            return
        if shape.geom_type == "Point":
            self._poi(tags, shape)
        elif "LineString" in shape.geom_type:
            self._line(tags, shape)
        elif "Polygon" in shape.geom_type:
            self._polygon(tags, shape)

    def _line(self, tags: Mapping[str, str], shape: Geometry) -> None:
        source, kind = self.source, tags.get("highway", "")
        if kind == "road":
            kind = "unclassified"
        if kind in CLASSES and tags.get("area") != "yes":
            name = clean_name(tags.get("name:zh") or tags.get("name"))
            tunnel, bridge = tags.get("tunnel", "no") != "no", tags.get("bridge", "no") != "no"
            source.roads += [Road(line, kind, name, _oneway(tags), tunnel, bridge) for line in lines_of(shape)]
        elif tags.get("railway") in ("rail", "light_rail", "monorail", "tram") and tags.get("tunnel", "no") == "no":
            source.rails += lines_of(shape)
        elif tags.get("natural") == "coastline":
            source.coast += lines_of(shape)
        elif tags.get("waterway") in _WIDTHS and tags.get("tunnel", "no") == "no":
            half = (_metres(tags.get("width")) or _WIDTHS[tags["waterway"]]) / 2 / 111_195
            name = clean_name(tags.get("name:zh") or tags.get("name"))
            source.waters += [(shapely.buffer(line, half, cap_style="flat"), name) for line in lines_of(shape)]

    def _polygon(self, tags: Mapping[str, str], shape: Geometry) -> None:
        source, whole = self.source, polygons_of(shape)
        if whole is None or whole.is_empty:
            source.left_out["make.left_broken"] += 1
            return
        name = clean_name(tags.get("name:zh") or tags.get("name"))
        if tags.get("natural") == "coastline":  # an island, in a format that has it as an area
            source.coast += [shapely.LineString(ring.coords) for ring in _outlines(whole)]
            return
        if tags.get("boundary") == "administrative":
            level = _TIERS.get(tags.get("admin_level", ""))
            if level is not None and name:
                code = next((tags[k] for k in ("ref:CN", "ref", "code") if tags.get(k, "").isdecimal()), "")
                source.boundaries.append(Boundary(name, code, level, whole))
            return
        if tags.get("building", "no") != "no":
            source.buildings.append((whole, _height(tags)))
        elif (
            tags.get("natural") == "water"
            or tags.get("waterway") in ("riverbank", "dock")
            or "water" in tags
            or tags.get("landuse") in ("reservoir", "basin")
        ):
            source.waters.append((whole, name))
            return
        else:
            kind = tags.get("landuse") or next(
                (kinds[tags[key]] for key, kinds in _LAND_USE.items() if tags.get(key) in kinds), ""
            )
            if kind:
                source.land_use.append((whole, kind))
        self._poi(tags, shapely.point_on_surface(whole))

    def _poi(self, tags: Mapping[str, str], point: Geometry) -> None:
        name = clean_name(tags.get("name:zh") or tags.get("name"))
        named = any(key in tags and tags[key] not in _NO_PLACE for key in _NAMED)
        named |= tags.get("railway") == "station" or tags.get("landuse") in ("residential", "commercial", "retail")
        if not name or not named or not point.within(self._box if self._box is not None else point):
            return
        if (tags.get("railway") == "station" or tags.get("public_transport") == "station") and not name.endswith("站"):
            name += "站"
        spot = (name, round(point.x * 500), round(point.y * 500))  # about 200 m: a node and the building it stands in
        if spot not in self._named:
            self._named.add(spot)
            self.source.pois.append((point.x, point.y, name))


def _outlines(whole: Geometry) -> list[Geometry]:
    """Outer rings, counterclockwise: with the inside on their left."""
    return [shapely.orient_polygons(part).exterior for part in shapely.get_parts(whole) if part.geom_type == "Polygon"]


def _oneway(tags: Mapping[str, str]) -> int:
    said = tags.get("oneway", "")
    if said in ("yes", "true", "1"):
        return 1
    if said in ("-1", "reverse"):
        return -1
    return 1 if not said and (tags.get("junction") == "roundabout" or tags.get("highway") == "motorway") else 0


def _metres(text: str | None) -> float | None:
    found = _NUMBER.match(text or "")
    return float(found[1]) if found else None


def _height(tags: Mapping[str, str]) -> float:
    """Metres; NaN unknown."""
    height, levels = _metres(tags.get("height")), _metres(tags.get("building:levels"))
    metres = height if height else levels * LEVEL_METRES if levels else math.nan
    return metres if not metres > TALLEST else math.nan
