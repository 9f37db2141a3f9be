"""What a person asks of the event queue, and the rows that answer it: NumPy over the picture's columns, no Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cockpit.model.clock import DAY, midnight
from cockpit.model.levels import Level
from cockpit.model.tables import EventState

Rows = NDArray[np.int64]
LEVELS = tuple(int(level) for level in Level)


class Scope(StrEnum):
    OPEN = "open"
    ALL = "all"
    CLOSED_TODAY = "closed"


class Order(StrEnum):
    """URGENT: level, then newest. DUE: level, then what nobody took, then what has the least time left.
    NEAREST: from the place of the selected thing, by air line."""

    URGENT = "urgent"
    DUE = "due"
    NEWEST = "newest"
    OLDEST = "oldest"
    NEAREST = "nearest"


class Handling(StrEnum):
    """How far the closed loop is with an event: NEW has no case, OPEN an open one, OVER an overdue one."""

    NEW = "new"
    OPEN = "open"
    OVER = "over"


@dataclass(frozen=True)
class Loop:
    """What the ledger says of events, by their keys.

    Attributes:
        known: events that have or had a case. open: those whose case is open, with when its stage is due, 0 never.
    """

    known: frozenset[str] = frozenset()
    open: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What the queue is to show. An empty set asks for all.

    Attributes:
        scope: open ones, all, or those closed since midnight in Shanghai.
        levels: 1-5.
        channels: ids of the pack's channels.
        kinds: codes of the pack's event kinds; a chosen group is all of its kinds.
        handling: how far the closed loop is with it.
        areas: codes of areas; an event counts when its area is one of them or lies in one of them.
        text: what was typed in the search field, for the words of the empty state; `found` are the keys it gave.
        found: keys that full-text search gave; None when nothing is searched.
        among: keys that were gathered on the map and alone are to be seen; None for all.
        order: how the rows are sorted.
    """

    scope: Scope = Scope.OPEN
    levels: frozenset[int] = frozenset()
    channels: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    handling: frozenset[Handling] = frozenset()
    areas: frozenset[str] = frozenset()
    text: str = ""
    found: frozenset[str] | None = None
    among: frozenset[str] | None = None
    order: Order = Order.URGENT

    @property
    def narrowed(self) -> bool:
        """Whether it asks for less than every open event."""
        return bool(
            self.levels
            or self.channels
            or self.kinds
            or self.handling
            or self.areas
            or self.text
            or self.among is not None
            or self.scope is Scope.CLOSED_TODAY
        )

    @property
    def of_loop(self) -> bool:
        """Whether the answer hangs on the ledger, and with it on the time."""
        return bool(self.handling) or self.order is Order.DUE

    @property
    def filters(self) -> int:
        """How many of the popover's filters are set."""
        return bool(self.channels) + bool(self.kinds) + bool(self.handling) + bool(self.areas)

    def cleared(self) -> Asked:
        """The same order, nothing filtered."""
        return replace(Asked(), order=self.order)


@dataclass(frozen=True)
class Answer:
    """The rows of the event table that were asked for.

    Attributes:
        rows: indices into the event table's columns, in the order asked for; good until the table changes.
        counts: level -> rows that would be shown if that level alone were asked for.
        total: rows in the scope, before any filter.
        version: of the event table that it was made from.
    """

    rows: Rows
    counts: Mapping[int, int] = field(default_factory=dict)
    total: int = 0
    version: int = -1


NOTHING = Answer(np.empty(0, dtype=np.int64), dict.fromkeys(LEVELS, 0))


