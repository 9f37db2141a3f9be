"""Thousands of small dots written into an image by NumPy: no painter, no loop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from widgets.map.clusters import cells

Floats = NDArray[np.float64]


def dot_stamp(radius: float) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """The pixels of a soft round dot: offsets dx, dy and their cover 0–1."""
    reach = int(np.ceil(radius + 0.5))
    dy, dx = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    cover = np.clip(radius + 0.5 - np.hypot(dx, dy), 0, 1).astype(np.float32)
    keep = cover > 0
    return dx[keep].astype(np.int64), dy[keep].astype(np.int64), cover[keep]


def pixels(image: QImage) -> NDArray[np.uint32]:
    """The image's own pixels, shape (height, width), premultiplied ARGB, for writing."""
    rows = np.frombuffer(image.bits(), dtype=np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    return rows[:, : image.width()]


def splat(image: QImage, px: Floats, py: Floats, alpha: Floats | float, color: QColor, radius: float) -> None:
    """Dots onto a premultiplied ARGB image; where dots meet, the stronger one stays.

    Args:
        px, py: shape (N,), device pixels; those outside are left out.
        alpha: 0–1, shape (N,) or one for all.
        radius: device pixels.
    """
    inside = (px > -radius) & (py > -radius) & (px < image.width() + radius) & (py < image.height() + radius)
    if not inside.any():
        return
    strength = np.broadcast_to(np.asarray(alpha, dtype=np.float32), px.shape)[inside]
    x, y = np.round(px[inside]).astype(np.int64), np.round(py[inside]).astype(np.int64)
    dx, dy, cover = dot_stamp(radius)
    xs, ys = (x[:, None] + dx).ravel(), (y[:, None] + dy).ravel()
    a = (strength[:, None] * cover).ravel()
    ok = (xs >= 0) & (ys >= 0) & (xs < image.width()) & (ys < image.height())
    xs, ys, a = xs[ok], ys[ok], a[ok]
    order = np.argsort(a, kind="stable")  # of two writes to a pixel the last one stays
    xs, ys, a = xs[order], ys[order], a[order]
    value = np.zeros(len(a), dtype=np.uint32)
    for channel, shift in ((color.red(), 16), (color.green(), 8), (color.blue(), 0)):
        value |= np.round(channel * a).astype(np.uint32) << np.uint32(shift)
    value |= np.round(255 * a).astype(np.uint32) << np.uint32(24)
    pixels(image)[ys, xs] = value


def thin(px: Floats, py: Floats, cell: float) -> tuple[Floats, Floats, Floats]:
    """Far out, one dot for each cell of a grid that holds any: middles and how many, each of shape (M,)."""
    member = cells(px, py, cell)
    count = np.bincount(member)
    return np.bincount(member, px) / count, np.bincount(member, py) / count, count.astype(np.float64)
