"""Room for names on the map: boxes already taken, and roads as ways of pixels. No Qt."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom, pixels."""
CELL = 48.0
"""Pixels of a cell of `Taken`: a letter is in one to four."""


class Taken:
    """Boxes already taken, by the cells they lie in: to ask for a letter takes a microsecond or two."""

    def __init__(self) -> None:
        self._cells: defaultdict[tuple[int, int], list[Box]] = defaultdict(list)

    def fits(self, boxes: Iterable[Box]) -> bool:
        """Whether none of the boxes lies over one that is taken."""
        cells = self._cells
        for box in boxes:
            left, top, right, bottom = box
            for cell in _cells(box):
                for a, b, c, d in cells.get(cell, ()):
                    if left < c and right > a and top < d and bottom > b:
                        return False
        return True

    def take(self, boxes: Iterable[Box]) -> None:
        for box in boxes:
            for cell in _cells(box):
                self._cells[cell].append(box)


def _cells(box: Box) -> Iterable[tuple[int, int]]:
    left, top, right, bottom = (math.floor(v / CELL) for v in box)
    if left == right and top == bottom:
        return ((left, top),)
    return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]


class Path:
    """A road in pixels. Its few points are faster looked through one by one than as columns.

    Attributes:
        far: pixels along it of each of its points.
    """

    def __init__(self, xs: Floats, ys: Floats) -> None:
        """
        Args:
            xs, ys: shape (N,), pixels, at least one.
        """
        self.far = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(xs), np.diff(ys)))]).tolist()
        self._x, self._y = xs.tolist(), ys.tolist()

    def at(self, far: float) -> tuple[float, float]:
        """The place so many pixels along it, or its nearer end."""
        i = bisect_right(self.far, far)
        if i == 0 or i == len(self.far):
            i = max(i - 1, 0)
            return self._x[i], self._y[i]
        share = (far - self.far[i - 1]) / (self.far[i] - self.far[i - 1])
        x, y = self._x[i - 1], self._y[i - 1]
        return x + (self._x[i] - x) * share, y + (self._y[i] - y) * share
