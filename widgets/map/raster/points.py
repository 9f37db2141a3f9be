"""A million dots a frame: written by NumPy into a picture of one byte a pixel, which Qt colours."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage, QPainter

from widgets.map.drawing import NO_F32, Points, Rgba
from widgets.map.raster.crew import Crew
from widgets.map.raster.pane import Pane

CHUNK = 32_768
"""Points at a time: what they need stays in the cache of a core."""
LARGEST = 64
"""Pixels that a dot is wide at most."""
ALONE = 60_000
"""Points from which on threads share them."""


class Scratch:
    """Memory of one thread, used again for every chunk."""

    def __init__(self) -> None:
        self.f, self.g = np.empty(CHUNK, dtype=np.float32), np.empty(CHUNK, dtype=np.float32)
        self.i, self.j = np.empty(CHUNK, dtype=np.int64), np.empty(CHUNK, dtype=np.int64)


class Splat:
    """Draws `Points` layers; keeps its memory between frames. For one thread, with a crew to help."""

    def __init__(self, crew: Crew | None) -> None:
        self._crew = crew
        self._scratch = [Scratch(), Scratch()]
        self._field: NDArray[np.uint8] = np.empty((0, 0), dtype=np.uint8)
        self._spare: NDArray[np.uint8] = np.empty((0, 0), dtype=np.uint8)

    def paint(self, painter: QPainter, layer: Points, pane: Pane, origin: tuple[float, float], now: float) -> None:
        """Draws them at `now`, monotonic seconds; the painter's pixels are those of `pane`."""
        count = min(len(layer.x), len(layer.y), len(layer.color))
        if not count or not layer.palette:
            return
        size = min(max(round(layer.size * pane.dpr), 1), LARGEST) if layer.size < LARGEST else LARGEST
        pad = size // 2 + 3  # pixels around the picture that take the points beside it
        field = self._empty(pane, pad)
        since = np.float32(now - layer.since) if len(layer.vx) and len(layer.vx) == len(layer.vy) else None
        at = partial(self._write, layer, pane, origin, since, pad if size % 2 else pad - 0.5)
        if self._crew is None or count < ALONE:
            at(self._scratch[0], 0, count)
        else:
            half = count // 2 // CHUNK * CHUNK
            first, second = self._scratch
            self._crew.share((partial(at, first, 0, half), partial(at, second, half, count)), urgent=True)
        self._grow(size, pad)
        height, width = field.shape
        image = QImage(self._field.data, width, height, width, QImage.Format.Format_Indexed8)
        image.setColorTable(colors(layer.palette, layer.opacity))
        shown = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
        painter.drawImage(-pad, -pad, shown)

    def _empty(self, pane: Pane, pad: int) -> NDArray[np.uint8]:
        width = (pane.width + 2 * pad + 3) // 4 * 4  # lines of an image begin at whole words
        shape = (pane.height + 2 * pad, width)
        if self._field.shape != shape:
            self._field, self._spare = np.zeros(shape, dtype=np.uint8), np.empty(shape, dtype=np.uint8)
        else:
            self._field.fill(0)
        return self._field

    def _write(
        self,
        layer: Points,
        pane: Pane,
        origin: tuple[float, float],
        since: np.float32 | None,
        aside: float,
        scratch: Scratch,
        first: int,
        last: int,
    ) -> None:
        """Writes colour numbers from 1 on; what lies beside the picture, or has no place, falls on its rim."""
        scale, east, south = pane.local(origin)
        vx, vy = (layer.vx, layer.vy) if since is not None else (NO_F32, NO_F32)
        height, width = self._field.shape
        flat = self._field.reshape(-1)
        s, e, n = np.float32(scale), np.float32(east + aside), np.float32(south + aside)
        with np.errstate(all="ignore"):
            for a in range(first, last, CHUNK):
                b = min(a + CHUNK, last)
                f, g, i, j = (part[: b - a] for part in (scratch.f, scratch.g, scratch.i, scratch.j))
                if since is None:
                    np.multiply(layer.x[a:b], s, out=f)
                    np.multiply(layer.y[a:b], -s, out=g)
                else:
                    np.multiply(vx[a:b], since, out=f)
                    np.add(f, layer.x[a:b], out=f)
                    np.multiply(f, s, out=f)
                    np.multiply(vy[a:b], since, out=g)
                    np.add(g, layer.y[a:b], out=g)
                    np.multiply(g, -s, out=g)
                np.add(f, e, out=f)
                np.add(g, n, out=g)
                np.copyto(i, f, casting="unsafe")
                np.copyto(j, g, casting="unsafe")
                np.clip(i, 0, width - 1, out=i)
                np.clip(j, 0, height - 1, out=j)
                np.multiply(j, width, out=j)
                np.add(i, j, out=i)
                flat[i] = layer.color[a:b] + np.uint8(1)

    def _grow(self, size: int, pad: int) -> None:
        """From single pixels to dots of `size` pixels: squares up to 2, from 3 on without corners."""
        field, spare = self._field, self._spare
        rim = pad - (size + 1) // 2  # what fell on the rim is wiped before it can spread
        field[:rim], field[-rim:], field[:, :rim], field[:, -rim:] = 0, 0, 0, 0
        for step in range(size // 2):
            if 2 * step + 2 == size:  # a pixel more to the right and down
                np.maximum(field[:, 1:], field[:, :-1], out=spare[:, 1:])
                spare[:, 0] = field[:, 0]
                np.maximum(spare[1:], spare[:-1], out=field[1:])
                field[0] = spare[0]
                continue
            spare[:] = field  # a pixel more on every side; at every other step at the corners too
            np.maximum(spare[:, 1:], field[:, :-1], out=spare[:, 1:])
            np.maximum(spare[:, :-1], field[:, 1:], out=spare[:, :-1])
            across = spare.copy() if step % 2 else field
            np.maximum(spare[1:], across[:-1], out=spare[1:])
            np.maximum(spare[:-1], across[1:], out=spare[:-1])
            field, spare = spare, field
        self._field, self._spare = field, spare


def colors(palette: tuple[Rgba, ...], opacity: float) -> list[int]:
    """The table of an image of one byte a pixel: nothing, then the palette."""
    shares = [(*color[:3], round(color[3] * min(max(opacity, 0.0), 1.0))) for color in palette[:255]]
    return [0, *(QColor(*color).rgba() for color in shares)]
