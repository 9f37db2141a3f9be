"""Where the map looks because of hands, and what stands on it: nothing is covered, no view is taken from a person."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.panel_desk import Desk
from tests.test_map_hands import do, panel, pull, stage
from tests.test_map_panel import FLOODING
from widgets.map import overlay
from widgets.map.draw_words import callout_box
from widgets.map.hands.shapes import ring
from widgets.map.panel import MapPanel

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
__all__ = ["panel", "stage"]
WAIT = 30_000
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_what_was_drawn_lies_beside_the_list_of_what_is_in_it_unless_the_view_is_held(
    panel: MapPanel, stage: Desk, qtbot: QtBot
) -> None:
    panel.resize(1400, 760)
    qtbot.waitUntil(lambda: panel.canvas.width() > 1390)
    canvas = panel.canvas
    canvas.zoom(4.0, fly=False)
    before = canvas.camera
    pull(qtbot, panel, [(900, 200), (1000, 300), (1300, 500)], SHIFT)
    shape = canvas.hands.shape
    assert shape is not None
    (west, east), (north, south) = canvas.camera.to_screen(
        np.array([shape.x.min(), shape.x.max()]), np.array([shape.y.max(), shape.y.min()])
    )
    assert canvas.room.contains(QRectF(QPointF(west, north), QPointF(east, south)))
    assert canvas.camera.scale == before.scale, "it is moved, no more"
    assert not panel.board.hold.held
    pull(qtbot, panel, [(300, 60), (900, 300), (1300, 700)], SHIFT)
    assert canvas.camera.scale < before.scale, "what is too large for the room is seen from farther out"
    do(panel, "map.lock")
    held = canvas.camera
    pull(qtbot, panel, [(300, 60), (900, 300), (1300, 700)], SHIFT)
    canvas.zoom(8.0, QPointF(10, 10), fly=False)
    away = canvas.camera
    stage.ctx.selection.select("event", FLOODING)
    do(panel, "map.around")
    assert canvas.camera == away != held
    assert panel.board.hold.wish is not None, "it is offered"


def test_an_import_does_not_move_a_view_that_is_held_but_the_button_that_looks_at_it_does(panel: MapPanel) -> None:
    canvas, hold = panel.canvas, panel.board.hold
    canvas.zoom(8.0, QPointF(10, 10), fly=False)
    x, y = canvas.camera.to_world(5000, 3000)
    box = (x - 500, y - 500, x + 500, y + 500)
    do(panel, "map.lock")
    here = canvas.camera
    panel.layer_desk.came.emit(box)
    assert canvas.camera == here
    assert panel.board.chip.go.isVisible()
    do(panel, "map.to_selected")
    assert canvas.camera.sees(x, y)
    do(panel, "map.lock")
    canvas.look(here)
    panel.layer_desk.came.emit(box)
    assert canvas.camera.sees(x, y)
    assert not hold.held
    canvas.look(here)
    panel.layer_desk.goes.emit(box)
    assert canvas.camera.sees(x, y)
    assert hold.held, "a person went there"


def test_the_look_that_comes_back_unmoved_from_three_dimensions_holds_nothing(panel: MapPanel, stage: Desk) -> None:
    canvas, sight, hold = panel.canvas, stage.ctx.sight, panel.board.hold
    canvas.zoom(2.0, fly=False)
    here, told = canvas.camera, sight.last
    assert told is not None
    sight.hand(msgspec.structs.replace(told, pitch=45.0, lon=told.lon + 1e-9))
    assert not hold.held
    assert canvas.camera == here
    sight.hand(msgspec.structs.replace(told, lon=told.lon + 0.01))
    assert hold.held
    assert canvas.camera != here


def test_what_was_drawn_lies_under_the_callout_of_what_is_selected(
    panel: MapPanel, stage: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = panel.canvas
    stage.ctx.selection.select("event", FLOODING)
    boxes: list[QRectF] = []
    monkeypatch.setattr(overlay, "callout_box", lambda *args: boxes.append(callout_box(*args)) or boxes[-1])
    qtbot.waitUntil(panel.settled, timeout=WAIT)
    canvas.grab()
    plate = boxes[-1].toRect().adjusted(4, 4, -4, -4)
    before = canvas.grab(plate).toImage()
    x, y = canvas.camera.to_world(plate.center().x(), plate.center().y())
    canvas.hands.show_shape(ring((x, y), 30 / canvas.camera.scale))
    assert canvas.grab(plate).toImage() == before
    assert canvas.grab(plate.translated(0, -40)).toImage() != before


def test_a_view_that_moves_is_painted_with_its_picture_and_not_before(
    panel: MapPanel, stage: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    canvas = panel.canvas
    canvas.zoom(2.0, fly=False)
    qtbot.waitUntil(panel.settled, timeout=WAIT)
    QApplication.processEvents()
    asked: list[object] = []
    monkeypatch.setattr(canvas.surface, "update", asked.append)
    with qtbot.waitSignal(canvas.painted, timeout=WAIT):
        canvas.look(canvas.camera.panned(30, 0))
    qtbot.waitUntil(panel.settled, timeout=WAIT)
    assert not asked, "what lies over a picture is painted with it: not once more over the last one"
    stage.ctx.selection.select("event", FLOODING)
    canvas._offer()
    assert asked, "a selection is seen at once"


@pytest.mark.parametrize(
    ("size", "both"), [((608, 546), False), ((700, 600), False), ((900, 520), True), ((1050, 860), True)]
)
def test_the_overview_stands_beside_tools_tray_and_credit_and_the_list_makes_way_for_the_tray(
    panel: MapPanel, stage: Desk, qtbot: QtBot, size: tuple[int, int], both: bool
) -> None:
    canvas, layers = panel.canvas, panel.layers
    panel.resize(*size)
    qtbot.waitUntil(lambda: abs(canvas.width() - size[0]) < 4)
    if not layers.open:
        layers.fold()
    if not panel.minimap.isVisible():
        do(panel, "map.mini")
    do(panel, "map.lock")
    do(panel, "map.around")
    parts = [panel.minimap, panel.tools, panel.board.tray, panel.credit, panel.scale_bar, layers, panel.board.chip]
    boxes = [one.geometry() for one in parts if one.isVisible()]
    for i, box in enumerate(boxes):
        assert not any(box.intersects(other) for other in boxes[i + 1 :]), parts[i]
        assert canvas.rect().contains(box)
    assert canvas.room.width() >= 200
    assert layers.open == both
    if not layers.open:
        layers.fold()
        assert layers.open, "a person wants it all the same"
        panel.board.refresh()
        assert layers.open
    do(panel, "map.clear_shape")
    assert layers.open


def test_the_held_views_chip_is_never_cut(panel: MapPanel, stage: Desk) -> None:
    chip = panel.board.chip
    do(panel, "map.lock")
    for room in (600, 330, 250, 220):
        chip.fit(room)
        assert chip.width() <= room
        assert chip._words.width() >= chip._words.sizeHint().width(), room
    assert chip.height() > 40
    chip.fit(600)
    assert not chip.release.bare
    assert chip.height() < 40


def test_the_chip_of_an_alert_lies_clear_of_what_stands_on_the_map(panel: MapPanel, qtbot: QtBot) -> None:
    canvas = panel.canvas
    canvas.grab()
    assert canvas.overlay.chips
    key, box = canvas.overlay.chips[0]
    canvas.keep_clear((*canvas.standing, (round(box.left()) - 4, 0, round(box.right()) + 4, canvas.height())))
    canvas.grab()
    moved = dict(canvas.overlay.chips)[key]
    assert not moved.intersects(box.adjusted(-4, -4, 4, 4))
