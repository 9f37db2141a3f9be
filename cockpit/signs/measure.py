"""What one sign makes of the rows of its input: a value an area, from how many things, when measured, and parts."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from cockpit.model.clock import HOUR, MINUTE
from cockpit.model.errors import UserError
from cockpit.model.freshness import DEAD_BEATS, STALE_BEATS
from cockpit.model.signs import Sign
from cockpit.picture.columns import Index
from cockpit.signs.areatree import AreaTree, Floats, Ints
from cockpit.signs.definitions import MEASURE
from cockpit.signs.inputs import Conditions, Inputs, Rows, columns_of, within_hours
from cockpit.signs.window import Window

PARTS_TIERS = (0, 1)
"""Tiers of areas whose composition is counted."""


class Made(msgspec.Struct):
    """A sign in every area of a tree.

    Attributes:
        value: shape (areas,), NaN none; n: how many things; measured: when, UTC us, 0 never.
        zero: whether a value of nothing is a zero, because its input is whole.
        parts: (part, index of the area, value, n).
    """

    value: Floats
    n: Ints
    measured: Ints
    zero: bool = False
    parts: list[tuple[str, int, float, int]] = []


class Measure:
    """How one sign is made from its input.

    Attributes:
        timed: whether what counts changes as time goes by.

    Raises:
        UserError: the sign asks for what its input has not.
    """

    def __init__(self, sign: Sign) -> None:
        self.sign = sign
        whole = {column.removeprefix("of."): value for column, value in sign.where.items() if column.startswith("of.")}
        part = {column: value for column, value in sign.where.items() if not column.startswith("of.")}
        self._share = sign.by_area == "share"
        self._whole = Conditions(sign.code, sign.input, whole if self._share else {**whole, **part})
        self._part = Conditions(sign.code, sign.input, {**whole, **part}) if self._share else self._whole
        found = MEASURE.match(sign.measure)
        self._column = found[1] if found else ""
        self._window = Window(int(found[2]) * (HOUR if found[3] == "h" else MINUTE)) if found and found[2] else None
        known = columns_of(sign.input)
        for column, kinds in ((self._column, ("number",)), (sign.parts, ("text",))):
            if column and known.get(column) not in kinds:
                raise UserError(
                    "signdef.no_column", code=sign.code, input=sign.input, column=column, known=", ".join(sorted(known))
                )
        self._counts = not self._column
        self._things = "beats" in known
        """Its rows are things that measure, and may have fallen silent."""

    def rows_now(self, rows: Rows, now: int) -> Index:
        """Which rows it is made from."""
        if not within_hours(self._whole.clock, now):
            return np.zeros(0, dtype=np.int64)
        index = self._part.rows(rows, now)
        return self._speaking(rows, index) if self._column else index

    def values_of(self, rows: Rows, index: Index) -> Floats:
        """What each of these rows brings; NaN where things are only counted."""
        if not self._column:
            return np.full(len(index), np.nan)
        return rows.number(self._column)[index].astype(np.float64)

    def made(self, inputs: Inputs, now: int, spoke: int) -> Made | None:
        """The sign now; None where its hours have not come, so that what was stays.

        Args:
            spoke: when the input was last known to be whole.
        """
        if not within_hours(self._whole.clock, now):
            return None
        rows, tree = inputs.rows(self.sign.input), inputs.tree
        if self._share:
            return self._shared(rows, tree, now, spoke)
        index = self._whole.rows(rows, now)
        if self._counts and self._things and spoke:
            index = self._not_dead(rows, index)
        return (
            self._counted(rows, tree, index, spoke) if self._counts else self._measured(rows, tree, index, now, spoke)
        )

    # -- ways to make it -----------------------------------------------------------------------------------------

    def _counted(self, rows: Rows, tree: AreaTree, index: Index, spoke: int) -> Made:
        at = rows.at[index]
        n = tree.summed(at)
        value = n if spoke else np.full(len(tree), np.nan)
        made = Made(value, n.astype(np.int64), np.full(len(tree), spoke, dtype=np.int64), zero=spoke > 0)
        if self.sign.parts and spoke:
            made.parts = self._parts(rows, tree, index, at, np.ones(len(at)), "sum")
        return made

    def _shared(self, rows: Rows, tree: AreaTree, now: int, spoke: int) -> Made:
        whole, part = self._whole.rows(rows, now), self._part.rows(rows, now)
        holds = np.zeros(len(rows), dtype=np.float64)
        holds[part] = 100.0
        at = rows.at[whole]
        n = tree.summed(at)
        value = tree.summed(at, holds[whole]) / np.where(n > 0, n, np.nan)
        if not spoke:
            value = np.full(len(tree), np.nan)
        made = Made(value, n.astype(np.int64), np.full(len(tree), spoke, dtype=np.int64))
        if self.sign.parts and spoke:
            made.parts = self._parts(rows, tree, whole, at, holds[whole], "mean")
        return made

    def _measured(self, rows: Rows, tree: AreaTree, index: Index, now: int, spoke: int) -> Made:
        index = self._speaking(rows, index)
        values = self.values_of(rows, index)
        if self._window is not None:
            values = self._window.sums(rows, index, values, now)
        keep = np.isfinite(values)
        index, values = index[keep], values[keep]
        at = rows.at[index]
        how = self.sign.by_area
        n = tree.summed(at)
        value = self._over(tree, at, values, n, how, rows, index)
        zero = how in ("sum", "count") and spoke > 0 and not self._things
        if how in ("sum", "count"):
            asked = tree.summed(rows.at[self._whole.rows(rows, now)]) if zero else np.zeros(len(tree))
            # of things of which none says a number nothing is known; where there is no thing at all, it is none
            value = np.where((n > 0) | ((asked == 0) & zero), value, np.nan)
        measured = self._when(rows, tree, index, at, spoke)
        made = Made(value, n.astype(np.int64), measured, zero)
        if self.sign.parts:
            made.parts = self._parts(rows, tree, index, at, values, how)
        return made

    def _over(self, tree: AreaTree, at: Ints, values: Floats, n: Floats, how: str, rows: Rows, index: Index) -> Floats:
        if how in ("min", "max"):
            return tree.best(at, values, how == "max")
        if how in ("sum", "count"):
            return tree.summed(at, values)
        if how == "last":
            return _latest(tree, at, values, rows.number("measured" if self._things else "received")[index])
        return tree.summed(at, values) / np.where(n > 0, n, np.nan)

    def _when(self, rows: Rows, tree: AreaTree, index: Index, at: Ints, spoke: int) -> Ints:
        if not self._things:
            return np.full(len(tree), spoke, dtype=np.int64)
        newest = tree.best(at, rows.number("measured")[index].astype(np.float64), most=True)
        return np.where(np.isfinite(newest), newest, 0).astype(np.int64)

    def _parts(
        self, rows: Rows, tree: AreaTree, index: Index, at: Ints, values: Floats, how: str
    ) -> list[tuple[str, int, float, int]]:
        """Composition by the column `parts`, of the city and its districts."""
        codes, words = rows.coded(self.sign.parts)
        codes = codes[index]
        found: list[tuple[str, int, float, int]] = []
        for tier in PARTS_TIERS:
            places = tree.above(tier)[at]
            if tier:
                here = places > 0
                places, of, weights = places[here], codes[here], values[here]
            else:
                of, weights = codes, values
            slots, where = np.unique(of.astype(np.int64) * len(tree) + places, return_inverse=True)
            count = np.bincount(where, minlength=len(slots))
            if how in ("min", "max"):
                best = np.full(len(slots), -np.inf if how == "max" else np.inf)
                (np.maximum if how == "max" else np.minimum).at(best, where, weights)
            else:
                best = np.bincount(where, weights, minlength=len(slots)).astype(np.float64)
                if how not in ("sum", "count"):
                    best /= count
            for slot, value, n in zip(slots.tolist(), best.tolist(), count.tolist(), strict=True):
                code, area = divmod(slot, len(tree))
                if words[code]:
                    found.append((words[code], area, value, n))
        return found

    # -- things that fell silent ---------------------------------------------------------------------------------

    def _speaking(self, rows: Rows, index: Index) -> Index:
        """Without those that said nothing for too long: an old value is no value of now."""
        if not self._things:
            return index
        return index[rows.number("beats")[index] <= DEAD_BEATS]

    def _not_dead(self, rows: Rows, index: Index) -> Index:
        """Where things are counted by their value, one that fell silent says nothing any more."""
        if "value" not in self.sign.where:
            return index
        return index[rows.number("beats")[index] <= DEAD_BEATS]


def _latest(tree: AreaTree, at: Ints, values: Floats, when: Ints) -> Floats:
    """The newest value in each area with all below it."""
    found = np.full(len(tree), np.nan)
    order = np.argsort(when, kind="stable")
    at, values = at[order], values[order]
    for _ in range(6):
        found_here = np.full(len(tree), -1, dtype=np.int64)
        found_here[at] = np.arange(len(at))
        newest = found_here >= 0
        found[newest] = values[found_here[newest]]
        at = tree.parent[at]
    return found


def state_words(measured: Ints, period: Ints, now: int) -> Sequence[str]:
    """For the input `signs`: how each item is: `none`, `live` or `stale`."""
    age = (now - measured) / np.maximum(period, 1)
    return np.where(measured <= 0, "none", np.where(age > STALE_BEATS, "stale", "live")).tolist()  # type: ignore[no-any-return]
