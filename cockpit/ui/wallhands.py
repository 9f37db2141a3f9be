"""What hands point at and draw on a wall: spots of light that go when nobody moves them, lines that stay."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer

from cockpit.model.clock import Clock
from cockpit.model.wallstate import Pointer

SPOT_MS = 2500
"""A light spot that nobody moves goes."""
MOST = 64
"""Hands on a wall; of more the one that came first is no longer seen."""


class WallHands(QObject):
    """The hands on one wall, each by its name (`Pointer.by`)."""

    def __init__(self, clock: Clock, draw: Callable[[tuple[Pointer, ...]], None], parent: QObject) -> None:
        """
        Args:
            draw: gets all that is to be seen, in the order in which they came.
        """
        super().__init__(parent)
        self._clock, self._draw = clock, draw
        self._hands: dict[str, Pointer] = {}
        self._moved: dict[str, float] = {}
        self._spot_over = QTimer(self, singleShot=True)
        self._spot_over.timeout.connect(self._drop_spots)

    def told(self, pointer: Pointer) -> None:
        """A hand moved; an empty word of nobody's wipes everybody's lines off."""
        if not pointer.by and not _seen(pointer):
            self._hands = {by: replace(one, strokes=()) for by, one in self._hands.items()}
        else:
            self._hands[pointer.by] = pointer
            self._moved[pointer.by] = self._clock.mono()
        self._show()

    def stop(self) -> None:
        self._spot_over.stop()

    def _show(self) -> None:
        seen = {by: one for by, one in self._hands.items() if _seen(one)}
        self._hands = dict(list(seen.items())[-MOST:])
        self._moved = {by: self._moved[by] for by in self._hands}
        self._draw(tuple(self._hands.values()))
        lit = [self._moved[by] for by, one in self._hands.items() if one.x >= 0]
        if lit:
            self._spot_over.start(max(0, round(SPOT_MS - (self._clock.mono() - min(lit)) * 1000)) + 1)

    def _drop_spots(self) -> None:
        gone = self._clock.mono() - SPOT_MS / 1000
        for by, one in self._hands.items():
            if self._moved[by] <= gone:
                self._hands[by] = replace(one, x=-1.0, y=-1.0)
        self._show()


def _seen(pointer: Pointer) -> bool:
    return pointer.x >= 0 or bool(pointer.strokes)
