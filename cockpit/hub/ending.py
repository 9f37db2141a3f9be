"""The end of a hub that is told to end: whatever it is at, and never without an end."""

from __future__ import annotations

import asyncio
import faulthandler
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)
END_SECONDS = 45
"""What is on disk stays whole however a hub ends; one that hangs must not keep its profile from the next."""


@contextmanager
def ending(loop: asyncio.AbstractEventLoop, stop: Callable[[], None], at_once: Callable[[], None]) -> Iterator[None]:
    """While this runs, SIGTERM and SIGINT stop the hub. To be entered on the main thread, in a coroutine of `loop`.

    A loop that stands still, as while nats-server starts, hears no signal of asyncio's; these are heard all the same.
    A process that has not ended `END_SECONDS` later says where each of its threads stands, and is ended.

    Args:
        stop: called in the loop. at_once: called in the midst of whatever runs: it may only set something.
    """

    def told(signum: int, frame: FrameType | None) -> None:
        faulthandler.dump_traceback_later(END_SECONDS, exit=True, file=2)  # its log
        at_once()
        loop.call_soon_threadsafe(stop)

    before = {signum: signal.signal(signum, told) for signum in SIGNALS}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
