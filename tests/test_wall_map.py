"""The map of a wall: one picture over screens and machines, words that can be read and cover nothing, never blank."""

from __future__ import annotations

import copy
import gc
import weakref
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QElapsedTimer, QRectF
from PySide6.QtGui import QImage, QPainter, QRegion
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.ages import stamp
from cockpit.model.layout import Rect
from cockpit.model.ports import Way
from cockpit.model.wall_legible import han_px
from cockpit.model.wallstate import MapView
from cockpit.packs.read import read_pack
from cockpit.paths import assets_dir
from tests.living_picture import NOW, feed_rows, put
from tests.panel_desk import Desk, desk
from widgets.kit.states import PanelState
from widgets.kit.wallsight import Part, WallSight
from widgets.map.camera import mercator, wgs84
from widgets.map.raster.pane import Pane
from widgets.wall.mapface import Face, aside, changed
from widgets.wall.maphold import CALM_MS
from widgets.wall.mapmarks import Mark
from widgets.wall.mapnames import Label
from widgets.wall.mapview import canvas_of, pane_at, pane_of_event, pane_of_view, view_of
from widgets.wall.sizes import SEAM, sizes_at, wide
from widgets.wall.wallmap import WallMap

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SCREENS = tuple(Rect(x, 0, 480, 540) for x in (0, 492, 984))
"""Three screens with 12 pixels of the canvas behind each bezel."""
CANVAS = (1464, 540)
PANEL = Rect(200, 20, 1100, 500)
PITCH, DISTANCE = 0.63, 2.0


class Wall:
    """Maps of one wall, each on its screen."""

    def __init__(self, qtbot: QtBot, lang: str = "zh", base: bool = True) -> None:
        self.qtbot = qtbot
        self.at: Desk = desk("dark", lang)
        if base:
            self.at.ctx.pack = read_pack(assets_dir() / "cities" / "hangzhou")
        self.maps: list[WallMap] = []

    def hang(self, cut: Rect, panel: Rect = PANEL, told: dict[str, Any] | None = None, **options: Any) -> WallMap:
        """The map of a screen, with its ground drawn."""
        ctx = copy.copy(self.at.ctx)
        part = Part(CANVAS, panel, cut, SCREENS)
        ctx.wall = WallSight(pitch_mm=PITCH, distance_m=DISTANCE, part=part, **(told or {}))
        made = WallMap(ctx, None, **options)
        self.qtbot.addWidget(made)
        made.resize(cut.w, cut.h)
        made.show()
        self.maps.append(made)
        self.settle(made)
        return made

    def settle(self, made: WallMap) -> None:
        self.qtbot.waitUntil(made.settled, timeout=120_000)
        QApplication.processEvents()


@pytest.fixture
def wall(qtbot: QtBot) -> Wall:
    return Wall(qtbot)


def cuts() -> list[Rect]:
    """What of the panel lies on each screen."""
    made = []
    for screen in SCREENS:
        left, right = max(screen.x, PANEL.x), min(screen.x + screen.w, PANEL.x + PANEL.w)
        made.append(Rect(left, PANEL.y, right - left, PANEL.h))
    return made


def pixels(made: WallMap) -> NDArray[np.uint8]:
    image = made.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return raw[:, : image.width(), :3].copy()


def bare(made: WallMap) -> NDArray[np.uint8]:
    """Its picture without what stands on one screen only."""
    made._laid_floats = list  # type: ignore[method-assign]
    made._face = type(made._face)((), made.canvas.cut)
    made.look()
    return pixels(made)


def test_every_screen_draws_its_part_of_one_picture_to_the_pixel(wall: Wall) -> None:
    layers = ["event", "unit", "sensor", "camera", "alert", "area"]
    whole = bare(wall.hang(PANEL, coloring="rain", words=False, layers=layers))
    assert whole.std() > 15, "there is something to compare"
    for cut in cuts():
        part = bare(wall.hang(cut, coloring="rain", words=False, layers=layers))
        left = cut.x - PANEL.x
        same = np.abs(part.astype(int) - whole[:, left : left + cut.w].astype(int)).max(axis=2)
        assert (same > 8).mean() < 1e-4, f"{(same > 8).sum()} pixels of the screen at {cut.x} are others"


def test_no_name_lies_on_a_bezel_or_within_14_pixels_of_one(wall: Wall) -> None:
    made = wall.hang(PANEL)
    assert made.ground.picture is not None
    edges = [x - PANEL.x for screen in SCREENS for x in (screen.x, screen.x + screen.w) if 200 < x < 1300]
    assert len(edges) == 4
    assert made.ground.picture.labels
    for label in made.ground.picture.labels:
        for left, top, right, bottom in label.boxes.tolist():
            hidden = bottom <= 0 or top >= PANEL.h
            assert hidden or all(right <= edge - SEAM + 1 or left >= edge + SEAM - 1 for edge in edges)


