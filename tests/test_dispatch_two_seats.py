"""Two seats on one hub, all of it real processes but the seats' own windows: what one orders the other sees, and a hub
that is killed, a seat that is closed or killed in the middle lose nothing and double nothing."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from cockpit.model.entries import AddNote, Decision, Fact, NewOrder, encode, read_decision
from cockpit.model.ids import new_id
from cockpit.model.ports.cases import Sending
from cockpit.model.ports.link import LinkState
from tests.living_hub import CITY, CLOCK, Seated, an_open, an_order, put_units, seated
from tests.story import Program

pytestmark = [pytest.mark.slow, pytest.mark.system]
WAITING, SENT, DONE = Sending.WAITING, Sending.SENT, Sending.DONE


class Hall:
    """A hub as a process, with units in its memory, that can be killed and started again."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.profile = home / "hub"
        self.profile.mkdir(mode=0o700)
        put_units(self.profile / "hub.db")
        self._program: Program | None = None

    def start(self) -> None:
        city = ("--city", "http://127.0.0.1:9", "--pack", CITY, "--port", "0")
        self._program = Program(self.home, "hub", "--profile", self.profile, *city)
        self._program.answer()

    def kill(self) -> None:
        assert self._program is not None
        tree = self._program.tree()
        self._program.kill()
        psutil.wait_procs(tree, timeout=30)  # bus and gateway die with it
        self._program = None

    def bus(self) -> psutil.Process:
        assert self._program is not None
        return self._program.await_child(("nats-server",))

    def end(self) -> None:
        if self._program is not None:
            self._program.end()

    def ledger(self) -> list[Decision]:
        """All decisions of the hub's own copy, in order."""
        path = self.profile / CITY / "ledger.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            return [read_decision(data) for (data,) in db.execute("SELECT data FROM decision ORDER BY seq")]


@pytest.fixture
def home() -> Iterator[Path]:
    base = Path(tempfile.mkdtemp(prefix="ck-"))
    (base / "run").mkdir(mode=0o700)
    yield base
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def hall(home: Path) -> Iterator[Hall]:
    hall = Hall(home)
    try:
        hall.start()
        yield hall
    finally:
        hall.end()


def live(seat: Seated) -> bool:
    return seat.seat.link.state is LinkState.LIVE


def test_what_one_seat_orders_the_other_sees(home: Path, hall: Hall) -> None:
    with seated(home / "a", hall.profile) as a, seated(home / "b", hall.profile) as b:
        b.until(lambda: live(b))
        case = a.submit(an_order(event="incident/1"), order="请到场处置", place="天城路")
        a.await_states(SENT)
        b.until(lambda: b.cases.of_event("incident/1"))
        seen, own = b.cases.case(case), a.cases.case(case)
        assert seen.number == own.number
        assert [step.actor.seat for step in seen.steps] == [step.actor.seat for step in own.steps]
        assert own.steps[0].actor.seat != b.cases.actor.seat
        words = b.heard(lambda done: b.cases.texts([seen.texts["place"]], done))
        assert list(words.values()) == ["天城路"]
        # a second order to the same unit, by the other one, is refused with its reason
        b.submit(an_order(event="incident/2"), order="另一件")
        b.await_states(Sending.REFUSED)
        assert b.rows()[0].problem.id == "ledger.unit_ordered"
        assert {"case", "outbox"} <= b.topics


def test_two_seats_that_order_the_same_unit_at_once_have_one_order_and_one_sentence(home: Path, hall: Hall) -> None:
    with seated(home / "a", hall.profile) as a, seated(home / "b", hall.profile) as b:
        for seat in (a, b):
            seat.until(lambda seat=seat: live(seat))
        for unit in range(1, 6):
            for seat in (a, b):
                seat.cases.submit(an_order(unit=unit), "", {"order": "请到场处置"}, lambda problem: None)
        for seat in (a, b):
            seat.until(lambda seat=seat: len(seat.rows()) == 5 and "waiting" not in seat.states())
        told = a.states() + b.states()
        assert (told.count("sent"), told.count("refused")) == (5, 5)
        a.until(lambda: len(a.cases.all_open()) == 5)


def test_with_the_hub_killed_an_order_waits_outlives_the_seat_and_goes_out_once(home: Path, hall: Hall) -> None:
    with seated(home / "a", hall.profile) as a:
        a.until(lambda: live(a))
        hall.kill()
        a.until(lambda: a.seat.link.state is LinkState.LOST)
        case = a.submit(an_order(), order="请到场处置")
        for n in range(3):
            a.submit(AddNote(), case, words=f"第 {n} 条")
        assert a.states() == ["waiting"] * 4
        ids = [row.id for row in a.rows()]
    with seated(home / "a", hall.profile) as a:  # the hub is still dead
        assert a.states() == ["waiting"] * 4
        assert a.cases.case(case).provisional
        order = next(iter(a.cases.case(case).orders.values()))
        assert (order.state, order.words) == ("confirmed", "请到场处置")
        hall.start()
        with seated(home / "b", hall.profile) as b:
            a.await_states(SENT, DONE, DONE, DONE)
            b.until(lambda: b.cases.case(case) and b.cases.case(case).revision == 4)
        assert not a.cases.case(case).provisional
    assert [decision.cause for decision in hall.ledger()] == ids


