"""The hub: runs the feeds, holds the picture, publishes it, and answers the seats. No Qt; one a hall."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from nats.aio.client import Client
from nats.errors import Error as NatsError

import cockpit
from cockpit.bus import asks, subjects
from cockpit.bus.asks import PROTOCOL
from cockpit.bus.client import connect
from cockpit.bus.server import NatsServer
from cockpit.bus.users import Keys
from cockpit.feeds.city_time import fetch_clock
from cockpit.feeds.items import Change, Gone, Refused, Rows
from cockpit.feeds.quarantine import KEEP, Kept, Quarantine
from cockpit.feeds.runner import FeedRunner, FeedState
from cockpit.hub.answers import Answers
from cockpit.model.batch import Batch, Columns, columns_of_rows, encode
from cockpit.model.city import Pack
from cockpit.model.clock import SECOND, CityClock, CityTime, Clock
from cockpit.model.errors import CockpitError, OutsideError, UserError
from cockpit.model.ids import new_id
from cockpit.model.messages import Message, language, texts
from cockpit.model.tables import EVERYWHERE, FEEDS, TABLES, EventState, district_of
from cockpit.picture.outgoing import Outgoing
from cockpit.picture.picture import Picture
from cockpit.picture.retention import overdue
from cockpit.processes import take_lock, write_private, writing_to
from cockpit.store.cache import Cache

log = logging.getLogger(__name__)

FLUSH_SECONDS = 0.1
STATE_SECONDS = 0.5
SNAPSHOT_SECONDS = 60.0
LOCK_SECONDS = 3.0
"""How long a hub that is on its way out is waited for."""
TIDY_SECONDS = 5.0
CLOCK_SECONDS = 5.0
FIRST_CLOCK_SECONDS = 0.5
"""Until the platform said how its clock runs: what a feed brings before is read by the machine's time."""


