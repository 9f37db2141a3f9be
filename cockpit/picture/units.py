"""Units as the rules of dispatch look at them, out of a picture: the hub's or a seat's."""

from __future__ import annotations

from cockpit.model.clock import Clock
from cockpit.model.freshness import Freshness, freshness
from cockpit.model.ports.units import UnitNow
from cockpit.model.tables import UnitState
from cockpit.picture.picture import Picture


class PictureUnits:
    """Units of a picture. To be asked on the thread that changes the picture."""

    def __init__(self, picture: Picture, clock: Clock) -> None:
        """
        Args:
            clock: the machine's; feeds are received by it.
        """
        self._picture = picture
        self._clock = clock

    def unit(self, key: str) -> UnitNow | None:
        """The unit of that key (`positions/U031`); None where there is none."""
        row = self._picture["unit"].get(key)
        if row is None:
            return None
        return UnitNow(
            UnitState(row["state"]), row["name"], row["kind"], row["area"], known=self._speaks(str(row["feed"]))
        )

    def _speaks(self, feed: str) -> bool:
        row = self._picture["feed"].get(feed)
        if row is None:
            return False
        return freshness(row["received"], row["beat"], self._clock.now()) in (Freshness.LIVE, Freshness.STALE)
