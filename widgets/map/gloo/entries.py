"""GL functions that vispy's ES 2.0 subset leaves out, put beside its own; and what the driver says of itself."""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from collections.abc import Callable
from typing import Any

import msgspec
from vispy.gloo import gl

from cockpit.model.graphics import gl_version

GL_VENDOR, GL_RENDERER, GL_VERSION = 0x1F00, 0x1F01, 0x1F02
GL_MAX_VIEWPORT_DIMS, GL_MAX_SAMPLES, GL_MAX_TEXTURE_SIZE = 0x0D3A, 0x8D57, 0x0D33
GL_READ_FRAMEBUFFER, GL_DRAW_FRAMEBUFFER = 0x8CA8, 0x8CA9
_I, _U, _P = ctypes.c_int, ctypes.c_uint, ctypes.c_void_p
_EXTRA: dict[str, tuple[Any, ...]] = {
    "glVertexAttribDivisor": (_U, _U),
    "glDrawArraysInstanced": (_U, _I, _I, _I),
    "glRenderbufferStorageMultisample": (_U, _I, _U, _I, _I),
    "glBlitFramebuffer": (_I, _I, _I, _I, _I, _I, _I, _I, _U, _U),
    "glGenVertexArrays": (_I, ctypes.POINTER(_U)),
    "glDeleteVertexArrays": (_I, ctypes.POINTER(_U)),
    "glBindVertexArray": (_U,),
}


class Driver(msgspec.Struct, frozen=True):
    """What the driver of the current context says.

    Attributes:
        renderer: GL_RENDERER, the name by which a backend is chosen.
        version: GL_VERSION; numbers: its first two.
        viewport: largest width and height of one picture, device pixels.
        samples: most samples a pixel.
        texture: longest side of a texture.
    """

    vendor: str
    renderer: str
    version: str
    viewport: tuple[int, int]
    samples: int
    texture: int

    @property
    def numbers(self) -> tuple[int, int]:
        return gl_version(self.version)


def extend() -> None:
    """Puts the missing functions into `vispy.gloo.gl`, with a context current; once a process.

    Raises:
        RuntimeError: the driver has not got them.
    """
    if hasattr(gl, "glBindVertexArray"):
        return
    for name, arguments in _EXTRA.items():
        setattr(gl, name, _function(name, arguments))


def driver() -> Driver:
    """What the current context's driver says."""
    width, height = (ctypes.c_int * 2)(), (ctypes.c_int * 1)()
    get = _function("glGetIntegerv", (_U, ctypes.POINTER(_I)))
    get(GL_MAX_VIEWPORT_DIMS, width)
    numbers = []
    for name in (GL_MAX_SAMPLES, GL_MAX_TEXTURE_SIZE):
        get(name, height)
        numbers.append(int(height[0]))
    text = [_text(name) for name in (GL_VENDOR, GL_RENDERER, GL_VERSION)]
    return Driver(text[0], text[1], text[2], (int(width[0]), int(width[1])), numbers[0], numbers[1])


def _text(name: int) -> str:
    get = _function("glGetString", (_U,), ctypes.c_char_p)
    answer = get(name)
    return answer.decode("utf-8", "replace") if answer else ""


def _function(name: str, arguments: tuple[Any, ...], answer: Any = None) -> Callable[..., Any]:
    """A GL function of the library that vispy has loaded, else by the window system's loader."""
    from vispy.gloo.gl import gl2

    try:
        found = getattr(gl2._lib, name)
    except AttributeError:
        return _by_loader(gl2._lib, name, arguments, answer)
    # a function object of its own: argument types of vispy's must stay as they are
    kind = (ctypes.WINFUNCTYPE if sys.platform == "win32" else ctypes.CFUNCTYPE)(answer, *arguments)
    made: Callable[..., Any] = kind(ctypes.cast(found, ctypes.c_void_p).value or 0)
    return made


def _by_loader(library: Any, name: str, arguments: tuple[Any, ...], answer: Any) -> Callable[..., Any]:
    for loader in ("wglGetProcAddress", "glXGetProcAddressARB", "eglGetProcAddress"):
        get = getattr(library, loader, None)
        if get is None:
            continue
        kind = (ctypes.WINFUNCTYPE if sys.platform == "win32" else ctypes.CFUNCTYPE)(answer, *arguments)
        ask = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_char_p)(ctypes.cast(get, ctypes.c_void_p).value or 0)
        address = ask(name.encode())
        if address:
            made: Callable[..., Any] = kind(address)
            return made
    raise RuntimeError(f"the driver has no {name}")
