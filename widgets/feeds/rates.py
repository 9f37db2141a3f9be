"""What each feed brought in the last ten minutes, by how its count of messages grows while the seat runs. No Qt."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from weakref import WeakKeyDictionary

import numpy as np

from cockpit.model.clock import MINUTE, SECOND
from cockpit.picture import LiveTable
from widgets.charts.scale import Curve
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import FeedState

STEP = 10 * SECOND
SPAN = 10 * MINUTE


class RateHistory:
    """Counts of all feeds every ten seconds, for ten minutes."""

    def __init__(self) -> None:
        self._kept: deque[tuple[int, dict[str, int]]] = deque(maxlen=SPAN // STEP + 1)

    def note(self, states: Iterable[FeedState], now: int) -> None:
        """The counts of now (wall clock, UTC us); of another time, as in a replay, it begins anew."""
        if self._kept:
            passed = now - self._kept[-1][0]
            if 0 <= passed < STEP:
                return
            if not 0 <= passed <= SPAN:
                self._kept.clear()
        self._kept.append((now, {state.id: state.good for state in states}))

    def curve(self, id: str) -> Curve:
        """Messages a minute, over all of the span and down to none; where the feed was not known, or the hub began to
        count anew, there is a gap."""
        if len(self._kept) < 2:
            return Curve()
        at = np.array([when for when, _ in self._kept], dtype=np.int64)
        count = np.array([counts.get(id, np.nan) for _, counts in self._kept], dtype=np.float64)
        rate = np.diff(count) * MINUTE / np.diff(at)
        rate[rate < 0] = np.nan
        seen = at[1:] > at[-1] - SPAN
        at, rate = np.insert(at[1:][seen], 0, at[-1] - SPAN), np.insert(rate[seen], 0, np.nan)
        bounds = np.insert(rate[1:], 0, 0.0)
        return Curve(at, rate, bounds, bounds)


_kept: WeakKeyDictionary[LiveTable, RateHistory] = WeakKeyDictionary()


def rate_history(ctx: PanelContext) -> RateHistory:
    """The one of this seat, which its strip keeps up to date."""
    table = ctx.picture["feed"]
    found = _kept.get(table)
    if found is None:
        found = _kept[table] = RateHistory()
    return found
