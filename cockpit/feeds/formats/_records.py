"""The records of one message to items: rows, or readings where nothing but values is mapped, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from cockpit.feeds.formats._cells import BadCell
from cockpit.feeds.formats._columns import TIME_COLUMNS, Columns, Record
from cockpit.feeds.formats._refusing import Refusals
from cockpit.feeds.formats.base import Context
from cockpit.feeds.items import Everything, Item, Readings, Refused, Rows, SourceTime, refused

MOST = 200_000
"""Records of one message that are read."""

Piece = Callable[[], bytes]
"""A record as it came, for the quarantine; made only where it is needed."""


def items_of(
    records: Iterable[tuple[Record, Piece] | Refused], columns: Columns, context: Context, complete: bool
) -> list[Item]:
    """Items of a message.

    Args:
        records: what the file holds; a record that could not even be taken apart is a `Refused`.
        complete: the message lists everything there is, so that what it lacks is gone.
    """
    bad = Refusals()
    rows: list[dict[str, Any]] = []
    unread: list[str] = []
    sound = True
    for number, record in enumerate(records):
        if number >= MOST:
            bad.add(refused("too_many_records", b"", most=MOST))
            sound = False
            break
        if isinstance(record, Refused):
            bad.add(record)
            sound = sound and bool(record.id)
            unread += [record.id] if record.id else []
            continue
        get, piece = record
        try:
            row = columns.row(get)
            if not row.get("id"):
                raise BadCell("no_id")
        except (BadCell, KeyError) as error:
            id_ = _id(columns, get)
            unread += [id_] if id_ else []
            sound = sound and bool(id_)
            bad.count() if bad.full else bad.add(_refuse(error, piece(), id_))
        else:
            rows.append(row)
    items: list[Item] = [*bad.items()]
    items += _newest(rows)
    if columns.readings:
        return [*items, *_readings(rows)]
    if complete and context.whole and sound and (rows or not bad):
        items.append(Everything(context.topic, [str(row.get("id", "")) for row in rows] + unread))
    if rows:
        items.append(Rows(context.topic, rows))
    return items


def _id(columns: Columns, record: Record) -> str:
    try:
        return columns.id_of(record)[:200]
    except (BadCell, KeyError):
        return ""


def _refuse(error: BadCell | KeyError, piece: bytes, id_: str) -> Refused:
    if isinstance(error, BadCell):
        return refused(error.reason, piece, id_, id=id_ or "?", **error.params)
    return refused("missing", piece, id_, id=id_ or "?", field=str(error.args[0])[:100])


def _newest(rows: list[dict[str, Any]]) -> list[Item]:
    """The newest time in the rows that is one of the past: it shows a clock that runs ahead."""
    past = TIME_COLUMNS - {"expires", "effective"}
    newest = max((row[name] for row in rows for name in past & row.keys()), default=0)
    return [SourceTime(newest, sent=False)] if newest > 0 else []


def _readings(rows: list[dict[str, Any]]) -> list[Item]:
    if not rows:
        return []
    values = np.array([row.get("value", math.nan) for row in rows], dtype=np.float64)
    measured = np.array([row.get("measured", 0) for row in rows], dtype=np.int64)
    return [Readings([row["id"] for row in rows], values, measured)]
