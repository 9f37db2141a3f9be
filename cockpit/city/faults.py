"""Faults on demand: what a city platform, or its workers' devices, do on a bad day, for a number of seconds."""

from __future__ import annotations

from cockpit.model.clock import HOUR, Clock
from cockpit.model.errors import UserError

OF_DEVICES = ("worker-silent", "worker-clock", "worker-replay", "photo-broken")
"""No device is heard; every device's clock is an hour ahead; each report is sent twice; photos are none."""
FAULTS = ("sse-drop", "slow", "garbage", "clock-skew", "down", "restart", *OF_DEVICES)
DEFAULT_SECONDS = 30.0
MAX_SECONDS = 3600.0
SLOW_BY = 4.0
"""Seconds that every answer waits while `slow` is on."""
SKEW = HOUR
"""Microseconds that every timestamp is ahead while `clock-skew` is on."""


class Faults:
    """Which faults are on.

    `restart` is a moment and not a state; it is never on.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    def start(self, name: str, seconds: float) -> None:
        """Turns a fault on.

        Raises:
            UserError: no such fault, or seconds outside 0 to an hour.
        """
        if name not in FAULTS:
            raise UserError("city.no_such_fault", name=name, known="、".join(FAULTS))
        if not 0 < seconds <= MAX_SECONDS:
            raise UserError("city.bad_fault_seconds", most=int(MAX_SECONDS))
        if name != "restart":
            self._until[name] = self._clock.mono() + seconds

    def on(self, name: str) -> bool:
        return self.left(name) > 0

    def left(self, name: str) -> float:
        """Seconds until it is over; 0 when it is not on."""
        return max(0.0, self._until.get(name, 0.0) - self._clock.mono())

    def skew(self) -> int:
        return SKEW if self.on("clock-skew") else 0

    def all_on(self) -> dict[str, float]:
        return {name: round(self.left(name), 1) for name in self._until if self.on(name)}
