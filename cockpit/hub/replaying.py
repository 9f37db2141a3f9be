"""The process of a replay: `cockpit replay`, a child of the hub. Told on stdin what to show, it publishes that.

After each step a `ReplayState` goes out on the topic `replay`: what came before it is the picture of that instant.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import stat
import sys
from pathlib import Path

import msgspec
from nats.aio.client import Client

from cockpit.bus import subjects
from cockpit.bus.client import connect
from cockpit.bus.tasks import end as end_task
from cockpit.bus.users import REPLAY, User
from cockpit.hub.past import Past
from cockpit.hub.replays import Begin
from cockpit.model.batch import encode
from cockpit.model.clock import SECOND, Clock, SystemClock
from cockpit.model.errors import UserError
from cockpit.model.replay import ReplayState, ReplaySteer
from cockpit.model.tables import EVERYWHERE, TABLES
from cockpit.model.time_limit import time_limit
from cockpit.model.typed import from_json
from cockpit.packs.read import read_pack
from cockpit.processes import die_with_parent
from cockpit.tape import TapeReader

log = logging.getLogger(__name__)

TOPIC = "replay"
STEP_SECONDS = 0.1
SLICE_SECONDS = 0.05
"""So long it works before it looks what it is told."""
TELL_SECONDS = 0.25
BOUNDS_SECONDS = 1.0
MAX_LINE = 16 * 1024 * 1024


class Playing:
    """One replay. Lives on one event loop.

    Attributes:
        state: as last told.
    """

    def __init__(self, begin: Begin, past: Past, reader: TapeReader, clock: Clock) -> None:
        self.state = ReplayState(begin.id, begin.at, 0, begin.rate, begin.mode, tape=begin.tape)
        self._begin = begin
        self._past = past
        self._reader = reader
        self._clock = clock
        self._goal: int | None = begin.at
        self._again = False
        self._at = begin.at
        self._rate = begin.rate
        self._mode = begin.mode
        self._start = self._end = 0
        self._behind = False
        self._told = 0.0
        self._bounded = -1e9
        self._wake = asyncio.Event()
        self._client: Client | None = None

    def steer(self, order: ReplaySteer) -> None:
        """Takes an order; the next step follows it."""
        if order.rate is not None:
            self._rate = order.rate
        if order.at is not None:
            self._goal = order.at
        if order.mode is not None and order.mode != self._mode:
            self._mode = order.mode
            self._goal = self._at if self._goal is None else self._goal
        self._again |= order.again
        self._wake.set()

    async def run(self) -> None:
        """Plays until it is cancelled or the bus is gone."""
        lost = asyncio.Event()
        begin = self._begin
        client = await connect(begin.url, User(begin.user, begin.password, REPLAY), REPLAY, lost.set)
        try:
            self._client = client
            before = self._clock.mono()
            while not lost.is_set():
                self._look_at_bounds()
                now = self._clock.mono()
                if self._goal is not None:
                    await self._go_there()
                elif self._rate:
                    await self._go_on(now - before)
                before = now
                await self._publish()
                self._wake.clear()
                with contextlib.suppress(TimeoutError):
                    async with time_limit(0 if self._behind else STEP_SECONDS):
                        await self._wake.wait()
        finally:
            await client.close()

    def _look_at_bounds(self) -> None:
        now = self._clock.mono()
        if now - self._bounded >= BOUNDS_SECONDS and (self._begin.growing or not self._end):
            self._bounded = now
            self._start, self._end = self._reader.bounds()

    async def _go_there(self) -> None:
        """To where it is to be shown, by what was known shortly before and what was received since."""
        while self._goal is not None:
            goal, self._goal = min(max(self._goal, self._start), max(self._end, self._start)), None
            self._behind = True
            await self._tell(at=goal)
            self._past.seek(goal, self._mode)
            while self._goal is None and not await self._past.run(goal, self._clock.mono() + SLICE_SECONDS):
                await self._tell_now_and_then(goal)
                await asyncio.sleep(0)
            self._at, self._behind = goal, False

    async def _go_on(self, seconds: float) -> None:
        """As far as it came, no further: an instant is shown when all that was received up to it is in."""
        goal = min(self._at + round(seconds * self._rate * SECOND), max(self._end, self._at))
        done = await self._past.run(goal, self._clock.mono() + SLICE_SECONDS)
        self._at = goal if done else max(self._at, min(self._past.then.at, goal))
        self._behind = not done

    # -- what is published -----------------------------------------------------------------------------------------

    async def _publish(self) -> None:
        sent = 0
        for batch in self._past.intake.flush():
            await self._send(batch.district, batch.topic, encode(batch))
            sent += 1
        if self._again:
            self._again = False
            for whole in self._past.intake.snapshot(tuple(TABLES)):
                await self._send(whole.district, whole.topic, encode(whole))
                sent += 1
        if sent or self._clock.mono() - self._told >= TELL_SECONDS or self._differs():
            await self._tell()

    def _differs(self) -> bool:
        state = self.state
        return (state.rate, state.mode, state.busy) != (self._rate, self._mode, self._behind)

    async def _tell_now_and_then(self, at: int) -> None:
        if self._clock.mono() - self._told >= TELL_SECONDS:
            await self._tell(at=at)

    async def _tell(self, at: int | None = None) -> None:
        """How it stands; while it is on its way, of the instant that it goes to."""
        self._told = self._clock.mono()
        shown = self._at if at is None else at
        city = self._past.clock.city
        self.state = ReplayState(
            self._begin.id,
            shown,
            city.at(shown),
            self._rate,
            self._mode,
            self._start,
            self._end,
            self._behind,
            self._past.problem,
            city.rate,
            self._begin.tape,
        )
        await self._send(EVERYWHERE, TOPIC, msgspec.msgpack.encode(self.state))

    async def _send(self, district: str, topic: str, data: bytes) -> None:
        assert self._client is not None
        world = subjects.replay(self._begin.id)
        await self._client.publish(subjects.picture(self._begin.city, world, district, topic), data)


async def _orders(reader: asyncio.StreamReader, playing: Playing) -> None:
    """Follows what the hub says until it says no more."""
    while line := await reader.readline():
        try:
            playing.steer(from_json(line, type=ReplaySteer))
        except msgspec.MsgspecError as error:
            log.info("an order that is none: %s", error)


async def play(clock: Clock) -> None:
    """Plays what the first line on stdin says, until there are no more lines."""
    reader = asyncio.StreamReader(MAX_LINE)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    try:
        line = await reader.readline()
        if not line:
            return
        begin = from_json(line, type=Begin)
        tape = TapeReader(Path(begin.folder))
        pack = read_pack(begin.pack)
        if begin.feeds:
            pack = msgspec.structs.replace(pack, feeds=begin.feeds)
        past = Past(tape, pack, clock, begin.growing)
        playing = Playing(begin, past, tape, clock)
        running = asyncio.create_task(playing.run(), name="playing")
        listening = asyncio.create_task(_orders(reader, playing), name="orders")
        done, _ = await asyncio.wait([running, listening], return_when=asyncio.FIRST_COMPLETED)
        await end_task(running, listening)
        for task in done:
            task.result()
    finally:
        transport.close()


def main() -> int:
    """The process.

    Raises:
        UserError: it was not started by a hub.
    """
    if not stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        raise UserError("tape.only_hub")
    os.umask(0o077)
    die_with_parent()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("cockpit").setLevel(logging.INFO)
    asyncio.run(play(SystemClock()))
    return 0
