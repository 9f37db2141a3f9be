"""NATS: subjects of core NATS as they come, or a stream of JetStream from where a durable consumer stood."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from cockpit.feeds.sources._client import demand_address, sentences
from cockpit.feeds.sources._natswire import Wire, abandon
from cockpit.feeds.sources._options import Secured, Word
from cockpit.feeds.sources._tls import context
from cockpit.feeds.sources.base import Received, Source
from cockpit.model.clock import SECOND
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

PORT = 4222
PATIENCE = 2.0
"""Seconds that a full inbox keeps us from reading; a server that waits longer counts us as too slow."""
PING_SECONDS = 10.0
UNHEARD = 3
FETCHED = 500
FETCH_SECONDS = 1.0
ACK_SECONDS = 30.0
_NAME = r"^[A-Za-z0-9_\-]*$"


class NatsOptions(Secured, frozen=True, kw_only=True):
    """
    Attributes:
        subjects: with * and >.
        group: of those that divide the messages (core NATS); "" alone.
        stream: of JetStream; "" core NATS. durable: name of our consumer there, which is where we stand.
        begin: where a consumer begins that is new: with what comes (`new`), all there is, or the last of each subject.
    """

    subjects: Annotated[list[Word], Meta(min_length=1)] = msgspec.field(default_factory=lambda: [">"])
    group: Annotated[str, Meta(pattern=_NAME)] = ""
    stream: Annotated[str, Meta(pattern=_NAME)] = ""
    durable: Annotated[str, Meta(pattern=_NAME)] = ""
    begin: Literal["new", "all", "last"] = "new"

    def mistakes(self) -> Iterator[tuple[str, Message]]:
        yield from super().mistakes()
        for subject in self.subjects:
            tokens = subject.split(".")
            if ">" in tokens[:-1] or not all(map(_is_token, tokens)):
                yield "subjects", Message("sources.bad_topic", {"detail": subject[:100]})
        if self.stream and not self.durable:
            yield "stream", Message("sources.stream_without_durable", {"detail": "durable"})
        if self.durable and not self.stream:
            yield "durable", Message("sources.durable_without_stream", {"detail": "stream"})


class NatsSource(Source):
    """Listens to a server of NATS, or to the next of several (`nats://a,b`) when one is gone."""

    name = "nats"
    takes = NatsOptions
    schemes = ("nats", "tls")
    options: NatsOptions
    _turn = 0
    _last = 0

    async def attempt(self) -> None:
        settings = self.settings
        url = self._address()
        with sentences(url, settings.timeout):
            demand_address(url)
            if self.options.stream:
                await self._follow_stream(url)
            else:
                await self._listen(url)

    def _address(self) -> str:
        """Servers of a cluster take turns."""
        scheme, _, hosts = self.settings.url.partition("://")
        known = [host.strip().removeprefix(f"{scheme}://") for host in hosts.split(",") if host.strip()] or [""]
        self._turn += 1
        return f"{scheme}://{known[(self._turn - 1) % len(known)]}"

    def _sign_in(self) -> tuple[str, str]:
        """User and secret."""
        return self.options.user, self.secrets.fill(self.options.secret)

    def _tls(self, url: str) -> ssl.SSLContext | None:
        return context(self.options) if url.startswith("tls") or self.options.ca or self.options.cert else None

    # -- core NATS -----------------------------------------------------------------------------------------------

    async def _listen(self, url: str) -> None:
        parts, (user, secret) = urlsplit(url), self._sign_in()
        known = {"user": user, "pass": secret} if user else {"auth_token": secret} if secret else {}
        async with time_limit(self.settings.timeout):
            wire = await Wire.connect(
                parts.hostname or "",
                parts.port or PORT,
                known,
                self._tls(url),
                self.settings.max_bytes,
                f"cockpit {self.settings.feed}",
            )
        try:
            async with time_limit(self.settings.timeout):
                found = await wire.subscribe(self.options.subjects, self.options.group)
            self.spoke()
            self.sink.alive(self.clock.wall())
            await self._read(wire, found)
        finally:
            await wire.close()

    async def _read(self, wire: Wire, found: list[tuple[str, bytes]]) -> None:
        first = True
        inbox = self.inbox
        while True:
            now, patience = self.clock.wall(), PATIENCE
            for subject, data in found:
                if inbox.full and patience:
                    await self.until_room(patience)
                    patience = 0.0 if inbox.full else patience
                inbox.put(Received(data, now, first=first, address=subject))
                first = False
            if found:
                await asyncio.sleep(0)
            found = await self._next(wire)

    async def _next(self, wire: Wire) -> list[tuple[str, bytes]]:
        """The next messages; a server that says nothing is asked whether it lives."""
        for _ in range(UNHEARD):
            try:
                async with time_limit(PING_SECONDS):
                    return await wire.messages()
            except TimeoutError:
                wire.ping()
        raise OutsideError("feeds.timed_out", detail=f"{UNHEARD * PING_SECONDS:g}")

    # -- JetStream -----------------------------------------------------------------------------------------------

    async def _follow_stream(self, url: str) -> None:
        from nats.errors import TimeoutError as NothingNew

        async with self._joined(url) as (client, lost):
            try:
                consumer = await self._consumer(client.jetstream())
                self.spoke()
                self.sink.alive(self.clock.wall())
                first = True
                while not lost.is_set():
                    try:
                        found = await consumer.fetch(FETCHED, timeout=FETCH_SECONDS)
                    except (NothingNew, TimeoutError):
                        continue
                    first = await self._take(found, first)
            except NothingNew as error:
                raise OutsideError("feeds.timed_out", detail=f"{self.settings.timeout:g}") from error
        raise OutsideError("feeds.closed", detail=url)

    async def _take(self, found: list[Msg], first: bool) -> bool:
        """Hands on, then acknowledges: what is lost in between comes again."""
        fresh: list[Received] = []
        now = self.clock.wall()
        for message in found:
            meta = message.metadata
            if meta.sequence.stream <= self._last:
                self.counts.doubled += 1
                continue
            self._last = meta.sequence.stream
            skew = max(round(meta.timestamp.timestamp() * SECOND) - now, 0)
            fresh.append(Received(message.data, now, first=first, address=message.subject, skew=skew))
            first = False
        if fresh:
            if self.settings.queue == "all":
                await self.sink.received_many(fresh)
            else:
                for received in fresh:
                    self.inbox.put(received)
            self.spoke()
        for message in found:
            await message.ack()
        return first

    @asynccontextmanager
    async def _joined(self, url: str) -> AsyncIterator[tuple[Client, asyncio.Event]]:
        from nats.aio.client import Client
        from nats.errors import Error as NatsError
        from nats.errors import NoServersError

        user, secret = self._sign_in()
        lost, said = asyncio.Event(), list[Exception]()

        async def gone() -> None:
            lost.set()

        async def error(problem: Exception) -> None:
            said.append(problem)

        tls = self._tls(url)
        more: dict[str, Any] = {"tls": tls} if tls is not None else {}
        if user:
            more |= {"user": user, "password": secret}
        elif secret:
            more |= {"token": secret}
        client = Client()
        try:
            await client.connect(
                url,
                name=f"cockpit {self.settings.feed}",
                allow_reconnect=False,
                connect_timeout=max(round(self.settings.timeout), 1),
                closed_cb=gone,
                disconnected_cb=gone,
                error_cb=error,
                ping_interval=round(PING_SECONDS) or 1,
                **more,
            )
            yield client, lost
        except NoServersError as failed:
            raise (said[-1] if said else failed) from failed
        except NatsError as failed:
            raise _sentence(failed, self.options.stream, url) from failed
        finally:
            await _leave(client)

    async def _consumer(self, stream: JetStreamContext) -> Any:
        from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

        begin = {"new": DeliverPolicy.NEW, "all": DeliverPolicy.ALL, "last": DeliverPolicy.LAST_PER_SUBJECT}
        options, trial = self.options, self.settings.trial
        if options.subjects == [">"] and options.begin == "last":
            subjects = [">"]
        else:
            subjects = [] if options.subjects == [">"] else options.subjects
        wanted = ConsumerConfig(
            durable_name=None if trial else options.durable,
            deliver_policy=DeliverPolicy.LAST if trial else begin[options.begin],
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_SECONDS,
            filter_subjects=subjects or None,
            inactive_threshold=60.0 if trial else None,
            max_ack_pending=FETCHED * 4,
        )
        await self._count_lost(stream)
        made = None if trial else await self._made_before(stream)
        if made is None:
            made = await stream.add_consumer(options.stream, wanted)
        return await stream.pull_subscribe_bind(consumer=made.name, stream=options.stream)

    async def _made_before(self, stream: JetStreamContext) -> Any:
        from nats.js.errors import NotFoundError

        try:
            return await stream.consumer_info(self.options.stream, self.options.durable)
        except NotFoundError:
            return None

    async def _count_lost(self, stream: JetStreamContext) -> None:
        """What the stream threw away before we came back for it."""
        state = (await stream.stream_info(self.options.stream)).state
        if state.last_seq < self._last:  # another stream by that name
            self._last = 0
        if self._last:
            self.counts.lost += max(state.first_seq - self._last - 1, 0)


async def _leave(client: Client) -> None:
    """Closes it, however far it came: one that was still connecting leaves its socket behind otherwise."""
    with contextlib.suppress(Exception):
        await client.close()
    transport = getattr(client, "_transport", None)
    writer = getattr(transport, "_io_writer", None) or getattr(transport, "_bare_io_writer", None)
    if isinstance(writer, asyncio.StreamWriter):
        await abandon(writer)


def _is_token(token: str) -> bool:
    return token in ("*", ">") or (bool(token) and token.isprintable() and not set(token) & set("*> "))


def _sentence(error: Exception, stream: str, url: str) -> OutsideError:
    from nats.errors import AuthorizationError
    from nats.js.errors import NotFoundError, ServiceUnavailableError

    said = str(error)
    if isinstance(error, AuthorizationError) or "authorization" in said.lower():
        return OutsideError("sources.not_signed_in", detail=said[:100])
    if isinstance(error, NotFoundError):
        return OutsideError("sources.no_stream", detail=stream)
    if isinstance(error, ServiceUnavailableError):
        return OutsideError("sources.no_jetstream", detail=url)
    return OutsideError("sources.broker_said", detail=(said or type(error).__name__)[:200])


logging.getLogger("nats").setLevel(logging.CRITICAL)
SOURCE = NatsSource
