"""The city's platform as a server: what it says by HTTP, server-sent events and WebSocket.

It has a clock of its own: `city = start + (now - then) * speed`. All times that it says are of that clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from cockpit.city.build import Place
from cockpit.city.faults import SLOW_BY, Faults
from cockpit.city.platform import Platform
from cockpit.city.routes import routes_of
from cockpit.city.rtsp import RtspServer
from cockpit.city.videos import CityVideos
from cockpit.city.workers import Workers
from cockpit.model.city import Pack
from cockpit.model.clock import MINUTE, Clock
from cockpit.model.errors import CockpitError, UserError
from cockpit.packs.rehearsals import Script

HOST = "127.0.0.1"
TICK = 1.0
"""Seconds between two steps of the simulation."""
BEAT = 5.0
"""Seconds between two beats of the event stream."""


class Server:
    """One city on one port of loopback.

    Attributes:
        platform: the running city and its streams.
        port: where it listens.
        rtsp: the server of the cameras' videos by RTSP; None: there is none.
    """

    def __init__(self, platform: Platform, port: int, clock: Clock, rtsp: int = -1) -> None:
        """
        Args:
            port: 0 lets the system choose one.
            rtsp: port on which cameras are seen by RTSP too, 0 as above; -1 none.
        """
        self.platform, self.port = platform, port
        self._clock = clock
        self._videos = CityVideos(platform, clock)
        self.rtsp = RtspServer(self._videos, rtsp) if rtsp >= 0 else None
        self._runner: web.AppRunner | None = None
        self._site: web.TCPSite | None = None
        self._jobs: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Listens.

        Raises:
            UserError: the port is in use or may not be used.
        """
        app = web.Application(middlewares=[self._mishaps], client_max_size=64 * 1024)
        app.add_routes(routes_of(self.platform, self._restart, self._down, self._videos))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        try:
            await self._listen()
            if self.rtsp is not None:
                await self._listen_rtsp(self.rtsp)
        except UserError:
            await self._runner.cleanup()
            raise

    async def _listen_rtsp(self, rtsp: RtspServer) -> None:
        try:
            await rtsp.open(HOST)
        except OSError as error:
            raise UserError("city.port_refused", port=rtsp.port, why=error.strerror or str(error)) from error

    async def run(self) -> None:
        """Steps the city, with its workers where there are any, until it is cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._step())
            if self.platform.script is not None:
                group.create_task(self._fail(self.platform.script))
            if self.platform.workers is not None:
                group.create_task(self.platform.workers.run(lambda: self.platform.city))

    async def _step(self) -> None:
        beat_at = self._clock.mono() + BEAT
        while True:
            await asyncio.sleep(TICK)
            self.platform.step()
            if self._clock.mono() >= beat_at:
                beat_at = self._clock.mono() + BEAT
                self.platform.beat()

    async def _fail(self, script: Script) -> None:
        """The faults of a script, each at its time."""
        began = self.platform.city.start
        for fault in sorted(script.fault, key=lambda fault: fault.at):
            while self.platform.now() < began + round(fault.at * MINUTE):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(TICK)
            self.platform.faults.start(fault.name, fault.seconds)
            if fault.name == "down":
                await self._down(fault.seconds)
            elif fault.name == "sse-drop":
                self.platform.events.dismiss_all()

    async def close(self) -> None:
        for job in list(self._jobs):
            job.cancel()
        self.platform.dismiss_all()
        if self.rtsp is not None:
            await self.rtsp.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _listen(self) -> None:
        assert self._runner is not None
        site = web.TCPSite(self._runner, HOST, self.port)
        try:
            await site.start()
        except OSError as error:
            why = error.strerror or str(error)
            if error.errno == errno.EADDRINUSE:
                raise UserError("city.port_in_use", port=self.port) from error
            raise UserError("city.port_refused", port=self.port, why=why) from error
        self._site = site
        server = site._server  # the only way to the number that the system chose
        assert isinstance(server, asyncio.Server)
        self.port = int(server.sockets[0].getsockname()[1])
        self.platform.base = f"http://{HOST}:{self.port}"

    def _job(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)

    async def _restart(self) -> None:
        """Loses all state: another run, another story, everyone out."""
        self._job(self._reborn())

    async def _reborn(self) -> None:
        city = await asyncio.to_thread(self.platform.another)
        self.platform.begin(city)
        self._cut_all()

    async def _down(self, seconds: float) -> None:
        self._job(self._gone(seconds))

    async def _gone(self, seconds: float) -> None:
        """Stops listening, cuts everyone off, and comes back."""
        if self._site is None:
            return
        site, self._site = self._site, None
        await site.stop()
        self._cut_all()
        if self.rtsp is not None:
            await self.rtsp.close()
        await asyncio.sleep(seconds)
        while self._site is None:
            with contextlib.suppress(UserError):  # someone took the port meanwhile: try again until it is free
                await self._listen()
            if self._site is None:
                await asyncio.sleep(TICK)
        if self.rtsp is not None:
            with contextlib.suppress(UserError):
                await self._listen_rtsp(self.rtsp)

    def _cut_all(self) -> None:
        """Ends every connection, as a process that dies does."""
        self.platform.dismiss_all()
        if self.rtsp is not None:
            self.rtsp.cut()
        if self._runner is not None and self._runner.server is not None:
            for connection in self._runner.server.connections:
                if connection.transport is not None:
                    connection.transport.abort()

    @web.middleware
    async def _mishaps(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Faults that touch every answer, and errors as JSON."""
        if self.platform.faults.on("slow") and request.path != "/fault":
            await asyncio.sleep(SLOW_BY)
        try:
            return await handler(request)
        except web.HTTPException as error:
            return web.json_response({"error": error.reason}, status=error.status)
        except CockpitError as error:
            return web.json_response({"error": str(error)}, status=400)


async def serve(
    pack: Pack,
    port: int,
    seed: int,
    speed: float,
    start_us: int,
    units: int,
    events_per_day: float,
    story: str,
    clock: Clock,
    ready: Callable[[int], None],
    field: Path | None = None,
    willing: bool = False,
    rtsp: int = -1,
    script: Script | None = None,
    past_days: int = 0,
) -> None:
    """Runs a city until it is cancelled.

    Args:
        port: 0 lets the system choose one.
        speed: city seconds a second.
        start_us: city time at the start, UTC microseconds.
        story: `storm` or `calm`.
        ready: called with the port when it listens.
        field: file that says where the gateway is; None: the workers have no devices.
        willing: none of them refuses, is late or never answers.
        rtsp: port for the cameras' videos by RTSP, -1 none.
        script: what is played besides.
        past_days: how many days before its start it tells of.

    Raises:
        UserError: the port is taken, or the pack is damaged.
    """
    place = Place(pack)
    given = (seed, speed, start_us, units, events_per_day, clock, Faults(clock), story, script, past_days)
    platform = Platform(place, *given)
    if field is not None:
        platform.workers = Workers(field, platform.now, platform.faults, clock, willing)
    server = Server(platform, port, clock, rtsp)
    await server.open()
    try:
        ready(server.port)
        await server.run()
    finally:
        await server.close()
