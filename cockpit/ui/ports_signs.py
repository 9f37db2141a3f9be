"""The port of the vital signs, answered by the seat. A callback whose asker is gone is not called."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cockpit.model.messages import Message
from cockpit.model.signs import Series, SignSet, Sparks, Thing
from cockpit.seat import Seat
from cockpit.seat.signs import HubSigns
from cockpit.ui.ports import while_alive


class SeatSigns:
    """`ports.signs.Signs`."""

    def __init__(self, seat: Seat) -> None:
        self._signs = _signs_of(seat)

    @property
    def known(self) -> SignSet:
        return self._signs.known

    def series(
        self, key: str, grain: str, start: int, end: int, done: Callable[[Series | Message], None], most: int = 2000
    ) -> None:
        self._signs.series(key, grain, start, end, while_alive(done), most)

    def sparks(self, keys: Sequence[str], grain: str, count: int, done: Callable[[Sparks | Message], None]) -> None:
        self._signs.sparks(keys, grain, count, while_alive(done))

    def things(self, key: str, done: Callable[[list[Thing] | Message], None]) -> None:
        self._signs.things(key, while_alive(done))

    def import_file(self, name: str, data: bytes, trial: bool, done: Callable[[list[Message] | Message], None]) -> None:
        self._signs.import_file(name, data, trial, while_alive(done))


def _signs_of(seat: Seat) -> HubSigns:
    """With a copy of the past behind it where the seat keeps one."""
    if getattr(seat, "sync", None) is None:
        return HubSigns(seat)
    from cockpit.seat.keptsigns import KeptSigns  # a duty seat starts without what a leader's keeps

    return KeptSigns(seat)
