"""问数: a question, its answer, a chip changed, a figure gone into, Back to the answer; what can not be answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.links import read_link
from cockpit.model.messages import Message
from tests.ask_kit import AskingDesk
from widgets.ask.box import AskBox
from widgets.ask.filters import MORE
from widgets.ask.panel import AskPanel
from widgets.kit.questioning import Questioning
from widgets.kit.states import PanelState

pytestmark = [
    pytest.mark.slow,  # a year's archive and all its words
    pytest.mark.qt_log_ignore("This plugin does not support"),
]
STORM = "6月20日哪些街道积水最多？"
CASES = "上个月拱墅区有多少案件"


class Stage:
    """Box and panel on their desk."""

    def __init__(self, qtbot: QtBot, desk: AskingDesk, size: tuple[int, int]) -> None:
        self.qtbot, self.desk, self.ctx = qtbot, desk, desk.ctx
        self.window = QWidget()
        qtbot.addWidget(self.window)
        column = QVBoxLayout(self.window)
        self.box, self.panel = AskBox(self.ctx), AskPanel(self.ctx)
        column.addWidget(self.box)
        column.addWidget(self.panel, 1)
        self.window.resize(*size)
        self.window.show()
        self.settle()

    def settle(self) -> None:
        for _ in range(3):
            QApplication.processEvents()
            self.desk.settle()

    def ask(self, text: str) -> None:
        """As a person does it: by the keyboard."""
        self.box.take_keyboard()
        self.box.field.setText(text)  # as an input method commits it
        self.press(self.box.field, Qt.Key.Key_Return)

    def press(self, widget: QWidget, *keys: Qt.Key) -> None:
        for key in keys:
            self.qtbot.keyClick(widget, key)
        self.settle()

    def pick(self, chip: str, entry: str) -> None:
        """Takes an entry of a chip's menu."""
        name = next(name for name in self.panel.answer.chips.chips if name.startswith(chip))
        menu = QMenu()
        self.panel.answer.filters.fill(name, menu)
        action = next(action for action in _all(menu) if action.text() == entry)
        action.trigger()
        self.settle()

    @property
    def said(self) -> str:
        return self.panel.answer.sentence.text

    @property
    def chips(self) -> dict[str, str]:
        chips = self.panel.answer.chips.chips
        return {name.rstrip("0123456789"): chip.chip.value for name, chip in chips.items()}

    def seen(self) -> tuple[object, ...]:
        """What a person sees of the answer."""
        answer = self.panel.answer
        rows = tuple(row.key for row in answer.rows.table.rows)
        bars = tuple((bar.name, bar.words) for bar in answer.chart.bars.bars)
        return self.said, self.chips, bars, rows, answer.rows.sum.text(), self.box.field.text()


def _all(menu: QMenu) -> Iterator[object]:
    for action in menu.actions():
        below = action.menu()
        if isinstance(below, QMenu):
            yield from _all(below)
        else:
            yield action


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[Callable[..., Stage]]:
    made: list[Stage] = []

    def opened(size: tuple[int, int] = (968, 540), **given: str) -> Stage:
        made.append(Stage(qtbot, AskingDesk(**given), size))
        return made[-1]

    yield opened
    for stage in made:
        stage.panel.close()
        stage.box.close()


def test_a_question_is_answered_with_sentence_chart_chips_and_rows_that_agree(make: Callable[..., Stage]) -> None:
    stage = make()
    stage.ask(STORM)
    answer = stage.panel.answer
    assert "四季青街道 13 件" in stage.said
    assert stage.chips["span"] == "6月20日"
    assert stage.chips["kinds"] == "道路积水"
    assert answer.chart.bars.bars[0].name == "四季青"
    assert answer.rows.title.text() == "四季青街道的 13 行", "rows of the first"
    assert "与上面一致" in answer.rows.sum.text()
    assert answer.mark.text() == "本机作答 · 84 毫秒"
    assert "17:42:00" in answer.source.text()
    assert answer.follow.buttons, "what to ask next"


def test_question_answer_chip_figure_and_back_to_the_very_answer(make: Callable[..., Stage]) -> None:
    stage = make()
    drill = stage.desk.drill
    home = drill.scope
    stage.ask(CASES)
    assert drill.depth == 1, "the answer is a step of the way"
    before = stage.said
    stage.pick("area", "上城区")
    assert stage.chips["area"] == "上城区"
    assert drill.depth == 1, "the changed answer takes the place of the first"
    assert drill.scope.area == "330102"
    assert stage.said != before
    seen = stage.seen()
    key = next(piece.key for piece in stage.panel.answer.sentence.pieces if piece.key)
    stage.panel.answer.sentence.picked.emit(key)
    stage.settle()
    assert drill.depth == 2
    assert drill.scope.area == "330102"
    assert stage.ctx.questioning.here(stage.ctx) is None, "the window shows the page of the scope"
    drill.back()
    stage.settle()
    assert stage.ctx.questioning.here(stage.ctx) is not None
    assert stage.seen() == seen
    drill.back()
    assert drill.scope == home


