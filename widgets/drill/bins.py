"""Classes of a legend: round bounds that people can read, counts begin with none. No Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import msgspec
import numpy as np

from widgets.map.coloring import ends_of

STEPS = 5
_SMALL = ((1, 2, 3, 5), (1, 3, 6, 10), (1, 3, 8, 15))
"""Lower ends of the steps 1 to 4 of counts."""
_LARGE = ((1, 2, 4), (1, 3, 6), (2, 5, 8))
"""Of larger ones by tens, behind a first step that begins with 1."""


class Bins(msgspec.Struct, frozen=True):
    """Attributes:
    ends: lower ends of the steps 1 and on; below the first is step 0. counts: whole numbers, of which 0 is a step.
    decimals: digits after the point.
    """

    ends: tuple[float, ...] = ()
    counts: bool = True
    decimals: int = 0

    def step(self, value: float | None) -> int:
        """0 to 4; -1 where there is no value."""
        if value is None or not math.isfinite(value):
            return -1
        return int(np.searchsorted(self.ends, value, side="right"))

    @property
    def labels(self) -> tuple[str, ...]:
        """Each step as printed: 0, 1–2, 3–7, 8–14, 15+."""
        if not self.ends:
            return ()
        if not self.counts:
            digits = 0 if all(float(end).is_integer() for end in self.ends) else max(self.decimals, 1)
            said = [f"{end:,.{digits}f}" for end in self.ends]
            return (f"<{said[0]}", *(f"{a}–{b}" for a, b in pairwise(said)), f"{said[-1]}+")
        found = ["0"]
        for low, high in pairwise(self.ends):
            found.append(f"{low:,.0f}" if high - low <= 1 else f"{low:,.0f}–{high - 1:,.0f}")
        return (*found, f"{self.ends[-1]:,.0f}+")


def bins_of(values: Sequence[float], counts: bool, decimals: int = 0) -> Bins:
    """The classes of some values."""
    known = [value for value in values if math.isfinite(value)]
    if not known:
        return Bins((), counts, decimals)
    top = max(known)
    if not counts:
        ends = ends_of(known)[1:]
        return Bins(ends, False, max(decimals, 0))
    if top <= 4:
        return Bins((1, 2, 3, 4))
    large = [(1, *(end * scale for end in ends)) for scale in (10, 100, 1000, 10_000) for ends in _LARGE]
    found = max(
        (ends for ends in (*_SMALL, *large) if ends[-1] <= top * 0.8), default=_SMALL[0], key=lambda ends: ends[-1]
    )
    return Bins(tuple(float(end) for end in found))
