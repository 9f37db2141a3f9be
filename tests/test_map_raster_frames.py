"""Frames of the raster backend on a surface: whole, of the newest view, never blank, sharp at rest; threads end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.map_drawings import (
    BACK,
    GREEN,
    ORIGIN,
    RED,
    STYLE,
    VIEW,
    box,
    dots,
    drawing,
    everything,
    f32,
    little_base,
    polygons,
    square,
    symbols,
)
from tests.test_map_raster import pixels
from widgets.map.base import BaseData, BaseFile, BaseView, Photo, Piece
from widgets.map.camera import Box, Camera
from widgets.map.drawing import Drawing, Ground, Rgba
from widgets.map.raster.backend import RasterBackend

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
SOON = 30_000
BLANK: Rgba = (250, 0, 250, 255)
LAND = msgspec.structs.replace(STYLE, land="#305030")


class Clock:
    """Monotonic seconds that stand until they are set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Stage:
    """A backend with its surface in a window."""

    def __init__(self, qtbot: QtBot, clock: Clock | None = None) -> None:
        self.backend = RasterBackend("sans-serif", clock) if clock else RasterBackend("sans-serif")
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.window.resize(VIEW.width, VIEW.height)
        self.over: list[Camera] = []
        self.surface = self.backend.surface(self.window, lambda painter, camera: self.over.append(camera))
        self.surface.resize(VIEW.width, VIEW.height)
        self.window.show()
        self.errors: list[object] = []
        self.backend.failed.connect(self.errors.append)
        self._wait = qtbot.waitUntil

    def seen(self) -> NDArray[np.int64]:
        """What is on the surface."""
        return pixels(self.surface.grab().toImage().convertToFormat(QImage.Format.Format_RGB32))

    def rest(self) -> NDArray[np.int64]:
        self._wait(self.backend.settled, timeout=SOON)
        return self.seen()


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    made = Stage(qtbot)
    yield made
    made.backend.close()
    assert not made.errors


def test_at_rest_the_surface_shows_the_picture_of_the_view(stage: Stage) -> None:
    stage.backend.load(little_base())
    stage.backend.show(VIEW, everything(), STYLE)
    shown = stage.rest()
    wanted = pixels(stage.backend.picture(VIEW, everything(), STYLE))
    off = np.delete(np.abs(shown - wanted), range(26, 35), axis=0)  # there dashes run
    assert off.max() <= 24  # the cells in which heat is counted begin elsewhere
    assert off.mean() < 0.1
    assert stage.backend.shown == stage.over[-1] == VIEW
    assert stage.backend.covered


def test_what_is_sharp_is_not_drawn_any_sharper_at_rest(stage: Stage, qtbot: QtBot) -> None:
    stage.backend.load(little_base())
    plain = drawing(Ground(key="ground"), polygons("area", box(-40, -40, 40, 40), color=RED), symbols("event", (9, 9)))
    stage.backend.show(VIEW, plain, STYLE)
    stage.rest()
    nearer = VIEW.panned(15, 9).zoomed(1.9, 30, 30)
    stage.backend.show(nearer, plain, STYLE)
    assert not stage.backend.sharp()
    qtbot.waitUntil(stage.backend.sharp, timeout=SOON)
    sharp = stage.seen()
    assert np.array_equal(sharp, stage.rest())
    # a pixel at an edge may round another way; one that is not sharp is tens off
    assert np.abs(sharp - pixels(stage.backend.picture(nearer, plain, STYLE))).max() <= 6


def test_the_first_painting_shows_what_moves_though_no_thread_has_begun(stage: Stage) -> None:
    stage.backend.show(VIEW, drawing(symbols("event", (0, 0))), STYLE)
    assert tuple(stage.seen()[60, 100]) == GREEN[:3]