def test_a_bar_is_gone_into_by_click_and_by_enter(make: Callable[..., Stage]) -> None:
    stage = make()
    stage.ask(STORM)
    bars = stage.panel.answer.chart.bars
    stage.qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(bars.width() // 3, 39))
    stage.settle()
    drill = stage.desk.drill
    assert drill.depth == 2
    assert drill.scope.area.startswith("330")
    clicked = drill.scope
    drill.back()
    stage.settle()
    bars.setFocus()
    stage.press(bars, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert drill.scope == clicked


def test_a_chip_is_taken_away_by_its_key(make: Callable[..., Stage]) -> None:
    stage = make()
    stage.ask(CASES)
    name = next(name for name in stage.panel.answer.chips.chips if name.startswith("area"))
    stage.press(stage.panel.answer.chips.chips[name], Qt.Key.Key_Delete)
    assert "area" not in stage.chips
    assert stage.desk.drill.scope.area == ""


def test_a_further_restriction_is_added_by_the_plus(make: Callable[..., Stage]) -> None:
    stage = make()
    stage.ask(CASES)
    whole = stage.ctx.questioning.told
    stage.pick(MORE, "12345")
    told = stage.ctx.questioning.told
    assert told is not None
    assert whole is not None
    assert told.understood.scope.channels
    assert told.understood.scope.area == whole.understood.scope.area, "the rest stays as it was"
    assert told.figure.n < whole.figure.n


def test_a_question_that_follows_leans_on_the_one_before(make: Callable[..., Stage]) -> None:
    stage = make()
    stage.ask(CASES)
    follow = stage.panel.answer.follow
    stage.press(follow.buttons[0], Qt.Key.Key_Space)
    text, context = stage.desk.asking.asked[-1]
    assert text == follow.texts[0] or text in stage.box.field.text()
    assert context is not None
    told = stage.ctx.questioning.told
    assert told is not None
    assert told.understood.scope.area == context.scope.area


def test_each_answer_is_a_step_that_back_reaches_also_of_the_same_scope(make: Callable[..., Stage]) -> None:
    stage = make()
    drill = stage.desk.drill
    stage.ask("今天有多少案件")
    first, way = stage.seen(), [drill.scope]
    stage.panel.answer.asked.emit("走势怎么样")
    stage.settle()
    told = stage.ctx.questioning.told
    assert told is not None
    assert told.understood.form == "trend"
    assert drill.depth == 2, "a step of its own"
    assert drill.scope == way[0]
    drill.back()
    stage.settle()
    assert stage.seen() == first
    drill.back()
    stage.settle()
    assert drill.depth == 0
    assert stage.ctx.questioning.here(stage.ctx) is None, "home is home again"


def test_what_is_not_understood_is_named_with_what_can_be_asked_instead(make: Callable[..., Stage]) -> None:
    stage = make()
    stage.ask("明天会不会下雨")
    page = stage.panel.declined
    assert stage.panel.pages.currentWidget() is page
    assert page.why.text()
    marked = [piece.words for piece in page.text.pieces if piece.look == "figure"]
    assert marked == ["会不会下雨"]
    assert stage.desk.drill.depth == 0, "no step without an answer"
    stage.press(page.offers.buttons[0], Qt.Key.Key_Space)
    assert stage.panel.pages.currentWidget() is stage.panel.answer
    assert stage.box.field.text() == page.offers.texts[0]


def test_what_was_read_for_a_word_that_was_written_wrong_is_said(make: Callable[..., Stage]) -> None:
    stage = make()
    stage.ask("上个月乱听车最多的街道是哪里")
    assert "按“乱停车”理解" in stage.panel.answer.notes.text()


def test_nothing_found_offers_to_take_a_restriction_away(make: Callable[..., Stage]) -> None:
    stage = make()
    stage.ask("今天东新街道燃气泄漏多少件")
    answer = stage.panel.answer
    told = stage.ctx.questioning.told
    assert told is not None
    assert told.figure.n == 0
    assert answer.stack.currentWidget() is answer.nothing


def test_enter_while_the_input_method_composes_asks_nothing(make: Callable[..., Stage]) -> None:
    stage = make()
    stage.box.take_keyboard()
    QApplication.sendEvent(stage.box.field, QInputMethodEvent("ji shui", []))
    stage.press(stage.box.field, Qt.Key.Key_Return)
    assert stage.desk.asking.asked == []


def test_up_brings_what_was_asked_before_and_down_what_was_typed(make: Callable[..., Stage]) -> None:
    stage = make()
    stage.ask(CASES)
    stage.ask(STORM)
    assert Questioning.history(stage.ctx) == [CASES, STORM]
    field = stage.box.field
    field.clear()
    stage.press(field, Qt.Key.Key_Up)
    assert field.text() == STORM
    stage.press(field, Qt.Key.Key_Up)
    assert field.text() == CASES
    stage.press(field, Qt.Key.Key_Down, Qt.Key.Key_Down)
    assert field.text() == ""


def test_words_that_are_begun_are_offered_and_taken_by_the_keyboard(make: Callable[..., Stage]) -> None:
    stage = make()
    stage.box.take_keyboard()
    for typed in ("今天东新", "今天dxjd"):
        stage.box.field.setText(typed)
        stage.box.offer()
        assert "东新街道" in [offer.shown for offer in stage.box.list.offers], typed
    stage.box.field.setText("今天东新")
    stage.box.offer()
    stage.press(stage.box.field, Qt.Key.Key_Down, Qt.Key.Key_Return)
    assert stage.box.field.text() == "今天东新街道"
    assert not stage.box.list.isVisible()


def test_a_question_waits_until_the_archive_is_read(make: Callable[..., Stage]) -> None:
    stage = make()
    stage.desk.insight.version = 0
    stage.ask(CASES)
    assert stage.panel.state is PanelState.WAITING
    stage.desk.insight.version = 1
    stage.panel.refresh(frozenset({"archive"}))
    stage.settle()
    assert stage.panel.state is None
    assert stage.said


def test_the_words_are_read_once_after_the_archive_with_examples_meanwhile(make: Callable[..., Stage]) -> None:
    stage = make()
    asking = stage.desk.asking
    asking.ready = False
    stage.panel.follow()
    assert stage.panel.start.offers.texts[0] == "今天有多少案件"
    for _ in range(3):
        stage.box.refresh(frozenset({"archive"}))
    assert stage.box._ahead.isActive()
    stage.box.take_keyboard()
    stage.qtbot.waitUntil(lambda: asking.prepared == 1, timeout=60_000)
    stage.box.refresh(frozenset({"archive"}))
    asking.ready = True
    stage.panel.age_tick()
    assert stage.panel.start.offers.texts == asking.suggestions()
    assert asking.prepared == 1
    assert not stage.box._ahead.isActive()


def test_a_newer_question_drops_the_one_before(make: Callable[..., Stage]) -> None:
    stage = make()
    stage.ctx.questioning.ask(stage.ctx, CASES)
    stage.ctx.questioning.ask(stage.ctx, STORM)
    stage.settle()
    assert "四季青" in stage.said
    assert stage.desk.drill.depth == 1


def test_answer_and_link_are_copied(make: Callable[..., Stage]) -> None:
    stage = make()
    said: list[Message] = []
    stage.ctx.notify = lambda message, level: said.append(message)
    stage.ask(CASES)
    stage.panel.copy()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == CASES
    assert lines[1] == stage.said
    assert read_link(lines[-1]).way[-1] == stage.desk.drill.scope
    assert [message.id for message in said] == ["ask.copied"]


def test_a_failure_is_one_sentence_and_the_next_question_is_answered(make: Callable[..., Stage]) -> None:
    stage = make()
    right = stage.desk.insight.answer

    def broken(query: object) -> object:
        from cockpit.model.errors import UserError

        raise UserError("insight.too_fine")

    stage.desk.insight.answer = broken  # type: ignore[method-assign,assignment]
    stage.ask(CASES)
    assert stage.panel.pages.currentWidget() is stage.panel.declined
    stage.desk.insight.answer = right  # type: ignore[method-assign]
    stage.ask(STORM)
    assert stage.panel.pages.currentWidget() is stage.panel.answer


@pytest.mark.parametrize("size", [(968, 540), (1300, 900)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_answer_has_room_at_every_size_in_both_languages(
    make: Callable[..., Stage], size: tuple[int, int], lang: str
) -> None:
    stage = make(size, lang=lang)
    stage.ask(STORM if lang == "zh" else "which streets had most flooding on June 20")
    answer = stage.panel.answer
    assert answer.chart.bars.height() >= 60
    assert answer.rows.table.height() >= 80
    assert stage.panel.height() <= stage.window.height()
