"""aiohttp as the gateway runs it: nothing of ours or of a device gets into its logs or its answers unasked."""

from __future__ import annotations

import asyncio
import errno
import logging
import resource
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_server import Server

from cockpit.field.answers import SECURITY, answer_of
from cockpit.field.limits import Limits
from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.model.seldom import Seldom, place_of

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
_OWN_FILES = 100
"""Open files that the gateway needs besides its connections."""


class Connection(RequestHandler):
    """One connection.

    Attributes:
        on_lost: called when it is gone.
    """

    __slots__ = ("on_lost",)
    on_lost: Callable[[], None]

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        if hasattr(self, "on_lost"):
            self.on_lost()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """What is no HTTP, or too much of it: aiohttp would log and answer with the bytes that it did not like."""
        assert isinstance(self._manager, _Server)
        self._manager.seldom.say(logging.INFO, "a connection sent what is no request", type(exc).__name__)
        answer = answer_of(HTTPStatus(status), Message("field.bad_request"), request)
        answer.headers.update(SECURITY)
        answer.force_close()
        return answer

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """aiohttp's own line would carry the request."""
        error = kw.get("exc_info")
        what = place_of(error) if isinstance(error, BaseException) else "?"
        if isinstance(self._manager, _Server):
            self._manager.seldom.say(logging.ERROR, "a connection failed", what)


class _Server(Server):
    most = 0
    seldom: Seldom

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        if len(self._connections) > self.most:
            self._loop.call_soon(transport.abort)  # aiohttp does not expect it gone before it began

    def __call__(self) -> Connection:
        return Connection(self, loop=self._loop, **self._kwargs)


class _Runner(web.AppRunner):
    __slots__ = ("most",)

    def __init__(self, app: web.Application, most: int, **kwargs: Any) -> None:
        super().__init__(app, **kwargs)
        self.most = most

    async def _make_server(self) -> Server:
        made = await super()._make_server()
        ours = _Server(made.request_handler, request_factory=made.request_factory, loop=made._loop, **made._kwargs)
        ours.most = self.most
        ours.seldom = Seldom(log)
        return ours


def _room_for(connections: int) -> int:
    """How many connections there may be: as many as wished for, or as the system has files for."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _OWN_FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return min(connections, max(wanted - _OWN_FILES, _OWN_FILES))


class Site:
    """The device API on a port of loopback.

    Attributes:
        port: where it listens.
    """

    def __init__(self, app: web.Application, port: int, limits: Limits) -> None:
        self.port = port
        self._runner = _Runner(
            app,
            _room_for(limits.connections),
            access_log=None,
            shutdown_timeout=1.0,
            keepalive_timeout=limits.idle_seconds,
            lingering_time=2.0,
            auto_decompress=False,
        )

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def connection(self) -> Connection:
        """What serves a connection that somebody else accepted."""
        server = self._runner.server
        assert isinstance(server, _Server)
        return server()

    async def open(self) -> None:
        """Listens.

        Raises:
            UserError: the port is in use or may not be used.
        """
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self.port, backlog=512)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            if error.errno == errno.EADDRINUSE:
                raise UserError("field.port_in_use", port=self.port) from error
            raise UserError("field.port_refused", port=self.port, why=error.strerror or str(error)) from error
        self.port = int(self._runner.addresses[0][1])

    async def close(self) -> None:
        await self._runner.cleanup()
