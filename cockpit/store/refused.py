"""refused.db: pieces of feeds that were refused, and the messages that they came in, to be read again one day.

Writing never waits: a thread writes what waits together. What can not be written is dropped and said once; the last
pieces are in memory all the same.
"""

from __future__ import annotations

import sqlite3
import threading
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from cockpit.model.clock import MINUTE, Clock
from cockpit.model.messages import Message
from cockpit.store.files import BUSY_SECONDS, UNUSABLE, kind_of, problem_of, set_aside

VERSION = 1
MOST_BYTES = 256 * 1024
"""Of a message that is kept whole."""
MINUTE_BYTES = 4_000_000
"""Of one feed are kept in a minute: a feed of garbage must not fill the disk."""
WAITING_BYTES = 16_000_000
WAITING_ROWS = 5_000
KEEP_ROWS = 10_000
KEEP_BYTES = 64_000_000
GATHER_SECONDS = 0.5
TRIM_EVERY = 500
_TABLES = """
CREATE TABLE piece (id INTEGER PRIMARY KEY, feed TEXT NOT NULL, received INTEGER NOT NULL, reason TEXT NOT NULL,
  sample BLOB NOT NULL, source_id TEXT NOT NULL, message INTEGER NOT NULL);
CREATE TABLE message (id INTEGER PRIMARY KEY, data BLOB NOT NULL, event_type TEXT NOT NULL, source_id TEXT NOT NULL,
  address TEXT NOT NULL);
"""


class Piece(msgspec.Struct, frozen=True):
    """A refused piece.

    Attributes:
        id: unique. feed: whose. received: machine's clock, UTC us. reason: a `Message` as JSON. sample: its head.
        source_id: its id at the source, "" none. message: id of the message it came in, 0: that was not kept.
    """

    id: int
    feed: str
    received: int
    reason: str
    sample: bytes
    source_id: str
    message: int


class Whole(msgspec.Struct, frozen=True):
    """A message as it was received, with what its transport said beside it ("" nothing)."""

    data: bytes
    event_type: str = ""
    source_id: str = ""
    address: str = ""


