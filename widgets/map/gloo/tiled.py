"""A base map in tiles: what is here for the view, its vector tiles joined in the thread and drawn as one map."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from widgets.map.base import NO_HEIGHT, BaseView, Photo, Piece, TiledBase
from widgets.map.camera import Box, Camera
from widgets.map.gloo.ground import GroundLayer, GroundLayers, JoinedLayer
from widgets.map.gloo.shop import Shop
from widgets.map.labels import Name, Names
from widgets.map.style import MapStyle

AHEAD = 0.2
"""How far beyond the view tiles are wanted."""
GRID = 20_000.0
"""Metres between the origins of places, so that single precision will do anywhere."""
PIECES = 300
"""Tiles whose triangles are kept."""
LEVELS = (0.0,)
MOST_BOXES = 6


class Joined(msgspec.Struct, frozen=True, eq=False):
    """Vector tiles joined."""

    ground: GroundLayers
    names: Names


class Tiles:
    """One base map in tiles, for one surface.

    Attributes:
        sharp: nothing better is being fetched for what was drawn last.
    """

    def __init__(self, source: TiledBase, told: Callable[[], None]) -> None:
        """told: called on any thread when there is something better."""
        self.sharp = False
        self._source, self._told = source, told
        self._seen: BaseView | None = None
        self._asked: tuple[Camera, tuple[float, float, float]] | None = None
        self._stale = threading.Event()
        self._pieces: OrderedDict[tuple[object, ...], tuple[Piece, GroundLayers, tuple[Name, ...]]] = OrderedDict()
        self._set: tuple[tuple[object, ...], _Set] | None = None
        self._end = source.watch(self._better)

    def _better(self) -> None:
        self._stale.set()
        self._told()

    def view(self, camera: Camera, style: MapStyle) -> BaseView:
        """What is here now. Tiles are asked for when the view leaves what was asked for, and when there are better."""
        tone: tuple[float, float, float] = getattr(style, "tone", (1.0, 1.0, 1.0))
        asked = self._asked
        holds = (
            asked is not None
            and self._seen is not None
            and asked[1] == tone
            and asked[0].scale == camera.scale
            and asked[0].dpr == camera.dpr
            and asked[0].covers(camera)
        )
        if not holds or self._stale.is_set():
            self._stale.clear()
            ahead = camera.grown(AHEAD)
            zoom = camera.zoom + float(np.log2(camera.dpr))
            self._asked, self._seen = (ahead, tone), self._source.view(ahead.box, zoom, tone)
            self.sharp = self._seen.sharp
        assert self._seen is not None
        return self._seen

    def joined(self, shop: Shop, seen: BaseView, camera: Camera) -> Joined | None:
        """Its vector tiles as one map; those before stand in until they are joined. None for none."""
        if not seen.pieces:
            return None
        origin = (round(camera.x / GRID) * GRID, round(camera.y / GRID) * GRID)
        state = (origin, *((piece.key, id(piece.data), piece.clip) for piece in seen.pieces))
        if self._set is None or self._set[0] != state:
            self._set = (state, _Set(seen.pieces, origin))
        wanted = self._set[1]
        made: Joined | None = shop.ask(("tiles", id(self)), "tiles", (wanted,), lambda: self._join(wanted))
        return made

    def _join(self, wanted: _Set) -> Joined:
        """In the thread."""
        parts = [self._piece(piece, wanted.origin) for piece in wanted.pieces]
        layers: dict[str, list[GroundLayer]] = {}
        for ground, _ in parts:
            for name, layer in ground.layers.items():
                assert isinstance(layer, GroundLayer)
                layers.setdefault(name, []).append(layer)
        joined = GroundLayers({name: JoinedLayer(some) for name, some in layers.items()}, wanted.origin)
        joined.slot = id(self)
        return Joined(joined, Names([name for _, names in parts for name in names]))

    def _piece(self, piece: Piece, origin: tuple[float, float]) -> tuple[GroundLayers, tuple[Name, ...]]:
        key = (piece.key, id(piece.data), piece.clip, origin)
        known = self._pieces.get(key)
        if known is None:
            height, clip = piece.data.height, piece.clip
            cut = {name: _cut(shapes, clip) for name, shapes in piece.data.layers.items() if name != "building"}
            if "building" in piece.data.layers:
                cut["building"], height = _cut_tall(piece.data.layers["building"], clip, height)
            names = tuple(
                name for name in piece.data.names if clip[0] <= name.x < clip[2] and clip[1] <= name.y < clip[3]
            )
            known = (piece, GroundLayers.made(cut, origin, height, LEVELS), names)
        self._pieces[key] = known
        self._pieces.move_to_end(key)
        while len(self._pieces) > PIECES:
            self._pieces.popitem(last=False)
        return known[1], known[2]

    def close(self) -> None:
        self._end()


class _Set(msgspec.Struct, frozen=True, eq=False):
    pieces: tuple[Piece, ...]
    origin: tuple[float, float]


def _cut(shapes: np.ndarray, clip: Box) -> np.ndarray:
    """Shapes within a box. One that can not be cut, for it is broken, is left out."""
    try:
        return np.asarray(shapely.clip_by_rect(shapes, *clip), dtype=object)
    except shapely.errors.GEOSException:
        good = shapes[shapely.is_valid(shapes)]
        return np.asarray(shapely.clip_by_rect(good, *clip), dtype=object)


def _cut_tall(shapes: np.ndarray, clip: Box, height: NDArray[np.float32]) -> tuple[np.ndarray, NDArray[np.float32]]:
    """The same of buildings, with their heights; those that are all beyond are gone."""
    good = shapely.is_valid(shapes)
    tall = height[good] if len(height) == len(shapes) else NO_HEIGHT
    cut = np.asarray(shapely.clip_by_rect(shapes[good], *clip), dtype=object)
    there = ~shapely.is_empty(cut)
    return cut[there], tall[there] if len(tall) else tall


def wide_boxes(boxes: Sequence[Box]) -> Sequence[Box]:
    """Where the pack's own base map is drawn: one box about all of them where they are many, drawn over later."""
    if len(boxes) <= MOST_BOXES:
        return boxes
    table = np.array(boxes)
    west, south = table[:, :2].min(axis=0)
    east, north = table[:, 2:].max(axis=0)
    return ((float(west), float(south), float(east), float(north)),)


def part_of(photo: Photo) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of what is drawn of a photo, 0 to 1."""
    box, clip = photo.box, photo.clip
    wide, high = max(box[2] - box[0], 1e-6), max(box[3] - box[1], 1e-6)
    return (
        (clip[0] - box[0]) / wide,
        (box[3] - clip[3]) / high,
        (clip[2] - box[0]) / wide,
        (box[3] - clip[1]) / high,
    )
