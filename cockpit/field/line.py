"""What every page of ours has on its WebSocket: how it comes in, and a short queue of what it is told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from cockpit.field.guard import Guard
from cockpit.field.problems import Problem
from cockpit.field.register import Token
from cockpit.model.errors import CockpitError
from cockpit.model.time_limit import time_limit

PING_SECONDS = 20.0
SIGNED_OUT = 4003
"""Close codes of ours: its token ended, and"""
REPLACED = 4001
"""its place is another page's now."""
QUEUE = 64
_S = TypeVar("_S")


class Line:
    """A page that signed in: what it is told waits, so that a slow one holds nobody up.

    Attributes:
        code: with which it is closed.
    """

    def __init__(self, socket: web.WebSocketResponse, token: Token) -> None:
        self.socket = socket
        self.token = token
        self.code = int(WSCloseCode.OK)
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE)

    def put(self, data: bytes) -> None:
        try:
            self._queue.put_nowait(data)
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


async def serve(
    request: web.Request,
    guard: Guard,
    ours: Callable[[web.Request], bool],
    protocol: str,
    converse: Callable[[web.WebSocketResponse], Awaitable[None]],
) -> web.WebSocketResponse:
    """One page, from its first message to its end.

    Args:
        ours: whether a request comes from a page of ours.

    Raises:
        Problem: it is no WebSocket, or of another page than ours.
    """
    socket = web.WebSocketResponse(
        protocols=(protocol,), heartbeat=PING_SECONDS, max_msg_size=guard.limits.message, compress=False
    )
    if not socket.can_prepare(request):
        raise Problem.upgrade()
    if not ours(request):
        raise Problem.other_origin()
    await socket.prepare(request)
    try:
        await converse(socket)
    except (ConnectionError, RuntimeError):  # it went while we spoke
        pass
    except CockpitError:  # a disk that does not read: it comes again
        await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
    return socket


async def signed_in(
    socket: web.WebSocketResponse, guard: Guard, read: Callable[[str], _S], token_of: Callable[[_S], Token]
) -> tuple[_S, Token] | None:
    """The first message and whose it is; None where it is none or of nobody, whose socket is closed then.

    Args:
        token_of: raises Problem where it is not good.
    """
    try:
        async with time_limit(guard.limits.sign_in_seconds):
            first = await socket.receive()
    except TimeoutError:  # a slow line, which says nothing of its token
        await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
        return None
    try:
        if first.type is not WSMsgType.TEXT:
            raise msgspec.DecodeError
        said = read(first.data)
        return said, token_of(said)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        await socket.close(code=WSCloseCode.POLICY_VIOLATION)
    except Problem as problem:
        await socket.close(code=SIGNED_OUT, message=problem.message.id.encode())
    return None
