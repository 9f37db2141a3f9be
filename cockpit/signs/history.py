"""signs.db: what every item was, by minute, hour and day. One thread at a time; a file that is damaged is set aside.

A closed bucket of all items is one row first (`slice`): cheap to write, and what sparklines read. Now and then slices
are folded into `chunk`: one item over a long time in one row, which is what a year is read from.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cockpit.model.clock import DAY, HOUR, MINUTE, Clock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.signs.packing import Buckets, joined, none, pack, unpack
from cockpit.signs.reported import Value
from cockpit.store.cipher import Connect
from cockpit.store.files import BUSY_SECONDS, UNUSABLE, kind_of, set_aside, uri_of
from cockpit.store.writing import outside, written

VERSION = 1
GRAIN = {"minute": MINUTE, "hour": HOUR, "day": DAY}
"""Length of a bucket, us; days begin at midnight in Shanghai."""
ZONE = 8 * HOUR
_NUMBER = {"minute": 0, "hour": 1, "day": 2}
_CHUNK = {"minute": DAY, "hour": 32 * DAY, "day": 1024 * DAY}
"""How long a chunk is."""
_FOLD = {"minute": 2 * HOUR, "hour": DAY, "day": 8 * DAY}
"""Slices are folded when so much has come together."""
_SLICES = {"minute": 4 * HOUR, "hour": 60 * HOUR, "day": 110 * DAY}
"""How long slices are kept, folded or not."""
KEEP = {"minute": 3 * DAY, "hour": 800 * DAY, "day": 3660 * DAY}
"""How long the history of an item lasts."""
KEEP_FINE = {"minute": 0, "hour": 32 * DAY, "day": 400 * DAY}
"""And of an item of a community or a cell."""

READER_SECONDS = 10.0
"""How long a reader of another process waits."""
_NEVER = 1 << 62
_TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS item (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, fine INTEGER NOT NULL,
    digits INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS slice (grain INTEGER, start INTEGER, data BLOB NOT NULL, PRIMARY KEY (grain, start));
CREATE TABLE IF NOT EXISTS chunk (item INTEGER, grain INTEGER, start INTEGER, data BLOB NOT NULL,
    PRIMARY KEY (item, grain, start)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reported (code TEXT, area TEXT, at INTEGER, value REAL, source TEXT, target INTEGER,
    accuracy REAL, PRIMARY KEY (code, area, at, target)) WITHOUT ROWID;
"""


def bucket_of(grain: str, at: int) -> int:
    """Start of the bucket that an instant lies in."""
    length = GRAIN[grain]
    zone = ZONE if grain == "day" else 0
    return (at + zone) // length * length - zone


