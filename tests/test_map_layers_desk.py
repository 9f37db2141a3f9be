"""The layers of the map by mouse and keys: the list, details, views, a span of the time bar, imported layers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from cockpit.geo.imports.files import read, save
from cockpit.geo.imports.model import Wishes
from cockpit.model.clock import HOUR
from cockpit.model.messages import texts
from tests.panel_desk import Desk, desk
from widgets.lists.event import EventPage
from widgets.lists.page_record import RecordThing
from widgets.map.camera import mercator
from widgets.map.drawing import Polygons, Sprites
from widgets.map.layers.details import Details
from widgets.map.layers.importing import ImportDialog
from widgets.map.layers.state import HEAT, USER
from widgets.map.panel import MapPanel
from widgets.map.scene import ALERT, AREA, CAMERA, EVENT, SENSOR, TRAIL, UNIT

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
PATIENCE = 30_000


def square(lon: float, lat: float, side: float = 0.004) -> list[list[list[float]]]:
    return [[[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]]


def features() -> dict[str, Any]:
    """A school, a red and a blue area in the middle of the living city."""
    shapes = [
        ({"type": "Point", "coordinates": [120.16, 30.26]}, {"name": "一小", "icon": "fire"}),
        ({"type": "Polygon", "coordinates": square(120.17, 30.26)}, {"name": "东片", "风险": "重大", "层数": 6}),
        ({"type": "Polygon", "coordinates": square(120.18, 30.27)}, {"name": "西片", "风险": "低", "层数": 2}),
    ]
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "geometry": shape, "properties": known} for shape, known in shapes],
    }


def written(folder: Path) -> Path:
    path = folder / "风险.geojson"
    path.write_text(json.dumps(features()), "utf-8")
    return path


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path) -> Desk:
    made = desk()
    made.ctx.reduced_motion = True
    made.ctx.layers = tmp_path / "layers"
    return made


@pytest.fixture
def kept(stage: Desk, tmp_path: Path) -> str:
    """A layer that was imported in an earlier session; its key."""
    wishes = Wishes("wgs84", stage.ctx.pack.bounds, "风险", "消防支队")
    save(read(written(tmp_path), wishes, stage.clock.now()), tmp_path / "layers" / "0001.layer")
    return USER + "0001"


@pytest.fixture
def opened(stage: Desk, qtbot: QtBot) -> Iterator[Callable[[], MapPanel]]:
    panels: list[MapPanel] = []

    def shown() -> MapPanel:
        made = MapPanel(stage.ctx)
        panels.append(made)
        qtbot.addWidget(made)
        made.resize(1000, 760)
        made.show()
        made.refresh(made.topics)
        made.age_tick()
        qtbot.waitUntil(made.settled, timeout=PATIENCE)
        return made

    yield shown
    for one in panels:
        one.close()


def of(panel: MapPanel, prefix: str) -> list[Any]:
    theme = panel.ctx.theme
    return [layer for layer in panel.canvas.drawing(theme, wait=True).layers if layer.key.startswith(prefix)]


# The list.


def test_a_layer_is_hidden_faded_and_moved_by_keys_alone(
    stage: Desk, opened: Callable[[], MapPanel], qtbot: QtBot
) -> None:
    panel = opened()
    assert stage.ctx.actions.trigger("map.layer_list") is None
    row = panel.layers.rows[EVENT]
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_Space)
    assert EVENT not in panel.visible
    assert not of(panel, "event")
    qtbot.keyClick(row, Qt.Key.Key_Space)
    for _ in range(3):
        qtbot.keyClick(row, Qt.Key.Key_Left)
    assert of(panel, "event")[-1].opacity == pytest.approx(0.7)
    qtbot.keyClick(row, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert list(panel.layers.rows)[:2] == [UNIT, EVENT]
    keys = [layer.key for layer in panel.canvas.drawing(stage.ctx.theme).layers]
    assert keys.index("event") < keys.index("unit")
    qtbot.keyClick(row, Qt.Key.Key_Down)
    assert panel.layers.rows[TRAIL].hasFocus()
    panel.close_panel()
    first = stage.ports.kept["map.stack"][:2]
    assert [(one["key"], one.get("opacity", 1.0)) for one in first] == [(UNIT, 1.0), (EVENT, pytest.approx(0.7))]


def test_a_row_is_dragged_to_another_place(opened: Callable[[], MapPanel], qtbot: QtBot) -> None:
    panel = opened()
    row, goal = panel.layers.rows[CAMERA], panel.layers.rows[EVENT]
    start = QPoint(60, 14)
    qtbot.mousePress(row, Qt.MouseButton.LeftButton, pos=start)
    for y in (-20, -60, goal.y() - row.y()):
        qtbot.mouseMove(row, QPoint(60, y))
    qtbot.mouseRelease(row, Qt.MouseButton.LeftButton, pos=QPoint(60, goal.y() - row.y()))
    assert next(iter(panel.layers.rows)) == CAMERA
    assert CAMERA not in panel.visible


def test_the_eye_toggles_by_a_click_and_the_dots_open_the_details(opened: Callable[[], MapPanel], qtbot: QtBot) -> None:
    panel = opened()
    row = panel.layers.rows[SENSOR]
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(20, 14))
    assert SENSOR in panel.visible
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(row.width() - 10, 14))
    details = QApplication.activePopupWidget()
    assert isinstance(details, Details)
    qtbot.keyClick(details, Qt.Key.Key_Escape)
    assert SENSOR in panel.visible


def test_every_layer_can_be_toggled_from_the_palette(stage: Desk, opened: Callable[[], MapPanel]) -> None:
    panel = opened()
    for key in (EVENT, UNIT, TRAIL, SENSOR, CAMERA, HEAT, ALERT, AREA):
        before = key in panel.visible
        assert stage.ctx.actions.trigger(f"map.toggle_{key}") is None
        assert (key in panel.visible) is not before
    stage.ctx.actions.trigger("map.layer_reset")
    assert panel.visible == {EVENT, UNIT, TRAIL, ALERT, AREA}


def test_the_list_never_reaches_below_the_map_however_many_layers_there_are(
    stage: Desk, kept: str, opened: Callable[[], MapPanel], qtbot: QtBot, tmp_path: Path
) -> None:
    data = (tmp_path / "layers" / "0001.layer").read_bytes()
    for i in range(2, 30):
        (tmp_path / "layers" / f"{i:04}.layer").write_bytes(data)
    panel = opened()
    qtbot.waitUntil(lambda: len(panel.layer_desk.users.layers) == 29, timeout=PATIENCE)
    assert panel.layers.geometry().bottom() < panel.canvas.height()
    last = list(panel.layers.rows)[-2]
    panel.layers.rows[last].setFocus()
    assert len(panel.layers.rows) == 8 + 29


# Filters.


def test_ticking_a_kind_in_the_details_leaves_only_those_on_the_map(
    stage: Desk, opened: Callable[[], MapPanel], qtbot: QtBot
) -> None:
    panel = opened()
    details = panel.layer_desk.open_details(UNIT, panel.layers.rows[UNIT])
    details.boxes[("kind", "police")].click()
    units = stage.picture["unit"]
    police = {units.key_at(i) for i, kind in enumerate(units.text("kind")) if kind == "police"}
    assert {*panel.canvas.scene.units.keys} <= police
    assert panel.layers.rows[UNIT].count == len(panel.canvas.scene.units.keys) > 0
    assert panel.layers.rows[UNIT].filtered
    details.clear.click()
    assert len(panel.canvas.scene.units.keys) > len(police)
    details.close()


def test_the_details_of_heat_count_what_heat_draws(stage: Desk, opened: Callable[[], MapPanel], qtbot: QtBot) -> None:
    panel = opened()
    panel.layer_desk.set_state("heat", visible=True)
    heat = panel.canvas.scene.heat
    assert heat is not None
    about = panel.layer_desk.facts.about(panel.layer_desk.stack.state("heat"), "", "dark")
    groups = {group.column: group for group in about.groups}
    assert sum(choice.count for choice in groups["level"].choices) == len(heat.x) == len(stage.picture["event"])
    assert len(heat.x) > len(panel.canvas.scene.events.keys), "closed ones are hot too"
    assert panel.layers.rows["heat"].count == len(heat.x)


def test_only_what_happened_within_the_last_hour_is_shown_when_asked(
    stage: Desk, opened: Callable[[], MapPanel]
) -> None:
    panel = opened()
    details = panel.layer_desk.open_details(EVENT, panel.layers.rows[EVENT])
    before = len(panel.canvas.scene.events.keys)
    details.chips[("last", "1")].click()
    events = panel.canvas.scene.events
    assert 0 < len(events.keys) < before
    assert (events.occurred >= stage.ctx.clock.now() - HOUR).all()
    details.close()


def test_a_span_of_the_time_bar_filters_events_by_mouse_and_by_keys(
    opened: Callable[[], MapPanel], qtbot: QtBot
) -> None:
    panel = opened()
    bar, before = panel.timebar, len(panel.canvas.scene.events.keys)
    plot, first, last = bar._scale()
    a, b = (QPoint(round(plot.left() + plot.width() * share), 30) for share in (0.6, 0.8))
    qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=a)
    qtbot.mouseMove(bar, b)
    qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=b)
    start, end = bar.span
    assert first < start < end < last
    events = panel.canvas.scene.events
    assert 0 < len(events.keys) < before
    assert ((events.occurred >= start) & (events.occurred < end)).all()
    qtbot.keyClick(bar, Qt.Key.Key_Left)
    assert bar.span == (start - 10 * 60_000_000, end - 10 * 60_000_000)
    qtbot.keyClick(bar, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert bar.span == (start - 10 * 60_000_000, end)
    qtbot.keyClick(bar, Qt.Key.Key_Escape)
    assert len(panel.canvas.scene.events.keys) == before


def test_a_span_that_was_picked_does_not_hide_events_at_the_next_start(
    stage: Desk, opened: Callable[[], MapPanel]
) -> None:
    panel = opened()
    panel.timebar.pick(stage.ctx.clock.now() - 3 * HOUR, stage.ctx.clock.now() - 2 * HOUR)
    assert panel.layer_desk.stack.filter(EVENT)
    panel.close_panel()
    assert not opened().layer_desk.stack.filter(EVENT)


# Areas.


def test_areas_are_coloured_by_the_tier_that_a_person_chooses(stage: Desk, opened: Callable[[], MapPanel]) -> None:
    panel = opened()
    streets = len(panel.canvas.scene.areas)
    details = panel.layer_desk.open_details(AREA, panel.layers.rows[AREA])
    details.chips[("subject", "4")].click()
    areas = stage.picture["area"]
    assert len(panel.canvas.scene.areas) == (areas.numbers("tier") == 4).sum() > streets
    assert "网格" in panel.layers._caption.text()
    details.close()


def test_the_area_under_the_pointer_is_selected_from_the_menu_and_the_palette(
    stage: Desk, opened: Callable[[], MapPanel], qtbot: QtBot
) -> None:
    panel = opened()
    street = panel.canvas.scene.areas[3]
    x, y = (float(part.mean()) for part in (street.rings[0].x[:-1], street.rings[0].y[:-1]))
    panel.canvas.look(panel.canvas.camera.centred(x, y, panel.canvas.camera.scale))
    menu = QMenu()
    qtbot.addWidget(menu)
    panel.layer_desk.things.area_menu(menu, (x, y))
    (entry,) = menu.actions()
    assert street.name in entry.text()
    entry.trigger()
    topic, key = stage.ctx.selection.item
    assert (topic, stage.picture["area"].get(key)["code"]) == ("area", street.code)  # type: ignore[index]
    assert [layer.key for layer in of(panel, "mark")] == ["mark.line"]
    stage.ctx.selection.clear()
    assert not of(panel, "mark")
    assert stage.ctx.actions.trigger("map.area_here") is None
    lon, lat = panel.board.locate.place
    here = panel.layer_desk.things.area_at(*(float(v) for v in mercator(lon, lat)))
    assert here is not None
    assert stage.ctx.selection.item == ("area", here[0])


# Views.


def test_a_view_is_saved_used_stacked_and_removed(stage: Desk, opened: Callable[[], MapPanel]) -> None:
    panel = opened()
    layers = panel.layer_desk
    for name, keys in (("防汛", {SENSOR, ALERT}), ("治安", {UNIT, CAMERA})):
        for key in (EVENT, UNIT, TRAIL, SENSOR, CAMERA, ALERT, AREA):
            panel.layer_desk.set_state(key, visible=key in keys)
        menu = layers.open_views()
        menu.field.setText(name)
        menu.department.setText("市局")
        menu.save.click()
    menu = layers.open_views()
    for box in menu.boxes.values():
        box.click()
    assert panel.visible == {SENSOR, ALERT, UNIT, CAMERA}
    menu.close()
    assert stage.ctx.actions.trigger("map.view.防汛") is None
    assert panel.visible == {SENSOR, ALERT}
    panel.close_panel()
    again = opened()
    assert [view.name for view in again.layer_desk.views] == ["防汛", "治安"]
    menu = again.layer_desk.open_views()
    menu._remove("防汛")
    menu.close()
    assert stage.ctx.actions.get("map.view.防汛") is None
    assert [one["name"] for one in stage.ports.kept["map.views"]] == ["治安"]


def test_ticking_sources_stacks_the_layers_of_those_departments(
    kept: str, stage: Desk, opened: Callable[[], MapPanel], qtbot: QtBot
) -> None:
    panel = opened()
    qtbot.waitUntil(lambda: bool(panel.layer_desk.users.layers), timeout=PATIENCE)
    menu = panel.layer_desk.open_views()
    assert any("消防支队" in box.text() for box in menu.sources.values())
    menu.sources["dept:消防支队"].click()
    assert panel.visible == {kept}
    camera = next(feed.id for feed in stage.ctx.pack.feeds if feed.topic == CAMERA)
    menu.sources[camera].click()
    assert panel.visible == {kept, CAMERA}
    menu.close()


# Imported layers.


def test_a_layer_imported_earlier_is_there_again_coloured_filtered_and_drawn(
    kept: str, opened: Callable[[], MapPanel], qtbot: QtBot
) -> None:
    panel = opened()
    layers = panel.layer_desk
    qtbot.waitUntil(lambda: bool(layers.users.layers), timeout=PATIENCE)
    assert panel.layers.rows[kept].text() == "风险"
    assert panel.layers.rows[kept].count == 3
    details = layers.open_details(kept, panel.layers.rows[kept])
    details.chips[("color_by", "风险")].click()
    areas = next(layer for layer in of(panel, kept) if isinstance(layer, Polygons))
    red, blue = (panel.ctx.theme.level(level, "fill") for level in (1, 4))
    assert {areas.palette[code][:3] for code in areas.fill.tolist()} == {
        (red.red(), red.green(), red.blue()), (blue.red(), blue.green(), blue.blue()),
    }  # fmt: skip
    assert any(isinstance(layer, Sprites) for layer in of(panel, kept))
    details.boxes[("风险", "重大")].click()
    areas = next(layer for layer in of(panel, kept) if isinstance(layer, Polygons))
    assert len(areas.polys) - 1 == 1
    assert panel.layers.rows[kept].count == 1
    details.close()


def test_a_ring_counts_what_an_imported_layer_has_in_it_and_tells_it_in_words(
    kept: str, stage: Desk, opened: Callable[[], MapPanel], qtbot: QtBot
) -> None:
    panel = opened()
    qtbot.waitUntil(lambda: bool(panel.layer_desk.users.layers), timeout=PATIENCE)
    tray = panel.board.tray
    stage.ctx.selection.select("layer", "0001/1")  # an area beside the school
    assert stage.ctx.actions.trigger("map.around") is None
    qtbot.mouseClick(tray.radii[2000.0], Qt.MouseButton.LeftButton)

    def said() -> list[str]:
        model = tray.list.model()
        return [str(model.index(row, 0).data()) for row in range(model.rowCount())]

    assert "风险 1" in said()
    assert not any("0001" in words for words in said()), "words, no keys"
    row = said().index("风险 1")
    tray.list.setCurrentIndex(tray.list.model().index(row, 0))
    qtbot.keyClick(tray.list, Qt.Key.Key_Right)
    assert said()[row + 1].startswith("一小 · 风险 · ")
    tray.list.setCurrentIndex(tray.list.model().index(row + 1, 0))
    qtbot.keyClick(tray.list, Qt.Key.Key_Return)
    assert stage.ctx.selection.item == ("layer", "0001/0")
    panel.layer_desk.set_state(kept, visible=False)
    panel.board.refresh()
    assert not any(words.startswith("风险") for words in said()), "what is not shown is not counted"


def test_a_click_on_a_feature_selects_it_and_its_page_shows_its_record(
    kept: str, stage: Desk, opened: Callable[[], MapPanel], qtbot: QtBot
) -> None:
    panel = opened()
    qtbot.waitUntil(lambda: bool(panel.layer_desk.users.layers), timeout=PATIENCE)
    for key in (EVENT, UNIT, TRAIL, ALERT):
        panel.layer_desk.set_state(key, visible=False)
    page = EventPage(stage.ctx)
    qtbot.addWidget(page)
    x, y = mercator(120.172, 30.262)
    panel.canvas.look(panel.canvas.camera.centred(float(x), float(y), 0.3))
    at = panel.canvas.camera.to_screen(float(x), float(y))
    qtbot.mouseMove(panel.canvas, QPoint(round(float(at[0])), round(float(at[1]))))
    qtbot.mouseClick(panel.canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(float(at[0])), round(float(at[1]))))
    assert stage.ctx.selection.item == ("layer", "0001/1")
    assert isinstance(page.page, RecordThing)
    record = page.page.row["record"]
    assert (record.title, record.under, record.lines) == (
        "东片",
        "风险",
        [("name", "东片"), ("风险", "重大"), ("层数", "6")],
    )
    assert "消防支队" in record.source
    assert [layer.key for layer in of(panel, "mark")] == ["mark.line"]
    panel.layer_desk.users.remove("0001")
    assert not page.page.there
    assert panel.layer_desk.things.hit(float(x), float(y), 1.0) == ""


def test_a_layer_is_renamed_and_removed_for_good(
    kept: str, stage: Desk, opened: Callable[[], MapPanel], qtbot: QtBot, tmp_path: Path
) -> None:
    panel = opened()
    qtbot.waitUntil(lambda: bool(panel.layer_desk.users.layers), timeout=PATIENCE)
    details = panel.layer_desk.open_details(kept, panel.layers.rows[kept])
    details.name.setText("火灾风险")
    details.name.editingFinished.emit()
    assert panel.layers.rows[kept].text() == "火灾风险"
    details.close()
    panel.close_panel()
    panel = opened()
    qtbot.waitUntil(lambda: bool(panel.layer_desk.users.layers), timeout=PATIENCE)
    assert panel.layers.rows[kept].text() == "火灾风险"
    details = panel.layer_desk.open_details(kept, panel.layers.rows[kept])
    details.remove.click()
    assert kept in panel.layers.rows, "the first press only asks"
    details.remove.click()
    assert kept not in panel.layers.rows
    panel.close_panel()
    assert not list((tmp_path / "layers").glob("*"))


def test_a_kept_layer_that_is_broken_is_said_and_the_others_are_there(
    kept: str, stage: Desk, opened: Callable[[], MapPanel], qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "layers" / "0000.layer").write_bytes(b"CKLAYER1 rubbish")
    panel = opened()
    qtbot.waitUntil(lambda: bool(panel.layer_desk.users.layers) and bool(stage.toasts), timeout=PATIENCE)
    assert [message.id for message, _ in stage.toasts] == ["imports.kept_broken"]
    assert list(panel.layer_desk.users.layers) == ["0001"]


def imported(panel: MapPanel, path: Path, datum: str, qtbot: QtBot) -> list[str]:
    """Goes through the dialog; the sentences at its end."""
    dialog = panel.layer_desk.bringing.ask(path)
    assert isinstance(dialog, ImportDialog)
    assert not dialog.confirm.isEnabled(), "the datum is never guessed"
    dialog.datums[datum].click()
    dialog.confirm.click()
    qtbot.waitUntil(lambda: bool(dialog.lines), timeout=PATIENCE)
    said = list(dialog.lines)
    dialog.confirm.click()
    return said


@pytest.mark.system
def test_a_file_dropped_on_the_map_is_imported_in_a_process_of_its_own_and_stays(
    stage: Desk, opened: Callable[[], MapPanel], qtbot: QtBot, tmp_path: Path
) -> None:
    panel = opened()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(written(tmp_path)))])
    actions, buttons, keys = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(500, 300), actions, data, buttons, keys)
    QApplication.sendEvent(panel.canvas, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(panel.canvas, QDropEvent(QPointF(500, 300), actions, data, buttons, keys))
    qtbot.waitUntil(lambda: panel.layer_desk.bringing.dialog is not None, timeout=PATIENCE)
    said = imported(panel, tmp_path / "风险.geojson", "gcj02", qtbot)
    assert said == ["读入 3 个要素，共 3 个，略去 0 个"]
    qtbot.waitUntil(lambda: len(panel.layer_desk.users.layers) == 1, timeout=PATIENCE)
    (layer,) = panel.layer_desk.users.layers.values()
    assert layer.data.datum == "gcj02"
    assert layer.data.points.xy[0, 0] == pytest.approx(120.16 - 0.0046, abs=0.0006)
    assert layer.key in panel.visible
    panel.close_panel()
    again = opened()
    qtbot.waitUntil(lambda: len(again.layer_desk.users.layers) == 1, timeout=PATIENCE)


@pytest.mark.system
def test_a_file_of_which_nothing_can_be_read_leaves_a_sentence_and_no_layer(
    opened: Callable[[], MapPanel], qtbot: QtBot, tmp_path: Path
) -> None:
    panel = opened()
    path = tmp_path / "断.geojson"
    path.write_text('{"type":"FeatureCollection","features":[', "utf-8")
    assert imported(panel, path, "wgs84", qtbot) == ["GeoJSON 写到第 1 行就断了或有错，没有导入"]
    assert not panel.layer_desk.users.layers
    assert not list((tmp_path / "layers").glob("*"))


@pytest.mark.system
def test_an_import_that_is_ended_keeps_nothing_and_leaves_no_process(
    opened: Callable[[], MapPanel], qtbot: QtBot, tmp_path: Path
) -> None:
    panel = opened()
    dialog = panel.layer_desk.bringing.ask(written(tmp_path))
    assert dialog is not None
    dialog.datums["wgs84"].click()
    dialog.confirm.click()
    assert panel.layer_desk.users.importing
    assert panel.layer_desk.bringing.ask(written(tmp_path)) is None, "one at a time"
    dialog.reject()
    assert not panel.layer_desk.users.importing
    qtbot.waitUntil(lambda: not panel.layer_desk.users.busy(), timeout=PATIENCE)
    assert not list((tmp_path / "layers").glob("*.layer"))


def test_a_dropped_file_of_another_kind_is_answered_with_what_can_be_imported(
    stage: Desk, opened: Callable[[], MapPanel], tmp_path: Path
) -> None:
    panel = opened()
    assert panel.layer_desk.bringing.ask(tmp_path / "名单.xlsx") is None
    assert [message.id for message, _ in stage.toasts] == ["imports.ending"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_in_the_list_and_its_popovers_is_said_in_words(
    lang: str, kept: str, stage: Desk, opened: Callable[[], MapPanel], qtbot: QtBot
) -> None:
    stage.ctx.t = texts(lang)
    panel = opened()
    qtbot.waitUntil(lambda: bool(panel.layer_desk.users.layers), timeout=PATIENCE)
    popovers: list[QWidget] = [panel.layers]
    popovers += [panel.layer_desk.open_details(key, row) for key, row in panel.layers.rows.items()]
    popovers.append(panel.layer_desk.open_views())
    for one in popovers:
        for part in one.findChildren(QWidget):
            said = [part.text()] if isinstance(part, QLabel | QAbstractButton) else []
            for words in (*said, part.toolTip(), part.accessibleName(), part.accessibleDescription()):
                assert not re.search(r"\b(layers|map|imports)\.[a-z_0-9]+\b", words), words
        if one is not panel.layers:
            one.close()
