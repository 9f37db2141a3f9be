"""Figures, parts, courses and rows agree with each other, and with SQL over the same records."""

import math
import sqlite3

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from cockpit.insight.answers import figure, rows, split, trend
from cockpit.model.clock import DAY
from cockpit.model.insight import DIMENSIONS, GRAINS, MEASURES
from cockpit.model.scope import TIMES, Scope, Span
from cockpit.model.spans import previous, span_of, year_before
from tests.insight_kit import FIRST, NOW, ROWS, facts_of, plain_sql, row

LATE = "(due > 0 AND due < (CASE WHEN closed > 0 THEN closed ELSE :now END))"
SQL = {
    "count": "count(*)",
    "open": "coalesce(sum(closed = 0), 0)",
    "closed": "coalesce(sum(closed > 0), 0)",
    "overdue": "coalesce(sum(closed = 0 AND due > 0 AND due < :now), 0)",
    "late": f"coalesce(sum({LATE}), 0)",
    "urged": "coalesce(sum(urged > 0), 0)",
    "returned": "coalesce(sum(returned > 0), 0)",
    "reopened": "coalesce(sum(reopened > 0), 0)",
    "closing_rate": "100.0 * sum(closed > 0) / count(*)",
    "on_time_rate": "100.0 * sum(closed > 0 AND (due = 0 OR closed <= due)) / nullif(sum(closed > 0), 0)",
    "rework_rate": "100.0 * sum(returned > 0) / nullif(sum(finished > 0), 0)",
    "reopen_rate": "100.0 * sum(reopened > 0) / nullif(sum(closed > 0 OR reopened > 0), 0)",
    "overdue_rate": f"100.0 * sum({LATE}) / count(*)",
    "satisfaction_rate": "100.0 * sum(satisfied >= 4) / nullif(sum(satisfied > 0), 0)",
    "mean_hours": "avg(CASE WHEN closed > 0 THEN (closed - reported) / 3.6e9 END)",
    "mean_response": "avg(CASE WHEN assigned > 0 AND arrived > 0 THEN (arrived - assigned) / 6e7 END)",
    "per_day": "count(*) / ((min(:end, :now) - :start) / 86.4e9)",
    "amount_max": "max(amount)",
    "amount_mean": "avg(amount)",
    "amount_min": "min(amount)",
    "amount_sum": "sum(amount)",
    "max_hours": "max(CASE WHEN closed > 0 THEN (closed - reported) / 3.6e9 END)",
    "min_hours": "min(CASE WHEN closed > 0 THEN (closed - reported) / 3.6e9 END)",
    "max_response": "max(CASE WHEN assigned > 0 AND arrived > 0 THEN (arrived - assigned) / 6e7 END)",
    "min_response": "min(CASE WHEN assigned > 0 AND arrived > 0 THEN (arrived - assigned) / 6e7 END)",
}
MEDIANS = {
    "median_hours": ("(closed - reported) / 3.6e9", "closed > 0"),
    "median_response": ("(arrived - assigned) / 6e7", "assigned > 0 AND arrived > 0"),
}
MARKS = {
    "closed": "closed > 0", "urged": "urged > 0", "returned": "returned > 0", "reopened": "reopened > 0",
    "on_time": "closed > 0 AND (due = 0 OR closed <= due)", "satisfied": "satisfied >= 4",
    "unsatisfied": "satisfied BETWEEN 1 AND 3", "rated": "satisfied > 0",
}  # fmt: skip
LOCAL = "(reported + 28800000000)"
BY = {
    "kind": "kind", "group": "(SELECT group_code FROM kind WHERE code = kind)", "channel": "channel",
    "level": "level", "stage": "stage", "result": "result", "unit": "unit", "unit_kind": "unit_kind",
    "hour": f"{LOCAL} / 3600000000 % 24", "weekday": f"({LOCAL} / 86400000000 + 3) % 7",
    "day": f"{LOCAL} / 86400000000 * 86400000000 - 28800000000",
    "week": f"(({LOCAL} / 86400000000 + 3) / 7 * 7 - 3) * 86400000000 - 28800000000",
    "month": f"(strftime('%s', {LOCAL} / 1000000, 'unixepoch', 'start of month') - 28800) * 1000000",
    **{name: f"(SELECT above FROM area_in JOIN area ON code = above WHERE area_in.area = record.area AND tier = {tier})"
       for tier, name in enumerate(("district", "street", "community", "cell"), 1)},
}  # fmt: skip
BY["group"] = "(SELECT group_code FROM kind WHERE kind.code = record.kind)"

