"""Rows for the tests of the store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cockpit.model.batch import Columns, columns_of_rows
from cockpit.model.tables import TABLES, TEXT

T0 = 1_784_021_556_000_000


def rows_of(topic: str, keys: Sequence[str], **values: object) -> Columns:
    """One row a key, all with the same other values."""
    row = {c.name: "" if c.dtype == TEXT else 0 for c in TABLES[topic].columns} | {"feed": "events", **values}
    return columns_of_rows(TABLES[topic], [{**row, "key": key} for key in keys])


def events(*rows: dict[str, Any]) -> Columns:
    """Events; each a dict with a key and what matters."""
    row = {c.name: "" if c.dtype == TEXT else 0 for c in TABLES["event"].columns} | {"occurred": T0}
    return columns_of_rows(TABLES["event"], [{**row, **one} for one in rows])


def by_place(topic: str, row: dict[str, Any]) -> str:
    """A searchable text: kind, place, id."""
    return f"{row['kind']} {row['place']} {row['key'].partition('/')[2]}"
