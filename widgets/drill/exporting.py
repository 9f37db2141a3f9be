"""Rows of a scope as a file that goes on: CSV or XLSX with what was asked, as of when, and how many there are."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from cockpit.model.ages import full_stamp
from cockpit.model.cellwords import cell_words
from cockpit.model.insight import Rows
from cockpit.model.messages import Message, Texts
from widgets.drill.pieces.rowtable import Column
from widgets.kit.context import PanelContext

_FORBIDDEN = '\\/:*?"<>|'


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


class Exporting(QObject):
    """Asks where, and writes.

    Attributes:
        dialog: the one that is open, None when none is.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx, self._over = ctx, parent
        self.dialog: QFileDialog | None = None

    def ask(self, name: str, made: Callable[[str], bytes]) -> None:
        """Asks for a place; `made` makes the bytes for an ending."""
        ctx = self._ctx
        stamp = full_stamp(ctx.clock.now()).translate({ord("-"): None, ord(":"): None, ord(" "): "-"})
        file = "".join("-" if c in _FORBIDDEN else c for c in f"{name}-{stamp}".replace(" ", ""))[:120]
        dialog = self.dialog = QFileDialog(self._over, ctx.t("drill.export_where"), str(self._folder() / file))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(["XLSX (*.xlsx)", "CSV (*.csv)"])
        dialog.setDefaultSuffix("xlsx")
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix("csv" if "csv" in chosen else "xlsx"))
        dialog.selectFile(file)
        dialog.fileSelected.connect(lambda chosen: self.write(Path(chosen), made))
        dialog.finished.connect(self._finished)
        dialog.open()

    def _finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = None

    def _folder(self) -> Path:
        kept = Path(str(self._ctx.prefs.get("drill.folder", "")) or "absent")
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return kept if kept.is_dir() else Path(documents) if Path(documents).is_dir() else Path.home()

    def write(self, file: Path, made: Callable[[str], bytes]) -> bool:
        """Writes the file and says where it is, or why it is not; whether it is there."""
        ctx = self._ctx
        ending = file.suffix.lower().lstrip(".")
        try:
            file.write_bytes(made(ending if ending in MAKERS else "csv"))
        except OSError as error:
            why = error.strerror or str(error)
            ctx.notify(Message("drill.export_failed", {"file": file.name, "why": why}), 0)
            return False
        ctx.prefs.set("drill.folder", str(file.parent))
        ctx.notify(Message("drill.exported", {"file": str(file)}), 0)
        return True
