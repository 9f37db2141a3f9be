"""A list that says in a sentence why it is empty."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QListWidget, QWidget

from widgets.kit.context import PanelContext

_WRAPPED = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)


class SayingList(QListWidget):
    """Attributes:
    empty: the sentence; it stands as long as there is no row, and is the list's accessible description then.
    """

    def __init__(self, ctx: PanelContext, empty: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx, self._empty = ctx, empty
        for changed in (self.model().rowsInserted, self.model().rowsRemoved, self.model().modelReset):
            changed.connect(self._tell)
        self._tell()

    @property
    def empty(self) -> str:
        return self._empty

    @empty.setter
    def empty(self, words: str) -> None:
        self._empty = words
        self._tell()

    def _tell(self) -> None:
        self.setAccessibleDescription("" if self.count() else self.empty)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.count() or not self.empty:
            return
        painter = QPainter(self.viewport())
        painter.setFont(self._ctx.theme.font("body"))
        painter.setPen(self._ctx.theme.t3)
        painter.drawText(QRectF(self.viewport().rect()).adjusted(16, 16, -16, -16), _WRAPPED, self.empty)
