"""A source of tiles (`cockpit.geo.tiles`) as a base map for renderers: shapes and names instead of arrays. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from cockpit.geo.tiles.bases import Bases
from cockpit.geo.tiles.grid import Tile
from cockpit.geo.tiles.made import Job, Made, Pixels, Shapes, Word
from cockpit.model.bases import BaseSpec
from cockpit.model.messages import Message
from widgets.map.base import NO_HEIGHT, BaseData, BaseFile, BaseView, Photo, Piece, base_file
from widgets.map.camera import Box, Camera
from widgets.map.labels import Name

if TYPE_CHECKING:
    from cockpit.geo.tiles.tiles import Tiles
    from cockpit.geo.tiles.views import Look

Tone = tuple[float, float, float]
PLAIN: Tone = (1.0, 1.0, 1.0)
POLL = 0.2
"""Seconds between two looks whether a file that takes long to read is still wanted."""
NOTHING = np.empty(0)


def prepare(tile: Tile, box: Box, made: Made | Pixels) -> BaseData | NDArray[np.uint8]:
    """What a renderer wants of a tile that covers `box`."""
    if isinstance(made, Pixels):
        return np.frombuffer(made.data, np.uint8).reshape(made.height, made.width, 4)
    own = tile.box
    return data_of(made, box, ((box[2] - box[0]) / (own[2] - own[0]), (box[3] - box[1]) / (own[3] - own[1])))


def data_of(made: Made, box: Box, scale: tuple[float, float] = (1.0, 1.0)) -> BaseData:
    """A tile, or a whole base map, in Mercator metres.

    Args:
        box: what it covers; its upper left corner is where `made` counts from, unless `scale` is 1.
        scale: of tiles in another datum, which are a little larger or smaller than on the plane.
    """
    origin = np.array(made.origin if scale == (1.0, 1.0) else (box[0], box[3]))
    factor = np.array(scale)

    def placed(xy: NDArray[Any]) -> NDArray[np.float64]:
        result: NDArray[np.float64] = xy.astype(np.float64) * factor + origin
        return result

    layers = {name: _shapes(shapes, placed) for name, shapes in made.layers.items()}
    height = np.frombuffer(made.layers["building"].height, np.float32) if "building" in made.layers else NO_HEIGHT
    return BaseData(layers, tuple(_name(word, placed) for word in made.words), box, height)


def _shapes(shapes: Shapes, placed: Callable[[NDArray[Any]], NDArray[np.float64]]) -> NDArray[np.object_]:
    coords, offsets = placed(shapes.coords), shapes.part_offsets.astype(np.int64)
    made: Any
    if shapes.is_polygons:
        polys = shapes.poly_offsets.astype(np.int64)
        made = shapely.from_ragged_array(shapely.GeometryType.POLYGON, coords, (offsets, polys))
    else:
        made = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, coords, (offsets,))
    result: NDArray[np.object_] = np.asarray(made, dtype=object)
    return result


def _name(word: Word, placed: Callable[[NDArray[Any]], NDArray[np.float64]]) -> Name:
    x, y = placed(np.array([[word.x, word.y]]))[0]
    path = placed(np.frombuffer(word.path, np.float32).reshape(-1, 2)) if word.path else np.empty((0, 2))
    return Name(word.text, word.kind, float(x), float(y), word.rank, word.angle, path[:, 0], path[:, 1])


class SourceBase:
    """`TiledBase` of one source.

    Attributes:
        tone: of raster tiles, as the map's style has it; what a renderer says is not asked.
    """

    def __init__(self, tiles: Tiles, tone: Tone = PLAIN) -> None:
        self._tiles = tiles
        self.tone = tone

    @property
    def state(self) -> str:
        return self._tiles.state

    def view(self, box: Box, zoom: float, tone: Tone) -> BaseView:
        return view_of(self._tiles, self._tiles.look(box, zoom, self.tone), self.tone)

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        return self._tiles.watch(listener)


def view_of(tiles: Tiles, look: Look, tone: Tone) -> BaseView:
    """What is here, as a renderer takes it."""
    photos, pieces = [], []
    for ready in look.ready:
        key = f"{tiles.state}/{ready.tile.z}/{ready.tile.x}/{ready.tile.y}"
        if isinstance(ready.thing, np.ndarray):
            photos.append(Photo(f"{key}/{tone}", ready.box, ready.clip, ready.thing))
        else:
            pieces.append(Piece(key, ready.clip, ready.thing))
    return BaseView(tuple(photos), tuple(pieces), look.bare, look.sharp)


def chosen_base(
    bases: Bases | None, folder: Path, box: Box, home: Camera, drawings: Path | None, tone: Tone,
    wrong: Callable[[Message], None], alive: Callable[[], bool],
) -> BaseFile:  # fmt: skip
    """The base map that a person chose, else the pack's own; that one also stands in where no tile is here.

    Args:
        wrong: told, on any thread, why a file can not be shown.
        alive: whether anybody still waits for a file that is being read.
    """
    own = base_file(folder, box, home, drawings)
    spec = bases.spec if bases is not None else None
    if bases is None or spec is None:
        return own
    if spec.kind == "geojson":
        return BaseFile(
            lambda: _read(bases, spec, box, own, wrong, alive), f"{spec.print} {_state(bases, spec)}", box, home
        )
    tiles = bases.tiles(spec.id)
    if tiles is None:
        return own
    return BaseFile(own.read, f"{own.state} {tiles.state}", box, home, None, SourceBase(tiles, tone))


def _read(
    bases: Bases, spec: BaseSpec, box: Box, own: BaseFile, wrong: Callable[[Message], None], alive: Callable[[], bool]
) -> BaseData | None:
    """The file as the worker process reads it; the pack's own base map where it can not."""
    file = bases.file_of(spec)
    if not file.is_file():
        wrong(Message("tiles.no_file", {"file": str(file)}))
        return own.read()
    reading = bases.engine.maker.make(Job("geojson", file=str(file)))
    while not wait((reading,), POLL).done:
        if not alive():
            return None
    try:
        answer = reading.result()
    except CancelledError:  # the seat closes
        return None
    if answer.made is None:
        wrong(Message("tiles.not_geojson", {"file": file.name, "why": answer.why}))
        return own.read()
    if answer.made.left_out:
        wrong(Message("tiles.left_out", {"file": file.name, "count": answer.made.left_out}))
    return data_of(answer.made, box)


def _state(bases: Bases, spec: BaseSpec) -> str:
    try:
        stat = bases.file_of(spec).stat()
    except OSError:
        return ""
    return f"{stat.st_size} {stat.st_mtime_ns}"
