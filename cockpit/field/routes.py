"""The addresses of the device API, version 1."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from http import HTTPStatus

import msgspec
from aiohttp import web

from cockpit.field.answers import Handler, problems
from cockpit.field.board import Board
from cockpit.field.codes import Codes
from cockpit.field.guard import Guard, read_body
from cockpit.field.intake import Intake
from cockpit.field.openapi import description
from cockpit.field.pagewire import EnrolByCode
from cockpit.field.photos import Photos
from cockpit.field.polls import Polls
from cockpit.field.problems import Problem, language_of
from cockpit.field.register import Register, Token
from cockpit.field.requests import inside, json, number, only, seconds
from cockpit.field.wire import BlobBegun, BlobWanted, Enrolled, EnrolWanted, FactWanted, Health, iso
from cockpit.model.clock import CityClock
from cockpit.model.typed import from_json
from cockpit.store.blobs import Part


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
        polls: Polls,
        codes: Codes,
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
        self._polls = polls
        self._codes = codes

    def app(self, more: Sequence[web.RouteDef] = ()) -> web.Application:
        """
        Args:
            more: further addresses.
        """
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
                *more,
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
        return len(self._polls)

    def end_polls(self) -> None:
        """Answers all who wait: the gateway ends."""
        self._polls.end()

    async def _enrol(self, request: web.Request) -> web.Response:
        body = await self._guard.raw_body(request)
        if _has_code(body):
            wanted = read_body(body, EnrolByCode)
            unit = await asyncio.to_thread(self._guard.code, request, lambda: self._codes.use(wanted.code))
            secret, token = await asyncio.to_thread(self._register.enrol_another, unit, wanted.device)
        else:
            inside(request)
            self._guard.enroller(request)
            named = read_body(body, EnrolWanted)
            unit = named.unit
            secret, token = await asyncio.to_thread(self._register.enrol, unit, named.device)
        until = iso(self._clock.city.at(token.expires))
        return json(HTTPStatus.CREATED, Enrolled(secret, unit, until, self._codes.card(unit).name))

    async def _orders(self, request: web.Request) -> web.Response:
        token = self._guard.device(request)
        only(request, "after", "wait")
        after, wait = number(request, "after"), seconds(request)
        if not self.joined:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "field.not_joined", retry_after=2)
        revision, orders = self._board.orders(token.unit)
        if revision == after and wait:
            with self._board.news(token.unit) as future:
                await self._polls.wait(token.id, future, wait)
            self._guard.still_good(self._register.token_of(token.id) or token)
            revision, orders = self._board.orders(token.unit)
        head = f'{{"now":"{iso(self._clock.now())}","rev":{revision},"orders":'.encode()
        return web.Response(body=head + orders + b"}", content_type="application/json")

    async def _fact(self, request: web.Request) -> web.Response:
        token = self._guard.device(request)
        order = request.match_info["id"]
        case = self.case_of(token, order)
        wanted = await self._guard.body(request, FactWanted)
        key = request.headers.get("Idempotency-Key", "")
        new, taken = await self._intake.take(token, order, case, key, wanted)
        status = HTTPStatus.OK
        if new:
            status = HTTPStatus.CREATED if self._hub_is_there() else HTTPStatus.ACCEPTED
        return json(status, taken)

    def case_of(self, token: Token, order: str) -> str:
        """Case of an order.

        Raises:
            Problem: it is no order of this device's unit.
        """
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
        answer = json(HTTPStatus.CREATED if new else HTTPStatus.OK, BlobBegun(wanted.sha256, part.offset, part.size))
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
        return json(HTTPStatus.OK, Health("ok", self._hub_is_there(), iso(self._clock.now())))

    async def _openapi(self, request: web.Request) -> web.Response:
        language = language_of(request.headers.get("Accept-Language", ""))
        return web.Response(body=description(language), content_type="application/json")


def _has_code(body: bytes) -> bool:
    try:
        return "code" in from_json(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _of_part(part: Part) -> dict[str, str]:
    return {"Upload-Offset": str(part.offset), "Upload-Length": str(part.size)}
