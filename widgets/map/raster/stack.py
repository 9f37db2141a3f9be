"""Which layers of a drawing lie on sheets, and which are drawn every frame. No Qt in here."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np

from widgets.map.drawing import Drawing, Ground, Heat, Layer, Lines, Points, Polygons, Sprites

HEAVY_POINTS, HEAVY_SHAPES, HEAVY_LINES = 20_000, 2_000, 2_000
"""Points of a layer from which on its picture is kept."""
WHOLE = ("names", "heat")
"""Kinds of groups that are drawn for a whole sheet at once, since their parts depend on each other."""


class Run(msgspec.Struct, frozen=True, eq=False):
    """Layers that stand still, one above the other with none that moves between them.

    Attributes:
        key: of the moving layer beneath; "" for the ground.
    """

    key: str
    layers: tuple[Layer, ...]


class Group(msgspec.Struct, frozen=True, eq=False):
    """Layers of a run whose picture is kept, or one that is drawn whenever the run is put together.

    Attributes:
        key: of the first layer.
        kind: `land`, `lines`, `names`, `heat`, `points`, `tracks` or `shapes`; "" where no picture is kept.
    """

    key: str
    kind: str
    layers: tuple[Layer, ...]


def moves(layer: Layer) -> bool:
    """Whether it is drawn every frame."""
    if isinstance(layer, Points):
        return len(layer.vx) > 0
    if isinstance(layer, Lines):
        return layer.live or bool(layer.flow and layer.dash)
    return isinstance(layer, Sprites)


def stack(drawing: Drawing) -> list[Run | Layer]:
    """Runs and moving layers in drawing order."""
    result: list[Run | Layer] = []
    key, still = "", []
    for layer in drawing.layers:
        if moves(layer):
            if still or not result:
                result.append(Run(key, tuple(still)))
            result.append(layer)
            key, still = layer.key, []
        else:
            still.append(layer)
    if still or not result:
        result.append(Run(key, tuple(still)))
    return result


def runs(drawing: Drawing) -> list[Run]:
    return [one for one in stack(drawing) if isinstance(one, Run)]


def is_in(layer: Layer, zoom: float) -> bool:
    return layer.zoom[0] <= zoom <= layer.zoom[1] and layer.opacity > 0


def groups(layers: Iterable[Layer]) -> list[Group]:
    """The layers of a run as what is kept of them: neighbours of a kind are one picture."""
    result: list[Group] = []
    for layer in layers:
        for part in _parts(layer):
            kind = _kind(part)
            last = result[-1] if result else None
            if last is not None and kind == last.kind and kind in ("tracks", "shapes", "points"):
                result[-1] = Group(last.key, kind, (*last.layers, part))
            else:
                result.append(Group(part.key, kind, (part,)))
    return result


def _parts(layer: Layer) -> list[Layer]:
    if isinstance(layer, Ground) and layer.part == "all":
        parts = ("land", "lines", "names")
        return [msgspec.structs.replace(layer, key=f"{layer.key}.{part}", part=part) for part in parts]
    return [layer]


def _kind(layer: Layer) -> str:
    if isinstance(layer, Ground):
        return layer.part
    if isinstance(layer, Heat):
        return "heat"
    if isinstance(layer, Points):
        return "points" if len(layer.x) > HEAVY_POINTS else ""
    if isinstance(layer, Polygons):
        return "shapes" if len(layer.xy) > HEAVY_SHAPES else ""
    if isinstance(layer, Lines):
        return "tracks" if len(layer.xy) > HEAVY_LINES else ""
    return ""


def same(one: object, other: object) -> bool:
    """Whether two layers, or what they hold, have the very same content: columns by identity, all else by value."""
    if one is other:
        return True
    if type(one) is not type(other) or isinstance(one, np.ndarray):
        return False
    if isinstance(one, Layer):
        return all(same(getattr(one, name), getattr(other, name)) for name in one.__struct_fields__)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, msgspec.Struct):
        return False
    return bool(one == other)
