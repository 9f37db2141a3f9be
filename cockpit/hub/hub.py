"""The hub: runs the feeds, publishes the picture, keeps the ledger, and answers the seats. No Qt; one a hall."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.errors import MaxPayloadError

import cockpit
from cockpit.bus import asks, subjects
from cockpit.bus.asks import PROTOCOL
from cockpit.bus.client import connect
from cockpit.bus.server import NatsServer, Outside
from cockpit.bus.tasks import end
from cockpit.bus.users import Keys
from cockpit.feeds.city_time import fetch_clock
from cockpit.heartbeat import LoopBeat
from cockpit.hub.alarms import AlarmsService
from cockpit.hub.answers import Answers
from cockpit.hub.archive import ArchiveService
from cockpit.hub.briefings import BriefingsService
from cockpit.hub.calls import CallsService
from cockpit.hub.climb import ClimbService
from cockpit.hub.ending import ending
from cockpit.hub.feeds import FeedsService
from cockpit.hub.field import FieldService
from cockpit.hub.gateway import GatewayChild
from cockpit.hub.hearing import Hearing
from cockpit.hub.intake import Intake
from cockpit.hub.joining import JoiningService, outside_of
from cockpit.hub.ledger import LedgerOnBus
from cockpit.hub.letters import LettersService
from cockpit.hub.rehearsals import RehearsalsService
from cockpit.hub.roster import RosterService
from cockpit.hub.seats import SeatsService
from cockpit.hub.service import Service, Setting
from cockpit.hub.signs import SignsService
from cockpit.hub.tape import TapeService
from cockpit.hub.videos import VideosService
from cockpit.hub.wall import WallService
from cockpit.ledger.book import Book
from cockpit.ledger.files import STREAM
from cockpit.model.batch import encode
from cockpit.model.calls import Signal
from cockpit.model.city import Pack
from cockpit.model.clock import CityClock, CityTime, Clock
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message, language, texts
from cockpit.model.tables import EVERYWHERE
from cockpit.model.time_limit import time_limit
from cockpit.picture.units import PictureUnits
from cockpit.processes import give_back, lean, take_lock, write_private, writing_to
from cockpit.secrets import secret_at_hub
from cockpit.store.blobs import Blobs
from cockpit.store.cache import Cache

log = logging.getLogger(__name__)

SERVICES: tuple[Callable[[Setting], Service], ...] = (
    TapeService, FeedsService, SignsService, AlarmsService, LettersService, CallsService,
    FieldService, ClimbService, VideosService, RosterService, WallService, RehearsalsService,
    ArchiveService, BriefingsService,
)  # fmt: skip
"""In the order in which they are started; closed the other way round."""


class Another(msgspec.Struct, frozen=True):
    """A hub of another world than the real one: what it does instead.

    Attributes:
        world: `drill:<id>`. services: in the place of `SERVICES`. outside: where machines of the hall come in.
    """

    world: str
    services: tuple[Callable[[Setting], Service], ...]
    outside: Outside | None = None


FLUSH_SECONDS = 0.1
SNAPSHOT_SECONDS = 60.0
SNAPSHOT_PAUSE = 0.02
"""Between two batches of it: a hundred thousand rows at once would hold up what is new, here and at every seat."""
LEAN_SECONDS = 60.0
LOCK_SECONDS = 3.0
"""How long a hub that is on its way out is waited for."""
CLOCK_SECONDS = 5.0
JOIN_SECONDS = 5.0
FIRST_CLOCK_SECONDS = 0.5
"""Until the platform said how its clock runs: what a feed brings before is read by the machine's time."""
CLOCK_PATIENCE = 3.0
"""How long commands wait for that."""
TOLD_PATIENCE = 60.0
"""How long rules wait for it, which would take every sensor for silent by the clock of another day."""


