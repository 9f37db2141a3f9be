"""What is known of things that are in no table of the picture: who has them tells it, the page shows it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal


class Record:
    """What is known of one thing.

    Attributes:
        title: what it is called. under: what it belongs to.
        lines: (name, value), in order.
        source: where it comes from and how old it is, in words.
        place: WGS-84 (lon, lat) of a place on it; None for none.
    """

    def __init__(
        self,
        title: str,
        under: str,
        lines: list[tuple[str, str]],
        source: str,
        place: tuple[float, float] | None = None,
    ) -> None:
        self.title, self.under, self.lines, self.source, self.place = title, under, lines, source, place


Teller = Callable[[str], Record | None]
"""The record of a key; None where there is no such thing (any more)."""
Spots = tuple[list[str], NDArray[np.float64]]
"""Keys of things that stand at a point, and where: shape (n, 2), WGS-84 lon, lat."""


class Records(QObject):
    """Who tells what, by topic.

    Attributes:
        changed: a topic whose records may be others.
    """

    changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._tellers: dict[str, Teller] = {}
        self._spots: dict[str, Callable[[], Spots]] = {}

    def __contains__(self, topic: str) -> bool:
        return topic in self._tellers

    def add(self, topic: str, teller: Teller) -> Callable[[], None]:
        """Tells records of `topic` from now on; the answer ends that."""
        self._tellers[topic] = teller
        self.changed.emit(topic)

        def end() -> None:
            if self._tellers.get(topic) is teller:
                del self._tellers[topic]

        return end

    def add_spots(self, topic: str, spots: Callable[[], Spots]) -> None:
        """Tells where the things of `topic` stand that are shown now, as long as its records are told."""
        self._spots[topic] = spots

    def spots(self) -> dict[str, Spots]:
        """Where things stand, by topic; topics of which none is shown are left out."""
        told = {topic: spots() for topic, spots in self._spots.items() if topic in self._tellers}
        return {topic: spots for topic, spots in told.items() if spots[0]}

    def of(self, topic: str, key: str) -> Record | None:
        teller = self._tellers.get(topic)
        return teller(key) if teller is not None else None
