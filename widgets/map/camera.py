"""Where the map looks: Web-Mercator metres (EPSG:3857) to logical pixels and back. No Qt in here."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

EARTH = 6378137.0
"""Radius of the sphere of Web-Mercator in metres."""
MAX_SCALE = 4.0
"""Pixels per Mercator metre at the nearest, about zoom 19.3."""
MARGIN = 0.25
"""How far beyond the pack's bounds a view may reach, as a fraction of the view."""

Box = tuple[float, float, float, float]
"""West, south, east, north in Mercator metres."""
Floats = NDArray[np.float64]


def mercator(lon: Floats | float, lat: Floats | float) -> tuple[Floats, Floats]:
    """WGS-84 degrees to Web-Mercator metres; latitudes beyond ±85.05° are cut there."""
    x = np.radians(np.asarray(lon, dtype=np.float64)) * EARTH
    cut = np.clip(np.asarray(lat, dtype=np.float64), -85.05, 85.05)
    y = np.log(np.tan(np.pi / 4 + np.radians(cut) / 2)) * EARTH
    return x, y


def wgs84(x: float, y: float) -> tuple[float, float]:
    """Web-Mercator metres to WGS-84 degrees (lon, lat)."""
    return math.degrees(x / EARTH), math.degrees(2 * math.atan(math.exp(y / EARTH)) - math.pi / 2)


def box_of(bounds: Sequence[float]) -> Box:
    """Pack bounds [west, south, east, north] in degrees to Mercator metres."""
    w, s = mercator(bounds[0], bounds[1])
    e, n = mercator(bounds[2], bounds[3])
    return float(w), float(s), float(e), float(n)


