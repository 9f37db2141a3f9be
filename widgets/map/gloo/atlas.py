"""Small pictures side by side in one texture, by who they are: a sprite is put there once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from vispy import gloo

from widgets.map.drawing import Sprite
from widgets.map.gloo.device import Device

FIRST, MOST = 1024, 4096
"""Sides of the texture, pixels: at the start, and at the most where the driver allows it."""
BORDER = 1
SOON = 8
"""Pictures within which it must not be full again: else it grows."""


class TooLarge(RuntimeError):
    """The pictures of one drawing fill more than the driver gives."""


class Atlas:
    """Pictures in rows. When it is full it forgets all that is not asked for again; where that is soon, it grows.

    Attributes:
        state: another object whenever places changed.
        side: of the texture, pixels.
        texture: what is drawn from.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self._most = min(MOST, device.driver.texture)
        self._places: dict[int, tuple[Sprite, int, int]] = {}
        self._begin(min(FIRST, self._most))

    def _begin(self, side: int) -> None:
        self.state = object()
        self._begun = self._device.frame
        self.side = side
        blank = np.zeros((side, side, 4), dtype=np.uint8)
        self.texture: gloo.Texture2D = self._device.texture(blank)
        self._left = self._top = self._high = 0
        self._places.clear()

    def rects(self, sprites: Sequence[Sprite]) -> NDArray[np.float32]:
        """Where pictures lie, shape (N, 4): left, top, width, height. All of them hold until `state` is another.

        Raises:
            TooLarge: they do not fit.
        """
        self._hold(sprites)
        rects = np.empty((len(sprites), 4), dtype=np.float32)
        for row, sprite in enumerate(sprites):
            _, left, top = self._places[id(sprite)]
            high, wide = sprite.pixels.shape[:2]
            rects[row] = left, top, wide, high
        return rects

    def _hold(self, sprites: Sequence[Sprite]) -> None:
        for _ in range(8):
            if all(id(sprite) in self._places or self._put(sprite) for sprite in sprites):
                return
            soon = self._device.frame - self._begun < SOON
            self._begin(min(self.side * 2, self._most) if soon else self.side)
        raise TooLarge(f"{len(sprites)} pictures, {self._most} pixels")

    def _put(self, sprite: Sprite) -> bool:
        high, wide = sprite.pixels.shape[:2]
        if max(high, wide) + 2 * BORDER > self._most:
            raise TooLarge(f"{wide}×{high}, {self._most} pixels")
        if self._left + wide + 2 * BORDER > self.side:
            self._left, self._top, self._high = 0, self._top + self._high, 0
        if self._top + high + 2 * BORDER > self.side or wide + 2 * BORDER > self.side:
            return False
        left, top = self._left + BORDER, self._top + BORDER
        if high and wide:
            self.texture.set_data(np.ascontiguousarray(sprite.pixels), offset=(top, left), copy=True)
        self._left += wide + 2 * BORDER
        self._high = max(self._high, high + 2 * BORDER)
        self._places[id(sprite)] = (sprite, left, top)
        return True

    def close(self) -> None:
        self.texture.delete()
        self._places.clear()
