"""Every figure of every shipped template is the archive's, by plain SQL over the export, and leads to its scope."""

from __future__ import annotations

import sqlite3

import pytest

from cockpit.assist.briefing.document import Chart, Heading, Table
from cockpit.model.insight import MEASURES, Figure
from cockpit.model.links import read_link
from cockpit.model.scope import Scope, Span
from tests.archive_kit import NOW, year_export
from tests.briefing_kit import DAY, KINDS, brief, pack, storm_case

pytestmark = pytest.mark.slow  # an archive is made first

_LATE = "(due > 0 AND due < CASE WHEN closed > 0 THEN closed ELSE :now END)"
_VALUES = {
    "count": "count(*)",
    "open": "sum(closed = 0)",
    "closed": "sum(closed > 0)",
    "overdue": f"sum(closed = 0 AND {_LATE})",
    "late": f"sum({_LATE})",
    "urged": "sum(urged > 0)",
    "returned": "sum(returned > 0)",
    "reopened": "sum(reopened > 0)",
    "closing_rate": "100.0 * sum(closed > 0) / count(*)",
    "on_time_rate": "100.0 * sum(closed > 0 AND (due = 0 OR closed <= due)) / nullif(sum(closed > 0), 0)",
    "rework_rate": "100.0 * sum(returned > 0 AND finished > 0) / nullif(sum(finished > 0), 0)",
    "satisfaction_rate": "100.0 * sum(satisfied >= 4) / nullif(sum(satisfied > 0), 0)",
    "mean_hours": "avg(CASE WHEN closed > 0 THEN (closed - reported) / 3.6e9 END)",
    "mean_response": "avg(CASE WHEN assigned > 0 AND arrived > 0 THEN (arrived - assigned) / 6e7 END)",
}
_STAGES = {"open": "closed = 0", "overdue": f"(closed = 0 AND {_LATE})", "late": _LATE}


def by_sql(db: sqlite3.Connection, scope: Scope, span: Span | None = None) -> float | None:
    """The measure of a scope, counted by SQL alone."""
    span = span or scope.span
    where, given = ["reported >= :start", "reported < :end"], {"start": span.start, "end": span.end, "now": NOW}

    def among(column: str, values: tuple[object, ...]) -> None:
        if values:
            names = [f"{column}{i}" for i in range(len(values))]
            given.update(zip(names, values, strict=True))
            where.append(f"{column} IN ({', '.join(':' + name for name in names)})")

    if scope.area:
        where.append("area IN (SELECT area FROM area_in WHERE above = :area)")
        given["area"] = scope.area
    kinds = {code: (code,) for code in scope.kinds}
    if scope.kinds:
        found = {row[0] for code in kinds for row in db.execute(
            "SELECT code FROM kind WHERE code = ? OR group_code = ?", (code, code))}  # fmt: skip
        among("kind", tuple(sorted(found | set(scope.kinds))))
    among("channel", scope.channels)
    among("level", scope.levels)
    among("result", scope.results)
    among("stage", tuple(one for one in scope.stages if one not in _STAGES))
    where += [_STAGES[one] for one in scope.stages if one in _STAGES]
    among("unit", (scope.unit,) if scope.unit else ())
    among("unit_kind", (scope.unit_kind,) if scope.unit_kind else ())
    if scope.measure == "per_day":
        (value,) = db.execute(f"SELECT count(*) FROM record WHERE {' AND '.join(where)}", given).fetchone()
        return value / ((min(span.end, NOW) - span.start) / 86_400e6)
    (value,) = db.execute(f"SELECT {_VALUES[scope.measure]} FROM record WHERE {' AND '.join(where)}", given).fetchone()
    return value if value is not None or scope.measure.endswith(("rate", "hours", "response")) else 0


@pytest.fixture(scope="module")
def db():
    connection = sqlite3.connect(year_export())
    yield connection
    connection.close()


