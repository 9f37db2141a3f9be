"""Leagues, changes, causes, check-ups and measures: fair, honest about too little, and adding up."""

from __future__ import annotations

import math
import random
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.geo.areas import Areas
from cockpit.insight.answers import figure
from cockpit.insight.beside import LEAST_CASES, before_after, compare
from cockpit.insight.changes import changes, explained
from cockpit.insight.checkup import checkup
from cockpit.insight.facts import Facts
from cockpit.insight.ground import Ground
from cockpit.insight.league import LEAST, league
from cockpit.insight.parts import marks_of
from cockpit.model.archive import RECORD
from cockpit.model.archive_columns import Coded, Records
from cockpit.model.clock import DAY, HOUR, ManualClock, from_iso
from cockpit.model.errors import UserError
from cockpit.model.scope import Scope, Span
from cockpit.model.spans import span_of
from cockpit.store.archive import Archive
from tests.archive_kit import year
from tests.insight_kit import FIRST, NOW, ROWS, facts_of, row
from tests.test_insight_sums import SCOPES


@cache
def city() -> Facts:
    """Four months of the demo city, with its storm of 20 June and its measure of 1 May."""
    made = year(120)
    archive = Archive.open(made.folder / "archive.db", ManualClock(NOW))
    loaded = archive.load()
    archive.close()
    return Facts(loaded.records, Ground.of(made.pack, Areas.load(made.pack.folder)), loaded.as_of)


NO_SUMS = ("median", "max_", "min_", "amount_max", "amount_min", "amount_sum")
"""Measures that are no sums of their parts."""

# -- causes --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@given(ROWS, SCOPES, st.sampled_from(["", "district", "kind", "group", "channel", "unit", "level", "hour", "stage"]))
@settings(deadline=None, max_examples=120)
def test_what_the_parts_and_the_rest_bring_is_the_whole_change(made, scope, by):
    facts = facts_of(made)
    alone = figure(facts, scope, NOW)
    if alone.change is None or scope.measure.startswith(NO_SUMS):
        with pytest.raises(UserError):
            explained(facts, scope, NOW, by)
        return
    found = explained(facts, scope, NOW, by)
    assert found.figure == alone
    assert math.isclose(
        sum(part.brings for part in found.parts) + found.rest, found.figure.change, rel_tol=1e-9, abs_tol=1e-7
    )
    for part in found.parts:
        assert part.scope != scope


def test_a_change_is_explained_by_the_dimension_in_which_few_parts_bring_most():
    today = [row(n, NOW - HOUR, kind="E0506", area="330105002") for n in range(30)]
    today += [row(100 + n, NOW - HOUR, kind="P0101", area="330102001", channel="patrol") for n in range(10)]
    before = [row(200 + n, NOW - DAY - HOUR, kind="P0101", area="330102001") for n in range(10)]
    before += [row(300 + n, NOW - DAY - HOUR, kind="E0506", area="330105002") for n in range(5)]
    found = explained(facts_of([*before, *today]), Scope(span_of("today", NOW)), NOW)
    assert found.figure.change == 25
    assert found.parts[0].brings == 25
    assert math.isclose(found.parts[0].share, 1.0)


# -- what changed most ---------------------------------------------------------------------------------------------


def test_the_storm_is_what_changed_most_on_its_day():
    storm = Scope(span_of("2026-06-20", NOW))
    found = changes(city(), storm, NOW).changes
    assert found[0].kind in ("E0506", "E05")
    assert found[0].value > 5 * max(found[0].usual, 1.0)
    assert found[0].score > 5
    assert figure(city(), found[0].scope, NOW).n == found[0].value
    by_street = changes(city(), storm.with_(kinds=("E0506",)), NOW, by="street").changes
    assert by_street


def test_nothing_is_unusual_where_too_few_weeks_say_what_is_usual():
    facts = facts_of([row(n, NOW - HOUR) for n in range(40)], first=NOW - 10 * DAY)
    assert changes(facts, Scope(span_of("today", NOW)), NOW).changes == ()


def test_a_day_like_all_others_has_nothing_unusual_to_tell():
    rows = [row(100 * week + n, NOW - HOUR - 7 * week * DAY) for week in range(7) for n in range(10)]
    assert changes(facts_of(rows), Scope(span_of("today", NOW)), NOW).changes == ()


# -- leagues -------------------------------------------------------------------------------------------------------


