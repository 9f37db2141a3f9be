"""contacts.csv of a site: one line a person, as a spreadsheet writes it; a bad line is named and left out."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from cockpit.calls.book import MOST_CONTACTS, MOST_ORG, MOST_WAYS, Row
from cockpit.calls.book_toml import valid
from cockpit.model.calls import Way, WayKind
from cockpit.model.errors import UserError
from cockpit.model.messages import Message

NAME = "contacts.csv"
MOST_BYTES = 20_000_000
MOST_CELL = 200
_COLUMNS = {
    "name": ("姓名", "name", "名称"),
    "duty": ("职务", "岗位", "duty", "title"),
    "org": ("单位", "部门", "机构", "org", "organisation", "organization", "department"),
    "phone": ("电话", "号码", "手机", "phone", "tel", "number", "mobile"),
    "sip": ("分机", "sip", "extension"),
    "radio": ("电台", "radio"),
    "unit": ("力量", "处置力量", "unit"),
    "area": ("区域", "区划", "区划代码", "area"),
    "id": ("编号", "id"),
}
_MANY = re.compile(r"[;；、|]")
_LEVELS = re.compile(r"[/／>＞]")
_LABELS = {"phone": "", "sip": "分机", "radio": "电台"}


def read_people(path: Path) -> tuple[list[Row], list[Message]]:
    """The persons, and what is wrong with lines that were left out.

    The file is UTF-8 (with or without a mark) or GB 18030, its first line names the columns; several numbers in a cell
    are separated by `;`, levels of an organisation by `/`.

    Raises:
        UserError: the file can not be used at all.
    """
    text = _read(path)
    lines = csv.reader(io.StringIO(text), _dialect(text), strict=True)
    rows: list[Row] = []
    problems: list[Message] = []
    try:
        columns = _columns(path, next(lines, []))
        seen: dict[str, int] = {}
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(rows) >= MOST_CONTACTS:
                problems.append(Message("calls.csv_many", {"file": path.name, "most": MOST_CONTACTS}))
                break
            found = _row(cells, columns, lines.line_num)
            if isinstance(found, Message):
                problems.append(Message("calls.csv_line", {"file": path.name, "line": lines.line_num, "what": found}))
            else:
                rows.append(_once(found, seen))
    except csv.Error as error:
        why = Message("calls.csv_broken", {"why": str(error)})
        problems.append(Message("calls.csv_line", {"file": path.name, "line": lines.line_num, "what": why}))
    return rows, problems


def _read(path: Path) -> str:
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UserError("packs.unreadable", file=str(path), why=error.strerror or str(error)) from error
    if len(data) > MOST_BYTES:
        raise UserError("calls.csv_large", file=str(path), most=MOST_BYTES // 1_000_000)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding).replace("\0", "")
        except UnicodeDecodeError:
            continue
    raise UserError("calls.csv_encoding", file=str(path))


def _dialect(text: str) -> type[csv.Dialect]:
    first = text.partition("\n")[0]

    class Found(csv.excel):
        delimiter = max((",", ";", "\t"), key=first.count)

    return Found


def _columns(path: Path, header: list[str]) -> dict[str, int]:
    words = [cell.strip().lower() for cell in header]
    found = {
        key: next(i for i, word in enumerate(words) if word in names)
        for key, names in _COLUMNS.items()
        if any(word in names for word in words)
    }
    if "name" not in found or not {"phone", "sip", "radio"} & found.keys():
        raise UserError("calls.csv_header", file=str(path))
    return found


def _row(cells: list[str], columns: dict[str, int], line: int) -> Row | Message:
    def cell(key: str) -> str:
        i = columns.get(key, -1)
        return cells[i].strip() if 0 <= i < len(cells) else ""

    name = cell("name")
    if not name:
        return Message("calls.csv_no_name")
    if any(len(cell(key)) > MOST_CELL for key in columns):
        return Message("calls.csv_long", {"most": MOST_CELL})
    ways: list[Way] = []
    for key, label in _LABELS.items():
        for number in filter(None, map(str.strip, _MANY.split(cell(key)))):
            if not valid(number):
                return Message("calls.no_number", {"given": number})
            ways.append(Way(WayKind.SIP, number, label))
    if not ways:
        return Message("calls.csv_no_number", {"name": name})
    org = tuple(filter(None, map(str.strip, _LEVELS.split(cell("org")))))[:MOST_ORG]
    unit = cell("unit")
    return Row(cell("id") or f"{line}", name, cell("duty"), org, unit, cell("area"), tuple(ways[:MOST_WAYS]))


def _once(row: Row, seen: dict[str, int]) -> Row:
    """Two lines with the same number of their own are two persons all the same."""
    n = seen[row.id] = seen.get(row.id, 0) + 1
    return row if n == 1 else Row(f"{row.id}.{n}", row.name, row.duty, row.org, row.unit, row.area, row.ways)
