"""What the operator's desk says of screens and machines: of when a picture is, who did what, what holds the wall."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from cockpit.model.clock import SECOND
from cockpit.model.headline import by_words
from cockpit.model.messages import texts
from cockpit.model.wall import Screen
from cockpit.wall.turning import Standing
from tests.walldesk_kit import Operator, operator
from widgets.walldesk.health import chips, facts, picture_age, trouble_words
from widgets.walldesk.ways import first_fitting

zh = texts("zh")


@pytest.fixture
def op(qtbot: QtBot, tmp_path: Path) -> Iterator[Operator]:
    with operator(qtbot, tmp_path) as made:
        yield made


def screen(op: Operator, number: int) -> Screen:
    wall = op.window.commands.edit.hand.wall
    assert wall is not None
    return wall.screens[number - 1]


def wait(op: Operator, seconds: float, but: tuple[str, ...] = ()) -> None:
    """Time passes in which machines report."""
    op.hands.clock.advance(seconds)
    op.walls.report_all(but=but)
    op.window.second()


# -- of when a picture is ----------------------------------------------------------------------------------------------


def test_each_tile_has_the_age_of_its_own_picture_and_the_head_names_the_oldest(op: Operator) -> None:
    wait(op, 76)
    op.walls.picture(5)
    wait(op, 2)
    hand = op.window.commands.edit.hand
    assert zh(picture_age(hand, screen(op, 5))[0]) == "2 秒前"
    age, token = picture_age(hand, screen(op, 1))
    assert (zh(age), token) == ("1 分钟前", "yellow_text")
    assert op.wall.header.age.text() == "最旧画面 1 分钟前 · 6 屏正常"


def test_a_picture_of_an_earlier_run_is_as_old_as_that_not_as_its_arrival(op: Operator) -> None:
    drawn = op.hands.clock.now() - 63 * SECOND
    op.walls.picture(2, of=drawn)
    hand = op.window.commands.edit.hand
    assert zh(picture_age(hand, screen(op, 2))[0]) == "1 分钟前"
    wait(op, 20, but=("a",))
    said = trouble_words(hand, screen(op, 2))
    assert said is not None
    assert said.more == "最后画面 17:41:33"


def test_the_last_picture_is_of_when_it_was_taken_not_of_when_its_machine_was_heard(op: Operator) -> None:
    for _ in range(3):
        wait(op, 10)
    for _ in range(4):
        wait(op, 10, but=("c",))
    said = trouble_words(op.window.commands.edit.hand, screen(op, 6))
    assert said is not None
    assert (said.words, said.more) == ("网络中断 40 秒", "最后画面 17:42:36")


def test_a_screen_without_a_picture_is_counted_and_said(qtbot: QtBot, tmp_path: Path) -> None:
    with operator(qtbot, tmp_path) as op:
        op.walls._thumbs["main"].pop(4)
        op.window.second()
        assert zh(picture_age(op.window.commands.edit.hand, screen(op, 4))[0]) == "没有画面"
        assert "1 屏还没有画面" in op.wall.header.age.text()


# -- what is on a screen -----------------------------------------------------------------------------------------------


def shown(op: Operator, number: int) -> str:
    return dict(facts(op.window.commands.edit.hand, screen(op, number)))["显示"]


def test_a_frozen_screen_is_told_by_what_stands_on_it_and_since_when(op: Operator) -> None:
    op.ctx.walling.tell(screens=(5,))
    op.do("freeze")
    op.key(Qt.Key.Key_F3)
    wait(op, 40)
    assert shown(op, 5) == "定格在 17:42:36 的城市总览"
    assert shown(op, 4) == "防汛"
    hand = op.window.commands.edit.hand
    assert chips(hand, screen(op, 5))[0][0] == "定格 17:42:36 · 城市总览"
    op.ctx.walling.tell(screens=(4, 5))
    op.do("freeze")
    assert chips(hand, screen(op, 5))[0][0] == "定格 17:42:36 · 城市总览"
    assert chips(hand, screen(op, 4))[0][0] == "定格 17:43:16 · 防汛"
    op.do("take_back")
    assert op.shows.stills == ()
    assert shown(op, 5) == "防汛"


def test_a_screen_that_tries_a_draft_is_told_so(op: Operator) -> None:
    op.window.commands.edit.hand.choose_scene("hotline")
    op.ctx.walling.tell(screens=(2,))
    op.do("try")
    assert shown(op, 2) == "试看 热线"
    assert shown(op, 1) == "城市总览"
    assert chips(op.window.commands.edit.hand, screen(op, 2))[0][0] == "试看 · 热线"
    op.do("try")
    place = op.window.commands.edit.placed()[0].place.id
    op.ctx.walling.tell(places=(place,))
    op.do("split_columns")
    op.do("try")
    assert shown(op, 2) == "试看 热线（没有发布的）"


def test_what_a_cut_off_screen_shows_is_not_said_as_if_it_were_known(op: Operator) -> None:
    wait(op, 40, but=("c",))
    op.key(Qt.Key.Key_F3)
    assert shown(op, 6) == "现在不知道 · 最后画面 17:42:36"


# -- an alert that holds the wall --------------------------------------------------------------------------------------

RAIN = Standing("alert/1", 1, "杭州市气象台发布暴雨红色预警信号")


def held(op: Operator, seconds: int) -> None:
    """An alert of level Ⅰ comes to the wall and holds it for so long; 0 until it is released."""
    site = op.walls.board.site
    until = [[replace(trigger, seconds=seconds) for trigger in one.triggers] for one in site.hall.carousels]
    rounds = [replace(one, triggers=tuple(two)) for one, two in zip(site.hall.carousels, until, strict=True)]
    op.walls.board.site = replace(site, hall=replace(site.hall, carousels=tuple(rounds)))
    op.walls.after(1, [])
    op.walls.after(1, [RAIN])
    op.window.second()
    assert op.shows.scene.id == "event"


def state_of(op: Operator) -> str:
    return next(row.state for row in op.scenes.model.lines if row.live)


def test_an_alert_that_holds_the_wall_is_told_with_who_releases_it_and_that_the_carousel_stands(op: Operator) -> None:
    op.do("pause")
    held(op, 0)
    op.walls.after(60)
    op.window.second()
    box = op.scenes.carousel
    assert state_of(op) == "预警占屏，等人放行"
    assert box.trigger.text() == ("“暴雨红色预警”（Ⅰ 级）占着大屏，轮播停着，等人放行：按“继续轮播”，或换一个场景。")
    assert not any(chip.isChecked() for chip in box.chips)
    box.pause.click()
    op.walls.after(1)
    assert op.shows.carousel
    assert op.shows.scene.id != "event"
    assert "轮播中" in state_of(op)
    assert any(chip.isChecked() for chip in box.chips)


def test_an_alert_that_holds_the_wall_for_a_time_says_until_when(op: Operator) -> None:
    op.do("pause")
    held(op, 40)
    op.walls.after(10)
    op.window.second()
    assert state_of(op) == "预警占屏 · 余 30 秒"
    assert "占着大屏到 17:43:18，然后轮播接着走" in op.scenes.carousel.trigger.text()
    op.walls.after(31)
    op.window.second()
    assert "轮播中" in state_of(op)


def test_where_no_carousel_runs_the_button_brings_back_what_was_there_before(op: Operator) -> None:
    before = op.shows.scene.id
    held(op, 0)
    box = op.scenes.carousel
    assert "按“放行”回到“城市总览”" in box.trigger.text()
    assert box.pause.text() == "放行"
    box.pause.click()
    assert op.shows.scene.id == before
    assert op.walls.state is not None
    assert set(op.walls.state.holds) == {"side", "press"}


# -- who did what ------------------------------------------------------------------------------------------------------


def told(op: Operator) -> str:
    op.window.second()
    words: str = op.top._by.text()
    return words


def test_a_change_of_scene_one_of_mode_and_other_acts_are_told_apart(op: Operator) -> None:
    op.key(Qt.Key.Key_F3)
    assert told(op) == "17:42 刘洋 换成“防汛”"
    op.walls.after(60)
    op.do("blank")
    assert told(op) == "17:42 刘洋 换成“防汛” · 17:43 刘洋：黑屏"
    op.walls.after(60)
    op.key(Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert told(op) == "17:44 刘洋 切到“战时”，场景、图层、声音、权限一起变"
    op.walls.after(60)
    op.walls.role = "duty"
    op.key(Qt.Key.Key_F4)
    assert told(op) == "17:45 刘洋 换成“消防”"
    op.do("pause")
    assert told(op) == "17:45 刘洋 换成“城市总览”"
    op.walls.after(120)
    assert told(op) == f"17:47 轮播换到“{op.shows.scene.name['zh']}”"


def test_the_last_change_of_scene_is_of_the_scene_whatever_was_done_since(op: Operator) -> None:
    op.walls.after(10)
    op.key(Qt.Key.Key_F3)
    op.walls.after(60)
    op.do("blank")
    op.do("louder")
    op.walls.report_all()
    said = dict(facts(op.window.commands.edit.hand, screen(op, 1)))["最近"]
    assert said == "17:42:46 换景，用时 118 ms"


def test_a_seat_that_nobody_gave_a_name_is_said_as_a_seat_in_both_languages() -> None:
    assert (by_words("seat-2", zh), by_words("seat-2", texts("en"))) == ("席位 2", "seat 2")


# -- how frames did ----------------------------------------------------------------------------------------------------


def test_slow_frames_and_the_longest_one_are_of_the_same_ten_minutes(op: Operator) -> None:
    op.walls.report("a", longest=689.2)
    op.walls.tell()
    assert op.screen._frames_foot.text() == "慢帧 2 次 · 最长 689.2 ms"


# -- how machines and screens do ---------------------------------------------------------------------------------------


def test_a_screen_with_any_trouble_is_not_counted_as_well(op: Operator) -> None:
    op.key(Qt.Key.Key_F3)
    op.hands.clock.advance(30)
    for machine in "abc":
        op.walls.report(machine, behind=1)
    op.walls.tell()
    op.window.second()
    assert "0 屏正常 · 6 屏有问题" in op.wall.header.age.text()
    assert ("0 / 6", "yellow_text") in op.strip.machines.parts
    wait(op, 8, but=("c",))
    op.hands.clock.advance(8)
    wait(op, 0, but=("c",))
    assert "4 屏正常 · 2 屏中断" in op.wall.header.age.text()
    assert ("4 / 6", "orange_text") in op.strip.machines.parts


def test_what_a_machine_that_is_cut_off_measured_is_not_told_as_of_now(op: Operator) -> None:
    wait(op, 40, but=("c",))
    said = dict(facts(op.window.commands.edit.hand, screen(op, 6)))
    assert (said["时钟差"], said["已运行"]) == ("无", "最后联系 17:42:36")
    assert op.screen._frames_foot.text() != ""
    op.ctx.walling.tell(screens=(6,))
    assert op.screen._frames_foot.text() == ""


def test_one_machine_alone_is_not_compared_with_the_others(qtbot: QtBot, tmp_path: Path) -> None:
    with operator(qtbot, tmp_path, "one") as op:
        said = dict(facts(op.window.commands.edit.hand, screen(op, 1)))
        assert said["版本"] == "0.6.2"


def test_machines_that_answer_are_online_in_both_languages() -> None:
    assert (zh("walldesk.online"), texts("en")("walldesk.online")) == ("在线", "online")


def test_what_the_dashed_line_of_frames_is_stands_where_no_curve_passes(op: Operator) -> None:
    assert "虚线 16.7 是 60 帧" in op.screen._frames_title.text()


# -- in little room ----------------------------------------------------------------------------------------------------


def said_in(op: Operator, id: str, room: float) -> str:
    """What a row of the list of scenes says under its name in so many px."""
    row = next(row for row in op.scenes.model.lines if row.id == id)
    return first_fitting((row.state, *row.shorter), QFontMetricsF(op.ctx.theme.font("small")), room)


def test_in_a_narrow_list_the_seconds_of_the_carousel_and_of_an_alert_are_what_stays(
    qtbot: QtBot, tmp_path: Path
) -> None:
    with operator(qtbot, tmp_path, lang="en") as op:
        op.do("pause")
        op.walls.after(10)
        op.window.second()
        scene = op.shows.scene.id
        assert said_in(op, scene, 400) == "In the carousel · 50 s left"
        assert said_in(op, scene, 110) == "Carousel · 50 s"
        assert said_in(op, "flood", 60) == "8 panels"
        held(op, 40)
        assert said_in(op, "event", 110) == "Alert · 40 s"
        assert said_in(op, "visit", 110) == "No personal data"


def test_the_line_of_trouble_is_read_whole_in_a_narrow_window(qtbot: QtBot, tmp_path: Path) -> None:
    with operator(qtbot, tmp_path, size=(1366, 768), lang="en") as op:
        for _ in range(3):
            wait(op, 10, but=("a", "b", "c"))
        qtbot.wait(50)
        op.window.second()
        words = op.screen._trouble.words
        assert "…" not in words.text()
        assert words.text().startswith("Cut off for 30 s")
        assert "5 more" in words.text()
        qtbot.waitUntil(lambda: words.width() >= words.sizeHint().width(), timeout=5000)


@pytest.mark.parametrize("hall", ["", "one"])
def test_who_brought_a_scene_is_said_whole_or_not_at_all(qtbot: QtBot, tmp_path: Path, hall: str) -> None:
    with operator(qtbot, tmp_path, hall, (1366, 768), "en") as op:
        op.window.commands.edit.hand.show("flood")
        op.walls.after(60)
        op.do("blank")
        qtbot.wait(50)
        said = told(op)
        assert said == ('17:42 刘洋 brought "Flood" · 17:43 刘洋: blank' if hall else "")
        qtbot.waitUntil(lambda: op.top._by.width() >= op.top._by.fontMetrics().horizontalAdvance(said), timeout=5000)
