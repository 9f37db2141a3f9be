"""The window of briefings: what is wanted at the left, the pages at the right, what was found below, save and print."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from cockpit.model.briefings import TemplateFacts, Wanted, Written
from cockpit.model.messages import Message
from cockpit.model.ports.briefings import Briefings, Made
from widgets.briefing.form import Form
from widgets.briefing.pages import Pages
from widgets.kit.buttons import button
from widgets.kit.context import PanelContext
from widgets.kit.label import label

_MOST = 6
"""Findings that are listed one by one."""


class BriefingDialog(QDialog):
    """
    Attributes:
        form: what is wanted. pages: the preview. findings: what was found.
        see, save_pdf, save_docx, print: the buttons. saving: asks where, while it is open.
        made: the last one with the wish that it answers, None none.
    """

    def __init__(self, ctx: PanelContext, port: Briefings, known: tuple[TemplateFacts, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx, self._port = ctx, port
        t = ctx.t
        self.setWindowTitle(t("briefing.window"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(1060, 760)
        self.made: tuple[Wanted, Made] | None = None
        self._wish: Wanted | None = None
        self._cancel: Callable[[], None] = lambda: None
        self.saving: QFileDialog | None = None
        whole = QHBoxLayout(self)
        whole.setContentsMargins(20, 18, 20, 16)
        whole.setSpacing(18)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(label(t("briefing.window"), self, role="", style="title", wrap=False))
        left.addWidget(label(t("briefing.by_here" if port.offline else "briefing.by_hub"), self))
        self.form = Form(ctx, port, known, self)
        left.addWidget(self.form)
        self.see = button(t("briefing.see"), self.preview, "primary", parent=self)
        self.see.setDefault(True)
        left.addWidget(self.see)
        self.findings = label("", self)
        self.findings.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.MinimumExpanding)
        self.findings.setAlignment(Qt.AlignmentFlag.AlignTop)
        left.addWidget(self.findings, 1)
        self.save_pdf = button(t("briefing.save_pdf"), lambda: self.save("pdf"), parent=self)
        self.save_docx = button(t("briefing.save_docx"), lambda: self.save("docx"), parent=self)
        self.print = button(t("briefing.print"), self.ask_printer, parent=self)
        for one in (self.save_pdf, self.save_docx, self.print):
            left.addWidget(one)
        left.addWidget(button(t("briefing.close"), self.close, parent=self))
        side = QWidget(self)
        side.setFixedWidth(280)
        side.setLayout(left)
        left.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(side)
        self.pages = Pages(t, self)
        whole.addWidget(self.pages, 1)
        for key, run in (("Ctrl+S", lambda: self.save("pdf")), ("Ctrl+Shift+S", lambda: self.save("docx")),
                         ("Ctrl+P", self.ask_printer)):  # fmt: skip
            QShortcut(QKeySequence(key), self).activated.connect(run)
        self.form.changed.connect(self._stale)
        self._able()

    # -- making ------------------------------------------------------------------------------------------------------

    def preview(self) -> None:
        """Makes it and shows its pages."""
        self._make("pdf", self._show)

    def _make(self, format: str, then: Callable[[Made], None]) -> None:
        wanted = self.form.wanted(format)
        if isinstance(wanted, Message):
            self.pages.show_words(self._ctx.t(wanted))
            return
        self._cancel()
        self._wish = wanted
        self.pages.show_words(self._ctx.t("briefing.working"))
        self._able()

        def done(made: Made | Message) -> None:
            self._wish = None
            if isinstance(made, Message):
                self.pages.show_words(self._ctx.t(made))
            else:
                self._tell(made.written)
                if made.data:
                    self.made = (wanted, made)
                    then(made)
                else:
                    self.pages.show_words(self.findings.text())
            self._able()

        self._cancel = self._port.make(wanted, done)

    def _show(self, made: Made) -> None:
        if self.pages.able:
            self.pages.show_pdf(made.data)

    def _tell(self, written: Written) -> None:
        t, found = self._ctx.t, written.findings
        if not written.released:
            head = t("briefing.stopped")
        else:
            head = t("briefing.noted", n=len(found)) if found else t("briefing.passed")
        lines = [f"· {t(one.message)}{f'“{one.where}”' if one.where else ''}" for one in found[:_MOST]]
        self.findings.setText("\n".join([head, *lines, *(["…"] if len(found) > _MOST else [])]))

    def _stale(self) -> None:
        """Something else is chosen: what is shown is no longer what would be saved."""
        self._cancel()
        self._wish = None
        self.made = None
        self.findings.setText("")
        self.pages.show_words(self._ctx.t("briefing.waits"))
        self._able()

    def _able(self) -> None:
        idle = self._wish is None
        self.see.setEnabled(idle)
        self.save_pdf.setEnabled(idle)
        self.save_docx.setEnabled(idle)
        self.print.setEnabled(idle and self.pages.count > 0)

    # -- saving and printing -----------------------------------------------------------------------------------------

    def save(self, format: str) -> None:
        """Asks where to, of what is shown; makes it first where that is another file."""
        if self._wish is not None:
            return
        if self.made is not None and self.made[0].format == format:
            self._ask_where(self.made[1], format)
            return
        shown = self.made
        self._make(format, lambda made: self._made_to_save(made, format, shown))

    def _made_to_save(self, made: Made, format: str, shown: tuple[Wanted, Made] | None) -> None:
        if format == "pdf":
            self._show(made)
        elif shown is not None:  # the pages stay what they were
            self.made = shown
            self._show(shown[1])
        else:
            self.pages.show_words(self._ctx.t("briefing.waits"))
        self._ask_where(made, format)

    def _ask_where(self, made: Made, format: str) -> None:
        file = f"{made.written.name}.{format}"
        dialog = self.saving = QFileDialog(self, self._ctx.t("briefing.save_where"), str(self._folder() / file))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"{format.upper()} (*.{format})")
        dialog.setDefaultSuffix(format)
        dialog.selectFile(file)
        dialog.fileSelected.connect(lambda chosen: self.write(Path(chosen), made.data))
        dialog.finished.connect(self._saving_over)
        dialog.open()

    def _saving_over(self) -> None:
        self.saving = None

    def _folder(self) -> Path:
        kept = Path(str(self._ctx.prefs.get("briefing.folder", "")) or "absent")
        documents = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or "absent")
        return kept if kept.is_dir() else documents if documents.is_dir() else Path.home()

    def write(self, file: Path, data: bytes) -> bool:
        """Writes the file and says where it is, or why it is not; whether it is there."""
        try:
            file.write_bytes(data)
        except OSError as error:
            why = error.strerror or str(error)
            self._ctx.notify(Message("briefing.not_saved", {"why": why, "file": file.name}), 0)
            return False
        self._ctx.prefs.set("briefing.folder", str(file.parent))
        self._ctx.notify(Message("briefing.saved", {"file": str(file)}), 0)
        return True

    def ask_printer(self) -> None:
        """Asks for a printer and prints the pages that are shown."""
        if not self.pages.count:
            return
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.pages.print_to(printer))
        dialog.open()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._cancel()
        with contextlib.suppress(RuntimeError):
            self.pages.close_pages()
        super().closeEvent(event)
