"""The bus: a real nats-server with its users."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeout

from cockpit.bus import subjects
from cockpit.bus.client import LOOK_SECONDS, address, connect
from cockpit.bus.server import NatsServer
from cockpit.bus.users import Keys, User, claim_seat, read_key
from cockpit.bus.where import NamedHub, OwnHub, forget_hub, hub_note
from cockpit.model.clock import SystemClock
from cockpit.model.errors import OutsideError, UserError
from cockpit.processes import free_port, write_private


@pytest.fixture
def server(tmp_path: Path):
    nats = NatsServer(tmp_path, free_port(), Keys(tmp_path).ensure(), SystemClock())
    nats.start()
    yield nats
    nats.stop()


def nothing() -> None:
    pass


def test_keys_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    Keys(tmp_path).ensure()
    for path in (tmp_path / "keys").glob("*.json"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_keys_stay_the_same_at_the_next_start(tmp_path: Path) -> None:
    assert Keys(tmp_path).ensure() == Keys(tmp_path).ensure()


def test_a_desk_gets_the_key_again_that_it_had(tmp_path: Path) -> None:
    Keys(tmp_path).ensure()
    first, second = claim_seat(tmp_path, "a"), claim_seat(tmp_path, "b")
    names = first.user.name, second.user.name
    first.release()
    second.release()
    again_second, newcomer, again_first = (claim_seat(tmp_path, desk) for desk in ("b", "c", "a"))
    assert (again_first.user.name, again_second.user.name) == names
    assert newcomer.user.name not in names
    for claim in (again_first, again_second, newcomer):
        claim.release()


def test_a_desk_takes_another_key_when_its_own_is_held(tmp_path: Path) -> None:
    Keys(tmp_path).ensure()
    first, same = claim_seat(tmp_path, "a"), claim_seat(tmp_path, "a")
    assert first.user.name != same.user.name
    first.release()
    same.release()


def test_two_seats_never_hold_the_same_key(tmp_path: Path) -> None:
    Keys(tmp_path).ensure()
    first, second = claim_seat(tmp_path), claim_seat(tmp_path)
    assert first.user.name != second.user.name
    first.release()
    third = claim_seat(tmp_path)
    assert third.user.name == first.user.name
    second.release()
    third.release()


def test_a_key_file_that_is_none_is_named_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "seat-1.json"
    path.write_text("{")
    with pytest.raises(UserError) as error:
        read_key(path)
    assert str(path) in str(error.value)


@contextlib.asynccontextmanager
async def signed_in(server: NatsServer, profile: Path):
    """The hub and a seat at the server, and the seat's name; all is closed whatever happens."""
    hub = await connect(server.url, Keys(profile).hub(), "hub", nothing)
    claim = claim_seat(profile)
    seat = await connect(server.url, claim.user, "seat", nothing)
    try:
        yield hub, seat, claim.user.name
    finally:
        await seat.close()
        await hub.close()
        claim.release()


async def settled(client) -> None:
    """Waits until the server has read all that was said: nats-py's flush pings ahead of what is pending."""
    await client._flush_pending(force_flush=True)
    await client.flush()


def test_a_seat_asks_in_its_own_name_only(server: NatsServer, tmp_path: Path) -> None:
    async def story() -> tuple[bytes, bool]:
        async def answer(message) -> None:
            await message.respond(message.subject.encode())

        async with signed_in(server, tmp_path) as (hub, seat, own):
            await hub.subscribe(subjects.ALL_ASKS, cb=answer)
            await settled(hub)
            answered = await seat.request(subjects.ask(own, "hello"), b"", timeout=30)
            try:
                await seat.request(subjects.ask("seat-9", "hello"), b"", timeout=0.5)
                forged = True
            except NatsTimeout:
                forged = False
        return answered.data, forged

    answered, forged = asyncio.run(story())
    assert answered == b"ask.seat-1.hello"
    assert not forged


def test_a_seat_cannot_publish_into_the_picture(server: NatsServer, tmp_path: Path) -> None:
    async def story() -> list[bytes]:
        seen: list[bytes] = []
        arrived = asyncio.Event()

        async def take(message) -> None:
            seen.append(message.data)
            if message.data == b"true":
                arrived.set()

        async with signed_in(server, tmp_path) as (hub, seat, own):
            # an ask follows the subscription and the forgery on the same connection: the hub publishes after both
            async def publish(message) -> None:
                await hub.publish("pic.hangzhou.live.all.event", b"true")
                await message.respond(b"")

            await hub.subscribe(subjects.ALL_ASKS, cb=publish)
            await settled(hub)
            await seat.subscribe("pic.>", cb=take)
            await seat.publish("pic.hangzhou.live.all.event", b"forged")
            await seat.request(subjects.ask(own, "hello"), b"", timeout=30)
            async with asyncio.timeout(30):
                await arrived.wait()
        return seen

    assert asyncio.run(story()) == [b"true"]


def test_a_wrong_key_is_refused_in_one_sentence(server: NatsServer) -> None:
    async def story() -> None:
        await connect(server.url, User("hub", "guessed"), "hub", nothing)

    with pytest.raises(OutsideError) as error:
        asyncio.run(story())
    assert error.value.message.id == "bus.refused"