class Hub:
    """One hub of one city.

    Attributes:
        profile: folder with its keys, its memory (hub.db), the log of the bus, and a folder a city with the ledger.
        pack: the city.
        base_url: address of the city platform, or "" where every feed has one of its own.
        id: of this run.
        city_clock: the city's clock over the machine's.
    """

    def __init__(
        self, profile: Path, pack: Pack, base_url: str, port: int, clock: Clock, another: Another | None = None
    ) -> None:
        self.profile = profile
        self.pack = pack
        self.base_url = base_url.rstrip("/")
        self.clock = clock
        self.id = new_id(clock)
        self.city_clock = CityClock(clock)
        self.world = another.world if another is not None else subjects.LIVE
        self.keys = Keys(profile)
        users = self.keys.all()
        machines, outside = outside_of(profile) if another is None else (None, another.outside)
        roles = {user.name: user.role for user in users}
        folder = ledger_folder(profile, pack.id)
        self.server = NatsServer(profile, port, users, clock, folder / STREAM, outside)
        self.cache = Cache.open(profile / "hub.db", clock, on_problem=_say)
        self.intake = Intake(
            pack,
            self.base_url,
            self.city_clock,
            self.cache,
            self.id,
            secret=lambda name: secret_at_hub(name, profile),
            memory=folder / "feeds",
        )
        self.picture = self.intake.picture
        self.quarantine = self.intake.quarantine
        self._client: Client | None = None
        self._too_large: set[str] = set()
        self._lost = asyncio.Event()
        self._stop = asyncio.Event()
        self._time_known = asyncio.Event()
        self._time_told = asyncio.Event()
        self.book = Book(
            folder,
            profile / "hub.id",
            pack.loop,
            PictureUnits(self.picture, clock),
            self.city_clock,
            on_trouble=lambda: self.ledger.trouble(),
            say=_say,
        )
        self.ledger = LedgerOnBus(
            self.book,
            pack.id,
            self.world,
            roles,
            lambda lost: connect(self.server.url, self.keys.hub(), "hub-ledger", lost),
            self.server.stop,  # `_keep_bus` sees to the rest
            self._until_time_known,
            clock,
        )
        self.answers = Answers(
            self.base_url,
            self.cache,
            self.book,
            Blobs(profile / "blobs"),
            roles,
            welcome=self._welcome,
            snapshot=self.intake.snapshot,
            retry=self.intake.retry,
        )
        self.hearing = Hearing()
        setting = Setting(
            pack, folder, self.city_clock, self.intake, self.book, self.answers, self._publish_to_all, roles,
            time_told=self._until_time_told, profile=profile, signal=self._signal, hearing=self.hearing,
        )  # fmt: skip
        services = another.services if another is not None else SERVICES
        self.services: list[Service] = [make(setting) for make in services]
        if another is None:
            seats = SeatsService(machines, self.keys, self.server, roles, self.answers, self._publish_to_all, clock)
            self.services.append(seats)
            among = (self.keys, self.server, roles, self.answers, pack.id, clock)
            self.services.append(JoiningService(machines, *among, seats.note, setting.between))

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Runs until `stop`.

        Args:
            on_ready: called when seats can join.

        Raises:
            CockpitError: the bus could not be started.
        """
        for notice in self.cache.notices:
            _say(notice)
        self.intake.recall()
        self.server.start()
        try:
            if self.server.given_up:
                return
            await self._join()
            self._announce()
            on_ready()
            self.intake.start()
            tasks = [
                asyncio.create_task(self._publish(), name="publish"),
                asyncio.create_task(self._keep_bus(), name="bus"),
                asyncio.create_task(self._keep_time(), name="time"),
                asyncio.create_task(self._snapshots(), name="snapshots"),
                asyncio.create_task(self.intake.tidy(), name="tidy"),
                asyncio.create_task(self.ledger.keep(), name="ledger"),
                *(asyncio.create_task(_by_itself(service), name=type(service).__name__) for service in self.services),
            ]
            stopping = asyncio.create_task(self._until_stopped(), name="stop")
            done, _ = await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
            await end(*tasks, stopping)
            for task in done:
                if task is not stopping and not task.cancelled():
                    task.result()
        finally:
            await self._close()

    def stop(self) -> None:
        self._stop.set()

    async def _until_stopped(self) -> None:
        await self._stop.wait()

    # -- what the seats see --------------------------------------------------------------------------------------

    async def _publish(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            for batch in self.intake.flush():
                await self._send(subjects.picture(self.pack.id, self.world, batch.district, batch.topic), encode(batch))

    async def _snapshots(self) -> None:
        while True:
            await asyncio.sleep(SNAPSHOT_SECONDS)
            # cameras and areas hardly change; they come on request
            for batch in self.intake.snapshot(("event", "unit", "sensor", "alert", "feed", "alarm")):
                await self._send(subjects.picture(self.pack.id, self.world, batch.district, batch.topic), encode(batch))
                await asyncio.sleep(SNAPSHOT_PAUSE)

    async def _send(self, subject: str, data: bytes) -> None:
        if self._client is not None and self._client.is_connected:
            try:
                await self._client.publish(subject, data)
            except MaxPayloadError:
                if subject not in self._too_large:
                    self._too_large.add(subject)
                    log.warning("%d bytes on %s are more than the bus takes; nobody is told", len(data), subject)
            except Exception:  # a bus that is gone is `_keep_bus`' matter; snapshots make up for it
                pass
            else:
                self._too_large.discard(subject)

    async def _publish_to_all(self, topic: str, data: bytes) -> None:
        await self._send(subjects.picture(self.pack.id, self.world, EVERYWHERE, topic), data)

    async def tell(self, topic: str, data: bytes) -> None:
        """Publishes to all seats."""
        await self._publish_to_all(topic, data)

    async def time_told(self) -> None:
        """Waits until the city has said how its clock runs, or for a minute."""
        await self._until_time_told()

    async def set_time(self, found: CityTime) -> None:
        """Has the city's clock run so from now on; for a hub without a platform."""
        await self._set_time(found)

    async def _signal(self, to: str, signal: Signal) -> None:
        await self._send(subjects.signal(self.pack.id, self.world, "hub", to), msgspec.msgpack.encode(signal))

    async def _join(self) -> None:
        """Signs in and answers from now on: asked by itself, so that the server has the subscription."""
        self._lost = asyncio.Event()  # one a connection: what an earlier one says late is of no concern
        self._client = await connect(self.server.url, self.keys.hub(), "hub", self._lost.set)
        await self._client.subscribe(subjects.ALL_ASKS, cb=self.answers.asked)
        await self._client.subscribe(subjects.signals_to(self.pack.id, self.world, "hub"), cb=self.hearing.signalled)
        await self._client.subscribe(subjects.all_said(self.pack.id, self.world), cb=self.hearing.heard)
        try:
            await self._client.request(subjects.ask("hub", "hello"), b"", timeout=JOIN_SECONDS)
        except (NatsError, TimeoutError) as error:
            raise OutsideError("bus.unreachable", url=self.server.url) from error

    async def _keep_bus(self) -> None:
        """Restarts nats-server when it dies, alone."""
        while True:
            await self._lost.wait()
            log.info("the bus is gone; starting it again")
            await self._leave()
            self.server.stop()
            try:
                self.server.start()
                await self._join()
                self._announce()
            except (CockpitError, NatsError, OSError) as error:
                log.info("%s", error)
                self._lost.set()
                await asyncio.sleep(1)

    async def _leave(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):
                await client.close()

    async def _keep_time(self) -> None:
        """Asks the city how its clock runs; another run of a demo city is another story."""
        known = not self.base_url
        begun = self.clock.mono()
        while True:
            if self.base_url:
                with contextlib.suppress(OutsideError):  # the feeds say so already
                    await self._set_time(await fetch_clock(self.base_url, self.clock))
                    known = True
            if known:
                self._time_known.set()
                self._time_told.set()
                # told anew each time: who was just joining, and had not subscribed yet, would keep a wrong clock
                await self._tell_time()
            waits = known or self.clock.mono() - begun > TOLD_PATIENCE
            await asyncio.sleep(CLOCK_SECONDS if waits else FIRST_CLOCK_SECONDS)

    async def _until_time_known(self) -> None:
        """Nothing is decided by a clock that may be another day's; a platform that is away is not waited for long."""
        with contextlib.suppress(TimeoutError):
            async with time_limit(CLOCK_PATIENCE):
                await self._time_known.wait()
        self._time_known.set()

    async def _until_time_told(self) -> None:
        """For what had better wait than judge by a clock that may be another day's."""
        with contextlib.suppress(TimeoutError):
            async with time_limit(TOLD_PATIENCE):
                await self._time_told.wait()

    async def _set_time(self, found: CityTime) -> None:
        if found.run == self.city_clock.city.run:
            return
        self.city_clock.city = found
        self.cache.put_meta("time", msgspec.json.encode(found).decode())
        await self._tell_time()
        self.intake.retry("")  # alerts and the like hold by the city's time: read again by the new one

    async def _tell_time(self) -> None:
        await self._publish_to_all("time", msgspec.msgpack.encode(self.city_clock.city))

    def _welcome(self) -> asks.Welcome:
        return asks.Welcome(
            PROTOCOL, cockpit.__version__, self.id, self.pack.id, self.world, self.city_clock.city, self.clock.now()
        )

    def _announce(self) -> None:
        """Tells the seats of this profile where the hub listens."""
        facts = {"url": self.server.url, "pid": os.getpid(), "city": self.pack.id, "profile": str(self.profile)}
        with writing_to(self.profile):
            write_private(self.profile / "hub.json", json.dumps(facts))

    async def _close(self) -> None:
        with contextlib.suppress(OSError):
            (self.profile / "hub.json").unlink()
        self.answers.end()
        await self.intake.stop()
        for service in reversed(self.services):
            await service.close()
        await self.answers.close()
        await self.book.close()
        await self._leave()
        self.server.stop()
        self.intake.keep()
        self.cache.close()


