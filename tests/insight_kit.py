"""A small city of records, made by hypothesis or by hand, and the plain SQL of an archive's export over the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from cockpit.insight.facts import Facts
from cockpit.insight.ground import Ground
from cockpit.model.archive import RECORD
from cockpit.model.clock import DAY, HOUR, MINUTE, from_iso

NOW = from_iso("2026-07-14T17:42:00+08:00")
FIRST = from_iso("2026-05-20T00:00:00+08:00")
AREAS = [
    ("330100", "杭州市", 0, ""),
    ("330102", "上城区", 1, "330100"),
    ("330105", "拱墅区", 1, "330100"),
    ("330105001", "文晖街道", 2, "330105"),
    ("330105002", "东新街道", 2, "330105"),
    ("330102001", "湖滨街道", 2, "330102"),
    ("330105002001", "东新园社区", 3, "330105002"),
    ("330105002001001", "东新园一格", 4, "330105002001"),
]
GROUPS = {"E0506": "E05", "E0501": "E05", "E0405": "E04", "P0101": "P01"}
GROUND = Ground(AREAS, GROUPS, {"units/1": "市政一队"})


def row(number: int, reported: int, **given: Any) -> tuple[Any, ...]:
    """A record with what is given, else bare."""
    bare = {
        "key": f"events/{number}", "number": f"R{number}", "kind": "E0506", "level": 4, "channel": "patrol",
        "area": "330105002", "place": "", "lon": 120.1, "lat": 30.3, "amount": None, "unit": "", "unit_kind": "",
        "stage": "intake", "result": "", "reported": reported,
    }  # fmt: skip
    parts = {**bare, **given}
    return tuple(parts.get(name, 0) for name in RECORD.names)


def facts_of(rows: Sequence[tuple[Any, ...]], first: int = FIRST, as_of: int = NOW) -> Facts:
    return Facts.of_rows(rows, GROUND, as_of, first)


_MOMENTS = st.integers(FIRST, NOW - 1) | st.builds(
    lambda day, off: FIRST + day * DAY + off, st.integers(0, 54), st.sampled_from([-1, 0, 1, HOUR, DAY - 1])
).filter(lambda at: FIRST <= at < NOW)
_LATER = st.just(0) | st.integers(1, 20 * DAY) | st.sampled_from([MINUTE, HOUR, DAY])


@st.composite
def _rows(draw: st.DrawFn) -> list[tuple[Any, ...]]:
    made = []
    for number in range(draw(st.integers(0, 20) | st.just(0) | st.integers(15, 30))):
        at = draw(_MOMENTS)
        assigned, arrived, finished, closed, due = (
            at + late if late else 0 for late in (draw(_LATER) for _ in "abcde")
        )
        made.append(
            row(
                number,
                at,
                kind=draw(st.sampled_from([*GROUPS, "H77"])),
                level=draw(st.integers(1, 5)),
                channel=draw(st.sampled_from(["", "patrol", "hotline"])),
                area=draw(st.sampled_from([*(code for code, *_ in AREAS), "", "999999"])),
                place=draw(st.sampled_from(["", "文一路口", "文一路 Bridge", "bridge"])),
                amount=draw(st.none() | st.sampled_from([0.0, 10.0, 30.0, 45.5])),
                unit=draw(st.sampled_from(["", "units/1", "units/2"])),
                unit_kind=draw(st.sampled_from(["", "repair", "urban"])),
                stage="closed" if closed else draw(st.sampled_from(["intake", "handling"])),
                result=draw(st.sampled_from(["solved", "void"])) if closed else "",
                assigned=assigned,
                arrived=arrived,
                finished=finished,
                closed=closed,
                due=due,
                urged=draw(st.integers(0, 2)),
                returned=draw(st.integers(0, 2)),
                reopened=draw(st.integers(0, 1)),
                satisfied=draw(st.integers(0, 5)),
            )
        )
    return made


ROWS = _rows()


def plain_sql(rows: Sequence[tuple[Any, ...]]) -> sqlite3.Connection:
    """The tables of the contract's plain export, in memory."""
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE TABLE record ({', '.join(RECORD.names)})")
    db.executemany(f"INSERT INTO record VALUES ({', '.join('?' * len(RECORD.names))})", rows)
    db.execute("CREATE TABLE area (code, name, tier, parent)")
    db.executemany("INSERT INTO area VALUES (?, ?, ?, ?)", AREAS)
    db.execute("CREATE TABLE area_in (area, above)")
    parents = {code: parent for code, _, _, parent in AREAS}
    for code in parents:
        above = code
        while above:
            db.execute("INSERT INTO area_in VALUES (?, ?)", (code, above))
            above = parents[above]
    db.execute("CREATE TABLE kind (code, group_code)")
    db.executemany("INSERT INTO kind VALUES (?, ?)", [*GROUPS.items(), ("H77", "H77")])
    return db
