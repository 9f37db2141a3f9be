"""The archive as panels see it: figures, parts, courses and rows of a scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cockpit.model.insight import Answer, Query
from cockpit.model.messages import Message


class Insight(Protocol):
    """Used on the thread of `tick`; answers come on it. `refresh` gets the topic `archive` when the data changed."""

    @property
    def version(self) -> int:
        """Goes up whenever the data changed; 0: nothing is loaded yet."""
        ...

    @property
    def as_of(self) -> int:
        """Until when the archive here is complete, city time, UTC us; 0 unknown."""
        ...

    def ask(self, query: Query, done: Callable[[Answer | Message], None]) -> Callable[[], None]:
        """Computes aside; `done` gets the answer or a sentence why there is none. What is returned cancels it."""
        ...
