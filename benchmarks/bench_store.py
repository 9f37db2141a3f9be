"""How quickly the cache takes rows, gives them back and finds them."""

from __future__ import annotations

import atexit
import itertools
import sqlite3
import statistics
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.make_cache import make_cache, make_events, searchable
from benchmarks.registry import Measured, bench
from cockpit.model.batch import Columns
from cockpit.model.clock import SystemClock
from cockpit.model.tables import TABLES, TEXT
from cockpit.store.cache import Cache
from cockpit.store.queue import pieces

ROWS = 100_000
BATCH = 1_000
WORDS = (
    *("井盖", "积水", "电梯", "垃圾", "路灯", "占道", "施工", "噪声", "绿化", "广告", "文三", "学院"),
    *("延安", "公交", "道路", "消防", "树木", "管道", "护栏", "交叉"),
)

mono = SystemClock().mono


@lru_cache(maxsize=1)
def folder() -> Path:
    kept = tempfile.TemporaryDirectory(prefix="bench-store-")
    atexit.register(kept.cleanup)
    return Path(kept.name)


_serial = itertools.count()


def fresh() -> Path:
    return folder() / f"{next(_serial)}.db"


@lru_cache(maxsize=1)
def filled() -> Path:
    """A cache of a hundred thousand events."""
    path = fresh()
    make_cache(path, ROWS)
    return path


@lru_cache(maxsize=1)
def units() -> Columns:
    """Positions, what comes in batches day and night: 100,000 rows with keys of their own."""
    rng = np.random.default_rng(7)
    columns: Columns = {}
    for column in TABLES["unit"].columns:
        if column.dtype == TEXT:
            columns[column.name] = [f"{column.name} {i}" for i in rng.integers(0, 300, ROWS)]
        else:
            columns[column.name] = rng.uniform(0, 200, ROWS).astype(column.dtype)
    columns["key"] = [f"positions/unit-{i:06d}" for i in range(ROWS)]
    return columns


def plain_rows(topic: str, columns: Columns) -> list[tuple[Any, ...]]:
    values = (columns[name] for name in TABLES[topic].names)
    return list(zip(*(v if isinstance(v, list) else v.tolist() for v in values), strict=True))


def by_writer(topic: str, columns: Columns, index: bool) -> float:
    """Rows a second from the first hand-over to the last row in the file."""
    cache = Cache.open(fresh(), SystemClock(), searchable=searchable if index else None)
    batches = list(pieces(topic, columns, BATCH))
    begun = mono()
    for batch in batches:
        cache.upsert(topic, batch)
    if not cache.flush(300):
        raise TimeoutError("not written in 300 s")
    seconds = mono() - begun
    cache.close()
    return ROWS / seconds


def by_executemany(topic: str, columns: Columns) -> float:
    """Plain sqlite3: one executemany and one transaction a batch, WAL, synchronous NORMAL, no index but the key's."""
    names = TABLES[topic].names
    connection = sqlite3.connect(fresh(), isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"CREATE TABLE rows ({names[0]} TEXT PRIMARY KEY, {', '.join(names[1:])})")
    insert = f"INSERT OR REPLACE INTO rows VALUES ({', '.join('?' * len(names))})"
    batches = list(pieces(topic, columns, BATCH))
    begun = mono()
    for batch in batches:
        connection.execute("BEGIN")
        connection.executemany(insert, plain_rows(topic, batch))
        connection.execute("COMMIT")
    seconds = mono() - begun
    connection.close()
    return ROWS / seconds


@bench("store.batch_rows", unit="rows/s", better="higher")
def batch_rows() -> Measured:
    """Unit rows in batches of 1,000."""
    return Measured(by_writer("unit", units(), index=False), "sqlite3.executemany", by_executemany("unit", units()))


@bench("store.event_rows", unit="rows/s", better="higher")
def event_rows() -> Measured:
    """Event rows in batches of 1,000 with their search index, which the peer does not have."""
    events = make_events(ROWS)
    return Measured(by_writer("event", events, index=True), "sqlite3.executemany", by_executemany("event", events))


@bench("store.load_100k", unit="ms", better="lower")
def load_100k() -> Measured:
    """All events as columns; the peer fetches the same values with a plain SELECT and makes columns of them."""
    cache = Cache.open(filled(), SystemClock())
    begun = mono()
    columns = cache.load("event")
    ours = mono() - begun
    cache.close()
    if len(columns["key"]) != ROWS:
        raise ValueError("rows are missing")
    table = TABLES["event"]
    connection = sqlite3.connect(filled())
    begun = mono()
    rows = connection.execute(f"SELECT {', '.join(table.names)} FROM event WHERE gone = 0").fetchall()
    values = dict(zip(table.names, zip(*rows, strict=True), strict=True))
    for column in table.columns:
        if column.dtype != TEXT:
            np.array(values[column.name], dtype=column.dtype)
    peer = mono() - begun
    connection.close()
    return Measured(ours * 1000, "sqlite3.fetchall", peer * 1000)


@bench("search.two_char_100k", unit="ms", better="lower", runs=1)
def two_char_100k() -> Measured:
    """Median over the words and five rounds; at most 500 keys, newest first. The peer scans with LIKE."""
    cache = Cache.open(filled(), SystemClock())
    connection = sqlite3.connect(filled())
    ours, like = [], []
    for word in WORDS * 5:
        begun = mono()
        found = cache.search(word)
        ours.append(mono() - begun)
        begun = mono()
        expected = list(by_like(connection, word))
        like.append(mono() - begun)
        if found != expected:
            raise ValueError(f"{word}: {len(found)} found, {len(expected)} by LIKE")
    connection.close()
    cache.close()
    return Measured(statistics.median(ours) * 1000, "LIKE", statistics.median(like) * 1000)


def by_like(connection: sqlite3.Connection, word: str) -> Iterator[str]:
    query = "SELECT key FROM event WHERE searched LIKE ? AND gone = 0 ORDER BY occurred DESC LIMIT 500"
    return (row[0] for row in connection.execute(query, (f"%{word}%",)))
