"""The ledger of a running hub, as seats and the gateway have it over the bus; bus, hub, gateway and disk fail in it."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec
import psutil
import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError
from PIL import Image

from cockpit.bus import asks, subjects
from cockpit.bus.client import connect
from cockpit.bus.users import GATEWAY, WALL, WIPED, Keys
from cockpit.hub import Hub
from cockpit.ledger.chain import walk
from cockpit.model.clock import DAY, HOUR, to_iso
from cockpit.model.entries import AddNote, Command, OpenCase, Receipt, encode
from cockpit.model.errors import CockpitError
from cockpit.model.typed import from_msgpack
from cockpit.packs.read import read_pack
from cockpit.processes import free_port, write_private
from cockpit.store.blobs import Blobs
from tests.feeds_server import serving
from tests.full_disk import fill, small_disk
from tests.living_book import CLOCK, LIMIT, command_of, fact_of, issue, put_units
from tests.story import Program, a_home
from tests.story import until as seen
from tests.waiting import until

pytestmark = pytest.mark.slow

GATEWAY_WORDS = ("cockpit", "gateway")


@asynccontextmanager
async def running(profile: Path, platform: str = "") -> AsyncIterator[Hub]:
    """A hub without feeds that takes commands."""
    pack = msgspec.structs.replace(read_pack("hangzhou"), feeds=())
    hub = Hub(profile, pack, platform, free_port(), CLOCK)
    ready = asyncio.Event()
    run = asyncio.create_task(hub.run(ready.set))
    try:
        waited = asyncio.create_task(ready.wait())
        async with asyncio.timeout(LIMIT):
            await asyncio.wait([run, waited], return_when=asyncio.FIRST_COMPLETED)
        waited.cancel()
        put_units(hub.picture, *(f"U{n}" for n in range(1, 40)))
        yield hub
    finally:
        hub.stop()
        await run


class AtSeat:
    """A user of the bus that asks again until it has an answer, as an outbox does.

    Attributes:
        news: (sequence, bytes) of decisions in the order in which they came.
    """

    def __init__(self, profile: Path, name: str) -> None:
        self.name = name
        self.news: list[tuple[int, bytes]] = []
        self._profile = profile
        self._user = next(user for user in Keys(profile).ensure() if user.name == name)
        self._client: Client | None = None

    async def __aenter__(self) -> AtSeat:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._client is not None:
            await self._client.close()

    async def client(self) -> Client:
        if self._client is None or not self._client.is_connected:
            if self._client is not None:
                await self._client.close()
            url = json.loads((self._profile / "hub.json").read_bytes())["url"]
            self._client = await connect(url, self._user, "test", lambda: None)
            await self._client.subscribe("log.>", cb=self._hear)
        return self._client

    async def _hear(self, message) -> None:
        self.news.append((int(message.headers[subjects.SEQUENCE]), message.data))

    async def once(self, thing: object) -> Receipt:
        """One try."""
        place = subjects.fact if self.name == GATEWAY else subjects.command
        client = await self.client()
        answer = await client.request(place("hangzhou", "live", self.name), encode(thing), timeout=2)
        return msgspec.json.decode(answer.data, type=Receipt)

    async def send(self, thing: object) -> Receipt:
        """As long as it takes."""
        async with asyncio.timeout(2 * LIMIT):
            while True:
                with suppress(NatsError, CockpitError, OSError, ValueError, TimeoutError):
                    receipt = await self.once(thing)
                    if receipt.problem is None:
                        return receipt
                await asyncio.sleep(0.05)

    async def ask(self, what: str, wanted: object, reply: type):
        client = await self.client()
        answer = await client.request(subjects.ask(self.name, what), asks.encode(wanted), timeout=LIMIT)
        return msgspec.msgpack.decode(answer.data, type=reply)

    async def ledger(self) -> list[tuple[int, bytes]]:
        rows: list[tuple[int, bytes]] = []
        while (reply := await self.ask("ledger", asks.LedgerWanted(len(rows)), asks.LedgerReply)).rows:
            assert reply.problem is None
            rows += reply.rows
        return rows


def photo_in(profile: Path) -> str:
    """A photo that a device sent; its SHA-256."""
    out = io.BytesIO()
    Image.new("RGB", (80, 60), (120, 40, 40)).save(out, "PNG")
    data, blobs = out.getvalue(), Blobs(profile / "blobs")
    sha = hashlib.sha256(data).hexdigest()
    blobs.begin(sha, "device-1", len(data))
    blobs.append(sha, "device-1", 0, data)
    blobs.keep(sha, "device-1", "image/png")
    return sha


def play(profile: Path, story: Callable[[Hub], Awaitable[None]]) -> None:
    async def go() -> None:
        async with running(profile) as hub:
            await story(hub)

    asyncio.run(go())


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    folder = tmp_path / "hub"
    folder.mkdir(mode=0o700)
    return folder


def test_a_seat_orders_another_hears_of_it_reads_the_words_and_the_device_answers(profile: Path) -> None:
    async def story(hub: Hub) -> None:
        async with (
            AtSeat(profile, "seat-1") as first,
            AtSeat(profile, "seat-2") as second,
            AtSeat(profile, GATEWAY) as gate,
        ):
            await second.client()
            await gate.client()
            assert await second.ledger() == []  # it listens: an ask was answered behind its subscription
            command = command_of(issue("U1"), order="请到王家弄 3 号")
            receipt = await first.send(command)
            assert (receipt.seq, receipt.refused) == (1, None)
            fact = fact_of(command.act.orders[0].id, "delivered")
            assert (await gate.send(fact)).seq == 2
            await until(lambda: len(second.news) == 2)
            assert second.news == await second.ledger() == await gate.ledger()
            opened, delivered = [decision for decision, _ in walk(data for _, data in second.news)]
            assert (opened.actor.seat, opened.actor.role) == ("seat-1", "duty")
            assert (delivered.actor.seat, delivered.actor.role) == (GATEWAY, "device")
            assert delivered.actor.unit == "positions/U1"
            ref = opened.texts["order"]
            reply = await second.ask("texts", asks.TextsWanted([ref.id, "none"]), asks.TextsReply)
            assert reply.texts == {ref.id: "请到王家弄 3 号"}
            for wanted in ("0" * 64, "../hub.db"):
                none = await second.ask("photo", asks.PhotoWanted(wanted), asks.PictureReply)
                assert none.problem is not None
            sha = photo_in(profile)
            for thumb in (False, True):
                photo = await second.ask("photo", asks.PhotoWanted(sha, thumb), asks.PictureReply)
                assert photo.data.startswith(b"\xff\xd8\xff")

    play(profile, story)


def test_rights_are_those_of_the_role_in_the_hubs_own_key_file(profile: Path) -> None:
    Keys(profile).ensure()
    path = profile / "keys" / "seat-2.json"
    write_private(path, json.dumps({**json.loads(path.read_bytes()), "role": "guest"}))

    async def story(hub: Hub) -> None:
        async with AtSeat(profile, "seat-1") as duty, AtSeat(profile, "seat-2") as guest:
            assert (await guest.send(command_of(issue("U1")))).refused.id == "ledger.no_right_issue"
            assert (await duty.send(command_of(issue("U1")))).refused is None

    play(profile, story)


def test_the_gateway_reads_the_words_of_orders_and_nothing_else(profile: Path) -> None:
    async def story(hub: Hub) -> None:
        async with AtSeat(profile, "seat-1") as duty, AtSeat(profile, GATEWAY) as gate:
            said = {"place": "王家弄", "words": "树倒了", "order": "清理", "caller": "李先生 13800000000"}
            first = command_of(issue("U1"), **said)
            assert (await duty.send(first)).refused is None
            await duty.send(command_of(AddNote(), first.case, 1, words="来电人请保密"))
            facts = first.act.open
            await duty.send(
                command_of(OpenCase(msgspec.structs.replace(facts, event="")), words="只立案", place="某处")
            )
            decided = [decision for decision, _ in walk(data for _, data in await gate.ledger())]
            ids = [ref.id for decision in decided for ref in decision.texts.values()]
            every = await duty.ask("texts", asks.TextsWanted(ids), asks.TextsReply)
            assert {"李先生 13800000000", "张敏", "来电人请保密", "只立案"} <= set(every.texts.values())
            its = await gate.ask("texts", asks.TextsWanted(ids), asks.TextsReply)
            assert its.problem is None
            assert sorted(its.texts.values()) == sorted(["王家弄", "树倒了", "清理"])

    play(profile, story)


class Asked:
    """A question as the bus hands it over."""

    headers = None

    def __init__(self, seat: str, what: str, data: bytes, hear: Callable[[bytes], object]) -> None:
        self.subject, self.data, self.reply = subjects.ask(seat, what), data, f"{subjects.inbox(seat)}.1"
        self._hear = hear

    async def respond(self, reply: bytes) -> None:
        self._hear(reply)


@pytest.mark.parametrize("what", ["body", "picture", "quarantine", "retry", "photo", "snapshot"])
def test_the_hub_answers_no_device_what_only_seats_ask(profile: Path, what: str) -> None:
    async def story(hub: Hub) -> None:
        told: list[str] = []
        answered = asyncio.Event()
        data = asks.encode(asks.SnapshotWanted(["event"]) if what == "snapshot" else asks.KeyWanted(""))
        if what == "photo":
            data = asks.encode(asks.PhotoWanted("0" * 64))

        def hears(seat: str) -> Asked:
            return Asked(seat, what, data, lambda reply: (told.append(seat), answered.set()))

        await hub.answers.asked(hears(GATEWAY))  # even if the server let it through
        await hub.answers.asked(hears("seat-1"))
        await answered.wait()
        assert set(told) == {"seat-1"}

    play(profile, story)


@pytest.mark.parametrize("becomes", ["wiped", "shows no persons", "ends"])
def test_a_question_is_answered_by_what_is_so_when_it_is_answered(profile: Path, becomes: str) -> None:
    """A laptop is ordered to wipe itself, a wall's scene for persons goes, the hub ends, while a photo is fetched."""

    async def story(hub: Hub) -> None:
        told: list[asks.PictureReply] = []
        begun, goes_on = asyncio.Event(), asyncio.Event()
        seat, answers = "seat-1", hub.answers

        def hears(reply: bytes) -> None:
            told.append(from_msgpack(reply, type=asks.PictureReply))

        async def slow(wanted: asks.PhotoWanted) -> asks.PictureReply:
            begun.set()
            await goes_on.wait()
            return asks.PictureReply(data=b"somebody")

        answers.photo = slow
        if becomes == "shows no persons":
            answers._roles[seat] = WALL
            answers.before_persons = lambda user: not goes_on.is_set()
        for _ in range(3):
            await answers.asked(Asked(seat, "photo", asks.encode(asks.PhotoWanted("0" * 64)), hears))
        await begun.wait()
        if becomes == "wiped":
            answers._roles[seat] = WIPED
        elif becomes == "ends":
            answers.end()
        goes_on.set()
        while answers._lanes._tasks:  # noqa: ASYNC110 - a lane tells nobody
            await asyncio.sleep(0.01)
        seen = [reply.data for reply in told]
        assert seen == ([b"", b"", b""] if becomes == "shows no persons" else [b"somebody"])

    play(profile, story)


