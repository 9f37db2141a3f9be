"""Columns of a drawing: places counted from its origin in single precision, rings and lines laid end to end. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from widgets.map.drawing import F32, Ints, Rgba
from widgets.map.scene import Ring

Floats = NDArray[np.float64]
Origin = tuple[float, float]


def rgba(color: str, alpha: float = 1.0) -> Rgba:
    """A colour #RRGGBB for a palette; `alpha` 0 to 1."""
    number = int(color[1:7], 16)
    return number >> 16, number >> 8 & 255, number & 255, round(alpha * 255)


def near(values: Floats, origin: float) -> F32:
    """Mercator metres counted from `origin`."""
    return (values - origin).astype(np.float32)


def places(x: Floats, y: Floats, origin: Origin) -> F32:
    """Shape (N, 2)."""
    xy = np.empty((len(x), 2), dtype=np.float32)
    xy[:, 0], xy[:, 1] = x - origin[0], y - origin[1]
    return xy


def starts_of(lengths: Sequence[int] | Ints) -> Ints:
    """Where parts of these lengths begin, and where the last one ends."""
    starts = np.zeros(len(lengths) + 1, dtype=np.int64)
    np.cumsum(lengths, out=starts[1:])
    return starts


def polygons(shapes: Sequence[tuple[Ring, ...]], origin: Origin) -> tuple[F32, Ints, Ints]:
    """Columns `xy`, `rings`, `polys` of shapes, each of any number of rings that fill by the odd-even rule."""
    rings = [ring for shape in shapes for ring in shape]
    if not rings:
        return np.empty((0, 2), dtype=np.float32), starts_of([]), starts_of([0] * len(shapes))
    x, y = np.concatenate([ring.x for ring in rings]), np.concatenate([ring.y for ring in rings])
    return places(x, y, origin), starts_of([len(r.x) for r in rings]), starts_of([len(shape) for shape in shapes])
