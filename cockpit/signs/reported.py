"""Values that an office reports: from a file, with the time that they are of. The latest one is the live value."""

from __future__ import annotations

import bisect

import msgspec
import numpy as np

from cockpit.model.clock import SECOND
from cockpit.model.signs import Sign
from cockpit.signs.areatree import AreaTree, Floats, Ints
from cockpit.signs.measure import Made


class Value(msgspec.Struct, frozen=True, order=True):
    """One value: of when (UTC us), the number, and what it is from.

    Attributes:
        target: for a forecast the instant that it is for, 0 a value; accuracy: 0–1 as told, NaN not told.
    """

    at: int
    value: float
    source: str = ""
    target: int = 0
    accuracy: float = float("nan")


class Reported:
    """All reported values in memory, by sign and area, oldest first; `cockpit.signs.history` keeps them on disk."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, list[Value]]] = {}
        self._forecasts: dict[str, dict[str, list[Value]]] = {}
        self._versions: dict[str, int] = {}

    def put(self, code: str, area: str, value: Value) -> None:
        """Takes a value in; one of the same time is replaced."""
        places = (self._forecasts if value.target else self._values).setdefault(code, {})
        values = places.setdefault(area, [])
        when = value.target or value.at
        times = [one.target or one.at for one in values]
        i = bisect.bisect_left(times, when)
        if i < len(values) and times[i] == when:
            values[i] = value
        else:
            values.insert(i, value)
        self._versions[code] = self._versions.get(code, 0) + 1

    def version_of(self, code: str) -> int:
        return self._versions.get(code, 0)

    def codes(self) -> set[str]:
        """Of signs that have reported values or forecasts."""
        return self._values.keys() | self._forecasts.keys()

    def values(self, code: str, area: str) -> list[Value]:
        """All values of an item, oldest first."""
        return self._values.get(code, {}).get(area, [])

    def latest(self, code: str, area: str, now: int) -> Value | None:
        """The newest value that is not of the future."""
        values = self.values(code, area)
        i = bisect.bisect_right([one.at for one in values], now)
        return values[i - 1] if i else None

    def before(self, code: str, area: str, at: int) -> Value | None:
        """The value before the one at `at`."""
        values = self.values(code, area)
        i = bisect.bisect_left([one.at for one in values], at)
        return values[i - 1] if i else None

    def around(self, code: str, area: str, at: int, slack: int) -> Value | None:
        """The value nearest to `at`, at most `slack` us from it."""
        near = [one for one in self.values(code, area) if abs(one.at - at) <= slack]
        return min(near, key=lambda one: abs(one.at - at), default=None)

    def forecast(self, code: str, area: str, now: int) -> Value | None:
        """The next forecast ahead of now."""
        ahead = [one for one in self._forecasts.get(code, {}).get(area, []) if one.target > now]
        return ahead[0] if ahead else None

    def made(self, sign: Sign, tree: AreaTree, now: int) -> Made:
        """The sign in every area: as reported, else from what was reported of the areas below."""
        value = np.full(len(tree), np.nan)
        measured, n = np.zeros(len(tree), dtype=np.int64), np.zeros(len(tree), dtype=np.int64)
        for area in self._values.get(sign.code, {}):
            found = self.latest(sign.code, area, now)
            if found is not None and tree.has(area):
                i = tree.index(area)
                value[i], measured[i], n[i] = found.value, found.at, 1
        if sign.by_area != "none" and n.any():
            self._upwards(sign, tree, value, measured, n, now)
        return Made(value, n, measured)

    def _upwards(self, sign: Sign, tree: AreaTree, value: Floats, measured: Ints, n: Ints, now: int) -> None:
        """Areas that have none are made from those below, if all of these that ever said one have one."""
        for tier in (3, 2, 1, 0):
            known = np.flatnonzero(np.isfinite(value) & (np.arange(len(tree)) > 0))
            above = np.unique(tree.parent[known])
            for area in above[(tree.tier[above] == tier) & np.isnan(value[above])].tolist():
                below = known[tree.parent[known] == area]
                weights = self._weights(sign, tree, below, now)
                value[area] = _joined(value[below], weights, sign.by_area)
                measured[area], n[area] = measured[below].min(), n[below].sum()

    def _weights(self, sign: Sign, tree: AreaTree, below: Ints, now: int) -> Floats | None:
        if not sign.weight:
            return None
        found = [self.latest(sign.weight, tree.codes[i], now) for i in below.tolist()]
        if any(one is None for one in found):
            return None
        return np.array([one.value for one in found if one is not None])


def _joined(values: Floats, weights: Floats | None, how: str) -> float:
    if how in ("sum", "count"):
        return float(values.sum())
    if how in ("min", "max"):
        return float(values.min() if how == "min" else values.max())
    if how in ("mean", "last") and (weights is None or weights.sum() > 0):
        return float(np.average(values, weights=weights))
    return float("nan")


YEAR_SLACK = 20 * 24 * 3600 * SECOND
"""How far from a year before a reported value may lie to be compared with."""
