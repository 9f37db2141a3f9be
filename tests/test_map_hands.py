"""Hands on the map panel: throwing, fingers, gathering into the one selection, the held view, kept views, overview."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.ports import Near
from cockpit.packs.read import read_pack
from tests.living_picture import put
from tests.panel_desk import Desk, desk
from tests.test_map_panel import FLOODING, lone_event, pixel_of, shown
from widgets.kit.finders import Found
from widgets.lists.queue import QueuePanel
from widgets.map.furniture import Credit
from widgets.map.hands.kept_views import ViewsDialog
from widgets.map.hands.locate import GotoDialog, MapFinder
from widgets.map.hands.shapes import Form
from widgets.map.panel import MapPanel

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
WAIT = 30_000
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def stage(qtbot: QtBot) -> Desk:
    made = desk()
    made.ctx.reduced_motion = True
    return made


@pytest.fixture
def panel(stage: Desk, qtbot: QtBot) -> Iterator[MapPanel]:
    made = shown(stage, qtbot)
    yield made
    made.close()


def pull(qtbot: QtBot, panel: MapPanel, points: list[tuple[int, int]], with_: Qt.KeyboardModifier = NONE) -> None:
    """Presses at the first point, goes along the others and lets go at the last one."""
    canvas = panel.canvas
    QTest.mousePress(canvas, LEFT, with_, QPoint(*points[0]))
    for point in points[1:]:
        QTest.mouseMove(canvas, QPoint(*point))
    QTest.mouseRelease(canvas, LEFT, with_, QPoint(*points[-1]))


def do(panel: MapPanel, action: str) -> None:
    assert panel.ctx.actions.trigger(action) is None


# -- gathering ---------------------------------------------------------------------------------------------------------


def test_a_box_with_shift_gathers_what_lies_in_it_and_the_map_stays_where_it_is(
    panel: MapPanel, stage: Desk, qtbot: QtBot
) -> None:
    before = panel.canvas.camera
    do(panel, "map.lock")
    pull(qtbot, panel, [(300, 200), (500, 300), (800, 600)], SHIFT)
    assert panel.canvas.camera == before
    members = stage.ctx.selection.members_of("event")
    assert members
    for key in members:
        at = pixel_of(panel, "event", key)
        assert 298 <= at.x() <= 802
        assert 198 <= at.y() <= 602
    assert panel.board.tray.isVisible()
    assert panel.board.tray.contents.count("event") == len(members)
    assert panel.canvas.hands.shape.form is Form.BOX  # type: ignore[union-attr]


def test_a_lasso_gathers_by_alt_or_by_its_tool_and_escape_lets_go(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    round_about = [(300, 200), (800, 220), (780, 600), (320, 560), (302, 205)]
    do(panel, "map.lock")
    pull(qtbot, panel, round_about, ALT)
    by_alt = stage.ctx.selection.members
    assert by_alt
    qtbot.keyClick(panel.canvas, Qt.Key.Key_Escape)
    assert stage.ctx.selection.members == ()
    assert panel.board.tray.isHidden()
    do(panel, "map.lasso")
    assert panel.tools.buttons["hands.lasso"].isChecked()
    pull(qtbot, panel, round_about)
    assert set(stage.ctx.selection.members) == set(by_alt)
    assert panel.canvas.hands.tool is None, "the next click selects as ever"


def test_an_area_is_drawn_by_keyboard_alone(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    canvas = panel.canvas
    do(panel, "map.lasso")
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
        qtbot.keyClick(canvas, Qt.Key.Key_Return)
        for _ in range(3):
            qtbot.keyClick(canvas, key)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert canvas.hands.shape is not None
    assert canvas.hands.shape.form is Form.AREA
    assert canvas.hands.shape.square > 0


def test_a_ring_around_the_selected_tells_what_is_near_and_its_radius_is_kept(
    panel: MapPanel, stage: Desk, qtbot: QtBot
) -> None:
    stage.ctx.selection.select("event", FLOODING)
    do(panel, "map.around")
    narrow = panel.board.tray.contents
    assert ("event", FLOODING) not in stage.ctx.selection.members
    qtbot.mouseClick(panel.board.tray.radii[2000.0], LEFT)
    wide = panel.board.tray.contents
    assert {*narrow.members} < {*wide.members}
    assert stage.ports.kept["map.radius"] == 2000.0
    inside = panel.board.tray.contents.groups[2].keys
    near = inside[:1]
    outside = next(key for key in stage.picture["unit"].text("key") if key not in inside)
    told = [Near(key, 77.0, 60, (), (), True) for key in (*near, outside)]
    stage.ports.nears.answer(told)
    lines = [line for line in panel.board.tray.lines if line.key and line.topic == "unit"]
    if near:
        assert (lines[0].key, lines[0].road) == (near[0], 77.0)
    assert any(line.key == outside for line in lines) == (len(inside) < 4)


def test_a_ring_goes_with_the_unit_it_was_drawn_around(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    unit = panel.canvas.scene.units.keys[0]
    stage.ctx.selection.select("unit", unit)
    do(panel, "map.around")
    before = panel.canvas.hands.shape
    row = {**stage.picture["unit"].get(unit), "lon": 120.1501, "lat": 30.2502}  # type: ignore[dict-item]
    put(stage.picture, "unit", [row])
    panel.refresh(frozenset(["unit"]))
    stage.clock.advance(6.0)
    panel.age_tick()
    after = panel.canvas.hands.shape
    assert before is not None
    assert after is not None
    assert after.centre != before.centre
    assert panel.canvas.place("unit", unit) == after.centre


def test_an_item_of_the_list_is_opened_by_enter_and_what_was_gathered_stays(
    panel: MapPanel, stage: Desk, qtbot: QtBot
) -> None:
    pull(qtbot, panel, [(300, 200), (500, 300), (800, 600)], SHIFT)
    members, tray = stage.ctx.selection.members, panel.board.tray
    tray.list.setFocus()
    tray.list.setCurrentIndex(tray.list.model().index(0, 0))
    qtbot.keyClick(tray.list, Qt.Key.Key_Down)
    qtbot.keyClick(tray.list, Qt.Key.Key_Return)
    assert stage.ctx.selection.item == members[0]
    assert stage.ctx.selection.members == members
    qtbot.keyClick(tray.list, Qt.Key.Key_Left)
    assert all(not line.key for line in tray.lines if line.topic == "event")
    qtbot.keyClick(tray.list, Qt.Key.Key_Escape)
    assert stage.ctx.selection.members == ()
    assert stage.ctx.selection.back()
    assert stage.ctx.selection.members == members
    assert panel.canvas.hands.shape is not None, "Back restores the shape too"


def test_the_queue_marks_what_was_gathered_and_shows_it_alone_when_asked(
    panel: MapPanel, stage: Desk, qtbot: QtBot
) -> None:
    queue = QueuePanel(stage.ctx)
    qtbot.addWidget(queue)
    queue.resize(396, 700)
    queue.show()
    every = len(queue.model)
    assert stage.ctx.actions.trigger("queue.among") is not None, "nothing is gathered yet"
    pull(qtbot, panel, [(300, 200), (500, 300), (800, 600)], SHIFT)
    keys = stage.ctx.selection.members_of("event")
    assert queue.view.members == set(keys)
    qtbot.mouseClick(panel.board.tray.only, LEFT)
    assert {*queue.model.keys(0, len(queue.model))} == set(keys)
    assert queue.among.isVisible()
    do(panel, "map.clear_shape")
    assert len(queue.model) == every
    assert not queue.among.isVisible()
    queue.close()


# -- measuring ---------------------------------------------------------------------------------------------------------


def test_the_ruler_measures_by_clicks_and_draws_its_reading(panel: MapPanel, qtbot: QtBot) -> None:
    canvas = panel.canvas
    do(panel, "map.ruler")
    qtbot.waitUntil(panel.settled, timeout=WAIT)
    before = canvas.grab().toImage()
    for point in ((500, 300), (700, 300), (700, 500)):
        qtbot.mouseClick(canvas, LEFT, pos=QPoint(*point))
    ruler = canvas.hands.tool
    sums, square = ruler.reading()  # type: ignore[union-attr]
    assert sums[-1] == pytest.approx(400 * canvas.camera.ground, rel=0.01)
    assert square == pytest.approx(200 * 200 / 2 * canvas.camera.ground**2, rel=0.01)
    assert canvas.grab().toImage() != before
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.hands.tool is None
    assert not panel.tools.buttons["hands.ruler"].isChecked()


def test_a_tool_in_the_hand_says_how_it_is_used_and_selects_nothing(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    panel.canvas.zoom(3.0, fly=False)
    key = lone_event(panel)
    do(panel, "map.ruler")
    assert panel.hint.isVisible()
    qtbot.mouseClick(panel.canvas, LEFT, pos=pixel_of(panel, "event", key))
    assert stage.ctx.selection.key == ""


# -- the held view -----------------------------------------------------------------------------------------------------


def test_a_view_that_was_moved_by_hand_stays_until_it_is_released(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    canvas = panel.canvas
    canvas.zoom(8.0, QPointF(10, 10), fly=False)
    pull(qtbot, panel, [(600, 400), (610, 405), (640, 420)])
    held = canvas.camera
    at = canvas.place("event", FLOODING)
    assert at is not None
    assert not held.sees(*at)
    stage.ctx.selection.select("event", FLOODING)
    stage.ctx.picking.show((120.16, 30.25, "延安路"))
    stage.ctx.selection.select("alert", canvas.scene.alerts[0].key)
    assert canvas.camera == held
    assert panel.board.chip.isVisible()
    stage.ctx.selection.select("event", FLOODING)
    assert panel.board.chip.go.isVisible()
    qtbot.mouseClick(panel.board.chip.release, LEFT)
    assert canvas.camera.sees(*at), "what the program wanted is shown when it may"
    assert not panel.board.chip.isVisible()


def test_whoever_holds_the_view_goes_to_what_is_selected_by_a_key_and_still_holds_it(
    panel: MapPanel, stage: Desk
) -> None:
    canvas = panel.canvas
    canvas.zoom(8.0, QPointF(10, 10), fly=False)
    do(panel, "map.lock")
    stage.ctx.selection.select("event", FLOODING)
    do(panel, "map.to_selected")
    at = canvas.place("event", FLOODING)
    assert at is not None
    assert canvas.camera.sees(*at)
    assert panel.board.hold.held
    assert panel.board.hold.wish is None
    do(panel, "map.lock")
    assert not panel.board.hold.held


def test_nothing_moves_the_map_under_a_hand_that_draws(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    canvas = panel.canvas
    canvas.zoom(8.0, QPointF(10, 10), fly=False)
    do(panel, "map.ruler")
    qtbot.mouseClick(canvas, LEFT, pos=QPoint(500, 300))
    here = canvas.camera
    stage.ctx.selection.select("event", FLOODING)
    assert canvas.camera == here


def test_following_and_a_held_view_exclude_each_other(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    qtbot.keyClick(panel.canvas, Qt.Key.Key_Right)
    assert panel.board.hold.held
    do(panel, "map.follow")
    assert not panel.board.hold.held
    qtbot.keyClick(panel.canvas, Qt.Key.Key_Right)
    held = panel.canvas.camera
    stage.ctx.selection.select("event", FLOODING)
    assert panel.canvas.camera == held


# -- throwing and fingers ----------------------------------------------------------------------------------------------


def test_a_thrown_map_glides_on_and_a_press_stops_it(
    stage: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.ctx.reduced_motion = False
    panel = shown(stage, qtbot)
    canvas = panel.canvas
    canvas.zoom(8.0, fly=False)
    monkeypatch.setattr(canvas, "_mono", lambda: stage.clock.mono())
    QTest.mousePress(canvas, LEFT, NONE, QPoint(500, 400))
    for i in range(6):
        stage.clock.advance(0.01)
        QTest.mouseMove(canvas, QPoint(520 + 20 * i, 400))
    QTest.mouseRelease(canvas, LEFT, NONE, QPoint(620, 400))
    assert canvas.hands.throw.flying
    let_go = canvas.camera
    stage.clock.advance(0.1)
    qtbot.waitUntil(lambda: canvas.camera.x < let_go.x, timeout=WAIT)
    QTest.mousePress(canvas, LEFT, NONE, QPoint(500, 400))
    assert not canvas.hands.throw.flying
    QTest.mouseRelease(canvas, LEFT, NONE, QPoint(500, 400))
    panel.close()


def test_a_wheel_sets_a_zoom_going_that_keeps_what_is_under_the_cursor_there(
    stage: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.ctx.reduced_motion = False
    panel = shown(stage, qtbot)
    canvas = panel.canvas
    canvas.zoom(2.0, fly=False)
    monkeypatch.setattr(canvas, "_mono", lambda: stage.clock.mono())
    before, at = canvas.camera, QPointF(700, 300)
    under = before.to_world(at.x(), at.y())
    wheel = QWheelEvent(
        at, canvas.mapToGlobal(at), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, wheel)
    scales = [before.scale]
    for _ in range(6):
        stage.clock.advance(0.05)
        qtbot.waitUntil(lambda: canvas.camera.scale > scales[-1] or canvas.camera == canvas.goal, timeout=WAIT)
        scales.append(canvas.camera.scale)
        assert canvas.camera.to_world(at.x(), at.y()) == pytest.approx(under, abs=1.0)
    assert canvas.camera.scale == pytest.approx(before.scale * 1.25**2)
    assert panel.board.hold.held
    panel.close()


def test_nothing_is_thrown_with_reduced_motion(panel: MapPanel, qtbot: QtBot) -> None:
    panel.canvas.zoom(8.0, fly=False)
    pull(qtbot, panel, [(500, 400), (540, 400), (580, 400), (620, 400)])
    assert not panel.canvas.hands.throw.flying


@pytest.fixture(scope="module")
def glass() -> QPointingDevice:
    return QTest.createTouchDevice()  # type: ignore[return-value]


def test_two_fingers_zoom_where_they_are_and_one_moves_the_map(
    panel: MapPanel, glass: QPointingDevice, qtbot: QtBot
) -> None:
    canvas = panel.canvas
    canvas.zoom(4.0, fly=False)
    before = canvas.camera
    touch = QTest.touchEvent(canvas, glass, False)
    touch.press(1, QPoint(400, 400), canvas).press(2, QPoint(600, 400), canvas).commit()
    touch.move(1, QPoint(350, 400), canvas).move(2, QPoint(650, 400), canvas).commit()
    touch.move(1, QPoint(300, 400), canvas).move(2, QPoint(700, 400), canvas).commit()
    touch.release(1, QPoint(300, 400), canvas).release(2, QPoint(700, 400), canvas).commit()
    assert canvas.camera.scale == pytest.approx(before.scale * 2, rel=0.05)
    assert canvas.camera.to_world(500, 400) == pytest.approx(before.to_world(500, 400), abs=5)
    here = canvas.camera
    touch.press(3, QPoint(500, 400), canvas).commit()
    touch.move(3, QPoint(560, 430), canvas).commit()
    touch.release(3, QPoint(560, 430), canvas).commit()
    assert canvas.camera.to_world(560, 430) == pytest.approx(here.to_world(500, 400), abs=2)


def test_a_tap_selects_and_the_board_of_the_pull_is_left_alone(
    panel: MapPanel, stage: Desk, glass: QPointingDevice
) -> None:
    panel.canvas.zoom(3.0, fly=False)
    key = lone_event(panel)
    touch = QTest.touchEvent(panel.canvas, glass, False)
    touch.press(1, pixel_of(panel, "event", key), panel.canvas).commit()
    touch.release(1, pixel_of(panel, "event", key), panel.canvas).commit()
    assert stage.ctx.selection.item == ("event", key)


# -- coordinates -------------------------------------------------------------------------------------------------------


def test_coordinates_are_copied_in_the_datum_that_a_person_chose(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    qtbot.mouseMove(panel.canvas, QPoint(600, 400))
    do(panel, "map.copy_place")
    plain = QGuiApplication.clipboard().text()
    do(panel, "map.datum")
    assert stage.ports.kept["map.datum"] == "gcj02"
    assert panel.board.locate.label.text().startswith("GCJ-02")
    do(panel, "map.copy_place")
    shifted = QGuiApplication.clipboard().text()
    a, b = ([float(v) for v in text.split(",")] for text in (plain, shifted))
    assert 200 < ((a[0] - b[0]) * 96_300) ** 2 + ((a[1] - b[1]) * 110_850) ** 2 < 900**2
    assert len(stage.toasts) == 3


def test_typed_coordinates_are_gone_to_and_those_outside_of_the_city_are_refused_in_words(
    panel: MapPanel, qtbot: QtBot
) -> None:
    do(panel, "map.goto_place")
    dialog = panel.canvas.findChild(GotoDialog)
    assert dialog is not None
    for text in ("这里", "100.0, 20.0"):
        dialog.field.setText(text)
        assert not dialog.confirm.isEnabled()
    dialog.field.setText("120.1601, 30.2502")
    assert dialog.confirm.isEnabled()
    qtbot.mouseClick(dialog.confirm, LEFT)
    assert panel.canvas.pin is not None
    assert panel.canvas.camera.sees(panel.canvas.pin.x, panel.canvas.pin.y)


def test_the_palette_finds_typed_coordinates_and_kept_views(panel: MapPanel, stage: Desk) -> None:
    panel.board.views.marks.add("西湖景区", panel.canvas.camera)
    gone: list[object] = []
    finder = MapFinder(stage.ctx, gone.append, gone.append)
    found: list[Found] = []
    for text in ("120.16,30.25", "xihu", "100, 20"):
        finder.find(text, found.extend)
    assert [line.run is not None for line in found] == [True, True, False]
    for line in found[:2]:
        assert line.run is not None
        line.run()
    assert [getattr(one, "lon", None) for one in gone] == pytest.approx([120.16, gone[1].lon])  # type: ignore[attr-defined]


def test_the_credit_names_openstreetmap_once_and_says_whose_datum_it_tells(stage: Desk, qtbot: QtBot) -> None:
    more: list[str] = []
    behind = QWidget()
    qtbot.addWidget(behind)
    credit = Credit(stage.ctx, behind, lambda: more)
    own = credit.words
    assert own.endswith("底图 WGS-84")
    more[:] = ["© OpenStreetMap contributors"]
    credit.retranslate()
    assert credit.words == own
    more[:] = ["© Protomaps © OpenStreetMap contributors"]
    credit.retranslate()
    assert credit.words.count("OpenStreetMap") == 1
    assert "Protomaps" in credit.words


# -- kept views --------------------------------------------------------------------------------------------------------


def test_a_view_is_kept_under_a_name_and_gone_to_by_its_key(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    canvas = panel.canvas
    canvas.zoom(4.0, QPointF(300, 200), fly=False)
    there = canvas.camera
    do(panel, "map.save_view")
    dialog = canvas.findChild(QDialog)
    assert dialog is not None
    dialog.field.setText("西湖")  # type: ignore[attr-defined]
    qtbot.mouseClick(dialog.confirm, LEFT)  # type: ignore[attr-defined]
    canvas.fit()
    assert canvas.camera.scale < there.scale
    do(panel, "map.view_1")
    assert (canvas.camera.x, canvas.camera.y, canvas.camera.scale) == pytest.approx(
        (there.x, there.y, there.scale), rel=1e-3
    )
    reason = stage.ctx.actions.trigger("map.view_2")
    assert reason is not None
    assert reason.id == "hands.no_view"


def test_kept_views_are_put_in_order_by_keyboard(panel: MapPanel, qtbot: QtBot) -> None:
    for name in ("甲", "乙", "丙"):
        panel.board.views.marks.add(name, panel.canvas.camera)
    do(panel, "map.order_views")
    dialog = panel.canvas.findChild(ViewsDialog)
    assert dialog is not None
    dialog.list.setCurrentRow(2)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Up, ALT)
    dialog.list.setCurrentRow(0)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Delete)
    assert [row.name for row in panel.board.views.marks.rows] == ["丙", "乙"]
    qtbot.keyClick(dialog.list, Qt.Key.Key_Return)
    assert not dialog.isVisible()


# -- menu, overview, what stands on the map ----------------------------------------------------------------------------


def test_the_menu_of_a_place_gathers_around_it_and_measures_from_it(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    canvas = panel.canvas
    at = next(spot for x in range(400, 800, 7) if canvas.hit(spot := QPointF(x, 400)) is None)
    canvas.hands.menu.emit(at)
    menu = next(one for one in canvas.findChildren(QMenu) if one.isVisible())
    by_words = {action.text(): action for action in menu.actions()}
    by_words[stage.ctx.t("hands.menu_around", metres="500 m")].trigger()
    assert canvas.hands.shape is not None
    assert canvas.hands.shape.centre == pytest.approx(canvas.camera.to_world(at.x(), at.y()))
    by_words[stage.ctx.t("hands.menu_measure")].trigger()
    assert canvas.hands.tool is not None
    assert canvas.hands.tool.points == [pytest.approx(canvas.camera.to_world(at.x(), at.y()))]  # type: ignore[attr-defined]
    menu.close()


def test_a_press_on_the_overview_brings_the_map_there_and_a_key_folds_it(
    panel: MapPanel, stage: Desk, qtbot: QtBot
) -> None:
    canvas, mini = panel.canvas, panel.minimap
    canvas.zoom(6.0, fly=False)
    assert mini.isVisible()
    qtbot.mouseClick(mini, LEFT, pos=QPoint(60, 90))
    assert (canvas.camera.x, canvas.camera.y) == pytest.approx(mini.camera.to_world(60, 90), abs=1)
    assert mini.frame.contains(QPointF(60, 90))
    here = canvas.camera
    qtbot.keyClick(mini, Qt.Key.Key_Right)
    assert canvas.camera.x > here.x
    do(panel, "map.mini")
    assert not mini.isVisible()
    assert stage.ports.kept["map.mini_open"] is False


@pytest.mark.slow
def test_the_overview_shows_the_base_map_of_the_city(stage: Desk, qtbot: QtBot) -> None:
    stage.ctx.pack = msgspec.structs.replace(stage.ctx.pack, folder=read_pack("hangzhou").folder)
    panel = shown(stage, qtbot)
    qtbot.waitUntil(lambda: not panel.minimap.image.isNull(), timeout=WAIT)
    image: QImage = panel.minimap.image
    water = stage.ctx.theme.map.color("water").name()
    colors = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert water in colors
    panel.close()


def test_lists_tools_and_chips_never_cover_one_another(panel: MapPanel, stage: Desk, qtbot: QtBot) -> None:
    do(panel, "map.lock")
    do(panel, "map.around")
    do(panel, "map.ruler")
    for width, height in ((1000, 760), (900, 520), (640, 560), (1400, 900)):
        panel.resize(width, height)
        qtbot.waitUntil(lambda wide=width: abs(panel.canvas.width() - wide) < 4)
        standing = [panel.layers, panel.tools, panel.board.tray, panel.board.chip, panel.hint, panel.scale_bar]
        boxes = [one.geometry() for one in standing if one.isVisible()]
        for i, one in enumerate(boxes):
            assert all(not one.intersects(other) for other in boxes[i + 1 :]), (width, height, standing[i])


def test_the_approval_number_of_a_pack_stands_in_the_credit_line_and_without_one_nothing_does(
    stage: Desk, panel: MapPanel
) -> None:
    assert "审图号" not in panel.credit.words
    stage.ctx.pack = msgspec.structs.replace(stage.ctx.pack, approval="GS(2024)0650号")
    panel.retranslate()
    assert "审图号：GS(2024)0650号" in panel.credit.words


def test_every_tool_has_a_key_that_its_button_says_and_no_two_are_the_same(panel: MapPanel, stage: Desk) -> None:
    keys = [key for action in stage.ctx.actions if action.id.startswith("map.") for key in action.keys]
    assert len(keys) == len(set(keys))
    for words in ("hands.ruler", "hands.lasso", "hands.ring", "hands.views", "hands.lock", "map.to_selected"):
        key = panel.tools.buttons[words].toolTip().rsplit(" ", 1)[-1]
        assert stage.ctx.actions.by_key(key) is not None
        assert key in panel.canvas.accessibleDescription()


def test_the_panels_menu_holds_every_tool_and_is_the_same_however_often_it_is_opened(
    panel: MapPanel, qtbot: QtBot
) -> None:
    menu = panel.header._dots.menu()
    for _ in range(3):
        menu.aboutToShow.emit()
    words = [action.text().split("\t")[0] for action in menu.actions()]
    for one in ("ruler", "lasso", "ring", "around_this", "lock", "views", "coordinates", "mini_fold"):
        assert words.count(panel.ctx.t(f"hands.{one}")) == 1
    assert len(menu.findChildren(QMenu)) == len([action for action in menu.actions() if action.menu() is not None])
