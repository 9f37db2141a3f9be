"""A real bus with a real stream of the ledger, whose hub answers `ask.<seat>.ledger` as a test tells it to."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg

from cockpit.bus import asks, subjects
from cockpit.bus.client import connect
from cockpit.bus.server import NatsServer
from cockpit.bus.users import Keys, User, read_key
from cockpit.ledger.stream import Stream
from cockpit.model.clock import SystemClock
from cockpit.model.entries import read_decision
from cockpit.model.messages import Message
from cockpit.processes import free_port

CITY = "hangzhou"


class LedgerBus:
    """The server, the hub's connection and the stream.

    Attributes:
        client: the hub's.
        rows: what `ask.<seat>.ledger` is answered from.
        asked: sequences that were asked for.
        problem: what it is answered instead.
        piece: decisions in an answer.
    """

    def __init__(self, profile: Path) -> None:
        self.profile = profile
        self.server = NatsServer(profile, free_port(), Keys(profile).ensure(), SystemClock(), store=profile / "stream")
        self.client: Client = None  # type: ignore[assignment]
        self.rows: list[tuple[int, bytes]] = []
        self.asked: list[int] = []
        self.problem: Message | None = None
        self.piece = 100
        self._stream: Stream = None  # type: ignore[assignment]

    def user(self, name: str) -> User:
        return read_key(self.profile / "keys" / f"{name}.json")

    async def append(self, rows: list[tuple[int, bytes]], silent: bool = False) -> None:
        """Decisions into the stream, which sends them on; `silent`: only what is asked knows of them."""
        for seq, data in rows:
            if not silent:
                await self._stream.append(read_decision(data), data, "330106001")
            self.rows.append((seq, data))

    async def _answer(self, message: Msg) -> None:
        wanted = msgspec.msgpack.decode(message.data, type=asks.LedgerWanted)
        self.asked.append(wanted.after)
        found = [row for row in self.rows if row[0] > wanted.after][: self.piece]
        last = self.rows[-1][0] if self.rows else 0
        reply = asks.LedgerReply(problem=self.problem) if self.problem else asks.LedgerReply(found, last)
        await message.respond(asks.encode(reply))

    async def join(self) -> None:
        self.client = await connect(self.server.url, self.user("hub"), "hub", lambda: None)
        self._stream = Stream(self.client, CITY, subjects.LIVE, "hub-1")
        await self._stream.ensure()
        await self.client.subscribe("ask.*.ledger", cb=self._answer)
        await self.client.flush()


@contextlib.asynccontextmanager
async def ledger_bus(profile: Path) -> AsyncIterator[LedgerBus]:
    profile.mkdir(mode=0o700, exist_ok=True)
    bus = LedgerBus(profile)
    bus.server.start()
    try:
        await bus.join()
        yield bus
    finally:
        if bus.client is not None:
            await bus.client.close()
        bus.server.stop()


@contextlib.asynccontextmanager
async def signed_in(bus: LedgerBus, name: str) -> AsyncIterator[Client]:
    client = await connect(bus.server.url, bus.user(name), name, lambda: None)
    try:
        yield client
    finally:
        await client.close()
