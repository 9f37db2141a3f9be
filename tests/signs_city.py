"""A little city for tests of signs: two districts, three streets, sensors, events and feeds by hand."""

from __future__ import annotations

from typing import Any

from cockpit.ledger.fold import State
from cockpit.model.batch import columns_of_rows
from cockpit.model.clock import MINUTE, SECOND, from_iso
from cockpit.model.signs import Sign, SignSet, Theme
from cockpit.model.tables import TABLES, TEXT
from cockpit.picture.picture import Picture
from cockpit.signs.engine import Engine
from cockpit.signs.inputs import Inputs
from cockpit.signs.reported import Reported

NOW = from_iso("2026-07-14T10:00:00+08:00")
CITY = "330100"
AREAS = (
    (CITY, "", 0),
    ("330102", CITY, 1),
    ("330106", CITY, 1),
    ("330102001", "330102", 2),
    ("330102002", "330102", 2),
    ("330106001", "330106", 2),
    ("330102001001", "330102001", 3),
    ("330102001001001", "330102001001", 4),
)


class SignsCity:
    """The city, its clock and its engine.

    Attributes:
        now: city time and wall time at once, UTC us.
    """

    def __init__(self, *signs: Sign, state: State | None = None) -> None:
        self.now = NOW
        self.picture = Picture()
        self.state = state
        self.reported = Reported()
        self.inputs = Inputs(CITY, self.picture, lambda: self.state)
        self.figures: dict[str, float] = {}
        self.engine = Engine(CITY, self.picture, self.inputs, self.reported, self.figures)
        self.put("area", *({"key": code, "code": code, "name": code, "parent": up, "tier": t} for code, up, t in AREAS))
        self.define(*signs)

    def define(self, *signs: Sign) -> list[str]:
        return self.engine.define(SignSet((Theme("T", {"zh": "试"}),), signs, 1))

    def put(self, topic: str, *rows: dict[str, Any]) -> None:
        table = TABLES[topic]
        whole = [{c.name: "" if c.dtype == TEXT else 0 for c in table.columns} | row for row in rows]
        self.picture.upsert(topic, columns_of_rows(table, whole))

    def feed(self, topic: str, ago: float = 0.0) -> None:
        """A feed of a table that spoke so many seconds ago."""
        self.put("feed", {"key": topic, "topic": topic, "received": self.now - round(ago * SECOND)})

    def sensor(self, key: str, area: str, value: float, kind: str = "water", ago: float = 0.0) -> None:
        at = self.now - round(ago * SECOND)
        row = {"key": key, "kind": kind, "area": area, "value": value, "period": MINUTE, "measured": at}
        self.put("sensor", row | {"name": key})

    def event(self, key: str, area: str, kind: str = "E0506", **given: Any) -> None:
        self.put("event", {"key": key, "kind": kind, "area": area, "occurred": self.now - MINUTE, "level": 3} | given)

    def step(self, seconds: float = 0.0) -> list[str]:
        self.now += round(seconds * SECOND)
        return self.engine.step(self.now, self.now, 1.0)

    def row(self, code: str, area: str = CITY, part: str = "") -> int | None:
        key = f"sign/{code}@{area}" + (f"#{part}" if part else "")
        row = self.engine.items.index.get(key)
        return row if row is not None and self.engine.items.live[row] else None

    def value(self, code: str, area: str = CITY, part: str = "") -> float | None:
        """None where there is no such item in the picture, NaN where it has no value."""
        row = self.row(code, area, part)
        return None if row is None else float(self.engine.items.value[row])

    def level(self, code: str, area: str = CITY) -> int:
        row = self.row(code, area)
        assert row is not None
        return int(self.engine.items.level[row])


def sign(code: str, given: str = "", **more: Any) -> Sign:
    return Sign(**({"code": code, "name": {"zh": code}, "theme": "T", "input": given} | more))
