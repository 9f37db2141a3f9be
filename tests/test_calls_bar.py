"""The softphone bar and the panel of a call: what they say, what their keys and buttons do, and that they disturb
nobody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.calls import CallState, Failed, Frame, Outcome, Quality, Way, WayKind
from cockpit.model.messages import Message, texts
from tests.calls_desk import CallWindow, call_window, up
from widgets.calls.keypad import KeypadDialog
from widgets.calls.panel import CallPanel
from widgets.calls.sound import SoundDialog
from widgets.kit.theme import Theme

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
F1 = Qt.Key.Key_F1
WHY = Message("callsui.none")

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[CallWindow]:
    with call_window(qtbot) as window:
        window.panel("queue").view.setFocus()
        yield window


def call(desk: CallWindow, count: int = 1, answered: bool = True) -> str:
    """A call with so many units, who have answered."""
    units = desk.units()[:count]
    desk.at.ctx.selection.gather([("unit", key) for key in units])
    if count == 1:
        desk.at.ctx.selection.select("unit", units[0])
    assert desk.run("call.place" if count == 1 else "call.group") is None
    one = desk.port.calls[0]
    for leg in one.legs if answered else ():
        desk.port.change_leg(leg.id, **up(leg, desk.at.ctx.clock.now()))
    desk.tell()
    return one.id


def panel(desk: CallWindow) -> CallPanel:
    assert desk.run("call.panel") is None
    found = desk.panel("call")
    assert isinstance(found, CallPanel)
    return found


def focus(desk: CallWindow) -> QWidget | None:
    return desk.window.focusWidget()


def handle(desk: CallWindow) -> QWindow:
    """Where the keys of the keyboard arrive."""
    found = desk.window.windowHandle()
    assert found is not None
    return found


# -- the bar ---------------------------------------------------------------------------------------------------------


def test_without_a_call_there_is_no_bar_and_nothing_moves(desk: CallWindow) -> None:
    before = desk.panel("queue").geometry()
    assert not desk.calling.bar.isVisible()
    call(desk)
    assert desk.calling.bar.isVisible()
    assert desk.panel("queue").geometry().top() > before.top()
    assert desk.panel("queue").geometry().bottom() == before.bottom(), "what is at the foot stays where it is"


def test_the_bar_says_which_way_failed_and_which_is_tried(desk: CallWindow) -> None:
    call(desk, answered=False)
    leg = desk.port.calls[0].legs[0]
    page, phone = leg.contact.ways
    desk.port.change_leg(leg.id, way=phone, failed=(Failed(page, Outcome.UNREACHABLE, WHY),))
    desk.tell()
    assert desk.calling.bar.said.text() == "手机网页 不在线 → 分机 8000 振铃"
    assert desk.calling.bar.clock.text() == ""


def test_what_fails_at_this_desk_is_not_said_of_the_other_side(desk: CallWindow) -> None:
    call(desk, answered=False)
    leg = desk.port.calls[0].legs[0]
    page, phone = leg.contact.ways
    telephone = Way(WayKind.HANDOFF, "13800138000")
    failed = (
        Failed(phone, Outcome.UNREACHABLE, Message("sip.no_account")),
        Failed(telephone, Outcome.UNREACHABLE, Message("calls.no_telephone", {"url": "tel:13800138000"})),
        Failed(page, Outcome.UNREACHABLE, Message("media.not_running")),
        Failed(phone, Outcome.UNREACHABLE, Message("sip.unregistered")),
        Failed(phone, Outcome.UNREACHABLE, Message("calls.nothing_rang", {"seconds": 8})),
    )
    desk.port.change_leg(leg.id, way=page, failed=failed)
    desk.tell()
    bar = desk.calling.bar
    assert bar.said.text() == (
        "分机 8000 本席没有这条线路 → 桌面话机 13800138000 本席打不开 → 手机网页 本席线路不通"
        " → 分机 8000 不在线 → 分机 8000 没有回应 → 手机网页 振铃"
    )
    bar.said.grab()
    assert "没有配置 SIP 账号" in bar.said.toolTip()
    assert "8 秒内没有振铃" in bar.said.toolTip()


def test_where_no_way_is_left_each_that_failed_is_said_once(desk: CallWindow) -> None:
    call(desk, answered=False)
    leg = desk.port.calls[0].legs[0]
    page, phone = leg.contact.ways
    failed = (Failed(page, Outcome.UNREACHABLE, WHY), Failed(phone, Outcome.BUSY, WHY))
    for way in (phone, None):
        desk.port.change_leg(leg.id, state=CallState.ENDED, way=way, failed=failed, outcome=Outcome.BUSY)
        desk.port.change(desk.port.calls[0].id, ended=desk.at.ctx.clock.now())
        desk.tell()
        assert desk.calling.bar.said.text() == "手机网页 不在线 → 分机 8000 忙"


def test_the_bar_counts_the_time_and_says_when_it_is_heard_badly(desk: CallWindow) -> None:
    call(desk)
    assert desk.calling.bar.clock.text() == "01:13"
    assert desk.calling.bar.heard.text() == ""
    desk.second()
    assert desk.calling.bar.clock.text() == "01:14"
    desk.port.change_leg(desk.port.calls[0].legs[0].id, quality=Quality(0.08, 70.0, 40.0))
    desk.tell()
    assert desk.calling.bar.heard.text() == "丢包 8% · 抖动 70 ms"


def test_a_call_that_ended_says_how_and_leaves_by_itself(desk: CallWindow) -> None:
    call(desk, answered=False)
    desk.port.change_leg(desk.port.calls[0].legs[0].id, state=CallState.ENDED, outcome=Outcome.BUSY)
    desk.port.change(desk.port.calls[0].id, ended=desk.at.ctx.clock.now())
    desk.tell()
    assert desk.calling.bar.said.text() == "手机网页 忙"
    assert desk.calling.bar.end.text() == "关闭"
    for _ in range(11):
        desk.second()
    assert not desk.calling.bar.isVisible()


def test_keys_of_the_bar_do_what_its_buttons_say(desk: CallWindow, qtbot: QtBot) -> None:
    ident = call(desk)
    for command, what in (
        ("call.mute", "mute"), ("call.hold", "hold"), ("call.push", "push_to_talk"), ("call.record", "record"),
    ):  # fmt: skip
        qtbot.mouseClick(desk.calling.bar.buttons[command], Qt.MouseButton.LeftButton)
        assert desk.port.asked(what) == [(ident, True)], command
        assert desk.run(command) is None
        assert desk.port.asked(what)[-1] == (ident, False), command
    qtbot.mouseClick(desk.calling.bar.buttons["call.camera"], Qt.MouseButton.LeftButton)
    assert desk.port.asked("camera") == [(ident, True)]
    desk.window.activateWindow()
    qtbot.keyClick(focus(desk) or desk.window, Qt.Key.Key_M, CTRL | ALT)
    assert desk.port.asked("mute")[-1] == (ident, True)
    qtbot.keyClick(focus(desk) or desk.window, Qt.Key.Key_G, ALT)
    assert desk.port.asked("hang_up") == [(ident,)]


def test_what_can_not_be_done_before_somebody_answers_says_so(desk: CallWindow) -> None:
    call(desk, answered=False)
    assert desk.run("call.hold") == Message("callsui.not_up")
    assert not desk.calling.bar.buttons["call.hold"].isEnabled()
    assert desk.calling.bar.buttons["call.hold"].toolTip() == "还没有接通"


def test_the_bar_takes_no_keyboard(desk: CallWindow) -> None:
    before = focus(desk)
    call(desk)
    assert focus(desk) is before


# -- push to talk ----------------------------------------------------------------------------------------------------


def test_the_talk_key_is_held_while_one_speaks_and_repeats_count_once(desk: CallWindow, qtbot: QtBot) -> None:
    call(desk)
    desk.run("call.push")
    target = handle(desk)
    qtbot.keyPress(target, F1)
    for _ in range(4):
        QApplication.sendEvent(target, QKeyEvent(QEvent.Type.KeyRelease, F1, Qt.KeyboardModifier.NoModifier, "", True))
        QApplication.sendEvent(target, QKeyEvent(QEvent.Type.KeyPress, F1, Qt.KeyboardModifier.NoModifier, "", True))
    assert desk.port.asked("talk") == [(True,)]
    assert desk.calling.bar.talk.text() == "正在讲话"
    qtbot.keyRelease(target, F1)
    assert desk.port.asked("talk") == [(True,), (False,)]


def test_the_talk_key_without_push_to_talk_says_how_to_turn_it_on(desk: CallWindow, qtbot: QtBot) -> None:
    call(desk)
    qtbot.keyClick(handle(desk), F1)
    assert desk.port.asked("talk") == []
    assert desk.at.toasts[-1][0].id == "callsui.push_first"


def test_the_button_is_held_with_the_mouse(desk: CallWindow, qtbot: QtBot) -> None:
    call(desk)
    desk.run("call.push")
    qtbot.mousePress(desk.calling.bar.talk, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(desk.calling.bar.talk, Qt.MouseButton.LeftButton)
    assert desk.port.asked("talk") == [(True,), (False,)]


# -- the panel -------------------------------------------------------------------------------------------------------


def test_a_group_shows_each_with_their_state_and_each_can_be_muted_dropped_and_called_again(
    desk: CallWindow, qtbot: QtBot
) -> None:
    ident = call(desk, 4)
    legs = desk.port.calls[0].legs
    desk.port.change_leg(legs[3].id, state=CallState.ENDED, outcome=Outcome.NO_ANSWER)
    desk.tell()
    shown = panel(desk)
    assert [row.said().words for row in shown.rows.values()] == ["手机网页 通话中"] * 3 + ["手机网页 无人应答"]
    rows = list(shown.rows.values())
    qtbot.mouseClick(rows[0].mute, Qt.MouseButton.LeftButton)
    assert desk.port.asked("mute_leg") == [(legs[0].id, True)]
    rows[1].setFocus()
    qtbot.keyClick(rows[1], Qt.Key.Key_Delete)
    assert desk.port.asked("drop") == [(legs[1].id,)]
    qtbot.mouseClick(rows[3].call, Qt.MouseButton.LeftButton)
    assert desk.port.asked("add") == [(ident, (legs[3].contact,))]


def test_a_roll_call_lists_who_is_there_who_said_nothing_and_who_was_not_reached(desk: CallWindow) -> None:
    desk.at.ctx.selection.gather([("unit", key) for key in desk.units()[:4]])
    assert desk.run("call.roll") is None
    legs, now = desk.port.calls[0].legs, desk.at.ctx.clock.now()
    desk.port.change_leg(
        legs[0].id, state=CallState.ENDED, outcome=Outcome.ANSWERED, answered=now, ended=now, there=now
    )
    desk.port.change_leg(legs[1].id, state=CallState.ENDED, outcome=Outcome.NO_ANSWER)
    desk.port.change_leg(legs[2].id, state=CallState.ENDED, outcome=Outcome.UNREACHABLE)
    desk.tell()
    shown = panel(desk)
    assert shown.counts.text() == "在 1 · 未应答 1 · 未接通 1 · 等待 1"
    assert [row.said().words for row in shown.rows.values()][:3] == [
        "在", "未应答 · 手机网页 无人应答", "未接通 · 手机网页 不在线",
    ]  # fmt: skip


def test_what_is_written_down_is_kept_with_the_call_even_when_the_panel_is_left_at_once(
    desk: CallWindow, qtbot: QtBot
) -> None:
    ident = call(desk)
    shown = panel(desk)
    qtbot.keyClicks(shown.note, "two people on the roof")
    qtbot.keyClick(shown.note, Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert desk.panel("call") is None
    assert desk.port.asked("note") == [(ident, "two people on the roof")]
    assert desk.port.asked("hang_up") == [], "Esc leaves the panel, not the call"


def test_escape_gives_the_keyboard_back(desk: CallWindow, qtbot: QtBot) -> None:
    before = focus(desk)
    call(desk, 3)
    shown = panel(desk)
    QApplication.processEvents()
    assert shown.isAncestorOf(focus(desk))
    qtbot.keyClick(focus(desk), Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert focus(desk) is before


def test_pictures_are_drawn_only_when_there_is_a_new_one(desk: CallWindow, qtbot: QtBot) -> None:
    call(desk)
    leg = desk.port.calls[0].legs[0].id
    red = bytes(QColor("#FF0000").getRgb()[:3]) * (8 * 6)
    desk.port.frames[leg] = Frame(8, 6, 1, red)
    desk.port.change_leg(leg, video=True)
    desk.tell()
    shown = panel(desk)
    assert shown.tiles.isVisible()

    def middle() -> QColor:
        image = QImage(shown.tiles.grab().toImage())
        return image.pixelColor(image.width() // 2, image.height() // 2)

    qtbot.waitUntil(lambda: middle() == QColor("#FF0000"), timeout=30_000)
    desk.port.change_leg(leg, video=False)
    desk.tell()
    assert not shown.tiles.isVisible()
    assert not shown.tiles._timer.isActive()


def test_the_panel_without_a_call_says_how_to_make_one(desk: CallWindow) -> None:
    shown = panel(desk)
    assert shown.state is not None


def test_language_and_theme_change_while_a_group_is_open(desk: CallWindow) -> None:
    call(desk, 3)
    shown = panel(desk)
    ctx = desk.at.ctx
    ctx.t, ctx.theme = texts("en"), Theme.load("light")
    desk.engine.retranslate()
    desk.engine.retheme()
    desk.calling.retranslate()
    desk.calling.retheme()
    assert desk.calling.bar.said.text() == "3 talking"
    assert shown.header.title.text().startswith("Group call:")
    assert desk.calling.bar.end.text() == "Hang up"
    assert len(shown.rows) == 3


# -- dialogs ---------------------------------------------------------------------------------------------------------


def test_tones_are_sent_by_the_keys_of_the_keyboard_and_by_the_buttons(desk: CallWindow, qtbot: QtBot) -> None:
    call(desk)
    leg = desk.port.calls[0].legs[0].id
    desk.port.change_leg(leg, way=desk.port.calls[0].legs[0].contact.ways[1])
    desk.run("call.keypad")
    dialog = desk.window.findChild(KeypadDialog)
    assert dialog is not None
    qtbot.keyClick(dialog, Qt.Key.Key_5)
    QApplication.sendEvent(
        dialog, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_5, Qt.KeyboardModifier.NoModifier, "5", True)
    )
    qtbot.mouseClick(dialog.keys["#"], Qt.MouseButton.LeftButton)
    assert desk.port.asked("digits") == [(leg, "5"), (leg, "#")]
    dialog.close()


def test_a_phone_page_takes_no_tones_and_no_transfer_and_the_buttons_say_so(desk: CallWindow) -> None:
    call(desk)
    one = desk.port.calls[0].legs[0]
    buttons = desk.calling.bar.buttons
    for command, why in (("call.keypad", "webrtc.no_digits"), ("call.transfer", "webrtc.no_transfer")):
        assert desk.run(command) == Message(why)
        assert not buttons[command].isEnabled()
        assert buttons[command].toolTip() == desk.at.ctx.t(why)
    desk.port.change_leg(one.id, way=one.contact.ways[1])
    desk.tell()
    assert buttons["call.keypad"].isEnabled()
    assert buttons["call.transfer"].isEnabled()


def test_a_number_that_is_in_no_book_is_dialled(desk: CallWindow, qtbot: QtBot) -> None:
    desk.run("call.dial")
    dialog = desk.window.findChild(KeypadDialog)
    assert dialog is not None
    assert not dialog.confirm.isEnabled()
    qtbot.keyClicks(dialog.field, "0571-8765 4321")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    people = desk.port.asked("place")[0][0]
    assert [(one.id, [way.address for way in one.ways]) for one in people] == [
        ("number/057187654321", ["057187654321"])
    ]


def test_the_headset_comes_first_and_the_echo_test_says_how_it_went(desk: CallWindow, qtbot: QtBot) -> None:
    desk.run("call.sound")
    dialog = desk.window.findChild(SoundDialog)
    assert dialog is not None
    assert dialog.microphone.itemText(0) == "Jabra Evolve 20（耳麦）"
    assert dialog.microphone.currentData() == "usb"
    dialog.speaker.setCurrentIndex(1)
    dialog.speaker.activated.emit(1)
    assert desk.port.asked("use_sound") == [("usb", "speaker")]
    qtbot.mouseClick(dialog.test, Qt.MouseButton.LeftButton)
    assert not dialog.test.isEnabled()
    desk.port.echoes.answer(None)
    assert dialog.says.text().startswith("试音结束")
    dialog.close()
    assert desk.port.asked("watch_sound") == [(True,), (False,)], "the microphone is open while one looks, no longer"
