"""What the feeds bring, made into the hub's picture: rows taken in together, kept in the cache, taken out when over."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from cockpit.feeds.items import Change, Gone, Readings, Rows
from cockpit.feeds.quarantine import Quarantine
from cockpit.feeds.runner import FeedRunner, FeedState
from cockpit.feeds.sources.base import Received, no_secrets
from cockpit.hub.readings import TOPIC as SENSOR
from cockpit.hub.readings import ReadingsIn
from cockpit.model.batch import Batch, Columns, columns_of_rows
from cockpit.model.city import FeedSpec, Pack
from cockpit.model.clock import SECOND, CityClock, CityTime
from cockpit.model.tables import FEEDS, MEASURED, TABLES, EventState, district_of
from cockpit.model.typed import from_json
from cockpit.model.values import Values
from cockpit.picture.keeping import SlowKeeper
from cockpit.picture.outgoing import Outgoing
from cockpit.picture.picture import Picture
from cockpit.picture.retention import overdue
from cockpit.store.cache import Cache

STATE_SECONDS = 0.5
TIDY_SECONDS = 5.0
AT_ONCE = 32
START_SECONDS = 0.01
"""Between the first connections of feeds, where there are more than `AT_ONCE`."""


class Intake:
    """The feeds of a pack and the picture that they make.

    Attributes:
        picture: as of the last `take_in`.
        quarantine: what was refused.
        taps: called with feed and message, as it was received and before it is read; the tape is one.
        watchers: called with the topic of one of the hub's own tables, and with columns that were put into it (None) or
            keys that were taken out.
        amend: by topic, called with columns that feeds brought before they get into the picture, which it may change.
        notes: called with a name and bytes: what a service of the hub wants to have on the tape (`note`).
    """

    def __init__(
        self,
        pack: Pack,
        base_url: str,
        clock: CityClock,
        cache: Cache,
        hub: str,
        secret: Callable[[str], str] = no_secrets,
        memory: Path | None = None,
    ) -> None:
        """
        Args:
            base_url: address of the city platform, or "" where every feed has one of its own.
            hub: id of the hub's run, for the batches.
            secret: finds a secret of a feed by its name, "" where there is none.
            memory: folder in which sources remember where they were.
        """
        self.picture = Picture()
        self.quarantine = Quarantine()
        self._pack = pack
        self._specs = {spec.id: spec for spec in pack.feeds}
        self._base_url = base_url
        self._secret = secret
        self._memory = memory
        self._city_clock = clock
        self._cache = cache
        self._out = Outgoing(self.picture, hub, clock.base, district_of)
        self._runners: dict[str, FeedRunner] = {}
        self._rows_in: dict[str, list[dict[str, Any]]] = {}
        self._states_in: dict[str, FeedState] = {}
        self._states_told: dict[str, tuple[float, object]] = {}
        self._readings = ReadingsIn(self._out, pack, self.quarantine.add)
        now = clock.mono()
        self._kept = {t: SlowKeeper(self.picture[t], partial(cache.upsert, t), now) for t in MEASURED}
        self._run = ""
        self._since = 0
        self.taps: list[Callable[[FeedSpec, Received], None]] = []
        self.watchers: list[Callable[[str, Columns | None, Sequence[str]], None]] = []
        self.notes: list[Callable[[str, bytes], None]] = []
        self.amend: dict[str, Callable[[Columns], None]] = {}

    def start(self) -> None:
        """Starts a runner a feed."""
        for number, spec in enumerate(self._pack.feeds):
            self._note_state(FeedState(spec.id))
            runner = FeedRunner(
                spec,
                self._base_url,
                self._pack.bounds,
                self._city_clock,
                self._items,
                self._note_state,
                quarantine=self.quarantine,
                tap=self._tap,
                secret=self._secret,
                memory=self._memory,
            )
            self._runners[spec.id] = runner
            self._out.whole("feed", spec.id)
            runner.start(max(number - AT_ONCE, 0) * START_SECONDS)

    def _tap(self, spec: FeedSpec, message: Received) -> None:
        for tap in self.taps:
            tap(spec, message)

    async def stop(self) -> None:
        await asyncio.gather(*(runner.stop() for runner in self._runners.values()))

    def retry(self, feed: str) -> None:
        """Tries one feed, or all of them (""), at once."""
        for name, runner in self._runners.items():
            if feed in ("", name):
                runner.retry_now()

    def runner(self, feed: str) -> FeedRunner | None:
        """The runner of a feed; None where there is no such feed, and before `start`."""
        return self._runners.get(feed)

    @property
    def base_url(self) -> str:
        """Address of the city's platform, "" none."""
        return self._base_url

    def address(self, spec: FeedSpec) -> str:
        """Where a feed comes from."""
        return spec.address(self._base_url)

    def take(self, feed: str, changes: list[Change], received: int) -> None:
        """Changes of a feed that its runner did not hand on: pieces that were read again."""
        self._items(feed, changes, received)

    def flush(self) -> list[Batch | Values]:
        """What changed since the last call."""
        self.take_in()
        for kept in self._kept.values():
            kept.run(self._city_clock.mono())
        return self._out.flush()

    def snapshot(self, topics: tuple[str, ...]) -> Iterator[Batch]:
        """All there is of some topics; between two batches the hub may go on, and what it flushes goes out as well."""
        self.take_in()
        return self._out.snapshots(topics)

    def keep(self) -> None:
        """Brings all that is known into the cache's queue, what is written seldom too."""
        self.take_in()
        for kept in self._kept.values():
            kept.all()

    def _items(self, feed: str, changes: list[Change], received: int) -> None:
        for change in changes:
            if isinstance(change, Rows):
                self._note_rows(feed, change, received)
            elif isinstance(change, Readings):
                self._note_readings(feed, change, received)
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

    def _note_readings(self, feed: str, readings: Readings, received: int) -> None:
        """New values of sensors that are known."""
        spec = self._specs.get(feed)
        owner = (spec.of if spec else "") or feed
        self.take_in()
        now = self._city_clock.now()
        rows = self._readings.take(feed, owner, readings, received, now, self._same_time_since())
        self._kept[SENSOR].changed(rows)

    def _same_time_since(self) -> int:
        """Receive stamp from which on the city's clock has been the one that runs now: what was measured by another
        run of a demo city is neither older nor newer."""
        run = self._city_clock.city.run
        if run != self._run:
            self._run, self._since = run, self._city_clock.wall()
        return self._since

    def put(self, topic: str, rows: list[dict[str, Any]]) -> None:
        """Rows, with every column, that no feed brings: of a table that the hub makes (`HUBS_OWN`), of workers."""
        if rows:
            self.take_in()
            self._put_own(topic, columns_of_rows(TABLES[topic], rows))

    def put_body(self, key: str, body: dict[str, Any], fetched: int) -> None:
        """What is told of a thing when it is asked for, and is not in the picture.

        Args:
            fetched: wall clock.
        """
        self._cache.put_body(key, msgspec.json.encode(body).decode(), fetched)

    def put_columns(self, topic: str, columns: Columns) -> None:
        """`put` of rows that are columns already."""
        if len(columns["key"]):
            self.take_in()
            self._put_own(topic, columns)

    def note(self, name: str, data: bytes) -> None:
        """Has something on the tape that is neither a message of a feed nor an entry of the ledger: an act on an
        alarm, say."""
        for note in self.notes:
            note(name, data)

    def take_out(self, topic: str, keys: list[str]) -> None:
        """Takes rows of the hub's own out."""
        self._gone(topic, keys)
        for watch in self.watchers:
            watch(topic, None, keys)

    def whole(self, topic: str, feed: str) -> None:
        """Says that the picture holds all there is of a table of the hub's own: seats drop what it does not name."""
        self._out.whole(topic, feed)

    def _note_state(self, state: FeedState) -> None:
        """Of what a feed says of itself only the last word counts: at the next `take_in` if anything is wrong or
        well again, else once in `STATE_SECONDS`, since ages are shown in seconds."""
        self._states_in[state.feed] = state

    def take_in(self) -> None:
        """Brings the picture up to what the feeds brought; to be called before it is read or rows are taken out."""
        rows_in, self._rows_in = self._rows_in, {}
        for topic, rows in rows_in.items():
            if rows:
                columns = columns_of_rows(TABLES[topic], rows)
                if topic == SENSOR:
                    self._readings.keep_newer(columns, self._city_clock.now(), self._same_time_since())
                if (amend := self.amend.get(topic)) is not None:
                    amend(columns)
                self._put(topic, columns)
        now = self._city_clock.mono()
        told_now = []
        for state in list(self._states_in.values()):
            at, told = self._states_told.get(state.feed, (-math.inf, None))
            trouble = (state.bad, state.problem, state.retry_us)
            if trouble != told or now - at >= STATE_SECONDS:
                del self._states_in[state.feed]
                self._states_told[state.feed] = (now, trouble)
                told_now.append(state)
        if told_now:
            rows = [row for state in told_now if (row := self._row_of_state(state)) is not None]
            self._put_own("feed", columns_of_rows(FEEDS, rows))

    def _put_own(self, topic: str, columns: Columns) -> None:
        self._put(topic, columns)
        for watch in self.watchers:
            watch(topic, columns, ())

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

    def _row_of_state(self, state: FeedState) -> dict[str, Any] | None:
        spec = self._specs.get(state.feed)
        if spec is None:
            return None
        live = self.picture["feed"]
        row = live.row_of(spec.id)
        # what an earlier run of the hub received is still when this feed last spoke
        before = int(live.row(row)["received"]) if row is not None else 0
        problem = state.problem
        counts = self._readings.counts(spec.id)
        return {
            "key": spec.id,
            "feed": spec.id,
            "name": json.dumps(spec.name, ensure_ascii=False),
            "source": spec.source,
            "format": spec.format,
            "beat": round(spec.beat * SECOND),
            "received": max(state.received, before),
            "good": state.good,
            "bad": state.bad + counts.bad,
            "lag": state.lag,
            "problem": problem.id if problem else "",
            "detail": str(problem.params.get("detail", "")) if problem else "",
            "retry": state.retry_us,
            "system": spec.system,
            "topic": spec.topic,
            "rate": state.rate,
            "expected": spec.expected or 1 / spec.beat,
            "bytes": state.bytes,
            "skew": state.skew,
            "doubled": state.doubled + counts.doubled,
            "disordered": state.disordered + counts.disordered,
            "dropped": state.dropped,
            "unknown": state.unknown + counts.unknown,
            "waiting": state.waiting,
        }

    def recall(self) -> None:
        """The picture of the last run, so that a seat without a cache sees what this hub once saw."""
        for topic in TABLES:
            columns = self._cache.load(topic)
            if columns["key"]:
                self.picture.upsert(topic, columns)
        self.picture.take_changes()
        time = self._cache.meta("time")
        if time:
            self._city_clock.city = from_json(time, type=CityTime)
