"""A map that is thrown glides on and comes to rest, as a thing with friction does. No Qt in here."""

from __future__ import annotations

import math
from collections import deque

LOOKED_AT = 0.1
"""Seconds before the hand lets go that count for how fast it was."""
REST = 0.32
"""Seconds in which the speed falls to 1/e."""
THROWN = 90.0
"""Pixels a second from which letting go is throwing."""
STILL = 12.0
"""Pixels a second at which it stands."""
FASTEST = 6000.0


class Throw:
    """Where a thrown map is: the way since it was let go, in pixels.

    The speed falls by e^(-t/REST): the way is v * REST * (1 - e^(-t/REST)), whatever the frame rate.
    """

    def __init__(self) -> None:
        self._moves: deque[tuple[float, float, float]] = deque(maxlen=64)
        self._speed = (0.0, 0.0)
        self._began = 0.0
        self._gone = (0.0, 0.0)
        self.flying = False

    def hold(self) -> None:
        """The hand takes hold: what was thrown stands."""
        self._moves.clear()
        self.flying = False

    def move(self, now: float, dx: float, dy: float) -> None:
        """The hand moved the map by dx, dy pixels at `now` (monotonic seconds)."""
        self._moves.append((now, dx, dy))

    def let_go(self, now: float) -> bool:
        """The hand lets go; whether the map was thrown."""
        moves = [(at, dx, dy) for at, dx, dy in self._moves if now - at <= LOOKED_AT]
        self._moves.clear()
        if len(moves) < 2:  # it stood still before, or a single step says nothing of speed
            return False
        took = max(now - moves[0][0], 0.016)
        # the first move ended where the counting begins
        vx, vy = sum(m[1] for m in moves[1:]) / took, sum(m[2] for m in moves[1:]) / took
        speed = math.hypot(vx, vy)
        if speed < THROWN:
            return False
        cut = min(1.0, FASTEST / speed)
        self._speed, self._began, self._gone = (vx * cut, vy * cut), now, (0.0, 0.0)
        self.flying = True
        return True

    def step(self, now: float) -> tuple[float, float]:
        """Pixels to move by since the last step; it stands when it has become slow."""
        t = max(now - self._began, 0.0)
        left = math.exp(-t / REST)
        way = tuple(v * REST * (1 - left) for v in self._speed)
        dx, dy = way[0] - self._gone[0], way[1] - self._gone[1]
        self._gone = (way[0], way[1])
        if math.hypot(*self._speed) * left < STILL:
            self.flying = False
        return dx, dy
