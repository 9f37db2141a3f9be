"""Drawings for the map's benchmarks: a million moving points, and the scene of the largest city. Needs no Qt."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.make_scene import TRAIL, CityScene
from cockpit.model.clock import SystemClock
from widgets.map.camera import EARTH, Camera, mercator
from widgets.map.drawing import Drawing, Ground, Layer, Lines, Points, Polygons, Rgba, Sprite, Sprites, Words

mono = SystemClock().mono
FONT = Path(__file__).resolve().parent.parent / "assets" / "fonts" / "NotoSansSC_700Bold.ttf"
MIDDLE = (120.178, 30.263)
"""WGS-84, where the views of Hangzhou look."""
REACH = 12_000.0
"""Metres around the middle in which the million points are."""
CELL_PALETTE: tuple[Rgba, ...] = (
    (124, 134, 200, 0), (124, 134, 200, 15), (124, 134, 200, 33), (124, 134, 200, 56), (124, 134, 200, 87),
)  # fmt: skip
RISK_PALETTE: tuple[Rgba, ...] = (
    (42, 56, 68, 255), (106, 174, 255, 255), (240, 208, 80, 255), (255, 159, 69, 255), (255, 107, 96, 255),
)  # fmt: skip
DOTS: tuple[Rgba, ...] = ((159, 178, 193, 255), (90, 105, 118, 255), (255, 159, 69, 255))


def view(width: int, height: int, zoom: float = 13.4, dpr: float = 1.0) -> Camera:
    """A view of the city's middle."""
    x, y = mercator(*MIDDLE)
    return Camera(float(x), float(y), 256 * 2**zoom / (2 * np.pi * EARTH), width, height, dpr)


@lru_cache(maxsize=1024)
def word(text: str, px: int = 13, color: Rgba = (183, 196, 207, 255)) -> Sprite:
    """A name with a halo."""
    font = ImageFont.truetype(FONT, px)
    left, top, right, bottom = font.getbbox(text, stroke_width=2)
    image = Image.new("RGBA", (int(right - left) + 2, int(bottom - top) + 2))
    ImageDraw.Draw(image).text((1 - left, 1 - top), text, color, font, stroke_width=2, stroke_fill=(12, 18, 24, 255))
    return _sprite(image)


