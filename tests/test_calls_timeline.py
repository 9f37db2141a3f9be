"""Calls, the climbing of an order that nobody got, and letters on the timeline of their case."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from cockpit.ledger.urging import cause_of, urged
from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.entries import Actor, NoteCall, OrderUrged, PhotoRef
from cockpit.model.messages import Message
from tests.calls_desk import HandCalls, letter
from tests.order_desk import OrderDesk
from widgets.orders.history import Entry, History

RECORDING = "ab" * 32


@pytest.fixture
def desk(qtbot: QtBot) -> OrderDesk:
    desk = OrderDesk(qtbot)
    desk.desk.ports.kept["name"] = "王强"
    desk.desk.ctx.calls = HandCalls(desk.desk.ctx.clock.now)
    return desk


def history(desk: OrderDesk) -> History:
    return next(part for part in desk.page.findChildren(History) if not part.isHidden())


def lines(desk: OrderDesk) -> list[Entry]:
    return history(desk).entries


def note(desk: OrderDesk, call: NoteCall, **texts: str) -> None:
    """The seat notes a call, and the hub decides."""
    refused: list[Message | None] = []
    desk.desk.cases.submit(call, desk.case.id, texts, refused.append)
    desk.tick(1)
    assert refused == [None]


def urge(desk: OrderDesk, entry: OrderUrged) -> None:
    """The hub lets the order climb a step."""
    found = urged(desk.desk.cases.state, entry)
    assert found is not None
    now = desk.desk.ctx.clock.now()
    desk.desk.cases._append(found, cause_of(entry), now, Actor("hub", "hub"), {})
    desk.tick(1)


def test_a_call_is_a_line_with_way_ringing_quality_and_note_and_its_recording_is_heard(
    desk: OrderDesk, qtbot: QtBot
) -> None:
    order = desk.confirmed()
    now = desk.desk.ctx.clock.now()
    note(
        desk,
        NoteCall(
            "c1", "l1", "answered", "webrtc", order.id, order.unit, begun=now - MINUTE, rang=now - MINUTE,
            answered=now - MINUTE + 8 * SECOND, ended=now, loss=0.03, jitter=12.4, tried=1,
            recording=PhotoRef(RECORDING, 900, "audio/ogg"),
        ),
        words="两人在车顶",
    )  # fmt: skip
    line = next(entry for entry in lines(desk) if entry.sound)
    assert line.what.startswith("呼叫 ")
    assert line.what.endswith("：已通话 00:52")
    assert line.more == "手机网页 · 响铃 8 秒 · 前 1 种方式未通 · 丢包 3% · 抖动 12 ms · 已录音 两人在车顶"
    assert line.who.startswith("值班员 ")
    heard: list[bytes] = []
    desk.desk.ctx.calling.play = lambda sound: heard.append(sound)
    qtbot.mouseClick(history(desk).players[RECORDING], Qt.MouseButton.LeftButton)
    desk.desk.ctx.calls.sounds.answer(b"OggS")
    assert heard == [b"OggS"]


def test_a_recording_that_can_not_be_had_says_why(desk: OrderDesk, qtbot: QtBot) -> None:
    desk.confirmed()
    note(
        desk, NoteCall("c1", "l1", "answered", "sip", recording=PhotoRef(RECORDING, 900, "audio/ogg")), contact="陈志远"
    )
    qtbot.mouseClick(history(desk).players[RECORDING], Qt.MouseButton.LeftButton)
    desk.desk.ctx.calls.sounds.answer(Message("callsui.no_calls"))
    assert desk.desk.toasts[-1][0] == Message("callsui.no_calls")


def test_who_was_called_is_the_unit_else_the_name_that_lies_outside_of_the_ledger(desk: OrderDesk) -> None:
    desk.confirmed()
    note(desk, NoteCall("c1", "l1", "busy", "sip"), contact="陈志远")
    note(desk, NoteCall("c2", "l2", "no_answer", "sip", inbound=True))
    said = [entry.what for entry in lines(desk)]
    assert "呼叫 陈志远：忙" in said
    assert "未具名 来电：无人应答" in said


def test_an_order_that_climbs_says_each_step_on_the_case_and_the_last_one_on_its_card(desk: OrderDesk) -> None:
    order = desk.confirmed()
    assert order.state == "sent"
    desk.desk.clock.advance(59)
    urge(desk, OrderUrged(order.id, 2, "sms", "begun"))
    urge(desk, OrderUrged(order.id, 2, "sms", "done"))
    said = [entry.what for entry in lines(desk)]
    assert any(words.endswith("未送达，自动短信：进行中") for words in said)
    assert any(words.endswith("未送达，自动短信：已发出") for words in said)
    assert any("自动短信：已发出" in words for words in desk.card.said)
    urge(desk, OrderUrged(order.id, 3, "call", "failed", why=Message("callsui.no_calls")))
    assert any("自动电话念工单：没有成功（" in words for words in desk.card.said)


def test_an_order_that_arrived_says_no_more_that_it_climbs(desk: OrderDesk) -> None:
    order = desk.confirmed()
    urge(desk, OrderUrged(order.id, 1, "page", "begun"))
    assert any("再推手机网页" in words for words in desk.card.said)
    desk.report("delivered")
    assert not any("再推手机网页" in words for words in desk.card.said)


def test_letters_about_the_case_stand_on_its_timeline_with_what_became_of_them(desk: OrderDesk) -> None:
    order = desk.confirmed()
    now = desk.desk.ctx.clock.now()
    port = desk.desk.ctx.calls
    port.all_letters = [letter(order.unit, "泵车到哪了", case=desk.case.id, written=now, taken=now)]
    desk.page.refresh(frozenset({"letter"}))
    line = next(entry for entry in lines(desk) if entry.more == "泵车到哪了")
    assert line.what.startswith("给 ")
    assert line.who.startswith("王强 · 已发出")
    port.all_letters.append(letter(order.unit, "两分钟", True, case=desk.case.id, written=now + SECOND))
    desk.page.refresh(frozenset({"letter"}))
    told = [entry.more for entry in lines(desk)]
    assert told[-1] == "两分钟"
    assert "泵车到哪了" in told


def test_the_telephone_of_an_order_s_row_calls_its_unit(desk: OrderDesk, qtbot: QtBot) -> None:
    order = desk.confirmed()
    row = desk.card.units[order.id]
    qtbot.mouseClick(row.side, Qt.MouseButton.LeftButton)
    people, _, case, of, _ = desk.desk.ctx.calls.asked("place")[0]
    assert [one.unit for one in people] == [order.unit]
    assert (case, of) == (desk.case.id, order.id)
