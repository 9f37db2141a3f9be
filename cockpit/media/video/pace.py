"""When a picture is due: a file is shown as fast as it was taken; what a server sends in a burst catches up at once."""

from __future__ import annotations

from collections.abc import Callable

SETTLE_SECONDS = 2.0
"""A live server may first send what it kept: meanwhile the latest picture is the present."""
JUMP_SECONDS = 5.0
"""Times that jump so far begin anew."""
MOST_AHEAD = 0.5
MOST_BEHIND = 1.0
MOST_A_SECOND = 120


class Pace:
    """Of one connection. All in seconds."""

    def __init__(self, mono: Callable[[], float], live: bool) -> None:
        """
        Args:
            live: times of the first seconds say nothing.
        """
        self._mono = mono
        self._slack = MOST_AHEAD if live else 0.0
        self._settle = mono() + (SETTLE_SECONDS if live else 0.0)
        self._origin: float | None = None
        self._second = mono()
        self._count = 0
        self._shown = float("-inf")

    def wait(self, at: float | None) -> float:
        """How long to wait before the picture of time `at` of the stream; None: it has no time."""
        now = self._mono()
        wait = self._too_many(now)
        if at is None:
            return wait
        origin = now - at
        if self._origin is None or abs(origin - self._origin) > JUMP_SECONDS:
            self._origin = origin
        elif now < self._settle:
            self._origin = min(self._origin, origin)
        return max(wait, at + self._origin - now - self._slack)

    def _too_many(self, now: float) -> float:
        if now - self._second >= 1.0:
            self._second, self._count = now, 0
        self._count += 1
        return self._second + 1.0 - now if self._count > MOST_A_SECOND else 0.0

    def shows(self, at: float | None, fps: float) -> bool:
        """Whether a picture is made ready: not one of a burst that came late, nor more than are wanted."""
        now = self._mono()
        late = at is not None and self._origin is not None and now - at - self._origin > MOST_BEHIND
        if now - self._shown < (1.0 if late else 0.75 / max(fps, 0.1)):
            return False
        self._shown = now
        return True
