"""What a source is: a transport that keeps itself connected.

A new one is one new file in this folder, or an entry point in the group `cockpit.sources`.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

import msgspec

from cockpit.feeds.sources._inbox import Inbox
from cockpit.feeds.sources._options import Options, read_options
from cockpit.feeds.sources._secrets import Secrets
from cockpit.model.clock import SECOND, CityClock
from cockpit.model.errors import OutsideError
from cockpit.model.freshness import DEAD_BEATS
from cockpit.model.messages import Message
from cockpit.model.time_limit import time_limit

log = logging.getLogger(__name__)
MAX_BYTES = 32 * 1024 * 1024
"""The largest message that is read."""
GATHER_SECONDS = 0.02
"""How long messages gather while a stream is busy: many together are read at a fraction of the cost."""
T = TypeVar("T")


class Received(msgspec.Struct, frozen=True):
    """One message of a feed.

    Attributes:
        data: as it came, decompressed.
        received_us: receive stamp, machine's clock, set once here.
        event_type, id: of the transport (SSE), "" elsewhere.
        first: the first message of a connection.
        whole: all there is (a poll).
        address: MQTT topic, NATS subject, Kafka topic, name of the file; "" elsewhere.
        skew: how far the source's clock is certainly ahead of ours (behind: negative), us; None: not told by it.
    """

    data: bytes
    received_us: int
    event_type: str = ""
    id: str = ""
    first: bool = False
    whole: bool = False
    address: str = ""
    skew: int | None = None


class Sink(Protocol):
    """Who is told."""

    async def received(self, message: Received) -> bool:
        """A message; False when nothing in it could be used."""
        ...

    async def received_many(self, messages: Sequence[Received]) -> bool:
        """Messages that waited, in their order: cheaper than one by one. False when nothing in any could be used."""
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


def no_secrets(name: str) -> str:
    return ""


class Settings(msgspec.Struct, frozen=True):
    """How a source behaves; the defaults are right outside tests.

    Attributes:
        url: full address.
        beat: seconds between messages as declared; polls go by it, a stream silent for 20 of them is reconnected.
        timeout: seconds to connect, and for an answer.
        max_bytes: largest message.
        options: of the source, as the feed gives them.
        queue, room: policy for messages that come faster than they are read, and how many may wait.
        secret: finds a secret by its name, "" where there is none.
        feed: id, for names at a broker.
        memory: file in which a source may remember where it was; None: it remembers nothing.
        trial: only to see whether it speaks: nothing at the other side may be different afterwards.
    """

    url: str
    beat: float
    timeout: float = 10.0
    max_bytes: int = MAX_BYTES
    back_off: BackOff = BackOff()
    options: dict[str, Any] = {}
    queue: str = "all"
    room: int = 10_000
    secret: Callable[[str], str] = no_secrets
    feed: str = ""
    memory: Path | None = None
    trial: bool = False

    @property
    def silence(self) -> float:
        """Seconds of silence after which a stream counts as dead."""
        return max(self.beat * DEAD_BEATS, 0.05)


@dataclass
class Counts:
    """What a transport can tell of its messages: came again, came late, were lost on the way and known to be."""

    doubled: int = 0
    disordered: int = 0
    lost: int = 0


class Source(ABC):
    """A transport. `run` it as one task; cancel the task to stop it.

    Attributes:
        name: as feeds name it.
        takes: the options that a feed may set.
        schemes: of addresses.
        inbox: where messages wait whose transport does not wait, or need not.
        counts: since it was made.

    Raises:
        UserError: an option is wrong; the parameter `detail` names it.
    """

    name: ClassVar[str]
    takes: ClassVar[type[Options]] = Options
    schemes: ClassVar[tuple[str, ...]] = ()

    def __init__(self, settings: Settings, clock: CityClock, sink: Sink) -> None:
        self.settings = settings
        self.clock = clock
        self.sink = sink
        self.secrets = Secrets(settings.secret)
        self.counts = Counts()
        self.options: Options = read_options(self.takes, settings.options)
        self.inbox = Inbox(settings.queue, settings.room, self._arrived)
        self._failures = 0
        self._wake = asyncio.Event()
        self._filled = asyncio.Event()
        self._taken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._dice = random.Random()

    @abstractmethod
    async def attempt(self) -> None:
        """Connect and deliver until the connection ends.

        Raises:
            OutsideError: whatever is wrong outside, in one sentence with the one parameter `detail`.
        """

    async def run(self) -> None:
        """Deliver for ever, connecting again after every trouble."""
        self._loop = asyncio.get_running_loop()
        pump = asyncio.create_task(self._pump(), name=f"{self.name} inbox")
        try:
            await self._keep()
        finally:
            pump.cancel()
            await asyncio.gather(pump, return_exceptions=True)

    async def _keep(self) -> None:
        while True:
            try:
                await self.attempt()
                problem = Message("feeds.closed", {"detail": self.settings.url})
            except OutsideError as error:
                problem = error.message
            except Exception as error:  # our bug: said in the log, and the feed goes on
                said = self.secrets.scrub(traceback.format_exc())
                log.error("source %s: bug at %s\n%s", self.name, self.settings.url, said)
                problem = Message("feeds.our_bug", {"detail": type(error).__name__})
            self._failures += 1
            pause = self.pause()
            told = Message(problem.id, {k: self.secrets.scrub(str(v)) for k, v in problem.params.items()})
            self.sink.trouble(told, self.clock.wall() + round(pause * SECOND))
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
            async with time_limit(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass

    # -- streams -------------------------------------------------------------------------------------------------

    async def hand_on(self, message: Received) -> None:
        """A message of a transport that can wait: it does under the policy `all`, else the message may be dropped."""
        if self.settings.queue == "all":
            await self.sink.received(message)
        else:
            self.inbox.put(message)
        self.spoke()

    async def until_room(self, patience: float) -> None:
        """Waits, at most `patience` seconds, while the inbox is full."""
        end = self.clock.mono() + patience
        while self.inbox.full and (left := end - self.clock.mono()) > 0:
            self._taken.clear()
            try:
                async with time_limit(left):
                    await self._taken.wait()
            except TimeoutError:
                return

    def _arrived(self) -> None:
        """On any thread."""
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        try:
            here = asyncio.get_running_loop() is loop
        except RuntimeError:
            here = False
        if here:
            self._filled.set()
        else:
            loop.call_soon_threadsafe(self._filled.set)

    async def _pump(self) -> None:
        """Hands on what waits, all of it in one go."""
        try:
            while True:
                await self._filled.wait()
                self._filled.clear()
                while self.inbox.waiting:
                    many, acked = await self._hand_over()
                    # who waits for an acknowledgement sends no more until he has it
                    await asyncio.sleep(GATHER_SECONDS if many > 1 and not acked else 0)
        finally:
            while self.inbox.waiting:  # what came before we were stopped was received
                await self._hand_over()

    async def _hand_over(self) -> tuple[int, int]:
        """How many messages were handed on, and how many acknowledged."""
        messages, acks = self.inbox.take()
        self._taken.set()
        try:
            await self.sink.received_many(messages)
        except Exception:
            log.exception("source %s: %d messages could not be handed on", self.name, len(messages))
        for ack in acks:
            ack()
        return len(messages), len(acks)


async def in_thread(call: Callable[[], T], name: str) -> T:
    """Makes a call that may block in a thread of its own: a disk or a broker that hangs takes no thread from others.

    A task that is cancelled meanwhile leaves the thread behind, which ends with the call.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(result: T | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def go() -> None:
        result, error = None, None
        try:
            result = call()
        except BaseException as raised:
            error = raised
        try:
            loop.call_soon_threadsafe(tell, result, error)
        except RuntimeError:
            return  # the loop ended before we came

    threading.Thread(target=go, name=name, daemon=True).start()
    return await done
