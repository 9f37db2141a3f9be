"""Who is there to answer alarms: seats that asked the hub something of late, and what their posts may do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

THERE_SECONDS = 45.0
"""A seat that asked nothing for so long is not there: each asks for the ledger every fifteen seconds."""
ROLES = ("duty", "dispatch", "intake", "check")
"""Posts that answer alarms and change rules."""


class Operators:
    """Those who are there. To be asked on the hub's loop."""

    def __init__(self, heard: Mapping[str, float], roles: Mapping[str, str]) -> None:
        """
        Args:
            heard: when each user asked last, see `Answers.heard`.
            roles: of users, by name.
        """
        self._heard = heard
        self._roles = roles
        self._known: frozenset[str] = frozenset()

    def there(self) -> frozenset[str]:
        """Seats that are there, whatever they may do."""
        now = asyncio.get_running_loop().time()
        return frozenset(seat for seat, at in list(self._heard.items()) if now - at <= THERE_SECONDS)

    def newcomers(self) -> frozenset[str]:
        """Seats that came since this was asked last."""
        there, before = self.there(), self._known
        self._known = there
        return there - before

    def count(self) -> int:
        """How many there are who answer alarms."""
        return sum(map(self.may_act, self.there()))

    def may_act(self, seat: str) -> bool:
        """Whether a seat may act on alarms and change rules."""
        return self._roles.get(seat) in ROLES
