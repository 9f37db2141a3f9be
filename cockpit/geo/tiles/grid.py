"""The tile scheme of the web: zoom, column from the west, row from the north, on Web-Mercator (EPSG:3857)."""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec

from cockpit.model.bases import MAX_ZOOM

HALF = math.pi * 6378137.0
"""Half the side of the plane, Mercator metres."""
MAX_LAT = 85.05
Box = tuple[float, float, float, float]
"""West, south, east, north; Mercator metres unless it says degrees."""


class Tile(msgspec.Struct, frozen=True, order=True):
    """One tile: zoom level, column from the west, row from the north."""

    z: int
    x: int
    y: int

    @property
    def box(self) -> Box:
        """What it covers, Mercator metres."""
        side = 2 * HALF / 2**self.z
        west, north = self.x * side - HALF, HALF - self.y * side
        return west, north - side, west + side, north

    @property
    def there(self) -> bool:
        """Whether the scheme has such a tile."""
        return 0 <= self.z <= MAX_ZOOM and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z

    def parent(self, levels: int = 1) -> Tile:
        return Tile(self.z - levels, self.x >> levels, self.y >> levels)

    def children(self) -> Iterator[Tile]:
        return (Tile(self.z + 1, 2 * self.x + i, 2 * self.y + j) for j in (0, 1) for i in (0, 1))


class Span(msgspec.Struct, frozen=True):
    """Tiles of one zoom level that cover a box: columns x0 to x1 and rows y0 to y1, the last ones included."""

    z: int
    x0: int
    y0: int
    x1: int
    y1: int

    def __len__(self) -> int:
        return (self.x1 - self.x0 + 1) * (self.y1 - self.y0 + 1)

    def __iter__(self) -> Iterator[Tile]:
        return (Tile(self.z, x, y) for y in range(self.y0, self.y1 + 1) for x in range(self.x0, self.x1 + 1))

    def from_middle(self) -> list[Tile]:
        """All of them, the middle first: that is where a person looks."""
        cx, cy = (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2
        return sorted(self, key=lambda t: (t.x - cx) ** 2 + (t.y - cy) ** 2)


def span(box: Box, z: int) -> Span:
    """The tiles of a zoom level that a box in Mercator metres touches (an edge that lies on a tile's is not in it)."""
    last = int(2**z) - 1
    side = 2 * HALF / (last + 1)

    def at(metres: float) -> int:
        return min(max(math.floor(metres), 0), last)

    x0, y0 = at((box[0] + HALF) / side), at((HALF - box[3]) / side)
    x1 = at(math.ceil((box[2] + HALF) / side) - 1)
    y1 = at(math.ceil((HALF - box[1]) / side) - 1)
    return Span(z, x0, y0, max(x0, x1), max(y0, y1))


def metres(lon: float, lat: float) -> tuple[float, float]:
    """WGS-84 degrees to Mercator metres."""
    cut = min(max(lat, -MAX_LAT), MAX_LAT)
    return lon / 180 * HALF, math.log(math.tan(math.pi / 4 + math.radians(cut) / 2)) * HALF / math.pi


def degrees(x: float, y: float) -> tuple[float, float]:
    """Mercator metres to WGS-84 degrees."""
    return x / HALF * 180, math.degrees(2 * math.atan(math.exp(y / HALF * math.pi)) - math.pi / 2)


def box_of(bounds: Box) -> Box:
    """Degrees [west, south, east, north] to Mercator metres."""
    return (*metres(bounds[0], bounds[1]), *metres(bounds[2], bounds[3]))


def spans(bounds: Box, first: int, last: int) -> list[Span]:
    """The tiles of an area in degrees at every zoom level from `first` to `last`."""
    box = box_of(bounds)
    return [span(box, z) for z in range(first, last + 1)]
