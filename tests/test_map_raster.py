"""Each kind of layer is drawn where it is, and what is broken in a drawing spoils nothing else."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.map_drawings import (
    BACK,
    BLUE,
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
    line,
    little_base,
    polygons,
    square,
    symbols,
)
from widgets.map.camera import Camera
from widgets.map.drawing import Drawing, Ground, Heat, Layer, Lines, Points, Polygons, Sprites, Words
from widgets.map.raster.picture import draw_picture
from widgets.map.raster.source import BaseSource

pytestmark = pytest.mark.usefixtures("qapp")
Rgb = tuple[int, int, int]


def picture(*layers: Layer, camera: Camera = VIEW, now: float = 0.0, based: bool = False) -> NDArray[np.int64]:
    """Shape (height, width, 3), red, green, blue."""
    source = BaseSource(little_base()) if based else None
    return pixels(draw_picture("sans-serif", "", source, camera, drawing(*layers), STYLE, now))


def pixels(image: QImage) -> NDArray[np.int64]:
    shape = (image.height(), image.bytesPerLine() // 4, 4)
    return np.frombuffer(image.constBits(), dtype=np.uint8).reshape(shape)[:, : image.width(), 2::-1].astype(np.int64)


def at(shown: NDArray[np.int64], x: float, y: float, camera: Camera = VIEW) -> Rgb:
    """The colour at a place in metres from the origin."""
    column, row = camera.to_screen(ORIGIN[0] + x, ORIGIN[1] + y)
    red, green, blue = shown[math.floor(float(row) * camera.dpr), math.floor(float(column) * camera.dpr)].tolist()
    return red, green, blue


def drawn(shown: NDArray[np.int64]) -> int:
    """How many pixels are not the background's."""
    return int((shown != np.array(BACK[:3])).any(axis=2).sum())


@pytest.mark.parametrize(("size", "across"), [(1.0, 1), (2.0, 2), (3.0, 3), (5.0, 5)])
def test_a_dot_has_its_size_and_lies_about_its_place(size: float, across: int) -> None:
    shown = picture(dots("dots", (10.5, 20.5), size=size))
    rows, columns = np.nonzero((shown != np.array(BACK[:3])).any(axis=2))
    assert np.ptp(rows) + 1 == np.ptp(columns) + 1 == across
    assert abs(columns.mean() - 110) <= 0.5
    assert abs(rows.mean() - 39) <= 0.5
    assert at(shown, 10.5, 20.5) == RED[:3]


def test_dots_are_on_twice_as_many_pixels_where_pixels_are_half_as_large() -> None:
    fine = picture(dots("dots", (10.5, 20.5), size=3.0), camera=VIEW.resized(200, 120, 2.0))
    assert fine.shape == (240, 400, 3)
    assert at(fine, 10.5, 20.5, VIEW.resized(200, 120, 2.0)) == RED[:3]
    assert 24 <= drawn(fine) <= 36


def test_what_moves_is_drawn_where_it_is_by_now() -> None:
    layer = dots("dots", (0.5, 0.5), vx=f32(3), vy=f32(-2), since=100.0)
    assert at(picture(layer, now=100.0), 0.5, 0.5) == RED[:3]
    later = picture(layer, now=110.0)
    assert at(later, 0.5, 0.5) == BACK[:3]
    assert at(later, 30.5, -19.5) == RED[:3]


def test_a_million_dots_are_all_drawn() -> None:
    side = 1000
    x, y = (v.ravel().astype(np.float32) for v in np.meshgrid(np.arange(side) + 0.5, np.arange(side) + 0.5))
    color = (np.arange(side * side) % 2).astype(np.uint8)
    layer = Points(key="many", x=x, y=y, color=color, palette=(RED, GREEN), size=1.0)
    shown = picture(layer, camera=Camera(ORIGIN[0] + 500, ORIGIN[1] + 500, 1.0, 1000, 1000))
    assert (shown == RED[:3]).all(axis=2).sum() == (shown == GREEN[:3]).all(axis=2).sum() == 500_000


