"""A rule tried on the tape fires as often as it would have fired live, and says how far the tape reaches."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cockpit.hub.trial import Trial, TrialWanted, needed
from cockpit.model.alarms import Rule, Tried
from cockpit.model.clock import MINUTE, SECOND
from cockpit.signs.rules.engine import Engine
from cockpit.signs.rules.look import World
from tests.living_hub import LivingHub, seated
from tests.living_rules import rule
from tests.test_alarms_service import Alarmed
from tests.test_tape_past import Day, day, pack

WATER = rule(where={"kind": "water_depth"}, hysteresis=2.0, delay=20.0)


def gauge(n: int, value: float, at: str) -> dict[str, Any]:
    return {
        "type": "Feature", "id": f"S{n}", "geometry": {"type": "Point", "coordinates": [120.16, 30.25]},
        "properties": {"kind": "water_depth", "name": f"积水点 {n}", "area": "330102001", "value": value, "unit": "cm",
                       "period": 10, "measured": at},
    }  # fmt: skip


class Recorded:
    """A day on tape over which rules ran live: what each raised then, by its thing."""

    def __init__(self, made: Day, *rules: Rule) -> None:
        self.day = made
        self.engine = Engine(World(made.intake.picture, made.wall.now()))
        self.engine.set_rules(rules)
        self.raised: list[tuple[str, str, int]] = []

    def live(self) -> None:
        self.day.intake.take_in()
        for turn in self.engine.step(self.day.clock.now(), self.day.wall.now()):
            if turn.raised:
                self.raised.append((turn.rule, turn.name, self.day.clock.now()))

    async def measure(self, *values: float) -> None:
        features = [gauge(n, value, self.day.city()) for n, value in enumerate(values)]
        await self.day.hear("sensors", {"type": "FeatureCollection", "features": features}, whole=True)

    async def go(self, seconds: float) -> None:
        """Lets time pass as the hub does: it looks twice a second."""
        for _ in range(round(seconds * 2)):
            self.day.wall.advance(0.5)
            self.live()


async def a_storm(recorded: Recorded) -> tuple[int, int]:
    """Two gauges: one passes its bound twice, and once for too short a time; the other from the beginning."""
    await recorded.measure(1.0, 20.0)
    await recorded.day.checkpoint()
    await recorded.go(1)
    start = recorded.day.wall.now()
    for seconds, value in ((30, 20.0), (30, 14.0), (20, 5.0), (4, 16.0), (20, 3.0), (40, 30.0), (10, 1.0)):
        await recorded.measure(value, 20.0)
        await recorded.go(seconds)
    return start, recorded.day.wall.now()


def tried(folder: Path, made: Day, rules: tuple[Rule, ...], start: int, end: int, budget: float = 60.0) -> Tried:
    wanted = TrialWanted(str(folder), str(pack().folder), rules, start, end, made.clock.city, budget)
    from cockpit.model.clock import SystemClock

    return asyncio.run(Trial(wanted, pack(), SystemClock(), {}).run())


def test_a_rule_tried_on_the_tape_fires_when_it_fired_live(tmp_path: Path) -> None:
    with day(tmp_path) as made:
        recorded = Recorded(made, WATER)
        start, end = asyncio.run(a_storm(recorded))
    found = tried(made.folder, made, (WATER,), start - SECOND, end)
    assert found.problem is None
    assert found.times == len(recorded.raised) == 3
    live = sorted(recorded.raised, key=lambda one: one[2])
    for firing, (_, thing, at) in zip(found.firings, live, strict=True):
        assert firing.thing == thing
        assert abs(firing.at - at) <= 2 * SECOND
    ended = {firing.thing: firing.until for firing in found.firings}
    assert ended["sensors/S1"] == 0, "it still stood at the end"
    assert ended["sensors/S0"] > 0
    assert found.firings[0].name.startswith("积水点")
    lower = tried(made.folder, made, (msgspec.structs.replace(WATER, delay=0.0),), start, end)
    assert lower.times == 4


def test_parts_of_a_combination_are_tried_with_it(tmp_path: Path) -> None:
    high = rule(id="high", where={"kind": "water_depth"}, above=25.0)
    both = Rule("both", {"zh": "叠加"}, "combination", "sensor", all_of=("deep", "high"), area_tier=-1)
    with day(tmp_path) as made:
        recorded = Recorded(made, WATER, high, both)
        start, end = asyncio.run(a_storm(recorded))
    parts = needed(both, {"deep": msgspec.structs.replace(WATER, enabled=False), "high": high, "other": WATER})
    assert [one.id for one in parts] == ["both", "deep", "high"]
    assert [one for one, _, _ in recorded.raised].count("both") == 1
    assert tried(made.folder, made, parts, start, end).times == 1


def test_what_was_not_recorded_is_said_and_a_time_that_is_too_long_is_told_as_far_as_it_came(tmp_path: Path) -> None:
    with day(tmp_path) as made:
        start, end = asyncio.run(a_storm(Recorded(made, WATER)))
    before = tried(made.folder, made, (WATER,), start - 60 * MINUTE, start - 50 * MINUTE)
    assert before.problem is not None
    assert (before.times, before.problem.id) == (0, "rules.no_tape")
    early = tried(made.folder, made, (WATER,), start - 60 * MINUTE, end)
    assert early.problem is not None
    assert (early.times, early.problem.id) == (3, "rules.tape_begins")
    late = tried(made.folder, made, (WATER,), start, end, budget=-1.0)
    assert late.problem is not None
    assert late.problem.id == "rules.partly_tried"
    assert late.end < made.clock.city.at(end)


@pytest.mark.slow
@pytest.mark.system
def test_a_seat_has_a_rule_tried_by_a_process_of_the_hub(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub, seated(tmp_path / "seat", hub) as seat:
        desk = Alarmed(hub, seat)
        seat.until(lambda: desk.alarms.rules, "rules")
        now = seat.seat.clock.now()
        wrong = msgspec.structs.replace(WATER, above=None)
        said = seat.heard(lambda done: desk.alarms.try_out(wrong, now - MINUTE, now, done))
        assert said.id == "rules.no_bound"
        found = seat.heard(lambda done: desk.alarms.try_out(WATER, now - MINUTE, now + MINUTE, done))
        assert isinstance(found, Tried)
        assert found.times == 0
        assert found.problem is None or found.problem.id == "rules.tape_begins"
        assert hub.hub is not None
