"""Bringing a layer along: a file is chosen or dropped, asked about, read, and what came of it told."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QWidget

from cockpit.geo.imports.files import ENDINGS
from cockpit.geo.imports.model import Report, Wishes
from cockpit.model.messages import Message
from widgets.kit.context import PanelContext
from widgets.map.layers.importing import ImportDialog, filter_words, report_dialog
from widgets.map.layers.store import UserLayers


class Bringing(QObject):
    """Asks for files and tells what came of them.

    Attributes:
        dialog: the one that is open, None when none is.
    """

    def __init__(self, ctx: PanelContext, users: UserLayers, canvas: QWidget, parent: QObject) -> None:
        """Args: canvas: where files are dropped."""
        super().__init__(parent)
        self.ctx, self._users, self._canvas = ctx, users, canvas
        self.dialog: ImportDialog | None = None
        users.finished.connect(self._finished)
        users.refused.connect(self._refused)
        users.problem.connect(self._problem)
        canvas.setAcceptDrops(True)
        canvas.installEventFilter(self)

    def close(self) -> None:
        """Takes no more files."""
        self._canvas.removeEventFilter(self)
        if self.dialog is not None:
            self.dialog.reject()

    def choose_file(self) -> None:
        """Asks for a file, then imports it."""
        answer = self._users.can_import()
        if isinstance(answer, Message):
            self.ctx.notify(answer, 0)
            return
        folder = str(self.ctx.prefs.get("map.import_folder", str(Path.home())))
        chosen, _ = QFileDialog.getOpenFileName(
            self._canvas, self.ctx.t("imports.title"), folder, filter_words(self.ctx)
        )
        if chosen:
            self.ctx.prefs.set("map.import_folder", str(Path(chosen).parent))
            self.ask(Path(chosen))

    def ask(self, path: Path) -> ImportDialog | None:
        """The dialog for a file; None, and a sentence, where none can be imported now."""
        answer = self._users.can_import()
        if path.suffix.lower() not in ENDINGS:
            answer = Message("imports.ending", {"file": path.name, "known": " ".join(ENDINGS)})
        if isinstance(answer, Message):
            self.ctx.notify(answer, 0)
            return None
        if self.dialog is not None:
            self.dialog.reject()
        made = self.dialog = ImportDialog(self.ctx, path, partial(self._start, path), self._canvas.window())
        made.cancel = self._users.cancel
        made.finished.connect(self._dialog_over)
        made.open()
        return made

    def _start(self, path: Path, wishes: Wishes) -> None:
        self._users.import_file(path, wishes)

    def _dialog_over(self) -> None:
        self.dialog = None

    def show_report(self, id: str) -> None:
        """What came of an imported layer when it was read."""
        layer = self._users.layers.get(id)
        if layer is not None:
            report_dialog(self.ctx, layer.data.file, layer.data.report, self._canvas.window()).open()

    def _finished(self, id: str, report: Report) -> None:
        if self.dialog is not None:
            self.dialog.tell(report)

    def _refused(self, why: Message) -> None:
        if self.dialog is not None:
            self.dialog.refuse(why)
        else:
            self.ctx.notify(why, 0)

    def _problem(self, why: Message) -> None:
        self.ctx.notify(why, 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A file dropped onto the map is imported."""
        if watched is self._canvas and isinstance(event, QDragEnterEvent | QDropEvent):
            path = _dropped(event)
            if path is not None:
                event.acceptProposedAction()
                if event.type() == QEvent.Type.Drop:
                    QTimer.singleShot(0, self, lambda: self.ask(path))  # the drop has to end first
                return True
        return False


def _dropped(event: QDropEvent) -> Path | None:
    """The file that is dropped, if it is one file of this machine."""
    urls = event.mimeData().urls()
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
