"""The base map as the worker draws it: read when something of it has first to be drawn, with drawings kept on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QImage

from widgets.map.base import POLYGONS, BaseFile
from widgets.map.camera import Box, Camera
from widgets.map.labels import Name, Names
from widgets.map.raster.geometry import PathLayer
from widgets.map.raster.kept import KeptImages


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


class BaseSource:
    """One base map. Reading it takes half a second: a start whose first view was kept on disk shows it before.

    Attributes:
        file: where it comes from.
        kept: drawings of earlier runs.
    """

    def __init__(self, file: BaseFile) -> None:
        self.file = file
        self.kept = KeptImages(file.drawings, file.state)
        self._layers: BaseLayers | None = None
        self._done = False
        self._kept_views: set[Camera] = set()

    def layers(self) -> BaseLayers | None:
        """What there is to draw, None where there is none; read by the first call."""
        if not self._done:
            data = self.file.read()
            if data is not None:
                layers = {name: PathLayer(shapes, name in POLYGONS) for name, shapes in data.layers.items()}
                self._layers = BaseLayers(layers, data.names, data.box)
            self._done = True
        return self._layers

    def keeps(self, camera: Camera) -> bool:
        """Whether a drawing will be wanted at the next start: of the view in which the map opens, once a run."""
        home = self.file.home
        opening = (camera.x, camera.y, camera.scale) == (home.x, home.y, home.scale)
        return opening and camera not in self._kept_views and self._layers is not None

    def keep(self, camera: Camera, images: Mapping[str, QImage]) -> None:
        self._kept_views.add(camera)
        for what, image in images.items():
            self.kept.keep(what, image)
