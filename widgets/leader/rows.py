"""Rows of one height that a panel paints itself: arrows walk them, Enter or a click goes into one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus
from widgets.kit.panel import guarded
from widgets.leader.walked import Walked


class Rows(Walked):
    """The rows.

    Attributes:
        count: how many there are. first: the topmost shown. picked: (index) of the one gone into.
    """

    picked = Signal(int)

    def __init__(
        self,
        ctx: PanelContext,
        high: int,
        draw: Callable[[QPainter, QRect, int], object],
        said: Callable[[int], str],
        parent: QWidget | None = None,
    ) -> None:
        """
        Args:
            high: of a row, at the least; rows share what is left up to half as much again.
            draw: paints one. said: what it says, for those who can not see it.
        """
        super().__init__(ctx, parent)
        self._high, self._draw, self._said = high, draw, said
        self.count = self.first = 0

    def show_rows(self, count: int) -> None:
        """So many rows now; what they say is another."""
        self.count = count
        self.at = min(self.at, count - 1)
        self.first = max(0, min(self.first, count - self._room()))
        self._name()
        self.update()

    def set_high(self, high: int) -> None:
        """Rows of another height."""
        if high != self._high:
            self._high = high
            self.show_rows(self.count)

    def place(self, i: int) -> QRect:
        """Where a row lies."""
        high = self._row_high()
        return QRect(0, (i - self.first) * high, self.width(), high)

    def _row_high(self) -> int:
        if not self.count:
            return self._high
        return max(self._high, min(self.height() // self.count, self._high * 5 // 4))

    def _room(self) -> int:
        return max(1, self.height() // self._row_high())

    def at_point(self, point: QPoint) -> int:
        i = self.first + point.y() // self._row_high()
        return i if 0 <= i < self.count and i < self.first + self._room() + 1 else -1

    # -- painting

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        for i in range(self.first, min(self.count, self.first + self._room() + 1)):
            box = self.place(i)
            if i == self._over:
                painter.fillRect(box, theme.s2)
            painter.fillRect(box.left() + 12, box.bottom(), box.width() - 24, 1, theme.line)
            painter.save()
            self._draw(painter, box, i)
            painter.restore()
            if self.hasFocus() and i == self.at:
                draw_focus(painter, box, theme, bottom=2)
        if self.count > self._room():
            bar = self.height() * self._room() / self.count
            top = (self.height() - bar) * self.first / max(self.count - self._room(), 1)
            painter.fillRect(self.width() - 4, round(top), 3, round(bar), theme.line2)

    # -- the hand

    def reach(self) -> int:
        return self.count

    def steps(self) -> dict[Qt.Key, int]:
        return {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}

    def said(self, i: int) -> str:
        return self._said(i)

    def pick(self, i: int) -> None:
        self.picked.emit(i)

    def go_to(self, i: int) -> None:
        """The keyboard is on another row, which is brought into sight."""
        super().go_to(i)
        if self.count:
            self.first = min(max(self.first, self.at - self._room() + 1), self.at)

    def wheelEvent(self, event: QWheelEvent) -> None:
        step = -1 if event.angleDelta().y() > 0 else 1
        self.first = max(0, min(self.first + step, self.count - self._room()))
        self.update()
