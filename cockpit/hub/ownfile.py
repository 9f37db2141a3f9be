"""A file of a service of the hub: worked on in a thread of its own, opened as soon as the disk lets it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from cockpit.model.errors import OutsideError
from cockpit.model.messages import Message

RETRY_SECONDS = 5.0
_T = TypeVar("_T")


class Store(Protocol):
    def open(self) -> Iterable[Message]:
        """What is to be told of it. Raises OutsideError: the disk does not let us."""
        ...

    def close(self) -> None: ...


class OwnFile:
    """To be used on the loop; the store itself only by `aside`."""

    def __init__(self, store: Store, name: str, log: logging.Logger) -> None:
        """
        Args:
            log: of the service, for what is to be told.
        """
        self._store = store
        self._log = log
        self._thread = ThreadPoolExecutor(1, name)

    async def aside(self, work: Callable[[], _T]) -> _T:
        """Does something on the file's thread, after what was asked before."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def until_open(self, read: Callable[[], _T]) -> _T:
        """Opens the file, tried again until the disk lets us; what `read` finds in it."""
        while True:
            try:
                for notice in await self.aside(self._store.open):
                    self.say(notice)
                return await self.aside(read)
            except OutsideError as error:
                self.say(error.message)
                await asyncio.sleep(RETRY_SECONDS)

    def say(self, problem: Message) -> None:
        self._log.warning("%s", problem.in_chinese())

    async def close(self) -> None:
        await self.aside(self._store.close)
        self._thread.shutdown()
