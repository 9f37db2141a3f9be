"""`calls.db` of a seat: what the hub has still to be told of calls and letters, and the letters that are known here."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import msgspec

from cockpit.model.clock import Clock
from cockpit.model.letters import Letter
from cockpit.model.messages import Message
from cockpit.model.typed import from_msgpack
from cockpit.store.cipher import Connect
from cockpit.store.durable import Durable

ACT = "act"
"""What waits for the outbox of the closed loop, not for the hub's answer."""
MOST_LETTERS = 5_000
"""Letters that are kept to be read without the hub."""

_MIGRATIONS = (
    (
        """CREATE TABLE waiting (
            n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, what TEXT NOT NULL, data BLOB NOT NULL,
            tried INTEGER NOT NULL DEFAULT 0
        )""",
        "CREATE TABLE letter (id TEXT PRIMARY KEY, written INTEGER NOT NULL, data BLOB NOT NULL) WITHOUT ROWID",
        "CREATE INDEX letter_written ON letter (written)",
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    ),
)


class Waits(msgspec.Struct, frozen=True):
    """Something that the hub has still to be told.

    Attributes:
        n: counts up; id: of it, newer words for the same take its place; what: the question's name.
        data: msgpack of its struct; tried: how often the hub has refused it.
    """

    n: int
    id: str
    what: str
    data: bytes
    tried: int = 0


class DeskCalls:
    """The file. Of one thread at a time; what it can not do it says by OutsideError."""

    def __init__(self, path: Path, clock: Clock, connect: Connect = sqlite3.connect) -> None:
        self._file = Durable(path, _MIGRATIONS, clock, connect)

    def open(self) -> list[Message]:
        return self._file.open()

    @property
    def is_open(self) -> bool:
        return self._file.is_open

    def close(self) -> None:
        self._file.close()

    # -- what the hub has still to be told -----------------------------------------------------------------------

    def put(self, id: str, what: str, data: bytes) -> None:
        with self._file.writing() as db:
            db.execute("DELETE FROM waiting WHERE id = ?", (id,))
            db.execute("INSERT INTO waiting (id, what, data) VALUES (?, ?, ?)", (id, what, data))

    def waiting(self, what: str = "", after: int = 0, most: int = 100) -> list[Waits]:
        """The oldest first, with a number behind `after`.

        Args:
            what: of this question only; "" of all but acts, which go another way.
        """
        which, name = ("what = ?", what) if what else ("what <> ?", ACT)
        query = f"SELECT n, id, what, data, tried FROM waiting WHERE n > ? AND {which} ORDER BY n LIMIT ?"
        with self._file.reading() as db:
            return [Waits(*row) for row in db.execute(query, (after, name, most)).fetchall()]

    def done(self, n: int) -> None:
        """The hub has it. Newer words for the same have another number and stay."""
        with self._file.writing() as db:
            db.execute("DELETE FROM waiting WHERE n = ?", (n,))

    def refused(self, n: int) -> None:
        with self._file.writing() as db:
            db.execute("UPDATE waiting SET tried = tried + 1 WHERE n = ?", (n,))

    # -- letters -------------------------------------------------------------------------------------------------

    def keep_letters(self, letters: Iterable[Letter], seq: int) -> None:
        """The hub's newest, and up to which of its changes they are known."""
        rows = [(letter.id, letter.written, msgspec.msgpack.encode(letter)) for letter in letters]
        with self._file.writing() as db:
            db.executemany("INSERT OR REPLACE INTO letter (id, written, data) VALUES (?, ?, ?)", rows)
            db.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('letters', ?)", (str(seq),))
            last = "SELECT written FROM letter ORDER BY written DESC LIMIT 1 OFFSET ?"
            db.execute(f"DELETE FROM letter WHERE written < ({last})", (MOST_LETTERS,))

    def letters(self) -> tuple[list[Letter], int]:
        """Those that are kept, oldest first, and the hub's number of the last change."""
        with self._file.reading() as db:
            rows = db.execute("SELECT data FROM letter ORDER BY written, id").fetchall()
            seq = db.execute("SELECT value FROM meta WHERE name = 'letters'").fetchone()
        found = []
        for (data,) in rows:
            try:
                found.append(from_msgpack(data, type=Letter))
            except msgspec.MsgspecError:  # of another version: the hub has it
                return [], 0
        return found, int(seq[0]) if seq else 0

    def forget_letters(self) -> None:
        """The hub is another one."""
        with self._file.writing() as db:
            db.execute("DELETE FROM letter")
            db.execute("DELETE FROM meta WHERE name = 'letters'")
