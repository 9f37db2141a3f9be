"""A small canvas and a PNG writer (W3C PNG, third edition): shapes with soft edges, no text, no Qt."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]
Point = tuple[float, float]
Pixels = NDArray[np.float32]

FINE = 2
"""Pixels are drawn this much finer each way and averaged at the end."""


class Canvas:
    """`width` by `height` pixels, y down; shapes may reach over the edge."""

    def __init__(self, width: int, height: int, colour: Colour) -> None:
        self.width, self.height = width, height
        self._pixels: Pixels = np.empty((height * FINE, width * FINE, 3), dtype=np.float32)
        self._pixels[:] = colour

    def fall(self, top: Colour, bottom: Colour, y0: float, y1: float) -> None:
        """Rows from y0 to y1 in a colour that goes from `top` to `bottom`."""
        a, b = int(y0 * FINE), int(y1 * FINE)
        share = np.linspace(0, 1, max(b - a, 1), dtype=np.float32)[:, None]
        rows = np.array(top, dtype=np.float32) * (1 - share) + np.array(bottom, dtype=np.float32) * share
        self._pixels[a:b] = rows[:, None, :]

    def polygon(self, points: Sequence[Point], colour: Colour, opacity: float = 1.0) -> None:
        """A filled convex polygon."""
        corners = np.array(points, dtype=np.float32) * FINE
        x0, y0 = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
        x1, y1 = np.ceil(corners.max(axis=0)).astype(int) + 1
        box = self._pixels[y0:y1, x0:x1]
        if not box.size:
            return
        ys = np.arange(y0, y0 + box.shape[0], dtype=np.float32)[:, None] + 0.5
        xs = np.arange(x0, x0 + box.shape[1], dtype=np.float32) + 0.5
        left = right = np.ones(box.shape[:2], dtype=bool)
        for (ax, ay), (bx, by) in zip(corners, np.concatenate((corners[1:], corners[:1])), strict=True):
            side = (bx - ax) * (ys - ay) - (by - ay) * (xs - ax)
            left, right = left & (side >= 0), right & (side <= 0)
        inside = left | right
        box[inside] = box[inside] * (1 - opacity) + np.array(colour, dtype=np.float32) * opacity

    def box(self, x: float, y: float, w: float, h: float, colour: Colour, opacity: float = 1.0) -> None:
        x0, x1 = math.ceil(x * FINE - 0.5), math.floor((x + w) * FINE - 0.5) + 1
        y0, y1 = math.ceil(y * FINE - 0.5), math.floor((y + h) * FINE - 0.5) + 1
        box = self._pixels[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
        box[:] = box * (1 - opacity) + np.array(colour, dtype=np.float32) * opacity

    def line(self, a: Point, b: Point, width: float, colour: Colour, opacity: float = 1.0) -> None:
        along = np.array(b, dtype=np.float64) - a
        long = float(np.hypot(*along)) or 1.0
        nx, ny = -along[1] / long * width / 2, along[0] / long * width / 2
        corners = [(a[0] + nx, a[1] + ny), (b[0] + nx, b[1] + ny), (b[0] - nx, b[1] - ny), (a[0] - nx, a[1] - ny)]
        self.polygon(corners, colour, opacity)

    def frame(self, x: float, y: float, w: float, h: float, colour: Colour, width: float = 2) -> None:
        """An outline, as video analytics draws it."""
        for a, b in (
            ((x, y), (x + w, y)),
            ((x + w, y), (x + w, y + h)),
            ((x + w, y + h), (x, y + h)),
            ((x, y + h), (x, y)),
        ):
            self.line(a, b, width, colour)

    def disc(self, x: float, y: float, rx: float, ry: float, colour: Colour, opacity: float = 1.0) -> None:
        turn = np.linspace(0, 2 * np.pi, 25)[:-1]
        self.polygon([(x + rx * float(np.cos(t)), y + ry * float(np.sin(t))) for t in turn], colour, opacity)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """Light that falls off to all sides."""
        for share in (1.0, 0.75, 0.55, 0.38, 0.24):
            self.disc(x, y, radius * share, radius * share, colour, strength * 0.3)

    def tone(self, gain: float, lift: Colour) -> None:
        """All of it brighter or darker, and towards a colour."""
        self._pixels *= gain
        self._pixels += np.array(lift, dtype=np.float32)

    def grain(self, rng: np.random.Generator, amount: float) -> None:
        """The noise of a cheap camera, and its dark corners."""
        h, w = self._pixels.shape[:2]
        ys, xs = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j].astype(np.float32)
        self._pixels *= (1.06 - 0.22 * (xs**2 + ys**2))[..., None]
        coarse = FINE * 2  # grains of two pixels: seen as noise, and half as many to store
        noise = rng.standard_normal((h // coarse, w // coarse, 1)).astype(np.float32) * amount
        self._pixels += np.repeat(np.repeat(noise, coarse, axis=0), coarse, axis=1)

    def png(self) -> bytes:
        """The picture as PNG, 8 bits RGB."""
        fine = self._pixels.reshape(self.height, FINE, self.width, FINE, 3).mean(axis=(1, 3))
        rows = np.clip(fine, 0, 255).astype(np.uint8) & 0xFC  # 64 steps a colour compress to a third
        lines = np.zeros((self.height, 1 + self.width * 3), dtype=np.uint8)
        flat = rows.reshape(self.height, -1)
        lines[:, 0] = 1  # filter Sub: neighbours are alike
        lines[:, 1:4] = flat[:, :3]
        lines[:, 4:] = flat[:, 3:] - flat[:, :-3]
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0)
        return (
            b"\x89PNG\r\n\x1a\n"
            + _chunk(b"IHDR", head)
            + _chunk(b"IDAT", zlib.compress(lines.tobytes(), 6))
            + _chunk(b"IEND", b"")
        )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
