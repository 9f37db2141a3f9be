"""How the city stood at another time: dimensions and index by the rules of `widgets.signs.score`, from hourly means.

A level is that of the bound that a mean passes; what it takes to begin and to end (delay, hysteresis) is in no mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from cockpit.model.signs import Sign
from widgets.charts.scale import Curve
from widgets.signs.board import Item
from widgets.signs.score import Scored, index_of, worth


def level_of(sign: Sign, value: float) -> int:
    """The gravest level whose bound a value passes, 0 within bounds."""
    passed = [
        one.level
        for one in sign.thresholds
        if (one.above is not None and value > one.above) or (one.below is not None and value < one.below)
    ]
    return min(passed, default=0)


def score_at(dimension: Scored, value: Callable[[Item], float]) -> float:
    """What a dimension was worth when its items were `value`; NaN where fewer than half of them are known."""
    worths = []
    for item in dimension.items:
        was = value(item)
        if math.isfinite(was):
            told = worth(replace(item, value=was, level=level_of(item.sign, was)))
            if told is not None:
                worths.append(told)
    return sum(worths) / len(worths) if len(worths) * 2 >= max(len(dimension.items), 1) else math.nan


def index_at(dimensions: Sequence[Scored], value: Callable[[Item], float]) -> tuple[float, dict[str, float]]:
    """The index, and the score of each dimension by its Chinese name, NaN where too little is known.

    A dimension that is not known is taken to be what it is now, so that nothing unknown makes a change; where more than
    a third are not known the index is not either.
    """
    scores = {one.name["zh"]: score_at(one, value) for one in dimensions}
    told = [
        score if math.isfinite(score) else one.score for one, score in zip(dimensions, scores.values(), strict=True)
    ]
    known = sum(math.isfinite(score) for score in scores.values())
    return (sum(told) / len(told) if known and known * 3 >= len(told) * 2 else math.nan), scores


def course(dimensions: Sequence[Scored], of: Callable[[Item], Curve], times: Sequence[int], now: int) -> Curve:
    """The index at those of these times (UTC us) that it is known of; its last point is the index of now."""
    values = [index_at(dimensions, lambda item, t=t: _near(of(item), t))[0] for t in times]
    points = [(t, value) for t, value in zip(times, values, strict=True) if math.isfinite(value)]
    if dimensions:
        points.append((now, index_of(dimensions)))
    at, values = [t for t, _ in points], [value for _, value in points]
    told = np.array(values, dtype=np.float64)
    return Curve(np.array(at, dtype=np.int64), told, told, told)


def _near(curve: Curve, at: int) -> float:
    """What a curve is at a time, by the bucket that holds it."""
    place = int(np.searchsorted(curve.at, at, side="right")) - 1
    return float(curve.value[place]) if 0 <= place < len(curve) else math.nan


def causes(dimensions: Sequence[Scored], before: dict[str, float], fell: bool, most: int = 2) -> list[Scored]:
    """The dimensions that brought the most of a change in its direction, the greatest first."""
    changes = [(one.score - before.get(one.name["zh"], math.nan), one) for one in dimensions]
    moved = [(by, one) for by, one in changes if math.isfinite(by) and (by < -0.05 if fell else by > 0.05)]
    moved.sort(key=lambda pair: pair[0] if fell else -pair[0])
    return [one for _, one in moved[:most]]
