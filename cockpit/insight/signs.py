"""Figures of vital signs in the place of records: what one was over a period, by area, its course, what is unusual."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.insight.answers import edges_of, grain_of
from cockpit.insight.dimensions import part_scope
from cockpit.insight.ground import TIERS, Ground
from cockpit.model.clock import DAY, HOUR
from cockpit.model.errors import UserError
from cockpit.model.insight import GRAINS, Change, Figure, Part, Rows, Split, Trend
from cockpit.model.scope import Scope, Span
from cockpit.model.signs import Sign, key_of
from cockpit.model.spans import compared

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
PREFIX = "sign:"
_HOURLY = 40 * DAY
"""Periods up to this are read by the hour, longer ones by the day."""
_WEEKS = 6
_LEAST_WEEKS = 3
_HOW = {"sum": "sum", "min": "min", "max": "max", "last": "last", "none": "last"}


class Buckets(Protocol):
    """Columns of a history: start, mean, least, most, last; oldest first."""

    start: Ints
    mean: Floats
    least: Floats
    most: Floats
    last: Floats


class Past(Protocol):
    """The history of signs; `cockpit.signs.history.History` is one."""

    def series(self, key: str, grain: str, start: int, end: int) -> Buckets: ...


class Live(msgspec.Struct, frozen=True):
    """The live row of an item."""

    value: float
    measured: int
    level: int = 0


class Signs(msgspec.Struct):
    """What is known of the signs.

    Attributes:
        of: definitions by code. live: rows by key of the item. past: None where no history is here.
    """

    of: Mapping[str, Sign] = {}
    live: Mapping[str, Live] = {}
    past: Past | None = None

    def definition(self, measure: str) -> tuple[Sign, str]:
        """The sign of a measure, and how its period becomes one value.

        Raises:
            UserError: there is no such sign.
        """
        code, _, how = measure.removeprefix(PREFIX).partition(":")
        sign = self.of.get(code)
        if sign is None or how not in ("", "mean", "max", "min", "last"):
            raise UserError("insight.no_sign", code=code[:40])
        return sign, how or _HOW.get(sign.by_time, "mean")

    def read(self, key: str, span: Span, grain: str, now: int) -> Buckets:
        """The buckets of an item in a period, the live value behind them where the period reaches until now."""
        found = self.past.series(key, grain, span.start, span.end) if self.past is not None else _Some()
        live = self.live.get(key)
        last = int(found.start[-1]) if len(found.start) else span.start - 1
        if live is None or live.value != live.value or not span.start <= live.measured < max(span.end, now + 1):
            return found
        if span.end < now - HOUR or live.measured <= last:
            return found
        value = np.array([live.value])
        start = np.array([live.measured], dtype=np.int64)
        columns = (np.append(getattr(found, name), value) for name in ("mean", "least", "most", "last"))
        return _Some(np.append(found.start, start), *columns)


class _Some(msgspec.Struct):
    start: Ints = np.zeros(0, dtype=np.int64)
    mean: Floats = np.zeros(0)
    least: Floats = np.zeros(0)
    most: Floats = np.zeros(0)
    last: Floats = np.zeros(0)


def _value(buckets: Buckets, how: str) -> float | None:
    """The period's value; of means the mean, every bucket alike."""
    columns = {"max": buckets.most, "min": buckets.least, "last": buckets.last}
    values = columns.get(how, buckets.mean)
    values = values[np.isfinite(values)]
    if not len(values):
        return None
    if how == "last":
        return float(values[-1])
    if how == "sum":
        return float(values.sum())
    return float(values.max() if how == "max" else values.min() if how == "min" else values.mean())


def _grain(span: Span) -> str:
    return "hour" if span.end - span.start <= _HOURLY else "day"


def _item(sign: Sign, scope: Scope, ground: Ground) -> str:
    return key_of(sign.code, scope.area or ground.city)


def _within(signs: Signs, key: str, how: str, span: Span, now: int) -> float | None:
    return _value(signs.read(key, span, _grain(span), now), how)


def figure(signs: Signs, ground: Ground, scope: Scope, now: int) -> Figure:
    """The value of a sign over the scope's period.

    Raises:
        UserError: no such sign.
    """
    sign, how = signs.definition(scope.measure)
    key = _item(sign, scope, ground)
    buckets = signs.read(key, scope.span, _grain(scope.span), now)
    value = _value(buckets, how)
    before = _within(signs, key, how, compared(scope.span, scope.against, now), now)
    live = signs.live.get(key)
    return Figure(
        scope,
        value,
        unit=sign.unit,
        decimals=sign.decimals,
        n=len(buckets.start),
        base=len(buckets.start),
        before=before,
        change=None if value is None or before is None else value - before,
        target=sign.target,
        better={"up": 1, "down": -1}.get(sign.direction, 0),
        as_of=max(int(buckets.start[-1]) if len(buckets.start) else 0, live.measured if live else 0),
        origin=sign.origin,
        source=sign.source or "insight.source_sign",
        level=live.level if live is not None and scope.span.end >= now else level_of(sign, value),
    )


