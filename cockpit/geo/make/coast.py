"""The sea of a city, from lines of its coast: OpenStreetMap draws them with the land on their left."""

from __future__ import annotations

from collections import Counter

import numpy as np
import shapely

from cockpit.geo.make.source import Box, Geometry

_BESIDE = 1e-6
"""Degrees beside the coast at which is asked on which side a face lies."""


def sea(coast: list[Geometry], bounds: Box) -> list[Geometry]:
    """What of the box is sea: the faces between coast and box that lie on the right of more of the coast than on the
    left. Without a coast there is none."""
    box = shapely.box(*bounds)
    lines = [part for line in coast for part in shapely.get_parts(shapely.intersection(line, box))]
    lines = [line for line in lines if line.geom_type == "LineString" and line.length > 4 * _BESIDE]
    if not lines:
        return []
    noded = shapely.union_all([*lines, box.boundary], grid_size=1e-7)
    faces = list(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))
    tree = shapely.STRtree(faces)
    votes: Counter[int] = Counter()
    for side in (1, -1):
        points, weight = _beside(lines, side * _BESIDE)
        at, face = tree.query(shapely.points(points), predicate="within")
        for i, k in zip(at.tolist(), face.tolist(), strict=True):
            votes[k] += round(weight[i] * 1e7) * side
    return [face for k, face in enumerate(faces) if votes[k] > 0]


def _beside(lines: list[Geometry], right: float) -> tuple[np.ndarray, np.ndarray]:
    """A point beside the middle of each segment, at the right (negative: left), and how long the segment is."""
    points, lengths = [], []
    for line in lines:
        path = np.asarray(line.coords)[:, :2]
        step = np.diff(path, axis=0)
        length = np.hypot(step[:, 0], step[:, 1])
        step, middle, length = step[length > 0], ((path[:-1] + path[1:]) / 2)[length > 0], length[length > 0]
        points.append(middle + np.column_stack([step[:, 1], -step[:, 0]]) / length[:, None] * right)
        lengths.append(length)
    return np.concatenate(points), np.concatenate(lengths)
