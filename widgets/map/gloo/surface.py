"""The widget that shows the picture: Qt's OpenGL widget, drawn by the renderer, with what lies over it by a painter."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtOpenGL import QOpenGLPaintDevice
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget
from vispy.gloo import gl

from widgets.kit.panel import guarded
from widgets.map.gloo.group import surface_format


class GlooSurface(QOpenGLWidget):
    """Lets the mouse through.

    Attributes:
        back: what is painted where nothing was drawn.
    """

    def __init__(
        self,
        parent: QWidget,
        begun: Callable[[GlooSurface], None],
        draw: Callable[[GlooSurface], bool],
        over: Callable[[QPainter], None],
    ) -> None:
        """
        Args:
            begun: a context is there, current.
            draw: draws into the current framebuffer; whether it did.
            over: paints what lies over it.
        """
        super().__init__(parent)
        self._begun, self._draw, self._over = begun, draw, over
        self.back = QColor("#10171e")
        self.setFormat(surface_format())
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @guarded
    def initializeGL(self) -> None:
        self._begun(self)

    @guarded
    def paintGL(self) -> None:
        drawn = self._draw(self)
        # not a painter on the widget: where the window is grabbed for a picture, that one paints elsewhere
        device = QOpenGLPaintDevice(self.size() * self.devicePixelRatio())
        device.setDevicePixelRatio(self.devicePixelRatio())
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self.defaultFramebufferObject())
        painter = QPainter(device)
        if not drawn:
            painter.fillRect(self.rect(), self.back)
        self._over(painter)
        painter.end()
