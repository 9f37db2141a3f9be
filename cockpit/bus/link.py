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
from cockpit.bus.tasks import end
from cockpit.bus.users import User
from cockpit.bus.where import WhereHub
from cockpit.model.batch import Batch, decode
from cockpit.model.clock import SECOND, CityTime, Clock
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.messages import Message
from cockpit.model.ports.link import Link, LinkState
from cockpit.model.tables import TABLES
from cockpit.model.time_limit import time_limit
from cockpit.model.typed import converted, from_msgpack
from cockpit.model.values import Values

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

log = logging.getLogger(__name__)

Alongside = Callable[["Client", User, asks.Welcome], contextlib.AbstractAsyncContextManager[None]]
"""What lives as long as the hub is joined."""
Companion = Callable[[], contextlib.AbstractAsyncContextManager[None]]
"""What lives as long as the I/O thread, whether the hub is there or not."""
RETRY_SECONDS = (0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0)
ASK_SECONDS = 4.0
QUIET_SECONDS = 5.0
"""A hub that said nothing for so long is asked whether it is there: a city that moves is heard each second."""
SILENT_SECONDS = 15.0
"""One that does not answer for so long hangs: what is shown is then not said to be live. On a bad line, the time of a
piece of the snapshot more."""
GENTLY = ("alarm", "alert", "event", "sign", "feed", "unit", "sensor")
"""Topics of which a bad line is to carry the whole first; then the others."""
GENTLE_SECONDS = 40.0
"""A piece of it may be on a bad line for so long."""
END_SECONDS = 10.0
"""So long the end may take: calls are hung up, their processes ended."""


