"""The base map of a pack in Mercator metres, read by `cockpit.geo.basemap`. No Qt in here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from cockpit.geo.basemap import FILE, POLYGON_LAYERS, BaseMap, Geometry, Label, read_basemap
from cockpit.model.errors import UserError
from widgets.map.camera import Box, Camera, box_of, mercator
from widgets.map.labels import Name

POLYGONS = frozenset(POLYGON_LAYERS)


class BaseData(msgspec.Struct, frozen=True):
    """What a backend is given.

    Attributes:
        layers: shapely polygons or lines by layer, Mercator metres; `shore` is the edge of `water`.
        names: what may be written on the map.
        box: the pack's bounds, Mercator metres.
    """

    layers: Mapping[str, NDArray[np.object_]]
    names: tuple[Name, ...]
    box: Box


class BaseFile(msgspec.Struct, frozen=True):
    """Where a base map comes from, and what it is needed for first.

    Attributes:
        read: gives it; None where there is none. Called once at the most, on any thread.
        state: tells it from another one.
        box: the pack's bounds, Mercator metres.
        home: the view in which the map opens, of any size.
        drawings: folder for drawings of it that a next start may show at once; None for nowhere.
    """

    read: Callable[[], BaseData | None]
    state: str
    box: Box
    home: Camera
    drawings: Path | None = None


def base_file(folder: Path, box: Box, home: Camera, drawings: Path | None) -> BaseFile:
    """The base map of a pack's folder."""
    file = folder / FILE
    try:
        state = f"{file} {file.stat().st_size} {file.stat().st_mtime_ns}"
    except OSError:
        state = f"{file}"
    return BaseFile(lambda: read_base(folder), state, box, home, drawings)


def read_base(folder: Path) -> BaseData | None:
    """The base map of a pack's folder; None where it has none that can be read (the map then says so)."""
    try:
        return base_of(read_basemap(folder))
    except UserError:
        return None


def base_of(basemap: BaseMap) -> BaseData:
    layers = {name: _shapes(geometry) for name, geometry in basemap.layers.items()}
    if "water" in layers:  # a river comes in pieces: united, it has a shore at its banks only
        layers["water"] = shapely.get_parts(shapely.union_all(shapely.make_valid(layers["water"])))
        layers["water"] = layers["water"][shapely.get_type_id(layers["water"]) == shapely.GeometryType.POLYGON]
        layers["shore"] = shapely.get_parts(shapely.boundary(layers["water"]))
    return BaseData(layers, tuple(_name(label) for label in basemap.labels), box_of(basemap.bounds))


def _shapes(geometry: Geometry) -> NDArray[np.object_]:
    x, y = mercator(geometry.coords[:, 0], geometry.coords[:, 1])
    coords = np.stack([x, y], axis=1)
    offsets = np.asarray(geometry.offsets, dtype=np.int64)
    if geometry.is_polygons:
        polys = np.asarray(geometry.polys, dtype=np.int64)
        shapes = shapely.from_ragged_array(shapely.GeometryType.POLYGON, coords, (offsets, polys))
    else:
        shapes = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, coords, (offsets,))
    result: NDArray[np.object_] = np.asarray(shapes, dtype=object)
    return result


def _name(label: Label) -> Name:
    x, y = mercator(label.lon, label.lat)
    path = np.asarray(label.path, dtype=np.float64).reshape(-1, 2)
    path_x, path_y = mercator(path[:, 0], path[:, 1])
    return Name(label.text, label.kind, float(x), float(y), label.rank, label.angle, path_x, path_y)
