"""The free words of commands and facts, each with a salt of its own, so that they can be erased and the chain stays.

The chain has an id and HMAC-SHA-256(salt, words); with salt and words gone nothing of them can be found or guessed.
A command or fact is bound to its id here as well: the same id with other content is another command.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from cockpit.model.entries import TextRef
from cockpit.model.errors import OutsideError
from cockpit.store.durable import scrub
from cockpit.store.files import BUSY_SECONDS
from cockpit.store.writing import outside

VERSION = 1
"""`user_version` of the file."""
SALT_BYTES = 32
_TABLES = """
CREATE TABLE asked (cause TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE text (id TEXT PRIMARY KEY, cause TEXT NOT NULL, name TEXT NOT NULL, salt BLOB, words TEXT) WITHOUT ROWID;
CREATE INDEX text_cause ON text (cause);
"""


class Reused(OutsideError):
    """An id came again with other content."""


class Standing(StrEnum):
    """How a text of the chain stands in the store."""

    HERE = "here"
    ERASED = "erased"
    MISSING = "missing"
    CHANGED = "changed"


class Texts:
    """The file, every commit on disk. Any thread may use it; one at a time is in it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._db = connection
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path) -> Texts:
        """Opens or makes the file.

        Raises:
            OutsideError: it can not be used. It is not set aside: nobody else has these words.
        """
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return cls(path, _connect(path))
        except (OSError, sqlite3.Error) as error:
            raise outside(error, path) from error

    @classmethod
    def open_to_read(cls, path: Path) -> Texts:
        """Opens a file that a hub may be writing.

        Raises:
            OutsideError: there is none, or it can not be read.
        """
        try:
            connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
            connection.execute("SELECT count(*) FROM asked").fetchone()
        except sqlite3.Error as error:
            raise outside(error, path) from error
        return cls(path, connection)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def keep(self, cause: str, content: bytes, words: Mapping[str, str]) -> dict[str, TextRef]:
        """Keeps the words of a command or fact, on disk when this returns; asked again it answers the same.

        Args:
            cause: its id.
            content: its bytes.
            words: by name; empty ones are left out.

        Raises:
            Reused: this id came with other content.
            OutsideError: the disk refused.
        """
        sha = hashlib.sha256(content).hexdigest()
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                row = self._db.execute("SELECT content FROM asked WHERE cause = ?", (cause,)).fetchone()
                if row is None:
                    self._db.execute("INSERT INTO asked (cause, content) VALUES (?, ?)", (cause, sha))
                elif row[0] != sha:
                    self._db.execute("ROLLBACK")
                    raise Reused("ledger.id_reused", id=cause)
                refs = self._refs(cause, {name: said for name, said in words.items() if said})
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise outside(error, self.path) from error
        return refs

    def _refs(self, cause: str, words: Mapping[str, str]) -> dict[str, TextRef]:
        query = "SELECT name, id, salt, words FROM text WHERE cause = ?"
        there = {name: (ident, salt, said) for name, ident, salt, said in self._db.execute(query, (cause,))}
        refs: dict[str, TextRef] = {}
        for name, said in words.items():
            ident, salt, kept = there.get(name, ("", None, None))
            if salt is None or kept != said:
                ident, salt = secrets.token_hex(16), secrets.token_bytes(SALT_BYTES)
                row = (ident, cause, name, salt, said)
                self._db.execute("INSERT INTO text (id, cause, name, salt, words) VALUES (?, ?, ?, ?, ?)", row)
            refs[name] = TextRef(ident, mac_of(salt, said))
        return refs

    def same(self, cause: str, content: bytes) -> bool:
        """Whether an id stands for these bytes, as far as it is known.

        Raises:
            OutsideError: the file can not be read.
        """
        rows = self._read("SELECT content FROM asked WHERE cause = ?", (cause,))
        return not rows or rows[0][0] == hashlib.sha256(content).hexdigest()

    def read(self, ids: Sequence[str]) -> dict[str, str]:
        """Words by id; those that are erased or unknown are missing.

        Raises:
            OutsideError: the file can not be read.
        """
        found: dict[str, str] = {}
        for start in range(0, len(ids), 500):
            some = ids[start : start + 500]
            marks = ",".join("?" * len(some))
            rows = self._read(f"SELECT id, words FROM text WHERE words IS NOT NULL AND id IN ({marks})", tuple(some))
            found.update(rows)
        return found

    def standing(self, ref: TextRef) -> Standing:
        """How a text that the chain names stands here.

        Raises:
            OutsideError: the file can not be read.
        """
        rows = self._read("SELECT salt, words FROM text WHERE id = ?", (ref.id,))
        if not rows:
            return Standing.MISSING
        salt, words = rows[0]
        if salt is None or words is None:
            return Standing.ERASED
        return Standing.HERE if hmac.compare_digest(mac_of(salt, words), ref.mac) else Standing.CHANGED

    def erase(self, ident: str) -> bool:
        """Erases words and salt for good; whether there was such a text.

        Raises:
            OutsideError: the disk refused.
        """
        with self._lock:
            try:
                done = self._db.execute("UPDATE text SET salt = NULL, words = NULL WHERE id = ?", (ident,)).rowcount
                scrub(self._db)
            except sqlite3.Error as error:
                raise outside(error, self.path) from error
        return bool(done)

    def _read(self, query: str, params: tuple[object, ...]) -> list[Any]:
        with self._lock:
            try:
                return self._db.execute(query, params).fetchall()
            except sqlite3.Error as error:
                raise outside(error, self.path) from error


def mac_of(salt: bytes, words: str) -> str:
    """HMAC-SHA-256 of the words under their salt, hex (RFC 2104)."""
    return hmac.new(salt, words.encode(), hashlib.sha256).hexdigest()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")
        elif version != VERSION:
            raise sqlite3.DatabaseError(f"of another version ({version})")
    except BaseException:
        connection.close()
        raise
    return connection
