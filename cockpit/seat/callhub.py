"""The hub as a seat's calls have it: signals of pages, questions to its services, whose pages are online."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any

import msgspec

from cockpit.bus import asks, subjects
from cockpit.calls.hubaway import HubAway, HubRefuses
from cockpit.model.calls import Devices, Signal
from cockpit.model.errors import OutsideError
from cockpit.model.typed import from_msgpack

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

log = logging.getLogger(__name__)


class CallHub:
    """On the I/O thread.

    Attributes:
        me: as whom the hub was joined last, "" never yet.
        pages: somebody could be called by a page when it was asked last.
    """

    def __init__(
        self,
        city: str,
        request: Callable[[str, object], Awaitable[asks.Told]],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        """
        Args:
            request: asks a service of the hub, raises OutsideError. spawn: makes a task.
        """
        self.me = self._world = ""
        self.pages = False
        self._city = city
        self._request = request
        self._spawn = spawn
        self._client: Client | None = None

    @property
    def joined(self) -> bool:
        return self._client is not None

    @contextlib.asynccontextmanager
    async def alongside(
        self, client: Client, me: str, world: str, signalled: Callable[[Signal], object]
    ) -> AsyncIterator[None]:
        """As long as the hub is joined.

        Args:
            signalled: gets what pages and the hub signal.
        """
        self._client, self.me, self._world = client, me, world

        async def came(message: Msg) -> None:
            if subjects.signaller(message.subject) not in ("gateway", "hub"):
                return
            try:
                signal = from_msgpack(message.data, type=Signal)
            except msgspec.MsgspecError as error:
                log.info("no signal: %s", error)
                return
            signalled(signal)

        subject = subjects.signals_to(self._city, world, me)
        heard = await client.subscribe(subject, cb=came, pending_msgs_limit=5_000)
        try:
            yield
        finally:
            self._client = None
            with contextlib.suppress(Exception):
                await heard.unsubscribe()

    async def ask(self, what: str, wanted: object, reply: Any) -> Any:
        """Asks a service of the hub.

        Raises:
            HubAway: it can not be asked.
            OutsideError: what it said; HubRefuses where it would say so again.
        """
        if self._client is None:
            raise HubAway("seat.hub_gone")
        try:
            told = await self._request(what, wanted)
        except OutsideError as error:
            raise HubAway(error.message.id, **error.message.params) from error
        if told.problem is not None:
            raise (HubRefuses if told.for_good else OutsideError)(told.problem.id, **told.problem.params)
        try:
            return from_msgpack(told.said, type=reply)
        except msgspec.MsgspecError as error:
            raise OutsideError("seat.hub_nonsense") from error

    async def devices(self) -> Devices:
        """Whose pages are known and online.

        Raises:
            OutsideError: the hub does not say.
        """
        found: Devices = await self.ask("calls.devices", asks.Nothing(), Devices)
        self.pages = bool(found.online)
        return found

    def signal(self, signal: Signal, to: str) -> None:
        """Publishes a signal.

        Raises:
            OutsideError: the hub is away.
        """
        client = self._client
        if client is None or not client.is_connected:
            raise OutsideError("seat.hub_gone")
        subject = subjects.signal(self._city, self._world, self.me, to)
        self._spawn(self._publish(client, subject, msgspec.msgpack.encode(signal)))

    async def _publish(self, client: Client, subject: str, data: bytes) -> None:
        from nats.errors import Error as NatsError

        with contextlib.suppress(NatsError, OSError):  # the link says that it is gone
            await client.publish(subject, data)