def figures(kind: str, **more: object) -> list[tuple[str, str, Figure]]:
    """Printed text, link and figure, each once."""
    document = brief(kind, **more).document
    found = {(run.text, run.link): run.figure for run in document.runs() if run.figure is not None}
    return [(text, link, figure) for (text, link), figure in found.items()]


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_of_a_shipped_template_is_what_sql_counts(kind, db) -> None:
    found = figures(kind)
    assert len(found) > 8
    for text, _, figure in found:
        value = by_sql(db, figure.scope)
        assert figure.value == pytest.approx(value, rel=1e-6), (text, figure.scope)
        if figure.before is not None and figure.scope.against is not None:
            before = by_sql(db, figure.scope, figure.scope.against)
            assert figure.before == pytest.approx(before, rel=1e-6), (text, figure.scope)


def test_a_briefing_of_one_district_counts_that_district_alone(db) -> None:
    for text, _, figure in figures("week", area="330105"):
        assert figure.scope.area.startswith("330105"), text
        assert figure.value == pytest.approx(by_sql(db, figure.scope), rel=1e-6), text


def test_a_day_that_is_not_over_is_compared_with_the_same_hours_of_the_day_before(db) -> None:
    made = brief("day", at=NOW).document
    main = next(run.figure for run in made.runs() if run.figure is not None and run.figure.scope.against is not None)
    assert made.end == NOW
    assert main.scope.against is not None
    assert main.scope.against.end - main.scope.against.start == made.end - made.start
    assert main.before == by_sql(db, main.scope, main.scope.against)
    assert "同时段" in "".join(run.text for run in made.runs())


@pytest.mark.parametrize("kind", KINDS)
def test_each_figure_leads_to_its_own_scope(kind) -> None:
    for text, link, figure in figures(kind):
        read = read_link(link)
        assert read.pack == pack().id
        assert read.way == (figure.scope,), text
        assert figure.scope.measure in MEASURES


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_shipped_template_has_the_structure_of_its_kind(kind, lang) -> None:
    made = brief(kind, lang)
    assert made.released, made.findings
    document = made.document
    headings = [block.text for block in document.blocks if isinstance(block, Heading)]
    first = "一、" if lang == "zh" else "1. "
    assert headings[0].startswith(first)
    assert sum(isinstance(block, Chart) for block in document.blocks) == {
        "day": 3, "week": 3, "month": 4, "shift": 1, "event": 1}[kind]  # fmt: skip
    assert sum(isinstance(block, Table) for block in document.blocks) >= {
        "day": 3, "week": 5, "month": 5, "shift": 1, "event": 2}[kind]  # fmt: skip
    assert document.sources[0].as_of == NOW
    assert all(one.strip() for one in document.about)
    assert not any("briefing." in text or "insight." in text for text in (run.text for run in document.runs()))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", ["day", "week", "month", "shift"])
def test_an_ordinary_period_passes_the_check_in_both_languages(kind, lang) -> None:
    for at in (NOW, NOW - 86_400_000_000, NOW - 40 * 86_400_000_000):
        assert brief(kind, lang, at).findings == ()


def test_an_event_report_tells_the_course_of_its_case() -> None:
    document = brief("event").document
    assert storm_case() in document.number
    course = next(block for block in document.blocks if isinstance(block, Table))
    steps = [row[0][0].text for row in course.rows]
    assert steps[0] == "接报"
    assert steps[-1] == "结案"
    assert "2026年6月20日" in course.rows[0][1][0].text


def test_the_same_archive_template_and_instant_give_the_same_document() -> None:
    assert brief("day").document == brief("day").document
    assert brief("day", at=DAY + 1).document == brief("day").document


def test_what_has_no_row_of_its_own_is_counted_by_the_measure_of_its_column(db) -> None:
    at = NOW - 86_400_000_000  # of a month that still runs: not all without a unit are closed
    made = brief("month", at=at).document
    table = next(one for one in made.blocks if isinstance(one, Table) and one.caption == "各类处置力量办理情况")
    row = next(row for row in table.rows if row[0][0].text == "未归类")
    count, closed = db.execute(
        "SELECT count(*), sum(closed > 0) FROM record WHERE reported >= ? AND reported < ? AND unit_kind = ''",
        (made.start, made.end),
    ).fetchone()
    assert closed < count
    assert [cell[0].text for cell in row[1:3]] == [str(count), str(closed)]
