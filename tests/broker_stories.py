"""What befalls a broker while a source listens to it, and how that is lived through."""

from __future__ import annotations

from typing import Any

from tests.test_feeds_sources import Sink
from tests.waiting import until


async def stands_still(broker: Any, sink: Sink) -> None:
    """It says nothing until that is noticed; then it goes on."""
    broker.pause()
    await until(lambda: sink.troubles)
    await _back(sink, broker.go_on)


async def is_killed(broker: Any, sink: Sink, source: Any) -> None:
    """It is killed, which is noticed; it starts again, and is tried at once."""
    broker.kill()
    await until(lambda: sink.troubles)
    await _back(sink, lambda: (broker.start(), source.retry_now()))


async def _back(sink: Sink, go_on: Any) -> None:
    lives = sink.lives
    go_on()
    await until(lambda: sink.lives > lives)
