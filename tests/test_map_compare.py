"""The two renderers draw the same drawings alike: block by block, since letters and edges differ by a pixel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from cockpit.model.clock import SystemClock
from tests.gloo_scenes import (
    VIEW,
    areas,
    dots,
    drawing,
    footprints,
    heat,
    symbols,
    way,
    words,
)
from widgets.kit.fonts import FAMILY, load_fonts
from widgets.kit.theme import Theme
from widgets.map.base import BaseFile, BaseView, Photo, Piece, base_file, read_base
from widgets.map.camera import EARTH, Box, Camera, box_of, mercator
from widgets.map.drawing import Drawing, Ground, Layer
from widgets.map.gloo.base import Base
from widgets.map.gloo.egl import NoEgl
from widgets.map.gloo.headless import Headless
from widgets.map.gloo.letters import QtLetters
from widgets.map.gloo.view import View
from widgets.map.raster.backend import RasterBackend
from widgets.map.style import MapStyle
from widgets.map.themed import map_style

PACK = Path(__file__).resolve().parent.parent / "assets" / "cities" / "hangzhou"
BOUNDS = (120.05, 30.15, 120.35, 30.35)
BLOCK = 12
"""Pixels of a block's side."""
PARTS: dict[str, tuple[Layer, ...]] = {
    "points": (dots(),),
    "discs": (dots(400, size=6.0),),
    "areas": (areas(),),
    "areas with dashed edges, faint": (areas(edge_dash=(9.0, 5.0), opacity=0.5),),
    "lines": (way(),),
    "lines with a casing, dashed": (way(dash=(14.0, 6.0), case=(0, 0, 0, 255), case_width=12.0),),
    "symbols": (symbols(),),
    "turned symbols": (symbols(turned=True),),
    "words among symbols": (symbols(), words(blocked_by=("symbols",), keep=2)),
    "footprints": (footprints(),),
    "heat": (heat(),),
    "all of it": (heat(), areas(), way(), dots(500), symbols(turned=True), words()),
}
LOOSE = {"heat": 12.0, "all of it": 12.0, "discs": 8.0}
"""Where one counts on a grid and the other adds up what is there; where one has edges in steps, the other soft ones."""


class Quarters:
    """The pack's base map as four tiles about a place: one a photo, one not here yet."""

    state = "quarters"

    def __init__(self, x: float, y: float, reach: float) -> None:
        data = read_base(PACK)
        assert data is not None
        shade = np.linspace(0, 255, 64, dtype=np.uint8)
        pixels = np.stack([*np.meshgrid(shade, shade), np.full((64, 64), 90), np.full((64, 64), 255)], axis=2)
        one, two, three, four = (
            (x - reach, y, x, y + reach),
            (x, y, x + reach, y + reach),
            (x - reach, y - reach, x, y),
            (x, y - reach, x + reach, y),
        )
        wide = (three[0] - reach, three[1], three[2], three[3])  # the photo stands for a coarser one
        self._view = BaseView(
            (Photo("photo", wide, three, pixels.astype(np.uint8)),),
            (Piece("1", one, data), Piece("2", two, data)),
            (four,),
        )

    def view(self, box: Box, zoom: float, tone: tuple[float, float, float]) -> BaseView:
        return self._view

    def watch(self, listener: Callable[[], None]) -> Callable[[], None]:
        return lambda: None


class Both:
    """Pictures by either renderer."""

    def __init__(self) -> None:
        self.gloo = Headless(QtLetters(FAMILY))
        self.raster = RasterBackend(FAMILY, SystemClock().mono)

    def draw(
        self, camera: Camera, one: Drawing, style: MapStyle
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.uint8]]:
        """Block means of gloo's and of raster's picture, and gloo's pixels."""
        mine = self.gloo.picture(View(camera, now=10.0), one, style)
        theirs = _pixels(self.raster.picture(camera, one, style))
        assert mine.shape == theirs.shape
        return _blocks(mine), _blocks(theirs), mine

    def close(self) -> None:
        self.gloo.close()
        self.raster.close()


@pytest.fixture(scope="module")
def both(qapp: QApplication) -> Iterator[Both]:
    load_fonts()
    try:
        made = Both()
    except NoEgl as error:
        pytest.skip(f"no EGL here: {error}")
    yield made
    made.close()


