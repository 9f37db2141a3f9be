"""The story of an order, on the real processes: a city whose workers have devices, a hub with bus and gateway, seats.

The first test is the whole loop; the others are its bad days, each with one sentence, nothing lost, nothing doubled.
Where a bad day is proved (here: as seen at the end of the whole chain; in full: every case of it):

| what comes                   | here                               | in full                                      |
|------------------------------|------------------------------------|----------------------------------------------|
| forged or expired tokens     | a stranger at the gateway          | test_field_api, test_field_process           |
| replayed requests            | devices that say all twice         | test_field_api, test_field_hub               |
| the same command again       | the hub dead, the seat killed      | test_ledger_book, test_hub_ledger            |
| a photo that is none         | photos that are none, the stranger | test_field_photos, test_store_blobs          |
| a device's clock an hour off | clocks an hour ahead               | test_ledger_facts, test_field_api            |
| a unit that went off duty    | a seat that had not heard of it    | test_ledger_decide, test_ledger_checks       |
| two seats order one unit     | two seats, one unit                | test_dispatch_two_seats, test_ledger_book    |
| disk full in the middle      |                                    | test_hub_ledger, test_ledger_book (hub),     |
|                              |                                    | test_outbox (seat), test_field_photos        |
| kills, cuts, restarts        | the hub dead, the seat killed      | test_torture, test_dispatch_two_seats        |
| bytes that are no command    |                                    | test_ledger_book, test_bus_rights            |
"""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
import psutil
import pytest

from cockpit.bus.where import OwnHub
from cockpit.geo.metres import haversine
from cockpit.model.cases import Case, Order
from cockpit.model.clock import HOUR, MINUTE, SystemClock, from_iso
from cockpit.model.entries import Act, CloseCase, Decision, IssueOrders, NewCase, NewOrder, VerifyOrder, read_decision
from cockpit.model.ids import new_id
from cockpit.model.messages import Message, texts
from cockpit.model.ports.cases import Sending
from cockpit.model.ports.link import LinkState
from cockpit.model.tables import EventState, UnitState
from cockpit.processes import free_port
from cockpit.seat import Seat
from tests.story import OpenSeat, Program, a_home, open_seat, until
from tests.torture.checker import rows_of_copy

pytestmark = [pytest.mark.system, pytest.mark.slow]

PACK = "lujiazui"
SPEED = 60
EVENING, NIGHT, MORNING = "2026-07-14T17:42:00+08:00", "2026-07-14T23:00:00+08:00", "2026-07-15T09:00:00+08:00"
NIGHT_SHIFT = from_iso("2026-07-14T19:00:00+08:00")
JPEG = b"\xff\xd8\xff"
clock = SystemClock()


class Hall:
    """City and hub, each of which a test may kill and start again.

    Attributes:
        home: where all of it lies; profile: the hub's.
        url: address of the city's platform.
    """

    def __init__(self, home: Path) -> None:
        self.home, self.profile = home, home / "hub"
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._programs: dict[str, Program] = {}

    def start_city(self, start: str = EVENING) -> None:
        options = ("--speed", str(SPEED), "--units", "60", "--workers", "willing", "--start", start)
        field = ("--field", self.profile / "field.json")
        self._start("city", "city", "serve", "--city", PACK, "--port", str(self._port), *options, *field)

    def start_hub(self) -> None:
        self._start("hub", "hub", "--profile", self.profile, "--city", self.url, "--pack", PACK, "--port", "0")
        self.gateway()
        self._programs["hub"].keep()

    def _start(self, name: str, *arguments: str | Path) -> None:
        self._programs[name] = program = Program(self.home, *arguments)
        program.answer()
        program.keep()  # it serves all tests of this module

    def kill_hub(self) -> None:
        """With its bus and its gateway."""
        program = self._programs["hub"]
        tree = program.tree()
        program.kill()
        psutil.wait_procs(tree, timeout=30)

    def end(self, *names: str) -> None:
        for name in names or ("hub", "city"):
            if name in self._programs:
                self._programs.pop(name).end()

    def gateway(self) -> str:
        """Address of the gateway that runs now."""

        def listens() -> str:
            with suppress(OSError, ValueError, psutil.Error):
                note = json.loads((self.profile / "field.json").read_bytes())
                if psutil.pid_exists(note["pid"]):
                    return str(note["url"])
            return ""

        return until(listens, "a gateway that listens")

    def fault(self, name: str, seconds: float) -> None:
        answer = httpx.post(f"{self.url}/fault", json={"fault": name, "seconds": seconds}, trust_env=False)
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def hall() -> Iterator[Hall]:
    with a_home() as home:
        made = Hall(home)
        try:
            made.start_city()
            made.start_hub()
            yield made
        finally:
            made.end()


