"""archive.db: every case that a city had. Rows are the truth; beside them each day's columns, from which a year is read
in less than a second, made in the transaction that changes the rows.

A file whose columns are not those of now, or that is damaged, is set aside; the hub fills it again.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cockpit.model.archive import RECORD
from cockpit.model.archive_columns import Joiner, Records, joined
from cockpit.model.clock import Clock
from cockpit.model.ids import new_id
from cockpit.model.messages import Message
from cockpit.store.archive_days import Changed, Day, Loaded, Row, as_rows, begin_of, day_of
from cockpit.store.archive_file import opened
from cockpit.store.archive_pack import pack, unpack
from cockpit.store.cipher import Connect
from cockpit.store.files import BUSY_SECONDS
from cockpit.store.writing import outside, written

__all__ = ["Archive", "Changed", "Day", "Loaded", "Row", "as_rows", "begin_of", "day_of"]

_NAMES = ", ".join(RECORD.names)
_MARKS = ", ".join("?" * (len(RECORD.names) + 1))
_PUT = f"INSERT OR REPLACE INTO record ({_NAMES}, rev) VALUES ({_MARKS})"
_AT_ONCE = 500
BLOCK = 32
"""Days that are put together."""
REST = 31
"""Days that have to be over since, which change no more but for a late word."""
_LAST = 1 << 40
"""A day that never comes."""
_REPORTED = RECORD.names.index("reported")


class Archive:
    """The file. Any thread may use it; one at a time is in it.

    Attributes:
        path: of the file.
        id: of the file: one that was begun anew has another.
        notices: sentences about the state in which it was found.
    """

    def __init__(self, path: Path, db: sqlite3.Connection, clock: Clock, notices: list[Message]) -> None:
        self.path = path
        self.notices = notices
        self._db = db
        self._lock = threading.RLock()
        known = self.meta("id")
        if known is None:
            known = new_id(clock).encode()
            with self._writing():
                self._put_meta({"id": known})
        self.id = known.decode()

    @classmethod
    def open(cls, path: Path, clock: Clock, connect: Connect = sqlite3.connect, wait: float = BUSY_SECONDS) -> Archive:
        """Opens or makes the file; a damaged one is moved aside, which `notices` says.

        Args:
            connect: opens the file, as `sqlite3.connect`.
            wait: seconds that another process' lock is waited for.

        Raises:
            OutsideError: it can not be read and written.
        """
        db, notices = opened(path, clock, connect, wait)
        return cls(path, db, clock, notices)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    # -- what it says of itself ------------------------------------------------------------------------------------

    @property
    def revision(self) -> int:
        """Counts the writings that changed something."""
        return self._number("revision")

    @property
    def as_of(self) -> int:
        """Until when it is complete, UTC us of the city; 0 not known."""
        return self._number("as_of")

    @property
    def horizon(self) -> int:
        """Rows that were reported before are forgotten; 0 none."""
        return self._number("horizon")

    def days(self) -> list[Day]:
        """Newest first."""
        rows = self._read("SELECT day, rev, n, size FROM day_columns ORDER BY day DESC")
        return [Day(*row) for row in rows]

    def count(self) -> int:
        return int(self._read("SELECT coalesce(sum(n), 0) FROM day_columns")[0][0])

    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size if self.path.exists() else 0

    def meta(self, name: str) -> bytes | None:
        """What is kept beside."""
        rows = self._read("SELECT value FROM meta WHERE name = ?", name)
        return bytes(rows[0][0]) if rows else None

    def note(self, **notes: bytes) -> None:
        """Keeps something beside.

        Raises:
            OutsideError: the disk refused.
        """
        with self._writing():
            self._put_meta(notes)

    def stands(self, as_of: int) -> None:
        """Says until when it is complete, where that is later than what it said."""
        if as_of > self.as_of:
            self.note(as_of=str(as_of).encode())

    # -- writing ---------------------------------------------------------------------------------------------------

    def upsert(
        self,
        records: Records | Sequence[Row],
        *,
        only_new: bool = False,
        as_of: int = 0,
        notes: Mapping[str, bytes] | None = None,
    ) -> Changed:
        """Puts rows in, in the place of those with their keys; all or nothing.

        Args:
            only_new: rows whose key is there already are left as they are: what is told of the past never goes before
                what is known.
            as_of: the archive is complete until then; 0 it is not said.
            notes: kept beside in the same transaction, such as how far a copy has come.

        Raises:
            OutsideError: the disk refused; nothing was written.
        """
        rows = records.rows() if isinstance(records, Records) else list(records)
        with self._writing() as db:
            before = self._before([row[0] for row in rows])
            # the last one of a key counts
            by_key = {row[0]: row for row in rows}
            if only_new:
                put = [row for key, row in by_key.items() if key not in before]
            else:
                put = [row for key, row in by_key.items() if before.get(key) != row]
            revision = self.revision
            days: set[int] = set()
            if put:
                revision += 1
                db.executemany(_PUT, [(*row, revision) for row in put])
                days = {day_of(row[_REPORTED]) for row in put}
                days |= {day_of(before[row[0]][_REPORTED]) for row in put if row[0] in before}
                for day in days:
                    self._pack_day(day, revision)
            said = dict(notes or {}) | ({"revision": str(revision).encode()} if put else {})
            if as_of > self.as_of:
                said["as_of"] = str(as_of).encode()
            self._put_meta(said)
        return Changed(revision, len(put), tuple(sorted(days)))

    def remove_before(self, at: int) -> Changed:
        """Forgets rows that were reported before.

        Raises:
            OutsideError: the disk refused; nothing was removed.
        """
        with self._writing() as db:
            revision = self.revision
            found = db.execute("SELECT count(*) FROM record WHERE reported < ?", (at,)).fetchone()[0]
            if at <= self.horizon and not found:
                return Changed(revision)
            revision += 1
            db.execute("DELETE FROM record WHERE reported < ?", (at,))
            db.execute("DELETE FROM day_columns WHERE day < ?", (day_of(at),))
            db.execute("DELETE FROM block_columns WHERE first < ?", (day_of(at),))
            self._pack_day(day_of(at), revision)
            horizon = max(at, self.horizon)
            self._put_meta({"revision": str(revision).encode(), "horizon": str(horizon).encode()})
        return Changed(revision, int(found), (day_of(at),))

    def turn_back(self, at: int, clock: Clock) -> None:
        """A demo city begins again at a time that was before: what was reported later is of another run of it.

        The archive has another id then, so that copies begin anew.

        Raises:
            OutsideError: the disk refused; nothing was removed.
        """
        ident = new_id(clock)
        with self._writing() as db:
            revision = self.revision + 1
            db.execute("DELETE FROM record WHERE reported > ?", (at,))
            db.execute("DELETE FROM day_columns WHERE day > ?", (day_of(at),))
            db.execute("DELETE FROM block_columns WHERE last > ?", (day_of(at),))
            self._pack_day(day_of(at), revision)
            number = str(revision).encode()
            self._put_meta({"id": ident.encode(), "as_of": str(at).encode(), "revision": number})
        self.id = ident

    def start_over(self, clock: Clock) -> None:
        """Forgets everything, its id too: a copy of another archive begins.

        Raises:
            OutsideError: the disk refused; nothing was removed.
        """
        ident = new_id(clock)
        with self._writing() as db:
            for table in ("record", "day_columns", "block_columns", "meta"):
                db.execute(f"DELETE FROM {table}")
            self._put_meta({"id": ident.encode()})
        self.id = ident

    # -- reading ---------------------------------------------------------------------------------------------------

    def load(self, since: int = 0) -> Loaded:
        """All rows of days from `since` (UTC us) on.

        Raises:
            OutsideError: the file can not be read.
        """
        with self._lock:
            rows = self._read("SELECT coalesce(sum(n), 0) FROM day_columns WHERE day >= ?", day_of(since))[0][0]
            joiner = Joiner(rows)
            revision, as_of = self.hand(joiner.add, since)
            return Loaded(joiner.records(), revision, as_of)

    def recent(self, days: int) -> int:
        """When that part of it begins (UTC us) that holds so many days before the newest and is read by itself; 0 where
        that is all there is."""
        first, newest = self._read("SELECT min(day), max(day) FROM day_columns")[0]
        if newest is None:
            return 0
        within = self._read("SELECT first FROM block_columns WHERE first <= ? AND last >= ?", *[newest - days] * 2)
        begin = within[0][0] if within else newest - days
        return begin_of(begin) if first < begin else 0

    def hand(self, take: Callable[[Records], None], since: int = 0, until: int | None = None) -> tuple[int, int]:
        """Hands all rows of days from `since` on (and before that of `until`) over in the order of days, piece by
        piece: a year's bytes need not lie beside its columns. What the file keeps in memory is let go of then.

        Returns:
            Revision and as_of.

        Raises:
            OutsideError: the file can not be read.
        """
        with self._lock:
            for piece in self._pieces(day_of(since), _LAST if until is None else day_of(until)):
                take(piece)
            self._read("PRAGMA shrink_memory")
            return self.revision, self.as_of

    def fold(self) -> bool:
        """Puts days that are long over together: a year is read in a third of the time. Whether there were any.

        Raises:
            OutsideError: the disk refused; what was written stays whole.
        """
        days = [day.day for day in self.days()]
        have = {first for (first,) in self._read("SELECT first FROM block_columns")}
        wanted = sorted({day // BLOCK * BLOCK for day in days if day // BLOCK * BLOCK + BLOCK + REST <= days[0]} - have)
        for first in wanted:
            with self._writing() as db:
                pieces = [self._of_day(day) for day in reversed(days) if first <= day < first + BLOCK]
                data = pack(joined(pieces))
                db.execute("INSERT OR REPLACE INTO block_columns VALUES (?, ?, ?)", (first, first + BLOCK - 1, data))
        return bool(wanted)

    def _pieces(self, first: int, end: int) -> Iterator[Records]:
        """All from a day until before another, in the order of days."""
        wanted = "SELECT day FROM day_columns WHERE day >= ? AND day < ? ORDER BY day"
        days = [day for (day,) in self._read(wanted, first, end)]
        blocks = "SELECT first, last FROM block_columns WHERE first >= ? AND last < ?"
        ends: dict[int, int] = dict(self._read(blocks, first, end))
        at = 0
        while at < len(days):
            start = days[at] // BLOCK * BLOCK
            block = self._block(start) if start in ends else None
            if block is None:
                yield self._of_day(days[at])
                at += 1
            else:
                yield block
                at = bisect_right(days, ends[start])

    def _block(self, first: int) -> Records | None:
        try:
            data = self._read("SELECT data FROM block_columns WHERE first = ?", first)[0][0]
            return unpack(data, stored=True)
        except ValueError:  # days are the truth
            return None

    def _of_day(self, day: int) -> Records:
        return self._unpacked(day, self._read("SELECT data FROM day_columns WHERE day = ?", day)[0][0])

    def changed(self, since: int) -> Loaded:
        """Rows that became others behind a revision; those reported before `horizon` are gone beside."""
        with self._lock:
            rows = self._read(f"SELECT {_NAMES} FROM record WHERE rev > ? ORDER BY rev", since)
            return Loaded(Records.of_rows(rows), self.revision, self.as_of)

    def rows(self, keys: Sequence[str]) -> Records:
        """Those of these keys that there are, in their order."""
        with self._lock:
            found = self._before(keys)
        return Records.of_rows([found[key] for key in keys if key in found])

    def of_day(self, day: int) -> list[Row]:
        """Rows of one day, in the order of their reports."""
        where = "WHERE reported >= ? AND reported < ? ORDER BY reported, key"
        return self.select(where, begin_of(day), begin_of(day + 1))

    def open_keys(self) -> list[str]:
        """Keys of the rows that are not closed."""
        return [row[0] for row in self._read("SELECT key FROM record WHERE closed = 0")]

    def select(self, where: str, *given: Any) -> list[Row]:
        """Rows by SQL, `where` being all behind the name of the table; for this room and `archive_pages`."""
        return self._read(f"SELECT {_NAMES} FROM record {where}", *given)

    def number(self, what: str, where: str, *given: Any) -> int:
        """One number by SQL."""
        return int(self._read(f"SELECT {what} FROM record {where}", *given)[0][0] or 0)

    # -- within ----------------------------------------------------------------------------------------------------

    def _unpacked(self, day: int, data: bytes) -> Records:
        try:
            return unpack(data)
        except ValueError:  # its rows are the truth
            return Records.of_rows(self.of_day(day))

    def _pack_day(self, day: int, revision: int) -> None:
        self._db.execute("DELETE FROM block_columns WHERE first <= ? AND last >= ?", (day, day))
        rows = self.of_day(day)
        if not rows:
            self._db.execute("DELETE FROM day_columns WHERE day = ?", (day,))
            return
        data = pack(Records.of_rows(rows))
        put = "INSERT OR REPLACE INTO day_columns VALUES (?, ?, ?, ?, ?)"
        self._db.execute(put, (day, revision, len(rows), len(data), data))

    def _before(self, keys: Sequence[str]) -> dict[str, Row]:
        found: dict[str, Row] = {}
        for at in range(0, len(keys), _AT_ONCE):
            piece = keys[at : at + _AT_ONCE]
            for row in self.select(f"WHERE key IN ({', '.join('?' * len(piece))})", *piece):
                found[row[0]] = row
        return found

    def _number(self, name: str) -> int:
        return int(self.meta(name) or b"0")

    def _put_meta(self, notes: Mapping[str, bytes]) -> None:
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", notes.items())

    def _read(self, sql: str, *given: Any) -> list[Row]:
        try:
            with self._lock:
                return self._db.execute(sql, given).fetchall()
        except sqlite3.Error as error:
            raise outside(error, self.path) from error

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction.

        Raises:
            OutsideError: nothing of it was written.
        """
        with self._lock, written(self._db, self.path):
            yield self._db
