"""The life of alarms by ISA-18.2: states, shelves, latches, parents, storms, chatter, load; what is kept of them."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant
from hypothesis.stateful import rule as step_rule

from cockpit.model.alarms import ACTS, Rule, text_of
from cockpit.model.clock import DAY, HOUR, SECOND, CityTime, ManualClock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.tables import ALARMS, AlarmState
from cockpit.packs.read import read_pack
from cockpit.signs.alarms import book
from cockpit.signs.alarms.book import AlarmBook, Work
from cockpit.signs.alarms.life import Alarm
from cockpit.signs.alarms.naming import Naming
from cockpit.signs.alarms.rows import row_of
from cockpit.signs.alarms.store import AlarmStore
from tests.living_rules import CELL, OTHER_CELL, Scene, rule

UNACK, ACK, RETURNED, SHELVED, SUPPRESSED, LATCHED = AlarmState


class Duty:
    """Rules over a scene, and the book of what they raise.

    Attributes:
        scene, book: of now. entries: what happened so far.
    """

    def __init__(self, *rules: Rule) -> None:
        self.scene = Scene(*rules)
        areas = self.scene.engine.world.areas
        naming = Naming(read_pack("hangzhou"), areas, lambda code: ({"zh": "积水点数", "en": "Places"}, "处"))
        self.book = AlarmBook(self.scene.city, areas, naming)
        self.book.rules = {one.id: one for one in rules}
        self.entries: list[tuple[str, str]] = []

    def step(self, seconds: float = 1.0) -> Work:
        self.book.take(self.scene.step(seconds))
        self.book.settle()
        work = self.book.take_work()
        self.entries += [(one.what, one.thing.partition("/")[2]) for one in work.entries]
        return work

    def sense(self, ident: str, value: float, **over: Any) -> Duty:
        self.scene.sense(ident, value, **over)
        return self

    def act(self, act: str, *idents: str, reason: str = "", hours: float = 0) -> Message | None:
        keys = [self.alarm(ident).key for ident in idents]
        until = self.scene.city.now() + round(hours * HOUR)
        return self.book.act(act, keys, "seat-1", reason, until)

    def alarm(self, ident: str, of: str = "") -> Alarm:
        (found,) = [
            one for one in self.book.alarms.values() if one.subject == f"sensors/{ident}" and of in ("", one.rule)
        ]
        return found

    def states(self) -> dict[str, AlarmState]:
        return {one.subject.partition("/")[2]: one.state for one in self.book.alarms.values()}


def test_an_alarm_stays_until_it_is_back_to_normal_and_acknowledged() -> None:
    duty = Duty(rule())
    duty.sense("W1", 20.0).step()
    duty.sense("W1", 1.0).step()
    assert duty.states() == {"W1": RETURNED}
    assert duty.act("acknowledge", "W1") is None
    assert duty.states() == {}
    duty.step()
    assert [what for what, _ in duty.entries] == ["raised", "cleared", "acknowledged"]


def test_one_that_comes_again_before_anyone_saw_it_counts_on_and_has_to_be_acknowledged_anew() -> None:
    duty = Duty(rule())
    for value in (20.0, 1.0, 30.0):
        duty.sense("W1", value).step()
    alarm = duty.alarm("W1")
    assert (alarm.state, alarm.count, alarm.value) == (UNACK, 2, 30.0)
    duty.act("acknowledge", "W1")
    duty.sense("W1", 1.0).step()
    assert duty.states() == {}
    duty.sense("W1", 20.0).step()
    assert duty.alarm("W1").count == 1
    assert duty.alarm("W1").key != alarm.key


def test_a_latched_alarm_stays_until_a_person_resets_it_once_it_is_back_to_normal() -> None:
    duty = Duty(rule(latched=True))
    duty.sense("W1", 20.0).step()
    duty.act("acknowledge", "W1")
    assert duty.act("reset", "W1") == Message("alarms.still_active")
    duty.sense("W1", 1.0).step()
    assert duty.states() == {"W1": LATCHED}
    duty.sense("W2", 20.0).step()
    duty.sense("W2", 1.0).step()
    assert duty.act("reset", "W2") == Message("alarms.ack_first")
    duty.act("acknowledge", "W2")
    assert duty.states() == {"W1": LATCHED, "W2": LATCHED}
    assert duty.act("reset", "W1", "W2") is None
    assert duty.states() == {}


def test_a_shelf_needs_a_reason_and_an_end_and_the_alarm_comes_back_by_itself() -> None:
    duty = Duty(rule())
    duty.sense("W1", 20.0).sense("W2", 20.0).step()
    assert duty.act("shelve", "W1", hours=1) == Message("alarms.shelve_reason")
    assert duty.act("shelve", "W1", reason="检修") == Message("alarms.shelve_end")
    assert duty.act("shelve", "W1", reason="检修", hours=100) == Message("alarms.shelve_long", {"days": 3})
    assert duty.act("shelve", "W1", "W2", reason="检修", hours=1) is None
    duty.sense("W2", 1.0).step()
    duty.sense("W1", 1.0).step()
    duty.sense("W1", 30.0).step()
    assert duty.states() == {"W1": SHELVED, "W2": SHELVED}, "raised on its shelf it stays there"
    assert duty.alarm("W1").count == 2
    assert duty.act("acknowledge", "W1") == Message("alarms.is_shelved")
    duty.step(3600)
    assert duty.states() == {"W1": UNACK}, "what is back to normal meanwhile is quiet"
    assert duty.entries[-2:] == [("unshelved", "W1"), ("unshelved", "W2")]


def test_a_shelf_lasts_by_the_clock_on_the_wall_whatever_the_clock_of_the_city_does() -> None:
    duty = Duty(rule())
    duty.sense("W1", 20.0).step()
    duty.act("shelve", "W1", reason="检修", hours=1)
    now = duty.scene.clock.now()
    duty.scene.city.city = CityTime(now, now - 20 * HOUR, 1.0, "another", False)
    duty.step(3599)
    assert duty.states() == {"W1": SHELVED}
    duty.step(2)
    assert duty.states() == {"W1": UNACK}


def test_what_a_parent_explains_waits_without_a_word_until_the_parent_is_gone() -> None:
    deep = rule(id="deepest", above=30.0)
    duty = Duty(deep, rule(parent="deepest"))
    duty.sense("W1", 40.0).sense("W2", 20.0, area=OTHER_CELL).step()
    assert duty.alarm("W1", "deep").state is SUPPRESSED
    assert duty.alarm("W1", "deep").parent == duty.alarm("W1", "deepest").key
    assert duty.alarm("W2").state is UNACK, "in another area it explains nothing"
    assert duty.book.load.load(duty.scene.clock.now(), 0, 1, [], duty.book.chatter).ten_minutes == 2
    duty.book.act("acknowledge", [duty.alarm("W1", "deepest").key], "seat-1", "", 0)
    duty.sense("W1", 20.0).step()
    assert duty.alarm("W1").state is UNACK
    assert ("released", "W1") in duty.entries
    duty.sense("W1", 1.0).step()
    assert duty.states()["W1"] is RETURNED


def test_sensors_of_a_silent_feed_are_explained_by_the_feed() -> None:
    feed = Rule("feed", {"zh": "接口"}, "absence", "feed")
    duty = Duty(feed, rule(kind="absence", where={}, parent="feed"))
    zeros = {column.name: 0 for column in duty.scene.picture["feed"].table.columns}
    words = dict.fromkeys(("source", "format", "problem", "detail", "system", "topic"), "")
    row = {**zeros, **words, "key": "sensors", "feed": "sensors", "name": "传感器", "beat": 5 * SECOND}
    duty.scene.put("feed", {**row, "received": duty.scene.clock.now()})
    duty.sense("W1", 1.0).sense("W2", 1.0, key="others/W2").step(200)
    states = {(one.rule, one.thing): one.state for one in duty.book.alarms.values()}
    assert states == {
        ("feed", "sensors"): UNACK, ("deep", "sensors/W1"): SUPPRESSED, ("deep", "others/W2"): UNACK,
    }  # fmt: skip


def test_a_storm_is_one_group_with_a_name_until_few_of_it_are_left() -> None:
    duty = Duty(rule(flood="暴雨"), rule(id="gas", where={"kind": "gas"}))
    for n in range(4):
        duty.sense(f"W{n}", 20.0)
    duty.sense("G1", 20.0, kind="gas").step()
    assert {one.flood for one in duty.book.alarms.values()} == {""}
    duty.sense("W4", 20.0).step()
    assert {one.subject: one.flood for one in duty.book.alarms.values() if one.flood} == {
        f"sensors/W{n}": "暴雨" for n in range(5)
    }
    for n in range(3):
        duty.act("acknowledge", f"W{n}")
        duty.sense(f"W{n}", 1.0)
    duty.step()
    assert {one.flood for one in duty.book.alarms.values()} == {""}


def test_three_times_within_a_minute_is_chatter_and_a_delay_against_it_is_named() -> None:
    duty = Duty(rule())
    for _ in range(3):
        duty.sense("W1", 20.0).step(8)
        duty.sense("W1", 1.0).step(7)
    assert duty.alarm("W1").chatter
    assert duty.entries.count(("chattering", "W1")) == 1
    load = duty.book.load.load(
        duty.scene.clock.now(), duty.scene.city.now(), 1, duty.book.alarms.values(), duty.book.chatter
    )
    (worst,) = load.offenders
    assert (worst.rule, worst.thing, worst.times, worst.chatter, worst.delay) == ("deep", "sensors/W1", 3, True, 10.0)
    calm = Duty(rule(delay=worst.delay))
    for _ in range(3):
        calm.sense("W1", 20.0).step(8)
        calm.sense("W1", 1.0).step(7)
    assert calm.states() == {}, "with that delay it would not have been raised at all"
    duty.step(700)
    assert not duty.alarm("W1").chatter


def test_the_load_is_of_ten_minutes_for_each_operator_and_a_flood_ends_below_five() -> None:
    duty = Duty(rule())
    load = duty.book.load

    def now(operators: int) -> tuple[float, bool]:
        found = load.load(duty.scene.clock.now(), duty.scene.city.now(), operators, duty.book.alarms.values(),
                          duty.book.chatter)  # fmt: skip
        return found.ten_minutes, bool(found.flood)

    for n in range(22):
        duty.sense(f"W{n}", 20.0).step()
    assert now(4) == (5.5, False)
    assert now(2) == (11.0, True)
    duty.step(560)
    assert now(2) == (11.0, True)
    duty.step(29)
    assert now(2) == (5.5, True), "what began above ten goes on until it is below five"
    duty.step(2)
    assert now(2) == (4.5, False)
    duty.step(600)
    assert now(2) == (0.0, False)
    duty.step(2 * 3600)
    found = load.load(duty.scene.clock.now(), duty.scene.city.now(), 1, duty.book.alarms.values(), duty.book.chatter)
    assert sum(found.hours) == 22
    assert found.hours[21] == 22
    assert (found.today, found.unacknowledged, found.stale) == (22, 22, 0)


def test_what_stands_for_a_day_is_stale_and_among_the_offenders_though_it_was_raised_once() -> None:
    duty = Duty(rule())
    duty.sense("W1", 20.0).step()
    duty.act("acknowledge", "W1")
    duty.sense("W1", 20.0).step(25 * 3600)
    found = duty.book.load.load(
        duty.scene.clock.now(), duty.scene.city.now(), 1, duty.book.alarms.values(), duty.book.chatter
    )
    (stale,) = found.offenders
    assert (found.stale, stale.thing, stale.times) == (1, "sensors/W1", 0)
    assert stale.standing >= DAY


def test_a_case_about_an_alarm_acknowledges_it() -> None:
    duty = Duty(rule())
    duty.sense("W1", 20.0).step()
    duty.book.case_of = lambda key: ("0714-0001", "seat-3")
    duty.step()
    assert duty.states() == {"W1": ACK}
    assert duty.entries[-1] == ("case", "W1")


def test_an_alarm_is_a_row_with_every_column_and_says_its_name_and_place() -> None:
    duty = Duty(rule(), rule(id="sign", topic="sign", where={}, above=1.0))
    zeros = {column.name: 0 for column in duty.scene.picture["sign"].table.columns}
    duty.scene.put(
        "sign",
        {**zeros, "key": "sign/D02@330100", "feed": "signs", "code": "D02", "area": "330102", "part": "", "value": 4.0},
    )
    duty.sense("W1", 20.0, area=CELL).step()
    rows = {one.rule: row_of(one, 7) for one in duty.book.alarms.values()}
    assert all(tuple(row) == ALARMS.names for row in rows.values())
    assert rows["deep"]["place"] == "上城区 · 闸弄口街道 · 闸弄口第1社区"
    assert (rows["sign"]["unit"], text_of(rows["sign"]["name"])) == ("处", {"zh": "积水点数", "en": "Places"})
    assert text_of("{nonsense") == {"zh": "{nonsense"}


def test_the_place_of_an_alarm_is_named_once_its_area_is_known() -> None:
    duty = Duty(rule())
    areas = duty.scene.picture["area"]
    rows = [areas.row(i) for i in range(len(areas))]
    duty.scene.picture.remove("area", list(areas.keys))
    duty.sense("W1", 20.0).step()
    assert duty.alarm("W1").place == ""
    duty.scene.put("area", *rows)
    work = duty.step()
    assert [alarm.place for alarm in work.put] == ["上城区 · 闸弄口街道 · 闸弄口第1社区"]


# -- what is kept --------------------------------------------------------------------------------------------------


def test_what_is_written_is_found_again_and_an_older_version_of_a_rule_too(tmp_path: Path) -> None:
    duty = Duty(rule())
    store = AlarmStore(tmp_path / "alarms.db", duty.scene.clock)
    assert store.open().rules == ()
    store.write_rules([rule()], [])
    store.write_rules([rule(version=2, above=20.0), rule(id="other")], [])
    store.write_rules([], ["other"])
    duty.sense("W1", 20.0).sense("W2", 20.0)
    store.write(duty.step())
    duty.act("acknowledge", "W2")
    duty.sense("W2", 1.0)
    store.write(duty.step())
    store.close()
    store = AlarmStore(tmp_path / "alarms.db", duty.scene.clock)
    kept = store.open()
    assert [one.version for one in kept.rules] == [2]
    assert kept.ever == {"deep", "other"}
    assert kept.alarms == (duty.alarm("W1"),)
    assert [one.thing for one in kept.raised] == ["sensors/W1", "sensors/W2"]
    assert kept.last == 4
    assert [one.above for one in store.history("deep")] == [20.0, 15.0]
    assert [one.what for one in store.entries("", "deep", 4, 2)] == ["acknowledged", "raised"]
    duty.scene.clock.advance(91 * DAY / SECOND)
    store.trim()
    assert store.entries("", "", 0, 10) == []
    store.close()


def test_a_damaged_file_is_moved_aside_with_a_sentence_and_a_new_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "alarms.db"
    path.write_bytes(b"nonsense" * 1000)
    store = AlarmStore(path, ManualClock())
    kept = store.open()
    assert [one.id for one in kept.notices] == ["store.corrupt"]
    store.write_rules([rule()], [])
    store.close()
    assert len(list(tmp_path.glob("alarms.db.corrupt-*"))) == 1


def test_what_the_disk_refuses_is_taken_back_whole_and_said(tmp_path: Path) -> None:
    duty = Duty(rule())
    path = tmp_path / "alarms.db"
    store = AlarmStore(path, duty.scene.clock)
    store.open()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    duty.sense("W1", 20.0)
    work = duty.step()
    with pytest.raises(OutsideError):
        store.write(work)
    other.execute("ROLLBACK")
    other.close()
    duty.book.give_back(work)
    duty.sense("W2", 20.0)
    store.write(duty.step())
    store.close()
    assert len(AlarmStore(path, duty.scene.clock).open().alarms) == 2


def test_what_waits_for_a_disk_that_takes_nothing_is_bounded_and_says_how_much_was_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(book, "MOST_WAITING", 5)
    duty = Duty()
    for n in range(20):
        duty.book.note_rule("rule_saved", f"r{n}", "seat-1")
        duty.book.give_back(duty.book.take_work())
    kept = duty.book.take_work().entries
    assert [(one.n, one.what) for one in kept[:2]] == [(16, "lost"), (17, "rule_saved")]
    assert kept[0].value == 16
    assert [one.rule for one in kept[1:]] == ["r16", "r17", "r18", "r19"]


_WRITER = """
import sys
from pathlib import Path
from cockpit.model.clock import ManualClock
from tests.test_alarms_book import Duty
from tests.living_rules import rule
from cockpit.signs.alarms.store import AlarmStore
duty = Duty(rule())
store = AlarmStore(Path(sys.argv[1]), ManualClock())
store.open()
for n in range(100_000):
    duty.sense(f"W{n}", 20.0)
    store.write(duty.step())
    print(n, flush=True)