def test_a_symbol_stands_with_its_foot_on_its_place() -> None:
    flag = msgspec.structs.replace(square(GREEN, 10), ax=0.0, ay=10.0)
    shown = picture(symbols("flags", (20, 10), image=flag))
    assert at(shown, 21, 11) == at(shown, 29, 19) == GREEN[:3]
    assert drawn(shown) == 100


def test_a_symbol_turns_clockwise_about_its_place() -> None:
    hand = msgspec.structs.replace(square(GREEN, 20), ax=10.0, ay=20.0)  # points north
    east = picture(symbols("hands", (0, 0), image=hand, turn=f32(90.0)))
    assert at(east, 10, 0) == GREEN[:3]
    assert at(east, -10, 0) == at(east, 0, 14) == BACK[:3]


def test_symbols_keep_their_order_whatever_pictures_they_have() -> None:
    both = msgspec.structs.replace(
        symbols("two", (0, 0), (4, 0)), image=np.array([1, 0], np.int32), images=(square(GREEN), square(RED))
    )
    assert at(picture(both), 0, 0) == GREEN[:3]
    assert at(picture(both), -5, 0) == RED[:3]


def test_a_picture_larger_than_a_sheet_of_the_atlas_is_drawn_too() -> None:
    shown = picture(symbols("wide", (0, 0), image=square(GREEN, 1500)))
    assert (shown == GREEN[:3]).all()


def words(key: str, *places: tuple[float, float], **more: object) -> Words:
    made = symbols(key, *places, image=square((250, 250, 250, 255), 10))
    layer = Words(key=key, x=made.x, y=made.y, image=made.image, images=made.images)
    return msgspec.structs.replace(layer, **more)


def test_labels_cover_neither_one_another_nor_symbols_unless_they_must() -> None:
    crowd = [(0, 0), (6, 0), (30, 0), (-40, 0)]
    event = symbols("event", (-38, 0), image=square(RED, 4))
    assert drawn(picture(words("names", *crowd))) == 300
    clear = words("names", *crowd, blocked_by=("event",))
    assert drawn(picture(event, clear)) == 200 + 16
    kept = words("names", *crowd, blocked_by=("event",), keep=2)
    assert drawn(picture(kept)) == 160 + 200


def test_lines_have_a_casing_and_gaps_between_dashes() -> None:
    whole = picture(line("way", (-50, 0), (50, 0), case=BLUE, case_width=10.0))
    assert at(whole, 0, 0) == RED[:3]
    assert at(whole, 0, 3.5) == at(whole, 0, -3.5) == BLUE[:3]
    dashed = picture(line("way", (-50, 0), (50, 0), dash=(10.0, 10.0)))
    row = [at(dashed, x + 0.5, 0) == RED[:3] for x in range(-48, 48)]
    assert 0.4 < sum(row) / len(row) < 0.6


def test_dashes_run_from_the_start_of_a_line_to_its_end() -> None:
    flow = line("flow", (-50, 0), (50, 0), dash=(10.0, 10.0), flow=5.0)
    before, after = picture(flow, now=0.0), picture(flow, now=1.0)
    first = [at(before, x + 0.5, 0) == RED[:3] for x in range(-40, 30)]
    moved = [at(after, x + 5.5, 0) == RED[:3] for x in range(-40, 30)]
    assert first == moved
    assert first != [at(after, x + 0.5, 0) == RED[:3] for x in range(-40, 30)]


def test_thousands_of_lines_are_drawn_as_few_are() -> None:
    few = line("way", (-50, 10), (0, 12), (50, 10), width=3.0)
    far = np.concatenate([few.xy, np.tile(np.array([[-50, -30], [50, -30]], np.float32), (600, 1))])
    starts = np.array([0, 3, *range(5, 5 + 2 * 600, 2)], dtype=np.int64)
    many = Lines(key="way", xy=far, starts=starts, color=np.zeros(601, np.uint8), palette=(RED,), width=3.0)
    upper = slice(0, 60)
    assert np.abs(picture(few)[upper] - picture(many)[upper]).mean() < 1.0