WIDE = ("month", "last_month", "last30", "2026-06", "2026-06-01/2026-07-02", "2026", "2026-Q2", "half")
NARROW = ("today", "yesterday", "week", "last_week", "hours24")
_ENDS = st.tuples(st.integers(FIRST, NOW), st.integers(FIRST, NOW)).filter(lambda ends: ends[0] != ends[1])
SPANS = (
    st.sampled_from([span_of(word, NOW) for word in WIDE])
    | st.sampled_from([span_of(word, NOW) for word in NARROW])
    | _ENDS.map(lambda ends: Span(*sorted(ends)))
)


def some(*values: object) -> st.SearchStrategy[tuple]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple)


FILTERS: dict[str, st.SearchStrategy] = {
    "area": st.sampled_from(["330100", "330105", "330105002", "330105002001"]),
    "kinds": some("E0506", "E05", "P0101", "none"),
    "channels": some("patrol", "hotline"),
    "levels": some(1, 2, 4),
    "stages": some("open", "overdue", "late", "handling", "closed"),
    "results": some("solved", "void"),
    "hours": st.sampled_from([tuple(range(12)), (0,), (0, 23, 8, 17)]),
    "weekdays": some(0, 5, 6),
    "unit": st.just("units/1"),
    "unit_kind": st.just("repair"),
    "place": st.sampled_from(["文一路", "bridge", "文一路 bridge"]),
    "amount": st.sampled_from([(30.0, math.inf), (0.0, 30.0)]),
    "marks": some(*MARKS),
    "took": st.sampled_from([(24.0, math.inf), (1.0, 100.0)]),
    "reached": st.sampled_from([(30.0, math.inf), (1.0, 20.0)]),
    "when": st.sampled_from(TIMES),
}
"""Of each what restricts it; a scope has few of them, or hardly ever a record would be left."""


@st.composite
def _scopes(draw: st.DrawFn) -> Scope:
    names = draw(st.lists(st.sampled_from(sorted(FILTERS)), max_size=2, unique=True))
    parts = {name: draw(FILTERS[name]) for name in names}
    return Scope(draw(SPANS), measure=draw(st.sampled_from(MEASURES)), **parts)


SCOPES = _scopes()


