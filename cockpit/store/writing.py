"""One transaction of an SQLite file: all of it or nothing, and what is told where the disk refuses."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from cockpit.model.errors import OutsideError
from cockpit.store.files import problem_of


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Of a connection in autocommit mode.

    Raises:
        sqlite3.Error: nothing of it was written.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # a full disk has rolled it back already
            if db.in_transaction:
                db.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def written(db: sqlite3.Connection, path: Path) -> Iterator[sqlite3.Connection]:
    """A transaction.

    Args:
        path: of the file, for what is told.

    Raises:
        OutsideError: nothing of it was written.
    """
    try:
        with transaction(db):
            yield db
    except sqlite3.Error as error:
        raise outside(error, path) from error


def outside(error: BaseException, path: Path | None) -> OutsideError:
    """What is told of an error of the disk or of SQLite."""
    problem = problem_of(error, path)
    return OutsideError(problem.id, **problem.params)
