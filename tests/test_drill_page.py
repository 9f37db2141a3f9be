"""下钻: from a number to its area, its composition, its rows, a case, and Back the same way; sums that agree."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.insight import AskFigure
from cockpit.model.messages import Message
from cockpit.model.scope import Scope
from cockpit.model.spans import YEAR_BEFORE, span_of
from tests.drill_kit import NOW, LeaderDesk, hangzhou_areas
from widgets.drill.panel import PAGES, DrillPanel
from widgets.drill.parts import PartsPage
from widgets.drill.pieces.charthead import ChartHead
from widgets.drill.pieces.legend import Legend
from widgets.drill.record import RecordPage
from widgets.drill.words import tier_below
from widgets.kit.header import ElidedLabel
from widgets.kit.states import PanelState

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
STORM = Scope(span_of("2026-06-20", NOW), kinds=("E0506",))
MONTH = Scope(span_of("last_month", NOW))
DISTRICT = "330105"


class Stage:
    """The panel on its desk."""

    def __init__(self, desk: LeaderDesk, panel: DrillPanel) -> None:
        self.desk, self.panel = desk, panel
        self.settle()

    def settle(self) -> None:
        for _ in range(4):
            QApplication.processEvents()
            self.desk.insight.settle()

    @property
    def parts(self) -> PartsPage:
        page = self.panel.pages["parts"]
        assert isinstance(page, PartsPage)
        return page

    @property
    def record(self) -> RecordPage:
        page = self.panel.stack.currentWidget()
        assert isinstance(page, RecordPage)
        return page

    def look(self, scope: Scope) -> None:
        self.desk.drill.push(scope)
        self.settle()

    def turn(self, name: str) -> None:
        self.panel.show_page(name)
        self.settle()

    def seen(self) -> tuple[object, ...]:
        """What a person sees of the first page."""
        bars = tuple((bar.key, bar.words, bar.mark if bar.mark == bar.mark else None) for bar in self.parts.bars.bars)
        rows = tuple(row.key for row in self.parts.rows.table.rows)
        chips = tuple((chip.chip.title, chip.chip.value) for chip in self.panel.chips.chips.values())
        sums = self.parts.rows.title.text(), self.parts.rows.sum.text()
        return self.panel.headline.sentence.text, self.panel.headline.basis.text(), chips, bars, rows, sums


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[Callable[..., Stage]]:
    made: list[DrillPanel] = []

    def opened(scope: Scope = STORM, lang: str = "zh", size: tuple[int, int] = (968, 494), **given: str) -> Stage:
        desk = LeaderDesk(lang=lang, scope=scope, **given)
        panel = DrillPanel(desk.ctx)
        qtbot.addWidget(panel)
        panel.resize(*size)
        panel.show()
        made.append(panel)
        return Stage(desk, panel)

    yield opened
    for panel in made:
        panel.close()


def press(qtbot: QtBot, stage: Stage, widget: object, *keys: Qt.Key) -> None:
    for key in keys:
        qtbot.keyClick(widget, key)
    stage.settle()


def test_a_number_leads_to_its_area_its_parts_its_rows_and_a_case_and_back_restores_each(
    make: Callable[..., Stage], qtbot: QtBot
) -> None:
    stage = make()
    drill, seen, scopes = stage.desk.drill, [stage.seen()], [stage.desk.drill.scope]
    top = stage.parts.bars.bars[0].key
    press(qtbot, stage, stage.parts.bars, Qt.Key.Key_Home, Qt.Key.Key_Return)
    assert drill.scope.area == top
    assert stage.parts.by == "street", "areas go one tier down by themselves"
    seen.append(stage.seen())
    scopes.append(drill.scope)
    stage.parts.show_by("unit")
    stage.settle()
    assert drill.depth == 1, "another dimension is no step of the way"
    seen[-1], scopes[-1] = stage.seen(), drill.scope
    unit = stage.parts.bars.bars[0].key
    press(qtbot, stage, stage.parts.bars, Qt.Key.Key_Home, Qt.Key.Key_Return)
    assert drill.scope.unit == unit
    seen.append(stage.seen())
    scopes.append(drill.scope)
    bucket = next(i for i, value in enumerate(stage.parts.trend.values) if value)
    stage.parts.course.picked.emit(bucket)
    stage.settle()
    seen.append(stage.seen())
    scopes.append(drill.scope)
    assert stage.parts.rows.rows.total == stage.parts.figure.value
    row = stage.parts.rows.table.rows[0]
    press(qtbot, stage, stage.parts.rows.table, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert drill.scope.key == row.key
    assert stage.record.head.text().startswith(row.number)
    for before, scope in zip(reversed(seen), reversed(scopes), strict=True):
        assert drill.back()
        stage.settle()
        assert drill.scope == scope
        assert stage.seen() == before
    assert not drill.back()


@pytest.mark.parametrize(
    "scope",
    [
        STORM,
        MONTH,
        MONTH.with_(area=DISTRICT, measure="late"),
        MONTH.with_(measure="closed", channels=("hotline",)),
        MONTH.with_(kinds=("E04",), levels=(3, 4), measure="open"),
    ],
)
def test_the_headline_the_bars_and_the_rows_come_to_the_same(make: Callable[..., Stage], scope: Scope) -> None:
    stage = make(scope)
    figure, split = stage.panel.figure, stage.parts.split
    assert figure is not None
    assert split is not None
    for by in ("area", "channel", "unit", "level", "stage", "weekday"):
        stage.parts.show_by(by)
        stage.settle()
        split = stage.parts.split
        whole = sum(part.value or 0 for part in split.parts)
        assert whole <= figure.value <= whole + split.rest, f"what has no {by} is in the rest, and said"
        if not split.rest:
            assert whole == figure.value
        assert sum(part.n for part in split.parts) + split.rest == figure.n
    assert stage.parts.rows.rows.total == figure.value
    assert stage.parts.rows.sum.text().endswith("与上面一致")


def test_a_bar_that_the_keyboard_is_on_shows_its_rows_and_escape_those_of_all(
    make: Callable[..., Stage], qtbot: QtBot
) -> None:
    stage = make()
    part = stage.parts.ordered(stage.parts.split)[1]
    press(qtbot, stage, stage.parts.bars, Qt.Key.Key_Home, Qt.Key.Key_Down)
    assert stage.parts.rows.title.text() == f"{part.name}的 {part.n} 行"
    assert stage.parts.rows.rows.total == part.value
    press(qtbot, stage, stage.parts.bars, Qt.Key.Key_Escape)
    assert stage.parts.rows.rows.total == stage.panel.figure.value


def test_control_enter_and_a_click_on_a_number_go_to_its_rows_in_one_step(
    make: Callable[..., Stage], qtbot: QtBot
) -> None:
    stage = make(MONTH.with_(measure="late"))
    part = stage.parts.ordered(stage.parts.split)[0]
    qtbot.keyClick(stage.parts.bars, Qt.Key.Key_Home)
    stage.settle()
    qtbot.keyClick(stage.parts.bars, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    stage.settle()
    assert stage.desk.drill.scope.marks == ("late",), "the rows are those that the number counts"
    assert stage.parts.rows.rows.total == part.value
    assert stage.parts.rows.table.hasFocus()
    assert stage.desk.drill.back()
    stage.settle()
    bars = stage.parts.bars
    row = QPoint(round(bars._numbers_from(0)) + 8, 13)
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=row)
    stage.settle()
    assert stage.desk.drill.scope.marks == ("late",)
    assert stage.panel.figure.value == part.value


def test_a_chip_is_taken_away_by_delete_and_changed_by_its_menu(make: Callable[..., Stage], qtbot: QtBot) -> None:
    stage = make(STORM.with_(area=DISTRICT))
    qtbot.keyClick(stage.panel.chips.chips["area"], Qt.Key.Key_Delete)
    stage.settle()
    assert stage.desk.drill.scope.area == ""
    menu = stage.panel.chips.open_menu("measure")
    closing = next(action for action in menu.actions() if action.text() == "结案率")
    closing.trigger()
    stage.settle()
    assert stage.desk.drill.scope.measure == "closing_rate"
    assert "%" in stage.panel.headline.sentence.text
    menu.close()
    menu = stage.panel.chips.open_menu("against")
    year = next(action for action in menu.actions() if action.text() == "同比")
    year.trigger()
    stage.settle()
    assert stage.desk.drill.scope.against.word == YEAR_BEFORE
    assert "去年同期" in stage.panel.headline.basis.text()
    menu.close()


def test_what_is_typed_is_read_or_said_in_one_sentence(make: Callable[..., Stage]) -> None:
    stage = make()
    choices = stage.panel.choices
    choices.typed("amount", "30")
    stage.settle()
    assert stage.desk.drill.scope.amount[0] == 30.0
    assert all(row.amount >= 30 for row in stage.parts.rows.table.rows)
    choices.typed("span", "2026-06-01/2026-06-20")
    stage.settle()
    assert stage.desk.drill.scope.span == span_of("2026-06-01/2026-06-20", NOW)
    before, toasts = stage.desk.drill.scope, stage.desk.at.toasts
    for name, text in (("amount", "很深"), ("amount", "50-30"), ("span", "前天"), ("against", "2026-13")):
        choices.typed(name, text)
        assert text in stage.desk.ctx.t(toasts[-1][0])
    assert stage.desk.drill.scope == before


def test_nothing_in_a_scope_says_what_was_asked_and_has_one_way_out(make: Callable[..., Stage]) -> None:
    stage = make(STORM.with_(place="月球"))
    assert stage.panel.stack.currentWidget() is stage.panel.nothing
    assert any("月球" in label.text() for label in stage.panel.nothing.findChildren(QLabel))
    buttons = stage.panel.nothing.findChildren(type(stage.parts.rows.export))
    assert [button.text() for button in buttons] == ["去掉“地点含“月球””"]
    buttons[0].click()
    stage.settle()
    assert stage.desk.drill.scope.place == ""
    assert stage.panel.stack.currentWidget() is stage.parts


def test_an_archive_that_is_not_loaded_is_waited_for_and_one_that_refuses_says_why(make: Callable[..., Stage]) -> None:
    stage = make()
    stage.desk.insight.version = 0
    stage.desk.drill.push(MONTH)
    assert stage.panel.state is PanelState.WAITING
    stage.desk.insight.version = 2
    stage.panel.refresh(frozenset({"archive"}))
    stage.settle()
    assert stage.panel.state is None
    assert stage.panel.figure.scope == MONTH
    stage.desk.insight.refusal = Message("drill.no_value")
    stage.look(MONTH.with_(area=DISTRICT))
    assert stage.panel.stack.currentWidget() is stage.panel.nothing
    stage.desk.insight.refusal = None
    again = stage.panel.nothing.findChildren(type(stage.parts.rows.export))[0]
    again.click()
    stage.settle()
    assert stage.panel.stack.currentWidget() is stage.parts


def test_data_that_became_others_are_asked_for_anew_and_the_old_answer_is_dropped(make: Callable[..., Stage]) -> None:
    stage = make()
    asked = len(stage.desk.insight.asked)
    stage.panel.refresh(frozenset({"archive"}))
    assert len(stage.desk.insight.asked) == asked, "nothing changed"
    stage.desk.insight.version = 2
    stage.panel.refresh(frozenset({"archive"}))
    assert len(stage.desk.insight.asked) > asked
    waiting = stage.desk.insight.waits
    stage.desk.drill.push(MONTH)
    assert stage.desk.insight.waits <= waiting + 2, "questions about the scope before are taken back"
    stage.settle()
    assert stage.panel.headline.sentence.text.endswith("比2026年5月 +164")


def test_a_file_of_the_rows_says_their_scope_and_until_when(make: Callable[..., Stage], tmp_path: Path) -> None:
    from openpyxl import load_workbook

    stage = make()
    view = stage.parts.rows
    file = tmp_path / "rows.csv"
    assert view.exporting.write(file, lambda ending: view.file_of(view.rows, ending))
    lines = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    assert lines[0] == ["范围", "道路积水 · 杭州 · 6月20日"]
    assert lines[1] == ["截至", "2026-07-14 17:42:00"]
    assert lines[2] == ["行数", "53，合计 53"]
    assert len(lines) == 5 + 53
    file = tmp_path / "rows.xlsx"
    assert view.exporting.write(file, lambda ending: view.file_of(view.rows, ending))
    sheet = load_workbook(file).active
    assert sheet.max_row == 5 + 53
    depth = [cell.value for cell in sheet[5]].index("积水深度 cm")
    assert isinstance(sheet.cell(6, depth + 1).value, int | float), "numbers are numbers"
    assert not view.exporting.write(tmp_path / "absent" / "rows.csv", lambda ending: b"")
    assert stage.desk.at.toasts[-1][0].id == "drill.export_failed"


def test_a_text_that_begins_like_a_formula_is_none_in_the_file() -> None:
    from cockpit.model.cellwords import cell_words

    assert cell_words("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert cell_words("-12.5") == "-12.5"
    assert cell_words("+86 call") == "'+86 call"


def test_linked_cases_are_near_and_of_the_kind_and_say_why(make: Callable[..., Stage]) -> None:
    stage = make()
    key = stage.parts.rows.table.rows[3].key
    stage.panel.open_record(key)
    stage.settle()
    page = stage.record
    assert page.links
    for link in page.links:
        assert link.kind
        assert link.place or link.metres <= 500
        assert link.row.key != key
        assert "同类" in page.why(link)
        assert ("早 " in page.why(link)) or ("晚 " in page.why(link))
    page.show_reason("unit")
    stage.settle()
    assert all(link.unit for link in page.links)
    other = page.links[0].row.key if page.links else key
    page.opened.emit(other)
    stage.settle()
    assert stage.desk.drill.scope.key == other
    assert stage.desk.drill.back()


def test_a_graph_says_what_a_case_belongs_to_and_what_is_like_it_and_each_box_leads_there(
    make: Callable[..., Stage], qtbot: QtBot
) -> None:
    stage = make()
    key = stage.parts.rows.table.rows[3].key
    stage.panel.open_record(key)
    stage.settle()
    page = stage.record
    page.show_reason("graph")
    stage.settle()
    graph = page.graph
    assert graph.isVisible()
    assert not page.table.isVisible()
    assert page.row is not None
    whys = [knot.why for knot in graph.left]
    assert whys[0] == "类别"
    assert "所在区域" in whys
    assert ("处置单位" in whys) == bool(page.row.unit)
    assert [knot.key for knot in graph.right] == [f"row {link.row.key}" for link in page.links[:6]]
    assert all("同类" in knot.why for knot in graph.right)
    graph.setFocus()
    graph.at = (1, 0)
    qtbot.keyClick(graph, Qt.Key.Key_Left)
    qtbot.keyClick(graph, Qt.Key.Key_Up)
    qtbot.keyClick(graph, Qt.Key.Key_Return)
    stage.settle()
    assert stage.desk.drill.scope.kinds == (page.row.kind,) if page.row else False
    assert stage.desk.drill.scope.key == ""
    assert stage.desk.drill.back()
    stage.settle()
    other = graph.right[0].key.removeprefix("row ")
    qtbot.mouseClick(graph, Qt.MouseButton.LeftButton, pos=graph.box(1, 0).center().toPoint())
    stage.settle()
    assert stage.desk.drill.scope.key == other


def test_a_case_opened_by_a_link_is_found_although_its_row_was_never_seen(make: Callable[..., Stage]) -> None:
    stage = make()
    key = stage.parts.rows.table.rows[5].key
    fresh = make(STORM.with_(key=key))
    assert fresh.record.row is not None
    assert fresh.record.row.key == key
    gone = make(STORM.with_(key="events/nobody"))
    assert gone.record.head.text() == "档案里找不到这个案件"


def test_the_area_of_a_scope_decides_by_which_tier_it_is_split(make: Callable[..., Stage]) -> None:
    stage = make()
    areas = stage.panel.words.areas
    street = next(a for a in hangzhou_areas() if a.tier == 2)
    assert [tier_below(areas, code) for code in ("", street.parent, street.code)] == ["district", "street", "community"]


@pytest.mark.parametrize(("lang", "heads"), [("zh", ["本期", "2026年5月", "变化", "去年同期", "变化"]), ("en", None)])
def test_a_column_of_figures_is_headed_by_its_period_and_not_by_a_rate(
    make: Callable[..., Stage], lang: str, heads: list[str] | None
) -> None:
    stage = make(MONTH, lang=lang)
    stage.turn("periods")
    seen = list(stage.panel.pages["periods"].table.sheet.columns)
    assert seen == (heads or ["This period", "May 2026", "Change", "The same time last year", "Change"])


@pytest.mark.parametrize(("wide", "below"), [(900, False), (280, True)])
def test_title_and_legend_of_a_chart_are_one_under_the_other_before_one_of_them_is_cut(
    make: Callable[..., Stage], qtbot: QtBot, wide: int, below: bool
) -> None:
    ctx = make(MONTH, lang="en").desk.ctx
    window = QWidget()
    qtbot.addWidget(window)
    title, legend = ElidedLabel("On-time closing rate by day"), Legend(ctx)
    head = ChartHead(title, legend, window)
    column = QVBoxLayout(window)
    column.addWidget(head)
    legend.show_marks([("line", "June 2026"), ("thin", "the month before")])
    window.resize(wide, 200)
    window.show()
    qtbot.waitUntil(lambda: head.below is below)
    qtbot.waitUntil(lambda: title.width() >= title.sizeHint().width() and legend.width() >= legend.sizeHint().width())
    assert (legend.y() > title.y()) is below


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_shows_figures_in_little_room_and_leads_further(
    make: Callable[..., Stage], name: str, lang: str
) -> None:
    scope = MONTH.with_(area=DISTRICT, kinds=("E0410",), at=span_of("2026-05-01", NOW).start)
    stage = make(scope if name == "before" else MONTH, lang=lang, size=(640, 420))
    assert stage.panel.size().toTuple() == (640, 420)
    stage.turn(name)
    page = stage.panel.pages[name]
    assert stage.panel.stack.currentWidget() is page
    asked = len(stage.desk.insight.asked)
    assert any(query.scope.span == MONTH.span for query in stage.desk.insight.asked[-asked:])
    picks = {
        "parts": lambda: page._drill(page.split.parts[0].code),
        "areas": lambda: page._drill(0),
        "periods": lambda: page._picked(0, 1),
        "before": lambda: page._picked(0, 0),
        "league": lambda: page._picked(0, 0),
        "checkup": lambda: page._picked(0, 0),
        "matrix": lambda: page._picked(0, 0),
        "why": lambda: page._drill(page.explained.parts[0].code),
    }
    depth = stage.desk.drill.depth
    picks[name]()
    stage.settle()
    assert stage.desk.drill.depth == depth + 1
    stage.panel.retranslate()
    stage.panel.retheme()
    stage.settle()
    assert not stage.panel.failed


def test_a_check_up_is_of_a_month_and_not_under_the_figure_of_another_period(make: Callable[..., Stage]) -> None:
    stage = make()
    stage.panel.show_page("checkup")
    assert stage.panel.headline.isHidden()
    stage.panel.show_page("parts")
    assert not stage.panel.headline.isHidden()


@pytest.mark.parametrize("name", ["checkup", "matrix"])
def test_a_page_that_takes_its_time_says_so_and_how_far_it_is(
    make: Callable[..., Stage], qtbot: QtBot, name: str
) -> None:
    stage = make(MONTH)
    stage.panel.show_page(name)
    page = stage.panel.pages[name]
    qtbot.waitUntil(lambda: page.waiting is not None and page.waiting.isVisible(), timeout=30_000)
    assert page.waiting.words.startswith("正在统计…")
    stage.settle()
    assert not page.waiting.isVisible()
    assert page.table.sheet.rows
    stage.desk.insight.version += 1
    stage.panel.age_tick()
    page._patience.timeout.emit()
    assert not page.waiting.isVisible(), "what stands is of the same scope: it is not taken away"


def test_newer_data_do_not_drop_answers_that_are_under_way(make: Callable[..., Stage]) -> None:
    stage = make(MONTH)
    stage.panel.show_page("matrix")
    QApplication.processEvents()
    asked = len(stage.desk.insight.asked)
    for _ in range(5):
        stage.desk.insight.version += 1
        stage.panel.age_tick()
    assert len(stage.desk.insight.asked) == asked
    stage.settle()
    stage.panel.age_tick()
    assert len(stage.desk.insight.asked) > asked


def test_a_cell_of_the_matrix_leads_to_exactly_its_number(make: Callable[..., Stage]) -> None:
    stage = make(MONTH)
    stage.turn("matrix")
    page = stage.panel.pages["matrix"]
    sheet = page.table.sheet
    columns = len(page._shown())
    for row, cells in enumerate(sheet.cells[:-1]):
        numbers = [int(cell.words.replace(",", "")) for cell in cells]
        assert sum(numbers[:-1]) == numbers[-1], "a row comes to its sum"
        if row == 1:
            page.table.picked.emit(row, 2)
            stage.settle()
            assert stage.panel.figure.value == numbers[2]
            assert stage.desk.drill.back()
            stage.settle()
    foot = [int(cell.words.replace(",", "")) for cell in sheet.cells[-1]]
    for k in range(columns):
        assert foot[k] == sum(int(cells[k].words.replace(",", "")) for cells in sheet.cells[:-1])


def test_what_explains_a_change_comes_to_it(make: Callable[..., Stage]) -> None:
    stage = make(MONTH)
    stage.turn("why")
    page = stage.panel.pages["why"]
    for by in ("area", "kind", "unit", "channel"):
        page.show_by(by)
        stage.settle()
        *parts, total = page.bars.deltas
        assert total.total
        assert sum(part.value for part in parts) == pytest.approx(stage.panel.figure.change)


def test_a_unit_with_few_cases_has_no_rank_and_says_so(make: Callable[..., Stage]) -> None:
    stage = make(MONTH)
    stage.turn("league")
    page = stage.panel.pages["league"]
    standings = page.standings()
    ranks = [one.rank for one in standings if one.rank]
    assert ranks == sorted(ranks)
    few = [one for one in standings if not one.rank]
    assert few
    assert all(one.load < page.league.least for one in few)
    last = page.table.sheet.cells[-1]
    assert last[0].words == "–"
    assert str(page.league.least) in last[0].tip
    assert "权重" in page.table.sheet.cells[0][0].tip, "a score says its basis"


def test_before_and_after_asks_for_a_day_and_says_no_more_than_the_numbers_do(make: Callable[..., Stage]) -> None:
    stage = make(MONTH.with_(area=DISTRICT, kinds=("E0410",)))
    stage.turn("before")
    page = stage.panel.pages["before"]
    assert page.day.text() == "选措施开始的日子…"
    page.typed("五一")
    assert "五一" in stage.desk.ctx.t(stage.desk.at.toasts[-1][0])
    page.typed("2026-05-01")
    stage.settle()
    assert stage.desk.drill.scope.at == span_of("2026-05-01", NOW).start
    assert page.answer is not None
    said = page.sentence.text
    assert ("还不能下结论" in said) == (not page.answer.enough)
    assert len(page.table.sheet.rows) == 3, "the rest of the city stands beside it"


def test_a_figure_of_the_headline_leads_to_the_period_that_it_is_compared_with(make: Callable[..., Stage]) -> None:
    stage = make(MONTH)
    before = stage.panel.figure.before
    stage.panel.headline.sentence.picked.emit("before")
    stage.settle()
    assert stage.panel.figure.value == before
    may = span_of("2026-05", NOW)
    assert (stage.desk.drill.scope.span.start, stage.desk.drill.scope.span.end) == (may.start, may.end)
    asked = stage.desk.insight.answer(AskFigure(stage.desk.drill.scope))
    assert asked.value == before


def test_a_sign_has_its_curve_and_its_parts_by_area_and_no_rows(make: Callable[..., Stage], qtbot: QtBot) -> None:
    from widgets.kit.notes import SignNote, add_note

    stage = make(Scope(span_of("last7", NOW), measure="sign:E03"))
    at = span_of("2026-07-11", NOW).start
    add_note(stage.desk.ctx.prefs, SignNote("E03", stage.desk.ctx.pack.code, at, "李敏", "换了探头"))
    stage.desk.insight.version = 2
    stage.panel.refresh(frozenset({"archive"}))
    stage.settle()
    assert not stage.parts.rows.isVisible()
    assert [name for name, _ in stage.panel.tabs.tabs] == ["parts", "areas", "periods"]
    assert any(value is not None for value in stage.parts.trend.values)
    assert [note.words for note in stage.parts.course.line.notes] == ["换了探头"]
    assert "%LEL" in stage.panel.headline.sentence.text
    top = stage.parts.bars.bars[0].key
    press(qtbot, stage, stage.parts.bars, Qt.Key.Key_Home, Qt.Key.Key_Return)
    assert stage.desk.drill.scope.area == top
    stage.turn("periods")
    assert len(stage.panel.pages["periods"].table.sheet.rows) == 1


def test_areas_are_chosen_to_be_compared_side_by_side_on_one_axis(make: Callable[..., Stage]) -> None:
    stage = make(MONTH)
    for name in ("上城区", "拱墅区"):
        menu = stage.panel.chips.open_menu("area")
        side = next(action.menu() for action in menu.actions() if action.text() == "选几个并列比较")
        next(action for action in side.actions() if action.text() == name).trigger()
        stage.settle()
        menu.close()
    assert stage.desk.drill.scope.areas == ("330102", DISTRICT)
    stage.turn("areas")
    page = stage.panel.pages["areas"]
    assert [side.code for side in page.sides()] == ["330102", DISTRICT]
    assert len({(course.line.low, course.line.high) for course in page.courses[:2]}) == 1, "one axis"
    page._drill(1)
    stage.settle()
    assert stage.desk.drill.scope.area == DISTRICT
    assert stage.desk.drill.scope.areas == ()


def test_an_archive_that_stopped_says_so_and_its_figure_is_paler(make: Callable[..., Stage]) -> None:
    stage = make()
    looks = {piece.key: piece.look for piece in stage.panel.headline.sentence.pieces}
    assert looks["rows"] == "figure"
    stage.desk.at.clock.advance(2 * 3600)
    stage.panel.age_tick()
    looks = {piece.key: piece.look for piece in stage.panel.headline.sentence.pieces}
    assert looks["rows"] == "faint"
    assert stage.panel.header.age.text().startswith("数据已停")


def test_an_export_holds_no_formula_and_no_sign_that_no_file_can_hold() -> None:
    from cockpit.model.cellwords import cell_words

    assert cell_words("=cmd|' /C calc'!A0") == "'=cmd|' /C calc'!A0"
    assert cell_words("＝1+1").startswith("'")
    assert cell_words("\x01=A1") == "'=A1"
    assert cell_words("\x00\x0b\ud800天城路\ufffe") == "天城路"
    assert cell_words("-3.5") == "-3.5"
