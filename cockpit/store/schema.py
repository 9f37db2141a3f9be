"""Which tables cache.db has in this version, and whether a file has them.

`user_version` is the number of migrations applied (`migrations`).
"""

from __future__ import annotations

import sqlite3

from cockpit.model.tables import TABLES, Table
from cockpit.store.rows import sql_names

SEARCHED = "event"
"""The topic with a full-text index."""

SCHEMA_VERSION = 1
"""Number of migrations; a file with a larger one is from the future."""


def prepare(connection: sqlite3.Connection) -> None:
    """Brings the file to this version.

    Raises:
        sqlite3.Error: not a database, locked, full, read-only.
    """
    if _is_of_this_version(connection):
        return
    from cockpit.store.migrations import migrate  # with sqlite-utils, 0.1 s that a seat's start can spare

    migrate(connection)


def sql_columns(table: Table) -> tuple[str, ...]:
    """All columns of the SQL table, in order."""
    return (*sql_names(table), "searched") if table.topic == SEARCHED else sql_names(table)


def found_columns(connection: sqlite3.Connection, table: Table) -> tuple[str, ...]:
    """The columns that the file's table has; none where there is no such table."""
    return tuple(row[1] for row in connection.execute(f'PRAGMA table_info("{table.topic}")'))


def _is_of_this_version(connection: sqlite3.Connection) -> bool:
    # set last in a migration: a file that has it has been through all of them
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    return bool(version == SCHEMA_VERSION) and all(
        found_columns(connection, table) == sql_columns(table) for table in TABLES.values()
    )
