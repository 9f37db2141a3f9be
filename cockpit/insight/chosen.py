"""Which records a scope chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cockpit.insight.columns import Column
from cockpit.insight.facts import Facts, Text
from cockpit.model.clock import HOUR, MINUTE
from cockpit.model.errors import UserError
from cockpit.model.scope import STATES, TIMES, Scope, Span, counted

Where = slice | NDArray[np.intp]
"""Rows of the facts, ascending."""


def chosen(facts: Facts, scope: Scope, now: int, span: Span | None = None) -> Where:
    """The rows of a scope.

    Args:
        span: in the place of the scope's own.

    Raises:
        UserError: it names an area that is not there.
    """
    span = span or scope.span
    low, high = facts.reported.place(span.start), facts.reported.place(span.end)
    within = slice(low, high)
    mask: NDArray[np.bool_] | None = None
    if scope.when:
        low, within = 0, slice(0, facts.n)
        times = times_of(facts, scope.when)[:]
        mask = (times >= span.start) & (times < span.end) & (times > 0)
    for test in _tests(facts, scope, now):
        found = test(within)
        mask = found if mask is None else mask & found
    return within if mask is None else np.flatnonzero(mask) + low


def times_of(facts: Facts, when: str) -> Column:
    """The time of each record that a period is of, "" that of its report; 0 none.

    Raises:
        UserError: there is no such time.
    """
    if when and when not in TIMES:
        raise UserError("insight.no_time", time=when[:20])
    return facts.number[when or "reported"]


def count_of(where: Where) -> int:
    return where.stop - where.start if isinstance(where, slice) else len(where)


def indices(where: Where) -> NDArray[np.intp]:
    """The rows one by one."""
    return np.arange(where.start, where.stop) if isinstance(where, slice) else where


_Test = Callable[[slice], NDArray[np.bool_]]


def _tests(facts: Facts, scope: Scope, now: int) -> Iterable[_Test]:
    number, text = facts.number, facts.text
    if scope.area:
        at = facts.ground.index.get(scope.area)
        if at is None:
            raise UserError("insight.no_area", area=scope.area)
        column = facts.area[facts.ground.tier[at]]
        yield lambda rows: column[rows] == at
    if scope.kinds:
        kinds, of = set(scope.kinds), facts.ground.group
        yield _of_words(text["kind"], lambda word: word in kinds or of(word) in kinds)
    for name, wanted in (("channel", scope.channels), ("result", scope.results)):
        if wanted:
            yield _of_words(text[name], set(wanted).__contains__)
    if scope.unit:
        yield _of_words(text["unit"], scope.unit.__eq__)
    if scope.unit_kind:
        yield _of_words(text["unit_kind"], scope.unit_kind.__eq__)
    if scope.place:
        parts = scope.place.casefold().split()
        yield _of_words(text["place"], lambda word: all(part in word.casefold() for part in parts))
    for levels, column in ((scope.levels, number["level"]), (scope.hours, facts.hour), (scope.weekdays, facts.weekday)):
        if levels:
            yield _of_numbers(column, levels)
    stages = [stage for stage in scope.stages if stage not in STATES]
    if stages:
        yield _of_words(text["stage"], stages.__contains__)
    states = [stage for stage in scope.stages if stage in STATES]
    if states:
        yield lambda rows: np.logical_or.reduce([_STATE[state](number, rows, now) for state in states])
    for mark in scope.marks:
        name, times = counted(mark)
        if name not in _MARK:
            raise UserError("insight.no_mark", mark=mark[:20])
        has = _MARK[name] if times == 1 else _bounded(name, times)
        yield lambda rows, of=has: of(number, rows, now)  # type: ignore[misc] # bound at once
    if scope.took:
        least, most = scope.took

        def took(rows: slice) -> NDArray[np.bool_]:
            closed = number["closed"][rows]
            return _within((np.where(closed > 0, closed, now) - facts.reported[rows]) / HOUR, least, most)

        yield took
    if scope.reached:
        soonest, latest = scope.reached
        assigned, arrived = number["assigned"], number["arrived"]
        yield (
            lambda rows: (
                (assigned[rows] > 0)
                & (arrived[rows] > 0)
                & _within((arrived[rows] - assigned[rows]) / MINUTE, soonest, latest)
            )
        )
    if scope.behind:
        yield lambda rows: late(number, rows, now) & _within(_behind(number, rows, now), *scope.behind)
    if scope.amount:
        low, high = scope.amount
        amount = number["amount"]
        yield lambda rows: (amount[rows] >= low) & (amount[rows] <= high)


def _of_words(column: Text, wanted: Callable[[str], bool]) -> _Test:
    table = np.fromiter(map(wanted, column.words), dtype=bool, count=len(column.words))
    return lambda rows: table[column.codes[rows]]


def _of_numbers(column: Column, wanted: Iterable[int]) -> _Test:
    table = np.zeros(256, dtype=bool)
    table[[value for value in wanted if 0 <= value < 256]] = True
    return lambda rows: table[column[rows]]


def late(number: Mapping[str, Column], rows: Where, now: int) -> NDArray[np.bool_]:
    """Closed behind its due time, or open although that has passed."""
    due, closed = number["due"][rows], number["closed"][rows]
    found: NDArray[np.bool_] = (due > 0) & (due < np.where(closed > 0, closed, now))
    return found


def _behind(number: Mapping[str, Column], rows: Where, now: int) -> NDArray[np.float64]:
    """Hours behind the due time."""
    due, closed = number["due"][rows], number["closed"][rows]
    found: NDArray[np.float64] = (np.where(closed > 0, closed, now) - due) / HOUR
    return found


def is_open(number: Mapping[str, Column], rows: Where, now: int) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = number["closed"][rows] == 0
    return found


def overdue(number: Mapping[str, Column], rows: Where, now: int) -> NDArray[np.bool_]:
    """Open although it was due."""
    return is_open(number, rows, now) & (number["due"][rows] > 0) & (number["due"][rows] < now)


def _within(values: NDArray[Any], low: float, high: float) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (values >= low) & (values <= high)
    return found


def _on_time(number: Mapping[str, Column], rows: Where, now: int) -> NDArray[np.bool_]:
    closed, due = number["closed"][rows], number["due"][rows]
    found: NDArray[np.bool_] = (closed > 0) & ((due == 0) | (closed <= due))
    return found


def _bounded(column: str, least: int, most: int = 2**62) -> Callable[[Mapping[str, Column], Where, int], Any]:
    return lambda number, rows, now: (number[column][rows] >= least) & (number[column][rows] <= most)


_STATE = {"open": is_open, "overdue": overdue, "late": late}
_MARK = {
    **_STATE,
    "closed": _bounded("closed", 1),
    "on_time": _on_time,
    **{name: _bounded(name, 1) for name in ("urged", "returned", "reopened")},
    "satisfied": _bounded("satisfied", 4),
    "unsatisfied": _bounded("satisfied", 1, 3),
    "rated": _bounded("satisfied", 1),
    "arrived": _bounded("arrived", 1),
    **{f"not_{name}": _bounded(name, 0, 0) for name in ("urged", "returned", "reopened", "arrived")},
    "not_rated": _bounded("satisfied", 0, 0),
}
