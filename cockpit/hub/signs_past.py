"""The past of the live signs at the hub: comparisons each minute, forecasts each step; the history is read aside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cockpit.model.clock import DAY, HOUR
from cockpit.signs import past
from cockpit.signs.engine import Engine
from cockpit.signs.forecast import AHEAD, KEPT, Recent
from cockpit.signs.history import History, bucket_of
from cockpit.signs.items import Items
from cockpit.signs.packing import Buckets
from cockpit.signs.reported import Reported

Ints = NDArray[np.int64]
Aside = Callable[..., Awaitable[Any]]

PIECE = 100
"""Items that are read at a time, so that what a seat asks meanwhile need not wait."""
FORECAST_TIER = 2


class SignsPast:
    """Fills `previous`, `year`, `forecast`, `ahead` and `accuracy` of the items."""

    def __init__(self, engine: Engine, reported: Reported, aside: Aside) -> None:
        self._engine = engine
        self._reported = reported
        self._aside = aside
        self._recent = Recent()
        self._filled: set[int] = set()
        self._hour = 0

    async def minute(self, history: History, now: int, start: int, rows: Ints, buckets: Buckets) -> None:
        """A minute is over.

        Args:
            start: of it, UTC us; rows: of its items; buckets: theirs.

        Raises:
            OutsideError: the history can not be read.
        """
        items = self._engine.items
        keep = items.tier[rows] <= FORECAST_TIER
        rows, means = rows[keep], buckets.mean[keep]
        await self._fill(history, rows, now)
        if self._recent.add(start, rows, means):
            values, accuracy = await self._aside(self._recent.forecast, rows)
            self._put(items, rows, forecast=values, accuracy=accuracy)
            items.ahead[rows] = np.where(np.isfinite(values), AHEAD, 0)
        await self._compare(history, now)
        self.reported(now)

    def reported(self, now: int) -> None:
        """What offices reported is compared with what they reported before."""
        items = self._engine.items
        items.touch(past.set_reported(items, self._engine.signs, self._reported, now))

    def holds(self, size: int) -> NDArray[np.bool_]:
        """Of which of so many items something is kept here."""
        return self._recent.holds(size)

    def keep_only(self, rows: Ints, moved: Ints) -> None:
        """All other items are forgotten, see `Items.keep_only`."""
        self._recent.keep_only(rows)
        self._filled = {row for row in moved[list(self._filled)].tolist() if row >= 0}

    async def _compare(self, history: History, now: int) -> None:
        items = self._engine.items
        by_span = past.rows_by_span(items, self._engine.signs)
        for span, rows in by_span.items():
            keys = [items.keys[row] for row in rows.tolist()]
            found = await self._aside(past.means_at, history, past.GRAIN_OF[span], now - span, keys)
            self._put(items, rows, previous=found)
        hour = bucket_of("hour", now)
        if hour == self._hour or history.first > now - 360 * DAY:
            return
        self._hour = hour
        for rows in by_span.values():
            for at in range(0, len(rows), PIECE):
                piece = rows[at : at + PIECE]
                keys = [items.keys[row] for row in piece.tolist()]
                self._put(items, piece, year=await self._aside(past.means_of_year, history, now, keys))

    def _put(self, items: Items, rows: Ints, **columns: NDArray[np.float64]) -> None:
        """New numbers; a row is told again where one is another as it is printed."""
        changed = np.zeros(len(rows), dtype=np.bool_)
        scale = items.scale[rows]
        for name, values in columns.items():
            column = getattr(items, name)
            before, after = np.round(column[rows] * scale), np.round(values * scale)
            changed |= (before != after) & ~(np.isnan(before) & np.isnan(after))
            column[rows] = values
        items.touch(rows[changed])

    async def _fill(self, history: History, rows: Ints, now: int) -> None:
        """What an earlier run knew of items that are new here."""
        new = [row for row in rows.tolist() if row not in self._filled]
        if history.first > now - HOUR:
            self._filled.update(new)
            return
        items = self._engine.items
        for at in range(0, len(new), PIECE):
            piece = new[at : at + PIECE]
            keys = [items.keys[row] for row in piece]
            found = await self._aside(_minutes, history, keys, now - KEPT, now)
            for row, buckets in zip(piece, found, strict=True):
                self._recent.fill(row, buckets.start, buckets.mean, now)
            self._filled.update(piece)


def _minutes(history: History, keys: list[str], start: int, end: int) -> list[Buckets]:
    return [history.series(key, "minute", start, end) for key in keys]
