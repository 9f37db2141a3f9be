"""Making briefings, as panels see it: from this seat's own copy of the archive, else by the hub."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from cockpit.model.briefings import Briefing, TemplateFacts, Wanted, Written
from cockpit.model.messages import Message


class Made(msgspec.Struct, frozen=True):
    """What was made; `data`: the file, b"" where it was not released."""

    written: Written
    data: bytes = b""


class Briefings(Protocol):
    """Used on the thread of `tick`; what is done aside is answered on it."""

    def templates(self) -> tuple[TemplateFacts, ...]:
        """Those of the pack, in the order day, week, month, shift, event, then others.

        Raises:
            UserError: something in a template is wrong: one sentence with file, line and column.
        """
        ...

    def instant(self, template: str, text: str) -> int | Message:
        """The instant that a person says for a period of it (`last`, `now`, a date, a month), or why it is none."""
        ...

    @property
    def offline(self) -> bool:
        """Whether this seat makes them itself, with or without a hub."""
        ...

    def make(self, wanted: Wanted, done: Callable[[Made | Message], None]) -> Callable[[], None]:
        """Makes one; `done` gets it or a sentence why there is none. What is returned cancels it."""
        ...

    def kept(self, done: Callable[[tuple[Briefing, ...] | Message], None]) -> None:
        """Those that the hub made by schedule, the newest first."""
        ...

    def fetch(self, name: str, format: str, done: Callable[[bytes | Message], None]) -> Callable[[], None]:
        """The file of one that the hub keeps. What is returned cancels it."""
        ...
