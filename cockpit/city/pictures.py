"""Evidence pictures of the demo city: drawn scenes, the same for the same id. The desk marks them as 示意图."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from functools import lru_cache

import numpy as np

from cockpit.city.png import Canvas, Colour

WIDTH, HEIGHT = 480, 360
RAINS_FROM = 1.0
"""mm/h from which a picture shows rain."""
DRY = ("lift", "lid")
"""Scenes under a roof, or so near that no rain is seen."""
HORIZON = 130.0
_BOX: Colour = (226, 232, 238)


@lru_cache(maxsize=64)
def draw(ident: str, scene: str, rain: bool) -> bytes:
    """A scene as PNG.

    Args:
        ident: id of the event; small things differ by it.
        scene: one of `SCENES`; anything else is a street.
        rain: whether it rains.
    """
    rng = random.Random(zlib.crc32(ident.encode()))
    canvas = Canvas(WIDTH, HEIGHT, (30, 36, 42))
    SCENES.get(scene, _street)(canvas, rng)
    if rain and scene not in DRY:
        rainfall(canvas, rng)
    canvas.grain(np.random.default_rng(rng.randrange(1 << 32)), 3.5)
    return canvas.png()


def view(c: Canvas, rng: random.Random, dusk: bool = True) -> None:
    """Sky, houses and a road that runs away from the camera."""
    c.fall((62, 72, 82) if dusk else (20, 25, 31), (98, 107, 114) if dusk else (36, 42, 48), 0, HORIZON)
    c.fall((66, 70, 73), (48, 52, 56), HORIZON, HEIGHT)
    for side in (-1, 1):
        x = WIDTH / 2 + side * 52
        while abs(x - WIDTH / 2) < WIDTH / 2 + 70:
            w, h = rng.uniform(34, 70), rng.uniform(50, 118)
            shade = rng.randint(34, 54)
            left = x if side > 0 else x - w
            c.box(left, HORIZON - h, w, h + 18, (shade, shade + 5, shade + 10))
            for row in range(int(h // 13)):
                for column in range(int(w // 12)):
                    if rng.random() < 0.28:
                        c.box(left + 4 + column * 12, HORIZON - h + 5 + row * 13, 5, 6, (188, 170, 122), 0.55)
            x += side * w
    c.polygon(
        [(0, 170), (WIDTH / 2 - 26, HORIZON), (WIDTH / 2 + 26, HORIZON), (WIDTH, 170), (WIDTH, HEIGHT), (0, HEIGHT)],
        (54, 58, 62),
    )
    for k in range(6):
        y = HORIZON + 8 + 6 * k * k
        c.polygon(
            [
                (WIDTH / 2 - 1 - k, y),
                (WIDTH / 2 + 1 + k, y),
                (WIDTH / 2 + 2 + k, y + 4 + 3 * k),
                (WIDTH / 2 - 2 - k, y + 4 + 3 * k),
            ],
            (166, 170, 168),
            0.8,
        )
    for x in (70.0, 410.0):
        c.line((x, 40), (x, 220), 3, (28, 32, 36))
        c.line((x, 42), (x + (34 if x < 240 else -34), 40), 3, (28, 32, 36))
        if not dusk or rng.random() < 0.7:
            c.glow(x + (34 if x < 240 else -34), 43, 26, (236, 214, 160), 0.5)


def car(c: Canvas, x: float, y: float, size: float, colour: Colour, lights: bool = True) -> None:
    """A car seen from behind; x, y is the middle of its foot."""
    w, h = 62 * size, 30 * size
    c.disc(x, y, w * 0.6, h * 0.16, (14, 16, 18), 0.6)
    c.box(x - w / 2, y - h, w, h * 0.86, colour)
    c.polygon(
        [(x - w * 0.42, y - h), (x - w * 0.3, y - h * 1.65), (x + w * 0.3, y - h * 1.65), (x + w * 0.42, y - h)], colour
    )
    c.polygon(
        [
            (x - w * 0.34, y - h * 1.02),
            (x - w * 0.25, y - h * 1.52),
            (x + w * 0.25, y - h * 1.52),
            (x + w * 0.34, y - h * 1.02),
        ],
        (24, 30, 36),
    )
    for side in (-1, 1):
        c.box(x + side * w * 0.38 - w * 0.07, y - h * 0.8, w * 0.14, h * 0.2, (222, 60, 52) if lights else (96, 40, 40))
        c.box(x + side * w * 0.34 - w * 0.08, y - h * 0.2, w * 0.16, h * 0.24, (16, 18, 20))
    if lights:
        c.glow(x, y - h * 0.65, w * 0.6, (206, 70, 60), 0.16)


def paint(rng: random.Random) -> Colour:
    return rng.choice([(176, 182, 186), (58, 64, 72), (124, 40, 42), (38, 62, 96), (210, 212, 210), (92, 98, 96)])


def _street(c: Canvas, rng: random.Random) -> None:
    view(c, rng)
    for k in range(rng.randint(3, 5)):
        x, y = 30 + k * 22, 205 + k * 12
        c.box(x, y - 26 - k, 20, 26 + k, (110 + k * 8, 88, 60))
        c.box(x, y - 30 - k, 22, 5, (74, 104, 120))
    car(c, 300 + rng.uniform(-20, 30), 250, 1.0, paint(rng))
    c.frame(22, 168, 140, 92, _BOX)


def _junction(c: Canvas, rng: random.Random) -> None:
    """From above: a mast camera over a crossing."""
    c.fall((66, 76, 66), (56, 66, 58), 0, HEIGHT)
    road: Colour = (62, 66, 70)
    c.polygon([(170, 0), (310, 0), (352, HEIGHT), (128, HEIGHT)], road)
    c.polygon([(0, 120), (WIDTH, 112), (WIDTH, 236), (0, 246)], road)
    for k in range(9):
        c.polygon(
            [(140 + k * 24, 254), (152 + k * 24, 254), (150 + k * 25, 276), (138 + k * 25, 276)], (190, 194, 192), 0.85
        )
        c.box(176 + k * 15, 92, 8, 12, (190, 194, 192), 0.85)
    for k in range(4):
        c.box(12 + k * 34, 180, 18, 3, (190, 190, 180), 0.8)
        c.box(348 + k * 34, 176, 18, 3, (190, 190, 180), 0.8)
    places = [(214, 60, 0), (262, 40, 0), (92, 150, 1), (396, 206, 1), (200, 318, 0), (276, 316, 0), (226, 196, 1)]
    for x, y, across in [*rng.sample(places, 5), (244, 168, 1)]:
        w, h = (48, 24) if across else (24, 46)
        colour = paint(rng)
        c.box(x - w / 2 + 3, y - h / 2 + 4, w, h, (20, 22, 24), 0.5)
        c.box(x - w / 2, y - h / 2, w, h, colour)
        c.box(x - w / 4, y - h / 4, w / 2, h / 2, (28, 34, 40))
    c.frame(206, 140, 78, 56, (255, 159, 69))


def _underpass(c: Canvas, rng: random.Random) -> None:
    """A road that dips under a bridge and stands in water."""
    view(c, rng, dusk=False)
    c.polygon([(0, 60), (WIDTH, 52), (WIDTH, 104), (0, 112)], (74, 78, 80))
    c.polygon([(0, 112), (WIDTH, 104), (WIDTH, 112), (0, 120)], (40, 44, 48))
    for x in (40.0, 440.0):
        c.box(x - 22, 106, 44, 150, (60, 64, 66))
    for k in range(7):
        c.box(30 + k * 64, 72, 40, 12, (196, 172, 64) if k % 2 else (36, 38, 38))
    car(c, 206, 238, 1.15, (150, 156, 160), lights=True)
    car(c, 296, 222, 0.85, (52, 60, 72), lights=False)
    c.polygon([(0, 222), (WIDTH, 210), (WIDTH, HEIGHT), (0, HEIGHT)], (62, 74, 80), 0.86)
    for k in range(46):
        x, y = rng.uniform(0, WIDTH), 226 + k * 2.9
        c.line((x, y), (x + rng.uniform(14, 60), y - 1), 1.4, (126, 140, 146), 0.5)
    c.frame(160, 176, 92, 70, _BOX)
    c.frame(258, 178, 78, 56, _BOX)


def _heap(c: Canvas, rng: random.Random) -> None:
    view(c, rng)
    for k in range(60):
        x = 240 + rng.gauss(0, 60)
        top = 268 - max(0.0, 62 - abs(x - 240) * 0.75) * rng.random()
        size = rng.uniform(7, 17)
        shade = rng.randint(70, 140)
        c.polygon(
            [
                (x - size, top + 8),
                (x - size * 0.4, top - size * 0.7),
                (x + size * 0.8, top - size * 0.3),
                (x + size, top + 9),
            ],
            (shade, shade - 8, shade - 20 - k % 3 * 9),
        )
    c.frame(150, 186, 186, 102, _BOX)


def _dump(c: Canvas, rng: random.Random) -> None:
    """A tipper at night with its body raised."""
    view(c, rng, dusk=False)
    c.disc(330, 276, 94, 30, (84, 74, 62))
    c.polygon([(250, 278), (318, 216), (352, 220), (416, 280)], (104, 92, 76))
    c.box(96, 214, 132, 40, (62, 66, 70))
    c.box(70, 176, 56, 78, (152, 96, 40))
    c.box(76, 184, 40, 26, (30, 38, 46))
    c.polygon([(132, 208), (250, 148), (280, 196), (232, 226)], (120, 84, 44))
    for x in (92, 170, 212):
        c.disc(x, 258, 17, 17, (16, 18, 20))
        c.disc(x, 258, 7, 7, (70, 74, 78))
    c.glow(66, 232, 46, (250, 226, 170), 0.5)
    c.frame(58, 138, 236, 144, (255, 159, 69))


def _tree(c: Canvas, rng: random.Random) -> None:
    view(c, rng)
    c.line((84, 246), (340, 262), 15, (74, 58, 44))
    for k in range(70):
        x, y = 280 + rng.gauss(40, 50), 250 + rng.gauss(0, 24)
        green = rng.randint(58, 100)
        c.disc(x, y, rng.uniform(8, 20), rng.uniform(6, 13), (green - 30, green, green - 36 + k % 5))
    for k in range(6):
        c.line((250 + k * 14, 258), (280 + k * 20, 226 + k % 2 * 50), 3, (70, 54, 42))
    for x in (40.0, 428.0):
        c.polygon([(x - 9, 300), (x, 266), (x + 9, 300)], (226, 104, 44))
        c.box(x - 5, 282, 10, 5, (230, 230, 226))


def _lift(c: Canvas, rng: random.Random) -> None:
    """The hall of a block: lift doors, the display above them."""
    c.fall((120, 118, 112), (92, 90, 86), 0, 282)
    c.fall((72, 70, 68), (52, 50, 50), 282, HEIGHT)
    c.box(138, 62, 204, 222, (70, 72, 74))
    c.box(150, 76, 88, 206, (148, 152, 154))
    c.box(242, 76, 88, 206, (140, 144, 147))
    c.box(238, 76, 4, 206, (18, 20, 22))
    c.box(208, 36, 64, 20, (20, 22, 24))
    c.polygon([(224, 50), (231, 40), (238, 50)], (222, 66, 56))
    c.box(246, 40, 12, 11, (222, 66, 56))
    c.box(366, 164, 24, 56, (60, 62, 64))
    c.disc(378, 180, 6, 6, (228, 190, 90))
    c.disc(378, 204, 6, 6, (110, 112, 114))
    c.box(112 + rng.randint(-4, 4), 268, 30, 36, (216, 176, 52))
    c.line((117, 272), (138, 300), 2, (40, 36, 30))


def _pit(c: Canvas, rng: random.Random) -> None:
    """A deep excavation with struts, water on a wall."""
    c.fall((84, 92, 98), (104, 110, 112), 0, 92)
    c.polygon([(0, 92), (WIDTH, 84), (WIDTH, HEIGHT), (0, HEIGHT)], (112, 98, 78))
    c.polygon([(60, 120), (424, 112), (396, 336), (96, 342)], (66, 60, 54))
    c.polygon([(60, 120), (96, 342), (176, 300), (156, 150)], (92, 86, 80))
    c.polygon([(176, 300), (330, 296), (396, 336), (96, 342)], (84, 74, 60))
    for k in range(4):
        c.line((70 + k * 6, 150 + k * 44), (416 - k * 6, 144 + k * 44), 9, (150, 116, 54))
    for _ in range(26):
        x = rng.uniform(104, 150)
        c.line((x, 186 + rng.uniform(0, 20)), (x + 8, 280 + rng.uniform(0, 30)), 2.4, (136, 154, 164), 0.6)
    c.disc(160, 318, 44, 12, (104, 124, 134), 0.9)
    c.frame(92, 172, 76, 142, (255, 159, 69))


def _fire(c: Canvas, rng: random.Random) -> None:
    view(c, rng)
    for k in range(26):
        c.disc(310 + rng.gauss(0, 20) + k, 150 - k * 5.6, 14 + k * 1.5, 12 + k * 1.3, (60 + k, 60 + k, 62 + k), 0.28)
    c.glow(306, 166, 60, (250, 150, 60), 0.6)
    for _ in range(16):
        x = 306 + rng.gauss(0, 16)
        c.polygon([(x - 7, 182), (x, 182 - rng.uniform(18, 46)), (x + 7, 182)], (250, rng.randint(130, 200), 60), 0.8)
    c.frame(262, 112, 92, 80, (255, 107, 96))


def _dark(c: Canvas, rng: random.Random) -> None:
    view(c, rng, dusk=False)
    c.box(0, 0, WIDTH, HEIGHT, (8, 10, 14), 0.55)
    car(c, 270, 262, 1.1, (70, 74, 80))


def _river(c: Canvas, rng: random.Random) -> None:
    c.fall((104, 114, 120), (128, 134, 136), 0, 110)
    c.box(0, 92, WIDTH, 26, (58, 72, 58))
    c.fall((76, 92, 96), (60, 74, 80), 118, HEIGHT)
    c.polygon([(0, 300), (150, HEIGHT), (0, HEIGHT)], (108, 108, 104))
    for k in range(70):
        x, y = rng.uniform(0, WIDTH), 124 + k * 3.2
        c.line((x, y), (x + rng.uniform(16, 70), y), 1.3, (132, 146, 150), 0.45)
    for _ in range(24):
        c.disc(250 + rng.gauss(0, 50), 230 + rng.gauss(0, 16), rng.uniform(3, 9), rng.uniform(2, 5), (126, 122, 96))
    c.frame(150, 190, 200, 80, _BOX)


def _lid(c: Canvas, rng: random.Random) -> None:
    """Straight down onto a shaft whose cover has moved."""
    c.fall((74, 76, 78), (64, 66, 68), 0, HEIGHT)
    for _ in range(400):
        x, y = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT)
        c.box(x, y, 3, 2, (54, 56, 58) if rng.random() < 0.5 else (92, 94, 94), 0.5)
    c.disc(226, 186, 104, 92, (44, 42, 40))
    c.disc(226, 186, 90, 79, (10, 11, 12))
    c.disc(284, 206, 98, 86, (96, 90, 84))
    c.disc(284, 206, 86, 75, (80, 76, 72))
    for k in range(-3, 4):
        c.line((284 + k * 22 - 6, 206 - 62 + abs(k) * 9), (284 + k * 22 - 6, 206 + 62 - abs(k) * 9), 5, (62, 58, 56))


def rainfall(c: Canvas, rng: random.Random) -> None:
    for _ in range(210):
        x, y, long = rng.uniform(-20, WIDTH), rng.uniform(-20, HEIGHT), rng.uniform(10, 26)
        c.line((x, y), (x - long * 0.22, y + long), 0.9, (190, 200, 208), 0.35)


SCENES: dict[str, Callable[[Canvas, random.Random], None]] = {
    "street": _street,
    "rainstreet": _street,
    "junction": _junction,
    "underpass": _underpass,
    "heap": _heap,
    "dump": _dump,
    "tree": _tree,
    "lift": _lift,
    "pit": _pit,
    "fire": _fire,
    "dark": _dark,
    "river": _river,
    "lid": _lid,
}