@pytest.mark.parametrize("greeted", [True, False])
@pytest.mark.parametrize("cuts", [1, 2])
def test_who_is_cut_off_while_the_bus_reads_its_users_anew_is_let_in_at_the_second_try(
    server: NatsServer, tmp_path: Path, cuts: int, greeted: bool
) -> None:
    async def story() -> list[str]:
        lost: list[str] = []
        between: list[asyncio.Task[None]] = []

        async def hand_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, back = await asyncio.open_connection("127.0.0.1", server.port)
            if len(between) in (2, 4) and len(between) <= 2 * cuts:  # each try knocks before it comes in
                if greeted:
                    writer.write(await there.readline())
                    await reader.readline()
                writer.transport.abort()
            await asyncio.gather(pump(reader, back), pump(there, writer))

        def came(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            between.append(asyncio.create_task(hand_on(reader, writer)))

        async with await asyncio.start_server(came, "127.0.0.1", 0) as door:
            url = f"nats://127.0.0.1:{door.sockets[0].getsockname()[1]}"
            try:
                client = await connect(url, Keys(tmp_path).hub(), "hub", lambda: lost.append("lost"))
                await client.flush()
                assert lost == []
                await client.close()
            except OutsideError as error:
                lost.append(error.message.id)
            await asyncio.gather(*between)
        return lost

    assert asyncio.run(story()) == (["lost"] if cuts == 1 else ["bus.unreachable"])


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def test_a_port_in_use_is_said_and_names_the_port(server: NatsServer, tmp_path: Path) -> None:
    second = NatsServer(tmp_path / "second", server.port, [], SystemClock())
    with pytest.raises(UserError) as error:
        second.start()
    assert str(server.port) in str(error.value)


@pytest.mark.parametrize("url", ["http://x:1", "nats://", "nats://x:notaport", "nats://u:p@x:1"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UserError):
        address(url)


def test_nobody_listening_is_said_at_once() -> None:
    async def story() -> None:
        await connect(f"nats://127.0.0.1:{free_port()}", User("seat-1", "x"), "seat", nothing)

    with pytest.raises(OutsideError) as error:
        asyncio.run(story())
    assert error.value.message.id == "bus.unreachable"


@pytest.mark.slow
def test_the_server_dies_with_a_killed_parent(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib\n"
        "from cockpit.bus.server import NatsServer\n"
        "from cockpit.bus.users import Keys\n"
        "from cockpit.model.clock import SystemClock\n"
        "from cockpit.processes import free_port\n"
        "d = pathlib.Path(sys.argv[1])\n"
        "s = NatsServer(d, free_port(), Keys(d).ensure(), SystemClock())\n"
        "s.start()\n"
        "print(s.process.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        server = psutil.Process(int(parent.stdout.readline()))
        os.kill(parent.pid, signal.SIGKILL)
    assert psutil.wait_procs([server], timeout=10)[1] == []


def test_a_named_hub_that_was_killed_is_said_not_to_run_and_not_to_be_starting(tmp_path: Path) -> None:
    url = "nats://127.0.0.1:14999"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    write_private(hub_note(url), json.dumps({"profile": str(tmp_path)}))
    write_private(tmp_path / "hub.json", json.dumps({"url": url, "pid": ended.pid}))
    with pytest.raises(OutsideError) as named:
        NamedHub(url, None).find()
    assert named.value.message.id == "seat.hub_not_running"
    with pytest.raises(OutsideError) as own:
        OwnHub(tmp_path).find()
    assert own.value.message.id == "seat.hub_starting"


def test_a_hub_that_starts_again_takes_the_notes_of_its_killed_runs_away(tmp_path: Path) -> None:
    ours, theirs = hub_note("nats://127.0.0.1:14997"), hub_note("nats://127.0.0.1:14998")
    write_private(ours, json.dumps({"profile": str(tmp_path)}))
    write_private(theirs, json.dumps({"profile": str(tmp_path / "other")}))
    forget_hub(tmp_path)
    assert not ours.exists()
    assert theirs.exists()


@pytest.mark.slow
@pytest.mark.logs("不能使用账本目录")
def test_a_server_whose_store_can_not_be_used_starts_without_and_says_so(tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.write_text("no folder")
    nats = NatsServer(tmp_path, free_port(), Keys(tmp_path).ensure(), SystemClock(), store)
    nats.start()
    try:
        assert nats.running()
        assert "jetstream" not in json.loads((tmp_path / "nats.conf").read_text())
    finally:
        nats.stop()


def test_that_a_connection_is_gone_is_told_once_also_amid_sending(server: NatsServer) -> None:
    async def story(senders: int) -> int:
        told, gone = 0, asyncio.Event()

        def lost() -> None:
            nonlocal told
            told += 1
            gone.set()

        client = await connect(server.url, Keys(server.profile).hub(), "hub", lost)

        async def send() -> None:
            with contextlib.suppress(NatsError, OSError):
                while not gone.is_set():
                    await client.publish(subjects.ask("hub", "hello"), bytes(50_000))
                    await asyncio.sleep(0)

        sending = [asyncio.create_task(send()) for _ in range(senders)]
        await asyncio.sleep(0.1)
        assert server.process is not None
        server.process.kill()
        async with asyncio.timeout(20):
            await gone.wait()
        await asyncio.gather(*sending)
        await client.close()
        await asyncio.sleep(2 * LOOK_SECONDS)
        return told

    for senders in (0, 4):
        assert asyncio.run(story(senders)) == 1, senders
        server.stop()
        server.start()
