"""What the gloo renderer draws, on EGL without a window; here that is Mesa's driver for the processor."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.gloo_scenes import (
    BLUE,
    GREEN,
    RED,
    SQUARE,
    VIEW,
    WHITE,
    areas,
    broken,
    drawing,
    footprints,
    heat,
    sprite,
    symbols,
    way,
    words,
)
from widgets.map.drawing import Drawing, Layer, Lines, Points, Polygons, Sprites
from widgets.map.gloo.egl import NoEgl
from widgets.map.gloo.headless import Headless
from widgets.map.gloo.view import View, tiles
from widgets.map.labels import uncovered

F = np.float32
BACK = (16, 23, 30)


@pytest.fixture(scope="module")
def screen() -> Iterator[Headless]:
    try:
        made = Headless()
    except NoEgl as error:
        pytest.skip(f"no EGL here: {error}")
    yield made
    made.close()


def drawn(screen: Headless, *layers: Layer, now: float = 10.0, pitch: float = 0.0) -> NDArray[np.uint8]:
    return screen.picture(View(VIEW, now=now, pitch=pitch), drawing(*layers))[:, :, :3]


def at(picture: NDArray[np.uint8], x: float, y: float) -> tuple[int, ...]:
    """The pixel at metres from the middle, y to the north."""
    return tuple(int(v) for v in picture[round(VIEW.height / 2 - y - 0.5), round(VIEW.width / 2 + x - 0.5)])


def one(color: tuple[int, int, int, int], x: float, y: float, **more: object) -> Points:
    return Points(
        key="one", x=np.array([x], F), y=np.array([y], F), color=np.zeros(1, np.uint8), palette=(color,), **more
    )  # type: ignore[arg-type]


def test_the_renderer_draws_without_qt() -> None:
    code = (
        "import sys\n"
        "from tests.gloo_scenes import VIEW, areas, dots, drawing\n"
        "from widgets.map.gloo.egl import NoEgl\n"
        "from widgets.map.gloo.headless import Headless\n"
        "from widgets.map.gloo.view import View\n"
        "try:\n    screen = Headless()\n"
        "except NoEgl:\n    sys.exit(77)\n"
        "picture = screen.picture(View(VIEW), drawing(areas(), dots()))\n"
        "screen.close()\n"
        "print(picture.shape, len(set(map(tuple, picture[:, :, :3].reshape(-1, 3)))) > 5, 'PySide6' in sys.modules)\n"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if child.returncode == 77:
        pytest.skip("no EGL here")
    assert child.stdout.split("\n")[0] == "(320, 480, 4) True False", child.stderr


def test_a_moving_point_is_where_its_speed_brought_it(screen: Headless) -> None:
    point = one(RED, 0, 0, size=4, vx=np.array([30], F), vy=np.array([-20], F), since=8.0)
    picture = drawn(screen, point, now=10.0)
    assert at(picture, 60, -40) == RED[:3]
    assert at(picture, 0, 0) == BACK


def test_the_last_of_two_points_lies_on_top(screen: Headless) -> None:
    both = Points(
        key="both", x=np.zeros(2, F), y=np.zeros(2, F), color=np.array([1, 0], np.uint8), palette=(RED, GREEN), size=6
    )
    assert at(drawn(screen, both), 0, 0) == RED[:3]


def test_a_hole_stays_open_and_a_hatched_area_is_not_full(screen: Headless) -> None:
    picture = drawn(screen, areas())
    assert at(picture, -120, 0) == BACK
    assert at(picture, -190, 70) != BACK
    hatched = (picture[170:200, 290:320] != BACK).any(axis=2).mean()
    assert 0.05 < hatched < 0.5


def test_an_area_of_several_outlines_is_filled_by_the_odd_even_rule(screen: Headless) -> None:
    small = SQUARE * F(0.3)
    shape = Polygons(
        key="isles", xy=np.concatenate([SQUARE, small, SQUARE * F(0.1), np.add(small, (160, 0))]).astype(F),
        rings=np.array([0, 5, 10, 15, 20]), polys=np.array([0, 4]), fill=np.zeros(1, np.uint8), palette=(GREEN,),
    )  # fmt: skip
    picture = drawn(screen, shape)
    assert at(picture, 60, 60) == GREEN[:3]
    assert at(picture, 20, 20) == BACK
    assert at(picture, 0, 0) == GREEN[:3]
    assert at(picture, 160, 0) == GREEN[:3]


def test_a_half_transparent_line_is_drawn_once_at_its_bends(screen: Headless) -> None:
    picture = drawn(screen, way(palette=((255, 255, 255, 120), (255, 160, 0, 128))))
    once = BACK[2] + (255 - BACK[2]) * 120 / 255
    assert picture[:, 60:, 2].max() <= once + 2


def test_dashes_run_along_a_line_that_flows(screen: Headless) -> None:
    line = Lines(
        key="flow", xy=np.array([(-200, 0), (200, 0)], F), starts=np.array([0, 2]), color=np.zeros(1, np.uint8),
        palette=(BLUE,), width=4, dash=(10, 10), flow=20.0,
    )  # fmt: skip
    first, later, round_ = (drawn(screen, line, now=now)[160, :, 2] for now in (10.0, 10.5, 11.0))
    assert (first != later).mean() > 0.5
    assert (first == round_).mean() > 0.95
    assert 0.4 < (first > 200).sum() / 400 < 0.6


def test_a_turned_symbol_is_turned_clockwise_about_its_place(screen: Headless) -> None:
    symbol = Sprites(
        key="one", x=np.array([0], F), y=np.array([0], F), image=np.zeros(1, np.int32),
        images=(sprite(RED, 40, 40),), turn=np.array([90], F),
    )  # fmt: skip
    picture = drawn(screen, symbol)
    assert at(picture, 10, -10) == BACK
    assert at(picture, -10, -10) == at(picture, -10, 10) == at(picture, 10, 10) == RED[:3]


def test_words_cover_no_other_word_and_no_symbol(screen: Headless) -> None:
    alone = drawn(screen, words())
    whites = (alone == 255).all(axis=2).sum()
    one_word = 60 * 14 * 3 // 4
    assert whites > 10 * one_word
    assert whites % one_word < 0.02 * whites + 60 * 14
    marks, text = symbols(), words(blocked_by=("symbols",))
    with_symbols, without = drawn(screen, marks, text), drawn(screen, marks)
    red = (without == RED[:3]).all(axis=2)
    assert (with_symbols[red] == RED[:3]).all()


def test_of_labels_the_first_are_kept_and_later_ones_keep_clear() -> None:
    boxes = np.array([(0, 0, 10, 10), (5, 5, 15, 15), (20, 0, 30, 10), (22, 2, 26, 6), (40, 0, 50, 10)], float)
    assert uncovered(boxes).tolist() == [True, False, True, False, True]
    assert uncovered(boxes, keep=2).tolist() == [True, True, True, False, True]
    assert uncovered(boxes, 0, np.array([[41.0, 1, 42, 2]])).tolist() == [True, False, True, False, False]


def test_heat_that_has_no_measure_takes_the_most_in_view(screen: Headless) -> None:
    faint, strong = drawn(screen, heat(full=500.0)), drawn(screen, heat(full=0.0))
    assert strong[:, :, 0].max() > 200
    assert faint[:, :, 0].max() < 60


def test_a_building_rises_only_where_one_looks_from_the_side(screen: Headless) -> None:
    tall = Polygons(
        key="tower", xy=SQUARE * F(0.2), rings=np.array([0, 5]), polys=np.array([0, 1]), fill=np.zeros(1, np.uint8),
        palette=(WHITE,), height=np.array([60], F),
    )  # fmt: skip
    flat, risen = drawn(screen, tall), drawn(screen, tall, pitch=45.0)
    assert at(flat, 0, 40) == BACK
    assert at(risen, 0, 55) == WHITE[:3]
    assert BACK < at(risen, 0, 0) < WHITE[:3], "its side is in the shade"
    assert at(risen, 0, -22) == BACK


def test_what_is_broken_is_drawn_or_left_out_and_stops_nothing(screen: Headless) -> None:
    picture = drawn(screen, *broken(), one(RED, 150, 100, size=6))
    assert at(picture, 150, 100) == RED[:3]


def test_a_picture_in_parts_is_the_picture(screen: Headless, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = (areas(), way(dash=(12, 6)), symbols(turned=True), footprints())
    whole = drawn(screen, *layers)
    monkeypatch.setattr(screen, "side", 200)
    assert len(screen.parts(View(VIEW))) == 6
    parts = drawn(screen, *layers)
    assert np.abs(whole.astype(int) - parts).max() <= 2


def test_parts_cover_a_picture_once() -> None:
    seen = np.zeros((324, 1152), int)
    for left, top, width, height in tiles((1152, 324), (500, 300)):
        seen[int(top) : int(top + height), int(left) : int(left + width)] += 1
    assert (seen == 1).all()


def test_a_layer_is_drawn_at_its_zooms_only_and_as_faint_as_wanted(screen: Headless) -> None:
    zoom = VIEW.zoom
    point = one(WHITE, 0, 0, size=8)
    assert at(drawn(screen, msgspec.structs.replace(point, zoom=(zoom + 1, zoom + 2))), 0, 0) == BACK
    half = at(drawn(screen, msgspec.structs.replace(point, opacity=0.5)), 0, 0)
    assert all(abs(value - (255 + back) / 2) <= 2 for value, back in zip(half, BACK, strict=True))


def test_what_is_not_drawn_any_more_is_given_back(screen: Headless) -> None:
    device = screen.renderer.device
    for step in range(40):
        drawn(screen, one(RED, step, 0), areas(), way(), now=100.0 + step)
    assert device.holding < 40
    screen.picture(View(VIEW, now=1000.0), Drawing())
    assert device.holding == 0


def test_a_picture_larger_than_any_texture_is_refused(screen: Headless) -> None:
    wide = Sprites(
        key="wide", x=np.zeros(1, F), y=np.zeros(1, F), image=np.zeros(1, np.int32),
        images=(sprite(RED, 40_000, 2),),
    )  # fmt: skip
    with pytest.raises(RuntimeError, match="40000×2"):
        drawn(screen, wide)
    assert at(drawn(screen, one(RED, 0, 0, size=4)), 0, 0) == RED[:3], "and the next picture is drawn"


def test_pictures_that_nobody_draws_any_more_make_room_for_others(screen: Headless) -> None:
    for step in range(200):  # each a little letter of its own, as names that come and go
        fresh = msgspec.structs.replace(symbols(count=20), images=tuple(sprite(RED, 90, 40) for _ in range(20)),
                                        image=np.arange(20, dtype=np.int32))  # fmt: skip
        screen.frame(View(VIEW, now=2000.0 + step), drawing(fresh))
    assert screen._atlas.side <= 2048
