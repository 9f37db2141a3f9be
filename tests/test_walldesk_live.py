"""The operator's desk: what it says of the living wall, and that every hand at it reaches the wall."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.messages import Message, texts
from cockpit.model.wall_shipped import shipped_scenes
from layouts.panels import Panels
from tests.panel_desk import desk
from tests.walldesk_kit import PATIENCE_MS, Operator, operator
from widgets.walldesk.dragged import carried
from widgets.walldesk.frames import FrameHistory
from widgets.walldesk.health import facts, health_words, trouble_words
from widgets.walldesk.joining import JoinDialog

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def op(qtbot: QtBot, tmp_path: Path) -> Iterator[Operator]:
    with operator(qtbot, tmp_path) as made:
        yield made


def of_key(key: str) -> str:
    return next(scene.id for scene in shipped_scenes() if scene.key == key)


# -- scenes ------------------------------------------------------------------------------------------------------------


def test_a_function_key_brings_its_scene_to_the_wall(op: Operator) -> None:
    op.key(Qt.Key.Key_F3)
    assert op.shows.scene.id == of_key("F3")
    assert [row.id for row in op.scenes.model.lines if row.live] == [of_key("F3")]


def test_walking_the_list_only_looks_and_enter_brings_the_scene_to_the_wall(op: Operator) -> None:
    before = op.shows.scene.id
    view = op.scenes.view
    view.setFocus()
    op.key(Qt.Key.Key_Down, at=view)
    looked = op.window.commands.edit.hand.looked
    assert looked != before
    assert op.shows.scene.id == before
    op.key(Qt.Key.Key_Return, at=view)
    assert op.shows.scene.id == looked


def test_a_slash_goes_to_the_search_and_pinyin_finds_a_scene(op: Operator) -> None:
    op.scenes.view.setFocus()
    op.qtbot.keyClicks(op.window, "/")
    assert op.window.focusWidget() is op.scenes.field
    op.qtbot.keyClicks(op.scenes.field, "fangxun")
    assert [row.id for row in op.scenes.model.lines] == ["flood"]
    op.key(Qt.Key.Key_Return, at=op.scenes.field)
    assert op.shows.scene.id == "flood"
    assert len(op.scenes.model.lines) == len(shipped_scenes())


def test_the_carousel_is_started_stopped_and_turned_by_keys(op: Operator) -> None:
    op.do("pause")
    assert op.shows.carousel
    first = op.shows.scene.id
    assert any("余" in row.state for row in op.scenes.model.lines if row.live)
    op.do("next")
    assert op.shows.scene.id != first
    op.do("pause")
    assert op.shows.paused
    op.do("pause")
    assert not op.shows.paused


def test_a_mode_key_changes_the_mode_and_the_switch_follows(op: Operator) -> None:
    modes = [mode.id for mode in op.walls.board.site.hall.modes]
    op.key(Qt.Key.Key_2, CTRL)
    assert op.shows.mode == modes[1]
    assert op.top.modes is not None
    assert op.top.modes._buttons[modes[1]].isChecked()


def test_what_the_hub_refuses_is_said_in_one_sentence_and_changes_nothing(op: Operator) -> None:
    before = op.shows.scene.id
    op.walls.role = "nobody"
    op.key(Qt.Key.Key_F4)
    assert op.shows.scene.id == before
    assert len(op.said()) == 1


def test_an_act_while_the_hub_is_away_says_so(op: Operator) -> None:
    op.walls.away = True
    op.key(Qt.Key.Key_F4)
    assert op.said() == [texts("zh")("seat.hub_silent")]


# -- screens -----------------------------------------------------------------------------------------------------------


def test_arrows_choose_screens_and_with_shift_more_of_them(op: Operator) -> None:
    tiles = op.wall.tiles
    tiles.setFocus()
    op.key(Qt.Key.Key_Right, at=tiles)
    assert op.ctx.walling.screens == (2,)
    op.key(Qt.Key.Key_Down, SHIFT, at=tiles)
    assert set(op.ctx.walling.screens) == {2, 5}


@pytest.mark.parametrize(("command", "field"), [("blank", "blank"), ("freeze", "frozen"), ("identify", "identify")])
def test_blank_freeze_and_identify_are_for_the_chosen_screens_and_end_by_the_same_key(
    op: Operator, command: str, field: str
) -> None:
    op.ctx.walling.tell(screens=(2, 5))
    op.do(command)
    assert getattr(op.shows, field) == (2, 5)
    assert op.screen.acts[command].isChecked()
    op.do(command)
    assert getattr(op.shows, field) == ()


def test_one_more_screen_is_blanked_with_those_that_are(op: Operator) -> None:
    op.ctx.walling.tell(screens=(2,))
    op.do("blank")
    op.ctx.walling.tell(screens=(2, 3))
    op.do("blank")
    assert op.shows.blank == (2, 3)


def test_taking_back_ends_all_that_was_done_to_a_screen_by_hand(op: Operator) -> None:
    op.ctx.walling.tell(screens=(4,), panel="wallcurve")
    op.do("blank")
    op.do("cast")
    assert [(cast.screen, cast.panel) for cast in op.shows.casts] == [(4, "wallcurve")]
    op.do("take_back")
    assert (op.shows.casts, op.shows.blank) == ((), ())


def test_restart_is_asked_for_the_chosen_screens_only(op: Operator) -> None:
    op.ctx.walling.tell(screens=(6,))
    op.do("restart")
    assert [(act.what, act.screens) for act in op.walls.acts] == [("restart", (6,))]


def test_a_panel_of_the_catalogue_dropped_on_a_screen_is_cast_there(op: Operator) -> None:
    at = op.wall.tiles.tiles()[3].center()
    op.drop(op.wall.tiles, carried("wallrank"), at)
    assert [(cast.screen, cast.panel) for cast in op.shows.casts] == [(3, "wallrank")]


def test_a_click_chooses_the_screen_under_it(op: Operator) -> None:
    tiles = op.wall.tiles
    op.qtbot.mouseClick(tiles, Qt.MouseButton.LeftButton, pos=tiles.tiles()[4].center().toPoint())
    assert op.ctx.walling.screens == (4,)


@pytest.mark.parametrize("hall", ["one", "2x2", "3x6", "1x12", "ribbon"])
def test_the_screens_of_every_preset_lie_apart_within_the_desk(qtbot: QtBot, tmp_path: Path, hall: str) -> None:
    with operator(qtbot, tmp_path, hall, (1366, 768)) as op:
        tiles = op.wall.tiles
        rects = list(tiles.tiles().values())
        assert all(QRectF(tiles.rect()).contains(rect) for rect in rects)
        assert not any(one.intersects(two) for one, two in combinations(rects, 2))
        assert op.window.grab().toImage().allGray() is False


# -- how it does -------------------------------------------------------------------------------------------------------


def test_a_machine_that_is_cut_off_is_said_with_how_long_and_the_time_of_its_last_picture(op: Operator) -> None:
    for _ in range(4):
        op.hands.clock.advance(10)
        op.walls.report_all(but=("c",))
    hand = op.window.commands.edit.hand
    wall = hand.wall
    assert wall is not None
    sixth = wall.screens[5]
    said = trouble_words(hand, sixth)
    assert said is not None
    assert said.words == "网络中断 40 秒"
    assert "17:42:36" in said.more
    op.window.second()
    assert op.screen._trouble.screen == 5
    assert any(part[0] == "4 / 6" for part in op.strip.machines.parts)
    assert trouble_words(hand, wall.screens[0]) is None


def test_an_unplugged_screen_is_trouble_though_its_machine_is_well(op: Operator) -> None:
    op.walls.report("b", unplugged=(4,))
    op.walls.tell()
    hand = op.window.commands.edit.hand
    wall = hand.wall
    assert wall is not None
    found = [screen.id for screen in wall.screens if trouble_words(hand, screen) is not None]
    assert found == [4]


def test_a_wall_whose_screens_are_all_well_says_so(op: Operator) -> None:
    op.window.second()
    assert op.screen._trouble.words.text() == texts("zh")("walldesk.all_well")


def test_values_of_a_machine_that_is_cut_off_are_not_shown_as_if_they_were_of_now(op: Operator) -> None:
    hand = op.window.commands.edit.hand
    wall = hand.wall
    assert wall is not None
    assert len(health_words(hand, wall.screens[0])) == 4
    op.hands.clock.advance(60)
    op.walls.tell()
    words = [" ".join(part[:3]) for part in health_words(hand, wall.screens[0])]
    assert not any("ms" in word for word in words)
    assert [word.strip() for word in words] == ["最后联系 17:42:36"]


def test_the_facts_of_a_screen_tell_its_scene_machine_version_clock_and_last_change(op: Operator) -> None:
    hand = op.window.commands.edit.hand
    wall = hand.wall
    assert wall is not None
    op.key(Qt.Key.Key_F3)
    told = dict(facts(hand, wall.screens[0]))
    assert told["显示"] == "防汛"
    assert "1920 × 1080" in told["墙机"]
    assert told["已运行"] == "41 天"
    assert "118 ms" in told["最近"]


def test_frame_times_of_ten_minutes_are_kept_each_report_once(op: Operator) -> None:
    history = FrameHistory()
    for _ in range(400):
        op.hands.clock.advance(2)
        op.walls.report_all()
        state = op.walls.state
        assert state is not None
        history.note(state)
        history.note(state)
    kept = history.of("a", 1)
    assert 295 <= len(kept) <= 301
    assert kept[-1][0] - kept[0][0] <= 600_000_000


def test_pictures_have_their_age_in_the_title_line(op: Operator) -> None:
    op.hands.clock.advance(4)
    op.walls.report_all()
    op.window.second()
    assert "4 秒前" in op.wall.header.age.text()
    assert "6 屏正常" in op.wall.header.age.text()


def test_a_desk_that_knows_of_no_wall_says_what_it_waits_for(qtbot: QtBot, tmp_path: Path) -> None:
    with operator(qtbot, tmp_path) as op:
        op.walls._state = None
        op.walls._say("state")
        op.window.second()
        assert op.wall.state is not None
        op.do("blank")
        assert op.said() == [texts("zh")("walldesk.no_wall")]


# -- sound, light, another look ----------------------------------------------------------------------------------------


def test_sound_and_light_of_the_wall_go_by_keys_and_stop_at_their_ends(op: Operator) -> None:
    op.do("louder")
    assert op.shows.volume == 65
    op.do("mute")
    assert op.shows.muted
    for _ in range(12):
        op.do("darker")
    assert op.shows.brightness == pytest.approx(0.1)
    op.do("lighter")
    assert op.shows.brightness == pytest.approx(0.2)


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_slider_of_the_strip_sets_the_volume(op: Operator) -> None:
    op.strip.show_sound()
    assert op.strip.slide is not None
    op.strip.slide.slider.setValue(30)
    assert op.shows.volume == 30
    op.strip.slide.close()


def test_another_wall_of_the_hall_is_looked_at_and_acted_on(op: Operator) -> None:
    op.top.walls["side"].click()
    op.key(Qt.Key.Key_F2)
    assert op.walls.board.shows["side"].scene.id == of_key("F2")
    assert op.shows.scene.id != of_key("F2")
    assert op.ctx.walling.screens == ()


def test_theme_and_language_change_while_it_is_open(op: Operator) -> None:
    dark = op.window.grab().toImage().pixelColor(4, 300)
    op.wear("light")
    assert op.window.grab().toImage().pixelColor(4, 300) != dark
    op.ctx.t = texts("en")
    op.window.retranslate()
    assert op.scenes.header.title.text() == "Scenes"
    assert op.top.publish.text() == "Publish"


def test_every_act_of_a_button_has_a_key(op: Operator) -> None:
    buttons = {"blank", "freeze", "identify", "restart", "take_back", "split_columns", "split_rows", "merge", "undo"}
    buttons |= {"redo", "versions", "try", "publish", "new", "put", "cast", "pause", "next", "edit", "copy", "describe"}
    without = [name for name in sorted(buttons) if not op.ctx.actions.get(f"walldesk.{name}").keys]  # type: ignore[union-attr]
    assert without == []


def test_the_preview_is_the_real_panel_drawn(op: Operator) -> None:
    op.catalogue.grid.setFocus()
    op.ctx.walling.tell(panel="wallclock")
    preview = op.catalogue.preview
    op.qtbot.waitUntil(lambda: preview.drawn > 0, timeout=60_000)
    assert preview.problem is None
    picture = preview.grab().toImage()
    assert len({picture.pixelColor(x, picture.height() // 2).name() for x in range(0, picture.width(), 3)}) > 2


def test_a_panel_that_can_not_be_made_says_so_in_the_preview_only(op: Operator) -> None:
    class Broken:
        def __init__(self, *_: object, **__: object) -> None:
            raise RuntimeError("third party")

    told: list[str] = []
    op.ctx.report = lambda error, panel: told.append(panel) or "1"  # type: ignore[func-returns-value]
    op.ctx.walling.panels = {**op.ctx.walling.panels, "theirs": Broken}
    op.ctx.walling.tell(panel="theirs")
    assert op.catalogue.preview.problem is not None
    assert told == ["theirs"]
    assert not op.catalogue.failed


def test_arrows_walk_the_catalogue_and_a_group_shows_its_panels_only(op: Operator) -> None:
    grid = op.catalogue.grid
    op.catalogue.groups["map"].click()
    assert [kind.panel for kind in grid.kinds] == ["wallmap"]
    op.catalogue.groups["all"].click()
    op.ctx.walling.tell(panel=grid.kinds[0].panel)
    op.key(Qt.Key.Key_Down, at=grid)
    assert op.ctx.walling.panel == grid.kinds[grid.columns].panel


def test_a_desk_without_a_hub_of_walls_opens_all_the_same(qtbot: QtBot) -> None:
    from cockpit.ui.walldesk import WallDesk

    hands = desk()
    window = WallDesk(hands.ctx, lambda name: None, lambda lang: None, lambda: None)
    window.show()
    window.begin()
    assert window.engine.panel("deskwall").state is not None  # type: ignore[union-attr]
    window.close()
    window.deleteLater()


def test_a_point_between_screens_is_no_screen(op: Operator) -> None:
    tiles = op.wall.tiles
    assert tiles.screen_at(QPointF(1, 1)) == 0


# -- who comes to the wall ---------------------------------------------------------------------------------------------


def joining(op: Operator, command: str) -> JoinDialog:
    op.do(command)
    dialog = op.window.commands.dialog
    assert isinstance(dialog, JoinDialog)
    return dialog


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_remote_is_paired_by_a_code_listed_and_sent_away(op: Operator) -> None:
    dialog = joining(op, "remote")
    dialog.role.chosen.emit("operator")
    dialog.codes.click()
    assert dialog.code.text() == "K7QM-0001"
    assert dialog.qr.text.endswith("K7QM-0001")
    assert "操作员" in dialog.known.item(0).text()
    dialog.known.setCurrentRow(0)
    dialog.away.click()
    assert dialog.known.count() == 0


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_before_there_is_a_code_no_white_square_is_shown_and_an_empty_list_says_so(op: Operator) -> None:
    dialog = joining(op, "remote")
    assert not dialog.qr.isVisible()
    assert dialog.nobody.text() == texts("zh")("walldesk.no_remotes")
    dialog.codes.click()
    assert dialog.qr.isVisible()
    assert dialog.nobody.text() == ""
    dialog.turn("machines")
    assert not dialog.qr.isVisible()


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_code_that_is_over_is_no_longer_shown(op: Operator) -> None:
    dialog = joining(op, "remote")
    dialog.codes.click()
    op.hands.clock.advance(601)
    dialog._tick()
    assert (dialog.code.text(), dialog.qr.text) == ("", "")
    assert dialog.says.text() == texts("zh")("walldesk.code_over")


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_machine_is_told_the_command_that_lets_it_join_and_can_be_taken_out(op: Operator) -> None:
    dialog = joining(op, "machine")
    dialog.codes.click()
    assert dialog.code.text() == "cockpit wall join 10.0.0.8 8K2M-QX7P-4T9D"
    dialog.known.setCurrentRow(2)
    dialog.away.click()
    assert op.walls.joined == ["a", "b"]


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_machine_that_never_comes_back_is_forgotten_after_it_was_asked_once_more_and_one_that_is_there_not(
    op: Operator,
) -> None:
    dialog = joining(op, "machine")
    lines = [dialog.known.item(n).text() for n in range(dialog.known.count())]
    assert [line.split(" · ")[0] for line in lines] == ["a", "b", "c", "left", "old"]
    assert "不在线，最后报告" in lines[3]
    assert "没有密钥" in lines[4]
    assert not dialog.forget.isEnabled()
    dialog.known.setCurrentRow(0)
    dialog.forget.click()
    assert dialog.asking is None
    assert "还在线" in dialog.problem.text()
    dialog.known.setCurrentRow(4)
    assert (dialog.away.isEnabled(), dialog.forget.isEnabled()) == (False, True)
    dialog.known.setFocus()
    op.qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog and dialog.known.hasFocus(), timeout=PATIENCE_MS)
    op.key(Qt.Key.Key_Delete, at=dialog.known)
    assert dialog.asking is not None
    assert op.walls.gone == ["left", "old"], "it is asked first"
    dialog.asking.reject()
    dialog.known.setCurrentRow(3)
    dialog.forget.click()
    op.walls.joined.append("left")
    dialog.asking.forget()
    assert "还在线" in dialog.asking.problem.text(), "it came back meanwhile"
    op.walls.joined.remove("left")
    op.qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog.asking, timeout=PATIENCE_MS)
    op.key(Qt.Key.Key_Return, CTRL, at=dialog.asking)
    assert op.walls.gone == ["old"]
    assert dialog.known.count() == 4
    dialog.turn("remotes")
    assert dialog.forget.isHidden()


def test_no_two_commands_that_are_listed_are_called_the_same_in_either_language(op: Operator) -> None:
    for lang in ("zh", "en"):
        t = texts(lang)
        told = [t(action.title) for action in op.ctx.actions if action.shown]
        assert len(set(told)) == len(told)
        assert not [action.title for action in op.ctx.actions if action.title not in t.ids()]


def test_a_long_wall_is_drawn_in_lines_and_arrows_go_by_what_is_drawn(qtbot: QtBot, tmp_path: Path) -> None:
    with operator(qtbot, tmp_path, "1x12") as op:
        tiles = op.wall.tiles
        tops = [rect.top() for rect in tiles.tiles().values()]
        assert len(set(tops)) > 1
        each = tops.count(tops[0])
        tiles.setFocus()
        op.key(Qt.Key.Key_Down, at=tiles)
        assert op.ctx.walling.screens == (1 + each,)


def test_a_desk_whose_hub_answers_late_has_its_keyboard_and_preview_then(qtbot: QtBot, tmp_path: Path) -> None:
    with operator(qtbot, tmp_path) as op:
        told, op.walls._state = op.walls._state, None
        op.walls._say("state")
        op.ctx.walling.tell(panel="wallclock")
        assert op.catalogue.preview.drawn == 0
        assert op.catalogue.preview.words() == Message("walldesk.waiting")
        op.walls._state = told
        op.walls._say("state")
        assert op.catalogue.preview.drawn > 0
        assert op.window.focusWidget() is op.scenes.view


def test_at_night_the_strip_says_how_bright_screens_are_and_that_it_is_by_itself(op: Operator) -> None:
    assert op.strip.light.parts[0][0] == texts("zh")("walldesk.light")
    op.hands.clock.advance(6 * 3600)
    op.walls.tell()
    op.window.second()
    assert [part[0] for part in op.strip.light.parts] == [texts("zh")("walldesk.night"), "90%"]
    for _ in range(8):
        op.do("darker")
    op.window.second()
    assert [part[0] for part in op.strip.light.parts] == [texts("zh")("walldesk.light"), "20%"]


def test_a_third_partys_panel_stands_in_the_catalogue_under_its_own_name(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Theirs(QLabel):
        def __init__(self, ctx: object, parent: QWidget | None = None, *, words: str = "theirs") -> None:
            super().__init__(words, parent)

    monkeypatch.setattr(Panels, "_theirs", {"acme-tides": lambda: Theirs}, raising=False)
    with operator(qtbot, tmp_path) as op:
        op.catalogue.groups["other"].click()
        assert [kind.panel for kind in op.catalogue.grid.kinds] == ["acme-tides"]
        op.ctx.walling.tell(panel="acme-tides")
        assert op.catalogue.preview.drawn > 0
        op.ctx.walling.tell(editing=True, places=("events",))
        op.do("put")
        assert "words" in op.screen.form.fields