def level_of(sign: Sign, value: float | None) -> int:
    """The gravest level whose threshold a value passes, 0 none."""
    if value is None:
        return 0
    passed = [
        one.level
        for one in sign.thresholds
        if (one.above is not None and value > one.above) or (one.below is not None and value < one.below)
    ]
    return min(passed, default=0)


def split(signs: Signs, ground: Ground, scope: Scope, by: str, now: int) -> Split:
    """A sign by the areas of a tier, the highest first; their values need not sum to the city's.

    Raises:
        UserError: it can not be divided by that.
    """
    if by not in TIERS[1:]:
        raise UserError("insight.sign_by_area")
    sign, how = signs.definition(scope.measure)
    against = compared(scope.span, scope.against, now)
    parts = []
    for i in ground.below(scope.area, TIERS.index(by)):
        code = ground.codes[i]
        key = key_of(sign.code, code)
        value = _within(signs, key, how, scope.span, now)
        before = _within(signs, key, how, against, now)
        if value is not None or before is not None:
            own = part_scope(ground, scope, by, code)
            parts.append(Part(code, ground.names.get(code, ""), own, value, before=before))
    parts.sort(key=lambda part: (part.value is None, -(part.value or 0.0), part.code))
    return Split(figure(signs, ground, scope, now), by, tuple(parts))


def trend(signs: Signs, ground: Ground, scope: Scope, grain: str, now: int) -> Trend:
    """The course of a sign.

    Raises:
        UserError: no such sign or grain.
    """
    grain = grain or grain_of(scope.span)
    if grain not in GRAINS:
        raise UserError("insight.no_grain", grain=grain[:20])
    sign, how = signs.definition(scope.measure)
    key = _item(sign, scope, ground)
    edges = edges_of(scope.span, grain)
    values = _course(signs, key, how, scope.span, edges, grain, now)
    against = compared(scope.span, scope.against, now)
    theirs = [*(edge - scope.span.start + against.start for edge in edges[:-1]), max(against.end, against.start)]
    inside = [edge for edge in theirs[:-1] if edge < against.end]
    before = _course(signs, key, how, against, [*inside, against.end], grain, now) if inside else []
    before = (before + [None] * len(values))[: len(values)] if any(v is not None for v in before) else []
    return Trend(figure(signs, ground, scope, now), grain, tuple(edges[:-1]), tuple(values), tuple(before))


def _course(signs: Signs, key: str, how: str, span: Span, edges: list[int], grain: str, now: int) -> list[float | None]:
    found = signs.read(key, span, "hour" if grain == "hour" else _grain(span), now)
    bounds = np.searchsorted(found.start, edges)
    values: list[float | None] = []
    for low, high in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        piece = slice(low, high)
        some = _Some(found.start[piece], found.mean[piece], found.least[piece], found.most[piece], found.last[piece])
        values.append(_value(some, how))
    return values


def rows(signs: Signs, ground: Ground, scope: Scope, now: int) -> Rows:
    """A sign is of no records of the archive."""
    return Rows(figure(signs, ground, scope, now), (), 0)


def changes(signs: Signs, ground: Ground, scope: Scope, now: int) -> list[Change]:
    """Live signs of the scope's area whose value is off what they are at this weekday and hour, the most first."""
    found = []
    area = scope.area or ground.city
    hour = now // HOUR * HOUR
    for code, sign in signs.of.items():
        live = signs.live.get(key_of(code, area))
        if live is None or live.value != live.value or signs.past is None:
            continue
        usual = _usual(signs.past, key_of(code, area), hour)
        if len(usual) < _LEAST_WEEKS:
            continue
        mean = float(usual.mean())
        least = max(abs(mean) * 0.02, 0.5 * 10.0**-sign.decimals)
        score = (live.value - mean) / max(float(usual.std(ddof=1)), least)
        own = scope.with_(measure=PREFIX + code, by="", kinds=())
        found.append(Change(own, "", area, code, live.value, mean, len(usual), score))
    return sorted(found, key=lambda one: -abs(one.score))


def _usual(past: Past, key: str, hour: int) -> Floats:
    """Means of this hour on this weekday, of the weeks before; the hours since the last of them are not read."""
    buckets = past.series(key, "hour", hour - _WEEKS * 7 * DAY, hour - 7 * DAY + HOUR)
    # not `np.isin`, which loads numpy's masked arrays the first time: 70 ms of a seat's first picture
    values: Floats = buckets.mean[(hour - buckets.start) % (7 * DAY) == 0]
    return values[np.isfinite(values)]
