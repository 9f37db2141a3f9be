"""What cells of a board and lines of a list have in common: feeds that are pointed at, picked, opened, asked about."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from widgets.feeds.fleet import Group
from widgets.kit.context import PanelContext
from widgets.kit.feedstate import FeedState
from widgets.kit.panel import guarded
from widgets.kit.tips import plain_tip

Found = tuple[Group, FeedState | None]
"""What lies at a point: a system, and the one of its feeds that is meant, None all of them."""


def is_letter(event: QKeyEvent) -> bool:
    """Whether a key types a letter or a digit; / is the palette's."""
    held = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
    return event.text().isalnum() and held == Qt.KeyboardModifier.NoModifier


class FeedView(QAbstractScrollArea):
    """Where feeds lie and how they look is the heir's to say.

    Attributes:
        groups: what is shown, in its order.
        selected: id of the selected feed, "" none.
    """

    picked = Signal(str)
    opened = Signal(str)
    """Enter or a double click on what is picked."""
    wants_menu = Signal(str, QPoint)
    typed = Signal(str)
    """Letters that are to be searched for."""
    left = Signal()
    """Pointer and keyboard have both left: what waits for that may move now."""

    def __init__(
        self, ctx: PanelContext, tip: Callable[[Group, FeedState | None], str], parent: QWidget, step: int
    ) -> None:
        """
        Args:
            tip: what is said of a system or of one of its feeds. step: pixels that the wheel scrolls.
        """
        super().__init__(parent)
        self.ctx = ctx
        self.groups: tuple[Group, ...] = ()
        self.selected = ""
        self._tip = tip
        self._hovered = ("", "")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().setSingleStep(step)

    @property
    def held(self) -> bool:
        """Whether a person is at it: nothing moves under the pointer or the keyboard then."""
        return self.hasFocus() or self.viewport().underMouse()

    def under(self, at: QPoint) -> Found | None:
        """What lies at a point of the viewport."""
        raise NotImplementedError

    def shows(self, feed: str) -> bool:
        """Whether a feed is among those that are shown."""
        raise NotImplementedError

    def mark_of(self, feed: str) -> QPoint:
        """The middle of a feed's mark, in the viewport."""
        raise NotImplementedError

    # -- mouse -------------------------------------------------------------------------------------------------------

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            found = self.under(event.pos())
            if found is not None:
                QToolTip.showText(event.globalPos(), plain_tip(self._tip(*found)), self)
            else:
                QToolTip.hideText()
            return True
        if event.type() == QEvent.Type.Leave:
            self._hover(None)
            if not self.hasFocus():
                self.left.emit()
        return super().viewportEvent(event)

    @guarded
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.under(event.position().toPoint()))

    def _hover(self, found: Found | None) -> None:
        group, feed = found if found is not None else (None, None)
        now = (group.id if group is not None else "", feed.id if feed is not None else "")
        if now != self._hovered:
            self._hovered = now
            self.ctx.selection.hover("feed" if now[1] else "", now[1])
            shape = Qt.CursorShape.PointingHandCursor if now[0] else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
            self.viewport().update()

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.under(event.position().toPoint())
        if found is not None and event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            group, feed = found
            self.picked.emit((feed or group.feeds[0]).id)  # beside the marks: the worst of the system

    @guarded
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.under(event.position().toPoint()) is not None:
            self.opened.emit(self.selected)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.shows(self.selected):
            by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
            at = self.viewport().mapToGlobal(self.mark_of(self.selected)) if by_key else event.globalPos()
            self.wants_menu.emit(self.selected, at)

    # -- keyboard ----------------------------------------------------------------------------------------------------

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()
        if not self.viewport().underMouse():
            self.left.emit()
