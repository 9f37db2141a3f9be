"""Every query of `model.insight` and who answers it."""

from __future__ import annotations

from cockpit.insight import answers, signs
from cockpit.insight.beside import before_after, compare
from cockpit.insight.changes import changes, explained
from cockpit.insight.checkup import checkup
from cockpit.insight.facts import Facts
from cockpit.insight.league import league
from cockpit.model.errors import UserError
from cockpit.model.insight import (
    Answer,
    AskBeforeAfter,
    AskChanges,
    AskCheckup,
    AskCompare,
    AskExplained,
    AskFigure,
    AskLeague,
    AskRows,
    AskSplit,
    AskTrend,
    Changes,
    Comparison,
    Query,
    Side,
)
from cockpit.model.scope import Scope

MOST_SIGNS = 0.5
"""Share of signs among what changed most, at the most."""


def answer(facts: Facts, known: signs.Signs, query: Query, now: int) -> Answer:
    """What a query asks.

    Raises:
        UserError: it can not be asked.
        OutsideError: the history of a sign can not be read.
    """
    scope = query.scope
    if scope.measure.startswith(signs.PREFIX):
        return _of_sign(facts, known, query, scope, now)
    match query:
        case AskFigure():
            return answers.figure(facts, scope, now)
        case AskSplit():
            return answers.split(facts, scope, query.by, now)
        case AskTrend():
            return answers.trend(facts, scope, query.grain, now)
        case AskRows():
            return answers.rows(facts, scope, now, query.order, query.offset, query.limit)
        case AskLeague():
            return league(facts, scope, query.by, now)
        case AskCompare():
            return compare(facts, scope, now)
        case AskBeforeAfter():
            return before_after(facts, scope, now)
        case AskChanges():
            return _changes(facts, known, query, now)
        case AskExplained():
            return explained(facts, scope, now, query.by)
        case AskCheckup():
            return checkup(facts, scope, now)


def _changes(facts: Facts, known: signs.Signs, query: AskChanges, now: int) -> Changes:
    """Classes × areas and signs, by how far they are off."""
    found = changes(facts, query.scope, now, query.most, query.by)
    limit = max(1, round(query.most * MOST_SIGNS))
    of_signs = [one for one in signs.changes(known, facts.ground, query.scope, now) if abs(one.score) >= 1.5][:limit]
    both = sorted((*found.changes, *of_signs), key=lambda one: -abs(one.score))
    return Changes(found.figure, tuple(both[: query.most]))


def _of_sign(facts: Facts, known: signs.Signs, query: Query, scope: Scope, now: int) -> Answer:
    ground = facts.ground
    match query:
        case AskFigure():
            return signs.figure(known, ground, scope, now)
        case AskSplit():
            return signs.split(known, ground, scope, query.by, now)
        case AskTrend():
            return signs.trend(known, ground, scope, query.grain, now)
        case AskRows():
            return signs.rows(known, ground, scope, now)
        case AskCompare():
            sides = []
            for code in scope.areas:
                course = signs.trend(known, ground, scope.with_(area=code, areas=()), "", now)
                sides.append(Side(code, ground.names.get(code, ""), course.figure, course))
            return Comparison(signs.figure(known, ground, scope, now), tuple(sides))
        case AskChanges():
            return answer(facts, known, AskChanges(scope.with_(measure="count"), query.most, query.by), now)
        case _:
            raise UserError("insight.not_of_signs")
