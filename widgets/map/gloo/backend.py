"""The gloo backend in Qt: one surface, drawn on Qt's thread by the GPU; what takes time is made in a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QOffscreenSurface, QOpenGLContext, QPainter
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from cockpit.model.messages import Message
from widgets.map.backend import Over
from widgets.map.base import BaseFile
from widgets.map.camera import Camera
from widgets.map.drawing import Drawing, Lines, Points
from widgets.map.gloo.base import Base
from widgets.map.gloo.device import TooOld
from widgets.map.gloo.group import Hold, surface_format
from widgets.map.gloo.letters import QtLetters
from widgets.map.gloo.shop import Shop
from widgets.map.gloo.surface import GlooSurface
from widgets.map.gloo.target import Target
from widgets.map.gloo.view import View, tiles
from widgets.map.raster.types import make_all_types
from widgets.map.style import MapStyle

FRAME_MS = 16
FRAMES = 100
MOST_PART = 4096
"""Device pixels of a side of a part of an exported picture."""


class _Asked(msgspec.Struct, frozen=True, eq=False):
    camera: Camera
    drawing: Drawing
    style: MapStyle


class GlooBackend(QObject):
    """See `widgets.map.backend.Backend`.

    Attributes:
        driver_name: GL_RENDERER of the driver that draws; "" before the first picture.
        pitch: degrees that one looks from the south, so that buildings rise; 0 straight down.
    """

    name = "gloo"
    changed = Signal()
    loaded = Signal(bool)
    failed = Signal(object)
    lost = Signal(object)
    _made = Signal()

    def __init__(self, family: str, mono: Callable[[], float]) -> None:
        """
        Args:
            family: of the letters.
            mono: monotonic seconds.
        """
        super().__init__()
        self.frame_ms: list[float] = []
        self.shown: Camera | None = None
        self.driver_name = ""
        self._mono = mono
        self._letters = QtLetters(family)
        self._shop = Shop(threaded=True, told=self._made.emit)
        self._base: Base | None = None
        self._words = ""
        self._pitch = 0.0
        self._asked: _Asked | None = None
        self._drawn: _Asked | None = None
        self._better = self._whole = False
        self._told: Base | None = None
        self._hold: Hold | None = None
        self._surface: GlooSurface | None = None
        self._over: Over | None = None
        self._dead = False
        self._frames = QTimer(self)
        self._frames.setTimerType(Qt.TimerType.PreciseTimer)
        self._frames.setInterval(FRAME_MS)
        self._frames.timeout.connect(self._update)
        # queued: what is made at once is told while a picture is painted, when asking for another would be forgotten
        self._made.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def covered(self) -> bool:
        """Whether the picture on the screen shows the base map in the whole view."""
        return self._drawn is not None and self._base is not None and self._told is self._base and self._whole

    # What it is told.

    def surface(self, parent: QWidget, over: Over) -> QWidget:
        self._over = over
        self._surface = GlooSurface(parent, self._begin, self._paint, self._paint_over)
        return self._surface

    def load(self, base: BaseFile) -> None:
        if self._base is not None:
            self._base.close()
        self._base = Base(base, self._made.emit)
        self._base.words = self._words
        self._update()

    def say(self, no_data: str) -> None:
        self._words = no_data
        if self._base is not None:
            self._base.words = no_data
        self._update()

    def show(self, camera: Camera, drawing: Drawing, style: MapStyle) -> None:
        self._asked = _Asked(camera, drawing, style)
        surface = self._surface
        if surface is not None:
            surface.back = QColor(*drawing.back)
            context = surface.context()
            if context is not None and not context.isValid():  # its GPU was reset, or went away
                self._lose(Message("mapgpu.context_lost"))
        self._update()

    @property
    def pitch(self) -> float:
        return self._pitch

    @pitch.setter
    def pitch(self, degrees: float) -> None:
        self._pitch = degrees
        self._update()

    def settled(self) -> bool:
        tiles = self._base.tiles if self._base is not None else None
        done = not self._better and not self._shop.busy() and (tiles is None or tiles.sharp)
        return done and self._drawn is self._asked and self._drawn is not None

    def close(self) -> None:
        if isValid(self):
            self._frames.stop()
        self._dead = True
        if self._base is not None:
            self._base.close()
        if self._hold is not None:
            self._hold.close()
            self._hold = None
        self._shop.close()

    # Drawing.

    def _begin(self, surface: GlooSurface) -> None:
        """There is a context: the first one, or another after the widget went to another window."""
        if self._dead:
            return
        if self._hold is not None:
            self._hold.close()
        make_all_types()  # letters are painted in a thread
        try:
            self._hold = Hold(surface.context(), self._shop, self._letters)
            self.driver_name = self._hold.driver.renderer
        except TooOld as error:
            self._lose(Message("mapgpu.too_old", {"driver": str(error)}))
        except Exception as error:
            self._lose(Message("mapgpu.refused", {"why": str(error)}))

    def _paint(self, surface: GlooSurface) -> bool:
        asked = self._asked
        if self._dead or self._hold is None or asked is None:
            return False
        begin = self._mono()
        try:
            view = View(asked.camera, asked.drawing.origin, pitch=self._pitch, now=begin)
            target = surface.defaultFramebufferObject()
            self._hold.renderer.draw(target, _fitted(view, surface), asked.drawing, asked.style, self._base)
        except Exception as error:
            if not isinstance(error, RuntimeError | OSError | MemoryError):
                self.failed.emit(error)
            self._lose(Message("mapgpu.refused", {"why": str(error) or type(error).__name__}))
            return False
        self._drawn, self.shown = asked, asked.camera
        self._better = False
        self._whole = self._whole or not self._shop.busy()
        self.frame_ms = [*self.frame_ms[-FRAMES + 1 :], (self._mono() - begin) * 1000]
        self._tell_loaded()
        moves = _moves(asked.drawing, asked.camera.zoom)
        if moves != self._frames.isActive():
            self._frames.start() if moves else self._frames.stop()
        return True

    def _paint_over(self, painter: QPainter) -> None:
        if self._over is not None and self._asked is not None:
            self._over(painter, self._asked.camera)

    def _tell_loaded(self) -> None:
        base = self._base
        parts = base.parts(self._shop) if base is not None and base is not self._told else None
        if parts is not None:
            self._told = base
            there = parts.there or base.tiles is not None
            QTimer.singleShot(0, self, lambda: self.loaded.emit(there))

    def _take(self) -> None:
        """Something was made in the thread."""
        if not self._dead:
            self._better = True
            self.changed.emit()
            self._update()

    def _update(self) -> None:
        surface = self._surface
        if surface is None or not isValid(surface) or not surface.isVisible():
            if self._frames.isActive():
                self._frames.stop()
            return
        surface.update()

    def _lose(self, why: Message) -> None:
        """Nothing is drawn from here on; told once, when whoever paints now is done."""
        if not self._dead:
            self._dead = True
            self._frames.stop()
            QTimer.singleShot(0, self, lambda: self.lost.emit(why))

    # Export.

    def picture(self, camera: Camera, drawing: Drawing, style: MapStyle) -> QImage:
        """
        Raises:
            RuntimeError: the driver refuses.
        """
        view = View(camera, drawing.origin, pitch=self._pitch, now=self._mono())
        width, height = view.size
        whole = np.empty((height, width, 4), dtype=np.uint8)
        shop = Shop(threaded=False)
        with self._offscreen() as context:
            hold = Hold(context, shop, QtLetters(self._letters.family))
            try:
                side = min(MOST_PART, hold.driver.texture, *hold.driver.viewport)
                for part in tiles(view.size, (side, side)):
                    left, top, wide, high = map(int, part)
                    target = Target((wide, high), hold.driver)
                    try:
                        one = msgspec.structs.replace(view, tile=part)
                        hold.renderer.draw(target.frame, one, drawing, style, self._base)
                        target.resolve()
                        whole[top : top + high, left : left + wide] = target.read()
                    finally:
                        target.close()
            finally:
                hold.close()
                shop.close()
        return QImage(whole.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()

    @contextmanager
    def _offscreen(self) -> Iterator[QOpenGLContext]:
        """A context of its own, current; the one that was current before is so again afterwards."""
        before = QOpenGLContext.currentContext()
        surface_before = before.surface() if before is not None else None
        context = QOpenGLContext()
        context.setFormat(surface_format())
        shared = QOpenGLContext.globalShareContext()
        if shared is not None:
            context.setShareContext(shared)
        spot = QOffscreenSurface()
        if not context.create():
            raise RuntimeError("OpenGL")
        spot.setFormat(context.format())
        spot.create()
        if not context.makeCurrent(spot):
            raise RuntimeError("OpenGL")
        try:
            yield context
        finally:
            context.doneCurrent()
            spot.destroy()
            if before is not None and surface_before is not None:
                before.makeCurrent(surface_before)


def _fitted(view: View, surface: GlooSurface) -> View:
    """The part is the surface's framebuffer: while a window is being resized it may be another size than the view."""
    ratio = surface.devicePixelRatio()
    size = (round(surface.width() * ratio), round(surface.height() * ratio))
    return msgspec.structs.replace(view, tile=(0.0, 0.0, float(max(size[0], 1)), float(max(size[1], 1))))


def _moves(drawing: Drawing, zoom: float) -> bool:
    """Whether the next picture is another one though nobody says anything new."""
    return any(
        ((isinstance(layer, Points) and len(layer.vx)) or (isinstance(layer, Lines) and layer.flow))
        and layer.opacity > 0
        and layer.zoom[0] <= zoom <= layer.zoom[1]
        for layer in drawing.layers
    )
