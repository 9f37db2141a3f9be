"""What lies under the cursor: a grid over points, answered by NumPy in microseconds. No Qt in here."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class HitGrid:
    """Points sorted by the cell of a square grid.

    Attributes:
        size: number of points that have a place (NaN ones are left out).
    """

    def __init__(self, x: Floats, y: Floats, cell: float) -> None:
        """Args: x, y: shape (N,), any plane unit; cell: side of a cell, best near the usual search radius."""
        here = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        self.size = len(here)
        self._cell = max(float(cell), 1e-9)
        self._x, self._y = x[here], y[here]
        column, row = self._cells(self._x), self._cells(self._y)
        self._low = (int(row.min()), int(column.min())) if self.size else (0, 0)
        self._wide = int(column.max()) - self._low[1] + 1 if self.size else 1
        self._high = int(row.max()) - self._low[0] if self.size else -1
        code = (row - self._low[0]) * self._wide + (column - self._low[1])
        order = np.argsort(code, kind="stable")
        self._codes = code[order]
        self._index = here[order]
        self._x, self._y = self._x[order], self._y[order]

    def _cells(self, values: Floats) -> NDArray[np.int64]:
        return np.floor(values / self._cell).astype(np.int64)

    def near(self, x: float, y: float, radius: float) -> NDArray[np.int64]:
        """Indices of the points within `radius`, nearest first."""
        if not self.size:
            return np.empty(0, dtype=np.int64)
        first = int(np.floor((x - radius) / self._cell)) - self._low[1]
        last = int(np.floor((x + radius) / self._cell)) - self._low[1]
        first, last = max(first, 0), min(last, self._wide - 1)
        low = max(int(np.floor((y - radius) / self._cell)) - self._low[0], 0)
        high = min(int(np.floor((y + radius) / self._cell)) - self._low[0], self._high)
        if first > last or low > high:
            return np.empty(0, dtype=np.int64)
        rows = np.arange(low, high + 1) * self._wide
        starts = np.searchsorted(self._codes, rows + first, "left")
        ends = np.searchsorted(self._codes, rows + last, "right")
        found = np.concatenate([np.arange(a, b) for a, b in zip(starts, ends, strict=True)])
        if not len(found):
            return np.empty(0, dtype=np.int64)
        far = np.hypot(self._x[found] - x, self._y[found] - y)
        inside = far <= radius
        near = np.argsort(far[inside], kind="stable")
        result: NDArray[np.int64] = self._index[found[inside][near]]
        return result

    def nearest(self, x: float, y: float, radius: float) -> int | None:
        found = self.near(x, y, radius)
        return int(found[0]) if len(found) else None
