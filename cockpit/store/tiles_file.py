"""The file of tiles: its tables, how it is opened, what is forgotten of it."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from cockpit.store.files import BUSY_SECONDS, is_damage, uri_of

LAYOUT = 1
_TABLES = """
CREATE TABLE tile (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL, form INTEGER NOT NULL, z INTEGER NOT NULL, x INTEGER NOT NULL,
    y INTEGER NOT NULL, fetched INTEGER NOT NULL, used INTEGER NOT NULL, kept INTEGER NOT NULL, size INTEGER NOT NULL,
    data BLOB NOT NULL, UNIQUE (source, form, z, x, y)
);
CREATE INDEX tile_used ON tile (kept, used);
CREATE TABLE region (id TEXT PRIMARY KEY, body TEXT NOT NULL);
"""
PUT = """
INSERT INTO tile (source, form, z, x, y, fetched, used, kept, size, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (source, form, z, x, y) DO UPDATE SET fetched = excluded.fetched, used = excluded.used,
    kept = max(kept, excluded.kept), size = excluded.size, data = excluded.data"""


class Damaged(sqlite3.DatabaseError):
    """The file is damaged, as a reader found."""


def layout_of(path: Path) -> int:
    """Of a file that is there; 0 where it does not say."""
    with contextlib.suppress(sqlite3.Error):
        if path.exists():
            with contextlib.closing(sqlite3.connect(uri_of(path), uri=True, timeout=BUSY_SECONDS)) as connection:
                return int(connection.execute("PRAGMA user_version").fetchone()[0])
    return 0


def is_damage_of(error: BaseException) -> bool:
    return isinstance(error, sqlite3.Error) and is_damage(error)


def connect(path: str) -> sqlite3.Connection:
    """The writer's connection to a file of this layout.

    Raises:
        sqlite3.Error: no such file, or of another layout.
    """
    uri = path.startswith("file:")
    connection = sqlite3.connect(path, uri=uri, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA journal_size_limit = 64000000")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != LAYOUT:
            connection.executescript(
                f"BEGIN; DROP TABLE IF EXISTS tile; DROP TABLE IF EXISTS region; {_TABLES}"
                f"PRAGMA user_version = {LAYOUT}; COMMIT;"
            )
        connection.execute("SELECT count(*) FROM region").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def total_of(db: sqlite3.Connection) -> int:
    """Bytes of tiles that belong to no region."""
    try:
        return int(db.execute("SELECT coalesce(sum(size), 0) FROM tile WHERE kept=0").fetchone()[0])
    except sqlite3.Error:
        return 0


def forget_oldest(db: sqlite3.Connection, limit: int) -> int:
    """Drops what was not looked at for the longest time until a tenth of the room is free; the bytes that are left."""
    total = total_of(db)
    if total <= limit:
        return total
    goal = total - limit * 9 // 10
    gone: list[tuple[int]] = []
    for ident, size in db.execute("SELECT id, size FROM tile WHERE kept=0 ORDER BY used, id"):
        if goal <= 0:
            break
        gone.append((ident,))
        goal -= size
        total -= size
    db.executemany("DELETE FROM tile WHERE id=?", gone)
    db.execute("PRAGMA incremental_vacuum(20000)")
    return total
