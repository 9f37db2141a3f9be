"""The port of who is on duty. Called on the thread that ticks; nothing waits."""

from __future__ import annotations

from typing import Protocol

from cockpit.model.roster import Roster


class Rosters(Protocol):
    """Who is on duty, by the hub's address book."""

    def of(self, org: str) -> Roster:
        """What is known of an organisation, "" the book's first; asked for again every few minutes while somebody
        looks, and when the hub is there again."""
        ...
