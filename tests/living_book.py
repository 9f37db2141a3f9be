"""A hub's book between a real nats-server and real files, without the hub around it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from nats.aio.client import Client

from cockpit.bus.client import connect
from cockpit.bus.server import NatsServer
from cockpit.bus.users import Keys
from cockpit.ledger.book import Book
from cockpit.ledger.files import STREAM
from cockpit.ledger.stream import Stream
from cockpit.model.batch import columns_of_rows
from cockpit.model.clock import MINUTE, CityClock, SystemClock
from cockpit.model.entries import Act, AddNote, Command, Fact, IssueOrders, NewCase, NewOrder, encode
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.tables import FEEDS, UNITS, UnitState
from cockpit.packs.read import read_pack
from cockpit.picture.picture import Picture
from cockpit.picture.units import PictureUnits
from cockpit.processes import free_port
from tests.living_picture import FEED_AT_REST

CITY, WORLD = "hangzhou", "live"
LIMIT = 30.0
CLOCK = SystemClock()


class LivingBook:
    """A book and all it needs.

    Attributes:
        said: what it told the log.
        troubles: how often it asked for another look at the stream.
    """

    def __init__(self, profile: Path) -> None:
        self.profile = profile
        self.folder = profile / CITY
        self.keys = Keys(profile)
        self.server = NatsServer(profile, free_port(), self.keys.ensure(), CLOCK, self.folder / STREAM)
        self.picture = Picture()
        self.said: list[Message] = []
        self.troubles = 0
        self.clock = CityClock(CLOCK)
        put_units(self.picture, "U1", "U2", "U3")
        self.book = self.new_book()
        self.client: Client | None = None

    def new_book(self, folder: Path | None = None) -> Book:
        return Book(
            folder or self.folder,
            self.profile / "hub.id",
            read_pack(CITY).loop,
            PictureUnits(self.picture, CLOCK),
            self.clock,
            on_trouble=self._trouble,
            say=self.said.append,
        )

    def _trouble(self) -> None:
        self.troubles += 1

    async def sign_in(self) -> Stream:
        """The stream over a connection of the hub, which is closed with the book."""
        if self.client is not None:
            await self.client.close()
        self.client = await connect(self.server.url, self.keys.hub(), "hub-ledger", lambda: None)
        return Stream(self.client, CITY, WORLD, self.book.hub)

    async def join(self) -> None:
        await self.book.join(await self.sign_in())

    async def seat(self, act: Act, case: str = "", seat: str = "seat-1", expected: int = 0, **texts: str):
        """A new command of a seat: itself, its bytes, and the receipt."""
        command = command_of(act, case, expected, **texts)
        return command, await self.book.command(seat, "duty", encode(command))


def put_units(picture: Picture, *names: str) -> None:
    """Units that are free, of a feed that speaks."""
    feed = {"key": "positions", "feed": "positions", "name": "", "source": "city", "format": "city", "beat": MINUTE}
    feed |= {"received": CLOCK.now() + 60 * MINUTE, "good": 1, "bad": 0, "lag": 0, "problem": "", "detail": ""}
    picture.upsert("feed", columns_of_rows(FEEDS, [FEED_AT_REST | feed | {"retry": 0}]))
    nowhere = {"lon": 120.1, "lat": 30.2, "heading": 0.0, "speed": 0.0, "area": "330102", "fixed": 0, "received": 0}
    same = nowhere | {"feed": "positions", "kind": "grid", "state": UnitState.FREE, "skill": ""}
    rows = [same | {"key": f"positions/{name}", "name": name} for name in names]
    picture.upsert("unit", columns_of_rows(UNITS, rows))


def command_of(act: Act, case: str = "", expected: int = 0, **texts: str) -> Command:
    return Command(new_id(CLOCK), case or new_id(CLOCK), expected, CLOCK.now(), 0, act, {"who": "张敏", **texts})


def issue(*units: str, event: str = "") -> IssueOrders:
    orders = tuple(NewOrder(new_id(CLOCK), f"positions/{unit}", n == 0) for n, unit in enumerate(units))
    facts = NewCase(event or f"incident/{new_id(CLOCK)}", "E0506", 2, 120.16, 30.25, "330102001", "12345")
    return IssueOrders(orders, 10 * MINUTE, 60 * MINUTE, facts)


def fact_of(order: str, kind: str, unit: str = "positions/U1", **texts: str) -> Fact:
    now = CLOCK.now()
    return Fact(new_id(CLOCK), kind, order, unit, "device-1", now, now, texts=texts)


NOTE = AddNote()


@asynccontextmanager
async def living_book(profile: Path, ready: bool = True) -> AsyncIterator[LivingBook]:
    living = LivingBook(profile)
    living.server.start()
    try:
        if ready:
            await living.book.open()
            await living.join()
        yield living
    finally:
        await living.book.close()
        if living.client is not None:
            await living.client.close()
        living.server.stop()
