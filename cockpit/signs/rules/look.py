"""What a rule sees of the picture at one instant, column by column: what passes its bound, what is within the
hysteresis, what can not be told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.model.alarms import Rule
from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.freshness import STALE_BEATS
from cockpit.picture.picture import Picture
from cockpit.picture.table import LiveTable
from cockpit.signs.rules.areas import AreaIndex
from cockpit.signs.rules.ring import inside
from cockpit.signs.rules.where import Filter, Index, Mask

Floats = NDArray[np.float64]

NAN = float("nan")
GONE_ROW, UNWATCHED = -1, -2
"""Of a subject that is not there, and of one that is there but is none that the rule watches now."""
GONE = 60 * SECOND
"""How long a row may be missing before it counts as back to normal: after a start feeds come late."""


class Subject(msgspec.Struct, frozen=True):
    """What an alarm is about.

    Attributes:
        thing: key of the row, "" where it is about an area.
        row: that row as it was then, None of an area.
        area: code; lon, lat: WGS-84, NaN unknown.
    """

    thing: str = ""
    row: dict[str, Any] | None = None
    area: str = ""
    lon: float = NAN
    lat: float = NAN


class Look(Protocol):
    """What a rule sees; arrays of one length n.

    Attributes:
        on: the bound is passed. hold: within the hysteresis, so an alarm that stands stays. unknown: it can not be
            told, so all stays as it is. value: what was compared.
        gone: how long a subject that is not among them may be missing before it counts as back to normal, us.
    """

    gone: int

    on: Mask
    hold: Mask
    unknown: Mask
    value: Floats

    def find(self, subjects: Sequence[str]) -> Index:
        """Where they are among the n; `GONE_ROW`, or `UNWATCHED`."""
        ...

    def name(self, i: int) -> str:
        """What the subject is known by: the key of a row, the code of an area."""
        ...

    def subject(self, i: int) -> Subject: ...


class World:
    """What rules look at.

    Attributes:
        picture, areas: of now.
        now: the city's clock; wall: the machine's; begun: the machine's, since when anyone listens. UTC us.
    """

    def __init__(self, picture: Picture, begun: int = 0) -> None:
        self.picture = picture
        self.areas = AreaIndex(picture["area"])
        self.now = 0
        self.wall = 0
        self.begun = begun


class RowLook:
    """Rows of a table as subjects: those that a rule watches."""

    gone = GONE

    def __init__(self, table: LiveTable, rows: Index, on: Mask, hold: Mask, unknown: Mask, value: Floats) -> None:
        """
        Args:
            rows: which, in their order.
        """
        self._table, self._rows = table, rows
        self.on, self.hold, self.unknown, self.value = on, hold, unknown, value

    def find(self, subjects: Sequence[str]) -> Index:
        found = (self._table.row_of(key) for key in subjects)
        where = np.fromiter((-1 if row is None else row for row in found), np.int64, len(subjects))
        if not len(self._rows):
            return np.where(where >= 0, UNWATCHED, where)
        at = np.minimum(np.searchsorted(self._rows, where), len(self._rows) - 1)
        return np.where(where < 0, where, np.where(self._rows[at] == where, at, UNWATCHED))

    def name(self, i: int) -> str:
        return self._table.key_at(int(self._rows[i]))

    def subject(self, i: int) -> Subject:
        row = self._table.row(int(self._rows[i]))
        return Subject(row["key"], row, row.get("area", ""), row.get("lon", NAN), row.get("lat", NAN))


class AreaLook:
    """Areas of one tier as subjects, or the one that is everywhere (code "")."""

    gone = 0

    def __init__(self, codes: Sequence[str], on: Mask, hold: Mask, value: Floats, lon: Floats, lat: Floats) -> None:
        self._codes = codes
        self._place = {code: i for i, code in enumerate(codes)}
        self.on, self.hold, self.value = on, hold, value
        self.unknown = np.zeros(len(on), dtype=np.bool_)
        self._lon, self._lat = lon, lat

    def find(self, subjects: Sequence[str]) -> Index:
        return np.fromiter((self._place.get(code, -1) for code in subjects), np.int64, len(subjects))

    def name(self, i: int) -> str:
        return self._codes[i]

    def subject(self, i: int) -> Subject:
        return Subject("", None, self._codes[i], float(self._lon[i]), float(self._lat[i]))


class Looker(Protocol):
    """One rule, looking."""

    def look(self, world: World) -> Look: ...


def beyond(rule: Rule, values: NDArray[Any]) -> tuple[Mask, Mask, Mask]:
    """(on, hold, unknown) of values against the bounds of a rule, which themselves count as passed."""
    on = np.zeros(len(values), dtype=np.bool_)
    hold = np.zeros(len(values), dtype=np.bool_)
    if rule.above is not None:
        on |= values >= rule.above
        hold |= values > rule.above - rule.hysteresis
    if rule.below is not None:
        on |= values <= rule.below
        hold |= values < rule.below + rule.hysteresis
    return on, hold, np.isnan(values)


class Threshold:
    """A number is at a bound or past it."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._filter = Filter(rule.where)

    def look(self, world: World) -> Look:
        table = world.picture[self._rule.topic]
        rows = self._filter.rows(table)
        values = table.numbers(self._rule.measure)[rows]
        return RowLook(table, rows, *beyond(self._rule, values), values)


