"""Keeps the refused pieces of one message within bounds: a message that is all bad must not fill the memory."""

from __future__ import annotations

from cockpit.feeds.items import Refused, refused

MOST = 200
"""Pieces of one message that are kept with sample and reason; the rest is counted."""


class Refusals:
    """The refused pieces of one message, in their order."""

    def __init__(self) -> None:
        self._kept: list[Refused] = []
        self._more = 0

    def __bool__(self) -> bool:
        return bool(self._kept)

    def __len__(self) -> int:
        return len(self._kept) + self._more

    @property
    def full(self) -> bool:
        """Whether further pieces are only counted, so that making a sentence of them is in vain."""
        return len(self._kept) >= MOST

    def add(self, piece: Refused) -> None:
        if self.full:
            self._more += 1
        else:
            self._kept.append(piece)

    def count(self) -> None:
        """One more, without its sentence."""
        self._more += 1

    def items(self) -> list[Refused]:
        """What was kept, and a sentence for the rest."""
        if not self._more:
            return list(self._kept)
        return [*self._kept, refused("more_refused", "", n=self._more)]
