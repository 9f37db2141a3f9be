"""The picture as it was known at an instant, made from the tape by the formats, checks and intake of the live one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import msgspec
import numpy as np

from cockpit.feeds.sources.base import Received
from cockpit.hub.checkpoint import Checkpoint, Part, find, rows_of
from cockpit.hub.intake import Intake
from cockpit.hub.owntime import OWN, LateRows, Row, Waiting, own_time
from cockpit.hub.then import TOGETHER, Nowhere, TapeRunner, Then, received_of
from cockpit.model.batch import Columns, columns_of_rows
from cockpit.model.city import FeedSpec, Pack
from cockpit.model.clock import SECOND, CityClock, CityTime, Clock
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.model.replay import KNOWN, WAS
from cockpit.model.tables import TABLES
from cockpit.model.typed import from_msgpack
from cockpit.picture.retention import overdue
from cockpit.store.cache import Cache
from cockpit.tape import Record, TapeReader
from cockpit.tape.record import ENTRY, RAW, SENSOR

BEFORE = 5 * SECOND
"""Messages may have been on their way through a format when the checkpoint was made: they are read again."""
LOOK = 64
"""Records between two looks at the clock."""
TIDY = 5 * SECOND
AHEAD_SECONDS = 0.03
"""Of each step, to look for what was received late."""
AGAIN_SECONDS = 0.3
"""A tape that grows is looked at so often."""
EVER = 2**62
KINDS = (SENSOR, RAW, ENTRY)


class PastIntake(Intake):
    """The intake of a picture of then."""

    def __init__(self, pack: Pack, clock: CityClock, hub: str) -> None:
        super().__init__(pack, "", clock, cast(Cache, Nowhere()), hub)
        self._waiting: Waiting | None = None
        self.runners = dict(self._make_runners(pack.feeds))

    def _make_runners(self, feeds: Sequence[FeedSpec]) -> Iterator[tuple[str, TapeRunner]]:
        for spec in feeds:
            runner = TapeRunner(
                spec,
                "",
                self._pack.bounds,
                self._city_clock,
                self._items,
                self._note_state,
                quarantine=self.quarantine,
            )
            if runner.ready():
                yield spec.id, runner

    def load(self, checkpoint: Checkpoint) -> None:
        """Puts a checkpoint's picture in."""
        for record in checkpoint.parts:
            found = rows_of(from_msgpack(record.data, type=Part))
            if found is not None:
                self._out.upsert(*found)

    # -- as it was -------------------------------------------------------------------------------------------------

    def by_own_time(self) -> Waiting:
        """From now on rows count by their own times; what waits for its time is put in the answer."""
        self._waiting = Waiting()
        return self._waiting

    def _put(self, topic: str, columns: Columns) -> None:
        if self._waiting is None or topic not in OWN:
            super()._put(topic, columns)
            return
        now, table = self._city_clock.now(), TABLES[topic]
        good = []
        for row in _rows(columns):
            if own_time(topic, row) > now:
                self._waiting.put(topic, row)
            elif self._is_news(topic, row):
                good.append(row)
        if good:
            super()._put(topic, columns_of_rows(table, good))

    def put_due(self) -> int:
        """Puts in what was waiting for now; how many rows did not fit among those that wait."""
        if self._waiting is None:
            return 0
        for topic, row, only_new in self._waiting.due(self._city_clock.now()):
            known = row["key"] in self.picture[topic]
            if not (known and only_new) and self._is_news(topic, row):
                row = {**row, "received": min(row["received"], self._city_clock.wall())}
                super()._put(topic, columns_of_rows(TABLES[topic], [row]))
        return self._waiting.left_out

    def _is_news(self, topic: str, row: Row) -> bool:
        """Whether nothing younger is known of the same thing, in the same run of the city."""
        known = self.picture[topic].get(row["key"])
        if known is None or known["received"] < self._same_time_since():
            return True
        at = own_time(topic, row)
        return not at or at >= own_time(topic, known)

    def put_own(self, data: bytes) -> None:
        """Rows of the hub's own tables, as it put them in then."""
        found = rows_of(from_msgpack(data, type=Part))
        if found is not None:
            self._put(*found)

    def tidy_once(self) -> None:
        """Takes out what is over."""
        self.take_in()
        for topic, keys in overdue(self.picture, self._city_clock.now()):
            self._gone(topic, keys)


def _rows(columns: Columns) -> Iterator[Row]:
    names = list(columns)
    plain = [values if isinstance(values, list) else np.asarray(values).tolist() for values in columns.values()]
    for row in zip(*plain, strict=True):
        yield dict(zip(names, row, strict=True))


