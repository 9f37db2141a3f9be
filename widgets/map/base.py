"""The base map of a pack in Mercator metres, read by `cockpit.geo.basemap`. No Qt in here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from cockpit.geo.basemap import FILE, POLYGON_LAYERS, BaseMap, Geometry, Label, read_basemap
from cockpit.model.errors import UserError
from widgets.map.camera import Box, Camera, box_of, mercator
from widgets.map.labels import Name

POLYGONS = frozenset(POLYGON_LAYERS)
NO_HEIGHT = np.empty(0, dtype=np.float32)
UNKNOWN_HEIGHT = 9.0
"""Metres of a building whose height nobody knows, where buildings rise: three floors."""


class BaseData(msgspec.Struct, frozen=True):
    """What a backend is given.

    Attributes:
        layers: shapely polygons or lines by layer, Mercator metres; `shore` is the edge of `water`.
        names: what may be written on the map.
        box: the pack's bounds, Mercator metres.
        height: of each of the layer `building`, metres, NaN not known; empty where none is.
    """

    layers: Mapping[str, NDArray[np.object_]]
    names: tuple[Name, ...]
    box: Box
    height: NDArray[np.float32] = NO_HEIGHT


class Piece(msgspec.Struct, frozen=True, eq=False):
    """A vector tile of the base map, or a coarser one in the place of some that are not here yet.

    Attributes:
        key: source, zoom, column and row; the same key and `data` mean the same content.
        clip: where it is drawn, Mercator metres: nothing of it goes beyond, its neighbours continue there.
        data: what it shows; its shapes reach a little over the edges of the tile.
    """

    key: str
    clip: Box
    data: BaseData


class Photo(msgspec.Struct, frozen=True, eq=False):
    """A raster tile of the base map, or a coarser one in the place of some that are not here yet.

    Attributes:
        key: source, zoom, column and row.
        box: what all of the picture covers, Mercator metres. clip: where it is drawn.
        pixels: shape (height, width, 4), red, green, blue, alpha, alpha multiplied in.
    """

    key: str
    box: Box
    clip: Box
    pixels: NDArray[np.uint8]


class BaseView(msgspec.Struct, frozen=True, eq=False):
    """What is here of the base map for one view.

    Attributes:
        photos: raster tiles, beneath all else, in drawing order.
        pieces: vector tiles; layer by layer, not tile by tile, they are drawn as one map.
        bare: boxes for which nothing is here yet: the pack's own base map is drawn there, if there is one.
        sharp: nothing better is being fetched.
    """

    photos: tuple[Photo, ...] = ()
    pieces: tuple[Piece, ...] = ()
    bare: tuple[Box, ...] = ()
    sharp: bool = True


class TiledBase(Protocol):
    """A base map that comes in tiles (`cockpit.geo.tiles`), for any renderer.

    Attributes:
        state: tells it from another one.
    """

    state: str

    def view(self, box: Box, zoom: float, tone: tuple[float, float, float]) -> BaseView:
        """What is here now for a box in Mercator metres at a zoom level (256 px scheme, of device pixels). Returns at
        once, on any thread; what is missing is fetched and made, and told to those who `watch`.

        Args:
            tone: brightness (1: as it is; below 0: light and dark exchanged), contrast and saturation of raster tiles.
        """
        ...

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Has `listener` called, on any thread, when a view has got better; the answer ends it."""
        ...


class BaseFile(msgspec.Struct, frozen=True):
    """Where a base map comes from, and what it is needed for first.

    Attributes:
        read: gives it; None where there is none. Called once at the most, on any thread.
        state: tells it from another one.
        box: the pack's bounds, Mercator metres.
        home: the view in which the map opens, of any size.
        drawings: folder for drawings of it that a next start may show at once; None for nowhere.
        tiles: the base map in tiles, drawn in the place of what `read` gives; None where `read` gives all.
    """

    read: Callable[[], BaseData | None]
    state: str
    box: Box
    home: Camera
    drawings: Path | None = None
    tiles: TiledBase | None = None


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
    height = basemap.layers["building"].height if "building" in basemap.layers else NO_HEIGHT
    return BaseData(layers, tuple(_name(label) for label in basemap.labels), box_of(basemap.bounds), height)


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