def test_lines_differ_in_width() -> None:
    two = Lines(
        key="ways", xy=np.array([[-50, 20], [50, 20], [-50, -20], [50, -20]], np.float32),
        starts=np.array([0, 2, 4]), color=np.zeros(2, np.uint8), palette=(RED,), widths=f32(2, 10),
    )  # fmt: skip
    shown = picture(two)
    assert at(shown, 0, 23.5) == BACK[:3]
    assert at(shown, 0, -23.5) == RED[:3]


def test_an_area_has_a_hole_an_outline_and_a_fill() -> None:
    outer, inner = [*box(-40, -40, 40, 40), (-40, -40)], [*box(-10, -10, 10, 10), (-10, -10)]
    ring = Polygons(
        key="areas", xy=np.array([*outer, *inner], np.float32), rings=np.array([0, 5, 10]), polys=np.array([0, 2]),
        fill=np.zeros(1, np.uint8), palette=(BLUE,), edge=RED, edge_width=2.0,
    )  # fmt: skip
    shown = picture(ring)
    assert at(shown, -25, 0) == BLUE[:3]
    assert at(shown, 0, 0) == BACK[:3]
    assert at(shown, 39.5, 5) == RED[:3]


@pytest.mark.parametrize("scale", [1.0, 0.05, 0.02, 0.004])
def test_footprints_keep_their_weight_however_small_they_become(scale: float) -> None:
    """A field of 30 × 30 squares of 20 m, each with 20 m between: a quarter of it is built on."""
    rings = [box(40 * i, 40 * j, 40 * i + 20, 40 * j + 20) for i in range(-15, 15) for j in range(-15, 15)]
    layer = polygons("building", *rings, color=(255, 255, 255, 255))
    camera = Camera(*ORIGIN, scale, 200, 120)
    shown = picture(layer, camera=camera)
    white = (shown - np.array(BACK[:3])).sum() / (np.array((255, 255, 255)) - np.array(BACK[:3])).sum()
    seen = min(200, 1200 * scale) * min(120, 1200 * scale)
    assert white == pytest.approx(seen / 4, rel=0.12)


def test_what_has_no_data_is_hatched() -> None:
    shown = picture(polygons("areas", box(-40, -40, 40, 40), hatch=frozenset({0})))
    share = (shown[30:90, 70:130] == BLUE[:3]).all(axis=2).mean()
    assert 0.02 < share < 0.5


def test_heat_is_strongest_where_weight_is_and_none_far_away() -> None:
    ramp = ((255, 0, 0, 0), (255, 0, 0, 255))
    heat = Heat(key="heat", x=f32(0, 0, 60), y=f32(0, 0, 0), weight=f32(1, 1, 1), ramp=ramp, radius=20.0)
    shown = picture(heat)
    assert at(shown, 0, 0)[0] > 225
    assert 90 < at(shown, 60, 0)[0] < 180
    assert at(shown, 0, 50) == BACK[:3]
    full = picture(msgspec.structs.replace(heat, full=4.0))
    assert 90 < at(full, 0, 0)[0] < 180


