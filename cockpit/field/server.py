"""aiohttp as the gateway runs it: nothing of ours or of a device gets into its logs or its answers unasked."""

from __future__ import annotations

import asyncio
import errno
import logging
import resource
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_server import Server

from cockpit.field.guard import SECURITY
from cockpit.field.limits import Limits
from cockpit.field.problems import PROBLEM_TYPE, Problem, body_of, language_of
from cockpit.model.errors import CockpitError, UserError
from cockpit.model.messages import Message

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
_OWN_FILES = 100
"""Open files that the gateway needs besides its connections."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answer_of(status: HTTPStatus, message: Message, request: web.BaseRequest) -> web.Response:
    """A refusal in one sentence."""
    language = language_of(request.headers.get("Accept-Language", ""))
    return web.Response(status=status, body=body_of(status, message, language), content_type=PROBLEM_TYPE)


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every refusal as problem+json. Of an error of ours its type and place are logged, never what a device said."""
    try:
        answer = await handler(request)
    except Problem as problem:
        answer = answer_of(problem.status, problem.message, request)
        answer.headers.update(problem.headers)
    except web.HTTPException as error:
        answer = _of_aiohttp(error, request)
    except CockpitError as error:
        log.info("refused a request: %s", error.message.id)  # its own words name files of ours
        answer = answer_of(HTTPStatus.SERVICE_UNAVAILABLE, Message("field.not_now"), request)
        answer.headers["Retry-After"] = "5"
    except ConnectionError:
        raise
    except Exception as error:
        log.error("a request failed: %s at %s", type(error).__name__, _place(error))
        answer = answer_of(HTTPStatus.INTERNAL_SERVER_ERROR, Message("field.our_bug"), request)
    answer.headers.update(SECURITY)
    return answer


def _of_aiohttp(error: web.HTTPException, request: web.Request) -> web.Response:
    status = HTTPStatus(error.status)
    message_id = {
        HTTPStatus.NOT_FOUND: "field.no_such_address",
        HTTPStatus.METHOD_NOT_ALLOWED: "field.no_such_method",
    }.get(status, "field.bad_request")
    answer = answer_of(status, Message(message_id), request)
    if "Allow" in error.headers:
        answer.headers["Allow"] = error.headers["Allow"]
    return answer


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace is not None else "?"


class _Connection(RequestHandler):
    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """What is no HTTP, or too much of it: aiohttp would log and answer with the bytes that it did not like."""
        log.info("a connection sent what is no request: %s", type(exc).__name__)
        answer = answer_of(HTTPStatus(status), Message("field.bad_request"), request)
        answer.headers.update(SECURITY)
        answer.force_close()
        return answer

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """aiohttp's own line would carry the request."""
        error = kw.get("exc_info")
        place = _place(error) if isinstance(error, BaseException) else "?"
        log.error("a connection failed: %s at %s", type(error).__name__, place)


class _Server(Server):
    most = 0

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        if len(self._connections) > self.most:
            self._loop.call_soon(transport.abort)  # aiohttp does not expect it gone before it began

    def __call__(self) -> RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class _Runner(web.AppRunner):
    __slots__ = ("most",)

    def __init__(self, app: web.Application, most: int, **kwargs: Any) -> None:
        super().__init__(app, **kwargs)
        self.most = most

    async def _make_server(self) -> Server:
        made = await super()._make_server()
        ours = _Server(made.request_handler, request_factory=made.request_factory, loop=made._loop, **made._kwargs)
        ours.most = self.most
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
