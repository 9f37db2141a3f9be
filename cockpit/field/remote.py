"""The remote of the walls: a page of the gateway by which a presenter drives them by touch, over one WebSocket.

It is as open to the internet as the phone page is: a code of ten minutes for each remote, a token of its own that ends,
rates, sizes, and the hub's word on what its role may do. A remote's token opens nothing of the phones', nor the other
way round.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import math
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web

from cockpit.field.codes import Codes
from cockpit.field.guard import Guard
from cockpit.field.limits import Buckets
from cockpit.field.line import REPLACED, SIGNED_OUT, serve, signed_in
from cockpit.field.problems import Problem
from cockpit.field.register import Register, Token
from cockpit.field.remoteline import RemoteLine
from cockpit.field.remotepair import RemotePairing
from cockpit.field.remotestate import home_of, state_of
from cockpit.field.remotewire import (
    RemoteIn,
    RemoteOut,
    RemoteSignIn,
    act_of,
    remote_of,
)
from cockpit.model.city import Pack
from cockpit.model.clock import CityClock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import texts
from cockpit.model.time_limit import time_limit
from cockpit.model.typed import JsonDecoder
from cockpit.model.wallasks import Events, EventsWanted, Nothing, RemoteAct, Thumbs, ThumbsWanted
from cockpit.model.wallstate import ActDone, Pointer, WallState

PROTOCOL = "cockpit.wall.v1"
LOOK_SECONDS = 1.0
"""How often the walls are looked at while a remote is on; after each act of a remote at once."""
BREATH_SECONDS = 0.1
"""Between two of these looks: a finger that moves the map is sixty acts a second."""
EVENTS_SECONDS = 1.0
"""So long the list of events of a world is the same for all remotes."""
PICTURE_SECONDS = 2.0
MOST_ON, FOR_OPERATORS = 40, 10
"""Remotes that are on at once, and how many of these places no presenter takes."""
MOST_OF_ONE = 3
"""Pages that one remote has open; with one more the oldest rests."""
MOST_WALLS = 64
"""On which one of them draws."""

Told = Callable[[str, msgspec.Struct, type], Awaitable[Any]]
_in = JsonDecoder(RemoteIn)
_sign_in = JsonDecoder(RemoteSignIn)


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
        self._pairing = RemotePairing(guard, register, codes, code_url, clock, self._ids, self.end)
        self._told = told
        self._origins = origins
        self._clock = clock
        self._home = home_of(pack) if pack is not None else None
        self._rates = Buckets(guard.limits.remote, clock.base)
        self._on: set[RemoteLine] = set()
        self._events: dict[str, tuple[float, list[dict[str, Any]]]] = {}
        self._drills: dict[str, str] = {}
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._numbers = itertools.count(1)
        self._wiping: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        return [*self._pairing.routes(), web.get("/remote/v1/live", self.serve, allow_head=False)]

    # -- coming in -----------------------------------------------------------------------------------------------------

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One remote, from its first message to its end.

        Raises:
            Problem: it is no WebSocket, or of another page than ours.
        """
        return await serve(request, self._guard, self._origins, PROTOCOL, self._converse)

    async def _converse(self, socket: web.WebSocketResponse) -> None:
        came = await signed_in(socket, self._guard, _sign_in.decode, lambda said: self._guard.remote(said.token))
        if came is None:
            return
        said, token = came
        remote = remote_of(token.unit)
        self._make_room(token)
        if remote is None or len(self._on) >= MOST_ON - (0 if remote.role == "operator" else FOR_OPERATORS):
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
        else:
            await self._talk(RemoteLine(socket, token, remote.role, said.lang, next(self._numbers)))

    def _make_room(self, token: Token) -> None:
        """A page of this remote more: the oldest ones rest, and their places are free at once."""
        own = sorted((one for one in self._on if one.token.id == token.id), key=lambda one: one.number)
        for on in own[: max(0, len(own) - MOST_OF_ONE + 1)]:
            self._on.discard(on)
            on.close(REPLACED)

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
            if on.drew:
                task = asyncio.create_task(self._wipe(on), name="remote wiped")
                self._wiping.add(task)
                task.add_done_callback(self._wiping.discard)

    # -- what a remote does --------------------------------------------------------------------------------------------

    async def _heard(self, on: RemoteLine, said: RemoteIn) -> None:
        try:
            if said.kind == "look":
                on.looks, on.seen = (said.wall if said.value == "1" else ""), 0
            elif said.kind == "events":
                rehearsal, events = await self._open_events(said.wall)
                on.tell(RemoteOut("events", said.n, events=events, rehearsal=rehearsal))
            else:
                if said.strokes and len(on.drew) < MOST_WALLS:
                    on.drew.add(said.wall)
                await self._told("wall.remote", act_of(said, on.token.device, on.role, on.hand), ActDone)
                on.tell(RemoteOut("done", said.n))
                if said.kind == "act":
                    self._news.set()
        except OutsideError as error:
            # what the hub says of walls is for whoever drives them; other words name what is ours
            words = error.message if error.message.id.startswith("wall.") else Problem.away().message
            on.tell(RemoteOut("refused", said.n, texts(on.lang)(words)))

    async def _wipe(self, on: RemoteLine) -> None:
        """What was drawn by a line that ended is nobody's to take away any more."""
        for wall in on.drew:
            gone = RemoteAct(on.token.device, on.role, pointer=Pointer(wall, by=on.hand))
            with contextlib.suppress(OutsideError):
                await self._told("wall.remote", gone, ActDone)

    async def _open_events(self, wall: str) -> tuple[str, list[dict[str, Any]]]:
        """The events of the world that a wall ("" all) shows, and which rehearsal that is, "" none; of walls that show
        several worlds none."""
        rehearsal = self._world(wall)
        at, events = self._events.get(rehearsal or "", (-math.inf, []))
        if rehearsal is not None and self._clock.mono() - at < EVENTS_SECONDS:
            return rehearsal, events
        await self._walls()
        rehearsal, now = self._world(wall), self._clock.mono()
        if rehearsal is None:
            return "", []
        found: Events = await self._told("wall.events", EventsWanted(rehearsal), Events)
        events = [msgspec.to_builtins(one) for one in found.events]
        kept = {id: known for id, known in self._events.items() if now - known[0] < EVENTS_SECONDS}
        self._events = {**kept, rehearsal: (now, events)}
        return rehearsal, events

    def _world(self, wall: str) -> str | None:
        """The rehearsal that a wall ("" all) shows, "" none; None: they show several worlds."""
        worlds = {drill for id, drill in self._drills.items() if wall in ("", id)} or {""}
        return worlds.pop() if len(worlds) == 1 else None

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
                said = state_of(await self._walls())
            except OutsideError:
                said = RemoteOut("away")
            data = msgspec.json.encode(said)
            for on in list(self._on):
                if on.told != data:
                    on.told = data
                    on.put(data)
            await asyncio.sleep(BREATH_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with time_limit(LOOK_SECONDS):
                    await self._news.wait()

    async def _walls(self) -> WallState:
        """Raises OutsideError: the hub is away."""
        state: WallState = await self._told("wall.state", Nothing(), WallState)
        self._drills = {one.wall: one.rehearsal for one in state.shows}
        return state

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

    def _ids(self) -> set[str]:
        """Ids of the tokens of remotes that are on."""
        return {one.token.id for one in self._on}

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
