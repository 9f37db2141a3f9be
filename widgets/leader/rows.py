"""Rows of one height that a panel paints itself: arrows walk them, Enter or a click goes into one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus
from widgets.kit.panel import guarded

_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class Rows(QWidget):
    """The rows.

    Attributes:
        count: how many there are. at: the one with the keyboard, -1 none. first: the topmost shown.
        picked: (index) of the one gone into. asked: (index, place) a menu is wanted.
        walked: (index) the keyboard is on it.
    """

    picked = Signal(int)
    asked = Signal(int, QPoint)
    walked = Signal(int)

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
        super().__init__(parent)
        self.ctx, self._high, self._draw, self._said = ctx, high, draw, said
        self.count, self.at, self.first, self._over = 0, -1, 0, -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

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

    def _row_at(self, y: float) -> int:
        i = self.first + int(y // self._row_high())
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

    def go_to(self, i: int) -> None:
        """The keyboard is on another row, which is brought into sight."""
        if not self.count:
            return
        self.at = max(0, min(i, self.count - 1))
        self.first = min(max(self.first, self.at - self._room() + 1), self.at)
        self._name()
        self.walked.emit(self.at)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in _STEPS:
            self.go_to(self.at + _STEPS[Qt.Key(key)])
        elif key == Qt.Key.Key_Home:
            self.go_to(0)
        elif key == Qt.Key.Key_End:
            self.go_to(self.count - 1)
        elif key in _ENTER and 0 <= self.at < self.count:
            self.picked.emit(self.at)
        elif key == Qt.Key.Key_Menu and 0 <= self.at < self.count:
            self.asked.emit(self.at, self.mapToGlobal(self.place(self.at).center()))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self.at < 0 and self.count and event.reason() != Qt.FocusReason.MouseFocusReason:
            self.go_to(0)
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._row_at(event.position().y())
        if over != self._over:
            self._over = over
            self.setCursor(Qt.CursorShape.PointingHandCursor if over >= 0 else Qt.CursorShape.ArrowCursor)
            self.setToolTip("" if over < 0 else self._said(over))
            self.update()

    def leaveEvent(self, event: object) -> None:
        self._over = -1
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        i = self._row_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and i >= 0:
            self.go_to(i)
            self.picked.emit(i)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        i = self._row_at(event.pos().y())
        if i >= 0:
            self.go_to(i)
            self.asked.emit(i, event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:
        step = -1 if event.angleDelta().y() > 0 else 1
        self.first = max(0, min(self.first + step, self.count - self._room()))
        self.update()

    def _name(self) -> None:
        self.setAccessibleDescription(self._said(self.at) if 0 <= self.at < self.count else "")