def test_a_hub_killed_while_commands_are_on_their_way_decides_each_once(home: Path, hall: Hall) -> None:
    with seated(home / "a", hall.profile) as a:
        a.until(lambda: live(a))
        for round_ in range(2):
            cases = [a.cases.submit(an_open(), "", {}, lambda problem: None) for _ in range(10)]
            for case in cases:
                a.cases.submit(AddNote(), case, {"words": "一"}, lambda problem: None)
            if round_ % 2 == 0:
                a.until(lambda n=20 * round_ + 3: sum(s != "waiting" for s in a.states()) >= n)
            hall.kill()
            hall.start()
        a.until(lambda: len(a.rows()) == 40 and set(a.states()) == {"done"})
        ids = [row.id for row in a.rows()]
    decisions = hall.ledger()
    assert sorted(decision.cause for decision in decisions) == sorted(ids)
    place = {decision.cause: decision.seq for decision in decisions}
    by_case: dict[str, list[int]] = {}
    for row in a.rows():
        by_case.setdefault(row.case, []).append(place[row.id])
    assert all(places == sorted(places) for places in by_case.values())


def test_a_bus_that_stands_still_is_a_partition_that_loses_nothing(home: Path, hall: Hall) -> None:
    with seated(home / "a", hall.profile) as a, seated(home / "b", hall.profile) as b:
        for seat in (a, b):
            seat.until(lambda seat=seat: live(seat))
        bus = hall.bus()
        bus.send_signal(signal.SIGSTOP)
        try:
            case = a.submit(an_order(), order="请到场处置")
            other = b.submit(an_open())
            a.until(lambda: a.rows()[0].problem, "no answer")
            assert a.states() == ["waiting"]
        finally:
            bus.send_signal(signal.SIGCONT)
        a.await_states(SENT)
        b.await_states(DONE)
        for seat in (a, b):
            seat.until(lambda seat=seat: {one.id for one in seat.cases.all_open()} == {case, other})
    assert len(hall.ledger()) == 2


_OFFICER = """
import json, sys
from pathlib import Path
from cockpit.model.entries import AddNote
from cockpit.processes import die_with_parent
from tests.living_hub import Seated, an_open
die_with_parent()
seat = Seated(Path(sys.argv[1]), Path(sys.argv[2]))
case = seat.submit(an_open())
print(json.dumps(case), flush=True)
while True:
    seat.submit(AddNote(), case, words="一")
    print(json.dumps([row.id for row in seat.rows()][-1]), flush=True)
"""


def test_a_seat_killed_at_any_moment_goes_on_with_what_it_was_told_is_durable(home: Path, hall: Hall) -> None:
    told: list[list[str]] = []
    for at in (3, 30):
        command = [sys.executable, "-c", _OFFICER, str(home / "a"), str(hall.profile)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        lines: list[str] = []
        try:
            while len(lines) < at:
                lines.append(process.stdout.readline())
        finally:
            process.kill()
            lines += process.stdout.read().split("\n")[:-1]
            process.stdout.close()
            process.wait(30)
        told.append([json.loads(line) for line in lines[1:]])
    with seated(home / "a", hall.profile) as a:
        a.until(lambda: "waiting" not in a.states())
    causes = [decision.cause for decision in hall.ledger()]
    assert len(causes) == len(set(causes))
    for of_one_case in told:
        assert [cause for cause in causes if cause in of_one_case] == of_one_case


def test_what_a_device_reports_reaches_both_seats_and_settles_the_row(home: Path, hall: Hall) -> None:
    with seated(home / "a", hall.profile) as a, seated(home / "b", hall.profile) as b:
        act = an_order()
        case = a.submit(act, order="请到场处置")
        a.await_states(SENT)
        _report(hall, act.orders[0], "delivered", "read", "accepted")
        for seat in (a, b):
            seat.until(
                lambda seat=seat: (one := seat.cases.case(case)) and one.orders[act.orders[0].id].state == "accepted"
            )
        a.await_states(DONE)


def _report(hall: Hall, order: NewOrder, *kinds: str) -> None:
    """Facts as the gateway sends them, with its key."""
    from cockpit.bus import subjects
    from cockpit.bus.client import connect
    from cockpit.bus.users import Keys

    async def go() -> None:
        url = json.loads((hall.profile / "hub.json").read_bytes())["url"]
        client = await connect(url, Keys(hall.profile).gateway(), "gateway", lambda: None)
        try:
            for kind in kinds:
                fact = Fact(new_id(CLOCK), kind, order.id, order.unit, "device-1", CLOCK.now(), CLOCK.now())
                await client.request(subjects.fact(CITY, subjects.LIVE, "gateway"), encode(fact), timeout=10)
        finally:
            await client.close()

    asyncio.run(go())
