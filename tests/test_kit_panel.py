"""The frame of panels: its states, and that a panel's failure is its own."""

from __future__ import annotations

from typing import ClassVar

import pytest
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.clock import MINUTE
from cockpit.model.messages import Message, texts
from tests.living_picture import NOW, feed_rows, put
from tests.panel_desk import Desk, desk
from widgets.kit.feedstate import feed_states, topic_age
from widgets.kit.panel import Panel, PanelState, guarded
from widgets.kit.theme import Theme

# what the offscreen platform says of windows with a least size
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Canvas(QWidget):
    broken = False

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self.broken:
            raise ValueError("paint")


class Sample(Panel):
    panel_id: ClassVar[str] = "sample"
    topics: ClassVar[frozenset[str]] = frozenset({"event"})
    title_id: ClassVar[str] = "bars.open"
    age_topic: ClassVar[str] = "event"
    broken = False
    refreshed = 0

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.ctx)
        self.canvas = Canvas(self.content)
        self.canvas.resize(50, 50)

    def refresh(self, topics: frozenset[str]) -> None:
        self.refreshed += 1
        if self.broken:
            raise ValueError("refresh")


@pytest.fixture
def hands(qapp: object) -> Desk:
    made = desk()
    made.ctx.report = lambda error, where: f"E-{where}"
    return made


@pytest.fixture
def panel(hands: Desk, qtbot: QtBot) -> Sample:
    made = Sample(hands)
    qtbot.addWidget(made)
    made.resize(300, 240)
    made.show()
    return made


def said(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible() and label.text()]


def button(panel: Sample, words: str) -> QPushButton:
    return next(b for b in panel.findChildren(QPushButton) if b.isVisible() and b.text() == words)


def test_a_panel_says_its_title_and_the_age_of_its_data(panel: Sample) -> None:
    panel.age_tick()
    assert said(panel) == [panel.ctx.t("bars.open"), "2 秒前"]


def test_the_age_turns_into_a_sentence_when_its_feed_stops(panel: Sample, hands: Desk) -> None:
    put(hands.picture, "feed", feed_rows(NOW, events=NOW - MINUTE))
    panel.age_tick()
    assert "数据已停 1 分钟" in said(panel)
    hands.clock.advance(360)
    panel.age_tick()
    assert "断开 7 分钟" in said(panel)


def test_a_failing_refresh_ends_in_this_panel_with_the_number_of_its_report(panel: Sample, qtbot: QtBot) -> None:
    panel.broken = True
    panel.refresh(panel.topics)
    qtbot.waitUntil(lambda: panel.state is PanelState.ERROR)
    assert "已记入诊断报告 E-sample。" in said(panel)
    assert "面板停用" in said(panel)
    panel.refresh(panel.topics)
    panel.age_tick()
    assert panel.refreshed == 1, "a failed panel is left alone"


def test_a_failing_paint_ends_in_this_panel_too(panel: Sample, qtbot: QtBot) -> None:
    panel.canvas.broken = True
    panel.canvas.update()
    qtbot.waitUntil(lambda: panel.state is PanelState.ERROR)


def test_a_failed_panel_comes_back_when_it_is_reopened(panel: Sample, qtbot: QtBot) -> None:
    panel.broken = True
    panel.refresh(panel.topics)
    qtbot.waitUntil(lambda: panel.state is PanelState.ERROR)
    panel.broken = False
    button(panel, "重开面板").click()
    assert panel.state is None
    assert panel.content.isVisible()
    assert panel.refreshed == 2


def test_a_panel_that_fails_again_says_so_again(panel: Sample, qtbot: QtBot) -> None:
    panel.broken = True
    panel.refresh(panel.topics)
    qtbot.waitUntil(lambda: panel.state is PanelState.ERROR)
    panel.reopen()
    qtbot.waitUntil(lambda: panel.state is PanelState.ERROR)


def test_a_state_takes_the_place_of_the_content_and_gives_it_back(panel: Sample) -> None:
    pressed: list[int] = []
    again = ((Message("kit.reopen"), lambda: pressed.append(1)),)
    panel.show_state(PanelState.DEAD, Message("bars.state_dead"), (Message("bars.retry_now"),), again)
    assert not panel.content.isVisible()
    assert {"断开", "正在重连"} <= set(said(panel))
    button(panel, "重开面板").click()
    assert pressed == [1]
    panel.show_content()
    assert panel.content.isVisible()


def test_the_same_state_again_keeps_its_button_and_the_focus_on_it(panel: Sample) -> None:
    again = ((Message("kit.reopen"), lambda: None),)
    panel.show_state(PanelState.EMPTY, Message("bars.state_dead"), (), again)
    before = button(panel, "重开面板")
    panel.show_state(PanelState.EMPTY, Message("bars.state_dead"), (), ((Message("kit.reopen"), lambda: None),))
    assert button(panel, "重开面板") is before


def test_language_and_theme_change_while_a_state_is_shown(panel: Sample, hands: Desk) -> None:
    panel.show_state(PanelState.DEAD, Message("bars.state_dead"))
    hands.ctx.t, hands.ctx.theme = texts("en"), Theme.load("light")
    panel.retranslate()
    panel.retheme()
    panel.age_tick()
    assert set(said(panel)) == {"Open", "cut off", "2 s ago"}


def test_the_menu_offers_to_reopen_after_what_the_panel_adds(panel: Sample) -> None:
    panel.fill_menu = lambda menu: menu.addAction("mine") and None  # type: ignore[method-assign]
    menu = panel.header.findChild(QMenu)
    menu.aboutToShow.emit()
    assert [a.text() for a in menu.actions() if not a.isSeparator()] == ["mine", "重开面板"]


def test_a_feed_that_the_hub_has_not_told_of_is_waiting(hands: Desk) -> None:
    hands.picture.remove("feed", ["hub/weather"])
    weather = next(state for state in feed_states(hands.ctx) if state.id == "weather")
    assert weather.state == "waiting"
    told, old, _ = topic_age(hands.ctx, "alert")
    assert (hands.ctx.t(told), old) == ("尚无数据", False)


@pytest.mark.parametrize("wide", [640, 420, 320, 260, 200, 160, 110])
def test_an_age_is_said_whole_and_long_facts_give_way_before_the_title(wide: int, panel: Sample, qtbot: QtBot) -> None:
    header = panel.header
    header.set_title("Where the cases are")
    header.set_age(Message("kit.age_ago", {"span": "12 分钟"}))
    header.set_facts("click an area to go into it")
    panel.resize(wide, 240)
    title, age, facts = header.title, header.age, header.facts
    whole = age.sizeHint().width()
    qtbot.waitUntil(lambda: age.width() == whole or (wide < 200 and not age.width()))
    assert facts.geometry().right() < header.width()
    assert facts.width() == facts.sizeHint().width() or title.width() == title.sizeHint().width() or not facts.width()


def test_facts_that_are_a_count_stay_before_the_title_does(panel: Sample, qtbot: QtBot) -> None:
    header = panel.header
    header.set_title("Waits for the decision of the leader")
    header.set_facts("11 items")
    panel.resize(240, 240)
    qtbot.waitUntil(lambda: header.facts.width() == header.facts.sizeHint().width())
    assert header.title.width() < header.title.sizeHint().width()
