"""Waiting in a coroutine for what nobody tells."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 60.0
"""Seconds that anything is waited for."""


async def until(condition: Callable[[], bool]) -> None:
    """Returns once it is true."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def within(seconds: float, wanted: Awaitable[T]) -> T:
    """What is waited for; TimeoutError where it does not come in time."""
    async with asyncio.timeout(seconds):
        return await wanted
