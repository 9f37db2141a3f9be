"""An answer over the records that its query reaches is that over all of them."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cockpit.insight.asked import answer
from cockpit.insight.reach import ALL, reach
from cockpit.insight.signs import Signs
from cockpit.model.archive import RECORD
from cockpit.model.clock import DAY, HOUR
from cockpit.model.errors import UserError
from cockpit.model.insight import (
    DIMENSIONS,
    GRAINS,
    MEASURES,
    AskChanges,
    AskCheckup,
    AskExplained,
    AskFigure,
    AskLeague,
    AskRows,
    AskSplit,
    AskTrend,
    Query,
)
from cockpit.model.scope import TIMES, Scope, Span
from cockpit.model.spans import previous, span_of, year_before
from tests.insight_kit import AREAS, FIRST, NOW, ROWS, facts_of

_REPORTED = RECORD.names.index("reported")
SPANS = st.sampled_from(["today", "yesterday", "week", "month", "last7", "last30", "hours24"]).map(
    lambda word: span_of(word, NOW)
) | st.builds(lambda start, hours: Span(start, start + hours * HOUR), st.integers(FIRST, NOW), st.integers(1, 24 * 20))


@st.composite
def _scopes(draw: st.DrawFn) -> Scope:
    span = draw(SPANS)
    return Scope(
        span,
        area=draw(st.sampled_from(["", *(code for code, *_ in AREAS)])),
        kinds=draw(st.sampled_from([(), ("E05",), ("E0506", "P0101")])),
        stages=draw(st.sampled_from([(), ("open",), ("overdue",)])),
        measure=draw(st.sampled_from(MEASURES)),
        against=draw(st.sampled_from([None, previous(span), year_before(span)])),
    )


_BY = st.sampled_from(DIMENSIONS)
QUERIES = (
    st.builds(AskFigure, _scopes())
    | st.builds(AskSplit, _scopes(), _BY)
    | st.builds(AskTrend, _scopes(), st.sampled_from(["", *GRAINS]))
    | st.builds(AskRows, _scopes(), st.sampled_from(["-reported", "hours", "-place", "key"]))
    | st.builds(AskChanges, _scopes(), st.integers(1, 20))
)


def _answer(rows: list, first: int, query: Query) -> object:
    try:
        return answer(facts_of(rows, first), Signs(), query, NOW)
    except UserError as error:
        return error.message


@pytest.mark.slow
@given(ROWS, QUERIES)
@settings(deadline=None, max_examples=150)
def test_what_was_reported_before_makes_no_difference(rows: list, query: Query) -> None:
    since = max(min(reach(query, NOW), NOW - DAY), FIRST)
    recent = [one for one in rows if one[_REPORTED] >= since]
    assume(recent)
    assert _answer(recent, since, query) == _answer(rows, FIRST, query)


def test_what_changed_today_is_looked_for_in_the_eight_weeks_before() -> None:
    today = span_of("today", NOW)
    assert reach(AskChanges(Scope(today)), NOW) == today.start - 56 * DAY


def test_who_asks_for_a_league_a_month_or_what_was_closed_looks_at_everything() -> None:
    today = Scope(span_of("today", NOW))
    queries = (AskLeague(today), AskCheckup(today), AskExplained(today))
    assert [reach(query, NOW) for query in queries] == [ALL] * len(queries)
    assert {reach(AskFigure(today.with_(when=when)), NOW) for when in TIMES} == {ALL}


def test_years_that_no_calendar_has_look_at_everything() -> None:
    span = Span(-(1 << 60), NOW)
    assert reach(AskFigure(Scope(span, against=year_before(span_of("today", NOW)))), NOW) <= span.start
    far = Scope(span, against=Span(0, 1, "year_before"))
    assert reach(AskFigure(far), NOW) == ALL
