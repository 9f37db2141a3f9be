"""The live items of all signs by columns: values, levels with hysteresis and delay, and what of it is to be told.

An item that has left the picture (a cell where nothing is left) may come back to its row, until rows are forgotten
(`keep_only`): over months something happens once in every cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.model.batch import Columns
from cockpit.model.clock import SECOND
from cockpit.model.signs import Sign, key_of
from cockpit.picture.columns import grown
from cockpit.signs.areatree import Floats, Ints

FEED = "signs"
"""What stands in the column `feed` of the table `sign`."""
MOST_THRESHOLDS = 6
PARTS_TIER = 5
"""Parts are told behind all tiers of areas."""
REFRESH = (10, 10, 30, 60, 60, 60)
"""By tier: an item whose value stays is told again after so many seconds, so that its age is right."""


class Kept(msgspec.Struct, frozen=True):
    """What is kept of an item over a restart: which thresholds hold, since when they are passed (UTC us, 0 not)."""

    on: tuple[bool, ...]
    since: tuple[int, ...]


class Items:
    """All items.

    Attributes:
        keys, signs, areas, parts: of each row: its key, the number of its sign, the code of its area, its part.
        index: row by key.
        tier: of its area, `PARTS_TIER` for parts, shape (n,).
        value, n, measured, level: of now.
        previous, year, forecast, ahead, accuracy: set by who knows the past.
        live: whether it is in the picture.
    """

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.signs: list[int] = []
        self.areas: list[str] = []
        self.parts: list[str] = []
        self.index: dict[str, int] = {}
        self._columns: dict[str, NDArray[Any]] = {}
        self._defs: list[Sign] = []
        for name, dtype in (
            ("value", "f8"), ("n", "i8"), ("measured", "i8"), ("level", "u1"), ("previous", "f8"), ("year", "f8"),
            ("forecast", "f8"), ("ahead", "i8"), ("accuracy", "f8"), ("tier", "i8"), ("period", "i8"), ("live", "?"),
            ("scale", "f8"), ("told_value", "f8"), ("told_level", "i8"), ("told_at", "i8"), ("told_n", "i8"),
            ("touched", "?"), ("graded", "?"),
        ):  # fmt: skip
            self._columns[name] = np.zeros(0, dtype=dtype)
        for name, dtype in (("above", "f8"), ("below", "f8"), ("back", "f8"), ("delay", "i8"), ("grade", "u1")):
            self._columns[name] = np.zeros((0, MOST_THRESHOLDS), dtype=dtype)
        self._columns["on"] = np.zeros((0, MOST_THRESHOLDS), dtype="?")
        self._columns["since"] = np.zeros((0, MOST_THRESHOLDS), dtype="i8")

    def __len__(self) -> int:
        return len(self.keys)

    def __getattr__(self, name: str) -> NDArray[Any]:
        try:
            return self.__dict__["_columns"][name][: len(self.keys)]  # type: ignore[no-any-return]
        except KeyError as error:
            raise AttributeError(name) from error

    def define(self, signs: Sequence[Sign]) -> None:
        """The definitions that numbers of signs mean from now on; items of signs that changed are set up anew."""
        before = {sign.code: sign for sign in self._defs}
        numbers = {sign.code: i for i, sign in enumerate(signs)}
        codes = [self._defs[number].code if number >= 0 else "" for number in self.signs]
        self._defs = list(signs)
        for row, code in enumerate(codes):
            number = numbers.get(code, -1)
            self.signs[row] = number
            if number < 0:
                self._columns["value"][row], self._columns["n"][row] = np.nan, 0
            elif before[code] != signs[number]:
                self._set_up(row, signs[number])

    def row(self, number: int, area: str, part: str, tier: int) -> int:
        """The row of an item, made where there is none."""
        sign = self._defs[number]
        key = key_of(sign.code, area, part)
        row = self.index.get(key)
        if row is None:
            row = self.index[key] = len(self.keys)
            self.keys.append(key)
            self.signs.append(number)
            self.areas.append(area)
            self.parts.append(part)
            for name, column in self._columns.items():
                if row >= len(column):
                    self._columns[name] = _longer(column, row + 1)
            for name in ("value", "previous", "year", "forecast", "accuracy", "told_value"):
                self._columns[name][row] = np.nan
            self._columns["told_level"][row] = -1
            self._columns["tier"][row] = PARTS_TIER if part else tier
            self._set_up(row, sign)
        self.signs[row] = number
        return row

    def _set_up(self, row: int, sign: Sign) -> None:
        columns = self._columns
        columns["period"][row] = round(sign.every * SECOND)
        columns["scale"][row] = 10.0**sign.decimals
        for name in ("above", "below"):
            columns[name][row] = np.nan
        columns["grade"][row] = 0
        columns["back"][row] = columns["delay"][row] = 0
        columns["told_level"][row] = -1
        columns["level"][row] = 0
        columns["graded"][row] = bool(sign.thresholds)
        columns["on"][row], columns["since"][row] = False, 0
        for i, one in enumerate(sign.thresholds[:MOST_THRESHOLDS]):
            columns["above"][row, i] = np.nan if one.above is None else one.above
            columns["below"][row, i] = np.nan if one.below is None else one.below
            columns["back"][row, i] = one.hysteresis
            columns["delay"][row, i] = round(one.delay * SECOND)
            columns["grade"][row, i] = one.level

    def put(self, rows: Ints, value: Floats, n: Ints | int, measured: Ints | int) -> None:
        """New values of rows; they are in the picture from now on."""
        columns = self._columns
        columns["value"][rows] = value
        columns["n"][rows] = n
        columns["measured"][rows] = measured
        columns["live"][rows] = True

    def drop(self, rows: Iterable[int]) -> list[str]:
        """Takes items out of the picture; their keys."""
        gone = []
        for row in rows:
            if self._columns["live"][row]:
                gone.append(self.keys[row])
            self._columns["live"][row] = False
            self._columns["value"][row], self._columns["n"][row] = np.nan, 0
            self._columns["told_level"][row] = -1
        return gone

    def idle(self) -> NDArray[np.bool_]:
        """Which items are neither in the picture nor remembered by a threshold."""
        found: NDArray[np.bool_] = ~self.live & ~self.on.any(axis=1) & ~(self.since > 0).any(axis=1)
        return found

    def keep_only(self, rows: Ints) -> Ints:
        """Forgets all other items.

        Args:
            rows: ascending.

        Returns:
            The new row of each old one, -1 of those forgotten and of -1, shape (n + 1,).
        """
        moved = np.full(len(self) + 1, -1, dtype=np.int64)
        moved[rows] = np.arange(len(rows))
        self._columns = {name: column[rows] for name, column in self._columns.items()}
        picked = rows.tolist()
        self.keys = [self.keys[row] for row in picked]
        self.signs = [self.signs[row] for row in picked]
        self.areas = [self.areas[row] for row in picked]
        self.parts = [self.parts[row] for row in picked]
        self.index = {key: row for row, key in enumerate(self.keys)}
        return moved

    def grade_all(self, now: int) -> None:
        """The level of every item, by thresholds that are passed for long enough and until the value is well back."""
        rows = np.flatnonzero(self.graded)
        if not len(rows):
            return
        value = self.value[rows, None]
        above, below, back = self.above[rows], self.below[rows], self.back[rows]
        passed = (value > above) | (value < below)
        held = (value > above - back) | (value < below + back)
        before = self.since[rows]
        since = np.where(passed, np.where((before > 0) & (before <= now), before, now), 0)
        on = (self.on[rows] & held) | (passed & (now - since >= self.delay[rows]))
        self.since[rows] = since
        self.on[rows] = on
        least = np.where(on, self.grade[rows], 9).min(axis=1)
        self.level[rows] = np.where(least == 9, 0, least)

    def touch(self, rows: Ints) -> None:
        """Something beside value and level changed: to be told."""
        self.touched[rows] = True

    def news(self, now: int, most: int) -> Ints:
        """Rows that are to be told now, at most so many: new levels first, then from the top of the tree down."""
        if not len(self):
            return np.zeros(0, dtype=np.int64)
        shown = np.round(self.value * self.scale)
        before = np.round(self.told_value * self.scale)
        other = (shown != before) & ~(np.isnan(shown) & np.isnan(before))
        graded = self.level != self.told_level
        refresh = np.array(REFRESH)[self.tier] * SECOND
        # what is measured by the hour needs no seconds
        older = self.measured - self.told_at >= np.maximum(refresh, np.minimum(self.period // 10, 60 * SECOND))
        older |= self.measured < self.told_at
        older |= (self.n != self.told_n) & (self.measured - self.told_at >= refresh // 5)
        found = np.flatnonzero(self.live & (other | graded | older | self.touched))
        if len(found) <= most:
            return found
        order = np.lexsort((self.told_at[found], self.tier[found], ~graded[found]))
        return np.sort(found[order[:most]])

    def columns_of(self, rows: Ints, received: int) -> Columns:
        """Rows as columns of the table `sign`; they are told with it."""
        picked = rows.tolist()
        found: Columns = {
            "key": [self.keys[i] for i in picked],
            "feed": [FEED] * len(picked),
            "code": [self._defs[self.signs[i]].code if self.signs[i] >= 0 else "" for i in picked],
            "area": [self.areas[i] for i in picked],
            "part": [self.parts[i] for i in picked],
            "received": np.full(len(picked), received, dtype=np.int64),
        }
        for name in ("value", "level", "measured", "period", "previous", "year", "forecast", "ahead", "accuracy", "n"):
            found[name] = self._columns[name][rows]
        self.told_value[rows] = self.value[rows]
        self.told_level[rows] = self.level[rows]
        self.told_at[rows] = self.measured[rows]
        self.told_n[rows] = self.n[rows]
        self.touched[rows] = False
        return found

    def kept(self) -> dict[str, Kept]:
        """What thresholds remember, by key; of items for which it matters."""
        rows = np.flatnonzero(self.on.any(axis=1) | (self.since > 0).any(axis=1))
        return {
            self.keys[row]: Kept(tuple(self.on[row].tolist()), tuple(self.since[row].tolist())) for row in rows.tolist()
        }

    def recall(self, kept: Mapping[str, Kept], number_of: Mapping[str, int], tiers: Mapping[str, int]) -> None:
        """Takes up what an earlier run kept.

        Args:
            number_of: of signs by code.
            tiers: of areas by code.
        """
        for key, one in kept.items():
            code, _, place = key.removeprefix("sign/").partition("@")
            area, _, part = place.partition("#")
            if code in number_of and len(one.on) == len(one.since) == MOST_THRESHOLDS:
                row = self.row(number_of[code], area, part, tiers.get(area, 0))
                self._columns["on"][row] = one.on
                self._columns["since"][row] = one.since


def _longer(column: NDArray[Any], n: int) -> NDArray[Any]:
    if column.ndim == 1:
        return grown(column, n)
    longer = np.zeros((max(n, 2 * len(column), 64), *column.shape[1:]), dtype=column.dtype)
    longer[: len(column)] = column
    return longer
