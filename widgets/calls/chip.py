"""Missed calls, and letters that nobody has seen, in the strip; they take room only while there are some."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from widgets.bars.actionchip import ActionChip
from widgets.kit.context import PanelContext


class CountChip(ActionChip):
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
        super().__init__(ctx, action, parent)
        self._icon, self._words, self._count = icon, words, count
        self.count = 0

    def tell(self) -> None:
        """The count of now."""
        self.count = self._count()
        self.say(self.ctx.t(f"{self._words}_why", n=self.count))
        self.update()

    def wide(self, stage: int) -> int:
        if not self.count or not self.runs:
            return 0
        word = self.measure("small", self.ctx.t(self._words)) + 6 if stage == 0 else 0
        return round(14 + 24 + word + self.measure("body", str(self.count), 700) + 14)

    def paint(self, painter: QPainter) -> None:
        x = self.paint_sign(painter, self._icon, "orange_text")
        if self.stage == 0:
            x = self.words(painter, x, "small", self.ctx.t(self._words), "t2") + 6
        self.words(painter, x, "body", str(self.count), "orange_text", 700)
