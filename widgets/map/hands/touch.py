"""Fingers on the map: one moves it, two move and zoom it, a tap is a click, a long one asks for the menu."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from widgets.map.camera import Camera

SLOP = 10.0
"""Pixels that a finger may wander and still tap: it is broader than a cursor."""
LONG = 0.55
"""Seconds from which a tap is long."""
Point = tuple[float, float]


class Fingers(msgspec.Struct, frozen=True):
    """Where some fingers are together: their middle, and how far they are from it on average, pixels."""

    x: float
    y: float
    spread: float
    count: int


def fingers(points: Sequence[Point]) -> Fingers:
    """Of at least one point."""
    x = sum(p[0] for p in points) / len(points)
    y = sum(p[1] for p in points) / len(points)
    return Fingers(x, y, sum(math.hypot(p[0] - x, p[1] - y) for p in points) / len(points), len(points))


def moved(camera: Camera, before: Fingers, now: Fingers) -> Camera:
    """The view after the fingers went from `before` to `now`: what was under them is under them still."""
    camera = camera.panned(now.x - before.x, now.y - before.y)
    if min(before.count, now.count) > 1 and before.spread > 1 and now.spread > 1:
        camera = camera.zoomed(now.spread / before.spread, now.x, now.y)
    return camera


class Touch:
    """What one touch is about, from the first finger down to the last one up.

    Attributes:
        tapping: it may still be a tap.
        pinched: two fingers were down at some time.
    """

    def __init__(self) -> None:
        self.tapping = False
        self.pinched = False
        self._start: Fingers | None = None
        self._last: Fingers | None = None

    def begin(self, points: Sequence[Point]) -> None:
        self._start = self._last = fingers(points)
        self.tapping, self.pinched = len(points) == 1, len(points) > 1

    def move(self, camera: Camera, points: Sequence[Point]) -> tuple[Camera, Point]:
        """The view after the fingers moved, and how far they did, pixels. A finger more or less moves nothing."""
        if not points or self._last is None:
            return camera, (0.0, 0.0)
        here, before = fingers(points), self._last
        if here.count != before.count:
            self._last = here
            self.pinched |= here.count > 1
            self.tapping = False
            return camera, (0.0, 0.0)
        assert self._start is not None
        if self.tapping and math.hypot(here.x - self._start.x, here.y - self._start.y) <= SLOP:
            return camera, (0.0, 0.0)
        self.tapping = False
        self._last = here
        return moved(camera, before, here), (here.x - before.x, here.y - before.y)

    @property
    def at(self) -> Point:
        return (self._last.x, self._last.y) if self._last is not None else (0.0, 0.0)