@pytest.fixture
def desk(hall: Hall) -> Iterator[OpenSeat]:
    """A seat that has joined, with events and units in its picture."""
    with a_desk(hall, "desk") as desk:
        yield desk


def a_desk(hall: Hall, name: str) -> Any:
    return open_seat(hall.home / name, OwnHub(hall.profile), PACK)


def joined(desk: OpenSeat) -> OpenSeat:
    def there(seat: Seat) -> bool:
        live = seat.link.state is LinkState.LIVE and bool(seat.cases.actor.seat) and seat.cases.known
        return live and bool(free_units(seat)) and bool(len(seat.picture["event"]))

    desk.until(there, "the hub is joined, with its ledger, events and units")
    return desk


def free_units(seat: Seat) -> list[dict[str, Any]]:
    table = seat.picture["unit"]
    return [table.row(row) for row, state in enumerate(table.numbers("state").tolist()) if state == UnitState.FREE]


def an_order(desk: OpenSeat, fits: Callable[[dict[str, Any], float], bool] = lambda unit, away: True) -> IssueOrders:
    """A first order of an open event without a case, to a free unit that the rules let go; the nearest that `fits`
    (by the unit, and metres from the place)."""
    found = desk.until(lambda seat: fitting(seat, fits), "an event and a unit that fit each other")
    assert found is not None
    return found


def fitting(seat: Seat, fits: Callable[[dict[str, Any], float], bool]) -> IssueOrders | None:
    events = seat.picture["event"]
    for row, state in enumerate(events.numbers("state").tolist()):
        event = events.row(row)
        if state != EventState.OPEN or seat.cases.of_event(event["key"]) is not None:
            continue
        facts = NewCase(
            event["key"], event["kind"], min(int(event["level"]), 4), event["lon"], event["lat"], event["area"],
            event["channel"],
        )  # fmt: skip
        units = [(away(unit, facts), unit["key"], unit) for unit in free_units(seat)]
        for distance, key, unit in sorted(units, key=lambda found: found[:2]):
            act = IssueOrders((NewOrder(new_id(clock), key),), 15 * MINUTE, 2 * HOUR, facts)
            if fits(unit, distance) and all(check.problem is None for check in seat.cases.checks(act, "")):
                return act
    return None


def away(unit: dict[str, Any], facts: NewCase) -> float:
    """Metres from the place."""
    return float(haversine(unit["lon"], unit["lat"], facts.lon, facts.lat))


def submit(desk: OpenSeat, act: Act, case: str = "", **words: str) -> str:
    """Gives a command out; the id of its case, once it is durable."""
    kept: list[Message | None] = []
    ident = desk.seat.cases.submit(act, case, words, kept.append)
    desk.until(lambda _: kept, "the command is durable")
    assert kept == [None]
    return ident


def give(desk: OpenSeat, act: IssueOrders) -> str:
    return submit(desk, act, order="请到场处置，先拍照再处置。", place="银城中路与陆家嘴环路交叉口")


def case_of(seat: Seat, case: str) -> Case:
    found = seat.cases.case(case)
    assert found is not None
    return found


def state_of(seat: Seat, case: str) -> str:
    """State of the only order of a case, "" while there is none."""
    found = seat.cases.case(case)
    return next(iter(found.orders.values())).state if found is not None and found.orders else ""


def only_order(seat: Seat, case: str) -> Order:
    (order,) = case_of(seat, case).orders.values()
    return order


def closed_for_good(case: Case) -> bool:
    """Closed, and nothing about it is hatched any more."""
    return case.stage == "closed" and not case.provisional


def await_state(desk: OpenSeat, case: str, state: str) -> Order:
    desk.until(lambda seat: state_of(seat, case) == state, f"the order is {state}")
    return only_order(desk.seat, case)


def heard(desk: OpenSeat, ask: Callable[[Callable[[Any], None]], None]) -> Any:
    """What a port answers."""
    answers: list[Any] = []
    ask(answers.append)
    return desk.until(lambda _: answers, "an answer")[0]


def said(problem: Message | None) -> str:
    """A refusal, which is one sentence; its stop is put where it is shown."""
    assert problem is not None
    sentence = texts("zh")(problem)
    assert sentence
    assert "。" not in sentence.rstrip("。")
    return sentence


def decided(hall: Hall) -> list[Decision]:
    """The hub's ledger, in order."""
    return [read_decision(data) for _, data in rows_of_copy(hall.profile / PACK / "ledger.db")]


