"""cache.db: the last known picture, the bodies that were read, a few values; a seat opens on them at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from cockpit.model.batch import Columns
from cockpit.model.clock import Clock
from cockpit.model.messages import Message
from cockpit.model.tables import TABLES
from cockpit.model.typed import from_json
from cockpit.store import search as words
from cockpit.store.cipher import Connect
from cockpit.store.files import is_damage, open_cache, problem_of
from cockpit.store.queue import Remove, Upsert, pieces
from cockpit.store.readers import Readers
from cockpit.store.rows import columns_from, packed_query
from cockpit.store.transaction import Searchable
from cockpit.store.writer import BATCH_ROWS, Writer

CLOSE_SECONDS = 10.0

_SEARCH = """
SELECT key FROM (
    SELECT e.key, e.occurred FROM event_search s CROSS JOIN event e ON e.rowid = s.rowid
    WHERE event_search MATCH ? AND e.gone <= ? ORDER BY s.rowid DESC LIMIT ?
) ORDER BY occurred DESC"""


class Cache:
    """The cache of one profile. Writing never waits for the disk; reading is for any thread.

    Attributes:
        notices: sentences about the state in which the file was found.
        path: of the file; None when nothing is kept beyond this run.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        searchable: Searchable | None,
        on_problem: Callable[[Message], None],
        connect: Connect = sqlite3.connect,
    ) -> None:
        opened = open_cache(path, clock, connect)
        self.notices = opened.notices
        self.path = opened.path
        self._on_problem = on_problem
        self._readers = Readers(opened.uri, connect)
        self._writer = Writer(opened, clock, searchable, on_problem, self._readers.turn_to)

    @classmethod
    def open(
        cls,
        path: Path,
        clock: Clock,
        *,
        searchable: Searchable | None = None,
        on_problem: Callable[[Message], None] = lambda message: None,
        connect: Connect = sqlite3.connect,
    ) -> Cache:
        """Opens or makes the file; in whatever state it is, there is a cache, and `notices` says what is the matter.

        Args:
            clock: the machine's.
            searchable: (topic, row) to the words by which an event is found, called on the writer's thread; without
                it nothing is indexed.
            on_problem: told later troubles, on the thread that met them.
            connect: opens the file, as `sqlite3.connect`.
        """
        return cls(path, clock, searchable, on_problem, connect)

    # -- writing ---------------------------------------------------------------------------------------------------

    def upsert(self, topic: str, columns: Columns) -> None:
        """Rows that came or changed; `district` may be among the columns. The arrays must not be changed later."""
        if len(columns["key"]):
            for piece in pieces(topic, columns, BATCH_ROWS):
                self._writer.put(Upsert(topic, piece))

    def remove(self, topic: str, keys: Sequence[str]) -> None:
        """Rows that left the picture. Closed events stay to be read (see `row`) until they are trimmed."""
        if keys:
            self._writer.put(Remove(topic, list(keys)))

    def put_body(self, key: str, body: str, fetched: int) -> None:
        """A body as JSON text and when the hub had it (wall clock, UTC us)."""
        self._writer.put_body(key, body, fetched)

    def put_meta(self, name: str, value: str) -> None:
        self._writer.put_meta(name, value)

    def flush(self, timeout: float = CLOSE_SECONDS) -> bool:
        """Waits until all that was handed in is in the file; False when it is not after `timeout` seconds."""
        return self._writer.flush(timeout)

    def close(self, timeout: float = CLOSE_SECONDS) -> bool:
        """Writes what waits and closes; False when something could not be written."""
        done = self._writer.close(timeout)
        self._readers.close()
        return done

    @property
    def counts(self) -> dict[str, int]:
        """Rows `waiting`, `dropped`, `refused`, and times that a long queue was `coalesced`."""
        return self._writer.counts

    # -- reading ---------------------------------------------------------------------------------------------------

    def load(self, topic: str) -> Columns:
        """All rows of the picture as columns, `district` among them; empty columns when they can not be read."""
        return self._columns(topic, "WHERE gone = 0 ORDER BY rowid", ())

    def load_recent(self, topic: str, n: int) -> Columns:
        """The newest `n` rows, newest first; events by when they occurred, others by when they were first kept."""
        return self._columns(topic, "WHERE gone = 0 ORDER BY rowid DESC LIMIT ?", (n,))

    def row(self, topic: str, key: str) -> dict[str, Any] | None:
        """One row, also of an event that closed and left the picture."""
        columns = self._columns(topic, "WHERE key = ?", (key,))
        if not columns["key"]:
            return None
        values = {name: columns[name][0] for name in TABLES[topic].names}
        return {name: value if isinstance(value, str) else value.item() for name, value in values.items()}

    def body(self, key: str) -> tuple[str, int] | None:
        """(JSON text, when the hub had it) of a body that was kept."""
        waiting = self._writer.waiting_body(key)
        rows = [waiting] if waiting else self._read("SELECT body, fetched FROM body WHERE key = ?", (key,))
        return rows[0] if rows else None

    def fields(self, key: str) -> tuple[dict[str, Any], int] | None:
        """As `body`, of an event: what its source said, decoded; None too where the disk has not kept it whole."""
        kept = self.body(key)
        if kept is None:
            return None
        try:
            return from_json(kept[0], type=dict[str, Any]), kept[1]
        except (msgspec.MsgspecError, RecursionError, TypeError):
            return None

    def meta(self, name: str) -> str | None:
        waiting = self._writer.waiting_meta(name)
        rows = [] if waiting is not None else self._read("SELECT value FROM meta WHERE name = ?", (name,))
        return waiting if waiting is not None else rows[0][0] if rows else None

    def search(self, text: str, limit: int = 500, history: bool = False) -> list[str]:
        """Keys of events whose words hold every word of `text`, newest first.

        Args:
            history: closed events that left the picture as well.
        """
        match = words.match(text)
        return [row[0] for row in self._read(_SEARCH, (match, int(history), limit))] if match else []

    def _columns(self, topic: str, where: str, params: tuple[object, ...]) -> Columns:
        table = TABLES[topic]
        rows = self._read(packed_query(table, where), params)
        try:
            return columns_from(table, *(rows[0] if rows else (None, None)))
        except ValueError:  # rows that nobody of this version wrote
            self._writer.replace_damaged()
            return columns_from(table, None, None)

    def _read(self, query: str, params: tuple[object, ...]) -> list[Any]:
        """Rows of a query; none when the file can not be read, which is said and, if it is damaged, mended."""
        try:
            with self._readers.borrow() as connection:
                return connection.execute(query, params).fetchall()
        except sqlite3.Error as error:
            if is_damage(error):
                self._writer.replace_damaged()
            else:
                self._on_problem(problem_of(error, self.path))
            return []
