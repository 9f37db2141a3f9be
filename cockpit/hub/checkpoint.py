"""The picture on the tape, whole: written piece by piece, its head last, so that one with a head is complete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from cockpit.model.batch import Columns, pack_columns
from cockpit.model.city import FeedSpec
from cockpit.model.clock import CityTime
from cockpit.model.tables import TABLES, TEXT
from cockpit.model.typed import from_msgpack
from cockpit.picture.picture import Picture
from cockpit.tape import Record, TapeReader
from cockpit.tape.record import CHECKPOINT, MINUTE

VERSION = 1
HEAD, PART = "picture", "picture.part"
"""Names under which head and parts lie on the tape."""
PART_ROWS = 50_000


class Site(msgspec.Struct, frozen=True):
    """What is needed to read messages as they were read then.

    Attributes:
        city: id of the pack; program: version of it.
        feeds: as the pack or the site named them, without what could be a secret.
    """

    city: str
    program: str
    feeds: tuple[FeedSpec, ...]


class Part(msgspec.Struct, frozen=True):
    """Rows of a table.

    Attributes:
        names: of its columns, which a later version may have more of.
        columns: as in a batch.
    """

    topic: str
    names: tuple[str, ...]
    rows: int
    columns: list[bytes | list[str]]


class Head(msgspec.Struct, frozen=True):
    """What comes after the parts, with the same name and receive stamp.

    Attributes:
        v: version.
        parts: how many there are.
        city: how the city's clock ran.
        ledger: sequence of the last decision.
    """

    v: int
    parts: int
    city: CityTime
    ledger: int
    site: Site


def bare(spec: FeedSpec) -> FeedSpec:
    """A feed without what only its source needs: addresses with keys in them, users, names of secrets."""
    return msgspec.structs.replace(spec, url="", options={})


def parts_of(picture: Picture) -> Iterator[Part]:
    """The picture as it is now, in parts; its columns are copies."""
    for topic, table in TABLES.items():
        live = picture[topic]
        for start in range(0, len(live), PART_ROWS):
            rows = np.arange(start, min(start + PART_ROWS, len(live)), dtype=np.int64)
            yield Part(topic, table.names, len(rows), pack_columns(table, live.columns(rows)))


def rows_of(part: Part) -> tuple[str, Columns] | None:
    """The columns of a part; None where this version has no such table. Columns that it lacks are empty.

    Raises:
        ValueError: it does not hold what it says.
    """
    table = TABLES.get(part.topic)
    if table is None:
        return None
    if len(part.names) != len(part.columns):
        raise ValueError("columns without names")
    told = dict(zip(part.names, part.columns, strict=True))
    columns: Columns = {
        column.name: _column(told.get(column.name), column.dtype, part.rows) for column in table.columns
    }
    if len(set(columns["key"])) != part.rows:
        raise ValueError("keys that are not there or there twice")
    return part.topic, columns


def _column(told: bytes | list[str] | None, dtype: str, rows: int) -> object:
    if dtype == TEXT:
        words = [""] * rows if told is None else told
        if not isinstance(words, list) or len(words) != rows:
            raise ValueError("a column of text with another length")
        return words
    if told is None:
        return np.full(rows, np.nan if dtype[1] == "f" else 0, dtype=dtype)
    numbers = np.frombuffer(told if isinstance(told, bytes) else b"", dtype=dtype)
    if len(numbers) != rows:
        raise ValueError("a column of numbers with another length")
    return numbers


def encode(value: Part | Head | Site) -> bytes:
    return msgspec.msgpack.encode(value)


class Checkpoint(msgspec.Struct, frozen=True):
    """A checkpoint on the tape.

    Attributes:
        at: when it was made, UTC us of the hub's wall clock; order: of its head.
    """

    at: int
    order: int
    head: Head
    parts: Sequence[Record]


def find(reader: TapeReader, at: int) -> Checkpoint | None:
    """The last checkpoint at an instant that can be read; None where the tape has none."""
    while True:
        record = reader.last_before(at, [MINUTE, CHECKPOINT], [HEAD])
        if record is None:
            return None
        at = record.received - 1
        try:
            head = from_msgpack(record.data, type=Head)
        except msgspec.MsgspecError:
            continue  # of another version
        parts = list(reader.read(record.received, record.received + 1, [record.kind], [PART]))
        parts = [part for part in parts if part.id == record.id]
        if head.v == VERSION and len(parts) == head.parts:
            return Checkpoint(record.received, record.order, head, parts)
