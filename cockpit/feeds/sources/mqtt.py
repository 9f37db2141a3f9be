"""MQTT 3.1.1 and 5 (OASIS): topics of one broker, acknowledged once they were handed on.

A subscription with `share` is a shared one: several hubs, or a hub and its standby, divide the messages.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from functools import partial
from typing import Annotated, Literal
from urllib.parse import urlsplit

from msgspec import Meta

from cockpit.feeds.sources._client import demand_address, sentences
from cockpit.feeds.sources._mqttwire import V3, V5, Hello, Published, Wire
from cockpit.feeds.sources._options import Secured, Word
from cockpit.feeds.sources._tls import context
from cockpit.feeds.sources.base import Received, Settings, Sink, Source
from cockpit.model.clock import CityClock
from cockpit.model.errors import OutsideError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit

PORTS = {"mqtt": 1883, "mqtts": 8883}
PATIENCE = 2.0
"""Seconds that a full inbox keeps us from reading before the newest is refused; a broker waits longer."""
REMEMBERED = 4_096
"""Messages with an acknowledgement whose repetition is recognised."""


class MqttOptions(Secured, frozen=True, kw_only=True):
    """
    Attributes:
        topics: filters, with + and #.
        qos: of the subscriptions; 1 and 2 are acknowledged once they were handed on.
        version: of the protocol.
        share: name of the group that divides the messages; "" alone.
        client: our id at the broker; needed for a session that lasts, else made up.
        session: seconds that the broker keeps what it has for us while we are away; 0 not at all. In 3.1.1 a broker
            keeps it for as long as it likes.
        keepalive: seconds. retained: whether the last value of a topic is taken on subscribing.
    """

    topics: Annotated[list[Word], Meta(min_length=1)]
    qos: Literal[0, 1, 2] = 1
    version: Literal["3.1.1", "5"] = "5"
    share: Annotated[str, Meta(pattern=r"^[^/+#]*$")] = ""
    client: Annotated[str, Meta(max_length=128)] = ""
    session: Annotated[int, Meta(ge=0, le=30 * 86_400)] = 0
    keepalive: Annotated[int, Meta(ge=5, le=3_600)] = 30
    retained: bool = True

    def mistakes(self) -> Iterator[tuple[str, Message]]:
        yield from super().mistakes()
        if self.session and not self.client:
            yield "session", Message("sources.session_without_client", {"detail": "client"})
        for topic in self.topics:
            parts = topic.split("/")
            wild = any(("#" in part and part != "#") or ("+" in part and part != "+") for part in parts)
            if wild or "#" in parts[:-1] or "\0" in topic:
                yield "topics", Message("sources.bad_topic", {"detail": topic[:100]})


class MqttSource(Source):
    """Subscribes to topics of one broker."""

    name = "mqtt"
    takes = MqttOptions
    schemes = ("mqtt", "mqtts")
    options: MqttOptions
    _spoken = 0.0

    def __init__(self, settings: Settings, clock: CityClock, sink: Sink) -> None:
        super().__init__(settings, clock, sink)
        self._order: deque[int] = deque(maxlen=REMEMBERED)
        self._seen: set[int] = set()

    async def attempt(self) -> None:
        settings, options = self.settings, self.options
        with sentences(settings.url, settings.timeout):
            demand_address(settings.url)
            parts = urlsplit(settings.url)
            tls = context(options) if parts.scheme == "mqtts" or options.ca or options.cert else None
            port = parts.port or PORTS["mqtts" if tls else "mqtt"]
            async with time_limit(settings.timeout):
                wire = await Wire.connect(parts.hostname or "", port, tls, self._hello(), settings.url)
            try:
                prefix = f"$share/{options.share}/" if options.share else ""
                wire.subscribe([prefix + topic for topic in options.topics], options.qos, options.retained)
                await self._read(wire)
            finally:
                await wire.close()

    def _hello(self) -> Hello:
        options, trial = self.options, self.settings.trial
        made_up = f"cockpit-{self.settings.feed[:40]}-{new_id(self.clock.base)[-8:]}"
        return Hello(
            V5 if options.version == "5" else V3,
            made_up if trial or not options.client else options.client,
            options.keepalive,
            0 if trial else options.session,
            options.user,
            self.secrets.fill(options.secret),
            self.settings.max_bytes,
        )

    async def _read(self, wire: Wire) -> None:
        first, known = True, False
        inbox = self.inbox
        async with time_limit(self.settings.timeout) as lift:  # until it is subscribed
            while True:
                found = await self._next(wire)
                if wire.subscribed and not known:
                    known = True
                    lift()
                    self.spoke()
                    self.sink.alive(self.clock.wall())
                now, patience = self.clock.wall(), PATIENCE
                for message in found:
                    if not self._is_wanted(message):
                        wire.ack(message)
                        continue
                    if inbox.full and patience:
                        await self.until_room(patience)
                        patience = 0.0 if inbox.full else patience
                    ack = partial(wire.ack, message) if message.qos else None
                    inbox.put(Received(message.data, now, first=first, address=message.topic), ack)
                    first = False
                if found:
                    await asyncio.sleep(0)

    @property
    def _half(self) -> float:
        return self.options.keepalive / 2

    async def _next(self, wire: Wire) -> list[Published]:
        """The next messages. We speak up twice in a keep-alive; a broker that answers to nothing is gone."""
        half = self._half
        if self.clock.mono() - self._spoken > half:
            self._spoken = self.clock.mono()
            wire.ping()
        for _ in range(3):
            try:
                async with time_limit(half):
                    return await wire.messages()
            except TimeoutError:
                self._spoken = self.clock.mono()
                wire.ping()
        raise OutsideError("feeds.timed_out", detail=f"{half * 3:g}")

    def _is_wanted(self, message: Published) -> bool:
        if message.retained and not self.options.retained:
            return False
        return not (message.qos and self._again(hash((message.topic, message.data)), message.repeated))

    def _again(self, mark: int, repeated: bool) -> bool:
        """Whether a message that the broker sends again was received already."""
        if repeated and mark in self._seen:
            self.counts.doubled += 1
            return True
        if mark not in self._seen:
            if len(self._order) == REMEMBERED:
                self._seen.discard(self._order[0])
            self._order.append(mark)
            self._seen.add(mark)
        return False


SOURCE = MqttSource