def test_half_a_frame_is_never_shown(stage: Stage, qtbot: QtBot) -> None:
    """Frames all of one colour, drawn one stamp after another, while another thread takes what would be shown."""
    places = [(x, y) for x in range(-100, 101, 20) for y in range(-60, 61, 20)]
    sides = [drawing(symbols("all", *places, image=square(color, 24))) for color in (RED, GREEN)]
    stage.backend.show(VIEW, sides[0], STYLE)
    stage.rest()
    seen: set[tuple[int, ...]] = set()
    mixed: list[int] = []
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            image = QImage(VIEW.width, VIEW.height, QImage.Format.Format_RGB32)
            painter = QPainter(image)
            stage.backend._frames.paint(painter, VIEW)
            painter.end()
            colors = np.unique(pixels(image).reshape(-1, 3), axis=0)
            seen.update(tuple(color) for color in colors.tolist())
            mixed.append(len(colors))

    eye = threading.Thread(target=look)
    eye.start()
    try:
        for number in range(60):
            stage.backend.show(VIEW, sides[number % 2], STYLE)
            qtbot.wait(1)
        qtbot.waitUntil(lambda: len(mixed) > 20, timeout=SOON)
    finally:
        ended.set()
        eye.join()
    assert set(mixed) == {1}
    assert seen <= {RED[:3], GREEN[:3]}


def test_a_view_that_moved_on_while_it_was_drawn_is_replaced(stage: Stage) -> None:
    stage.backend.load(little_base())
    for step in range(60):
        stage.backend.show(VIEW.panned(step, -step).zoomed(1 + step / 100, 30, 30), everything(), STYLE)
    last = VIEW.panned(-70, 20).zoomed(1.7, 10, 90)
    plain = drawing(Ground(key="land", part="land"), symbols("event", (0, 0), (40, 40)))
    stage.backend.show(last, plain, STYLE)
    shown = stage.rest()
    assert stage.backend.shown == last
    assert np.abs(shown - pixels(stage.backend.picture(last, plain, STYLE))).max() <= 3


def test_nothing_is_blank_while_the_view_moves(stage: Stage, qtbot: QtBot) -> None:
    stage.backend.load(little_base())
    ground = Drawing(origin=ORIGIN, back=BLANK, layers=(Ground(key="land", part="land"),))
    stage.backend.show(VIEW, ground, LAND)
    stage.rest()
    blank = 0
    camera = VIEW
    for step in range(120):
        camera = camera.panned(7, 3).zoomed(1.06 if step % 40 < 20 else 1 / 1.06, 40, 100)
        camera = camera.centred(
            min(max(camera.x, ORIGIN[0] - 150), ORIGIN[0] + 150), min(max(camera.y, ORIGIN[1] - 150), ORIGIN[1] + 150)
        )
        stage.backend.show(camera, ground, LAND)
        qtbot.wait(1)
        blank += int((stage.seen() == BLANK[:3]).all(axis=2).sum())
    assert blank == 0


def test_a_window_that_grows_shows_what_there_is_until_there_is_more(stage: Stage) -> None:
    stage.backend.load(little_base())
    ground = Drawing(origin=ORIGIN, back=BLANK, layers=(Ground(key="land", part="land"),))
    stage.backend.show(VIEW, ground, LAND)
    stage.rest()
    stage.surface.resize(360, 200)
    assert (stage.seen()[60:140, 100:260] != BLANK[:3]).any(axis=2).all()
    stage.backend.show(VIEW.resized(360, 200), ground, LAND)
    assert (stage.rest() != BLANK[:3]).any(axis=2).all()


def test_when_one_layer_changes_the_others_are_not_drawn_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.backend.load(little_base())
    land, lines, names = (Ground(key=part, part=part) for part in ("land", "lines", "names"))
    stage.backend.show(VIEW, drawing(land, lines, names), STYLE)
    stage.rest()
    drawn: list[str] = []
    brushes = stage.backend._sheets.brushes
    paint = brushes.paint

    def noted(image: QImage, layer: Ground, *rest: object, **more: object) -> object:
        drawn.append(layer.key)
        return paint(image, layer, *rest, **more)

    monkeypatch.setattr(brushes, "paint", noted)
    area = polygons("area", box(-40, -40, 40, 40), color=RED)
    stage.backend.show(VIEW, drawing(land, area, lines, names), STYLE)
    shown = stage.rest()
    assert set(drawn) == {"area"}
    assert tuple(shown[40, 80]) == RED[:3]


