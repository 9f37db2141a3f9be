"""What is another than usual at this weekday and hour, and which parts a change comes from."""

from __future__ import annotations

import numpy as np

from cockpit.insight.answers import figure, known
from cockpit.insight.chosen import Where, chosen
from cockpit.insight.dimensions import names_of, part_scope, parts_of
from cockpit.insight.facts import Facts
from cockpit.insight.ground import TIERS
from cockpit.insight.measures import COUNTS, MEANS, RATES, Floats, measured, number
from cockpit.model.clock import DAY
from cockpit.model.errors import UserError
from cockpit.model.insight import Change, Changes, Contribution, Explained
from cockpit.model.scope import Scope, Span
from cockpit.model.spans import compared

WEEKS = 8
"""So many like periods before say what is usual."""
LEAST_WEEKS = 3
LEAST_OFF = 3.0
"""Cases by which a number is off before it is worth telling."""
LEAST_SCORE = 1.5
WEEK = 7 * DAY
CANDIDATES = ("kind", "group", "channel", "unit", "unit_kind", "level", "hour")
"""Dimensions beside the areas below that are looked through for what explains a change most."""


def like_spans(facts: Facts, span: Span, now: int) -> list[Span]:
    """The same weekdays and hours of the weeks before, as far as the archive goes back; the last one first."""
    end = min(span.end, max(now, span.start))
    step = _step(span.start, end)
    found = [Span(span.start - i * step, end - i * step) for i in range(1, WEEKS + 1)]
    return [one for one in found if known(facts, one, now)]


def first_like(span: Span) -> int:
    """When the first of them begins at the earliest, whatever the time is."""
    return span.start - WEEKS * _step(span.start, span.end)


