"""The vital signs in the centre of the desk: tree, list, filters, areas, favourites, sparklines, a city's load."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.messages import Message, texts
from cockpit.model.signs import SignSet, key_of
from tests.living_picture import put
from tests.living_signs import (
    CITY,
    DISTRICT,
    LivingSigns,
    area_items,
    city_rows,
    many_signs,
    put_signs,
    sign_row,
    sign_set,
)
from tests.panel_desk import Desk, desk
from widgets.kit.theme import Theme, apply_theme
from widgets.signs.asked import HEAD, LEVELS, Order
from widgets.signs.panel import SignsPanel
from widgets.signs.row import columns

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Stage:
    """The panel on its desk, and the port behind it."""

    def __init__(self, at: Desk, port: LivingSigns) -> None:
        self.at, self.port = at, port
        self.panel: SignsPanel

    def open(self, qtbot: QtBot) -> SignsPanel:
        self.panel = panel = SignsPanel(self.at.ctx)
        qtbot.addWidget(panel)
        panel.resize(1044, 900)
        panel.show()
        QApplication.processEvents()
        return panel

    def listed(self) -> list[str]:
        """Keys of the items that are listed."""
        return [key for key in self.panel.answer.keys if not key.startswith(HEAD)]

    def codes(self) -> list[str]:
        return [key.removeprefix("sign/").partition("@")[0] for key in self.listed()]

    def tell(self, *rows: dict[str, object]) -> None:
        """Rows of the table change, as the hub tells them."""
        put(self.at.picture, "sign", list(rows))
        self.panel.refresh(self.at.picture.take_changes())

    def point(self, key: str) -> QPoint:
        index = self.panel.view.rows.index(self.panel.view.rows.place[key])
        return self.panel.view.visualRect(index).center()


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    at = desk()
    port = LivingSigns()
    at.ctx.signs = port
    put_signs(at.picture)
    made = Stage(at, port)
    made.open(qtbot)
    return made


def test_every_sign_of_the_city_is_listed_under_its_theme_with_or_without_a_value(stage: Stage) -> None:
    assert stage.codes() == ["A01", "A02", "A07", "A06", "E03", "E04", "G01", "G09", "G10"]
    heads = [key.removeprefix(HEAD) for key in stage.panel.answer.keys if key.startswith(HEAD)]
    assert heads == ["A", "E1", "G"]
    said = [stage.panel.view.rows.data(stage.panel.view.rows.index(i)) for i in range(stage.panel.view.rows.rowCount())]
    assert any("最大积水深度" in words and "62 cm" in words and "防汛排水 › 道路积水" in words for words in said)
    green = next(words for words in said if "人均公园绿地面积" in words)
    assert "尚无数据" in green
    assert "还没有接入" in green, "and why"
    assert "0.0" not in green, "what is missing is no zero"


def test_the_tree_counts_signs_by_level_and_a_branch_narrows_the_list(stage: Stage, qtbot: QtBot) -> None:
    themes = stage.panel.answer.themes
    assert themes["E"][1] == 1
    assert themes["E"] == themes["E1"], "what hangs below is counted above"
    assert sum(themes[""].values()) == 9
    stage.panel.rail.setFocus()
    for _ in range(2):
        qtbot.keyClick(stage.panel.rail, Qt.Key.Key_Down)
    assert stage.panel.bar.asked.theme == "E"
    assert stage.codes() == ["E03", "E04"]
    qtbot.keyClick(stage.panel.rail, Qt.Key.Key_Home)
    assert len(stage.codes()) == 9


def test_a_value_that_passes_a_threshold_is_counted_and_listed_within_the_same_tick(stage: Stage) -> None:
    chips = stage.panel.bar.chips
    assert [chips[level].count for level in LEVELS] == [1, 0, 1, 0]
    stage.tell(sign_row("E04", CITY, 400, level=2))
    assert [chips[level].count for level in LEVELS] == [1, 1, 1, 0]
    assert stage.panel.board.item(key_of("E04", CITY)).value == 400


@pytest.mark.parametrize(
    ("typed", "found"), [("积水", ["E03", "E04"]), ("zdjs", ["E03"]), ("g09", ["G09"]), ("生态环境局", None)]
)
def test_search_knows_names_pinyin_codes_and_owners(
    stage: Stage, qtbot: QtBot, typed: str, found: list[str] | None
) -> None:
    stage.panel.bar.search.setText(typed)
    qtbot.waitUntil(lambda: stage.panel.bar.asked.text == typed, timeout=30_000)
    assert stage.codes() == (found or ["G01", "G09", "G10"])


def test_only_abnormal_ones_one_level_and_one_owner_can_be_asked_for_and_cleared(stage: Stage, qtbot: QtBot) -> None:
    bar, ctx = stage.panel.bar, stage.at.ctx
    qtbot.mouseClick(bar.abnormal, Qt.MouseButton.LeftButton)
    assert stage.codes() == ["A02", "E03"]
    qtbot.mouseClick(bar.chips[1], Qt.MouseButton.LeftButton)
    assert stage.codes() == ["E03"]
    assert ctx.actions.trigger("signs.clear") is None
    assert len(stage.codes()) == 9
    bar.owner.menu().aboutToShow.emit()
    drainage = next(action for action in bar.owner.menu().actions() if "排水公司" in action.text())
    drainage.trigger()
    assert stage.codes() == ["E03", "E04"]
    assert ctx.actions.trigger("signs.clear") is None
    assert ctx.actions.trigger("signs.fed") is None
    assert "G10" not in stage.codes(), "it has no value"
    assert len(stage.codes()) == 8
    assert ctx.actions.trigger("signs.clear") is None
    assert ctx.actions.trigger("signs.clear") is not None, "there is nothing to clear any more"


def test_favourites_are_pinned_by_space_or_their_flag_and_kept(stage: Stage, qtbot: QtBot) -> None:
    view = stage.panel.view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Space)
    assert view.current == key_of("A01", CITY), "the keyboard begins at the first sign, not at a theme"
    at = stage.point(key_of("E03", CITY))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(16, at.y()))
    assert stage.at.ports.kept["signs.pinned"] == ["A01", "E03"]
    assert stage.at.ctx.selection.item == ("", ""), "a flag is no row"
    qtbot.mouseClick(stage.panel.bar.pinned, Qt.MouseButton.LeftButton)
    assert stage.codes() == ["A01", "E03"]


def test_a_click_or_enter_selects_and_arrows_walk_over_themes(stage: Stage, qtbot: QtBot) -> None:
    view, selection = stage.panel.view, stage.at.ctx.selection
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=stage.point(key_of("A06", CITY)))
    assert selection.item == ("sign", key_of("A06", CITY))
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.current == key_of("E03", CITY)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert selection.item == ("sign", key_of("E03", CITY))
    qtbot.keyClick(view, Qt.Key.Key_Up)
    assert view.current == key_of("A06", CITY)


def test_the_panel_goes_where_the_selection_goes_and_back_restores_it(stage: Stage) -> None:
    selection, panel = stage.at.ctx.selection, stage.panel
    selection.select("sign", key_of("E03", CITY))
    panel.go_to(DISTRICT)
    assert selection.item == ("sign", key_of("E03", DISTRICT)), "the same sign there"
    assert stage.codes() == ["A02", "E03", "G01"], "what has a value of its own there"
    street = DISTRICT + "001"
    selection.select("area", f"areas/{street}")
    assert panel.bar.asked.area == street
    assert list(panel.bar.crumbs.buttons) == [CITY, DISTRICT, street]
    selection.back()
    assert panel.bar.asked.area == DISTRICT
    selection.back()
    selection.back()
    assert (panel.bar.asked.area, selection.item) == (CITY, ("", ""))
    selection.select("event", "events/0714-1187")
    assert panel.bar.asked.area == CITY, "an event speaks of no area here"


def test_the_area_is_left_upwards_by_its_name_or_by_a_command(stage: Stage, qtbot: QtBot) -> None:
    selection, ctx = stage.at.ctx.selection, stage.at.ctx
    assert ctx.actions.trigger("signs.up") == Message("signsui.at_top")
    selection.select("sign", key_of("E03", DISTRICT + "002"))
    assert ctx.actions.trigger("signs.up") is None
    assert selection.item == ("sign", key_of("E03", DISTRICT))
    qtbot.mouseClick(stage.panel.bar.crumbs.buttons[CITY], Qt.MouseButton.LeftButton)
    assert selection.item == ("sign", key_of("E03", CITY))


def test_all_below_lists_every_item_of_the_area_and_its_parts_by_name(stage: Stage, qtbot: QtBot) -> None:
    stage.panel.bar.below.chosen.emit("below")
    assert len(stage.listed()) == len(city_rows()) + len(area_items())
    said = stage.panel._said(key_of("A01", CITY, "E0506"))
    assert said.startswith("今日上报案件 · 道路积水 · 杭州")
    assert stage.at.ports.kept["signs.below"] is True
    stage.panel.go_to(DISTRICT)
    assert {key.partition("@")[2][:6] for key in stage.listed()} == {DISTRICT}


@pytest.mark.parametrize(
    ("order", "first"), [(Order.LEVEL, ["E03", "A02"]), (Order.CHANGE, ["E04", "A02"]), (Order.AGE, ["A01", "A02"])]
)
def test_other_orders_put_the_gravest_the_most_changed_or_the_newest_first(
    stage: Stage, order: Order, first: list[str]
) -> None:
    bar = stage.panel.bar
    bar.order.menu().aboutToShow.emit()
    next(a for a in bar.order.menu().actions() if a.text() == texts("zh")(f"signsui.order_{order}")).trigger()
    assert stage.codes()[:2] == first
    assert stage.codes()[-1] == "G10", "what has no value comes last"
    assert not any(key.startswith(HEAD) for key in stage.panel.answer.keys)


def test_a_list_in_another_order_holds_still_while_a_hand_is_at_it(stage: Stage) -> None:
    stage.panel.bar.ask(replace(stage.panel.bar.asked, order=Order.LEVEL))
    stage.panel.view.setFocus()
    before = stage.listed()
    stage.tell(sign_row("A01", CITY, 5000, level=1))
    assert stage.listed() == before
    stage.panel.bar.search.setFocus()
    stage.tell(sign_row("A01", CITY, 5001, level=1))
    assert stage.codes()[:2] == ["A01", "E03"]


def test_sparklines_of_what_is_in_sight_are_asked_for_in_one_question_a_beat(stage: Stage) -> None:
    asked = {grain: keys for keys, grain, _, _ in stage.port.lines}
    assert set(asked) == {"minute", "hour", "day"}
    assert asked["hour"] == (key_of("G01", CITY),), "what is measured by the hour is seen by the hour"
    assert key_of("E03", CITY) in asked["minute"]
    stage.port.answer_lines()
    assert len(stage.panel.sparks.curve(key_of("E03", CITY))) == 100
    stage.panel.age_tick()
    assert not stage.port.lines, "what is known is not asked for again"
    stage.at.clock.advance(61)
    stage.panel.age_tick()
    assert [grain for _, grain, _, _ in stage.port.lines] == ["minute"], "a minute on, what lives by the minute is"


def test_a_history_that_can_not_be_had_leaves_the_row_without_a_line_and_is_asked_for_later(stage: Stage) -> None:
    stage.port.answer_lines(Message("hub.no_answer"))
    assert not stage.panel.sparks.curve(key_of("E03", CITY)).known
    stage.panel.age_tick()
    assert not stage.port.lines
    stage.at.clock.advance(21)
    stage.panel.age_tick()
    assert stage.port.lines


def test_definitions_that_come_late_or_change_are_taken_in_at_the_next_second(qtbot: QtBot) -> None:
    at = desk()
    port = LivingSigns(SignSet())
    at.ctx.signs = port
    made = Stage(at, port)
    panel = made.open(qtbot)
    assert panel._body.currentIndex() == 1
    put_signs(at.picture)
    port.known = sign_set()
    panel.refresh(frozenset({"sign"}))
    assert len(made.codes()) == 9
    port.known = SignSet(port.known.themes, port.known.signs[:3], 2)
    panel.age_tick()
    assert len(made.codes()) == 3


def test_a_desk_without_the_service_says_so_in_a_sentence(qtbot: QtBot) -> None:
    panel = SignsPanel(desk().ctx)
    qtbot.addWidget(panel)
    panel.show()
    assert panel._told is not None
    assert panel._told.title == Message("signsui.no_service")


def test_an_area_without_values_says_so_and_leads_back_to_the_city(stage: Stage) -> None:
    selection = stage.at.ctx.selection
    cell = DISTRICT + "001001001"
    selection.select("area", f"areas/{cell}")
    told = stage.panel._told
    assert told is not None
    assert told.title == Message("signsui.none_here", {"area": "网格 001"})
    told.buttons[0][1]()
    assert len(stage.codes()) == 9


def test_ages_are_by_the_beat_of_each_item_and_the_panel_says_when_nothing_comes(stage: Stage) -> None:
    words, board = stage.panel.words, stage.panel.board
    now = stage.at.ctx.clock.now()
    assert words.age(board.item(key_of("E03", CITY)), now) == "2 秒前"
    assert words.age(board.item(key_of("G01", CITY)), now) == "数据已停 5 小时", "hourly, and five are missed"
    assert words.age(board.item(key_of("G09", CITY)), now) == "07-02 17:42", "monthly: twelve days are fresh"
    stage.at.clock.advance(120)
    stage.panel.age_tick()
    assert stage.panel.header.age.text() == "数据已停 2 分钟"


def test_reported_values_are_marked_with_source_and_period(stage: Stage) -> None:
    said = stage.panel._said(key_of("G09", CITY))
    assert "上报 · 市城管局月报 · 2026-06" in said
    assert "实测" in stage.panel._said(key_of("E03", CITY))


def test_language_and_theme_change_while_it_is_open(stage: Stage) -> None:
    stage.at.ctx.t = texts("en")
    stage.panel.retranslate()
    assert stage.panel.bar.abnormal.text() == "Only abnormal"
    assert stage.panel._said(key_of("E03", CITY)).startswith("Deepest water")
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    for theme in (Theme.load("light"), Theme.load("dark"), Theme.load("light")):
        stage.at.ctx.theme = theme
        apply_theme(app, theme)  # as the desk does: the ground is the application's
        stage.panel.retheme()
        picture = stage.panel.grab().toImage()
        grounds = {picture.pixelColor(x, 890).name() for x in (4, 300, 900)}  # of rail and list, below the last row
        assert grounds == {theme.s1.name()}, theme.name


def test_two_thousand_six_hundred_and_forty_one_items_are_one_list_without_a_widget_each(qtbot: QtBot) -> None:
    at = desk()
    known, rows = many_signs()
    at.ctx.signs = port = LivingSigns(known)
    put_signs(at.picture, rows)
    made = Stage(at, port)
    panel = made.open(qtbot)
    assert len(made.codes()) == 211
    panel.bar.below.chosen.emit("below")
    assert len(made.listed()) == 2641
    widgets = len(panel.findChildren(object))
    bar = panel.view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    middle = panel.view.in_sight()
    assert 15 <= len(middle) <= 30
    bar.setValue(bar.maximum())
    assert panel.view.in_sight()[-1] == made.listed()[-1]
    assert len(panel.findChildren(object)) <= widgets + 30, "questions at the most, none a row"
    made.tell(*rows[:5])
    assert bar.value() == bar.maximum(), "what comes in does not move the list"


def test_columns_give_way_by_weight_and_the_value_and_its_age_stay() -> None:
    assert list(columns(1400)) == ["name", "value", "change", "year", "spark", "forecast", "age"]
    assert "year" not in columns(740)
    narrow = columns(400)
    assert {"name", "value", "age"} <= set(narrow)
    for width in (360, 458, 560, 740, 1044, 1800):
        edges = [(left, left + wide) for left, wide in columns(width).values()]
        assert all(a[1] <= b[0] for a, b in pairwise(edges))
        assert edges[-1][1] <= width


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_in_a_narrow_panel_the_rail_takes_what_its_names_need_and_leaves_the_rest_to_the_list(
    stage: Stage, lang: str
) -> None:
    stage.at.ctx.t = texts(lang)
    stage.panel.retranslate()
    stage.panel.resize(610, 640)
    QApplication.processEvents()
    rail = stage.panel.rail
    assert rail.width() == min(max(rail.wanted(), 160), 208)
    assert rail.width() < 208 or lang == "en"
    stage.panel.resize(1044, 640)
    QApplication.processEvents()
    assert rail.width() == 216
