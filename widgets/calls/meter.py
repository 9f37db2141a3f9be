"""How loud it is, in ten bars: the microphone's, and what is heard."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.kit.icons import draw_icon
from widgets.kit.theme import Theme

BARS, STEP, SIGN = 10, 5, 18


class LevelMeter(QWidget):
    """
    Attributes:
        level: 0 to 1.
        quiet: nothing is heard of it (muted): its bars are hollow whatever it measures.
    """

    def __init__(self, theme: Theme, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme, self._icon = theme, icon
        self.level = 0.0
        self.quiet = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(SIGN + BARS * STEP, 16)

    def tell(self, level: float, quiet: bool, words: str) -> None:
        """The level of now; `words` say whose it is."""
        self.setAccessibleName(words)
        self.setToolTip(words)
        if (round(level * BARS), quiet) != (round(self.level * BARS), self.quiet):
            self.level, self.quiet = level, quiet
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_icon(painter, QRectF(0, 1, 14, 14), self._icon, theme.t3, 1.75)
        lit = 0 if self.quiet else round(min(max(self.level, 0.0), 1.0) * BARS)
        for i in range(BARS):
            token = "line2" if i >= lit else "orange_text" if i >= BARS - 1 else "t1"
            painter.fillRect(QRectF(SIGN + i * STEP, 2, STEP - 2, self.height() - 4), theme[token])