def words_of(desk: OpenSeat, case: str) -> list[str]:
    """All words of a case's timeline."""
    refs = [ref for step in case_of(desk.seat, case).steps for ref in step.texts.values()]
    found = heard(desk, lambda done: desk.seat.cases.texts(refs, done))
    return [found[ref.id] for ref in refs]


# -- the loop ----------------------------------------------------------------------------------------------------------

AT_IT = ("accepted", "en_route", "on_scene", "done")
ORDER_STEPS = ("sent", "delivered", "read", "accepted", "en_route", "on_scene", "done", "verified")
STAGES = ("intake", "filed", "assigned", "handling", "feedback", "check", "closed")


def test_an_event_becomes_a_closed_case_step_by_step_before_two_seats(hall: Hall, desk: OpenSeat) -> None:
    with a_desk(hall, "second") as second:
        joined(desk), joined(second)
        act = an_order(desk, lambda unit, away: 400 < away < 3000)
        unit = act.orders[0].unit
        began = desk.seat.clock.now()
        case = give(desk, act)

        way: list[float] = []
        seen: dict[str, list[str]] = {"desk": [], "second": []}

        def watched(seat: Seat) -> bool:
            second.seat.tick()
            for name, one in (("desk", seat), ("second", second.seat)):
                state = state_of(one, case)
                if state and state not in seen[name][-1:]:
                    seen[name].append(state)
            if state_of(seat, case) == "en_route":
                row = seat.picture["unit"].get(unit)
                assert row is not None
                here = away(row, act.open)  # type: ignore[arg-type]
                if not way or here != way[-1]:
                    way.append(here)
            return state_of(seat, case) == state_of(second.seat, case) == "done"

        desk.until(watched, "the worker is done")
        order = only_order(desk.seat, case)
        place = desk.seat.picture["unit"].get(unit)
        assert place is not None
        assert len(way) >= 3, "it is seen on its way"
        assert way[-1] < way[0] / 2
        assert away(place, act.open) < 150  # type: ignore[arg-type]
        for states in seen.values():
            came = [state for state in states if state != "confirmed"]  # hatched, until the hub has it
            assert came == [state for state in ORDER_STEPS if state in came], "each step after the one before"
            assert {"en_route", "on_scene", "done"} <= set(states)

        # photos: before and after, seen at both seats
        assert len(order.photos) == 2
        for one in (desk, second):
            for photo in order.photos:
                thumb = heard(one, lambda done, one=one, sha=photo.sha256: one.seat.cases.photo(sha, True, done))
                assert thumb.startswith(JPEG)
                assert len(thumb) <= 30_000
            view = heard(one, lambda done, one=one: one.seat.cases.photo(order.photos[-1].sha256, False, done))
            assert view.startswith(JPEG)
            assert len(thumb) < len(view) <= 900_000
        assert {"到场照片", "处置后照片"} <= set(words_of(second, case))

        submit(desk, VerifyOrder(order.id), case, words="现场恢复正常")
        await_state(desk, case, "verified")
        assert case_of(desk.seat, case).stage == "check"
        submit(desk, CloseCase("solved"), case)
        for one in (desk, second):
            one.until(lambda seat: closed_for_good(case_of(seat, case)), "the case is closed")

    closed = case_of(desk.seat, case)
    # each step has its clock, none before the one before it
    assert list(closed.stages) == list(STAGES)
    assert began - MINUTE <= closed.opened <= closed.closed <= desk.seat.clock.now()
    assert sorted(closed.stages.values()) == list(closed.stages.values())
    order = only_order(desk.seat, case)
    times = [order.times[state] for state in ORDER_STEPS]
    assert times == sorted(times)
    assert order.arrive_by - order.times["sent"] == 15 * MINUTE
    assert order.finish_by - order.times["sent"] == 2 * HOUR
    # each step has its actor
    assert [step.provisional for step in closed.steps] == [False] * len(closed.steps)
    roles = {step.actor.role: step.actor for step in closed.steps}
    assert roles["duty"].seat == desk.seat.cases.actor.seat
    assert roles["device"].unit == unit
    assert closed.number.startswith("0714-")
    assert order.number.startswith("G-0714-")
    # the other seat has the same, step by step
    theirs = case_of(second.seat, case)
    assert [(s.seq, s.cause, s.actor) for s in theirs.steps] == [(s.seq, s.cause, s.actor) for s in closed.steps]
    assert (theirs.number, theirs.stage, theirs.revision) == (closed.number, closed.stage, closed.revision)


# -- bad days ----------------------------------------------------------------------------------------------------------

