"""The pages of a PDF as they will be printed; QtPdf draws them. Without QtPdf a sentence in their place."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QStackedLayout, QWidget

from cockpit.model.messages import Texts
from widgets.kit.label import label

try:
    from PySide6.QtPdf import QPdfDocument
    from PySide6.QtPdfWidgets import QPdfView
except ImportError:  # the extra [web] is not installed
    QPdfDocument = QPdfView = None

_PRINT_DPI = 300


class Pages(QWidget):
    """
    Attributes:
        able: whether pages can be shown and printed here.
        words: what is said while there are none.
    """

    def __init__(self, t: Texts, parent: QWidget) -> None:
        super().__init__(parent)
        self.able = QPdfView is not None
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self.words = label(t("briefing.waits" if self.able else "briefing.no_preview"), self)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack.addWidget(self.words)
        self._buffer = QBuffer(self)
        self.document = QPdfDocument(self) if self.able else None
        if self.able:
            self.view = QPdfView(self)
            self.view.setPageMode(QPdfView.PageMode.MultiPage)
            self.view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
            self.view.setDocument(self.document)
            self.view.setAccessibleName(t("briefing.see"))
            self._stack.addWidget(self.view)

    @property
    def count(self) -> int:
        """Pages that are shown."""
        return self.document.pageCount() if self.document is not None and self._shown() else 0

    def _shown(self) -> bool:
        return self.able and self._stack.currentWidget() is self.view

    def show_words(self, words: str) -> None:
        """A sentence in the place of the pages."""
        self.words.setText(words)
        self._stack.setCurrentWidget(self.words)

    def show_pdf(self, data: bytes) -> None:
        """The pages of a PDF, from the first."""
        if self.document is None:
            return
        self.document.close()
        self._buffer.close()
        self._buffer.setData(QByteArray(data))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self.document.load(self._buffer)
        self._stack.setCurrentWidget(self.view)
        self.view.pageNavigator().jump(0, QPoint(0, 0).toPointF())

    def print_to(self, printer: QPrinter) -> bool:
        """All pages, each on one of the printer; whether they were taken."""
        if not self.count or self.document is None:
            return False
        printer.setResolution(min(printer.resolution(), _PRINT_DPI))
        painter = QPainter()
        if not painter.begin(printer):
            return False
        try:
            for n in range(self.count):
                if n and not printer.newPage():
                    return False
                place = QRectF(painter.viewport())
                size = self.document.pagePointSize(n).scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
                painter.drawImage(QRectF(place.topLeft(), size), self.document.render(n, size.toSize()))
        finally:
            painter.end()
        return True

    def close_pages(self) -> None:
        """Lets go of the file before the buffer goes."""
        if self.document is not None:
            self.document.close()
        self._buffer.close()
