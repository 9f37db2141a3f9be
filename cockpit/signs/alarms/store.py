"""alarms.db: rules with all their versions, the alarms that stand, and what happened. Each write is on the disk, or
nothing of it is. Of one thread at a time."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cockpit.model.alarms import Entry, Rule
from cockpit.model.clock import DAY, Clock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.model.typed import from_msgpack
from cockpit.signs.alarms.book import Work
from cockpit.signs.alarms.life import Alarm
from cockpit.store.files import UNUSABLE, kind_of, set_aside
from cockpit.store.writing import outside, written

VERSION = 1
KEEP_DAYS = 90
MOST_ENTRIES = 1_000_000
BUSY_SECONDS = 2.0
_TABLES = (
    "CREATE TABLE rule (id TEXT, version INTEGER, current INTEGER, data BLOB, PRIMARY KEY (id, version)) WITHOUT ROWID",
    "CREATE TABLE alarm (key TEXT PRIMARY KEY, data BLOB) WITHOUT ROWID",
    "CREATE TABLE entry (n INTEGER PRIMARY KEY, wall INTEGER, at INTEGER, what TEXT, rule TEXT, thing TEXT, alarm TEXT,"
    " seat TEXT, reason TEXT, value REAL)",
    "CREATE INDEX entry_alarm ON entry (alarm)",
    "CREATE INDEX entry_rule ON entry (rule)",
    "CREATE INDEX entry_wall ON entry (wall)",
)
_ENTRY = "INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class Kept(msgspec.Struct, frozen=True):
    """What was found at the start.

    Attributes:
        rules: those that are in force, and ids of all that ever were.
        alarms: that stood. last: number of the last entry.
        raised: entries of the last day by which an operator was alerted, the oldest first.
        notices: sentences about the state of the file.
    """

    rules: tuple[Rule, ...] = ()
    ever: frozenset[str] = frozenset()
    alarms: tuple[Alarm, ...] = ()
    last: int = 0
    raised: tuple[Entry, ...] = ()
    notices: tuple[Message, ...] = ()


class AlarmStore:
    """The file."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._db: sqlite3.Connection | None = None

    def open(self) -> Kept:
        """Opens or makes it; a damaged one is moved aside.

        Raises:
            OutsideError: the disk does not let it; to be tried again.
        """
        notices: list[Message] = []
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                return self._load(notices)
            except (sqlite3.DatabaseError, msgspec.MsgspecError) as error:
                if isinstance(error, sqlite3.DatabaseError) and kind_of(error) not in UNUSABLE:
                    raise
                self.close()
                notices.append(set_aside(self._path, self._clock))
                return self._load(notices)
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise outside(error, self._path) from error

    def close(self) -> None:
        db, self._db = self._db, None
        if db is not None:
            db.close()

    def write(self, work: Work) -> None:
        """Keeps what changed; on the disk when this returns.

        Raises:
            OutsideError: nothing of it was kept.
        """
        with self._writing() as db:
            db.executemany("DELETE FROM alarm WHERE key = ?", [(key,) for key in work.gone])
            db.executemany(
                "INSERT OR REPLACE INTO alarm VALUES (?, ?)",
                [(alarm.key, msgspec.msgpack.encode(alarm)) for alarm in work.put],
            )
            db.executemany(_ENTRY, map(msgspec.structs.astuple, work.entries))

    def write_rules(self, rules: list[Rule], removed: list[str], work: Work = Work()) -> None:  # noqa: B008 - frozen
        """Puts rules into force in the place of their earlier versions, takes others out of it; with `work`.

        Raises:
            OutsideError: nothing of it was kept.
        """
        with self._writing() as db:
            ids = [(id,) for id in (*removed, *(rule.id for rule in rules))]
            db.executemany("UPDATE rule SET current = 0 WHERE id = ?", ids)
            db.executemany(
                "INSERT OR REPLACE INTO rule VALUES (?, ?, 1, ?)",
                [(rule.id, rule.version, msgspec.msgpack.encode(rule)) for rule in rules],
            )
            db.executemany("DELETE FROM alarm WHERE key = ?", [(key,) for key in work.gone])
            db.executemany(
                "INSERT OR REPLACE INTO alarm VALUES (?, ?)",
                [(alarm.key, msgspec.msgpack.encode(alarm)) for alarm in work.put],
            )
            db.executemany(_ENTRY, map(msgspec.structs.astuple, work.entries))

    def history(self, rule: str) -> list[Rule]:
        """All versions of a rule, the newest first.

        Raises:
            OutsideError: the file can not be read.
        """
        with self._reading() as db:
            rows = db.execute("SELECT data FROM rule WHERE id = ? ORDER BY version DESC LIMIT 200", (rule,)).fetchall()
            return [from_msgpack(data, type=Rule) for (data,) in rows]

    def entries(self, alarm: str, rule: str, before: int, most: int) -> list[Entry]:
        """What happened to an alarm, to a rule and its alarms, or at all, before an entry (0: up to now), newest first.

        Raises:
            OutsideError: the file can not be read.
        """
        wants = [("alarm", alarm)] if alarm else [("rule", rule)] if rule else []
        clauses = [f"{name} = ?" for name, _ in wants] + (["n < ?"] if before else [])
        where = f"WHERE {' AND '.join(clauses)}" if clauses else ""
        values = [value for _, value in wants] + ([before] if before else [])
        with self._reading() as db:
            found = db.execute(f"SELECT * FROM entry {where} ORDER BY n DESC LIMIT ?", (*values, most)).fetchall()
        return [_entry(row) for row in found]

    def trim(self) -> None:
        """Forgets what happened long ago.

        Raises:
            OutsideError: nothing of it was forgotten.
        """
        with self._writing() as db:
            db.execute("DELETE FROM entry WHERE wall < ?", (self._clock.now() - KEEP_DAYS * DAY,))
            db.execute("DELETE FROM entry WHERE n <= (SELECT max(n) FROM entry) - ?", (MOST_ENTRIES,))

    # -- within --------------------------------------------------------------------------------------------------

    def _load(self, notices: list[Message]) -> Kept:
        db = self._connect()
        since = self._clock.now() - DAY
        rows = db.execute("SELECT id, current, data FROM rule ORDER BY id, version").fetchall()
        raised = db.execute(
            "SELECT * FROM entry WHERE wall > ? AND what IN ('raised', 'released', 'unshelved') ORDER BY n", (since,)
        )
        return Kept(
            tuple(from_msgpack(data, type=Rule) for _, current, data in rows if current),
            frozenset(id for id, _, _ in rows),
            tuple(from_msgpack(data, type=Alarm) for (data,) in db.execute("SELECT data FROM alarm")),
            db.execute("SELECT coalesce(max(n), 0) FROM entry").fetchone()[0],
            tuple(map(_entry, raised.fetchall())),
            tuple(notices),
        )

    def _connect(self) -> sqlite3.Connection:
        if not self._path.exists():
            os.close(os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        db = self._db = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            db.execute("BEGIN IMMEDIATE")
            for table in _TABLES:
                db.execute(table)
            db.execute(f"PRAGMA user_version = {VERSION}")
            db.execute("COMMIT")
        elif version != VERSION or db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            damage = sqlite3.DatabaseError(f"version {version}")
            damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise damage
        return db

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction.

        Raises:
            OutsideError: it was taken back.
        """
        if self._db is None:
            raise OutsideError("alarms.store_closed")
        with written(self._db, self._path) as db:
            yield db

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if self._db is None:
            raise OutsideError("alarms.store_closed")
        try:
            yield self._db
        except sqlite3.Error as error:
            raise outside(error, self._path) from error


def _entry(row: tuple[object, ...]) -> Entry:
    return Entry(*row[:-1], float("nan") if row[-1] is None else row[-1])  # type: ignore[arg-type, call-arg]
