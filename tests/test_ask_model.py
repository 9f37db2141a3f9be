"""问模型: asked with consent only, what leaves shown before; its answer marked, linked, judged and written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from cockpit.model.messages import Message
from tests.ask_kit import AskingDesk
from tests.ask_model_kit import SeatOfModel, model_port, set_up
from tests.model_standin import StandIn, results
from tests.test_ask_panel import CASES, Stage
from widgets.ask.consent import ConsentDialog, parts_of

pytestmark = [
    pytest.mark.slow,  # an archive is made first
    pytest.mark.qt_log_ignore("This plugin does not support"),
]
LAST = {"calls": [("figure", {"period": "last_month"}), ("split", {"period": "last_month", "by": "district"})]}
SAYS = {"text": "上月共有⟦r1.value⟧，最多的是⟦r2.1.name⟧，⟦r2.1.value⟧。"}
WAIT = 60_000


class ModelStage(Stage):
    """Box and panel, and a model that plays its turns.

    Attributes:
        seat: of the port. told: what was said to the person.
    """

    def __init__(self, qtbot: QtBot, profile: Path, lang: str = "zh", theme: str = "dark") -> None:
        desk = AskingDesk(theme=theme, lang=lang)
        self.seat = SeatOfModel(profile, desk.insight.facts)
        desk.ctx.ask_model = model_port(self.seat, lang)
        self.told: list[Message] = []
        desk.ctx.notify = lambda message, level: self.told.append(message)
        super().__init__(qtbot, desk, (968, 540))
        for _ in range(2):
            self.panel.age_tick()

    def wait(self, what: Callable[[], Any]) -> None:
        """Until it is so, with the ticks of the seat."""

        def so() -> bool:
            self.seat.tick()
            self.settle()
            return bool(what())

        self.qtbot.waitUntil(so, timeout=WAIT)

    def ask_model(self) -> None:
        self.panel.to_model.click()
        self.settle()

    def agree(self) -> None:
        dialog = self.panel.model.dialog
        assert dialog is not None
        self.qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        self.settle()

    @property
    def by_model(self) -> bool:
        told = self.ctx.questioning.told
        return told is not None and told.model is not None


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., ModelStage]]:
    made: list[ModelStage] = []

    def opened(model: StandIn | None, head: str = "timeout = 60", **given: str) -> ModelStage:
        if model is not None:
            set_up(tmp_path, model, head)
        made.append(ModelStage(qtbot, tmp_path, **given))
        return made[-1]

    yield opened
    for stage in made:
        stage.panel.close()
        stage.box.close()


def test_without_a_model_of_the_site_nothing_offers_one(make: Callable[..., ModelStage]) -> None:
    stage = make(None)
    stage.ask(CASES)
    assert not stage.panel.to_model.isVisible()
    assert isinstance(stage.panel.model.can(), Message)
    assert stage.panel.header.facts.text() == "不出本机"


def test_a_broken_set_up_says_what_is_wrong(make: Callable[..., ModelStage], tmp_path: Path) -> None:
    (tmp_path / "model.toml").write_text('url = "http://far.site/v1"\nmodel = "m"\n[ask]\non = true\n', "utf-8")
    stage = make(None)
    stage.ask(CASES)
    assert stage.panel.to_model.isVisible()
    assert not stage.panel.to_model.isEnabled()
    assert "不加密" in stage.panel.to_model.toolTip()


def test_what_would_leave_is_shown_before_and_nothing_leaves_without_a_yes(make: Callable[..., ModelStage]) -> None:
    with StandIn(LAST, SAYS) as model:
        stage = make(model)
        stage.ask("上个月拱墅区有多少案件？请回电 13800000000")
        stage.ask_model()
        dialog = stage.panel.model.dialog
        assert dialog is not None
        body = dialog.whole.toPlainText()
        said, _, tools = parts_of(body)
        assert "上个月拱墅区" in said
        assert "13800000000" not in body, "masked"
        assert set(tools) == {"find", "figure", "split", "trend", "rows", "league"}
        assert dialog.refuse.isDefault()
        stage.qtbot.keyClick(dialog, Qt.Key.Key_Return)  # Enter alone is no yes
        stage.settle()
        assert stage.panel.model.dialog is None
        assert not stage.ctx.questioning.modelling
        assert not model.raw
        stage.ask_model()
        stage.agree()
        stage.wait(lambda: stage.by_model)
        assert model.raw[0].decode() == body, "to the byte"


def test_a_models_answer_is_marked_linked_and_a_step_that_back_leaves(make: Callable[..., ModelStage]) -> None:
    with StandIn(LAST, SAYS) as model:
        stage = make(model)
        stage.ask(CASES)
        own = stage.seen()
        stage.ask_model()
        stage.agree()
        stage.wait(lambda: stage.by_model)
    answer, drill = stage.panel.answer, stage.desk.drill
    assert "模型作答 · qwen3-32b · 127.0.0.1" in answer.mark.text()
    assert "本机作答" not in answer.mark.text()
    assert "人工智能" in answer.notes.text()
    assert answer.queries.text().count("·") >= 3
    assert not answer.chips.isVisible()
    assert "127.0.0.1" in stage.panel.header.facts.text()
    stage.panel.copy()
    assert "模型作答 · qwen3-32b" in QGuiApplication.clipboard().text(), "the mark goes along"
    linked = [piece.key for piece in answer.sentence.pieces if piece.key]
    told = stage.ctx.questioning.told
    assert told is not None
    assert len(linked) == 3
    depth = drill.depth
    answer.sentence.picked.emit(linked[1])
    stage.settle()
    assert drill.depth == depth + 1
    assert drill.scope == told.sentence[int(linked[1])].scope
    drill.back()
    stage.settle()
    assert stage.by_model
    drill.back()
    stage.settle()
    assert stage.seen() == own, "this machine's own answer is the step before"
    assert answer.chips.isVisible()
    assert stage.panel.header.facts.text() == "不出本机"


def test_it_is_answered_in_the_language_in_which_it_is_asked(make: Callable[..., ModelStage]) -> None:
    with StandIn(LAST, {"text": "Last month: ⟦r1.value⟧."}) as model:
        stage = make(model)
        stage.ask("how many cases in Gongshu last month")
        stage.ask_model()
        dialog = stage.panel.model.dialog
        assert dialog is not None
        assert "Answer in English" in dialog.whole.toPlainText()
        stage.agree()
        stage.wait(lambda: stage.by_model)
        assert stage.said.endswith("cases.")
        assert "Answer in English" in model.raw[0].decode()


def test_consent_is_asked_once_and_may_be_withdrawn_at_the_log(make: Callable[..., ModelStage]) -> None:
    with StandIn(LAST, SAYS, LAST, SAYS) as model:
        stage = make(model)
        stage.ask(CASES)
        stage.ask_model()
        stage.agree()
        stage.wait(lambda: stage.by_model)
        stage.desk.drill.back()
        stage.settle()
        stage.ask_model()
        assert stage.panel.model.dialog is None, "agreed already"
        stage.wait(lambda: stage.by_model)
        stage.panel.model.show_log()
        log = stage.panel.model.log
        assert log is not None
        assert log.list.count() == 2
        whole = log.whole.toPlainText()
        assert model.raw[2].decode() in whole
        assert "上月共有" in whole
        log.withdraw.click()
        assert not log.withdraw.isEnabled()
        stage.qtbot.keyClick(log, Qt.Key.Key_Escape)
        stage.settle()
        stage.desk.drill.back()
        stage.settle()
        stage.ask_model()
        assert stage.panel.model.dialog is not None
        stage.qtbot.keyClick(stage.panel.model.dialog, Qt.Key.Key_Escape)
        assert len(model.raw) == 4


def test_steps_and_proven_sentences_are_shown_while_it_works(make: Callable[..., ModelStage]) -> None:
    import threading

    go = threading.Event()

    def slow(body: dict[str, Any]) -> dict[str, Any]:
        assert results(body)
        assert go.wait(60)
        return SAYS

    with StandIn(LAST, slow) as model:
        stage = make(model)
        stage.ask(CASES)
        stage.ask_model()
        stage.agree()
        assert stage.panel.pages.currentWidget() is stage.panel.working
        try:
            stage.wait(lambda: "分项" in stage.panel.working.steps.text())
            assert "模型要查：求数" in stage.panel.working.steps.text()
            assert CASES in stage.panel.working.asked.text()
            assert "正在问 127.0.0.1" in stage.panel.header.facts.text()
        finally:
            go.set()
        stage.wait(lambda: stage.by_model)
        assert stage.panel.pages.currentWidget() is stage.panel.answer


def test_escape_ends_it_and_the_answer_before_is_there_again(make: Callable[..., ModelStage]) -> None:
    with StandIn({"wrong": "silent"}) as model:
        stage = make(model)
        stage.ask(CASES)
        said = stage.said
        stage.ask_model()
        stage.agree()
        stage.wait(lambda: model.raw)
        assert stage.window.focusWidget() is stage.panel.working.stop
        stage.press(stage.panel.working.stop, Qt.Key.Key_Escape)
        assert not stage.ctx.questioning.modelling
        assert stage.panel.pages.currentWidget() is stage.panel.answer
        assert stage.said == said
        assert not stage.panel.refused.isVisible()
        port = stage.ctx.ask_model
        assert port is not None
        stage.wait(lambda: port.log()[0].outcome == "cancelled")


@pytest.mark.parametrize(
    ("turn", "head", "words"),
    [
        ({"wrong": "silent"}, "timeout = 0.3", "没有答完"),
        ({"wrong": "garbage"}, "timeout = 60", "读不懂"),
        ({"text": "共有 999 件。"}, "timeout = 60", "没有查得到来源"),
    ],
)
def test_where_the_model_has_no_answer_a_sentence_says_why_over_this_machines_own(
    make: Callable[..., ModelStage], turn: dict[str, Any], head: str, words: str
) -> None:
    with StandIn(turn) as model:
        stage = make(model, head)
        stage.ask(CASES)
        said, depth = stage.said, stage.desk.drill.depth
        stage.ask_model()
        stage.agree()
        stage.wait(lambda: stage.ctx.questioning.refused is not None)
    assert stage.panel.refused.isVisible()
    assert words in stage.panel.refused.text()
    assert stage.said == said
    assert stage.desk.drill.depth == depth
    stage.ask(CASES + "？")
    assert not stage.panel.refused.isVisible()


def test_a_question_that_was_declined_may_be_put_to_the_model(make: Callable[..., ModelStage]) -> None:
    with StandIn(LAST, SAYS) as model:
        stage = make(model)
        stage.ask("明天会不会下雨")
        assert stage.panel.pages.currentWidget() is stage.panel.declined
        assert stage.panel.to_model.isEnabled()
        stage.ask_model()
        stage.agree()
        stage.wait(lambda: stage.by_model)
        assert stage.panel.pages.currentWidget() is stage.panel.answer


def test_what_would_not_be_sent_is_said_in_one_sentence(make: Callable[..., ModelStage]) -> None:
    with StandIn(LAST, SAYS) as model:
        stage = make(model, 'timeout = 60\ndeny = ["拱墅"]')
        stage.ask(CASES)
        stage.ask_model()
        assert stage.panel.model.dialog is None
        assert [one.id for one in stage.told] == ["model.stopped"]
        assert not model.raw


def test_what_the_person_made_of_an_answer_is_kept_beside_its_record(make: Callable[..., ModelStage]) -> None:
    with StandIn(LAST, SAYS) as model:
        stage = make(model)
        stage.ask(CASES)
        assert isinstance(stage.panel.model.can_judge(), Message)
        stage.ask_model()
        stage.agree()
        stage.wait(lambda: stage.by_model)
        stage.panel.answer.leave.click()
        port = stage.ctx.ask_model
        assert port is not None
        assert port.log()[0].judged == "refused"
        stage.panel.answer.take.click()
        assert port.log()[0].judged == "accepted"


def test_a_question_that_leans_on_the_one_before_is_put_with_what_was_understood(
    make: Callable[..., ModelStage],
) -> None:
    with StandIn(LAST, SAYS) as model:
        stage = make(model)
        stage.ask("上个月拱墅区有多少道路积水")
        stage.panel.answer.asked.emit("那西湖区呢")
        stage.settle()
        put = stage.panel.model.question()
        assert put.startswith("那西湖区呢")
        assert "西湖区" in put.partition("(")[2]
        assert "积水" in put


def test_a_body_that_can_not_be_read_still_shows_its_bytes(qtbot: QtBot) -> None:
    from cockpit.model.askmodel import ModelState

    desk = AskingDesk()
    dialog = ConsentDialog(desk.ctx, ModelState(True, False, "m", "h"), "not json", "ask", None)
    qtbot.addWidget(dialog)
    assert dialog.whole.toPlainText() == "not json"