class RefusedStore:
    """The file. Any thread may use it."""

    def __init__(self, path: Path, clock: Clock, on_problem: Callable[[Message], None]) -> None:
        self._path, self._clock, self._on_problem = path, clock, on_problem
        self._db = self._open()
        self._db_lock = threading.Lock()
        self._condition = threading.Condition()
        self._pieces: list[Piece] = []
        self._wholes: dict[int, Whole] = {}
        self._gone: list[int] = []
        self._at_work: dict[int, Whole] = {}
        self._busy = False
        self._minute: dict[str, tuple[int, int]] = {}
        self._stopping = False
        self._troubled = False
        self._until_trim = 0
        self._thread = threading.Thread(target=self._run, name="refused", daemon=True)
        self._thread.start()

    # -- from any thread ---------------------------------------------------------------------------------------------

    def put(self, piece: Piece, whole: Whole | None) -> None:
        """Keeps a piece; `whole` is the message that its `message` names, where it was not put before. One too large,
        or of a feed that brought too many in this minute, is left out: `whole` says that it is not there."""
        with self._condition:
            self._pieces.append(piece)
            del self._pieces[:-WAITING_ROWS]
            if whole is not None and self._has_room(piece, len(whole.data)):
                self._wholes[piece.message] = whole
            self._condition.notify_all()

    def forget(self, ids: Sequence[int]) -> None:
        """Lets pieces go."""
        with self._condition:
            self._gone += ids
            self._condition.notify_all()

    def last(self, most: int) -> list[Piece]:
        """The newest pieces first."""
        self.flush()
        query = "SELECT id, feed, received, reason, sample, source_id, message FROM piece ORDER BY id DESC LIMIT ?"
        return [Piece(*row) for row in self._read(query, (most,))]

    def whole(self, message: int) -> Whole | None:
        """A message that was kept."""
        with self._condition:
            waiting = self._wholes.get(message) or self._at_work.get(message)
        if waiting is not None:
            return waiting
        rows = self._read("SELECT data, event_type, source_id, address FROM message WHERE id = ?", (message,))
        return Whole(zlib.decompress(rows[0][0]), *rows[0][1:]) if rows else None

    def flush(self, timeout: float = 10.0) -> bool:
        """Waits until what was put is in the file, or could not be."""
        with self._condition:
            return self._condition.wait_for(lambda: not (self._pieces or self._gone or self._busy), timeout)

    def close(self) -> None:
        """Writes what waits and closes."""
        with self._condition:
            self._stopping = True
            self._condition.notify_all()
        self._thread.join()
        with self._db_lock:
            self._db.close()

    def _has_room(self, piece: Piece, size: int) -> bool:
        minute = piece.received // MINUTE
        of, used = self._minute.get(piece.feed, (minute, 0))
        used = (used if of == minute else 0) + size
        waiting = sum(len(one.data) for one in self._wholes.values())
        if size > MOST_BYTES or used > MINUTE_BYTES or waiting + size > WAITING_BYTES:
            return False
        self._minute[piece.feed] = (minute, used)
        return True

    # -- the thread --------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._pieces or self._gone or self._stopping)
                if not self._stopping:
                    self._condition.wait_for(lambda: self._stopping, GATHER_SECONDS)
                pieces, self._pieces = self._pieces, []
                gone, self._gone = self._gone, []
                self._at_work, self._wholes = self._wholes, {}
                self._busy = True
                if self._stopping and not pieces and not gone:
                    self._busy = False
                    return
            problem = self._write(pieces, self._at_work, gone)
            with self._condition:
                self._at_work, self._busy = {}, False
                self._condition.notify_all()
            if problem is not None and not self._troubled:
                self._on_problem(problem)
            self._troubled = problem is not None

    def _write(self, pieces: list[Piece], wholes: dict[int, Whole], gone: list[int]) -> Message | None:
        """Writes all of it; the sentence if the disk refused."""
        with self._db_lock:
            try:
                with self._db:
                    self._db.executemany(
                        "INSERT OR REPLACE INTO piece VALUES (?, ?, ?, ?, ?, ?, ?)",
                        [(p.id, p.feed, p.received, p.reason, p.sample, p.source_id, p.message) for p in pieces],
                    )
                    self._db.executemany(
                        "INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?)",
                        [
                            (i, zlib.compress(w.data, 1), w.event_type, w.source_id, w.address)
                            for i, w in wholes.items()
                        ],
                    )
                    self._db.executemany("DELETE FROM piece WHERE id = ?", [(i,) for i in gone])
                    self._until_trim -= len(pieces)
                    if self._until_trim <= 0:
                        self._until_trim = TRIM_EVERY
                        self._trim()
            except sqlite3.Error as error:
                return problem_of(error, self._path)
        return None

    def _trim(self) -> None:
        """Forgets the oldest pieces and messages, and messages of which no piece is left."""
        self._db.execute(
            "DELETE FROM piece WHERE id <= (SELECT id FROM piece ORDER BY id DESC LIMIT 1 OFFSET ?)", (KEEP_ROWS,)
        )
        self._db.execute("DELETE FROM message WHERE id NOT IN (SELECT message FROM piece)")
        self._db.execute(
            "DELETE FROM message WHERE id IN (SELECT id FROM (SELECT id, SUM(LENGTH(data)) OVER (ORDER BY id DESC) "
            "AS total FROM message) WHERE total > ?)",
            (KEEP_BYTES,),
        )

    def _read(self, query: str, params: tuple[object, ...]) -> list[Any]:
        with self._db_lock:
            try:
                return self._db.execute(query, params).fetchall()
            except sqlite3.Error as error:
                self._on_problem(problem_of(error, self._path))
                return []

    def _open(self) -> sqlite3.Connection:
        """The file; where it is damaged or another version's a new one, where it can not be one in memory."""
        try:
            return _connect(str(self._path))
        except sqlite3.Error as error:
            if kind_of(error) not in UNUSABLE and not isinstance(error, _OtherVersion):
                self._on_problem(problem_of(error, self._path))
                return _connect(":memory:")
        try:
            self._on_problem(set_aside(self._path, self._clock))
            return _connect(str(self._path))
        except (OSError, sqlite3.Error) as error:
            self._on_problem(problem_of(error, self._path))
            return _connect(":memory:")


class _OtherVersion(sqlite3.DatabaseError):
    """The file is of a version that is not ours."""


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
        elif version != VERSION:
            raise _OtherVersion(f"of another version ({version})")
    except BaseException:
        connection.close()
        raise
    return connection
