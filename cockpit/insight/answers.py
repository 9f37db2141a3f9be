"""Figures of a scope: the number itself, its parts, its course, the rows that it is made of."""

from __future__ import annotations

import numpy as np

from cockpit.insight.chosen import Where, chosen, count_of, indices, times_of
from cockpit.insight.dimensions import TIMES, begin_of, bucket_of, names_of, order_of, part_scope, parts_of, rest_of
from cockpit.insight.facts import Facts
from cockpit.insight.measures import BETTER, COUNTS, DECIMALS, UNITS, days_in, measured, number
from cockpit.model.city import Text
from cockpit.model.clock import DAY, HOUR
from cockpit.model.errors import UserError
from cockpit.model.insight import GRAINS, MEASURES, Figure, Part, Row, Rows, Split, Trend
from cockpit.model.scope import Scope, Span
from cockpit.model.spans import ZONE, compared

MOST_ROWS = 100_000
"""Rows of one page at the most."""
_FITS = ((2 * DAY, "hour"), (92 * DAY, "day"), (400 * DAY, "week"))
_MOST_BUCKETS = 9_000


def known(facts: Facts, span: Span, now: int) -> bool:
    """Whether the facts reach over a period, as far as it is over."""
    return facts.n > 0 and facts.first <= span.start and (span.start < now or span.start == span.end)


def touched(facts: Facts, span: Span, now: int) -> bool:
    """Whether the facts reach into a period."""
    return facts.n > 0 and span.end > facts.first and span.start < max(now, facts.as_of + 1)


def figure(facts: Facts, scope: Scope, now: int) -> Figure:
    """The number of a scope, beside that of the period that it is compared with.

    Raises:
        UserError: no such measure or area.
    """
    return _figure(facts, scope, now, chosen(facts, scope, now))


def _figure(facts: Facts, scope: Scope, now: int, rows: Where) -> Figure:
    measure = scope.measure
    if measure not in MEASURES:
        raise UserError("insight.no_measure", measure=measure[:40])
    found = measured(facts, rows, measure, now, scope.span)
    is_there = facts.n > 0 and (scope.when == "due" or touched(facts, scope.span, now))
    value = number(float(found.value[0])) if is_there else None
    before = value_before(facts, scope, now)
    return Figure(
        scope,
        value,
        unit=unit_of(facts, scope),
        decimals=DECIMALS.get(measure, 0),
        n=count_of(rows),
        base=int(found.base[0]),
        before=before,
        change=None if value is None or before is None else value - before,
        better=BETTER.get(measure, 0),
        as_of=facts.as_of,
        source="insight.source_archive",
    )


def value_before(facts: Facts, scope: Scope, now: int) -> float | None:
    """The measure of the period that is compared with; None where the archive does not reach back so far."""
    span = compared(scope.span, scope.against, now)
    if not known(facts, span, now):
        return None
    return number(float(measured(facts, chosen(facts, scope, now, span), scope.measure, now, span).value[0]))


def unit_of(facts: Facts, scope: Scope) -> Text | str:
    """Unit of the measure; of amounts that of the kind, where it is one."""
    if not scope.measure.startswith("amount") or facts.ground.pack is None or len(scope.kinds) != 1:
        return UNITS.get(scope.measure, "")
    return facts.ground.pack.kind(scope.kinds[0]).unit


def split(facts: Facts, scope: Scope, by: str, now: int) -> Split:
    """The composition of a figure; the records of all parts and of the rest are those of the figure.

    Raises:
        UserError: no such dimension, measure or area.
    """
    rows = chosen(facts, scope, now)
    whole = _figure(facts, scope, now, rows)
    parts = parts_of(facts, scope, rows, by, now)
    size = len(parts.codes)
    n = np.bincount(parts.of[parts.of >= 0], minlength=size)
    found = measured(facts, rows, scope.measure, now, scope.span, parts.of, size).value
    is_there = touched(facts, scope.span, now)
    before = _before(facts, scope, by, now, size)
    made = []
    for i in order_of(by, parts.codes, n):
        if not (n[i] or parts.shown[i]):
            continue
        code = parts.codes[i]
        own = part_scope(facts.ground, scope, by, code)
        value = (
            number(float(found[i]))
            if is_there and not (n[i] == 0 and scope.measure not in (*COUNTS, "per_day"))
            else None
        )
        if by in TIMES and scope.measure == "per_day":
            days = days_in(own.span, now)
            value = float(n[i]) / days if days else None
        share = float(n[i]) / whole.n if whole.n else 0.0
        was = None if before is None else number(float(before[i]))
        made.append(Part(code, names_of(facts, by, code), own, value, int(n[i]), was, share))
    return Split(whole, by, tuple(made), rest_of(parts, rows))


def _before(facts: Facts, scope: Scope, by: str, now: int, size: int) -> np.ndarray | None:
    span = compared(scope.span, scope.against, now)
    if by in TIMES or not known(facts, span, now):
        return None
    rows = chosen(facts, scope, now, span)
    parts = parts_of(facts, scope, rows, by, now, span)
    return measured(facts, rows, scope.measure, now, span, parts.of, size).value


# -- the course ----------------------------------------------------------------------------------------------------


def grain_of(span: Span) -> str:
    """The grain that fits a period."""
    return next((grain for most, grain in _FITS if span.end - span.start <= most), "month")


