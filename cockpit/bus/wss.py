"""nats-py's WebSocket for machines of the hall. Imported where used first: aiohttp takes 0.3 s."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import Any

import aiohttp
from nats.aio.transport import WebSocketTransport

from cockpit.model.time_limit import time_limit

CLOSE_SECONDS = 1.0
"""How long the other side's goodbye is waited for."""


class HallTransport(WebSocketTransport):
    """Connected before nats-py is: that tries again for minutes by itself, knows no time-out to connecting, has one for
    closing that aiohttp no longer takes, and leaves a session open that did not get anywhere (2.16)."""

    _line: asyncio.Transport | None = None

    async def open(self, url: str, context: ssl.SSLContext, seconds: float) -> None:
        """Connects.

        Raises:
            OSError: nobody listens, or it is not whom we believe.
            TimeoutError: nobody answers.
        """
        try:
            async with time_limit(seconds):
                closing = aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS)
                self._ws = await self._client.ws_connect(url, ssl=context, timeout=closing, max_msg_size=0)
        except aiohttp.ClientError as error:
            raise ConnectionError(str(error)) from error
        self._using_tls = True
        response = self._ws._response
        self._line = response.connection.transport if response.connection is not None else None

    async def connect_tls(self, uri: Any, ssl_context: ssl.SSLContext, buffer_size: int, connect_timeout: int) -> None:
        if self._ws is None or self._ws.closed:
            raise ConnectionError("closed")

    async def drain(self) -> None:
        try:
            await super().drain()  # type: ignore[no-untyped-call]
        except aiohttp.ClientError as error:
            raise ConnectionError(str(error)) from error

    async def wait_closed(self) -> None:
        if self._ws is not None:
            with contextlib.suppress(OSError, aiohttp.ClientError):
                await self._close_task
        await self.end()

    async def end(self) -> None:
        """Lets go of what a connection leaves, at once: a goodbye of TLS that nobody answers would outlive the loop."""
        session: aiohttp.ClientSession | None = self._client
        self._client = self._ws = None  # type: ignore[assignment]
        if session is not None:
            with contextlib.suppress(OSError, aiohttp.ClientError):
                await session.close()
        if self._line is not None:
            self._line.abort()
            self._line = None
            await asyncio.sleep(0)
