"""Columns to what a GPU draws: pieces of lines, triangles of polygons. NumPy and earcut only, for any thread."""

from __future__ import annotations

from typing import Any

import mapbox_earcut
import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
Ints = NDArray[np.int64]
PIECE = 11
"""Floats of a piece of a line: before, from, to, after (x, y each), metres before it, colour, width."""


def pieces(
    xy: NDArray[Any], starts: Ints, color: NDArray[Any], widths: NDArray[Any], closed: bool = False
) -> tuple[F32, Ints]:
    """Lines as pieces between two points.

    Args:
        xy, starts: as in `drawing.Lines`; a point that is no number breaks its line.
        color: shape (L,). widths: shape (L,), logical pixels, or empty.
        closed: rings; the last point repeats the first.

    Returns:
        Shape (S, PIECE), and shape (S,): the line that each is of.
    """
    lengths = np.diff(starts)
    rows = np.arange(int(starts[0]), int(starts[-1]))
    of = np.repeat(np.arange(len(lengths)), lengths)
    points = np.asarray(xy, dtype=np.float64)[rows]
    good = np.isfinite(points).all(axis=1)
    part = of + np.cumsum(~good)  # where a point is broken another line begins
    same = np.zeros(len(rows), dtype=bool)
    if len(rows) > 1:
        same[1:] = (points[1:] == points[:-1]).all(axis=1) & (part[1:] == part[:-1])
    keep = good & ~same
    points, of, part = points[keep], of[keep], part[keep]
    if len(points) < 2:
        return np.empty((0, PIECE), dtype=np.float32), np.empty(0, dtype=np.int64)
    follows = part[1:] == part[:-1]
    begin = np.flatnonzero(follows)
    is_first = np.concatenate([[True], ~follows])
    is_last = np.concatenate([~follows, [True]])
    before = np.where(is_first[begin], begin, begin - 1)
    after = np.where(is_last[begin + 1], begin + 1, np.minimum(begin + 2, len(points) - 1))
    if closed:
        first_of, last_of = np.flatnonzero(is_first), np.flatnonzero(is_last)
        ring = np.cumsum(is_first) - 1
        whole = (points[first_of] == points[last_of]).all(axis=1) & (last_of - first_of > 2)
        at_start = is_first[begin] & whole[ring[begin]]
        before[at_start] = last_of[ring[begin[at_start]]] - 1
        at_end = is_last[begin + 1] & whole[ring[begin]]
        after[at_end] = first_of[ring[begin[at_end]]] + 1
    step = np.zeros(len(points))
    step[1:] = np.where(follows, np.hypot(*(points[1:] - points[:-1]).T), 0.0)
    far = np.cumsum(step)
    far -= np.maximum.accumulate(np.where(is_first, far, 0.0))
    made = np.empty((len(begin), PIECE), dtype=np.float32)
    for at, index in enumerate((before, begin, begin + 1, after)):
        made[:, 2 * at : 2 * at + 2] = points[index]
    line = of[begin]
    made[:, 8] = far[begin]
    made[:, 9] = color[line] if len(color) else 0
    made[:, 10] = widths[line] if len(widths) else 0
    return made, line


def triangles(xy: NDArray[Any], rings: Ints, polys: Ints) -> tuple[F32, Ints]:
    """Polygons as triangles.

    Args:
        xy, rings, polys: as in `drawing.Polygons`. What is broken is left out or comes out somehow; nothing fails.

    Returns:
        Shape (3 T, 2), corners; and shape (3 T,): the polygon that each is of.
    """
    points = np.ascontiguousarray(xy, dtype=np.float32)
    single = np.diff(polys) == 1
    corners: list[F32] = []
    owners: list[Ints] = []
    fans = np.zeros(len(single), dtype=bool)
    if single.any():
        found, of = _fans(points, rings, polys, np.flatnonzero(single))
        fans[of] = True
        corners.append(found[0])
        owners.append(found[1])
    for index in np.flatnonzero(~fans).tolist():
        cut = _cut(points, rings[polys[index] : polys[index + 1] + 1])
        if len(cut):
            corners.append(cut)
            owners.append(np.full(len(cut), index, dtype=np.int64))
    if not corners:
        return np.empty((0, 2), dtype=np.float32), np.empty(0, dtype=np.int64)
    return np.concatenate(corners), np.concatenate(owners)


def _cut(points: F32, ends: Ints) -> F32:
    parts: list[F32] = []
    for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        ring = points[start : max(end - 1, start)]
        ring = ring[np.isfinite(ring).all(axis=1)]
        if len(ring) >= 3:
            parts.append(ring)
        elif not parts:
            break  # without an outline there is nothing to have holes in
    if not parts:
        return np.empty((0, 2), dtype=np.float32)
    return np.concatenate([_ears(group) for group in (_nested(parts) if len(parts) > 1 else [parts])])


