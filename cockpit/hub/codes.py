"""Codes that let machines join a hall: eight letters, each good once and for ten minutes. A hub that ends forgets them.

A code has 40 random bits. With twenty open and ten wrong tries a second of all addresses together, ten minutes of
guessing succeed once in nine million times.
"""

from __future__ import annotations

import hashlib
import secrets

from cockpit.bus.authority import LETTERS
from cockpit.bus.users import WALL
from cockpit.model.clock import MINUTE, Clock
from cockpit.model.errors import UserError
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
        self._open: dict[bytes, tuple[str, str, float]] = {}

    def make(self, machine: str, role: str = WALL) -> tuple[str, int]:
        """A code for a machine ("" for any) of a role, and until when it is good, UTC us."""
        code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS))
        self._tidy()
        while len(self._open) >= MOST_OPEN:
            del self._open[next(iter(self._open))]
        self._open[_hash(code)] = (machine, role, self._clock.mono() + GOOD_FOR / 1e6)
        return code, self._clock.now() + GOOD_FOR

    def use(self, code: str, role: str = WALL) -> str | None:
        """For which machine it is, and it is used up; None: there is no such code, any more.

        Raises:
            UserError: it lets in machines of another role; it is as good as before.
        """
        self._tidy()
        key = _hash(plain_code(code))
        found = self._open.get(key)
        if found is None:
            return None
        if found[1] != role:
            raise UserError("walljoin.code_of_laptop" if role == WALL else "walljoin.code_of_wall")
        del self._open[key]
        return found[0]

    def forget(self, machine: str, role: str = WALL) -> bool:
        """Ends the codes that name this machine; whether there were any."""
        self._tidy()
        kept = {code: row for code, row in self._open.items() if row[:2] != (machine, role)}
        ended, self._open = len(kept) < len(self._open), kept
        return ended

    def _tidy(self) -> None:
        now = self._clock.mono()
        self._open = {code: row for code, row in self._open.items() if row[2] > now}


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode()).digest()
