"""One remote on its WebSocket: what it is told waits in a short queue, so that a slow one holds nobody up."""

from __future__ import annotations

import asyncio
import contextlib

import msgspec
from aiohttp import WSCloseCode, web

from cockpit.field.register import Token
from cockpit.field.remotewire import RemoteOut

_QUEUE = 64


class RemoteLine:
    """One remote that signed in.

    Attributes:
        looks: wall whose pictures it is sent, "" none; seen: when the newest of those was taken.
        told: what it was told last of the walls.
    """

    def __init__(self, socket: web.WebSocketResponse, token: Token, role: str, lang: str) -> None:
        self.socket = socket
        self.token = token
        self.role = role
        self.lang = lang
        self.looks = ""
        self.seen = 0
        self.told = b""
        self.code = int(WSCloseCode.OK)
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(_QUEUE)

    def tell(self, message: RemoteOut) -> None:
        self.put(msgspec.json.encode(message))

    def put(self, data: bytes) -> None:
        try:
            self._queue.put_nowait(data)
        except asyncio.QueueFull:  # it does not read what we say
            self.close(WSCloseCode.TRY_AGAIN_LATER)

    def close(self, code: int) -> None:
        self.code = int(code)
        with contextlib.suppress(asyncio.QueueFull):
            self._queue.put_nowait(None)
            return
        transport = self.socket._req.transport if self.socket._req is not None else None
        if transport is not None:
            transport.abort()

    async def write(self) -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            while (data := await self._queue.get()) is not None:
                await self.socket.send_str(data.decode())
            await self.socket.close(code=self.code)
