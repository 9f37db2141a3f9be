"""Alarms between a real hub and a real seat: raised, acted on, kept over restarts, and made into a case."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cockpit.model.alarms import Rule
from cockpit.model.batch import columns_of_rows
from cockpit.model.clock import HOUR
from cockpit.model.entries import NewCase, OpenCase
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending
from cockpit.model.tables import SENSORS, AlarmState
from cockpit.seat.alarms import LiveAlarms
from tests.living_hub import CLOCK, LivingHub, Seated, seated
from tests.living_rules import sensor

pytestmark = pytest.mark.slow


class Alarmed:
    """A seat with its port of alarms, beside a hub whose sensors a test sets."""

    def __init__(self, hub: LivingHub, seat: Seated) -> None:
        self.hub, self.seat = hub, seat
        self.alarms = LiveAlarms(seat.seat)

    def sense(self, ident: str, value: float, **over: Any) -> None:
        row = sensor(ident, value, CLOCK.now(), **{"kind": "gas", "unit": "%LEL", **over})
        hub, loop = self.hub.hub, self.hub._loop
        assert hub is not None
        assert loop is not None

        async def put() -> None:
            hub.intake._put("sensor", columns_of_rows(SENSORS, [row]))

        asyncio.run_coroutine_threadsafe(put(), loop).result(30)

    def rows(self) -> list[dict[str, Any]]:
        """Alarms about sensors; what makes a sensor's alarm may make one of a vital sign, too."""
        table = self.seat.seat.picture["alarm"]
        rows = [table.row(i) for i in range(len(table))]
        return [row for row in rows if row["thing"].startswith("sensors/") and row["rule"] != "gas-low"]

    def until_states(self, *states: AlarmState) -> list[dict[str, Any]]:
        self.seat.until(lambda: [row["state"] for row in self.rows()] == list(states), str(states))
        return self.rows()

    def act(self, act: str, *keys: str, reason: str = "", until: int = 0) -> Message | None:
        return self.seat.heard(lambda done: self.alarms.act(act, keys, done, reason, until))  # type: ignore[no-any-return]


