"""As it was: things by their own times, with all that was received later; beside as it was known, in `past`."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from cockpit.feeds.items import Change, Rows
from cockpit.feeds.runner import FeedRunner
from cockpit.feeds.sources.base import Received
from cockpit.hub.then import TapeRunner, Then, received_of
from cockpit.model.city import Pack
from cockpit.model.clock import MINUTE, SECOND, CityClock, CityTime, Clock
from cockpit.model.tables import EventState
from cockpit.model.typed import from_msgpack
from cockpit.tape import Record, TapeReader
from cockpit.tape.record import ENTRY, RAW, SENSOR

LATE = 2 * SECOND
"""City time from what a row says of itself to its receipt; what takes less was on its way only."""
SENSORS_AHEAD = MINUTE
"""So far sensors are read ahead: there are too many of them to be read to the end."""
MOST = 200_000
"""Rows that may wait for their time; past it those that are furthest away are left out, which is said."""
EVER = 2**62
TOGETHER_RECORDS = 64

OWN = {"event": ("updated", "occurred"), "unit": ("fixed",), "sensor": ("measured",), "alert": ("sent",)}
"""Columns that say when a row came about; the first that is not 0 counts."""

Row = dict[str, Any]


def own_time(topic: str, row: Row) -> int:
    """When a row came about, UTC us of the city; 0 where it does not say."""
    return next((int(row[name]) for name in OWN.get(topic, ()) if row[name]), 0)


class Waiting:
    """Rows whose time has not come.

    Attributes:
        left_out: how many did not fit.
    """

    def __init__(self) -> None:
        self.left_out = 0
        self._rows: list[tuple[int, int, str, Row, bool]] = []
        self._count = itertools.count()

    def put(self, topic: str, row: Row) -> None:
        """A row with every column. An event of which only a later state was received began before it: open."""
        if len(self._rows) >= MOST:
            self.left_out += 1
            return
        at = own_time(topic, row)
        if topic == "event" and 0 < row["occurred"] < at:
            before = {**row, "state": int(EventState.OPEN), "updated": row["occurred"]}
            self._push(row["occurred"], topic, before, only_new=True)
        self._push(at, topic, row)

    def _push(self, at: int, topic: str, row: Row, only_new: bool = False) -> None:
        heapq.heappush(self._rows, (at, next(self._count), topic, row, only_new))

    def due(self, now: int) -> Iterator[tuple[str, Row, bool]]:
        """(topic, row, whether it counts only where nothing is known) whose time has come, in its order.

        Args:
            now: UTC us of the city.
        """
        while self._rows and self._rows[0][0] <= now:
            _, _, topic, row, only_new = heapq.heappop(self._rows)
            yield topic, row, only_new


class LateRows:
    """Reads the tape from an instant to its end for what was received late, bit by bit, while what was goes on.

    Attributes:
        whole: whether it came to the end.
    """

    def __init__(
        self, reader: TapeReader, pack: Pack, city: CityTime, base: Clock, since: int, late: Callable[[str, Row], None]
    ) -> None:
        """
        Args:
            pack: with the feeds of then; city: how the city's clock ran then.
            since: instant, UTC us of the hub's wall clock.
            late: is handed topic and row, with every column.
        """
        self.whole = False
        self._base = base
        self._late = late
        self._timely: set[str] = set()
        self._then = Then(base)
        self._clock = CityClock(self._then, city)
        self._runners = {
            spec.id: runner
            for spec in pack.feeds
            if (runner := TapeRunner(spec, "", pack.bounds, self._clock, self._items, lambda state: None)).ready()
        }
        self._records = itertools.chain(
            reader.read(since, since + SENSORS_AHEAD, [SENSOR]), reader.read(since, EVER, [RAW, ENTRY])
        )

    async def run(self, until: float) -> None:
        """Reads on until it is `until` (monotonic), or there is no more."""
        while not self.whole and self._base.mono() < until:
            together = list(itertools.islice(self._records, TOGETHER_RECORDS))
            self.whole = not together
            for feed, messages in _by_feed(together):
                if messages[0].kind == ENTRY:
                    if feed == "time" and self._is_another_story(messages[-1]):
                        return
                elif feed in self._runners:
                    await self._hear(self._runners[feed], list(map(received_of, messages)))

    async def _hear(self, runner: FeedRunner, messages: Sequence[Received]) -> None:
        for message in messages:  # one by one: each is read by the time at which it came
            self._then.at = message.received_us
            await runner.received_many([message])

    def _is_another_story(self, record: Record) -> bool:
        """A demo city that was started anew has other times: what came after says nothing of before."""
        try:
            city = from_msgpack(record.data, type=CityTime)
        except msgspec.MsgspecError:
            return False
        self.whole = city.run != self._clock.city.run
        if not self.whole:
            self._clock.city = city
        return self.whole

    def _items(self, feed: str, changes: list[Change], received: int) -> None:
        now = self._clock.city.at(received)
        for change in changes:
            if isinstance(change, Rows) and change.topic in OWN:
                for row in change.rows:
                    key = f"{feed}/{row['id']}"
                    if self._is_late(change.topic, key, row, now - LATE):
                        self._late(change.topic, {**row, "key": key, "feed": feed, "received": received})

    def _is_late(self, topic: str, key: str, row: Row, since: int) -> bool:
        """Whether a row came about before `since`; an event also where it began before and nobody knew of it."""
        if topic == "event":
            if row["occurred"] >= since:
                self._timely.add(key)
            elif row["occurred"] and key not in self._timely:
                return True
        return 0 < own_time(topic, row) < since


def _by_feed(records: list[Record]) -> Iterator[tuple[str, list[Record]]]:
    for (feed, _), group in itertools.groupby(records, lambda record: (record.feed, record.kind)):
        yield feed, list(group)
