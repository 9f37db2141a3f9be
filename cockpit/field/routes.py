"""The addresses of the device API, version 1."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable
from http import HTTPStatus

import msgspec
from aiohttp import web

from cockpit.field.answers import Handler, problems
from cockpit.field.board import Board
from cockpit.field.guard import Guard
from cockpit.field.intake import Intake
from cockpit.field.openapi import description
from cockpit.field.photos import Photos
from cockpit.field.problems import Problem, language_of
from cockpit.field.register import Register, Token
from cockpit.field.wire import BlobBegun, BlobWanted, Enrolled, EnrolWanted, FactWanted, Health, iso
from cockpit.model.clock import CityClock
from cockpit.store.blobs import Part

MAX_WAIT = 30.0
"""Seconds that a device may wait for news."""
_REVISION_DIGITS = 15
_SECONDS = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")


class Api:
    """Answers devices.

    Attributes:
        joined: whether the orders are known: from the hub, or from what an earlier run had of it.
        caught_up: whether this run has heard from the hub what there is: what it does not know then does not exist.
    """

    def __init__(
        self,
        guard: Guard,
        register: Register,
        board: Board,
        intake: Intake,
        photos: Photos,
        clock: CityClock,
        hub_is_there: Callable[[], bool],
    ) -> None:
        self.joined = self.caught_up = False
        self._guard = guard
        self._register = register
        self._board = board
        self._intake = intake
        self._photos = photos
        self._clock = clock
        self._hub_is_there = hub_is_there
        self._polls: dict[str, list[asyncio.Future[None]]] = {}

    def app(self) -> web.Application:
        app = web.Application(middlewares=[problems(), self._checked], client_max_size=self._guard.limits.body)
        app.add_routes(
            [
                web.post("/v1/enrol", self._enrol),
                web.get("/v1/orders", self._orders, allow_head=False),
                web.post("/v1/orders/{id}/facts", self._fact),
                web.post("/v1/blobs", self._begin_photo),
                web.head("/v1/blobs/{sha256}", self._photo_state),
                web.patch("/v1/blobs/{sha256}", self._photo_piece),
                web.get("/v1/health", self._health, allow_head=False),
                web.get("/v1/openapi.json", self._openapi, allow_head=False),
            ]
        )
        return app

    @web.middleware
    async def _checked(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self._guard.address(request)
        return await handler(request)

    @property
    def polls(self) -> int:
        """Requests that wait for news."""
        return sum(map(len, self._polls.values()))

    def end_polls(self) -> None:
        """Answers all who wait: the gateway ends."""
        for waiting in list(self._polls.values()):
            for future in list(waiting):
                _end(future)

    async def _enrol(self, request: web.Request) -> web.Response:
        self._guard.enroller(request)
        wanted = await self._guard.body(request, EnrolWanted)
        secret, token = await asyncio.to_thread(self._register.enrol, wanted.unit, wanted.device)
        return _json(HTTPStatus.CREATED, Enrolled(secret, token.unit, iso(self._clock.city.at(token.expires))))

    async def _orders(self, request: web.Request) -> web.Response:
        token = self._guard.device(request)
        if unknown := sorted(set(request.query) - {"after", "wait"}):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.unknown_query", name=unknown[0][:80])
        after, wait = _revision(request), _wait(request)
        if not self.joined:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "field.not_joined", retry_after=2)
        revision, orders = self._board.orders(token.unit)
        if revision == after and wait:
            await self._news(token, wait)
            self._guard.still_good(self._register.token_of(token.id) or token)
            revision, orders = self._board.orders(token.unit)
        head = f'{{"now":"{iso(self._clock.now())}","rev":{revision},"orders":'.encode()
        return web.Response(body=head + orders + b"}", content_type="application/json")

    async def _news(self, token: Token, wait: float) -> None:
        with self._board.news(token.unit) as future:
            mine = self._polls.setdefault(token.id, [])
            while len(mine) >= self._guard.limits.polls:
                _end(mine.pop(0))
            mine.append(future)
            try:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await future
            finally:
                with contextlib.suppress(ValueError):
                    mine.remove(future)
                if not mine and self._polls.get(token.id) is mine:
                    del self._polls[token.id]

    async def _fact(self, request: web.Request) -> web.Response:
        token = self._guard.device(request)
        order = request.match_info["id"]
        case = self._case_of(token, order)
        wanted = await self._guard.body(request, FactWanted)
        key = request.headers.get("Idempotency-Key", "")
        new, taken = await self._intake.take(token, order, case, key, wanted)
        status = HTTPStatus.OK
        if new:
            status = HTTPStatus.CREATED if self._hub_is_there() else HTTPStatus.ACCEPTED
        return _json(status, taken)

    def _case_of(self, token: Token, order: str) -> str:
        """Raises Problem: it is no order of this unit."""
        unit, case = self._board.owner(order) or ("", "")
        if not unit and not self.caught_up:  # a device would take "there is none" for the last word
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "field.not_joined", retry_after=2)
        if unit != token.unit:
            raise Problem(HTTPStatus.NOT_FOUND, "field.no_such_order")
        return case

    async def _begin_photo(self, request: web.Request) -> web.Response:
        token = self._guard.device(request)
        wanted = await self._guard.body(request, BlobWanted)
        new, part = await self._photos.begin(token, wanted)
        answer = _json(HTTPStatus.CREATED if new else HTTPStatus.OK, BlobBegun(wanted.sha256, part.offset, part.size))
        answer.headers["Location"] = f"/v1/blobs/{wanted.sha256}"
        answer.headers["Upload-Offset"] = str(part.offset)
        return answer

    async def _photo_state(self, request: web.Request) -> web.Response:
        token = self._guard.device(request)
        part = await self._photos.state(token, request.match_info["sha256"])
        return web.Response(headers=_of_part(part))

    async def _photo_piece(self, request: web.Request) -> web.Response:
        token = self._guard.device(request)
        part = await self._photos.append(token, request.match_info["sha256"], request)
        return web.Response(status=HTTPStatus.NO_CONTENT, headers=_of_part(part))

    async def _health(self, request: web.Request) -> web.Response:
        return _json(HTTPStatus.OK, Health("ok", self._hub_is_there(), iso(self._clock.now())))

    async def _openapi(self, request: web.Request) -> web.Response:
        language = language_of(request.headers.get("Accept-Language", ""))
        return web.Response(body=description(language), content_type="application/json")


def _json(status: HTTPStatus, body: msgspec.Struct) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(body), content_type="application/json")


def _of_part(part: Part) -> dict[str, str]:
    return {"Upload-Offset": str(part.offset), "Upload-Length": str(part.size)}


def _end(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _once(request: web.Request, name: str) -> str:
    """A value of the query, "0" where it is not given, "" where it is more than once."""
    said = request.query.getall(name, ["0"])
    return said[0] if len(said) == 1 else ""


def _revision(request: web.Request) -> int:
    said = _once(request, "after")
    if not (said.isascii() and said.isdecimal() and len(said) <= _REVISION_DIGITS):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.bad_after")
    return int(said)


def _wait(request: web.Request) -> float:
    said = _once(request, "wait")
    seconds = float(said) if _SECONDS.fullmatch(said) else -1.0
    if not 0 <= seconds <= MAX_WAIT:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "field.bad_wait", most=round(MAX_WAIT))
    return seconds