class History:
    """The file.

    Attributes:
        path: of the file.
        first: the oldest bucket that was ever written, UTC us; far ahead before there is one.
        notices: sentences about the state in which it was found.
    """

    def __init__(
        self, path: Path, clock: Clock, connect: Connect = sqlite3.connect, *, only_read: bool = False
    ) -> None:
        """
        Args:
            connect: opens the file, as `sqlite3.connect`.
            only_read: another process writes it: nothing is written, no lock is taken, and nothing is set aside.

        Raises:
            OutsideError: the file can not be opened at all.
        """
        self.path = path
        self.notices: list[Message] = []
        self._lock = threading.RLock()  # `forget_after` and the like read while they write
        try:
            if only_read:
                self._db = _reader(path, connect)
                self._begin()
                return
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._db = _connect(path, connect)
            except sqlite3.DatabaseError as error:
                if kind_of(error) not in UNUSABLE:
                    raise
                self.notices.append(Message("signdef.history_aside", {"what": set_aside(path, clock)}))
                self._db = _connect(path, connect)
        except (OSError, sqlite3.Error) as error:
            raise outside(error, path) from error
        self._begin()

    def _begin(self) -> None:
        """Which items there are, and since when."""
        known = self._db.execute("SELECT value FROM meta WHERE name = 'first'").fetchone()
        self.first = int(known[0]) if known else _NEVER
        self._ids: dict[str, int] = {}
        self._fine: set[int] = set()
        self._digits: dict[int, int] = {}
        for ident, key, fine, digits in self._db.execute("SELECT id, key, fine, digits FROM item"):
            self._ids[key] = ident
            self._digits[ident] = digits
            if fine:
                self._fine.add(ident)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    # -- what is kept beside ---------------------------------------------------------------------------------------

    def meta(self, name: str) -> bytes | None:
        with self._lock:
            row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes(row[0])

    def put_meta(self, name: str, value: bytes) -> None:
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def reported(self) -> list[tuple[str, str, Value]]:
        """All reported values: (code, area, value)."""
        with self._lock:
            rows = self._db.execute("SELECT code, area, at, value, source, target, accuracy FROM reported").fetchall()
        return [
            (code, area, Value(at, value, source, target, float("nan") if accuracy is None else accuracy))
            for code, area, at, value, source, target, accuracy in rows
        ]

    def put_reported(self, rows: Iterable[tuple[str, str, Value]]) -> None:
        """Adds reported values; one of the same item and time is replaced."""
        with self._writing() as db:
            db.executemany(
                "INSERT OR REPLACE INTO reported VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (code, area, v.at, v.value, v.source, v.target, None if v.accuracy != v.accuracy else v.accuracy)
                    for code, area, v in rows
                ],
            )

    # -- writing ---------------------------------------------------------------------------------------------------

    def ids_of(self, keys: Sequence[str], fine: Sequence[bool], digits: Sequence[int]) -> NDArray[np.int64]:
        """Numbers of items, given to those that are new."""
        new = [i for i, key in enumerate(keys) if key not in self._ids]
        if new:
            with self._writing() as db:
                for i in new:
                    row = db.execute(
                        "INSERT INTO item (key, fine, digits) VALUES (?, ?, ?)", (keys[i], int(fine[i]), digits[i])
                    )
                    ident = int(row.lastrowid or 0)
                    self._ids[keys[i]], self._digits[ident] = ident, digits[i]
                    if fine[i]:
                        self._fine.add(ident)
        return np.array([self._ids[key] for key in keys], dtype=np.int64)

    def put_slices(self, slices: Mapping[tuple[str, int], Buckets], **meta: bytes) -> None:
        """Buckets of all items, by grain and start; their `start` column is the items' numbers, ascending."""
        rows = [(_NUMBER[grain], start, pack(buckets, 4)) for (grain, start), buckets in slices.items()]
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO slice VALUES (?, ?, ?)", rows)
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())
            self._note_first(db, min((start for _, start in slices), default=_NEVER))

    def _note_first(self, db: sqlite3.Connection, start: int) -> None:
        if start < self.first:
            self.first = start
            db.execute("INSERT OR REPLACE INTO meta VALUES ('first', ?)", (str(start).encode(),))

    def forget_after(self, now: int) -> None:
        """The city's clock was set back: what was written of times ahead is of another run of it."""
        folded = {grain: min(self._folded(grain), bucket_of(grain, now)) for grain in GRAIN}
        with self._writing() as db:
            db.execute("DELETE FROM slice WHERE start > ?", (now,))
            for grain, at in folded.items():
                db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", ("folded " + grain, str(at).encode()))

    def fold(self, grain: str, now: int) -> bool:
        """Folds closed slices into chunks where enough came together; whether it did."""
        until = bucket_of(grain, now)
        since = self._folded(grain)
        with self._lock:
            number = _NUMBER[grain]
            first = self._db.execute(
                "SELECT min(start) FROM slice WHERE grain = ? AND start >= ?", (number, since)
            ).fetchone()[0]
        if first is None or until - first < _FOLD[grain]:
            return False
        for item, buckets in self._by_item(grain, since, until):
            self._put_chunks(grain, item, buckets)
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", ("folded " + grain, str(until).encode()))
            db.execute("DELETE FROM slice WHERE grain = ? AND start < ?", (number, until - _SLICES[grain]))
        return True

    def tidy(self, now: int) -> None:
        """Forgets what is past its time."""
        for grain, number in _NUMBER.items():
            most = now - KEEP[grain] - _CHUNK[grain]
            with self._writing() as db:
                db.execute("DELETE FROM chunk WHERE grain = ? AND start < ?", (number, most))
                fine = now - KEEP_FINE[grain] - _CHUNK[grain]
                db.execute(
                    "DELETE FROM chunk WHERE grain = ? AND start < ? AND item IN (SELECT id FROM item WHERE fine)",
                    (number, fine),
                )

    def _by_item(self, grain: str, since: int, until: int) -> Iterable[tuple[int, Buckets]]:
        """The slices of [since, until) by item, items a piece at a time."""
        slices = self._slices(grain, since, until)
        if not slices:
            return
        items = np.concatenate([buckets.start for _, buckets in slices])
        starts = np.repeat([start for start, _ in slices], [len(buckets) for _, buckets in slices])
        columns = [np.concatenate(column) for column in zip(*(b.columns()[1:] for _, b in slices), strict=True)]
        order = np.lexsort((starts, items))
        whole = Buckets(starts[order], *(column[order] for column in columns))
        bounds = np.flatnonzero(np.diff(items[order], prepend=-1))
        for begin, end in zip(bounds.tolist(), [*bounds[1:].tolist(), len(order)], strict=True):
            yield int(items[order[begin]]), whole.take(slice(begin, end))

    def _put_chunks(self, grain: str, item: int, buckets: Buckets) -> None:
        length, number = _CHUNK[grain], _NUMBER[grain]
        if grain == "minute" and item in self._fine:
            return
        of = buckets.start // length * length
        with self._writing() as db:
            for start in np.unique(of).tolist():
                new = buckets.take(of == start)
                row = db.execute(
                    "SELECT data FROM chunk WHERE item = ? AND grain = ? AND start = ?", (item, number, start)
                ).fetchone()
                if row is not None:
                    with contextlib.suppress(ValueError):  # one that can not be read is begun anew
                        old = unpack(row[0])
                        new = joined([old.take(old.start < new.start[0]), new])
                self._note_first(db, int(new.start[0]))
                data = pack(new, self._digits.get(item, 2) + 1)
                db.execute("INSERT OR REPLACE INTO chunk VALUES (?, ?, ?, ?)", (item, number, start, data))

    def put_history(self, key: str, grain: str, buckets: Buckets, fine: bool = False, digits: int = 2) -> None:
        """The past of an item from elsewhere, in whole chunks."""
        item = int(self.ids_of([key], [fine], [digits])[0])
        self._put_chunks(grain, item, buckets)

    def take(
        self, items: Iterable[tuple[int, str, bool, int]], pieces: Iterable[tuple[str, int, int, bytes]], **meta: bytes
    ) -> None:
        """What a history elsewhere has, under its numbers, in one transaction: this one is its copy and has no others.

        Args:
            items: (number, key, fine, digits) of those that are new.
            pieces: (grain, start, item, packed buckets): of all items where `item` is 0, else a chunk of one.

        Raises:
            OutsideError: nothing of it was written.
        """
        items = list(items)
        slices: list[tuple[int, int, bytes]] = []
        chunks: list[tuple[int, int, int, bytes]] = []
        for grain, start, item, data in pieces:
            number, length = _NUMBER[grain], _CHUNK[grain]
            if item:
                chunks.append((item, number, start // length * length, data))
            else:
                slices.append((number, start, data))
        with self._writing() as db:
            db.executemany(
                "INSERT OR REPLACE INTO item (id, key, fine, digits) VALUES (?, ?, ?, ?)",
                [(ident, key, int(fine), digits) for ident, key, fine, digits in items],
            )
            db.executemany("INSERT OR REPLACE INTO slice VALUES (?, ?, ?)", slices)
            db.executemany("INSERT OR REPLACE INTO chunk VALUES (?, ?, ?, ?)", chunks)
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta.items())
            self._note_first(db, min([*(row[1] for row in slices), *(row[2] for row in chunks)], default=_NEVER))
        for ident, key, fine, digits in items:
            self._ids[key], self._digits[ident] = ident, digits
            if fine:
                self._fine.add(ident)

    def start_over(self) -> None:
        """Forgets everything: the copy of another history begins.

        Raises:
            OutsideError: nothing was removed.
        """
        with self._writing() as db:
            for table in ("slice", "chunk", "item", "meta", "reported"):
                db.execute(f"DELETE FROM {table}")
        self.first = _NEVER
        self._ids, self._fine, self._digits = {}, set(), {}

    def forget_before(self, at: int) -> None:
        """Buckets of hours that began before are gone; of a day a number each stays.

        Raises:
            OutsideError: nothing was removed.
        """
        with self._writing() as db:
            for grain in ("minute", "hour"):
                number = _NUMBER[grain]
                db.execute("DELETE FROM slice WHERE grain = ? AND start < ?", (number, at))
                db.execute("DELETE FROM chunk WHERE grain = ? AND start < ?", (number, at - _CHUNK[grain]))

    # -- reading ---------------------------------------------------------------------------------------------------

    def series(self, key: str, grain: str, start: int, end: int) -> Buckets:
        """The closed buckets of an item that begin in [start, end).

        Raises:
            OutsideError: the file can not be read.
        """
        item = self._ids.get(key)
        if item is None:
            return none()
        folded = self._folded(grain)
        pieces: list[Buckets] = []
        try:
            with self._lock:
                rows = self._db.execute(
                    "SELECT data FROM chunk WHERE item = ? AND grain = ? AND start > ? AND start < ? ORDER BY start",
                    (item, _NUMBER[grain], start - _CHUNK[grain], end),
                ).fetchall()
            for (data,) in rows:
                with contextlib.suppress(ValueError):
                    pieces.append(unpack(data))
        except sqlite3.Error as error:
            raise OutsideError("signdef.history_broken", why=str(error)) from error
        for at, buckets in self._slices(grain, max(start, folded), end):
            i = int(np.searchsorted(buckets.start, item))
            if i < len(buckets) and buckets.start[i] == item:
                one = buckets.take(slice(i, i + 1))
                one.start = np.array([at], dtype=np.int64)
                pieces.append(one)
        whole = joined(pieces)
        return whole.take((whole.start >= start) & (whole.start < end))

    def recent(self, grain: str, start: int, end: int, keys: Sequence[str]) -> tuple[list[int], NDArray[np.float64]]:
        """Starts of the closed buckets in [start, end) that are there, and the means of these items in them.

        Returns:
            starts, and float64 of shape (len(keys), len(starts)); NaN where there was none.
        """
        slices = self._slices(grain, start, end)
        items = np.array([self._ids.get(key, -1) for key in keys], dtype=np.int64)
        found = np.full((len(keys), len(slices)), np.nan)
        for column, (_, buckets) in enumerate(slices):
            found[:, column] = _values_at(buckets, items)
        return [at for at, _ in slices], found

    def at(self, grain: str, start: int) -> tuple[NDArray[np.int64], NDArray[np.float64]] | None:
        """Numbers of items and their means in one bucket that is kept whole; None where it is not."""
        slices = self._slices(grain, start, start + 1)
        return (slices[0][1].start, slices[0][1].mean) if slices else None

    def slice_at(self, grain: str, start: int) -> Buckets | None:
        """One bucket of all items, their numbers as `start`; None where it is not kept whole."""
        slices = self._slices(grain, start, start + 1)
        return slices[0][1] if slices else None

    def key_of(self) -> dict[int, str]:
        """Keys of items by their number."""
        return {ident: key for key, ident in self._ids.items()}

    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size if self.path.exists() else 0

    def _slices(self, grain: str, start: int, end: int) -> list[tuple[int, Buckets]]:
        try:
            with self._lock:
                rows = self._db.execute(
                    "SELECT start, data FROM slice WHERE grain = ? AND start >= ? AND start < ? ORDER BY start",
                    (_NUMBER[grain], start, end),
                ).fetchall()
        except sqlite3.Error as error:
            raise OutsideError("signdef.history_broken", why=str(error)) from error
        found = []
        for at, data in rows:
            with contextlib.suppress(ValueError):
                found.append((int(at), unpack(data)))
        return found

    def _folded(self, grain: str) -> int:
        found = self.meta("folded " + grain)
        return int(found) if found else -(1 << 62)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction.

        Raises:
            OutsideError: nothing of it was written.
        """
        with self._lock, written(self._db, self.path):
            yield self._db


def _values_at(buckets: Buckets, items: NDArray[np.int64]) -> NDArray[np.float64]:
    if not len(buckets):
        return np.full(len(items), np.nan)
    at = np.minimum(np.searchsorted(buckets.start, items), len(buckets) - 1)
    found: NDArray[np.float64] = np.where(buckets.start[at] == items, buckets.mean[at], np.nan)
    return found


def _reader(path: Path, connect: Connect) -> sqlite3.Connection:
    """A connection that only reads; readers of a file with a log do not wait for its writer, only while it is mended
    or emptied into the file. A file whose log can not be opened (a folder that is not ours) is read as it lies."""
    for uri in (uri_of(path), uri_of(path).replace("mode=ro", "immutable=1")):
        db = connect(uri, uri=True, timeout=READER_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            db.execute("SELECT count(*) FROM meta").fetchone()
        except sqlite3.Error as error:
            db.close()
            if kind_of(error) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY) or "immutable" in uri:
                raise
            continue
        if version == VERSION:
            return db
        db.close()
        break
    raise sqlite3.DatabaseError("version")


def _connect(path: Path, connect: Connect) -> sqlite3.Connection:
    db = connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        # a chunk of 2 to 4 kB then stands within a page: in SQLite's 4 kB each would take a page and an overflow
        db.execute("PRAGMA page_size = 16384")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA journal_size_limit = 16000000")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError(f"version {version}")
        db.executescript(_TABLES)
        db.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        db.close()
        raise
    return db
