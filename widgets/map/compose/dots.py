"""Sensors and cameras by the hundred thousand: marks with a number where many are, which split with the zoom, dots
where few are, and their own signs when near. The grid is anchored in the plane: panning changes nothing. No Qt in here.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from widgets.map.camera import EARTH, Camera
from widgets.map.clusters import cells
from widgets.map.compose.plane import Floats, Origin, near, rgba
from widgets.map.drawing import Layer, Points, Sprite, Sprites
from widgets.map.hits import HitGrid
from widgets.map.scene import Dots

SIGNS_FROM = 15.5
"""Zoom from which each is drawn as its sign."""
CELLS = ((SIGNS_FROM, 64.0, 8), (17.0, 44.0, 3), (99.0, 18.0, 1))
"""Zoom until which it holds, side of a cell in pixels, how many in one cell are not yet a crowd."""
AROUND = 1.0
"""What lies up to so many views beside the view is handed to the renderer, so that a pan needs nothing new."""


class Crowds(msgspec.Struct, frozen=True):
    """What stands for sensors or cameras at one half step of the zoom.

    Attributes:
        step: the half step of the zoom.
        x, y: shape (M,), middles of the marks, Mercator metres.
        count: shape (M,), how many each stands for.
        first: shape (M,), the first row that each stands for.
        single: rows that stand for themselves.
        group: shape (N,), mark of each row; -1 for one that stands for itself or has no place.
        marks, singles: where the marks and those that stand for themselves (index into `single`) are.
    """

    step: float
    x: Floats
    y: Floats
    count: NDArray[np.int64]
    first: NDArray[np.int64]
    single: NDArray[np.int64]
    group: NDArray[np.int64]
    marks: HitGrid
    singles: HitGrid


def half_step(zoom: float) -> float:
    """The half step of the zoom in which everything stays as it is."""
    return math.floor(zoom * 2) / 2


def scale_at(zoom: float) -> float:
    """Pixels per Mercator metre."""
    return float(256 * 2**zoom / (2 * math.pi * EARTH))


def crowds(xs: Floats, ys: Floats, step: float, aside: float = 0.0) -> Crowds:
    """Groups what would be a heap of dots at this half step of the zoom; 0.05 s for 300,000.

    Args:
        xs, ys: shape (N,), Mercator metres; NaN has no place.
        aside: how far the grid is moved, in cells: marks of two topics do not cover each other.
    """
    pixels, most = next((pixels, most) for until, pixels, most in CELLS if step < until)
    group = np.full(len(xs), -1, dtype=np.int64)
    rows = np.flatnonzero(np.isfinite(xs) & np.isfinite(ys))
    if not len(rows):
        none, nothing = np.empty(0, dtype=np.int64), HitGrid(np.empty(0), np.empty(0), 1.0)
        return Crowds(step, np.empty(0), np.empty(0), none, none, rows, group, nothing, nothing)
    x, y = xs[rows], ys[rows]
    side = pixels / scale_at(step)
    member = cells(x + aside * side, y + aside * side, side)
    count = np.bincount(member)
    many = count > most
    crowded = many[member]
    number = np.cumsum(many) - 1
    group[rows[crowded]] = number[member[crowded]]
    first = np.empty(int(number[-1]) + 1, dtype=np.int64)
    first[number[member[crowded]][::-1]] = rows[crowded][::-1]
    mean_x, mean_y = (np.bincount(member, v)[many] / count[many] for v in (x, y))
    single = rows[~crowded]
    marks, singles = HitGrid(mean_x, mean_y, side), HitGrid(xs[single], ys[single], side)
    return Crowds(step, mean_x, mean_y, count[many], first, single, group, marks, singles)


class DotLook(msgspec.Struct, frozen=True):
    """How the sensors or the cameras look. eq by identity is enough.

    Attributes:
        topic: key of the layers.
        color: #RRGGBB.
        sign: their sign, of one that is off or on. mark: of a crowd by its number.
    """

    topic: str
    color: str
    sign: Callable[[bool], Sprite]
    mark: Callable[[int], Sprite]


def dot_layers(dots: Dots, made: Crowds, box: Camera, look: DotLook, origin: Origin) -> tuple[Layer, ...]:
    """The layers of what lies in the view `box`: those that stand for themselves, and the marks over them."""
    layers: list[Layer] = []
    own = made.single[_within(dots.x[made.single], dots.y[made.single], box)]
    x, y = near(dots.x[own], origin[0]), near(dots.y[own], origin[1])
    off = dots.off[own]
    if made.step >= SIGNS_FROM:
        images = (look.sign(False), look.sign(True))
        layers.append(Sprites(key=look.topic, x=x, y=y, image=off.astype(np.int32), images=images))
    else:
        strength = 0.8 * min(max((made.step - 9.3) / 4.7, 0.3), 1.0)
        layers.append(
            Points(
                key=look.topic,
                x=x,
                y=y,
                color=off.astype(np.uint8),
                palette=(rgba(look.color, strength), rgba(look.color, strength * 0.4)),
                size=2.8 if made.step < 13 else 3.6,
            )
        )
    here = np.flatnonzero(_within(made.x, made.y, box))
    number, image = np.unique(made.count[here], return_inverse=True)
    if len(here):
        layers.append(
            Sprites(
                key=f"{look.topic}.crowd",
                x=near(made.x[here], origin[0]),
                y=near(made.y[here], origin[1]),
                image=image.reshape(-1).astype(np.int32),
                images=tuple(look.mark(n) for n in number.tolist()),
            )
        )
    return tuple(layers)


def chosen_layer(dots: Dots, row: int, look: DotLook, origin: Origin) -> Sprites:
    """The sign of one that is selected, whatever crowd it stands in."""
    here = slice(row, row + 1)
    return Sprites(
        key=f"{look.topic}.chosen",
        x=near(dots.x[here], origin[0]),
        y=near(dots.y[here], origin[1]),
        image=np.zeros(1, dtype=np.int32),
        images=(look.sign(bool(dots.off[row])),),
    )


def _within(x: Floats, y: Floats, camera: Camera) -> NDArray[np.bool_]:
    west, south, east, north = camera.box
    inside: NDArray[np.bool_] = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return inside
