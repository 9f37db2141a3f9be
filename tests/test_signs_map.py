"""Areas of the map in the colours of a vital sign: by key, by chip, by its page; its legend, its tier, its age."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.clock import DAY, SECOND
from cockpit.model.messages import Message, texts
from cockpit.model.signs import key_of
from tests.living_picture import NOW, area_rows, put
from tests.living_signs import CITY, LivingSigns, put_signs, sign_row
from tests.panel_desk import Desk, desk
from widgets.lists.event import EventPage
from widgets.map.coloring import RAIN, SIGN, AreaTree, Coloring, age_of, color, ends_of
from widgets.map.panel import MapPanel
from widgets.map.scene import AREA
from widgets.signs.page import SignThing
from widgets.wall.mapfloats import Floats
from widgets.wall.sizes import sizes_at

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
DEEPEST = key_of("E03", CITY)


@pytest.fixture
def stage(tmp_path: Path) -> Desk:
    made = desk()
    made.ctx.reduced_motion = True
    made.ctx.layers = tmp_path / "layers"
    made.ctx.signs = LivingSigns()
    put_signs(made.picture)
    return made


@pytest.fixture
def panel(stage: Desk, qtbot: QtBot) -> Iterator[MapPanel]:
    made = MapPanel(stage.ctx)
    qtbot.addWidget(made)
    made.resize(1044, 800)
    made.show()
    QApplication.processEvents()
    yield made
    made.close_panel()


def steps(panel: MapPanel) -> dict[str, int]:
    return {area.code: area.step for area in panel.canvas.scene.areas}


def test_the_selected_sign_colours_the_areas_by_a_key_and_is_named_in_the_legend(
    stage: Desk, panel: MapPanel, qtbot: QtBot
) -> None:
    actions = stage.ctx.actions
    assert actions.trigger("map.color_sign") == Message("signsui.no_sign_selected")
    assert actions.by_key("Ctrl+H") is actions.get("map.color_sign")
    stage.ctx.selection.select("sign", DEEPEST)
    assert actions.trigger("map.color_sign") is None
    panel.age_tick()
    assert panel.coloring == SIGN + "E03"
    told = steps(panel)
    streets = [row["code"] for row in area_rows() if row["tier"] == 2]
    depth = {code: stage.picture["sign"].get(key_of("E03", code))["value"] for code in streets}
    deepest, driest = max(depth, key=lambda code: depth[code]), min(depth, key=lambda code: depth[code])
    assert told[deepest] == 4
    assert told[driest] == 0
    assert panel.layers._caption.text() == "最大积水深度 cm · 按街道"
    assert panel.layers._old.text() == "2 秒前"
    assert stage.toasts[-1][0].id == "signsui.heat_on"


def test_it_changes_with_the_values_and_hatches_where_there_is_none(stage: Desk, panel: MapPanel) -> None:
    stage.ctx.selection.select("sign", DEEPEST)
    stage.ctx.actions.trigger("map.color_sign")
    street = next(row["code"] for row in area_rows() if row["tier"] == 2)
    put(stage.picture, "sign", [sign_row("E03", street, 0.0)])
    stage.clock.advance(2)
    panel.age_tick()
    assert steps(panel)[street] == 0
    put(stage.picture, "sign", [sign_row("E03", street, float("nan"))])
    stage.clock.advance(2)
    panel.age_tick()
    assert steps(panel)[street] == -1, "no value is no zero"


def test_the_tier_that_has_values_is_taken_and_a_sign_without_areas_is_refused(stage: Desk, panel: MapPanel) -> None:
    districts = [row["code"] for row in area_rows() if row["tier"] == 1]
    put(stage.picture, "sign", [sign_row("E04", code, 10.0 * i) for i, code in enumerate(districts)])
    stage.ctx.selection.select("sign", key_of("E04", CITY))
    stage.ctx.actions.trigger("map.color_sign")
    panel.age_tick()
    assert set(steps(panel)) == set(districts)
    assert panel.layers._caption.text() == "积水点 处 · 按区"
    stage.ctx.selection.select("sign", key_of("G09", CITY))
    stage.ctx.actions.trigger("map.color_sign")
    assert stage.toasts[-1][0] == Message("signsui.no_sign_areas")
    assert panel.coloring == SIGN + "E04"


def test_its_chip_in_the_list_of_layers_brings_it_back(stage: Desk, panel: MapPanel, qtbot: QtBot) -> None:
    chip = panel.layers._chips[SIGN]
    before = panel.coloring
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert (panel.coloring, stage.toasts[-1][0].id) == (before, "signsui.map_chip_tip"), "none was ever shown"
    assert not chip.isChecked()
    stage.ctx.selection.select("sign", DEEPEST)
    stage.ctx.actions.trigger("map.color_sign")
    assert chip.isChecked()
    qtbot.mouseClick(panel.layers._chips["events"], Qt.MouseButton.LeftButton)
    assert panel.coloring == "events"
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert panel.coloring == SIGN + "E03"


def test_the_page_of_a_sign_brings_it_onto_the_map(stage: Desk, panel: MapPanel, qtbot: QtBot) -> None:
    page = EventPage(stage.ctx)
    qtbot.addWidget(page)
    page.show()
    stage.ctx.selection.select("sign", DEEPEST)
    assert isinstance(page.page, SignThing)
    qtbot.mouseClick(page.page.heat, Qt.MouseButton.LeftButton)
    assert panel.coloring == SIGN + "E03"
    assert AREA in panel.visible


def test_the_area_of_a_selected_item_is_framed_on_the_map(stage: Desk, panel: MapPanel) -> None:
    street = next(row["code"] for row in area_rows() if row["tier"] == 2)
    stage.ctx.selection.select("sign", key_of("E03", street))
    area = panel.layer_desk.things._area_coded(stage.ctx.selection.key)
    assert area is not None
    assert area.code == street
    assert panel.canvas.user, "a mark is laid over the map"
    stage.ctx.selection.select("sign", DEEPEST)
    assert panel.layer_desk.things._area_coded(DEEPEST) is None, "the city as a whole is no area of this tier"


def test_a_kept_sign_colours_the_map_again_at_the_next_start(stage: Desk, qtbot: QtBot) -> None:
    stage.ctx.selection.select("sign", DEEPEST)
    first = MapPanel(stage.ctx)
    qtbot.addWidget(first)
    stage.ctx.actions.trigger("map.color_sign")
    first.close_panel()
    second = MapPanel(stage.ctx)
    qtbot.addWidget(second)
    assert second.coloring == SIGN + "E03"
    second.close_panel()


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ([3, 62], (0, 10, 20, 30, 40)),
        ([91.2, 95.8], (91, 92, 93, 94, 95)),
        ([5, 5], (5, 6, 7, 8, 9)),
        ([5.5, 5.5], (5.5, 5.51, 5.52, 5.53, 5.54)),
    ],
)
def test_steps_are_round_and_of_equal_width(values: list[float], ends: tuple[float, ...]) -> None:
    assert ends_of(values) == pytest.approx(ends)


def test_legends_say_large_ends_briefly_and_a_sign_without_a_definition_by_its_code(stage: Desk) -> None:
    told = Coloring(SIGN + "X9", ends=(0, 5000, 10_000, 15_000, 20_000))
    assert told.labels == ("0", "5000", "10k", "15k", "20k+")
    assert texts("zh")(told.legend("街道")) == "sign:X9 · 按街道"
    none = color(SIGN + "X9", stage.picture, AreaTree(stage.picture["area"]), stage.ctx.pack, 0)
    assert none.steps == {}


def test_an_area_whose_value_is_old_has_no_colour_while_others_live_and_the_legend_says_how_old_all_are(
    stage: Desk,
) -> None:
    tree, kind = AreaTree(stage.picture["area"]), SIGN + "E03"
    streets = tree.codes[:3]
    live = [sign_row("E03", area, 20.0 + i) | {"measured": NOW - SECOND} for i, area in enumerate(streets)]
    put(stage.picture, "sign", [*live[:2], live[2] | {"measured": NOW - 2 * DAY}])
    made = color(kind, stage.picture, tree, stage.ctx.pack, NOW)
    assert [made.steps[area] >= 0 for area in streets] == [True, True, False]
    assert age_of(made, stage.picture, stage.ctx.pack, NOW)[1] is False
    later = NOW + 2 * DAY
    gone = color(kind, stage.picture, tree, stage.ctx.pack, later)
    assert min(gone.steps[area] for area in streets) >= 0, "the last picture stays"
    said, old = age_of(gone, stage.picture, stage.ctx.pack, later)
    assert said is not None
    assert "2 天" in texts("zh")(said)
    assert old
    floats = Floats(stage.ctx, stage.ctx.theme)
    legend = floats._legend(QRectF(0, 0, 1900, 1000), 900.0, sizes_at(1.0, 8.0), made, "街道")
    assert legend is not None
    assert legend.more == "1 秒前"


def test_rain_colours_by_gauges_that_live_alone(stage: Desk) -> None:
    tree, table = AreaTree(stage.picture["area"]), stage.picture["sensor"]
    rain = [row for row in map(table.row, range(len(table))) if str(row["kind"]).startswith("rain")]
    put(stage.picture, "sensor", [{**row, "value": 0.0, "measured": NOW - SECOND} for row in rain])
    put(stage.picture, "sensor", [{**rain[0], "value": 62.0, "measured": NOW - 9 * DAY}])
    made = color(RAIN, stage.picture, tree, stage.ctx.pack, NOW)
    assert set(made.steps.values()) <= {-1, 0}
    assert 0 in made.steps.values()
