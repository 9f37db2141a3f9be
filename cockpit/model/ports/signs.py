"""What panels ask of the vital signs; live values are rows of the table `sign`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from cockpit.model.messages import Message
from cockpit.model.signs import Series, SignSet, Sparks, Thing


class Signs(Protocol):
    @property
    def known(self) -> SignSet:
        """The definitions as last told by the hub (or the copy of an earlier run)."""
        ...

    def series(
        self, key: str, grain: str, start: int, end: int, done: Callable[[Series | Message], None], most: int = 2000
    ) -> None:
        """What an item was in [start, end), decimated to at most `most` buckets that keep least and most."""
        ...

    def sparks(self, keys: Sequence[str], grain: str, count: int, done: Callable[[Sparks | Message], None]) -> None:
        """The last `count` buckets (at most 100) of at most 500 items, for their sparklines."""
        ...

    def things(self, key: str, done: Callable[[list[Thing] | Message], None]) -> None:
        """What a live item is made from: the things that bring the most first, at most 50."""
        ...

    def import_file(self, name: str, data: bytes, trial: bool, done: Callable[[list[Message] | Message], None]) -> None:
        """Definitions or reported values from a CSV or XLSX file; the sentences say what was taken and what was wrong
        with which row. With `trial` nothing is changed."""
        ...
