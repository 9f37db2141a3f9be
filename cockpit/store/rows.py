"""Between columns and SQL rows.

Each row lies there twice: as the columns of its table, for SQL, and packed (numbers as one little-endian struct, words
joined), because a hundred thousand rows of fifteen values take SQLite's binding 0.6 s and two values of each 0.1 s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cockpit.model.batch import Columns
from cockpit.model.tables import TEXT, Table

DISTRICT = "district"
HIDDEN = ("key", "gone", DISTRICT, "stored", "nums", "words")
"""Columns that every table has before its own: SQLite reads those first most quickly."""
SEPARATOR = "\x1f"
"""Between the packed words; ASCII unit separator, a space where a feed sends one."""


def sql_names(table: Table) -> tuple[str, ...]:
    """Columns of the SQL table, in order."""
    return (*HIDDEN, *table.names[1:])


def texts_of(table: Table) -> tuple[str, ...]:
    return (*(c.name for c in table.columns if c.dtype == TEXT), DISTRICT)


def numbers_dtype(table: Table) -> np.dtype[Any]:
    """The packed numbers of one row, without padding."""
    return np.dtype([(c.name, c.dtype) for c in table.columns if c.dtype != TEXT])


def sql_rows(table: Table, columns: Columns, stored: int) -> Iterator[tuple[Any, ...]]:
    """Rows as `sql_names` has them.

    Args:
        columns: every column of the table; `district` may be among them.
        stored: when, wall clock, UTC us.
    """
    keys = clean(columns["key"])
    n = len(keys)
    words = {c.name: clean(columns[c.name]) for c in table.columns if c.dtype == TEXT}
    words[DISTRICT] = clean(columns.get(DISTRICT) or [""] * n)
    packed: npt.NDArray[Any] = np.zeros(n, dtype=numbers_dtype(table))
    for name in packed.dtype.names or ():
        packed[name] = columns[name]
    nums = packed.view(np.dtype((np.void, packed.dtype.itemsize))).tolist()
    joined = map(SEPARATOR.join, zip(*(words[name] for name in texts_of(table)), strict=True))
    own = [words[c.name] if c.dtype == TEXT else packed[c.name].tolist() for c in table.columns[1:]]
    return zip(keys, [0] * n, words[DISTRICT], [stored] * n, nums, joined, *own, strict=True)


def packed_query(table: Table, where: str) -> str:
    """The query for `columns_from`: SQLite joins the rows itself, which spares Python two objects a row.

    Args:
        where: from WHERE on; its ORDER BY is the order of the rows.
    """
    inner = f'SELECT nums, words FROM "{table.topic}" {where}'
    return f"SELECT CAST(group_concat(nums, '') AS BLOB), group_concat(words, char({ord(SEPARATOR)})) FROM ({inner})"


def columns_from(table: Table, nums: bytes | None, words: str | None) -> Columns:
    """Columns (with `district`) from the joined `nums` and `words` of rows; None where there is no row.

    Raises:
        ValueError: the two do not fit each other.
    """
    packed = np.frombuffer(nums or b"", dtype=numbers_dtype(table))
    names = texts_of(table)
    flat = [] if words is None else words.split(SEPARATOR)
    if len(flat) != len(packed) * len(names):
        raise ValueError(f"{len(flat)} words for {len(packed)} rows of {table.topic}")
    columns: Columns = {}
    for column in table.columns:
        if column.dtype == TEXT:
            columns[column.name] = flat[names.index(column.name) :: len(names)]
        else:
            columns[column.name] = np.ascontiguousarray(packed[column.name])
    columns[DISTRICT] = flat[len(names) - 1 :: len(names)]
    return columns


def clean(words: Sequence[str]) -> list[str]:
    """Words that SQLite takes: no separator of ours, no half of a surrogate pair."""
    try:
        joined = "".join(words)
        joined.encode()
        if SEPARATOR not in joined:
            return list(words)
    except UnicodeEncodeError:
        pass
    return [word.replace(SEPARATOR, " ").encode("utf-8", "replace").decode() for word in words]
