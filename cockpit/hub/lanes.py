"""Questions in lanes: one after the other within a lane, and what takes long in one holds up no other."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable

from cockpit.bus.tasks import end

MOST_WAITING = 32 * 2**20
"""Bytes of one user's questions that wait: a program that asks faster than it is answered fills no memory."""
MOST_OF_ALL = 4 * MOST_WAITING
"""And of all users together."""
EACH = 1000
"""Bytes that a question takes beside its own."""


class Lanes:
    """What is to be answered, by lane; on the event loop."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[tuple[str, int, Callable[[], Awaitable[None]]]]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._of_user: Counter[str] = Counter()
        self._of_all = 0

    def put(self, lane: str, user: str, size: int, work: Callable[[], Awaitable[None]]) -> bool:
        """Has `work` done when what is before it in its lane is; False: too much of this user's waits already.

        Args:
            size: of the question, bytes. work: raises nothing.
        """
        size += EACH
        if self._of_user[user] + size > MOST_WAITING or self._of_all + size > MOST_OF_ALL:
            return False
        self._of_user[user] += size
        self._of_all += size
        if lane in self._waiting:
            self._waiting[lane].append((user, size, work))
        else:
            self._waiting[lane] = deque([(user, size, work)])
            self._tasks[lane] = asyncio.create_task(self._walk(lane), name=f"answers {lane}")
        return True

    async def _walk(self, lane: str) -> None:
        waiting = self._waiting[lane]
        try:
            while waiting:
                user, size, work = waiting.popleft()
                try:
                    await work()
                finally:
                    self._less(user, size)
        finally:  # at once: what is put from now on begins the lane anew
            del self._waiting[lane], self._tasks[lane]
            for user, size, _ in waiting:
                self._less(user, size)

    def _less(self, user: str, size: int) -> None:
        self._of_all -= size
        self._of_user[user] -= size
        if not self._of_user[user]:
            del self._of_user[user]

    async def close(self) -> None:
        """Drops what waits and what is at work."""
        await end(*self._tasks.values())
