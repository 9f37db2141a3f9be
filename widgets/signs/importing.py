"""Import of definitions or reported values: a file is chosen, tried, its report read, and only then taken."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cockpit.model.messages import Message
from widgets.kit.buttons import button
from widgets.kit.context import PanelContext
from widgets.kit.sayinglist import SayingList
from widgets.lists.question import Question

MOST_BYTES = 20_000_000
MOST_LINES = 2000
"""Sentences of a report that are listed; the rest is counted."""
ENDINGS = (".csv", ".xlsx")


class Importing(QObject):
    """Asks for files.

    Attributes:
        dialog: the one that is open, None when none is.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx, self._over = ctx, parent
        self.dialog: ImportDialog | None = None

    def choose_file(self) -> None:
        """Asks for a file, then tries it."""
        if self.ctx.signs is None:
            self.ctx.notify(Message("signsui.no_service"), 0)
            return
        folder = str(self.ctx.prefs.get("signs.import_folder", str(Path.home())))
        kinds = f"{self.ctx.t('signsui.import_files')} ({' '.join('*' + ending for ending in ENDINGS)})"
        chosen, _ = QFileDialog.getOpenFileName(self._over, self.ctx.t("signsui.import_title"), folder, kinds)
        if chosen:
            self.ctx.prefs.set("signs.import_folder", str(Path(chosen).parent))
            self.try_file(Path(chosen))

    def try_file(self, path: Path) -> ImportDialog | None:
        """The dialog with the report of a trial; None, and a sentence, where the file can not be read."""
        try:
            if path.suffix.lower() not in ENDINGS:
                raise OSError(0, self.ctx.t("signsui.import_ending", known=" ".join(ENDINGS)))
            if path.stat().st_size > MOST_BYTES:
                raise OSError(0, self.ctx.t("signsui.import_large", most=MOST_BYTES // 1_000_000))
            data = path.read_bytes()
        except OSError as error:
            why = error.strerror or str(error)
            self.ctx.notify(Message("signsui.import_unread", {"file": path.name, "why": why}), 0)
            return None
        made = self.dialog = ImportDialog(self.ctx, path.name, data, self._over.window())
        made.finished.connect(self._over_now)
        made.open()
        return made

    def _over_now(self) -> None:
        self.dialog = None


class ImportDialog(QDialog):
    """The report of a trial, and the button that takes the file in.

    Attributes:
        report: a sentence each. state: what is under way, or came of it. take: the button; close_: the other.
        taken: whether it was taken in.
    """

    def __init__(self, ctx: PanelContext, name: str, data: bytes, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.ctx, self.taken = ctx, False
        self._name, self._data = name, data
        self._said: list[Message] = []
        t = ctx.t
        self.setWindowTitle(t("signsui.import_title"))
        self.setMinimumSize(640, 420)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        self.head = QLabel(t("signsui.import_file", file=name), self)
        self.head.setProperty("style", "row_title")
        self.state = QLabel("", self)
        self.state.setProperty("role", "t2")
        for label in (self.head, self.state):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            column.addWidget(label)
        self.report = SayingList(ctx, t("signsui.import_trying"), self)
        self.report.setWordWrap(True)
        self.report.setAccessibleName(t("signsui.import_report"))
        column.addWidget(self.report, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        self.copy = button(t("signsui.import_copy"), self._copy, parent=self)
        self.close_ = button(t("signsui.import_cancel"), self.reject, parent=self)
        self.take = button(t("signsui.import_take"), self._take, "primary", parent=self)
        foot.addWidget(self.copy)
        foot.addStretch(1)
        foot.addWidget(self.close_)
        foot.addWidget(self.take)
        column.addLayout(foot)
        self.close_.setShortcut(QKeySequence.StandardKey.Cancel)
        self._ask(trial=True)

    def _ask(self, trial: bool) -> None:
        self.take.setEnabled(False)
        self.copy.setEnabled(False)
        self.state.setText(self.ctx.t("signsui.import_trying" if trial else "signsui.import_taking"))
        signs = self.ctx.signs
        if signs is None:
            self._answered(Message("signsui.no_service"), trial)
            return
        question = Question(self, lambda said: self._answered(said, trial))
        signs.import_file(self._name, self._data, trial, question.answer)

    def _answered(self, said: list[Message] | Message, trial: bool) -> None:
        t = self.ctx.t
        refused = isinstance(said, Message)
        self._said = [said] if isinstance(said, Message) else list(said)
        self.report.empty = "" if self._said else t("signsui.import_silent")
        self.report.clear()
        self.report.addItems([t(one) for one in self._said[:MOST_LINES]])
        if len(self._said) > MOST_LINES:
            self.report.addItem(t("signsui.import_more", n=len(self._said) - MOST_LINES))
        self.copy.setEnabled(bool(self._said))
        if refused:
            self.state.setText(t("signsui.import_refused"))
            self.take.setEnabled(not trial)  # a hub that did not answer may be asked again
            self.close_.setFocus()
            return
        self.taken = not trial
        self.state.setText(t("signsui.import_tried" if trial else "signsui.import_done"))
        if trial:
            self.take.setEnabled(True)
            self.take.setFocus()
        else:
            self.take.hide()
            self.close_.setText(t("signsui.import_close"))
            self.close_.setFocus()

    def _take(self) -> None:
        self._ask(trial=False)

    def _copy(self) -> None:
        QApplication.clipboard().setText("\n".join(self.ctx.t(one) for one in self._said))
