"""Requests that wait for news: so many of a token, ended with their token or the gateway."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Iterator

from cockpit.model.time_limit import time_limit


class Polls:
    """Waiting requests by the id of their token."""

    def __init__(self, most: int) -> None:
        """
        Args:
            most: of one token; one more ends the oldest.
        """
        self._most = most
        self._of: dict[str, list[asyncio.Future[None]]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._of.values()))

    async def wait(self, token: str, future: asyncio.Future[None], seconds: float) -> None:
        """Waits until the future is done, the time is over, or the request has to end."""
        with self._among(token, future), contextlib.suppress(TimeoutError):
            async with time_limit(seconds):
                await future

    @contextlib.contextmanager
    def _among(self, token: str, future: asyncio.Future[None]) -> Iterator[None]:
        mine = self._of.setdefault(token, [])
        while len(mine) >= self._most:
            _end(mine.pop(0))
        mine.append(future)
        try:
            yield
        finally:
            with contextlib.suppress(ValueError):
                mine.remove(future)
            if not mine and self._of.get(token) is mine:
                del self._of[token]

    def end(self, tokens: Collection[str] | None = None) -> None:
        """Ends the waiting of these tokens, of all where None."""
        for token, waiting in list(self._of.items()):
            if tokens is None or token in tokens:
                for future in list(waiting):
                    _end(future)


def _end(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
