"""outbox.db: what is to be sent, each commit on the disk (synchronous=FULL); what a damaged one still says is saved."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from cockpit.model.clock import DAY, Clock
from cockpit.model.messages import Message
from cockpit.model.outgoing import SETTLED, Row
from cockpit.model.ports.cases import Sending
from cockpit.model.typed import from_json
from cockpit.store.cipher import Connect
from cockpit.store.files import BUSY_SECONDS, UNUSABLE, kind_of, set_aside, uri_of
from cockpit.store.writing import transaction

VERSION = 1
"""`user_version` of the file."""
KEEP = 5_000
"""Settled rows that stay in the file for whoever wants to look, and"""
KEEP_FOR = 7 * DAY
"""so long before the newest of them: they have words of people in them."""
SHOWN = 500
"""Settled rows that are read at the start."""
_WAL_PAGES = 8_000
"""Of the log, at which it is tidied also while somebody waits."""
DAMAGED = Message("store.row_damaged")

_TABLE = """CREATE TABLE outbox (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, lane TEXT NOT NULL, data BLOB NOT NULL, sum BLOB NOT NULL,
    issued INTEGER NOT NULL, valid_until INTEGER NOT NULL, awaits INTEGER NOT NULL, state TEXT NOT NULL,
    decided INTEGER NOT NULL, tried INTEGER NOT NULL, seq INTEGER NOT NULL, problem TEXT NOT NULL
)"""
_COLUMNS = "n, id, lane, data, sum, issued, valid_until, awaits, state, decided, tried, seq, problem"
_PUT = f"INSERT INTO outbox ({_COLUMNS}) VALUES ({', '.join('?' * 13)})"
_UPDATE = "UPDATE outbox SET state = ?, decided = ?, tried = ?, seq = ?, problem = ? WHERE id = ?"
_SETTLED = ", ".join(f"'{state}'" for state in sorted(SETTLED))
_LOAD = f"""SELECT {_COLUMNS} FROM outbox WHERE state NOT IN ({_SETTLED}) OR n > (SELECT max(n) FROM outbox) - {SHOWN}
    ORDER BY n"""
_TRIM = f"""DELETE FROM outbox WHERE state IN ({_SETTLED}) AND (
    n <= (SELECT max(n) FROM outbox) - {KEEP} OR decided < (SELECT max(decided) FROM outbox) - {KEEP_FOR}
)"""


class OutboxFile:
    """The open file, of one thread at a time.

    Attributes:
        path: of the file.
        rows: what was found in it, in order.
        notices: sentences about the state in which it was found.
    """

    def __init__(self, path: Path, clock: Clock, connect: Connect = sqlite3.connect) -> None:
        """
        Raises:
            OSError, sqlite3.Error: it can not be read and written now.
        """
        self.path = path
        self.notices: list[Message] = []
        self._clock = clock
        self._connect = connect
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._db, self.rows = _open(path, connect)
        except sqlite3.DatabaseError as error:
            if kind_of(error) not in UNUSABLE:
                raise
            self.rows = self._anew(list(_salvaged(path, connect)))
        self._inode = os.stat(path).st_ino

    def write(self, new: Iterable[Row], changed: Iterable[Row]) -> None:
        """One transaction, on the disk when this returns.

        Raises:
            sqlite3.Error: nothing of it was written.
        """
        with transaction(self._db) as db:
            db.executemany(_PUT, map(_put_values, new))
            db.executemany(_UPDATE, map(_changed_values, changed))

    @property
    def there(self) -> bool:
        """Whether the file is still the one that was opened: a person may have moved it away."""
        try:
            return os.stat(self.path).st_ino == self._inode
        except OSError:
            return False

    def begin_anew(self, rows: list[Row]) -> None:
        """Goes on in a new file with these rows; the old one is moved aside where there is one.

        Raises:
            OSError, sqlite3.Error: that is not possible now.
        """
        self._db.close()
        self._anew(rows)
        self._inode = os.stat(self.path).st_ino

    def tidy(self) -> None:
        """Brings what the log has into the file, which waits for the disk several times: for when nobody waits."""
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        self._db.close()

    def _anew(self, rows: list[Row]) -> list[Row]:
        aside = ""
        if self.path.exists():
            aside = str(set_aside(self.path, self._clock).params["aside"])
        self._db, _ = _open(self.path, self._connect)
        self.write(rows, ())
        self.notices.append(
            Message("store.outbox_corrupt", {"file": str(self.path), "aside": aside, "n": len(rows)})
            if aside
            else Message("store.outbox_missing", {"file": str(self.path), "n": len(rows)})
        )
        return rows


def _open(path: Path, connect: Connect) -> tuple[sqlite3.Connection, list[Row]]:
    is_new = not path.exists()
    if is_new:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    connection = connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        _prepare(connection)
        rows = [_row(found) for found in connection.execute(_LOAD)]
    except BaseException:
        connection.close()
        raise
    if is_new:
        _sync_folder(path.parent)
    return connection, rows


def _prepare(connection: sqlite3.Connection) -> None:
    """Makes the table in a new file; looks through an old one."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_TABLE)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
        return
    connection.execute("BEGIN IMMEDIATE")
    connection.execute(_TRIM)
    connection.execute("COMMIT")
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok" or version != VERSION:
        error = sqlite3.DatabaseError(found)
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _sync_folder(folder: Path) -> None:
    """The name of a new file is on the disk, too."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _put_values(row: Row) -> tuple[Any, ...]:
    changing = _changed_values(row)[:-1]
    fixed = (row.n, row.id, row.lane, row.data, sha256(row.data).digest(), row.issued, row.valid_until, row.awaits)
    return fixed + changing


def _changed_values(row: Row) -> tuple[Any, ...]:
    problem = "" if row.problem is None else msgspec.json.encode(row.problem, enc_hook=str).decode()
    return str(row.state), row.decided, row.tried, row.seq, problem, row.id


def _row(found: tuple[Any, ...]) -> Row:
    """A row as it was kept; one whose bytes have changed since is parked.

    Raises:
        sqlite3.DatabaseError: it is none of ours.
    """
    n, ident, lane, data, check, issued, valid_until, awaits, state, decided, tried, seq, problem = found
    try:
        said = from_json(problem, type=Message) if problem else None
        row = Row(n, ident, lane, data, issued, valid_until, bool(awaits), Sending(state), decided, bool(tried), 0, seq,
                  said)  # fmt: skip
    except (ValueError, TypeError) as error:
        damage = sqlite3.DatabaseError(str(error))
        damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damage from error
    if row.state not in SETTLED and sha256(row.data).digest() != check:
        row = msgspec.structs.replace(row, state=Sending.PARKED, problem=DAMAGED)
    return row


def _salvaged(path: Path, connect: Connect) -> Iterator[Row]:
    """What can be read of a damaged file, in order: from both ends, and between them one by one."""
    try:
        connection = connect(uri_of(path), uri=True, isolation_level=None)
    except sqlite3.Error:
        return
    try:
        found: dict[int, Row] = {}
        for order in ("ASC", "DESC"):
            with contextlib.suppress(sqlite3.Error):
                for values in connection.execute(f"SELECT {_COLUMNS} FROM outbox NOT INDEXED ORDER BY n {order}"):
                    _keep(found, values)
        for n in range(min(found, default=0) + 1, max(found, default=0)):
            if n not in found:
                with contextlib.suppress(sqlite3.Error):
                    for values in connection.execute(f"SELECT {_COLUMNS} FROM outbox WHERE n = ?", (n,)):
                        _keep(found, values)
        seen: set[str] = set()
        for _, row in sorted(found.items()):
            if row.id not in seen:
                seen.add(row.id)
                yield row
    finally:
        connection.close()


def _keep(found: dict[int, Row], values: tuple[Any, ...]) -> None:
    with contextlib.suppress(sqlite3.Error, TypeError, AttributeError):
        row = _row(values)
        if isinstance(row.id, str) and isinstance(row.lane, str) and isinstance(row.data, bytes):
            found[row.n] = row
