"""How quickly a leader walks from a number to its cause: 30 steps over a year of half a million cases.

A step is what its page asks: the figure, its parts, its course and the first rows, until all four are answered. The
peer answers the same in SQL, over a plain SQLite file with indexes, in the same run.
"""

from __future__ import annotations

import atexit
import sqlite3
import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np

from benchmarks.registry import Measured, bench
from cockpit.city.pastmake import past_of
from cockpit.geo.areas import Areas
from cockpit.insight.asked import answer
from cockpit.insight.facts import Facts
from cockpit.insight.ground import Ground
from cockpit.insight.signs import Signs
from cockpit.model.archive import RECORD
from cockpit.model.archive_columns import Records, joined
from cockpit.model.clock import DAY, SystemClock, from_iso
from cockpit.model.insight import AskFigure, AskRows, AskSplit, AskTrend, Figure, Split
from cockpit.model.scope import Scope, Span
from cockpit.model.spans import compared, span_of
from cockpit.packs.read import read_pack

NOW = from_iso("2026-07-14T17:42:00+08:00")
CASES, DAYS = 500_000, 400
PAGE = 200
TURNS = 5
PLACE = "(SELECT above FROM area_in JOIN area ON code = above WHERE area_in.area = record.area AND tier = {tier})"
LOCAL = "(reported + 28800000000)"
BY = {
    "district": PLACE.format(tier=1), "street": PLACE.format(tier=2), "kind": "kind", "channel": "channel",
    "group": "(SELECT group_code FROM kind WHERE kind.code = record.kind)", "level": "level", "unit": "unit",
    "hour": f"{LOCAL} / 3600000000 % 24", "weekday": f"({LOCAL} / 86400000000 + 3) % 7", "stage": "stage",
}  # fmt: skip
MEASURES = {
    "count": "count(*)",
    "open": "coalesce(sum(closed = 0), 0)",
    "on_time_rate": "100.0 * sum(closed > 0 AND (due = 0 OR closed <= due)) / nullif(sum(closed > 0), 0)",
    "mean_hours": "avg(CASE WHEN closed > 0 THEN (closed - reported) / 3.6e9 END)",
    "closing_rate": "100.0 * sum(closed > 0) / count(*)",
}
mono = SystemClock().mono


@lru_cache(maxsize=1)
def city() -> tuple[Facts, Records]:
    """Half a million cases of the demo city."""
    pack = read_pack("hangzhou")
    records = joined(list(past_of(pack, 1, NOW, CASES / DAYS * 1.05, DAYS)))
    return Facts(records, Ground.of(pack, Areas.load(pack.folder)), NOW), records


def story(facts: Facts) -> list[tuple[Scope, str]]:
    """Thirty steps, scope and what it is divided by: down to a street and a class, through rates, and back up."""
    ground, pack = facts.ground, facts.ground.pack
    assert pack is not None
    districts = [ground.codes[i] for i in ground.below("", 1)]
    streets = {code: [ground.codes[i] for i in ground.below(code, 2)] for code in districts}
    year, month, june = (span_of(word, NOW) for word in ("2026", "last30", "2026-06"))
    whole = Span(NOW - DAYS * DAY, NOW)
    home = Scope(span_of("today", NOW))
    steps = [
        (home, "district"),
        (home.with_(measure="open"), "group"),
        (Scope(whole), "district"),
        (Scope(whole), "group"),
    ]
    for n, district in enumerate(districts[:4]):
        scope = Scope((year, month, june, whole)[n], area=district)
        street = scope.with_(area=streets[district][n % len(streets[district])])
        steps += [
            (scope, "street"),
            (scope.with_(measure="on_time_rate"), "unit"),
            (scope.with_(kinds=("E05",)), "kind"),
            (street.with_(measure="mean_hours"), "kind"),
            (street.with_(kinds=("E0506",)), "hour"),
        ]
    steps += [
        (Scope(whole, kinds=("E04",), measure="closing_rate"), "street"),
        (Scope(whole, levels=(1, 2)), "channel"),
        (Scope(year, measure="on_time_rate"), "weekday"),
        (Scope(year, stages=("late",)), "unit"),
        (Scope(june, measure="mean_hours"), "group"),
        (Scope(whole, measure="on_time_rate"), "kind"),
    ]
    assert len(steps) == 30
    return steps


def here(facts: Facts, scope: Scope, by: str) -> tuple[Figure, Split]:
    """All that a page asks for."""
    none = Signs()
    whole = answer(facts, none, AskFigure(scope), NOW)
    parts = answer(facts, none, AskSplit(scope, by), NOW)
    answer(facts, none, AskTrend(scope), NOW)
    answer(facts, none, AskRows(scope, limit=PAGE), NOW)
    assert isinstance(whole, Figure)
    assert isinstance(parts, Split)
    return whole, parts