class Hub:
    """One hub of one city.

    Attributes:
        profile: folder with its keys, its memory (hub.db) and the log of the bus.
        pack: the city.
        base_url: address of the city platform, or "" where every feed has one of its own.
        id: of this run.
        city_clock: the city's clock over the machine's.
    """

    def __init__(self, profile: Path, pack: Pack, base_url: str, port: int, clock: Clock) -> None:
        self.profile = profile
        self.pack = pack
        self.base_url = base_url.rstrip("/")
        self.clock = clock
        self.id = new_id(clock)
        self.city_clock = CityClock(clock)
        self.world = subjects.LIVE
        self.picture = Picture()
        self.keys = Keys(profile)
        self.server = NatsServer(profile, port, self.keys.ensure(), clock)
        self.cache = Cache.open(profile / "hub.db", clock, on_problem=_say)
        self.quarantine = Quarantine(self._write_down)
        self._out = Outgoing(self.picture, self.id, clock, district_of)
        self._runners: dict[str, FeedRunner] = {}
        self._client: Client | None = None
        self._lost = asyncio.Event()
        self.answers = Answers(
            self.base_url,
            self.cache,
            self.quarantine,
            welcome=self._welcome,
            snapshot=self._snapshot,
            retry=self._retry,
        )
        self._stop = asyncio.Event()
        self._rows_in: dict[str, list[dict[str, Any]]] = {}
        self._states_in: dict[str, FeedState] = {}
        self._states_told: dict[str, tuple[float, object]] = {}

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Runs until `stop`.

        Args:
            on_ready: called when seats can join.

        Raises:
            CockpitError: the bus could not be started.
        """
        for notice in self.cache.notices:
            _say(notice)
        self._recall()
        self.server.start()
        self._announce()
        try:
            await self._join()
            on_ready()
            for spec in self.pack.feeds:
                self._note_state(FeedState(spec.id))
                runner = FeedRunner(
                    spec,
                    self.base_url,
                    self.pack.bounds,
                    self.city_clock,
                    self._items,
                    self._note_state,
                    quarantine=self.quarantine,
                )
                self._runners[spec.id] = runner
                self._out.whole("feed", spec.id)
                runner.start()
            tasks = [
                asyncio.create_task(self._publish(), name="publish"),
                asyncio.create_task(self._keep_bus(), name="bus"),
                asyncio.create_task(self._keep_time(), name="time"),
                asyncio.create_task(self._snapshots(), name="snapshots"),
                asyncio.create_task(self._tidy(), name="tidy"),
            ]
            stopping = asyncio.create_task(self._stop.wait(), name="stop")
            done, _ = await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
            for task in [*tasks, stopping]:
                task.cancel()
            await asyncio.gather(*tasks, stopping, return_exceptions=True)
            for task in done:
                if task is not stopping and not task.cancelled():
                    task.result()
        finally:
            await self._close()

    def stop(self) -> None:
        self._stop.set()

    # -- what the feeds bring ------------------------------------------------------------------------------------

    def _items(self, feed: str, changes: list[Change], received: int) -> None:
        for change in changes:
            if isinstance(change, Rows):
                self._note_rows(feed, change, received)
            elif isinstance(change, Gone):
                self._gone(change.topic, [f"{feed}/{i}" for i in change.ids])
            else:
                self._only(feed, change.topic, {f"{feed}/{i}" for i in change.ids})

    def _note_rows(self, feed: str, change: Rows, received: int) -> None:
        """Rows wait for the next `_take_in`: a stream brings them one by one, and a hundred cost what one does."""
        rows = self._rows_in.setdefault(change.topic, [])
        for source in change.rows:
            key = f"{feed}/{source['id']}"
            body = source.get("body")
            if body:
                self.cache.put_body(key, msgspec.json.encode(body).decode(), received)
            rows.append({**source, "key": key, "feed": feed, "received": received})

    def _note_state(self, state: FeedState) -> None:
        """Of what a feed says of itself only the last word counts: at the next `_take_in` if anything is wrong or
        well again, else once in `STATE_SECONDS`, since ages are shown in seconds."""
        self._states_in[state.feed] = state

    def _take_in(self) -> None:
        """Brings the picture up to what the feeds brought; to be called before it is read or rows are taken out."""
        rows_in, self._rows_in = self._rows_in, {}
        for topic, rows in rows_in.items():
            if rows:
                self._put(topic, columns_of_rows(TABLES[topic], rows))
        now = self.clock.mono()
        for state in list(self._states_in.values()):
            at, told = self._states_told.get(state.feed, (-math.inf, None))
            trouble = (state.bad, state.problem, state.retry_us)
            if trouble != told or now - at >= STATE_SECONDS:
                del self._states_in[state.feed]
                self._states_told[state.feed] = (now, trouble)
                self._put_state(state)

    def _put(self, topic: str, columns: Columns) -> None:
        self._out.upsert(topic, columns)
        self.cache.upsert(topic, columns)

    def _gone(self, topic: str, keys: list[str]) -> None:
        self._take_in()
        gone = self._out.remove(topic, keys)
        if gone:
            self.cache.remove(topic, gone)

    def _only(self, feed: str, topic: str, keys: set[str]) -> None:
        self._take_in()
        live = self.picture[topic]
        prefix = f"{feed}/"
        # a list of what is open says nothing of what closed: that leaves by its age
        stays = live.numbers("state") == EventState.CLOSED if topic == "event" else np.zeros(len(live), dtype=np.bool_)
        rows = enumerate(live.keys)
        self._gone(topic, [k for i, k in rows if not stays[i] and k.startswith(prefix) and k not in keys])
        self._out.whole(topic, feed)

    async def _tidy(self) -> None:
        """Takes out what is over, whether its source says so or not."""
        while True:
            self._take_in()
            for topic, keys in overdue(self.picture, self.city_clock.now()):
                self._gone(topic, keys)
            await asyncio.sleep(TIDY_SECONDS)

    def _write_down(self, kept: Kept) -> None:
        reason = msgspec.json.encode(kept.refused.reason, enc_hook=str).decode()
        self.cache.put_quarantine(kept.feed, reason, kept.refused.sample, kept.received)

    def _put_state(self, state: FeedState) -> None:
        spec = self.pack.feed(state.feed)
        if spec is None:
            return
        live = self.picture["feed"]
        row = live.row_of(spec.id)
        # what an earlier run of the hub received is still when this feed last spoke
        before = int(live.row(row)["received"]) if row is not None else 0
        problem = state.problem
        columns = columns_of_rows(
            FEEDS,
            [
                {
                    "key": spec.id,
                    "feed": spec.id,
                    "name": json.dumps(spec.name, ensure_ascii=False),
                    "source": spec.source,
                    "format": spec.format,
                    "beat": round(spec.beat * SECOND),
                    "received": max(state.received, before),
                    "good": state.good,
                    "bad": state.bad,
                    "lag": state.lag,
                    "problem": problem.id if problem else "",
                    "detail": str(problem.params.get("detail", "")) if problem else "",
                    "retry": state.retry_us,
                }
            ],
        )
        self._put("feed", columns)

    def _recall(self) -> None:
        """The picture of the last run, so that a seat without a cache sees what this hub once saw."""
        for topic in TABLES:
            columns = self.cache.load(topic)
            if columns["key"]:
                self.picture.upsert(topic, columns)
        self.picture.take_changes()
        for feed, reason, sample, received in reversed(self.cache.quarantine(limit=KEEP)):
            with contextlib.suppress(msgspec.MsgspecError):  # one of a version that wrote it otherwise
                self.quarantine.recall(Kept(feed, received, Refused(msgspec.json.decode(reason, type=Message), sample)))
        time = self.cache.meta("time")
        if time:
            self.city_clock.city = msgspec.json.decode(time, type=CityTime)

    # -- what the seats see --------------------------------------------------------------------------------------

    async def _publish(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            self._take_in()
            for batch in self._out.flush():
                await self._send(subjects.picture(self.pack.id, self.world, batch.district, batch.topic), encode(batch))

    async def _snapshots(self) -> None:
        while True:
            await asyncio.sleep(SNAPSHOT_SECONDS)
            self._take_in()
            # cameras and areas hardly change; they come on request
            for batch in self._out.snapshot(("event", "unit", "sensor", "alert", "feed")):
                await self._send(subjects.picture(self.pack.id, self.world, batch.district, batch.topic), encode(batch))

    async def _send(self, subject: str, data: bytes) -> None:
        if self._client is not None and self._client.is_connected:
            with contextlib.suppress(Exception):  # a bus that is gone is `_keep_bus`' matter; snapshots make up for it
                await self._client.publish(subject, data)

    async def _join(self) -> None:
        self._lost.clear()
        self._client = await connect(self.server.url, self.keys.hub(), "hub", self._lost.set)
        await self._client.subscribe(subjects.ALL_ASKS, cb=self.answers.asked)

    async def _keep_bus(self) -> None:
        """Restarts nats-server when it dies, alone."""
        while True:
            await self._lost.wait()
            log.info("the bus is gone; starting it again")
            self.server.stop()
            try:
                self.server.start()
                await self._join()
                self._announce()
            except (CockpitError, NatsError, OSError) as error:
                log.info("%s", error)
                self._lost.set()
                await asyncio.sleep(1)

    async def _keep_time(self) -> None:
        """Asks the city how its clock runs; another run of a demo city is another story."""
        known = not self.base_url
        while True:
            if self.base_url:
                with contextlib.suppress(OutsideError):  # the feeds say so already
                    await self._set_time(await fetch_clock(self.base_url, self.clock))
                    known = True
            await asyncio.sleep(CLOCK_SECONDS if known else FIRST_CLOCK_SECONDS)

    async def _set_time(self, found: CityTime) -> None:
        if found.run == self.city_clock.city.run:
            return
        self.city_clock.city = found
        self.cache.put_meta("time", msgspec.json.encode(found).decode())
        subject = subjects.picture(self.pack.id, self.world, EVERYWHERE, "time")
        await self._send(subject, msgspec.msgpack.encode(found))
        self._retry("")  # alerts and the like hold by the city's time: read again by the new one

    # -- what the seats ask --------------------------------------------------------------------------------------

    def _welcome(self) -> asks.Welcome:
        return asks.Welcome(
            PROTOCOL, cockpit.__version__, self.id, self.pack.id, self.world, self.city_clock.city, self.clock.now()
        )

    def _snapshot(self, topics: tuple[str, ...]) -> list[Batch]:
        self._take_in()
        return self._out.snapshot(topics)

    def _retry(self, feed: str) -> None:
        """Tries one feed, or all of them (""), at once."""
        for name, runner in self._runners.items():
            if feed in ("", name):
                runner.retry_now()

    def _announce(self) -> None:
        """Tells the seats of this profile where the hub listens."""
        facts = {"url": self.server.url, "pid": os.getpid(), "city": self.pack.id, "profile": str(self.profile)}
        with writing_to(self.profile):
            write_private(self.profile / "hub.json", json.dumps(facts))

    async def _close(self) -> None:
        for runner in self._runners.values():
            await runner.stop()
        await self.answers.close()
        if self._client is not None:
            with contextlib.suppress(Exception):
                await self._client.close()
        self.server.stop()
        self._take_in()
        self.cache.close()
        with contextlib.suppress(OSError):
            (self.profile / "hub.json").unlink()


def _say(problem: Message) -> None:
    """A sentence about the hub's own memory, for whoever reads its log."""
    log.warning("%s", texts(language())(problem))


def serve(profile: Path, pack: Pack, base_url: str, port: int, clock: Clock, on_ready: Callable[[Hub], None]) -> None:
    """Runs a hub in this process until SIGTERM or SIGINT.

    Raises:
        UserError: a hub runs on this profile already, or the port is in use.
        OutsideError: the profile can not be written, or the bus does not start.
    """
    with writing_to(profile):
        profile.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = take_lock(profile / "hub.lock", clock, LOCK_SECONDS)
    if lock is None:
        raise UserError("hub.already_runs", folder=str(profile))

    async def main() -> None:
        hub = Hub(profile, pack, base_url, port, clock)
        loop = asyncio.get_running_loop()
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(signum, hub.stop)
        await hub.run(lambda: on_ready(hub))

    try:
        asyncio.run(main())
    finally:
        lock.release()
