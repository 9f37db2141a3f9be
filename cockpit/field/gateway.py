"""The gateway as a process: register, outbox, copy of the ledger, the hub on one side and the devices on the other."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from cockpit.bus import asks, subjects
from cockpit.bus.follow import Follower, Told
from cockpit.bus.sending import Sender
from cockpit.bus.tasks import end
from cockpit.bus.users import GATEWAY
from cockpit.field.board import Board
from cockpit.field.codes import Codes, enrol_secret
from cockpit.field.files import NO_PERMISSIONS, Files
from cockpit.field.front import Front
from cockpit.field.guard import Guard
from cockpit.field.hub import HubSide
from cockpit.field.intake import Intake
from cockpit.field.letters import LetterBox
from cockpit.field.limits import Limits
from cockpit.field.live import Live
from cockpit.field.page import PageApi, Parts
from cockpit.field.photos import Photos
from cockpit.field.polls import Polls
from cockpit.field.register import Register
from cockpit.field.remote import Remotes
from cockpit.field.routes import Api
from cockpit.field.said import Positions, SaidIntake
from cockpit.field.server import Site
from cockpit.field.shown import Shown
from cockpit.field.waiting import WaitingForHub
from cockpit.field.way import Ways
from cockpit.heartbeat import LoopBeat
from cockpit.ledger.chain import BrokenChain
from cockpit.model.city import Pack, Text
from cockpit.model.clock import MINUTE, CityClock, CityTime, Clock
from cockpit.model.entries import read_decision
from cockpit.model.errors import CockpitError, UserError
from cockpit.model.messages import Message
from cockpit.model.typed import from_json
from cockpit.paths import assets_dir
from cockpit.processes import can_listen, lean, take_lock, tell_where_it_hangs, write_private, writing_to
from cockpit.store.blobs import Blobs
from cockpit.store.ledger import LedgerCopy
from cockpit.store.outbox import Outbox

if TYPE_CHECKING:
    from nats.aio.client import Client

log = logging.getLogger(__name__)

NOTE = "field.json"
"""In the hub's profile: where the gateway listens, and the secret for enrolling; 0600."""
LOCK_SECONDS = 3.0
SETTLE_SECONDS = 5.0
NOTE_SECONDS = 2.0
SWEEP_SECONDS = 600.0
TOKEN_SECONDS = 0.3
EXPIRY = MINUTE
"""How late it may be noticed that a token expired; one that was revoked is noticed at once."""


