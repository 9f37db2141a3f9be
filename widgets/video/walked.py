"""Pictures of cameras that hands take: a click, or the arrows and Enter."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from widgets.kit.context import PanelContext
from widgets.kit.panel import guarded
from widgets.video.tiles import VideoTiles


class WalkedTiles(VideoTiles):
    """
    Attributes:
        chosen: a tile was clicked, or taken with Enter: the camera's key.
    """

    chosen = Signal(str)

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @guarded
    def mousePressEvent(self, event: QMouseEvent) -> None:
        for i, tile in enumerate(self.tiles):
            if tile.box.contains(event.position()):
                self.at = i
                self.update()
                self.chosen.emit(tile.camera)

    @guarded
    def keyPressEvent(self, event: QKeyEvent) -> None:
        n = len(self.tiles)
        across = max(1, sum(tile.box.top() == self.tiles[0].box.top() for tile in self.tiles)) if n else 1
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -across, Qt.Key.Key_Down: across}
        step = steps.get(Qt.Key(event.key()))
        if step is not None and n:
            self.at = max(0, min(n - 1, self.at + step)) if self.at >= 0 else 0
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and 0 <= self.at < n:
            self.chosen.emit(self.tiles[self.at].camera)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self.at < 0 and self.tiles:
            self.at = 0
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