OFFICER = """
import sys, threading
from pathlib import Path
import msgspec
from cockpit.bus.where import OwnHub
from cockpit.model.clock import SystemClock
from cockpit.model.entries import IssueOrders
from cockpit.packs.read import read_pack
from cockpit.processes import die_with_parent
from cockpit.seat import Seat
die_with_parent()
folder, hub, pack, act = sys.argv[1:]
seat = Seat(Path(folder), read_pack(pack), OwnHub(Path(hub)), SystemClock())
seat.open_cache()
seat.start()
def kept(problem):
    assert problem is None, problem
    print(case, flush=True)
case = seat.cases.submit(msgspec.json.decode(act, type=IssueOrders), "", {"order": "请到场处置"}, kept)
while True:
    seat.tick()
    threading.Event().wait(0.02)
"""


def test_with_the_hub_dead_an_order_waits_outlives_the_killed_seat_and_reaches_its_device_once(hall: Hall) -> None:
    with a_desk(hall, "desk") as desk:
        act = an_order(joined(desk))
    profile = hall.home / "desk"
    hall.kill_hub()
    command = [sys.executable, "-c", OFFICER, str(profile), str(hall.profile), PACK, msgspec.json.encode(act).decode()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as officer:
        assert officer.stdout is not None
        case = officer.stdout.readline().strip()
        officer.send_signal(signal.SIGKILL)
    assert case
    with a_desk(hall, "desk") as again:  # the hub is still dead
        again.until(lambda seat: seat.link.problem, "that there is no hub is said")
        (row,) = [row for row in again.seat.cases.outbox() if row.case == case]
        assert row.state is Sending.WAITING
        waiting = case_of(again.seat, case)
        assert (waiting.provisional, waiting.number) == (True, "")
        assert only_order(again.seat, case).state == "confirmed"
        assert only_order(again.seat, case).words == "请到场处置"
        hall.start_hub()
        again.until(lambda seat: state_of(seat, case) in AT_IT, "its worker has taken it")
        (row,) = [row for row in again.seat.cases.outbox() if row.case == case]
        assert row.state is Sending.DONE
        taken = case_of(again.seat, case)
        assert not taken.provisional
        assert [decision.cause for decision in decided(hall)].count(row.id) == 1
        told = [step for step in taken.steps if getattr(step.entry, "state", "") == "delivered"]
        assert len(told) == 1, "its device has taken it once"
        assert only_order(again.seat, case).issued == row.issued
        assert only_order(again.seat, case).times["sent"] > row.issued


def test_devices_whose_clock_is_an_hour_ahead_and_that_say_all_twice_move_nothing_in_time_and_nothing_twice(
    hall: Hall, desk: OpenSeat
) -> None:
    for fault in ("worker-clock", "worker-replay", "photo-broken"):
        hall.fault(fault, 120)
    try:
        case = give(joined(desk), an_order(joined(desk)))
        order = await_state(desk, case, "done")
    finally:
        for fault in ("worker-clock", "worker-replay", "photo-broken"):
            hall.fault(fault, 0.01)
    now = desk.seat.clock.now()
    assert 0.9 * HOUR < order.skew < 1.1 * HOUR
    assert max(order.times.values()) <= now, "the hub's clock rules, not the device's"
    steps = case_of(desk.seat, case).steps
    reports = [step for step in steps if step.actor.role == "device"]
    causes = {step.cause for step in reports}
    moves = [step.entry.state for step in reports if getattr(step.entry, "state", "")]  # type: ignore[union-attr]
    assert moves == [state for state in ORDER_STEPS if state in moves], "each step once"
    assert len({step.seq for step in reports}) == len(causes), "each report is decided once"
    # photos that are none are no evidence, and the worker says why there is none
    assert order.photos == []
    assert any("照片" in words and "失败" in words for words in words_of(desk, case))
    submit(desk, VerifyOrder(order.id), case)
    await_state(desk, case, "verified")


def test_a_stranger_at_the_gateway_is_told_in_one_sentence_and_changes_nothing(hall: Hall, desk: OpenSeat) -> None:
    case = give(joined(desk), an_order(joined(desk)))
    desk.until(lambda seat: state_of(seat, case) in AT_IT, "its worker has taken it")
    order = only_order(desk.seat, case)
    secret = json.loads((hall.profile / "field.json").read_bytes())["enrol"]
    fact = {"kind": "done", "at": "2026-07-14T10:00:00.000Z"}
    path, data = f"/v1/orders/{order.id}/facts", b"GIF89a, not a photo at all" * 40
    sha = hashlib.sha256(data).hexdigest()
    with httpx.Client(base_url=hall.gateway(), trust_env=False) as web:

        def told(status: int, method: str, path: str, token: str, body: object = None, **head: str) -> str:
            content = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
            kind = {"Content-Type": "application/json"} if body is not None else {}
            answer = web.request(
                method, path, content=content, headers={**kind, "Authorization": f"Bearer {token}", **head}
            )
            assert answer.status_code == status, answer.text
            assert answer.headers["Content-Type"].startswith("application/problem+json")
            sentence = str(answer.json()["detail"])
            assert sentence.count("。") == 1, sentence
            assert sentence.endswith("。"), sentence
            return sentence

        key = {"Idempotency-Key": str(uuid.uuid4())}
        told(401, "POST", path, "forged" * 8, fact, **key)
        told(401, "GET", "/v1/orders", "forged" * 8)
        told(401, "POST", "/v1/enrol", secret[::-1], {"unit": order.unit, "device": "x"})
        enrolled = web.post(
            "/v1/enrol",
            json={"unit": "positions/U999", "device": "终端"},
            headers={"Authorization": f"Bearer {secret}"},
        )
        token = enrolled.json()["token"]
        told(404, "POST", path, token, fact, **key)
        begun = web.post(
            "/v1/blobs",
            json={"sha256": sha, "size": len(data), "type": "image/jpeg"},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert begun.status_code == 201, begun.text
        piece = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
        told(422, "PATCH", f"/v1/blobs/{sha}", token, data, **piece)
    case = give(desk, an_order(desk))
    desk.until(lambda seat: state_of(seat, case) in AT_IT, "all goes on")
    assert all(decision.actor.unit != "positions/U999" for decision in decided(hall))
    assert not (hall.profile / "blobs" / sha).exists()


def test_two_seats_that_order_one_unit_at_once_get_one_order_and_one_sentence(hall: Hall, desk: OpenSeat) -> None:
    with a_desk(hall, "second") as second:
        joined(desk), joined(second)
        act = an_order(desk)
        unit = act.orders[0].unit
        other = an_order(second, lambda row, away: row["key"] == unit)
        mine = desk.seat.cases.submit(act, "", {"order": "请到场处置"}, lambda problem: None)
        theirs = second.seat.cases.submit(other, "", {"order": "请到场处置"}, lambda problem: None)

        def rows(seat: Seat) -> list[Any]:
            second.seat.tick()
            found = [
                *(row for row in seat.cases.outbox() if row.case == mine),
                *(row for row in second.seat.cases.outbox() if row.case == theirs),
            ]
            return found if len(found) == 2 and all(row.state is not Sending.WAITING for row in found) else []

        decided = desk.until(rows, "both are decided")
        refused = [row for row in decided if row.state is Sending.REFUSED]
        assert len(refused) == 1
        assert said(refused[0].problem)
        assert sum(bool(desk.seat.cases.case(case)) for case in (mine, theirs)) == 1
        assert desk.seat.cases.order_of(unit) is not None


def test_an_order_to_a_unit_that_went_off_duty_meanwhile_is_refused_in_one_sentence(hall: Hall) -> None:
    """The last test here: it goes on to the next shift."""
    with a_desk(hall, "stale") as stale:
        joined(stale)
        free = {unit["key"] for unit in free_units(stale.seat) if stale.seat.cases.order_of(unit["key"]) is None}
        later = MORNING if stale.seat.clock.now() >= NIGHT_SHIFT else NIGHT
    hall.end("city")
    hall.start_city(later)
    with a_desk(hall, "second") as second:

        def gone(seat: Seat) -> set[str]:
            table = seat.picture["unit"]
            states = table.numbers("state").tolist()
            off = {key for key, state in zip(table.text("key"), states, strict=True) if state == UnitState.OFF_DUTY}
            return off & free

        went = second.until(gone, "a shift has ended")
    stale = OpenSeat(hall.home / "stale", PACK, OwnHub(hall.profile))
    seat = stale.seat
    try:
        seat.open_cache()
        seat.tick()
        act = an_order(stale, lambda unit, away: unit["key"] in went)
        case = give(stale, act)
        assert state_of(seat, case) == "confirmed", "at this seat, which has not heard of it, it could go"
        seat.start()
        row = stale.until(
            lambda seat: next((r for r in seat.cases.outbox() if r.state is Sending.REFUSED), None), "it is refused"
        )
        assert row.case == case
        assert "不在岗" in said(row.problem)
        assert seat.cases.case(case) is None
        assert seat.cases.of_event(act.open.event) is None  # type: ignore[union-attr]
    finally:
        seat.close()
