"""The closed loop as panels see it: cases, orders, what waits in the outbox, and how to act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from cockpit.model.cases import Case, Order
from cockpit.model.entries import Act, TextRef
from cockpit.model.messages import Message


class Sending(StrEnum):
    """What became of a command in the seat's outbox."""

    WAITING = "waiting"
    """Durable here, not yet decided by the hub."""
    SENT = "sent"
    """In the ledger; an order that no device has acknowledged yet."""
    DONE = "done"
    REFUSED = "refused"
    PARKED = "parked"
    """Something is wrong with it itself; those behind it go on."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Waiting(msgspec.Struct, frozen=True):
    """One row of the outbox.

    Attributes:
        id: of the command.
        case: its case; act: what it wants.
        issued: when the key was pressed; valid_until: past it nothing is sent, 0 always good; city time.
        state: where it is; decided: when it came there, city time, 0 never.
        tries: how often it was sent.
        problem: why it was refused or parked, or why the last try failed.
    """

    id: str
    case: str
    act: Act
    issued: int
    valid_until: int
    state: Sending
    decided: int = 0
    tries: int = 0
    problem: Message | None = None


class Check(msgspec.Struct, frozen=True):
    """One condition of an order, before the key is pressed: a short name ("在岗"), and why it fails (None: holds)."""

    name: Message
    problem: Message | None = None


class Cases(Protocol):
    """Read on the thread of `tick`; what is returned belongs to the port and is not to be changed.

    `refresh` of a panel gets the topic `case` when a case changed, `outbox` when the outbox did.
    """

    @property
    def known(self) -> bool:
        """Whether there is a ledger to count: this seat's copy of it, or all of it from the hub. Until then no count of
        cases is a zero, it is unknown."""
        ...

    def case(self, ident: str) -> Case | None:
        """An open or recently closed case, with what waits in the outbox applied."""
        ...

    def of_event(self, key: str) -> Case | None:
        """The newest case about an event."""
        ...

    def all_open(self) -> list[Case]:
        """Open cases, by what is due first."""
        ...

    def closed(self) -> list[Case]:
        """Cases closed today, newest first."""
        ...

    def order_of(self, unit: str) -> Order | None:
        """The order that a unit works on."""
        ...

    def nearby(self, lon: float, lat: float, metres: float) -> list[tuple[Case, float]]:
        """Open cases within so many metres, nearest first, with their distance."""
        ...

    def checks(self, act: Act, case: str) -> list[Check]:
        """Whether the hub would take this now, as far as this seat knows; the same rules as the hub's."""
        ...

    def submit(
        self, act: Act, case: str, texts: dict[str, str], done: Callable[[Message | None], None], valid_for: int = 0
    ) -> str:
        """Gives a command out: into the outbox first, then to the hub.

        Args:
            case: its case; "" makes a new one.
            texts: free words by name.
            done: called when it is durable here (None) or why it could not be kept; not when the hub decided.
            valid_for: microseconds that it is good for; 0 always.

        Returns:
            the id of the case.
        """
        ...

    def outbox(self) -> list[Waiting]:
        """Rows of today that a person should see, oldest first; done ones of the last hour too."""
        ...

    def cancel(self, command: str, done: Callable[[Message | None], None]) -> None:
        """Takes back what waits; a Message says why it is too late."""
        ...

    def send_again(self, command: str) -> None:
        """Puts a parked one back among the waiting."""
        ...

    def texts(self, refs: Sequence[TextRef], done: Callable[[dict[str, str] | Message], None]) -> None:
        """Words by id of their ref, "" those erased; missing are those that can not be had now. What was read once is
        kept at the seat."""
        ...

    def photo(self, sha256: str, thumb: bool, done: Callable[[bytes | Message], None]) -> None:
        """A re-encoded JPEG of a piece of evidence; `thumb` is at most 30 kB."""
        ...
