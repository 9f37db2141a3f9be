"""What the hub asks a rehearsal's process: questions on its stdin, answers among the lines that it says."""

from __future__ import annotations

import asyncio
import itertools

import msgspec

from cockpit.model.errors import OutsideError, UserError
from cockpit.model.rehearsal import Question, Told
from cockpit.model.time_limit import time_limit

ANSWER_SECONDS = 4.0
"""A remote waits six."""
MOST_OPEN = 8
"""Questions at once."""


class DrillAsks:
    """One process that answers."""

    def __init__(self, stdin: asyncio.StreamWriter) -> None:
        self._stdin = stdin
        self._numbers = itertools.count(1)
        self._open: dict[int, asyncio.Future[Told]] = {}

    async def ask(self, event: str = "") -> Told:
        """Its open events, or the key of the one that somebody named.

        Raises:
            UserError: it has no such event. OutsideError: it does not answer.
        """
        if len(self._open) >= MOST_OPEN or self._stdin.is_closing():
            raise OutsideError("wall.drill_silent")
        n = next(self._numbers)
        waits: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._open[n] = waits
        try:
            self._stdin.write(msgspec.json.encode(Question(n, event)) + b"\n")
            async with time_limit(ANSWER_SECONDS):
                told = await waits
        except (OSError, TimeoutError):
            raise OutsideError("wall.drill_silent") from None
        finally:
            del self._open[n]
        if told.problem is not None:
            raise UserError(told.problem.id, **told.problem.params)
        return told

    def told(self, told: Told) -> None:
        """An answer came; one that nobody waits for any more is left."""
        waits = self._open.get(told.n)
        if waits is not None and not waits.done():
            waits.set_result(told)