class Camera(msgspec.Struct, frozen=True):
    """One view of the plane.

    Attributes:
        x, y: centre, Mercator metres.
        scale: logical pixels per Mercator metre.
        width, height: of the view, logical pixels.
        dpr: device pixels per logical pixel.
    """

    x: float
    y: float
    scale: float
    width: int
    height: int
    dpr: float = 1.0

    @property
    def zoom(self) -> float:
        """Zoom level of the 256 px tile scheme."""
        return math.log2(self.scale * 2 * math.pi * EARTH / 256)

    @property
    def ground(self) -> float:
        """Metres on the ground per logical pixel at the centre."""
        return math.cos(math.radians(wgs84(self.x, self.y)[1])) / self.scale

    @property
    def box(self) -> Box:
        half_w, half_h = self.width / self.scale / 2, self.height / self.scale / 2
        return self.x - half_w, self.y - half_h, self.x + half_w, self.y + half_h

    def to_screen(self, x: Floats | float, y: Floats | float) -> tuple[Floats, Floats]:
        """Mercator metres to logical pixels from the upper left corner."""
        sx = (np.asarray(x) - self.x) * self.scale + self.width / 2
        sy = (self.y - np.asarray(y)) * self.scale + self.height / 2
        return sx, sy

    def to_world(self, px: float, py: float) -> tuple[float, float]:
        return (px - self.width / 2) / self.scale + self.x, self.y - (py - self.height / 2) / self.scale

    def panned(self, dx: float, dy: float) -> Camera:
        """The content moved by dx, dy pixels."""
        return msgspec.structs.replace(self, x=self.x - dx / self.scale, y=self.y + dy / self.scale)

    def zoomed(self, factor: float, px: float, py: float) -> Camera:
        """Nearer by `factor`; what lies under pixel (px, py) stays there."""
        wx, wy = self.to_world(px, py)
        scale = min(self.scale * factor, MAX_SCALE)
        return msgspec.structs.replace(
            self,
            scale=scale,
            x=wx - (px - self.width / 2) / scale,
            y=wy + (py - self.height / 2) / scale,
        )

    def resized(self, width: int, height: int, dpr: float = 1.0) -> Camera:
        return msgspec.structs.replace(self, width=max(width, 1), height=max(height, 1), dpr=dpr)

    def centred(self, x: float, y: float, scale: float | None = None) -> Camera:
        return msgspec.structs.replace(self, x=x, y=y, scale=self.scale if scale is None else min(scale, MAX_SCALE))

    def showing(self, x: float, y: float, pad: float) -> Camera:
        """Moved as little as it takes to have a place in view, `pad` of the view away from its edges; to its middle
        when it is more than a view away, since what lies between says nothing then.
        """
        half_w, half_h = self.width / self.scale / 2, self.height / self.scale / 2
        east, north = x - self.x, y - self.y
        if abs(east) > 3 * half_w or abs(north) > 3 * half_h:
            return self.centred(x, y)
        inner_w, inner_h = half_w * (1 - 2 * pad), half_h * (1 - 2 * pad)
        return self.centred(
            self.x + east - min(max(east, -inner_w), inner_w), self.y + north - min(max(north, -inner_h), inner_h)
        )

    def fitted(self, box: Box, pad: float = 0.0) -> Camera:
        """The nearest view that shows all of `box` with `pad` pixels around it."""
        w, h = max(box[2] - box[0], 1.0), max(box[3] - box[1], 1.0)
        scale = min(max(self.width - 2 * pad, 16) / w, max(self.height - 2 * pad, 16) / h, MAX_SCALE)
        return self.centred((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, scale)

    def beside(self, box: Box, room: tuple[float, float, float, float], pad: float) -> Camera:
        """Moved as little as it takes to have a box within a part of the view; farther out where it is too large.

        Args:
            room: left, top, right, bottom of that part, pixels.
            pad: pixels that stay free within it.
        """
        left, top, right, bottom = room[0] + pad, room[1] + pad, room[2] - pad, room[3] - pad
        wide, high = max(right - left, 1.0), max(bottom - top, 1.0)
        large = max((box[2] - box[0]) * self.scale / wide, (box[3] - box[1]) * self.scale / high, 1.0)
        nearest = self.zoomed(1 / large, (left + right) / 2, (top + bottom) / 2) if large > 1 else self
        (x0, x1), (y0, y1) = nearest.to_screen(np.array([box[0], box[2]]), np.array([box[3], box[1]]))
        dx = max(left - float(x0), 0.0) or min(right - float(x1), 0.0)
        dy = max(top - float(y0), 0.0) or min(bottom - float(y1), 0.0)
        return nearest.panned(dx, dy) if dx or dy else nearest

    def clamped(self, limits: Box) -> Camera:
        """Kept over the pack: no farther out than 80 % of all of it, edges at most `MARGIN` of a view outside."""
        out = min(self.width / (limits[2] - limits[0]), self.height / (limits[3] - limits[1])) * 0.8
        scale = min(max(self.scale, out), MAX_SCALE)

        def axis(at: float, low: float, high: float, size: int) -> float:
            reach = size / scale * (0.5 - MARGIN)
            if low + reach > high - reach:
                return (low + high) / 2
            return min(max(at, low + reach), high - reach)

        return msgspec.structs.replace(
            self,
            scale=scale,
            x=axis(self.x, limits[0], limits[2], self.width),
            y=axis(self.y, limits[1], limits[3], self.height),
        )

    def inside(self, limits: Box) -> Camera:
        """Moved as little as it takes to show nothing beyond a box; nearer where the view is larger than it."""
        scale = min(
            max(self.scale, self.width / (limits[2] - limits[0]), self.height / (limits[3] - limits[1])), MAX_SCALE
        )
        half_w, half_h = self.width / scale / 2, self.height / scale / 2

        def axis(at: float, low: float, high: float, half: float) -> float:
            return (low + high) / 2 if high - low <= 2 * half else min(max(at, low + half), high - half)

        return msgspec.structs.replace(
            self,
            scale=scale,
            x=axis(self.x, limits[0], limits[2], half_w),
            y=axis(self.y, limits[1], limits[3], half_h),
        )

    def grown(self, fraction: float) -> Camera:
        """The same view with `fraction` of its size more on every side, whole pixels."""
        return self.resized(
            self.width + 2 * round(self.width * fraction), self.height + 2 * round(self.height * fraction), self.dpr
        )

    def covers(self, other: Camera) -> bool:
        """Whether this view shows all that `other` shows."""
        a, b = self.box, other.box
        slack = 0.5 / self.scale
        return a[0] <= b[0] + slack and a[1] <= b[1] + slack and a[2] >= b[2] - slack and a[3] >= b[3] - slack

    def sees(self, x: float, y: float, pad: float = 0.0) -> bool:
        """Whether a place is in view, at least `pad` pixels from the edge."""
        sx, sy = self.to_screen(x, y)
        return bool(pad <= sx <= self.width - pad and pad <= sy <= self.height - pad)


def between(start: Camera, end: Camera, share: float, braking: bool = False) -> Camera:
    """The view of a flight at `share` (0–1): the scale changes evenly by ratio, the centre keeps step with it.

    Args:
        braking: it begins at full speed and only slows down, as what a hand set going does.
    """
    if share >= 1:
        return end
    eased = 1 - (1 - share) ** 3 if braking else share * share * (3 - 2 * share)
    scale = start.scale * (end.scale / start.scale) ** eased
    if abs(end.scale - start.scale) < 1e-9 * start.scale:
        way = eased
    else:  # centre moves as fast as the picture grows, so that both arrive together
        way = (1 / start.scale - 1 / scale) / (1 / start.scale - 1 / end.scale)
    return msgspec.structs.replace(
        end, x=start.x + (end.x - start.x) * way, y=start.y + (end.y - start.y) * way, scale=scale
    )


def scale_bar(camera: Camera, longest: float = 120.0) -> tuple[int, float]:
    """The scale bar: a round number of metres (1, 2, 5 × 10ⁿ) and its length in pixels, at most `longest`."""
    most = longest * camera.ground
    power = 10 ** math.floor(math.log10(max(most, 1e-6)))
    metres = max((m for m in (1, 2, 5) if m * power <= most), default=1) * power
    return max(int(metres), 1), metres / camera.ground
