"""How many messages and bytes a second a feed brings: counted in ten parts of a window that moves on."""

from __future__ import annotations

from collections import deque

PARTS = 10
SHORTEST = 10.0
"""Seconds; of a slow feed three beats, so that a poll a minute is not now six a minute and now none."""
BEATS = 3


class Rate:
    """
    Attributes:
        part: seconds after which it is worth asking again.
    """

    def __init__(self, beat: float, now: float) -> None:
        """
        Args:
            beat: seconds between messages, as declared.
            now: monotonic seconds, as in all calls.
        """
        self._window = max(SHORTEST, beat * BEATS)
        self.part = self._window / PARTS
        self._began = now
        self._parts: deque[tuple[float, int, int]] = deque()

    def add(self, now: float, messages: int, size: int) -> None:
        if self._parts and now - self._parts[-1][0] < self.part:
            since, before, bytes_before = self._parts[-1]
            self._parts[-1] = since, before + messages, bytes_before + size
        else:
            self._parts.append((now, messages, size))

    def per_second(self, now: float) -> tuple[float, float]:
        """Messages and bytes a second over the window, or since the begin where that is less long ago."""
        while self._parts and now - self._parts[0][0] > self._window:
            self._parts.popleft()
        over = min(max(now - self._began, self.part), self._window)
        return sum(n for _, n, _ in self._parts) / over, sum(size for _, _, size in self._parts) / over
