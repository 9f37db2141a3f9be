"""What all surfaces of a share group of Qt contexts have in common, as long as one of them is there."""

from __future__ import annotations

from typing import ClassVar

import shiboken6
from PySide6.QtGui import QOffscreenSurface, QOpenGLContext, QOpenGLContextGroup, QSurfaceFormat

from widgets.map.gloo.atlas import Atlas
from widgets.map.gloo.device import Device
from widgets.map.gloo.names import Letters
from widgets.map.gloo.renderer import Renderer
from widgets.map.gloo.shop import Shop

SAMPLES = 4


def surface_format() -> QSurfaceFormat:
    """Four samples a pixel; a lost context is told. No version: drivers then give their newest with all that is older,
    which vispy's programs need; Qt asks for a core profile otherwise.
    """
    form = QSurfaceFormat()
    form.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    form.setDepthBufferSize(24)
    form.setStencilBufferSize(8)
    form.setSamples(SAMPLES)
    form.setOption(QSurfaceFormat.FormatOption.ResetNotification)
    return form


class Group:
    """Programs, buffers and atlas of one share group; made by the first renderer, freed with the last one."""

    known: ClassVar[dict[int, Group]] = {}

    def __init__(self, key: int) -> None:
        self.key = key
        self.users = 0
        self.device = Device()
        self.atlas = Atlas(self.device)

    @classmethod
    def of_current(cls) -> Group:
        """The group of the current context.

        Raises:
            TooOld, RuntimeError: the driver can not do it.
        """
        (key,) = shiboken6.getCppPointer(QOpenGLContextGroup.currentContextGroup())
        one = cls.known.get(key)
        if one is None:
            one = cls.known[key] = cls(key)
        return one

    def release(self) -> None:
        """One renderer less, with a context of the group current."""
        self.users -= 1
        if not self.users:
            self.known.pop(self.key, None)
            self.atlas.close()
            self.device.close()


class Hold:
    """A renderer in one Qt context, which is given back before the context goes. No widget, so that it outlives one."""

    def __init__(self, context: QOpenGLContext, shop: Shop, letters: Letters) -> None:
        """With the context current.

        Raises:
            TooOld, RuntimeError: the driver can not do it.
        """
        self._context: QOpenGLContext | None = context
        self._spot = QOffscreenSurface()
        self._spot.setFormat(context.format())
        self._spot.create()
        self._group = Group.of_current()
        self._group.users += 1
        try:
            self.renderer = Renderer(self._group.device, shop, self._group.atlas, letters)
        except BaseException:
            self._group.release()
            raise
        self.driver = self._group.device.driver
        context.aboutToBeDestroyed.connect(self.close)

    def close(self) -> None:
        """Frees what it has on the GPU; twice does nothing more."""
        context, self._context = self._context, None
        if context is None or not shiboken6.isValid(context):
            return
        context.aboutToBeDestroyed.disconnect(self.close)
        before, surface = QOpenGLContext.currentContext(), None
        if before is not None:
            surface = before.surface()
        if context.makeCurrent(self._spot):
            self.renderer.close()
            self._group.release()
            if before is not None and before is not context and surface is not None:
                before.makeCurrent(surface)
            else:
                context.doneCurrent()
        self._spot.destroy()
