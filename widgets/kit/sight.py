"""Where the city is looked at: the map tells it, a view in three dimensions begins there and hands it back."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject, Signal


class Look(msgspec.Struct, frozen=True):
    """One look at the city.

    Attributes:
        lon, lat: of the middle, WGS-84 degrees.
        zoom: level of the 256 px tile scheme.
        pitch: degrees that it is tilted from straight down; bearing: degrees that it is turned from north, clockwise.
    """

    lon: float
    lat: float
    zoom: float
    pitch: float = 0.0
    bearing: float = 0.0


class Sight(QObject):
    """The look that is handed on.

    Attributes:
        last: where the map looks; None before it said so.
        handed: emitted when another view hands its look to the map.
    """

    handed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.last: Look | None = None

    def tell(self, look: Look) -> None:
        """The map looks there."""
        self.last = look

    def hand(self, look: Look) -> None:
        """Have the map look there."""
        self.last = look
        self.handed.emit(look)