def _ears(parts: list[F32]) -> F32:
    all_of = np.ascontiguousarray(np.concatenate(parts))
    closing = np.cumsum([len(part) for part in parts]).astype(np.uint32)
    made: F32 = all_of[mapbox_earcut.triangulate_float32(all_of, closing)]
    return made


def _nested(parts: list[F32]) -> list[list[F32]]:
    """Rings that fill by the odd-even rule, as outlines with their holes: some have several outlines."""
    within = np.zeros((len(parts), len(parts)), dtype=bool)
    for i, ring in enumerate(parts):
        for j, other in enumerate(parts):
            within[i, j] = i != j and _inside(ring[0], other)
    depth = within.sum(axis=1)
    groups = {i: [parts[i]] for i in range(len(parts)) if depth[i] % 2 == 0}
    for i in np.flatnonzero(depth % 2).tolist():
        about = [j for j in groups if within[i, j] and depth[j] == depth[i] - 1]
        if about:
            groups[about[0]].append(parts[i])
    return list(groups.values())


def _inside(point: F32, ring: F32) -> bool:
    x, y = ring[:, 0], ring[:, 1]
    x2, y2 = np.roll(x, -1), np.roll(y, -1)
    crosses = (y > point[1]) != (y2 > point[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        at = x + (point[1] - y) * (x2 - x) / (y2 - y)
    return bool((crosses & (point[0] < at)).sum() % 2)


def _fans(points: F32, rings: Ints, polys: Ints, which: Ints) -> tuple[tuple[F32, Ints], Ints]:
    """Those of one convex ring of up to 8 corners, all of them at once: most footprints and cells are such."""
    start = rings[polys[which]]
    count = rings[polys[which] + 1] - start - 1  # without the last point, which repeats the first
    corners, owners, done = [np.empty((0, 2), dtype=np.float32)], [np.empty(0, dtype=np.int64)], []
    for n in range(3, 9):
        some = which[count == n]
        if not len(some):
            continue
        ring = points[start[count == n][:, None] + np.arange(n)]  # (P, n, 2)
        side = np.roll(ring, -1, axis=1) - ring
        turn = side[:, :, 0] * np.roll(side, -1, axis=1)[:, :, 1] - side[:, :, 1] * np.roll(side, -1, axis=1)[:, :, 0]
        angle = np.arctan2(turn, (side * np.roll(side, -1, axis=1)).sum(axis=2)).sum(axis=1)
        convex = ((turn >= 0).all(axis=1) | (turn <= 0).all(axis=1)) & (np.abs(np.abs(angle) - 2 * np.pi) < 0.1)
        ring, some = ring[convex], some[convex]
        if not len(some):
            continue
        fan = np.stack([np.zeros(n - 2, int), np.arange(1, n - 1), np.arange(2, n)], axis=1).ravel()
        corners.append(ring[:, fan].reshape(-1, 2))
        owners.append(np.repeat(some, len(fan)))
        done.append(some)
    return (np.concatenate(corners), np.concatenate(owners)), np.concatenate(done or [np.empty(0, dtype=np.int64)])


def walls(xy: NDArray[Any], rings: Ints, polys: Ints, height: NDArray[Any]) -> tuple[F32, Ints]:
    """Sides and roofs of what has a height.

    Returns:
        Shape (N, 4): x, y, metres over ground, light 0 to 1; and shape (N,): the polygon that each is of.
    """
    tall = np.nan_to_num(np.asarray(height, dtype=np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    roofs, roof_of = triangles(xy, rings, polys)
    top = np.empty((len(roofs), 4), dtype=np.float32)
    top[:, :2], top[:, 2], top[:, 3] = roofs, tall[roof_of], 1.0
    side, ring_of = pieces(xy, rings, np.empty(0), np.empty(0))
    poly_of = np.repeat(np.arange(len(polys) - 1), np.diff(polys))[ring_of]
    up = tall[poly_of] > 0
    side, poly_of = side[up], poly_of[up]
    a, b = side[:, 2:4], side[:, 4:6]
    way = b - a
    length = np.maximum(np.hypot(way[:, 0], way[:, 1]), 1e-6)
    light = 0.62 + 0.26 * np.abs(way[:, 0] / length)  # the sides that face south are lighter
    quad = np.empty((len(side), 6, 4), dtype=np.float32)
    high = tall[poly_of]
    for at, (point, z) in enumerate(((a, 0), (b, 0), (b, 1), (a, 0), (b, 1), (a, 1))):
        quad[:, at, :2], quad[:, at, 2], quad[:, at, 3] = point, high * z, light
    return np.concatenate([quad.reshape(-1, 4), top]), np.concatenate([np.repeat(poly_of, 6), roof_of])
