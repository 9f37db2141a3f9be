"""The archive as panels see it: figures, parts, courses and rows of a scope."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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

    @property
    def names(self) -> Mapping[str, str]:
        """Of areas by code, of units by key, of signs by code, as they are shown."""
        ...

    def ask(self, query: Query, done: Callable[[Answer | Message], None]) -> Callable[[], None]:
        """Computes aside; `done` gets the answer or a sentence why there is none. What is returned cancels it."""
        ...


class Newest:
    """Asks so that only the newest question counts: the one before is cancelled, its answer never comes."""

    def __init__(self, insight: Insight) -> None:
        self._insight = insight
        self._cancel: Callable[[], None] = lambda: None

    def ask(self, query: Query, done: Callable[[Answer | Message], None]) -> None:
        self._cancel()
        self._cancel = self._insight.ask(query, done)

    def cancel(self) -> None:
        self._cancel()