def test_what_moves_by_itself_moves_though_nothing_is_told(qtbot: QtBot) -> None:
    clock = Clock()
    made = Stage(qtbot, clock)
    try:
        made.backend.show(VIEW, drawing(dots("car", (0.5, 0.5), vx=f32(10), vy=f32(0), since=1000.0)), STYLE)
        qtbot.waitUntil(lambda: tuple(made.seen()[59, 100]) == RED[:3], timeout=SOON)
        clock.now += 5.0
        qtbot.waitUntil(lambda: tuple(made.seen()[59, 150]) == RED[:3], timeout=SOON)
        assert tuple(made.seen()[59, 100]) == BACK[:3]
    finally:
        made.backend.close()


def test_threads_end_when_the_map_is_closed(qtbot: QtBot) -> None:
    for wait in (True, False, False):
        made = Stage(qtbot)
        made.backend.load(little_base())
        made.backend.show(VIEW, everything(), STYLE)
        if wait:
            made.rest()
        made.backend.close()
        made.backend.close()
        made.backend.show(VIEW, everything(), STYLE)
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("map-")]


def test_a_base_map_that_can_not_be_read_is_told_and_the_rest_is_drawn(qtbot: QtBot) -> None:
    made = Stage(qtbot)

    def read() -> BaseData:
        raise ValueError("torn")

    base = msgspec.structs.replace(little_base(), read=read)
    try:
        made.backend.load(base)
        made.backend.show(VIEW, everything(), STYLE)
        qtbot.waitUntil(lambda: bool(made.errors), timeout=SOON)
        qtbot.waitUntil(lambda: tuple(made.seen()[60, 100]) == GREEN[:3], timeout=SOON)
        made.backend.load(little_base())
        qtbot.waitUntil(lambda: tuple(made.seen()[38, 188]) == (0x17, 0x30, 0x4A), timeout=SOON)
    finally:
        made.backend.close()


def test_a_layer_that_can_not_be_drawn_is_told_once_and_the_others_are_drawn(qtbot: QtBot) -> None:
    made = Stage(qtbot)
    torn = polygons("torn", box(-90, -50, -60, -20), xy=f32(1, 2, 3, 4, 5))  # no pairs
    moving = msgspec.structs.replace(symbols("lost", (20, 20)), images=("no picture",))
    area = polygons("area", box(-40, -40, -20, -20), color=RED)
    try:
        for _ in range(3):
            made.backend.show(VIEW, drawing(torn, area, moving, symbols("event", (0, 0))), STYLE)
            shown = made.rest()
        assert tuple(shown[90, 70]) == RED[:3]
        assert tuple(shown[60, 100]) == GREEN[:3]
        qtbot.waitUntil(lambda: len(made.errors) >= 2, timeout=SOON)
        assert len(made.errors) == 2, made.errors
    finally:
        made.backend.close()


def test_another_theme_is_never_shown_in_the_colours_of_the_last_one(stage: Stage) -> None:
    stage.backend.load(little_base())
    stage.backend.show(VIEW, drawing(Ground(key="land", part="land")), STYLE)
    stage.rest()
    stage.backend.show(VIEW, drawing(Ground(key="land", part="land")), LAND)
    assert tuple(stage.rest()[100, 20]) == (0x30, 0x50, 0x30)


