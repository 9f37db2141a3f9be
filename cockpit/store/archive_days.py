"""What is said of the archive's rows and days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from cockpit.model.archive import RECORD
from cockpit.model.archive_columns import Records
from cockpit.model.clock import DAY, HOUR

ZONE = 8 * HOUR
"""Days are those of Shanghai."""
Row = tuple[Any, ...]
"""In the order of `RECORD`; None where there is no number."""


class Day(msgspec.Struct, frozen=True):
    """One day: its number since 1970-01-01 in Shanghai, revision of its newest change, rows, bytes of its columns."""

    day: int
    revision: int
    rows: int
    size: int


class Loaded(msgspec.Struct, frozen=True):
    """All there is, ordered by day, and of which revision."""

    records: Records
    revision: int
    as_of: int


class Changed(msgspec.Struct, frozen=True):
    """What one writing did.

    Attributes:
        revision: the newest; rows: that became others; days: of these.
    """

    revision: int
    rows: int = 0
    days: tuple[int, ...] = ()


def day_of(at: int) -> int:
    """Number of the day in Shanghai that an instant lies in, from 1970-01-01."""
    return (at + ZONE) // DAY


def begin_of(day: int) -> int:
    """When a day began, UTC us."""
    return day * DAY - ZONE


def as_rows(records: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Mappings by name of column as rows; a column that is missing is nothing, "" or 0."""
    return [tuple(record.get(name, empty) for name, empty in _EMPTY) for record in records]


_EMPTY = tuple((c.name, "" if c.dtype == "text" else None if c.dtype[1] == "f" else 0) for c in RECORD.columns)
