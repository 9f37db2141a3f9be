"""Who is on duty in the hall, as a wall is told it: names and duties out of the hub's address book, no numbers."""

from __future__ import annotations

import msgspec

from cockpit.model.messages import Message


class RosterWanted(msgspec.Struct, frozen=True):
    """Those of an organisation (a unit of it, or all its units with a space between), "" of the command centre: that of
    whoever leads the whole city, or the only one that has somebody on duty; the site's own books go before the pack's.
    """

    org: str = ""


class OnDuty(msgspec.Struct, frozen=True):
    """Somebody on duty: what for, and their name."""

    duty: str
    name: str


class RosterReply(msgspec.Struct, frozen=True):
    """In the order of the book.

    Attributes:
        orgs: how many organisations have somebody on duty, where none was named and nothing says which it is.
    """

    people: tuple[OnDuty, ...] = ()
    orgs: int = 0


class Roster(msgspec.Struct, frozen=True):
    """What is known of it here.

    Attributes:
        told: when the hub said so (wall clock, UTC us), 0 never.
        problem: why it does not say now, None: it does, or was not asked yet.
        orgs: as in `RosterReply`.
    """

    people: tuple[OnDuty, ...] = ()
    told: int = 0
    problem: Message | None = None
    orgs: int = 0
