"""How all machines of a wall flip in one frame: first they prepare, then they are told when. Pure, times are handed in.

A change that must be built is told without a time. Each machine says `wall.ready`; when all that are joined have, or
`PATIENCE` is over, the hub tells the time. A machine that is later flips when it is ready; it is not waited for again
until it was ready once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cockpit.model.clock import SECOND

PATIENCE = SECOND
"""How long the slowest machine is waited for, us: a scene that none of them has shown before is built within it. Half a
wall that shows another scene than the other half is worse than a wall that changes a moment later."""
LEAD = 25_000
"""From telling the time to the time, us, of what needs no building: a message across the hall."""
LEAD_TOGETHER = 50_000
"""Of what was built: the frame too that may be on its way when the message comes, and the picture that is laid out."""


@dataclass
class _Round:
    since: int
    end: int
    waiting: set[str] = field(default_factory=set)


class Gathering:
    """Which walls wait for which machines."""

    def __init__(self) -> None:
        self._rounds: dict[str, _Round] = {}
        self._slow: set[str] = set()

    def begin(self, wall: str, revision: int, machines: Iterable[str], now: int) -> None:
        """A revision that has to be prepared; one that still was is overtaken by it and its time does not run anew for
        more than one patience."""
        before = self._rounds.get(wall)
        end = min(now + PATIENCE, before.end + PATIENCE) if before is not None else now + PATIENCE
        self._rounds[wall] = _Round(revision, end, set(machines) - self._slow)

    def preparing(self, wall: str) -> bool:
        return wall in self._rounds

    def said(self, wall: str, machine: str, revision: int) -> None:
        """A machine is ready with a revision; an earlier one than is being prepared does not count."""
        self._slow.discard(machine)
        found = self._rounds.get(wall)
        if found is not None and revision >= found.since:
            found.waiting.discard(machine)

    def left(self, machine: str) -> None:
        """A machine is gone: nobody waits for it."""
        self._slow.discard(machine)
        for one in self._rounds.values():
            one.waiting.discard(machine)

    def over(self, now: int) -> list[str]:
        """Walls whose time can be told now; they wait no more."""
        done = [wall for wall, one in self._rounds.items() if not one.waiting or now >= one.end]
        for wall in done:
            self._slow |= self._rounds.pop(wall).waiting
        return done

    def next_end(self) -> int | None:
        """When the first patience ends (UTC us), None nobody waits."""
        return min((one.end for one in self._rounds.values()), default=None)

    def forget(self, wall: str) -> None:
        self._rounds.pop(wall, None)
