"""WebSocket (RFC 6455): every message, text or binary, is one message of the feed."""

from __future__ import annotations

from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidMessage,
    InvalidStatus,
    InvalidURI,
    PayloadTooBig,
)
from websockets.typing import Subprotocol

from cockpit.feeds.sources._client import demand_address, sentences
from cockpit.feeds.sources._tls import context
from cockpit.feeds.sources._web import WebOptions, as_text, request_headers, request_url
from cockpit.feeds.sources.base import Received, Source
from cockpit.model.errors import OutsideError
from cockpit.model.time_limit import time_limit

CLOSE_TOO_BIG = 1009


class WebSocketOptions(WebOptions, frozen=True, kw_only=True):
    """
    Attributes:
        subscribe: what is sent once it is connected: a text as it is, a table as JSON; of a list each by itself.
        protocols: subprotocols that are offered.
    """

    subscribe: str | dict[str, Any] | list[str | dict[str, Any]] = ""
    protocols: list[str] = msgspec.field(default_factory=list)


class WebSocketSource(Source):
    """Listens to one WebSocket; an `http(s)` address is taken as `ws(s)`."""

    name = "websocket"
    takes = WebSocketOptions
    schemes = ("ws", "wss", "http", "https")
    options: WebSocketOptions

    async def attempt(self) -> None:
        settings = self.settings
        url = "ws" + settings.url[4:] if settings.url.startswith("http") else settings.url
        with sentences(settings.url, settings.timeout):
            demand_address(url)
            try:
                async with connect(
                    str(request_url(url, self.options, self.secrets)),
                    ssl=context(self.options) if url.startswith("wss") else None,
                    additional_headers=request_headers(self.options, self.secrets),
                    subprotocols=[Subprotocol(name) for name in self.options.protocols] or None,
                    open_timeout=settings.timeout,
                    close_timeout=1,
                    max_size=settings.max_bytes,
                    proxy=None,
                    user_agent_header=None,
                ) as socket:
                    self.sink.alive(self.clock.wall())
                    await self._subscribe(socket)
                    await self._listen(socket)
            except InvalidStatus as error:
                raise OutsideError("feeds.http_status", detail=error.response.status_code) from error
            except InvalidURI as error:
                raise OutsideError("feeds.bad_address", detail=settings.url) from error
            except (InvalidHandshake, InvalidMessage) as error:
                raise OutsideError("feeds.not_a_socket", detail=settings.url) from error
            except ConnectionClosed as error:
                if isinstance(error.__cause__, PayloadTooBig) or (error.sent and error.sent.code == CLOSE_TOO_BIG):
                    raise OutsideError("feeds.too_big", detail=f"{settings.max_bytes / 2**20:g}") from error
                raise OutsideError("feeds.closed", detail=settings.url) from error

    async def _subscribe(self, socket: ClientConnection) -> None:
        wanted = self.options.subscribe
        for one in wanted if isinstance(wanted, list) else [wanted] if wanted else []:
            await socket.send(as_text(one, self.secrets))

    async def _listen(self, socket: ClientConnection) -> None:
        first = True
        while True:
            try:
                async with time_limit(self.settings.silence):
                    message = await socket.recv(decode=False)
            except TimeoutError as error:
                raise OutsideError("feeds.silent", detail=f"{self.settings.silence:g}") from error
            await self.hand_on(Received(message, self.clock.wall(), first=first))
            first = False


SOURCE = WebSocketSource
