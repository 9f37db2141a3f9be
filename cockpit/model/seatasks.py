"""Leaders' laptops and their hall: what a laptop says of itself and hears, and what an operator asks about them.

| ask | question | answer | by |
|---|---|---|---|
| `seat.here` | `SeatHere` | `SeatLease` | a leader's seat, when it joins and now and then |
| `seat.wiped` | `SeatWiped` | `Nothing` | a laptop that is empty, or about to be: its key is gone already |
| `seats.list` | `Nothing` | `SeatList` | operators |
| `seats.wipe` | `SeatNamed` | `SeatDone` | operators |
| `seats.revoke` | `SeatNamed` | `SeatDone` | operators |
| `seats.log` | `Nothing` | `SeatLog` | operators |

`wall.code` with the role `leader` gives a laptop its code.
"""

from __future__ import annotations

import msgspec

ORDER = "seat"
"""Topic of `SeatOrder`."""
WIPE = "wipe"


class Nothing(msgspec.Struct, frozen=True):
    pass


class SeatOrder(msgspec.Struct, frozen=True):
    """What the laptop of this user at the bus is to do: `wipe`."""

    user: str
    what: str


class SeatHere(msgspec.Struct, frozen=True):
    """A leader's seat as it stands.

    Attributes:
        version: of the program. encrypted: whether what it keeps is. size: bytes of that.
        from_day: the oldest day that it has, days since 1970-01-01 in Shanghai, 0 none. until: to when its archive is
            complete, UTC us. waiting: what is in its outbox.
    """

    version: str
    encrypted: bool
    size: int = 0
    from_day: int = 0
    until: int = 0
    waiting: int = 0


class SeatLease(msgspec.Struct, frozen=True):
    """What the hall answers.

    Attributes:
        days: so long a laptop may keep what it has without hearing of the hall. most: bytes that it may keep, where its
            person says no less. wall: the hub's wall clock, UTC us.
    """

    days: int
    most: int
    wall: int


class SeatWiped(msgspec.Struct, frozen=True):
    """A laptop ended its key. why: `order`, `expired`, `hand`. left: files that could not be removed."""

    why: str
    left: int = 0


class SeatNamed(msgspec.Struct, frozen=True):
    """A laptop by its name."""

    name: str


class SeatDone(msgspec.Struct, frozen=True):
    """It is ordered; here: the laptop is connected now."""

    name: str
    here: bool


class SeatKnown(msgspec.Struct, frozen=True):
    """A laptop as the hall knows it.

    Attributes:
        since: when it joined; heard: when it was heard last, UTC us, 0 never. here: it is connected now.
        wiped: it is to be empty and has not said yet that it is. said: what it said of itself, None nothing yet.
    """

    name: str
    since: int
    heard: int
    here: bool
    wiped: bool
    said: SeatHere | None = None


class SeatList(msgspec.Struct, frozen=True):
    seats: tuple[SeatKnown, ...] = ()
    days: int = 0


class SeatEntry(msgspec.Struct, frozen=True):
    """What was done to a laptop, or what it said: `joined`, `revoked`, `wipe`, `wiped`; by: user at the bus."""

    at: int
    name: str
    what: str
    by: str
    note: str = ""


class SeatLog(msgspec.Struct, frozen=True):
    entries: tuple[SeatEntry, ...] = ()
