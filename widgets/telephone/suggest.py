"""A line with what it may mean under it: Up and Down choose, Enter or Tab takes, Esc closes the list only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets.kit.context import PanelContext
from widgets.kit.lineedit import LineEdit
from widgets.kit.symbols import draw_badge
from widgets.lists.parts import draw_line

ROW = 28


@dataclass(frozen=True)
class Choice:
    """One thing that a line may mean.

    Attributes:
        key: told when it is taken. words, beside: what is said of it. level: 1–5 for a badge, 0 for none.
    """

    key: str
    words: str
    beside: str = ""
    level: int = 0


class Choices(QWidget):
    """The list under a field; it floats over what follows.

    Attributes:
        choices: those shown. at: index of the chosen one.
    """

    taken = Signal(str)

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.choices: list[Choice] = []
        self.at = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def offer(self, choices: Sequence[Choice], under: QWidget) -> None:
        """Shows them under a field, or above it where there is no room; none hides the list."""
        self.choices, self.at = list(choices), 0
        if not choices:
            self.hide()
            return
        parent = self.parentWidget()
        at = under.mapTo(parent, QPoint(0, under.height() + 2))
        size = QSize(under.width(), ROW * len(choices) + 8)
        if at.y() + size.height() > parent.height():
            at.setY(max(0, under.mapTo(parent, QPoint(0, 0)).y() - 2 - size.height()))
        self.setGeometry(QRect(at, size))
        self.show()
        self.raise_()
        self.update()

    def step(self, by: int) -> None:
        self.at = (self.at + by) % max(1, len(self.choices))
        self.update()

    def take(self) -> bool:
        """Takes the chosen one; False when the list is not shown."""
        if self.isHidden() or not self.choices:
            return False
        self.hide()
        self.taken.emit(self.choices[self.at].key)
        return True

    def _row(self, y: float) -> int:
        return min(max(int(y - 4) // ROW, 0), len(self.choices) - 1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.at = self._row(event.position().y())
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.at = self._row(event.position().y())
            self.take()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._ctx.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.line2, 1))
        painter.setBrush(theme.s3)
        painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1), 4, 4)
        for i, choice in enumerate(self.choices):
            row = QRect(4, 4 + i * ROW, self.width() - 8, ROW)
            if i == self.at:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.acc_bg)
                painter.drawRoundedRect(QRectF(row), 3, 3)
            left = row.left() + 8
            if choice.level:
                draw_badge(painter, QRectF(left, row.center().y() - 7, 16, 16), choice.level, theme)
                left += 24
            room = QRect(left, row.top(), row.right() - left - 8, ROW)
            used, _ = draw_line(painter, room, choice.words, theme.font("body"), theme.t1)
            rest = QRect(left + used + 12, row.top(), max(room.width() - used - 12, 0), ROW)
            draw_line(painter, rest, choice.beside, theme.font("small"), theme.t2, right=True)


class SuggestField(LineEdit):
    """A line whose text may mean one of several things.

    Attributes:
        list: what it may mean, once the owner has offered it.
        asked: the text changed by hand; what it may mean is wanted. Not while an input method composes.
    """

    asked = Signal(str)

    def __init__(self, ctx: PanelContext, over: QWidget, parent: QWidget) -> None:
        """
        Args:
            over: what the list floats over.
        """
        super().__init__(parent)
        self.list = Choices(ctx, over)
        self.textEdited.connect(self.asked)

    def offer(self, choices: Sequence[Choice]) -> None:
        """Says what the text may mean, as long as the keyboard is here."""
        self.list.offer(choices if self.hasFocus() else (), self)

    def event(self, event: QEvent) -> bool:
        # Tab takes what is chosen before it goes on
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab:
            self.list.take()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shown = event.key(), not self.list.isHidden()
        if self.composing:
            super().keyPressEvent(event)
        elif shown and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.list.step(1 if key == Qt.Key.Key_Down else -1)
        elif shown and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            if not event.isAutoRepeat():
                self.list.take()
        elif shown and key == Qt.Key.Key_Escape:
            self.list.hide()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.focusNextChild()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.list.hide()
