"""A tile made ready: what the worker process hands over, and what is kept of it."""

from __future__ import annotations

import zlib

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.geo.tiles.grid import Tile
from cockpit.model.typed import from_msgpack

VERSION = 1
"""Of what is kept; what another version kept is made anew."""
F32 = NDArray[np.float32]
I32 = NDArray[np.int32]


class Shapes(msgspec.Struct, frozen=True, array_like=True):
    """One layer, as `cockpit.geo.basemap.Geometry`.

    Attributes:
        xy: float32 (N, 2), Mercator metres east and north of `Made.origin`.
        offsets: int32 (parts + 1). polys: int32 (polygons + 1), empty in a layer of lines.
        height: float32 (polygons), metres, NaN unknown; empty in every layer but `building`.
    """

    xy: bytes
    offsets: bytes
    polys: bytes = b""
    height: bytes = b""

    @property
    def coords(self) -> F32:
        return np.frombuffer(self.xy, np.float32).reshape(-1, 2)

    @property
    def part_offsets(self) -> I32:
        return np.frombuffer(self.offsets, np.int32)

    @property
    def poly_offsets(self) -> I32:
        return np.frombuffer(self.polys, np.int32)

    @property
    def is_polygons(self) -> bool:
        return len(self.polys) > 0


class Word(msgspec.Struct, frozen=True, array_like=True):
    """A name on the map, as `cockpit.geo.basemap.Label`; x, y and path are metres from `Made.origin`."""

    text: str
    kind: str
    x: float
    y: float
    rank: int
    angle: float = 0.0
    path: bytes = b""


class Made(msgspec.Struct, frozen=True):
    """Attributes:
    origin: Mercator metres that places are counted from.
    layers: by the names of `cockpit.geo.basemap`, and `shore`.
    words: names.
    left_out: pieces that were damaged.
    """

    origin: tuple[float, float]
    layers: dict[str, Shapes]
    words: list[Word]
    left_out: int = 0


class Pixels(msgspec.Struct, frozen=True):
    """A picture: red, green, blue, alpha, alpha multiplied in, row by row from the upper left."""

    width: int
    height: int
    data: bytes


class Job(msgspec.Struct, frozen=True):
    """What the worker is to make.

    Attributes:
        kind: `vector`, `pixels` or `geojson`.
        tile: z, x, y.
        data: of a vector tile or the pictures of one place, the lowest first.
        schema: layer names of vector tiles; "" finds out.
        file: of `geojson`.
        tone: of `pixels`: brightness (below 0: light and dark exchanged), contrast, saturation.
    """

    kind: str
    tile: tuple[int, int, int] = (0, 0, 0)
    data: list[bytes] = []
    schema: str = ""
    file: str = ""
    tone: tuple[float, float, float] = (1.0, 1.0, 1.0)


class Answer(msgspec.Struct, frozen=True):
    """Attributes:
    why: what is wrong with the tile, in our words; "" when all is well.
    """

    why: str = ""
    made: Made | None = None
    pixels: Pixels | None = None


def pack(made: Made) -> bytes:
    """For keeping."""
    return bytes([VERSION]) + zlib.compress(msgspec.msgpack.encode(made), 1)


def unpack(data: bytes) -> Made | None:
    """What was kept; None where it is of another version, or damaged."""
    if not data or data[0] != VERSION:
        return None
    try:
        return from_msgpack(zlib.decompress(data[1:]), type=Made)
    except (zlib.error, msgspec.MsgspecError):
        return None


def origin_of(tile: Tile) -> tuple[float, float]:
    west, _, _, north = tile.box
    return west, north
