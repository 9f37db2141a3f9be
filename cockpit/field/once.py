"""What a device says under a key of its own counts once, however often it says it."""

from __future__ import annotations

import asyncio

from cockpit.field.problems import Problem
from cockpit.field.register import Register, Taken, Token
from cockpit.model.clock import Clock


class Once:
    """The keys that were used, with what for."""

    def __init__(self, register: Register, clock: Clock) -> None:
        """
        Args:
            clock: the city's.
        """
        self._register = register
        self._clock = clock

    async def taken(self, key: str, token: Token, digest: bytes) -> tuple[bool, Taken]:
        """Whether it is new, and what was noted of it when it came in first.

        Args:
            digest: of all that was said under the key.

        Raises:
            Problem: the key was used for something else.
            OutsideError: the disk refused.
        """
        taken = self._register.taken(key)
        new = taken is None
        if taken is None:
            mine = Taken(digest, self._clock.now(), token.id)
            taken = await asyncio.to_thread(self._register.take, key, mine)
        if taken.digest != digest:
            raise Problem.key_used()
        return new, taken