def where(scope: Scope, span: Span) -> tuple[str, dict]:
    time = scope.when or "reported"
    parts = [f"{time} >= :start AND {time} < :end AND {time} > 0"]
    given = {"start": span.start, "end": span.end, "now": NOW, "area": scope.area}

    def among(column: str, values: tuple) -> str:
        return f"{column} IN ({', '.join(repr(value) for value in values)})"

    if scope.area:
        parts.append("area IN (SELECT area FROM area_in WHERE above = :area)")
    if scope.kinds:
        parts.append(f"({among('kind', scope.kinds)} OR {among(BY['group'], scope.kinds)})")
    for column, values in (("channel", scope.channels), ("level", scope.levels), ("result", scope.results),
                           (BY["hour"], scope.hours), (BY["weekday"], scope.weekdays)):  # fmt: skip
        if values:
            parts.append(among(column, values))
    states = {"open": "closed = 0", "overdue": "closed = 0 AND due > 0 AND due < :now", "late": LATE}
    stages = tuple(stage for stage in scope.stages if stage not in states)
    if stages:
        parts.append(among("stage", stages))
    if found := [f"({states[stage]})" for stage in scope.stages if stage in states]:
        parts.append(f"({' OR '.join(found)})")
    for column in ("unit", "unit_kind"):
        if getattr(scope, column):
            parts.append(f"{column} = '{getattr(scope, column)}'")
    parts += [f"place LIKE '%{word}%'" for word in scope.place.split()]
    for mark in scope.marks:
        parts.append(f"({MARKS.get(mark) or states[mark]})")
    if scope.took:
        low, high = (min(max(bound, -1e300), 1e300) for bound in scope.took)
        hours = "((CASE WHEN closed > 0 THEN closed ELSE :now END) - reported) / 3.6e9"
        parts.append(f"{hours} >= {low} AND {hours} <= {high}")
    if scope.reached:
        low, high = (min(max(bound, -1e300), 1e300) for bound in scope.reached)
        minutes = "(arrived - assigned) / 6e7"
        parts.append(f"assigned > 0 AND arrived > 0 AND {minutes} >= {low} AND {minutes} <= {high}")
    if scope.amount:
        low, high = (min(max(bound, -1e300), 1e300) for bound in scope.amount)
        parts.append(f"amount >= {low} AND amount <= {high}")
    return " AND ".join(parts), given


def by_sql(db: sqlite3.Connection, scope: Scope, span: Span | None = None) -> float | None:
    condition, given = where(scope, span or scope.span)
    if scope.measure in MEDIANS:
        value, known = MEDIANS[scope.measure]
        sql = f"SELECT {value} FROM record WHERE {known} AND {condition} ORDER BY 1"
        hours = [hours for (hours,) in db.execute(sql, given)]
        middle = len(hours) // 2
        return None if not hours else hours[middle] if len(hours) % 2 else (hours[middle - 1] + hours[middle]) / 2
    return db.execute(f"SELECT {SQL[scope.measure]} FROM record WHERE {condition}", given).fetchone()[0]