def _step(start: int, end: int) -> int:
    return max(1, -(-(end - start) // WEEK)) * WEEK


def changes(facts: Facts, scope: Scope, now: int, most: int = 20, by: str = "") -> Changes:
    """Classes and their groups, in all of the scope and by area, whose number of cases is off most; () where fewer than
    three weeks say what is usual. What a greater one of them holds already, or is part of, is not told again.

    Args:
        by: tier of areas, "" the one right below the scope's.

    Raises:
        UserError: no such tier or area.
    """
    by = by or facts.ground.next_tier(scope.area) or "cell"
    if by not in TIERS[1:]:
        raise UserError("insight.no_dimension", by=by[:40])
    whole = figure(facts, scope, now)
    spans = like_spans(facts, scope.span, now)
    if len(spans) < LEAST_WEEKS:
        return Changes(whole, ())
    tables = _Tables(facts, scope, by)
    this = tables.of(chosen(facts, scope, now))
    before = np.stack([tables.of(chosen(facts, scope, now, span)) for span in spans])
    usual = before.mean(axis=0)
    spread = np.sqrt(np.maximum(np.maximum(before.var(axis=0, ddof=1), usual), 1.0))
    off = this - usual
    score = off / spread
    score[(np.abs(off) < LEAST_OFF) | (np.abs(score) < LEAST_SCORE)] = 0.0
    found: list[Change] = []
    told: list[tuple[int, int]] = []
    order = np.argsort(-np.abs(score), axis=None, kind="stable")
    for at in order[: int(np.count_nonzero(score))].tolist():
        if len(found) >= most:
            break
        area, kind = divmod(at, score.shape[1])
        if any(tables.overlap((area, kind), other) for other in told):
            continue
        told.append((area, kind))
        code = tables.areas[area] or scope.area
        own = scope.with_(kinds=(tables.kinds[kind],), area=code, measure="count", by="")
        name = facts.ground.names.get(code, "")
        value, normal, far = (float(table[area, kind]) for table in (this, usual, score))
        found.append(Change(own, tables.kinds[kind], code, name, value, normal, len(spans), far))
    return Changes(whole, tuple(found))


class _Tables:
    """Cases by area and class: rows are the areas of a tier and, last, everywhere; columns classes, then groups.

    Attributes:
        areas: codes of the rows, "" everywhere; kinds: codes of the columns.
    """

    def __init__(self, facts: Facts, scope: Scope, by: str) -> None:
        self._facts = facts
        self._tier = TIERS.index(by)
        below = facts.ground.below(scope.area, self._tier)
        self.areas = [*(facts.ground.codes[i] for i in below), ""]
        self._row = np.full(len(facts.ground.codes) + 1, len(below), dtype=np.int64)
        self._row[below] = np.arange(len(below))
        words = list(facts.text["kind"].words)
        kinds, groups = sorted(words), sorted(facts.group.words)  # whatever was said first: of two alike one is told
        self.kinds = [*kinds, *groups]
        self._single = len(kinds)
        self._column = np.argsort(np.argsort(np.array(words, dtype=object)))
        place = {group: i for i, group in enumerate(groups)}
        self._group = np.array([place.get(facts.ground.group(kind), 0) for kind in kinds], dtype=np.int64)

    def of(self, rows: Where) -> Floats:
        """The table of these rows."""
        n = len(self.areas)
        at = self._row[self._facts.area[self._tier][rows]]
        both = at * self._single + self._column[self._facts.text["kind"].codes[rows]]
        single = np.bincount(both, minlength=n * self._single).reshape(n, self._single).astype(np.float64)
        single[-1] = single.sum(axis=0)
        grouped = np.zeros((len(self.kinds) - self._single, n))
        np.add.at(grouped, self._group, single.T)
        return np.hstack([single, grouped.T])

    def overlap(self, one: tuple[int, int], other: tuple[int, int]) -> bool:
        """Whether one of two holds the other."""
        last = len(self.areas) - 1
        same_area = one[0] == other[0] or last in (one[0], other[0])
        return (
            same_area
            and self._group_of(one[1]) == self._group_of(other[1])
            and (one[1] == other[1] or max(one[1], other[1]) >= self._single)
        )

    def _group_of(self, kind: int) -> int:
        return int(self._group[kind]) if kind < self._single else kind - self._single


def explained(facts: Facts, scope: Scope, now: int, by: str = "") -> Explained:
    """Which parts a change against the compared period comes from; what they and the rest bring sums to it.

    A part of a rate or of a mean brings what it is above or below the mean of both periods, by its weight in each.

    Args:
        by: dimension, "" the one in which fewest parts bring most.

    Raises:
        UserError: a measure that parts do not add up to, or nothing to compare with.
    """
    whole = figure(facts, scope, now)
    if scope.measure not in (*COUNTS, *RATES, *MEANS, "per_day"):
        raise UserError("insight.not_explained")
    if whole.change is None:
        raise UserError("insight.nothing_before")
    if by:
        return _explained(facts, scope, now, by, whole.change)
    area = facts.ground.next_tier(scope.area)
    tries = [_explained(facts, scope, now, one, whole.change) for one in (*((area,) if area else ()), *CANDIDATES)]
    return max(tries, key=_concentrated)


def _concentrated(found: Explained) -> float:
    """How much of what is brought, either way, few parts bring; against as many parts that bring alike."""
    shares = [part.brings for part in found.parts if part.brings] + ([found.rest] if found.rest else [])
    total = sum(map(abs, shares))
    if len(shares) < 2 or not total:
        return 0.0
    return sum((share / total) ** 2 for share in shares) - 1 / len(shares)


def _explained(facts: Facts, scope: Scope, now: int, by: str, change: float) -> Explained:
    against = compared(scope.span, scope.against, now)
    now_value, now_base, codes = _sides(facts, scope, scope.span, by, now)
    was_value, was_base, _ = _sides(facts, scope, against, by, now)
    if scope.measure in COUNTS or scope.measure == "per_day":
        brings = np.nan_to_num(now_value) - np.nan_to_num(was_value)
    else:
        means = [_mean(value, base) for value, base in ((now_value, now_base), (was_value, was_base))]
        middle = (means[0] + means[1]) / 2
        brings = _above(now_value, now_base, middle) - _above(was_value, was_base, middle)
    total = float(np.abs(brings).sum()) * (1.0 if change >= 0 else -1.0)
    order = sorted(range(len(codes)), key=lambda i: (-abs(float(brings[i])), codes[i]))
    parts = tuple(
        Contribution(
            codes[i],
            names_of(facts, by, codes[i]),
            part_scope(facts.ground, scope, by, codes[i]),
            number(float(now_value[i])),
            number(float(was_value[i])),
            float(brings[i]),
            float(brings[i]) / total if total else 0.0,
        )
        for i in order
        if brings[i] or now_base[i]
    )
    return Explained(figure(facts, scope, now), by, parts, float(brings[-1]))


def _sides(facts: Facts, scope: Scope, span: Span, by: str, now: int) -> tuple[Floats, Floats, list[str]]:
    """Value and base of each part, and of the rest behind them."""
    rows = chosen(facts, scope, now, span)
    parts = parts_of(facts, scope, rows, by, now, span)
    size = len(parts.codes)
    of = np.where(parts.of < 0, size, parts.of)
    found = measured(facts, rows, scope.measure, now, span, of, size + 1)
    return found.value, found.base.astype(np.float64), parts.codes


def _mean(value: Floats, base: Floats) -> float:
    total = float(base.sum())
    return float((np.nan_to_num(value) * base).sum()) / total if total else 0.0


def _above(value: Floats, base: Floats, middle: float) -> Floats:
    total = base.sum()
    found: Floats = np.where(base > 0, (np.nan_to_num(value) - middle) * base, 0.0) / (total or 1.0)
    return found
