"""A copy of the ledger: decisions as received, in their order, each linked to the one before. The stream has the truth.

What does not follow on what is there is never written, so a copy is always a beginning of some chain.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from cockpit.model.clock import Clock
from cockpit.model.entries import GENESIS, digest, read_decision
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.store.cipher import Connect
from cockpit.store.files import BUSY_SECONDS, UNUSABLE, kind_of, set_aside
from cockpit.store.writing import outside

VERSION = 1
"""`user_version` of the file."""
PIECE = 500_000
"""Bytes of decisions that are read at a time."""
_WAL_PAGES = 8_000

Row = tuple[int, bytes]
"""(sequence, bytes) of a decision."""

_TABLE = "CREATE TABLE decision (seq INTEGER PRIMARY KEY, cause TEXT NOT NULL UNIQUE, data BLOB NOT NULL)"


class Gap(OutsideError):
    """A decision came whose forerunner is missing; ask for what lies between."""


class OtherChain(OutsideError):
    """A decision came that does not link to what is here: it is of another ledger, or one of the two was changed."""


class LedgerCopy:
    """The file. Any thread may use it; one at a time is in it.

    Attributes:
        path: of the file; None when it is kept in memory only.
        notices: sentences about the state in which it was found.
    """

    def __init__(
        self,
        path: Path | None,
        connection: sqlite3.Connection,
        notices: list[Message],
        full: bool = False,
        connect: Connect = sqlite3.connect,
    ) -> None:
        self._connect = connect
        self.path = path
        self.notices = notices
        self._full = full
        self._db = connection
        self._lock = threading.Lock()
        try:
            row = connection.execute("SELECT seq, data FROM decision ORDER BY seq DESC LIMIT 1").fetchone()
        except sqlite3.Error:
            connection.close()
            raise
        self._last: tuple[int, str] = (row[0], digest(row[1])) if row else (0, GENESIS)

    @classmethod
    def open(cls, path: Path, clock: Clock, *, full: bool = False, connect: Connect = sqlite3.connect) -> LedgerCopy:
        """Opens or makes the file; a damaged one is moved aside, which `notices` says.

        Args:
            full: what is appended survives a power cut (synchronous=FULL), not only the end of the process.
            connect: opens the file, as `sqlite3.connect`.

        Raises:
            OutsideError: it can not be read and written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                return cls(path, _connect(path, full, connect), [], full, connect)
            except sqlite3.DatabaseError as error:
                if kind_of(error) not in UNUSABLE:
                    raise
                notice = set_aside(path, clock)
                return cls(path, _connect(path, full, connect), [notice], full, connect)
        except (OSError, sqlite3.Error) as error:
            raise outside(error, path) from error

    @classmethod
    def in_memory(cls) -> LedgerCopy:
        """A copy of this run only, for a profile that can not be written."""
        return cls(None, _in_memory(), [])

    def close(self) -> None:
        with self._lock:
            self._db.close()

    # -- writing ---------------------------------------------------------------------------------------------------

    def append(self, seq: int, data: bytes) -> None:
        """Adds one decision; see `append_many`."""
        self.append_many([(seq, data)])

    def append_many(self, rows: Sequence[Row]) -> None:
        """Adds decisions, all or none.

        Raises:
            Gap: the first does not follow on the last that is here.
            OtherChain: one does not link to the one before it, or its cause is decided already.
            msgspec.MsgspecError: one is no decision.
            OutsideError: the disk refused.
        """
        with self._lock:
            last = self._last
            found = []
            for seq, data in rows:
                cause, last = _follows(last, seq, data)
                found.append((seq, cause, data))
            try:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.executemany("INSERT INTO decision (seq, cause, data) VALUES (?, ?, ?)", found)
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(error, sqlite3.IntegrityError):
                    raise OtherChain("store.ledger_twice", seq=rows[0][0]) from error
                raise outside(error, self.path) from error
            self._last = last

    def start_over(self, clock: Clock) -> None:
        """Moves the file aside, for one of another chain, and goes on with an empty one; `notices` says so.

        Raises:
            OutsideError: it can not be moved, or no new one be made; this copy is in memory from then on.
        """
        with self._lock:
            self._db.close()
            self._last = (0, GENESIS)
            path, self.path = self.path, None
            self._db = _in_memory()
            if path is None:
                return
            try:
                aside = set_aside(path, clock).params["aside"]
                db = _connect(path, self._full, self._connect)
            except (OSError, sqlite3.Error) as error:
                raise outside(error, path) from error
            self._db.close()
            self._db, self.path = db, path
            self.notices.append(Message("store.ledger_other", {"file": str(path), "aside": aside}))

    # -- reading ---------------------------------------------------------------------------------------------------

    @property
    def last(self) -> tuple[int, str]:
        """Sequence and digest of the last decision; (0, `GENESIS`) of an empty copy."""
        return self._last

    def read(self, after: int, limit_bytes: int = PIECE) -> list[Row]:
        """Decisions behind `after`, in order: as many as fit into so many bytes, one at the least.

        Raises:
            OutsideError: the file can not be read.
        """
        found: list[Row] = []
        size = 0
        with self._lock:
            try:
                query = "SELECT seq, data FROM decision WHERE seq > ? ORDER BY seq"
                for seq, data in self._db.execute(query, (after,)):
                    size += len(data)
                    if found and size > limit_bytes:
                        break
                    found.append((seq, data))
            except sqlite3.Error as error:
                raise outside(error, self.path) from error
        return found

    def by_cause(self, cause: str) -> bytes | None:
        """The decision about a command or fact.

        Raises:
            OutsideError: the file can not be read.
        """
        with self._lock:
            try:
                row = self._db.execute("SELECT data FROM decision WHERE cause = ?", (cause,)).fetchone()
            except sqlite3.Error as error:
                raise outside(error, self.path) from error
        return None if row is None else bytes(row[0])

    def all(self, after: int = 0) -> Iterator[Row]:
        """Every decision behind a sequence, in order, read piece by piece.

        Raises:
            OutsideError: the file can not be read.
        """
        while piece := self.read(after):
            yield from piece
            after = piece[-1][0]


def _follows(last: tuple[int, str], seq: int, data: bytes) -> tuple[str, tuple[int, str]]:
    """The cause of a decision that comes next after `last`, and the new last."""
    if seq != last[0] + 1:
        raise Gap("store.ledger_gap", seq=seq, last=last[0])
    decision = read_decision(data)
    if decision.seq != seq or decision.prev != last[1]:
        raise OtherChain("store.ledger_unlinked", seq=seq)
    return decision.cause, (seq, digest(data))


def _connect(path: Path, full: bool, connect: Connect) -> sqlite3.Connection:
    connection = connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if full else 'NORMAL'}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        return _prepared(connection)
    except BaseException:
        connection.close()
        raise


def _in_memory() -> sqlite3.Connection:
    return _prepared(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))


def _prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Makes the table in a new file; looks at both ends of an old one, where a torn file shows."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version not in (0, VERSION):
        raise _damaged(f"of another version ({version})")
    if version == 0:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_TABLE)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    count, first, last = connection.execute("SELECT count(*), min(seq), max(seq) FROM decision").fetchone()
    if count and (first, last) != (1, count):
        raise _damaged("sequences are missing")
    return connection


def _damaged(why: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(why)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error
