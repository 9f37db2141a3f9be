"""Opening archive.db and what lies in it: a file that is damaged is set aside, an encrypted one too."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from cockpit.model.archive import RECORD
from cockpit.model.clock import Clock
from cockpit.model.messages import Message
from cockpit.model.tables import TEXT
from cockpit.store.cipher import Connect
from cockpit.store.files import UNUSABLE, kind_of, set_aside
from cockpit.store.writing import outside

VERSION = 1
"""`user_version` of the file."""
_DAMAGED = ("not a database", "malformed", "disk image")
_SQL = {"f": "REAL", "u": "INTEGER NOT NULL", "i": "INTEGER NOT NULL"}

COLUMNS = ", ".join(f"{c.name} {'TEXT NOT NULL' if c.dtype == TEXT else _SQL[c.dtype[1]]}" for c in RECORD.columns[1:])
# days that lie together, all of them as one piece: what is made of day_columns and goes where one of them changes.
BLOCKS = (
    "CREATE TABLE IF NOT EXISTS block_columns (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, data BLOB NOT NULL)"
)
# rev: transaction in which the row last became another. day_columns: the rows of one day of `reported`, packed.
_TABLES = (
    f"CREATE TABLE IF NOT EXISTS record (key TEXT NOT NULL PRIMARY KEY, {COLUMNS}, rev INTEGER NOT NULL)",
    "CREATE INDEX IF NOT EXISTS record_reported ON record (reported)",
    "CREATE INDEX IF NOT EXISTS record_updated ON record (updated)",
    "CREATE INDEX IF NOT EXISTS record_rev ON record (rev)",
    "CREATE INDEX IF NOT EXISTS record_open ON record (reported) WHERE closed = 0",
    "CREATE TABLE IF NOT EXISTS day_columns (day INTEGER PRIMARY KEY, rev INTEGER NOT NULL, n INTEGER NOT NULL,"
    " size INTEGER NOT NULL, data BLOB NOT NULL)",
    BLOCKS,
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
)


def opened(path: Path, clock: Clock, connect: Connect, wait: float) -> tuple[sqlite3.Connection, list[Message]]:
    """A connection to a file of this version, and what is to be told of it.

    Args:
        wait: seconds that another process' lock is waited for.

    Raises:
        OutsideError: it can not be opened at all.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return _connect(path, connect, wait), []
        except sqlite3.Error as error:
            if not unusable(error):
                raise
            notice = set_aside(path, clock)
            return _connect(path, connect, wait), [Message("archive.aside", {"what": notice})]
    except (OSError, sqlite3.Error) as error:
        raise outside(error, path) from error


def unusable(error: sqlite3.Error) -> bool:
    """Whether the file is damaged, or no such file."""
    return kind_of(error) in UNUSABLE or any(word in str(error) for word in _DAMAGED)


def _connect(path: Path, connect: Connect, wait: float) -> sqlite3.Connection:
    db = connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
    try:
        if connect is sqlite3.connect:  # an encrypted file's pages are as long as its seals
            db.execute("PRAGMA page_size = 8192")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA journal_size_limit = 16000000")
        db.execute("PRAGMA cache_size = -16000")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError(f"version {version}: not a database of ours")
        if version == 0:
            db.execute("BEGIN IMMEDIATE")
            for table in _TABLES:
                db.execute(table)
            db.execute(f"PRAGMA user_version = {VERSION}")
            db.execute("COMMIT")
        else:
            names = tuple(row[1] for row in db.execute("PRAGMA table_info(record)"))
            if names != (*RECORD.names, "rev"):
                raise sqlite3.DatabaseError("not a database of ours")
            db.execute(BLOCKS)
    except BaseException:
        db.close()
        raise
    return db
