"""What an area's colour tells: open events or rain, summed by 街道 (tier 2). No Qt in here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from cockpit.model.city import Pack
from cockpit.model.tables import EventState
from cockpit.picture import LiveTable, Picture

EVENTS, RAIN = "events", "rain"
COLORINGS = (RAIN, EVENTS)
BREAKS: Mapping[str, tuple[float, ...]] = {EVENTS: (1, 3, 6, 10), RAIN: (10, 20, 35, 50)}
"""Lower ends of the steps 1 to 4; below the first is step 0."""
TIER = 2
"""街道: small enough to tell places apart, large enough to be named."""


class Coloring(msgspec.Struct, frozen=True):
    """What is coloured.

    Attributes:
        kind: one of `COLORINGS`.
        unit: of rain, as the sensors say it; "" where there is no sensor.
        steps: by area code, 0 to 4; -1 where there is no value.
    """

    kind: str
    unit: str = ""
    steps: Mapping[str, int] = {}


class AreaTree:
    """Which area of `TIER` a code lies in; made anew when the areas change."""

    def __init__(self, areas: LiveTable) -> None:
        self.version = areas.version
        codes, parents = list(areas.text("code")), list(areas.text("parent"))
        tiers = areas.numbers("tier").tolist()
        self._parent = dict(zip(codes, parents, strict=True))
        self.codes = tuple(code for code, tier in zip(codes, tiers, strict=True) if tier == TIER)
        self._known = {code: code for code in self.codes}

    def above(self, code: str) -> str:
        """The area of `TIER` that `code` lies in; "" for none."""
        known = self._known.get(code)
        if known is None:
            chain, at = [code], self._parent.get(code, "")
            while at and at not in self._known and len(chain) < 8:
                chain.append(at)
                at = self._parent.get(at, "")
            known = self._known.get(at, "")
            self._known.update(dict.fromkeys(chain, known))
        return known


def color(kind: str, picture: Picture, tree: AreaTree, pack: Pack) -> Coloring:
    """The steps of all areas.

    Rain is the mean of the rain gauges of an area that have a value; open events are counted.
    """
    if kind == EVENTS:
        table = picture["event"]
        here = table.numbers("state") == EventState.OPEN
        sums, _ = _by_area(table, here, None, tree)
        return Coloring(kind, "", {code: _step(kind, sums.get(code, 0.0)) for code in tree.codes})
    table = picture["sensor"]
    gauges = _of_kind(table, [id for id in pack.sensor_kinds if id.startswith("rain")])
    value = table.numbers("value")
    here = gauges & np.isfinite(value)
    sums, counts = _by_area(table, here, value, tree)
    unit = str(table.value(int(np.flatnonzero(gauges)[0]), "unit")) if gauges.any() else ""
    means = {code: sums[code] / counts[code] for code in sums}
    if not means:
        return Coloring(kind, unit, {})
    return Coloring(kind, unit, {c: _step(kind, means[c]) if c in means else -1 for c in tree.codes})


def _step(kind: str, value: float) -> int:
    if not math.isfinite(value):
        return -1
    return int(np.searchsorted(BREAKS[kind], value, side="right"))


def _of_kind(table: LiveTable, kinds: Sequence[str]) -> np.ndarray:
    codes, values = table.codes("kind")
    wanted = np.fromiter((value in kinds for value in values), dtype=bool, count=len(values))
    return wanted[codes] if len(values) else np.zeros(len(codes), dtype=bool)


def _by_area(
    table: LiveTable, here: np.ndarray, value: np.ndarray | None, tree: AreaTree
) -> tuple[dict[str, float], dict[str, int]]:
    """Sums and counts of the rows `here` by area of the tree's tier; without values both are counts."""
    codes, names = table.codes("area")
    above = [tree.above(name) for name in names]
    counts = np.bincount(codes[here], minlength=len(names))
    sums = counts if value is None else np.bincount(codes[here], value[here], minlength=len(names))
    total: dict[str, float] = {}
    number: dict[str, int] = {}
    for code, amount, n in zip(above, sums.tolist(), counts.tolist(), strict=True):
        if code and n:
            total[code] = total.get(code, 0.0) + amount
            number[code] = number.get(code, 0) + n
    return total, number