class Past:
    """Goes to instants and on from there. Lives on one event loop.

    Attributes:
        then: the wall clock of the picture; clock: the city's over it.
        intake: of the picture; another one after each `seek`.
        skipped: records that could not be used.
        problem: what a person has to know of this picture.
    """

    def __init__(self, reader: TapeReader, pack: Pack, base: Clock, growing: bool) -> None:
        """
        Args:
            base: the machine's clock.
            growing: whether the tape is still written.
        """
        self.then = Then(base)
        self.clock = CityClock(self.then)
        self.skipped = 0
        self.problem: Message | None = None
        self._reader = reader
        self._base = base
        self._growing = growing
        self._bare = pack
        self.intake = self._new(pack)
        self._records: Iterator[Record] = iter(())
        self._next: Record | None = None
        self._last = -1
        self._from = 0
        self._looked = 0.0
        self._waiting: dict[str, list[Received]] = {}
        self._began = 0
        self._late: LateRows | None = None
        self._tidied = 0

    def _new(self, pack: Pack) -> PastIntake:
        return PastIntake(pack, self.clock, new_id(self._base))

    def seek(self, at: int, mode: str = KNOWN) -> None:
        """Begins at the last checkpoint before; `run` goes on from there."""
        found = find(self._reader, at)
        first = found or find(self._reader, EVER)  # before the first checkpoint its feeds are the best guess
        pack = self._bare
        if first is not None:
            pack = msgspec.structs.replace(pack, feeds=first.head.site.feeds)
            self.clock.city = first.head.city
        self.then.at = found.at if found is not None else self._reader.bounds()[0]
        self._waiting.clear()
        self.intake = self._new(pack)
        if found is not None:
            self.intake.load(found)
        self._late, self.problem = None, None
        if mode == WAS:
            waiting = self.intake.by_own_time()
            self._late = LateRows(self._reader, pack, self.clock.city, self._base, self.then.at, waiting.put)
        self._tidied = self.then.at
        self._last = -1
        self._from = self.then.at - BEFORE if found is not None else 0
        self._records = self._reader.read(self._from, EVER, KINDS)
        self._next = None

    async def run(self, to: int, until: float) -> bool:
        """Takes in what was received up to `to`, UTC us; False when the time (monotonic) was up before."""
        count = 0
        while (record := self._peek()) is not None and record.received <= to:
            self._next = None
            self._last = record.order
            if self._waiting and not self._began <= record.received < self._began + TOGETHER:
                await self._hand_on()
            self.then.at = max(self.then.at, record.received)
            await self._take(record)
            count += 1
            if count % LOOK == 0 and self._base.mono() >= until:
                await self._hand_on()
                self._tidy()
                return False
        await self._hand_on()
        self.then.at = max(self.then.at, to)
        await self._look_ahead(until)
        self._tidy()
        return True

    @property
    def is_whole(self) -> bool:
        """Whether all that the tape has is in this picture; as it was, what was received late comes bit by bit."""
        return self._late is None or self._late.whole

    async def _look_ahead(self, until: float) -> None:
        if self._late is not None:
            await self._late.run(min(until, self._base.mono() + AHEAD_SECONDS))
            n = self.intake.put_due()
            self.problem = Message("tape.left_out", {"n": n}) if n else None

    def _peek(self) -> Record | None:
        if self._next is None:
            self._next = next(self._records, None)
            if self._next is None and self._growing and self._base.mono() - self._looked >= AGAIN_SECONDS:
                self._looked = self._base.mono()
                self._records = self._reader.read(self._from, EVER, KINDS, after=self._last)
                self._next = next(self._records, None)
        return self._next

    async def _take(self, record: Record) -> None:
        if record.kind != ENTRY and record.feed in self.intake.runners:
            if not self._waiting:
                self._began = record.received
            self._waiting.setdefault(record.feed, []).append(received_of(record))
            return
        try:
            if record.feed == "own":
                await self._hand_on()
                self.intake.put_own(record.data)
            elif record.feed == "own.gone":
                await self._hand_on()
                self.intake.take_out(record.event_type, from_msgpack(record.data, type=list[str]))
            elif record.feed == "time":
                await self._hand_on()
                self.clock.city = from_msgpack(record.data, type=CityTime)
        except (msgspec.MsgspecError, ValueError, KeyError):
            self.skipped += 1

    async def _hand_on(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for feed, messages in waiting.items():
            await self.intake.runners[feed].received_many(messages)

    def _tidy(self) -> None:
        if self.then.at - self._tidied >= TIDY:
            self._tidied = self.then.at
            self.intake.tidy_once()
