"""A chart over time whose buckets are read, one at a time: by the pointer, and by arrows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus


class ReadChart(QWidget):
    """
    Attributes:
        at: index of the bucket that is read, -1 none. nothing: what is said where there is no value.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.at, self.nothing = -1, ""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def read_at(self, at: int) -> None:
        """Reads a bucket; -1 none."""
        raise NotImplementedError

    def leaveEvent(self, event: object) -> None:
        self.read_at(-1)

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.read_at(-1)
        self.update()

    def paint_nothing(self, painter: QPainter, side: int) -> None:
        """There is no value: says so, `side` pixels from both sides."""
        painter.setFont(self.ctx.theme.font("body"))
        painter.setPen(self.ctx.theme.t3)
        wrapped = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
        painter.drawText(QRectF(self.rect()).adjusted(side, 0, -side, 0), wrapped, self.nothing)
        self.paint_focus(painter)

    def paint_focus(self, painter: QPainter) -> None:
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            draw_focus(painter, self.rect(), self.ctx.theme)


def upright(box: QRectF, low: float, high: float) -> Callable[[np.ndarray | float], np.ndarray]:
    """How high in a box values lie, pixels: `low` at its foot, `high` at its head."""

    def y(values: np.ndarray | float) -> np.ndarray:
        return np.asarray(box.bottom() - (np.asarray(values) - low) / (high - low) * box.height())

    return y