def answer(
    table: Any,
    asked: Asked,
    now_us: int,
    area_within: Callable[[str], frozenset[str]],
    near: tuple[float, float] | None = None,
    loop: Loop = Loop(),
) -> Answer:
    """The rows of `table` that `asked` asks for.

    Args:
        table: the picture's event table (`cockpit.picture.LiveTable`).
        asked: what is asked.
        now_us: the city's clock; only CLOSED_TODAY and OVER need it.
        area_within: the codes of an area and all areas around it.
        near: (lon, lat) in WGS-84 that NEAREST measures from; without one it sorts as URGENT.
        loop: what the ledger says.
    """
    count = len(table)
    if not count:
        return NOTHING
    keep = np.ones(count, dtype=bool)
    if asked.scope is Scope.OPEN:
        keep = table.numbers("state") == EventState.OPEN
    elif asked.scope is Scope.CLOSED_TODAY:
        start = midnight(now_us)
        updated = table.numbers("updated")
        keep = (table.numbers("state") == EventState.CLOSED) & (updated >= start) & (updated < start + DAY)
    total = int(np.count_nonzero(keep))
    if asked.channels:
        keep &= _one_of(table, "channel", lambda value: value in asked.channels)
    if asked.kinds:
        keep &= _one_of(table, "kind", lambda value: value in asked.kinds)
    if asked.areas:
        keep &= _one_of(table, "area", lambda value: not asked.areas.isdisjoint(area_within(value)))
    if asked.handling:
        keep &= _handled(table, asked.handling, loop, now_us)
    for keys in (asked.found, asked.among):
        if keys is not None:
            keep &= _found(table, keys)
    level = table.numbers("level")
    by_level = np.bincount(level[keep], minlength=LEVELS[-1] + 1)
    if asked.levels:
        wanted = np.zeros(256, dtype=bool)
        wanted[list(asked.levels)] = True
        keep &= wanted[level]
    rows = np.flatnonzero(keep)
    rows = rows[_sorting(table, rows, asked.order, near)]
    if asked.order is Order.DUE:
        rows = _by_due(table, rows, loop)
    return Answer(rows, {n: int(by_level[n]) for n in LEVELS}, total, table.version)


def _one_of(table: Any, column: str, wanted: Callable[[str], bool]) -> NDArray[np.bool_]:
    codes, values = table.codes(column)
    lookup = np.fromiter((wanted(value) for value in values), dtype=bool, count=len(values))
    return lookup[codes] if len(values) else np.zeros(len(codes), dtype=bool)


def _handled(table: Any, asked: frozenset[Handling], loop: Loop, now_us: int) -> NDArray[np.bool_]:
    keep = np.zeros(len(table), dtype=bool)
    if Handling.NEW in asked:
        keep |= ~_found(table, loop.known)
    if Handling.OPEN in asked:
        keep |= _found(table, loop.open)
    elif Handling.OVER in asked:
        keep |= _found(table, {key for key, due in loop.open.items() if 0 < due <= now_us})
    return keep


def _by_due(table: Any, rows: Rows, loop: Loop) -> Rows:
    """Rows sorted as URGENT; within a level those that nobody took first, then the one with the least time left, those
    without a limit behind."""
    when = np.where(_found(table, loop.known), np.iinfo(np.int64).max, 0)
    for key, at in loop.open.items():
        row = table.row_of(key)
        if row is not None and at > 0:
            when[row] = at
    order: Rows = rows[np.lexsort((when[rows], table.numbers("level")[rows]))]
    return order


def _found(table: Any, keys: Iterable[str]) -> NDArray[np.bool_]:
    keep = np.zeros(len(table), dtype=bool)
    for key in keys:
        row = table.row_of(key)
        if row is not None:
            keep[row] = True
    return keep


def _sorting(table: Any, rows: Rows, order: Order, near: tuple[float, float] | None) -> Rows:
    """Positions in `rows`, sorted. One number a row, so that one sort does it.

    The row's own place breaks ties of level and time: rows of the table swap when others leave it, and an event that
    has not changed may not change its place in the list for that.
    """
    lon, lat = table.numbers("lon")[rows], table.numbers("lat")[rows]
    if order is Order.NEAREST and near is not None:
        east = (lon - near[0]) * np.cos(np.radians(near[1]))
        away = np.hypot(east, lat - near[1])
        return np.argsort(np.where(np.isnan(away), np.inf, away), kind="stable")
    place = (np.nan_to_num(lon) * 1e6).astype(np.int64) * 31 + (np.nan_to_num(lat) * 1e6).astype(np.int64)
    milliseconds = table.numbers("occurred")[rows] // 1000
    number = milliseconds << 19
    if order is not Order.OLDEST:
        number = -number
    number |= place & 0x7FFFF
    if order in (Order.URGENT, Order.DUE, Order.NEAREST):
        number += table.numbers("level")[rows].astype(np.int64) << 60
    return np.argsort(number)
