"""Drawings that say of each kind of layer what a renderer may get wrong; the same ones for both renderers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from widgets.map.camera import Camera
from widgets.map.drawing import (
    Drawing,
    Heat,
    Layer,
    Lines,
    Points,
    Polygons,
    Sprite,
    Sprites,
    Words,
)

F = np.float32
VIEW = Camera(0.0, 0.0, 1.0, 480, 320)
RED, GREEN, BLUE, WHITE = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (255, 255, 255, 255)
ARROW = np.array([(-60, -60), (60, -60), (0, 0), (60, 60), (-60, -60)], F)
SQUARE = np.array([(-100, -100), (100, -100), (100, 100), (-100, 100), (-100, -100)], F)


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def scattered(count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return rng().uniform(-230, 230, count).astype(F), rng().uniform(-150, 150, count)[::-1].astype(F)


def dots(count: int = 3000, size: float = 2.0, speed: float = 0.0) -> Points:
    x, y = scattered(count)
    still = np.empty(0, F)
    return Points(
        key="dots", x=x, y=y, color=(np.arange(count) % 3).astype(np.uint8), palette=(RED, GREEN, (80, 120, 255, 160)),
        size=size, vx=np.full(count, speed, F) if speed else still, vy=np.zeros(count, F) if speed else still,
        since=10.0,
    )  # fmt: skip


def areas(**more: object) -> Polygons:
    """One with a hole, one hatched, one that is not convex."""
    hole = SQUARE[::-1] * F(0.4)
    half = SQUARE[[0, 1, 2, 0]] + (60, -20)
    xy = np.concatenate([SQUARE - (120, 0), hole - (120, 0), half, np.add(ARROW, (150, 60))])
    return Polygons(
        key="areas", xy=xy.astype(F), rings=np.array([0, 5, 10, 14, 19]), polys=np.array([0, 2, 3, 4]),
        fill=np.array([0, 1, 2], np.uint8), palette=((60, 80, 200, 160), (200, 80, 60, 255), (0, 200, 0, 90)),
        edge=WHITE, edge_width=2.0, hatch=frozenset((1,)), **more,
    )  # fmt: skip


def spiral() -> NDArray[np.float32]:
    t = np.linspace(0.5, 12, 200)
    return np.stack([t * 16 * np.cos(t), t * 11 * np.sin(t)], axis=1).astype(F)


def way(**more: object) -> Lines:
    xy = np.concatenate([spiral(), np.array([(-220, -140), (-180, 140), (-140, -140)], F)])
    given = {"width": 8.0, "palette": ((255, 255, 255, 120), (255, 160, 0, 255)), **more}
    return Lines(key="way", xy=xy, starts=np.array([0, 200, 203]), color=np.array([0, 1], np.uint8), **given)  # type: ignore[arg-type]


def sprite(color: tuple[int, int, int, int], width: int = 16, height: int = 16) -> Sprite:
    """A picture with a corner cut off, so that it says how it is turned."""
    pixels = np.zeros((height, width, 4), np.uint8)
    pixels[:] = color
    pixels[: height // 2, width // 2 :] = 0
    return Sprite(pixels, 1.0, width / 2, height / 2)


def symbols(turned: bool = False, count: int = 60) -> Sprites:
    x, y = scattered(count)
    return Sprites(
        key="symbols", x=x, y=y, image=(np.arange(count) % 2).astype(np.int32), images=(sprite(RED), sprite(GREEN)),
        turn=np.linspace(3, 340, count).astype(F) if turned else np.empty(0, F),
    )  # fmt: skip


def words(count: int = 150, **more: object) -> Words:
    x, y = scattered(count)
    return Words(
        key="words", x=y, y=x, image=np.zeros(count, np.int32), images=(sprite(WHITE, 60, 14),), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def heat(full: float = 6.0) -> Heat:
    at = rng().normal(0, 70, (2, 300)).astype(F)
    ramp = ((0, 0, 0, 0), (0, 80, 200, 90), (0, 220, 160, 150), (255, 210, 0, 190), (255, 60, 0, 220))
    return Heat(key="heat", x=at[0], y=at[1], weight=np.ones(300, F), radius=48.0, ramp=ramp, full=full)


def footprints() -> Polygons:
    """Cells side by side with heights."""
    cells = [SQUARE * F(0.08) + (20 * i - 190, 20 * j - 110) for i in range(20) for j in range(12)]
    n = len(cells)
    return Polygons(
        key="footprints", xy=np.concatenate(cells).astype(F), rings=np.arange(n + 1) * 5, polys=np.arange(n + 1),
        fill=(np.arange(n) % 4).astype(np.uint8), palette=(RED, GREEN, BLUE, WHITE),
        height=np.full(n, 30, F),
    )  # fmt: skip


def drawing(*layers: Layer) -> Drawing:
    return Drawing(back=(16, 23, 30, 255), layers=layers)


BROKEN = np.array([(np.nan, 0), (5, np.inf), (0, 0), (0, 0), (1e9, -1e9), (3, 3)], F)


def broken() -> tuple[Layer, ...]:
    """Everything that may come in from outside and is no shape."""
    twisted = np.array([(-90, -90), (90, 90), (90, -90), (-90, 90), (-90, -90)], F)
    xy = np.concatenate([BROKEN, twisted, twisted[:1]])
    none = np.empty(0, F)
    return (
        Points(key="p", x=np.array([np.nan, 5], F), y=np.array([3, np.inf], F), color=np.zeros(2, np.uint8),
               palette=(RED,)),
        Points(key="no palette", x=none + 0, y=none, color=np.empty(0, np.uint8)),
        Polygons(key="a", xy=xy, rings=np.array([0, 6, 6, 11, 12]), polys=np.array([0, 2, 3, 4]),
                 fill=np.array([0, 0, 0], np.uint8), palette=(GREEN,), edge=WHITE, edge_width=1.0),
        Lines(key="l", xy=BROKEN, starts=np.array([0, 0, 3, 6]), color=np.zeros(3, np.uint8), palette=(BLUE,)),
        Lines(key="one point", xy=BROKEN[:1], starts=np.array([0, 1]), color=np.zeros(1, np.uint8), palette=(BLUE,)),
        Heat(key="h", x=np.array([np.nan, 0], F), y=np.zeros(2, F), weight=np.array([1, np.nan], F),
             ramp=((0, 0, 0, 0), RED)),
        Sprites(key="s", x=np.array([np.nan], F), y=np.zeros(1, F), image=np.zeros(1, np.int32), images=(sprite(RED),)),
    )  # fmt: skip
