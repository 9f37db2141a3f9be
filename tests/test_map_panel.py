"""The map as a panel: mouse, keys, layers, and the one selection."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.ports import NamedPlace
from cockpit.packs.read import read_pack
from tests.living_picture import put
from tests.panel_desk import Desk, desk
from widgets.map.camera import mercator, wgs84
from widgets.map.panel import MapPanel
from widgets.map.scene import LAYERS

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
FLOODING = "events/0714-1187"
SIZE = (1000, 760)


@pytest.fixture
def stage(qtbot: QtBot) -> Desk:
    made = desk()
    made.ctx.reduced_motion = True
    return made


def shown(stage: Desk, qtbot: QtBot) -> MapPanel:
    made = MapPanel(stage.ctx)
    qtbot.addWidget(made)
    made.resize(*SIZE)
    made.show()
    made.refresh(made.topics)
    made.age_tick()
    qtbot.waitUntil(made.settled, timeout=20_000)
    return made


@pytest.fixture
def panel(stage: Desk, qtbot: QtBot) -> Iterator[MapPanel]:
    """The map of a pack without a base map, which is quick to open."""
    made = shown(stage, qtbot)
    yield made
    made.close()


@pytest.fixture
def hangzhou(stage: Desk, qtbot: QtBot) -> Iterator[MapPanel]:
    """The map of a real city."""
    stage.ctx.pack = msgspec.structs.replace(stage.ctx.pack, folder=read_pack("hangzhou").folder)
    made = shown(stage, qtbot)
    yield made
    made.close()


def pixel_of(panel: MapPanel, topic: str, key: str) -> QPoint:
    at = panel.canvas.place(topic, key)
    assert at is not None
    x, y = (float(v) for v in panel.canvas.camera.to_screen(*at))
    return QPoint(round(x), round(y))


def lone_event(panel: MapPanel) -> str:
    """An event in view, beside lists and tools, that is a mark of its own."""
    canvas = panel.canvas
    for key in canvas.scene.events.keys:
        at = pixel_of(panel, "event", key)
        inside = canvas.left_taken + 40 < at.x() < canvas.width() - 90 and 60 < at.y() < canvas.height() - 60
        hit = canvas.hit(QPointF(at))
        if inside and hit is not None and hit.key == key and hit.count == 1 and canvas.childAt(at) is None:
            return key
    raise AssertionError("no event stands alone")


@pytest.mark.slow
def test_the_base_map_has_water_land_and_streets(hangzhou: MapPanel) -> None:
    image = hangzhou.canvas.grab().toImage()
    theme = hangzhou.ctx.theme.map
    step = range(0, 1000, 4)
    colors = {image.pixelColor(x, y).name() for x in step for y in step if image.valid(x, y)}
    for name in ("land", "water"):
        assert QColor(theme.color(name)).name() in colors
    assert len(colors) > 40


def test_a_click_selects_an_event_and_beside_it_nothing(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    panel.canvas.zoom(3.0, fly=False)
    key = lone_event(panel)
    qtbot.mouseClick(panel.canvas, Qt.MouseButton.LeftButton, pos=pixel_of(panel, "event", key))
    assert stage.ctx.selection.item == ("event", key)
    qtbot.keyClick(panel.canvas, Qt.Key.Key_Escape)
    assert stage.ctx.selection.key == ""


def test_the_cursor_over_an_event_hovers_it_in_every_panel(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    panel.canvas.zoom(3.0, fly=False)
    key = lone_event(panel)
    qtbot.mouseMove(panel.canvas, pixel_of(panel, "event", key))
    assert stage.ctx.selection.hovered == ("event", key)


def test_what_is_selected_elsewhere_comes_into_view(panel: MapPanel, stage: Desk) -> None:
    canvas = panel.canvas
    canvas.zoom(8.0, QPointF(10, 10), fly=False)
    at = canvas.place("event", FLOODING)
    assert at is not None
    assert not canvas.camera.sees(*at)
    stage.ctx.selection.select("event", FLOODING)
    assert canvas.camera.sees(*at)
    assert canvas.selected == ("event", FLOODING)


def test_what_a_desk_looked_at_for_a_second_while_it_opened_leaves_the_view_as_it_was(
    panel: MapPanel, stage: Desk
) -> None:
    canvas, selection = panel.canvas, stage.ctx.selection
    at = canvas.place("event", FLOODING)
    assert at is not None
    canvas.look(canvas.camera.centred(*at, canvas.camera.scale * 8))
    opened = canvas.camera
    events = canvas.scene.events
    far = next(
        key
        for key, x, y in zip(events.keys, events.x, events.y, strict=True)
        if not opened.sees(x, y, pad=48) and opened.showing(x, y, pad=0.25).sees(*at, pad=48)
    )
    selection.select("event", far)
    assert canvas.camera != opened
    selection.replace("event", FLOODING)
    assert (canvas.selected, selection.depth) == (("event", FLOODING), 1)
    assert canvas.camera == opened, "as if the other had never been selected"
    selection.select("event", far)
    selection.select("event", FLOODING)
    assert canvas.camera != opened, "a person who goes from one to the other is not thrown back"


def test_dragging_moves_the_city_with_the_hand_and_selects_nothing(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    canvas = panel.canvas
    canvas.zoom(3.0, fly=False)
    start = QPoint(600, 400)
    under = canvas.camera.to_world(start.x(), start.y())
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    for step in (10, 40, 80):
        qtbot.mouseMove(canvas, start + QPoint(step, step // 2))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start + QPoint(80, 40))
    assert canvas.camera.to_world(start.x() + 80, start.y() + 40) == pytest.approx(under, abs=1.0)
    assert stage.ctx.selection.key == ""


def test_the_wheel_zooms_where_the_cursor_is(panel: MapPanel) -> None:
    canvas = panel.canvas
    at = QPointF(700, 300)
    under, scale = canvas.camera.to_world(at.x(), at.y()), canvas.camera.scale
    wheel = QWheelEvent(
        at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, wheel)
    assert canvas.camera.scale > scale * 1.4
    assert canvas.camera.to_world(at.x(), at.y()) == pytest.approx(under, abs=1.0)


def test_every_movement_has_a_key(panel: MapPanel, qtbot: QtBot) -> None:
    canvas = panel.canvas
    canvas.zoom(4.0, fly=False)
    here = canvas.camera
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.camera.x > here.x
    qtbot.keyClick(canvas, Qt.Key.Key_Up)
    assert canvas.camera.y > here.y
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.camera.scale > here.scale
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.camera.scale == pytest.approx(here.scale)
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    west, south, east, north = canvas.camera.box
    limits = canvas.limits
    assert limits is not None
    assert west <= limits[0] <= limits[2] <= east
    assert south <= limits[1] <= limits[3] <= north


def test_n_walks_the_events_in_view_from_left_to_right(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    canvas = panel.canvas
    canvas.zoom(4.0, fly=False)
    canvas.setFocus()
    seen: list[float] = []
    for _ in range(4):
        qtbot.keyClick(canvas, "n")
        topic, key = stage.ctx.selection.item
        assert topic == "event"
        seen.append(float(canvas.scene.events.x[list(canvas.scene.events.keys).index(key)]))
    assert seen == sorted(seen)
    assert len(set(seen)) == 4


def test_tab_leaves_the_map_and_selects_nothing(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    panel.canvas.setFocus()
    qtbot.keyClick(panel.canvas, Qt.Key.Key_Tab)
    assert stage.ctx.selection.key == ""
    assert not panel.canvas.hasFocus()


def test_number_keys_switch_layers_and_the_choice_is_kept(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    for number, layer in enumerate(LAYERS, 1):
        before = layer in panel.visible
        qtbot.keyClick(panel.canvas, str(number))
        assert (layer in panel.visible) is not before
        assert panel.canvas.scene.shows(layer) is not before
    shown = panel.visible
    panel.close_panel()
    kept = stage.ports.kept["map.stack"]
    assert {one["key"] for one in kept if one["visible"]} == shown


def test_ways_of_who_is_near_lie_on_the_map_until_something_else_is_selected(panel: MapPanel, stage: Desk) -> None:
    stage.ctx.selection.select("event", FLOODING)
    unit = stage.picture["unit"].key_at(3)
    panel.show_paths([(unit, [(120.17, 30.27), (120.18, 30.28)]), ("other", [(120.1, 30.2)])], unit)
    assert [(route.key, route.chosen) for route in panel.paths] == [(unit, True)]
    stage.ctx.selection.select("unit", unit)
    assert panel.paths == ()


def test_a_place_that_was_searched_for_is_marked_until_escape(panel: MapPanel, qtbot: QtBot) -> None:
    place = NamedPlace("延安路", "road", 120.165, 30.25)
    panel.canvas.zoom(6.0, QPointF(900, 100), fly=False)
    panel.show_place(place)
    x, y = mercator(place.lon, place.lat)
    assert panel.canvas.camera.sees(float(x), float(y))
    before = panel.canvas.grab().toImage()
    qtbot.keyClick(panel.canvas, Qt.Key.Key_Escape)
    assert panel.canvas.grab().toImage() != before
    assert panel.canvas.pin is None


def test_what_is_seen_at_the_end_of_a_flight_counts_not_what_is_seen_at_its_beginning(
    panel: MapPanel, stage: Desk, qtbot: QtBot
) -> None:
    panel.canvas.reduced = False
    panel.canvas.zoom(8.0, fly=False)
    middle = panel.canvas.camera
    here = wgs84(middle.x, middle.y)
    stage.ctx.picking.show((here[0] + 0.2, here[1], "那里"))
    stage.ctx.picking.show((*here, "这里"))
    qtbot.waitUntil(lambda: panel.canvas.goal == panel.canvas.camera, timeout=20_000)
    assert panel.canvas.mark is not None
    assert panel.canvas.camera.sees(panel.canvas.mark.x, panel.canvas.mark.y)


def test_a_selected_event_that_goes_leaves_the_map_standing(panel: MapPanel, stage: Desk) -> None:
    stage.ctx.selection.select("event", FLOODING)
    stage.picture["event"].remove([FLOODING])
    panel.refresh(frozenset(["event"]))
    assert panel.canvas.place("event", FLOODING) is None
    assert not panel.canvas.grab().isNull()
    assert not panel.failed


def test_units_grow_grey_when_their_feed_is_stale(panel: MapPanel, stage: Desk) -> None:
    assert not panel.canvas.scene.units.stale
    stage.clock.advance(30.0)
    panel.age_tick()
    assert panel.canvas.scene.units.stale


@pytest.mark.slow
def test_theme_and_language_change_while_it_is_shown(hangzhou: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    from cockpit.model.messages import texts
    from widgets.kit.theme import Theme

    dark = hangzhou.canvas.grab().toImage().pixelColor(500, 400).lightness()
    stage.ctx.theme, stage.ctx.t = Theme.load("light"), texts("en")
    hangzhou.retheme()
    hangzhou.retranslate()
    qtbot.waitUntil(hangzhou.settled, timeout=20_000)
    image = hangzhou.canvas.grab().toImage()
    colors = np.array([image.pixelColor(x, y).lightness() for x in range(300, 900, 20) for y in range(100, 600, 20)])
    assert float(np.median(colors)) > 150 > dark


def test_a_pack_without_a_base_map_still_shows_what_lives(panel: MapPanel) -> None:
    assert len(panel.canvas.scene.events.keys) > 100
    assert panel.canvas.place("event", panel.canvas.scene.events.keys[0]) is not None
    assert not panel.failed


def test_a_new_event_is_on_the_map_at_the_next_refresh(panel: MapPanel, stage: Desk) -> None:
    row = {**stage.picture["event"].get(FLOODING), "key": "events/new"}  # type: ignore[dict-item]
    put(stage.picture, "event", [row])
    panel.refresh(frozenset(["event"]))
    assert "events/new" in panel.canvas.scene.events.keys


def test_who_made_the_map_is_never_cut_nor_over_the_scale_bar(panel: MapPanel, qtbot: QtBot) -> None:
    one_line = panel.credit.height()
    for width in (1000, 520):
        panel.resize(width, 760)
        qtbot.waitUntil(lambda room=width: panel.canvas.width() < room)
        assert not panel.credit.geometry().intersects(panel.scale_bar.geometry())
        assert panel.canvas.rect().contains(panel.credit.geometry())
    assert panel.credit.height() > one_line


def test_in_a_narrow_map_the_list_of_layers_is_folded_until_a_person_opens_it(
    panel: MapPanel, stage: Desk, qtbot: QtBot
) -> None:
    assert panel.layers.open
    panel.resize(640, 760)
    qtbot.waitUntil(lambda: not panel.layers.open)
    panel.layers.fold()
    assert panel.layers.open
    panel.resize(630, 760)
    qtbot.waitUntil(lambda: panel.canvas.width() < 630)
    assert panel.layers.open, "a person wanted it"


def test_the_way_that_stands_out_comes_from_whoever_asks_for_it(panel: MapPanel, stage: Desk) -> None:
    near, far = (stage.picture["unit"].key_at(i) for i in (3, 4))
    ways = [(key, ((120.17, 30.27), (120.18, 30.28))) for key in (near, far)]
    stage.ctx.routes.show(ways, far)
    assert [(route.key, route.chosen) for route in panel.paths] == [(near, False), (far, True)]
    stage.ctx.routes.show(())
    assert panel.paths == ()


def test_a_selected_alert_is_brought_into_view_with_all_that_it_covers(panel: MapPanel, stage: Desk) -> None:
    alert = panel.canvas.scene.alerts[0]
    panel.canvas.zoom(8.0, QPointF(10, 10), fly=False)
    stage.ctx.selection.select("alert", alert.key)
    for ring in alert.rings:
        for x, y in zip(ring.x.tolist(), ring.y.tolist(), strict=True):
            assert panel.canvas.camera.sees(x, y)
