"""What panels ask about alarms; standing ones are rows of the table `alarm`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from cockpit.model.alarms import Entry, Load, Rule, Tried
from cockpit.model.messages import Message


class Alarms(Protocol):
    """Acts are answered by the hub or refused at once: an acknowledgement that nobody else learns of is none."""

    @property
    def load(self) -> Load:
        """As the hub last said."""
        ...

    @property
    def rules(self) -> Sequence[Rule]:
        """As the hub last said."""
        ...

    def act(
        self, act: str, keys: Sequence[str], done: Callable[[Message | None], None], reason: str = "", until: int = 0
    ) -> None:
        """One of `ACTS` on alarms by key; None when it took effect. Shelving needs a reason and an end (UTC us)."""
        ...

    def save(self, rule: Rule, done: Callable[[Message | None], None]) -> None:
        """Puts a rule in or changes it; `rule.version` is the one that was seen."""
        ...

    def remove(self, rule: str, version: int, done: Callable[[Message | None], None]) -> None: ...

    def try_out(self, rule: Rule, start: int, end: int, done: Callable[[Tried | Message], None]) -> None:
        """What a rule would have done between two instants (UTC us of the city), by the tape; nothing changes."""
        ...

    def history(self, rule: str, done: Callable[[list[Rule] | Message], None]) -> None:
        """Earlier versions of a rule, the newest first."""
        ...

    def entries(
        self,
        done: Callable[[list[Entry] | Message], None],
        alarm: str = "",
        rule: str = "",
        before: int = 0,
        most: int = 200,
    ) -> None:
        """What happened to an alarm by key, to a rule and its alarms by id, or at all (both ""), before an entry
        (0: up to now), the newest first, at most `most`."""
        ...
