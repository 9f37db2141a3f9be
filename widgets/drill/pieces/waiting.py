"""What a page says while its answers are made: that they are, how far, and the place where they will stand."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.kit.context import PanelContext

ROW, GAP, PAD, HEAD = 12, 26, 12, 40
WIDTHS = (0.62, 0.54, 0.47, 0.41, 0.36, 0.32, 0.28, 0.25)
"""Of lines that stand for rows: they say where something will be, not how much."""


class Waiting(QWidget):
    """Lies over a widget and has its size. It stands still: nothing moves while nothing changed.

    Attributes:
        words: what is said.
    """

    def __init__(self, ctx: PanelContext, over: QWidget) -> None:
        super().__init__(over)
        self._ctx = ctx
        self.words = ""
        over.installEventFilter(self)
        self.hide()

    def say(self, words: str) -> None:
        """Shows itself with these words."""
        self.words = words
        self.setAccessibleName(words)
        self._cover()
        self.show()
        self.raise_()
        self.update()

    def _cover(self) -> None:
        over = self.parentWidget()
        if over is not None:
            self.setGeometry(over.rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._cover()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._ctx.theme
        painter.fillRect(self.rect(), theme.s1)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.t2)
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.drawText(QRectF(PAD, 0, self.width() - 2 * PAD, HEAD), middle, self.words)
        wide = self.width() - 2 * PAD
        for i, share in enumerate(WIDTHS):
            top = HEAD + i * GAP
            if top + ROW > self.height():
                break
            painter.fillRect(QRectF(PAD, top, wide * 0.14, ROW), theme.s2)
            painter.fillRect(QRectF(PAD + wide * 0.17, top, wide * share, ROW), theme.s2)
