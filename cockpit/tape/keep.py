"""How long what is kept, and how long the disk will do."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cockpit.model.clock import DAY
from cockpit.tape.record import KINDS, MINUTE, SENSOR

ENDLESS = float("inf")
_STEPS = 60


class Keep(msgspec.Struct, frozen=True):
    """Days that each kind is kept.

    Attributes:
        sensor: `raw.sensor` and the checkpoints of each minute; rest: all else.
        most: bytes that the tape may take at the most; past them the oldest goes, whatever it is. 0: what there is.
    """

    sensor: float = 1.0
    rest: float = 90.0
    most: int = 0

    def days(self, kind: str) -> float:
        return self.sensor if kind in (SENSOR, MINUTE) else self.rest

    def by_kind(self) -> dict[str, float]:
        return {kind: self.days(kind) for kind in KINDS}


def days_left(room: int, sizes: Mapping[str, int], a_day: Mapping[str, float], keep: Keep) -> float:
    """Days until so many bytes are taken up, if it goes on like this; infinite where what is deleted makes the room.

    Args:
        room: bytes that may still be taken.
        sizes, a_day: bytes now and per day, by kind.
    """

    def grown(days: float) -> float:
        return sum(
            min(rate * days, max(rate * keep.days(kind) - sizes.get(kind, 0), 0.0)) for kind, rate in a_day.items()
        )

    most = max(keep.sensor, keep.rest)
    if grown(most) <= room:
        return ENDLESS
    low, high = 0.0, most
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if grown(middle) > room else (middle, high)
    return low


def over(latest: int, now: int, days: float) -> bool:
    """Whether what was last received then is to go."""
    return latest < now - round(days * DAY)