class HubLink:
    """The connection of a seat to its hub, on a thread of its own.

    Attributes:
        link: how it stands; replaced whole, so any thread may read it.
        heard: by topic, who is handed the bytes of what the hub tells all seats beside tables; on the I/O thread.
        obey: does what the hub orders in its welcome; on the I/O thread. Then nothing of the city is asked for.
        gently: the line may be bad: the seat is joined before it has the whole picture, which comes topic by topic
            beside all else, and what came whole is not asked for again because a line broke. To be set before `start`.
    """

    def __init__(
        self,
        where: WhereHub,
        city: str,
        clock: Clock,
        on_batch: Callable[[Batch | Values], None],
        on_link: Callable[[Link, asks.Welcome | None], None],
        on_time: Callable[[CityTime], None],
        alongside: Sequence[Alongside] = (),
        companions: Sequence[Companion] = (),
    ) -> None:
        """
        Args:
            alongside: entered once the hub is joined, left when it is lost.
            companions: entered when the I/O thread begins, left before it ends.
        """
        self.link = Link(LinkState.STARTING, clock.now())
        self.heard: dict[str, Callable[[bytes], None]] = {}
        self.obey: Callable[[str], Coroutine[Any, Any, None]] | None = None
        self.gently = False
        self._lacking: set[str] = set()
        self._lack = asyncio.Event()
        self._lacking_of = ""
        self._gentle: asyncio.Task[None] | None = None
        self._where = where
        self._city = city
        self._clock = clock
        self._on_batch = on_batch
        self._on_link = on_link
        self._on_time = on_time
        self._time: CityTime | None = None
        self._alongside = alongside
        self._companions = companions
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._main, name="seat-io", daemon=True)
        self._stop = asyncio.Event()
        self._retry = asyncio.Event()
        self._client: Client | None = None
        self._user = ""
        self._elsewhere = False
        self._words = 0
        self._other: Subscription | None = None

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Leaves the bus and ends the thread."""
        if self._thread.ident is None and not self._loop.is_closed():  # never started, but it may have been asked
            self._loop.run_until_complete(asyncio.sleep(0))
            self._end_loop()
        elif self._thread.is_alive():
            self._tell(self._stop.set, self._retry.set)
            self._thread.join(END_SECONDS)

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
        if self.gently:
            self._tell(lambda: self._lacks(topics))
        else:
            self._post(self._snapshot(topics))

    def _lacks(self, topics: tuple[str, ...]) -> None:
        self._lacking.update(topics)
        self._lack.set()

    async def _fill_gently(self, client: Client) -> None:
        """Asks for what is lacking, one topic at a time."""
        while True:
            while not self._lacking:
                self._lack.clear()
                await self._lack.wait()
            topic = min(self._lacking, key=lambda one: (GENTLY.index(one) if one in GENTLY else len(GENTLY), one))
            self._lacking.discard(topic)  # what is lost while it comes is asked for once more
            whole = False
            try:
                whole = await self._whole_snapshot(client, (topic,), GENTLE_SECONDS)
            finally:
                if not whole:
                    self._lacking.add(topic)
            if not whole:
                await asyncio.sleep(RETRY_SECONDS[-2])

    def look_at(self, world: str, on_message: Callable[[str, bytes], None] | None) -> None:
        """Follows the picture of another world in the place of the live one; "" goes back to that, whose snapshot is to
        be asked for.

        Args:
            on_message: gets topic and bytes, on the I/O thread.
        """
        self._elsewhere = bool(world)
        self._post(self._look_at(world, on_message))

    async def _look_at(self, world: str, on_message: Callable[[str, bytes], None] | None) -> None:
        other, self._other = self._other, None
        with contextlib.suppress(nats_error(), OSError):
            if other is not None:
                await other.unsubscribe()
            if world and on_message is not None and self._client is not None:
                told = on_message

                async def came(message: Msg) -> None:
                    told(message.subject.rpartition(".")[2], message.data)

                subject = subjects.all_pictures(self._city, world)
                self._other = await self._client.subscribe(subject, cb=came, pending_msgs_limit=20_000)

    def _post(self, coroutine: Coroutine[Any, Any, None]) -> None:
        if self._loop.is_closed() or self._stop.is_set():
            coroutine.close()
            return
        asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def _main(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._live())
        finally:
            self._end_loop()

    async def _live(self) -> None:
        async with contextlib.AsyncExitStack() as stack:
            for companion in self._companions:
                try:
                    await stack.enter_async_context(companion())
                except Exception:  # our bug: the picture of the city does not depend on it
                    log.exception("what lives beside the link")
            await self._keep()

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
                    ends = [
                        asyncio.ensure_future(one) for one in (self._stop.wait(), lost.wait(), self._until_silent())
                    ]
                    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                    problem = Message("seat.hub_silent" if ends[2].done() else "seat.hub_gone")
                    for one in ends:
                        one.cancel()
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
                async with time_limit(pause):
                    await self._retry.wait()

    def _say(
        self, state: LinkState, problem: Message | None, retry: int, tries: int, welcome: asks.Welcome | None
    ) -> None:
        since = self.link.since if state is self.link.state else self._clock.now()
        self.link = Link(state, since, problem, retry, tries)
        self._on_link(self.link, welcome)

    async def _join(self, lost: asyncio.Event) -> tuple[Client, User, asks.Welcome]:
        url, user = self._where.find()
        self._user = user.name
        self._client = client = await connect(url, user, user.name, lost.set, self._where.tls())
        hello = asks.Hello(PROTOCOL, cockpit.__version__, user.name)
        data = await self._bytes("hello", hello)
        version: dict[str, Any] = msgspec.msgpack.decode(data)
        if not isinstance(version, dict) or version.get("protocol") != PROTOCOL:
            theirs = version.get("version", "?") if isinstance(version, dict) else "?"
            raise UserError("seat.other_version", hub=theirs, seat=cockpit.__version__)
        welcome = converted(version, asks.Welcome)
        if welcome.city != self._city:
            raise UserError("seat.other_city", hub=welcome.city, seat=self._city)
        if welcome.order and self.obey is not None:
            await self.obey(welcome.order)
            raise OutsideError("seat.ordered_out")
        self._hear_time(welcome.time)
        subject = subjects.all_pictures(welcome.city, welcome.world)
        await client.subscribe(subject, cb=self._received, pending_msgs_limit=20_000)
        if self.gently:
            if welcome.hub != self._lacking_of:
                self._lacking_of = welcome.hub
                self._lacks(tuple(TABLES))
            self._gentle = asyncio.create_task(self._fill_gently(client), name="snapshots")
        else:
            await self._snapshot(tuple(TABLES))
        return client, user, welcome

    async def _until_silent(self) -> None:
        """Until the hub neither says nor answers anything though the bus stands: it hangs."""
        patience = SILENT_SECONDS + (GENTLE_SECONDS if self.gently else 0.0)
        now = asyncio.get_running_loop().time
        words, last = self._words, now()
        while now() - last < patience:
            await asyncio.sleep(QUIET_SECONDS)
            if self._words == words:
                with contextlib.suppress(CockpitError, nats_error(), OSError):
                    await self._bytes("hello", asks.Hello(PROTOCOL, cockpit.__version__, self._user))
                    last = now()
            if self._words != words:
                words, last = self._words, now()

    async def _received(self, message: Msg) -> None:
        self._words += 1
        if message.subject.endswith(".time"):
            with contextlib.suppress(msgspec.MsgspecError):
                self._hear_time(from_msgpack(message.data, type=CityTime))
            return
        hear = self.heard.get(message.subject.rpartition(".")[2])
        if hear is not None:
            hear(message.data)
            return
        if self._elsewhere:
            return
        with contextlib.suppress(ValueError):  # another hub's bytes: the versions were checked at hello
            self._on_batch(decode(message.data))

    def _hear_time(self, time: CityTime) -> None:
        if time != self._time:  # the hub says it again and again
            self._time = time
            self._on_time(time)

    async def _snapshot(self, topics: tuple[str, ...]) -> None:
        """Asks for it until it is whole: of some topics no other one comes by itself."""
        client = self._client
        for pause in RETRY_SECONDS:
            if client is None or client is not self._client or not client.is_connected:
                return
            if await self._whole_snapshot(client, topics):
                return
            await asyncio.sleep(pause)

    async def _whole_snapshot(self, client: Client, topics: tuple[str, ...], wait: float = ASK_SECONDS) -> bool:
        """Takes in what the hub answers; whether it came to its end."""
        inbox = client.new_inbox()
        with contextlib.suppress(nats_error(), TimeoutError):
            answers = await client.subscribe(inbox)
            try:
                wanted = asks.encode(asks.SnapshotWanted(topics))
                await client.publish(subjects.ask(self._user, "snapshot"), wanted, reply=inbox)
                while (message := await answers.next_msg(wait)).data:
                    self._on_batch(decode(message.data))
                return True
            finally:
                await answers.unsubscribe()
        return False

    async def request(self, what: str, wanted: object) -> asks.Told:
        """Asks a service of the hub; on the I/O thread.

        Raises:
            OutsideError: there is no hub, or no answer.
        """
        told: asks.Told = await self._request(what, wanted, asks.Told)
        return told

    async def _request(self, what: str, wanted: object, reply: type) -> Any:
        try:
            return from_msgpack(await self._bytes(what, wanted), type=reply)
        except msgspec.MsgspecError as error:
            raise OutsideError("seat.hub_nonsense") from error

    async def _bytes(self, what: str, wanted: object) -> bytes:
        client = self._client
        if client is None or not client.is_connected:
            raise OutsideError("seat.hub_gone")
        with answering():
            return (await client.request(subjects.ask(self._user, what), asks.encode(wanted), timeout=ASK_SECONDS)).data

    async def _leave(self) -> None:
        gentle, self._gentle = self._gentle, None
        if gentle is not None:
            await end(gentle)
        client, self._client, self._other = self._client, None, None
        if client is not None:
            with contextlib.suppress(Exception):
                await client.close()