def edges_of(span: Span, grain: str) -> list[int]:
    """Where the buckets of a period begin, and at last its end; the first begins with the period.

    Raises:
        UserError: there would be too many.
    """
    step = {"hour": HOUR, "day": DAY, "week": 7 * DAY, "month": 28 * DAY}[grain]
    if (span.end - span.start) // step > _MOST_BUCKETS:
        raise UserError("insight.too_fine", grain=grain)
    if grain == "hour":
        first = (span.start // HOUR + 1) * HOUR
        inner = list(range(first, span.end, HOUR))
    else:
        days = np.array([(span.start + ZONE) // DAY, (max(span.start, span.end - 1) + ZONE) // DAY])
        low, high = bucket_of(days, grain).tolist()
        inner = [begin_of(i, grain) for i in range(int(low) + 1, int(high) + 1)]
    return [span.start, *inner, span.end]


def trend(facts: Facts, scope: Scope, grain: str, now: int) -> Trend:
    """The course of a figure; counts of all buckets sum to it. What has not begun yet has no value.

    Raises:
        UserError: no such grain, measure or area, or too fine a one for the period.
    """
    grain = grain or grain_of(scope.span)
    if grain not in GRAINS:
        raise UserError("insight.no_grain", grain=grain[:20])
    rows = chosen(facts, scope, now)
    whole = _figure(facts, scope, now, rows)
    edges = edges_of(scope.span, grain)
    values = _course(facts, scope, rows, edges, now)
    against = compared(scope.span, scope.against, now)
    before: list[float | None] = []
    if touched(facts, against, now):
        theirs = _shifted(edges, scope.span, against, grain)
        before = _course(facts, scope, chosen(facts, scope, now, against), theirs, now)
        before = (before + [None] * len(values))[: len(values)]
    return Trend(whole, grain, tuple(edges[:-1]), tuple(values), tuple(before))


def _shifted(edges: list[int], span: Span, against: Span, grain: str) -> list[int]:
    """The buckets of the period that is compared with, each as far into it as the one that it stands beside."""
    if grain == "month":
        return edges_of(against, grain)
    moved = [against.start + (edge - span.start) for edge in edges[:-1]]
    return [*(edge for edge in moved if edge < against.end), against.end]


def _course(facts: Facts, scope: Scope, rows: Where, edges: list[int], now: int) -> list[float | None]:
    starts = np.array(edges, dtype=np.int64)
    n = len(edges) - 1
    at = np.searchsorted(starts[1:], times_of(facts, scope.when)[rows], side="right")
    at = np.minimum(at, n - 1).astype(np.int64)
    if scope.measure == "per_day":
        counts = measured(facts, rows, "count", now, scope.span, at, n).value
        days = np.maximum(np.minimum(starts[1:], max(now, edges[0])) - starts[:-1], 0) / DAY
        found = np.divide(counts, days, out=np.full(n, np.nan), where=days > 0)
    else:
        found = measured(facts, rows, scope.measure, now, scope.span, at, n).value
    return [
        number(value) if start < now and end > facts.first and facts.n else None
        for value, start, end in zip(found.tolist(), edges[:-1], edges[1:], strict=True)
    ]


# -- the rows ------------------------------------------------------------------------------------------------------


def rows(facts: Facts, scope: Scope, now: int, order: str = "-reported", offset: int = 0, limit: int = 200) -> Rows:
    """A page of the rows of a figure.

    Args:
        order: a field of `Row`, or `hours` that it took; `-` before it: the greatest first.

    Raises:
        UserError: no such order, measure or area.
    """
    where = chosen(facts, scope, now)
    whole = _figure(facts, scope, now, where)
    total = count_of(where)
    offset, limit = max(0, offset), max(0, min(limit, MOST_ROWS))
    if order in ("reported", "-reported"):  # as they lie: only the page is made
        picked = indices(where)
        picked = (picked[::-1] if order[0] == "-" else picked)[offset : offset + limit]
    else:
        picked = _ordered(facts, where, order)[offset : offset + limit]
    return Rows(whole, tuple(row_of(facts, int(i)) for i in picked.tolist()), total, offset)


def _ordered(facts: Facts, where: Where, order: str) -> np.ndarray:
    name = order.removeprefix("-")
    at = indices(where)
    if name in facts.number:
        keys = facts.number[name][at].astype(np.float64)
        if name not in ("level", "lon", "lat", "amount", "urged", "returned", "reopened", "satisfied"):
            keys[keys == 0] = np.nan  # a time that is not there comes last
    elif name == "hours":
        closed = facts.number["closed"][at]
        keys = np.where(closed > 0, closed - facts.reported[at], np.nan)
    elif name in facts.text:
        column = facts.text[name]
        words = [column[int(i)] for i in at.tolist()]
        ranks = {word: rank for rank, word in enumerate(sorted(set(words)))}
        keys = np.array([ranks[word] if word else np.nan for word in words], dtype=np.float64)
    else:
        raise UserError("insight.no_order", order=order[:40])
    if order.startswith("-"):
        keys = -keys
    return at[np.lexsort((-facts.reported[at], keys))]


_ROW = Row.__struct_fields__


def row_of(facts: Facts, i: int) -> Row:
    """One record."""
    parts: dict[str, object] = {}
    for name in _ROW:
        parts[name] = facts.text[name][i] if name in facts.text else facts.number[name][i].item()
    amount = parts["amount"]
    parts["amount"] = None if amount != amount else amount
    return Row(**parts)  # type: ignore[arg-type] # fields and columns have the same names and types