def style(theme_name: str = "dark") -> MapStyle:
    return map_style(Theme.load(theme_name))


def _pixels(image: QImage) -> NDArray[np.uint8]:
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 4].reshape(image.height(), image.width(), 4).copy()


def _blocks(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    high, wide = pixels.shape[0] // BLOCK, pixels.shape[1] // BLOCK
    some = pixels[: high * BLOCK, : wide * BLOCK, :3].astype(float)
    return some.reshape(high, BLOCK, wide, BLOCK, 3).mean(axis=(1, 3))


@pytest.mark.parametrize(("part", "dpr"), [*((part, 1.0) for part in PARTS), ("areas", 1.5), ("all of it", 1.5)])
def test_both_renderers_draw_the_same(both: Both, part: str, dpr: float) -> None:
    camera = msgspec.structs.replace(VIEW, dpr=dpr)
    mine, theirs, pixels = both.draw(camera, drawing(*PARTS[part]), style())
    away = np.abs(mine - theirs)
    assert len(np.unique(pixels.reshape(-1, 4), axis=0)) > 2, "there is something to be seen"
    loose = LOOSE.get(part, 4.0)
    assert away.mean() < loose / 4, f"{away.mean():.2f} of 255 apart"
    assert np.percentile(away, 98) < 4 * loose, f"{np.percentile(away, 98):.1f} of 255 apart"


def test_the_comparison_sees_what_one_of_them_leaves_out(both: Both) -> None:
    every = PARTS["all of it"][1:]
    mine, alike, _ = both.draw(VIEW, drawing(*every), style())
    near = np.abs(mine - alike).mean()
    for missing, gone in enumerate(every):
        _, theirs, _ = both.draw(VIEW, drawing(*(layer for layer in every if layer is not gone)), style())
        assert np.abs(mine - theirs).mean() > 1.8 * near, f"layer {missing} is not missed"


@pytest.mark.parametrize(("zoom", "theme"), [(11.2, "dark"), (14.0, "light"), (16.3, "dark")])
def test_both_renderers_draw_the_base_map_alike(both: Both, zoom: float, theme: str) -> None:
    x, y = (float(v) for v in mercator(120.17, 30.255))
    camera = Camera(x, y, 256 * 2**zoom / (2 * np.pi * EARTH), 600, 400)
    file = base_file(PACK, box_of(BOUNDS), camera, None)
    both.raster.load(file)
    both.gloo.base = Base(file)
    parts = tuple(Ground(key=part, part=part) for part in ("land", "lines", "names"))
    mine, theirs, pixels = both.draw(camera, Drawing((x, y), (16, 23, 30, 255), parts), style(theme))
    away = np.abs(mine - theirs)
    assert np.abs(mine - mine.mean(axis=(0, 1))).mean() > 2, "there is a map to be seen"
    assert away.mean() < 1.5, f"{away.mean():.2f} of 255 apart"
    assert np.percentile(away, 98) < 16, f"{np.percentile(away, 98):.1f} of 255 apart"
    assert len(np.unique(pixels.reshape(-1, 4), axis=0)) > 50


def test_both_renderers_draw_a_base_map_in_tiles_alike(both: Both) -> None:
    x, y = (float(v) for v in mercator(120.17, 30.255))
    camera = Camera(x, y, 256 * 2**14 / (2 * np.pi * EARTH), 600, 400)
    file = BaseFile(
        lambda: read_base(PACK), "tiled", box_of(BOUNDS), camera, tiles=Quarters(x, y, camera.width / camera.scale)
    )
    both.raster.load(file)
    both.gloo.base = Base(file)
    parts = tuple(Ground(key=part, part=part) for part in ("land", "lines"))
    mine, theirs, _ = both.draw(camera, Drawing((x, y), (16, 23, 30, 255), parts), style())
    away = np.abs(mine - theirs)
    rows, columns = mine.shape[0] // 2, mine.shape[1] // 2
    assert mine[rows + 3 :, : columns - 2].max() > 120, "the photo is there"
    for part in (mine[:rows, :columns], mine[:rows, columns:], mine[rows:, columns:]):
        assert np.abs(part - part.mean(axis=(0, 1))).mean() > 1, "each tile is there"
    assert away.mean() < 1.5, f"{away.mean():.2f} of 255 apart"
    assert np.percentile(away, 98) < 16, f"{np.percentile(away, 98):.1f} of 255 apart"