def test_names_are_at_least_twenty_arc_minutes_high(wall: Wall) -> None:
    made = wall.hang(PANEL)
    least = han_px(PITCH, DISTANCE)
    placed = made.ground.shop._names.last  # type: ignore[union-attr]
    assert placed
    assert min(one.px for one in placed) * made.pane.dpr >= least


def test_words_of_events_lie_on_their_screen_and_over_nothing_else(wall: Wall) -> None:
    for cut in cuts():
        made = wall.hang(cut)
        boxes = [one.box for one in made._face.callouts] + [one.box for one in made._face.floats]
        assert made._face.callouts or cut.w < 300
        for i, box in enumerate(boxes):
            assert 0 <= box.left() < box.right() <= cut.w
            assert 0 <= box.top() < box.bottom() <= cut.h
            assert not any(box.intersects(other) for other in boxes[i + 1 :])


def test_what_floats_stands_on_the_middle_screen_only(wall: Wall) -> None:
    floating = [bool(wall.hang(cut)._face.floats) for cut in cuts()]
    assert floating == [False, True, False]
    kinds = {one.kind for one in wall.maps[1]._face.floats}
    assert {"alert", "credit", "age"} <= kinds


def test_an_alert_says_until_when_and_how_many_there_are_more_however_narrow_its_screen_is(wall: Wall) -> None:
    made = wall.hang(cuts()[1])
    base = sizes_at(PITCH, DISTANCE)
    alert = min(made.scene.alerts, key=lambda one: one.level)
    title, expires = "杭州市气象台发布暴雨橙色预警信号", made.ctx.clock.now() + 86_400_000_000
    tomorrow = msgspec.structs.replace(alert, title=title, expires=expires)
    said = set()
    for width in range(2000, 24 * base.row, -20):
        one = made._floats._alert(tomorrow, QRectF(0, 0, width, 500), 0, base, 2)
        room = one.box.width() - 2.1 * base.row - wide(one.title, base.row, True) - base.row * 0.5
        assert wide(one.more, base.min) <= room, "it is not cut"
        assert stamp(expires) in one.more
        assert wall.at.ctx.t("wallmap.more_alerts", n=2) in one.more
        said.add((one.title, one.more))
    assert len(said) == 5


def test_a_view_that_moves_aside_keeps_the_pixels_that_it_had(wall: Wall) -> None:
    made = wall.hang(PANEL)
    assert made.ground.picture is not None
    before, pane = made.ground.picture.plate.pixels.copy(), made.pane
    middle = pane.left + (pane.width / 2 + 40) / pane.scale, pane.top - (pane.height / 2 + 24) / pane.scale
    assert made.ctx.wall is not None
    made.ctx.wall.tell(view=view_of(pane_at(*middle, pane.scale, (pane.width, pane.height), pane.dpr)))
    wall.settle(made)
    x, y = made.pane.at(pane)
    after = made.ground.picture.plate.pixels
    kept = after[: y or None, : x or None] if (x, y) == (-40, -24) else after[:0, :0]
    assert kept.size, "it moved by as many pixels as it was told"
    assert np.array_equal(kept, before[24:, 40:])


def test_a_picture_that_nobody_shows_any_more_is_given_back(wall: Wall) -> None:
    made = wall.hang(PANEL)
    before, pane = weakref.ref(made.ground.picture), made.pane
    middle = pane.left + (pane.width / 2 + 40) / pane.scale, pane.top - pane.height / 2 / pane.scale
    assert made.ctx.wall is not None
    made.ctx.wall.tell(view=view_of(pane_at(*middle, pane.scale, (pane.width, pane.height), pane.dpr)))
    wall.settle(made)
    assert made.pane != pane
    gc.collect()
    wall.qtbot.waitUntil(lambda: before() is None, timeout=30_000)


def test_while_it_moves_the_last_picture_goes_with_it(wall: Wall) -> None:
    made = wall.hang(PANEL, words=False, layers=["area"])
    label = made._face.labels[0]
    pane = made.pane
    middle = pane.left + (pane.width / 2 + 40) / pane.scale, pane.top - pane.height / 2 / pane.scale
    assert made.ctx.wall is not None
    made.ctx.wall.tell(view=view_of(pane_at(*middle, pane.scale, (pane.width, pane.height), pane.dpr)))
    if not made.settled():
        assert made._face.moved == (-40, 0)
        assert label in made._face.labels or label.x < 40
    assert pixels(made).std() > 5


