"""A case is taken down while the caller speaks: by keyboard alone, by pinyin, by the map; nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.entries import AddNote, OpenCase
from cockpit.model.messages import Message, texts
from cockpit.model.ports import Here, NamedPlace
from cockpit.packs.read import list_packs, read_pack
from tests.loop_desk import LoopWindow, loop_window
from widgets.kit.actions import Action
from widgets.telephone.kinds import find_kinds, spoken
from widgets.telephone.panel import ORDER, TelephonePanel

CROSSING = NamedPlace("天城路 × 机场路", "crossing", 120.1870, 30.2862)
CELL = "330102001001001"
FLOOD = "events/0714-1187"
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


class Call:
    """The form, and the officer who fills it in."""

    def __init__(self, desk: LoopWindow, qtbot: QtBot) -> None:
        self.desk, self.qtbot, self.at = desk, qtbot, desk.at
        desk.panel("queue").view.setFocus()
        self.open()

    def open(self) -> None:
        assert self.at.ctx.actions.trigger("desk.telephone") is None
        QApplication.processEvents()

    @property
    def panel(self) -> TelephonePanel:
        found = self.desk.panel("telephone")
        assert isinstance(found, TelephonePanel)
        return found

    @property
    def is_open(self) -> bool:
        return self.desk.panel("telephone") is not None

    def type(self, words: str) -> None:
        self.qtbot.keyClicks(self.focus(), words)

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(self.focus(), key, held)
        QApplication.processEvents()

    def focus(self) -> Any:
        widget = self.desk.window.focusWidget()
        assert widget is not None
        return widget

    def fill(self, kind: str = "dljs", place: NamedPlace = CROSSING) -> None:
        """Class and place, by keyboard."""
        self.panel.form.kind.setFocus()
        self.panel.form.kind.selectAll()
        self.type(kind)
        self.press(Qt.Key.Key_Tab)
        self.type("tcl")
        self.at.ports.named.answer([place])
        self.press(Qt.Key.Key_Return)
        self.at.ports.heres.answer(Here(place.words, CELL))

    def outbox(self) -> list[Any]:
        self.at.cases.step()
        QApplication.processEvents()
        return self.at.cases.outbox()


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[LoopWindow]:
    with loop_window(qtbot) as window:
        yield window


@pytest.fixture
def call(desk: LoopWindow, qtbot: QtBot) -> Call:
    return Call(desk, qtbot)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("lmjs", "道路积水"), ("dljs", "道路积水"), ("jgyw", "不明井盖"), ("红绿灯", "信号灯故障"),
        ("dianti", "电梯困人"), ("路灯不亮", "路灯"), ("E0506", "道路积水"),
    ],
)  # fmt: skip
def test_a_class_is_found_as_the_caller_says_it_written_or_by_pinyin(typed: str, name: str) -> None:
    found = find_kinds(typed, read_pack("hangzhou"), texts("zh"))
    assert found[0].kind.name["zh"] == name


def test_what_callers_say_is_of_classes_that_the_packs_have() -> None:
    for pack in map(read_pack, list_packs()):
        assert spoken().keys() <= pack.kinds.keys()


def test_a_call_is_taken_down_by_keyboard_alone_and_saved(call: Call) -> None:
    before = call.at.ctx.selection.item
    call.fill()
    assert call.focus() is call.panel.form.place
    call.press(Qt.Key.Key_Tab)
    call.press(Qt.Key.Key_2, ALT)
    call.panel.form.name.setFocus()
    call.type("Chen")
    call.press(Qt.Key.Key_Tab)
    call.type("138 0571 2266")
    call.press(Qt.Key.Key_Tab)
    call.type("car stuck")
    call.press(Qt.Key.Key_S, CTRL)
    (row,) = call.outbox()
    assert isinstance(row.act, OpenCase)
    facts = row.act.case
    assert (facts.event, facts.kind, facts.level, facts.area) == ("", "E0506", 2, CELL)
    assert (facts.lon, facts.lat) == (CROSSING.lon, CROSSING.lat)
    case = call.at.cases.case(row.case)
    assert case is not None
    words: dict[str, str] = {}
    call.at.cases.texts(list(case.texts.values()), words.update)
    call.at.cases.step()
    told = {name: words[ref.id] for name, ref in case.texts.items()}
    assert told == {"place": CROSSING.words, "caller": "Chen 138 0571 2266", "words": "car stuck"}
    assert not call.is_open
    assert call.at.ctx.selection.item == before, "what lies behind does not jump"
    assert call.focus() is call.desk.panel("queue").view
    assert [message.id for message, _ in call.at.toasts] == ["telephone.saved"]


def test_every_field_and_button_is_reached_by_tab(call: Call) -> None:
    call.fill()
    panel, form = call.panel, call.panel.form
    form.kind.setFocus()
    reached = []
    for _ in range(20):
        call.press(Qt.Key.Key_Tab)
        reached.append(call.focus())
    wanted = [form.place, form.map, form.name, form.number, form.words, panel.save, panel.save_order]
    assert [widget for widget in reached if widget in wanted][:5] == wanted[:5]
    assert set(wanted) <= set(reached)
    assert any(chip in reached for chip in form.levels.values())


def test_a_class_sets_the_level_until_a_person_did(call: Call) -> None:
    form = call.panel.form
    call.type("dljs")
    call.press(Qt.Key.Key_Return)
    assert form.draft.level == 1
    assert form.levels[1].isChecked()
    call.press(Qt.Key.Key_3, ALT)
    form.kind.setFocus()
    form.kind.selectAll()
    call.type("dtkr")
    call.press(Qt.Key.Key_Return)
    assert (form.draft.kind, form.draft.level) == ("E0597", 3)


def test_it_can_not_be_saved_without_class_and_place_and_says_what_is_missing(call: Call) -> None:
    panel = call.panel
    assert not panel.save.isEnabled()
    call.type("zzz")
    assert panel.problem.text() == Message("telephone.no_kind").in_chinese()
    call.press(Qt.Key.Key_S, CTRL)
    assert call.outbox() == []
    call.fill()
    assert panel.save.isEnabled()
    panel.form.place.setFocus()
    panel.form.place.selectAll()
    call.type("elsewhere")
    assert panel.problem.text() == Message("telephone.no_place").in_chinese(), "the mark was of another place"
    assert not panel.save_order.isEnabled()


def test_a_form_closed_by_mistake_comes_back_as_it_was(call: Call) -> None:
    call.fill()
    call.panel.form.words.setFocus()
    call.type("half a sen")
    call.press(Qt.Key.Key_Escape)
    assert not call.is_open
    assert call.at.ctx.picking.mark is None
    call.open()
    form = call.panel.form
    assert (form.kind.text(), form.place.text(), form.words.toPlainText()) == (
        "道路积水", CROSSING.words, "half a sen",
    )  # fmt: skip
    assert form.draft.placed
    assert call.at.ctx.picking.mark is not None
    assert call.outbox() == []


def test_escape_closes_the_list_first_and_the_form_then(call: Call) -> None:
    call.type("js")
    assert call.panel.form.kind.list.isVisible()
    call.press(Qt.Key.Key_Escape)
    assert not call.panel.form.kind.list.isVisible()
    assert call.is_open
    call.press(Qt.Key.Key_Escape)
    assert not call.is_open


def test_enter_while_an_input_method_composes_takes_nothing_and_saves_nothing(call: Call) -> None:
    call.fill()
    form = call.panel.form
    form.words.setFocus()
    QApplication.sendEvent(form.words, QInputMethodEvent("jing gai", []))
    call.press(Qt.Key.Key_Return, CTRL)
    call.press(Qt.Key.Key_S, CTRL)
    assert call.outbox() == []
    done = QInputMethodEvent("", [])
    done.setCommitString("井盖")
    QApplication.sendEvent(form.words, done)
    assert form.draft.words == "井盖"
    call.press(Qt.Key.Key_S, CTRL)
    assert len(call.outbox()) == 1


def test_a_place_is_clicked_on_the_map_which_selects_nothing(call: Call, qtbot: QtBot) -> None:
    canvas = call.desk.panel("map").canvas
    before = call.at.ctx.selection.item
    call.press(Qt.Key.Key_M, ALT)
    assert canvas.picking
    assert call.desk.panel("map").hint.isVisible()
    assert canvas.hasFocus()
    at = QPoint(canvas.width() // 2 + 40, canvas.height() // 2 - 30)
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    QApplication.processEvents()
    assert not canvas.picking
    (((lon, lat), _),) = call.at.ports.heres.open
    call.at.ports.heres.answer(Here("凯旋路", CELL))
    draft = call.panel.form.draft
    assert (draft.lon, draft.lat, draft.place, draft.area) == (lon, lat, "凯旋路", CELL)
    assert call.at.ctx.pack.contains(lon, lat)
    assert call.at.ctx.selection.item == before
    assert call.panel.isAncestorOf(call.focus())
    assert canvas.mark is not None


def test_the_map_is_asked_by_keyboard_too_and_escape_leaves_it_asking_nothing(call: Call) -> None:
    canvas = call.desk.panel("map").canvas
    call.press(Qt.Key.Key_M, ALT)
    call.press(Qt.Key.Key_Escape)
    assert not canvas.picking
    assert call.is_open
    assert call.panel.isAncestorOf(call.focus())
    assert not call.panel.form.draft.placed
    call.press(Qt.Key.Key_M, ALT)
    call.press(Qt.Key.Key_Right)
    call.press(Qt.Key.Key_Return)
    assert call.panel.form.draft.placed


def test_what_is_open_nearby_is_seen_before_it_is_saved_the_same_class_first(call: Call) -> None:
    call.fill()
    known = call.panel.known.known
    assert known is not None
    assert (known[0].event, known[0].case, known[0].same) == (FLOOD, "", True)
    assert all(one.metres <= 300 for one in known)
    call.desk.order(next(row for row in call.desk.events() if row["key"] == FLOOD))
    known = call.panel.known.known
    assert known is not None
    assert known[0].case
    assert [one.event for one in known].count(FLOOD) == 1, "a case and its event are one thing"


def test_a_call_about_a_known_case_is_joined_as_a_note_and_no_case_is_opened(call: Call) -> None:
    case, _ = call.desk.order(next(row for row in call.desk.events() if row["key"] == FLOOD))
    call.fill()
    call.panel.form.words.setPlainText("水又涨了")
    call.panel.form.number.setText("138")
    call.panel.known.joins[0].click()
    row = call.outbox()[-1]
    assert isinstance(row.act, AddNote)
    assert row.case == case
    assert len(call.at.cases.all_open()) == 1
    assert not call.is_open
    assert [message.id for message, _ in call.at.toasts] == ["telephone.joined"]


def test_a_call_about_an_event_opens_the_case_of_that_event_with_the_call_in_it(call: Call) -> None:
    call.fill()
    call.panel.form.words.setPlainText("水到车窗了")
    call.panel.known.joins[0].click()
    (row,) = call.outbox()
    assert row.act.case.event == FLOOD
    case = call.at.cases.of_event(FLOOD)
    assert case is not None
    assert "words" in case.texts


def test_ctrl_enter_saves_and_goes_on_to_the_order_of_the_case(call: Call) -> None:
    drafted: list[tuple[str, str]] = []
    ctx = call.at.ctx
    ctx.actions.add(Action(ORDER, "ui.palette", lambda: drafted.append(ctx.selection.item)))
    call.fill()
    call.press(Qt.Key.Key_Return, CTRL)
    (row,) = call.outbox()
    QApplication.processEvents()
    assert ctx.selection.item == ("case", row.case)
    assert drafted == [("case", row.case)]
    call.open()
    assert call.panel.form.draft.empty, "the next call begins anew"


def test_what_can_not_be_kept_is_said_and_the_form_stays_as_it_is(call: Call) -> None:
    call.fill()
    call.at.cases.broken = Message("store.disk_full")
    call.press(Qt.Key.Key_S, CTRL)
    assert call.outbox() == []
    assert call.is_open
    assert call.panel.problem.text() == Message("store.disk_full").in_chinese()
    assert call.panel.form.draft.kind
    call.at.cases.broken = None
    call.press(Qt.Key.Key_S, CTRL)
    assert len(call.outbox()) == 1


def test_a_key_held_down_or_pressed_twice_saves_once(call: Call) -> None:
    call.fill()
    for _ in range(3):
        call.press(Qt.Key.Key_S, CTRL)
    assert len(call.outbox()) == 1


@pytest.mark.parametrize("size", [(1366, 768), (960, 600)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_in_a_small_window_the_buttons_stay_in_sight_and_no_field_is_cut(
    qtbot: QtBot, size: tuple[int, int], lang: str
) -> None:
    with loop_window(qtbot, size=size, lang=lang) as desk:
        call = Call(desk, qtbot)
        panel = call.panel
        assert desk.window.rect().contains(panel.geometry())
        for button in (panel.save, panel.save_order):
            place = button.geometry().translated(button.parentWidget().mapTo(panel, QPoint(0, 0)))
            assert panel.rect().contains(place)
            assert button.width() >= button.sizeHint().width()
        page = panel._scroll.widget()
        assert page.width() <= panel._scroll.viewport().width()
