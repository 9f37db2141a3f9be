"""A number that rises or falls too fast: what it was at some instants of the window is kept, thing by thing."""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cockpit.model.alarms import Rule
from cockpit.model.clock import SECOND
from cockpit.picture.table import LiveTable
from cockpit.signs.rules.look import Look, RowLook, World, beyond
from cockpit.signs.rules.where import Filter, Index

INSTANTS = 12
"""Instants of a window that are kept: the window is exact to a twelfth of its length."""


class Rate:
    """The change within `per` seconds is at a bound or past it: at least `above` up from the lowest within the window,
    or at least `below` (which is negative) down from the highest."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._filter = Filter(rule.where)
        self._step = round(rule.per * SECOND) // INSTANTS
        self._kept: deque[tuple[int, NDArray[np.float64]]] = deque()
        self._rows: list[str] = []
        self._moves = -1

    def look(self, world: World) -> Look:
        table = world.picture[self._rule.topic]
        rows = self._filter.rows(table)
        values = table.numbers(self._rule.measure)
        self._follow(table)
        self._forget(world.now)
        change = self._change(rows, values[rows].astype(np.float64))
        if not self._kept or world.now - self._kept[-1][0] >= self._step:
            self._kept.append((world.now, values.astype(np.float64)))
        return RowLook(table, rows, *beyond(self._rule, change), change)

    def _change(self, rows: Index, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """From the lowest where it may not rise, from the highest where it may not fall; the larger of both."""
        low, high = values.copy(), values.copy()
        for _, before in self._kept:
            past = before[rows]
            np.fmin(low, past, out=low)
            np.fmax(high, past, out=high)
        up, down = values - low, values - high
        if self._rule.above is None:
            return down
        if self._rule.below is None:
            return up
        return np.where(-down > up, down, up)

    def _forget(self, now: int) -> None:
        """What is older than the window; and all of it when the clock was set back."""
        oldest = now - round(self._rule.per * SECOND)
        while self._kept and not oldest <= self._kept[0][0] <= now:
            self._kept.popleft()
        if self._kept and self._kept[-1][0] > now:
            self._kept.clear()

    def _follow(self, table: LiveTable) -> None:
        """Rows come, go and move: what is kept moves with them."""
        if self._moves == table.moves and len(self._rows) == len(table):
            return
        was = {key: i for i, key in enumerate(self._rows)}
        self._rows = list(table.keys)
        self._moves = table.moves
        from_row = np.fromiter((was.get(key, -1) for key in self._rows), np.int64, len(self._rows))
        moved: deque[tuple[int, NDArray[Any]]] = deque()
        for at, before in self._kept:
            after = np.full(len(self._rows), np.nan)
            known = from_row >= 0
            after[known] = before[from_row[known]]
            moved.append((at, after))
        self._kept = moved
