"""The feed board: 115 systems and 800 interfaces at a glance, those in trouble first, and what is known of each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from benchmarks.make_feeds import FAULTS, answer_of, fault_of, feeds_toml, make_systems
from cockpit.feeds.checks import check
from cockpit.feeds.finding import make_format
from cockpit.feeds.formats.base import Context
from cockpit.feeds.items import Refused, Rows
from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.messages import Message, texts
from cockpit.model.ports import Refusal, Sample, Tried
from cockpit.picture import Picture
from tests.living_fleet import fleet_rows, fleet_systems, put_fleet
from tests.living_picture import NOW, put
from tests.panel_desk import Desk, desk
from widgets.bars.strip import Strip
from widgets.feeds.cells import PITCH, height, lay_out
from widgets.feeds.fleet import Asked, Finder, fleet
from widgets.feeds.marks import mark_image
from widgets.feeds.page import FeedThing
from widgets.feeds.panel import FeedsPanel
from widgets.kit.feedstate import Health, feed_states, topic_age
from widgets.lists.event import EventPage

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

DEAD, ILL, STALE, WAITS = "sys004-01", "sys033-02", "sys019-01", "sys060-01"
SYSTEMS = make_systems()
KNOWN = fleet_systems(SYSTEMS)
BY_ID = {one.id: one for one in KNOWN.systems}


@pytest.fixture
def at(qapp: QApplication) -> Desk:
    made = desk(picture=Picture())
    made.ctx.pack = msgspec.structs.replace(made.ctx.pack, feeds=())
    put_fleet(made.picture)
    return made


@pytest.fixture
def board(at: Desk, qtbot: QtBot) -> Iterator[FeedsPanel]:
    panel = FeedsPanel(at.ctx)
    qtbot.addWidget(panel)
    panel.resize(1044, 972)
    panel.show()
    panel.age_tick()
    at.ports.all_systems.answer(KNOWN)
    yield panel
    panel.close()


def say(at: Desk, feed: str, **columns: object) -> None:
    """The hub says something else of a feed."""
    row = next(row for row in fleet_rows(SYSTEMS) if row["feed"] == feed)
    put(at.picture, "feed", [{**row, **columns}])


def second(at: Desk, panel: FeedsPanel | EventPage | Strip) -> None:
    at.clock.advance(1)
    panel.age_tick()
    QApplication.processEvents()


def order(panel: FeedsPanel) -> list[str]:
    return [group.id for group in panel.view.groups]


def press(qtbot: QtBot, panel: FeedsPanel, key: Qt.Key) -> str:
    qtbot.keyClick(panel.view, key)
    return panel.ctx.selection.key


# -- what is seen ------------------------------------------------------------------------------------------------------


def test_a_city_of_800_interfaces_is_one_panel_without_scrolling(board: FeedsPanel) -> None:
    assert len(board.view.groups) == 115
    assert sum(len(group.feeds) for group in board.view.groups) == 800
    assert board.view.verticalScrollBar().maximum() == 0
    assert board.header.facts.text() == "115 个系统 · 800 个接口 · 正常 795 · 待首条 1 · 异常 1 · 停更 1 · 中断 2"


def test_what_is_in_trouble_stands_first_the_worst_before_the_others(board: FeedsPanel) -> None:
    assert order(board)[:4] == ["sys004", "sys019", "sys033", "sys060"]
    assert [group.worst for group in board.view.groups[:5]] == [*Health]


def test_every_state_is_told_by_a_shape_of_its_own_and_not_by_colour_alone(at: Desk) -> None:
    shapes = {bytes(shape(mark_image(health, at.ctx.theme, 1.0))) for health in Health}
    assert len(shapes) == len(Health)


def shape(image: QImage) -> list[int]:
    """Where a mark covers its ground, whatever its colour."""
    return [QColor(image.pixelColor(x, y)).alpha() > 96 for y in range(image.height()) for x in range(image.width())]


@pytest.mark.parametrize(
    ("columns", "health"),
    [
        ({"received": NOW - 2 * SECOND}, Health.LIVE),
        ({"received": 0}, Health.WAITING),
        ({"received": 0, "rate": 0.0, "problem": "feeds.refused_connection", "retry": NOW + SECOND}, Health.DEAD),
        ({"received": 0, "problem": "feeds.all_refused"}, Health.AILING),
        ({"received": NOW - 900 * MINUTE, "rate": 0.0, "problem": "feeds.all_refused"}, Health.DEAD),
        ({"problem": "feeds.all_refused"}, Health.AILING),
        ({"expected": 10.0, "rate": 4.0}, Health.AILING),
        ({"expected": 10.0, "rate": 6.0}, Health.LIVE),
        ({"expected": 0.1, "rate": 0.0}, Health.LIVE),
        ({"skew": -2 * MINUTE}, Health.AILING),
        ({"beat": 10 * SECOND, "received": NOW - 31 * SECOND}, Health.STALE),
        ({"beat": 10 * SECOND, "received": NOW - 201 * SECOND}, Health.DEAD),
    ],
)
def test_how_a_feed_is_follows_from_what_the_hub_says_of_it(
    at: Desk, columns: dict[str, object], health: Health
) -> None:
    say(at, "sys001-01", **columns)
    assert next(state for state in feed_states(at.ctx) if state.id == "sys001-01").health is health


def test_the_board_says_what_it_shows_where_there_is_nothing_and_where_nothing_fits(
    at: Desk, board: FeedsPanel, qtbot: QtBot
) -> None:
    board.bar.ask(Asked(text="没有这样的系统"))
    assert "没有符合条件的数据源" in said(board)
    button = next(one for one in board.findChildren(QPushButton) if one.text() == "清除条件" and one.isVisible())
    button.click()
    assert len(board.view.groups) == 115
    empty = desk(picture=Picture())
    empty.ctx.pack = msgspec.structs.replace(empty.ctx.pack, feeds=())
    other = FeedsPanel(empty.ctx)
    qtbot.addWidget(other)
    other.age_tick()
    assert "没有数据源" in said(other)
    other.close()


def said(panel: FeedsPanel) -> str:
    from PySide6.QtWidgets import QLabel

    return "\n".join(label.text() for label in panel.findChildren(QLabel))


# -- what is asked -----------------------------------------------------------------------------------------------------


WATER_VIDEO = next(one for one in SYSTEMS if one.zh == "水务局视频平台")


@pytest.mark.parametrize("words", ["水务局视频", "swjsp", "shuiwujushipin", WATER_VIDEO.id])
def test_a_system_is_found_as_written_in_pinyin_by_initials_and_by_id(words: str, at: Desk) -> None:
    found = fleet(feed_states(at.ctx), BY_ID, Asked(text=words), Finder())
    assert [group.id for group in found.groups] == [WATER_VIDEO.id]
    assert len(found.groups[0].feeds) == len(WATER_VIDEO.interfaces), "with all its interfaces"


def test_words_that_name_an_interface_show_it_alone(at: Desk) -> None:
    found = fleet(feed_states(at.ctx), BY_ID, Asked(text="sys004-02"), Finder())
    assert [feed.id for group in found.groups for feed in group.feeds] == ["sys004-02"]


def test_chips_owner_and_classification_narrow_it_together(board: FeedsPanel, qtbot: QtBot) -> None:
    qtbot.mouseClick(board.bar.chips[Health.DEAD], Qt.MouseButton.LeftButton)
    assert [feed.id for group in board.view.groups for feed in group.feeds] == ["sys004-01", "sys004-02"]
    assert board.bar.chips[Health.LIVE].count == 795, "a chip counts what it would show"
    qtbot.mouseClick(board.bar.chips[Health.DEAD], Qt.MouseButton.LeftButton)
    board.bar.ask(Asked(owner="水务局"))
    assert {group.owner["zh"] for group in board.view.groups} == {"水务局"}
    board.bar.ask(Asked(owner="水务局", classification="sensitive"))
    assert {group.classification for group in board.view.groups} == {"sensitive"}


def test_one_command_shows_only_what_is_in_trouble(board: FeedsPanel) -> None:
    assert board.ctx.actions.trigger("feeds.trouble") is None
    assert [feed.id for group in board.view.groups for feed in group.feeds] == [DEAD, "sys004-02", STALE, ILL]


# -- nothing moves under the hand --------------------------------------------------------------------------------------


def test_nothing_is_sorted_anew_while_the_keyboard_is_in_it_and_a_button_says_so(
    at: Desk, board: FeedsPanel, qtbot: QtBot
) -> None:
    board.view.setFocus()
    qtbot.waitUntil(board.view.hasFocus)
    before = order(board)
    say(at, "sys100-01", received=NOW - 900 * MINUTE)
    second(at, board)
    assert order(board) == before
    shown = next(group for group in board.view.groups if group.id == "sys100")
    assert shown.worst is Health.DEAD, "where it stands it says so at once"
    assert board.bar.again.isVisible()
    board.bar.again.click()
    assert order(board)[:2] == ["sys004", "sys100"]
    assert not board.bar.again.isVisible()


def test_it_sorts_itself_once_nobody_is_at_it(at: Desk, board: FeedsPanel, qtbot: QtBot) -> None:
    board.view.setFocus()
    qtbot.waitUntil(board.view.hasFocus)
    say(at, "sys100-01", received=NOW - 900 * MINUTE)
    second(at, board)
    assert order(board)[1] != "sys100"
    board.bar.find.setFocus()
    qtbot.waitUntil(lambda: order(board)[1] == "sys100")


# -- keyboard and mouse ------------------------------------------------------------------------------------------------


def test_the_arrows_walk_marks_and_cells(board: FeedsPanel, qtbot: QtBot) -> None:
    board.view.setFocus()
    assert press(qtbot, board, Qt.Key.Key_Home) == DEAD
    assert press(qtbot, board, Qt.Key.Key_Right) == "sys004-02"
    for _ in range(4):
        press(qtbot, board, Qt.Key.Key_Right)
    assert press(qtbot, board, Qt.Key.Key_Right) == STALE, "behind the last mark the next cell begins"
    assert press(qtbot, board, Qt.Key.Key_Left).startswith("sys004")
    press(qtbot, board, Qt.Key.Key_Home)
    below = press(qtbot, board, Qt.Key.Key_Down)
    first, cell = board.view.cell_of(DEAD), board.view.cell_of(below)
    assert (cell.x(), cell.y() > first.y()) == (first.x(), True)
    assert press(qtbot, board, Qt.Key.Key_Up) == DEAD
    assert press(qtbot, board, Qt.Key.Key_End).startswith(order(board)[-1])


def test_letters_typed_on_the_board_begin_a_search_and_enter_leads_back(board: FeedsPanel, qtbot: QtBot) -> None:
    board.view.setFocus()
    qtbot.keyClicks(board.view, "s")
    assert board.bar.find.hasFocus()
    qtbot.keyClicks(board.bar.find, "wjsp")
    qtbot.waitUntil(lambda: order(board) == [WATER_VIDEO.id])
    qtbot.keyClick(board.bar.find, Qt.Key.Key_Return)
    assert board.view.hasFocus()
    assert press(qtbot, board, Qt.Key.Key_Home).startswith(WATER_VIDEO.id)


def test_in_a_large_system_down_goes_to_its_next_line_of_marks(board: FeedsPanel, qtbot: QtBot) -> None:
    group = max(board.view.groups, key=lambda one: len(one.feeds))
    board.ctx.selection.select("feed", group.feeds[0].id)
    below = press(qtbot, board, Qt.Key.Key_Down)
    assert below in {feed.id for feed in group.feeds}
    assert board.view.mark_of(below).y() - board.view.mark_of(group.feeds[0].id).y() == PITCH


def test_a_click_selects_the_interface_under_it_and_beside_the_marks_the_worst(board: FeedsPanel, qtbot: QtBot) -> None:
    viewport = board.view.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=board.view.mark_of("sys004-03"))
    assert board.ctx.selection.item == ("feed", "sys004-03")
    name = board.view.cell_of(ILL).topLeft() + QPoint(20, 8)
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=name)
    assert board.ctx.selection.item == ("feed", ILL)


def test_what_is_selected_elsewhere_comes_into_sight(board: FeedsPanel) -> None:
    board.resize(500, 400)
    QApplication.processEvents()
    last = board.view.groups[-1].feeds[0].id
    board.ctx.selection.select("feed", last)
    assert board.view.viewport().rect().contains(board.view.cell_of(last))


def test_retry_reaches_the_hub_by_the_palette_and_not_without_a_selection(at: Desk, board: FeedsPanel) -> None:
    assert at.ctx.actions.trigger("feeds.retry") == Message("feedboard.none_selected")
    at.ctx.selection.select("feed", DEAD)
    assert at.ctx.actions.trigger("feeds.retry") is None
    assert at.ports.retried == [DEAD]
    at.ports.looks_back = True
    board.retry()
    board.retry_all()
    assert at.ports.retried == [DEAD]
    assert [said.id for said, _ in at.toasts[-2:]] == ["tape.no_acts", "tape.no_acts"]


@pytest.mark.parametrize("width", [300, 614, 1044, 2600])
def test_cells_never_lie_on_each_other_at_any_width(width: int) -> None:
    cells = lay_out([len(one.interfaces) for one in SYSTEMS], width)
    seen = sorted((cell.x, cell.y, cell.y + cell.h) for cell in cells)
    assert all(a[2] <= b[1] for a, b in pairwise(seen) if a[0] == b[0])
    assert all(cell.x >= 0 and cell.x + cell.w <= max(width, 176) for cell in cells)
    assert height(cells) >= max(cell.y + cell.h for cell in cells)


# -- the page of a feed ------------------------------------------------------------------------------------------------


@pytest.fixture
def page(at: Desk, qtbot: QtBot) -> Iterator[EventPage]:
    panel = EventPage(at.ctx)
    qtbot.addWidget(panel)
    panel.resize(448, 972)
    panel.show()
    yield panel
    panel.close()


def thing(page: EventPage) -> FeedThing:
    assert isinstance(page.page, FeedThing)
    return page.page


REFUSED = [
    Refusal(Message("feeds.no_id", {"id": "?"}), '{"kind": "water"}', NOW - 5 * SECOND, 12, "feeds.no_id", 37),
    Refusal(Message("feeds.no_id", {"id": "?"}), '{"kind": "lift"}', NOW - 9 * SECOND, 11, "feeds.no_id", 37),
    Refusal(Message("feeds.not_json", {"size": 12}), "<html>", NOW - 20 * SECOND, 0, "feeds.not_json", 4),
]


def test_the_page_names_owner_and_system_and_keeps_its_figures_of_now(at: Desk, page: EventPage) -> None:
    at.ctx.selection.select("feed", ILL)
    at.ports.all_systems.answer(KNOWN)
    system = BY_ID["sys033"]
    head = thing(page).head.parts[0]
    assert head.accessibleName() == "实时数据"
    assert system.owner["zh"] in lines(page)
    say(at, ILL, good=2345, lag=250_000, skew=3 * MINUTE, waiting=17)
    page.refresh(frozenset({"feed"}))
    second(at, page)
    now = lines(page)
    for words in ("2,345 条", "250 毫秒", "快 3 分钟", "17 / 10,000 · 全部保留"):
        assert words in now, words


def lines(page: EventPage) -> str:
    """What the lines of the page say."""
    from widgets.lists.parts import Line

    return "\n".join(f"{one._name} {one._value()}" for one in page.findChildren(Line))


def test_the_rate_and_what_is_expected_are_told_in_one_unit(at: Desk, page: EventPage) -> None:
    at.ctx.selection.select("feed", "sys001-01")
    say(at, "sys001-01", rate=37.2 / 3600, expected=1 / 60)
    page.refresh(frozenset({"feed"}))
    second(at, page)
    assert "0.62 条/分（应当 1 条/分）" in lines(page)


def test_figures_that_change_each_second_build_nothing_anew(at: Desk, page: EventPage) -> None:
    at.ctx.selection.select("feed", "sys001-01")
    before = thing(page)._lines.parts
    for n in range(3):
        say(at, "sys001-01", good=2000 + n, received=NOW + n * SECOND)
        page.refresh(frozenset({"feed"}))
        second(at, page)
    assert thing(page)._lines.parts is before


def test_a_silent_feed_says_which_panels_grow_old_and_whether_others_bring_the_same(at: Desk, page: EventPage) -> None:
    at.ctx.selection.select("feed", DEAD)
    words = labels(page)
    assert "地图的传感器层" in words
    assert "同类数据另有" in words
    for row in fleet_rows(SYSTEMS):
        if row["feed"] != DEAD:
            put(at.picture, "feed", [{**row, "topic": "event"}])
    at.ctx.selection.clear()
    at.ctx.selection.select("feed", DEAD)
    assert "没有别的数据源在供同类数据" in labels(page)
    assert topic_age(at.ctx, "sensor")[1], "and they are marked as old"


def labels(page: EventPage) -> str:
    from PySide6.QtWidgets import QLabel

    return "\n".join(label.text() for label in page.findChildren(QLabel))


def test_the_last_good_message_is_there_to_be_read_and_copied(at: Desk, page: EventPage) -> None:
    at.ctx.selection.select("feed", ILL)
    assert [feed for feed, _ in at.ports.samples.open] == [ILL]
    at.ports.samples.answer(Sample('{"value": 12.3}', 15, NOW - SECOND))
    box = page.findChild(QPlainTextEdit)
    assert isinstance(box, QPlainTextEdit)
    assert (box.toPlainText(), box.isReadOnly()) == ('{"value": 12.3}', True)


def test_reasons_stand_with_their_counts_and_each_piece_can_be_tried_again(
    at: Desk, page: EventPage, qtbot: QtBot
) -> None:
    at.ctx.selection.select("feed", ILL)
    at.ports.quarantines.answer(REFUSED)
    block = thing(page).refused
    assert "37 件" in labels(page)
    assert "4 件" in labels(page)
    assert pressed(block, "fold feeds.no_id")
    samples = [box.toPlainText() for box in block.findChildren(QPlainTextEdit) if box.isVisible()]
    assert samples == ['{"kind": "water"}', '{"kind": "lift"}']
    assert pressed(block, "again 12")
    assert at.ports.agains.open[0][0] == (12,)
    at.ports.agains.answer(Tried(taken=1))
    assert "1 件已收进" in labels(page)
    assert pressed(block, "all feeds.no_id")
    assert at.ports.agains.open[0][0] == (ILL, "feeds.no_id")
    at.ports.agains.answer(Tried(refused=1, older=2, reason=Message("feeds.no_id", {"id": "?"})))
    assert "2 件已有更新的，放过，1 件仍被拒收。最后一件：" in labels(page)
    at.ports.quarantines.answer(REFUSED[2:])
    assert not pressed(block, "all feeds.not_json"), "what was not kept whole can not be tried"


def pressed(block: object, name: str) -> bool:
    """Presses what has this name; says whether it could be."""
    from PySide6.QtWidgets import QAbstractButton, QWidget

    assert isinstance(block, QWidget)
    found = [one for one in block.findChildren(QAbstractButton, name) if one.isVisible()]
    assert len(found) == 1, name
    found[0].click()
    return found[0].isEnabled()


def test_what_the_hub_can_not_say_is_said_in_a_sentence(at: Desk, page: EventPage) -> None:
    at.ctx.selection.select("feed", ILL)
    at.ports.quarantines.answer(Message("bus.no_answer"))
    at.ports.samples.answer(Message("feedboard.no_sample"))
    assert texts("zh")(Message("bus.no_answer")) in labels(page)
    assert texts("zh")(Message("feedboard.no_sample")) in labels(page)


def test_the_other_interfaces_of_the_system_are_one_key_away(at: Desk, page: EventPage, qtbot: QtBot) -> None:
    from widgets.lists.parts import Row

    at.ctx.selection.select("feed", ILL)
    rows = [row for row in thing(page).findChildren(Row) if row.isVisible()]
    assert len(rows) == len(next(one for one in SYSTEMS if one.id == "sys033").interfaces) - 1
    qtbot.keyClick(rows[0], Qt.Key.Key_Return)
    assert at.ctx.selection.key.startswith("sys033-")
    assert at.ctx.selection.key != ILL


# -- the strip ---------------------------------------------------------------------------------------------------------


def test_the_strip_of_800_feeds_shows_those_in_trouble_and_its_count_opens_the_board(at: Desk, qtbot: QtBot) -> None:
    from widgets.kit.actions import Action

    opened: list[bool] = []
    at.ctx.actions.add(Action("desk.feeds", "feedboard.to_feeds", lambda: opened.append(True)))
    strip = Strip(at.ctx)
    qtbot.addWidget(strip)
    strip.resize(1920, 44)
    strip.show()
    strip.age_tick()
    at.ports.all_systems.answer(KNOWN)
    strip.age_tick()
    assert strip.feeds[0].name == f"{BY_ID['sys004'].name['zh']} · 设备状态"
    assert [chip.state.id for chip in strip.feeds] == [DEAD, "sys004-02", STALE, ILL]
    assert (strip.count.live, strip.count.total) == (796, 800)
    strip.count.click()
    assert opened == [True]
    strip.close()


# -- the made city -----------------------------------------------------------------------------------------------------


def test_the_made_city_has_the_size_of_a_real_one_and_is_always_the_same() -> None:
    assert (len(SYSTEMS), sum(len(one.interfaces) for one in SYSTEMS)) == (115, 800)
    assert make_systems() == SYSTEMS
    assert make_systems(seed=8) != SYSTEMS
    ids = [interface.id for one in SYSTEMS for interface in one.interfaces]
    assert len(set(ids)) == 800
    text = feeds_toml(SYSTEMS, "http://127.0.0.1:1")
    assert text.count("[[feeds]]") == 800


def test_what_it_answers_is_read_by_the_product_and_its_faults_are_faults() -> None:
    shape = make_format("geojson", {}, "sensor")
    context = Context("f", "sensor", (120.0, 30.0, 120.5, 30.5), NOW)
    good = shape.parse(answer_of("sys001-01", NOW, ""), context)
    assert [len(item.rows) for item in good if isinstance(item, Rows)] == [3]
    for fault in ("garbage", "nameless"):
        items = check(shape.parse(answer_of("sys001-01", NOW, fault), context), context)
        assert any(isinstance(item, Refused) for item in items)
    shares = [fault_of(interface.id, 10, 0.1) for one in SYSTEMS for interface in one.interfaces]
    assert set(shares) == {"", *FAULTS}
    assert 40 <= sum(bool(fault) for fault in shares) <= 120
