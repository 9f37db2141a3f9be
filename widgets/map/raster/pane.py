"""A rectangle of device pixels over the plane, and the memory of its picture."""

from __future__ import annotations

import contextlib
import math
import mmap

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from widgets.map.camera import EARTH, Box, Camera

GREAT = 2 << 20
"""Bytes from which on memory is asked for in great pages."""
SAME = 1e-9
"""Scales that differ by less are the same."""


class Pane(msgspec.Struct, frozen=True):
    """Whole device pixels over the plane: parts of a view join without a seam.

    Attributes:
        left, top: Mercator metres of the upper left corner.
        scale: device pixels per Mercator metre.
        width, height: device pixels.
        dpr: device pixels per logical pixel.
    """

    left: float
    top: float
    scale: float
    width: int
    height: int
    dpr: float = 1.0

    @property
    def zoom(self) -> float:
        """Zoom level of the 256 px tile scheme, of logical pixels."""
        return math.log2(self.scale / self.dpr * 2 * math.pi * EARTH / 256)

    @property
    def box(self) -> Box:
        return self.left, self.top - self.height / self.scale, self.left + self.width / self.scale, self.top

    def part(self, x: int, y: int, width: int, height: int) -> Pane:
        """The pixels from (x, y) on."""
        return Pane(self.left + x / self.scale, self.top - y / self.scale, self.scale, width, height, self.dpr)

    def grown(self, share: float) -> Pane:
        """With `share` of its size more on every side."""
        x, y = round(self.width * share), round(self.height * share)
        return self.part(-x, -y, self.width + 2 * x, self.height + 2 * y)

    def wider(self, factor: float) -> Pane:
        """As many pixels about the same middle, from farther away."""
        aside, down = self.width / self.scale * (factor - 1) / 2, self.height / self.scale * (factor - 1) / 2
        return msgspec.structs.replace(self, left=self.left - aside, top=self.top + down, scale=self.scale / factor)

    def corner(self, other: Pane) -> tuple[float, float]:
        """Where the upper left corner of `other` is, pixels of this one."""
        return (other.left - self.left) * self.scale, (self.top - other.top) * self.scale

    def at(self, other: Pane) -> tuple[int, int]:
        """The same in whole pixels; of the same scale."""
        x, y = self.corner(other)
        return round(x), round(y)

    def aligned(self, other: Pane) -> Pane:
        """This one moved by less than a pixel, so that its pixels are those of `other`."""
        x, y = other.at(self)
        return msgspec.structs.replace(self, left=other.left + x / self.scale, top=other.top - y / self.scale)

    def same_scale(self, other: Pane) -> bool:
        return abs(self.scale / other.scale - 1) < SAME and self.dpr == other.dpr

    def covers(self, other: Pane) -> bool:
        """Whether all of `other` is in it, of the same scale but for half a pixel; stretched, that would be a gap."""
        a, b, slack = self.box, other.box, 0.51 / self.scale if self.same_scale(other) else 0.0
        return a[0] <= b[0] + slack and a[1] <= b[1] + slack and a[2] >= b[2] - slack and a[3] >= b[3] - slack

    def camera(self) -> Camera:
        """A camera with the same upper left corner that sees at least as much."""
        scale = self.scale / self.dpr
        width, height = math.ceil(self.width / self.dpr), math.ceil(self.height / self.dpr)
        return Camera(self.left + width / 2 / scale, self.top - height / 2 / scale, scale, width, height, self.dpr)

    def local(self, origin: tuple[float, float]) -> tuple[float, float, float]:
        """(scale, east, south): a place (x, y) in metres from `origin` is at x·scale + east, south - y·scale."""
        return self.scale, (origin[0] - self.left) * self.scale, (self.top - origin[1]) * self.scale


def pane_of(camera: Camera) -> Pane:
    """The pixels of a view."""
    return Pane(
        camera.x - camera.width / 2 / camera.scale,
        camera.y + camera.height / 2 / camera.scale,
        camera.scale * camera.dpr,
        math.ceil(camera.width * camera.dpr),
        math.ceil(camera.height * camera.dpr),
        camera.dpr,
    )


def _mapped(size: int) -> mmap.mmap:
    """Empty memory that is mapped, not allocated: what is dropped goes back to the system at once.

    In great pages where the system has them: to touch 8 MB for the first time takes 2 ms so, else 10.
    """
    if not hasattr(mmap, "MADV_HUGEPAGE"):
        return mmap.mmap(-1, size)
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if size >= GREAT:
        with contextlib.suppress(OSError):  # a system without them
            memory.madvise(mmap.MADV_HUGEPAGE)
    return memory


class Plate:
    """Pixels that NumPy and QPainter write into alike; parts of it can be given to several threads.

    Attributes:
        pixels: shape (height, width), premultiplied ARGB, transparent at first.
        image: the same pixels.
    """

    def __init__(self, width: int, height: int, alpha: bool = True) -> None:
        shape = (max(height, 1), max(width, 1))
        memory = _mapped(4 * shape[0] * shape[1])
        self.pixels: NDArray[np.uint32] = np.frombuffer(memory, dtype=np.uint32).reshape(shape)
        self.alpha = alpha
        self.image = self.part(0, 0, self.pixels.shape[1], self.pixels.shape[0])

    def part(self, x: int, y: int, width: int, height: int) -> QImage:
        """A part of it as an image of the same memory, for as long as the plate lives."""
        line = self.pixels.shape[1]
        flat = self.pixels.reshape(-1)[y * line + x :]
        form = QImage.Format.Format_ARGB32_Premultiplied if self.alpha else QImage.Format.Format_RGB32
        return QImage(flat.data, width, height, line * 4, form)
