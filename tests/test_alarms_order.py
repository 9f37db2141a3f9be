"""An alarm becomes a case in two key strokes, from its page; and the page says what the alarm is and what was done."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cockpit.model.alarms import Entry
from cockpit.model.entries import IssueOrders
from cockpit.model.messages import Message
from cockpit.model.tables import AlarmState
from tests.living_alarms import LivingAlarms, alarm_row
from tests.living_picture import NOW, put
from tests.order_desk import OrderDesk
from widgets.lists.page_alarm import AlarmThing
from widgets.lists.parts import Head, Line

KEY = "alarm/0192f0c1-0000-7000-8000-000000000001"


@pytest.fixture
def desk(qtbot: QtBot) -> OrderDesk:
    desk = OrderDesk(qtbot)
    desk.desk.ctx.alarms = LivingAlarms()
    row = alarm_row(1, key=KEY, kind="E0506", area="330102001001001", place="上城区 · 闸弄口街道")
    put(desk.desk.picture, "alarm", [row, alarm_row(2, key="alarm/2", rule="silent", lon=float("nan"))])
    desk.desk.ctx.selection.select("alarm", KEY)
    desk.answer()
    return desk


def said(desk: OrderDesk) -> list[str]:
    return [line._value() for line in desk.page.findChildren(Line) if line.isVisibleTo(desk.page)]


def test_from_a_selected_alarm_to_a_confirmed_order_in_two_different_key_strokes(desk: OrderDesk) -> None:
    desk.desk.ctx.actions.trigger("order.open")  # Enter in the list of alarms
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick()
    (act,) = [row.act for row in desk.desk.cases.outbox() if isinstance(row.act, IssueOrders)]
    assert act.open is not None
    assert (act.open.event, act.open.kind, act.open.level, act.open.channel) == (KEY, "E0506", 2, "sensor")
    assert act.orders[0].unit == desk.near[0].key
    case = desk.desk.cases.of_event(KEY)
    assert case is not None
    assert case.stage == "assigned"
    assert desk.dock.case is not None
    assert desk.dock.case.id == case.id
    assert desk.toasts == []


def test_an_alarm_whose_rule_names_no_class_of_case_says_why_none_can_be_opened(desk: OrderDesk) -> None:
    desk.desk.ctx.selection.select("alarm", "alarm/2")
    desk.ctrl(Qt.Key.Key_D)
    assert desk.dock.form is None
    assert desk.refused == [Message("orders.alarm_no_kind")]


def test_the_page_of_an_alarm_says_its_state_and_what_was_done_and_leads_to_the_thing(desk: OrderDesk) -> None:
    page = desk.page.page
    assert isinstance(page, AlarmThing)
    alarms = desk.desk.ctx.alarms
    assert isinstance(alarms, LivingAlarms)
    ((alarm, _, done),) = alarms.logs
    assert alarm == KEY
    shelved = Entry(2, NOW, NOW, "shelved", "ponding", "sensors/W1", KEY, "seat-1", "泵车已到")
    done([shelved, Entry(1, NOW, NOW, "raised", "ponding", "sensors/W1", KEY)])
    assert "未确认" in said(desk)
    assert "已搁置 · seat-1 · 泵车已到" in said(desk)
    row = {**page.row, "state": int(AlarmState.SHELVED), "shelved": NOW, "updated": NOW + 1}
    put(desk.desk.picture, "alarm", [row])
    desk.page.refresh(frozenset({"alarm"}))
    assert "搁置至 17:42:36" in said(desk)
    assert len(alarms.logs) == 2


def test_the_ages_on_the_page_go_on_with_the_clock(desk: OrderDesk) -> None:
    before = [words for words in said(desk) if "17:41:36" in words]
    assert before
    desk.desk.clock.advance(300.0)
    desk.page.age_tick()
    after = [words for words in said(desk) if "17:41:36" in words]
    assert len(after) == len(before)
    assert after != before


@pytest.mark.parametrize(
    ("name", "place", "shown"),
    [
        ("上城区", "上城区", "上城区"),
        ("上城区", "上城区 · 闸弄口街道", "上城区 · 闸弄口街道"),
        ("上城", "上城区", "上城 · 上城区"),
        ("积水点 1", "天城路 1 号", "积水点 1 · 天城路 1 号"),
    ],
)
def test_the_place_of_an_areas_own_alarm_stands_there_once(desk: OrderDesk, name: str, place: str, shown: str) -> None:
    page = desk.page.page
    assert isinstance(page, AlarmThing)
    put(desk.desk.picture, "alarm", [{**page.row, "name": name, "place": place}])
    desk.page.refresh(frozenset({"alarm"}))
    head = page.head.findChildren(Head)[-1]
    assert head._under == shown
    assert page.about().place == shown