class Gateway:
    """One gateway of one hub.

    Attributes:
        profile: of the hub.
        folder: what the gateway keeps there.
        site: where it listens.
        enrol_secret: lets a device enrol; in `field.json`.
    """

    def __init__(self, profile: Path, port: int, pack: Pack | None, clock: Clock, limits: Limits | None = None) -> None:
        """
        Args:
            pack: for the names of classes; None: they are called by their codes.

        Raises:
            OutsideError: the profile can not be written.
        """
        self.profile = profile
        self.folder = profile / "field"
        limits = limits or Limits()
        self._clock = CityClock(clock)
        self._pack = pack
        self.enrol_secret = enrol_secret(self.folder)
        self.register = Register(self.folder / "register.db", clock)
        known = self.register.meta("time")
        if known:
            self._clock.city = from_json(known, type=CityTime)
        self.outbox = WaitingForHub.open(self.folder / "outbox.db", self._clock, on_problem=_say)
        self.said: Outbox = WaitingForHub.open(self.folder / "said.db", self._clock, on_problem=_say)
        self._copy = LedgerCopy.open(self.folder / "ledger.db", clock)
        for notice in [*self.outbox.notices, *self.said.notices, *self._copy.notices]:
            _say(notice)
        self._hub = HubSide(profile, self._welcomed, self._follow)
        self._sender = Sender(self.outbox, clock)
        self._said_sender = Sender(self.said, clock)
        self.board = Board(self._clock, self._kind, self._hub.texts)
        self.photos = Photos(self.register, Blobs(profile / "blobs"), limits, clock)
        self._guard = Guard(self.register, self.enrol_secret, limits, clock)
        self._polls = Polls(limits.polls)
        self.codes = Codes(self.register, self.enrol_secret, clock)
        self.api = Api(
            self._guard,
            self.register,
            self.board,
            Intake(self.register, self.outbox, self._clock, self._sender.poke),
            self.photos,
            self._clock,
            self._polls,
            self.codes,
            lambda: self.hub_is_there,
        )
        self.positions = Positions()
        self.live = Live(
            self._guard,
            LetterBox(self.register, self._hub.told, self._clock),
            lambda unit: self.codes.card(unit).name,
            lambda request: self.front.is_own(request),
            clock,
        )
        self.remotes = Remotes(
            self._guard,
            self.register,
            self.codes,
            self._hub.told,
            lambda request: self.front.is_own(request),
            lambda code: self.front.code_url(code),
            self._clock,
            pack,
        )
        self.site = Site(self.app(), port or self._port_of_last_time(), limits)
        self.front: Front = Front(profile, self.site, self.register, limits, clock)
        self._stop = asyncio.Event()
        self._other = asyncio.Event()
        self._follower: Follower | None = None
        self._city = ""

    def app(self) -> web.Application:
        """All addresses: of devices, of the page, and the page itself."""
        page = PageApi(
            Parts(
                guard=self._guard,
                register=self.register,
                board=self.board,
                codes=self.codes,
                letters=self.live.letters,
                live=self.live,
                polls=self._polls,
                said=SaidIntake(self.register, self.said, self._clock, self._said_sender.poke),
                positions=self.positions,
                ways=Ways(self._pack.folder if self._pack is not None else None),
                shown=Shown(self._pack),
                blobs=Blobs(self.profile / "blobs"),
                clock=self._clock,
                case_of=self.api.case_of,
                hub_is_there=lambda: self.hub_is_there,
                code_url=lambda code: self.front.code_url(code),
                stun=lambda: self.front.stun,
            )
        )
        routes = [
            web.get(path, files.handler(path, self._strict))
            for files in (Files(assets_dir() / "field"), Files(assets_dir() / "remote", "/remote/", NO_PERMISSIONS))
            for path in files.paths
        ]
        return self.api.app([*page.routes(), *self.remotes.routes(), web.get("/ca.crt", self._authority), *routes])

    def _strict(self, request: web.Request) -> bool:
        return self.front.strict(request)

    async def _authority(self, request: web.Request) -> web.StreamResponse:
        return await self.front.authority(request)

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Runs until `stop`.

        Args:
            on_ready: called when devices can come.

        Raises:
            UserError: it can not listen.
        """
        tasks: list[asyncio.Task[None]] = []
        try:
            await asyncio.to_thread(self._recall)
            board = asyncio.create_task(self.board.run(), name="board")
            tasks = [
                board,
                asyncio.create_task(self._hub.run(), name="hub"),
                asyncio.create_task(self._sweep(), name="sweep"),
                asyncio.create_task(self._mind_tokens(), name="tokens"),
            ]
            await self.board.settled(SETTLE_SECONDS)
            await self.site.open()
            await self.front.look()
            tasks.append(asyncio.create_task(self.front.keep(self._announce_again), name="page"))
            if not self._announce():
                tasks.append(asyncio.create_task(self._announce_later(), name="note"))
            on_ready()
            stopping = asyncio.create_task(self._until_stopped(), name="stop")
            tasks.append(stopping)
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await self._close(tasks)

    def stop(self) -> None:
        self._stop.set()

    async def _until_stopped(self) -> None:
        await self._stop.wait()

    @property
    def hub_is_there(self) -> bool:
        return self._hub.there

    # -- the hub -----------------------------------------------------------------------------------------------------

    def _recall(self) -> None:
        """The orders as they were known, so that a device finds them while the hub is away."""
        try:
            for _, data in self._copy.all():
                self.board.apply(read_decision(data), data)
        except (BrokenChain, msgspec.MsgspecError):  # it was changed: all of it comes anew from the hub
            self._copy.start_over(self._clock.base)
            self.board.start_over()
        self.api.joined = self.board.state.seq > 0

    @contextlib.asynccontextmanager
    async def _follow(self, client: Client, welcome: asks.Welcome) -> AsyncIterator[None]:
        if self._follower is None or self._city != welcome.city:
            self._city = welcome.city
            self._follower = Follower(
                self._copy, welcome.city, self._clock.base, self._decided, self._other_ledger, _say
            )
        facts = subjects.fact(welcome.city, welcome.world, GATEWAY)
        said = subjects.said(welcome.city, welcome.world, GATEWAY)
        async with (
            self._follower.following(client, GATEWAY, welcome.world),
            self._sender.sending(client, facts),
            self._said_sender.sending(client, said),
            self.positions.sending(client, said),
            self.live.joined(client, welcome.city, welcome.world),
        ):
            watching = asyncio.create_task(self._watch(self._follower), name="caught up")
            try:
                yield
            finally:
                await end(watching)

    async def _watch(self, follower: Follower) -> None:
        """What the ledger says is all there is once it has been read to its end."""
        while True:
            self._other.clear()
            await follower.caught_up.wait()
            self.api.joined = self.api.caught_up = True
            await self._other.wait()

    def _decided(self, told: Told) -> None:
        try:
            for decision, data in told:
                self.board.apply(decision, data)
        except BrokenChain:  # what an earlier run kept is not what was folded
            assert self._follower is not None
            self._follower.distrust()

    def _other_ledger(self) -> None:
        self.api.joined = self.api.caught_up = False
        self._other.set()
        self.board.start_over()

    def _welcomed(self, welcome: asks.Welcome, joined: bool) -> None:
        if joined:
            self.board.words_may_come()
        if welcome.time != self._clock.city:
            self._clock.city = welcome.time
            with contextlib.suppress(CockpitError):  # a full disk: it is asked for again after a restart
                self.register.put_meta("time", msgspec.json.encode(welcome.time).decode())

    def _kind(self, code: str) -> Text:
        return self._pack.kind(code).name if self._pack is not None else {"zh": code}

    # -- its own -------------------------------------------------------------------------------------------------------

    def _port_of_last_time(self) -> int:
        """So that devices find a gateway that was started again; 0 where it is taken."""
        known = self.register.meta("port") or "0"
        return int(known) if known.isdecimal() and can_listen(int(known)) else 0

    def _announce(self) -> bool:
        """Says where it listens; False when the disk is full: devices that know the port of last time need no note."""
        facts = {"url": self.site.url, "enrol": self.enrol_secret, "pid": os.getpid(), "page": self.front.url}
        try:
            write_private(self.profile / NOTE, json.dumps(facts))
            self.register.put_meta("port", str(self.site.port))
        except (OSError, CockpitError):
            return False
        return True

    async def _announce_again(self) -> None:
        while not self._announce():  # noqa: ASYNC110 - a disk tells nobody that it has room again
            await asyncio.sleep(NOTE_SECONDS)

    async def _announce_later(self) -> None:
        log.warning("%s can not be written; it is tried again", NOTE)
        await self._announce_again()
        await self._until_stopped()

    async def _sweep(self) -> None:
        while True:
            with contextlib.suppress(CockpitError, OSError):
                await asyncio.to_thread(self.photos.sweep)
            await asyncio.sleep(SWEEP_SECONDS)

    async def _mind_tokens(self) -> None:
        """Ends what is open of a token that ended; also when another process ended it."""
        seen, looked = -1, self._clock.wall()
        while True:
            with contextlib.suppress(CockpitError):
                changes, now = self.register.changes(), self._clock.wall()
                if changes != seen or not 0 <= now - looked <= EXPIRY:
                    ended = self.register.ended(min(looked, now) - EXPIRY)
                    seen, looked = changes, now
                    self.live.end(ended)
                    self.remotes.end(ended)
                    self._polls.end(ended)
            await asyncio.sleep(TOKEN_SECONDS)

    async def _close(self, tasks: list[asyncio.Task[None]]) -> None:
        self.api.end_polls()
        self.live.close()
        self.remotes.close()
        await self.front.close()
        await self.site.close()
        await end(*tasks)
        await asyncio.to_thread(self.outbox.close)
        await asyncio.to_thread(self.said.close)
        self._copy.close()
        self.register.close()
        with contextlib.suppress(OSError):
            (self.profile / NOTE).unlink()


def _say(problem: Message) -> None:
    log.warning("%s", problem.id)


def serve(profile: Path, port: int, pack: Pack | None, clock: Clock, on_ready: Callable[[Gateway], None]) -> None:
    """Runs a gateway in this process until SIGTERM or SIGINT.

    Raises:
        UserError: a gateway runs on this profile already, or the port is in use.
        OutsideError: the profile can not be written.
    """
    folder = profile / "field"
    lean()
    with writing_to(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = take_lock(folder / "gateway.lock", clock, LOCK_SECONDS)
    if lock is None:
        raise UserError("field.already_runs", folder=str(profile))

    tell_where_it_hangs()
    alive = LoopBeat()

    async def main() -> None:
        gateway = Gateway(profile, port, pack, clock)
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signum, gateway.stop)
        beating = asyncio.create_task(alive.keep(), name="beat")
        try:
            await gateway.run(lambda: on_ready(gateway))
        finally:
            await end(beating)

    try:
        asyncio.run(main())
    finally:
        lock.release()
