"""Columnar batches: what the hub publishes on `pic.<city>.<world>.<district>.<topic>` and the seat applies.

A batch carries rows of one table, column by column: numbers as raw little-endian bytes, text as lists.
A row replaces the row with its key. `gone` lists keys that are no longer there. A snapshot (in `parts` parts) is all
there is in its district and topic for the feeds that it names; other rows of those feeds are gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np

from cockpit.model.tables import TABLES, TEXT, Table
from cockpit.model.typed import MsgpackDecoder
from cockpit.model.values import MAX_SLOT, Values, check_values

BATCH_VERSION = 2
MAX_ROWS = 2000
"""Rows a batch at the most, so that a message stays well under the bus' 1 MB."""

Columns = dict[str, Any]
"""Column name to numpy array (numbers) or list of str (text), all of one length."""


class Batch(msgspec.Struct, frozen=True, array_like=True, tag="rows"):
    """One message of the picture; the other kind is `Values`.

    Attributes:
        v: version of this layout.
        hub: id of the hub's run; sequence numbers are of that run.
        topic, district: where it belongs.
        seq: counts up by one per (district, topic) in a run; a gap means a lost message: ask for a snapshot.
        sent: hub's wall clock, UTC us.
        rows: number of rows.
        columns: in the order of the table; numbers as bytes, text as list.
        gone: keys that left.
        snapshot: feeds for which this is all there is; () for a plain batch.
        part, parts: of a snapshot.
        slots: uint32 number of each row, by which `Values` name it; empty where the table has none.
    """

    v: int
    hub: str
    topic: str
    district: str
    seq: int
    sent: int
    rows: int
    columns: list[bytes | list[str]]
    gone: list[str] = []
    snapshot: tuple[str, ...] = ()
    part: int = 0
    parts: int = 1
    slots: bytes = b""

    @property
    def table(self) -> Table:
        return TABLES[self.topic]


_encoder = msgspec.msgpack.Encoder()
_decoder: MsgpackDecoder[Batch | Values] = MsgpackDecoder(Batch | Values)


def encode(batch: Batch | Values) -> bytes:
    return _encoder.encode(batch)


def decode(data: bytes) -> Batch | Values:
    """Bytes of the bus to what they are.

    Raises:
        ValueError: neither, of another version, or its columns do not fit its table.
    """
    try:
        batch = _decoder.decode(data)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from error
    if isinstance(batch, Values):
        check_values(batch)
        return batch
    if batch.v != BATCH_VERSION:
        raise ValueError(f"batch version {batch.v}, not {BATCH_VERSION}")
    table = TABLES.get(batch.topic)
    if table is None or len(table.columns) != len(batch.columns):
        raise ValueError(f"unknown topic or columns: {batch.topic!r}")
    for column, data_of in zip(table.columns, batch.columns, strict=True):
        if isinstance(data_of, bytes) == (column.dtype == TEXT):
            raise ValueError(f"column {column.name} has the wrong type")
        size = len(data_of) if column.dtype == TEXT else len(data_of) // np.dtype(column.dtype).itemsize
        if size != batch.rows:
            raise ValueError(f"column {column.name} has {size} rows, not {batch.rows}")
    if batch.slots and len(batch.slots) != 4 * batch.rows:
        raise ValueError(f"{len(batch.slots) // 4} numbers for {batch.rows} rows")
    if batch.slots and int(np.frombuffer(batch.slots, dtype="<u4").max()) >= MAX_SLOT:
        raise ValueError("a row's number is too large")
    return batch


def pack_columns(table: Table, columns: Columns) -> list[bytes | list[str]]:
    """Columns to the form of the wire."""
    packed: list[bytes | list[str]] = []
    for column in table.columns:
        values = columns[column.name]
        if column.dtype == TEXT:
            packed.append(list(values))
        else:
            packed.append(np.ascontiguousarray(values, dtype=column.dtype).tobytes())
    return packed


def unpack_columns(batch: Batch) -> Columns:
    """Columns of a batch: read-only numpy views for numbers, lists for text."""
    columns: Columns = {}
    for column, data in zip(batch.table.columns, batch.columns, strict=True):
        columns[column.name] = data if isinstance(data, list) else np.frombuffer(data, dtype=column.dtype)
    return columns


def columns_of_rows(table: Table, rows: Sequence[dict[str, Any]]) -> Columns:
    """Rows (dicts with every column) to columns."""
    columns: Columns = {}
    for column in table.columns:
        values = [row[column.name] for row in rows]
        columns[column.name] = values if column.dtype == TEXT else np.array(values, dtype=column.dtype)
    return columns


def take(table: Table, columns: Columns, index: Iterable[int]) -> Columns:
    """The rows at `index`, as columns."""
    where = list(index)
    picked: Columns = {}
    for column in table.columns:
        values = columns[column.name]
        picked[column.name] = [values[i] for i in where] if column.dtype == TEXT else values[where]
    return picked
