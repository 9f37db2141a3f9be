"""Lines in the log that whoever is outside can cause: once in a while, and without a word of theirs."""

from __future__ import annotations

import asyncio
import logging

SAID_SECONDS = 30.0
"""Between two lines of one kind in the log."""
_KINDS = 100


class Seldom:
    """A line of one kind in the log once in a while: who can cause it could fill the disk with it."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._said: dict[str, float] = {}

    def say(self, level: int, line: str, what: str, more: str = "") -> None:
        """On the thread of an event loop.

        Args:
            what: by which lines are of one kind; names of ours only, never what a device said.
            more: of this one alone.
        """
        now = asyncio.get_running_loop().time()
        if what in self._said and now < self._said[what] + SAID_SECONDS:
            return
        if len(self._said) >= _KINDS:
            self._said.clear()
        self._said[what] = now
        self._log.log(level, "%s: %s%s", line, what, f": {more}" if more else "")


def place_of(error: BaseException) -> str:
    """Type and place of an error; its words may be a device's."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace is not None else ""
    return type(error).__name__ + place
