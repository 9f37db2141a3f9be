"""A place on the map can be selected: its page says who and what is near by road, and their ways are seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from cockpit.geo.imports.files import read, save
from cockpit.geo.imports.model import Wishes
from cockpit.model.messages import Message
from cockpit.model.places import PLACE, place_key, place_of
from cockpit.model.ports import Here, NamedPlace, Near, Resource
from tests.living_picture import NOW
from tests.panel_desk import Desk, desk
from widgets.kit.records import Record
from widgets.lists.event import EventPage
from widgets.lists.page_event import EventThing
from widgets.lists.page_place import PlaceThing
from widgets.lists.parts import Row
from widgets.map.camera import mercator
from widgets.map.layers.state import USER
from widgets.map.panel import MapPanel

HERE = (120.165, 30.2745)
KEY = place_key(*HERE)

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@settings(deadline=None)
@given(st.floats(-180, 180), st.floats(-85, 85), st.text(max_size=90))
def test_a_place_is_read_back_from_its_key(lon: float, lat: float, words: str) -> None:
    place = place_of(place_key(lon, lat, words))
    assert place is not None
    assert place[0] == pytest.approx(lon, abs=1e-6)
    assert place[1] == pytest.approx(lat, abs=1e-6)
    assert place[2] == " ".join(words.split())[:80].rstrip()


@pytest.mark.parametrize("key", ["", "x", "1", "1,", "nan,30", "1e400,2", "200,30", "120,90", "events/1", ","])
def test_what_is_no_place_is_none(key: str) -> None:
    assert place_of(key) is None


class Reading:
    """The page on a desk."""

    def __init__(self, qtbot: QtBot) -> None:
        self.desk: Desk = desk()
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.panel = EventPage(self.desk.ctx, self.window)
        self.window.resize(448, 972)
        self.panel.resize(448, 972)
        self.window.show()

    @property
    def page(self) -> PlaceThing:
        page = self.panel.page
        assert isinstance(page, PlaceThing)
        return page

    def units(self) -> list[Near]:
        table = self.desk.picture["unit"]
        path = ((120.16, 30.27), HERE)
        return [Near(table.key_at(i), 300.0 * (i + 1), 120.0 * (i + 1), path, (), i != 1) for i in range(4)]

    def stands(self, question: tuple[float, float, str]) -> list[Resource]:
        table = self.desk.picture[question[2]]
        path = ((120.16, 30.28), HERE)
        return [Resource(question[2], table.key_at(i), 250.0 * (i + 1), path) for i in range(min(6, len(table)))]

    def answer(self) -> None:
        self.desk.ports.nears.answer(self.units())
        self.desk.ports.stands.answer(self.stands)
        self.desk.ports.heres.answer(Here("延安路 × 庆春路", ""))

    def rows(self, of: Any) -> list[Row]:
        return [row for row in of.findChildren(Row) if not row.isHidden()]

    def said(self) -> str:
        return "".join(label.text() for label in self.panel.findChildren(QLabel) if label.isVisibleTo(self.panel))


@pytest.fixture
def reading(qtbot: QtBot) -> Reading:
    made = Reading(qtbot)
    made.desk.ctx.selection.select(PLACE, KEY)
    return made


def test_it_asks_who_is_nearest_whatever_they_do_and_what_stands_there(reading: Reading) -> None:
    asked = [question for question, _ in reading.desk.ports.nears.open]
    assert asked == [(*HERE, "")]
    assert {question[2] for question, _ in reading.desk.ports.stands.open} == {"sensor", "camera"}
    assert "正在沿路查找" in reading.said()


def test_each_near_unit_is_told_with_state_kind_distance_and_minutes(reading: Reading) -> None:
    reading.answer()
    rows = reading.rows(reading.page.nearby)
    assert len(rows) == 4
    unit = reading.desk.picture["unit"].row(0)
    kind = reading.desk.ctx.t.pack(reading.desk.ctx.pack.unit_kind(unit["kind"]).name)
    name = rows[0].accessibleName()
    assert unit["name"] in name
    assert kind in name
    assert "0.3 km" in name
    assert all(not row.tag for row in rows)  # nobody is suggested where nothing is to be done


def test_their_ways_are_seen_and_the_one_pointed_at_stands_out(reading: Reading) -> None:
    reading.answer()
    routes = reading.desk.ctx.routes
    assert [key for key, _ in routes.paths] == [one.key for one in reading.units()]
    row = reading.rows(reading.page.resources)[0]
    row.pointed.emit(True)
    assert routes.chosen == reading.desk.ctx.selection.hovered[1] != ""
    assert routes.paths[-1][0] == routes.chosen
    row.pointed.emit(False)
    assert len(routes.paths) == 4


def test_a_chosen_resource_keeps_its_way_until_a_unit_is_chosen(reading: Reading, qtbot: QtBot) -> None:
    reading.answer()
    routes, row = reading.desk.ctx.routes, reading.rows(reading.page.resources)[0]
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton)
    assert row.marked
    assert len(routes.paths) == 5
    qtbot.mouseClick(reading.rows(reading.page.nearby)[2], Qt.MouseButton.LeftButton)
    assert not reading.rows(reading.page.resources)[0].marked
    assert routes.chosen == reading.units()[2].key


def test_enter_twice_on_a_resource_opens_its_page(reading: Reading, qtbot: QtBot) -> None:
    reading.answer()
    row = reading.rows(reading.page.resources)[0]
    topic = next(iter(reading.page.resources.found))
    row.setFocus()
    qtbot.keyClick(row, Qt.Key.Key_Return)
    qtbot.keyClick(row, Qt.Key.Key_Return)
    assert reading.desk.ctx.selection.topic == topic
    assert reading.desk.ctx.selection.back()
    assert reading.desk.ctx.selection.item == (PLACE, KEY)


def test_more_resources_are_listed_on_demand(reading: Reading, qtbot: QtBot) -> None:
    reading.answer()
    before = len(reading.rows(reading.page.resources))
    more = next(
        b for b in reading.page.resources.parts if not isinstance(b, Row) and "再列" in getattr(b, "text", str)()
    )
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert len(reading.rows(reading.page.resources)) == before + 3


def test_a_page_left_takes_the_ways_off_the_map(reading: Reading) -> None:
    reading.answer()
    reading.desk.ctx.selection.clear()
    assert reading.desk.ctx.routes.paths == ()


def test_why_nothing_can_be_said_is_said(reading: Reading) -> None:
    reading.desk.ports.nears.answer(Message("near.no_roads"))
    reading.desk.ports.stands.answer(Message("near.no_roads"))
    assert reading.said().count(reading.desk.ctx.t("near.no_roads")) >= 2


def test_late_answers_for_a_place_that_was_left_change_nothing(reading: Reading) -> None:
    late = [*reading.desk.ports.nears.open, *reading.desk.ports.heres.open]
    stands = list(reading.desk.ports.stands.open)
    reading.desk.ctx.selection.select("unit", reading.desk.picture["unit"].key_at(0))
    for _, done in late:
        done([] if late.index((_, done)) == 0 else Here("x", ""))
    for question, done in stands:
        done(reading.stands(question))
    assert reading.desk.ctx.routes.paths == ()


def test_an_event_tells_what_stands_near_it_when_asked(reading: Reading, qtbot: QtBot) -> None:
    reading.desk.ports.stands.open.clear()
    reading.desk.ctx.selection.select("event", "events/0714-1187")
    page = reading.panel.page
    assert isinstance(page, EventThing)
    assert reading.desk.ports.stands.open == []
    qtbot.mouseClick(page.resources.parts[0], Qt.MouseButton.LeftButton)
    reading.desk.ports.stands.answer(reading.stands)
    assert len(reading.rows(page.resources)) >= 4


def test_what_a_person_imported_is_near_too(reading: Reading) -> None:
    records = reading.desk.ctx.records
    records.add("layer", lambda key: Record(f"仓库 {key}", "应急物资", [], "") if key != "b" else None)
    records.add_spots("layer", lambda: (["a", "b"], np.array([HERE, HERE])))
    reading.desk.ctx.selection.select(PLACE, place_key(120.17, 30.28))
    asked = [question for question, _ in reading.desk.ports.stands.open if question[2] == "layer"]
    assert asked == [(120.17, 30.28, "layer")]
    path = ((120.16, 30.28), HERE)
    reading.desk.ports.stands.answer(
        lambda q: [Resource("layer", key, 400.0, path) for key in ("a", "b")] if q[2] == "layer" else []
    )
    rows = reading.rows(reading.page.resources)
    assert ["仓库 a, 应急物资" in row.accessibleName() for row in rows] == [True]  # b was removed meanwhile
    rows[0].picked.emit()
    assert reading.desk.ctx.routes.chosen == "a"


def test_it_is_shown_again_in_another_language_and_theme(reading: Reading) -> None:
    reading.answer()
    reading.panel.retranslate()
    reading.panel.retheme()
    reading.answer()
    assert len(reading.rows(reading.page.nearby)) == 4


@pytest.fixture
def panel(qtbot: QtBot) -> MapPanel:
    at = desk()
    window = QWidget()
    qtbot.addWidget(window)
    made = MapPanel(at.ctx, window)
    window.resize(900, 700)
    made.resize(900, 700)
    window.show()
    yield made
    made.close_panel()


def test_the_key_selects_the_middle_of_the_view_and_marks_it(panel: MapPanel) -> None:
    panel.ctx.actions.trigger("map.near_here")
    topic, key = panel.ctx.selection.item
    place = place_of(key)
    assert topic == PLACE
    assert place is not None
    assert place[:2] == pytest.approx(panel.middle, abs=1e-6)
    assert panel.canvas.pin is not None
    panel.ctx.selection.clear()
    assert panel.canvas.pin is None


def test_a_place_that_was_searched_for_is_selected_and_marked_with_its_name(panel: MapPanel) -> None:
    panel.show_place(NamedPlace("西湖", "other", 120.145, 30.245, "西湖区"))
    assert panel.ctx.selection.item == (PLACE, place_key(120.145, 30.245, "西湖"))
    assert panel.canvas.pin is not None
    assert panel.canvas.pin.words == ("西湖", "西湖区")


def test_a_ring_can_be_drawn_around_a_selected_place(panel: MapPanel) -> None:
    panel.show_place(NamedPlace("西湖", "other", 120.145, 30.245))
    panel.ctx.actions.trigger("map.around")
    shape = panel.canvas.hands.shape
    assert shape is not None
    assert shape.centre == pytest.approx(panel.canvas.place(*panel.ctx.selection.item))


def test_points_of_an_imported_layer_are_told_as_long_as_it_is_shown(qtbot: QtBot, tmp_path: Path) -> None:
    rows = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [120.16 + k / 100, 30.27]},
         "properties": {"name": f"避难场所{k}"}}
        for k in range(3)
    ]  # fmt: skip
    (tmp_path / "shelters.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": rows}), "utf-8")
    made = read(tmp_path / "shelters.geojson", Wishes("wgs84", (120.0, 30.0, 120.4, 30.4)), NOW)
    save(made, tmp_path / "layers" / "a.layer")
    at = desk()
    at.ctx.layers = tmp_path / "layers"
    window = QWidget()
    qtbot.addWidget(window)
    panel = MapPanel(at.ctx, window)
    try:
        qtbot.waitUntil(lambda: "layer" in at.ctx.records.spots(), timeout=30_000)
        keys, places = at.ctx.records.spots()["layer"]
        record = at.ctx.records.of("layer", keys[1])
        assert record is not None
        assert record.title == "避难场所1"
        assert places[1].tolist() == pytest.approx([120.17, 30.27])
        panel.layer_desk.set_state(USER + "a", visible=False)
        assert at.ctx.records.spots() == {}
    finally:
        panel.close_panel()
    assert at.ctx.records.spots() == {}


def test_the_menu_of_the_map_leads_to_a_place_or_to_the_event_that_is_there(panel: MapPanel, qtbot: QtBot) -> None:
    at = panel.canvas.place("event", "events/0714-1187")
    assert at is not None
    panel.canvas.look(panel.canvas.camera.centred(*at, 1.0))
    middle = panel.canvas.middle
    assert panel.canvas.hit(middle) is not None
    for pixel, topic in ((middle, "event"), (middle + QPointF(0, 150), PLACE)):
        if topic == PLACE:
            assert panel.canvas.hit(pixel) is None
        panel.board.open_menu(pixel)
        menu = panel.canvas.findChildren(QMenu)[-1]
        entry = next(action for action in menu.actions() if action.text() == panel.ctx.t("places.menu_near"))
        entry.trigger()
        menu.close()
        assert panel.ctx.selection.topic == topic
    place = place_of(panel.ctx.selection.key)
    assert place is not None
    assert mercator(*place[:2]) == pytest.approx(panel.canvas.camera.to_world(middle.x(), middle.y() + 150), abs=0.2)
