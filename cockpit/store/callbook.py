"""calls.db of a hub: records of calls, missed ones, who listened to what. Of one thread at a time; every write is on
the disk when it returns."""

from __future__ import annotations

from pathlib import Path

import msgspec

from cockpit.model.calls import CallRecord, Listened, Missed, Records
from cockpit.model.clock import HOUR, Clock
from cockpit.model.messages import Message
from cockpit.model.typed import from_msgpack
from cockpit.store.durable import Durable

MOST_LISTENED = 200
_MIGRATIONS = (
    (
        "CREATE TABLE record (id TEXT PRIMARY KEY, ended INTEGER NOT NULL, case_id TEXT NOT NULL, seat TEXT NOT NULL,"
        " recording TEXT NOT NULL, data BLOB NOT NULL) WITHOUT ROWID",
        "CREATE INDEX record_ended ON record (ended)",
        "CREATE INDEX record_case ON record (case_id, ended) WHERE case_id != ''",
        "CREATE TABLE missed (id TEXT PRIMARY KEY, ended INTEGER NOT NULL, settled INTEGER NOT NULL,"
        " data BLOB NOT NULL) WITHOUT ROWID",
        "CREATE TABLE sound (sha TEXT PRIMARY KEY, came INTEGER NOT NULL) WITHOUT ROWID",
        "CREATE TABLE listened (n INTEGER PRIMARY KEY, sha TEXT NOT NULL, seat TEXT NOT NULL, at INTEGER NOT NULL)",
        "CREATE INDEX listened_sha ON listened (sha)",
    ),
)


class CallBook:
    """The file."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._file = Durable(path, _MIGRATIONS, clock)

    def open(self) -> list[Message]:
        """Raises OutsideError: the disk does not let it; to be tried again."""
        return self._file.open()

    @property
    def is_open(self) -> bool:
        return self._file.is_open

    def close(self) -> None:
        self._file.close()

    # -- records ---------------------------------------------------------------------------------------------------

    def put_record(self, record: CallRecord) -> None:
        """Keeps a record; one that this seat told before is replaced, another seat's is not.

        Raises:
            OutsideError: it was not kept.
        """
        row = (record.id, record.ended, record.case, record.seat, record.recording, msgspec.msgpack.encode(record))
        with self._file.writing() as db:
            db.execute(
                "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET ended = excluded.ended,"
                " case_id = excluded.case_id, recording = excluded.recording, data = excluded.data"
                " WHERE seat = excluded.seat",
                row,
            )

    def records(self, case: str, before: int, most: int) -> Records:
        """Newest first, of a case or ("") of all, that ended before a time (0: now).

        Raises:
            OutsideError: the file can not be read.
        """
        wants = [("case_id = ?", case)] if case else []
        wants += [("ended < ?", before)] if before else []  # type: ignore[list-item]
        where = f"WHERE {' AND '.join(clause for clause, _ in wants)}" if wants else ""
        query = f"SELECT data FROM record {where} ORDER BY ended DESC, id DESC LIMIT ?"
        with self._file.reading() as db:
            rows = db.execute(query, (*(value for _, value in wants), most + 1)).fetchall()
        found = tuple(from_msgpack(data, type=CallRecord) for (data,) in rows[:most])
        return Records(found, more=len(rows) > most)

    # -- missed ----------------------------------------------------------------------------------------------------

    def put_missed(self, missed: Missed) -> None:
        """Raises OutsideError: it was not kept."""
        row = (missed.inbound.id, missed.ended, missed.settled, msgspec.msgpack.encode(missed))
        with self._file.writing() as db:
            db.execute("INSERT OR REPLACE INTO missed VALUES (?, ?, ?, ?)", row)

    def missed(self, since: int) -> list[Missed]:
        """Those that nobody settled, and those settled since a time; the oldest first.

        Raises:
            OutsideError: the file can not be read.
        """
        query = "SELECT data FROM missed WHERE settled = 0 OR settled >= ? ORDER BY ended"
        with self._file.reading() as db:
            return [from_msgpack(data, type=Missed) for (data,) in db.execute(query, (since,))]

    # -- sounds ----------------------------------------------------------------------------------------------------

    def put_sound(self, sha: str, at: int) -> None:
        """A recording came in whole.

        Raises:
            OutsideError: it was not noted.
        """
        with self._file.writing() as db:
            db.execute("INSERT OR IGNORE INTO sound VALUES (?, ?)", (sha, at))

    def listens(self, sha: str, seat: str, at: int) -> None:
        """Somebody listens to a recording; noted once an hour.

        Raises:
            OutsideError: it was not noted.
        """
        with self._file.writing() as db:
            db.execute(
                "INSERT INTO listened (sha, seat, at) SELECT ?, ?, ? WHERE NOT EXISTS"
                " (SELECT 1 FROM listened WHERE sha = ? AND seat = ? AND abs(at - ?) < ?)",
                (sha, seat, at, sha, seat, at, HOUR),
            )

    def listened(self, sha: str) -> tuple[Listened, ...]:
        """Who listened to a recording, newest first.

        Raises:
            OutsideError: the file can not be read.
        """
        query = "SELECT seat, at FROM listened WHERE sha = ? ORDER BY n DESC LIMIT ?"
        with self._file.reading() as db:
            return tuple(Listened(seat, at) for seat, at in db.execute(query, (sha, MOST_LISTENED)))

    # -- forgetting ------------------------------------------------------------------------------------------------

    def trim(self, records: int, sounds: int) -> list[str]:
        """Forgets records and settled missed calls from before a time, and recordings from before another.

        Returns:
            SHA-256 of the recordings that are to be removed.

        Raises:
            OutsideError: nothing was forgotten.
        """
        with self._file.writing() as db:
            deleted = db.execute("DELETE FROM record WHERE ended < ?", (records,)).rowcount
            deleted += db.execute("DELETE FROM missed WHERE settled != 0 AND ended < ?", (records,)).rowcount
            gone = [sha for (sha,) in db.execute("SELECT sha FROM sound WHERE came < ?", (sounds,))]
            db.executemany("DELETE FROM sound WHERE sha = ?", [(sha,) for sha in gone])
        if deleted or gone:
            self._file.scrub()
        return gone
