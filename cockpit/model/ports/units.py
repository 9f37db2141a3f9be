"""What the rules of dispatch need to know of units: the hub and a seat each hand in their own picture."""

from __future__ import annotations

from typing import Protocol

import msgspec

from cockpit.model.tables import UnitState


class UnitNow(msgspec.Struct, frozen=True):
    """A unit as the picture has it.

    Attributes:
        state: free, busy or off duty by the city's own word.
        name: call sign; kind: id of the pack's unit kinds; area: code of the smallest area that it is in, "" unknown.
        known: False where the feed that tells of it is dead: its state is the last known one and decides nothing.
    """

    state: UnitState
    name: str = ""
    kind: str = ""
    area: str = ""
    known: bool = True


class Units(Protocol):
    def unit(self, key: str) -> UnitNow | None:
        """The unit of that key in the picture (`positions/U031`); None where there is none."""
        ...
