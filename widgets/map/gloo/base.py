"""The base map as the renderer has it: read in the thread when first drawn."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import shapely

from widgets.map.base import BaseData, BaseFile
from widgets.map.gloo.ground import GroundLayers
from widgets.map.gloo.names import no_data_names
from widgets.map.gloo.shop import Shop
from widgets.map.gloo.tiled import Tiles
from widgets.map.labels import Name, Names


class BaseParts(msgspec.Struct, frozen=True, eq=False):
    """What there is to draw.

    Attributes:
        there: whether there is a base map.
        bare: boxes of the places without data, west, south, east, north.
    """

    there: bool
    ground: GroundLayers
    names: Names
    bare: tuple[np.ndarray, ...] = ()

    @staticmethod
    def of(data: BaseData | None) -> BaseParts:
        if data is None:
            return BaseParts(False, GroundLayers({}, (0.0, 0.0, 0.0, 0.0)), Names(()))
        bare = data.layers.get("nodata")
        boxes = tuple(shapely.bounds(bare)) if bare is not None and len(bare) else ()
        return BaseParts(True, GroundLayers.of(data), Names(data.names), boxes)


class Base:
    """One base map of one surface.

    Attributes:
        words: what stands where it has no data.
        tiles: it comes in tiles; None where it does not.
    """

    def __init__(self, file: BaseFile, told: Callable[[], None] = lambda: None) -> None:
        """told: called on any thread when its tiles have got better."""
        self.file = file
        self.words = ""
        self.tiles = Tiles(file.tiles, told) if file.tiles is not None else None
        self._parts: BaseParts | None = None
        self._names: tuple[str, tuple[Name, ...]] = ("", ())

    def parts(self, shop: Shop) -> BaseParts | None:
        """None as long as it is being read."""
        if self._parts is None:
            self._parts = shop.ask(self, "base", (self,), lambda: BaseParts.of(self.file.read()))
        return self._parts

    def close(self) -> None:
        if self.tiles is not None:
            self.tiles.close()

    def no_data(self) -> tuple[Name, ...]:
        if self._names[0] != self.words and self._parts is not None:
            self._names = (self.words, no_data_names(self._parts.bare, self.words))
        return self._names[1] if self.words else ()
