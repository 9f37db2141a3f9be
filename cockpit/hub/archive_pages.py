"""Pages of the archive for the copy of a seat: open rows first, then closed ones, each newest first."""

from __future__ import annotations

import msgspec

from cockpit.bus.archiveasks import PAGE, DaysPage, DayState, DaysWanted, RowsCursor
from cockpit.model.archive import RECORD
from cockpit.model.archive_columns import Records
from cockpit.store.archive import Archive, Row, begin_of, day_of
from cockpit.store.archive_pack import pack

A_ROW = 42
"""Bytes that a row takes in a page, about."""
LEAST, MOST = 50, 8_000
"""Rows of a page."""
FEW = 20_000
"""Changes up to which they are found by their revision, not by their time."""
_KEY, _REPORTED = RECORD.names.index("key"), RECORD.names.index("reported")


def day_states(archive: Archive) -> tuple[DayState, ...]:
    return tuple(DayState(day.day, day.revision, day.rows, day.size) for day in archive.days())


def row_bytes(archive: Archive) -> float:
    """Bytes that a row takes, on the mean of all days."""
    days = archive.days()
    rows = sum(day.rows for day in days)
    return sum(day.size for day in days) / rows if rows else A_ROW


def changed_rows(archive: Archive, since: int) -> int:
    """How many rows changed behind a revision."""
    return archive.count() if not since else archive.number("count(*)", "WHERE rev > ?", since)


def page(archive: Archive, wanted: DaysWanted) -> DaysPage:
    """The next page.

    Raises:
        OutsideError: the file can not be read.
    """
    if wanted.archive and wanted.archive != archive.id:
        return DaysPage(archive.id, b"", 0, RowsCursor(), True, 0, 0, archive.as_of)
    cursor = wanted.cursor
    if not cursor.until:
        cursor = msgspec.structs.replace(cursor, until=archive.revision, closed=0, reported=0, key="", page=0)
    most = min(max(wanted.most, 2_000), 2 * PAGE)
    rows, cursor = _rows(archive, cursor, min(max(most // A_ROW, LEAST), MOST))
    data = pack(Records.of_rows(rows)) if rows else b""
    while len(data) > most * 1.2 and len(rows) > LEAST:
        rows = rows[: max(LEAST, int(len(rows) * most / len(data)))]
        data = pack(Records.of_rows(rows))
    if not rows:
        return DaysPage(archive.id, b"", 0, cursor, True, 0, 0, archive.as_of)
    last = rows[-1]
    after = msgspec.structs.replace(cursor, reported=last[_REPORTED], key=last[_KEY], page=cursor.page + 1)
    left = _left(archive, after)
    return DaysPage(archive.id, data, len(rows), after, left == 0, left, -(-left // len(rows)), archive.as_of)


def _rows(archive: Archive, cursor: RowsCursor, limit: int) -> tuple[list[Row], RowsCursor]:
    """Rows behind the cursor, of one kind; and the cursor, which may have gone on to the closed ones."""
    while True:
        where, given = _where(archive, cursor)
        rows = archive.select(f"{where} ORDER BY reported DESC, key DESC LIMIT ?", *given, limit)
        if rows or cursor.closed:
            return rows, cursor
        cursor = msgspec.structs.replace(cursor, closed=1, reported=0, key="")


def _where(archive: Archive, cursor: RowsCursor) -> tuple[str, tuple[object, ...]]:
    few = cursor.since > 0 and changed_rows(archive, cursor.since) <= FEW
    index = "record_rev" if few else "record_reported" if cursor.closed else "record_open"
    where = f"INDEXED BY {index} WHERE closed {'<>' if cursor.closed else '='} 0 AND rev <= ?"
    given: tuple[object, ...] = (cursor.until,)
    if cursor.since:
        where, given = f"{where} AND rev > ?", (*given, cursor.since)
    if cursor.key or cursor.reported:
        where, given = f"{where} AND reported <= ? AND (reported, key) < (?, ?)", (
            *given, cursor.reported, cursor.reported, cursor.key,
        )  # fmt: skip
    return where, given


def _left(archive: Archive, cursor: RowsCursor) -> int:
    """Rows of the round behind the cursor."""
    if cursor.since:
        where, given = _where(archive, cursor)
        left = archive.number("count(*)", where, *given)
        if not cursor.closed:
            where, given = _where(archive, msgspec.structs.replace(cursor, closed=1, reported=0, key=""))
            left += archive.number("count(*)", where, *given)
        return left
    where, given = _where(archive, msgspec.structs.replace(cursor, closed=0))
    if not cursor.closed:
        opened = archive.number("count(*)", "INDEXED BY record_open WHERE closed = 0")
        return archive.number("count(*)", where, *given) + archive.count() - opened
    # by the days' numbers: half a million rows are not counted for each page
    day = day_of(cursor.reported)
    older = sum(one.rows for one in archive.days() if one.day < day)
    same = archive.number(
        "count(*)", "WHERE reported >= ? AND (reported, key) < (?, ?)", begin_of(day), cursor.reported, cursor.key
    )
    opened = archive.number("count(*)", "INDEXED BY record_open WHERE closed = 0 AND reported < ?", cursor.reported)
    return max(0, older + same - opened)
