"""The SQL of one transaction of the writer."""

from __future__ import annotations

import itertools
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cockpit.model.clock import DAY
from cockpit.model.tables import TABLES, EventState
from cockpit.store.queue import Operation, Upsert, Work
from cockpit.store.rows import sql_names, sql_rows
from cockpit.store.schema import SEARCHED
from cockpit.store.search import grams
from cockpit.store.writing import transaction

Searchable = Callable[[str, dict[str, Any]], str]
"""(topic, row) to the words by which the row is found."""

KEEP_DAYS = 30
KEEP_CLOSED = 200_000
KEEP_BODIES = 100_000

_SUBTICKS = 2048  # rowids a microsecond: an int64 then lasts until 2112
_LAST_US = (1 << 63) // _SUBTICKS - 1
_AT_ONCE = 500


def write(connection: sqlite3.Connection, work: Work, now: int, searchable: Searchable | None) -> None:
    """Writes all of it or nothing.

    Args:
        now: wall clock, UTC us.

    Raises:
        sqlite3.Error: nothing of it was written.
    """
    with transaction(connection):
        for operation in work.rows:
            apply(connection, operation, now, searchable)
        connection.executemany(
            "INSERT OR REPLACE INTO body (key, body, fetched) VALUES (?, ?, ?)",
            [(key, body, fetched) for key, (body, fetched) in work.bodies.items()],
        )
        connection.executemany("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", work.meta.items())


def apply(connection: sqlite3.Connection, operation: Operation, now: int, searchable: Searchable | None) -> None:
    if not isinstance(operation, Upsert):
        _remove(connection, operation.topic, operation.keys, now)
        return
    rows = list(sql_rows(TABLES[operation.topic], operation.columns, now))
    if operation.topic == SEARCHED:
        _upsert_events(connection, rows, searchable)
    else:
        names = sql_names(TABLES[operation.topic])
        connection.executemany(_upsert_sql(operation.topic, names), rows)


def trim(connection: sqlite3.Connection, now: int, days: int = KEEP_DAYS, closed: int = KEEP_CLOSED) -> None:
    """Forgets closed events past their time or number, and the oldest bodies.

    "Stored", the wall clock of our last writing, decides: a city's clock may run fast.
    """
    with transaction(connection):
        is_closed = f"FROM event WHERE state = {EventState.CLOSED:d}"
        old = connection.execute(f"SELECT rowid {is_closed} AND stored < ?", (now - days * DAY,)).fetchall()
        past = f"SELECT rowid {is_closed} ORDER BY stored DESC, rowid DESC LIMIT -1 OFFSET ?"
        old += connection.execute(past, (closed,)).fetchall()
        _delete_events(connection, sorted({row[0] for row in old}))
        connection.execute(
            "DELETE FROM body WHERE rowid IN (SELECT rowid FROM body ORDER BY fetched DESC LIMIT -1 OFFSET ?)",
            (KEEP_BODIES,),
        )


def _upsert_sql(topic: str, names: Sequence[str]) -> str:
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in ("key", "rowid"))
    marks = ", ".join("?" * len(names))
    columns = ", ".join(f'"{name}"' for name in names)
    return f'INSERT INTO "{topic}" ({columns}) VALUES ({marks}) ON CONFLICT (key) DO UPDATE SET {sets}'


def _upsert_events(connection: sqlite3.Connection, rows: list[tuple[Any, ...]], searchable: Searchable | None) -> None:
    table = TABLES[SEARCHED]
    names = sql_names(table)
    last = {row[0]: row for row in rows}
    known = _known(connection, list(last))
    rowids = _new_rowids(connection, [row for key, row in last.items() if key not in known], names.index("occurred"))
    found: list[tuple[str | None, int]] = []  # (words, rowid) of rows whose words changed
    written = []
    for key, row in last.items():
        rowid, before = known.get(key) or (rowids[key], None)
        words = before
        if searchable is not None:
            words = searchable(SEARCHED, {name: row[i] for i, name in enumerate(names) if i >= 6 or name == "key"})
            if words != before:
                found.append((words, rowid))
        written.append((rowid, *row, words))
    connection.executemany(_upsert_sql(SEARCHED, ("rowid", *names, "searched")), written)
    found.sort(key=lambda pair: pair[1])  # FTS5 writes a segment at every step back
    new = set(rowids.values())
    connection.executemany("DELETE FROM event_search WHERE rowid = ?", [(i,) for _, i in found if i not in new])
    connection.executemany(
        "INSERT INTO event_search (rowid, grams) VALUES (?, ?)", [(i, grams(words or "")) for words, i in found]
    )


def _known(connection: sqlite3.Connection, keys: list[str]) -> dict[str, tuple[int, str | None]]:
    """key to (rowid, searched) of those that are there."""
    known: dict[str, tuple[int, str | None]] = {}
    for some in _chunks(keys):
        marks = ", ".join("?" * len(some))
        for key, rowid, searched in connection.execute(
            f"SELECT key, rowid, searched FROM event WHERE key IN ({marks})", some
        ):
            known[key] = (rowid, searched)
    return known


def _new_rowids(connection: sqlite3.Connection, rows: list[tuple[Any, ...]], occurred: int) -> dict[str, int]:
    """A free rowid for each new event, in the order of time.

    Where many are of one instant the next try is spread wider, at the most over a second before it.
    """
    found: dict[str, int] = {}
    used: set[int] = set()
    left = [(row[0], min(max(row[occurred], 0), _LAST_US) * _SUBTICKS) for row in rows]
    for attempt in itertools.count():
        span = _SUBTICKS << min(2 * attempt, 20)
        wanted: dict[int, tuple[str, int]] = {}
        again = []
        for key, base in left:
            rowid = base + _SUBTICKS - 1 - zlib.crc32(f"{attempt}/{key}".encode()) % span
            if rowid in wanted or rowid in used:
                again.append((key, base))
            else:
                wanted[rowid] = (key, base)
        for some in _chunks(list(wanted)):
            marks = ", ".join("?" * len(some))
            taken = connection.execute(f"SELECT rowid FROM event WHERE rowid IN ({marks})", some).fetchall()
            again += [wanted.pop(row[0]) for row in taken]
        found.update((key, rowid) for rowid, (key, _) in wanted.items())
        used.update(wanted)
        if not again:
            break
        left = again
    return found


def _remove(connection: sqlite3.Connection, topic: str, keys: Sequence[str], now: int) -> None:
    if topic != SEARCHED:
        connection.executemany(f'DELETE FROM "{topic}" WHERE key = ?', [(key,) for key in keys])
        return
    # what closed is kept for reading, and is no part of the picture any more
    connection.executemany(
        f"UPDATE event SET gone = 1, stored = ? WHERE key = ? AND state = {EventState.CLOSED:d}",
        [(now, key) for key in keys],
    )
    open_ones: list[int] = []
    for some in _chunks(list(keys)):
        marks = ", ".join("?" * len(some))
        query = f"SELECT rowid FROM event WHERE key IN ({marks}) AND state <> {EventState.CLOSED:d}"
        open_ones += [row[0] for row in connection.execute(query, some)]
    _delete_events(connection, sorted(open_ones))


def _delete_events(connection: sqlite3.Connection, rowids: list[int]) -> None:
    ones = [(rowid,) for rowid in rowids]
    connection.executemany("DELETE FROM event_search WHERE rowid = ?", ones)
    connection.executemany("DELETE FROM event WHERE rowid = ?", ones)


def _chunks(items: list[Any]) -> Iterable[list[Any]]:
    return (items[i : i + _AT_ONCE] for i in range(0, len(items), _AT_ONCE))
