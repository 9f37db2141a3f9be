"""What devices say beside facts, on its way to the hub: kept until the hub has it, in each unit's order.

Positions alone are not kept on disk: an old one is worth little, and a phone says the next one soon.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from cockpit.bus.client import answering
from cockpit.bus.tasks import end
from cockpit.field.once import Once
from cockpit.field.register import Register, Taken, Token
from cockpit.model.clock import SECOND, Clock
from cockpit.model.entries import Receipt
from cockpit.model.errors import OutsideError
from cockpit.model.letters import Position, Said, Seen, Wrote, encode_said
from cockpit.model.messages import Message
from cockpit.model.typed import JsonDecoder
from cockpit.store.outbox import Outbox
from cockpit.store.outbox_disk import TWICE

if TYPE_CHECKING:
    from nats.aio.client import Client

log = logging.getLogger(__name__)

APART = 5 * SECOND
"""Between two positions of one device that are both told; the newest always is."""
DEVICES = 10_000
ANSWER_SECONDS = 6.0
RETRY_SECONDS = 2.0
_AT_ONCE = 32
_LONGEST_TRACK = 60

_receipt = JsonDecoder(Receipt)


class SaidIntake:
    """Takes what devices say, each once for its key."""

    def __init__(self, register: Register, outbox: Outbox, clock: Clock, on_put: Callable[[], None]) -> None:
        """
        Args:
            clock: the city's.
            on_put: told when there is something to send.
        """
        self._outbox = outbox
        self._once = Once(register, clock)
        self._on_put = on_put

    async def take(
        self, token: Token, key: str, wanted: msgspec.Struct, made: Callable[[Taken], Said], about: str = ""
    ) -> tuple[bool, int]:
        """Keeps it; whether it is new, and when (city time) it came in first.

        Args:
            key: idempotency key, as `read_key` gives it.
            wanted: what the device sent; the same key with another body is refused.
            made: makes of it what the hub is told, the same each time.
            about: what the address of the request says.

        Raises:
            Problem: the key was used for something else.
            OutsideError: the disk refused.
        """
        what = f"{type(wanted).__name__}\n{token.unit}\n{about}\n".encode()
        digest = hashlib.sha256(what + msgspec.json.encode(wanted)).digest()
        new, taken = await self._once.taken(key, token, digest)
        # one that was noted but not put away, since we were killed between the two, is put away now
        said = made(taken)
        # letters and what is said of them in one lane: what the hub can not take of another kind holds none of them up
        lane = f"{token.unit} {'letters' if isinstance(said, Wrote | Seen) else type(said).__name__}"
        await put_away(self._outbox, key, lane, encode_said(said), taken.received)
        self._on_put()
        return new, taken.received


async def put_away(outbox: Outbox, ident: str, lane: str, data: bytes, issued: int) -> None:
    """Puts something into an outbox unless it is there; on return it is on disk.

    Raises:
        OutsideError: the disk refused.
    """
    if outbox.row(ident) is not None:
        return
    loop = asyncio.get_running_loop()
    kept: asyncio.Future[Message | None] = loop.create_future()

    def on_loop(problem: Message | None) -> None:
        if not kept.done():
            kept.set_result(problem)

    def done(problem: Message | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop ended meanwhile
            loop.call_soon_threadsafe(on_loop, problem)

    outbox.put(ident, lane, data, done, issued=issued)
    problem = await kept
    if problem is not None and problem != TWICE:
        raise OutsideError(problem.id, **problem.params)


class Positions:
    """Where devices are: thinned out, the newest of each while the hub is away. Lives on the event loop."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[Position]] = OrderedDict()
        self._last: OrderedDict[str, int] = OrderedDict()
        self._more = asyncio.Event()
        self._there = False

    def put(self, track: Sequence[Position]) -> None:
        """Fixes of one device; any order."""
        for position in sorted(track, key=lambda position: position.at):
            self._put(position)

    def _put(self, position: Position) -> None:
        line = self._waiting.get(position.device) or deque(maxlen=_LONGEST_TRACK)
        if position.at <= (line[-1].at if line else self._last.get(position.device, 0)):
            return  # told before, or older than what was
        if line and (not self._there or (len(line) > 1 and line[-1].at - line[-2].at < APART)):
            line.pop()
        line.append(position)
        self._waiting[position.device] = line
        if len(self._waiting) > DEVICES:
            self._waiting.popitem(last=False)
        self._more.set()

    @contextlib.asynccontextmanager
    async def sending(self, client: Client, subject: str) -> AsyncIterator[None]:
        """Tells them over this connection as long as the block lasts."""
        self._there = True
        task = asyncio.create_task(self._keep(client, subject), name="positions")
        try:
            yield
        finally:
            self._there = False
            await end(task)
            for line in self._waiting.values():
                while len(line) > 1:
                    line.popleft()

    async def _keep(self, client: Client, subject: str) -> None:
        while True:
            await self._more.wait()
            now = [self._waiting[device].popleft() for device in list(self._waiting)[:_AT_ONCE]]
            for position in now:
                if not self._waiting[position.device]:
                    del self._waiting[position.device]
            if not self._waiting:
                self._more.clear()
            told = await asyncio.gather(*(_tell(client, subject, position) for position in now))
            for position, taken in zip(now, told, strict=True):
                if taken:
                    self._told(position)
                elif position.device not in self._waiting:  # else there is a newer one
                    self._waiting[position.device] = deque([position], maxlen=_LONGEST_TRACK)
                    self._more.set()
            if not all(told):
                await asyncio.sleep(RETRY_SECONDS)

    def _told(self, position: Position) -> None:
        self._last[position.device] = max(position.at, self._last.get(position.device, 0))
        self._last.move_to_end(position.device)
        if len(self._last) > DEVICES:
            self._last.popitem(last=False)


async def _tell(client: Client, subject: str, position: Position) -> bool:
    """Whether the hub took it, or will never."""
    from nats.errors import NoRespondersError

    try:
        with answering():
            try:
                answer = await client.request(subject, encode_said(position), timeout=ANSWER_SECONDS)
            except NoRespondersError:
                return False
        return _receipt.decode(answer.data).problem is None
    except (OutsideError, msgspec.MsgspecError):
        return False
