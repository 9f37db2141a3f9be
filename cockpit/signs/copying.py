"""The history of signs piece by piece for a copy elsewhere: slices of the last hours and days, chunks of what is older.

Pieces go as they lie in the file; the copy keeps them under the same numbers of items.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from cockpit.model.clock import DAY, HOUR
from cockpit.model.errors import OutsideError
from cockpit.signs.history import _CHUNK, _NUMBER, History, bucket_of

Piece = tuple[str, int, int, bytes]
"""Grain, start, item (0: a slice of all), packed buckets."""
Item = tuple[int, str, bool, int]
"""Number, key, whether it is of a small area, decimal places."""
STEPS = (("hour", False), ("day", False), ("day", True), ("hour", True))
"""Grain, and whether chunks: the newest hours first, the year of hours last."""
OVER = len(STEPS)


def identity(history: History, made: str) -> str:
    """Id of a history, by which a copy knows that it is still that one; `made` where it has none yet."""
    known = history.meta("id")
    if known is None:
        history.put_meta("id", made.encode())
        return made
    return known.decode()


def items_above(history: History, number: int) -> list[Item]:
    """Items with higher numbers, in their order.

    Raises:
        OutsideError: the file can not be read.
    """
    rows = _read(history, "SELECT id, key, fine, digits FROM item WHERE id > ? ORDER BY id", number)
    return [(ident, key, bool(fine), digits) for ident, key, fine, digits in rows]


def needs_chunks(history: History, since: int) -> bool:
    """Whether slices alone do not reach back to `since`."""
    if not since:
        return True
    first = _read(history, "SELECT min(start) FROM slice WHERE grain = ?", _NUMBER["hour"])[0][0]
    return first is None or first > since


def size_of(history: History, since: int, until: int) -> int:
    """About how many bytes a copy has still to take that has all before `since`."""
    if needs_chunks(history, since):
        return history.size()
    slices = "SELECT coalesce(sum(length(data)), 0) FROM slice WHERE grain IN (1, 2) AND start >= ? AND start < ?"
    return int(_read(history, slices, since, until)[0][0])


def slices(history: History, grain: str, since: int, until: int, before: int) -> Iterator[Piece]:
    """Slices of closed buckets in [since, until), newest first, older than `before` (0 all)."""
    length = HOUR if grain == "hour" else DAY
    upper = min(until - length + 1, before) if before else until - length + 1
    query = "SELECT start, data FROM slice WHERE grain = ? AND start >= ? AND start < ? ORDER BY start DESC"
    for start, data in _read(history, query, _NUMBER[grain], since, upper):
        yield grain, start, 0, data


def chunks(history: History, grain: str, since: int, until: int, start: int, item: int) -> Iterator[Piece]:
    """Whole chunks that reach into [since, until), newest first; within one time by number, behind (start, item)."""
    length = _CHUNK[grain]
    first = max(since, min(history.first, until)) // length * length
    at = start or bucket_of(grain, until) // length * length
    known = [ident for ident, *_ in items_above(history, 0)]
    query = "SELECT data FROM chunk WHERE item = ? AND grain = ? AND start = ?"
    while at >= first:
        for ident in known:
            if at == start and ident <= item:
                continue
            for (data,) in _read(history, query, ident, _NUMBER[grain], at):
                yield grain, at, ident, data
        at -= length


def _read(history: History, query: str, *given: int) -> list[tuple[Any, ...]]:
    try:
        with history._lock:
            return history._db.execute(query, given).fetchall()
    except sqlite3.Error as error:
        raise OutsideError("signdef.history_broken", why=str(error)) from error
