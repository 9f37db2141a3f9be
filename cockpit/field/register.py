"""The gateway's own file: which device has which token, which fact was taken under which key, who began which photo.

Tokens are kept as SHA-256 of their 256 random bits: who reads the file can not sign in with it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
import threading
from pathlib import Path
from typing import Any

import msgspec

from cockpit.model.clock import DAY, Clock
from cockpit.model.ids import new_id
from cockpit.store.writing import outside, written

VERSION = 2
"""`user_version` of the file."""
TOKEN_DAYS = 30
"""Unused, a token ends after these: nobody enrols again after a leave."""
FORGET_DAYS = 30
"""Tokens that ended so long ago are forgotten."""
_BUSY_SECONDS = 5.0
_TABLES = """
CREATE TABLE token (
    id TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, unit TEXT NOT NULL, device TEXT NOT NULL,
    made INTEGER NOT NULL, expires INTEGER NOT NULL, revoked INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX token_of_unit ON token (unit, device);
CREATE TABLE taken (
    key TEXT PRIMARY KEY, digest BLOB NOT NULL, received INTEGER NOT NULL, device TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE upload (
    unit TEXT NOT NULL, sha TEXT NOT NULL, size INTEGER NOT NULL, type TEXT NOT NULL, begun INTEGER NOT NULL,
    done INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (unit, sha)
) WITHOUT ROWID;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_TABLES_OF_2 = """
CREATE TABLE code (
    hash BLOB PRIMARY KEY, unit TEXT NOT NULL, expires INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE card (
    unit TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, area TEXT NOT NULL, duty INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE shown (
    unit TEXT NOT NULL, what TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (unit, what)
) WITHOUT ROWID;
"""


class Token(msgspec.Struct, frozen=True):
    """A device's right to act for its unit. Times are the machine's, UTC us.

    Attributes:
        id: names the device in facts.
        unit: key of its unit; device: what it calls itself.
        revoked: when it was taken away, 0 it was not.
    """

    id: str
    unit: str
    device: str
    made: int
    expires: int
    revoked: int

    def good(self, now: int) -> bool:
        return not self.revoked and now < self.expires


class Taken(msgspec.Struct, frozen=True):
    """A fact that was taken: digest of what was said, when (city time), by which device."""

    digest: bytes
    received: int
    device: str


class Upload(msgspec.Struct, frozen=True):
    """A photo of a unit; `done` once it is whole and judged good."""

    sha: str
    size: int
    type: str
    done: bool


class Register:
    """The file. Any thread may use it; what is written is on disk when the call returns.

    Attributes:
        path: of the file.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        """
        Raises:
            OutsideError: it can not be opened or made.
        """
        self.path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._read_lock = threading.Lock()
        self._naming = threading.Lock()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._db = _connect(path)
            # who reads never waits for a write to reach the disk
            self._reader = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise outside(error, path) from error

    def close(self) -> None:
        with self._lock, self._read_lock:
            self._reader.close()
            self._db.close()

    # -- tokens ----------------------------------------------------------------------------------------------------

    def enrol(self, unit: str, device: str, days: int = TOKEN_DAYS) -> tuple[str, Token]:
        """A new token of a unit's device and what is known of it; one that this device had before ends.

        Args:
            days: that it is good for.

        Raises:
            OutsideError: the disk refused.
        """
        secret = secrets.token_urlsafe(32)
        now = self._clock.now()
        token = Token(new_id(self._clock), unit, device, now, now + days * DAY, 0)
        row = (token.id, _hash(secret), unit, device, token.made, token.expires)
        self.write(
            ("UPDATE token SET revoked = ? WHERE unit = ? AND device = ? AND revoked = 0", (now, unit, device)),
            ("DELETE FROM token WHERE expires < ? OR revoked BETWEEN 1 AND ?", (now - FORGET_DAYS * DAY,) * 2),
            ("INSERT INTO token (id, hash, unit, device, made, expires) VALUES (?, ?, ?, ?, ?, ?)", row),
        )
        return secret, token

    def enrol_another(self, unit: str, own: str, days: int = TOKEN_DAYS) -> tuple[str, Token]:
        """As `enrol`, of a device that calls itself `own`: with a number where another of the unit is called so, whose
        token would end."""
        with self._naming:
            now = self._clock.now()
            taken = {token.device for token in self.tokens() if token.unit == unit and token.good(now)}
            names = (f"{own} ({n})" if n > 1 else own for n in range(1, len(taken) + 2))
            return self.enrol(unit, next(name for name in names if name not in taken), days)

    def token(self, secret: str) -> Token | None:
        """The token of a secret, good or not; None: nobody has it.

        Raises:
            OutsideError: the file can not be read.
        """
        wanted = _hash(secret)
        found = self.read(f"SELECT hash, {_TOKEN} FROM token WHERE hash = ?", (wanted,))
        if not found or not hmac.compare_digest(bytes(found[0][0]), wanted):
            return None
        return Token(*found[0][1:])

    def token_of(self, ident: str) -> Token | None:
        """Raises OutsideError: the file can not be read."""
        found = self.read(f"SELECT {_TOKEN} FROM token WHERE id = ?", (ident,))
        return Token(*found[0]) if found else None

    def tokens(self) -> list[Token]:
        """All of them, newest first.

        Raises:
            OutsideError: the file can not be read.
        """
        return [Token(*row) for row in self.read(f"SELECT {_TOKEN} FROM token ORDER BY made DESC, id", ())]

    def revoke(self, name: str) -> int:
        """Ends the token of this id, or every token of this unit; how many there were.

        Raises:
            OutsideError: the disk refused.
        """
        now = self._clock.now()
        statement = "UPDATE token SET revoked = ? WHERE (id = ? OR unit = ?) AND revoked = 0 AND expires > ?"
        return self.write((statement, (now, name, name, now)))

    def renew(self, token: Token) -> None:
        """A token that is used lasts as long again, told at most once a day.

        Raises:
            OutsideError: the disk refused.
        """
        until = self._clock.now() + TOKEN_DAYS * DAY
        if until - token.expires > DAY:
            statement = "UPDATE token SET expires = ? WHERE id = ? AND revoked = 0 AND expires > ?"
            self.write((statement, (until, token.id, self._clock.now())))

    def ended(self, since: int) -> set[str]:
        """Ids of tokens that were revoked or expired since then (machine time).

        Raises:
            OutsideError: the file can not be read.
        """
        statement = "SELECT id FROM token WHERE revoked >= ? OR (expires >= ? AND expires <= ?)"
        return {str(row[0]) for row in self.read(statement, (since, since, self._clock.now()))}

    def changes(self) -> int:
        """Another number once anybody wrote into the file, this process or another.

        Raises:
            OutsideError: the file can not be read.
        """
        return int(self.read("PRAGMA data_version", ())[0][0])

    # -- facts by their keys -----------------------------------------------------------------------------------------

    def taken(self, key: str) -> Taken | None:
        """Raises OutsideError: the file can not be read."""
        found = self.read("SELECT digest, received, device FROM taken WHERE key = ?", (key,))
        return Taken(*found[0]) if found else None

    def take(self, key: str, taken: Taken) -> Taken:
        """Notes a fact under its key, once; what is noted there, this or an earlier one.

        Raises:
            OutsideError: the disk refused.
        """
        row = (key, taken.digest, taken.received, taken.device)
        self.write(("INSERT OR IGNORE INTO taken (key, digest, received, device) VALUES (?, ?, ?, ?)", row))
        return self.taken(key) or taken

    # -- photos ------------------------------------------------------------------------------------------------------

    def begin_upload(self, unit: str, sha: str, size: int, type: str) -> None:
        """Raises OutsideError: the disk refused."""
        row = (unit, sha, size, type, self._clock.now())
        self.write(("INSERT OR REPLACE INTO upload (unit, sha, size, type, begun) VALUES (?, ?, ?, ?, ?)", row))

    def finish_upload(self, unit: str, sha: str) -> None:
        """Raises OutsideError: the disk refused."""
        self.write(("UPDATE upload SET done = 1 WHERE unit = ? AND sha = ?", (unit, sha)))

    def drop_upload(self, unit: str, sha: str) -> None:
        """Raises OutsideError: the disk refused."""
        self.write(("DELETE FROM upload WHERE unit = ? AND sha = ? AND done = 0", (unit, sha)))

    def upload(self, unit: str, sha: str) -> Upload | None:
        """Raises OutsideError: the file can not be read."""
        found = self.read("SELECT sha, size, type, done FROM upload WHERE unit = ? AND sha = ?", (unit, sha))
        if not found:
            return None
        sha, size, type, done = found[0]
        return Upload(sha, size, type, bool(done))

    def open_uploads(self, unit: str) -> int:
        """How many photos the unit began and did not finish.

        Raises:
            OutsideError: the file can not be read.
        """
        return int(self.read("SELECT count(*) FROM upload WHERE unit = ? AND done = 0", (unit,))[0][0])

    def uploads_since(self, unit: str, since: int) -> int:
        """How many photos the unit began since then.

        Raises:
            OutsideError: the file can not be read.
        """
        return int(self.read("SELECT count(*) FROM upload WHERE unit = ? AND begun >= ?", (unit, since))[0][0])

    def old_uploads(self, before: int) -> list[tuple[str, str]]:
        """(unit, sha) of photos begun before then and never finished.

        Raises:
            OutsideError: the file can not be read.
        """
        return [(u, s) for u, s in self.read("SELECT unit, sha FROM upload WHERE done = 0 AND begun < ?", (before,))]

    # -- what else it remembers --------------------------------------------------------------------------------------

    def meta(self, name: str) -> str | None:
        """Raises OutsideError: the file can not be read."""
        found = self.read("SELECT value FROM meta WHERE name = ?", (name,))
        return str(found[0][0]) if found else None

    def put_meta(self, name: str, value: str) -> None:
        """Raises OutsideError: the disk refused."""
        if self.meta(name) != value:
            self.write(("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value)))

    # ----------------------------------------------------------------------------------------------------------------

    def read(self, query: str, values: tuple[object, ...]) -> list[Any]:
        """Raises OutsideError: the file can not be read."""
        with self._read_lock:
            try:
                return self._reader.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise outside(error, self.path) from error

    def write(self, *statements: tuple[str, tuple[object, ...]]) -> int:
        """Does them all or none; rows that the last one touched.

        Raises:
            OutsideError: the disk refused.
        """
        touched = 0
        with self._lock, written(self._db, self.path) as db:
            for statement, values in statements:
                touched = db.execute(statement, values).rowcount
        return touched


_TOKEN = "id, unit, device, made, expires, revoked"


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        path.chmod(0o600)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("BEGIN IMMEDIATE")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if not 0 <= version <= VERSION:
            raise sqlite3.DatabaseError(f"of another version ({version})")
        for tables in (_TABLES, _TABLES_OF_2)[version:]:
            for statement in filter(str.strip, tables.split(";")):
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")
    except BaseException:
        db.close()
        raise
    return db
