"""Areas beside one another, and a city before and after a measure."""

from __future__ import annotations

from math import sqrt

import numpy as np

from cockpit.insight.answers import figure, trend
from cockpit.insight.chosen import Where, chosen, count_of, indices
from cockpit.insight.facts import Facts
from cockpit.insight.ground import TIERS
from cockpit.insight.measures import COUNTS, MEANS, RATES, measured, number
from cockpit.model.clock import DAY
from cockpit.model.errors import UserError
from cockpit.model.insight import BeforeAfter, Comparison, Side
from cockpit.model.messages import Message
from cockpit.model.scope import Scope, Span
from cockpit.model.spans import begin, day_of

MOST_SIDES = 200
WEEK = 7 * DAY
MOST_WEEKS = 13
LEAST_WEEKS = 2
LEAST_CASES = 30
"""On each side of a measure, before anything is said of it."""
_SURE = 1.96


def compare(facts: Facts, scope: Scope, now: int) -> Comparison:
    """The areas of a scope, or those right below its area, each with its figure and course.

    Raises:
        UserError: too many of them, or no such area or measure.
    """
    codes = scope.areas
    if not codes:
        tier = facts.ground.next_tier(scope.area)
        at = facts.ground.below(scope.area, TIERS.index(tier)) if tier else []
        codes = tuple(facts.ground.codes[i] for i in at)
    if len(codes) > MOST_SIDES:
        raise UserError("insight.too_many_sides", most=MOST_SIDES)
    sides = []
    for code in codes:
        course = trend(facts, scope.with_(area=code, areas=()), "", now)
        sides.append(Side(code, facts.ground.names.get(code, ""), course.figure, course))
    return Comparison(figure(facts, scope, now), tuple(sides))


def before_after(facts: Facts, scope: Scope, now: int) -> BeforeAfter:
    """Whole weeks on both sides of `scope.at`, so that weekdays are alike; the rest of the city stands beside.

    The day of `at` belongs to what is after it.

    Raises:
        UserError: no such area or measure, or no moment of a measure.
    """
    if not scope.at:
        raise UserError("insight.no_moment")
    start = begin(day_of(scope.at))
    weeks = max(0, min((now - start) // WEEK, (start - facts.first) // WEEK if facts.n else 0, MOST_WEEKS))
    length = max(weeks, 1) * WEEK
    spans = (Span(start - length, start), Span(start, start + length))
    before, after = (figure(facts, scope.with_(span=span, against=None, at=0), now) for span in spans)
    if not weeks:
        none = Message("insight.not_enough_weeks", {"least": LEAST_WEEKS, "weeks": 0})
        return BeforeAfter(before, after, 0, why=none)
    change = _change(scope.measure, before.value, after.value)
    rest: list[float | None] = [None, None]
    effect = change
    if scope.area and scope.area != facts.ground.city:
        rest = [_rest(facts, scope, span, now) for span in spans]
        theirs = _change(scope.measure, *rest)
        effect = None if change is None or theirs is None else change - theirs
    why: Message | None = None
    if weeks < LEAST_WEEKS:
        why = Message("insight.not_enough_weeks", {"least": LEAST_WEEKS, "weeks": int(weeks)})
    elif min(before.n, after.n) < LEAST_CASES:
        why = Message("insight.not_enough_cases", {"least": LEAST_CASES, "n": min(before.n, after.n)})
    elif change is None:
        why = Message("insight.not_comparable")
    sure = why is None and _is_sure(facts, scope, spans, now)
    return BeforeAfter(before, after, int(weeks), rest[0], rest[1], change, effect, sure, why is None, why)


def _change(measure: str, before: float | None, after: float | None) -> float | None:
    """Of a rate in points, of anything else in %."""
    if before is None or after is None:
        return None
    if measure in RATES:
        return after - before
    return (after - before) / before * 100.0 if before else None


def _rest(facts: Facts, scope: Scope, span: Span, now: int) -> float | None:
    """The measure of the city without the scope's area."""
    inside = chosen(facts, scope, now, span)
    city = indices(chosen(facts, scope.with_(area=""), now, span))
    outside = np.setdiff1d(city, indices(inside), assume_unique=True)
    return number(float(measured(facts, outside, scope.measure, now, span).value[0]))


def _is_sure(facts: Facts, scope: Scope, spans: tuple[Span, Span], now: int) -> bool:
    """Whether the two sides differ by more than chance: counts as Poisson's, rates as two shares, means by Welch."""
    sides = [chosen(facts, scope, now, span) for span in spans]
    measure = scope.measure
    if measure in COUNTS or measure == "per_day":
        name = "count" if measure == "per_day" else measure
        a, b = (float(measured(facts, rows, name, now, spans[0]).value[0]) for rows in sides)
        return abs(b - a) > _SURE * sqrt(a + b) if a + b else False
    if measure in RATES:
        found = [_share(facts, rows, measure, now) for rows in sides]
        (p, n), (q, m) = found
        if not n or not m:
            return False
        both = (p * n + q * m) / (n + m)
        return abs(q - p) > _SURE * sqrt(both * (1 - both) * (1 / n + 1 / m)) if 0 < both < 1 else False
    values = [MEANS[measure](facts, rows) for rows in sides] if measure in MEANS else []
    kept = [one[np.isfinite(one)] for one in values]
    if len(kept) != 2 or min(map(len, kept)) < 2:
        return False
    error = sqrt(sum(float(one.var(ddof=1)) / len(one) for one in kept))
    return abs(float(kept[1].mean() - kept[0].mean())) > _SURE * error


def _share(facts: Facts, rows: Where, measure: str, now: int) -> tuple[float, int]:
    part, whole = RATES[measure]
    base = int(whole(facts, rows, now).sum()) if count_of(rows) else 0
    return (float(part(facts, rows, now).sum()) / base if base else 0.0), base
