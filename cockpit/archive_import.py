"""Past cases from a file of an office: CSV, XLSX or JSON lines, by columns as offices head them or as one names them.

A row that can not be used is named with what is wrong with it, and goes into a file of its own beside: nothing is lost.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from cockpit.archive_export import UNITS, units_of
from cockpit.archive_import_rows import HEADS, NEEDED, Words, row_of
from cockpit.geo.areas import Areas
from cockpit.model.archive import RECORD
from cockpit.model.cellwords import cell_words
from cockpit.model.city import Pack
from cockpit.model.errors import OutsideError, UserError
from cockpit.model.messages import Message
from cockpit.model.typed import from_json
from cockpit.signs.sheets import Cell, plain, rows_of
from cockpit.store.archive import Archive, Row

MOST_ROWS = 1_000_000
AT_ONCE = 2_000


class Wrong(msgspec.Struct, frozen=True):
    """A row that can not be used: its number in the file, why, and what it says."""

    row: int
    why: Message
    cells: tuple[str, ...]


class Read(msgspec.Struct):
    """What a file says.

    Attributes:
        rows: of the archive. head: of the file. wrong: in order. units: names and kinds of those that were not known.
    """

    rows: list[Row] = []
    head: tuple[str, ...] = ()
    wrong: list[Wrong] = []
    units: dict[str, tuple[str, str]] = {}


def read_file(
    path: Path, pack: Pack, units: Mapping[str, tuple[str, str]], now: int, columns: Mapping[str, str] | None = None
) -> Read:
    """What a file says, and all that is wrong with it.

    Args:
        units: name and kind of those that are known, by key.
        columns: heads of the file by name of column, before those that are known of themselves.

    Raises:
        UserError: nothing of it can be read. OutsideError: it is not there.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise OutsideError("archive.import_unreadable", file=str(path), why=error.strerror or str(error)) from error
    head, body = _json_lines(path, data) if path.suffix.lower() in (".jsonl", ".ndjson") else _sheet(path, data)
    at = _columns(head, columns or {})
    lacking = [HEADS[name][0] for name in NEEDED if name not in at]
    if lacking:
        raise UserError("archive.import_columns", columns="、".join(lacking), head="、".join(head)[:200])
    words = Words(pack, Areas.load(pack.folder), units)
    read = Read(head=tuple(head))
    seen: dict[str, int] = {}
    for number, cells in body:
        try:
            if isinstance(cells, Message):
                raise UserError(cells.id, **cells.params)
            row = row_of({name: cells[i] if i < len(cells) else "" for name, i in at.items()}, words, now)
            before = seen.setdefault(row[0], number)
            if before != number:
                raise UserError("archive.import_twice", row=before)
            read.rows.append(row)
        except UserError as error:
            said = () if isinstance(cells, Message) else tuple(plain(cell) for cell in cells)
            read.wrong.append(Wrong(number, error.message, said))
    read.units = words.new_units
    return read


def take(archive: Archive, read: Read) -> int:
    """Puts what was read into the archive; how many rows became others.

    Raises:
        OutsideError: the disk refused; what was written before stays.
    """
    changed = 0
    if read.units:
        units = units_of(archive) | read.units
        archive.note(**{UNITS: msgspec.msgpack.encode(units)})
    rows = sorted(read.rows, key=lambda row: int(row[_REPORTED]))
    for at in range(0, len(rows), AT_ONCE):
        changed += archive.upsert(rows[at : at + AT_ONCE]).rows
    return changed


def put_wrong(read: Read, path: Path, say: Callable[[Message], str]) -> None:
    """Rows that could not be used as a file of their own, each with its number and why.

    Raises:
        OutsideError: the disk refused.
    """
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(["行", "原因", *map(cell_words, read.head)])
    for wrong in read.wrong:
        out.writerow([wrong.row, say(wrong.why), *map(cell_words, wrong.cells)])
    try:
        path.write_text(text.getvalue(), "utf-8-sig")
    except OSError as error:
        raise OutsideError("archive.export_failed", file=str(path), why=error.strerror or str(error)) from error


_REPORTED = RECORD.names.index("reported")
_Body = Iterator[tuple[int, "list[Cell] | Message"]]


def _sheet(path: Path, data: bytes) -> tuple[list[str], _Body]:
    rows = rows_of(path.name, data, MOST_ROWS)
    first = next((i for i, row in enumerate(rows) if row), None)
    if first is None:
        raise UserError("archive.import_empty", file=path.name)
    body = ((i + 1, row) for i, row in enumerate(rows) if row and i > first)
    return [plain(cell) for cell in rows[first]], ((i, row) for i, row in body)


def _json_lines(path: Path, data: bytes) -> tuple[list[str], _Body]:
    """Objects a line; their members are the columns, those of any line."""
    lines: list[tuple[int, dict[str, Any] | Message]] = []
    head: dict[str, None] = {}
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        try:
            said = from_json(line, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            lines.append((number, Message("archive.import_json", {"why": str(error)[:80]})))
            continue
        head |= dict.fromkeys(said)
        lines.append((number, said))
    if not lines:
        raise UserError("archive.import_empty", file=path.name)
    names = list(head)

    def body() -> _Body:
        for number, said in lines:
            yield number, said if isinstance(said, Message) else [_cell(said.get(name)) for name in names]

    return names, body()


def _cell(value: object) -> Cell:
    if value is None:
        return ""
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)[:2_000]


def _columns(head: list[str], named: Mapping[str, str]) -> dict[str, int]:
    """Place of each column that the file has.

    Raises:
        UserError: a column is named that is none, or is not in the file.
    """
    places = {word.lower(): i for i, word in reversed(list(enumerate(head)))}
    found = {}
    for name, words in HEADS.items():
        for word in words:
            if word.lower() in places and name not in found:
                found[name] = places[word.lower()]
    for name, word in named.items():
        if name not in HEADS:
            raise UserError("archive.import_no_column", column=name[:40], known="、".join(HEADS))
        if word.lower() not in places:
            raise UserError("archive.import_no_head", head=word[:40], known="、".join(head)[:200])
        found[name] = places[word.lower()]
    return found
