"""Bars under each other that a hand walks: as many as there is room for, the wheel shows the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.kit.context import PanelContext
from widgets.kit.tips import plain_tip

ROW, BAR, PAD = 26, 13, 12
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Row(Protocol):
    """What is known of any bar.

    Attributes:
        key: what it leads to, "" nothing. name, words: as printed. tip: what is said of it beside that.
    """

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def words(self) -> str: ...
    @property
    def tip(self) -> str: ...


class BarRows(QWidget):
    """Up and Down walk them, Enter or a click goes into one. What they look like is its heirs' to say.

    Attributes:
        at: index of the one the keyboard is on, -1 none. picked: (key) one was gone into.
    """

    picked = Signal(str)

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.at, self._over, self._first = -1, -1, 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    def rows_of(self) -> Sequence[Row]:
        """All of them, whether there is room or not."""
        raise NotImplementedError

    def _shown_anew(self) -> None:
        """There are others now."""
        rows = self.rows_of()
        self._over = -1
        self._first = max(0, min(self._first, len(rows) - self._fits()))
        self.setAccessibleDescription("; ".join(f"{one.name} {one.words}" for one in rows[:30]))
        self.updateGeometry()
        self.update()

    # -- where things lie

    @property
    def _foot(self) -> int:
        """Height of what stands under them."""
        return 0

    def _fits(self) -> int:
        return max(1, (self.height() - self._foot) // ROW)

    def _row_at(self, y: float) -> int:
        row = self._first + int(y // ROW)
        return row if 0 <= y < self._fits() * ROW and row < len(self.rows_of()) else -1

    # -- hands

    def _go(self, at: int) -> None:
        """The keyboard is on another one, which is brought into sight."""
        if 0 <= at < len(self.rows_of()):
            self.at = at
            self._reveal()
            self.update()

    def _reveal(self) -> None:
        if self.at >= 0:
            self._first = min(max(self._first, self.at - self._fits() + 1), self.at)

    def resizeEvent(self, event: object) -> None:
        self._first = max(0, min(self._first, len(self.rows_of()) - self._fits()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        most = max(0, len(self.rows_of()) - self._fits())
        if most:
            self._first = min(max(self._first - (1 if event.angleDelta().y() > 0 else -1), 0), most)
            self.update()
            event.accept()
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if row != self._over:
            self._over = row
            one = self.rows_of()[row] if row >= 0 else None
            leads = one is not None and bool(one.key)
            self.setCursor(Qt.CursorShape.PointingHandCursor if leads else Qt.CursorShape.ArrowCursor)
            self.setToolTip(plain_tip("\n".join(filter(None, (f"{one.name}  {one.words}", one.tip)))) if one else "")
            self.update()

    def leaveEvent(self, event: object) -> None:
        self._over = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0 and self.rows_of()[row].key:
            self._click(row, event.position().x())

    def _click(self, row: int, x: float) -> None:
        self.picked.emit(self.rows_of()[row].key)

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows, key, page = self.rows_of(), Qt.Key(event.key()), self._fits()
        end, last = len(rows), len(rows) - 1
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: page, Qt.Key.Key_PageUp: -page,
                 Qt.Key.Key_Home: -end, Qt.Key.Key_End: end}  # fmt: skip
        if key in steps and last >= 0:
            self._go(min(max(self.at + steps[key], 0), last))
        elif key in _ENTER and not event.isAutoRepeat() and self.at >= 0:
            if rows[self.at].key:
                self._enter(rows[self.at].key, bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        else:
            super().keyPressEvent(event)

    def _enter(self, key: str, control: bool) -> None:
        self.picked.emit(key)
