"""The hub's ledger on the bus: hands commands and facts to the book, keeps it joined to its stream, mends it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from cockpit.bus import subjects
from cockpit.bus.tasks import end
from cockpit.ledger.book import Book
from cockpit.ledger.files import Stopped
from cockpit.ledger.stream import Stream
from cockpit.model.clock import Clock
from cockpit.model.entries import Receipt, encode
from cockpit.model.errors import CockpitError
from cockpit.model.messages import Message

log = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0
RETRY_SECONDS = (0.1, 0.3, 1.0, 2.0)
RESTART_SECONDS = (5.0, 15.0, 60.0, 300.0)
"""Between two starts of a bus that will not append: each one cuts off every seat for a moment."""
PATIENCE = 2
"""Times that the stream may fail in a row before the bus is started again; a full disk leaves it stuck until then."""

SignIn = Callable[[Callable[[], None]], Awaitable[Client]]
Take = Callable[[str, str, bytes], Awaitable[Receipt]]


class LedgerOnBus:
    """Serves the book, on a connection of its own: what seats see does not wait for what they want, nor it for that."""

    def __init__(
        self,
        book: Book,
        city: str,
        world: str,
        roles: Mapping[str, str],
        sign_in: SignIn,
        restart_bus: Callable[[], None],
        time_known: Callable[[], Awaitable[None]],
        clock: Clock,
    ) -> None:
        """
        Args:
            roles: of users, by name.
            sign_in: connects as the hub; is handed what to call when the connection is lost.
            restart_bus: ends the server, which is then started again.
            time_known: waits until the city's clock is known, or can be waited for no longer.
        """
        self._book = book
        self._city = city
        self._world = world
        self._roles = roles
        self._sign_in = sign_in
        self._restart_bus = restart_bus
        self._time_known = time_known
        self._clock = clock
        self._look = asyncio.Event()
        self._client: Client | None = None
        self._tries = 0
        self._failures = 0
        self._restarts = 0
        self._restart_due = 0.0
        self._seq = 0
        self._noted = ""

    def trouble(self) -> None:
        """The stream has to be looked at again."""
        self._look.set()

    async def keep(self) -> None:
        """Serves until it is cancelled."""
        sweeps = asyncio.create_task(self._sweep(), name="ledger-sweep")
        try:
            while True:
                try:
                    await self._serve()
                except (CockpitError, NatsError, OSError, TimeoutError) as error:
                    self._note(error)
                await self._leave()
                await self._pause()
        finally:
            await end(sweeps)
            await self._leave()

    async def _serve(self) -> None:
        """Until the connection is lost. Who commands is told why nothing is decided, whenever that is so."""
        stream: Stream | None = None

        def lost() -> None:
            self._look.set()
            if stream is not None:
                stream.lose()

        client = self._client = await self._sign_in(lost)
        await client.subscribe(subjects.all_commands(self._city, self._world), cb=self._commanded)
        await client.subscribe(subjects.all_facts(self._city, self._world), cb=self._reported)
        while client.is_connected:
            self._look.clear()
            try:
                if not self._book.is_open:
                    await self._book.open()
                await self._time_known()
                stream = Stream(client, self._city, self._world, self._book.hub)
                await self._book.join(stream)
                self._tries, self._noted = 0, ""
                await self._look.wait()
            except Stopped:  # said; until a person has looked, commands are told so
                await self._look.wait()
            except CockpitError as error:
                self._note(error)
            if client.is_connected:
                if self._book.is_open:
                    self._mend()
                await self._pause()

    def _note(self, error: Exception) -> None:
        """Into the log, once while it stays the same."""
        if str(error) != self._noted:
            self._noted = str(error)
            log.info("the ledger: %s", error)

    async def _pause(self) -> None:
        self._tries += 1
        await asyncio.sleep(RETRY_SECONDS[min(self._tries, len(RETRY_SECONDS)) - 1])

    async def _leave(self) -> None:
        self._book.leave(Message("ledger.no_bus"))
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):
                await client.close()

    def _mend(self) -> None:
        """A stream that fails again and again on a good connection is stuck, mostly by a disk that was full: its server
        is started again."""
        if self._book.state.seq > self._seq:
            self._failures = self._restarts = 0
        self._seq = self._book.state.seq
        self._failures += 1
        now = self._clock.mono()
        if self._failures < PATIENCE or now < self._restart_due or not self._book.has_room():
            return
        log.info("the ledger's stream is stuck; starting the bus again")
        self._restart_due = now + RESTART_SECONDS[min(self._restarts, len(RESTART_SECONDS) - 1)]
        self._restarts += 1
        self._failures = 0
        self._restart_bus()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self._book.sweep()
            except CockpitError as error:
                self._note(error)
            except Exception:  # our bug: said, and the clock goes on
                log.exception("sweeping the ledger")

    async def _commanded(self, message: Msg) -> None:
        await self._answer(message, self._book.command)

    async def _reported(self, message: Msg) -> None:
        await self._answer(message, self._book.fact)

    async def _answer(self, message: Msg, take: Take) -> None:
        user = subjects.sender(message.subject)
        try:
            receipt = await take(user, self._roles.get(user, ""), message.data)
        except Exception:  # our bug: the sender asks again
            log.exception("deciding for %s", user)
            return
        if subjects.reads(user, message.reply):
            with contextlib.suppress(NatsError, OSError):  # it asks again and gets the same
                await message.respond(encode(receipt))
