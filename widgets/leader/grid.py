"""Tiles side by side: as many columns as there is room for; arrows walk them, Enter or a click goes into one."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus
from widgets.kit.panel import guarded
from widgets.kit.tips import plain_tip
from widgets.leader.tile import LEAST_HIGH, LEAST_WIDE, Tile, alike, draw_tile

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class TileGrid(QWidget):
    """The tiles.

    Attributes:
        tiles: what it shows. at: index of the one with the keyboard, -1 none.
        picked: (key) of the one gone into. asked: (key, place) a menu is wanted.
    """

    picked = Signal(str)
    asked = Signal(str, QPoint)

    def __init__(self, ctx: PanelContext, most_columns: int, parent: QWidget | None = None, most: int = 0) -> None:
        """
        Args:
            most: tiles that are shown at the most, and then only those that fit; 0 all, however high that makes it.
        """
        super().__init__(parent)
        self.ctx, self._most_columns, self._most = ctx, most_columns, most
        self.tiles: tuple[Tile, ...] = ()
        self.at, self._over = -1, -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    @property
    def current(self) -> Tile | None:
        """The tile with the keyboard, else the one under the pointer."""
        at = self.at if self.hasFocus() and self.at >= 0 else self._over
        return self.tiles[at] if 0 <= at < self.shown else None

    def show_tiles(self, tiles: Sequence[Tile]) -> None:
        """Other tiles; those that are painted alike stay as they are."""
        before, self.tiles = self.tiles, tuple(tiles)
        self.at = min(self.at, len(self.tiles) - 1)
        if len(before) != len(self.tiles):
            self._fit()
            self.update()
            return
        for i, (one, was) in enumerate(zip(self.tiles, before, strict=True)):
            if not alike(one, was):
                self.update(self.place(i))
        self._name()

    # -- where things lie

    def columns(self) -> int:
        return max(1, min(self._most_columns, self.width() // LEAST_WIDE, max(len(self.tiles), 1)))

    def rows(self) -> int:
        count = min(len(self.tiles), self._most) if self._most else len(self.tiles)
        rows = max(1, ceil(count / self.columns()))
        return max(1, min(rows, self.height() // LEAST_HIGH)) if self._most else rows

    @property
    def shown(self) -> int:
        """How many there is room for."""
        return min(len(self.tiles), self.columns() * self.rows())

    def place(self, i: int) -> QRect:
        columns, rows = self.columns(), self.rows()
        x, y = i % columns, i // columns
        left, right = self.width() * x // columns, self.width() * (x + 1) // columns
        top, bottom = self.height() * y // rows, self.height() * (y + 1) // rows
        return QRect(left, top, right - left, bottom - top)

    def _fit(self) -> None:
        self.setMinimumHeight(0 if self._most else self.rows() * LEAST_HIGH)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, LEAST_HIGH if self._most else self.rows() * LEAST_HIGH)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()

    # -- painting

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        columns = self.columns()
        for i in range(self.shown):
            box = self.place(i)
            if not box.intersects(event.rect()):
                continue
            if i == self._over:
                painter.fillRect(box, theme.s2)
            if i % columns:
                painter.fillRect(box.left(), box.top(), 1, box.height(), theme.line)
            if i >= columns:
                painter.fillRect(box.left(), box.top(), box.width(), 1, theme.line)
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipRect(box)
            draw_tile(painter, box, self.tiles[i], theme)
            painter.restore()
            if self.hasFocus() and i == self.at:
                draw_focus(painter, box, theme)

    # -- the hand

    def go_to(self, i: int) -> None:
        if self.tiles:
            self.at = max(0, min(i, self.shown - 1))
            self._name()
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, columns = event.key(), self.columns()
        steps = {
            Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: columns, Qt.Key.Key_Up: -columns,
        }  # fmt: skip
        step = steps.get(Qt.Key(key)) if not event.modifiers() & Qt.KeyboardModifier.AltModifier else None
        if step is not None:
            to = self.at + step
            self.go_to(to if 0 <= to < self.shown else self.at)
        elif key == Qt.Key.Key_Home:
            self.go_to(0)
        elif key == Qt.Key.Key_End:
            self.go_to(self.shown - 1)
        elif key in _ENTER and 0 <= self.at < self.shown:
            self.picked.emit(self.tiles[self.at].key)
        elif key == Qt.Key.Key_Menu and 0 <= self.at < self.shown:
            self.asked.emit(self.tiles[self.at].key, self.mapToGlobal(self.place(self.at).center()))
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

    def _tile_at(self, point: QPoint) -> int:
        return next((i for i in range(self.shown) if self.place(i).contains(point)), -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._tile_at(event.position().toPoint())
        if over != self._over:
            self._over = over
            self.setCursor(Qt.CursorShape.PointingHandCursor if over >= 0 else Qt.CursorShape.ArrowCursor)
            self.setToolTip(plain_tip(self.tiles[over].tip) if over >= 0 else "")
            self.update()

    def leaveEvent(self, event: object) -> None:
        self._over = -1
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        i = self._tile_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and i >= 0:
            self.go_to(i)
            self.picked.emit(self.tiles[i].key)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        i = self._tile_at(event.pos())
        if i >= 0:
            self.go_to(i)
            self.asked.emit(self.tiles[i].key, event.globalPos())

    def _name(self) -> None:
        self.setAccessibleDescription(self.tiles[self.at].said if 0 <= self.at < len(self.tiles) else "")
