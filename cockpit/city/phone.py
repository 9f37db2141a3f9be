"""The phone in a worker's hand: rings when the desk calls, is picked up or not, and reads what the desk writes.

It speaks with the gateway as the phone page does (docs/field-api.md). Whether and when it is picked up is decided by
the unit's seed; sound needs the extra [calls], without which the phone only reads.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import random
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol

import aiohttp
import msgspec

from cockpit.city.wire import Refused, Said, Unreached, utc
from cockpit.model.clock import Clock
from cockpit.model.ids import new_id
from cockpit.model.typed import JsonDecoder

if TYPE_CHECKING:
    from cockpit.city.voice import Voice

PROTOCOL = "cockpit.v1"
PING_SECONDS = 30.0
AGAIN_SECONDS = 15.0
"""Until a connection that was lost is tried again, on average."""
LETTERS = 100


class Manner(msgspec.Struct, frozen=True):
    """`[calls]` of assets/city/workers.toml; shares are 0–1, times in seconds.

    Attributes:
        answers: share of calls that are picked up; declines: of those that are not, how many are declined at once.
        ring: least and most until it is picked up; read: until a letter is read.
        words: what is said, with {name} of the unit; there: the answer at a roll call.
    """

    answers: float
    declines: float
    ring: tuple[float, float]
    read: tuple[float, float]
    words: str
    there: str


class _Letter(msgspec.Struct):
    id: str
    kind: str
    from_unit: bool = False
    state: str = ""


class _Letters(msgspec.Struct):
    seq: int
    letters: list[_Letter] = []


class _Heard(msgspec.Struct):
    kind: str
    leg: str = ""
    call: str = ""
    sdp: str = ""


class Asks(Protocol):
    """One signed-in request to the gateway; raises Unreached or Refused."""

    async def __call__(self, method: str, path: str, body: Any = None, head: dict[str, str] | None = None) -> Said: ...


_letters = JsonDecoder(_Letters)
_heard = JsonDecoder(_Heard)


class Phone:
    """One phone.

    Args:
        name: of its unit, said when it is picked up.
        address: waits for the gateway's address and the device's token.
        ask: a request with that token.
        now: city time, UTC microseconds.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        name: str,
        manner: Manner,
        address: Callable[[], Awaitable[tuple[str, str]]],
        ask: Asks,
        now: Callable[[], int],
        clock: Clock,
        seed: str,
    ) -> None:
        self._session, self._name, self._manner = session, name, manner
        self._address, self._ask, self._now, self._clock = address, ask, now, clock
        self._rng = random.Random(seed)
        self._seq = 0
        self._calls: dict[str, asyncio.Task[None]] = {}
        self._reading: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Is there for the desk until it is cancelled."""
        try:
            while True:
                with contextlib.suppress(Unreached, Refused, aiohttp.ClientError, OSError, TimeoutError):
                    await self._live()
                await asyncio.sleep(AGAIN_SECONDS * self._rng.uniform(0.5, 1.5))
        finally:
            await self._hang_up_all()

    async def _live(self) -> None:
        url, token = await self._address()
        async with self._session.ws_connect(
            url.replace("http", "ws", 1) + "/v1/live",
            protocols=(PROTOCOL,),
            origin=url,
            heartbeat=PING_SECONDS,
            max_msg_size=128 * 1024,
        ) as socket:
            await socket.send_json({"token": token})
            await self._read_letters()
            try:
                async for message in socket:
                    if message.type != aiohttp.WSMsgType.TEXT:
                        continue
                    with contextlib.suppress(msgspec.MsgspecError):
                        await self._hear(_heard.decode(message.data), socket)
            finally:
                await self._hang_up_all()

    async def _hear(self, said: _Heard, socket: aiohttp.ClientWebSocketResponse) -> None:
        if said.kind == "knock":
            await self._read_letters()
        elif said.kind == "offer" and said.leg not in self._calls:
            task = asyncio.create_task(self._called(said, socket), name=f"phone {said.leg}")
            self._calls[said.leg] = task
            task.add_done_callback(lambda _: self._calls.pop(said.leg, None))
        elif said.kind in ("bye", "claimed") and (task_of := self._calls.get(said.leg)) is not None:
            task_of.cancel()

    async def _called(self, said: _Heard, socket: aiohttp.ClientWebSocketResponse) -> None:
        async def say(kind: str, **more: str) -> None:
            with contextlib.suppress(ConnectionError, RuntimeError):
                await socket.send_json({"kind": kind, "leg": said.leg, "call": said.call, **more})

        if len(self._calls) > 1:
            await say("busy")
            return
        await say("ringing")
        answers = self._rng.random() < self._manner.answers
        await asyncio.sleep(self._rng.uniform(*self._manner.ring))
        if not answers:
            if self._rng.random() < self._manner.declines:
                await say("declined")
                return
            await asyncio.sleep(120.0)  # it rings on in a pocket until the desk gives up
            return
        voice = await self._voice()
        if voice is None:
            await say("unreachable")
            return
        try:
            await say("answer", sdp=await voice.take(said.sdp))
            await voice.over()
            await say("bye")
        finally:
            await voice.close()

    async def _voice(self) -> Voice | None:
        """Somebody who speaks; None where the extra [calls] is not installed."""
        if not can_speak():
            return None
        words = self._manner.words.format(name=self._name)

        def begin() -> Callable[[], Voice]:
            from cockpit.city.voice import Voice, spoken

            sound = spoken(words)
            return lambda: Voice(sound)

        return (await asyncio.to_thread(begin))()

    async def _hang_up_all(self) -> None:
        tasks = [*self._calls.values(), *self._reading]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # -- letters -------------------------------------------------------------------------------------------------

    async def _read_letters(self) -> None:
        """Takes what has come since, and reads it after a while."""
        said = await self._ask("GET", f"/v1/letters?after={self._seq}")
        try:
            found = _letters.decode(said.body)
        except msgspec.MsgspecError:
            return
        self._seq = found.seq
        for letter in found.letters[-LETTERS:]:
            if not letter.from_unit and letter.state not in ("read", "answered"):
                task = asyncio.create_task(self._read(letter), name="letter")
                self._reading.add(task)
                task.add_done_callback(self._reading.discard)

    async def _read(self, letter: _Letter) -> None:
        with contextlib.suppress(Unreached, Refused):
            await self._seen(letter, "delivered")
            await asyncio.sleep(self._rng.uniform(*self._manner.read))
            if letter.kind == "roll":
                await self._seen(letter, "answered", answer=self._manner.there)
            else:
                await self._seen(letter, "read")

    async def _seen(self, letter: _Letter, state: str, **more: str) -> None:
        head = {"Idempotency-Key": new_id(self._clock), "Content-Type": "application/json"}
        body = msgspec.json.encode({"state": state, "at": utc(self._now()), **more})
        await self._ask("POST", f"/v1/letters/{letter.id}/seen", body, head)


def can_speak() -> bool:
    """Whether the extra [calls] is installed."""
    return importlib.util.find_spec("aiortc") is not None