"""


@pytest.mark.slow
def test_what_was_said_to_be_kept_is_there_after_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "alarms.db"
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[1]
    )
    assert writer.stdout is not None
    try:
        said = [int(writer.stdout.readline()) for _ in range(20)][-1]
    finally:
        os.kill(writer.pid, signal.SIGKILL)
        writer.stdout.close()
        writer.wait(30)
    store = AlarmStore(path, ManualClock())
    kept = store.open()
    store.close()
    assert kept.notices == ()
    found = {one.subject for one in kept.alarms}
    assert found >= {f"sensors/W{n}" for n in range(said + 1)}
    assert len(kept.raised) == len(found)


# -- any order of things -------------------------------------------------------------------------------------------


class Life(RuleBasedStateMachine):
    """Whatever happens in whatever order: states agree with what holds, and nothing stands twice or for nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.duty = Duty(rule(latched=False, parent="deepest"), rule(id="deepest", above=30.0, latched=True))
        self.kept: dict[str, Alarm] = {}

    @step_rule(ident=st.sampled_from(["W1", "W2"]), value=st.sampled_from([1.0, 20.0, 40.0, float("nan")]))
    def sense(self, ident: str, value: float) -> None:
        self.duty.sense(ident, value)
        self.keep(self.duty.step())

    @step_rule(act=st.sampled_from(ACTS), n=st.integers(0, 3), hours=st.sampled_from([0.01, 2.0]))
    def act(self, act: str, n: int, hours: float) -> None:
        keys = list(self.duty.book.alarms)
        if n < len(keys):
            self.duty.book.act(act, [keys[n]], "seat-1", "检修", self.duty.scene.city.now() + round(hours * HOUR))
            self.duty.book.settle()
            self.keep(self.duty.book.take_work())

    @step_rule(seconds=st.sampled_from([1.0, 60.0, 3600.0]))
    def wait(self, seconds: float) -> None:
        self.keep(self.duty.step(seconds))

    def keep(self, work: Work) -> None:
        for key in work.gone:
            self.kept.pop(key, None)
        self.kept.update((alarm.key, alarm) for alarm in work.put)

    @invariant()
    def states_agree(self) -> None:
        for alarm in self.duty.book.alarms.values():
            if alarm.state in (UNACK, ACK, SUPPRESSED):
                assert alarm.active
            elif alarm.state in (RETURNED, LATCHED):
                assert not alarm.active
            assert alarm.state is not LATCHED or alarm.latched
            assert (alarm.state is SUPPRESSED) == bool(alarm.parent)
            running = self.duty.scene.engine.running[alarm.rule].tracks.get(alarm.subject)
            assert alarm.active == (running is not None and running.standing)

    @invariant()
    def nothing_stands_twice(self) -> None:
        marks = [(alarm.rule, alarm.subject) for alarm in self.duty.book.alarms.values()]
        assert len(marks) == len(set(marks))

    @invariant()
    def what_is_kept_is_what_there_is(self) -> None:
        assert self.kept == self.duty.book.alarms


Life.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestLife = Life.TestCase