def test_where_a_frame_is_slow_a_view_must_stand_as_long_before_its_ground_is_drawn(wall: Wall) -> None:
    ground, painted = wall.hang(PANEL).ground, QElapsedTimer()
    ground.moves()
    painted.start()
    while painted.elapsed() < 4 * CALM_MS:
        pass
    wall.qtbot.waitUntil(lambda: ground._calm.interval() >= 4 * CALM_MS)
    ground.moves()
    assert ground.moving
    wall.qtbot.waitUntil(lambda: not ground.moving)


def test_a_view_and_its_pane_are_each_others_inverse() -> None:
    view = MapView(120.178, 30.263, 4.5)
    pane = pane_of_view(view, (3136, 1056), 3.08)
    again = view_of(pane)
    assert again.lon == pytest.approx(view.lon, abs=3e-5)
    assert again.lat == pytest.approx(view.lat, abs=3e-5)
    assert again.scale == pytest.approx(view.scale, rel=1e-3)


def test_the_wall_s_view_goes_before_the_event_the_event_before_the_area_and_else_it_is_the_city(wall: Wall) -> None:
    table = wall.at.picture["event"]
    key = next(table.key_at(i) for i in range(len(table)) if table.value(i, "state") == 0)
    row, district = table.get(key), next(r for r in map(wall.at.picture["area"].row, range(40)) if r["tier"] == 1)
    assert row is not None

    def middle(told: dict[str, Any]) -> tuple[float, float]:
        made = wall.hang(PANEL, told=told)
        west, south, east, north = made.pane.box
        return (west + east) / 2, (south + north) / 2

    near = {"abs": 60.0}
    view = MapView(120.2, 30.25, 5.0)
    assert middle({"view": view, "event": key}) == pytest.approx(tuple(map(float, mercator(120.2, 30.25))), **near)
    there = tuple(map(float, mercator(row["lon"], row["lat"])))
    assert middle({"event": key, "area": district["code"]}) == pytest.approx(there, **near)
    centre = tuple(map(float, mercator(*wall.at.ctx.pack.centre)))
    assert middle({}) == pytest.approx(centre, **near)
    assert middle({"area": district["code"]}) != pytest.approx(centre, **near)


def test_the_followed_event_has_a_ring_and_its_words_first(wall: Wall) -> None:
    table = wall.at.picture["event"]
    key = next(
        table.key_at(i) for i in range(len(table)) if table.value(i, "state") == 0 and table.value(i, "level") == 3
    )
    made = wall.hang(PANEL, told={"event": key, "focus": key})
    assert made._face.ring is not None
    assert made._face.callouts[0].mark.key == key


def test_visitors_are_not_told_where_something_happened(wall: Wall) -> None:
    open_ = wall.hang(PANEL)
    said = {one.lines[1] for one in open_._face.callouts}
    assert any("×" in words for words in said)
    visitor = wall.hang(PANEL, told={"privacy": "visitor"})
    assert not any("×" in "".join(one.lines) for one in visitor._face.callouts)


def test_positions_that_stopped_stay_with_their_age_in_words(wall: Wall) -> None:
    made = wall.hang(PANEL)
    count = len(made._face.units)
    put(wall.at.picture, "feed", feed_rows(NOW, positions=NOW - 360_000_000, events=NOW - 360_000_000))
    made.age_tick()
    assert len(made._face.units) == count > 0
    ages = next(one for one in made._face.floats if one.kind == "age")
    assert ages.stale
    assert "断开 6 分钟" in ages.title


def test_a_city_without_a_base_map_and_without_data_says_so_and_is_not_black(qtbot: QtBot, tmp_path: Path) -> None:
    from cockpit.picture.picture import Picture

    wall = Wall(qtbot, base=False)
    wall.at.ctx.picture = Picture()
    made = wall.hang(PANEL)
    qtbot.waitUntil(lambda: made.state is PanelState.EMPTY, timeout=60_000)
    assert "这里还没有地图" in made.said


def test_until_the_ground_is_drawn_there_is_land_and_what_happens_on_it(qtbot: QtBot) -> None:
    wall = Wall(qtbot)
    made = WallMap(wall.at.ctx)
    qtbot.addWidget(made)
    made.resize(900, 500)
    made.show()
    first = pixels(made)  # before the thread had any time
    assert first.min(axis=2).mean() > 8, "not black"
    assert first.std() > 10, "symbols are there"
    made.close()