SILENT_COLUMNS = {
    "sensor": ("measured", "period", False),
    "sign": ("measured", "period", False),
    "unit": ("fixed", "", False),
    "feed": ("received", "beat", True),
    "camera": ("received", "", True),
}
"""Of each table when its things spoke last, their own beat (us), and whether that is the machine's clock."""


class Absence:
    """A thing is silent for longer than it may be; one that never spoke is no news, but a feed that never did is. Its
    value is the silence in minutes."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._filter = Filter(rule.where)
        self._last, self._beat, self._wall = SILENT_COLUMNS[rule.topic]

    def look(self, world: World) -> Look:
        table = world.picture[self._rule.topic]
        rows = self._filter.rows(table)
        last = table.numbers(self._last)[rows]
        now = world.wall if self._wall else world.now
        if self._rule.topic == "feed":
            last = np.maximum(last, world.begun)  # while the hub did not run nobody could have heard it
        allowed: Any = self._rule.silence * SECOND
        if not self._rule.silence:
            allowed = table.numbers(self._beat)[rows] * STALE_BEATS
        silent = now - last
        on = (last > 0) & (silent > allowed)
        none = np.zeros(len(rows), dtype=np.bool_)
        return RowLook(table, rows, on, none, none, np.round(silent / MINUTE, 1))


class Geofence:
    """A thing is inside a ring; or it was and has left it."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._filter = Filter(rule.where)
        self._were: set[str] = set()

    def look(self, world: World) -> Look:
        table = world.picture[self._rule.topic]
        rows = self._filter.rows(table)
        lon, lat = table.numbers("lon")[rows], table.numbers("lat")[rows]
        unknown = np.isnan(lon) | np.isnan(lat)
        within = inside(self._rule.ring, lon, lat)
        value = np.full(len(rows), NAN)
        if self._rule.inside:
            return RowLook(table, rows, within, np.zeros(len(rows), dtype=np.bool_), unknown, value)
        self._were.update(map(table.key_at, rows[within].tolist()))
        there = {key: row for key in self._were if (row := table.row_of(key)) is not None}
        self._were = set(there)
        outside = ~within & ~unknown
        left = np.isin(rows, np.fromiter(there.values(), np.int64, len(there)))
        # what stands since before anyone remembered where it was stays until it is inside again
        return RowLook(table, rows, left & outside, outside, unknown, value)


class Count:
    """More things than may be: now, or that came within a window; everywhere together or area by area."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._filter = Filter(rule.where)

    def look(self, world: World) -> Look:
        rule = self._rule
        table = world.picture[rule.topic]
        rows = self._filter.rows(table)
        if rule.measure:
            rows = rows[beyond(rule, table.numbers(rule.measure)[rows])[0]]
        if rule.per:
            came = table.numbers("occurred")[rows]
            rows = rows[(came > world.now - round(rule.per * SECOND)) & (came <= world.now)]
        lifted, codes = self._areas(world, table)
        rows = rows[lifted[rows] >= 0]
        where = lifted[rows]
        counts = np.bincount(where, minlength=len(codes))[: len(codes)]
        lon, lat = self._middles(table, rows, where, len(codes))
        hold = counts > rule.more_than - rule.hysteresis
        return AreaLook(codes, counts > rule.more_than, hold, counts.astype(np.float64), lon, lat)

    def _areas(self, world: World, table: LiveTable) -> tuple[Index, list[str]]:
        if self._rule.area_tier < 0:
            return np.zeros(len(table), dtype=np.int64), [""]
        return world.areas.lift(table, self._rule.area_tier)

    @staticmethod
    def _middles(table: LiveTable, rows: Index, where: Index, n: int) -> tuple[Floats, Floats]:
        """Where the things of each area are on average."""
        if "lon" not in table.table.names:
            return np.full(n, NAN), np.full(n, NAN)
        lon, lat = table.numbers("lon")[rows], table.numbers("lat")[rows]
        there = ~(np.isnan(lon) | np.isnan(lat))
        counts = np.bincount(where[there], minlength=n)[:n].astype(np.float64)
        counts[counts == 0] = math.nan
        sums = (np.bincount(where[there], weights=of[there], minlength=n)[:n] for of in (lon, lat))
        mean_lon, mean_lat = (total / counts for total in sums)
        return mean_lon, mean_lat
