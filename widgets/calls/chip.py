"""Missed calls, and letters that nobody has seen, in the strip; they take room only while there are some."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from widgets.bars.bar import Piece
from widgets.kit.actions import key_words
from widgets.kit.context import PanelContext
from widgets.kit.icons import draw_icon


class CountChip(Piece):
    """An icon, a word and a count.

    Attributes:
        count: of now.
    """

    stages: ClassVar[int] = 2

    def __init__(
        self, ctx: PanelContext, action: str, icon: str, words: str, count: Callable[[], int], parent: QWidget
    ) -> None:
        """
        Args:
            action: what a click runs. words: id of the word; with `_why` that of the tooltip.
        """
        super().__init__(ctx, parent)
        self._action, self._icon, self._words, self._count = action, icon, words, count
        self.count = 0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self._press)

    def _press(self) -> None:
        problem = self.ctx.actions.trigger(self._action)
        if problem is not None:
            self.ctx.notify(problem, 0)

    def tell(self) -> None:
        """The count of now."""
        self.count = self._count()
        words = self.ctx.t(f"{self._words}_why", n=self.count)
        action = self.ctx.actions.get(self._action)
        key = key_words(action.keys[0]) if action is not None and action.keys else ""
        self.setToolTip(self.ctx.t("bars.key_tip", words=words, key=key) if key else words)
        self.setAccessibleName(words)
        self.update()

    def wide(self, stage: int) -> int:
        if not self.count or self.ctx.actions.get(self._action) is None:
            return 0
        word = self.measure("small", self.ctx.t(self._words)) + 6 if stage == 0 else 0
        return round(14 + 24 + word + self.measure("body", str(self.count), 700) + 14)

    def focus_frame(self) -> QRectF:
        return QRectF(7, self.height() / 2 - 14, self.width() - 12, 27)

    def paint(self, painter: QPainter) -> None:
        theme, middle = self.ctx.theme, self.height() / 2
        self.rule(painter, 0)
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.s2)
            painter.drawRoundedRect(QRectF(8, middle - 13, self.width() - 14, 26), 4, 4)
        draw_icon(painter, QRectF(14, middle - 8, 16, 16), self._icon, theme.orange_text, 1.75)
        x = 38.0
        if self.stage == 0:
            x = self.words(painter, x, "small", self.ctx.t(self._words), "t2") + 6
        self.words(painter, x, "body", str(self.count), "orange_text", 700)
