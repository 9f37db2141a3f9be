"""How an older cache.db becomes a newer one, by sqlite-utils, which keeps their names in `_sqlite_migrations`.

A table of the picture whose columns are not the model's is made anew: it is a copy, the hub has the original.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlite_utils import Database, Migrations

from cockpit.model.tables import TABLES, TEXT, Table
from cockpit.store.schema import SCHEMA_VERSION, SEARCHED, found_columns, sql_columns

migrations = Migrations("cache")


@migrations()
def m0001_picture_bodies_meta(db: Database) -> None:
    for table in TABLES.values():
        _create(db, table)
    body, meta, quarantine = db.table("body"), db.table("meta"), db.table("quarantine")
    body.create({"key": str, "body": str, "fetched": int}, pk="key", not_null={"body", "fetched"})
    body.create_index(["fetched"])
    meta.create({"name": str, "value": str}, pk="name")
    quarantine.create({"id": int, "feed": str, "reason": str, "sample": bytes, "received": int}, pk="id")


def migrate(connection: sqlite3.Connection) -> None:
    """Brings the file to this version.

    Raises:
        sqlite3.Error: not a database, locked, full, read-only.
    """
    db = Database(connection, execute_plugins=False)
    migrations.apply(db)
    for table in TABLES.values():
        if found_columns(connection, table) != sql_columns(table):
            with db.atomic():
                db.table(table.topic).drop(ignore=True)
                _create(db, table)
    if connection.execute("PRAGMA user_version").fetchone()[0] != SCHEMA_VERSION:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _create(db: Database, table: Table) -> None:
    hidden: dict[str, Any] = {"key": str, "gone": int, "district": str, "stored": int, "nums": bytes, "words": str}
    own = {c.name: str if c.dtype == TEXT else float if c.dtype[1] == "f" else int for c in table.columns[1:]}
    spec = hidden | own
    if table.topic == SEARCHED:
        spec["searched"] = str
    # rowid tables: the rowid of an event is its time, so that newest first needs no sorting
    columns = ", ".join(f'"{name}" {_SQL[kind]}' for name, kind in spec.items() if name != "key")
    db.execute(f'CREATE TABLE "{table.topic}" (key TEXT NOT NULL UNIQUE, {columns})')
    if table.topic == SEARCHED:
        db.execute(f'CREATE INDEX "{table.topic}_closed" ON "{table.topic}" (stored) WHERE state = 1')
        db.execute("DROP TABLE IF EXISTS event_search")
        db.execute("CREATE VIRTUAL TABLE event_search USING fts5(grams, tokenize='unicode61', prefix='1')")


_SQL = {str: "TEXT", int: "INTEGER", float: "REAL", bytes: "BLOB"}
