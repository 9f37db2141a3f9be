"""How long the frames of one window took, over the last minute and the last ten."""

from __future__ import annotations

from collections import deque
from statistics import median

MINUTE = 60.0
SLOW_MS = 50.0
SLOW_SECONDS = 600.0
MOST = 4000


class FrameTimes:
    """Frames of one window; times are monotonic seconds."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, float]] = deque(maxlen=MOST)
        self._slow: deque[float] = deque(maxlen=MOST)
        self._longest: deque[tuple[float, float]] = deque()

    def take(self, now: float, ms: float) -> None:
        """A frame that took so many milliseconds, from the first widget painted to the picture handed to the screen."""
        self._frames.append((now, ms))
        if ms > SLOW_MS:
            self._slow.append(now)
        while self._longest and self._longest[-1][1] <= ms:  # what is left falls: the first one is the longest
            self._longest.pop()
        self._longest.append((now, ms))

    def of_minute(self, now: float) -> tuple[float, float]:
        """Median and longest of the last minute, ms; 0 where there was none."""
        while self._frames and now - self._frames[0][0] > MINUTE:
            self._frames.popleft()
        times = [ms for _, ms in self._frames]
        return (median(times), max(times)) if times else (0.0, 0.0)

    def slow(self, now: float) -> int:
        """Frames over `SLOW_MS` in the last ten minutes."""
        while self._slow and now - self._slow[0] > SLOW_SECONDS:
            self._slow.popleft()
        return len(self._slow)

    def longest(self, now: float) -> float:
        """The longest of the last ten minutes, ms; 0 where there was none."""
        while self._longest and now - self._longest[0][0] > SLOW_SECONDS:
            self._longest.popleft()
        return self._longest[0][1] if self._longest else 0.0
