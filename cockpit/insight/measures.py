"""The measures: what each counts, what a rate is of, for all rows at once and for the parts of a composition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cockpit.insight.chosen import Where, count_of, is_open, late, overdue
from cockpit.insight.facts import Facts
from cockpit.model.clock import DAY, HOUR, MINUTE
from cockpit.model.scope import Span

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_Mask = Callable[[Facts, Where, int], NDArray[np.bool_]]
_Value = Callable[[Facts, Where], Floats]


class Values(msgspec.Struct):
    """A measure by part: value (NaN none), and what it stands on: records, or those that a rate is of."""

    value: Floats
    base: Ints


def _closed(facts: Facts, rows: Where, now: int) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = facts.number["closed"][rows] > 0
    return found


def _on_time(facts: Facts, rows: Where, now: int) -> NDArray[np.bool_]:
    closed, due = facts.number["closed"][rows], facts.number["due"][rows]
    found: NDArray[np.bool_] = (closed > 0) & ((due == 0) | (closed <= due))
    return found


def _above(column: str, least: int = 1) -> _Mask:
    def test(facts: Facts, rows: Where, now: int) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = facts.number[column][rows] >= least
        return found

    return test


def _was_closed(facts: Facts, rows: Where, now: int) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (facts.number["closed"][rows] > 0) | (facts.number["reopened"][rows] > 0)
    return found


def _every(facts: Facts, rows: Where, now: int) -> NDArray[np.bool_]:
    return np.ones(count_of(rows), dtype=bool)


_late: _Mask = lambda facts, rows, now: late(facts.number, rows, now)  # noqa: E731
COUNTS: dict[str, _Mask] = {
    "count": _every,
    "open": lambda facts, rows, now: is_open(facts.number, rows, now),
    "closed": _closed,
    "overdue": lambda facts, rows, now: overdue(facts.number, rows, now),
    "late": _late,
    "urged": _above("urged"),
    "returned": _above("returned"),
    "reopened": _above("reopened"),
}
RATES: dict[str, tuple[_Mask, _Mask]] = {
    "closing_rate": (_closed, _every),
    "on_time_rate": (_on_time, _closed),
    "rework_rate": (_above("returned"), _above("finished")),
    "reopen_rate": (_above("reopened"), _was_closed),
    "overdue_rate": (_late, _every),
    "satisfaction_rate": (_above("satisfied", 4), _above("satisfied")),
}


def _hours(facts: Facts, rows: Where) -> Floats:
    closed = facts.number["closed"][rows]
    return np.where(closed > 0, (closed - facts.reported[rows]) / HOUR, np.nan)


def _response(facts: Facts, rows: Where) -> Floats:
    assigned, arrived = facts.number["assigned"][rows], facts.number["arrived"][rows]
    return np.where((assigned > 0) & (arrived > 0), (arrived - assigned) / MINUTE, np.nan)


def _amount(facts: Facts, rows: Where) -> Floats:
    found: Floats = facts.number["amount"][rows]
    return found


MEANS: dict[str, _Value] = {"mean_hours": _hours, "mean_response": _response, "amount_mean": _amount}
MEDIANS: dict[str, _Value] = {"median_hours": _hours, "median_response": _response}
GREATEST: dict[str, _Value] = {"amount_max": _amount, "max_hours": _hours, "max_response": _response}
LEAST: dict[str, _Value] = {"amount_min": _amount, "min_hours": _hours, "min_response": _response}
SUMS: dict[str, _Value] = {"amount_sum": _amount}
_PIECES: tuple[tuple[dict[str, _Value], Callable[[Floats], Any]], ...] = (
    (MEDIANS, np.median), (GREATEST, np.max), (LEAST, np.min), (SUMS, np.sum),
)  # fmt: skip

UNITS = {
    **dict.fromkeys(RATES, "%"),
    **dict.fromkeys(COUNTS, "case"),
    **dict.fromkeys(("mean_hours", "median_hours", "max_hours", "min_hours"), "h"),
    **dict.fromkeys(("mean_response", "median_response", "max_response", "min_response"), "min"),
    "per_day": "case",
}
DECIMALS = {**dict.fromkeys((*RATES, *MEANS, *MEDIANS, *GREATEST, *LEAST, *SUMS), 1), "per_day": 1}
BETTER = {
    **dict.fromkeys(("closing_rate", "on_time_rate", "satisfaction_rate"), 1),
    **dict.fromkeys(
        ("overdue", "late", "urged", "returned", "reopened", "rework_rate", "reopen_rate", "overdue_rate", "mean_hours",
         "median_hours", "max_hours", "mean_response", "median_response", "max_response"), -1,
    ),
}  # fmt: skip


def days_in(span: Span, as_of: int) -> float:
    """Days of a period that are over."""
    return max(0, min(span.end, as_of) - span.start) / DAY


def measured(
    facts: Facts, rows: Where, measure: str, now: int, span: Span, parts: Ints | None = None, n: int = 1
) -> Values:
    """A measure over all rows, or by part.

    Args:
        parts: part of each row, 0 to n - 1; -1 none.
        span: what `per_day` divides by.
    """
    if measure == "per_day":
        count, base = _sums(_every(facts, rows, now), parts, n), _sums(_every(facts, rows, now), parts, n)
        days = days_in(span, now)
        return Values(count / days if days else np.full(n, np.nan), base.astype(np.int64))
    if measure in COUNTS:
        found = _sums(COUNTS[measure](facts, rows, now), parts, n)
        return Values(found, _sums(_every(facts, rows, now), parts, n).astype(np.int64))
    if measure in RATES:
        part, whole = RATES[measure]
        base = _sums(whole(facts, rows, now), parts, n)
        return Values(_ratio(_sums(part(facts, rows, now), parts, n), base, 100.0), base.astype(np.int64))
    if measure in MEANS:
        values = MEANS[measure](facts, rows)
        known = np.isfinite(values)
        base = _sums(known, parts, n)
        return Values(_ratio(_sums(np.where(known, values, 0.0), parts, n), base), base.astype(np.int64))
    values_of, of = next((table[measure], of) for table, of in _PIECES if measure in table)
    return _by_part(values_of(facts, rows), parts, n, of)


def _sums(values: NDArray[Any], parts: Ints | None, n: int) -> Floats:
    if parts is None:
        return np.array([values.sum()], dtype=np.float64)
    if values.dtype == bool:
        return np.bincount(parts[values & (parts >= 0)], minlength=n).astype(np.float64)
    there = parts >= 0
    found: Floats = np.bincount(parts[there], weights=values[there].astype(np.float64), minlength=n).astype(np.float64)
    return found


def _ratio(part: Floats, whole: Floats, times: float = 1.0) -> Floats:
    found: Floats = np.divide(part * times, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return found


def _by_part(values: Floats, parts: Ints | None, n: int, of: Callable[[Floats], Any]) -> Values:
    if parts is None:
        parts = np.zeros(len(values), dtype=np.int64)
    known = np.flatnonzero(np.isfinite(values) & (parts >= 0))
    order = known[np.argsort(parts[known], kind="stable")]
    bounds = np.searchsorted(parts[order], np.arange(n + 1))
    found = np.full(n, np.nan)
    for part in np.flatnonzero(np.diff(bounds)).tolist():
        found[part] = of(values[order[bounds[part] : bounds[part + 1]]])
    return Values(found, np.diff(bounds).astype(np.int64))


def number(value: float) -> float | None:
    """NaN is nothing."""
    return None if value != value else float(value)
