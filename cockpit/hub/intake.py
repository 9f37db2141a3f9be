"""What the feeds bring, made into the hub's picture: rows taken in together, kept in the cache, taken out when over."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from typing import Any

import msgspec
import numpy as np

from cockpit.feeds.items import Change, Gone, Refused, Rows
from cockpit.feeds.quarantine import KEEP, Kept, Quarantine
from cockpit.feeds.runner import FeedRunner, FeedState
from cockpit.model.batch import Batch, Columns, columns_of_rows
from cockpit.model.city import Pack
from cockpit.model.clock import SECOND, CityClock, CityTime
from cockpit.model.messages import Message
from cockpit.model.tables import FEEDS, TABLES, EventState, district_of
from cockpit.picture.outgoing import Outgoing
from cockpit.picture.picture import Picture
from cockpit.picture.retention import overdue
from cockpit.store.cache import Cache

STATE_SECONDS = 0.5
TIDY_SECONDS = 5.0


class Intake:
    """The feeds of a pack and the picture that they make.

    Attributes:
        picture: as of the last `take_in`.
        quarantine: what was refused.
    """

    def __init__(self, pack: Pack, base_url: str, clock: CityClock, cache: Cache, hub: str) -> None:
        """
        Args:
            base_url: address of the city platform, or "" where every feed has one of its own.
            hub: id of the hub's run, for the batches.
        """
        self.picture = Picture()
        self.quarantine = Quarantine(self._write_down)
        self._pack = pack
        self._base_url = base_url
        self._city_clock = clock
        self._cache = cache
        self._out = Outgoing(self.picture, hub, clock.base, district_of)
        self._runners: dict[str, FeedRunner] = {}
        self._rows_in: dict[str, list[dict[str, Any]]] = {}
        self._states_in: dict[str, FeedState] = {}
        self._states_told: dict[str, tuple[float, object]] = {}

    def start(self) -> None:
        """Starts a runner a feed."""
        for spec in self._pack.feeds:
            self._note_state(FeedState(spec.id))
            runner = FeedRunner(
                spec,
                self._base_url,
                self._pack.bounds,
                self._city_clock,
                self._items,
                self._note_state,
                quarantine=self.quarantine,
            )
            self._runners[spec.id] = runner
            self._out.whole("feed", spec.id)
            runner.start()

    async def stop(self) -> None:
        for runner in self._runners.values():
            await runner.stop()

    def retry(self, feed: str) -> None:
        """Tries one feed, or all of them (""), at once."""
        for name, runner in self._runners.items():
            if feed in ("", name):
                runner.retry_now()

    def flush(self) -> list[Batch]:
        """What changed since the last call."""
        self.take_in()
        return list(self._out.flush())

    def snapshot(self, topics: tuple[str, ...]) -> list[Batch]:
        """All there is of some topics."""
        self.take_in()
        return list(self._out.snapshot(topics))

    def _items(self, feed: str, changes: list[Change], received: int) -> None:
        for change in changes:
            if isinstance(change, Rows):
                self._note_rows(feed, change, received)
            elif isinstance(change, Gone):
                self._gone(change.topic, [f"{feed}/{i}" for i in change.ids])
            else:
                self._only(feed, change.topic, {f"{feed}/{i}" for i in change.ids})

    def _note_rows(self, feed: str, change: Rows, received: int) -> None:
        """Rows wait for the next `take_in`: a stream brings them one by one, and a hundred cost what one does."""
        rows = self._rows_in.setdefault(change.topic, [])
        for source in change.rows:
            key = f"{feed}/{source['id']}"
            body = source.get("body")
            if body:
                self._cache.put_body(key, msgspec.json.encode(body).decode(), received)
            rows.append({**source, "key": key, "feed": feed, "received": received})

    def _note_state(self, state: FeedState) -> None:
        """Of what a feed says of itself only the last word counts: at the next `take_in` if anything is wrong or
        well again, else once in `STATE_SECONDS`, since ages are shown in seconds."""
        self._states_in[state.feed] = state

    def take_in(self) -> None:
        """Brings the picture up to what the feeds brought; to be called before it is read or rows are taken out."""
        rows_in, self._rows_in = self._rows_in, {}
        for topic, rows in rows_in.items():
            if rows:
                self._put(topic, columns_of_rows(TABLES[topic], rows))
        now = self._city_clock.mono()
        for state in list(self._states_in.values()):
            at, told = self._states_told.get(state.feed, (-math.inf, None))
            trouble = (state.bad, state.problem, state.retry_us)
            if trouble != told or now - at >= STATE_SECONDS:
                del self._states_in[state.feed]
                self._states_told[state.feed] = (now, trouble)
                self._put_state(state)

    def _put(self, topic: str, columns: Columns) -> None:
        self._out.upsert(topic, columns)
        self._cache.upsert(topic, columns)

    def _gone(self, topic: str, keys: list[str]) -> None:
        self.take_in()
        gone = self._out.remove(topic, keys)
        if gone:
            self._cache.remove(topic, gone)

    def _only(self, feed: str, topic: str, keys: set[str]) -> None:
        self.take_in()
        live = self.picture[topic]
        prefix = f"{feed}/"
        # a list of what is open says nothing of what closed: that leaves by its age
        stays = live.numbers("state") == EventState.CLOSED if topic == "event" else np.zeros(len(live), dtype=np.bool_)
        rows = enumerate(live.keys)
        self._gone(topic, [k for i, k in rows if not stays[i] and k.startswith(prefix) and k not in keys])
        self._out.whole(topic, feed)

    async def tidy(self) -> None:
        """Takes out what is over, whether its source says so or not."""
        while True:
            self.take_in()
            for topic, keys in overdue(self.picture, self._city_clock.now()):
                self._gone(topic, keys)
            await asyncio.sleep(TIDY_SECONDS)

    def _write_down(self, kept: Kept) -> None:
        reason = msgspec.json.encode(kept.refused.reason, enc_hook=str).decode()
        self._cache.put_quarantine(kept.feed, reason, kept.refused.sample, kept.received)

    def _put_state(self, state: FeedState) -> None:
        spec = self._pack.feed(state.feed)
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

    def recall(self) -> None:
        """The picture of the last run, so that a seat without a cache sees what this hub once saw."""
        for topic in TABLES:
            columns = self._cache.load(topic)
            if columns["key"]:
                self.picture.upsert(topic, columns)
        self.picture.take_changes()
        for feed, reason, sample, received in reversed(self._cache.quarantine(limit=KEEP)):
            with contextlib.suppress(msgspec.MsgspecError):  # one of a version that wrote it otherwise
                self.quarantine.recall(Kept(feed, received, Refused(msgspec.json.decode(reason, type=Message), sample)))
        time = self._cache.meta("time")
        if time:
            self._city_clock.city = msgspec.json.decode(time, type=CityTime)
