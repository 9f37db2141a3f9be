"""Draws a drawing into the current framebuffer. No Qt in here."""

from __future__ import annotations

import msgspec
import numpy as np
from vispy.gloo import gl

from widgets.map.camera import Box
from widgets.map.drawing import Drawing, Ground, Heat, Layer, Lines, Points, Polygons, Rgba, Sprites, Words
from widgets.map.gloo.atlas import Atlas
from widgets.map.gloo.base import Base
from widgets.map.gloo.device import Attributes, Device
from widgets.map.gloo.ground import GroundLayers, GroundPainter
from widgets.map.gloo.heat import HeatLayers
from widgets.map.gloo.names import Letters, NamePainter
from widgets.map.gloo.pictures import WordLayers, blocked_by, draw_photo, draw_sprites
from widgets.map.gloo.shop import Shop
from widgets.map.gloo.strokes import draw_lines, draw_points, draw_polygons
from widgets.map.gloo.tiled import wide_boxes
from widgets.map.gloo.view import View
from widgets.map.style import MapStyle


class Renderer:
    """Draws for one context; what it has on the GPU is the group's. Made and used with its context current."""

    def __init__(self, device: Device, shop: Shop, atlas: Atlas, letters: Letters | None = None) -> None:
        """letters: None writes no names of the base map."""
        self.device, self.shop, self._atlas = device, shop, atlas
        self._attributes = Attributes()
        self._words, self._heat = WordLayers(device), HeatLayers(device)
        self._ground = GroundPainter(device, shop)
        self._names = NamePainter(device, shop, letters) if letters is not None else None

    def draw(
        self, target: int, view: View, drawing: Drawing, style: MapStyle | None = None, base: Base | None = None
    ) -> None:
        """Draws a part of a picture into framebuffer `target`, which is as large as the part.

        Args:
            style, base: for `Ground` layers, which are left out without.

        Raises:
            RuntimeError: the driver refused something.
        """
        device = self.device
        self.shop.now = view.now
        _, _, width, height = view.part
        device.begin(target, view.now)
        self._attributes.bind()
        try:
            device.call("glViewport", 0, 0, int(width), int(height))
            self._clear(drawing.back)
            for layer in drawing.layers:
                if layer.opacity > 0 and layer.zoom[0] <= view.camera.zoom <= layer.zoom[1]:
                    self._layer(target, view, layer, drawing, style, base)
            keys = frozenset(layer.key for layer in drawing.layers)
            self._words.forget(keys)
            self._heat.forget(keys)
            device.end()
        finally:
            self._attributes.release()
        self.shop.forget()

    def _clear(self, back: Rgba) -> None:
        device = self.device
        device.call("glDepthMask", True)
        device.call("glClearColor", back[0] / 255, back[1] / 255, back[2] / 255, 1.0)
        device.call("glClear", gl.GL_COLOR_BUFFER_BIT | gl.GL_DEPTH_BUFFER_BIT)

    def _layer(
        self,
        target: int,
        view: View,
        layer: Layer,
        drawing: Drawing,
        style: MapStyle | None,
        base: Base | None,
    ) -> None:
        if isinstance(layer, Ground):
            if style is not None and base is not None:
                self._draw_ground(view, layer, drawing, style, base)
        elif isinstance(layer, Words):
            self._words.draw(self._atlas, view, layer, drawing)
        elif isinstance(layer, Sprites):
            draw_sprites(self.device, self._atlas, view, layer)
        elif isinstance(layer, Heat):
            self._heat.draw(target, view, layer)
        elif isinstance(layer, Points):
            draw_points(self.device, view, layer)
        elif isinstance(layer, Lines):
            draw_lines(self.device, self.shop, view, layer)
        elif isinstance(layer, Polygons):
            draw_polygons(self.device, self.shop, view, layer)

    def _draw_ground(self, view: View, layer: Ground, drawing: Drawing, style: MapStyle, base: Base) -> None:
        parts = base.parts(self.shop)
        if parts is None:
            return
        names = parts.names
        if base.tiles is not None:
            seen = base.tiles.view(view.camera, style)
            joined = base.tiles.joined(self.shop, seen, view.camera)
            names = joined.names if joined is not None else names
            if layer.part in ("land", "all"):
                for photo in seen.photos:
                    draw_photo(self.device, view, photo, layer.opacity)
            for box in wide_boxes(seen.bare):
                self._clip(view, box)
                self._paint_ground(view, layer, parts.ground, style)
            self.device.call("glDisable", gl.GL_SCISSOR_TEST)
            if joined is not None:
                self._paint_ground(view, layer, joined.ground, style)
        else:
            self._paint_ground(view, layer, parts.ground, style)
        if layer.part in ("names", "all") and self._names is not None:
            ahead = msgspec.structs.replace(view, camera=self._names.ahead(view.camera))
            blocked = blocked_by(ahead, drawing, layer.clear_of)
            self._names.draw(self._atlas, view, names, style, base.no_data(), blocked, layer.opacity)

    def _paint_ground(self, view: View, layer: Ground, ground: GroundLayers, style: MapStyle) -> None:
        if layer.part in ("land", "all"):
            self._ground.land(view, ground, style, layer.opacity)
        if layer.part in ("lines", "all"):
            self._ground.lines(view, ground, style, layer.opacity)

    def _clip(self, view: View, box: Box) -> None:
        """Nothing is drawn beyond a box in Mercator metres."""
        camera, (left, top, _, high) = view.camera, view.part
        x, y = camera.to_screen(np.array([box[0], box[2]]), np.array([box[3], box[1]]))
        x, y = np.clip(np.round(x * camera.dpr) - left, -1e6, 1e6), np.clip(np.round(y * camera.dpr) - top, -1e6, 1e6)
        device = self.device
        device.call("glEnable", gl.GL_SCISSOR_TEST)
        wide, tall = max(int(x[1] - x[0]), 0), max(int(y[1] - y[0]), 0)
        device.call("glScissor", int(x[0]), int(high - y[1]), wide, tall)

    def close(self) -> None:
        """With its context current."""
        self._heat.close()
        self.device.flush()
        self._attributes.close()
