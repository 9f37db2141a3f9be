"""The book, letters, the code that enrols a phone: found, marked, written to, by key and by mouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.calls import CallBoard, CallKind
from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.entries import PhotoRef
from cockpit.model.letters import LetterKind
from cockpit.model.messages import Message, texts
from tests.calls_desk import CallWindow, call_window, letter
from tests.living_picture import NOW
from widgets.calls import keys
from widgets.calls.announce import AnnounceDialog
from widgets.calls.contacts import ContactsPanel
from widgets.calls.enrol import EnrolDialog
from widgets.calls.letters import LettersPanel
from widgets.calls.people import CONTACT
from widgets.kit.theme import Theme

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[CallWindow]:
    with call_window(qtbot) as window:
        window.panel("queue").view.setFocus()
        yield window


def contacts(desk: CallWindow) -> ContactsPanel:
    assert desk.run("call.contacts") is None
    QApplication.processEvents()
    found = desk.panel("contacts")
    assert isinstance(found, ContactsPanel)
    return found


def letters(desk: CallWindow, unit: str = "") -> LettersPanel:
    if unit:
        desk.at.ctx.selection.select("unit", unit)
    assert desk.run("call.letters_of") is None
    QApplication.processEvents()
    found = desk.panel("letters")
    assert isinstance(found, LettersPanel)
    return found


def find(shown: ContactsPanel, words: str) -> list[str]:
    shown.field.setText(words)
    shown.find()
    return [one.name for one in shown.found]


# -- the book --------------------------------------------------------------------------------------------------------


def test_the_book_is_a_tree_of_four_levels_and_the_keyboard_begins_in_the_search(desk: CallWindow) -> None:
    shown = contacts(desk)
    assert desk.window.focusWidget() is shown.field
    city = shown.tree.topLevelItem(0)
    district = next(city.child(i) for i in range(city.childCount()) if city.child(i).data(0, CONTACT) is None)
    street = district.child(0)
    groups = {street.child(i).text(0) for i in range(street.childCount()) if street.child(i).data(0, CONTACT) is None}
    assert (city.text(0), district.text(0), street.text(0)) == ("杭州市", "上城区", "闸弄口街道")
    assert groups == {"网格一组", "网格二组"}


def test_somebody_is_found_and_called_by_the_keyboard_alone(desk: CallWindow, qtbot: QtBot) -> None:
    shown = contacts(desk)
    assert find(shown, "值班长") == ["陈志远"]
    qtbot.keyClick(shown.field, Qt.Key.Key_Down)
    assert [one.id for one in shown.marked] == ["book/chief"]
    desk.window.activateWindow()
    qtbot.keyClick(desk.window.focusWidget(), Qt.Key.Key_F10)
    assert [one.id for one in desk.port.asked("place")[0][0]] == ["book/chief"]


def test_nobody_found_says_so_and_escape_clears_then_leaves(desk: CallWindow, qtbot: QtBot) -> None:
    before = desk.window.focusWidget()
    shown = contacts(desk)
    assert find(shown, "查无此人") == []
    assert shown.says.text() == "没有找到“查无此人”"
    qtbot.keyClick(shown.field, Qt.Key.Key_Escape)
    assert shown.field.text() == ""
    qtbot.keyClick(shown.field, Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert desk.panel("contacts") is None
    assert desk.window.focusWidget() is before


def test_an_organisation_stands_for_all_in_it(desk: CallWindow, qtbot: QtBot) -> None:
    shown = contacts(desk)
    city = shown.tree.topLevelItem(0)
    street = city.child(1).child(0) if city.child(0).data(0, CONTACT) else city.child(0).child(0)
    group = next(street.child(i) for i in range(street.childCount()) if street.child(i).text(0) == "网格一组")
    shown.tree.clearSelection()
    group.setSelected(True)
    assert len(shown.marked) == 12
    assert shown.call.text() == "群呼 12 人"
    qtbot.mouseClick(shown.roll, Qt.MouseButton.LeftButton)
    asked = next(one for one in desk.window.children() if one.metaObject().className() == "AskDialog")
    qtbot.mouseClick(asked.confirm, Qt.MouseButton.LeftButton)
    assert desk.port.asked("place")[0][1] is CallKind.ROLL


def test_the_book_adds_people_to_a_call_and_hands_a_call_on(desk: CallWindow, qtbot: QtBot) -> None:
    from tests.calls_desk import up

    desk.select_unit(2)
    desk.run("call.place")
    leg = desk.port.calls[0].legs[0]
    desk.port.change_leg(leg.id, **up(leg, desk.at.ctx.clock.now()))
    desk.tell()
    assert desk.run("call.add") is None
    QApplication.processEvents()
    shown = desk.panel("contacts")
    assert shown.purpose.text() == "选要加进通话的人"
    find(shown, "陈志远")
    qtbot.keyClick(shown.field, Qt.Key.Key_Down)
    qtbot.mouseClick(shown.call, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert [one.id for one in desk.port.asked("add")[0][1]] == ["book/chief"]
    assert desk.panel("contacts") is None
    desk.run("call.end")
    desk.select_unit(3)
    desk.run("call.place")
    leg = desk.port.calls[0].legs[0]
    desk.port.change_leg(leg.id, way=leg.contact.ways[1], **up(leg, desk.at.ctx.clock.now()))
    desk.tell()
    assert desk.run("call.transfer") is None
    QApplication.processEvents()
    shown = desk.panel("contacts")
    find(shown, "陈志远")
    qtbot.keyClick(shown.field, Qt.Key.Key_Down)
    qtbot.keyClick(shown.tree, Qt.Key.Key_Return)
    assert desk.port.asked("transfer")[0][0] == leg.id
    assert desk.port.asked("transfer")[0][1].id == "book/chief"


def test_who_has_their_phone_page_open_is_said(desk: CallWindow) -> None:
    shown = contacts(desk)
    desk.port.board = CallBoard(online=tuple(desk.units()[:3]))
    desk.tell()
    assert shown._online == tuple(desk.units()[:3])


def test_an_announcement_goes_to_phones_and_is_spoken(desk: CallWindow, qtbot: QtBot) -> None:
    shown = contacts(desk)
    find(shown, "网格员")
    shown.tree.selectAll()
    people = shown.marked
    qtbot.mouseClick(shown.announce, Qt.MouseButton.LeftButton)
    dialog = desk.window.findChild(AnnounceDialog)
    assert dialog is not None
    assert not dialog.confirm.isEnabled()
    dialog.field.setPlainText("18:00 前全部撤到高处。")
    dialog.by_call.setChecked(True)
    qtbot.mouseClick(dialog.confirm, Qt.MouseButton.LeftButton)
    units, words, kind, _, _ = desk.port.asked("write")[0]
    assert (units, words, kind) == (tuple(one.unit for one in people), "18:00 前全部撤到高处。", LetterKind.ANNOUNCE)
    assert desk.port.asked("announce")[0] == (tuple(people), "18:00 前全部撤到高处。")


# -- letters ---------------------------------------------------------------------------------------------------------


def test_a_thread_shows_words_and_what_became_of_them(desk: CallWindow) -> None:
    unit, other = desk.units()[:2]
    desk.port.all_letters = [
        letter(unit, "水到膝盖了", True, written=NOW - 5 * MINUTE),
        letter(unit, "收到", written=NOW - 4 * MINUTE, taken=NOW - 4 * MINUTE, delivered=NOW - 4 * MINUTE),
        letter(unit, "泵车到哪了", written=NOW),
        letter(other, "别的", True),
    ]
    shown = letters(desk, unit)
    assert [row._words() for row in shown.rows] == ["水到膝盖了", "收到", "泵车到哪了"]
    assert [row._state() for row in shown.rows] == ["", "已送达 17:38", "待发"]


def test_enter_sends_what_is_written_and_composing_does_not(desk: CallWindow, qtbot: QtBot) -> None:
    unit = desk.units()[0]
    shown = letters(desk, unit)
    assert desk.window.focusWidget() is shown.field
    qtbot.keyClicks(shown.field, "pump?")
    shown.field.composing = True
    qtbot.keyClick(shown.field, Qt.Key.Key_Return)
    assert desk.port.asked("write") == []
    shown.field.composing = False
    qtbot.keyClick(shown.field, Qt.Key.Key_Return)
    assert desk.port.asked("write")[0][:2] == ((unit,), "pump?")
    assert shown.field.text() == ""
    assert shown.rows[-1]._state() == "待发"


def test_a_voice_letter_is_recorded_and_sent_and_one_that_came_is_played(desk: CallWindow, qtbot: QtBot) -> None:
    unit = desk.units()[0]
    sound = PhotoRef("ab" * 32, 900, "audio/webm")
    desk.port.all_letters = [letter(unit, "", True, kind=LetterKind.VOICE, voice=sound, seconds=4.2)]
    shown = letters(desk, unit)
    assert shown.rows[0]._words() == "语音 4 秒"
    heard: list[bytes] = []
    desk.at.ctx.calling.play = lambda data: heard.append(data)
    assert shown.rows[0].play is not None
    qtbot.mouseClick(shown.rows[0].play, Qt.MouseButton.LeftButton)
    desk.port.voices.answer(b"voice")
    assert heard == [b"voice"]
    qtbot.mouseClick(shown.record, Qt.MouseButton.LeftButton)
    desk.port.recorded.answer((b"", 0.0))
    qtbot.mouseClick(shown.record, Qt.MouseButton.LeftButton)
    desk.port.recorded.answer((b"RIFFwav", 3.0))
    assert desk.port.asked("write")[0][4] == b"RIFFwav"


def test_letters_that_nobody_saw_are_counted_in_the_strip_and_on_the_page_of_the_unit(desk: CallWindow) -> None:
    unit = desk.units()[0]
    desk.port.all_letters = [letter(unit, "来人", True), letter(unit, "快", True, written=NOW - SECOND)]
    desk.at.ctx.selection.select("unit", unit)
    desk.tell()
    chip = desk.panel("strip").letters
    assert (chip.isVisible(), chip.count) == (True, 2)
    assert desk.panel("event").page.reach.letters.text() == "消息 2"
    letters(desk, unit)
    desk.tell()
    assert chip.count == 0
    assert desk.panel("event").page.reach.letters.text() == "消息"


def test_without_letters_and_without_calling_it_says_so(desk: CallWindow) -> None:
    shown = letters(desk, desk.units()[0])
    assert shown.says.text() == "还没有消息"
    desk.at.ctx.calls = None
    shown.refresh(frozenset({"letter"}))
    assert shown.says.text() == desk.at.ctx.t("callsui.no_calls")
    assert not shown.send.isEnabled()


def test_letters_of_nobody_say_how_to_begin_and_a_key_opens_the_book(desk: CallWindow, qtbot: QtBot) -> None:
    shown = letters(desk, "")
    assert not shown.field.isVisible()
    assert shown.says.text() == f"还没有消息\n要写消息：先选中一个力量，或在通讯录（{keys.CONTACTS}）里选人"
    shown.take_keyboard()
    assert shown.people.hasFocus()
    qtbot.keyClick(shown.people, Qt.Key.Key_Space)
    QApplication.processEvents()
    assert desk.panel("contacts") is not None


def test_language_and_theme_change_while_panels_are_open(desk: CallWindow) -> None:
    unit = desk.units()[0]
    desk.port.all_letters = [letter(unit, "ok", taken=NOW)]
    shown = letters(desk, unit)
    desk.at.ctx.t, desk.at.ctx.theme = texts("en"), Theme.load("light")
    desk.engine.retranslate()
    desk.engine.retheme()
    assert shown.rows[0]._state().startswith("sent")
    book = contacts(desk)
    assert book.field.placeholderText().startswith("Name")
    assert desk.panel("letters") is None, "one of them at a time"


# -- enrolling -------------------------------------------------------------------------------------------------------


def test_the_code_of_a_phone_is_shown_with_its_end_and_can_be_renewed(desk: CallWindow, qtbot: QtBot) -> None:
    unit = desk.select_unit(1)
    qtbot.mouseClick(desk.panel("event").page.reach.enrol, Qt.MouseButton.LeftButton)
    dialog = desk.window.findChild(EnrolDialog)
    assert dialog is not None
    assert desk.port.enrols.open[0][0] == unit
    assert not dialog.copy.isEnabled()
    url = "https://desk.city.local:8443/#code=K7PQ2M9XWD"
    desk.port.enrols.answer((url, desk.at.ctx.clock.now() + 10 * MINUTE))
    assert dialog.link.text() == dialog.code.text == url
    assert not dialog.warns.isVisible()
    size = len(dialog.code.modules)
    assert size >= 21
    assert all(dialog.code.modules[i][j] for i, j in ((0, 0), (0, size - 1), (size - 1, 0))), "its three corners"
    assert dialog.says.text() == "有效到 17:52，还剩 10:00"
    desk.at.clock.advance(601)
    dialog._tick()
    assert dialog.says.text() == "这个码已过期，请换一个"
    assert dialog.link.text() == ""
    qtbot.mouseClick(dialog.again, Qt.MouseButton.LeftButton)
    desk.port.enrols.answer(Message("callsui.no_calls"))
    assert dialog.says.text() == desk.at.ctx.t("callsui.no_calls")
    dialog.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.1.1", "[::1]", "localhost"])
def test_an_address_that_no_phone_can_open_says_so(desk: CallWindow, qtbot: QtBot, host: str) -> None:
    desk.select_unit(1)
    desk.run("call.enrol")
    dialog = desk.window.findChild(EnrolDialog)
    assert dialog is not None
    desk.port.enrols.answer((f"https://{host}:8443/#code=K7PQ2M9XWD", desk.at.ctx.clock.now() + 10 * MINUTE))
    assert dialog.warns.isVisible()
    assert dialog.warns.text() == "这个地址只有本机能打开；让手机能用，要在 field.toml 写 listen"
    dialog.close()
