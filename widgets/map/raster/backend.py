"""The raster backend: a thread draws whole frames, another what stands still; Qt's thread shows the last frame."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from widgets.map.backend import Over
from widgets.map.base import BaseFile
from widgets.map.camera import Camera
from widgets.map.drawing import Drawing
from widgets.map.raster.crew import Crew, helpers
from widgets.map.raster.frames import Frames
from widgets.map.raster.pane import pane_of
from widgets.map.raster.picture import draw_picture
from widgets.map.raster.sheets import Sheets
from widgets.map.raster.source import BaseSource
from widgets.map.raster.stitch import Wish
from widgets.map.raster.surface import Surface
from widgets.map.raster.types import make_all_types
from widgets.map.style import MapStyle
from widgets.map.uncovered import uncovered

SWITCH = 0.0005
"""Seconds a thread of Python goes on before another one may: with Python's own 5 ms a frame or a click waits that long
for each call to Qt while names are being set."""
LATER_MS = 250
"""How long the base map waits to be read where an earlier run's drawing is there to be seen."""


class RasterBackend(QObject):
    """See `widgets.map.backend.Backend`.

    Attributes:
        lost: never emitted, since there is no driver that could be.
    """

    name = "raster"
    changed = Signal()
    loaded = Signal(bool)
    failed = Signal(object)
    lost = Signal(object)
    _framed = Signal()
    _read = Signal(bool)
    _erred = Signal(object)

    def __init__(self, family: str, mono: Callable[[], float] = time.monotonic) -> None:
        """
        Args:
            family: of the letters of the base map.
            mono: monotonic seconds, as `Points.since` has them.
        """
        super().__init__()
        self.shown: Camera | None = None
        self._painted: Wish | None = None
        self._family, self._mono = family, mono
        self._crew = Crew(helpers(), "map-help")
        self._sheets = Sheets(family, self._crew, mono, self._sheets_better, self._read.emit, self._erred.emit)
        self._frames = Frames(self._sheets, self._crew, mono, self._framed.emit, self._erred.emit)
        self._surface: Surface | None = None
        self._wish: Wish | None = None
        self._started = self._closed = False
        self._framed.connect(self._present)
        self._read.connect(self._base_read)
        self._erred.connect(self._fail)
        self._begin = QTimer(self)
        self._begin.setSingleShot(True)
        self._begin.timeout.connect(self._start)

    @property
    def frame_ms(self) -> list[float]:
        return self._frames.frame_ms

    @property
    def covered(self) -> bool:
        """Whether the frame on the screen shows the base map in the whole view."""
        return self._frames.covered

    def surface(self, parent: QWidget, over: Over) -> QWidget:
        self._surface = Surface(parent, self._show_frame, over)
        return self._surface

    def load(self, base: BaseFile) -> None:
        self._sheets.load(BaseSource(base))

    def say(self, no_data: str) -> None:
        if no_data != self._sheets.brushes.names.no_data_words:
            self._sheets.brushes.names.no_data_words = no_data
            self._sheets.again()

    def show(self, camera: Camera, drawing: Drawing, style: MapStyle) -> None:
        if self._closed:
            return
        wish = self._wish = Wish(camera, pane_of(camera), drawing, style)
        self._sheets.want(wish)
        if not self._started:
            self._started = True
            self._begin.start(LATER_MS if self._sheets.open(wish) else 0)
        self._frames.want(wish)

    def _start(self) -> None:
        """Starts the threads; Qt's types are made before, since two threads at that crash the process."""
        if not self._closed:
            make_all_types()
            sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH))
            self._crew.start()
            self._sheets.start()
            self._frames.start()

    def _sheets_better(self) -> None:
        self._frames.want()

    def _show_frame(self, painter: QPainter) -> Camera | None:
        """Shows the last frame on the surface; the very first is drawn here, since nothing can stand in for it."""
        frames, surface, wish = self._frames, self._surface, self._wish
        if surface is None or wish is None:
            painter.fillRect(painter.viewport(), QColor("black"))
            return None
        camera = frames.camera
        if camera is None:
            frames.draw_now()
            camera = frames.camera
        assert camera is not None
        size = (surface.width(), surface.height(), surface.devicePixelRatioF())
        if (camera.width, camera.height, camera.dpr) != size:
            camera = wish.camera.resized(*size)
        self._painted = frames.sharp  # before: what is painted is that frame or a newer one
        frames.paint(painter, camera)
        self.shown = camera
        return camera

    def _present(self) -> None:
        if self._surface is not None and isValid(self._surface) and not self._closed:
            self._surface.update(uncovered(self._surface))
            self.changed.emit()

    def _base_read(self, there: bool) -> None:
        if not self._closed:
            self.loaded.emit(there)

    def _fail(self, error: object) -> None:
        if not self._closed:
            self.failed.emit(error)

    def settled(self) -> bool:
        return self._started and self._sheets.settled() and self._frames.settled()

    def sharp(self) -> bool:
        """Whether what was painted last shows all of the newest view sharp: margins around it may still be drawn."""
        return self._wish is not None and self._painted is self._wish

    def picture(self, camera: Camera, drawing: Drawing, style: MapStyle) -> QImage:
        no_data = self._sheets.brushes.names.no_data_words
        return draw_picture(self._family, no_data, self._sheets.source, camera, drawing, style, self._mono())

    def close(self) -> None:
        self._closed = True
        if isValid(self._begin):
            self._begin.stop()
        self._sheets.close()
        self._frames.close()
        self._crew.close()
