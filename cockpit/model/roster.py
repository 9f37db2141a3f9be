"""Who is on duty in the hall, as a wall is told it: names and duties out of the hub's address book, no numbers."""

from __future__ import annotations

import msgspec

from cockpit.model.messages import Message


class RosterWanted(msgspec.Struct, frozen=True):
    """Those of an organisation (a unit of it, or all its units with a space between), "" of the book's first."""

    org: str = ""


class OnDuty(msgspec.Struct, frozen=True):
    """Somebody on duty: what for, and their name."""

    duty: str
    name: str


class RosterReply(msgspec.Struct, frozen=True):
    """In the order of the book."""

    people: tuple[OnDuty, ...] = ()


class Roster(msgspec.Struct, frozen=True):
    """What is known of it here.

    Attributes:
        told: when the hub said so (wall clock, UTC us), 0 never.
        problem: why it does not say now, None: it does, or was not asked yet.
    """

    people: tuple[OnDuty, ...] = ()
    told: int = 0
    problem: Message | None = None
