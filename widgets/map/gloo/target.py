"""A framebuffer with several samples a pixel, and its picture as an array: for EGL and for exports."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from vispy.gloo import gl

from widgets.map.gloo.entries import GL_DRAW_FRAMEBUFFER, GL_READ_FRAMEBUFFER, Driver

_RGBA8, _DEPTH24 = 0x8058, 0x81A6
SAMPLES = 4


class Target:
    """Draw into `frame`, then `resolve`, then `read`. Made and used with a context current.

    Attributes:
        size: width, height in device pixels.
        frame: the framebuffer's name.
    """

    def __init__(self, size: tuple[int, int], driver: Driver) -> None:
        """
        Raises:
            RuntimeError: the driver refuses one of this size.
        """
        self.size = size
        self._buffers: list[int] = []
        self._frames: list[int] = []
        samples = min(SAMPLES, driver.samples)
        while gl.glGetError():
            pass
        try:
            self.frame = self._made(((_RGBA8, gl.GL_COLOR_ATTACHMENT0), (_DEPTH24, gl.GL_DEPTH_ATTACHMENT)), samples)
            self._plain = self._made(((_RGBA8, gl.GL_COLOR_ATTACHMENT0),), 0)
        except RuntimeError:
            self.close()
            raise

    def _made(self, parts: tuple[tuple[int, int], ...], samples: int) -> int:
        frame = gl.glCreateFramebuffer()
        self._frames.append(frame)
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, frame)
        for form, place in parts:
            buffer = gl.glCreateRenderbuffer()
            self._buffers.append(buffer)
            gl.glBindRenderbuffer(gl.GL_RENDERBUFFER, buffer)
            gl.glRenderbufferStorageMultisample(gl.GL_RENDERBUFFER, samples, form, *self.size)
            gl.glFramebufferRenderbuffer(gl.GL_FRAMEBUFFER, place, gl.GL_RENDERBUFFER, buffer)
        gl.check_error("framebuffer")
        state = gl.glCheckFramebufferStatus(gl.GL_FRAMEBUFFER)
        if state != gl.GL_FRAMEBUFFER_COMPLETE:
            raise RuntimeError(f"framebuffer {self.size[0]}×{self.size[1]}: {int(state):#x}")
        return int(frame)

    def resolve(self) -> None:
        width, height = self.size
        gl.glBindFramebuffer(GL_READ_FRAMEBUFFER, self.frame)
        gl.glBindFramebuffer(GL_DRAW_FRAMEBUFFER, self._plain)
        gl.glBlitFramebuffer(0, 0, width, height, 0, 0, width, height, gl.GL_COLOR_BUFFER_BIT, gl.GL_NEAREST)
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self._plain)

    def read(self) -> NDArray[np.uint8]:
        """After `resolve`: shape (height, width, 4), red, green, blue, alpha, the upper row first."""
        width, height = self.size
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self._plain)
        data = gl.glReadPixels(0, 0, width, height, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE)
        gl.check_error("read")
        return np.frombuffer(data, dtype=np.uint8).reshape(height, width, 4)[::-1]

    def close(self) -> None:
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, 0)
        for buffer in self._buffers:
            gl.glDeleteRenderbuffer(buffer)
        for frame in self._frames:
            gl.glDeleteFramebuffer(frame)
        self._buffers, self._frames = [], []


def finish() -> None:
    """Waits until the driver has drawn all that it was given."""
    gl.glFinish()