def same(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.slow
@given(ROWS, SCOPES)
@settings(deadline=None, max_examples=80)
def test_every_figure_is_what_sql_says(made, scope):
    db, facts = plain_sql(made), facts_of(made)
    condition, given_ = where(scope, scope.span)
    n = db.execute(f"SELECT count(*) FROM record WHERE {condition}", given_).fetchone()[0]
    before = previous(scope.span)
    for measure in MEASURES:
        one = scope.with_(measure=measure)
        found = figure(facts, one, NOW)
        assert found.n == n
        if made:
            assert same(found.value, by_sql(db, one)), measure
        else:
            assert found.value is None
        if made and before.start >= FIRST and scope.span.end <= NOW:
            assert same(found.before, by_sql(db, one, before)), measure


def test_of_an_archive_in_which_nothing_is_nothing_is_known_to_be_due_either():
    assert figure(facts_of([]), Scope(span=Span(NOW - 7 * DAY, NOW, "week"), when="due"), NOW).value is None


@given(ROWS, SCOPES.flatmap(lambda scope: st.sampled_from(TIMES).map(lambda when: scope.with_(when=when))))
@settings(deadline=None, max_examples=60)
def test_a_period_may_be_of_another_time_of_the_records(made, scope):
    db = plain_sql(made)
    found = figure(facts_of(made), scope, NOW)
    condition, given_ = where(scope, scope.span)
    assert found.n == db.execute(f"SELECT count(*) FROM record WHERE {condition}", given_).fetchone()[0]
    course = trend(facts_of(made), scope.with_(measure="count"), "day", NOW)
    assert sum(value or 0 for value in course.values) <= found.n


@given(ROWS, SCOPES)
@settings(deadline=None, max_examples=30, phases=[Phase.explicit, Phase.generate])
def test_the_parts_and_the_rest_are_what_sql_says_and_sum_to_the_figure(made, scope):
    db, facts = plain_sql(made), facts_of(made)
    condition, given_ = where(scope, scope.span)
    for by in DIMENSIONS:
        column = BY[by].replace("reported", scope.when) if scope.when and by in ("day", "week", "month") else BY[by]
        found = split(facts, scope, by, NOW)
        groups = db.execute(f"SELECT {column}, count(*) FROM record WHERE {condition} GROUP BY 1", given_).fetchall()
        theirs = {str(code): n for code, n in groups if code not in (None, "")}
        assert {part.code: part.n for part in found.parts if part.n} == theirs, by
        assert sum(part.n for part in found.parts) + found.rest == found.figure.n
        assert found.figure.n == 0 or math.isclose(sum(p.share for p in found.parts) + found.rest / found.figure.n, 1.0)
        for part in found.parts:
            if part.n:
                alone = figure(facts, part.scope, NOW)
                assert alone.n == part.n, by
                assert same(alone.value, part.value), by
                assert same(part.value, by_sql(db, part.scope)), by


@pytest.mark.parametrize(
    ("by", "wide", "narrow"),
    [("district", {"area": "330105"}, {"area": "330105002"}), ("group", {"kinds": ("E05",)}, {"kinds": ("E0506",)})],
)
def test_a_part_by_something_wider_than_the_scope_is_the_scope(by, wide, narrow):
    facts = facts_of([row(0, FIRST), row(1, FIRST, area="330105001", kind="E0501")])
    within = Scope(Span(FIRST, NOW))
    (part,) = split(facts, within.with_(**narrow), by, NOW).parts
    assert part.scope == within.with_(**narrow)
    assert figure(facts, part.scope, NOW).n == part.n == 1
    assert figure(facts, within.with_(**wide), NOW).n == 2


@given(ROWS, SCOPES, st.sampled_from(["", *GRAINS]))
@settings(deadline=None, max_examples=60)
def test_the_course_of_a_count_sums_to_its_figure(made, scope, grain):
    facts = facts_of(made)
    scope = scope.with_(measure="count")
    found = trend(facts, scope, grain, NOW)
    assert sum(value or 0 for value in found.values) == found.figure.n
    assert len(found.starts) == len(found.values)
    assert list(found.starts) == sorted(set(found.starts))
    assert found.starts[0] == scope.span.start
    assert not found.before or len(found.before) == len(found.values)
    db = plain_sql(made)
    ends = [*found.starts[1:], scope.span.end]
    for start, end, value in zip(found.starts, ends, found.values, strict=True):
        if value is not None:
            assert value == by_sql(db, scope, Span(start, end))


@given(ROWS, SCOPES, st.sampled_from(["-reported", "reported", "closed", "-hours", "place", "-amount", "kind"]))
@settings(deadline=None, max_examples=60)
def test_the_rows_are_those_of_the_figure_page_by_page(made, scope, order):
    facts = facts_of(made)
    whole = rows(facts, scope, NOW, order, 0, 1000)
    assert whole.total == len(whole.rows) == whole.figure.n
    paged = [one for at in range(0, whole.total + 1, 3) for one in rows(facts, scope, NOW, order, at, 3).rows]
    assert tuple(paged) == whole.rows
    condition, given_ = where(scope, scope.span)
    keys = {key for (key,) in plain_sql(made).execute(f"SELECT key FROM record WHERE {condition}", given_)}
    assert {one.key for one in whole.rows} == keys


@given(ROWS, SCOPES)
@settings(deadline=None, max_examples=40)
def test_a_year_before_and_a_period_of_ones_own_are_compared_with_as_asked(made, scope):
    facts = facts_of(made, first=FIRST - 500 * 86_400_000_000)
    if not made:
        return
    db = plain_sql(made)
    year = year_before(scope.span)
    if scope.span.end <= NOW:
        assert same(figure(facts, scope.with_(against=year), NOW).before, by_sql(db, scope, year))
    own = Span(FIRST, NOW)
    assert same(figure(facts, scope.with_(against=own), NOW).before, by_sql(db, scope, own))


def test_an_empty_archive_has_no_figure_and_no_zero():
    found = figure(facts_of([]), Scope(span_of("today", NOW)), NOW)
    assert (found.value, found.n, found.before) == (None, 0, None)


def test_a_period_before_the_archive_began_has_no_figure_and_one_within_has_a_zero():
    facts = facts_of([row(1, NOW - 1)])
    assert figure(facts, Scope(span_of("2026-04", NOW)), NOW).value is None
    assert figure(facts, Scope(span_of("2026-06", NOW)), NOW).value == 0
    assert figure(facts, Scope(span_of("2026-06", NOW), measure="closing_rate"), NOW).value is None


def test_a_record_of_midnight_is_of_the_day_that_begins():
    midnight = span_of("today", NOW).start
    facts = facts_of([row(1, midnight - 1), row(2, midnight)])
    assert [figure(facts, Scope(span_of(word, NOW)), NOW).n for word in ("yesterday", "today")] == [1, 1]
    hours = {part.code: part.n for part in split(facts, Scope(span_of("last7", NOW)), "hour", NOW).parts if part.n}
    assert hours == {"0": 1, "23": 1}


def test_a_leap_day_is_a_day_of_its_own():
    noon = span_of("2024-02-29", NOW).start + 12 * 3_600_000_000
    facts = facts_of([row(1, noon)], first=span_of("2024-01", NOW).start)
    months = split(facts, Scope(span_of("2024", NOW)), "month", NOW).parts
    assert [part.n for part in months][:3] == [0, 1, 0]
    assert figure(facts, Scope(span_of("2024-02-29", NOW)), NOW).n == 1


def test_all_open_records_have_no_handling_time():
    facts = facts_of([row(n, NOW - n - 1) for n in range(5)])
    assert figure(facts, Scope(span_of("today", NOW), measure="mean_hours"), NOW).value is None
    assert figure(facts, Scope(span_of("today", NOW), measure="open"), NOW).value == 5


@pytest.mark.parametrize("ask", [
    lambda facts, scope: figure(facts, scope.with_(area="1"), NOW), lambda facts, scope: split(facts, scope, "x", NOW),
    lambda facts, scope: figure(facts, scope.with_(measure="x"), NOW),
    lambda facts, scope: trend(facts, scope, "x", NOW),
    lambda facts, scope: rows(facts, scope, NOW, "x"),
    lambda facts, scope: trend(facts, scope.with_(span=Span(0, NOW)), "hour", NOW),
])  # fmt: skip
def test_what_can_not_be_asked_is_refused_in_one_sentence(ask):
    from cockpit.model.errors import UserError

    with pytest.raises(UserError) as refused:
        ask(facts_of([row(1, NOW - 1)]), Scope(span_of("today", NOW)))
    assert str(refused.value).endswith(("度", "域", "标", "day、week、month", "列", "粒度"))


@given(ROWS, SCOPES, st.sampled_from(["day", "week", "month"]))
@settings(deadline=None, max_examples=60)
def test_cases_a_day_of_a_day_are_those_of_the_day_alone(made, scope, by):
    facts = facts_of(made)
    for part in split(facts, scope.with_(measure="per_day"), by, NOW).parts:
        if part.n:
            assert same(part.value, figure(facts, part.scope, NOW).value)


def test_what_is_closed_at_the_very_moment_that_it_is_due_is_on_time():
    at = NOW - 3_600_000_000
    made = [row(1, at, closed=at + 60, due=at + 60), row(2, at, closed=at + 61, due=at + 60), row(3, at, due=NOW)]
    facts, today = facts_of(made), Scope(span_of("today", NOW))
    found = {name: figure(facts, today.with_(measure=name), NOW).value for name in ("on_time_rate", "late", "overdue")}
    assert found == {"on_time_rate": 50.0, "late": 1.0, "overdue": 0.0}
