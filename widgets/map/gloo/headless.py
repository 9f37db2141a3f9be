"""Draws without Qt and without a window: one context on EGL."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from widgets.map.drawing import Drawing
from widgets.map.gloo.atlas import Atlas
from widgets.map.gloo.base import Base
from widgets.map.gloo.device import Device
from widgets.map.gloo.egl import EglContext
from widgets.map.gloo.entries import Driver
from widgets.map.gloo.names import Letters
from widgets.map.gloo.renderer import Renderer
from widgets.map.gloo.shop import Shop
from widgets.map.gloo.target import Target, finish
from widgets.map.gloo.view import View, tiles
from widgets.map.style import MapStyle

MOST_SIDE = 8192
"""Device pixels of a part's side: with four samples a pixel a larger one asks for gigabytes."""


class Headless:
    """A renderer with its own context, for one thread.

    Attributes:
        driver: what draws.
        base: the base map; None for none.
        side: device pixels of a side of a part.
    """

    def __init__(self, letters: Letters | None = None, side: int = MOST_SIDE) -> None:
        """
        Args:
            letters: for the names of the base map.
            side: device pixels of a side of a part at the most; the driver may allow less.

        Raises:
            NoEgl: there is no context to be had.
            TooOld: its OpenGL is too old.
        """
        self.side = side
        self._context = EglContext()
        self.base: Base | None = None
        self._targets: dict[tuple[int, int], Target] = {}
        try:
            self._device = Device()
            self.driver: Driver = self._device.driver
            self._atlas = Atlas(self._device)
            self.renderer = Renderer(self._device, Shop(threaded=False), self._atlas, letters)
        except BaseException:
            self._context.close()
            raise

    def parts(self, view: View) -> list[tuple[float, float, float, float]]:
        """How a picture is divided, since no driver draws one of any size."""
        most = [min(limit, self.side, self.driver.texture) for limit in self.driver.viewport]
        return list(tiles(view.size, (most[0], most[1])))

    def frame(self, view: View, drawing: Drawing, style: MapStyle | None = None) -> None:
        """Draws and waits until it is drawn."""
        self._context.make_current()
        for part in self.parts(view):
            self._draw(view, part, drawing, style)
        finish()

    def picture(self, view: View, drawing: Drawing, style: MapStyle | None = None) -> NDArray[np.uint8]:
        """Shape (height, width, 4), red, green, blue, alpha."""
        self._context.make_current()
        width, height = view.size
        whole = np.empty((height, width, 4), dtype=np.uint8)
        for part in self.parts(view):
            left, top, wide, high = map(int, part)
            whole[top : top + high, left : left + wide] = self._draw(view, part, drawing, style).read()
        return whole

    def _draw(
        self, view: View, part: tuple[float, float, float, float], drawing: Drawing, style: MapStyle | None
    ) -> Target:
        size = (int(part[2]), int(part[3]))
        target = self._targets.get(size)
        if target is None:
            target = self._targets[size] = Target(size, self.driver)
        one = View(view.camera, drawing.origin, part, view.pitch, view.now)
        self.renderer.draw(target.frame, one, drawing, style, self.base)
        target.resolve()
        return target

    def close(self) -> None:
        self._context.make_current()
        for target in self._targets.values():
            target.close()
        self._targets.clear()
        self.renderer.shop.close()
        self.renderer.close()
        self._atlas.close()
        self._device.close()
        self._context.close()
