"""Codes that let machines join a hall: eight letters, each good once and for ten minutes. A hub that ends forgets them.

A code has 40 random bits. With twenty open and ten wrong tries a second of all addresses together, ten minutes of
guessing succeed once in nine million times.
"""

from __future__ import annotations

import hashlib
import secrets

from cockpit.bus.authority import LETTERS
from cockpit.model.clock import MINUTE, Clock
from cockpit.model.walljoin import CODE_LETTERS, plain_code

GOOD_FOR = 10 * MINUTE
MOST_OPEN = 20
"""One more ends the oldest."""


class MachineCodes:
    """Open codes and the machines that they are for."""

    def __init__(self, clock: Clock) -> None:
        """
        Args:
            clock: the machine's.
        """
        self._clock = clock
        self._open: dict[bytes, tuple[str, float]] = {}

    def make(self, machine: str) -> tuple[str, int]:
        """A code for a machine ("" for any), and until when it is good, UTC us."""
        code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS))
        self._tidy()
        while len(self._open) >= MOST_OPEN:
            del self._open[next(iter(self._open))]
        self._open[_hash(code)] = (machine, self._clock.mono() + GOOD_FOR / 1e6)
        return code, self._clock.now() + GOOD_FOR

    def use(self, code: str) -> str | None:
        """For which machine it is, and it is used up; None: there is no such code, any more."""
        self._tidy()
        found = self._open.pop(_hash(plain_code(code)), None)
        return found[0] if found is not None else None

    def _tidy(self) -> None:
        now = self._clock.mono()
        self._open = {code: (machine, until) for code, (machine, until) in self._open.items() if until > now}


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
