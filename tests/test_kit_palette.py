"""The command palette, and the registry of commands behind it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.messages import Message
from cockpit.model.ports import NamedPlace
from tests.panel_desk import Desk, desk
from widgets.kit.actions import Action, Actions, key_words
from widgets.kit.finders import PlaceFinder
from widgets.kit.fuzzy import score
from widgets.kit.palette import Palette

# what the offscreen platform says of windows with a least size
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Stage:
    """A window with a field, a palette over it and three commands."""

    def __init__(self, qtbot: QtBot) -> None:
        self.desk: Desk = desk()
        self.ran: list[str] = []
        actions = self.desk.ctx.actions
        for id, title, keys in (
            ("a.reopen", "kit.reopen", ("Ctrl+Shift+R",)),
            ("a.light", "bars.to_light", ()),
            ("a.name", "bars.change_name", ()),
        ):
            actions.add(Action(id, title, lambda id=id: self.ran.append(id), keys))
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.window.resize(900, 600)
        self.field = QLineEdit(self.window)
        QVBoxLayout(self.window).addWidget(self.field)
        self.palette = Palette(self.desk.ctx, self.window)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.field.setFocus()

    def titles(self) -> list[str]:
        return [line.title for line in self.palette.lines]


@pytest.fixture
def stage(qtbot: QtBot) -> Stage:
    return Stage(qtbot)


@pytest.mark.parametrize(
    ("typed", "text", "fits"),
    [
        ("井盖", "雨水井盖移位", True),
        ("ysjg", "雨水井盖移位", True),
        ("jg", "雨水井盖移位", True),
        ("jinggai", "雨水井盖移位", True),
        ("JG", "雨水井盖移位", True),
        ("ｊｇ", "雨水井盖移位", True),
        ("pan", "Reopen panel", True),
        ("repa", "Reopen panel", True),
        ("panel reo", "Reopen panel", True),
        ("xyz", "Reopen panel", False),
        ("路灯", "雨水井盖移位", False),
        ("x", "", False),
    ],
)
def test_words_fit_as_written_in_pinyin_and_by_initials(typed: str, text: str, fits: bool) -> None:
    assert (score(typed, text) > 0) is fits


def test_what_is_written_comes_before_what_only_sounds_like_it() -> None:
    assert score("重开", "重开面板") > score("zk", "重开面板") > 0
    assert score("open", "open panel") > score("open", "reopen panel")


def test_every_command_is_listed_when_nothing_is_typed(stage: Stage) -> None:
    stage.palette.open()
    assert stage.titles() == ["重开面板", "换浅色", "改姓名"]


@pytest.mark.parametrize("typed", ["浅色", "hqs", "light"])
def test_a_command_is_found_in_either_language_and_by_initials(stage: Stage, typed: str) -> None:
    stage.palette.open(typed)
    assert stage.titles() == ["换浅色"]


def test_enter_runs_the_first_line_and_gives_the_focus_back(stage: Stage, qtbot: QtBot) -> None:
    stage.palette.open("light")
    assert QApplication.focusWidget() is stage.palette.field
    qtbot.keyClick(stage.palette.field, Qt.Key.Key_Return)
    assert stage.ran == ["a.light"]
    assert not stage.palette.isVisible()
    assert QApplication.focusWidget() is stage.field


def test_escape_closes_it_and_runs_nothing(stage: Stage, qtbot: QtBot) -> None:
    stage.palette.open()
    qtbot.keyClick(stage.palette.field, Qt.Key.Key_Escape)
    assert not stage.palette.isVisible()
    assert stage.ran == []
    assert QApplication.focusWidget() is stage.field


def test_enter_while_composing_belongs_to_the_input_method(stage: Stage, qtbot: QtBot) -> None:
    stage.palette.open()
    QApplication.sendEvent(stage.palette.field, QInputMethodEvent("qian", []))
    qtbot.keyClick(stage.palette.field, Qt.Key.Key_Return)
    assert stage.ran == []
    assert stage.palette.isVisible()
    commit = QInputMethodEvent("", [])
    commit.setCommitString("浅色")
    QApplication.sendEvent(stage.palette.field, commit)
    qtbot.keyClick(stage.palette.field, Qt.Key.Key_Return)
    assert stage.ran == ["a.light"]


def test_what_was_run_last_comes_first_next_time(stage: Stage, qtbot: QtBot) -> None:
    stage.palette.open("light")
    qtbot.keyClick(stage.palette.field, Qt.Key.Key_Return)
    stage.palette.open()
    assert stage.titles()[0] == "换浅色"


def test_a_disabled_command_is_listed_with_its_reason_and_does_not_run(stage: Stage, qtbot: QtBot) -> None:
    action = Action("a.off", "bars.palette", lambda: stage.ran.append("off"), (), lambda: Message("bars.no_problem"))
    stage.desk.ctx.actions.add(action)
    stage.palette.open("找或")
    line = stage.palette.lines[0]
    assert (line.title, line.detail, line.run) == ("找或执行", "没有", None)
    qtbot.keyClick(stage.palette.field, Qt.Key.Key_Return)
    assert stage.ran == []
    assert stage.palette.isVisible()


def test_arrow_keys_choose_another_line(stage: Stage, qtbot: QtBot) -> None:
    stage.palette.open()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return):
        qtbot.keyClick(stage.palette.field, key)
    assert stage.ran == ["a.light"]


def test_an_event_that_is_found_is_selected(stage: Stage, qtbot: QtBot) -> None:
    stage.palette.open("天城路")
    stage.desk.ports.searches.answer(["events/0714-1187"])
    assert [(line.title, line.level) for line in stage.palette.lines] == [("道路积水", 1)]
    assert "天城路 × 机场路" in stage.palette.lines[0].detail
    qtbot.keyClick(stage.palette.field, Qt.Key.Key_Return)
    assert stage.desk.ctx.selection.item == ("event", "events/0714-1187")


def test_a_unit_is_found_by_its_call_sign(stage: Stage, qtbot: QtBot) -> None:
    name = stage.desk.picture["unit"].text("name")[0]
    stage.palette.open(name)
    stage.desk.ports.unit_names.answer([(stage.desk.picture["unit"].key_at(0), 100.0)])
    assert stage.titles()[0] == name
    qtbot.keyClick(stage.palette.field, Qt.Key.Key_Return)
    assert stage.desk.ctx.selection.topic == "unit"


def test_an_answer_to_older_words_is_not_shown(stage: Stage) -> None:
    stage.palette.open("天城路")
    late = stage.desk.ports.searches.open[:]
    stage.palette.field.setText("ligh")
    for _, done in late:
        done(["events/0714-1187"])
    assert stage.titles() == ["换浅色"]


def test_the_chosen_line_stays_chosen_when_more_is_found(stage: Stage, qtbot: QtBot) -> None:
    stage.palette.open("a")
    before = stage.titles()
    assert len(before) > 1
    qtbot.keyClick(stage.palette.field, Qt.Key.Key_Down)
    stage.desk.ports.searches.answer(["events/0714-1187"])
    qtbot.keyClick(stage.palette.field, Qt.Key.Key_Return)
    chosen = {"重开面板": "a.reopen", "换浅色": "a.light", "改姓名": "a.name"}.get(before[1])
    assert stage.ran == ([chosen] if chosen else [])


def test_nothing_found_is_said_and_enter_does_nothing(stage: Stage, qtbot: QtBot) -> None:
    stage.palette.open("qqqqqq")
    assert stage.titles() == ["没有符合“qqqqqq”的内容"]
    qtbot.keyClick(stage.palette.field, Qt.Key.Key_Return)
    assert stage.palette.isVisible()


def test_it_is_drawn_in_both_themes(stage: Stage) -> None:
    stage.palette.open()
    picture = stage.palette.grab().toImage()
    colors = {picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 5)}
    assert len(colors) > 4


@pytest.mark.parametrize("key", ["K", "/", "1", "Shift+K", "", "Nonsense+"])
def test_a_bare_letter_or_sign_is_no_key_for_a_command(key: str) -> None:
    with pytest.raises(ValueError, match="can not be a key"):
        Actions().add(Action("a", "base.close", lambda: None, (key,)))


@pytest.mark.parametrize("key", ["F8", "Esc", "Ctrl+K", "Alt+Left", "Ctrl+Return", "Shift+F6"])
def test_function_keys_and_keys_with_ctrl_or_alt_are_keys_for_commands(key: str) -> None:
    actions = Actions()
    actions.add(Action("a", "base.close", lambda: None, (key,)))
    found = actions.by_key(key)
    assert found is not None
    assert found.id == "a"


@pytest.mark.parametrize(
    ("key", "printed"),
    [("Ctrl+K", "Ctrl+K"), ("Alt+Left", "Alt+←"), ("Ctrl+Return", "Ctrl+Enter"), ("Ctrl++", "Ctrl++"), ("F8", "F8")],
)
def test_a_key_is_printed_as_it_stands_on_the_keyboard(key: str, printed: str) -> None:
    assert key_words(key) == printed


def test_one_key_belongs_to_one_command() -> None:
    actions = Actions()
    actions.add(Action("a", "base.close", lambda: None, ("Ctrl+K",)))
    with pytest.raises(ValueError, match="belongs to a"):
        actions.add(Action("b", "base.close", lambda: None, ("Ctrl+K",)))
    actions.add(Action("a", "kit.reopen", lambda: None, ("Ctrl+K",)))
    assert len(actions) == 1


def test_keys_of_a_window_run_commands_or_say_why_not(stage: Stage, qtbot: QtBot) -> None:
    told: list[Message] = []
    no = Message("bars.no_problem")
    stage.desk.ctx.actions.add(Action("a.off", "base.close", lambda: stage.ran.append("off"), ("F9",), lambda: no))
    stage.desk.ctx.actions.bind(stage.window, told.append)
    qtbot.keyClick(stage.field, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(stage.field, Qt.Key.Key_F9)
    assert (stage.ran, told) == (["a.reopen"], [no])


class Gazetteer:
    """Two places that any text finds."""

    def places(
        self, text: str, done: Callable[[list[NamedPlace]], None], near: tuple[float, float] | None = None
    ) -> None:
        self.near = near
        road = NamedPlace("延安路", "road", 120.16, 30.25, "上城区 · 湖滨街道")
        done([road, NamedPlace("延安路 × 庆春路", "crossing", 120.165, 30.26)])


def test_a_place_that_was_named_in_full_comes_first_and_is_shown_when_chosen(stage: Stage, qtbot: QtBot) -> None:
    shown: list[NamedPlace] = []
    gazetteer = Gazetteer()
    finder = PlaceFinder(stage.desk.ctx, gazetteer, shown.append, lambda: (120.2, 30.3))
    palette = Palette(stage.desk.ctx, stage.window, (finder,))
    palette.open()
    palette.field.setText("延安路")
    assert [(line.title, line.detail) for line in palette.lines][:2] == [
        ("延安路", "道路 · 上城区 · 湖滨街道"),
        ("延安路 × 庆春路", "路口"),
    ]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert [place.words for place in shown] == ["延安路"]
    assert gazetteer.near == (120.2, 30.3)
    assert not palette.isVisible()
