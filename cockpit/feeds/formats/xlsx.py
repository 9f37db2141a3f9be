"""XLSX (ECMA-376) by a mapping: one sheet, one record a row.

    [feeds.mapping]
    sheet = "设备"     # by name or by number from 1; the first without
    header = 2         # row of the headings; 0: none, columns are numbered from 1
    complete = false   # the sheet is not all there is: what it lacks is not gone

and `columns`, `facts`, `zone`, `time`, `none` as in `_columns`. Cells that Excel knows for dates need no `time`, but a
`zone`. Of formulas the value counts that was kept with them.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from typing import Any

import openpyxl

from cockpit.feeds.formats._columns import Columns, Record, read_columns
from cockpit.feeds.formats._keys import Keys
from cockpit.feeds.formats._records import Piece, items_of
from cockpit.feeds.formats._xlsx_guard import Unsafe, guard
from cockpit.feeds.formats.base import Context
from cockpit.feeds.items import Item, Refused, refused
from cockpit.model.errors import UserError

MOST_COLUMNS = 256


class Xlsx:
    """Format `xlsx`."""

    def configure(self, mapping: dict[str, Any], topic: str) -> None:
        keys = Keys(mapping)
        self._columns: Columns = read_columns(keys, topic)
        sheet = keys.take("sheet")
        if isinstance(sheet, bool) or not isinstance(sheet, str | int | None):
            raise UserError("formats.not_a_text", detail=keys.at("sheet"))
        self._sheet: str | int = 1 if sheet is None else sheet
        self._header = keys.whole("header", 1, 0, 1000)
        self._complete = keys.flag("complete", True)
        keys.done()

    def parse(self, data: bytes, context: Context) -> list[Item]:
        try:
            guard(data)
        except Unsafe as unsafe:
            return [refused(unsafe.reason, data[:64], **unsafe.params)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of openpyxl, about decoration that it does not know
            try:
                book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            except Exception as error:  # openpyxl raises what its parts raise: anything
                return [refused("not_xlsx", data[:64], detail=type(error).__name__)]
            try:
                return items_of(self._records(book), self._columns, context, self._complete)
            finally:
                book.close()

    def _records(self, book: Any) -> Iterator[tuple[Record, Piece] | Refused]:
        sheet = self._find(book)
        if sheet is None:
            known = "、".join(book.sheetnames)[:200]
            yield refused("no_sheet", b"", detail=str(self._sheet), known=known)
            return
        headings: list[str] = []
        number = 0
        try:
            sheet.reset_dimensions()  # what a file says of its own size is not believed
            for cells in sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True):
                number += 1
                if number < self._header or all(cell is None for cell in cells):
                    continue
                if not headings:
                    headings = self._headings(cells)
                    lacking = [name for name in self._columns.sources if name not in headings]
                    if lacking:
                        yield refused("csv_lacks", _piece(cells), detail="、".join(lacking)[:300])
                        return
                    if self._header:
                        continue
                yield dict(zip(headings, cells, strict=False)).__getitem__, _piece_of(cells)
        except Exception as error:  # as above: a sheet is read while it is walked over
            yield refused("bad_sheet", b"", row=number + 1, detail=type(error).__name__)

    def _find(self, book: Any) -> Any:
        sheets = {sheet.title: sheet for sheet in book.worksheets}
        if isinstance(self._sheet, str):
            return sheets.get(self._sheet)
        return book.worksheets[self._sheet - 1] if 0 < self._sheet <= len(book.worksheets) else None

    def _headings(self, cells: tuple[Any, ...]) -> list[str]:
        if not self._header:
            return [str(i + 1) for i in range(len(cells))]
        return ["" if cell is None else str(cell).strip()[:200] for cell in cells]


def _piece(cells: tuple[Any, ...]) -> bytes:
    shown = [str(cell)[:200] for cell in cells if isinstance(cell, str | float) or cell is not None]
    return ",".join(shown[:50]).encode("utf-8", "replace")


def _piece_of(cells: tuple[Any, ...]) -> Piece:
    return lambda: _piece(cells)


FORMAT = Xlsx
