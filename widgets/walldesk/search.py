"""A field that finds something in a list as it is typed; Escape empties it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.kit.buttons import draw_key
from widgets.kit.context import PanelContext
from widgets.kit.icons import draw_icon
from widgets.kit.lineedit import LineEdit


class SearchField(LineEdit):
    """The field."""

    def __init__(self, ctx: PanelContext, parent: QWidget, key: str = "") -> None:
        """Args: key: that it is reached by, printed in it while it is empty."""
        super().__init__(parent)
        self._ctx, self._key = ctx, key
        self.setTextMargins(20, 0, 24 if key else 0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter, theme = QPainter(self), self._ctx.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        draw_icon(painter, QRectF(9, middle - 7, 14, 14), "search", theme.t2)
        if self._key and not self.text() and not self.hasFocus():
            draw_key(painter, self.width() - 6, middle, self._key, theme)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text() and not self.composing:
            self.clear()
            return
        super().keyPressEvent(event)
