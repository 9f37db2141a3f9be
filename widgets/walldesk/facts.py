"""Facts one under another, a label and its words each, with a hairline between them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.kit.context import PanelContext
from widgets.kit.panel import guarded

ROW, LABEL = 33, 74


class Facts(QWidget):
    """
    Attributes:
        rows: (label, words) of now.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.rows: list[tuple[str, str]] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setMinimumSize(140, 60)

    def sizeHint(self) -> QSize:
        return QSize(420, ROW * 6)

    def show_rows(self, rows: list[tuple[str, str]]) -> None:
        if rows != self.rows:
            self.rows = rows
            self.setAccessibleDescription(", ".join(f"{label} {words}" for label, words in rows))
            self.setToolTip("\n".join(f"{label}  {words}" for label, words in rows))
            self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._ctx.theme
        font = theme.font("body")
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        left = max(LABEL, max((metrics.horizontalAdvance(label) + 16 for label, _ in self.rows), default=0))
        high = min(ROW, self.height() // max(len(self.rows), 1))
        for i, (label, words) in enumerate(self.rows):
            y = i * high
            if i:
                painter.fillRect(0, y, self.width(), 1, theme.line)
            painter.setPen(theme.t2)
            painter.drawText(QRectF(0, y, left, high), int(Qt.AlignmentFlag.AlignVCenter), label)
            painter.setPen(theme.t1)
            room = self.width() - left
            cut = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(left, y, room, high), int(Qt.AlignmentFlag.AlignVCenter), cut)
