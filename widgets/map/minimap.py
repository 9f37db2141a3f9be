"""小地图: the whole city with a frame round what the map shows. Press or drag to go there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from widgets.kit.context import PanelContext
from widgets.map.backend import Backend
from widgets.map.camera import Box, Camera
from widgets.map.compose.plane import rgba
from widgets.map.drawing import Drawing, Ground
from widgets.map.style import MapStyle

GROUND = (Ground(key="ground.land", part="land"), Ground(key="ground.lines", part="lines"))
WIDTH, HEIGHT = 176, 128
LEAST = 7.0
"""Pixels that the frame has at least on each side: nearer in it becomes a cross-hair that can still be seen."""


class MiniMap(QWidget):
    """The overview.

    Attributes:
        camera: of the overview. image: what it shows of the base map; null before it is there.
        goes: a person wants (x, y) in the middle, Mercator metres.
    """

    goes = Signal(float, float)

    def __init__(self, ctx: PanelContext, box: Box, parent: QWidget) -> None:
        super().__init__(parent)
        self.ctx = ctx
        self.image = QImage()
        self.setFixedSize(WIDTH, HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.camera = Camera(0.0, 0.0, 1.0, WIDTH, HEIGHT).fitted(box, 4)
        self._view = self.camera
        self._held = QPointF()
        self._pressed = False

    def show_image(self, image: QImage) -> None:
        self.image = image
        self.update()

    def show_camera(self, camera: Camera) -> None:
        """Where the map looks now."""
        if camera != self._view:
            self._view = camera
            self.update()

    @property
    def frame(self) -> QRectF:
        """What the map shows, pixels of this widget."""
        west, south, east, north = self._view.box
        left, top = (float(v) for v in self.camera.to_screen(west, north))
        right, bottom = (float(v) for v in self.camera.to_screen(east, south))
        frame = QRectF(QPointF(left, top), QPointF(right, bottom))
        grow_x, grow_y = max(LEAST - frame.width(), 0) / 2, max(LEAST - frame.height(), 0) / 2
        return frame.adjusted(-grow_x, -grow_y, grow_x, grow_y)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self.ctx.theme
        whole = QRectF(self.rect())
        painter.fillRect(whole, theme.map.color("land"))
        if not self.image.isNull():
            painter.drawImage(whole, self.image)
        frame = self.frame
        beyond = QColor(theme.map.color("land"))
        beyond.setAlphaF(0.45)
        seen = frame.intersected(whole)
        for part in (
            QRectF(0, 0, whole.width(), seen.top()),
            QRectF(0, seen.bottom(), whole.width(), whole.height() - seen.bottom()),
            QRectF(0, seen.top(), seen.left(), seen.height()),
            QRectF(seen.right(), seen.top(), whole.width() - seen.right(), seen.height()),
        ):
            painter.fillRect(part, beyond)
        painter.setPen(QPen(theme.acc, 1.5))
        painter.drawRect(seen.adjusted(0.5, 0.5, -1.5, -1.5))
        painter.setPen(QPen(theme.acc, 2) if self.hasFocus() else QPen(theme.line2, 1))
        painter.drawRect(whole.adjusted(0.5, 0.5, -0.5, -0.5))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at, frame = event.position(), self.frame
        self._pressed = True
        self._held = at - frame.center() if frame.contains(at) else QPointF()
        self._go(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed:
            self._go(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = False

    def _go(self, at: QPointF) -> None:
        middle = at - self._held
        self.goes.emit(*self.camera.to_world(middle.x(), middle.y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps: dict[int, tuple[float, float]] = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        step = steps.get(event.key())
        if step is None:
            super().keyPressEvent(event)
            return
        west, south, east, north = self._view.box
        self.goes.emit(self._view.x + step[0] * (east - west) / 2, self._view.y + step[1] * (north - south) / 2)

    def focusInEvent(self, event: object) -> None:
        self.update()

    def focusOutEvent(self, event: object) -> None:
        self.update()


class OverviewMaker(QObject):
    """Has a renderer draw the base map for an overview: in a thread where the renderer can, else when Qt is idle.

    Attributes:
        ready: the picture. failed: an error of ours, as an exception.
    """

    ready = Signal(QImage)
    failed = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thread: threading.Thread | None = None
        self._wanted: Callable[[], QImage] | None = None
        self._lock = threading.Lock()
        self._closed = False

    def draw(self, backend: Backend, camera: Camera, style: MapStyle) -> None:
        """Draws it anew; what was wanted before and is not drawn yet is not wanted any more."""
        backend = getattr(backend, "backend", backend)  # the one that draws now: another may take over meanwhile
        drawing = Drawing((camera.x, camera.y), rgba(style.land), GROUND)
        make = partial(backend.picture, camera, drawing, style)
        if backend.name != "raster":  # a GPU's context belongs to Qt's thread
            QTimer.singleShot(0, self, lambda: self._closed or self.ready.emit(make()))
            return
        with self._lock:
            self._wanted = make
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="map-overview", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            with self._lock:
                make, self._wanted = self._wanted, None
                if make is None or self._closed:
                    self._thread = None
                    return
            try:
                image = make()
            except Exception as error:
                self.failed.emit(error)
                continue
            if not self._closed:
                self.ready.emit(image)

    def close(self) -> None:
        """Ends the thread and waits for it."""
        self._closed = True
        thread = self._thread
        if thread is not None:
            thread.join()
