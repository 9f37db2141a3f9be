"""Opening archive.db and what lies in it: a file that is damaged is set aside, with any driver of SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec

from cockpit.model.archive import RECORD
from cockpit.model.clock import Clock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.tables import TEXT
from cockpit.store.files import BUSY_SECONDS, UNUSABLE, kind_of, problem_of, set_aside

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


def plain(path: Path) -> sqlite3.Connection:
    """A connection to a file that is not encrypted."""
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA page_size = 8192")
    except BaseException:
        db.close()
        raise
    return db


class Driver(msgspec.Struct, frozen=True):
    """How a file is connected to.

    Attributes:
        connect: makes a connection in autocommit mode that any thread may use, with its key where it is encrypted.
        error: what the connection raises.
    """

    connect: Callable[[Path], sqlite3.Connection] = plain
    error: type[Exception] = sqlite3.Error


PLAIN = Driver()


def opened(path: Path, clock: Clock, driver: Driver) -> tuple[sqlite3.Connection, list[Message]]:
    """A connection to a file of this version, and what is to be told of it.

    Raises:
        OutsideError: it can not be opened at all.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return _connect(path, driver), []
        except driver.error as error:
            if not unusable(error):
                raise
            notice = set_aside(path, clock)
            return _connect(path, driver), [Message("archive.aside", {"what": notice})]
    except (OSError, driver.error) as error:
        raise outside(error, path) from error


def unusable(error: Exception) -> bool:
    """Whether the file is damaged, or no such file."""
    code = kind_of(error) if isinstance(error, sqlite3.Error) else int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
    return code in UNUSABLE or any(word in str(error) for word in _DAMAGED)


def outside(error: Exception, path: Path) -> OutsideError:
    problem = problem_of(error, path)
    return OutsideError(problem.id, **problem.params)


def _connect(path: Path, driver: Driver) -> sqlite3.Connection:
    db = driver.connect(path)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA journal_size_limit = 16000000")
        db.execute("PRAGMA cache_size = -16000")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            damaged = sqlite3.DatabaseError(f"version {version}: not a database of ours")
            raise damaged if issubclass(sqlite3.DatabaseError, driver.error) else driver.error(str(damaged))
        if version == 0:
            db.execute("BEGIN IMMEDIATE")
            for table in _TABLES:
                db.execute(table)
            db.execute(f"PRAGMA user_version = {VERSION}")
            db.execute("COMMIT")
        else:
            names = tuple(row[1] for row in db.execute("PRAGMA table_info(record)"))
            if names != (*RECORD.names, "rev"):
                raise driver.error("not a database of ours")
            db.execute(BLOCKS)
    except BaseException:
        db.close()
        raise
    return db
