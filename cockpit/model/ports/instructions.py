"""批示 and 请示 as panels see them. What is given out goes by `Cases.submit`; words are fetched by `Cases.texts`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from cockpit.model.entries import Actor
from cockpit.model.instructions import Ask, Instruction


class Instructions(Protocol):
    """Read on the thread of `tick`; `refresh` of a panel gets the topic `case` when one changed. What waits in the
    outbox is among them, provisional."""

    @property
    def me(self) -> Actor:
        """This seat, as the hub last knew it."""
        ...

    def may(self, act: str) -> bool:
        """Whether the role of this seat may do this, a word of `rights.ACTS`."""
        ...

    def every(self) -> Sequence[Instruction]:
        """Open ones, and those that ended within a day; the newest first."""
        ...

    def for_me(self) -> Sequence[Instruction]:
        """Open ones that wait for this seat: to be answered, or where it may give some itself, to be taken note of; by
        what is due, then the oldest first."""
        ...

    def of(self, topic: str, key: str) -> Sequence[Instruction]:
        """Those to one thing, the newest first."""
        ...

    def instruction(self, ident: str) -> Instruction | None: ...

    def asks(self) -> Sequence[Ask]:
        """Decisions that are waited for, by until when."""
        ...

    def every_ask(self) -> Sequence[Ask]:
        """Those that wait, and those that were decided within a day."""
        ...

    def asks_of(self, case: str) -> Sequence[Ask]:
        """Those of a case, decided ones of the last day too; the newest first."""
        ...

    def ask(self, ident: str) -> Ask | None: ...
