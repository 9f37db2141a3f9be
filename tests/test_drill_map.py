"""在哪里: the areas of a scope on the map, coloured by its measure; clicks and keys lead into them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.ports.keeping import Kept
from cockpit.model.scope import Scope
from cockpit.model.spans import span_of
from tests.drill_kit import NOW, LeaderDesk, hangzhou_areas
from widgets.drill.bins import Bins, bins_of
from widgets.drill.scopemap import ROW_KEY, ScopeMap
from widgets.leader.ground import topics_of
from widgets.map.areawords import KEY, place_in
from widgets.map.compose.composer import MARK

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
STORM = Scope(span_of("2026-06-20", NOW), kinds=("E0506",))
EAST = next(area.code for area in hangzhou_areas() if area.name == "东新街道")


class Stage:
    def __init__(self, qtbot: QtBot, desk: LeaderDesk, panel: ScopeMap) -> None:
        self.qtbot, self.desk, self.panel = qtbot, desk, panel
        self.settle()

    def settle(self) -> None:
        def calm() -> bool:
            self.desk.insight.settle()
            self.desk.at.clock.advance(0.05)  # the map draws sharp when a view has rested for a moment
            return self.panel.settled()

        QApplication.processEvents()
        self.qtbot.waitUntil(calm, timeout=60_000)

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            self.qtbot.keyClick(self.panel.canvas, key)
        self.settle()

    def pixel(self, code: str) -> QPoint:
        area = next(area for area in self.panel.canvas.scene.areas if area.code == code)
        at = place_in(area.rings)
        assert at is not None
        x, y = self.panel.canvas.camera.to_screen(*at)
        return QPoint(round(float(x)), round(float(y)))

    def marks(self) -> dict[str, object]:
        return {layer.key: layer for layer in self.panel.canvas.user[MARK]((0.0, 0.0))}


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[Callable[..., Stage]]:
    made: list[ScopeMap] = []

    def opened(scope: Scope = STORM) -> Stage:
        desk = LeaderDesk(scope=scope)
        panel = ScopeMap(desk.ctx)
        qtbot.addWidget(panel)
        panel.resize(436, 506)
        panel.show()
        made.append(panel)
        return Stage(qtbot, desk, panel)

    yield opened
    for panel in made:
        panel.close()


@dataclass
class Filling:
    """`ports.keeping.Keeping` of a copy that fills up."""

    kept: Kept


@pytest.mark.parametrize("moved", ["", "aside", "nearer"])
def test_a_copy_that_filled_up_is_looked_at_anew_unless_somebody_moved_the_map(
    make: Callable[..., Stage], moved: str
) -> None:
    stage = make()
    panel, whole, seen = stage.panel, stage.panel.split, stage.panel.canvas.camera
    keeping = stage.desk.ctx.keeping = Filling(Kept(left=4_000))
    part = next(part for part in whole.parts if part.code == EAST)
    panel.split = msgspec.structs.replace(whole, parts=(part,))
    panel.fit()
    stage.settle()
    early = panel.canvas.camera
    assert early != seen
    if moved == "aside":
        panel.canvas.look(early.centred(early.x + 500, early.y, early.scale))
    if moved == "nearer":
        panel.canvas.look(early.zoomed(1.25, early.width / 2, early.height / 2))
    panel._came(whole)
    stage.settle()
    assert (panel.canvas.camera == early) is not bool(moved), "more is still to come"
    keeping.kept = Kept(until=NOW)
    panel._came(whole)
    stage.settle()
    assert (panel.canvas.camera.scale == pytest.approx(seen.scale)) is not bool(moved)


def test_streets_are_coloured_by_how_many_there_are_and_the_legend_says_the_same(make: Callable[..., Stage]) -> None:
    stage = make()
    panel = stage.panel
    assert panel.header.title.text() == "道路积水在哪里"
    values = {part.code: part.value for part in panel.split.parts}
    areas = panel.canvas.scene.areas
    assert len(areas) == len(values)
    assert {area.code: area.step for area in areas} == {code: panel.bins.step(value) for code, value in values.items()}
    assert panel.legend.bins.labels[0] == "0"
    assert "示范分区" in panel.legend.notice
    assert "OpenStreetMap" in panel.legend.credit
    most = max(values, key=lambda code: values[code])
    assert panel.canvas.camera.sees(*place_in(next(a for a in areas if a.code == most).rings))


def test_the_title_names_a_topic_or_counts_the_kinds_instead_of_cutting_their_names(make: Callable[..., Stage]) -> None:
    stage = make()
    title = stage.panel.header.title
    topic = next(one for one in topics_of(stage.panel.ctx).topics if one.id == "flood")
    stage.desk.drill.push(topic.scope(stage.desk.drill.scope))
    stage.settle()
    assert title.text() == "防汛案件在哪里"
    stage.desk.drill.push(stage.desk.drill.scope.with_(kinds=("E0506", "E0503", "E0590")))
    stage.settle()
    assert title.text() == "3 类案件在哪里"


def test_a_click_on_a_street_goes_into_it_and_outlines_it_with_its_rows_as_points(
    make: Callable[..., Stage], qtbot: QtBot
) -> None:
    stage = make()
    qtbot.mouseClick(stage.panel.canvas, Qt.MouseButton.LeftButton, pos=stage.pixel(EAST))
    stage.settle()
    assert stage.desk.drill.scope.area == EAST
    part = next(part for part in stage.panel.split.parts if part.code == EAST)
    assert len(stage.panel.rows) == part.n
    marks = stage.marks()
    assert "mark.0" in marks
    assert len(marks["scope.dot"].x) == part.n
    assert marks[KEY].keep == 1, "its own name is written wherever it lies"
    own = stage.panel._own()
    for ring in own.rings[:1]:
        assert stage.panel.canvas.camera.sees(float(ring.x.mean()), float(ring.y.mean()))


def test_keys_walk_the_streets_by_how_much_they_have_and_enter_goes_into_one(make: Callable[..., Stage]) -> None:
    stage = make()
    ranked = sorted((p for p in stage.panel.split.parts if p.value is not None), key=lambda p: -(p.value or 0))
    stage.press(Qt.Key.Key_PageDown, Qt.Key.Key_PageDown)
    assert stage.panel.at == ranked[1].code
    assert stage.panel.header.facts.text().endswith(f"{ranked[1].value:.0f} 件")
    stage.press(Qt.Key.Key_Return)
    assert stage.desk.drill.scope.area == ranked[1].code
    stage.press(Qt.Key.Key_Backspace)
    assert stage.desk.drill.scope == STORM


def test_a_point_is_a_row_and_opens_its_case(make: Callable[..., Stage]) -> None:
    stage = make(STORM.with_(area=EAST))
    row = stage.panel.rows[0]
    x, y = stage.panel._xy[0]
    assert stage.panel._beneath(float(x), float(y), stage.panel.canvas.camera.scale) == ROW_KEY + row.key
    title, _ = stage.panel._say("layer", ROW_KEY + row.key)
    assert title.startswith(row.number)
    stage.panel._pick("layer", ROW_KEY + row.key)
    assert stage.desk.drill.scope.key == row.key


def test_points_are_the_records_that_the_number_counts(make: Callable[..., Stage]) -> None:
    stage = make(STORM.with_(area=EAST, measure="late"))
    panel = stage.panel
    part = next(part for part in panel.split.parts if part.code == EAST)
    assert len(panel.rows) == part.value
    assert part.n > part.value


def test_nothing_beyond_the_city_is_seen(make: Callable[..., Stage]) -> None:
    panel = make().panel
    west, south, east, north = panel.canvas.limits
    seen = panel.canvas.camera.box
    assert west - 1 <= seen[0]
    assert south - 1 <= seen[1]
    assert seen[2] <= east + 1
    assert seen[3] <= north + 1


def test_below_a_street_its_communities_are_shown(make: Callable[..., Stage]) -> None:
    community = next(area.code for area in hangzhou_areas() if area.parent == EAST)
    stage = make(STORM.with_(area=community))
    tiers = {area.tier for area in stage.panel.canvas.scene.areas}
    assert tiers == {3}
    assert all(stage.panel.words.areas.get(a.code).parent == EAST for a in stage.panel.canvas.scene.areas)


@pytest.mark.parametrize("top", [1, 3, 4, 7, 12, 18, 40, 95, 260, 1800, 25_000])
def test_classes_of_counts_begin_with_none_rise_and_reach_what_is_most(top: int) -> None:
    bins = bins_of([0, 1, top], True)
    assert bins.labels[0] == "0"
    assert bins.step(0) == 0
    assert bins.step(1) >= 1
    assert list(bins.ends) == sorted(set(bins.ends))
    assert bins.step(top) >= 1
    if top > 6:
        assert bins.step(top) == 4
    assert len(bins.labels) == len(bins.ends) + 1


def test_classes_of_rates_are_round_and_what_has_no_value_has_none() -> None:
    bins = bins_of([71.2, 88.0, 96.4], False, 1)
    assert bins.step(None) == -1
    assert [label[0] for label in bins.labels[:1]] == ["<"]
    assert bins.labels[-1].endswith("+")
    assert Bins().labels == ()
    assert bins_of([], True).ends == ()
