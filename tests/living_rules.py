"""Sensors, areas and rules for tests of alarms: a picture whose values a test moves, and a clock moved by hand."""

from __future__ import annotations

from typing import Any

import msgspec

from cockpit.model.alarms import Rule
from cockpit.model.batch import columns_of_rows
from cockpit.model.clock import SECOND, CityClock, ManualClock
from cockpit.model.tables import TABLES
from cockpit.picture.picture import Picture
from cockpit.signs.rules.engine import Engine, Turn
from cockpit.signs.rules.look import World
from tests.living_picture import area_rows, event_row

CELL = "330102001001001"
OTHER_CELL = "330106001001001"

DEEP = Rule(
    "deep", {"zh": "积水", "en": "Water"}, "threshold", "sensor", {"kind": "water"}, "value", above=15.0, level=2,
    case_kind="E0506",
)  # fmt: skip


def rule(**over: Any) -> Rule:
    """The rule `DEEP`, otherwise."""
    return msgspec.structs.replace(DEEP, **over)


def sensor(ident: str, value: float, now: int, **over: Any) -> dict[str, Any]:
    return {
        "key": f"sensors/{ident}", "feed": "sensors", "kind": "water", "name": f"积水点 {ident}", "lon": 120.16,
        "lat": 30.25, "area": CELL, "value": value, "unit": "cm", "period": 60 * SECOND, "measured": now,
        "received": now, **over,
    }  # fmt: skip


class Scene:
    """A picture, rules that run over it, and the time.

    Attributes:
        clock, city: the machine's clock, moved by hand, and the city's over it.
        picture, engine: what is looked at and what looks.
    """

    def __init__(self, *rules: Rule) -> None:
        self.clock = ManualClock()
        self.city = CityClock(self.clock)
        self.picture = Picture()
        self.put("area", *area_rows())
        self.engine = Engine(World(self.picture, self.clock.now()))
        self.engine.set_rules(rules)

    def put(self, topic: str, *rows: dict[str, Any]) -> None:
        self.picture.upsert(topic, columns_of_rows(TABLES[topic], list(rows)))

    def sense(self, ident: str, value: float, **over: Any) -> None:
        self.put("sensor", sensor(ident, value, self.city.now(), **over))

    def event(self, number: int, **over: Any) -> None:
        import random

        row = event_row(random.Random(number), number, [CELL], self.city.now())
        self.put("event", {**row, "state": 0, "occurred": self.city.now(), **over})

    def step(self, seconds: float = 0.0) -> list[Turn]:
        """Lets time pass and looks."""
        self.clock.advance(seconds)
        return self.engine.step(self.city.now(), self.clock.now())

    def turns(self, seconds: float = 0.0) -> list[tuple[str, str, str]]:
        """What `step` came to: (rule, subject, `raised` or `cleared`)."""
        return [(one.rule, one.name, "raised" if one.raised else "cleared") for one in self.step(seconds)]
