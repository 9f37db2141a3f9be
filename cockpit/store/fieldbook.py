"""field.db of a hub: what devices reported, and which units are on duty. Of one thread at a time; every write is on the
disk when it returns."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from cockpit.model.clock import Clock
from cockpit.model.letters import Duty, Reported
from cockpit.model.messages import Message
from cockpit.model.typed import from_msgpack
from cockpit.store.durable import Durable

_MIGRATIONS = (
    (
        "CREATE TABLE report (id TEXT PRIMARY KEY, run TEXT NOT NULL, received INTEGER NOT NULL, over INTEGER NOT NULL,"
        " data BLOB NOT NULL) WITHOUT ROWID",
        "CREATE TABLE duty (unit TEXT PRIMARY KEY, at INTEGER NOT NULL, data BLOB NOT NULL) WITHOUT ROWID",
    ),
)


class FieldBook:
    """The file."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._file = Durable(path, _MIGRATIONS, clock)

    def open(self) -> list[Message]:
        """Raises OutsideError: the disk does not let it; to be tried again."""
        return self._file.open()

    def close(self) -> None:
        self._file.close()

    def put_report(self, report: Reported, run: str) -> bool:
        """Takes a report, once for ever; whether it is new.

        Args:
            run: of the city, whose clock it was said by.

        Raises:
            OutsideError: it was not taken.
        """
        row = (report.id, run, report.received, msgspec.msgpack.encode(report))
        with self._file.writing() as db:
            return db.execute("INSERT OR IGNORE INTO report VALUES (?, ?, ?, 0, ?)", row).rowcount > 0

    def reports(self) -> list[tuple[str, Reported]]:
        """Reports that are not over, each with the run of the city that it is of; the oldest first.

        Raises:
            OutsideError: the file can not be read.
        """
        with self._file.reading() as db:
            rows = db.execute("SELECT run, data FROM report WHERE over = 0 ORDER BY received").fetchall()
        return [(run, from_msgpack(data, type=Reported)) for run, data in rows]

    def end_reports(self, idents: Iterable[str], over: bool) -> None:
        """Raises OutsideError: it was not noted."""
        with self._file.writing() as db:
            db.executemany("UPDATE report SET over = ? WHERE id = ?", [(over, ident) for ident in idents])

    def put_duty(self, duty: Duty) -> bool:
        """A unit went on duty or off it; whether that is newer than what is known.

        Raises:
            OutsideError: it was not kept.
        """
        row = (duty.unit, duty.at, msgspec.msgpack.encode(duty))
        with self._file.writing() as db:
            return (
                db.execute(
                    "INSERT INTO duty VALUES (?, ?, ?) ON CONFLICT (unit) DO UPDATE SET at = excluded.at,"
                    " data = excluded.data WHERE excluded.at > at",
                    row,
                ).rowcount
                > 0
            )

    def duties(self) -> list[Duty]:
        """What each unit said last.

        Raises:
            OutsideError: the file can not be read.
        """
        with self._file.reading() as db:
            return [from_msgpack(data, type=Duty) for (data,) in db.execute("SELECT data FROM duty")]