def worked(number: int, unit: str, kind: str, hours: float, **given: object) -> tuple:
    at = NOW - 3 * DAY + number * 60_000_000
    closed = at + round(hours * HOUR)
    parts = {"due": at + DAY, "finished": closed, "satisfied": 4, "stage": "closed", "result": "solved", **given}
    return row(number, at, unit=unit, unit_kind="repair", kind=kind, closed=closed, **parts)


def test_nobody_stands_lower_for_more_cases_or_slower_kinds_of_them():
    quick = [worked(n, "units/quick", "E0405", 1.0) for n in range(20)]
    slow = [worked(100 + n, "units/slow", "P0101", 10.0) for n in range(200)]
    found = {
        one.code: one for one in league(facts_of([*quick, *slow]), Scope(span_of("last7", NOW)), "unit", NOW).standings
    }
    assert math.isclose(found["units/quick"].score, found["units/slow"].score)
    assert (found["units/slow"].load, found["units/slow"].usual) == (200, 110.0)


def test_few_cases_are_not_ranked_and_a_score_is_what_its_parts_brought():
    few = [worked(n, "units/few", "E0405", 1.0) for n in range(LEAST - 1)]
    late = [worked(100 + n, "units/late", "E0405", 1.0, due=NOW - 4 * DAY) for n in range(20)]
    good = [worked(200 + n, "units/good", "E0405", 1.0) for n in range(20)]
    found = league(facts_of([*few, *late, *good]), Scope(span_of("last7", NOW)), "unit", NOW)
    assert [(one.code, one.rank) for one in found.standings] == [("units/good", 1), ("units/late", 2), ("units/few", 0)]
    for one in found.standings:
        assert math.isclose(one.score, sum(brought for _, _, brought in one.basis.values()))
        assert math.isclose(sum(weight for _, weight, _ in one.basis.values()), 1.0)
    assert found.standings[1].basis["on_time_rate"][0] == 0.0


def test_what_nobody_was_asked_does_not_count():
    asked = [worked(n, "units/1", "E0405", 1.0, satisfied=0) for n in range(20)]
    (only,) = league(facts_of(asked), Scope(span_of("last7", NOW)), "unit", NOW).standings
    assert only.basis["satisfaction_rate"] == (None, 0.0, 0.0)
    assert math.isclose(only.basis["on_time_rate"][1], 0.5)


# -- before and after a measure ------------------------------------------------------------------------------------

START = from_iso("2026-06-16T00:00:00+08:00")


def steady(days: range, each: int, area: str, first: int) -> list[tuple]:
    return [row(first + 100 * day + n, START + day * DAY + n * HOUR, area=area) for day in days for n in range(each)]


def test_a_measure_is_judged_by_whole_weeks_and_beside_the_rest_of_the_city():
    here = [*steady(range(-27, 0), 8, "330105002", 0), *steady(range(28), 4, "330105002", 20_000)]
    others = [*steady(range(-27, 0), 10, "330102001", 40_000), *steady(range(28), 10, "330102001", 60_000)]
    scope = Scope(span_of("month", NOW), area="330105", at=START + 9 * HOUR)
    found = before_after(facts_of([*here, *others], first=FIRST), scope, NOW)
    assert found.enough
    assert found.sure
    assert found.weeks == 3
    assert (found.before.n, found.after.n) == (21 * 8, 21 * 4)
    assert math.isclose(found.change, -50.0)
    assert (found.rest_before, found.rest_after) == (210.0, 210.0)
    assert math.isclose(found.effect, -50.0)


def test_a_fall_that_the_whole_city_had_is_no_effect_of_the_measure():
    rows = []
    for first, area in ((0, "330105002"), (50_000, "330102001")):
        rows += [*steady(range(-27, 0), 8, area, first), *steady(range(28), 4, area, first + 20_000)]
    scope = Scope(span_of("month", NOW), area="330105", at=START)
    found = before_after(facts_of(rows, first=FIRST), scope, NOW)
    assert math.isclose(found.change, -50.0)
    assert math.isclose(found.effect, 0.0, abs_tol=1e-9)


