"""SQLite files that nobody reads without their key: connections of SQLCipher that behave as those of `sqlite3` do.

SQLCipher's module has errors of its own; who keeps a file knows those of `sqlite3` and their codes, so they are raised.
"""

from __future__ import annotations

import importlib.util
import sqlite3
from collections.abc import Callable, Iterator
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any

Connect = Callable[..., sqlite3.Connection]
"""As `sqlite3.connect`."""

KEY_BYTES = 32
PAGE = 16_384
"""Bytes of a page, of every encrypted file: each is a seal of its own, and packed columns take several kB."""
HEADER = b"SQLite format 3\0"
"""With which a file begins that is not encrypted."""
_ROWS = 500
_CODES = (
    ("file is not a database", sqlite3.SQLITE_NOTADB),
    ("file is encrypted or is not a database", sqlite3.SQLITE_NOTADB),
    ("database disk image is malformed", sqlite3.SQLITE_CORRUPT),
    ("database or disk is full", sqlite3.SQLITE_FULL),
    ("database is locked", sqlite3.SQLITE_BUSY),
    ("table is locked", sqlite3.SQLITE_LOCKED),
    ("readonly database", sqlite3.SQLITE_READONLY),
    ("unable to open database", sqlite3.SQLITE_CANTOPEN),
    ("access permission denied", sqlite3.SQLITE_PERM),
    ("disk I/O error", sqlite3.SQLITE_IOERR),
    ("constraint failed", sqlite3.SQLITE_CONSTRAINT),
)
"""The words of SQLite's primary result codes."""


@lru_cache(maxsize=1)
def installed() -> bool:
    """Whether the extra `[secure]` is there."""
    return importlib.util.find_spec("sqlcipher3") is not None


def is_plain(path: Path) -> bool:
    """Whether it is an SQLite file that anybody can read.

    Raises:
        OSError: it can not be read.
    """
    with open(path, "rb") as file:
        return file.read(len(HEADER)) == HEADER


def keyed(key: bytes) -> Connect:
    """Connections to files with this key (256 bits), new ones too."""
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key of {len(key)} bytes")
    raw = raw_of(key)

    def connect(database: str | Path, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = plain_connect(database, **options)
        try:
            connection.execute("PRAGMA cipher_log_level = NONE")  # what is wrong is raised, not written to the terminal
            connection.execute(f'PRAGMA key = "{raw}"')
            connection.execute(f"PRAGMA cipher_page_size = {PAGE}")
        except BaseException:
            connection.close()
            raise
        return connection

    return connect


def raw_of(key: bytes) -> str:
    """As SQLCipher takes a key that is no passphrase: nothing is derived from it when a file is opened."""
    return f"x'{key.hex()}'"


def plain_connect(database: str | Path, **options: Any) -> sqlite3.Connection:
    """A connection of SQLCipher's to a file that is not encrypted yet."""
    connection, _ = _classes()
    try:
        made: sqlite3.Connection = connection(str(database), **options)
    except _module().Error as error:
        raise as_sqlite(error) from error
    return made


def as_sqlite(error: Exception) -> sqlite3.Error:
    """The error of `sqlite3` that says the same."""
    kind = getattr(sqlite3, type(error).__name__, sqlite3.DatabaseError)
    if not (isinstance(kind, type) and issubclass(kind, sqlite3.Error)):
        kind = sqlite3.DatabaseError
    text = str(error)
    found: sqlite3.Error = kind(text)
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        code = next((code for words, code in _CODES if words in text), None)
    if code is None and isinstance(found, sqlite3.OperationalError):
        code = sqlite3.SQLITE_ERROR
    if code is not None:
        found.sqlite_errorcode = code
    return found


def _module() -> Any:
    from sqlcipher3 import dbapi2

    return dbapi2


@lru_cache(maxsize=1)
def _classes() -> tuple[Any, Any]:
    """Connection and cursor, made when they are first needed: who keeps plain files needs no SQLCipher."""
    module = _module()

    def translated(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def call(self: Any, *args: Any, **options: Any) -> Any:
            try:
                return method(self, *args, **options)
            except module.Error as error:
                raise as_sqlite(error) from error

        return call

    def of(base: Any, *names: str) -> dict[str, Any]:
        return {name: translated(getattr(base, name)) for name in names if hasattr(base, name)}

    def rows(self: Any) -> Iterator[Any]:
        while some := self.fetchmany(_ROWS):
            yield from some

    own = of(
        module.Cursor,
        "execute",
        "executemany",
        "executescript",
        "fetchone",
        "fetchmany",
        "fetchall",
        "__next__",
        "close",
    )
    cursor = type("Cursor", (module.Cursor,), own | {"__iter__": rows})

    def make_cursor(self: Any, factory: Any = cursor) -> Any:
        try:
            return module.Connection.cursor(self, factory)
        except module.Error as error:
            raise as_sqlite(error) from error

    on_connection = of(
        module.Connection,
        "execute",
        "executemany",
        "executescript",
        "commit",
        "rollback",
        "close",
        "backup",
        "__exit__",
    )
    return type("Connection", (module.Connection,), on_connection | {"cursor": make_cursor}), cursor
