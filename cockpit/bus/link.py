"""A seat's side of the bus: joins the hub, takes in the picture, asks for what is fetched by id. One asyncio thread."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

import cockpit
from cockpit.bus import asks, subjects
from cockpit.bus.asks import PROTOCOL
from cockpit.bus.client import answering, connect, nats_error
from cockpit.bus.users import User
from cockpit.bus.where import WhereHub
from cockpit.model.batch import Batch, decode
from cockpit.model.clock import SECOND, CityTime, Clock
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.messages import Message
from cockpit.model.ports.link import Link, LinkState
from cockpit.model.tables import TABLES

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

log = logging.getLogger(__name__)

Alongside = Callable[["Client", User, asks.Welcome], contextlib.AbstractAsyncContextManager[None]]
"""What lives as long as the hub is joined."""
RETRY_SECONDS = (0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0)
ASK_SECONDS = 4.0


class HubLink:
    """The connection of a seat to its hub, on a thread of its own.

    Attributes:
        link: how it stands; replaced whole, so any thread may read it.
    """

    def __init__(
        self,
        where: WhereHub,
        city: str,
        clock: Clock,
        on_batch: Callable[[Batch], None],
        on_link: Callable[[Link, asks.Welcome | None], None],
        on_time: Callable[[CityTime], None],
        alongside: Sequence[Alongside] = (),
    ) -> None:
        """
        Args:
            alongside: entered once the hub is joined, left when it is lost.
        """
        self.link = Link(LinkState.STARTING, clock.now())
        self._where = where
        self._city = city
        self._clock = clock
        self._on_batch = on_batch
        self._on_link = on_link
        self._on_time = on_time
        self._alongside = alongside
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._main, name="seat-io", daemon=True)
        self._stop = asyncio.Event()
        self._retry = asyncio.Event()
        self._client: Client | None = None
        self._user = ""

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Leaves the bus and ends the thread."""
        if self._thread.ident is None and not self._loop.is_closed():  # never started, but it may have been asked
            self._loop.run_until_complete(asyncio.sleep(0))
            self._end_loop()
        elif self._thread.is_alive():
            self._tell(self._stop.set, self._retry.set)
            self._thread.join(5)

    def retry_now(self) -> None:
        self._tell(self._retry.set)

    def _tell(self, *calls: Callable[[], None]) -> None:
        """Makes the calls on the loop, all in one turn: after the first the loop may be over."""

        def all_of_them() -> None:
            for call in calls:
                call()

        with contextlib.suppress(RuntimeError):  # the loop ended before we came
            self._loop.call_soon_threadsafe(all_of_them)

    def ask(self, what: str, wanted: object, reply: type, done: Callable[[Any], None]) -> None:
        """Asks the hub; `done` gets the reply or a Message, on the I/O thread."""

        async def go() -> None:
            try:
                done(await self._request(what, wanted, reply))
            except CockpitError as error:
                done(error.message)

        self._post(go())

    def on_loop(self, call: Callable[[], None]) -> None:
        """Makes a call on the I/O thread, if that still runs."""
        self._tell(call)

    def want_snapshot(self, topics: tuple[str, ...]) -> None:
        self._post(self._snapshot(topics))

    def _post(self, coroutine: Coroutine[Any, Any, None]) -> None:
        if self._loop.is_closed() or self._stop.is_set():
            coroutine.close()
            return
        asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def _main(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._keep())
        finally:
            self._end_loop()

    def _end_loop(self) -> None:
        if self._loop.is_closed():
            return
        pending = asyncio.all_tasks(self._loop)
        for task in pending:
            task.cancel()
        if pending:
            self._loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()
        self._where.release()

    async def _keep(self) -> None:
        tries = 0
        while not self._stop.is_set():
            lost = asyncio.Event()
            problem: Message | None
            try:
                async with contextlib.AsyncExitStack() as stack:
                    client, user, welcome = await self._join(lost)
                    for enter in self._alongside:
                        await stack.enter_async_context(enter(client, user, welcome))
                    tries = 0
                    self._say(LinkState.LIVE, None, 0, 0, welcome)
                    stopped = asyncio.ensure_future(self._stop.wait())
                    gone = asyncio.ensure_future(lost.wait())
                    await asyncio.wait([stopped, gone], return_when=asyncio.FIRST_COMPLETED)
                    stopped.cancel()
                    gone.cancel()
                problem = Message("seat.hub_gone")
            except CockpitError as error:
                problem = error.message
            except (nats_error(), OSError):  # it went while we were joining
                problem = Message("seat.hub_gone")
            except (msgspec.MsgspecError, ValueError):
                problem = Message("seat.hub_nonsense")
            except Exception as error:  # our bug: said in the log, and the seat goes on trying
                log.exception("joining the hub")
                problem = Message("seat.our_bug", {"detail": type(error).__name__})
            await self._leave()
            if self._stop.is_set():
                break
            pause = RETRY_SECONDS[min(tries, len(RETRY_SECONDS) - 1)]
            tries += 1
            retry = self._clock.now() + round(pause * SECOND)
            was = self.link.state
            state = LinkState.STARTING if was is LinkState.STARTING else LinkState.LOST
            self._say(state, problem, retry, tries, None)
            self._retry.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._retry.wait(), pause)

    def _say(
        self, state: LinkState, problem: Message | None, retry: int, tries: int, welcome: asks.Welcome | None
    ) -> None:
        since = self.link.since if state is self.link.state else self._clock.now()
        self.link = Link(state, since, problem, retry, tries)
        self._on_link(self.link, welcome)

    async def _join(self, lost: asyncio.Event) -> tuple[Client, User, asks.Welcome]:
        url, user = self._where.find()
        self._user = user.name
        self._client = client = await connect(url, user, user.name, lost.set)
        hello = asks.Hello(PROTOCOL, cockpit.__version__, user.name)
        data = await self._bytes("hello", hello)
        version: dict[str, Any] = msgspec.msgpack.decode(data)
        if not isinstance(version, dict) or version.get("protocol") != PROTOCOL:
            theirs = version.get("version", "?") if isinstance(version, dict) else "?"
            raise UserError("seat.other_version", hub=theirs, seat=cockpit.__version__)
        welcome = msgspec.convert(version, asks.Welcome)
        if welcome.city != self._city:
            raise UserError("seat.other_city", hub=welcome.city, seat=self._city)
        self._on_time(welcome.time)
        subject = subjects.all_pictures(welcome.city, welcome.world)
        await client.subscribe(subject, cb=self._received, pending_msgs_limit=20_000)
        await self._snapshot(tuple(TABLES))
        return client, user, welcome

    async def _received(self, message: Msg) -> None:
        if message.subject.endswith(".time"):
            with contextlib.suppress(msgspec.MsgspecError):
                self._on_time(msgspec.msgpack.decode(message.data, type=CityTime))
            return
        with contextlib.suppress(ValueError):  # another hub's bytes: the versions were checked at hello
            self._on_batch(decode(message.data))

    async def _snapshot(self, topics: tuple[str, ...]) -> None:
        client = self._client
        if client is None or not client.is_connected:
            return
        inbox = client.new_inbox()
        with contextlib.suppress(nats_error(), TimeoutError):
            answers = await client.subscribe(inbox)
            try:
                wanted = asks.encode(asks.SnapshotWanted(topics))
                await client.publish(subjects.ask(self._user, "snapshot"), wanted, reply=inbox)
                while (message := await answers.next_msg(ASK_SECONDS)).data:
                    self._on_batch(decode(message.data))
            finally:
                await answers.unsubscribe()

    async def _request(self, what: str, wanted: object, reply: type) -> Any:
        try:
            return msgspec.msgpack.decode(await self._bytes(what, wanted), type=reply)
        except msgspec.MsgspecError as error:
            raise OutsideError("seat.hub_nonsense") from error

    async def _bytes(self, what: str, wanted: object) -> bytes:
        client = self._client
        if client is None or not client.is_connected:
            raise OutsideError("seat.hub_gone")
        with answering():
            return (await client.request(subjects.ask(self._user, what), asks.encode(wanted), timeout=ASK_SECONDS)).data

    async def _leave(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):
                await client.close()
