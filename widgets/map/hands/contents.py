"""What lies in a drawn shape, topic by topic, counted from the living picture. No Qt in here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.model.ports.cases import Cases
from cockpit.model.tables import EventState, UnitState
from cockpit.picture import LiveTable, Picture
from widgets.map.hands import ground
from widgets.map.hands.shapes import Form, Shape
from widgets.map.scene import CAMERA, CASE, EVENT, SENSOR, UNIT

if TYPE_CHECKING:
    from widgets.kit.records import Spots

TOPICS = (EVENT, CASE, UNIT, SENSOR, CAMERA)
"""In the order in which they are told; after them each imported layer that is shown."""
LAYER = "layer"
"""Topic of things of imported layers; their keys are `<layer>/<feature>`."""
STANDING = frozenset((SENSOR, CAMERA))
"""Topics whose things stay where they are, and are many."""
MOST_STANDING = 5000
"""Of them so many are told by key; the count says how many there are."""
Rows = NDArray[np.int64]


class Group(msgspec.Struct, frozen=True):
    """Things of one topic.

    Attributes:
        of: id of the imported layer, "" for the other topics.
        keys: the nearest first around a place, else the most urgent first; of a topic of `STANDING` the first ones.
        count: how many there are.
        metres: how far each is from the middle of a ring by air line; () for other shapes.
    """

    topic: str
    keys: tuple[str, ...] = ()
    count: int = 0
    metres: tuple[float, ...] = ()
    of: str = ""


class Contents(msgspec.Struct, frozen=True):
    """What lies in a shape: a group for each topic of `TOPICS` and each imported layer, empty ones too."""

    groups: tuple[Group, ...] = ()

    @property
    def members(self) -> tuple[tuple[str, str], ...]:
        return tuple((group.topic, key) for group in self.groups for key in group.keys)

    def count(self, topic: str) -> int:
        return self.group(topic).count

    def group(self, topic: str) -> Group:
        return next((group for group in self.groups if group.topic == topic), Group(topic))


def contents(
    picture: Picture,
    cases: Cases,
    shape: Shape,
    before: Contents | None = None,
    spots: Callable[[], Mapping[str, Spots]] = dict,
) -> Contents:
    """What lies in `shape` now: open events, open cases without one, units on duty, sensors, cameras, and points of
    imported layers.

    Args:
        spots: gives what stands at points and is in no table of the picture, by topic.
        before: what lay in it: what stands is taken from there. None: all is looked for.
    """
    live: dict[str, Callable[[LiveTable], NDArray[np.bool_] | None]] = {
        EVENT: lambda table: table.numbers("state") == EventState.OPEN,
        UNIT: lambda table: table.numbers("state") != UnitState.OFF_DUTY,
        SENSOR: lambda table: None,
        CAMERA: lambda table: None,
    }
    groups = [
        before.group(topic)
        if before is not None and topic in STANDING
        else _group(picture[topic], topic, shape, counts)
        for topic, counts in live.items()
    ]
    groups.insert(1, _cases(picture[EVENT], cases, shape))
    groups += _layers(spots(), shape) if before is None else [one for one in before.groups if one.topic == LAYER]
    return Contents(tuple(groups))


def _group(
    table: LiveTable, topic: str, shape: Shape, counts: Callable[[LiveTable], NDArray[np.bool_] | None]
) -> Group:
    if not len(table):
        return Group(topic)
    lon, lat = table.numbers("lon"), table.numbers("lat")
    rows = shape.holds(lon, lat)
    kept = counts(table)
    if kept is not None:
        rows = rows[kept[rows]]
    keys = table.text("key")
    if shape.around[0] == topic:  # what a ring goes around is not told to be near itself
        middle = table.row_of(shape.around[1])
        rows = rows[rows != (-1 if middle is None else middle)]
    far = np.empty(0)
    if shape.form is Form.RING:
        far = ground.away(*shape.centre, lon[rows], lat[rows])
        order = np.argsort(far, kind="stable")
        rows, far = rows[order], far[order]
    elif topic == EVENT:
        rows = rows[np.lexsort((-table.numbers("occurred")[rows], table.numbers("level")[rows]))]
    count, most = len(rows), MOST_STANDING if topic in STANDING else len(rows)
    told = tuple(keys[i] for i in rows[:most].tolist())
    return Group(topic, told, count, tuple(far[:most].tolist()))


def _layers(spots: Mapping[str, Spots], shape: Shape) -> list[Group]:
    """A group for each imported layer that is shown and has points, those in the middle of a ring left out."""
    keys, places = spots.get(LAYER, ([], np.empty((0, 2))))
    rows_of: dict[str, list[int]] = {key.partition("/")[0]: [] for key in keys}
    held = shape.holds(places[:, 0], places[:, 1])
    far = np.full(len(keys), np.nan)
    if shape.form is Form.RING:
        far[held] = ground.away(*shape.centre, places[held, 0], places[held, 1])
        held = held[np.argsort(far[held], kind="stable")]
    told: set[str] = {shape.around[1]} if shape.around[0] == LAYER else set()
    for row in held.tolist():
        if keys[row] not in told:  # several points may be one thing
            told.add(keys[row])
            rows_of[keys[row].partition("/")[0]].append(row)
    return [
        Group(
            LAYER,
            tuple(keys[row] for row in rows[:MOST_STANDING]),
            len(rows),
            tuple(far[rows[:MOST_STANDING]].tolist()) if shape.form is Form.RING else (),
            layer,
        )
        for layer, rows in rows_of.items()
    ]


def _cases(events: LiveTable, cases: Cases, shape: Shape) -> Group:
    """Open cases that no open event stands for: those are told as events."""

    def stands(event: str) -> bool:
        row = events.row_of(event) if event else None
        return row is not None and int(events.value(row, "state")) == EventState.OPEN

    found = [case for case in cases.all_open() if not stands(case.facts.event) and (CASE, case.id) != shape.around]
    lon, lat = (np.array([getattr(case.facts, name) for case in found], dtype=np.float64) for name in ("lon", "lat"))
    rows = shape.holds(lon, lat)
    if shape.form is not Form.RING:
        return Group(CASE, tuple(found[i].id for i in rows.tolist()), len(rows))
    far = ground.away(*shape.centre, lon[rows], lat[rows])
    order = np.argsort(far, kind="stable")
    return Group(CASE, tuple(found[i].id for i in rows[order].tolist()), len(rows), tuple(far[order].tolist()))
