"""The end of tasks."""

from __future__ import annotations

import asyncio

AGAIN_SECONDS = 0.2


async def end(*tasks: asyncio.Task[None], again: float = AGAIN_SECONDS) -> None:
    """Cancels tasks until they have ended; what they raise is theirs.

    Args:
        again: seconds that they are given to end each time.

    Once is not enough on Python 3.11: `asyncio.wait_for`, which nats-py asks with, swallows a cancellation that comes
    at the same moment as its answer.
    """
    waiting = {task for task in tasks if not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=again)
    await asyncio.gather(*tasks, return_exceptions=True)
