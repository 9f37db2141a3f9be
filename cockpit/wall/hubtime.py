"""The hub's clock as a machine knows it: measured by questions, the quickest answer counts.

An answer that took `r` seconds says the hub's time to within `r`/2, whichever way was the slow one (Cristian's
algorithm). Measured against the monotonic clock: setting this machine's clock moves no picture.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import msgspec

from cockpit.model.clock import SECOND, Clock
from cockpit.model.errors import OutsideError

PROBES = 8
"""So many are compared."""
FIRST_SECONDS = 0.05
"""Between the first ones, and"""
PROBE_SECONDS = 4.0
"""between the later ones: half a minute is covered, in which a bad clock drifts by 3 ms."""
DRIFT = 50e-6
"""Seconds a second that two clocks may drift apart: what an old answer is worth less."""


class Measured(msgspec.Struct, frozen=True):
    """One answer: our monotonic seconds in the middle, the hub's wall clock (UTC us), seconds of the round trip."""

    mono: float
    hub: int
    round_trip: float

    def error(self, now: float) -> float:
        """Seconds that it may be wrong by now."""
        return self.round_trip / 2 + abs(now - self.mono) * DRIFT


class HubTime:
    """What the hub's clock says. Replaced whole by the thread that measures; any thread may ask.

    Attributes:
        best: the answer that counts, None before the first.
    """

    def __init__(self, clock: Clock) -> None:
        """
        Args:
            clock: the machine's.
        """
        self.best: Measured | None = None
        self._clock = clock
        self._last: deque[Measured] = deque(maxlen=PROBES)

    def take(self, began: float, ended: float, hub: int) -> None:
        """An answer: monotonic seconds of question and answer, and what the hub's clock said."""
        self._last.append(Measured((began + ended) / 2, hub, max(0.0, ended - began)))
        self.best = min(self._last, key=lambda one: one.error(ended))

    def forget(self) -> None:
        """Another hub may have another clock; what was measured holds until it is measured again."""
        self._last.clear()

    def now(self) -> int:
        """The hub's wall clock now, UTC us; this machine's own as long as nothing is known."""
        return self.at(self._clock.mono())

    def at(self, mono: float) -> int:
        """The hub's wall clock at a time of our monotonic clock."""
        best = self.best
        if best is None:
            return self._clock.now() + round((mono - self._clock.mono()) * SECOND)
        return best.hub + round((mono - best.mono) * SECOND)

    def mono_of(self, hub: int) -> float:
        """When the hub's clock will say so, or said so, on our monotonic clock."""
        best = self.best
        if best is None:
            return self._clock.mono() + (hub - self._clock.now()) / SECOND
        return best.mono + (hub - best.hub) / SECOND

    @property
    def error_us(self) -> int:
        """By how much it may be wrong, us; 0 as long as nothing is known."""
        return round(self.best.error(self._clock.mono()) * SECOND) if self.best is not None else 0

    @property
    def offset_us(self) -> int:
        """This machine's wall clock against the hub's, us: positive where ours is fast."""
        return self._clock.now() - self.now() if self.best is not None else 0

    async def keep(self, ask: Callable[[], Awaitable[int]]) -> None:
        """Measures until it is cancelled.

        Args:
            ask: what the hub's clock says; OutsideError where it does not answer.
        """
        self.forget()
        asked = 0
        while True:
            began = self._clock.mono()
            try:
                hub = await ask()
            except OutsideError:
                pass
            else:
                self.take(began, self._clock.mono(), hub)
            asked += 1
            await asyncio.sleep(FIRST_SECONDS if asked < PROBES else PROBE_SECONDS)
