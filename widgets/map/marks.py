"""Which marks stand for the events of a view, and what lies under a point. No Qt in here."""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from widgets.map.camera import Box, Camera
from widgets.map.clusters import Clusters, cluster, crowded
from widgets.map.compose.dots import Crowds
from widgets.map.hits import HitGrid
from widgets.map.scene import ALARM, CAMERA, CASE, EVENT, SENSOR, UNIT, Dots, Events, Scene

Floats = NDArray[np.float64]
CLUSTER_PX = ((11.5, 40.0), (13.0, 32.0), (14.5, 22.0), (16.0, 14.0), (99.0, 5.0))
"""Pixels within which events become one mark, by zoom up to which it holds."""
SMALL_UNTIL = 13.2
"""Zoom below which the symbols of single events are small."""
MINOR_SMALL_UNTIL = 15.0
"""The same for level Ⅳ and 未定级, which are many."""
CROWD_PX = 30.0
GROUP_REACH, SINGLE_REACH, SMALL_REACH = 19.0, 18.0, 11.0
"""Pixels around the middle of a group, a symbol with its tab and a small one that no label may cover."""
CROWD_REACH = 11.0
"""Pixels from the middle of the mark of a crowd of sensors or cameras within which it is hit."""
KEPT = 4
"""Marks that are kept: while a view zooms, its picture on the screen is one of a frame before."""
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
    """Makes marks; again only when events, the selected one or half a zoom step changed.

    Attributes:
        dots: what stands for the sensors and cameras that are drawn, by topic; told by whoever has them drawn.
    """

    def __init__(self) -> None:
        self._made: list[tuple[Events, float, str, Marks]] = []
        self.dots: dict[str, tuple[Dots, Crowds]] = {}

    def marks(self, events: Events, camera: Camera, selected: str) -> Marks:
        step = math.floor(camera.zoom * 2) / 2
        for kept in self._made:
            if kept[0] is events and kept[1:3] == (step, selected):
                return kept[3]
        made = _make(events, camera, step, selected)
        self._made = [*(kept for kept in self._made if kept[0] is events), (events, step, selected, made)][-KEPT:]
        return made

    def hit(self, scene: Scene, units: Floats, camera: Camera, px: float, py: float, selected: str) -> Hit | None:
        """What is under a point: events before units before sensors before cameras, the nearest of its kind.

        Args:
            units: shape (N, 2), where the units are drawn.
        """
        x, y = camera.to_world(px, py)
        one = 1 / camera.scale
        hit = None
        if scene.shows(EVENT):
            hit = _hit_alarm(scene, x, y, one) or _hit_case(scene, x, y, one)
            hit = hit or self._hit_event(scene, camera, x, y, selected)
        if hit is None and scene.shows(UNIT):
            nearest = _nearest(units[:, 0], units[:, 1], x, y, REACH[UNIT] * one)
            hit = Hit(UNIT, scene.units.keys[nearest]) if nearest is not None else None
        for topic in (SENSOR, CAMERA):
            hit = hit or self._hit_dot(topic, scene, camera, x, y)
        return hit

    def _hit_event(self, scene: Scene, camera: Camera, x: float, y: float, selected: str) -> Hit | None:
        marks = self.marks(scene.events, camera, selected)
        at = marks.grid.nearest(x, y, REACH[EVENT] / camera.scale)
        if at is None:
            return None
        row, count = int(marks.clusters.first[at]), int(marks.clusters.count[at])
        if count == 1:
            return Hit(EVENT, scene.events.keys[row])
        rows = np.flatnonzero(marks.clusters.group == at)
        return Hit(EVENT, scene.events.keys[row], count, tuple(rows.tolist()), _box(scene.events, rows))

    def _hit_dot(self, topic: str, scene: Scene, camera: Camera, x: float, y: float) -> Hit | None:
        """The sensor or camera at a place, or the crowd of them whose mark stands there."""
        if not scene.shows(topic) or topic not in self.dots:
            return None
        dots, made = self.dots[topic]
        mark = made.marks.nearest(x, y, CROWD_REACH / camera.scale)
        if mark is not None:
            rows = np.flatnonzero(made.group == mark)
            return Hit(topic, dots.keys[int(made.first[mark])], int(made.count[mark]), (), _box(dots, rows))
        single = made.singles.nearest(x, y, REACH[topic] / camera.scale)
        return Hit(topic, dots.keys[int(made.single[single])]) if single is not None else None


class Hit(msgspec.Struct, frozen=True):
    """A thing under the cursor.

    Attributes:
        topic, key: as in the selection; of a group its most urgent event.
        count: how many it stands for.
        rows: of the events of a group.
        box: what a group covers, Mercator metres; None for a single thing.
    """

    topic: str
    key: str
    count: int = 1
    rows: tuple[int, ...] = ()
    box: Box | None = None


def _box(things: Events | Dots, rows: NDArray[np.int64]) -> Box:
    x, y = things.x[rows], things.y[rows]
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def _hit_alarm(scene: Scene, x: float, y: float, one: float) -> Hit | None:
    nearest = _nearest(scene.alarms.x, scene.alarms.y, x, y, REACH[EVENT] * one)
    return Hit(ALARM, scene.alarms.keys[nearest]) if nearest is not None else None


def _hit_case(scene: Scene, x: float, y: float, one: float) -> Hit | None:
    nearest = _nearest(scene.cases.x, scene.cases.y, x, y, REACH[EVENT] * one)
    return Hit(CASE, scene.cases.keys[nearest]) if nearest is not None else None


def _nearest(xs: Floats, ys: Floats, x: float, y: float, reach: float) -> int | None:
    """The nearest of places that move all the time, shape (N,) each: looked through, 3 ms for a million."""
    near = np.flatnonzero(np.abs(xs - x) <= reach)
    near = near[np.abs(ys[near] - y) <= reach]
    if not len(near):
        return None
    far = np.hypot(xs[near] - x, ys[near] - y)
    nearest = int(np.argmin(far))
    return int(near[nearest]) if far[nearest] <= reach else None


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
