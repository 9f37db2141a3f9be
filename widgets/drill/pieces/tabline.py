"""A line of tabs that gives way: those that find no room are in a menu at its end. Left and Right change it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from cockpit.model.messages import capital
from widgets.kit.context import PanelContext
from widgets.kit.panel import guarded

_MORE = "⋯"
_GAP = 16
RULE = 8.0


class TabLine(QWidget):
    """The tabs.

    Attributes:
        tabs: (name, words). current: the name of the one that is on.
        ruled: a hairline parts it from what stands at its left.
        picked: (name) of another one that a person wants.
    """

    picked = Signal(str)

    def __init__(
        self, ctx: PanelContext, style: str = "small", height: int = 28, parent: QWidget | None = None
    ) -> None:
        """Args: style: size of the words by its name in the theme."""
        super().__init__(parent)
        self.ctx, self._style = ctx, style
        self.tabs: tuple[tuple[str, str], ...] = ()
        self.current = ""
        self.ruled = False
        self._over = -1
        self.setFixedHeight(height)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_tabs(self, tabs: Sequence[tuple[str, str]], current: str) -> None:
        tabs = [(name, capital(words)) for name, words in tabs]
        if (tuple(tabs), current) != (self.tabs, self.current):
            self.tabs, self.current = tuple(tabs), current
            self.setAccessibleDescription(next((words for name, words in tabs if name == current), ""))
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self.ctx.theme.font(self._style, 700))
        return QSize(round(sum(metrics.horizontalAdvance(words) + _GAP for _, words in self.tabs)), self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.height())

    def boxes(self) -> list[tuple[int, QRectF]]:
        """(index, box) of the tabs in sight; -1 is the menu of the others. The one that is on is always in sight."""
        metrics = QFontMetricsF(self.ctx.theme.font(self._style, 700))
        wide = [metrics.horizontalAdvance(words) + _GAP for _, words in self.tabs]
        room, shown = self.width() - (RULE if self.ruled else 0.0), list(range(len(self.tabs)))
        if sum(wide) > room:
            room -= 28
            on = next((i for i, (name, _) in enumerate(self.tabs) if name == self.current), 0)
            left, shown = room - (wide[on] if wide else 0), [on]
            for i in range(len(self.tabs)):
                if i != on and wide[i] <= left:
                    left -= wide[i]
                    shown.append(i)
                elif i != on:
                    break
            shown.sort()
        found, x = [], RULE if self.ruled else 0.0
        for i in shown:
            found.append((i, QRectF(x, 0, wide[i], self.height())))
            x += wide[i]
        if len(shown) < len(self.tabs):
            found.append((-1, QRectF(x, 0, 28, self.height())))
        return found

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        if self.ruled and self.x() > 2 * _GAP:
            painter.fillRect(QRectF(0, 9, 1, self.height() - 18), theme.line2)
        for i, box in self.boxes():
            on = i >= 0 and self.tabs[i][0] == self.current
            painter.setFont(theme.font(self._style, 700 if on else 400))
            painter.setPen(theme.t1 if on or i == self._over else theme.t2)
            words = self.tabs[i][1] if i >= 0 else _MORE
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
            if on:
                painter.fillRect(QRectF(box.left() + 6, box.bottom() - 2, box.width() - 12, 2), theme.acc)
                if self.hasFocus():
                    painter.setPen(QPen(theme.acc, 2))
                    painter.drawRoundedRect(box.adjusted(2, 3, -2, -3), 4, 4)

    # -- hands

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = next((i for i, box in self.boxes() if box.contains(event.position())), -2)
        if over != self._over:
            self._over = over
            self.setCursor(Qt.CursorShape.PointingHandCursor if over > -2 else Qt.CursorShape.ArrowCursor)
            self.update()

    def leaveEvent(self, event: object) -> None:
        self._over = -2
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        for i, box in self.boxes():
            if box.contains(event.position()):
                if i >= 0:
                    self._pick(i)
                else:
                    self._open_menu(box)
                return

    def _open_menu(self, box: QRectF) -> None:
        seen = {i for i, _ in self.boxes()}
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for i, (_, words) in enumerate(self.tabs):
            if i not in seen:
                menu.addAction(words).triggered.connect(lambda _checked=False, i=i: self._pick(i))
        menu.popup(self.mapToGlobal(QPoint(round(box.left()), self.height())))

    def _pick(self, i: int) -> None:
        if self.tabs[i][0] != self.current:
            self.picked.emit(self.tabs[i][0])

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or not self.tabs:
            super().keyPressEvent(event)
            return
        at = next((i for i, (name, _) in enumerate(self.tabs) if name == self.current), 0)
        self._pick(min(max(at + step, 0), len(self.tabs) - 1))
