"""What moves by itself: a flight of the view, a thrown map, units between their fixes, rings of arrival. And when the
next frame of it is due: slow movement has slow frames, and what stands has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from widgets.kit.panel import guarded
from widgets.map.camera import Camera, between
from widgets.map.scene import UNIT

if TYPE_CHECKING:
    from widgets.map.canvas import Canvas

FLIGHT, SWING = 0.45, 0.22
"""Seconds of a flight, and of a zoom that a wheel set going."""
FRAME_MS = 16
GLIDE_MS = 33
SLOWEST_MS = 250
RING_MS = 50


class Moves(QObject):
    """Moves it.

    Attributes:
        reduced: no motion at all.
        offered: monotonic seconds at which the backend was told of everything.
    """

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self.reduced = False
        self.offered = 0.0
        self._canvas = canvas
        self._flight: tuple[Camera, Camera, float] | None = None
        self._braking = False
        self._frames = QTimer(self)
        self._frames.timeout.connect(self._frame)

    @property
    def goal(self) -> Camera | None:
        """The end of a flight; None where there is none."""
        return self._flight[1] if self._flight else None

    def fly(self, goal: Camera, braking: bool = False) -> None:
        """Args: braking: a hand set it going, which is at its full speed at once."""
        canvas = self._canvas
        canvas.hands.throw.hold()
        if self.reduced or not canvas.isVisible() or goal == canvas.camera:
            self._flight = None
            canvas.look(goal)
        else:
            self._flight, self._braking = (canvas.camera, goal, canvas.mono()), braking
            self.wake()

    def halt(self) -> None:
        """Ends a flight where it is."""
        self._flight = None

    def wake(self) -> None:
        """Starts the frames if something moves."""
        wait = self._next()
        if wait is None:
            self._frames.stop()
        elif not self._frames.isActive() or self._frames.interval() > wait:
            self._frames.start(wait)

    def stop(self) -> None:
        self._frames.stop()

    def _next(self) -> int | None:
        """Milliseconds to the next frame; None when nothing moves."""
        now = self._canvas.mono()
        if self._flight is not None or self._canvas.hands.throw.flying:
            return FRAME_MS
        gliding = self._glide_wait(now)
        if self._ringing(now):
            return RING_MS if gliding is None else min(RING_MS, gliding)
        return gliding

    def _ringing(self, now: float) -> bool:
        return not self.reduced and self._canvas.overlay.ringing(now)

    def _glide_wait(self, now: float) -> int | None:
        """Milliseconds between two frames in which units move by about a pixel and a half; None when all stand."""
        canvas = self._canvas
        pixels = canvas.glide.pending(now) * canvas.camera.scale if canvas.scene.shows(UNIT) else 0.0
        if pixels < 0.5:
            return None
        return int(min(max(1000 / pixels / 1.5, GLIDE_MS), SLOWEST_MS))

    @guarded
    def _frame(self) -> None:
        canvas = self._canvas
        if self._flight is not None:
            start, end, began = self._flight
            share = (canvas.mono() - began) / (SWING if self._braking else FLIGHT)
            if share >= 1:
                self._flight = None
            canvas.look(between(start, end, share, self._braking))
        elif canvas.hands.throw.flying:
            canvas.hands.glide()
        now = canvas.mono()
        gliding = self._glide_wait(now)
        if self._ringing(now) and (gliding is None or (now - self.offered) * 1000 < gliding):
            canvas.surface.update(canvas.overlay.around_rings(canvas.view()))  # all else stands still
        else:
            canvas.touch(over=False)
        wait = self._next()
        if wait is None:
            self._frames.stop()
        elif wait != self._frames.interval():
            self._frames.start(wait)
