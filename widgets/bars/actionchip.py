"""A chip of the strip that runs an action: a sign, then words; a click or Enter does what its tip says."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from widgets.bars.bar import Piece
from widgets.kit.actions import key_words
from widgets.kit.context import PanelContext
from widgets.kit.icons import draw_icon


class ActionChip(Piece):
    def __init__(self, ctx: PanelContext, action: str, parent: QWidget) -> None:
        """
        Args:
            action: what a click runs.
        """
        super().__init__(ctx, parent)
        self._action = action
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self._press)

    @property
    def runs(self) -> bool:
        """Whether there is such an action here; without it the chip is not shown."""
        return self.ctx.actions.get(self._action) is not None

    def _press(self) -> None:
        problem = self.ctx.actions.trigger(self._action)
        if problem is not None:
            self.ctx.notify(problem, 0)

    def say(self, words: str) -> None:
        """What it tells, with the key of its action."""
        action = self.ctx.actions.get(self._action)
        key = key_words(action.keys[0]) if action is not None and action.keys else ""
        self.setToolTip(self.ctx.t("bars.key_tip", words=words, key=key) if key else words)
        self.setAccessibleName(words)

    def focus_frame(self) -> QRectF:
        return QRectF(7, self.height() / 2 - 14, self.width() - 12, 27)

    def paint_sign(self, painter: QPainter, icon: str, token: str) -> float:
        """The hairline, the ground under the pointer and the sign; the answer is where words begin."""
        theme, middle = self.ctx.theme, self.height() / 2
        self.rule(painter, 0)
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.s2)
            painter.drawRoundedRect(QRectF(8, middle - 13, self.width() - 14, 26), 4, 4)
        draw_icon(painter, QRectF(14, middle - 8, 16, 16), icon, theme[token], 1.75)
        return 38.0
