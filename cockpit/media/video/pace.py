"""When a picture is due: a file is shown as fast as it was taken; what a server sends in a burst catches up at once.

`now - time of the picture` is the same for all pictures of a steady stream, larger for those that come late. The
smallest of the last seconds is what is punctual. It follows a camera whose clock is a little faster or slower than
ours, and a server that has come to stay behind; a server that sends a film as fast as it can is held back.
"""

from __future__ import annotations

from collections.abc import Callable

SETTLE_SECONDS = 2.0
"""A live server may first send what it kept: meanwhile the latest picture is the present."""
JUMP_SECONDS = 5.0
"""Times that jump so far begin anew."""
WINDOW_SECONDS = 2.0
"""When even the most punctual picture of so long was late, that is punctual from now on."""
FASTER = 0.02
"""By which a camera's clock may be faster than ours."""
MOST_AHEAD = 0.5
MOST_BEHIND = 1.0
MOST_A_SECOND = 120
LATE_FPS = 8.0
"""Of pictures that come late so many a second are made ready: to decode them takes longer than to show them."""


class Pace:
    """Of one connection. All in seconds."""

    def __init__(self, mono: Callable[[], float], live: bool) -> None:
        """
        Args:
            live: times of the first seconds say nothing.
        """
        self._mono = mono
        self._slack = MOST_AHEAD if live else 0.0
        self._faster = FASTER if live else 0.0
        self._settle = mono() + (SETTLE_SECONDS if live else 0.0)
        self._origin: float | None = None
        self._looked = mono()
        self._window, self._punctual = mono(), float("inf")
        self._second = mono()
        self._count = 0
        self._shown = float("-inf")

    def wait(self, at: float | None) -> float:
        """How long to wait before the picture of time `at` of the stream; None: it has no time."""
        now = self._mono()
        wait = self._too_many(now)
        if at is None:
            return wait
        origin = self._follow(now, now - at)
        return max(wait, at + origin - now - self._slack)

    def _follow(self, now: float, origin: float) -> float:
        """What is punctual, with one more picture."""
        took, self._looked = now - self._looked, now
        if self._origin is None or abs(origin - self._origin) > JUMP_SECONDS:
            self._origin = origin
        elif now < self._settle:
            self._origin = min(self._origin, origin)
        elif origin < self._origin:
            self._origin = max(origin, self._origin - took * self._faster)
        self._punctual = min(self._punctual, origin)
        if now - self._window >= WINDOW_SECONDS:
            self._origin = max(self._origin, self._punctual)
            self._window, self._punctual = now, float("inf")
        return self._origin

    def _too_many(self, now: float) -> float:
        if now - self._second >= 1.0:
            self._second, self._count = now, 0
        self._count += 1
        return self._second + 1.0 - now if self._count > MOST_A_SECOND else 0.0

    def shows(self, at: float | None, fps: float) -> bool:
        """Whether a picture is made ready: not all of a burst that came late, nor more than are wanted."""
        now = self._mono()
        late = at is not None and self._origin is not None and now - at - self._origin > MOST_BEHIND
        if now - self._shown < max(1.0 / LATE_FPS if late else 0.0, 0.75 / max(fps, 0.1)):
            return False
        self._shown = now
        return True
