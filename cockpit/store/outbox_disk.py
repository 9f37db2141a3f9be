"""The file of an outbox, kept open: opened when it can be, made anew from what is known where it is damaged or gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from cockpit.model.clock import Clock
from cockpit.model.messages import Message
from cockpit.model.outgoing import Row
from cockpit.store.cipher import Connect
from cockpit.store.files import is_damage, problem_of
from cockpit.store.outbox_file import OutboxFile

TWICE = Message("store.outbox_twice")


class Disk:
    """Writes and says why not; used by one thread at a time.

    Attributes:
        last: place of the newest row that the file ever had.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        known: Callable[[], list[Row]],
        found: Callable[[list[Row]], None],
        tell: Callable[[Message], None],
        connect: Connect = sqlite3.connect,
    ) -> None:
        """
        Args:
            known: all rows that are known, for a new file.
            found: is handed the rows of a file that was opened.
            tell: is told in what state a file was found.
            connect: opens the file, as `sqlite3.connect`.
        """
        self.last = 0
        self._path = path
        self._clock = clock
        self._known = known
        self._found = found
        self._tell = tell
        self._connect = connect
        self._file: OutboxFile | None = None
        self._lost = False

    def open(self) -> Message | None:
        """Opens or makes the file; why not, else."""
        try:
            self._ready()
        except (OSError, sqlite3.Error) as error:
            return self._problem(error)
        return None

    def write(self, new: Sequence[Row], changed: Sequence[Row], mend: bool = True) -> Message | None:
        """One commit, on the disk when this returns; why not, else, and then nothing of it was written."""
        try:
            file = self._ready()
            file.write(new, changed)
        except sqlite3.IntegrityError:
            return TWICE
        except (OSError, sqlite3.Error) as error:
            if mend and isinstance(error, sqlite3.Error) and is_damage(error):
                self._lost = True
                return self.write(new, changed, mend=False)
            return self._problem(error)
        self.last = max([self.last, *(row.n for row in new)])
        return None

    def tidy(self) -> None:
        """Does what can wait."""
        if self._file is not None:
            self._file.tidy()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _ready(self) -> OutboxFile:
        """The file, good to be written. Raises OSError, sqlite3.Error: not now."""
        file = self._file
        if file is None:
            file = self._file = OutboxFile(self._path, self._clock, self._connect)
            self.last = max([self.last, *(row.n for row in file.rows)])
            self._found(file.rows)
        if self._lost or not file.there:
            self._lost, self._file = True, None
            file.begin_anew(self._known())
            self._lost, self._file = False, file
        for notice in file.notices:
            self._tell(notice)
        file.notices.clear()
        return file

    def _problem(self, error: OSError | sqlite3.Error) -> Message:
        """Why nothing can be put in now."""
        said = problem_of(error, self._path)
        return Message({"store.disk_full": "store.outbox_full"}.get(said.id, "store.outbox_closed"), said.params)
