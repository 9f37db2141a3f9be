"""Asks for a place, and writes a file there that a person takes along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from cockpit.model.ages import full_stamp
from cockpit.model.messages import Message
from widgets.kit.context import PanelContext

_FORBIDDEN = '\\/:*?"<>|'
_LONGEST = 120

Made = Callable[[str], bytes]
"""The bytes of that moment, for an ending."""


class SavingWords(NamedTuple):
    """Ids of what is said: the dialog's title, that it is there (`file`), that it is not (`file`, `why`)."""

    where: str
    done: str
    failed: str


class Saving(QObject):
    """Asks where, and writes; the folder is the one of the last time.

    Attributes:
        dialog: the one that is open, None when none is.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget, words: SavingWords, pref: str, *endings: str) -> None:
        """
        Args:
            pref: where the folder is kept.
            endings: that are offered, the usual one first.
        """
        super().__init__(parent)
        self._ctx, self._over, self._words, self._pref, self._endings = ctx, parent, words, pref, endings
        self.dialog: QFileDialog | None = None

    def ask(self, name: str, made: Made) -> None:
        """Asks for a place; the file's name tells the city's time too."""
        ctx = self._ctx
        stamp = full_stamp(ctx.clock.now()).translate({ord("-"): None, ord(":"): None, ord(" "): "-"})
        file = "".join("-" if c in _FORBIDDEN else c for c in f"{name}-{stamp}".replace(" ", ""))[:_LONGEST]
        dialog = self.dialog = QFileDialog(self._over, ctx.t(self._words.where), str(self._folder() / file))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        filters = {f"{ending.upper()} (*.{ending})": ending for ending in self._endings}
        dialog.setNameFilters(list(filters))
        dialog.setDefaultSuffix(self._endings[0])
        dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(filters[chosen]))
        dialog.selectFile(file)
        dialog.fileSelected.connect(lambda chosen: self.write(Path(chosen), made))
        dialog.finished.connect(self._finished)
        dialog.open()

    def _finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = None

    def _folder(self) -> Path:
        kept = Path(str(self._ctx.prefs.get(self._pref, "")) or "absent")
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return kept if kept.is_dir() else Path(documents) if Path(documents).is_dir() else Path.home()

    def write(self, file: Path, made: Made) -> bool:
        """Writes the file and says where it is, or why it is not; whether it is there. What has another ending than
        those offered is written as the last of them."""
        ctx = self._ctx
        ending = file.suffix.lower().lstrip(".")
        try:
            file.write_bytes(made(ending if ending in self._endings else self._endings[-1]))
        except OSError as error:
            why = error.strerror or str(error)
            ctx.notify(Message(self._words.failed, {"file": file.name, "why": why}), 0)
            return False
        ctx.prefs.set(self._pref, str(file.parent))
        ctx.notify(Message(self._words.done, {"file": str(file)}), 0)
        return True
