"""Small SQLite files of which every write is on the disk when it returns, or nothing of it is.

Migrations in order: a file of an older version is brought up, a damaged one or one from the future is moved aside and
a new one begun. Of one thread at a time.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from cockpit.model.clock import Clock
from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message
from cockpit.store.cipher import Connect
from cockpit.store.files import UNUSABLE, kind_of, set_aside
from cockpit.store.writing import outside, written

BUSY_SECONDS = 2.0


class Durable:
    """One file.

    Attributes:
        path: where it lies.
    """

    def __init__(
        self,
        path: Path,
        migrations: Sequence[Sequence[str]],
        clock: Clock,
        connect: Connect = sqlite3.connect,
    ) -> None:
        """
        Args:
            migrations: statements that bring a file from version n to n + 1, from 0 on.
            connect: opens the file, as `sqlite3.connect`.
        """
        self.path = path
        self._migrations = migrations
        self._clock = clock
        self._open = connect
        self._db: sqlite3.Connection | None = None

    @property
    def is_open(self) -> bool:
        return self._db is not None

    def open(self) -> list[Message]:
        """Opens or makes it; what is to be said of it.

        Raises:
            OutsideError: the disk does not let it; to be tried again.
        """
        notices: list[Message] = []
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                self._db = self._connect()
            except sqlite3.DatabaseError as error:
                if kind_of(error) not in UNUSABLE:
                    raise
                notices.append(set_aside(self.path, self._clock))
                self._db = self._connect()
        except (sqlite3.Error, OSError) as error:
            raise outside(error, self.path) from error
        return notices

    def close(self) -> None:
        db, self._db = self._db, None
        if db is not None:
            db.close()

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction.

        Raises:
            OutsideError: it was taken back.
        """
        with written(self._opened(), self.path) as db:
            yield db

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Raises OutsideError: it can not be read."""
        db = self._opened()
        try:
            yield db
        except sqlite3.Error as error:
            raise outside(error, self.path) from error

    def scrub(self) -> None:
        """What was deleted or overwritten is nowhere in the file any more, nor in the log beside it.

        SQLite's secure_delete alone leaves pieces of it where pages were shared out anew.

        Raises:
            OutsideError: it may still be there.
        """
        with self.reading() as db:
            scrub(db)

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            raise OutsideError("store.not_open", file=str(self.path))
        return self._db

    def _connect(self) -> sqlite3.Connection:
        if not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        db = self._open(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA secure_delete = ON")
            version = db.execute("PRAGMA user_version").fetchone()[0]
            sound = version == 0 or db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
            if version > len(self._migrations) or not sound:
                damage = sqlite3.DatabaseError(f"version {version}")
                damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
                raise damage
            if version < len(self._migrations):
                db.execute("BEGIN IMMEDIATE")
                for statements in self._migrations[version:]:
                    for statement in statements:
                        db.execute(statement)
                db.execute(f"PRAGMA user_version = {len(self._migrations)}")
                db.execute("COMMIT")
        except BaseException:
            db.close()
            raise
        return db


def scrub(db: sqlite3.Connection) -> None:
    """Writes the whole file anew, with what is in its tables and nothing else; the log beside it is emptied."""
    db.execute("VACUUM")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
