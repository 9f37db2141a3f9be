"""How long something may take in a coroutine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


@asynccontextmanager
async def time_limit(seconds: float | None) -> AsyncIterator[Callable[[], None]]:
    """`async with time_limit(5): …`: what is not done by then is cancelled. What it gives (`as lift`) lifts the limit.

    The one way to wait so long and no longer. `asyncio.wait_for` of Python 3.11 loses a cancellation that comes at the
    moment of what it waits for, so that a task that is to end goes on. `asyncio.timeout` before 3.11.3 (Debian 12 has
    3.11.2) can not tell its own end from a cancellation before it, as in a clean-up that waits for a child.

    Args:
        seconds: from now; None as long as it takes.

    Raises:
        TimeoutError: the time is over. A cancellation from elsewhere stays what it is.
    """
    import asyncio  # takes a while, and who comes here has it already

    task = asyncio.current_task()
    assert task is not None
    if seconds is None:
        yield lambda: None
        return
    before, over = task.cancelling(), False

    def end() -> None:
        nonlocal over
        over = True
        task.cancel()

    timer = asyncio.get_running_loop().call_later(max(seconds, 0.0), end)
    try:
        yield timer.cancel
    except asyncio.CancelledError as error:
        if over and task.uncancel() <= before:
            raise TimeoutError from error
        raise
    except BaseException:
        if over:
            task.uncancel()
        raise
    else:
        if over:
            task.uncancel()
    finally:
        timer.cancel()
