"""How all machines of a wall flip in one frame: first they prepare, then they are told when. Pure, times are handed in.

A change that must be built is told without a time. Each machine says `wall.ready`; when all that are joined have, the
hub tells the time. A machine that says nothing for `PATIENCE` is not waited for, nor again until it says something; it
flips when it is ready.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cockpit.model.clock import SECOND

PATIENCE = SECOND
"""How long the slowest machine is waited for, us: a scene that none of them has shown before is built within it. Half a
wall that shows another scene than the other half is worse than a wall that changes a moment later."""
LEAD = 25_000
"""From telling the time to the time, us, of what needs no building: a message across the hall."""
LEAD_TOGETHER = 50_000
"""Of what was built: the frame too that may be on its way when the message comes, and the picture that is laid out."""


MOST_PATIENCE = 2 * PATIENCE
"""How long a wall that changes again and again stands at the most: each change that overtakes one is prepared anew."""


@dataclass
class _Round:
    """since: revision that counts. end: when it is told whoever is not ready. waiting: since when each machine has not
    said anything, us."""

    since: int
    end: int
    waiting: dict[str, int]


class Gathering:
    """Which walls wait for which machines."""

    def __init__(self) -> None:
        self._rounds: dict[str, _Round] = {}
        self._slow: set[str] = set()

    def begin(self, wall: str, revision: int, machines: Iterable[str], now: int) -> None:
        """A revision that has to be prepared; one that still was is overtaken by it. The patience with a machine that
        says nothing goes on: a wall that changes each half second would stand for as long as one machine does."""
        before = self._rounds.get(wall)
        silent = before.waiting if before is not None else {}
        waiting = {one: silent.get(one, now) for one in machines if one not in self._slow}
        end = before.end if before is not None else now + MOST_PATIENCE
        self._rounds[wall] = _Round(revision, end, waiting)

    def preparing(self, wall: str) -> bool:
        return wall in self._rounds

    def said(self, wall: str, machine: str, revision: int, now: int) -> None:
        """A machine is ready with a revision; an earlier one than is being prepared says only that it is at work."""
        self._slow.discard(machine)
        found = self._rounds.get(wall)
        if found is not None and machine in found.waiting:
            if revision >= found.since:
                del found.waiting[machine]
            else:
                found.waiting[machine] = now

    def left(self, machine: str) -> None:
        """A machine is gone: nobody waits for it."""
        self._slow.discard(machine)
        for one in self._rounds.values():
            one.waiting.pop(machine, None)

    def over(self, now: int) -> list[str]:
        """Walls whose time can be told now; they wait no more."""
        for one in self._rounds.values():
            silent = {machine for machine, since in one.waiting.items() if now - since >= PATIENCE}
            self._slow |= silent
            one.waiting = {machine: since for machine, since in one.waiting.items() if machine not in silent}
        done = [wall for wall, one in self._rounds.items() if not one.waiting or now >= one.end]
        for wall in done:
            del self._rounds[wall]
        return done

    def next_end(self) -> int | None:
        """When the first patience ends, on the same clock as `now`; None nobody waits."""
        ends = [min(one.end, *(since + PATIENCE for since in one.waiting.values())) for one in self._rounds.values()]
        return min(ends, default=None)

    def forget(self, wall: str) -> None:
        self._rounds.pop(wall, None)
