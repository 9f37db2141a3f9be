"""The order form: from a selected event to a confirmed order in two different key strokes, and nothing by accident."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.clock import MINUTE
from cockpit.model.entries import MAX_TEXT, IssueOrders, NewOrder
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending
from tests.living_cases import case_of
from tests.living_picture import put
from tests.order_desk import FLOOD, LIFT, OrderDesk

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot: QtBot) -> OrderDesk:
    return OrderDesk(qtbot)


def issued(desk: OrderDesk) -> list[IssueOrders]:
    return [row.act for row in desk.desk.cases.outbox() if isinstance(row.act, IssueOrders)]


# -- promise 8 -----------------------------------------------------------------------------------------------------


def test_from_a_selected_event_to_a_confirmed_order_in_two_different_key_strokes(desk: OrderDesk) -> None:
    desk.select()
    desk.point_queue_at(FLOOD)
    desk.press(Qt.Key.Key_Return)
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick()
    order = desk.order
    assert (order.state, order.lead, order.unit) == ("sent", True, desk.near[0].key)
    assert order.number.startswith("G-0714-")
    assert desk.case.facts.event == FLOOD
    assert order.text is not None
    assert "积水" in (desk.dock.dossier.reading(order.text.id) or "")
    assert desk.toasts == []


def test_ctrl_d_anywhere_opens_the_form_and_the_keypad_s_enter_confirms_too(desk: OrderDesk) -> None:
    desk.select()
    desk.queue.focus_search()
    desk.ctrl(Qt.Key.Key_D)
    assert desk.form.text.hasFocus()
    desk.ctrl(Qt.Key.Key_Enter)
    desk.tick()
    assert desk.order.state == "sent"


def test_one_key_alone_orders_nothing(desk: OrderDesk) -> None:
    desk.select()
    for _ in range(3):
        desk.ctrl(Qt.Key.Key_Return)
        desk.tick(1.0)
    assert issued(desk) == []
    assert desk.toasts[-1] == "现在没有要确认的：Ctrl+D 打开工单草稿"
    for _ in range(3):
        desk.ctrl(Qt.Key.Key_D)
        desk.tick(1.0)
    assert issued(desk) == []


def test_a_key_that_is_held_does_nothing_more(desk: OrderDesk) -> None:
    desk.select()
    view = desk.queue.view
    desk.point_queue_at(FLOOD)
    held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", True)
    QApplication.sendEvent(view, held)
    assert desk.dock.form is None
    bound = [s for s in desk.shortcuts if s.key().toString() in ("Ctrl+Return", "Ctrl+Enter", "Ctrl+D", "F8", "Ctrl+Z")]
    assert len(bound) == 5
    assert not any(shortcut.autoRepeat() for shortcut in bound)


def test_pressing_once_too_often_orders_once_and_verifies_nothing(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    for _ in range(3):
        desk.ctrl(Qt.Key.Key_Return)
    desk.tick()
    assert len(issued(desk)) == 1
    desk.desk.cases.walk(desk.order.id, "delivered", "read", "accepted", "en_route", "on_scene", "done")
    desk.tick(5)
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick()
    desk.ctrl(Qt.Key.Key_Return)  # the same instant by the clock
    desk.tick()
    assert desk.order.state == "verified"
    assert desk.case.open


def test_a_double_click_on_the_big_button_opens_the_form_and_confirms_nothing(desk: OrderDesk) -> None:
    desk.select()
    desk.tick(1)
    desk.qtbot.mouseClick(desk.dock.foot.big, Qt.MouseButton.LeftButton)
    desk.qtbot.mouseClick(desk.dock.foot.big, Qt.MouseButton.LeftButton)
    desk.tick()
    assert desk.button == ("确认派遣", "Ctrl+Enter", True)
    assert issued(desk) == []
    desk.tick(1)
    desk.qtbot.mouseClick(desk.dock.foot.big, Qt.MouseButton.LeftButton)
    desk.tick()
    assert len(issued(desk)) == 1


def test_the_big_button_stays_in_its_place(desk: OrderDesk) -> None:
    desk.select()
    places = []

    def look() -> None:
        QApplication.processEvents()
        places.append(desk.dock.foot.big.mapTo(desk.window, QPoint(0, 0)))

    look()
    desk.ctrl(Qt.Key.Key_D)
    look()
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick(1)
    look()
    for kind in ("delivered", "accepted", "on_scene", "done"):
        desk.report(kind)
        look()
    assert len(set(map(QPoint.toTuple, places))) == 1


def test_enter_in_the_queue_leaves_the_keyboard_there_and_ctrl_d_gives_it_back(desk: OrderDesk) -> None:
    desk.select()
    desk.point_queue_at(FLOOD)
    desk.press(Qt.Key.Key_Return)
    assert desk.queue.view.hasFocus()
    desk.ctrl(Qt.Key.Key_D)
    assert desk.form.text.hasFocus()
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick()
    assert desk.queue.view.hasFocus()


def test_nothing_that_happens_takes_the_keyboard(desk: OrderDesk) -> None:
    order = desk.confirmed()
    desk.point_queue_at(LIFT)
    for kind in ("delivered", "read", "accepted", "en_route", "on_scene", "done"):
        desk.report(kind)
        assert desk.queue.view.hasFocus()
    assert desk.order.id == order.id


def test_enter_on_an_event_that_was_dispatched_only_selects_it(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.point_queue_at(FLOOD)
    desk.press(Qt.Key.Key_Return)
    assert desk.dock.form is None


def test_rows_under_the_pointer_stay_when_the_form_opens_and_the_order_goes_out(desk: OrderDesk) -> None:
    desk.select()
    QApplication.processEvents()
    row = desk.rows[1]
    at = row.mapTo(desk.window, QPoint(0, 0))
    desk.ctrl(Qt.Key.Key_D)
    QApplication.processEvents()
    assert row.mapTo(desk.window, QPoint(0, 0)) == at
    row.pointed.emit(True)
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick(1)
    QApplication.processEvents()
    assert row.mapTo(desk.window, QPoint(0, 0)) == at


# -- what is in it -------------------------------------------------------------------------------------------------


def test_the_form_is_filled_in_from_the_event(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    text = desk.form.text.toPlainText()
    assert text.startswith("天城路 × 机场路：下穿通道积水 62 cm，3 人被困。\n")
    assert "架泵抽排" in text
    assert [chip.text() for chip in desk.form.times.values()] == ["到场 8 分钟内", "处置 2 小时内", "有效 20 分钟"]
    assert desk.form.draft.lead == desk.near[0].key


def test_the_checks_say_what_the_hub_would_say(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    name = desk.form.checks.accessibleName()
    assert name == "✓ 权限够; ✓ 在岗; ✓ 空闲; ✓ 不重复; ✓ 在辖区"
    unit = dict(desk.desk.picture["unit"].get(desk.near[0].key) or {})
    put(desk.desk.picture, "unit", [{**unit, "state": 2}])
    desk.tick(1)
    assert "✗ 在岗" in desk.form.checks.accessibleName()
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick()
    assert issued(desk) == []
    assert unit["name"] in desk.toasts[-1]
    assert "不在岗" in desk.toasts[-1]


def test_a_unit_among_those_near_is_chosen_by_a_click(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    rows = desk.rows
    desk.qtbot.mouseClick(rows[1], Qt.MouseButton.LeftButton)
    assert desk.form.draft.lead == desk.near[1].key
    assert rows[1].marked
    desk.qtbot.mouseClick(rows[1], Qt.MouseButton.LeftButton)
    assert desk.form.draft.lead == desk.near[1].key, "the lead is changed, not dropped, by a second click"


def test_a_unit_among_those_near_is_chosen_by_arrows_and_enter(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    desk.rows[0].setFocus()
    desk.press(Qt.Key.Key_Down)
    desk.press(Qt.Key.Key_Return)
    assert desk.form.draft.lead == desk.near[1].key


def test_a_busy_unit_says_why_not_and_the_lead_stays(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    rows = desk.rows
    desk.qtbot.mouseClick(rows[2], Qt.MouseButton.LeftButton)
    assert desk.form.draft.lead == desk.near[0].key
    assert "不能派" in desk.form._hint.text()
    assert rows[0].marked
    assert not rows[2].marked


def test_a_unit_with_an_order_of_ours_is_not_suggested_again(desk: OrderDesk) -> None:
    desk.confirmed()
    rows = desk.rows
    assert rows[0].tag == ""
    assert rows[1].tag == "建议"
    assert "正在办工单 G-0714-0001" in rows[0].accessibleName()


def test_helpers_are_added_and_removed(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    offered = desk.form.more.choices()
    assert [may for _words, may in offered] == [True, False, True, True]
    desk.form.more.chosen.emit(desk.near[1].key)
    desk.form.more.chosen.emit(desk.near[3].key)
    assert len(desk.form.helpers) == 2
    desk.form.helpers[0].setFocus()
    desk.press(Qt.Key.Key_Delete)
    assert desk.form.draft.helpers == [desk.near[3].key]
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick()
    assert [(o.unit, o.lead) for o in desk.case.orders.values()] == [
        (desk.near[0].key, True),
        (desk.near[3].key, False),
    ]


def test_times_can_be_chosen_and_are_what_the_order_says(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    desk.form.times["arrive"].chosen.emit("5min")
    desk.form.times["finish"].chosen.emit("30min")
    desk.form.times["valid"].chosen.emit("10min")
    desk.ctrl(Qt.Key.Key_Return)
    issued_at = desk.desk.clock.now()
    desk.tick()
    order = desk.order
    assert order.arrive_by - issued_at == 5 * MINUTE
    assert order.finish_by - issued_at == 30 * MINUTE
    assert order.valid_until - issued_at == 10 * MINUTE


def test_an_empty_or_endless_text_is_refused_in_words(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    for text, words in (("  \n", "任务内容是空的"), ("水" * (MAX_TEXT + 1), f"任务内容最多 {MAX_TEXT} 字")):
        desk.form.text.setPlainText(text)
        desk.tick(1)
        desk.ctrl(Qt.Key.Key_Return)
        desk.tick()
        assert words in desk.toasts[-1]
    assert issued(desk) == []


def test_a_form_that_opened_before_anybody_near_was_known_takes_the_best_fit_when_it_is(desk: OrderDesk) -> None:
    desk.desk.ctx.selection.select("event", FLOOD)
    desk.ctrl(Qt.Key.Key_D)
    desk.ctrl(Qt.Key.Key_Return)
    assert "还没有选定主办单位" in desk.toasts[-1]
    desk.answer()
    assert desk.form.draft.lead == desk.near[0].key


def test_what_was_written_is_kept_while_something_else_is_looked_at(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    desk.form.text.setPlainText("先断电")
    desk.desk.ctx.selection.select("event", LIFT)
    assert desk.dock.form is None
    desk.desk.ctx.selection.back()
    desk.answer()
    assert desk.form.text.toPlainText() == "先断电"
    desk.page.retheme()
    desk.answer()
    assert desk.form.text.toPlainText() == "先断电"


def test_escape_puts_the_form_away_and_keeps_what_is_in_it(desk: OrderDesk) -> None:
    desk.select()
    desk.point_queue_at(FLOOD)
    desk.ctrl(Qt.Key.Key_D)
    desk.form.text.setPlainText("先断电")
    desk.press(Qt.Key.Key_Escape)
    assert desk.dock.form is None
    assert desk.queue.view.hasFocus()
    desk.ctrl(Qt.Key.Key_D)
    assert desk.form.text.toPlainText() == "先断电"


def test_tab_walks_the_form_from_the_lead_to_the_big_button(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    desk.form.more.chosen.emit(desk.near[1].key)
    form = desk.form
    assert form.lead is not None
    form.lead.setFocus()
    walked = [desk.window.focusWidget()]
    for _ in range(7):
        desk.press(Qt.Key.Key_Tab)
        walked.append(desk.window.focusWidget())
    assert walked == [*form.chain(), desk.dock.foot.big]


def test_those_who_can_be_the_lead_are_listed_with_how_far_and_why_not(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    assert desk.form.lead is not None
    words = [words for words, _may in desk.form.lead.choices()]
    assert words[0].endswith("· 0.3 km")
    assert "· 1.5 km · " in words[2]


# -- Chinese input -------------------------------------------------------------------------------------------------


def compose(desk: OrderDesk, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    if commit:
        event.setCommitString(commit)
    QApplication.sendEvent(desk.form.text, event)


def test_chinese_is_typed_into_the_text_and_no_enter_confirms_while_composing(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    desk.form.text.setPlainText("")
    compose(desk, "jing gai")
    desk.press(Qt.Key.Key_Return)
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick(1)
    assert desk.toasts == ["输入法还有未上屏的字，选定后再确认"]
    assert issued(desk) == []
    compose(desk, "", "先围挡井盖")
    assert desk.form.text.toPlainText() == "先围挡井盖"
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick()
    order = desk.order
    assert order.text is not None
    assert desk.dock.dossier.reading(order.text.id) == "先围挡井盖"


def test_enter_alone_is_a_new_line(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    lines = desk.form.text.toPlainText().count("\n")
    desk.press(Qt.Key.Key_Return)
    assert desk.form.text.toPlainText().count("\n") == lines + 1
    assert issued(desk) == []


# -- when it can not be kept, or is refused ------------------------------------------------------------------------


def test_a_disk_that_is_full_is_said_and_the_form_stays(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    desk.desk.cases.broken = Message("orders.why_parked")
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick(1)
    assert desk.toasts[-1].startswith("没有派出：本机存不下")
    assert desk.dock.form is not None
    desk.desk.cases.broken = None
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick()
    assert desk.order.state == "sent"


def test_who_looks_elsewhere_at_once_finds_the_order_given_out_and_no_form_left(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    desk.ctrl(Qt.Key.Key_Return)
    desk.desk.ctx.selection.select("event", LIFT)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # the page before is gone
    desk.tick(1)
    desk.desk.ctx.selection.back()
    desk.answer()
    assert desk.dock.form is None
    assert [order.state for order in desk.case.orders.values()] == ["sent"]
    assert len(issued(desk)) == 1


def test_who_looks_elsewhere_at_once_is_told_when_it_could_not_be_kept(desk: OrderDesk) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    desk.form.text.setPlainText("先断电")
    desk.desk.cases.broken = Message("orders.why_parked")
    desk.ctrl(Qt.Key.Key_Return)
    desk.desk.ctx.selection.select("event", LIFT)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # the page before is gone
    desk.tick(1)
    assert desk.toasts[-1].startswith("没有派出：本机存不下")
    desk.desk.ctx.selection.back()
    desk.answer()
    assert desk.form.text.toPlainText() == "先断电"


def test_an_order_to_a_unit_that_another_seat_was_quicker_with_is_refused_and_can_be_given_anew(
    desk: OrderDesk,
) -> None:
    desk.select()
    desk.ctrl(Qt.Key.Key_D)
    desk.form.text.setPlainText("先断电")
    lift = desk.desk.picture["event"].get(LIFT)
    assert lift is not None
    desk.ctrl(Qt.Key.Key_Return)
    desk.desk.cases.online = False
    desk.desk.cases.step()
    unit = desk.near[0].key
    _other_orders(desk, lift, unit)
    desk.desk.cases.online = True
    desk.tick(1)
    (row,) = desk.desk.cases.outbox()
    assert row.state is Sending.REFUSED
    assert desk.desk.cases.of_event(FLOOD) is None
    name = desk.dock.dossier.unit(unit)
    (said,) = desk.card.said
    assert said.startswith(f"派遣未生效：{name} 正在办工单 G-0714-0001")
    assert "下一步：按 Ctrl+D" in said
    assert desk.button == ("起草派遣", "Ctrl+D", True)
    desk.ctrl(Qt.Key.Key_D)
    assert desk.form.text.toPlainText() == "先断电"
    assert desk.form.draft.lead == desk.near[1].key
    desk.tick(1)
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick(1)
    assert desk.order.unit == desk.near[1].key
    assert desk.card.said == []


def _other_orders(desk: OrderDesk, event: dict[str, Any], unit: str) -> None:
    """Another seat gives the unit an order first."""
    facts = case_of({**event, "area": "330102001001001"})
    desk.desk.cases.other(IssueOrders((NewOrder("other-order", unit),), 5 * MINUTE, 30 * MINUTE, facts))