@pytest.mark.parametrize(
    "layer",
    [
        dots("one", (0, 0), size=5.0),
        symbols("one", (0, 0), image=square(RED)),
        line("one", (-50, 0), (50, 0)),
        polygons("one", box(-50, -50, 50, 50), color=RED),
        words("one", (0, 0)),
        Heat(key="one", x=f32(0), y=f32(0), weight=f32(1), ramp=((255, 0, 0, 0), (255, 0, 0, 255))),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_layers_have_an_opacity_and_zooms_at_which_they_are_drawn(layer: Layer) -> None:
    whole, half = (at(picture(msgspec.structs.replace(layer, opacity=share)), 0, 0) for share in (1.0, 0.5))
    assert half == pytest.approx([(a + b) / 2 for a, b in zip(whole, BACK[:3], strict=True)], abs=3)
    assert drawn(picture(msgspec.structs.replace(layer, opacity=0.0))) == 0
    for zoom in ((VIEW.zoom + 0.1, 99.0), (0.0, VIEW.zoom - 0.1)):
        assert drawn(picture(msgspec.structs.replace(layer, zoom=zoom))) == 0


def test_what_lies_over_one_another_in_a_layer_does_not_shine_through() -> None:
    crossing = line("way", (-50, 0), (50, 0), case=BLUE, case_width=12.0, opacity=0.5)
    red = at(picture(crossing), 0, 0)
    assert red == pytest.approx([(a + b) / 2 for a, b in zip(RED[:3], BACK[:3], strict=True)], abs=3)


def test_areas_lie_between_the_land_and_the_streets() -> None:
    area = polygons("areas", box(-90, -50, 95, 55), color=RED)
    shown = picture(Ground(key="l", part="land"), area, Ground(key="s", part="lines"), based=True)
    assert at(shown, 60, 40) == RED[:3]  # over the lake
    assert at(shown, 20, -10.5) == (0x4A, 0x5A, 0x6C)  # beneath the street
    assert at(picture(Ground(key="g"), based=True), 45, 30) == (0x17, 0x30, 0x4A)


def test_names_of_the_ground_keep_clear_of_symbols() -> None:
    ground = Ground(key="names", part="names", clear_of=("event",))
    free = drawn(picture(ground, based=True))
    event = symbols("event", (50, 40), image=square((*BACK[:3], 0), 60))
    assert 0 < drawn(picture(ground, event, based=True)) < free


NAN, INF = math.nan, math.inf
WRONG = (NAN, INF, -INF, 3e38, -3e38, 1e12)


def broken() -> list[Layer]:
    """Layers as no one should make them; with one good thing each, at the origin."""
    x, y = f32(0.5, *WRONG, *([0.0] * 6)), f32(0.5, *([0.0] * 6), *WRONG)
    n = len(x)
    none = np.zeros(n, np.uint8)
    ring = [*box(-5, -5, 5, 5), (-5, -5)]
    bad = [(value, 0.0) for value in WRONG]
    bow = [(-5, -5), (5, 5), (5, -5), (-5, 5), (-5, -5)]
    xy = np.array([*ring, *bad, (0, 0), (1, 1), *bow], np.float32)
    rings = np.array([0, 5, 11, 13, 18, 500, 3], np.int64)
    return [
        Points(key="a", x=x, y=y, color=none + 7, palette=(RED,) * 8, vx=x.copy(), vy=y.copy(), size=3.0),
        Points(key="b", x=x[:3], y=y, color=none[:2], palette=(RED,), size=40.0),
        Points(key="c", x=x, y=y, color=none, palette=()),
        Sprites(key="d", x=x, y=y, image=np.arange(n, dtype=np.int32) * 9, images=(square(RED),), turn=f32(NAN)),
        Sprites(key="e", x=x, y=y, image=np.zeros(n, np.int32), images=()),
        Sprites(key="f", x=x, y=y, image=np.zeros(n, np.int32), images=(square(RED, 0),)),
        words("g", (0, 0), (NAN, 0), (INF, INF)),
        Lines(key="h", xy=np.stack([x, y], 1), starts=np.array([0, 1, n, 99]), color=none, palette=(RED,)),
        Lines(key="i", xy=np.stack([x, y], 1), starts=np.array([5, 2, 9]), color=none[:1], palette=(RED,)),
        Lines(key="j", starts=np.array([0]), color=none, palette=(RED,), widths=f32(NAN)),
        line("k", (-50, 0), (50, 0), dash=(0.0, 0.0)),
        line("l", (0, 0), (0, 0)),
        Polygons(key="m", xy=xy, rings=rings, polys=np.arange(7), fill=none + 3, palette=(RED,), edge_width=1),
        Polygons(key="n", xy=xy, rings=np.array([0]), polys=np.array([0, 4]), fill=none, palette=(RED,)),
        Polygons(key="o", fill=none, palette=(RED,)),
        Heat(key="p", x=x, y=y, weight=f32(NAN, -1.0, INF), ramp=((0, 0, 0, 0), RED)),
        Heat(key="q", x=x, y=y, weight=np.ones(n, np.float32), ramp=(), radius=NAN),
    ]  # fmt: skip


@pytest.mark.parametrize("layer", broken(), ids=lambda layer: f"{type(layer).__name__}-{layer.key}")
def test_broken_columns_end_nothing(layer: Layer) -> None:
    good = dots("good", (80, 50), size=3.0, color=GREEN)
    for camera in (VIEW, Camera(*ORIGIN, 1e-4, 200, 120), Camera(*ORIGIN, 4.0, 200, 120, 1.5)):
        shown = picture(layer, good, camera=camera)
        assert at(shown, 80, 50, camera) == GREEN[:3] if camera is VIEW else shown.size


def test_the_good_things_of_a_broken_layer_are_drawn() -> None:
    for layer in broken():
        if layer.key in ("a", "b", "d", "g", "m", "k"):
            assert drawn(picture(layer)) > 0, layer.key


def test_a_self_crossing_outline_and_a_huge_one_are_filled() -> None:
    bow = polygons("bow", ((-40, -40), (40, 40), (40, -40), (-40, 40)))
    assert at(picture(bow), 30, 0) == at(picture(bow), -30, 0) == BLUE[:3]
    huge = polygons("huge", box(-3e6, -3e6, 3e6, 3e6))
    assert (picture(huge) == BLUE[:3]).all()


def test_an_outline_of_a_million_points_is_drawn() -> None:
    turn = np.linspace(0, 2 * np.pi, 1_000_000)
    circle = np.stack([50 * np.cos(turn), 50 * np.sin(turn)], 1).astype(np.float32)
    circle[-1] = circle[0]
    layer = Polygons(
        key="circle", xy=circle, rings=np.array([0, len(circle)]), polys=np.array([0, 1]),
        fill=np.zeros(1, np.uint8), palette=(BLUE,),
    )  # fmt: skip
    shown = picture(layer)
    assert at(shown, 0, 0) == at(shown, 48, 0) == BLUE[:3]
    assert at(shown, 52, 0) == BACK[:3]


def test_an_empty_drawing_is_its_background(qtbot: QtBot) -> None:
    image = draw_picture("sans-serif", "", None, VIEW, Drawing(back=(1, 2, 3, 255)), STYLE, 0.0)
    assert (pixels(image) == (1, 2, 3)).all()


def test_a_picture_in_strips_is_the_same_as_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = picture(*everything().layers, based=True)
    monkeypatch.setattr("widgets.map.raster.picture.STRIP", 200 * 64)
    strips = picture(*everything().layers, based=True)
    assert np.abs(whole - strips).max() <= 2


def test_areas_that_overlap_do_not_cut_each_other_out_and_holes_stay_whichever_way_around_they_run() -> None:
    def ring(x: float, y: float, side: float, way: int) -> list[tuple[float, float]]:
        return [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)][::way]

    for way, hole in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        corners = [*ring(-60, -30, 50, way), *ring(-40, -10, 10, hole), *ring(-25, -30, 50, 1)]
        layer = Polygons(
            key="areas", xy=np.array(corners, dtype=np.float32), rings=np.array([0, 5, 10, 15]),
            polys=np.array([0, 2, 3]), fill=np.zeros(2, np.uint8), palette=(RED,),
        )  # fmt: skip
        shown = picture(layer)
        assert at(shown, -20, 0) == RED[:3]
        assert at(shown, -35, -5) == BACK[:3]


def test_a_line_is_drawn_on_both_sides_of_a_point_that_is_no_place() -> None:
    nowhere = (math.nan, 0.0)
    layer = Lines(
        key="lines", xy=np.array([(-60, 0), (-20, 0), nowhere, (20, 0), (60, 0), (-60, 30), (60, 30)], np.float32),
        starts=np.array([0, 5, 7]), color=np.array([0, 1], np.uint8), palette=(RED, GREEN), width=6,
    )  # fmt: skip
    shown = picture(layer)
    assert at(shown, -40, 0) == at(shown, 40, 0) == RED[:3]
    assert at(shown, 0, 0) == BACK[:3]
    assert at(shown, 0, 30) == GREEN[:3]