@lru_cache(maxsize=1)
def file() -> sqlite3.Connection:
    """The same as plain SQL, with the indexes that these questions can use."""
    facts, records = city()
    kept = tempfile.TemporaryDirectory(prefix="bench-leader-")
    atexit.register(kept.cleanup)
    db = sqlite3.connect(Path(kept.name) / "plain.db")
    db.execute(f"CREATE TABLE record ({', '.join(c.name for c in RECORD.columns)})")
    db.executemany(f"INSERT INTO record VALUES ({', '.join('?' * len(RECORD.columns))})", records.rows())
    db.execute("CREATE TABLE area (code TEXT PRIMARY KEY, tier INTEGER) WITHOUT ROWID")
    db.execute("CREATE TABLE area_in (area TEXT, above TEXT, PRIMARY KEY (area, above)) WITHOUT ROWID")
    ground = facts.ground
    for code, tier, line in zip(ground.codes, ground.tier, ground.line, strict=True):
        db.execute("INSERT INTO area VALUES (?, ?)", (code, tier))
        db.executemany("INSERT INTO area_in VALUES (?, ?)", [(code, ground.codes[i]) for i in line if i >= 0])
    db.execute("CREATE TABLE kind (code TEXT PRIMARY KEY, group_code TEXT) WITHOUT ROWID")
    db.executemany("INSERT INTO kind VALUES (?, ?)", [(word, ground.group(word)) for word in facts.text["kind"].words])
    for columns in ("reported", "area, reported", "kind, reported", "unit, reported"):
        db.execute(f"CREATE INDEX record_{columns.replace(', ', '_')} ON record ({columns})")
    db.execute("CREATE INDEX above ON area_in (above, area)")
    db.execute("ANALYZE")
    db.commit()
    return db


def where(scope: Scope) -> tuple[str, dict[str, object]]:
    parts = ["reported >= :start AND reported < :end"]
    if scope.area:
        parts.append("area IN (SELECT area FROM area_in WHERE above = :area)")
    if scope.kinds:
        parts.append("kind IN (SELECT code FROM kind WHERE code = :kind OR group_code = :kind)")
    if scope.levels:
        parts.append("level IN (1, 2)")
    if scope.stages:
        parts.append("due > 0 AND due < (CASE WHEN closed > 0 THEN closed ELSE :now END)")
    return " AND ".join(parts), {"area": scope.area, "kind": "".join(scope.kinds[:1]), "now": NOW}


def by_sql(db: sqlite3.Connection, scope: Scope, by: str) -> tuple[float | None, dict[str, int]]:
    """The same four answers, each with the period before."""
    condition, given = where(scope)
    value = MEASURES[scope.measure]
    now, before = (
        {**given, "start": span.start, "end": span.end} for span in (scope.span, compared(scope.span, None, NOW))
    )
    figure = db.execute(f"SELECT {value}, count(*) FROM record WHERE {condition}", now).fetchone()
    db.execute(f"SELECT {value}, count(*) FROM record WHERE {condition}", before).fetchone()
    split = f"SELECT {BY[by]}, {value}, count(*) FROM record WHERE {condition} GROUP BY 1"
    parts = db.execute(split, now).fetchall()
    db.execute(split, before).fetchall()
    days = scope.span.end - scope.span.start
    step = DAY if days <= 92 * DAY else 7 * DAY if days <= 400 * DAY else 28 * DAY
    trend = f"SELECT {LOCAL} / {step}, {value} FROM record WHERE {condition} GROUP BY 1"
    db.execute(trend, now).fetchall()
    db.execute(trend, before).fetchall()
    db.execute(f"SELECT * FROM record WHERE {condition} ORDER BY reported DESC LIMIT {PAGE}", now).fetchall()
    return figure[0], {str(code): n for code, _, n in parts if code not in (None, "")}


@bench("leader.drill_p95", unit="ms", better="lower", runs=1)
def drill() -> Measured:
    """Of all steps of five walks; SQL walks once, which takes it longer than the five."""
    facts, _ = city()
    steps = story(facts)
    db = file()
    theirs = []
    for scope, by in steps:
        whole, parts = here(facts, scope, by)
        begun = mono()
        value, counts = by_sql(db, scope, by)
        theirs.append((mono() - begun) * 1e3)
        assert (whole.value or 0.0) == (value or 0.0) or np.isclose(whole.value or 0.0, value or 0.0), scope
        assert {part.code: part.n for part in parts.parts if part.n} == counts, (scope, by)
    took = []
    for _ in range(TURNS):
        for scope, by in steps:
            begun = mono()
            here(facts, scope, by)
            took.append((mono() - begun) * 1e3)
    return Measured(float(np.percentile(took, 95)), "sqlite", float(np.percentile(theirs, 95)))


@bench("leader.facts_mb", unit="MB", better="lower", runs=1)
def memory() -> float:
    """What half a million cases take in memory."""
    return city()[0].bytes() / 1e6
