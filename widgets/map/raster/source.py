"""A base map made ready for drawing, read when it is first needed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

import msgspec
from PySide6.QtGui import QImage

from widgets.map.base import POLYGONS, BaseData, BaseFile, Photo, Piece
from widgets.map.camera import Box, Camera
from widgets.map.labels import Name, Names
from widgets.map.raster.geometry import TOLERANCES, PathLayer
from widgets.map.raster.kept import KeptImages
from widgets.map.raster.pane import Pane

PIECES = 400
"""Tiles whose paths are kept."""
TONE = (1.0, 1.0, 1.0)
"""Photos as they are, where the style says nothing."""


class BaseLayers:
    """The base map made ready for drawing.

    Attributes:
        layers: by name.
        names: what may be written on it.
        box: the pack's bounds, Mercator metres.
    """

    def __init__(self, layers: dict[str, PathLayer], names: Sequence[Name], box: Box) -> None:
        self.layers = layers
        self.names = Names(names)
        self.box = box


def layers_of(data: BaseData) -> BaseLayers:
    layers = {name: PathLayer(shapes, name in POLYGONS) for name, shapes in data.layers.items()}
    return BaseLayers(layers, data.names, data.box)


class GroundPart(msgspec.Struct, frozen=True, eq=False):
    """Layers, and the boxes in Mercator metres beyond which nothing of them is drawn; none for all."""

    layers: BaseLayers
    clips: tuple[Box, ...] = ()


class GroundView(msgspec.Struct, frozen=True, eq=False):
    """What there is of the base map for a view.

    Attributes:
        state: equal as long as the content is.
        sharp: nothing better is on its way.
    """

    parts: tuple[GroundPart, ...] = ()
    photos: tuple[Photo, ...] = ()
    state: tuple[object, ...] = ()
    sharp: bool = True


class BaseSource:
    """One base map. Reading it takes half a second: a start whose first view was kept on disk shows it before.

    Attributes:
        file: where it comes from.
        kept: drawings of earlier runs.
        ready: it was read.
    """

    def __init__(self, file: BaseFile) -> None:
        self.file = file
        self.kept = KeptImages(file.drawings, file.state)
        self.ready = False
        self._layers: BaseLayers | None = None
        self._lock = threading.Lock()
        self._pieces: OrderedDict[str, tuple[BaseData, BaseLayers]] = OrderedDict()
        self._kept_views: set[object] = set()
        self._unprepared: list[tuple[PathLayer, int]] | None = None

    def layers(self) -> BaseLayers | None:
        """What there is to draw, None where there is none; read by the first call."""
        with self._lock:
            if not self.ready:
                self.ready = True  # what fails is not tried again
                data = self.file.read()
                self._layers = None if data is None else layers_of(data)
            return self._layers

    def view(self, pane: Pane) -> GroundView:
        """What is here for a pane now."""
        layers = self.layers()
        whole = () if layers is None else (GroundPart(layers),)
        tiles = self.file.tiles
        if tiles is None:
            return GroundView(whole)
        seen = tiles.view(pane.box, pane.zoom, TONE)
        parts = [GroundPart(self._piece(piece), (piece.clip,)) for piece in seen.pieces]
        if layers is not None and seen.bare:
            parts.insert(0, GroundPart(layers, seen.bare))
        pieces = tuple((piece.key, id(piece.data), piece.clip) for piece in seen.pieces)
        photos = tuple((photo.key, photo.clip) for photo in seen.photos)
        return GroundView(tuple(parts), seen.photos, (pieces, photos, seen.bare), seen.sharp)

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Has `listener` called when a view has got better; the answer ends it."""
        return (lambda: None) if self.file.tiles is None else self.file.tiles.watch(listener)

    def prepare(self) -> bool:
        """Makes one layer ready for one distance before it is needed; False when all is."""
        if self._unprepared is None:
            layers = list(self._layers.layers.values()) if self._layers is not None else []
            self._unprepared = [(layer, level) for level in reversed(range(len(TOLERANCES))) for layer in layers]
        if not self._unprepared:
            return False
        layer, level = self._unprepared.pop()
        layer.prepare(level)
        return True

    def _piece(self, piece: Piece) -> BaseLayers:
        with self._lock:
            known = self._pieces.get(piece.key)
            if known is None or known[0] is not piece.data:
                known = (piece.data, layers_of(piece.data))
            self._pieces[piece.key] = known
            self._pieces.move_to_end(piece.key)
            while len(self._pieces) > PIECES:
                self._pieces.popitem(last=False)
            return known[1]

    def keeps(self, camera: Camera) -> bool:
        """Whether a drawing will be wanted at the next start: of the view in which the map opens, once a run."""
        home = self.file.home
        opening = (camera.x, camera.y, camera.scale) == (home.x, home.y, home.scale)
        return opening and camera not in self._kept_views and self._layers is not None

    def keep(self, camera: Camera, images: Mapping[str, QImage]) -> None:
        self._kept_views.add(camera)
        for what, image in images.items():
            self.kept.keep(what, image)