def test_a_tick_in_which_few_units_moved_paints_little_and_the_same_as_all_would_be(wall: Wall) -> None:
    made = wall.hang(PANEL)
    units = [dict(wall.at.picture["unit"].row(i)) for i in range(6)]
    for row in units:
        row["lon"] += 0.0008
    before = dict(made._pieces)
    pixels(made)
    put(wall.at.picture, "unit", units)
    made.refresh(frozenset({"unit"}))
    assert made._pieces == before, "what moves many times a second waits for the second"
    made.age_tick()
    region = changed(before, made._pieces, made.canvas.cut)
    assert region is not None
    assert sum(rect.width() * rect.height() for rect in region) < 0.45 * PANEL.w * PANEL.h
    QApplication.processEvents()
    assert made._exposed.boundingRect().width() > 0
    partly = pixels(made)
    made._face = type(made._face)((), made.canvas.cut)
    made.look()
    assert np.array_equal(partly, pixels(made))


def test_maps_of_one_process_share_base_map_and_thread_and_the_last_ends_them(wall: Wall) -> None:
    maps = [wall.hang(cut) for cut in cuts()]
    shops = {id(one.ground.shop) for one in maps}
    assert len(shops) == 1
    shop = maps[0].ground.shop
    assert shop is not None
    for one in maps[:-1]:
        one.close()
    assert shop._thread is not None
    assert shop._thread.is_alive()
    maps[-1].close()
    assert not shop._thread.is_alive()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [(600, 200), (500, 1000), (1900, 300)])
def test_it_is_painted_in_every_size(qtbot: QtBot, size: tuple[int, int], lang: str) -> None:
    wall = Wall(qtbot, lang)
    whole = Rect(0, 0, *size)
    made = wall.hang(whole, whole, coloring="rain")
    assert pixels(made).std() > 10
    assert not made.failed


def test_on_a_wall_of_two_rows_what_floats_stands_at_the_top_and_at_the_foot_of_the_map() -> None:
    screens = tuple(Rect(x, y, 480, 270) for y in (0, 276) for x in (0, 486, 972))
    panel = Rect(240, 0, 972, 546)
    cut = Rect(486, 276, 480, 270)
    canvas = canvas_of(Part((1452, 546), panel, cut, screens), 480, 270)
    assert canvas.upper == Rect(246, 0, 480, 270)
    assert canvas.lower == Rect(246, 276, 480, 270) == canvas.cut
    x, y = 13_378_000.0, 3_538_000.0
    pane = pane_of_event(x, y, canvas, 3.0)
    at = (x - pane.left) * pane.scale, (pane.top - y) * pane.scale
    assert at == pytest.approx((canvas.main.x + 240, canvas.main.y + 135), abs=1.0), "not on the bezel"


def test_a_panel_without_a_place_on_a_canvas_is_all_of_it() -> None:
    canvas = canvas_of(None, 300, 200)
    assert canvas.size == (300, 200)
    assert canvas.upper == canvas.lower == canvas.cut
    assert canvas.seams == ()


def test_panes_of_one_scale_lie_on_one_grid() -> None:
    one: Pane = pane_at(1000.3, 2000.7, 0.31, (801, 333), 3.0)
    other = pane_at(1543.9, 1800.1, 0.31, (500, 900), 3.0)
    x, y = one.corner(other)
    assert x == pytest.approx(round(x), abs=1e-6)
    assert y == pytest.approx(round(y), abs=1e-6)


def test_a_new_event_has_a_ring_and_those_that_were_there_have_none(wall: Wall) -> None:
    made = wall.hang(PANEL)
    clock = wall.at.clock
    assert not made._beat.isActive()
    west, south, east, north = made.pane.box
    lon, lat = wgs84((west + east) / 2, (south + north) / 2)
    row = dict(wall.at.picture["event"].row(0))
    put(wall.at.picture, "event", [{**row, "key": "events/new", "level": 1, "state": 0, "lon": lon, "lat": lat}])
    made.refresh(wall.at.picture.take_changes())
    assert made._beat.isActive()
    clock.advance(0.3)
    ringing = pixels(made)
    clock.advance(2.0)
    made._ring()
    assert not made._beat.isActive(), "three times, and no more"
    assert not np.array_equal(ringing, pixels(made))


def test_with_reduced_motion_nothing_rings(wall: Wall) -> None:
    wall.at.ctx.reduced_motion = True
    made = wall.hang(PANEL)
    row = dict(wall.at.picture["event"].row(0))
    put(wall.at.picture, "event", [{**row, "key": "events/new", "level": 1, "state": 0}])
    made.refresh(wall.at.picture.take_changes())
    assert not made._beat.isActive()


