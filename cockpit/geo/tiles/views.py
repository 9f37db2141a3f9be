"""What a source of tiles answers a view with, and how boxes go from one datum to another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cockpit.geo.datum import gcj02_to_wgs84, wgs84_to_gcj02
from cockpit.geo.tiles.grid import Box, Tile, degrees, metres
from cockpit.model.messages import Message


class Ready(msgspec.Struct, frozen=True, eq=False):
    """A tile for a view.

    Attributes:
        tile: which one; a coarser or finer one may stand in for what is missing.
        box: what all of it covers; clip: where it is to be drawn. Mercator metres.
        thing: what `prepare` made of it.
    """

    tile: Tile
    box: Box
    clip: Box
    thing: Any


class Look(msgspec.Struct, frozen=True, eq=False):
    """What is here for a view, in drawing order; `bare` is where nothing is. `sharp`: nothing better is coming."""

    ready: tuple[Ready, ...]
    bare: tuple[Box, ...]
    sharp: bool


class Status(msgspec.Struct, frozen=True):
    """How a source is doing.

    Attributes:
        problem: why new tiles do not come; None when all is well.
        since: when that began, UTC us.
        oldest: when the oldest tile that was shown last was fetched, UTC us; 0 for an archive.
        coming: tiles that are being fetched or made.
        broken: tiles that were damaged, with the sentence about the last one.
    """

    problem: Message | None = None
    since: int = 0
    oldest: int = 0
    coming: int = 0
    broken: int = 0
    last_broken: Message | None = None


def from_datum(datum: str, box: Box) -> Box:
    """A box of a source's datum in Mercator metres of WGS-84."""
    return _moved(box, gcj02_to_wgs84) if datum == "gcj02" else box


def to_datum(datum: str, box: Box) -> Box:
    return _moved(box, wgs84_to_gcj02) if datum == "gcj02" else box


def plausible(data: bytes, vector: bool) -> bool:
    """Whether bytes from a server begin as a tile does."""
    if vector:
        return data[:1] in (b"\x1a", b"\x1f", b"\x78") or data[:2] == b"\x0a\x00"
    return data[:4] in (b"\x89PNG", b"GIF8", b"RIFF") or data[:3] == b"\xff\xd8\xff"


def _moved(box: Box, convert: Callable[..., Any]) -> Box:
    """A box with its corners in another datum."""
    corners: list[float] = []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        lon, lat = convert(*degrees(x, y))
        corners.extend(metres(float(lon), float(lat)))
    west, south, east, north = corners
    return west, south, east, north


def around(box: Box, inner: Box) -> list[Box]:
    """What of `box` lies outside of `inner`, which it meets, in at most four pieces."""
    west, south, east, north = (
        max(box[0], inner[0]),
        max(box[1], inner[1]),
        min(box[2], inner[2]),
        min(box[3], inner[3]),
    )
    pieces = [
        (box[0], box[1], west, box[3]),
        (east, box[1], box[2], box[3]),
        (west, box[1], east, south),
        (west, north, east, box[3]),
    ]
    return [p for p in pieces if p[2] - p[0] > 0 and p[3] - p[1] > 0]
