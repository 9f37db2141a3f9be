"""What waits to be written. Putting never waits: when it grows too long, only the last state of each key is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from cockpit.model.batch import Columns, take
from cockpit.model.tables import TABLES
from cockpit.store.rows import DISTRICT

COALESCE_ROWS = 100_000
"""Waiting rows of a topic from which on only the last state of each key is kept."""
MAX_ROWS = 500_000
"""Waiting rows of all topics at the most; past it the oldest operation of the longest topic is dropped and counted."""


class Upsert(msgspec.Struct, frozen=True):
    """Rows of a topic that came or changed."""

    topic: str
    columns: Columns

    @property
    def rows(self) -> int:
        return len(self.columns["key"])


class Remove(msgspec.Struct, frozen=True):
    """Keys of a topic that left."""

    topic: str
    keys: Sequence[str]

    @property
    def rows(self) -> int:
        return len(self.keys)


Operation = Upsert | Remove


class Work(msgspec.Struct):
    """One transaction's worth.

    Attributes:
        rows: operations on the tables of the picture; of one topic in their order.
        bodies: key to (body, fetched).
        meta: name to value.
        up_to: number of the last thing in it that was put.
    """

    rows: list[Operation] = []
    bodies: dict[str, tuple[str, int]] = {}
    meta: dict[str, str] = {}
    up_to: int = 0

    @property
    def size(self) -> int:
        return sum(op.rows for op in self.rows) + len(self.bodies) + len(self.meta)


class Waiting:
    """The queue itself; its owner holds the lock.

    Attributes:
        bodies, meta: as in `Work`.
        dropped: rows that were never written because too many waited.
        coalesced: how often only the last states were kept.
        put: how many things were put so far.
    """

    def __init__(self) -> None:
        self.bodies: dict[str, tuple[str, int]] = {}
        self.meta: dict[str, str] = {}
        self.dropped = 0
        self.coalesced = 0
        self.put = 0
        self._rows: dict[str, list[Operation]] = {}
        self._counts: dict[str, int] = {}
        self._coalesce_at: dict[str, int] = {}

    def __len__(self) -> int:
        return sum(self._counts.values()) + len(self.bodies) + len(self.meta)

    def add(self, operation: Operation) -> None:
        topic = operation.topic
        self._rows.setdefault(topic, []).append(operation)
        self._counts[topic] = self._counts.get(topic, 0) + operation.rows
        if self._counts[topic] > self._coalesce_at.get(topic, COALESCE_ROWS):
            self._set(topic, coalesce(topic, self._rows[topic]))
            self._coalesce_at[topic] = max(COALESCE_ROWS, 2 * self._counts[topic])
            self.coalesced += 1
        while sum(self._counts.values()) > MAX_ROWS:
            longest = max(self._counts, key=self._counts.__getitem__)
            self.dropped += self._rows[longest][0].rows
            self._set(longest, self._rows[longest][1:])

    def take(self, most: int) -> Work:
        """Up to `most` rows of the picture (at least one operation of each topic) and all the rest."""
        work = Work([], self.bodies, self.meta, self.put)
        self.bodies, self.meta = {}, {}
        room = most
        for topic in list(self._rows):
            operations = self._rows[topic]
            n = 0
            while n < len(operations) and (n == 0 or room > 0):
                room -= operations[n].rows
                n += 1
            work.rows += operations[:n]
            self._set(topic, operations[n:])
        if len(self):
            work.up_to = 0
        return work

    def give_back(self, work: Work) -> None:
        """Puts what could not be written before what came since."""
        by_topic: dict[str, list[Operation]] = {}
        for operation in work.rows:
            by_topic.setdefault(operation.topic, []).append(operation)
        for topic, operations in by_topic.items():
            self._set(topic, operations + self._rows.get(topic, []))
        self.bodies = work.bodies | self.bodies
        self.meta = work.meta | self.meta

    def _set(self, topic: str, operations: list[Operation]) -> None:
        if operations:
            self._rows[topic] = operations
            self._counts[topic] = sum(op.rows for op in operations)
        else:
            self._rows.pop(topic, None)
            self._counts.pop(topic, None)
            self._coalesce_at.pop(topic, None)


def coalesce(topic: str, operations: Iterable[Operation]) -> list[Operation]:
    """The same end with one operation a key: removals, then one upsert."""
    last: dict[str, tuple[Columns, int] | None] = {}
    for operation in operations:
        if isinstance(operation, Upsert):
            last.update((key, (operation.columns, i)) for i, key in enumerate(operation.columns["key"]))
        else:
            last.update(dict.fromkeys(operation.keys))
    picked: dict[int, tuple[Columns, list[int]]] = {}
    for where in last.values():
        if where is not None:
            picked.setdefault(id(where[0]), (where[0], []))[1].append(where[1])
    gone = [key for key, where in last.items() if where is None]
    kept = [Upsert(topic, rows_at(topic, columns, index)) for columns, index in picked.values()]
    return [Remove(topic, gone), *kept] if gone else [*kept]


def pieces(topic: str, columns: Columns, size: int) -> Iterator[Columns]:
    """Columns cut into runs of at most `size` rows."""
    n = len(columns["key"])
    if n <= size:
        yield columns
        return
    names = [name for name in (*TABLES[topic].names, DISTRICT) if name in columns]
    for start in range(0, n, size):
        yield {name: columns[name][start : start + size] for name in names}


def rows_at(topic: str, columns: Columns, index: list[int]) -> Columns:
    """The rows at `index`, `district` among the columns."""
    picked = take(TABLES[topic], columns, index)
    districts = columns.get(DISTRICT)
    picked[DISTRICT] = [districts[i] for i in index] if districts else [""] * len(index)
    return picked
