"""What of the world is drawn where: a camera, the drawing's origin, a part of the picture, and how far things rise."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec

from widgets.map.camera import Camera
from widgets.map.gloo.device import Device

WHOLE = (0.0, 0.0, 0.0, 0.0)
MOST_PITCH = 60.0


class View(msgspec.Struct, frozen=True):
    """A picture, or a part of one.

    Attributes:
        origin: Mercator metres that places are counted from.
        tile: left, top, width, height of the part, device pixels; `WHOLE` for all of it.
        pitch: degrees that one looks from the south; 0 is straight down. What lies on the ground stays where it is
            on the screen (a parallel projection), what has a height rises from it.
        now: monotonic seconds.
    """

    camera: Camera
    origin: tuple[float, float] = (0.0, 0.0)
    tile: tuple[float, float, float, float] = WHOLE
    pitch: float = 0.0
    now: float = 0.0

    @property
    def size(self) -> tuple[int, int]:
        """Of the whole picture, device pixels."""
        camera = self.camera
        return math.ceil(camera.width * camera.dpr), math.ceil(camera.height * camera.dpr)

    @property
    def part(self) -> tuple[float, float, float, float]:
        return self.tile if self.tile != WHOLE else (0.0, 0.0, *map(float, self.size))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the part, metres from the origin."""
        camera, (left, top, width, height) = self.camera, self.part
        west, north = camera.to_world(left / camera.dpr, top / camera.dpr)
        east, south = camera.to_world((left + width) / camera.dpr, (top + height) / camera.dpr)
        x, y = self.origin
        return west - x, south - y, east - x, north - y

    def from_origin(self, origin: tuple[float, float]) -> View:
        """The same view for places that are counted from elsewhere."""
        return msgspec.structs.replace(self, origin=origin)

    @property
    def centre(self) -> tuple[float, float]:
        return self.camera.x - self.origin[0], self.camera.y - self.origin[1]

    @property
    def rise(self) -> float:
        """Device pixels that a metre over ground goes up. Mercator metres are longer than those of the ground."""
        lean = math.tan(math.radians(min(max(self.pitch, 0.0), MOST_PITCH)))
        return lean * self.camera.dpr / self.camera.ground

    def tell(self, device: Device, program: str, opacity: float, **more: Any) -> None:
        """Sets what all programs that know places need."""
        camera = self.camera
        size = (camera.width * camera.dpr, camera.height * camera.dpr)
        device.tell(
            program,
            u_centre=self.centre,
            u_scale=camera.scale * camera.dpr,
            u_size=size,
            u_tile=self.part,
            u_opacity=opacity,
            u_dpr=camera.dpr,
            **more,
        )


def tiles(size: tuple[int, int], most: tuple[int, int]) -> Iterator[tuple[float, float, float, float]]:
    """A picture in parts that the driver can draw, row by row."""
    for top in range(0, size[1], most[1]):
        for left in range(0, size[0], most[0]):
            yield left, top, min(most[0], size[0] - left), min(most[1], size[1] - top)
