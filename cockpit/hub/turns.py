"""One thing at a time, whoever is due first goes first: the hub's one telephone line."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import AsyncIterator


class Turns:
    """Lives on the event loop."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._count = itertools.count()

    @contextlib.asynccontextmanager
    async def turn(self, due: int) -> AsyncIterator[None]:
        """Waits for the turn, and ends it.

        Args:
            due: when it should be, city time.
        """
        if self._taken:
            mine = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (due, next(self._count), mine))
            try:
                await mine
            except asyncio.CancelledError:
                if mine.done() and not mine.cancelled():  # given at the moment when nobody wanted it any more
                    self._next()
                raise
        self._taken = True
        try:
            yield
        finally:
            self._next()

    def _next(self) -> None:
        """It stays taken while somebody waits."""
        while self._waiting:
            *_, one = heapq.heappop(self._waiting)
            if not one.done():
                one.set_result(None)
                return
        self._taken = False
