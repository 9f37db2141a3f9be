"""Calls that come in, and those that nobody took: shown without disturbing, taken by a key, dealt with in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.calls import (
    Call,
    CallBoard,
    CallKind,
    CallRecord,
    CallState,
    Contact,
    Inbound,
    Leg,
    Listened,
    Outcome,
)
from cockpit.model.clock import DAY, MINUTE, SECOND
from cockpit.model.messages import Message, texts
from tests.calls_desk import CallWindow, call_window, inbound, missed
from tests.living_picture import NOW
from widgets.calls.ask import WordsDialog
from widgets.calls.incoming import IncomingCard
from widgets.calls.log import LogPanel
from widgets.kit.theme import Theme

ALT = Qt.KeyboardModifier.AltModifier
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[CallWindow]:
    with call_window(qtbot) as window:
        window.panel("queue").view.setFocus()
        yield window


def ring(desk: CallWindow, *calls: Inbound) -> None:
    """These ring at this desk."""
    desk.port.board = msgspec.structs.replace(desk.port.board, ringing=calls)
    legs = [Leg(f"{one.id}-0", one.contact, CallState.INCOMING, one.way, inbound=True) for one in calls]
    others = [one for one in desk.port.calls if one.state is not CallState.INCOMING]
    here = [Call(one.id, CallKind.SINGLE, (leg,)) for one, leg in zip(calls, legs, strict=True) if not one.claimed]
    desk.port.calls = [*here, *others]
    desk.tell()


def card(desk: CallWindow) -> IncomingCard | None:
    found = desk.panel("incoming")
    assert found is None or isinstance(found, IncomingCard)
    return found


def caller(desk: CallWindow, i: int = 1) -> Contact:
    found = desk.port.contact_of(desk.units()[i])
    assert found is not None
    return found


def test_a_call_comes_without_taking_the_keyboard_or_moving_anything_and_rings(desk: CallWindow) -> None:
    before, places = desk.window.focusWidget(), desk.panel("event").geometry()
    ring(desk, inbound(caller(desk)))
    shown = card(desk)
    assert shown is not None
    assert shown.isVisible()
    assert shown.who.text() == caller(desk).name
    assert desk.window.focusWidget() is before
    assert desk.panel("event").geometry() == places
    assert not desk.calling.bar.isVisible()
    assert desk.rings == 1
    desk.second()
    assert desk.rings == 2


def test_it_says_where_they_are_and_what_they_work_on_and_shows_both(desk: CallWindow, qtbot: QtBot) -> None:
    event = desk.events()[0]
    case, order = desk.order(event)
    unit = desk.at.cases.case(case).orders[order].unit
    desk.port.book.append(Contact(f"unit/{unit}", "市政抢修 07", unit=unit, ways=caller(desk).ways))
    ring(desk, inbound(desk.port.book[-1], orders=(order,)))
    shown = card(desk)
    assert shown is not None
    assert shown.where.text().startswith("位置：")
    assert len(shown.orders) == 1
    assert desk.at.cases.case(case).orders[order].number in shown.orders[0].text()
    qtbot.mouseClick(shown.orders[0], Qt.MouseButton.LeftButton)
    assert desk.at.ctx.selection.item == ("event", event["key"])
    qtbot.mouseClick(shown.where, Qt.MouseButton.LeftButton)
    assert desk.at.ctx.selection.item == ("unit", unit)


def test_a_key_takes_it_and_the_bar_comes(desk: CallWindow, qtbot: QtBot) -> None:
    ring(desk, inbound(caller(desk)))
    desk.window.activateWindow()
    qtbot.keyClick(desk.window.focusWidget() or desk.window, Qt.Key.Key_J, ALT)
    desk.tell()
    assert desk.port.asked("answer") == [("in-1", False)]
    assert card(desk) is None
    assert desk.calling.bar.isVisible()


def test_a_key_declines_it_and_it_rings_here_no_more(desk: CallWindow, qtbot: QtBot) -> None:
    ring(desk, inbound(caller(desk)))
    qtbot.keyClick(desk.window.focusWidget() or desk.window, Qt.Key.Key_G, ALT)
    desk.tell()
    assert desk.port.asked("decline") == [("in-1",)]
    assert card(desk) is None
    rung = desk.rings
    desk.second()
    assert desk.rings == rung


def test_during_another_call_the_hang_up_key_ends_that_one_and_the_card_has_its_own_button(
    desk: CallWindow, qtbot: QtBot
) -> None:
    desk.select_unit(5)
    desk.run("call.place")
    ring(desk, inbound(caller(desk)))
    shown = card(desk)
    assert shown is not None
    qtbot.mouseClick(shown.decline, Qt.MouseButton.LeftButton)
    assert desk.port.asked("decline") == [("in-1",)]
    assert desk.port.asked("hang_up") == []


def test_a_call_that_another_seat_took_says_so(desk: CallWindow) -> None:
    one = inbound(caller(desk))
    ring(desk, one)
    ring(desk, msgspec.structs.replace(one, claimed="seat-2"))
    assert card(desk) is None
    said = desk.at.ctx.t(desk.at.toasts[-1][0])
    assert said == f"{caller(desk).name} 的来电：席位 2已接"


def test_a_call_that_comes_back_says_from_whom(desk: CallWindow) -> None:
    ring(desk, inbound(caller(desk), back="seat-2"))
    shown = card(desk)
    assert shown is not None
    assert "席位 2没接通，转回" in shown.under.text()


def test_of_two_calls_the_older_is_shown_and_the_other_counted(desk: CallWindow) -> None:
    ring(desk, inbound(caller(desk, 2), "in-2", since=NOW + SECOND), inbound(caller(desk, 1), "in-1"))
    shown = card(desk)
    assert shown is not None
    assert shown.who.text() == caller(desk, 1).name
    assert shown.more.text() == "还有 1 个来电"


def test_the_card_speaks_the_language_of_now(desk: CallWindow) -> None:
    ring(desk, inbound(caller(desk), video=True))
    desk.at.ctx.t, desk.at.ctx.theme = texts("en"), Theme.load("light")
    desk.engine.retranslate()
    desk.engine.retheme()
    shown = card(desk)
    assert shown is not None
    assert shown.take.text() == "Take"
    assert shown.title.text().startswith("Incoming video call")
    assert shown.video.isVisible()


# -- missed ----------------------------------------------------------------------------------------------------------


def log(desk: CallWindow, *calls: Any) -> LogPanel:
    desk.port.board = CallBoard(missed=calls)
    desk.tell()
    assert desk.run("call.log") is None
    QApplication.processEvents()
    found = desk.panel("calllog")
    assert isinstance(found, LogPanel)
    return found


def test_missed_calls_are_counted_in_the_strip_until_they_are_settled(desk: CallWindow, qtbot: QtBot) -> None:
    chip = desk.panel("strip").missed
    assert not chip.isVisible()
    desk.port.board = CallBoard(missed=(missed(caller(desk)), missed(caller(desk, 2), "m2", settled=NOW)))
    desk.tell()
    assert chip.isVisible()
    assert chip.count == 1
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert isinstance(desk.panel("calllog"), LogPanel)


def test_a_missed_call_is_called_back_by_the_call_key_or_the_button(desk: CallWindow, qtbot: QtBot) -> None:
    shown = log(desk, missed(caller(desk)), missed(caller(desk, 2), "m2"))
    desk.window.activateWindow()
    qtbot.keyClick(desk.window.focusWidget(), Qt.Key.Key_F10)
    assert desk.port.asked("place")[0][0][0].id == caller(desk).id
    shown.choose("m2")
    qtbot.mouseClick(shown.back, Qt.MouseButton.LeftButton)
    assert desk.port.asked("place")[1][0][0].id == caller(desk, 2).id
    assert desk.port.asked("settle") == [("m2", "")], "others see that this seat works on it"


def test_a_missed_call_is_settled_in_words(desk: CallWindow, qtbot: QtBot) -> None:
    log(desk, missed(caller(desk), times=3))
    qtbot.keyClick(desk.window.focusWidget(), Qt.Key.Key_Delete)
    dialog = desk.window.findChild(WordsDialog)
    assert dialog is not None
    assert not dialog.confirm.isEnabled()
    qtbot.keyClicks(dialog.field, "called back")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert desk.port.asked("settle") == [("miss-1", "called back")]
    desk.port.settles.answer(Message("callsui.no_calls"))
    assert desk.at.toasts[-1][0] == Message("callsui.no_calls")


def test_records_of_the_hall_come_when_asked_for_and_a_recording_is_heard(desk: CallWindow, qtbot: QtBot) -> None:
    shown = log(desk)
    assert shown.says.text() == "没有未接来电"
    shown.show_part("records")
    one = CallRecord(
        "r1", "c1", CallKind.SINGLE, "seat-2", caller(desk), caller(desk).ways[1], Outcome.ANSWERED, False,
        NOW - 5 * MINUTE, NOW - 5 * MINUTE, NOW - 4 * MINUTE, NOW - 2 * MINUTE, loss=0.03, recording="ab" * 32,
    )  # fmt: skip
    desk.port.records_asked.answer([one])
    assert shown.rows[0]._under() == "已通话 02:00 · 分机 8001 · 席位 2 · 丢包 3% · 已录音"
    heard: list[bytes] = []
    desk.at.ctx.calling.play = lambda sound: heard.append(sound)
    assert desk.port.listeners.open[0][0] == "ab" * 32
    desk.port.listeners.answer([])
    assert shown.heard.text() == "还没有人听过这段录音"
    assert shown.heard.isVisible()
    qtbot.mouseClick(shown.listen, Qt.MouseButton.LeftButton)
    desk.port.sounds.answer(b"RIFF")
    assert heard == [b"RIFF"]
    desk.port.listeners.answer([Listened("seat-2", NOW - 2 * MINUTE), Listened("seat-1", NOW - 33 * DAY)])
    assert shown.heard.text() == "听过：席位 2 17:40:36、席位 1 06-11 17:42"
    shown.show_part("missed")
    assert not shown.heard.isVisible()


def test_records_that_can_not_be_had_say_why(desk: CallWindow) -> None:
    shown = log(desk)
    shown.show_part("records")
    desk.port.records_asked.answer(Message("callsui.no_calls"))
    assert shown.says.text() == desk.at.ctx.t("callsui.no_calls")
