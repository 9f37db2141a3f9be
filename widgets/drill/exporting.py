"""Rows of a scope as a file that goes on: CSV or XLSX with what was asked, as of when, and how many there are."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from cockpit.model.ages import full_stamp
from cockpit.model.cellwords import cell_words
from cockpit.model.insight import Rows
from cockpit.model.messages import Texts
from widgets.drill.pieces.rowtable import Column
from widgets.kit.context import PanelContext
from widgets.kit.saving import Saving, SavingWords


def head_lines(scope: str, rows: Rows, shown: int, t: Texts) -> list[tuple[str, str]]:
    """What stands above the rows: what was asked, as of when, how many of how many."""
    return [
        (t("drill.export_scope"), cell_words(scope)),
        (t("drill.export_as_of"), full_stamp(rows.figure.as_of) if rows.figure.as_of else "–"),
        (t("drill.export_rows"), t("drill.export_count", n=f"{shown:,}", total=f"{rows.total:,}")),
    ]


def table_of(columns: Sequence[Column], rows: Rows) -> list[list[str]]:
    return [[cell_words(column.words(row)) for column in columns] for row in rows.rows]


def as_csv(scope: str, columns: Sequence[Column], rows: Rows, t: Texts) -> bytes:
    """UTF-8 with a mark at its begin, so that office programs read Chinese."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows(head_lines(scope, rows, len(rows.rows), t))
    writer.writerow([])
    writer.writerow([column.title for column in columns])
    writer.writerows(table_of(columns, rows))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(scope: str, columns: Sequence[Column], rows: Rows, t: Texts) -> bytes:
    """One sheet; numbers are numbers, the head stays in sight."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    for line in head_lines(scope, rows, len(rows.rows), t):
        sheet.append(line)
    sheet.append([])
    sheet.append([column.title for column in columns])
    head = sheet.max_row
    for cell in sheet[head]:
        cell.font = Font(bold=True)
    for row in table_of(columns, rows):
        sheet.append([_number(words) if column.number else words for column, words in zip(columns, row, strict=True)])
    sheet.freeze_panes = f"A{head + 1}"
    for i, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(i)].width = min(max(len(column.title) * 2 + 2, column.most / 8), 40)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _number(words: str) -> float | str:
    try:
        return float(words.replace(",", ""))
    except ValueError:
        return words


MAKERS: dict[str, Callable[[str, Sequence[Column], Rows, Texts], bytes]] = {"csv": as_csv, "xlsx": as_xlsx}


def saving(ctx: PanelContext, parent: QWidget) -> Saving:
    """Asks where the rows are to lie, and writes them there; `made` is told one of `MAKERS`."""
    words = SavingWords("drill.export_where", "drill.exported", "drill.export_failed")
    return Saving(ctx, parent, words, "drill.folder", "xlsx", "csv")
