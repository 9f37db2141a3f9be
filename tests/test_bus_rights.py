"""Who may say and hear what on the bus: the server refuses the rest, whatever a program of ours or another's sends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from nats.aio.client import Client
from nats.errors import Error as NatsError

from cockpit.bus import subjects
from cockpit.bus.client import connect
from cockpit.bus.users import GATEWAY, User
from cockpit.ledger.stream import Stream
from cockpit.model.entries import encode
from cockpit.model.errors import OutsideError
from tests.living_book import LivingBook, command_of, issue, living_book

pytestmark = pytest.mark.slow

STREAM_API = "$JS.API.STREAM"


def with_server(profile: Path, story: Callable[[LivingBook], Awaitable[None]]) -> None:
    async def go() -> None:
        async with living_book(profile) as living:
            await living.seat(issue("U1"))
            await story(living)

    asyncio.run(go())


async def refused(living: LivingBook, user: User, subject: str, data: bytes = b"") -> bool:
    """Whether the server says no to a message of this user: it names the subject in its answer."""
    said: list[str] = []
    client = await connect(living.server.url, user, "test", lambda: None)

    async def error(problem: Exception) -> None:
        said.append(str(problem))

    client._error_cb = error
    try:
        await client.publish(subject, data, reply=client.new_inbox())
        await client.request(own_ask(user), b"", timeout=0.3)
    except NatsError:  # nobody answers asks here: all that was said before has been read
        pass
    finally:
        await client.close()
    return any("ermissions" in line and subject.lower() in line.lower() for line in said)


def own_ask(user: User) -> str:
    return subjects.ask(user.name, "hello")


def key(living: LivingBook, name: str) -> User:
    return next(user for user in living.keys.ensure() if user.name == name)


@pytest.mark.parametrize("name", ["seat-1", GATEWAY])
def test_only_the_hub_writes_into_the_ledger(tmp_path: Path, name: str) -> None:
    async def story(living: LivingBook) -> None:
        user = key(living, name)
        for subject in (
            subjects.ledger("hangzhou", "live", living.book.hub, "330102", "c"),
            subjects.news("hangzhou", "live", living.book.hub, "330102", "c"),
            f"{STREAM_API}.DELETE.LEDGER",
            f"{STREAM_API}.PURGE.LEDGER",
            f"{STREAM_API}.UPDATE.LEDGER",
            f"{STREAM_API}.MSG.DELETE.LEDGER",
            f"{STREAM_API}.MSG.GET.LEDGER",
            "$JS.API.DIRECT.GET.LEDGER",
            "pic.hangzhou.live.all.event",
        ):
            assert await refused(living, user, subject), subject
        assert (await Stream(living.client, "hangzhou", "live", living.book.hub).ends()).last == 1

    with_server(tmp_path, story)


def test_a_seat_commands_in_its_own_name_only_and_reports_nothing_from_the_field(tmp_path: Path) -> None:
    async def story(living: LivingBook) -> None:
        seat, gateway = key(living, "seat-1"), key(living, GATEWAY)
        assert not await refused(living, seat, subjects.command("hangzhou", "live", "seat-1"))
        assert await refused(living, seat, subjects.command("hangzhou", "live", "seat-2"))
        assert await refused(living, seat, subjects.fact("hangzhou", "live", GATEWAY))
        assert not await refused(living, gateway, subjects.fact("hangzhou", "live", GATEWAY))
        assert await refused(living, gateway, subjects.command("hangzhou", "live", "seat-1"))

    with_server(tmp_path, story)


def test_a_gateway_asks_for_the_ledger_and_its_words_and_for_nothing_else(tmp_path: Path) -> None:
    async def story(living: LivingBook) -> None:
        gateway = key(living, GATEWAY)
        for what in ("hello", "ledger", "texts"):
            assert not await refused(living, gateway, subjects.ask(GATEWAY, what)), what
        for what in ("snapshot", "body", "picture", "retry", "quarantine", "photo"):
            assert await refused(living, gateway, subjects.ask(GATEWAY, what)), what
        assert await refused(living, gateway, subjects.ask("seat-1", "texts"))

    with_server(tmp_path, story)


def test_not_even_the_hub_takes_anything_out_of_the_ledger(tmp_path: Path) -> None:
    async def story(living: LivingBook) -> None:
        hub = living.keys.hub()
        for subject in ("DELETE.LEDGER", "PURGE.LEDGER", "MSG.DELETE.LEDGER"):
            assert await refused(living, hub, f"{STREAM_API}.{subject}"), subject
        # and a configuration that would let it go is refused by the stream itself
        stream = Stream(living.client, "hangzhou", "live", living.book.hub)
        lax = stream._configuration() | {"deny_delete": False, "deny_purge": False}
        answer = await living.client.request(f"{STREAM_API}.UPDATE.LEDGER", json.dumps(lax).encode(), timeout=10)
        assert "error" in json.loads(answer.data)

    with_server(tmp_path, story)


def test_a_seat_hears_what_was_decided_and_not_what_others_want(tmp_path: Path) -> None:
    async def story(living: LivingBook) -> None:
        heard: list[str] = []
        decided = asyncio.Event()

        async def take(message) -> None:
            heard.append(message.subject)
            if message.subject.startswith("log."):
                decided.set()

        seat: Client = await connect(living.server.url, key(living, "seat-2"), "test", lambda: None)
        try:
            for subject in ("log.>", "led.>", "cmd.>", "fact.>", "_INBOX.>"):
                await seat.subscribe(subject, cb=take)
            with pytest.raises(NatsError):
                await seat.request(own_ask(key(living, "seat-2")), b"", timeout=0.3)
            await living.seat(issue("U2"))
            async with asyncio.timeout(30):
                await decided.wait()
        finally:
            await seat.close()
        assert [subject.split(".")[0] for subject in heard] == ["log"]

    with_server(tmp_path, story)


def test_a_stream_that_someone_made_lax_is_set_right_again(tmp_path: Path) -> None:
    async def story(living: LivingBook) -> None:
        stream = Stream(living.client, "hangzhou", "live", living.book.hub)
        lax = stream._configuration() | {"max_msgs": 1_000, "duplicate_window": 1_000_000_000}
        answer = await living.client.request(f"{STREAM_API}.UPDATE.LEDGER", json.dumps(lax).encode(), timeout=10)
        assert "error" not in json.loads(answer.data)
        await stream.ensure()
        answer = await living.client.request(f"{STREAM_API}.INFO.LEDGER", b"", timeout=10)
        assert json.loads(answer.data)["config"]["max_msgs"] == -1

    with_server(tmp_path, story)


def test_a_stream_of_another_city_is_not_taken_for_ours(tmp_path: Path) -> None:
    async def story(living: LivingBook) -> None:
        # its subjects can be changed, what lies in it not: the chain tells
        other = Stream(living.client, "lujiazui", "live", living.book.hub)
        second = living.new_book(tmp_path / "lujiazui")
        (tmp_path / "hub.id").write_text("another-hub")
        await second.open()
        with pytest.raises(OutsideError) as error:
            await second.join(other)
        assert error.value.message.id == "ledger.other_hub"
        await second.close()

    with_server(tmp_path, story)


def test_commands_of_a_size_that_nobody_writes_are_refused(tmp_path: Path) -> None:
    async def story(living: LivingBook) -> None:
        data = encode(command_of(issue("U2"), words="长" * 60_000))
        receipt = await living.book.command("seat-1", "duty", data)
        assert receipt.refused.id == "ledger.too_large"

    with_server(tmp_path, story)


def test_who_signals_is_who_they_say_and_only_the_gateway_speaks_for_devices(tmp_path: Path) -> None:
    async def story(living: LivingBook) -> None:
        seat, gateway, hub = key(living, "seat-1"), key(living, GATEWAY), living.keys.hub()
        for user, subject in (
            (seat, subjects.signal("hangzhou", "live", "seat-2", GATEWAY)),
            (seat, subjects.signal("hangzhou", "live", "hub", GATEWAY)),
            (seat, subjects.said("hangzhou", "live", GATEWAY)),
            (seat, subjects.said("hangzhou", "live", "seat-1")),
            (gateway, subjects.signal("hangzhou", "live", "hub", "seat-1")),
            (gateway, subjects.ask(GATEWAY, "calls.claim")),
            (gateway, subjects.ask(GATEWAY, "letters.send")),
            (hub, subjects.signal("hangzhou", "live", "seat-1", GATEWAY)),
        ):
            assert await refused(living, user, subject), (user.name, subject)
        for user, subject in (
            (seat, subjects.signal("hangzhou", "live", "seat-1", GATEWAY)),
            (gateway, subjects.signal("hangzhou", "live", GATEWAY, "hub")),
            (gateway, subjects.said("hangzhou", "live", GATEWAY)),
            (gateway, subjects.ask(GATEWAY, "letters")),
            (gateway, subjects.ask(GATEWAY, "voice")),
            (hub, subjects.signal("hangzhou", "live", "hub", GATEWAY)),
        ):
            assert not await refused(living, user, subject), (user.name, subject)

    with_server(tmp_path, story)
