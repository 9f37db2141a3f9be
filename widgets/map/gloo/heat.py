"""Draws heat: weights added up into a small float picture, then coloured."""

from __future__ import annotations

import math

import numpy as np
from vispy import gloo
from vispy.gloo import gl

from widgets.map.drawing import Heat, Rgba
from widgets.map.gloo.device import Device, Vertices
from widgets.map.gloo.strokes import FAR
from widgets.map.gloo.view import View

FINE = 6.0
"""Pixels of the small picture in a point's reach, at the least: a Gaussian needs no more."""
STEP = 8
"""How many times smaller each picture is on the way to the one pixel that holds the most."""


class Plate:
    """A float picture to draw into. Framebuffers belong to one context, so each renderer has its own."""

    def __init__(self, device: Device, width: int, height: int) -> None:
        self.size = (width, height)
        self.texture = gloo.Texture2D(
            (height, width, 4), format="rgba", internalformat="rgba32f", interpolation="linear"
        )
        self.frame = gloo.FrameBuffer(color=self.texture)
        device.own(self.texture, self.frame)

    def close(self) -> None:
        self.frame.delete()
        self.texture.delete()


class HeatLayers:
    """Draws heat layers for one context."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._plates: dict[tuple[str, int], Plate] = {}
        self._ramps: dict[tuple[Rgba, ...], gloo.Texture2D] = {}

    def draw(self, target: int, view: View, layer: Heat) -> None:
        count = min(len(layer.x), len(layer.y))
        if not count or not layer.ramp:
            return
        device = self._device
        _, _, wide, high = view.part
        reach = max(layer.radius * view.camera.dpr, 1.0)
        less = max(min(reach / FINE, 8.0), 1.0)
        size = (max(math.ceil(wide / less), 1), max(math.ceil(high / less), 1))
        density = self._plate(layer.key, 0, size)
        self._into(density)
        device.call("glBlendFunc", gl.GL_ONE, gl.GL_ONE)
        view.tell(device, "heat", 1.0, u_reach=reach)
        device.feed("heat", "a_corner", device.square, 2)
        device.feed("heat", "a_x", device.column(layer.x, FAR), 1, each=1)
        device.feed("heat", "a_y", device.column(layer.y, FAR), 1, each=1)
        device.feed("heat", "a_weight", self._weights(layer, count), 1, each=1)
        device.draw("heat", "triangle_strip", 0, 4, count)
        device.call("glDisable", gl.GL_BLEND)
        most = density if layer.full > 0 else self._most(layer.key, density)
        device.call("glEnable", gl.GL_BLEND)
        device.call("glBlendFunc", gl.GL_ONE, gl.GL_ONE_MINUS_SRC_ALPHA)
        device.aim(target)
        device.call("glViewport", 0, 0, int(wide), int(high))
        device.tell("ramp", u_full=float(layer.full), u_opacity=layer.opacity)
        device.sample("ramp", "u_density", density.texture)
        device.sample("ramp", "u_most", most.texture)
        device.sample("ramp", "u_ramp", self._ramp(layer.ramp))
        device.feed("ramp", "a_corner", device.quad, 2)
        device.draw("ramp", "triangle_strip", 0, 4)

    def _weights(self, layer: Heat, count: int) -> Vertices:
        def made() -> Vertices:
            weight = np.asarray(layer.weight[:count], dtype=np.float32)
            if len(weight) < count:
                weight = np.ones(count, dtype=np.float32)
            return self._device.vertices(np.where(np.isfinite(weight) & (weight > 0), weight, np.float32(0)))

        return self._device.kept("weights", (layer.x, layer.weight), made)

    def _most(self, key: str, density: Plate) -> Plate:
        """The most in view as a picture of one pixel: nothing is read back, which would wait for the GPU."""
        device, plate, step = self._device, density, 0
        while plate.size != (1, 1):
            step += 1
            size = (max(math.ceil(plate.size[0] / STEP), 1), max(math.ceil(plate.size[1] / STEP), 1))
            smaller = self._plate(key, step, size)
            self._into(smaller)
            device.sample("most", "u_density", plate.texture)
            device.tell("most", u_from=plate.size, u_into=size)
            device.feed("most", "a_corner", device.quad, 2)
            device.draw("most", "triangle_strip", 0, 4)
            plate = smaller
        return plate

    def _plate(self, key: str, step: int, size: tuple[int, int]) -> Plate:
        known = self._plates.get((key, step))
        if known is None or known.size != size:
            if known is not None:
                known.close()
            known = self._plates[key, step] = Plate(self._device, *size)
        return known

    def _into(self, plate: Plate) -> None:
        device = self._device
        plate.frame.activate()
        device.call("glViewport", 0, 0, *plate.size)
        device.call("glClearColor", 0.0, 0.0, 0.0, 0.0)
        device.call("glClear", gl.GL_COLOR_BUFFER_BIT)

    def _ramp(self, colors: tuple[Rgba, ...]) -> gloo.Texture2D:
        known = self._ramps.get(colors)
        if known is None:
            at = np.linspace(0, len(colors) - 1, 256)
            table = np.array(colors, dtype=np.float64)
            row = np.stack([np.interp(at, np.arange(len(colors)), table[:, c]) for c in range(4)], axis=1)
            known = self._ramps[colors] = self._device.texture(row.round().astype(np.uint8)[None])
        return known

    def forget(self, keys: frozenset[str]) -> None:
        """Gives back what layers had that are not drawn any more."""
        for key in [key for key in self._plates if key[0] not in keys]:
            self._plates.pop(key).close()

    def close(self) -> None:
        self.forget(frozenset())
        for ramp in self._ramps.values():
            ramp.delete()
        self._ramps.clear()
