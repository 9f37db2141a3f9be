"""The page of a vital sign: figure, comparisons, forecast, history, areas, parts, what it is made from; its CSV; import
of definitions and values."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from cockpit.model.clock import DAY, HOUR, MINUTE
from cockpit.model.messages import Message, texts
from cockpit.model.signs import Series, Thing, key_of
from tests.living_picture import NOW, put
from tests.living_signs import CITY, DISTRICT, LivingSigns, put_signs, series, sign_row
from tests.panel_desk import Desk, desk
from widgets.charts.bars import Bars
from widgets.charts.history import Shown
from widgets.charts.scale import Curve, curve_of, round_steps, time_marks, unbroken
from widgets.kit.actions import Action
from widgets.lists.areas import AreaTree
from widgets.lists.event import EventPage
from widgets.lists.page_wide import AreaThing
from widgets.lists.parts import Line, Row, Sentence
from widgets.signs.board import SignBoard
from widgets.signs.csv_file import curve_csv, items_csv
from widgets.signs.importing import Importing
from widgets.signs.page import SignThing
from widgets.signs.page_parts import Compare
from widgets.signs.words import SignWords

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
DEEPEST = key_of("E03", CITY)


class Stage:
    """The page at the right of the desk, and the port behind it."""

    def __init__(self, at: Desk, port: LivingSigns, panel: EventPage) -> None:
        self.at, self.port, self.panel = at, port, panel

    def open(self, key: str) -> SignThing:
        self.at.ctx.selection.select("sign", key)
        QApplication.processEvents()
        return self.page

    @property
    def page(self) -> SignThing:
        page = self.panel.page
        assert isinstance(page, SignThing)
        return page

    def tell(self, *rows: dict[str, object]) -> None:
        put(self.at.picture, "sign", list(rows))
        self.panel.refresh(self.at.picture.take_changes())

    def board(self) -> SignBoard:
        board = SignBoard(self.at.picture["sign"], AreaTree(self.at.picture["area"]), CITY)
        board.take(self.port.known)
        return board

    def words(self, lang: str = "zh") -> SignWords:
        return SignWords(texts(lang), self.at.ctx.pack, AreaTree(self.at.picture["area"]))


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    at, port = desk(), LivingSigns()
    at.ctx.signs = port
    put_signs(at.picture)
    panel = EventPage(at.ctx)
    qtbot.addWidget(panel)
    panel.resize(448, 900)
    panel.show()
    return Stage(at, port, panel)


def sentences(page: SignThing) -> list[str]:
    return [one.text() for one in page.findChildren(Sentence) if not one.isHidden()]


def lines(page: SignThing) -> dict[str, str]:
    return {one._name: one._value() for one in page.findChildren(Line)}


def test_the_page_says_value_level_and_what_it_is_compared_with(stage: Stage) -> None:
    page = stage.open(DEEPEST)
    assert stage.panel.header.title.text() == "指标"
    cells = page.findChildren(Compare)[0].cells()
    assert cells[0] == ("环比", "↑ 15%", "转差 · 1 小时前 54 cm")
    assert cells[1][1:] == ("↓ 20%", "向好 · 去年 78 cm")
    assert cells[2] == ("目标", "–", "未设目标")
    assert cells[3] == ("预测", "70 cm", "2 小时后 · 准确率 85%"), "with its horizon and accuracy"
    told = lines(page)
    assert told["Ⅱ 级"] == "> 30 cm"
    assert told["取数"] == "传感器 · 积水监测"


def test_a_target_says_whether_it_is_met_and_a_share_changes_in_points(stage: Stage) -> None:
    page = stage.open(key_of("A07", CITY))
    cells = page.findChildren(Compare)[0].cells()
    assert cells[2] == ("目标", "≥ 95.0%", "未达标")
    assert cells[0][1] == "↓ 3.1 点"
    stage.tell(sign_row("A07", CITY, 96.0, previous=math.nan))
    cells = page.findChildren(Compare)[0].cells()
    assert cells[2][2] == "已达标"
    assert cells[0][1:] == ("–", "没有可比的值")


def test_what_has_no_value_says_why_and_shows_no_zero(stage: Stage) -> None:
    page = stage.open(key_of("G10", CITY))
    assert any("还没有接入" in words for words in sentences(page))
    assert not page.item.known
    stage.port.answer(Series(page.key, "minute"))
    assert not page.chart.shown.curve.known
    assert page.chart.nothing == "这段时间没有记录。"
    stage.tell(sign_row("G10", CITY, 12.5))
    assert page.item.value == 12.5
    assert not any("还没有接入" in words for words in sentences(page)), "it came, and the page says so"


def test_history_has_its_band_gaps_and_the_value_of_now_at_its_end(stage: Stage) -> None:
    page = stage.open(DEEPEST)
    assert stage.port.asked[-1][1:4] == ("minute", NOW - DAY, NOW + 1)
    assert page.chart.nothing == "正在读取……"
    stage.port.answer()
    shown = page.chart.shown
    assert shown.curve.value[-1] == 62, "live beside what is written down"
    assert len(unbroken(shown.curve, 15 * MINUTE)) == 2, "a gap is a gap"
    assert [(one.value, one.level) for one in shown.bounds] == [(50, 1), (30, 2), (15, 3)]
    assert shown.expected == (NOW + 2 * HOUR - 2_000_000, 70.0)
    assert page.chart.steps()[-1] >= 70, "what is expected is in the picture"


def test_hour_week_month_and_year_are_asked_for_in_their_own_grain(stage: Stage, qtbot: QtBot) -> None:
    page = stage.open(DEEPEST)
    for span, grain, length in (("hour", "minute", HOUR), ("week", "hour", 7 * DAY), ("year", "day", 366 * DAY)):
        page._choice.segments.chosen.emit(span)
        key, asked, start, end, most, _ = stage.port.asked[-1]
        assert (key, asked) == (DEEPEST, grain)
        assert end - start == length + 1
        assert 100 <= most <= 2000
    assert stage.at.ports.kept["signs.span"] == "year"
    assert stage.open(key_of("A01", CITY)).span == "year", "the next page opens with it"


def test_an_answer_that_comes_for_another_span_is_dropped(stage: Stage) -> None:
    page = stage.open(DEEPEST)
    late = stage.port.asked[-1]
    page.show_span("year")
    late[5](series(DEEPEST, NOW - DAY, NOW))
    assert not page.curve.known


def test_a_hub_that_does_not_answer_is_said_on_the_chart_and_asked_again(stage: Stage) -> None:
    page = stage.open(DEEPEST)
    stage.port.answer(Message("hub.no_answer"))
    assert page.chart.shown.curve.known is False or page._problem
    stage.at.clock.advance(61)
    stage.panel.age_tick()
    assert any(key == DEEPEST for key, *_ in stage.port.asked)
    stage.port.answer()
    assert page.curve.known
    assert not page._problem


def test_buckets_are_read_by_pointer_and_by_arrows(stage: Stage, qtbot: QtBot) -> None:
    page = stage.open(DEEPEST)
    stage.port.answer()
    chart = page.chart
    qtbot.mouseMove(chart, QPoint(12, 60))
    assert chart.at == 0
    assert "cm" in chart.accessibleDescription()
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.at == 1
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.at == -1


def test_areas_are_ranked_and_lead_to_the_sign_there_and_back(stage: Stage, qtbot: QtBot) -> None:
    page = stage.open(DEEPEST)
    bars = page.more.areas
    values = [bar.value for bar in bars.bars]
    assert len(values) == 3
    assert values == sorted(values, reverse=True), "the greatest first"
    bars.setFocus()
    qtbot.keyClick(bars, Qt.Key.Key_Down)
    qtbot.keyClick(bars, Qt.Key.Key_Return)
    assert stage.at.ctx.selection.key == bars.bars[1].key
    district = stage.page
    assert district is not page
    assert all(bar.key.startswith(f"sign/E03@{district.item.area}") for bar in district.more.areas.bars)
    up = next(row for row in district.findChildren(Row) if row._under == "上一级")
    up.picked.emit()
    assert stage.at.ctx.selection.key == DEEPEST
    stage.at.ctx.selection.back()
    assert stage.page.item.area == district.item.area


def test_a_bar_is_gone_into_by_a_click_and_points_while_the_pointer_is_on_it(stage: Stage, qtbot: QtBot) -> None:
    bars: Bars = stage.open(DEEPEST).more.areas
    qtbot.mouseMove(bars, QPoint(100, 10))
    assert stage.at.ctx.selection.hovered == ("sign", bars.bars[0].key)
    key = bars.bars[0].key
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(100, 10))
    assert stage.at.ctx.selection.key == key


def test_composition_names_the_parts_with_their_shares(stage: Stage) -> None:
    page = stage.open(key_of("A01", CITY))
    told = [(bar.name, bar.words, bar.note) for bar in page.more.parts.bars]
    assert told == [("店外经营", "611", "51%"), ("路灯不亮", "432", "36%"), ("道路积水", "146", "12%")]
    page = stage.open(key_of("A02", CITY))
    assert [bar.name for bar in page.more.parts.bars] == ["AI 视频", "12345"]


def test_an_index_opens_into_the_signs_of_its_formula(stage: Stage) -> None:
    page = stage.open(key_of("A07", CITY))
    rows = {row._title: row for row in page.findChildren(Row)}
    assert {"结案率", "在办案件"} <= set(rows)
    rows["在办案件"].picked.emit()
    assert stage.at.ctx.selection.key == key_of("A02", CITY)


def test_the_things_behind_a_value_are_listed_and_lead_to_their_pages(stage: Stage) -> None:
    page = stage.open(DEEPEST)
    assert [key for key, _ in stage.port.behind] == [DEEPEST]
    told = [
        Thing("sensor", "sensors/s0001", DISTRICT, 62.0, "天城路积水监测", NOW),
        Thing("event", "events/0714-1187", "", math.nan),
    ]
    stage.port.answer_things(told)
    rows = {row._title: row for row in page.behind.findChildren(Row)}
    gauge = str(stage.at.picture["sensor"].get("sensors/s0001")["name"])
    assert rows[gauge]._right == "62 cm"
    assert "道路积水 62 cm" in rows
    rows[gauge].picked.emit()
    assert stage.at.ctx.selection.item == ("sensor", "sensors/s0001")


def test_a_thing_of_a_table_that_is_not_known_here_costs_nothing_else(stage: Stage) -> None:
    page = stage.open(DEEPEST)
    stage.port.answer_things([Thing("cow", "cows/1", "", 1.0, "花花")])
    assert [row._title for row in page.behind.findChildren(Row)] == ["花花"]
    stage.at.clock.advance(16)
    stage.panel.age_tick()
    stage.port.answer_things([])
    assert [row for row in page.behind.findChildren(Row) if not row.isHidden()] == []


def test_a_page_is_kept_over_language_theme_and_the_loss_of_its_row(stage: Stage) -> None:
    stage.open(DEEPEST)
    stage.at.ctx.t = texts("en")
    stage.panel.retranslate()
    assert stage.panel.header.title.text() == "Indicator"
    stage.at.picture.remove("sign", [DEEPEST])
    stage.panel.refresh(frozenset({"sign"}))
    assert not stage.page.item.known, "it is known, and has no value"
    stage.at.ctx.selection.select("sign", "sign/Z99@330100")
    assert stage.panel.page is None
    assert stage.panel.state is not None


def test_a_sign_is_pinned_from_its_page(stage: Stage, qtbot: QtBot) -> None:
    page = stage.open(DEEPEST)
    qtbot.mouseClick(page.pin, Qt.MouseButton.LeftButton)
    assert stage.at.ports.kept["signs.pinned"] == ["E03"]
    assert page.pin.text() == "已收藏"


# -- numbers in files ----------------------------------------------------------------------------------------------


def read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_listed_numbers_are_written_in_full_with_area_time_and_source(stage: Stage) -> None:
    board, words = stage.board(), stage.words()
    keys = [DEEPEST, key_of("G09", CITY), key_of("G10", CITY), key_of("A01", CITY, "E0506")]
    data = items_csv([board.item(key) for key in keys], words, board.told)
    assert data.startswith(b"\xef\xbb\xbf"), "Excel reads it as UTF-8"
    deepest, waste, green, part = read(data)
    assert (deepest["值"], deepest["单位"], deepest["区域代码"], deepest["级别"]) == ("62", "cm", CITY, "Ⅰ 级")
    assert deepest["时间"] == "2026-07-14 17:42:34"
    assert deepest["预测时刻"] == "2026-07-14 19:42:34"
    assert (waste["性质"], waste["来源"], waste["统计期"]) == ("上报", "市城管局月报", "2026-06")
    assert (green["值"], green["时间"], green["级别"]) == ("", "", ""), "what is missing is empty, no zero"
    assert part["分项"] == "道路积水"


def test_words_that_a_table_program_would_run_are_words(stage: Stage) -> None:
    board, words = stage.board(), stage.words()
    put(stage.at.picture, "sign", [sign_row("A01", CITY, -5.5, part="=cmd|' /C calc'!A0")])
    line = read(items_csv([board.item(key_of("A01", CITY, "=cmd|' /C calc'!A0"))], words, board.told))[0]
    assert line["分项"].startswith("'=")
    assert line["值"] == "-5.5", "a negative number stays a number"


def test_a_curve_is_written_bucket_by_bucket_without_its_gaps(stage: Stage) -> None:
    curve = curve_of(series(DEEPEST, NOW - DAY, NOW))
    rows = read(curve_csv(curve, stage.board().item(DEEPEST), stage.words()))
    assert len(rows) == 88
    names = list(rows[0])
    assert names == ["时间", *(f"最大积水深度 · 杭州 (cm) {one}" for one in ("均值", "最低", "最高"))]
    assert float(rows[0][names[2]]) < float(rows[0][names[1]]) < float(rows[0][names[3]])


def test_an_export_says_where_it_went_or_why_it_did_not(stage: Stage, tmp_path: Path) -> None:
    page = stage.open(DEEPEST)
    assert page._exporting.write(tmp_path / "x.csv", lambda _ending: b"1")
    assert (tmp_path / "x.csv").read_bytes() == b"1"
    assert stage.at.toasts[-1][0].id == "signsui.exported"
    assert not page._exporting.write(tmp_path / "absent" / "x.csv", lambda _ending: b"1")
    assert stage.at.toasts[-1][0].id == "signsui.export_failed"


# -- import --------------------------------------------------------------------------------------------------------


@pytest.fixture
def importing(stage: Stage) -> Importing:
    return Importing(stage.at.ctx, stage.panel)


def test_a_file_is_tried_first_and_taken_only_when_a_person_says_so(
    stage: Stage, importing: Importing, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "指标.csv"
    path.write_bytes("编号,值\nG10,14.2\n".encode("gb18030"))
    dialog = importing.try_file(path)
    assert dialog is not None
    name, data, trial, done = stage.port.imports.pop()
    assert (name, data, trial) == ("指标.csv", path.read_bytes(), True)
    assert not dialog.take.isEnabled(), "nothing can be taken before its report is there"
    done([Message("signsui.import_done"), Message("signsui.import_silent")])
    assert dialog.report.count() == 2
    assert dialog.take.isEnabled()
    assert not dialog.taken
    qtbot.mouseClick(dialog.take, Qt.MouseButton.LeftButton)
    name, data, trial, done = stage.port.imports.pop()
    assert not trial
    done([Message("signsui.import_done")])
    assert dialog.taken
    assert dialog.close_.text() == "关闭"
    dialog.close_.click()
    assert importing.dialog is None


def test_a_file_that_is_refused_is_not_taken_and_its_reason_is_listed(
    stage: Stage, importing: Importing, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK")
    dialog = importing.try_file(path)
    assert dialog is not None
    stage.port.imports.pop()[3](Message("signsui.import_silent"))
    assert dialog.report.count() == 1
    assert not dialog.take.isEnabled()
    dialog.reject()


@pytest.mark.parametrize("name", ["a.pdf", "absent.csv"])
def test_what_can_not_be_read_is_said_before_anything_is_sent(
    stage: Stage, importing: Importing, tmp_path: Path, name: str
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    assert importing.try_file(tmp_path / name) is None
    assert stage.at.toasts[-1][0].id == "signsui.import_unread"
    assert not stage.port.imports


# -- what a chart draws --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "steps"),
    [(0, 62, [0, 20, 40, 60, 80]), (91.2, 95.4, [90, 92, 94, 96]), (5, 5, [4, 5, 6]), (-3, 8, [-5, 0, 5, 10])],
)
def test_steps_of_an_axis_are_round_and_hold_the_values(low: float, high: float, steps: list[float]) -> None:
    made = round_steps(low, high)
    assert made[0] <= low
    assert made[-1] >= high
    assert len(made) <= 5
    assert made == pytest.approx(steps) or len(steps) == 3


def test_what_is_not_printed_of_a_value_is_no_change_of_it(stage: Stage) -> None:
    page = stage.open(key_of("A07", CITY))
    at, value = np.array([NOW - HOUR, NOW - MINUTE]), np.array([91.60001, 91.6])
    page.chart.show_values(Shown(NOW - DAY, NOW, Curve(at, value, value, value), decimals=1), "")
    steps = page.chart.steps()
    assert steps[-1] - steps[0] >= 0.4
    page.chart.show_values(Shown(NOW - DAY, NOW, Curve(at, 0 * value, 0 * value, 0 * value)), "")
    assert page.chart.steps()[0] == 0, "a count has nothing below zero"


def test_marks_of_time_are_round_in_the_citys_clock() -> None:
    day = time_marks(NOW - DAY, NOW, 6)
    assert all((mark - day[0]) % (4 * HOUR) == 0 for mark in day)
    assert (day[0] + 8 * HOUR) % (4 * HOUR) == 0, "Shanghai's, eight hours ahead"
    year = time_marks(NOW - 366 * DAY, NOW, 6)
    assert 3 <= len(year) <= 6


def test_columns_that_do_not_fit_together_are_no_curve() -> None:
    whole = series("x", 0, 100)
    assert len(curve_of(whole)) == 96
    short = Series("x", "minute", whole.start, whole.mean[:-8], whole.least, whole.most)
    assert not len(curve_of(short))
    at = np.array([5, 5], dtype="<i8").tobytes()
    two = np.array([1.0, 2.0]).tobytes()
    assert not len(curve_of(Series("x", "minute", at, two, two, two)))
    assert not Curve().known


# -- the page of an area -------------------------------------------------------------------------------------------


def test_the_page_of_an_area_lists_its_abnormal_signs_and_leads_to_all_of_them(stage: Stage, qtbot: QtBot) -> None:
    came: list[str] = []
    stage.at.ctx.actions.add(Action("desk.signs", "signsui.to_signs", lambda: came.append("signs")))
    stage.at.ctx.selection.select("area", "areas/330100")
    page = stage.panel.page
    assert isinstance(page, AreaThing)
    assert [row._title for row in page.signs.findChildren(Row)] == ["最大积水深度", "在办案件"], "the gravest first"
    qtbot.mouseClick(page.signs.findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
    assert came == ["signs"]
    stage.tell(sign_row("E04", CITY, 400, level=1))
    shown = [row._title for row in page.signs.findChildren(Row) if not row.isHidden()]
    assert shown == ["最大积水深度", "积水点", "在办案件"]
    next(row for row in page.signs.findChildren(Row) if row._title == "积水点").picked.emit()
    assert stage.page.key == key_of("E04", CITY)


def test_an_area_without_values_has_no_section_of_signs(stage: Stage) -> None:
    stage.at.ctx.selection.select("area", f"areas/{DISTRICT}001001001")
    page = stage.panel.page
    assert isinstance(page, AreaThing)
    assert page.signs.parts == []
