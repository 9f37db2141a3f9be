"""A leader's panels on a desk of tests: living signs with two days behind them, and the archive of a small city."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np

from cockpit.insight.asked import answer as computed
from cockpit.insight.facts import Facts
from cockpit.model.clock import HOUR
from cockpit.model.insight import Answer, Query
from cockpit.model.messages import Message
from cockpit.model.scope import Scope
from cockpit.model.signs import Sparks
from cockpit.model.spans import span_of
from cockpit.picture.drill import Drill
from cockpit.picture.picture import Picture
from tests.living_picture import NOW
from tests.living_signs import LivingSigns, put_signs
from tests.panel_desk import Desk, desk


class LivingInsight:
    """`ports.Insight` over facts, which answers when told to.

    Attributes:
        asked: open questions.
    """

    def __init__(self, facts: Facts, now: int = NOW) -> None:
        self.facts, self.now = facts, now
        self.version = 1
        self.as_of = facts.as_of
        self.names: Mapping[str, str] = {}
        self.asked: list[tuple[Query, Callable[[Answer | Message], None]]] = []

    def ask(self, query: Query, done: Callable[[Answer | Message], None]) -> Callable[[], None]:
        one = (query, done)
        self.asked.append(one)
        return lambda: self.asked.remove(one) if one in self.asked else None

    def answer(self) -> int:
        """Answers every open question; how many there were."""
        questions, self.asked = self.asked, []
        for query, done in questions:
            done(computed(self.facts, None, query, self.now))
        return len(questions)


def leader(theme: str = "dark", lang: str = "zh", picture: Picture | None = None) -> tuple[Desk, LivingSigns]:
    """A desk with signs and a way that begins at the whole city, today."""
    at, signs = desk(theme, lang, picture), LivingSigns()
    at.ctx.signs = signs
    at.ctx.drill = Drill(Scope(span_of("today", NOW)), at.ctx.selection)
    put_signs(at.picture)
    return at, signs


def tell_days(signs: LivingSigns, was: Mapping[str, float] | None = None) -> int:
    """Answers the questions for the last days: each sign (by code) was that yesterday, and is near it today."""
    questions, signs.lines = signs.lines, []
    for keys, grain, count, done in questions:
        assert grain == "hour"
        rows = []
        for key in keys:
            code = key.removeprefix("sign/").partition("@")[0]
            value = (was or {}).get(code, math.nan)
            rows.append(np.full(count, value))
        values = np.concatenate(rows).astype("<f8").tobytes()
        first = NOW - NOW % HOUR - (count - 1) * HOUR
        done(Sparks(keys, grain, first, HOUR, count, values))
    return len(questions)
