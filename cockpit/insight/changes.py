"""What is another than usual at this weekday and hour, and which parts a change comes from."""

from __future__ import annotations

import numpy as np

from cockpit.insight.answers import figure, known
from cockpit.insight.chosen import chosen
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
    step = max(1, -(-(end - span.start) // WEEK)) * WEEK
    found = [Span(span.start - i * step, end - i * step) for i in range(1, WEEKS + 1)]
    return [one for one in found if known(facts, one, now)]


def changes(facts: Facts, scope: Scope, now: int, most: int = 20, by: str = "") -> Changes:
    """Classes × areas whose number of cases is off most; () where fewer than three weeks say what is usual.

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
    kinds = len(facts.text["kind"].words)
    this = _table(facts, scope, scope.span, by, now)
    before = np.stack([_table(facts, scope, span, by, now) for span in spans])
    usual = before.mean(axis=0)
    spread = np.sqrt(np.maximum(np.maximum(before.var(axis=0, ddof=1), usual), 1.0))
    off = this - usual
    score = off / spread
    score[(np.abs(off) < LEAST_OFF) | (np.abs(score) < LEAST_SCORE)] = 0.0
    found = []
    for at in np.argsort(-np.abs(score), kind="stable")[: max(0, most)].tolist():
        if score[at] == 0.0:
            break
        kind, area = facts.text["kind"].words[at % kinds], facts.ground.codes[at // kinds]
        own = scope.with_(kinds=(kind,), area=area, measure="count", by="")
        name = facts.ground.names.get(area, "")
        found.append(Change(own, kind, area, name, float(this[at]), float(usual[at]), len(spans), float(score[at])))
    return Changes(whole, tuple(found))


def _table(facts: Facts, scope: Scope, span: Span, by: str, now: int) -> Floats:
    """Cases by area and class, flat."""
    rows = chosen(facts, scope, now, span)
    kinds = len(facts.text["kind"].words)
    areas = facts.area[TIERS.index(by)][rows].astype(np.int64)
    both = areas * kinds + facts.text["kind"].codes[rows]
    return np.bincount(both[areas >= 0], minlength=len(facts.ground.codes) * kinds).astype(np.float64)


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
            part_scope(scope, by, codes[i]),
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
