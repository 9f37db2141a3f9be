"""Where there are few feeds each has a line: how it is, what it brought lately, how late it is, what is wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from benchmarks.make_feeds import make_systems
from cockpit.model.clock import SECOND
from tests.living_fleet import fleet_rows
from tests.living_picture import NOW, put
from tests.panel_desk import desk
from widgets.feeds.lines import LineView, columns
from widgets.feeds.panel import FeedsPanel
from widgets.feeds.rates import RateHistory
from widgets.kit.feedstate import feed_states

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def few(qapp: QApplication, qtbot: QtBot) -> Iterator[FeedsPanel]:
    made = desk()
    panel = FeedsPanel(made.ctx)
    qtbot.addWidget(panel)
    panel.resize(1044, 972)
    panel.show()
    panel.age_tick()
    yield panel
    panel.close()


def tell(panel: FeedsPanel, feed: str, **columns: object) -> None:
    """The hub says something else of a feed of the pack; a second passes."""
    row = panel.ctx.picture["feed"].get(f"hub/{feed}")
    assert row is not None
    put(panel.ctx.picture, "feed", [{**row, **columns}])
    panel.age_tick()
    QApplication.processEvents()


def press(qtbot: QtBot, panel: FeedsPanel, key: Qt.Key) -> str:
    qtbot.keyClick(panel.lines, key)
    return panel.ctx.selection.key


def test_a_few_feeds_have_a_line_each_and_many_a_mark_each(few: FeedsPanel) -> None:
    assert isinstance(few.view, LineView)
    assert few.view.isVisible()
    assert not few.marks.isVisible()
    put(few.ctx.picture, "feed", fleet_rows(make_systems()))
    few.age_tick()
    assert few.view is few.marks
    assert len(few.view.groups) > 100


def test_a_line_says_how_a_feed_is_what_it_brings_and_what_is_wrong(few: FeedsPanel) -> None:
    now = few.ctx.clock.wall()
    tell(few, "events", received=now - 3 * SECOND, rate=12.5, expected=12.0, lag=250_000, problem="", retry=0)
    says = few.lines.says("events")
    assert (says.state, says.rate, says.lag, says.last) == ("正常", "12.5 条/秒", "250 毫秒", "3 秒前")
    assert says.under == "sse · city"
    tell(few, "events", received=now - 900 * SECOND, problem="feeds.refused", detail="127.0.0.1:8300", retry=now + 1)
    says = few.lines.says("events")
    assert says.state == "中断"
    assert "127.0.0.1:8300" in says.under
    assert says.old
    assert few.lines.groups[0].feeds[0].id == "events", "what is in trouble stands first"


def test_lines_are_walked_and_opened_by_keyboard_and_mouse(few: FeedsPanel, qtbot: QtBot) -> None:
    ids = [feed.id for group in few.lines.groups for feed in group.feeds]
    few.lines.setFocus()
    walked = [press(qtbot, few, key) for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_End, Qt.Key.Key_Up)]
    assert walked == [ids[0], ids[1], ids[-1], ids[-2]]
    assert press(qtbot, few, Qt.Key.Key_Home) == ids[0]
    assert few.lines.accessibleDescription()
    with qtbot.waitSignal(few.lines.opened):
        qtbot.keyClick(few.lines, Qt.Key.Key_Return)
    qtbot.mouseClick(few.lines.viewport(), Qt.MouseButton.LeftButton, pos=few.lines.mark_of(ids[2]))
    assert few.ctx.selection.key == ids[2]
    qtbot.keyClicks(few.lines, "x")
    assert few.bar.find.text() == "x"


def test_the_last_ten_minutes_of_a_feed_are_messages_a_minute_with_gaps_where_nothing_is_known() -> None:
    history, state = RateHistory(), feed_states(desk().ctx)[0]
    for n, good in enumerate((100, 110, 130, 5, 15)):
        history.note([replace(state, good=good)], NOW + n * 10 * SECOND)
        history.note([replace(state, good=good + 1)], NOW + n * 10 * SECOND + SECOND)  # too early to count
    curve = history.curve(state.id)
    assert [None if math.isnan(rate) else rate for rate in curve.value.tolist()] == [None, 60, 120, None, 60]
    assert curve.at[-1] - curve.at[0] == 600 * SECOND, "the span is all of it, however little is known"
    assert curve.least[0] == 0, "a curve stands on nothing"
    history.note([state], NOW - 3600 * SECOND)
    assert not history.curve(state.id).known, "a replay begins anew"


@pytest.mark.parametrize("width", [320, 458, 610, 760, 1044, 1800])
def test_columns_of_lines_never_overlap_and_name_state_and_age_stay(width: int) -> None:
    places = columns(width)
    assert {"name", "state", "last"} <= set(places)
    edges = [(left, left + wide) for left, wide in places.values()]
    assert all(a[1] <= b[0] for a, b in pairwise(edges))
    assert edges[-1][1] <= width
    assert width < 600 or "spark" in places
