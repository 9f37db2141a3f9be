"""Things that a panel paints itself, beside or under each other: arrows walk them, Enter or a click goes into one."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.kit.context import PanelContext
from widgets.kit.tips import plain_tip

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class Walked(QWidget):
    """What they are, where they lie and how they look is the heir's to say.

    Attributes:
        at: index of the one with the keyboard, -1 none.
    """

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.at, self._over = -1, -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    # -- what the heir says

    def reach(self) -> int:
        """How many the keyboard can go to."""
        raise NotImplementedError

    def steps(self) -> dict[Qt.Key, int]:
        """How far each arrow goes."""
        raise NotImplementedError

    def place(self, i: int) -> QRect:
        """Where one lies."""
        raise NotImplementedError

    def said(self, i: int) -> str:
        """What one says, for those who can not see it."""
        raise NotImplementedError

    def tip(self, i: int) -> str:
        return self.said(i)

    def pick(self, i: int) -> None:
        """One is gone into."""
        raise NotImplementedError

    # -- the hand

    def go_to(self, i: int) -> None:
        """The keyboard is on another one."""
        if self.reach():
            self.at = max(0, min(i, self.reach() - 1))
            self._name()
            self.update()

    def _name(self) -> None:
        self.setAccessibleDescription(self.said(self.at) if 0 <= self.at < self.reach() else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, steps, reach = Qt.Key(event.key()), self.steps(), self.reach()
        if key in steps and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            to = self.at + steps[key]
            self.go_to(to if 0 <= to < reach else self.at)
        elif key == Qt.Key.Key_Home:
            self.go_to(0)
        elif key == Qt.Key.Key_End:
            self.go_to(reach - 1)
        elif key in _ENTER and 0 <= self.at < reach:
            self.pick(self.at)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self.at < 0 and event.reason() != Qt.FocusReason.MouseFocusReason:
            self.go_to(0)
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    def at_point(self, point: QPoint) -> int:
        """The one at a point of the widget, -1 none."""
        return next((i for i in range(self.reach()) if self.place(i).contains(point)), -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self.at_point(event.position().toPoint())
        if over != self._over:
            self._over = over
            self.setCursor(Qt.CursorShape.PointingHandCursor if over >= 0 else Qt.CursorShape.ArrowCursor)
            self.setToolTip(plain_tip(self.tip(over)) if over >= 0 else "")
            self.update()

    def leaveEvent(self, event: object) -> None:
        self._over = -1
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        i = self.at_point(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and i >= 0:
            self.go_to(i)
            self.pick(i)


def grid_steps(columns: int) -> dict[Qt.Key, int]:
    """How far each arrow goes where so many stand side by side."""
    return {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: columns, Qt.Key.Key_Up: -columns}
