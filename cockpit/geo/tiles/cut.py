"""Cuts the base map of a pack into vector tiles, as PMTiles or MBTiles: for a second machine, a tile server, a test."""

from __future__ import annotations

import contextlib
import gzip
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from cockpit.geo.basemap import LINE_LAYERS, POLYGON_LAYERS, BaseMap, Geometry, Label
from cockpit.geo.tiles.grid import HALF, MAX_LAT, Box, Tile, span
from cockpit.model.errors import OutsideError, UserError

EXTENT = 4096
BUFFER = 64
"""Units that shapes reach beyond a tile's edges, as OpenMapTiles has it."""
FROM = {
    "building": 13, "path": 14, "road_service": 14, "road_minor": 12, "tunnel": 11, "rail": 9, "road_mid": 9,
}  # fmt: skip
"""Zoom from which a layer is cut; others are from the first one."""
NAME_FROM = {"area": (0, 10, 12, 13, 14, 14), "water": (0, 10, 12, 13, 14, 14), "road": (10, 11, 12, 13, 14, 14)}
PLACES_FROM = 13
Objects = NDArray[np.object_]
Floats = NDArray[np.float64]


class Sink(Protocol):
    """Where tiles are written to."""

    def put(self, tile: Tile, data: bytes) -> None: ...


def cut(
    base: BaseMap, file: Path, name: str, credit: str, zooms: tuple[int, int], progress: Callable[[int, int], None]
) -> int:
    """Writes the archive whole or not at all; the kind is said by the name's end. The answer is the count of tiles.

    Raises:
        UserError: neither .pmtiles nor .mbtiles. OutsideError: it can not be written.
    """
    if file.suffix not in (".pmtiles", ".mbtiles"):
        raise UserError("tiles.which_archive", file=str(file))
    part = file.with_name(file.name + ".part")
    meta = {
        "name": name,
        "attribution": credit,
        "vector_layers": [{"id": n, "fields": {}} for n in (*base.layers, "names")],
    }
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        opened = _pmtiles(part, base, zooms, meta) if file.suffix == ".pmtiles" else _mbtiles(part, base, zooms, meta)
        with opened as sink:
            count = _cut(base, zooms, sink, progress)
        part.replace(file)
    except (OSError, sqlite3.Error) as error:
        raise OutsideError("tiles.unwritable", file=str(file), why=str(error)) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
    return count


def _cut(base: BaseMap, zooms: tuple[int, int], sink: Sink, progress: Callable[[int, int], None]) -> int:
    layers = {name: _Layer(name, geometry) for name, geometry in base.layers.items()}
    names = _Names(base.labels)
    west, south, east, north = base.bounds
    box = _box(west, south, east, north)
    spans = [span(box, z) for z in range(zooms[0], zooms[1] + 1)]
    total, done, written = sum(map(len, spans)), 0, 0
    for tiles in spans:
        for tile in tiles:
            data = encode(layers, names, tile)
            if data:
                sink.put(tile, gzip.compress(data, 6, mtime=0))
                written += 1
            done += 1
            progress(done, total)
    return written


def tiles_of(base: BaseMap) -> Callable[[Tile], bytes]:
    """Gives single tiles of a base map, not packed; b"" where there is nothing."""
    layers = {name: _Layer(name, geometry) for name, geometry in base.layers.items()}
    names = _Names(base.labels)
    return lambda tile: encode(layers, names, tile)


class _Layer:
    """Shapes of one layer in Mercator metres, with an index."""

    def __init__(self, name: str, geometry: Geometry) -> None:
        self.name = name
        coords = _metres(geometry.coords)
        offsets = np.asarray(geometry.offsets, dtype=np.int64)
        self.polygons = name in POLYGON_LAYERS
        shapes: Any
        if self.polygons:
            polys = np.asarray(geometry.polys, dtype=np.int64)
            shapes = shapely.from_ragged_array(shapely.GeometryType.POLYGON, coords, (offsets, polys))
        else:
            shapes = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, coords, (offsets,))
        self.shapes: Objects = np.asarray(shapes, dtype=object)
        self.height = geometry.height
        self._tree = shapely.STRtree(self.shapes)

    def within(self, box: Box, metres: float) -> tuple[Objects, list[int]]:
        """Shapes clipped to a box, simplified, with their numbers."""
        found = np.sort(self._tree.query(shapely.box(*box)))
        shapes = self.shapes[found]
        if self.polygons:
            big = shapely.area(shapes) > (2 * metres) ** 2
            shapes, found = shapes[big], found[big]
        shapes = shapely.simplify(shapes, metres / 2, preserve_topology=self.polygons)
        shapes = shapely.clip_by_rect(shapely.make_valid(shapes) if self.polygons else shapes, *box)
        there = ~shapely.is_empty(shapes)
        return shapes[there], found[there].tolist()


def encode(layers: dict[str, _Layer], names: _Names, tile: Tile) -> bytes:
    """One tile, not packed; b"" where there is nothing."""
    import mapbox_vector_tile

    west, south, east, north = tile.box
    unit = (east - west) / EXTENT
    margin = BUFFER * unit
    box = (west - margin, south - margin, east + margin, north + margin)
    order = [n for n in (*POLYGON_LAYERS, *LINE_LAYERS) if n in layers and tile.z >= FROM.get(n, 0)]
    out = []
    for name in order:
        shapes, numbers = layers[name].within(box, unit)
        rounded = _in_units(shapes, tile.box, unit)
        features = [
            {"geometry": shape, "properties": _height(layers[name], number)}
            for shape, number in zip(rounded, numbers, strict=True)
            if not shape.is_empty
        ]
        if features:
            out.append({"name": name, "features": features})
    found = names.within(tile, box)
    if found:
        placed = _in_units(np.array([shape for shape, _ in found], dtype=object), tile.box, unit)
        rows = [{"geometry": g, "properties": p} for g, (_, p) in zip(placed, found, strict=True) if not g.is_empty]
        out.append({"name": "names", "features": rows})
    if not out:
        return b""
    data: bytes = mapbox_vector_tile.encode(out, default_options={"extents": EXTENT})
    return data


