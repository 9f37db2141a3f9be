"""What a gateway meets of a hub: its book on a real bus, with the asks and facts of a gateway answered. In-process."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
from nats.aio.msg import Msg

import cockpit
from cockpit.bus import asks, subjects
from cockpit.bus.users import ROLES
from cockpit.model.entries import encode, read_decision
from cockpit.processes import write_private
from tests.living_book import CITY, CLOCK, WORLD, LivingBook, living_book


class Hall:
    """A hub as its gateway sees it.

    Attributes:
        book: its ledger.
        heard: facts that came, as often as they came.
        mute: it records facts and does not answer.
        further: what it answers by the name of the question, beside what every gateway asks; of its bytes, the struct.
        client: its connection, while it is joined.
    """

    def __init__(self, living: LivingBook) -> None:
        self.living = living
        self.book = living.book
        self.heard: list[bytes] = []
        self.mute = False
        self.further: dict[str, Callable[[bytes], object]] = {}

    @property
    def client(self) -> Any:
        return self.living.client

    async def open_doors(self) -> None:
        """Lets the gateway in."""
        client = self.living.client
        assert client is not None
        await client.subscribe(subjects.ALL_ASKS, cb=self._asked)
        await client.subscribe(subjects.all_facts(CITY, WORLD), cb=self._fact)
        profile = self.living.profile
        facts = {"url": self.living.server.url, "pid": os.getpid(), "city": CITY, "profile": str(profile)}
        write_private(profile / "hub.json", json.dumps(facts))

    async def _asked(self, message: Msg) -> None:
        who, what = subjects.seat_and_what(message.subject)
        if what == "hello":
            now = self.living.clock.city
            answer: object = asks.Welcome(asks.PROTOCOL, cockpit.__version__, "run", CITY, WORLD, now, CLOCK.now())
        elif what == "ledger":
            answer = await self.book.rows(msgspec.msgpack.decode(message.data, type=asks.LedgerWanted).after)
        elif what in self.further:
            answer = asks.Told(msgspec.Raw(asks.encode(self.further[what](message.data))))
        else:
            assert what == "texts", what
            answer = await self.book.words(msgspec.msgpack.decode(message.data, type=asks.TextsWanted).ids, ROLES[who])
        await message.respond(asks.encode(answer))

    async def _fact(self, message: Msg) -> None:
        self.heard.append(message.data)
        mute = self.mute
        receipt = await self.book.fact(subjects.sender(message.subject), "device", message.data)
        if not mute:
            await message.respond(encode(receipt))

    async def recorded(self) -> list[tuple[str, str]]:
        """(cause, what it moved to) of each fact in the ledger, in order."""
        decisions = [read_decision(data) for _, data in (await self.book.rows(0)).rows]
        return [
            (decision.cause, getattr(decision.said()[0], "state", decision.said()[0].__class__.__name__))
            for decision in decisions
            if decision.actor.seat == "gateway"
        ]


@contextlib.asynccontextmanager
async def living_hall(profile: Path) -> AsyncIterator[Hall]:
    async with living_book(profile) as living:
        hall = Hall(living)
        await hall.open_doors()
        yield hall
