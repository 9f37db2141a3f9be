"""Draws one layer that stands still into pixels of a pane."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from widgets.map.drawing import Drawing, Ground, Heat, Layer, Lines, Points, Polygons, Sprites
from widgets.map.raster.crew import Crew
from widgets.map.raster.ground import Alive, Stopped, paint_land
from widgets.map.raster.ground import paint_lines as paint_streets
from widgets.map.raster.heat import paint_heat
from widgets.map.raster.lines import Tracks, paint_lines
from widgets.map.raster.names import NamePainter, Standing
from widgets.map.raster.pane import Pane
from widgets.map.raster.points import Splat
from widgets.map.raster.polygons import PolygonPainter
from widgets.map.raster.source import GroundView
from widgets.map.raster.sprites import Seen, boxes_of
from widgets.map.style import MapStyle

Floats = NDArray[np.float64]
NO_BOXES: Floats = np.empty((0, 4))


class Brushes:
    """What draws layers that stand still, with what it remembers.

    Attributes:
        names: of the base map.
        polygons: how polygons are sorted.
    """

    def __init__(self, family: str, crew: Crew | None) -> None:
        self.names = NamePainter(family)
        self.polygons = PolygonPainter()
        self._tracks: dict[str, Tracks] = {}
        self._splat, self._splatting = Splat(crew), threading.Lock()

    def prepare(self, layer: Layer) -> None:
        """Before parts of it are painted on several threads."""
        if isinstance(layer, Polygons):
            self.polygons.prepare(layer)
        elif isinstance(layer, Lines):
            known = self._tracks.get(layer.key)
            if known is None or not known.is_of(layer):
                self._tracks[layer.key] = Tracks(layer.xy, layer.starts)

    def forget(self, keys: set[str]) -> None:
        """All but layers of these keys."""
        self.polygons.forget(keys)
        self._tracks = {key: tracks for key, tracks in self._tracks.items() if key in keys}

    def paint(
        self,
        image: QImage,
        layer: Layer,
        pane: Pane,
        drawing: Drawing,
        ground: GroundView,
        style: MapStyle,
        alive: Alive,
        blocked: Floats = NO_BOXES,
        opacity: float = 1.0,
        before: Standing | None = None,
    ) -> Standing | None:
        """Draws a layer onto an image whose pixels are those of `pane`.

        Args:
            blocked: boxes in logical pixels that no name of the ground covers.
            before: names of the ground that stay where they are.
            opacity: of each thing for itself; the one of the layer is left to the caller, but for points.

        Names and heat on one thread, all else on any.

        Returns:
            The names of the ground that were drawn.

        Raises:
            Stopped: `alive` said no.
        """
        standing = None
        painter = QPainter(image)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setOpacity(opacity)
            if isinstance(layer, Ground):
                if layer.part == "land":
                    paint_land(painter, ground, pane, style, alive)
                elif layer.part == "lines":
                    paint_streets(painter, ground, pane, style, alive)
                else:
                    standing = self.names.paint(painter, ground, pane, style, blocked, alive, before)
            elif isinstance(layer, Polygons):
                self.polygons.paint(painter, layer, pane, drawing.origin, alive)
            elif isinstance(layer, Lines):
                paint_lines(painter, layer, pane, drawing.origin, tracks=self._tracks.get(layer.key))
            elif isinstance(layer, Heat):
                paint_heat(painter, layer, pane, drawing.origin)
            elif isinstance(layer, Points):
                with self._splatting:
                    self._splat.paint(painter, layer, pane, drawing.origin, layer.since)
        finally:
            painter.end()
        if not alive():
            raise Stopped
        return standing


def blocked_by(drawing: Drawing, keys: tuple[str, ...], pane: Pane) -> Floats:
    """Boxes of the symbols of layers, logical pixels, shape (n, 4)."""
    layers = (drawing.layer(key) for key in keys)
    boxes = [
        boxes_of(layer, Seen(layer, pane, drawing.origin), pane.dpr) / pane.dpr
        for layer in layers
        if isinstance(layer, Sprites) and len(layer.images)
    ]
    return np.concatenate(boxes) if boxes else NO_BOXES
