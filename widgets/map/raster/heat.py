"""Density as colour: points counted on a coarse grid, blurred, and coloured by a ramp."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from widgets.map.drawing import Heat, Rgba
from widgets.map.raster.pane import Pane

FINE = 2.0
"""Cells of the grid that the Gaussian's sigma has: what is coarser shows steps."""
STEPS = 256
WIDEST = 1000.0
"""Logical pixels that a reach is at most; one beyond it, or that is no number, is not drawn."""


def paint_heat(painter: QPainter, layer: Heat, pane: Pane, origin: tuple[float, float]) -> None:
    if not layer.ramp or not 0 < layer.radius < WIDEST:
        return
    grid, cell = density(layer, pane, origin)
    most = layer.full if layer.full > 0 else float(grid.max(initial=0.0))
    if most <= 0:
        return
    share = np.clip(grid / most, 0, 1)
    pixels = ramp_of(layer.ramp)[(share * (STEPS - 1)).astype(np.intp)]
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    edge = _edge(layer, pane)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(-edge, -edge, width * cell, height * cell), image)


def _sigma(layer: Heat, pane: Pane) -> float:
    return max(layer.radius * pane.dpr / 3, 0.5)


def _cell(layer: Heat, pane: Pane) -> float:
    return max(_sigma(layer, pane) / FINE, 1.0)


def _edge(layer: Heat, pane: Pane) -> float:
    """Pixels beside the view from which points reach into it, whole cells."""
    cell = _cell(layer, pane)
    return math.ceil(3 * _sigma(layer, pane) / cell + 1) * cell


def density(layer: Heat, pane: Pane, origin: tuple[float, float]) -> tuple[NDArray[np.float32], float]:
    """Weight within a point's reach on a grid over the view and an edge around it, and the pixels of its cells."""
    scale, east, south = pane.local(origin)
    cell, edge = _cell(layer, pane), _edge(layer, pane)
    width, height = math.ceil((pane.width + 2 * edge) / cell), math.ceil((pane.height + 2 * edge) / cell)
    count = min(len(layer.x), len(layer.y))
    weight = layer.weight[:count] if len(layer.weight) >= count else np.ones(count, dtype=np.float32)
    with np.errstate(all="ignore"):
        x = (layer.x[:count] * scale + east + edge) / cell - 0.5
        y = (south - layer.y[:count] * scale + edge) / cell - 0.5
        here = (x >= 0) & (y >= 0) & (x < width - 1) & (y < height - 1) & np.isfinite(weight) & (weight > 0)
    x, y, weight = x[here].astype(np.float64), y[here].astype(np.float64), weight[here].astype(np.float64)
    column, row = np.floor(x), np.floor(y)
    right, down = x - column, y - row  # shared out to four cells, or spots would jump from one to the next
    at = (row * width + column).astype(np.int64)
    counted = np.zeros(width * height, dtype=np.float32)
    for step, share in (
        (0, (1 - right) * (1 - down)),
        (1, right * (1 - down)),
        (width, (1 - right) * down),
        (width + 1, right * down),
    ):
        counted += np.bincount(at + step, weight * share, minlength=width * height).astype(np.float32)
    counted = counted.reshape(height, width)
    reach = math.ceil(3 * _sigma(layer, pane) / cell)
    bell = np.exp(-((np.arange(reach + 1) * cell / _sigma(layer, pane)) ** 2) / 2).astype(np.float32)
    return np.ascontiguousarray(_blurred(_blurred(counted, bell).T, bell).T), cell


def _blurred(grid: NDArray[np.float32], bell: NDArray[np.float32]) -> NDArray[np.float32]:
    """Along the rows, the middle weighing 1."""
    result = grid.copy()
    for step, share in enumerate(bell[1:].tolist(), 1):
        if step < grid.shape[1]:
            result[:, step:] += share * grid[:, :-step]
            result[:, :-step] += share * grid[:, step:]
    return result


def ramp_of(ramp: tuple[Rgba, ...]) -> NDArray[np.uint32]:
    """Premultiplied ARGB of `STEPS` shares from nothing to the most."""
    table = np.asarray(ramp, dtype=np.float64).reshape(-1, 4)
    at = np.linspace(0, len(table) - 1, STEPS)
    red, green, blue, alpha = (np.interp(at, np.arange(len(table)), table[:, i]) for i in range(4))
    parts = [np.round(channel * alpha / 255).astype(np.uint32) for channel in (red, green, blue)]
    return np.round(alpha).astype(np.uint32) << 24 | parts[0] << 16 | parts[1] << 8 | parts[2]
