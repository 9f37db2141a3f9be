"""Asks for a place, and writes a CSV file there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from cockpit.model.ages import full_stamp
from cockpit.model.messages import Message
from widgets.kit.context import PanelContext

_FORBIDDEN = '\\/:*?"<>|'


class Exporting(QObject):
    """Writes CSV files.

    Attributes:
        dialog: the one that is open, None when none is.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx, self._over = ctx, parent
        self.dialog: QFileDialog | None = None

    def ask(self, name: str, made: Callable[[], bytes]) -> None:
        """Asks where; `made` makes the bytes of that moment."""
        ctx = self._ctx
        stamp = full_stamp(ctx.clock.now()).translate({ord("-"): None, ord(":"): None, ord(" "): "-"})
        words = f"{ctx.t('signsui.title')}-{name}-{stamp}".replace(" ", "")
        file = "".join("-" if c in _FORBIDDEN else c for c in words) + ".csv"
        dialog = self.dialog = QFileDialog(self._over, ctx.t("signsui.export_where"), str(self._folder() / file))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("CSV (*.csv)")
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(file)
        dialog.fileSelected.connect(lambda chosen: self.write(Path(chosen), made()))
        dialog.finished.connect(self._finished)
        dialog.open()

    def _finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = None

    def _folder(self) -> Path:
        kept = Path(str(self._ctx.prefs.get("signs.folder", "")) or "absent")
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return kept if kept.is_dir() else Path(documents) if Path(documents).is_dir() else Path.home()

    def write(self, file: Path, data: bytes) -> bool:
        """Writes the file and says where it is, or why it is not; whether it is there."""
        ctx = self._ctx
        try:
            file.write_bytes(data)
        except OSError as error:
            why = error.strerror or str(error)
            ctx.notify(Message("signsui.export_failed", {"file": file.name, "why": why}), 0)
            return False
        ctx.prefs.set("signs.folder", str(file.parent))
        ctx.notify(Message("signsui.exported", {"file": str(file)}), 0)
        return True