def test_an_alarm_is_raised_acknowledged_and_leaves_when_it_is_back_to_normal(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub, seated(tmp_path / "seat", hub) as seat:
        desk = Alarmed(hub, seat)
        desk.sense("G1", 55.0)
        (row,) = desk.until_states(AlarmState.UNACKNOWLEDGED)
        assert (row["rule"], row["thing"], row["value"], row["limit"]) == ("gas-high", "sensors/G1", 55.0, 40.0)
        assert (row["kind"], row["level"], row["unit"], row["name"]) == ("E0593", 1, "%LEL", "积水点 G1")
        assert desk.act("reset", row["key"]) == Message("alarms.still_active")
        assert desk.act("acknowledge", row["key"]) is None
        desk.until_states(AlarmState.ACKNOWLEDGED)
        assert desk.act("acknowledge", row["key"]) == Message("alarms.acked_already")
        assert desk.act("acknowledge", "alarm/none") == Message("alarms.gone_already")
        found = seat.heard(lambda done: desk.alarms.entries(done, alarm=row["key"]))
        assert [(one.what, one.seat) for one in found] == [("acknowledged", "seat-1"), ("raised", "")]


def test_alarms_shelves_and_rules_are_as_they_were_after_the_hub_was_gone(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub:
        with seated(tmp_path / "seat", hub) as seat:
            desk = Alarmed(hub, seat)
            desk.sense("G1", 55.0)
            desk.sense("G2", 60.0)
            first, second = desk.until_states(AlarmState.UNACKNOWLEDGED, AlarmState.UNACKNOWLEDGED)
            until = seat.seat.clock.now() + 8 * HOUR
            assert desk.act("shelve", first["key"], until=until) == Message("alarms.shelve_reason")
            assert desk.act("shelve", first["key"], reason="检修中", until=until) is None
            assert desk.act("acknowledge", second["key"]) is None
            seat.until(lambda: desk.alarms.rules, "rules")
            gas = next(rule for rule in desk.alarms.rules if rule.id == "gas-high")
            wanted = msgspec.structs.replace(gas, above=50.0)
            assert seat.heard(lambda done: desk.alarms.save(wanted, done)) is None
            stale = msgspec.structs.replace(gas, above=30.0)
            said = seat.heard(lambda done: desk.alarms.save(stale, done))
            assert said == Message("rules.changed_meanwhile", {"seat": "seat-1"})
        hub.stop()
        hub.start()
        with seated(tmp_path / "seat", hub) as seat:
            desk = Alarmed(hub, seat)
            rows = {row["key"]: row for row in desk.until_states(AlarmState.SHELVED, AlarmState.ACKNOWLEDGED)}
            assert rows[first["key"]]["shelved"] == until
            assert rows[second["key"]]["raised"] == second["raised"]
            seat.until(lambda: desk.alarms.rules, "rules")
            found = {rule.id: rule for rule in desk.alarms.rules}
            assert (found["gas-high"].above, found["gas-high"].version, found["gas-high"].by) == (50.0, 2, "seat-1")
            versions = seat.heard(lambda done: desk.alarms.history("gas-high", done))
            assert [(one.version, one.above) for one in versions] == [(2, 50.0), (1, 40.0)]


def test_a_case_is_opened_about_an_alarm_that_the_hub_knows_and_about_no_other(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub, seated(tmp_path / "seat", hub) as seat:
        desk = Alarmed(hub, seat)
        desk.sense("G1", 55.0)
        (row,) = desk.until_states(AlarmState.UNACKNOWLEDGED)

        def open_about(event: str) -> str:
            facts = NewCase(event, row["kind"], row["level"], row["lon"], row["lat"], "330102001", "sensor")
            return seat.submit(OpenCase(facts))

        open_about("alarm/0192f0c1-0000-7000-8000-000000000000")
        seat.await_states(Sending.REFUSED)
        (waiting,) = seat.rows()
        assert waiting.problem == Message("alarms.no_cause")
        ident = open_about(row["key"])
        seat.until(lambda: (case := seat.cases.of_event(row["key"])) is not None and case.number, "the case")
        assert seat.cases.of_event(row["key"]).id == ident
        desk.until_states(AlarmState.ACKNOWLEDGED)  # whoever opens a case about it has seen it
        found = seat.heard(lambda done: desk.alarms.entries(done, alarm=row["key"], most=1))
        assert [(one.what, one.seat) for one in found] == [("case", "seat-1")]


def test_a_wrong_rule_is_refused_in_a_sentence_and_one_that_is_removed_takes_its_alarms_along(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub, seated(tmp_path / "seat", hub) as seat:
        desk = Alarmed(hub, seat)
        seat.until(lambda: desk.alarms.rules, "rules")
        loud = Rule("loud", {"zh": "噪声"}, "threshold", "sensor", {"kind": "noise"}, "value", above=70.0, version=0)
        wrong = msgspec.structs.replace(loud, above=None)
        assert seat.heard(lambda done: desk.alarms.save(wrong, done)) == Message("rules.no_bound")
        assert seat.heard(lambda done: desk.alarms.save(loud, done)) is None
        assert [rule.version for rule in desk.alarms.rules if rule.id == "loud"] == [1]
        desk.sense("N1", 80.0, kind="noise")
        desk.until_states(AlarmState.UNACKNOWLEDGED)
        seat.until(lambda: desk.alarms.load.unacknowledged >= 1 and desk.alarms.load.operators == 1, "the load")
        assert desk.alarms.load.ten_minutes >= 1
        assert seat.heard(lambda done: desk.alarms.remove("loud", 2, done)).id == "rules.changed_meanwhile"
        assert seat.heard(lambda done: desk.alarms.remove("loud", 1, done)) is None
        desk.until_states()
        said = seat.heard(lambda done: desk.alarms.remove("gas-high", 1, done))
        assert said.id == "rules.still_used"


def test_a_change_of_a_rule_and_who_made_it_are_kept_together_or_not_at_all(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub, seated(tmp_path / "seat", hub) as seat:
        desk = Alarmed(hub, seat)
        seat.until(lambda: desk.alarms.rules, "rules")
        file = next((tmp_path / "hub").rglob("alarms.db"))
        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("CREATE TRIGGER full BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'no'); END")
            loud = Rule(
                "loud", {"zh": "噪声"}, "threshold", "sensor", {"kind": "noise"}, "value", above=70.0, version=0
            )
            assert seat.heard(lambda done: desk.alarms.save(loud, done)) is not None
            assert other.execute("SELECT count(*) FROM rule WHERE id = 'loud'").fetchone() == (0,)
            other.execute("DROP TRIGGER full")
        assert seat.heard(lambda done: desk.alarms.save(loud, done)) is None
        found = seat.heard(lambda done: desk.alarms.entries(done, rule="loud"))
        assert [(one.what, one.seat) for one in found] == [("rule_saved", "seat-1")]


def test_without_a_hub_an_act_is_refused_at_once_and_changes_nothing(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub, seated(tmp_path / "seat", hub) as seat:
        desk = Alarmed(hub, seat)
        desk.sense("G1", 55.0)
        (row,) = desk.until_states(AlarmState.UNACKNOWLEDGED)
        hub.stop()
        said = desk.act("acknowledge", row["key"])
        assert isinstance(said, Message)
        assert said.id.startswith("seat.")
        assert [one["state"] for one in desk.rows()] == [AlarmState.UNACKNOWLEDGED]
        hub.start()
        desk.until_states(AlarmState.UNACKNOWLEDGED)
        seat.until(lambda: desk.act("acknowledge", row["key"]) is None, "acknowledged once the hub is back")
        desk.until_states(AlarmState.ACKNOWLEDGED)