def disc(radius: float, color: Rgba) -> Sprite:
    """A unit's symbol."""
    side = int(2 * radius + 4) * 4
    image = Image.new("RGBA", (side, side))
    box = (8, 8, side - 8, side - 8)
    ImageDraw.Draw(image).ellipse(box, fill=(16, 23, 30, 255), outline=color, width=8)
    return _sprite(image.resize((side // 4, side // 4), Image.Resampling.LANCZOS))


def _sprite(image: Image.Image) -> Sprite:
    pixels = np.asarray(image, dtype=np.uint16)
    pixels = np.concatenate([pixels[..., :3] * pixels[..., 3:] // 255, pixels[..., 3:]], axis=2).astype(np.uint8)
    return Sprite(np.ascontiguousarray(pixels), 1.0, image.width / 2, image.height / 2)


class Million:
    """A million (or `count`) points that move, 5,000 twelve-sided polygons, base map, 200 labels.

    `frame(k)` is the drawing of frame k: every point is somewhere else, in arrays of its own, and goes on from there at
    its speed: a renderer that showed an old picture of them would show a wrong one.
    """

    def __init__(self, count: int = 1_000_000, polygons: int = 5_000, labels: int = 200, seed: int = 7) -> None:
        rng = np.random.default_rng(seed)
        x, y = mercator(*MIDDLE)
        self.origin = (float(x), float(y))
        self.at = rng.uniform(-REACH, REACH, (2, count)).astype(np.float32)
        self.speed = rng.normal(0, 12, (2, count)).astype(np.float32)
        self.color = rng.integers(0, len(DOTS), count).astype(np.uint8)
        self.polygons = _dodecagons(polygons, rng)
        self.words = _words([f"示范路{i}号" for i in range(labels)], rng.uniform(-REACH / 2, REACH / 2, (labels, 2)))

    def frame(self, k: int) -> Drawing:
        x, y = (self.at[i] + self.speed[i] * np.float32(k / 30) for i in (0, 1))
        points = Points(
            key="points", x=x, y=y, color=self.color, palette=DOTS, size=2.0, vx=self.speed[0], vy=self.speed[1],
            since=mono(),
        )  # fmt: skip
        layers: tuple[Layer, ...] = (
            Ground(key="ground.land", part="land"), self.polygons, Ground(key="ground.lines", part="lines"),
            points, self.words,
        )  # fmt: skip
        return Drawing(origin=self.origin, layers=layers)


def _dodecagons(count: int, rng: np.random.Generator) -> Polygons:
    turn = np.linspace(0, 2 * np.pi, 13)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1) * 110.0
    middle = rng.uniform(-REACH, REACH, (count, 1, 2))
    xy = (middle + ring).reshape(-1, 2).astype(np.float32)
    offsets = np.arange(count + 1, dtype=np.int64)
    return Polygons(
        key="area", xy=xy, rings=offsets * 13, polys=offsets, fill=rng.integers(0, 5, count).astype(np.uint8),
        palette=CELL_PALETTE, edge=(124, 134, 200, 97), edge_width=1.0,
    )  # fmt: skip


def _outlined(cells: Polygons) -> Polygons:
    return msgspec.structs.replace(
        cells, edge=(124, 134, 200, 97), edge_width=1.0, height=np.empty(0, dtype=np.float32)
    )


def _words(names: list[str], at: np.ndarray) -> Words:
    return Words(
        key="names", x=at[:, 0].astype(np.float32), y=at[:, 1].astype(np.float32),
        image=np.arange(len(names), dtype=np.int32), images=tuple(word(name) for name in names),
    )  # fmt: skip


class Guangzhou:
    """The scene of the largest city; `frame(k)` moves its units."""

    def __init__(self, scene: CityScene) -> None:
        self.scene = scene
        palette = (*DOTS,)
        self.still: tuple[Layer, ...] = (
            Ground(key="ground.land", part="land"),
            _outlined(scene.polygons("area", scene.cells, CELL_PALETTE)),
            Ground(key="ground.lines", part="lines"),
            msgspec.structs.replace(scene.polygons("building", scene.buildings, RISK_PALETTE), zoom=(14.0, 99.0)),
        )
        x, y = scene.local(scene.trails[..., 0].ravel(), scene.trails[..., 1].ravel())
        count = len(scene.trails)
        self.trails = Lines(
            key="trail", xy=np.column_stack([x, y]), starts=np.arange(count + 1, dtype=np.int64) * TRAIL,
            color=np.zeros(count, np.uint8), palette=((159, 178, 193, 140),), width=1.5,
        )  # fmt: skip
        self.dots = (
            scene.points("sensor", scene.sensors, palette, 2.0),
            scene.points("camera", scene.cameras, palette, 2.0),
        )
        names = [name for name, _, _ in scene.labels]
        at = np.column_stack(scene.local(*np.array([(x, y) for _, x, y in scene.labels]).T))
        self.names = _words(names, at)
        self.images = (disc(5, (211, 222, 231, 255)), disc(5, (211, 222, 231, 160)))

    def frame(self, k: int) -> Drawing:
        """Units go to and fro along the last pieces of their trails."""
        share = abs((k / 30.0) % 8.0 - 4.0)
        row = TRAIL - 1 - share
        low = int(row) if row < TRAIL - 1 else TRAIL - 2
        at = self.scene.trails[:, low] * (1 - (row - low)) + self.scene.trails[:, low + 1] * (row - low)
        x, y = self.scene.local(at[:, 0], at[:, 1])
        units = Sprites(key="unit", x=x, y=y, image=self.scene.units.state.astype(np.int32), images=self.images)
        return Drawing(origin=self.scene.origin, layers=(*self.still, self.trails, *self.dots, units, self.names))


def flight(k: int, camera: Camera) -> Camera:
    """Frame k of a hand that never rests: circles over the city while it zooms in and out between 12.2 and 16.6."""
    turn = k / 30.0
    zoom = 14.4 + 2.2 * np.sin(turn * 0.9)
    scale = 256 * 2**zoom / (2 * np.pi * EARTH)
    x, y = mercator(*MIDDLE)
    return camera.centred(float(x + 3000 * np.cos(turn * 0.7)), float(y + 2200 * np.sin(turn * 0.53)), float(scale))
