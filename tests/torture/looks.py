"""An eye on the points of screens: which were blank, for how long, and whether a wall says at its foot what is wrong.

It takes the points from the X server, of which the wall knows nothing: those of Xvfb from its file in memory, those of
an output of Xorg by a question of its own.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.screen import Glass
from cockpit.model.clock import SystemClock

Points = NDArray[np.uint32]
"""(height, width), 0x00RRGGBB."""
RGB = np.uint32(0xFFFFFF)
PROMISED = 0.5
"""Seconds that a screen may be blank once it has shown a picture."""
LOOKS_A_SECOND = 8
STRIDE = 8
ONE_COLOUR = 0.997
"""The share of points of one colour from which on a screen is blank: a line of words alone has more ink."""
BLACK = 0.985
NEAR = 6
"""Steps of a channel by which a colour may be off."""
INK = 0.004
_clock = SystemClock()


class View(Protocol):
    """One screen as it is seen. `points` of a part of it, `None` while it has none."""

    name: str
    size: tuple[int, int]

    def points(self, x: int, y: int, width: int, height: int) -> Points | None: ...


class XvfbView:
    def __init__(self, name: str, glass: Glass) -> None:
        self.name, self._glass = name, glass
        height, width = glass.points.shape
        self.size = width, height

    def points(self, x: int, y: int, width: int, height: int) -> Points | None:
        return self._glass.points[y : y + height, x : x + width] & RGB


class RootWindow:
    """The desktop of an X server, read over a connection of its own (xcb)."""

    def __init__(self, display: str) -> None:
        """
        Raises:
            OSError: there is no such server.
        """
        self._xcb: Any = ctypes.CDLL(ctypes.util.find_library("xcb") or "libxcb.so.1")
        self._free = ctypes.CDLL(None).free
        self._free.argtypes = [ctypes.c_void_p]
        for name, result in (
            ("xcb_connect", ctypes.c_void_p),
            ("xcb_get_setup", ctypes.c_void_p),
            ("xcb_setup_roots_iterator", _Roots),
            ("xcb_get_image", _Cookie),
            ("xcb_get_image_reply", ctypes.c_void_p),
            ("xcb_get_image_data", ctypes.c_void_p),
            ("xcb_get_image_data_length", ctypes.c_int),
        ):
            getattr(self._xcb, name).restype = result
        self._line = ctypes.c_void_p(self._xcb.xcb_connect(display.encode(), None))
        if self._xcb.xcb_connection_has_error(self._line):
            raise OSError(f"no X server at {display}")
        roots = self._xcb.xcb_setup_roots_iterator(ctypes.c_void_p(self._xcb.xcb_get_setup(self._line)))
        self._root = ctypes.c_uint32.from_address(roots.data).value
        self._one = threading.Lock()

    def grab(self, x: int, y: int, width: int, height: int) -> Points | None:
        """None where that is not all on the desktop."""
        with self._one:
            box = (ctypes.c_int16(x), ctypes.c_int16(y), ctypes.c_uint16(width), ctypes.c_uint16(height))
            whole = ctypes.c_uint32(0xFFFFFFFF)
            asked = self._xcb.xcb_get_image(self._line, ctypes.c_uint8(2), ctypes.c_uint32(self._root), *box, whole)
            answer = self._xcb.xcb_get_image_reply(self._line, asked, None)
            if not answer:
                return None
            try:
                at = self._xcb.xcb_get_image_data(ctypes.c_void_p(answer))
                length = self._xcb.xcb_get_image_data_length(ctypes.c_void_p(answer))
                data = np.frombuffer(ctypes.string_at(at, length), np.uint32)
            finally:
                self._free(answer)
        return data.reshape(height, width) & RGB

    def close(self) -> None:
        with self._one:
            self._xcb.xcb_disconnect(self._line)


class _Roots(ctypes.Structure):
    _fields_ = (("data", ctypes.c_void_p), ("rem", ctypes.c_int), ("index", ctypes.c_int))


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint),)


class OutputView:
    """An output of Xorg at its place of the desktop."""

    def __init__(self, name: str, root: RootWindow, at: tuple[int, int], size: tuple[int, int]) -> None:
        self.name, self.size = name, size
        self._root, self._at = root, at

    def points(self, x: int, y: int, width: int, height: int) -> Points | None:
        return self._root.grab(self._at[0] + x, self._at[1] + y, width, height)


def is_blank(points: Points) -> bool:
    """Whether this is no picture: one colour, or black."""
    colours, counts = np.unique(points, return_counts=True)
    black = counts[_near(colours, 0)].sum()
    return bool(counts.max() >= ONE_COLOUR * points.size or black >= BLACK * points.size)


def says_trouble(foot: Points, ground: int, ink: int) -> bool:
    """Whether the foot of a screen is the line that says what is wrong: its colour, and words on it."""
    return bool(_near(foot, ground).mean() > 0.6 and _near(foot, ink).mean() > INK)


def _near(points: Points, colour: int) -> NDArray[np.bool_]:
    near = np.ones(points.shape, bool)
    for shift in (16, 8, 0):
        channel = (points >> shift & 0xFF).astype(np.int16)
        near &= np.abs(channel - (colour >> shift & 0xFF)) <= NEAR
    return near


class Watched:
    """What was seen of one screen.

    Attributes:
        view: of it. looks: how often it was looked at.
        lit: s until it had a picture, each time that it had to get one.
        blanks: (when, s) of each time that it was blank for longer than promised; worst: s, of all.
    """

    def __init__(self, view: View) -> None:
        self.view = view
        self.looks = 0
        self.lit: list[float] = []
        self.blanks: list[tuple[float, float]] = []
        self.worst = 0.0
        self._waits: float | None = _clock.mono()
        self._away = False
        self._dark: tuple[float, float] | None = None
        self._one = threading.Lock()

    def away(self) -> None:
        """It is unplugged, or its machine is: nothing is asked of it until `back`."""
        with self._one:
            self._end()
            self._away = True

    def back(self) -> None:
        """It is plugged in again: its first picture is waited for."""
        with self._one:
            self._away, self._waits = False, _clock.mono()

    @property
    def is_away(self) -> bool:
        return self._away

    @property
    def has_picture(self) -> bool:
        return not self._away and self._waits is None

    def waits(self) -> float:
        """Seconds that its first picture has been waited for; 0: it is there."""
        return _clock.mono() - self._waits if self._waits is not None and not self._away else 0.0

    def look(self, now: float, points: Points | None) -> None:
        with self._one:
            if self._away:
                return
            self.looks += 1
            blank = points is None or is_blank(points)
            if self._waits is not None:
                if not blank:
                    self.lit.append(now - self._waits)
                    self._waits = None
            elif blank:
                self._dark = (self._dark[0] if self._dark else now, now)
            else:
                self._end()

    def done(self) -> None:
        with self._one:
            self._end()

    def _end(self) -> None:
        """It is blank no more: it was at least from the first look that saw nothing to the last."""
        if self._dark is None:
            return
        began, last = self._dark
        self._dark = None
        self.worst = max(self.worst, last - began)
        if last - began > PROMISED:
            self.blanks.append((began, last - began))


@contextmanager
def looking(screens: Sequence[Watched], told: Callable[[str], None] = lambda name: None) -> Iterator[None]:
    """Looks at all of them again and again meanwhile.

    Args:
        told: of each screen that is blank now, at each look.
    """
    over = threading.Event()

    def look() -> None:
        while not over.wait(1 / LOOKS_A_SECOND):
            for screen in screens:
                _look(screen, told)

    eye = threading.Thread(target=look, name="eye")
    eye.start()
    try:
        yield
    finally:
        over.set()
        eye.join()
        for screen in screens:
            screen.done()


def _look(screen: Watched, told: Callable[[str], None]) -> None:
    width, height = screen.view.size
    with suppress(ValueError):
        points = screen.view.points(0, 0, width, height)
        seen = points[::STRIDE, ::STRIDE] if points is not None else None
        screen.look(_clock.mono(), seen)
        if screen.has_picture and (seen is None or is_blank(seen)):
            told(screen.view.name)
