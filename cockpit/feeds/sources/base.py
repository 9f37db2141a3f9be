"""What a source is: a transport that keeps itself connected.

A new one is one new file in this folder, or an entry point in the group `cockpit.sources`.
"""

from __future__ import annotations

import asyncio
import logging
import random
from abc import ABC, abstractmethod
from typing import ClassVar, Protocol

import msgspec

from cockpit.model.clock import SECOND, CityClock
from cockpit.model.errors import OutsideError
from cockpit.model.freshness import DEAD_BEATS
from cockpit.model.messages import Message

log = logging.getLogger(__name__)
MAX_BYTES = 32 * 1024 * 1024
"""The largest message that is read."""


class Received(msgspec.Struct, frozen=True):
    """One message of a feed.

    Attributes:
        data: as it came, decompressed.
        received_us: receive stamp, machine's clock, set once here.
        event_type, id: of the transport (SSE), "" elsewhere.
        first: the first message of a connection.
        whole: all there is (a poll).
    """

    data: bytes
    received_us: int
    event_type: str = ""
    id: str = ""
    first: bool = False
    whole: bool = False


class Sink(Protocol):
    """Who is told."""

    async def received(self, message: Received) -> bool:
        """A message; False when nothing in it could be used."""
        ...

    def alive(self, received_us: int) -> None:
        """The source spoke without news: HTTP 304, an SSE comment."""
        ...

    def trouble(self, problem: Message, retry_us: int) -> None:
        """An outside problem and when it is tried again, machine's clock."""
        ...


class BackOff(msgspec.Struct, frozen=True):
    """Pauses before connecting again: doubling from `first` to `most` seconds, each varied by the part `jitter`."""

    first: float = 0.5
    most: float = 30.0
    jitter: float = 0.2

    def pause(self, failures: int, dice: random.Random) -> float:
        """Seconds before attempt number `failures` + 1; at least one failure."""
        nominal = self.first * 2.0 ** min(max(failures, 1) - 1, 32)
        return min(nominal * dice.uniform(1 - self.jitter, 1 + self.jitter), self.most)


class Settings(msgspec.Struct, frozen=True):
    """How a source behaves; the defaults are right outside tests.

    Attributes:
        url: full address.
        beat: seconds between messages as declared; polls go by it, a stream silent for 20 of them is reconnected.
        timeout: seconds to connect, and for an answer.
        max_bytes: largest message.
    """

    url: str
    beat: float
    timeout: float = 10.0
    max_bytes: int = MAX_BYTES
    back_off: BackOff = BackOff()

    @property
    def silence(self) -> float:
        """Seconds of silence after which a stream counts as dead."""
        return max(self.beat * DEAD_BEATS, 0.05)


class Source(ABC):
    """A transport. `run` it as one task; cancel the task to stop it."""

    name: ClassVar[str]

    def __init__(self, settings: Settings, clock: CityClock, sink: Sink) -> None:
        self.settings = settings
        self.clock = clock
        self.sink = sink
        self._failures = 0
        self._wake = asyncio.Event()
        self._dice = random.Random()

    @abstractmethod
    async def attempt(self) -> None:
        """Connect and deliver until the connection ends.

        Raises:
            OutsideError: whatever is wrong outside, in one sentence with the one parameter `detail`.
        """

    async def run(self) -> None:
        """Deliver for ever, connecting again after every trouble."""
        while True:
            try:
                await self.attempt()
                problem = Message("feeds.closed", {"detail": self.settings.url})
            except OutsideError as error:
                problem = error.message
            except Exception as error:  # our bug: said in the log, and the feed goes on
                log.exception("source %s: bug at %s", self.name, self.settings.url)
                problem = Message("feeds.our_bug", {"detail": type(error).__name__})
            self._failures += 1
            pause = self.pause()
            self.sink.trouble(problem, self.clock.wall() + round(pause * SECOND))
            await self.rest(pause)

    def pause(self) -> float:
        """Seconds until the next attempt."""
        return self.settings.back_off.pause(self._failures, self._dice)

    def retry_now(self) -> None:
        """Cut the present pause short and begin the back-off anew; without a pause nothing happens."""
        self._failures = 0
        self._wake.set()

    def spoke(self) -> None:
        """A message came: the next trouble starts with the shortest pause again."""
        self._failures = 0

    async def rest(self, seconds: float) -> None:
        """A pause that `retry_now` ends."""
        self._wake.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass
