"""The dimensions: in which part of a composition each row lies, what the parts are, and the scope of each."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.insight.chosen import Where, count_of, times_of
from cockpit.insight.facts import STAGE_ORDER, Facts
from cockpit.insight.ground import TIERS, Ground
from cockpit.model.clock import DAY
from cockpit.model.errors import UserError
from cockpit.model.scope import STATES, Scope, Span
from cockpit.model.spans import ZONE, day_of

Ints = NDArray[np.int64]
WORDS = ("kind", "channel", "stage", "result", "unit", "unit_kind")
TIMES = ("day", "week", "month")
_AREAS = TIERS[1:]
_SHOWN_EMPTY = 400
"""Areas of a tier that are parts although nothing lies in them; of more of them only those with records are."""
_EPOCH = date(1970, 1, 1)


class Parts(msgspec.Struct):
    """How rows are divided.

    Attributes:
        codes: of the parts, in the order of `of`; of: the part of each row, -1 none.
        shown: of each part, whether it is one although no row lies in it.
    """

    codes: list[str]
    of: Ints
    shown: NDArray[np.bool_]


def parts_of(facts: Facts, scope: Scope, rows: Where, by: str, now: int, span: Span | None = None) -> Parts:
    """The parts of rows by a dimension.

    Raises:
        UserError: no such dimension.
    """
    if by in _AREAS:
        tier = TIERS.index(by)
        at = facts.area[tier][rows].astype(np.int64)
        below = facts.ground.below(scope.area, tier)
        shown = np.zeros(len(facts.ground.codes), dtype=bool)
        if len(below) <= _SHOWN_EMPTY:
            shown[below] = True
        return Parts(facts.ground.codes, at, shown)
    if by in WORDS or by == "group":
        column = facts.group if by == "group" else facts.text[by]
        of = column.codes[rows].astype(np.int64)
        if "" in (words := list(column.words)):
            of[of == words.index("")] = -1
        return Parts(words, of, np.zeros(len(words), dtype=bool))
    if by == "level":
        return _numbers(facts.number["level"][rows], 1, 5, show=False)
    if by == "hour":
        return _numbers(facts.hour[rows], 0, 23, show=True)
    if by == "weekday":
        return _numbers(facts.weekday[rows], 0, 6, show=True)
    if by not in TIMES:
        raise UserError("insight.no_dimension", by=by)
    if scope.when:
        return _times((times_of(facts, scope.when)[rows] + ZONE) // DAY, by, span or scope.span, now)
    return _times(facts.day[rows].astype(np.int64), by, span or scope.span, now)


def _numbers(values: NDArray[Any], low: int, high: int, show: bool) -> Parts:
    of = values.astype(np.int64) - low
    of[(of < 0) | (of > high - low)] = -1
    return Parts([str(i) for i in range(low, high + 1)], of, np.full(high - low + 1, show))


def _times(days: Ints, by: str, span: Span, now: int) -> Parts:
    """All buckets of the period that have begun are parts."""
    last = max(span.start, min(span.end, now) - 1)
    bounds = np.array([(day_of(at) - _EPOCH).days for at in (span.start, last)], dtype=np.int64)
    if len(days):
        bounds[1] = max(bounds[1], int(days.max()))
    low, high = bucket_of(bounds, by).tolist()
    count = int(high - low) + 1
    starts = [begin_of(int(low) + i, by) for i in range(count)]
    return Parts([str(start) for start in starts], bucket_of(days, by) - low, np.ones(count, dtype=bool))


def bucket_of(days: Ints, by: str) -> Ints:
    """Number of the day, week or month that days since 1970 lie in."""
    if by == "week":
        return (days + 3) // 7
    if by == "month":
        return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return days


def begin_of(bucket: int, by: str) -> int:
    """When a day, week or month by its number began, UTC us."""
    if by == "week":
        return (bucket * 7 - 3) * DAY - ZONE
    if by == "month":
        return (date(1970 + bucket // 12, bucket % 12 + 1, 1) - _EPOCH).days * DAY - ZONE
    return bucket * DAY - ZONE


def part_scope(ground: Ground, scope: Scope, by: str, code: str) -> Scope:
    """The scope that shows a part alone; never more than the scope itself."""
    if by in _AREAS:
        return scope.with_(area=scope.area if ground.holds(code, scope.area) else code, by="")
    if by == "group" and code not in scope.kinds:
        return scope.with_(kinds=tuple(kind for kind in scope.kinds if ground.group(kind) == code) or (code,), by="")
    if by in ("kind", "group"):
        return scope.with_(kinds=(code,), by="")
    if by in ("unit", "unit_kind"):
        return scope.with_(**{by: code}, by="")
    if by == "stage":
        return scope.with_(stages=(*(stage for stage in scope.stages if stage in STATES), code), by="")
    if by in ("channel", "result"):
        return scope.with_(**{by + "s": (code,)}, by="")
    if by in ("level", "hour", "weekday"):
        return scope.with_(**{by + "s": (int(code),)}, by="")
    start = int(code)
    end = begin_of(int(bucket_of(np.array([(start + ZONE) // DAY]), by)[0]) + 1, by)
    return scope.with_(span=Span(max(start, scope.span.start), min(end, scope.span.end)), by="")


def order_of(by: str, codes: list[str], n: Ints) -> list[int]:
    """In which order parts are shown: as time and levels go, stages as they follow; others the most first."""
    if by in ("level", "hour", "weekday", *TIMES):
        return list(range(len(codes)))
    if by == "stage":
        return sorted(range(len(codes)), key=lambda i: STAGE_ORDER.get(codes[i], len(STAGE_ORDER)))
    return sorted(range(len(codes)), key=lambda i: (-int(n[i]), codes[i]))


def names_of(facts: Facts, by: str, code: str) -> str:
    """Name of a part where the ground knows one, "" else."""
    return facts.ground.names.get(code, "") if by in (*_AREAS, "unit") else ""


def rest_of(parts: Parts, rows: Where) -> int:
    """Rows that lie in no part."""
    return int((parts.of < 0).sum()) if count_of(rows) else 0
