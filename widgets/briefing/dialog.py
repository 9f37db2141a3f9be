"""The window of briefings: what is wanted at the left, the pages at the right, what was found below, save and print."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QStandardPaths, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from cockpit.model.briefings import TemplateFacts, Wanted, Written
from cockpit.model.messages import Message
from cockpit.model.ports.briefings import Briefings, Made
from widgets.briefing.bettering import Bettering
from widgets.briefing.form import Form
from widgets.briefing.pages import Pages
from widgets.briefing.wording import WordingPage
from widgets.kit.buttons import KeyButton, button, disable
from widgets.kit.context import PanelContext
from widgets.kit.label import label

BETTER_KEY = "Ctrl+E"
_MOST = 6
"""Findings that are listed one by one."""


class BriefingDialog(QDialog):
    """
    Attributes:
        form: what is wanted. pages: the preview. findings: what was found.
        see, save_pdf, save_docx, print: the buttons. saving: asks where, while it is open.
        made: the last one with the wish that it answers, None none.
        better: asks the model of the site for better words. bettering, wording: how, and what it offers.
        taken: blocks that are in its words.
    """

    def __init__(self, ctx: PanelContext, port: Briefings, known: tuple[TemplateFacts, ...], parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx, self._port = ctx, port
        t = ctx.t
        self.setWindowTitle(t("briefing.window"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(1060, 760)
        self.made: tuple[Wanted, Made] | None = None
        self.taken: tuple[int, ...] = ()
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
        self.better = KeyButton(t("briefing.better"), BETTER_KEY, ctx.theme, parent=self)
        self.better.clicked.connect(lambda _checked=False: self.improve())
        self.better.setAutoDefault(False)
        left.addWidget(self.better)
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
        self.pages, self.wording = Pages(t, self), WordingPage(ctx, self)
        self.right = QStackedWidget(self)
        for page in (self.pages, self.wording):
            self.right.addWidget(page)
        whole.addWidget(self.right, 1)
        self.bettering = Bettering(ctx, self.wording, self)
        self.bettering.taken.connect(self._take)
        self.bettering.changed.connect(self._bettered)
        for key, run in (("Ctrl+S", lambda: self.save("pdf")), ("Ctrl+Shift+S", lambda: self.save("docx")),
                         ("Ctrl+P", self.ask_printer), (BETTER_KEY, self.improve)):  # fmt: skip
            QShortcut(QKeySequence(key), self).activated.connect(run)
        self.form.changed.connect(self._stale)
        self._look = QTimer(self)
        self._look.setInterval(1000)
        self._look.timeout.connect(self._able)
        if ctx.wording is not None:
            self._look.start()
        self._able()

    # -- making ------------------------------------------------------------------------------------------------------

    def preview(self) -> None:
        """Makes it and shows its pages, in its own words."""
        self.taken = ()
        self._make("pdf", self._show)

    def _make(self, format: str, then: Callable[[Made], None]) -> None:
        wanted = self.form.wanted(format)
        if self.taken and self.made is not None:  # of the very instant of which the words were offered
            wanted = msgspec.structs.replace(self.made[0], format=format)
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

        wording = self._ctx.wording
        if self.taken and wording is not None:
            self._cancel = wording.make(wanted, self.taken, done)
        else:
            self._cancel = self._port.make(wanted, done)

    # -- better words by the model of the site -----------------------------------------------------------------------

    def improve(self) -> None:
        """Asks for other words of what is shown."""
        if self.made is not None and self.better.isEnabled():
            self.bettering.ask(self.made[0])

    def _take(self, taken: tuple[int, ...]) -> None:
        """Makes the briefing in the words that were taken."""
        if self.made is not None:
            self.taken = taken
            self._make(self.made[0].format, self._show)

    def _bettered(self) -> None:
        self.right.setCurrentWidget(self.wording if self.bettering.open else self.pages)
        self._able()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and (self.bettering.open or self.bettering.busy):
            self.bettering.leave()
            return
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if self.bettering.open and control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.wording.take.click()
            return
        super().keyPressEvent(event)

    # -- what is shown -----------------------------------------------------------------------------------------------

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
        self.made, self.taken = None, ()
        self.bettering.leave()
        self.findings.setText("")
        self.pages.show_words(self._ctx.t("briefing.waits"))
        self._able()

    def _able(self) -> None:
        idle = self._wish is None and not self.bettering.busy and not self.bettering.open
        self.see.setEnabled(idle)
        self.save_pdf.setEnabled(idle)
        self.save_docx.setEnabled(idle)
        self.print.setEnabled(idle and self.pages.count > 0)
        state = self.bettering.state
        self.better.setVisible(state.on or state.why is not None)
        t, ready = self._ctx.t, self.made is not None and bool(self.made[1].data)
        why = t(state.why) if state.why is not None else "" if idle and ready else t("briefing.better_first")
        disable(self.better, why)

    # -- saving and printing -----------------------------------------------------------------------------------------

    def save(self, format: str) -> None:
        """Asks where to, of what is shown; makes it first where that is another file."""
        if self._wish is not None or self.bettering.open:
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
        self._look.stop()
        self.bettering.leave()
        with contextlib.suppress(RuntimeError):
            self.pages.close_pages()
        super().closeEvent(event)
