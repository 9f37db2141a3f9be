"""Where the hub answers: with who asks and nowhere else, wherever a user of its bus wants its answers to go."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from pathlib import Path

import msgspec
import pytest
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from cockpit.bus import asks, subjects
from cockpit.model.entries import Command, Fact, encode
from cockpit.model.ids import new_id
from cockpit.model.letters import Duty, encode_said
from cockpit.model.roster import Roster, RosterWanted
from cockpit.processes import free_port
from tests.living_hub import CITY, CLOCK, UNIT_KEYS, LivingHub, an_open
from tests.on_the_wire import OPEN, OnTheWire, machine_on_the_wire, on_the_wire

pytestmark = pytest.mark.slow

LIVE = subjects.LIVE
OTHERS = f"{subjects.inbox('seat-2')}.theirs"
ELSEWHERE = (
    subjects.ledger(CITY, LIVE, "x", "y", "z"),
    subjects.picture(CITY, LIVE, "all", "forged"),
    subjects.signal(CITY, LIVE, "hub", "seat-2"),
    OTHERS,
)
"""All kinds of subjects on which the hub may publish, of none of which a question may choose."""
ASKED = (
    ("hello", b""),
    ("snapshot", asks.encode(asks.SnapshotWanted(("unit",)))),
    ("ledger", asks.encode(asks.LedgerWanted(0))),
    ("wall.clock", asks.encode(asks.Nothing())),
)


def in_stream(hub: LivingHub) -> int:
    """Messages that the stream of the ledger has."""

    async def go() -> int:
        assert hub.hub is not None
        client = hub.hub.ledger._client
        assert client is not None
        answer = await client.request(f"$JS.API.STREAM.INFO.{subjects.STREAM}", b"", timeout=10)
        count: int = msgspec.json.decode(answer.data)["state"]["messages"]
        return count

    return asyncio.run_coroutine_threadsafe(go(), hub.loop).result(30)


def ask_elsewhere(wire: OnTheWire) -> None:
    """Asks all that it may, with every place that is not its own for the answer; returns when all of it was heard."""
    wire.publish(*((subjects.ask(wire.user.name, what), data, reply) for what, data in ASKED for reply in ELSEWHERE))
    wire.raw("hello", asks.Nothing(), asks.Welcome)


def command() -> bytes:
    now = CLOCK.now()
    return encode(Command(new_id(CLOCK), new_id(CLOCK), 0, now, 0, an_open(f"incident/{now}"), {"who": "张敏"}))


def test_nobody_has_the_hub_write_where_they_may_not(tmp_path: Path) -> None:
    (tmp_path / "hub").mkdir(mode=0o700)
    (tmp_path / "hub" / "machines.toml").write_text(OPEN.format(free_port(), free_port()))
    theirs: list[Msg] = []

    async def came(message: Msg) -> None:
        theirs.append(message)

    with (
        LivingHub(tmp_path / "hub") as hub,
        on_the_wire(hub, "seat-1") as desk,
        on_the_wire(hub, "seat-2") as other,
        on_the_wire(hub, "gateway") as gateway,
        machine_on_the_wire(hub, desk, "left", tmp_path / "left") as machine,
    ):
        other._do(other._client.subscribe(OTHERS, cb=came))
        other.publish()
        assert desk.command(an_open("incident/1")).seq == 1
        for wire in (machine, desk):
            ask_elsewhere(wire)
        gateway.publish(*((subjects.ask("gateway", "hello"), b"", reply) for reply in ELSEWHERE))
        said = encode_said(Duty(new_id(CLOCK), UNIT_KEYS[0], "device-1", CLOCK.now(), True))
        gateway.publish(*((subjects.said(CITY, LIVE, "gateway"), said, reply) for reply in ELSEWHERE))
        now = CLOCK.now()
        fact = encode(Fact(new_id(CLOCK), "accepted", "no-order", UNIT_KEYS[0], "device-1", now, now))
        gateway.publish(*((subjects.fact(CITY, LIVE, "gateway"), fact, reply) for reply in ELSEWHERE))
        gateway.raw("hello", asks.Nothing(), asks.Welcome)
        desk.publish(*((subjects.command(CITY, LIVE, "seat-1"), command(), reply) for reply in ELSEWHERE))
        after = desk.command(an_open("incident/2")).seq  # heard behind those
        decided = 2 + len(ELSEWHERE)
        assert (after, in_stream(hub)) == (decided, decided), "decisions of the hub alone"
        other.raw("hello", asks.Nothing(), asks.Welcome)
        for seat in (desk, other):
            assert "forged" not in seat.told
            assert seat.signals == []
        assert theirs == []


class Broke(Exception):
    """Of a service that has a bug."""


@pytest.fixture
def born(monkeypatch: pytest.MonkeyPatch) -> list[weakref.ref[BaseException]]:
    """Every `Broke` and every error of the bus from now on, held by nobody here.

    Not asked of `gc.get_objects`: what it hands out may be a tuple that another thread is still making, which breaks
    that thread (Python's bpo-15108).
    """
    found: list[weakref.ref[BaseException]] = []

    def begin(self: BaseException, *arguments: object) -> None:
        found.append(weakref.ref(self))

    for kind in (Broke, NatsError):
        monkeypatch.setattr(kind, "__init__", begin)
    return found


def kept(born: list[weakref.ref[BaseException]], kind: type[BaseException]) -> int:
    """Errors that somebody still holds, with all that came in with them."""
    gc.collect()
    return sum(isinstance(one(), kind) for one in born)


def with_a_bug(hub: LivingHub) -> None:
    """A service with two more questions: one breaks, one has an answer that the bus does not carry."""

    async def breaks(user: str, wanted: asks.KeyWanted) -> object:
        raise Broke(wanted.key)

    async def says_much(user: str, wanted: asks.Nothing) -> str:
        return "长" * 700_000

    assert hub.hub is not None
    hub.hub.answers.add("test.breaks", asks.KeyWanted, breaks)
    hub.hub.answers.add("test.much", asks.Nothing, says_much)


@pytest.mark.logs("answering seat-1: Broke at .*breaks", "an answer is larger than the bus carries")
def test_who_asks_what_breaks_at_the_hub_is_told_so_and_the_log_says_where(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with LivingHub(tmp_path / "hub") as hub, on_the_wire(hub, "seat-1") as desk:
        with_a_bug(hub)
        for _ in range(30):
            assert desk.refused("test.breaks", asks.KeyWanted("k")) == "hub.our_bug"
        assert desk.refused("test.much", asks.Nothing()) == "hub.answer_too_large"
        assert sum("Broke" in line for line in caplog.messages) == 1


def test_what_takes_long_to_answer_holds_up_nobody_else(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub, on_the_wire(hub, "seat-1") as desk, on_the_wire(hub, "seat-2") as other:
        assert hub.hub is not None
        goes_on = asyncio.Event()
        asked: list[str] = []

        async def is_slow(user: str, wanted: asks.KeyWanted) -> object:
            asked.append(wanted.key)
            await goes_on.wait()
            return asks.KeyWanted(wanted.key)

        hub.hub.answers.add("test.slow", asks.KeyWanted, is_slow)
        own = f"{subjects.inbox('seat-1')}.a"
        desk.publish(*[(subjects.ask("seat-1", "test.slow"), asks.encode(asks.KeyWanted(key)), own) for key in "ab"])
        assert desk.raw("hello", asks.Nothing(), asks.Welcome).city == CITY
        assert other.ask("roster", RosterWanted(), Roster) is not None
        assert asked == ["a"], "what one service is asked is answered one after the other"
        hub.loop.call_soon_threadsafe(goes_on.set)
        assert other.ask("test.slow", asks.KeyWanted("c"), asks.KeyWanted).key == "c"
        assert asked == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("slow", "quick"),
    [
        ("wall.remotes", "wall.state"),
        ("wall.events", "wall.act"),
        ("wall.publish", "wall.ready"),
        ("wall.act", "wall.report"),
        ("brief.make", "brief.list"),
    ],
)
def test_what_waits_for_another_program_holds_up_no_wall_and_no_list(tmp_path: Path, slow: str, quick: str) -> None:
    with LivingHub(tmp_path / "hub") as hub, on_the_wire(hub, "seat-1") as desk:
        assert hub.hub is not None
        goes_on = asyncio.Event()

        async def is_slow(user: str, wanted: asks.KeyWanted) -> object:
            await goes_on.wait()
            return wanted

        async def is_quick(user: str, wanted: asks.KeyWanted) -> object:
            return wanted

        hub.hub.answers.add(slow, asks.KeyWanted, is_slow)
        hub.hub.answers.add(quick, asks.KeyWanted, is_quick)
        own = f"{subjects.inbox('seat-1')}.a"
        desk.publish((subjects.ask("seat-1", slow), asks.encode(asks.KeyWanted("a")), own))
        assert desk.ask(quick, asks.KeyWanted("b"), asks.KeyWanted).key == "b"
        hub.loop.call_soon_threadsafe(goes_on.set)
        assert desk.ask(slow, asks.KeyWanted("c"), asks.KeyWanted).key == "c"


@pytest.mark.logs("asks more than can be answered: seat-1")
def test_who_asks_more_than_is_answered_fills_no_memory_and_holds_up_itself_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.hub.lanes.MOST_WAITING", 1_000_000)
    with LivingHub(tmp_path / "hub") as hub, on_the_wire(hub, "seat-1") as desk, on_the_wire(hub, "seat-2") as other:
        assert hub.hub is not None
        goes_on = asyncio.Event()

        async def is_slow(user: str, wanted: asks.KeyWanted) -> object:
            await goes_on.wait()
            return asks.Nothing()

        hub.hub.answers.add("test.slow", asks.KeyWanted, is_slow)
        slow = asks.encode(asks.KeyWanted("x" * 100_000))
        own = f"{subjects.inbox('seat-1')}.a"
        desk.publish(*[(subjects.ask("seat-1", "test.slow"), slow, own)] * 20)
        assert desk.refused("test.slow", asks.KeyWanted("x" * 100_000)) == "hub.asks_too_much"
        assert other.ask("roster", RosterWanted(), Roster) is not None
        hub.loop.call_soon_threadsafe(goes_on.set)
        other.ask("test.slow", asks.KeyWanted(""), asks.Nothing)
        desk.ask("test.slow", asks.KeyWanted("x" * 100_000), asks.Nothing)
        lanes, end = hub.hub.answers._lanes, CLOCK.mono() + 10
        while lanes._of_all and CLOCK.mono() < end:
            time.sleep(0.01)
        assert (lanes._of_user, lanes._of_all) == ({}, 0)


@pytest.mark.logs("answering seat-1: CancelledError at ")
def test_a_service_whose_own_work_is_cancelled_refuses_that_question_and_answers_the_next(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub, on_the_wire(hub, "seat-1") as desk:
        assert hub.hub is not None
        goes_on = asyncio.Event()

        async def is_cut_short(user: str, wanted: asks.KeyWanted) -> object:
            if wanted.key == "last":
                return wanted
            await goes_on.wait()
            work = asyncio.create_task(asyncio.sleep(60))
            work.cancel()
            await work
            return wanted

        hub.hub.answers.add("test.cut", asks.KeyWanted, is_cut_short)
        own = f"{subjects.inbox('seat-1')}.a"
        ask = (subjects.ask("seat-1", "test.cut"), asks.encode(asks.KeyWanted("first")), own)
        desk.publish(ask, (ask[0], asks.encode(asks.KeyWanted("last")), f"{own}.b"))
        desk.raw("hello", asks.Nothing(), asks.Welcome)
        lanes = hub.hub.answers._lanes
        assert len(lanes._waiting["test"]) == 1, "one is at work, one waits"
        hub.loop.call_soon_threadsafe(goes_on.set)
        assert desk.refused("test.cut", asks.KeyWanted("again")) == "hub.our_bug"
        assert desk.ask("test.cut", asks.KeyWanted("last"), asks.KeyWanted).key == "last"


def test_what_breaks_because_the_hub_ends_is_no_bug(tmp_path: Path) -> None:
    with LivingHub(tmp_path / "hub") as hub, on_the_wire(hub, "seat-1") as desk:
        assert hub.hub is not None
        announced = hub.profile / "hub.json"

        async def was_closed(user: str, wanted: asks.Nothing) -> object:
            while announced.exists():  # noqa: ASYNC110 - a file tells nobody
                await asyncio.sleep(0)
            raise RuntimeError("cannot schedule new futures after shutdown")

        hub.hub.answers.add("test.late", asks.Nothing, was_closed)
        desk.publish(
            (subjects.ask("seat-1", "test.late"), asks.encode(asks.Nothing()), subjects.inbox("seat-1") + ".a")
        )
        desk.raw("hello", asks.Nothing(), asks.Welcome)


@pytest.mark.logs("answering seat-1: Broke")
def test_the_hub_keeps_nothing_of_questions_that_break_or_have_nowhere_to_be_answered(
    tmp_path: Path, born: list[weakref.ref[BaseException]]
) -> None:
    with LivingHub(tmp_path / "hub") as hub, on_the_wire(hub, "seat-1") as desk:
        with_a_bug(hub)
        breaks = asks.encode(asks.KeyWanted("x" * 100_000))
        before = kept(born, NatsError)
        for reply in ("", f"{subjects.inbox('seat-1')}.mine"):
            desk.publish(*[(subjects.ask("seat-1", "test.breaks"), breaks, reply)] * 50)
            desk.publish(*[(subjects.ask("seat-1", "hello"), b"", reply)] * 50)
        desk.raw("hello", asks.Nothing(), asks.Welcome)
        assert kept(born, Broke) == 0 < len(born)
        assert kept(born, NatsError) <= before


@pytest.mark.logs("hearing the bus as seat-1: Broke at .*came", "the connection of seat-1")
def test_a_connection_keeps_nothing_of_what_went_wrong_on_it_and_says_it_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, born: list[weakref.ref[BaseException]]
) -> None:
    caplog.set_level("INFO", "cockpit.bus.client")

    async def came(message: Msg) -> None:
        raise Broke(message.data)

    with LivingHub(tmp_path / "hub") as hub, on_the_wire(hub, "seat-1") as desk:
        own = f"{subjects.inbox('seat-1')}.own"
        desk._do(desk._client.subscribe(own, cb=came))
        before = kept(born, NatsError)
        for _ in range(50):  # an answer goes where it is wanted, if that is an inbox of one's own
            desk.publish((subjects.ask("seat-1", "hello"), b"", own))
        desk.publish(*[("pic.not.for.seats", b"", "")] * 50)
        for _ in range(20):  # its answers come behind the refusals
            desk.raw("hello", asks.Nothing(), asks.Welcome)
        lines = caplog.messages
        assert sum("Broke" in line for line in lines) == 1
        assert sum("ermissions" in line and "pic.not.for.seats" in line for line in lines) == 1
        assert kept(born, Broke) == 0 < len(born)
        assert kept(born, NatsError) <= before + 1  # the library keeps its last