async def _by_itself(service: Service) -> None:
    """A service that breaks is said in the log; the hub and the others go on."""
    try:
        await service.run()
    except Exception:
        log.exception("the hub's %s broke", type(service).__name__)
    await asyncio.Event().wait()


def ledger_folder(profile: Path, city: str) -> Path:
    """Where a hub keeps the ledger of a city: the stream, the copy of it, the texts."""
    return profile / city


def _say(problem: Message) -> None:
    """A sentence about the hub's own memory, for whoever reads its log."""
    log.warning("%s", texts(language())(problem))


def serve(profile: Path, pack: Pack, base_url: str, port: int, clock: Clock, on_ready: Callable[[Hub], None]) -> None:
    """Runs a hub in this process until SIGTERM or SIGINT.

    Raises:
        UserError: a hub runs on this profile already, or the port is in use.
        OutsideError: the profile can not be written, or the bus does not start.
    """
    lean()
    with writing_to(profile):
        profile.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = take_lock(profile / "hub.lock", clock, LOCK_SECONDS)
    if lock is None:
        raise UserError("hub.already_runs", folder=str(profile))

    async def main() -> None:
        hub = Hub(profile, pack, base_url, port, clock)
        with ending(asyncio.get_running_loop(), hub.stop, hub.server.give_up):
            await _with_gateway(hub, lambda: on_ready(hub))

    try:
        asyncio.run(main())
    finally:
        lock.release()


async def _giving_back() -> None:
    """Gives back what was freed, again and again: services make tables anew all day long."""
    while True:
        await asyncio.sleep(LEAN_SECONDS)
        await asyncio.to_thread(give_back)


async def _with_gateway(hub: Hub, on_ready: Callable[[], None]) -> None:
    """Runs the hub and, once it can be joined, its gateway; who started it hears that it lives."""
    alive = LoopBeat()
    gateway = GatewayChild(hub.profile, hub.pack.folder, hub.clock)
    keeping: list[asyncio.Task[None]] = []

    def ready() -> None:
        on_ready()
        alive.ready()
        hub.server.waiting = alive.beat
        keeping.append(asyncio.create_task(alive.keep(), name="beat"))
        keeping.append(asyncio.create_task(gateway.keep(), name="gateway"))
        keeping.append(asyncio.create_task(_giving_back(), name="giving back"))

    try:
        await hub.run(ready)
    finally:
        alive.ending()
        await end(*keeping)
        await gateway.stop()
