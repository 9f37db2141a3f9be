"""Rankings that are fair by load: nobody stands lower for having more, or slower kinds of, cases."""

from __future__ import annotations

import numpy as np

from cockpit.insight.answers import figure
from cockpit.insight.chosen import Where, chosen
from cockpit.insight.dimensions import names_of, part_scope, parts_of
from cockpit.insight.facts import Facts
from cockpit.insight.measures import Floats, Ints, measured, number
from cockpit.model.clock import HOUR
from cockpit.model.insight import League, Standing
from cockpit.model.scope import Scope

LEAST = 10
"""Cases below which nobody is ranked."""
WEIGHTS = {"on_time_rate": 0.4, "pace": 0.25, "rework_rate": 0.15, "satisfaction_rate": 0.2}
"""What a score is made of. `pace`: hours taken over the hours that cases of those classes usually take, 1 as usual."""


def league(facts: Facts, scope: Scope, by: str, now: int) -> League:
    """Units, kinds of units or areas in the order of their scores.

    What cannot be told of one (nobody asked its citizens) does not count, and the other weights are the more.

    Raises:
        UserError: no such dimension or area.
    """
    rows = chosen(facts, scope, now)
    parts = parts_of(facts, scope, rows, by, now)
    size = len(parts.codes)
    load = np.bincount(parts.of[parts.of >= 0], minlength=size)
    values = {
        name: pace(facts, rows, parts.of, size)
        if name == "pace"
        else measured(facts, rows, name, now, scope.span, parts.of, size).value
        for name in WEIGHTS
    }
    score = np.full(size, np.nan)
    bases: dict[int, dict[str, tuple[float | None, float, float]]] = {}
    for i in np.flatnonzero((load > 0) | parts.shown).tolist():
        bases[i], score[i] = _score({name: number(float(found[i])) for name, found in values.items()})
    ranked = [i for i in bases if load[i] >= LEAST and score[i] == score[i]]
    ranked.sort(key=lambda i: (-score[i], -int(load[i]), parts.codes[i]))
    others = sorted(set(bases) - set(ranked), key=lambda i: (-int(load[i]), parts.codes[i]))
    usual = _usual_loads(facts, rows, by, parts.of, load)
    standings = [
        Standing(
            parts.codes[i],
            names_of(facts, by, parts.codes[i]),
            part_scope(facts.ground, scope, by, parts.codes[i]),
            rank,
            number(float(score[i])),
            int(load[i]),
            number(float(usual[i])),
            bases[i],
        )
        for rank, i in [*enumerate(ranked, 1), *((0, i) for i in others)]
    ]
    return League(figure(facts, scope, now), by, tuple(standings), LEAST)


def pace(facts: Facts, rows: Where, parts: Ints, n: int) -> Floats:
    """Hours taken over hours that the classes of the closed cases usually take, by part; NaN none closed."""
    closed, reported = facts.number["closed"][rows], facts.reported[rows]
    usual = facts.usual_hours[facts.text["kind"].codes[rows]]
    counts = np.flatnonzero((closed > 0) & (usual > 0) & (parts >= 0))
    hours = np.bincount(parts[counts], weights=(closed[counts] - reported[counts]) / HOUR, minlength=n)
    expected = np.bincount(parts[counts], weights=usual[counts], minlength=n)
    found: Floats = np.divide(hours, expected, out=np.full(n, np.nan), where=expected > 0)
    return found


def _score(values: dict[str, float | None]) -> tuple[dict[str, tuple[float | None, float, float]], float]:
    points = {name: _points(name, value) for name, value in values.items() if value is not None}
    total = sum(WEIGHTS[name] for name in points)
    basis: dict[str, tuple[float | None, float, float]] = {}
    for name, value in values.items():
        weight = WEIGHTS[name] / total if name in points else 0.0
        basis[name] = (value, weight, weight * points.get(name, 0.0))
    return basis, sum(brought for _, _, brought in basis.values()) if points else float("nan")


def _points(name: str, value: float) -> float:
    """0 to 100: a rate as it is, rework the less the better; twice the usual hours nothing, the usual hours half."""
    if name == "pace":
        value = 100.0 * (1.0 - value / 2.0)
    elif name == "rework_rate":
        value = 100.0 - value
    return min(100.0, max(0.0, value))


def _usual_loads(facts: Facts, rows: Where, by: str, parts: Ints, load: Ints) -> Floats:
    """The mean load of its like: units of one kind, else all parts."""
    found = np.full(len(load), np.nan)
    busy = np.flatnonzero(load)
    if not len(busy):
        return found
    if by != "unit":
        found[busy] = load[busy].mean()
        return found
    kinds = np.full(len(load), -1, dtype=np.int64)
    there = parts >= 0
    kinds[parts[there]] = facts.text["unit_kind"].codes[rows][there]
    for kind in np.unique(kinds[busy]).tolist():
        like = busy[kinds[busy] == kind]
        found[like] = load[like].mean()
    return found
