"""Rows of a CSV or XLSX file as an office sends it: UTF-8 or GB18030, dates as cells, and nothing that bursts."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from datetime import date, datetime
from typing import Any

from cockpit.model.errors import UserError

MOST_ROWS = 50_000
MOST_COLUMNS = 60
MOST_CELL = 2_000
MOST_UNZIPPED = 100_000_000
"""Bytes that an XLSX file may become."""

Cell = str | float | datetime


def rows_of(name: str, data: bytes, most: int = MOST_ROWS) -> list[list[Cell]]:
    """The rows, the header first; empty ones are left as empty lists, so that row numbers are those of the file.

    Args:
        most: rows of a file.

    Raises:
        UserError: it is no such file, is broken, or is too large.
    """
    if data[:2] == b"PK":
        return _xlsx(name, data, most)
    if name.lower().rpartition(".")[2] not in ("csv", "txt", "tsv") or b"\0" in data[:4096]:
        raise UserError("signdef.file_unknown", name=name[:80])
    return _csv(name, data, most)


def plain(cell: Cell | None) -> str:
    """A cell as text: full-width digits and signs as plain ones, no space around."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    text = f"{cell:.15g}" if isinstance(cell, float) else cell
    return unicodedata.normalize("NFKC", text).strip()[:MOST_CELL]


def _csv(name: str, data: bytes, most: int) -> list[list[Cell]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise UserError("signdef.file_broken", name=name[:80], why=str(error)) from error
    head = text[:4096].partition("\n")[0]
    comma = max(",\t;", key=head.count)
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=comma):
            rows.append([cell[:MOST_CELL] for cell in row[:MOST_COLUMNS]] if any(map(str.strip, row)) else [])
            if len(rows) > most + 1:
                raise UserError("signdef.file_rows", name=name[:80], most=most)
    except csv.Error as error:
        raise UserError("signdef.file_broken", name=name[:80], why=str(error)) from error
    return rows


def _xlsx(name: str, data: bytes, most: int) -> list[list[Cell]]:
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_UNZIPPED:
                raise UserError("signdef.file_large", size=f"{len(data) / 1e6:.1f}", most=MOST_UNZIPPED // 1_000_000)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        try:
            return _sheet(name, book.worksheets[0], most)
        finally:
            book.close()
    except UserError:
        raise
    except Exception as error:  # what a hostile workbook makes openpyxl raise has no end
        raise UserError("signdef.file_broken", name=name[:80], why=type(error).__name__) from error


def _sheet(name: str, sheet: Any, most: int) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for values in sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True):
        rows.append([_cell(value) for value in values] if any(value is not None for value in values) else [])
        if len(rows) > most + 1:
            raise UserError("signdef.file_rows", name=name[:80], most=most)
    return rows


def _cell(value: object) -> Cell:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value)
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a cell has no zone; it gets Shanghai's
    return str(value)[:MOST_CELL]