def _in_units(shapes: Objects, box: Box, unit: float) -> Objects:
    """Whole tile units from the south-west corner: the writer turns them round."""
    corner = np.array([box[0], box[1]])
    placed: Objects = shapely.transform(shapes, lambda xy: np.round((xy - corner) / unit))
    return placed


def _height(layer: _Layer, number: int) -> dict[str, float]:
    if not len(layer.height) or not np.isfinite(layer.height[number]):
        return {}
    return {"height": round(float(layer.height[number]), 1)}


class _Names:
    """The labels in Mercator metres, with an index."""

    def __init__(self, labels: list[Label]) -> None:
        self._labels = labels
        places = _metres(np.array([[label.lon, label.lat] for label in labels]).reshape(-1, 2))
        self._places = places
        shapes: list[Any] = list(shapely.points(places))
        for i, label in enumerate(labels):
            path = np.asarray(label.path, dtype=np.float64).reshape(-1, 2)
            if label.kind == "road" and len(path) > 1:
                shapes[i] = shapely.LineString(_metres(path))
        self._shapes: Objects = np.array(shapes, dtype=object)
        self._tree = shapely.STRtree(self._shapes)

    def within(self, tile: Tile, box: Box) -> list[tuple[Any, dict[str, Any]]]:
        """Shapes clipped to a box, with what is said of them: roads as lines, others where their middle is."""
        found = []
        for i in np.sort(self._tree.query(shapely.box(*box))).tolist():
            label = self._labels[i]
            rank = min(max(label.rank, 0), 5)
            if tile.z < (NAME_FROM[label.kind][rank] if label.kind in NAME_FROM else PLACES_FROM):
                continue
            shape = self._shapes[i]
            if shape.geom_type == "Point" and not _inside(self._places[i], tile.box):
                continue
            clipped = shapely.clip_by_rect(shape, *box) if shape.geom_type != "Point" else shape
            told = {"kind": label.kind, "name": label.text, "rank": rank, "angle": float(label.angle)}
            found.append((clipped, told))
        return found


def _inside(place: Floats, box: Box) -> bool:
    return bool(box[0] <= place[0] < box[2] and box[1] <= place[1] < box[3])


def _metres(degrees: Floats) -> Floats:
    lat = np.clip(degrees[:, 1], -MAX_LAT, MAX_LAT)
    y = np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)) * HALF / np.pi
    return np.stack([degrees[:, 0] / 180 * HALF, y], axis=1)


def _box(west: float, south: float, east: float, north: float) -> Box:
    (x0, y0), (x1, y1) = _metres(np.array([[west, south], [east, north]]))
    return float(x0), float(y0), float(x1), float(y1)


@contextlib.contextmanager
def _pmtiles(file: Path, base: BaseMap, zooms: tuple[int, int], meta: dict[str, Any]) -> Iterator[Sink]:
    from pmtiles.tile import Compression, TileType, zxy_to_tileid
    from pmtiles.writer import Writer

    rows: list[tuple[int, bytes]] = []

    class Kept:
        def put(self, tile: Tile, data: bytes) -> None:
            rows.append((zxy_to_tileid(tile.z, tile.x, tile.y), data))

    yield Kept()
    with open(file, "wb") as out:
        writer: Any = Writer(out)  # type: ignore[no-untyped-call]
        for ident, data in sorted(rows):
            writer.write_tile(ident, data)
        west, south, east, north = (round(v * 1e7) for v in base.bounds)
        head = {
            "tile_type": TileType.MVT, "tile_compression": Compression.GZIP, "min_lon_e7": west, "min_lat_e7": south,
            "max_lon_e7": east, "max_lat_e7": north, "center_zoom": zooms[0], "center_lon_e7": (west + east) // 2,
            "center_lat_e7": (south + north) // 2,
        }  # fmt: skip
        writer.finalize(head, meta)


@contextlib.contextmanager
def _mbtiles(file: Path, base: BaseMap, zooms: tuple[int, int], meta: dict[str, Any]) -> Iterator[Sink]:
    file.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(file)) as db:
        db.executescript(
            "CREATE TABLE metadata (name TEXT, value TEXT);"
            "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB);"
            "CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row);"
        )

        class Kept:
            def put(self, tile: Tile, data: bytes) -> None:
                db.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", (tile.z, tile.x, 2**tile.z - 1 - tile.y, data))

        yield Kept()
        rows = {
            "name": meta["name"], "attribution": meta["attribution"], "format": "pbf", "minzoom": zooms[0],
            "maxzoom": zooms[1], "bounds": ",".join(f"{v:.6f}" for v in base.bounds),
            "json": json.dumps({"vector_layers": meta["vector_layers"]}),
        }  # fmt: skip
        db.executemany("INSERT INTO metadata VALUES (?, ?)", [(k, str(v)) for k, v in rows.items()])
        db.commit()