@pytest.mark.parametrize(
    ("at", "why"),
    [(NOW - 3 * DAY, "insight.not_enough_weeks"), (NOW - 8 * DAY, "insight.not_enough_weeks"),
     (NOW - 22 * DAY, "insight.not_enough_cases")],
)  # fmt: skip
def test_too_little_is_said_to_be_too_little(at, why):
    rows = [row(n, FIRST + n * DAY) for n in range(50)]
    found = before_after(facts_of(rows, first=FIRST), Scope(span_of("month", NOW), at=at), NOW)
    assert not found.enough
    assert not found.sure
    assert found.why.id == why
    assert LEAST_CASES == 30


def test_the_measure_of_may_is_seen_where_it_was_taken():
    start = from_iso("2026-05-01T00:00:00+08:00")
    scope = Scope(span_of("month", NOW), area="330105", kinds=("E0410",), at=start)
    found = before_after(city(), scope, NOW)
    assert found.weeks >= 6
    assert found.change is not None
    assert found.change < 0


# -- beside one another, month by month ----------------------------------------------------------------------------


def test_areas_stand_beside_one_another_with_figure_and_course():
    found = compare(city(), Scope(span_of("2026-06", NOW)), NOW)
    assert len(found.sides) == len(city().ground.below("", 1))
    assert sum(side.figure.n for side in found.sides) == found.figure.n
    for side in found.sides:
        assert sum(value or 0 for value in side.trend.values) == side.figure.value


def test_a_check_up_adds_up_and_flags_what_passed_a_threshold():
    found = checkup(city(), Scope(span_of("2026-06", NOW)), NOW)
    head = {one.scope.measure: one for one in found.figures}
    for lines in (found.groups, found.areas):
        assert sum(line.n for line in lines) == head["count"].n
        assert sum(line.previous or 0 for line in lines) == head["count"].before
    assert all(line.year is None for line in found.groups)
    june = span_of("2026-06", NOW)
    rng = random.Random(3)
    rows = [row(n, june.start - 20 * DAY + n * HOUR) for n in range(20)]
    rows += [row(100 + n, june.start + rng.randrange(29 * DAY), closed=NOW, due=NOW - 1) for n in range(60)]
    (line,) = checkup(facts_of(rows, first=FIRST - 60 * DAY), Scope(june), NOW).groups
    assert line.flags == ("more", "late")
    assert (line.n, line.previous, line.on_time) == (60, 20, 0.0)


def test_the_facts_are_renewed_by_key_and_stay_in_order():
    rows = [row(n, NOW - (50 - n) * HOUR) for n in range(50)]
    facts = facts_of(rows)
    changed = [row(7, NOW - 43 * HOUR, closed=NOW, place="新地"), row(99, NOW - 30 * HOUR, kind="H77")]
    new = facts.renewed(Records.of_rows(changed), NOW)
    assert (facts.n, new.n) == (50, 51)
    assert (np.diff(new.reported[:]) >= 0).all()
    whole = Scope(Span(0, NOW))
    assert figure(new, whole.with_(measure="closed"), NOW).value == 1
    assert figure(new, whole.with_(kinds=("H77",)), NOW).n == 1
    assert figure(new, whole.with_(place="新地"), NOW).n == 1
    assert new.knows(["events/7", "events/99", "events/100"]) == [True, True, False]
    keys = {new.text["key"][i] for i in range(new.n)}
    assert keys == {f"events/{n}" for n in [*range(50), 99]}
    assert set(RECORD.names) - {"updated"} == set(new.number) | set(new.text)


def test_the_past_that_comes_later_is_known_from_its_first_day_on():
    """A laptop's copy fills from the newest day to the oldest while it is looked at."""
    last_month = Scope(span_of("last_month", NOW))
    facts = facts_of([row(n, NOW - n * HOUR) for n in range(5)], first=0)
    assert figure(facts, last_month, NOW).value is None
    older = facts.renewed(Records.of_rows([row(90, FIRST), row(91, NOW - 30 * DAY)]), NOW)
    assert figure(older, last_month, NOW).value == 1
    cut = facts_of([row(1, NOW - HOUR)], first=NOW - DAY).renewed(Records.of_rows([row(90, FIRST)]), NOW)
    assert figure(cut, last_month, NOW).value is None, "what the copy forgot is not known"


@given(st.lists(st.text(max_size=300), max_size=20))
@settings(deadline=None)
def test_a_mark_is_the_same_for_the_same_key_alone(keys):
    marks = marks_of(Coded.of(keys)).tolist()
    again = marks_of(Coded.of(reversed(keys))).tolist()[::-1]
    assert marks == again
    assert len(set(marks)) == len(set(keys))
