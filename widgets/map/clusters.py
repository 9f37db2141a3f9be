"""Crowded events far out become one mark with a count. No Qt in here."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MERGE_AT_MOST = 1500
"""Groups above which neighbouring cells are left as they are: the grid alone is even enough then."""


class Clusters(msgspec.Struct, frozen=True):
    """Marks to draw, the least urgent first so that the most urgent lies on top.

    Attributes:
        x, y: shape (M,), in the plane of the points.
        level: shape (M,), the most urgent level in it (1 red … 5 unknown).
        count: shape (M,).
        first: shape (M,), row of the most urgent point in it.
        group: shape (N,), mark of each point; -1 for a point without a place.
    """

    x: Floats
    y: Floats
    level: NDArray[np.int64]
    count: NDArray[np.int64]
    first: NDArray[np.int64]
    group: NDArray[np.int64]


def cluster(x: Floats, y: Floats, level: NDArray[np.uint8], radius: float) -> Clusters:
    """Groups points that are nearer than `radius`; the grid is anchored in the plane, so panning changes nothing.

    Args:
        x, y: shape (N,); NaN has no place.
        level: shape (N,).
        radius: in the unit of x and y; 0 groups nothing.
    """
    rows = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    group = np.full(len(x), -1, dtype=np.int64)
    if radius <= 0 or not len(rows):
        order = rows[np.argsort(-level[rows].astype(np.int64), kind="stable")]
        group[order] = np.arange(len(order))
        ones = np.ones(len(order), dtype=np.int64)
        return Clusters(x[order], y[order], level[order].astype(np.int64), ones, order, group)
    member = cells(x[rows], y[rows], radius)
    if member.max() < MERGE_AT_MOST:
        member = _merge(x[rows], y[rows], level[rows], member, radius)
    count = np.bincount(member)
    mean_x = np.bincount(member, x[rows]) / count
    mean_y = np.bincount(member, y[rows]) / count
    # the least of level and place in one number: no sorting of a hundred thousand rows
    most_urgent = np.full(len(count), np.iinfo(np.int64).max)
    np.minimum.at(most_urgent, member, level[rows].astype(np.int64) * len(rows) + np.arange(len(rows)))
    first = rows[most_urgent % len(rows)]
    top = level[first].astype(np.int64)
    order = np.argsort(-top, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    group[rows] = place[member]
    return Clusters(mean_x[order], mean_y[order], top[order], count[order], first[order], group)


def cells(x: Floats, y: Floats, side: float) -> NDArray[np.int64]:
    """The number of each point's cell of a grid, counting only cells that hold any, column by column."""
    column, row = np.floor(x / side).astype(np.int64), np.floor(y / side).astype(np.int64)
    column -= column.min()
    row -= row.min()
    wide = int(row.max()) + 1
    code = column * wide + row
    if (int(column.max()) + 1) * wide > 8 * len(x) + 100_000:  # points far apart: the table would be larger than they
        member: NDArray[np.int64] = np.unique(code, return_inverse=True)[1].reshape(-1)
        return member
    number: NDArray[np.int64] = np.cumsum(np.bincount(code) > 0) - 1
    return number[code]


def _merge(
    x: Floats, y: Floats, level: NDArray[np.uint8], member: NDArray[np.int64], radius: float
) -> NDArray[np.int64]:
    """Joins cells whose middles are nearer than `radius`, the most urgent and fullest taking the others in."""
    count = np.bincount(member)
    cx, cy = np.bincount(member, x) / count, np.bincount(member, y) / count
    top = np.full(len(count), 9, dtype=np.int64)
    np.minimum.at(top, member, level.astype(np.int64))
    owner = np.full(len(count), -1, dtype=np.int64)
    for i in np.lexsort((-count, top)):
        if owner[i] < 0:
            free = (owner < 0) & (np.hypot(cx - cx[i], cy - cy[i]) < radius)
            owner[free] = i
    joined = np.cumsum(np.bincount(owner) > 0) - 1
    merged: NDArray[np.int64] = joined[owner[member]]
    return merged


def crowded(x: Floats, y: Floats, radius: float) -> NDArray[np.bool_]:
    """Which points have another one within `radius` (at most some hundred points: all pairs)."""
    if len(x) > 1200:
        return np.ones(len(x), dtype=bool)
    near = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :]) < radius
    result: NDArray[np.bool_] = near.sum(axis=1) > 1
    return result
