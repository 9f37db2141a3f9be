"""Which marks stand for the events of a view, and what lies under a point. No Qt in here."""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from widgets.map.camera import Camera
from widgets.map.clusters import Clusters, cluster, crowded
from widgets.map.hits import HitGrid
from widgets.map.scene import CAMERA, CASE, EVENT, SENSOR, UNIT, Dots, Events, Scene

Floats = NDArray[np.float64]
CLUSTER_PX = ((11.5, 40.0), (13.0, 32.0), (14.5, 22.0), (16.0, 14.0), (99.0, 5.0))
"""Pixels within which events become one mark, by zoom up to which it holds."""
SMALL_UNTIL = 13.2
"""Zoom below which the symbols of single events are small."""
MINOR_SMALL_UNTIL = 15.0
"""The same for level Ⅳ and 未定级, which are many."""
CROWD_PX = 30.0
DOTS_HIT_FROM = 13.2
"""Zoom from which single sensors and cameras can be picked."""
GROUP_REACH, SINGLE_REACH, SMALL_REACH = 19.0, 18.0, 11.0
"""Pixels around the middle of a group, a symbol with its tab and a small one that no label may cover."""
REACH = {EVENT: 17.0, UNIT: 13.0, SENSOR: 8.0, CAMERA: 8.0}
"""Pixels from the middle of a mark within which it is hit."""


class Marks(msgspec.Struct, frozen=True):
    """Marks of events in drawing order, the most urgent last.

    Attributes:
        clusters: where and what.
        small: shape (M,), drawn small and without a tab.
        grid: over the marks.
        apart: row of the event that is kept out of groups because it is selected; -1 for none.
    """

    clusters: Clusters
    small: NDArray[np.bool_]
    grid: HitGrid
    apart: int


class MarkMaker:
    """Makes marks; again only when events, the selected one or half a zoom step changed."""

    def __init__(self) -> None:
        self._for: tuple[object, ...] = ()
        self._marks: Marks | None = None
        self._events = Events()
        self._grids: dict[str, tuple[object, HitGrid]] = {}

    def marks(self, events: Events, camera: Camera, selected: str) -> Marks:
        step = math.floor(camera.zoom * 2) / 2
        key = (id(events), step, selected)
        if self._marks is None or self._for != key:
            self._marks, self._for = _make(events, camera, step, selected), key
            self._events = events  # kept, so that its id stays its own
        return self._marks

    def hit(self, scene: Scene, units: Floats, camera: Camera, px: float, py: float, selected: str) -> Hit | None:
        """What is under a point: events before units before sensors before cameras, the nearest of its kind.

        Args:
            units: shape (N, 2), where the units are drawn.
        """
        x, y = camera.to_world(px, py)
        one = 1 / camera.scale
        if scene.shows(EVENT) and len(scene.cases.keys):
            far = np.hypot(scene.cases.x - x, scene.cases.y - y)
            nearest = int(np.argmin(far))
            if far[nearest] <= REACH[EVENT] * one:
                return Hit(CASE, scene.cases.keys[nearest])
        if scene.shows(EVENT) and len(scene.events.keys):
            marks = self.marks(scene.events, camera, selected)
            at = marks.grid.nearest(x, y, REACH[EVENT] * one)
            if at is not None:
                row, count = int(marks.clusters.first[at]), int(marks.clusters.count[at])
                rows = np.flatnonzero(marks.clusters.group == at)
                return Hit(EVENT, scene.events.keys[row], count, tuple(rows.tolist()) if count > 1 else ())
        if scene.shows(UNIT) and len(scene.units.keys):
            far = np.hypot(units[:, 0] - x, units[:, 1] - y)
            nearest = int(np.argmin(far))
            if far[nearest] <= REACH[UNIT] * one:
                return Hit(UNIT, scene.units.keys[nearest])
        if camera.zoom >= DOTS_HIT_FROM:
            for topic, dots in ((SENSOR, scene.sensors), (CAMERA, scene.cameras)):
                found = self._grid(topic, dots).nearest(x, y, REACH[topic] * one) if scene.shows(topic) else None
                if found is not None:
                    return Hit(topic, dots.keys[found])
        return None

    def _grid(self, topic: str, dots: Dots) -> HitGrid:
        known = self._grids.get(topic)
        if known is None or known[0] is not dots:
            known = self._grids[topic] = (dots, HitGrid(dots.x, dots.y, 120.0))
        return known[1]


class Hit(msgspec.Struct, frozen=True):
    """A thing under the cursor.

    Attributes:
        topic, key: as in the selection; of a group its most urgent event.
        count: how many it stands for.
        rows: of the events of a group.
    """

    topic: str
    key: str
    count: int = 1
    rows: tuple[int, ...] = ()


def obstacles(events: Events, camera: Camera) -> tuple[Floats, Floats]:
    """Where the marks of a view stand and how far they reach: shapes (M, 2) and (M,), pixels."""
    return reaches(_make(events, camera, math.floor(camera.zoom * 2) / 2, ""), camera)


def reaches(marks: Marks, camera: Camera) -> tuple[Floats, Floats]:
    """Where marks stand and how far they reach: shapes (M, 2) and (M,), pixels."""
    groups = marks.clusters
    sx, sy = camera.to_screen(groups.x, groups.y)
    reach = np.where(groups.count > 1, GROUP_REACH, np.where(marks.small, SMALL_REACH, SINGLE_REACH))
    return np.stack([sx, sy], axis=1), reach


def _make(events: Events, camera: Camera, step: float, selected: str) -> Marks:
    scale = camera.scale * 2 ** (step - camera.zoom)
    pixels = next(px for until, px in CLUSTER_PX if camera.zoom < until)
    x, apart = events.x, -1
    if selected and selected in events.row_of:
        apart = events.row_of[selected]
        x = x.copy()
        x[apart] = np.nan
    groups = cluster(x, events.y, events.level.astype(np.uint8), pixels / scale)
    if apart >= 0:
        groups = _with(groups, events, apart)
    small = np.full(len(groups.x), camera.zoom < SMALL_UNTIL)
    if not small.any() and len(groups.x):
        small = crowded(groups.x, groups.y, CROWD_PX / scale) & (groups.level > 1)
        small |= (groups.level >= 4) & (camera.zoom < MINOR_SMALL_UNTIL)
    small &= groups.first != apart
    return Marks(groups, small, HitGrid(groups.x, groups.y, 40 / scale), apart)


def _with(groups: Clusters, events: Events, row: int) -> Clusters:
    """The groups and one event of its own on top."""
    group = groups.group.copy()
    group[row] = len(groups.x)
    return Clusters(
        np.append(groups.x, events.x[row]),
        np.append(groups.y, events.y[row]),
        np.append(groups.level, events.level[row]),
        np.append(groups.count, 1),
        np.append(groups.first, row),
        group,
    )
