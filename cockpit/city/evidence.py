"""Photos that workers take on the spot: the scene as it was found, and the same place when the work is done."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable

import numpy as np

from cockpit.city.orders import Shot
from cockpit.city.pictures import DRY, HEIGHT, SCENES, WIDTH, car, paint, rainfall, view
from cockpit.city.png import Canvas, Colour

_WET: Colour = (72, 82, 90)


class _Phone(Canvas):
    """A phone draws no boxes around what it finds."""

    def frame(self, x: float, y: float, w: float, h: float, colour: Colour, width: float = 2) -> None:
        pass


def photo(shot: Shot) -> bytes:
    """A photo as PNG, the same for the same shot; before and after the work are taken from one place."""
    seed = zlib.crc32(shot.ident.encode())
    rng = random.Random(seed)
    canvas = _Phone(WIDTH, HEIGHT, (30, 36, 42))
    draw = DONE.get(shot.scene, _street) if shot.dealt else SCENES.get(shot.scene, SCENES["street"])
    draw(canvas, rng)
    if shot.rain and shot.scene not in DRY:
        rainfall(canvas, rng)
    light = shot.daylight
    canvas.tone(0.72 + 0.75 * light, (round(22 * light), round(24 * light), round(4 + 26 * light)))
    canvas.grain(np.random.default_rng((seed, shot.dealt)), 2.5)
    return canvas.png()


def _cone(c: Canvas, x: float, y: float, size: float = 1.0) -> None:
    c.polygon([(x - 9 * size, y), (x, y - 34 * size), (x + 9 * size, y)], (226, 104, 44))
    c.box(x - 5 * size, y - 18 * size, 10 * size, 5 * size, (230, 230, 226))


def _washed(c: Canvas, x: float, y: float, rx: float, ry: float) -> None:
    """A patch of road that was swept and washed."""
    c.disc(x, y, rx, ry, _WET, 0.5)
    c.disc(x - rx * 0.2, y - ry * 0.15, rx * 0.6, ry * 0.5, (98, 108, 116), 0.35)


def _street(c: Canvas, rng: random.Random) -> None:
    view(c, rng)
    _washed(c, 96, 246, 84, 22)
    car(c, 300 + rng.uniform(-20, 30), 250, 1.0, paint(rng))


def _junction(c: Canvas, rng: random.Random) -> None:
    """The crossing, with nothing on it but what drives."""
    SCENES["junction"](c, rng)
    c.box(214, 150, 64, 38, (62, 66, 70))
    _cone(c, 140, 250, 0.5)
    _cone(c, 336, 120, 0.5)


def _underpass(c: Canvas, rng: random.Random) -> None:
    """The road is dry enough to drive; the pump still stands there."""
    view(c, rng, dusk=False)
    c.polygon([(0, 60), (WIDTH, 52), (WIDTH, 104), (0, 112)], (74, 78, 80))
    for x in (40.0, 440.0):
        c.box(x - 22, 106, 44, 150, (60, 64, 66))
    for k in range(7):
        c.box(30 + k * 64, 72, 40, 12, (196, 172, 64) if k % 2 else (36, 38, 38))
    _washed(c, 250, 250, 190, 40)
    c.box(64, 244, 74, 40, (206, 146, 40))
    for x in (80, 122):
        c.disc(x, 286, 9, 9, (18, 20, 22))
    c.line((138, 268), (300, 330), 9, (44, 76, 120))
    for x in (176.0, 330.0, 396.0):
        _cone(c, x, 292)


def _heap(c: Canvas, rng: random.Random) -> None:
    view(c, rng)
    _washed(c, 244, 276, 104, 24)
    for k in range(3):
        c.box(30 + k * 44, 196, 34, 46, ((58, 92, 66), (62, 70, 84), (104, 72, 52))[k])
        c.box(27 + k * 44, 190, 40, 8, (40, 46, 48))


def _dump(c: Canvas, rng: random.Random) -> None:
    view(c, rng, dusk=False)
    _washed(c, 320, 280, 110, 28)
    for x in (206.0, 268.0, 420.0):
        _cone(c, x, 300)


def _tree(c: Canvas, rng: random.Random) -> None:
    view(c, rng)
    for k in range(5):
        x, y = 44 + k % 3 * 34, 262 - k // 3 * 18
        c.disc(x, y, 17, 11, (92, 70, 50))
        c.disc(x, y, 12, 7, (186, 152, 108))
    for _ in range(26):
        c.disc(300 + rng.gauss(0, 60), 266 + rng.gauss(0, 10), 3, 2, (70, 92, 56), 0.8)


def _lift(c: Canvas, rng: random.Random) -> None:
    """Doors open, the car level with the floor, a sign before it."""
    SCENES["lift"](c, rng)
    c.box(172, 76, 136, 206, (206, 204, 192))
    c.box(172, 250, 136, 32, (122, 120, 114))
    c.box(246, 40, 12, 11, (74, 178, 96))
    c.polygon([(206, 300), (240, 236), (274, 300)], (226, 186, 52))


def _pit(c: Canvas, rng: random.Random) -> None:
    SCENES["pit"](c, rng)
    c.polygon([(96, 178), (158, 178), (166, 304), (104, 330)], (92, 86, 80))
    for k in range(4):
        c.line((70 + k * 6, 150 + k * 44), (416 - k * 6, 144 + k * 44), 9, (150, 116, 54))
    c.disc(160, 318, 48, 14, (84, 74, 60))
    for row in range(4):
        for k in range(5 - row):
            c.disc(112 + k * 22 + row * 11, 306 - row * 15, 13, 8, (174, 162, 128))


def _fire(c: Canvas, rng: random.Random) -> None:
    view(c, rng)
    c.disc(306, 160, 44, 34, (20, 20, 22), 0.85)
    for _ in range(5):
        c.disc(306 + rng.gauss(0, 16), 126 + rng.gauss(0, 12), 16, 12, (120, 122, 126), 0.15)
    _washed(c, 300, 262, 120, 26)
    c.line((40, 330), (284, 244), 7, (196, 60, 44))


def _dark(c: Canvas, rng: random.Random) -> None:
    view(c, rng, dusk=False)
    for x in (104.0, 376.0):
        c.glow(x, 43, 44, (244, 224, 172), 0.8)
        c.polygon([(x - 10, 50), (x + 10, 50), (x + 86, 300), (x - 86, 300)], (236, 216, 160), 0.16)
    car(c, 270, 262, 1.1, (70, 74, 80))


def _river(c: Canvas, rng: random.Random) -> None:
    c.fall((104, 114, 120), (128, 134, 136), 0, 110)
    c.box(0, 92, WIDTH, 26, (58, 72, 58))
    c.fall((78, 104, 112), (58, 82, 92), 118, HEIGHT)
    c.polygon([(0, 300), (150, HEIGHT), (0, HEIGHT)], (108, 108, 104))
    for k in range(60):
        x, y = rng.uniform(0, WIDTH), 124 + k * 3.8
        c.line((x, y), (x + rng.uniform(16, 60), y), 1.3, (148, 166, 172), 0.4)
    c.disc(62, 330, 30, 12, (70, 76, 60))


def _lid(c: Canvas, rng: random.Random) -> None:
    """The cover lies in its frame."""
    c.fall((74, 76, 78), (64, 66, 68), 0, HEIGHT)
    for _ in range(400):
        x, y = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT)
        c.box(x, y, 3, 2, (54, 56, 58) if rng.random() < 0.5 else (92, 94, 94), 0.5)
    c.disc(236, 186, 104, 92, (44, 42, 40))
    c.disc(236, 186, 98, 86, (96, 90, 84))
    c.disc(236, 186, 88, 77, (80, 76, 72))
    for k in range(-3, 4):
        c.line((236 + k * 22, 124 + abs(k) * 9), (236 + k * 22, 248 - abs(k) * 9), 5, (62, 58, 56))
    _cone(c, 388, 128)


DONE: dict[str, Callable[[Canvas, random.Random], None]] = {
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
