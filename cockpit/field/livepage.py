"""One phone page on the WebSocket: what it is told waits in a short queue, so that a slow phone holds nobody up."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterable

import msgspec
from aiohttp import WSCloseCode, web

from cockpit.field.pagewire import LiveOut
from cockpit.field.register import Token

_QUEUE = 64


class Leg(msgspec.Struct):
    """A leg of a page: who is at its other end, and of which call it is.

    Attributes:
        peer: "" until its desk signals: the page said that it has it on, and we know nothing of it (we began anew).
        offer: of a desk, until it is answered.
    """

    peer: str
    call: str
    offer: LiveOut | None = None


class Page:
    """One page that signed in.

    Attributes:
        legs: by id; taken over by the next page of the same device.
        missed: signals of its calls since it went; the next page of the device is told them.
    """

    def __init__(self, socket: web.WebSocketResponse, token: Token, name: str, legs: dict[str, Leg]) -> None:
        self.socket = socket
        self.token = token
        self.name = name
        self.legs = legs
        self.missed: deque[LiveOut] = deque(maxlen=_QUEUE // 2)
        self.code = int(WSCloseCode.OK)
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(_QUEUE)

    def succeed(self, before: Page) -> None:
        """Takes over the calls of the device's page before: the ringing that nobody answered, and what was missed."""
        for ident, leg in before.legs.items():
            self.legs[ident] = leg
            if leg.offer is not None:
                self.tell(leg.offer)
        for message in before.missed:
            self.tell(message)

    def claim(self, legs: Iterable[str]) -> None:
        """Takes on the calls that the page says it has on and we do not know; nobody hears it on them until their desk
        signals to this unit."""
        for ident in legs:
            self.legs.setdefault(ident, Leg("", ""))

    def knows(self, ident: str) -> bool:
        """Whether it has a part in a leg, and does not only say so."""
        leg = self.legs.get(ident)
        return leg is not None and bool(leg.peer)

    def tell(self, message: LiveOut) -> None:
        try:
            self._queue.put_nowait(msgspec.json.encode(message))
        except asyncio.QueueFull:  # it does not read what we say
            self.close(WSCloseCode.TRY_AGAIN_LATER)

    def close(self, code: int) -> None:
        """After what was told before."""
        self.code = int(code)
        with contextlib.suppress(asyncio.QueueFull):
            self._queue.put_nowait(None)
            return
        transport = self.socket._req.transport if self.socket._req is not None else None
        if transport is not None:
            transport.abort()

    async def write(self) -> None:
        """Sends what it is told, until it is closed."""
        with contextlib.suppress(ConnectionError, RuntimeError):
            while (data := await self._queue.get()) is not None:
                await self.socket.send_str(data.decode())
            await self.socket.close(code=self.code)
