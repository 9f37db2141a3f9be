"""Opening cache.db whatever state it is in: always with a connection that can be written, and a sentence where it is
not the file that was asked for."""

from __future__ import annotations

import itertools
import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

import msgspec

from cockpit.model.clock import Clock, local
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.store.cipher import Connect
from cockpit.store.schema import SCHEMA_VERSION, prepare

BUSY_SECONDS = 0.3
"""How long another process' lock is waited for."""
_WAL_BYTES = 64_000_000
_WAL_PAGES = 8_000
"""Pages of the log between two checkpoints: each one waits for the disk, which at SQLite's 1,000 halves the rate."""
_CACHE_KB = 8_000
"""Pages that the writer keeps, which it comes to fill: with four times as much nothing is written quicker."""
UNUSABLE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
"""Result codes of a file that is damaged or somebody else's."""
_SUFFIXES = ("", "-wal", "-shm")


class Opened(msgspec.Struct):
    """A cache that can be written.

    Attributes:
        connection: the writer's.
        uri: for readers.
        path: of the file; None when it is kept in memory only.
        notices: what to tell.
        connect: as `sqlite3.connect`, by which it was opened.
    """

    connection: sqlite3.Connection
    uri: str
    path: Path | None
    notices: list[Message]
    connect: Connect = sqlite3.connect


def kind_of(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 when the error is Python's own."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is damaged."""
    return kind_of(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def problem_of(error: BaseException, path: Path | None) -> Message:
    """The sentence for an error of the disk or of SQLite."""
    file = str(path or "")
    if isinstance(error, sqlite3.Error):
        code = kind_of(error)
        if code == sqlite3.SQLITE_FULL:
            return Message("store.disk_full", {"file": file})
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return Message("store.locked", {"file": file})
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            return Message("store.no_permission", {"file": file})
    elif isinstance(error, OSError):
        return Message(
            "store.no_folder", {"folder": str(path.parent if path else ""), "why": os.strerror(error.errno or 0)}
        )
    return Message("store.disk_error", {"file": file, "why": str(error)})


def open_cache(path: Path, clock: Clock, connect: Connect = sqlite3.connect) -> Opened:
    """Opens or makes the file; what is wrong with it ends in a notice and a cache that works all the same.

    Damaged: moved aside, a new one begun. From a newer program: left alone, one of our version beside it. Locked, not
    writable, no space: a copy in memory for this run.
    """
    notices: list[Message] = []
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        theirs = _version(path, connect)
        if theirs > SCHEMA_VERSION:
            beside = path.with_name(f"{path.stem}.v{SCHEMA_VERSION}{path.suffix}")
            params: dict[str, object] = {
                "file": str(path),
                "theirs": theirs,
                "ours": SCHEMA_VERSION,
                "beside": beside.name,
            }
            notices.append(Message("store.from_future", params))
            path = beside
        try:
            return Opened(_connect(path, connect), uri_of(path), path, notices, connect)
        except sqlite3.DatabaseError as error:
            if kind_of(error) not in UNUSABLE:
                raise
            notices.append(set_aside(path, clock))
            return Opened(_connect(path, connect), uri_of(path), path, notices, connect)
    except (OSError, sqlite3.Error) as error:
        notices.append(problem_of(error, path))
        return _in_memory(path, clock, notices, connect)


def set_aside(path: Path, clock: Clock) -> Message:
    """Moves a damaged file out of the way, with its log; answers with the sentence to say.

    Raises:
        OSError: it can not be moved.
    """
    stamp = local(clock.now()).strftime("%Y%m%d-%H%M%S")
    names = (f"{path.name}.corrupt-{stamp}" + (f"-{n}" if n else "") for n in itertools.count())
    aside = next(candidate for candidate in map(path.with_name, names) if not candidate.exists())
    for suffix in _SUFFIXES:
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return Message("store.corrupt", {"file": str(path), "aside": aside.name})


def uri_of(path: Path) -> str:
    return f"file:{quote(str(path))}?mode=ro"


def connect_reader(uri: str, connect: Connect = sqlite3.connect) -> sqlite3.Connection:
    """A connection that only reads.

    Raises:
        sqlite3.Error: it can not be opened.
    """
    connection = connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA query_only = 1")
    if "mode=memory" in uri:
        connection.execute("PRAGMA read_uncommitted = 1")  # a shared cache locks tables otherwise
    return connection


def _connect(path: Path, connect: Connect) -> sqlite3.Connection:
    """The writer's connection to a file of this version, tried for writing."""
    connection = connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_BYTES}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _version(path: Path, connect: Connect) -> int:
    """`user_version` of the file; 0 where there is none or where it does not say."""
    if not path.exists():
        return 0
    try:
        connection = connect_reader(uri_of(path), connect)
    except sqlite3.Error:
        return 0
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.Error:
        return 0
    finally:
        connection.close()


def _in_memory(path: Path, clock: Clock, notices: list[Message], connect: Connect) -> Opened:
    """A cache in memory with what can be read of the file."""
    uri = f"file:cockpit-{new_id(clock)}?mode=memory&cache=shared"
    connection = connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    for source in (uri_of(path), uri_of(path).replace("mode=ro", "immutable=1")):
        try:
            _copy(source, connection, connect)
            prepare(connection)
            break
        except sqlite3.Error:
            connection.close()
            connection = connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    else:
        prepare(connection)
    return Opened(connection, uri, None, notices, connect)


def _copy(source: str, into: sqlite3.Connection, connect: Connect) -> None:
    """Raises sqlite3.Error: it can not be read, or is of another version."""
    reader = connect_reader(source, connect)
    try:
        # asked first: `backup` would wait for a lock for ever
        if reader.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION:
            raise sqlite3.DatabaseError("of another version")
        reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reader.backup(into)
    finally:
        reader.close()
