"""Tiles side by side: as many columns as there is room for; arrows walk them, Enter or a click goes into one."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from widgets.kit.context import PanelContext
from widgets.kit.focus import draw_focus
from widgets.kit.panel import guarded
from widgets.leader.tile import LEAST_HIGH, LEAST_WIDE, Tile, alike, draw_tile
from widgets.leader.walked import Walked, grid_steps


class TileGrid(Walked):
    """The tiles.

    Attributes:
        tiles: what it shows.
        picked: (key) of the one gone into. asked: (key, place) a menu is wanted.
    """

    picked = Signal(str)
    asked = Signal(str, QPoint)

    def __init__(self, ctx: PanelContext, most_columns: int, parent: QWidget | None = None, most: int = 0) -> None:
        """
        Args:
            most: tiles that are shown at the most, and then only those that fit; 0 all, however high that makes it.
        """
        super().__init__(ctx, parent)
        self._most_columns, self._most = most_columns, most
        self.tiles: tuple[Tile, ...] = ()

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

    def reach(self) -> int:
        return self.shown

    def steps(self) -> dict[Qt.Key, int]:
        return grid_steps(self.columns())

    def said(self, i: int) -> str:
        return self.tiles[i].said

    def tip(self, i: int) -> str:
        return self.tiles[i].tip

    def pick(self, i: int) -> None:
        self.picked.emit(self.tiles[i].key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Menu and 0 <= self.at < self.shown:
            self.asked.emit(self.tiles[self.at].key, self.mapToGlobal(self.place(self.at).center()))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        i = self.at_point(event.pos())
        if i >= 0:
            self.go_to(i)
            self.asked.emit(self.tiles[i].key, event.globalPos())
