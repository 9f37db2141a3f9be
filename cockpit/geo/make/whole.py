"""All layers of a pack from one map source: roads, places, areas, base map, into a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import shapely

from cockpit.geo.make import graph, labels, layers, names, own_areas, tree
from cockpit.geo.make.coast import sea
from cockpit.geo.make.features import Sorter
from cockpit.geo.make.geojson import GeoJson
from cockpit.geo.make.osm_pbf import OsmPbf
from cockpit.geo.make.osm_xml import OsmXml
from cockpit.geo.make.source import Boundary, Box, Source
from cockpit.geo.metres import scale
from cockpit.geo.places import Places
from cockpit.model.errors import UserError

LONGEST_SIDE = 300_000.0
"""Metres: a city, not a country."""
WATER_NAMED = 3_000.0
"""Square metres from which a named water carries its name."""
_XML, _PBF, _JSON = (".osm", ".xml"), (".pbf",), (".geojson", ".json")
Tell = Callable[[str], None]


class Made(NamedTuple):
    """What was made.

    Attributes:
        bounds: what the pack covers. counts: how many of each, by the id of its text.
    """

    bounds: Box
    counts: dict[str, int]


def read(paths: Iterable[Path], box: Box | None, datum: str) -> tuple[Source, Box]:
    """The source in some files of OpenStreetMap XML, PBF or GeoJSON, and what it covers.

    Args:
        box: what is wanted; None asks the files, and where they do not say it takes where most of the streets are.

    Raises:
        UserError: a file is not there, is none of these, or holds no street.
    """
    if box is not None:
        _check(box)
    sorter, said = Sorter(box), list[Box]()
    for path in paths:
        if not path.is_file():
            raise UserError("make.no_file", file=str(path))
        reader = _reader(path, sorter.source, datum)
        sorter.take_all(reader.features())
        if reader.bounds is not None:
            said.append(reader.bounds)
    source = sorter.source
    if not source.roads:
        raise UserError("make.no_roads")
    if box is None:
        box = (
            (min(b[0] for b in said), min(b[1] for b in said), max(b[2] for b in said), max(b[3] for b in said))
            if said
            else where_most_is(source)
        )
    _check(box)
    return source, _rounded(box)


def _reader(path: Path, source: Source, datum: str) -> OsmXml | OsmPbf | GeoJson:
    name = path.name.lower()
    if name.endswith(_PBF):
        return OsmPbf(path, source)
    if name.endswith(_XML):
        return OsmXml(path, source)
    if name.endswith(_JSON):
        return GeoJson(path, source, datum)
    raise UserError("make.unknown_file", file=str(path))


def where_most_is(source: Source) -> Box:
    """The box of the middle 96 of 100 points of streets and buildings: a way that leads far out of the extract, as
    Overpass gives it, makes no city larger."""
    shapes = [road.line for road in source.roads] + [shape for shape, _ in source.buildings]
    middles = shapely.get_coordinates(shapely.centroid(np.array(shapes, dtype=object)))
    west, south = np.quantile(middles, 0.02, axis=0).tolist()
    east, north = np.quantile(middles, 0.98, axis=0).tolist()
    pad = max(east - west, north - south, 0.002) * 0.02
    return west - pad, south - pad, east + pad, north + pad


def _check(box: Box) -> None:
    west, south, east, north = box
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):
        raise UserError("make.bad_box", box=", ".join(f"{side:g}" for side in box))
    metre = scale((south + north) / 2)
    if max((east - west) * metre[0], (north - south) * metre[1]) > LONGEST_SIDE:
        raise UserError("make.box_too_large", most=round(LONGEST_SIDE / 1000))


def _rounded(box: Box) -> Box:
    west, south, east, north = (round(side, 5) for side in box)
    return west, south, east, north


def make(source: Source, bounds: Box, boundaries: list[Boundary], code: str, name: str, out: Path, tell: Tell) -> Made:
    """Writes roads.npz, places.npz, areas.npz and basemap.npz into the folder `out`.

    Args:
        code, name: of the city.
        tell: hears what is being made, as the id of a text.

    Raises:
        UserError: no street lies in the box.
    """
    box = shapely.box(*bounds)
    source.roads = [road for road in source.roads if road.line.intersects(box)]
    if not source.roads:
        raise UserError("make.no_roads")
    source.waters += [(shape, "") for shape in sea(source.coast, bounds)]
    tell("make.doing_roads")
    roads = graph.graph_arrays(source.roads, (bounds[1] + bounds[3]) / 2)
    if not len(roads["a"]):
        raise UserError("make.no_roads")
    _save(out / "roads.npz", roads)
    tell("make.doing_places")
    known = names.place_arrays(source, roads, bounds)
    _save(out / "places.npz", known)
    places = Places(known, out / "places.npz")
    tell("make.doing_areas")

    def name_of(lon: float, lat: float) -> str:
        return places.at(lon, lat).words.partition(" × ")[0]

    drawn = boundaries or source.boundaries
    areas = own_areas.AreaMaker(source, bounds, drawn, code, name, name_of).make()
    _save(out / "areas.npz", tree.area_arrays(areas))
    tell("make.doing_map")
    spacing = 500.0 if own_areas.settings_of(bounds) is own_areas.FINE else 1500.0
    rows = labels.water_labels(source, _waters(source, bounds), bounds)
    rows += [labels.area_label(a.name, a.shape, 0) for a in areas if a.tier == tree.DISTRICT and a.name != name]
    rows += [labels.area_label(tree.short(a.name), a.shape, 1) for a in areas if a.tier == tree.STREET]
    rows += labels.road_labels(source.roads, bounds, spacing, spacing / 5)
    _save(out / "basemap.npz", layers.basemap_arrays(source, bounds) | layers.label_arrays(rows))
    counts = {
        "make.roads": len(roads["a"]),
        "make.buildings": len(source.buildings),
        "make.waters": len(source.waters),
        "make.places": len(msgspec.json.decode(known["others"].tobytes())),
        "make.crossings": len(known["crossing.names"]),
        "make.areas": len(areas),
    }
    return Made(bounds, counts)


def _waters(source: Source, bounds: Box) -> dict[str, list[list[float]]]:
    """Where the names of waters stand: on their roomiest places; the larger, the sooner they are shown."""
    box, metre = shapely.box(*bounds), scale((bounds[1] + bounds[3]) / 2)
    by_name: dict[str, float] = {}
    at: dict[str, list[float]] = {}
    for shape, name in source.waters:
        inside = shapely.intersection(shape, box) if name else None
        if inside is None or inside.area == 0:
            continue
        by_name[name] = by_name.get(name, 0.0) + inside.area * metre[0] * metre[1]
        middle = shapely.point_on_surface(inside)
        at.setdefault(name, [middle.x, middle.y])
    return {
        name: [[*at[name], 0 if size > 500_000 else 1 if size > 100_000 else 2 if size > 20_000 else 3]]
        for name, size in sorted(by_name.items())
        if size >= WATER_NAMED
    }


def _save(path: Path, arrays: dict[str, np.ndarray]) -> None:
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
