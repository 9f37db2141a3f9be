"""A GL context without a window and without Qt, by EGL: for benchmarks, exports on servers, and tests."""

from __future__ import annotations

import ctypes
import ctypes.util
from typing import Any

from cockpit.model.graphics import is_gpu
from widgets.map.gloo.entries import driver

_PLATFORM_DEVICE, _PLATFORM_SURFACELESS = 0x313F, 0x31DD
_OPENGL_API, _OPENGL_BIT, _PBUFFER_BIT = 0x30A2, 0x0008, 0x0001
_SURFACE_TYPE, _RENDERABLE_TYPE, _NONE, _WIDTH, _HEIGHT = 0x3033, 0x3040, 0x3038, 0x3057, 0x3056
_RED, _GREEN, _BLUE, _ALPHA = 0x3024, 0x3023, 0x3022, 0x3021
_MAJOR, _MINOR, _PROFILE, _COMPATIBILITY = 0x3098, 0x30FB, 0x30FD, 0x2
MOST_DEVICES = 16


class NoEgl(Exception):
    """There is no EGL that gives a context; says why."""


class EglContext:
    """A context of its own, current in the thread that made it until `close`.

    A GPU comes before a driver that computes on the processor, where the machine has both.
    """

    def __init__(self) -> None:
        """
        Raises:
            NoEgl: no library, no display, or no context.
        """
        self._egl = _library()
        self._display: int = 0
        self._context: int = 0
        self._surface: int = 0
        why, slow = "no display", 0
        for display in self._displays():
            try:
                self._open(display)
            except NoEgl as error:
                why = str(error)
                continue
            if is_gpu(driver().renderer):
                return
            slow = slow or display
            self.close()
        if not slow:
            raise NoEgl(why)
        self._open(slow)

    def _displays(self) -> list[int]:
        """EGL displays to try: each device of the machine, Mesa without a surface, the default one."""
        ask = self._extension("eglGetPlatformDisplayEXT", ctypes.c_void_p, (ctypes.c_int, _P, _P))
        found: list[int] = []
        if ask is not None:
            query = self._extension("eglQueryDevicesEXT", ctypes.c_uint, (ctypes.c_int, _P, ctypes.POINTER(_I)))
            if query is not None:
                devices, count = (ctypes.c_void_p * MOST_DEVICES)(), ctypes.c_int()
                if query(MOST_DEVICES, ctypes.cast(devices, _P), ctypes.byref(count)):
                    known = [device for device in devices[: count.value] if device]
                    found += [ask(_PLATFORM_DEVICE, device, None) for device in known]
            found.append(ask(_PLATFORM_SURFACELESS, None, None))
        found.append(self._egl.eglGetDisplay(None))
        return [display for display in found if display]

    def _extension(self, name: str, answer: Any, arguments: tuple[Any, ...]) -> Any:
        address = self._egl.eglGetProcAddress(name.encode())
        return ctypes.CFUNCTYPE(answer, *arguments)(address) if address else None

    def _open(self, display: int) -> None:
        egl = self._egl
        if not egl.eglInitialize(display, None, None):
            raise NoEgl("eglInitialize")
        if not egl.eglBindAPI(_OPENGL_API):
            raise NoEgl("eglBindAPI")
        wanted = _ints(
            _SURFACE_TYPE, _PBUFFER_BIT, _RENDERABLE_TYPE, _OPENGL_BIT, _RED, 8, _GREEN, 8, _BLUE, 8, _ALPHA, 8, _NONE
        )
        config, count = ctypes.c_void_p(), ctypes.c_int()
        if not egl.eglChooseConfig(display, wanted, ctypes.byref(config), 1, ctypes.byref(count)) or not count.value:
            raise NoEgl("eglChooseConfig")
        version = _ints(_MAJOR, 3, _MINOR, 3, _PROFILE, _COMPATIBILITY, _NONE)
        context = egl.eglCreateContext(display, config, None, version)
        if not context:
            raise NoEgl(f"eglCreateContext {egl.eglGetError():#x}")
        surface = egl.eglCreatePbufferSurface(display, config, _ints(_WIDTH, 16, _HEIGHT, 16, _NONE))
        if not surface or not egl.eglMakeCurrent(display, surface, surface, context):
            egl.eglDestroyContext(display, context)
            raise NoEgl(f"eglMakeCurrent {egl.eglGetError():#x}")
        self._display, self._context, self._surface = display, context, surface

    def make_current(self) -> None:
        """
        Raises:
            NoEgl: the context is gone.
        """
        made = self._context and self._egl.eglMakeCurrent(self._display, self._surface, self._surface, self._context)
        if not made:
            raise NoEgl("eglMakeCurrent")

    def close(self) -> None:
        """Destroys the context; twice does nothing more. The display is the process', other contexts may be on it."""
        if not self._context:
            return
        egl, display = self._egl, self._display
        egl.eglMakeCurrent(display, None, None, None)
        egl.eglDestroySurface(display, self._surface)
        egl.eglDestroyContext(display, self._context)
        self._context = self._surface = self._display = 0


_P, _I = ctypes.c_void_p, ctypes.c_int


def _ints(*values: int) -> Any:
    return (ctypes.c_int * len(values))(*values)


def _library() -> Any:
    name = ctypes.util.find_library("EGL")
    if name is None:
        raise NoEgl("libEGL")
    egl = ctypes.CDLL(name)
    flag, ints = ctypes.c_uint, ctypes.POINTER(_I)
    for function, answer, arguments in (
        ("eglGetProcAddress", _P, (ctypes.c_char_p,)),
        ("eglGetDisplay", _P, (_P,)),
        ("eglInitialize", flag, (_P, ints, ints)),
        ("eglBindAPI", flag, (flag,)),
        ("eglGetError", _I, ()),
        ("eglChooseConfig", flag, (_P, ints, ctypes.POINTER(_P), _I, ints)),
        ("eglCreateContext", _P, (_P, _P, _P, ints)),
        ("eglCreatePbufferSurface", _P, (_P, _P, ints)),
        ("eglMakeCurrent", flag, (_P, _P, _P, _P)),
        ("eglDestroyContext", flag, (_P, _P)),
        ("eglDestroySurface", flag, (_P, _P)),
    ):
        one = getattr(egl, function)
        one.restype, one.argtypes = answer, list(arguments)
    return egl