class Tiles:
    """A base map in tiles that has only one to begin with."""

    state = "tiles"

    def __init__(self) -> None:
        x, y = ORIGIN
        self.boxes = [(x - 400, y - 400, x, y + 400), (x, y - 400, x + 400, y + 400)]
        self.here = 1
        self.listeners: list[object] = []

    def view(self, box: Box, zoom: float, tone: tuple[float, float, float]) -> BaseView:
        data = little_base().read()
        assert data is not None
        pieces = [Piece(f"tile {i}", clip, data) for i, clip in enumerate(self.boxes[: self.here])]
        pixels = np.full((8, 8, 4), 255, np.uint8)
        x, y = ORIGIN
        photo = Photo("photo", (x - 100, y - 60, x - 60, y - 20), (x - 100, y - 60, x - 80, y - 20), pixels)
        return BaseView((photo,), tuple(pieces), (), self.here != 1)

    def watch(self, listener: object) -> object:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)


def test_a_base_map_in_tiles_is_drawn_as_far_as_it_is_here_and_gets_better(stage: Stage, qtbot: QtBot) -> None:
    tiles = Tiles()
    base = BaseFile(lambda: None, "tiles", little_base().box, VIEW, None, tiles)
    stage.backend.load(base)
    stage.backend.show(VIEW, drawing(Ground(key="land", part="land"), Ground(key="lines", part="lines")), LAND)
    qtbot.waitUntil(lambda: tuple(stage.seen()[70, 50]) == (0x4A, 0x5A, 0x6C), timeout=SOON)
    assert tuple(stage.seen()[70, 150]) == BACK[:3]
    assert not stage.backend.settled()
    tiles.here = 2
    tiles.listeners[0]()
    assert tuple(stage.rest()[70, 150]) == (0x4A, 0x5A, 0x6C)
    stage.backend.close()
    assert not tiles.listeners


def test_photos_lie_beneath_the_land_and_end_at_their_clip(stage: Stage) -> None:
    tiles = Tiles()
    tiles.here = 0
    stage.backend.load(BaseFile(lambda: None, "tiles", little_base().box, VIEW, None, tiles))
    stage.backend.show(VIEW, drawing(Ground(key="ground")), LAND)
    shown = stage.rest()
    assert tuple(shown[100, 10]) == (255, 255, 255)
    assert tuple(shown[100, 30]) == BACK[:3]


WALL = """
import resource, sys
from PySide6.QtGui import QGuiApplication
from tests.map_drawings import ORIGIN, STYLE, VIEW, everything, little_base
from widgets.map.camera import Camera
from widgets.map.raster.picture import draw_picture
from widgets.map.raster.source import BaseSource
app = QGuiApplication([])
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
source = BaseSource(little_base())
draw_picture("sans-serif", "", source, VIEW, everything(), STYLE, 0.0)
before = peak()
image = draw_picture("sans-serif", "", source, Camera(*ORIGIN, 20.0, 11520, 3240), everything(), STYLE, 0.0)
print(image.width(), image.height(), peak() - before, image.sizeInBytes() // 2**20)
"""


@pytest.mark.slow
def test_a_picture_for_a_wall_takes_little_more_memory_than_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WALL], env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    width, height, more, itself = map(int, done.stdout.split())
    assert (width, height) == (11520, 3240)
    assert more < itself + 120


def test_a_base_map_that_comes_while_the_last_one_is_looked_at_takes_its_place(stage: Stage, qtbot: QtBot) -> None:
    looked_at, another = threading.Event(), threading.Event()

    class Slow(Tiles):
        def view(self, box: Box, zoom: float, tone: tuple[float, float, float]) -> BaseView:
            seen = super().view(box, zoom, tone)
            looked_at.set()
            assert another.wait(30)
            return seen

    tiles = Slow()
    tiles.here = 0
    stage.backend.load(BaseFile(lambda: None, "tiles", little_base().box, VIEW, None, tiles))
    stage.backend.show(VIEW, everything(), STYLE)
    qtbot.waitUntil(looked_at.is_set, timeout=SOON)
    stage.backend.load(little_base())
    another.set()
    assert tuple(stage.rest()[38, 188]) == (0x17, 0x30, 0x4A), "the water of the new one"
