"""Ctrl+Z takes back what this seat did last, says what it did, and says why where it can not."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cockpit.model.ports.cases import Sending
from tests.order_desk import OrderDesk


@pytest.fixture
def desk(qtbot: QtBot) -> OrderDesk:
    return OrderDesk(qtbot)


def undo(desk: OrderDesk) -> str:
    desk.desk.toasts.clear()
    desk.ctrl(Qt.Key.Key_Z)
    desk.tick(1)
    return " ".join(desk.toasts)


def test_there_is_nothing_to_undo_before_anything_was_done(desk: OrderDesk) -> None:
    desk.select()
    assert undo(desk) == "没有可以撤销的操作"


def test_what_waits_in_the_outbox_is_cancelled(desk: OrderDesk) -> None:
    desk.desk.cases.online = False
    desk.confirmed()
    assert undo(desk) == "已取消待发的“派遣”（案件 未编号）"
    (row,) = desk.desk.cases.outbox()
    assert row.state is Sending.CANCELLED
    assert desk.button == ("起草派遣", "Ctrl+D", True)
    assert undo(desk) == "没有可以撤销的操作"


def test_an_order_that_nobody_accepted_is_taken_back(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.report("delivered")
    assert undo(desk) == "撤回已签发，1 张工单（案件 0714-0001）"
    assert desk.order.state == "recalled"
    assert undo(desk) == "“撤回”（案件 0714-0001）不能撤销"


def test_an_order_that_was_accepted_can_not_be_undone(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.report("accepted")
    assert undo(desk) == "对方已接单，“派遣”（案件 0714-0001）不能撤销"
    assert desk.order.state == "accepted"


def test_a_case_that_was_just_closed_is_opened_again(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.report("done")
    for _ in range(2):
        desk.tick(1)
        desk.ctrl(Qt.Key.Key_Return)
        desk.tick(1)
    assert not desk.case.open
    assert undo(desk) == "重新打开已签发（案件 0714-0001）"
    assert desk.case.open
    assert desk.button == ("结案", "Ctrl+Enter", True)


def test_a_verification_can_not_be_undone_and_says_so(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.report("done")
    desk.ctrl(Qt.Key.Key_Return)
    desk.tick(1)
    assert undo(desk) == "“核查”（案件 0714-0001）不能撤销"


def test_it_is_the_last_act_whatever_is_looked_at_now(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.select("events/0714-1179")
    assert undo(desk) == "撤回已签发，1 张工单（案件 0714-0001）"


def test_in_the_text_it_takes_back_what_was_typed(desk: OrderDesk) -> None:
    desk.confirmed()
    desk.ctrl(Qt.Key.Key_D)
    before = desk.form.text.toPlainText()
    desk.press(Qt.Key.Key_X)
    assert desk.form.text.toPlainText() != before
    assert undo(desk) == ""
    assert desk.form.text.toPlainText() == before
    assert desk.order.state == "sent"
