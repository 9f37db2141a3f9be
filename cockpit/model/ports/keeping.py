"""What a leader's seat keeps of the city on its machine, as its window says it."""

from __future__ import annotations

from typing import Protocol

import msgspec

from cockpit.model.messages import Message


class Kept(msgspec.Struct, frozen=True):
    """How it stands.

    Attributes:
        size: bytes on the disk. encrypted: with a key that is not on it.
        until: its records are complete until then, UTC us of the city, 0 not yet. left: records still to come.
        problem: why no more can come. days_left: until it ends unless the hall is heard, None: it does not end.
    """

    size: int = 0
    encrypted: bool = False
    until: int = 0
    left: int = 0
    problem: Message | None = None
    days_left: int | None = None


class Keeping(Protocol):
    @property
    def kept(self) -> Kept:
        """Of now; quickly told."""
        ...