@pytest.mark.parametrize("scale", [0.0, 1e-9, 1e12, float("nan"), float("inf")])
def test_a_view_that_can_not_be_is_brought_to_one_that_can(wall: Wall, scale: float) -> None:
    made = wall.hang(PANEL, told={"view": MapView(120.2, 89.9 if scale else 30.2, scale)})
    assert pixels(made).shape == (PANEL.h, PANEL.w, 3)
    assert not made.failed


def test_a_screen_full_of_units_shows_dots(wall: Wall) -> None:
    rows = [dict(wall.at.picture["unit"].row(i)) for i in range(200)]
    many = [
        {**row, "key": f"positions/{i}-{n}", "lon": row["lon"] + i * 1e-5, "lat": row["lat"] + i * 1e-5}
        for i in range(20)
        for n, row in enumerate(rows)
    ]
    put(wall.at.picture, "unit", many)
    made = wall.hang(PANEL, view="city", layers=["unit"])
    assert made._swarm is not None
    assert made._face.units == []
    dots = pixels(made)
    unit = np.array([0xE7, 0xDE, 0xD3])
    assert (np.abs(dots.astype(int) - unit).max(axis=2) < 6).sum() > 500, "busy units in the colour of units"


def test_the_ways_of_units_to_the_followed_event_are_found_once_for_all_screens(wall: Wall) -> None:
    events, units = wall.at.picture["event"], wall.at.picture["unit"]
    free = [row for row in map(units.row, range(len(units))) if row["state"] == 0]
    rows = [row for row in map(events.row, range(len(events))) if row["state"] == 0 and row["level"] == 1]
    event, unit = next((a, b) for a in rows for b in free if a["area"][:6] == b["area"][:6])
    wall.at.cases.order(event, unit["key"])
    maps = [wall.hang(cut, told={"event": event["key"]}) for cut in cuts()]
    assert len(wall.at.ports.ways.open) == 1
    before = pixels(maps[1])
    path = ((unit["lon"], unit["lat"]), (event["lon"] + 0.004, event["lat"]), (event["lon"], event["lat"]))
    wall.at.ports.ways.answer(Way(900.0, 120.0, path))
    for made in maps:
        made.age_tick()
    assert [len(made._ways.routes) for made in maps if made._ways is not None] == [1, 1, 1]
    assert not np.array_equal(before, pixels(maps[1]))


def test_a_camera_by_itself_lies_under_the_names_of_streets(wall: Wall) -> None:
    made = wall.hang(PANEL, words=False)
    white, black = (QImage(40, 40, QImage.Format.Format_ARGB32) for _ in range(2))
    white.fill(0xFFFFFFFF)
    black.fill(0xFF000000)
    cut = Rect(0, 0, 200, 200)
    name = Label(white, 80, 80, np.array([[80.0, 80.0, 120.0, 120.0]]))
    face = Face((), cut, (name,), dots=[Mark(100, 100, black, 20), Mark(110, 110, black, 20, count=3)])
    drawn = QImage(200, 200, QImage.Format.Format_ARGB32)
    drawn.fill(0xFF808080)
    painter = QPainter(drawn)
    face.paint(painter, QRegion(0, 0, 200, 200), made._floats, made.base, made.theme, 1.0)
    painter.end()
    assert (drawn.pixel(85, 85), drawn.pixel(100, 100)) == (0xFFFFFFFF, 0xFF000000)


def test_numbers_that_stand_for_a_neighbourhood_make_room_for_names_and_single_places_stay() -> None:
    image = QImage(40, 40, QImage.Format.Format_ARGB32)
    cut = Rect(1000, 0, 500, 500)
    name = Label(image, 80, 190, np.array([[80.0, 190.0, 180.0, 230.0]]))
    crowd, one, far = (
        Mark(1100, 200, image, 20, count=3), Mark(1110, 200, image, 20), Mark(1300, 200, image, 20, count=3)
    )  # fmt: skip
    made = aside([crowd, one, far], [name], (0, 0), cut)
    assert [(mark.x, mark.y) for mark in made] == [(1100, 170), (1110, 200), (1300, 200)]
    assert made[0].count == 3
    letters = np.array([[80.0, 150.0 + 40 * i, 120.0, 190.0 + 40 * i] for i in range(3)])
    (moved,) = aside([crowd], [Label(image, 80, 150, letters)], (0, 0), cut)
    assert (moved.x, moved.y) == (1100, 130), "beside all letters of an upright name, not on the next of them"
    assert aside([crowd], [], (0, 0), cut) == [crowd]