def test_nothing_is_decided_by_the_machines_clock_before_the_citys_is_known(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo city's evening may be months away from today: every deadline would be over at once."""
    monkeypatch.setattr("cockpit.hub.hub.CLOCK_PATIENCE", LIMIT)
    begin = CLOCK.now() - 90 * DAY

    async def story() -> None:
        away = f"http://127.0.0.1:{free_port()}"
        async with serving() as city, running(profile, away) as hub, AtSeat(profile, "seat-1") as seat:
            command = command_of(issue("U1"))
            await until(lambda: hub.book.is_open)
            assert (await seat.once(command)).problem.id == "ledger.starting"
            hands = {"city": to_iso(begin), "rate": 1.0}
            city.card = {"service": "city-cockpit-city", "clock": hands, "run": "r1", "demo": True}
            hub.base_url = city.base
            assert (await seat.send(command)).seq == 1
            [decision] = [decision for decision, _ in walk(data for _, data in await seat.ledger())]
            assert abs(decision.at - begin) < HOUR
            assert decision.wall - decision.at > 80 * DAY

    asyncio.run(story())


def test_the_bus_is_killed_again_and_again_and_every_command_takes_effect_once(profile: Path) -> None:
    async def story(hub: Hub) -> None:
        async with AtSeat(profile, "seat-1") as first, AtSeat(profile, "seat-2") as second:
            commands: dict[str, list[Command]] = {"seat-1": [], "seat-2": []}

            async def work(seat: AtSeat, units: range) -> None:
                for n in units:
                    commands[seat.name].append(command_of(issue(f"U{n}")))
                    assert (await seat.send(commands[seat.name][-1])).refused is None

            working = asyncio.gather(work(first, range(1, 16)), work(second, range(16, 31)))
            for after in (4, 10, 20):
                await until(lambda after=after: hub.book.state.seq >= after)
                hub.server.process.send_signal(signal.SIGKILL)
                await until(lambda: not hub.server.running() or hub.book.problem is not None)
            await working
            rows = await first.ledger()
            causes = [decision.cause for decision, _ in walk(data for _, data in rows)]
            for sent in commands.values():
                assert [cause for cause in causes if cause in {c.id for c in sent}] == [c.id for c in sent]
            assert len(causes) == 30

    play(profile, story)


@pytest.mark.logs("像是恢复了旧备份")
def test_a_hub_whose_ledger_is_not_that_of_its_copy_shows_the_picture_and_takes_no_command(
    profile: Path,
) -> None:
    async def order(hub: Hub) -> None:
        async with AtSeat(profile, "seat-1") as seat:
            await seat.send(command_of(issue("U1")))

    async def refuse(hub: Hub) -> None:
        async with AtSeat(profile, "seat-1") as seat:
            await until(lambda: hub.book.stopped)
            receipt = await seat.once(command_of(issue("U2")))
            assert receipt.problem.id == "ledger.stream_shorter"
            welcome = await seat.ask("hello", asks.Hello(asks.PROTOCOL, "", "seat-1"), asks.Welcome)
            assert welcome.city == "hangzhou"
            assert len(await seat.ledger()) == 1

    play(profile, order)
    shutil.rmtree(profile / "hangzhou" / "stream")
    play(profile, refuse)


# -- a full disk -------------------------------------------------------------------------------------------------------


@pytest.fixture
def disk() -> Iterator[Path]:
    with small_disk(48, "tests/test_ledger_book.py says that it is full") as folder:
        yield folder


@pytest.mark.logs("磁盘", "已恢复写入")
@pytest.mark.parametrize("stuck", [False, True])
def test_a_full_disk_is_said_in_a_sentence_and_all_goes_on_when_there_is_room(
    disk: Path, monkeypatch: pytest.MonkeyPatch, stuck: bool
) -> None:
    """Also where the disk fills so fast that the stream gets stuck in it."""
    profile = disk / "hub"
    profile.mkdir(mode=0o700)
    monkeypatch.setattr("cockpit.ledger.stream.APPEND_SECONDS", 0.5)

    async def story(hub: Hub) -> None:
        async with AtSeat(profile, "seat-1") as seat:
            sent = [command_of(issue("U1"), order="请到场")]
            assert (await seat.send(sent[0])).seq == 1
            filler = fill(disk)
            with monkeypatch.context() as blind:
                if stuck:
                    blind.setattr("cockpit.ledger.keeping.LEAST_FREE", 0)
                    blind.setattr("cockpit.store.texts.Texts.keep", lambda *_: {})
                sent += [command_of(issue(f"U{n}"), order="请到场" * 500) for n in range(2, 12)]
                problems = set()
                for command in sent[1:]:
                    with suppress(NatsError, CockpitError):  # the bus is being started again
                        if problem := (await seat.once(command)).problem:
                            problems.add(problem.id)
                assert problems <= {"ledger.disk_full", "ledger.not_kept", "ledger.no_bus", "ledger.no_streams"}
                assert problems
            filler.unlink()
            for command in sent:
                assert (await seat.send(command)).refused is None
            rows = await seat.ledger()
            causes = [decision.cause for decision, _ in walk(data for _, data in rows)]
            assert sorted(causes) == sorted(command.id for command in sent)

    play(profile, story)


# -- real processes ----------------------------------------------------------------------------------------------------


def hub_process(home: Path) -> Program:
    """A hub whose city is away."""
    address = f"http://127.0.0.1:{free_port()}"
    return Program(home, "hub", "--profile", home / "hub", "--city", address, "--pack", "hangzhou", "--port", "0")


@pytest.mark.system
def test_a_hub_that_is_killed_while_seats_command_has_every_command_once_when_it_is_back() -> None:
    async def work(profile: Path, name: str, sent: list[Command]) -> None:
        async with AtSeat(profile, name) as seat:
            facts = issue("U1").open
            for _ in range(40):
                command = command_of(OpenCase(msgspec.structs.replace(facts, event="")), words="来电")
                sent.append(command)
                assert (await seat.send(command)).refused is None
                sent.append(command_of(AddNote(), command.case, 1, words="已核实"))
                assert (await seat.send(sent[-1])).refused is None

    with a_home() as home:
        profile = home / "hub"
        sent: dict[str, list[Command]] = {"seat-1": [], "seat-2": []}

        async def story() -> None:
            working = asyncio.gather(*(work(profile, name, commands) for name, commands in sent.items()))
            for after in (10, 60):
                hub = hub_process(home)
                try:
                    await asyncio.to_thread(hub.answer)
                    await until(lambda after=after: sum(map(len, sent.values())) > after)
                finally:
                    tree = hub.tree()
                    hub.kill()
                    await asyncio.to_thread(psutil.wait_procs, tree, 30)
            with hub_process(home) as hub:
                await asyncio.to_thread(hub.answer)
                await working
                async with AtSeat(profile, "seat-3") as other:
                    rows = await other.ledger()
            causes = [decision.cause for decision, _ in walk(data for _, data in rows)]
            for commands in sent.values():
                ids = [command.id for command in commands]
                assert [cause for cause in causes if cause in set(ids)] == ids
            assert len(causes) == 160

        asyncio.run(story())


@pytest.mark.system
def test_the_gateway_is_started_again_alone_and_dies_with_a_killed_hub() -> None:
    with a_home() as home, hub_process(home) as hub:
        hub.answer()
        first = hub.await_child(GATEWAY_WORDS)
        seen(lambda: (home / "hub" / "field.json").is_file(), "the gateway listens")
        bus = hub.await_child(("nats-server",))
        first.kill()
        second = hub.await_child(GATEWAY_WORDS, other_than=first)
        assert hub.await_child(("nats-server",)) == bus
        tree = hub.tree()
        assert second in tree
        hub.kill()
        assert psutil.wait_procs(tree, timeout=30)[1] == []
