"""Rows in the order in which they are drawn, in pieces of which only those in view are."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

CHUNK = 6144
"""Rows of a chunk, a multiple of three: triangles stay whole."""
GAP = 2
"""Chunks out of view that are rather drawn than left out: a draw of its own costs more."""


class Chunked:
    """Rows with the boxes of their chunks.

    Attributes:
        rows: shape (N, K), float32.
    """

    def __init__(self, rows: NDArray[np.float32], xs: tuple[int, ...] = (0,), ys: tuple[int, ...] = (1,)) -> None:
        """xs, ys: the columns that hold places."""
        self.rows = rows
        starts = np.arange(0, len(rows), CHUNK)
        if not len(starts):
            self._boxes = np.empty((0, 4))
            return
        low = [np.minimum.reduceat(rows[:, list(c)].min(axis=1), starts) for c in (xs, ys)]
        high = [np.maximum.reduceat(rows[:, list(c)].max(axis=1), starts) for c in (xs, ys)]
        self._boxes = np.stack([low[0], low[1], high[0], high[1]], axis=1)

    def runs(self, box: tuple[float, float, float, float], pad: float) -> Iterator[tuple[int, int]]:
        """First row and number of rows of what meets a box grown by `pad` metres."""
        b = self._boxes
        seen = (b[:, 0] <= box[2] + pad) & (b[:, 2] >= box[0] - pad)
        seen &= (b[:, 1] <= box[3] + pad) & (b[:, 3] >= box[1] - pad)
        chunks = np.flatnonzero(seen)
        if not len(chunks):
            return
        cuts = np.flatnonzero(np.diff(chunks) > GAP + 1)
        firsts = chunks[np.concatenate([[0], cuts + 1])]
        lasts = chunks[np.concatenate([cuts, [len(chunks) - 1]])]
        for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
            begin, end = first * CHUNK, min((last + 1) * CHUNK, len(self.rows))
            yield begin, end - begin
