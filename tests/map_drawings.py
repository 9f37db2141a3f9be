"""Drawings of every kind of layer, small enough to look at every pixel, for the tests of the map's renderers."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import shapely
from numpy.typing import NDArray

from widgets.map.base import BaseData, BaseFile
from widgets.map.camera import Camera
from widgets.map.drawing import (
    Drawing,
    Ground,
    Heat,
    Layer,
    Lines,
    Points,
    Polygons,
    Rgba,
    Sprite,
    Sprites,
    Words,
)
from widgets.map.labels import Name
from widgets.map.style import MapStyle, Road

BACK: Rgba = (16, 24, 32, 255)
RED: Rgba = (220, 40, 40, 255)
GREEN: Rgba = (40, 200, 80, 255)
BLUE: Rgba = (60, 120, 250, 255)
ORIGIN = (13_370_000.0, 3_530_000.0)
"""Mercator metres, in Hangzhou: float32 metres from anywhere else would show."""
VIEW = Camera(*ORIGIN, 1.0, 200, 120)
"""One metre a pixel; the origin is pixel (100, 60)."""
STYLE = MapStyle(
    land="#101820", built="#141c26", park="#152a1c", wood="#13241a", water="#17304a", shore="#2a5070",
    building="#202a36", rail="#3a4450",
    roads={
        "road_main": Road("#4a5a6c", 2.6, "#101820", 4.2), "road_mid": Road("#3c4a5a", 1.6),
        "road_minor": Road("#2c3844", 0.9), "road_service": Road("#2c3844", 0.6),
    },
    road_label="#a0acb8", area_label="#c0c8d0", water_label="#6090c0", halo="#101820", choropleth="#4080c0",
    choropleth_alpha=(0, 0.06, 0.13, 0.22, 0.34), edge_alpha=0.4, unit="#50b0ff", stale="#808890", trail="#50b0ff",
    trail_alpha=(0.3, 0.55, 0.85), trail_width=2.2, acc="#ffb020",
    levels=("", "#ff5050", "#ff9040", "#ffd040", "#60a0ff", "#a0a0a0"),
    fills=("", "#d03030", "#d07020", "#d0b020", "#3070d0", "#808080"),
    s1="#182028", line="#303a44", line2="#404a54", t1="#e8eef4", t2="#a8b2bc", t3="#78828c",
)  # fmt: skip


def f32(*values: float) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


def drawing(*layers: Layer) -> Drawing:
    return Drawing(origin=ORIGIN, back=BACK, layers=layers)


def square(color: Rgba, side: int = 12) -> Sprite:
    """A plain square with its middle on the place."""
    share = np.array([*color[:3], 255]) * (color[3] / 255)
    pixels = np.broadcast_to(np.round(share).astype(np.uint8), (side, side, 4)).copy()
    return Sprite(pixels, 1.0, side / 2, side / 2)


def dots(key: str, *places: tuple[float, float], color: Rgba = RED, size: float = 3.0, **more: object) -> Points:
    x, y = f32(*(p[0] for p in places)), f32(*(p[1] for p in places))
    layer = Points(key=key, x=x, y=y, color=np.zeros(len(x), np.uint8), palette=(color,), size=size)
    return msgspec.structs.replace(layer, **more)


def symbols(key: str, *places: tuple[float, float], image: Sprite | None = None, **more: object) -> Sprites:
    x, y = f32(*(p[0] for p in places)), f32(*(p[1] for p in places))
    layer = Sprites(key=key, x=x, y=y, image=np.zeros(len(x), np.int32), images=(image or square(GREEN),))
    return msgspec.structs.replace(layer, **more)


def line(key: str, *places: tuple[float, float], color: Rgba = RED, width: float = 4.0, **more: object) -> Lines:
    xy = np.array(places, dtype=np.float32).reshape(-1, 2)
    starts = np.array([0, len(xy)], dtype=np.int64)
    layer = Lines(key=key, xy=xy, starts=starts, color=np.zeros(1, np.uint8), palette=(color,), width=width)
    return msgspec.structs.replace(layer, **more)


def polygons(key: str, *rings: tuple[tuple[float, float], ...], color: Rgba = BLUE, **more: object) -> Polygons:
    """Polygons of one ring each, closed here."""
    closed = [np.array([*ring, ring[0]], dtype=np.float32) for ring in rings]
    ends = np.concatenate([[0], np.cumsum([len(ring) for ring in closed])]).astype(np.int64)
    layer = Polygons(
        key=key, xy=np.concatenate(closed), rings=ends, polys=np.arange(len(rings) + 1, dtype=np.int64),
        fill=np.zeros(len(rings), np.uint8), palette=(color,),
    )  # fmt: skip
    return msgspec.structs.replace(layer, **more)


def box(west: float, south: float, east: float, north: float) -> tuple[tuple[float, float], ...]:
    return (west, south), (east, south), (east, north), (west, north)


def everything() -> Drawing:
    """A layer of every kind."""
    words = symbols("names", (40, -30), (44, -30), image=square((230, 230, 230, 255), 10))
    return drawing(
        Ground(key="land", part="land"),
        polygons("areas", box(-90, -50, -60, -20), color=(60, 120, 250, 120), edge=(255, 255, 255, 255), edge_width=1),
        Ground(key="lines", part="lines"),
        Ground(key="ground.names", part="names", clear_of=("event",)),
        Heat(key="heat", x=f32(60), y=f32(40), weight=f32(1), ramp=((255, 80, 0, 0), (255, 200, 0, 200)), radius=20.0),
        line("trail", (-90, 50), (-20, 50)),
        dots("cameras", (-40, 0), (-30, 0)),
        dots("moving", (0, 20), vx=f32(1), vy=f32(0)),
        line("flow", (-90, 30), (-20, 30), dash=(6.0, 4.0), flow=12.0, case=(0, 0, 0, 255), case_width=6.0),
        symbols("event", (0, 0), turn=f32(30.0)),
        Words(key="names", x=words.x, y=words.y, image=words.image, images=words.images, blocked_by=("event",)),
    )  # fmt: skip


def little_base(drawings: Path | None = None) -> BaseFile:
    """A lake, a road and two names about the origin."""
    x, y = ORIGIN
    road = np.array([[x - 200, y - 10], [x + 200, y - 10]])
    names = (
        Name("湖", "water", x + 50, y + 40, 0, 0.0, np.empty(0), np.empty(0)),
        Name("延安路", "road", x, y - 10, 0, 0.0, road[:, 0], road[:, 1]),
    )
    layers = {
        "land": np.array([shapely.box(x - 400, y - 400, x + 400, y + 400)], dtype=object),
        "water": np.array([shapely.box(x + 30, y + 20, x + 90, y + 58)], dtype=object),
        "road_main": np.array([shapely.LineString(road)], dtype=object),
    }
    reach = (x - 400, y - 400, x + 400, y + 400)
    return BaseFile(lambda: BaseData(layers, names, reach), "little", reach, VIEW, drawings)
