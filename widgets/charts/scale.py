"""What a chart draws, and where: columns of a series, round steps, marks of time. No Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND, SHANGHAI, local, midnight
from cockpit.model.signs import Series

Floats = NDArray[np.float64]
Times = NDArray[np.int64]

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_TIME_STEPS = (
    10 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR,
    4 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY,
)  # fmt: skip


def _no_times() -> Times:
    return np.zeros(0, dtype=np.int64)


def _no_values() -> Floats:
    return np.zeros(0, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Curve:
    """Columns of one length, oldest first; NaN is a gap.

    Attributes:
        at: start of each bucket, UTC us. value: its mean. least, most: its bounds.
    """

    at: Times = field(default_factory=_no_times)
    value: Floats = field(default_factory=_no_values)
    least: Floats = field(default_factory=_no_values)
    most: Floats = field(default_factory=_no_values)

    def __len__(self) -> int:
        return len(self.at)

    @property
    def known(self) -> bool:
        """Whether there is any value."""
        return bool(np.isfinite(self.value).any())


def curve_of(series: Series) -> Curve:
    """The columns of a series; what is not of one length, or not in order, is none.

    A bucket without a mean is a gap, whatever its bounds say.
    """
    at = np.frombuffer(series.start, dtype="<i8")
    columns = [np.frombuffer(one, dtype="<f8") for one in (series.mean, series.least, series.most)]
    if any(len(column) != len(at) for column in columns) or (len(at) > 1 and bool((np.diff(at) <= 0).any())):
        return Curve()
    value, least, most = columns
    return Curve(at, value, np.where(np.isfinite(least), least, value), np.where(np.isfinite(most), most, value))


def runs(good: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """[start, stop) of each unbroken run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], good, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def unbroken(curve: Curve, beat: int) -> list[tuple[int, int]]:
    """[start, stop) of the runs that may be joined by a line: no gap, and no more than three beats between two."""
    if not len(curve):
        return []
    apart = np.concatenate(([False], np.diff(curve.at) > 3 * max(beat, 1)))
    found = []
    for start, stop in runs(np.isfinite(curve.value)):
        cuts = [start, *(start + 1 + int(i) for i in np.flatnonzero(apart[start + 1 : stop])), stop]
        found += [(a, b) for a, b in pairwise(cuts) if b > a]
    return found


def beat_of(curve: Curve) -> int:
    """How far its buckets are apart as a rule, us."""
    return int(np.median(np.diff(curve.at))) if len(curve) > 1 else 0


def round_steps(low: float, high: float, most: int = 4) -> list[float]:
    """At most `most` + 1 round values that hold [low, high] between the first and the last."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return []
    if high <= low:
        pad = abs(low) * 0.1 or 1.0
        low, high = low - pad, high + pad
    raw = (high - low) / most
    scale = 10.0 ** math.floor(math.log10(raw))
    for factor in (*(scale * one for one in _STEPS), scale * 20.0, scale * 25.0):
        first, last = math.floor(low / factor + 1e-9), math.ceil(high / factor - 1e-9)
        if last - first <= most:
            return [round(i * factor, 10) for i in range(first, last + 1)]
    return [low, high]


def time_marks(start: int, end: int, most: int) -> list[int]:
    """At most `most` round times of the city's clock within [start, end], UTC us."""
    span = max(end - start, 1)
    if span > 45 * DAY:
        return _months(start, end, most)
    step = next((one for one in _TIME_STEPS if span // one <= most), 30 * DAY)
    day = midnight(start)
    first = day + math.ceil((start - day) / step) * step
    return list(range(first, end + 1, step))[:most]


def _months(start: int, end: int, most: int) -> list[int]:
    day = local(start)
    year, month = day.year, day.month
    found: list[int] = []
    while True:
        at = round(datetime(year, month, 1, tzinfo=SHANGHAI).timestamp()) * SECOND
        if at > end:
            break
        if at >= start:
            found.append(at)
        month += 1
        if month > 12:
            year, month = year + 1, 1
    every = max(1, math.ceil(len(found) / max(most, 1)))
    return found[::every]


def mark_words(at: int, span: int) -> str:
    """A mark of time as it is printed under a chart of this span."""
    when = local(at)
    if span <= 2 * DAY:
        return when.strftime("%H:%M")
    if span <= 45 * DAY:
        return when.strftime("%m-%d")
    return when.strftime("%Y-%m")


def bounds_of(curve: Curve, more: Sequence[float] = ()) -> tuple[float, float]:
    """Least and most of a curve and of further values; NaN where there is none."""
    parts = [curve.least, curve.most, np.asarray(more, dtype=np.float64)]
    values = np.concatenate(parts)
    values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if len(values) else (math.nan, math.nan)
