"""The widget that shows the frames of the raster backend: one blit, and over it what is little."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from widgets.kit.panel import guarded
from widgets.map.backend import Over
from widgets.map.camera import Camera

Blit = Callable[[QPainter], "Camera | None"]


class Surface(QWidget):
    """Fills what it is told to; lets the mouse through."""

    def __init__(self, parent: QWidget, blit: Blit, over: Over) -> None:
        super().__init__(parent)
        self._blit, self._over = blit, over
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        camera = self._blit(painter)
        if camera is not None:
            self._over(painter, camera)
        painter.end()
