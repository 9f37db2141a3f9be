"""Words on areas: a name with its number where the area is, the first ones first, none over another."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import shapely

from widgets.kit.theme import Theme
from widgets.map.compose.plane import Origin, near
from widgets.map.compose.sprites import word_sprite
from widgets.map.drawing import Words
from widgets.map.scene import Area, Ring

KEY = "area.words"
"""Names of the base map keep clear of the layer of this key."""


class AreaWord(msgspec.Struct, frozen=True):
    """What is written on an area; accented: in the accent, and drawn wherever it lies."""

    area: Area
    words: str
    accented: bool = False


def place_in(rings: Sequence[Ring]) -> tuple[float, float] | None:
    """A place well within an area, Mercator metres: of its largest ring; None for no area."""
    shapes = [shapely.Polygon(np.column_stack((ring.x, ring.y))) for ring in rings if len(ring.x) > 3]
    largest = max(
        (shape if shape.is_valid else shape.buffer(0) for shape in shapes), key=lambda s: s.area, default=None
    )
    if largest is None or largest.is_empty:
        return None
    middle = largest.centroid
    at = middle if largest.contains(middle) else largest.representative_point()
    return float(at.x), float(at.y)


def area_words(words: Sequence[AreaWord], theme: Theme, dpr: float, origin: Origin) -> Words:
    """The words as a layer, in their order: the first find their room first."""
    halo, plain = theme.map.color("road_label", "halo").name(), theme.map.color("area_label").name()
    accented = [one for one in words if one.accented]
    x, y, images = [], [], []
    for one in (*accented, *(one for one in words if not one.accented)):
        at = place_in(one.area.rings)
        if at is None:
            continue
        color = theme.hex("acc") if one.accented else plain
        wide = word_sprite(one.words, color, halo, theme, dpr, 0.0, 0.0).width
        images.append(word_sprite(one.words, color, halo, theme, dpr, -wide / 2, 0.0))
        x.append(at[0])
        y.append(at[1])
    return Words(
        key=KEY,
        x=near(np.array(x, dtype=np.float64), origin[0]),
        y=near(np.array(y, dtype=np.float64), origin[1]),
        image=np.arange(len(images), dtype=np.int32),
        images=tuple(images),
        keep=len(accented),
    )
