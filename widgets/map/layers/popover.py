"""A popover beside a row of the list of layers, which scrolls where it is too long for the screen."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QLayout, QVBoxLayout, QWidget

from widgets.kit.context import PanelContext
from widgets.kit.scrolling import hold, scrolled


class Popover(QFrame):
    """Closes by Escape or a click outside. Made anew each time, with the words and values of the moment."""

    def __init__(self, ctx: PanelContext, name: str, size: tuple[int, int], parent: QWidget) -> None:
        """
        Args:
            name: of the object.
            size: its width and its greatest height, pixels.
        """
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName(name)
        self.setProperty("frame", "float")
        self.ctx, self._size = ctx, size
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # it is sized once, when it opens
        self._scroll = scrolled(self)
        outer.addWidget(self._scroll)
        self._inner = QWidget()
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(16, 12, 16, 12)
        self._column.setSpacing(4)

    def _filled(self) -> None:
        """Its column has all that it is to have."""
        self._column.addStretch(1)
        hold(self._scroll, self._inner)

    def _open(self, beside: QWidget, first: QWidget) -> None:
        """Opens at the right of a widget, inside the screen, with the keyboard at `first`."""
        width, tallest = self._size
        self._inner.setFixedWidth(width - 2)
        height = min(max(self._inner.heightForWidth(width - 2), self._inner.sizeHint().height()) + 4, tallest)
        screen = beside.screen().availableGeometry()
        self.resize(width, min(height, screen.height() - 16))
        at = beside.mapToGlobal(QPoint(beside.width() + 6, -4))
        at.setX(max(screen.left(), min(at.x(), screen.right() - self.width())))
        at.setY(max(screen.top(), min(at.y(), screen.bottom() - self.height())))
        self.move(at)
        self.show()
        first.setFocus(Qt.FocusReason.PopupFocusReason)
