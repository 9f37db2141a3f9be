"""What an outbox keeps, and what whoever sends it may do with it. Times are city time, UTC microseconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from cockpit.model.errors import CockpitError
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending

SETTLED = frozenset({Sending.DONE, Sending.REFUSED, Sending.EXPIRED, Sending.CANCELLED})
"""States in which nothing more happens to a row."""


class Row(msgspec.Struct, frozen=True):
    """One thing to be sent, as the outbox keeps it.

    Attributes:
        n: place in the order of keeping.
        id: of the command or the fact.
        lane: within it the order holds: the case of a command, the order of a fact.
        data: the bytes that are sent, the same at each try.
        issued: when it was done; valid_until: past it nothing is sent, 0 always good.
        awaits: accepted is not yet done: a device has to acknowledge.
        state: where it is; decided: when it came there, 0 never.
        tried: it may have left this machine, so that nobody here can say that it had no effect.
        tries: how often it was sent since the start.
        seq: sequence of its decision, 0 none.
        problem: why it was refused or parked, or why the last try failed.
    """

    n: int
    id: str
    lane: str
    data: bytes
    issued: int
    valid_until: int = 0
    awaits: bool = False
    state: Sending = Sending.WAITING
    decided: int = 0
    tried: bool = False
    tries: int = 0
    seq: int = 0
    problem: Message | None = None


class Unsendable(CockpitError):
    """Something is wrong with a row itself: no try will ever succeed."""


class Outgoing(Protocol):
    """An outbox as its sender sees it; any thread may call."""

    def heads(self) -> list[Row]:
        """Of each lane the row that is to be sent next, unless one of that lane is under way."""
        ...

    def take(self, ident: str, ready: Callable[[bool], None]) -> None:
        """Takes a row to send it; `ready(False)` when it does not wait any more. It can not be cancelled from now on.

        `ready` may come on another thread: that the row is tried is written down first.
        """
        ...

    def put_back(self, ident: str, problem: Message, reached: bool) -> None:
        """The try failed; `reached` False when it is certain that nobody got it."""
        ...

    def settle(self, ident: str, state: Sending, problem: Message | None = None, seq: int = 0) -> None:
        """What became of a row."""
        ...

    def expire(self) -> list[Row]:
        """Settles what waits past its validity and was never tried; returns those rows."""
        ...
