"""The remote of the walls: a page of the gateway by which a presenter drives them by touch, over one WebSocket.

It is as open to the internet as the phone page is: a code of ten minutes for each remote, a token of its own that ends,
rates, sizes, and the hub's word on what its role may do. A remote's token opens nothing of the phones', nor the other
way round.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import Awaitable, Callable, Collection
from http import HTTPStatus
from typing import Any

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from cockpit.field.codes import Card, Codes
from cockpit.field.guard import Guard
from cockpit.field.limits import Buckets
from cockpit.field.pagewire import CodeMade, EnrolByCode
from cockpit.field.problems import Problem
from cockpit.field.register import Register
from cockpit.field.remoteline import RemoteLine
from cockpit.field.remotestate import home_of, state_of
from cockpit.field.remotewire import (
    OF_REMOTES,
    RemoteCodeWanted,
    RemoteEnrolled,
    RemoteGone,
    RemoteIn,
    RemoteListed,
    RemoteOut,
    RemoteSignIn,
    act_of,
    remote_of,
    unit_of,
)
from cockpit.field.requests import inside, json
from cockpit.field.wire import iso
from cockpit.model.city import Pack
from cockpit.model.clock import CityClock
from cockpit.model.errors import CockpitError, OutsideError
from cockpit.model.messages import texts
from cockpit.model.wallasks import Events, Nothing, RemoteHere, Thumbs, ThumbsWanted
from cockpit.model.wallstate import ActDone, WallState

PROTOCOL = "cockpit.wall.v1"
PING_SECONDS = 20.0
LOOK_SECONDS = 1.0
"""How often the walls are looked at while a remote is on; after each act of a remote at once."""
PICTURE_SECONDS = 2.0
SIGNED_OUT = 4003
MOST_ON = 40
"""Remotes that are on at once."""

Told = Callable[[str, msgspec.Struct, type], Awaitable[Any]]
_in = msgspec.json.Decoder(RemoteIn)
_sign_in = msgspec.json.Decoder(RemoteSignIn)


class Remotes:
    """All remotes of a gateway."""

    def __init__(
        self,
        guard: Guard,
        register: Register,
        codes: Codes,
        told: Told,
        origins: Callable[[web.Request], bool],
        code_url: Callable[[str], tuple[str, str]],
        clock: CityClock,
        pack: Pack | None,
    ) -> None:
        """
        Args:
            told: asks a service of the hub; raises OutsideError.
            origins: whether a request comes from a page of ours.
            code_url: address of the phone page with a code, and of our authority; raises CockpitError.
        """
        self._guard = guard
        self._register = register
        self._codes = codes
        self._told = told
        self._origins = origins
        self._code_url = code_url
        self._clock = clock
        self._home = home_of(pack) if pack is not None else None
        self._rates = Buckets(guard.limits.remote, clock.base)
        self._on: set[RemoteLine] = set()
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/remote/v1/codes", self._make_code),
            web.get("/remote/v1/list", self._list, allow_head=False),
            web.delete("/remote/v1/{id}", self._revoke),
            web.post("/remote/v1/enrol", self._enrol),
            web.get("/remote/v1/live", self.serve, allow_head=False),
        ]

    # -- coming in -----------------------------------------------------------------------------------------------------

    async def _make_code(self, request: web.Request) -> web.Response:
        """On loopback only, by who knows the secret for enrolling."""
        inside(request)
        self._guard.enroller(request)
        wanted = await self._guard.body(request, RemoteCodeWanted)
        try:
            self._code_url("")
        except CockpitError as error:
            raise Problem.of(HTTPStatus.SERVICE_UNAVAILABLE, error.message) from error
        unit = unit_of(wanted)
        code, until = await asyncio.to_thread(self._codes.make, Card(unit, unit))
        url, ca = self._code_url(code)
        url = url.replace("/#code=", "/remote/#code=")
        return json(HTTPStatus.CREATED, CodeMade(code, url, wanted.role, iso(self._clock.city.at(until)), ca))

    async def _list(self, request: web.Request) -> web.Response:
        """As codes: for the hub, on loopback."""
        inside(request)
        self._guard.enroller(request)
        now, on = self._clock.wall(), {one.token.id for one in self._on}
        found = []
        for token in await asyncio.to_thread(self._register.tokens):
            remote = remote_of(token.unit)
            if remote is not None and token.good(now):
                found.append(RemoteHere(token.id, token.device, remote.role, token.expires, token.id in on))
        return json(HTTPStatus.OK, RemoteListed(tuple(found)))

    async def _revoke(self, request: web.Request) -> web.Response:
        inside(request)
        self._guard.enroller(request)
        token = await asyncio.to_thread(self._register.token_of, request.match_info["id"])
        if token is None or remote_of(token.unit) is None:
            raise Problem(HTTPStatus.NOT_FOUND, "field.no_such_address")
        count = await asyncio.to_thread(self._register.revoke, token.id)
        self.end([token.id])
        return json(HTTPStatus.OK, RemoteGone(count))

    async def _enrol(self, request: web.Request) -> web.Response:
        wanted = await self._guard.body(request, EnrolByCode)
        use = self._codes.use
        unit = await asyncio.to_thread(self._guard.code, request, lambda: use(wanted.code, OF_REMOTES))
        remote = remote_of(unit)
        assert remote is not None
        now = self._clock.wall()
        taken = {one.device for one in self._register.tokens() if one.unit == unit and one.good(now)}
        names = (f"{wanted.device} ({n})" if n > 1 else wanted.device for n in range(1, len(taken) + 2))
        name = next(name for name in names if name not in taken)
        secret, token = await asyncio.to_thread(self._register.enrol, unit, name, remote.days)
        return json(HTTPStatus.CREATED, RemoteEnrolled(secret, remote.role, name, iso(token.expires)))

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One remote, from its first message to its end.

        Raises:
            Problem: it is no WebSocket, or of another page than ours.
        """
        socket = web.WebSocketResponse(
            protocols=(PROTOCOL,), heartbeat=PING_SECONDS, max_msg_size=self._guard.limits.message, compress=False
        )
        if not socket.can_prepare(request):
            raise Problem.upgrade()
        if not self._origins(request):
            raise Problem.other_origin()
        await socket.prepare(request)
        try:
            on = await self._signed_in(socket)
            if on is not None:
                await self._talk(on)
        except (ConnectionError, RuntimeError):  # it went while we spoke
            pass
        except CockpitError:  # a disk that does not read: it comes again
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
        return socket

    async def _signed_in(self, socket: web.WebSocketResponse) -> RemoteLine | None:
        try:
            async with asyncio.timeout(self._guard.limits.sign_in_seconds):
                first = await socket.receive()
        except TimeoutError:
            await socket.close(code=SIGNED_OUT)
            return None
        try:
            if first.type is not WSMsgType.TEXT:
                raise msgspec.DecodeError
            said = _sign_in.decode(first.data)
            token = self._guard.remote(said.token)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            await socket.close(code=WSCloseCode.POLICY_VIOLATION)
            return None
        except Problem as problem:
            await socket.close(code=SIGNED_OUT, message=problem.message.id.encode())
            return None
        remote = remote_of(token.unit)
        if remote is None or len(self._on) >= MOST_ON:
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
            return None
        return RemoteLine(socket, token, remote.role, said.lang)

    async def _talk(self, on: RemoteLine) -> None:
        on.tell(RemoteOut("welcome", role=on.role, name=on.token.device, home=self._home))
        self._on.add(on)
        self._watch()
        writer = asyncio.create_task(on.write(), name="remote")
        try:
            async for message in on.socket:
                if message.type is not WSMsgType.TEXT or self._rates.take(on.token.id) > 0:
                    on.close(WSCloseCode.POLICY_VIOLATION)
                    break
                try:
                    said = _in.decode(message.data)
                except (msgspec.DecodeError, UnicodeError, RecursionError):
                    on.close(WSCloseCode.POLICY_VIOLATION)
                    break
                if not self._guard.is_good(on.token.id):
                    on.close(SIGNED_OUT)
                    break
                await self._heard(on, said)
            if on.socket.closed:
                writer.cancel()
            await asyncio.wait([writer], timeout=2.0)
        finally:
            writer.cancel()
            self._on.discard(on)
            if not self._on:
                self._rest()

    # -- what a remote does --------------------------------------------------------------------------------------------

    async def _heard(self, on: RemoteLine, said: RemoteIn) -> None:
        try:
            if said.kind == "look":
                on.looks, on.seen = (said.wall if said.value == "1" else ""), 0
            elif said.kind == "events":
                found: Events = await self._told("wall.events", Nothing(), Events)
                events = [msgspec.to_builtins(one) for one in found.events]
                on.tell(RemoteOut("events", said.n, events=events))
            else:
                await self._told("wall.remote", act_of(said, on.token.device, on.role), ActDone)
                on.tell(RemoteOut("done", said.n))
                if said.kind == "act":
                    self._news.set()
        except OutsideError as error:
            # what the hub says of walls is for whoever drives them; other words name what is ours
            words = error.message if error.message.id.startswith("wall.") else Problem.away().message
            on.tell(RemoteOut("refused", said.n, texts(on.lang)(words)))

    # -- what remotes are told -----------------------------------------------------------------------------------------

    def _watch(self) -> None:
        """Looks at the walls as long as a remote is on."""
        self._news.set()
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._look(), name="remote walls"),
                asyncio.create_task(self._pictures(), name="remote pictures"),
            ]

    def _rest(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._tasks = []

    async def _look(self) -> None:
        while True:
            self._news.clear()
            try:
                said = state_of(await self._told("wall.state", Nothing(), WallState))
            except OutsideError:
                said = RemoteOut("away")
            data = msgspec.json.encode(said)
            for on in list(self._on):
                if on.told != data:
                    on.told = data
                    on.put(data)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._news.wait()

    async def _pictures(self) -> None:
        while True:
            for on in list(self._on):
                if on.looks:
                    with contextlib.suppress(OutsideError):
                        await self._show(on)
            await asyncio.sleep(PICTURE_SECONDS)

    async def _show(self, on: RemoteLine) -> None:
        found: Thumbs = await self._told("wall.thumbs", ThumbsWanted(on.looks, on.seen), Thumbs)
        for thumb in found.thumbs:
            on.seen = max(on.seen, thumb.taken)
            jpeg = base64.b64encode(thumb.jpeg).decode()
            on.tell(RemoteOut("thumb", wall=thumb.wall, screen=thumb.screen, jpeg=jpeg))

    # -- tokens --------------------------------------------------------------------------------------------------------

    def end(self, tokens: Collection[str]) -> None:
        """Ends the remotes of these tokens."""
        for on in self._on:
            if on.token.id in tokens:
                on.tell(RemoteOut("signed_out"))
                on.close(SIGNED_OUT)

    def close(self) -> None:
        """Ends all: the gateway ends."""
        self._rest()
        for on in list(self._on):
            on.close(WSCloseCode.GOING_AWAY)
