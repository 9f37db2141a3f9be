"""letters.db: letters between desks and units, each once for ever; words and answers can be erased. Of one thread at a
time; every write is on the disk when it returns."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from cockpit.model.clock import Clock
from cockpit.model.letters import Letter, Letters, LetterState
from cockpit.model.messages import Message
from cockpit.model.typed import from_msgpack
from cockpit.store.durable import Durable

PIECE = 500_000
"""Bytes of letters in one answer."""
_MIGRATIONS = (
    (
        "CREATE TABLE letter (id TEXT PRIMARY KEY, seq INTEGER NOT NULL UNIQUE, unit TEXT NOT NULL, taken INTEGER"
        " NOT NULL, voice TEXT NOT NULL, data BLOB NOT NULL, words TEXT, answer TEXT) WITHOUT ROWID",
        "CREATE INDEX letter_unit ON letter (unit, seq)",
        "CREATE INDEX letter_voice ON letter (voice) WHERE voice != ''",
        "CREATE TABLE counter (seq INTEGER NOT NULL)",
        "INSERT INTO counter VALUES (0)",
    ),
)
_ROW = "seq, data, words, answer"
_TIMES = {LetterState.DELIVERED: "delivered", LetterState.READ: "read", LetterState.ANSWERED: "answered"}


class LetterStore:
    """The file."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._file = Durable(path, _MIGRATIONS, clock)

    def open(self) -> list[Message]:
        """Raises OutsideError: the disk does not let it; to be tried again."""
        return self._file.open()

    def close(self) -> None:
        self._file.close()

    def put(self, letters: Iterable[Letter]) -> Letters:
        """Takes those that are new; answers with them and the sequence of the last: theirs are without a gap.

        Raises:
            OutsideError: none of them was taken.
        """
        new = []
        with self._file.writing() as db:
            for letter in letters:
                if db.execute("SELECT 1 FROM letter WHERE id = ?", (letter.id,)).fetchone() is None:
                    _write(db, letter)
                    new.append(letter)
            return Letters(_head(db), tuple(new))

    def mark(self, ident: str, state: LetterState, at: int, answer: str = "", unit: str = "") -> Letters:
        """A letter came to a state; the letter where that is news, none where it is not, or there is no such letter.

        Args:
            unit: only if it is that unit's, "" whoever's.

        Raises:
            OutsideError: nothing was written.
        """
        with self._file.writing() as db:
            letter = _one(db, ident)
            name = _TIMES.get(state)
            if letter is None or name is None or getattr(letter, name) or (unit and letter.unit != unit):
                return Letters(_head(db))
            earlier = [other for other in _TIMES.values() if not getattr(letter, other)]
            since = earlier[: earlier.index(name) + 1]  # who answers has read it
            news = msgspec.structs.replace(letter, **dict.fromkeys(since, at), answer=answer or letter.answer)
            _write(db, news)
            return Letters(_head(db), (news,))

    def get(self, ident: str) -> Letter | None:
        """Raises OutsideError: the file can not be read."""
        with self._file.reading() as db:
            return _one(db, ident)

    def after(self, seq: int, unit: str, most: int) -> Letters:
        """Letters that changed after a sequence, the oldest change first, as many as one answer takes.

        Raises:
            OutsideError: the file can not be read.
        """
        where, values = ("seq > ? AND unit = ?", (seq, unit)) if unit else ("seq > ?", (seq,))
        found: list[Letter] = []
        size, last = 0, seq
        with self._file.reading() as db:
            head = _head(db)
            rows = db.execute(f"SELECT {_ROW} FROM letter WHERE {where} ORDER BY seq LIMIT ?", (*values, most + 1))
            for row in rows:
                size += len(row[1]) + 3 * len(row[2] or "") + 3 * len(row[3] or "")
                if len(found) == most or (found and size > PIECE):
                    return Letters(last, tuple(found), more=True)
                found.append(_letter(row))
                last = int(row[0])
        return Letters(max(head, last), tuple(found))

    def has_voice(self, sha: str, unit: str = "") -> bool:
        """Whether a letter (of that unit) names a voice.

        Raises:
            OutsideError: the file can not be read.
        """
        with self._file.reading() as db:
            found = db.execute("SELECT unit FROM letter WHERE voice = ?", (sha,)).fetchall()
        return any(not unit or unit == of for (of,) in found)

    def erase(self, ids: Sequence[str]) -> int:
        """Erases words and answers for good; how many letters had any.

        Raises:
            OutsideError: nothing was erased.
        """
        done = 0
        with self._file.writing() as db:
            for ident in ids:
                letter = _one(db, ident)
                if letter is not None and (letter.words or letter.answer):
                    _write(db, msgspec.structs.replace(letter, words="", answer=""))
                    done += 1
        self._file.scrub()
        return done

    def trim(self, before: int) -> list[str]:
        """Forgets letters that were taken before a city time; SHA-256 of voices that none names any more.

        Raises:
            OutsideError: nothing was forgotten.
        """
        with self._file.writing() as db:
            gone = {sha for (sha,) in db.execute("SELECT voice FROM letter WHERE taken < ? AND voice != ''", (before,))}
            deleted = db.execute("DELETE FROM letter WHERE taken < ?", (before,)).rowcount
            named = {sha for (sha,) in db.execute("SELECT DISTINCT voice FROM letter WHERE voice != ''")}
        if deleted:
            self._file.scrub()
        return sorted(gone - named)


def _write(db: sqlite3.Connection, letter: Letter) -> None:
    """A letter as it is now, as the newest change."""
    db.execute("UPDATE counter SET seq = seq + 1")
    seq = _head(db)
    bare = msgspec.msgpack.encode(msgspec.structs.replace(letter, words="", answer=""))
    voice = letter.voice.sha256 if letter.voice is not None else ""
    db.execute(
        "INSERT OR REPLACE INTO letter VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (letter.id, seq, letter.unit, letter.taken, voice, bare, letter.words, letter.answer),
    )


def _head(db: sqlite3.Connection) -> int:
    """Sequence of the last change."""
    return int(db.execute("SELECT seq FROM counter").fetchone()[0])


def _one(db: sqlite3.Connection, ident: str) -> Letter | None:
    row = db.execute(f"SELECT {_ROW} FROM letter WHERE id = ?", (ident,)).fetchone()
    return _letter(row) if row is not None else None


def _letter(row: tuple[int, bytes, str | None, str | None]) -> Letter:
    _, data, words, answer = row
    return msgspec.structs.replace(from_msgpack(data, type=Letter), words=words or "", answer=answer or "")
