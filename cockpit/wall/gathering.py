"""How all machines of a wall flip in one frame: first they prepare, then they are told when. Pure, times are handed in.

A change that must be built is told without a time. Each machine says `wall.ready`; when all that are joined have, or
`PATIENCE` is over, the hub tells the time. A machine that is later flips when it is ready: nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

PATIENCE = 150_000
"""How long the slowest machine is waited for, us."""
LEAD = 25_000
"""From telling the time to the time, us: a message across the hall and the frame that is being drawn."""


@dataclass
class _Round:
    since: int
    end: int
    waiting: set[str] = field(default_factory=set)


class Gathering:
    """Which walls wait for which machines."""

    def __init__(self) -> None:
        self._rounds: dict[str, _Round] = {}

    def begin(self, wall: str, revision: int, machines: Iterable[str], now: int) -> None:
        """A revision that has to be prepared; one that still was is overtaken by it and its time does not run anew for
        more than one patience."""
        before = self._rounds.get(wall)
        end = min(now + PATIENCE, before.end + PATIENCE) if before is not None else now + PATIENCE
        self._rounds[wall] = _Round(revision, end, set(machines))

    def preparing(self, wall: str) -> bool:
        return wall in self._rounds

    def said(self, wall: str, machine: str, revision: int) -> None:
        """A machine is ready with a revision; an earlier one than is being prepared does not count."""
        found = self._rounds.get(wall)
        if found is not None and revision >= found.since:
            found.waiting.discard(machine)

    def left(self, machine: str) -> None:
        """A machine is gone: nobody waits for it."""
        for one in self._rounds.values():
            one.waiting.discard(machine)

    def over(self, now: int) -> list[str]:
        """Walls whose time can be told now; they wait no more."""
        done = [wall for wall, one in self._rounds.items() if not one.waiting or now >= one.end]
        for wall in done:
            del self._rounds[wall]
        return done

    def next_end(self) -> int | None:
        """When the first patience ends (UTC us), None nobody waits."""
        return min((one.end for one in self._rounds.values()), default=None)

    def forget(self, wall: str) -> None:
        self._rounds.pop(wall, None)
