"""One key calls whoever is selected, from wherever they are selected; mouse paths do the same; many are asked about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from cockpit.model.calls import CallKind, Line, WayKind
from cockpit.model.messages import Message
from cockpit.model.replay import ReplayState
from tests.calls_desk import CallWindow, call_window
from tests.living_tape import TapeInHand
from tests.panel_desk import near_units
from widgets.calls import acts
from widgets.calls.ask import AskDialog

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

F10 = Qt.Key.Key_F10
NONE, CTRL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[CallWindow]:
    with call_window(qtbot) as window:
        yield window


def press(desk: CallWindow, qtbot: QtBot, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
    desk.window.activateWindow()
    QApplication.processEvents()
    qtbot.keyClick(desk.window.focusWidget() or desk.window, key, held)
    desk.tell()


def called(desk: CallWindow) -> list[list[str]]:
    """Ids of those who were called, a list a call."""
    return [[one.id for one in args[0]] for args in desk.port.asked("place")]


def test_the_key_calls_the_unit_that_is_selected(desk: CallWindow, qtbot: QtBot) -> None:
    unit = desk.select_unit(3)
    press(desk, qtbot, F10)
    assert called(desk) == [[f"unit/{unit}"]]
    assert desk.port.asked("place")[0][4] is False
    assert desk.calling.bar.isVisible()


def test_with_control_it_calls_with_video(desk: CallWindow, qtbot: QtBot) -> None:
    desk.select_unit(3)
    press(desk, qtbot, F10, CTRL)
    assert desk.port.asked("place")[0][4] is True


def test_a_key_that_is_held_calls_once(desk: CallWindow, qtbot: QtBot) -> None:
    desk.select_unit(3)
    press(desk, qtbot, F10)
    for _ in range(5):
        again = QKeyEvent(QKeyEvent.Type.KeyPress, F10, NONE, "", True)
        QApplication.sendEvent(desk.window.focusWidget() or desk.window, again)
    assert len(called(desk)) == 1


def test_of_an_event_with_an_order_its_unit_is_called_and_the_call_is_about_the_case(
    desk: CallWindow, qtbot: QtBot
) -> None:
    event = desk.events()[0]
    case, order = desk.order(event)
    unit = desk.at.cases.case(case).orders[order].unit
    desk.at.ctx.selection.select("event", event["key"])
    press(desk, qtbot, F10)
    assert called(desk) == [[f"unit/{unit}"]]
    assert desk.port.asked("place")[0][2:4] == (case, order)


def test_a_row_of_the_nearby_list_that_has_the_keyboard_is_who_is_called(desk: CallWindow, qtbot: QtBot) -> None:
    event = desk.events()[0]
    desk.at.ctx.selection.select("event", event["key"])
    desk.at.ports.nears.answer(near_units(desk.at.picture))
    QApplication.processEvents()
    nearby = desk.panel("event").page.nearby
    row = nearby._rows[nearby.found[2].key]
    row.setFocus()
    press(desk, qtbot, F10)
    assert called(desk) == [[f"unit/{nearby.found[2].key}"]]


def test_the_telephone_of_a_nearby_row_calls_that_unit_and_selects_nothing(desk: CallWindow, qtbot: QtBot) -> None:
    event = desk.events()[0]
    desk.at.ctx.selection.select("event", event["key"])
    desk.at.ports.nears.answer(near_units(desk.at.picture))
    QApplication.processEvents()
    nearby = desk.panel("event").page.nearby
    row = nearby._rows[nearby.found[1].key]
    qtbot.mouseClick(row.side, Qt.MouseButton.LeftButton)
    desk.tell()
    assert called(desk) == [[f"unit/{nearby.found[1].key}"]]
    assert desk.at.ctx.selection.item == ("event", event["key"])
    assert nearby.chosen == ""


def test_a_second_click_calls_nobody_else_while_the_bar_moves_the_rows(desk: CallWindow, qtbot: QtBot) -> None:
    event = desk.events()[0]
    desk.at.ctx.selection.select("event", event["key"])
    desk.at.ports.nears.answer(near_units(desk.at.picture))
    QApplication.processEvents()
    nearby = desk.panel("event").page.nearby
    first, second = (nearby._rows[nearby.found[i].key] for i in (0, 1))
    qtbot.mouseClick(first.side, Qt.MouseButton.LeftButton)
    desk.tell()
    assert desk.calling.bar.isVisible()
    desk.at.clock.advance(0.4)
    qtbot.mouseClick(second.side, Qt.MouseButton.LeftButton)
    assert called(desk) == [[f"unit/{nearby.found[0].key}"]]
    desk.at.clock.advance(0.4)
    qtbot.mouseClick(second.side, Qt.MouseButton.LeftButton)
    assert called(desk) == [[f"unit/{nearby.found[i].key}"] for i in (0, 1)]


def test_somebody_with_whom_a_call_goes_on_is_shown_and_not_called_again(desk: CallWindow, qtbot: QtBot) -> None:
    first, second = desk.select_unit(3), desk.units()[4]
    press(desk, qtbot, F10)
    begun = desk.port.calls[0].id
    desk.select_unit(4)
    press(desk, qtbot, F10)
    assert desk.at.ctx.calling.call != begun
    desk.select_unit(3)
    press(desk, qtbot, F10)
    assert called(desk) == [[f"unit/{first}"], [f"unit/{second}"]]
    assert desk.at.ctx.calling.call == begun
    desk.port.hang_up(begun)
    press(desk, qtbot, F10)
    assert len(called(desk)) == 3


def test_the_page_of_a_unit_has_buttons_for_calling_and_writing(desk: CallWindow, qtbot: QtBot) -> None:
    unit = desk.select_unit(4)
    reach = desk.panel("event").page.reach
    qtbot.mouseClick(reach.call, Qt.MouseButton.LeftButton)
    assert called(desk) == [[f"unit/{unit}"]]
    qtbot.mouseClick(reach.letters, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert desk.at.ctx.calling.unit == unit
    assert desk.panel("letters") is not None


def test_a_circle_on_the_map_becomes_a_group_without_a_question(desk: CallWindow, qtbot: QtBot) -> None:
    units = desk.units()[:5]
    desk.at.ctx.selection.gather([("unit", key) for key in units])
    press(desk, qtbot, Qt.Key.Key_G, CTRL | SHIFT)
    assert called(desk) == [[f"unit/{key}" for key in units]]
    assert desk.port.asked("place")[0][1] is CallKind.GROUP


def test_the_call_key_calls_a_circle_too_when_nothing_is_selected(desk: CallWindow, qtbot: QtBot) -> None:
    desk.at.ctx.selection.clear()
    desk.at.ctx.selection.gather([("unit", key) for key in desk.units()[:3]])
    press(desk, qtbot, F10)
    assert len(called(desk)[0]) == 3


def test_more_than_ten_are_called_after_a_question_only(desk: CallWindow, qtbot: QtBot) -> None:
    desk.at.ctx.selection.gather([("unit", key) for key in desk.units()[:14]])
    press(desk, qtbot, Qt.Key.Key_G, CTRL | SHIFT)
    assert called(desk) == []
    asked = desk.window.findChild(AskDialog)
    assert asked is not None
    assert asked.isVisible()
    assert any("14" in said.text() for said in asked.findChildren(QLabel))
    qtbot.keyClick(asked, Qt.Key.Key_Escape)
    assert called(desk) == []
    press(desk, qtbot, Qt.Key.Key_G, CTRL | SHIFT)
    asked = next(one for one in desk.window.findChildren(AskDialog) if one.isVisible())
    qtbot.mouseClick(asked.confirm, Qt.MouseButton.LeftButton)
    assert len(called(desk)[0]) == 14


def test_ten_are_called_at_once(desk: CallWindow, qtbot: QtBot) -> None:
    desk.at.ctx.selection.gather([("unit", key) for key in desk.units()[:10]])
    press(desk, qtbot, Qt.Key.Key_G, CTRL | SHIFT)
    assert len(called(desk)[0]) == 10


def test_where_nobody_is_meant_it_says_so(desk: CallWindow, qtbot: QtBot) -> None:
    desk.at.ctx.selection.clear()
    press(desk, qtbot, F10)
    assert called(desk) == []
    assert desk.at.toasts[-1][0] == Message("callsui.nobody_meant")


def test_without_a_line_that_is_ready_it_says_why(desk: CallWindow, qtbot: QtBot) -> None:
    desk.port.lines = (Line(WayKind.SIP, "话务台", False, Message("callsui.none")),)
    desk.select_unit()
    press(desk, qtbot, F10)
    assert called(desk) == []
    said = desk.at.ctx.t(desk.at.toasts[-1][0])
    assert "话务台：没有通话" in said


def test_in_a_replay_nobody_is_called(desk: CallWindow, qtbot: QtBot) -> None:
    tape = TapeInHand()
    tape.replay = ReplayState(id="r1")
    desk.at.ctx.tape = tape
    desk.select_unit()
    press(desk, qtbot, F10)
    assert called(desk) == []
    assert desk.at.toasts[-1][0] == Message("callsui.in_replay")
    reach = desk.panel("event").page.reach
    reach.show_state()
    assert not reach.call.isEnabled()
    assert reach.call.toolTip() == desk.at.ctx.t("callsui.in_replay")


def test_a_desk_without_calling_says_so(desk: CallWindow, qtbot: QtBot) -> None:
    desk.at.ctx.calls = None
    desk.select_unit()
    press(desk, qtbot, F10)
    assert desk.at.toasts[-1][0] == Message("callsui.no_calls")
    assert acts.current(desk.at.ctx) is None


def test_a_unit_without_any_way_is_called_and_the_call_says_why(desk: CallWindow, qtbot: QtBot) -> None:
    desk.port.book = []
    desk.select_unit()
    press(desk, qtbot, F10)
    assert desk.calling.bar.said.text() == "不在线"
