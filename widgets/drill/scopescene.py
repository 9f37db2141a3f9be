"""What lies on the scope map: shapes of areas, the outline of what is looked at, words, points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from widgets.kit.theme import Theme
from widgets.map.areawords import AreaWord, area_words
from widgets.map.base import BaseData, BaseFile
from widgets.map.camera import Box
from widgets.map.compose.plane import Origin, near, rgba
from widgets.map.drawing import Layer, Points
from widgets.map.layers.marked import area_mark
from widgets.map.reader import rings_of
from widgets.map.scene import Area, Ring
from widgets.map.style import MapStyle

DOTS = ((40, 7.0), (120, 5.0), (10_000, 3.5))
"""Diameter of a point in pixels, up to how many: what lies close together is still told apart."""
HALO = 1.4
"""Of what sets a point off, in its diameters."""


class AreaShapes:
    """The areas of the picture with their rings, which are read once."""

    def __init__(self, table: Any) -> None:
        self._table = table
        self._rings: dict[str, tuple[str, tuple[Ring, ...]]] = {}

    def of(self, steps: Mapping[str, int]) -> tuple[Area, ...]:
        """Those of some codes, each with its step."""
        table, found = self._table, []
        rings, names, tiers = table.text("rings"), table.text("name"), table.numbers("tier")
        for i, code in enumerate(table.text("code")):
            if code in steps:
                found.append(Area(code, names[i], int(tiers[i]), self._ring(code, rings[i]), steps[code]))
        return tuple(found)

    def _ring(self, code: str, text: str) -> tuple[Ring, ...]:
        known = self._rings.get(code)
        if known is None or known[0] != text:
            known = self._rings[code] = (text, rings_of(text))
        return known[1]


def laid(
    marked: Sequence[Area],
    words: Sequence[AreaWord],
    xy: NDArray[np.float64],
    style: MapStyle,
    theme: Theme,
    dpr: float,
) -> Callable[[Origin], Sequence[Layer]]:  # fmt: skip
    """Outlines, points (shape (n, 2), Mercator metres) and words over the map; the same ones for the same origin."""
    kept: dict[Origin, list[Layer]] = {}

    def layers(origin: Origin) -> list[Layer]:
        if origin not in kept:
            made: list[Layer] = []
            for i, area in enumerate(marked):
                made += [msgspec.structs.replace(line, key=f"mark.{i}") for line in area_mark(area, style, origin)]
            if len(xy):
                made += _points(xy, style, theme, origin)
            made.append(area_words(words, theme, dpr, origin))
            kept[origin] = made
        return kept[origin]

    return layers


def _points(xy: NDArray[np.float64], style: MapStyle, theme: Theme, origin: Origin) -> list[Layer]:
    x, y = near(xy[:, 0], origin[0]), near(xy[:, 1], origin[1])
    codes = np.zeros(len(xy), dtype=np.uint8)
    dot = next((size for most, size in DOTS if len(xy) <= most), DOTS[-1][1])
    looks = (("halo", style.land, dot * HALO), ("dot", theme.hex("t1"), dot))
    return [
        Points(key=f"scope.{name}", x=x, y=y, color=codes, palette=(rgba(color),), size=size)
        for name, color, size in looks
    ]


def without_areas(base: BaseFile) -> BaseFile:
    """The base map without the names of areas: the panel writes them with their numbers."""

    def read() -> BaseData | None:
        data = base.read()
        if data is None:
            return None
        names = tuple(name for name in data.names if name.kind not in ("area", "place"))
        return BaseData(data.layers, names, data.box, data.height)

    return msgspec.structs.replace(base, read=read, state=f"{base.state} without areas")


def box_around(areas: Sequence[Area]) -> Box | None:
    """What holds all of some areas, Mercator metres; None for no shape."""
    rings = [ring for area in areas for ring in area.rings]
    if not rings:
        return None
    x, y = np.concatenate([ring.x for ring in rings]), np.concatenate([ring.y for ring in rings])
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())
