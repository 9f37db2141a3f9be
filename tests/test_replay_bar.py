"""A replay at the screen: the instant as typed, the rail, the bar, the dialog, and the marker in the map's time bar."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.clock import DAY, HOUR, MINUTE, SECOND, CityTime, from_iso
from cockpit.model.replay import KNOWN, RATES, WAS, ReplayState, TapeState
from tests.living_picture import NOW
from tests.living_tape import TapeInHand
from tests.panel_desk import Desk, desk
from widgets.map.timebar import TimeBar
from widgets.replay.bar import LEAP, ReplayBar
from widgets.replay.opening import ReplayDialog, size_words
from widgets.replay.rail import SPANS, Rail
from widgets.replay.when import Times, read_instant, wall_of

NOON = from_iso("2026-07-14T17:42:36+08:00")


@pytest.fixture
def at() -> Desk:
    made = desk()
    made.ctx.tape = TapeInHand()
    return made


def shown(of: Desk, qtbot: QtBot, **over: object) -> ReplayBar:
    fields = {"id": "r", "at": NOW - HOUR, "city": NOW - HOUR, "rate": 1.0, "start": NOW - DAY, "end": NOW} | over
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1800, 80)
    bar = ReplayBar(of.ctx, of.ctx.tape.stop, window)
    of.ctx.tape.replay = ReplayState(**fields)
    bar.resize(1800, bar.height())
    bar.tell(of.ctx.tape.replay, 1.0)
    window.show()
    bar.holder = window
    return bar


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("14:32", "2026-07-14T14:32:00+08:00"),
        ("14：32", "2026-07-14T14:32:00+08:00"),
        ("14:32:10", "2026-07-14T14:32:10+08:00"),
        ("18:00", "2026-07-13T18:00:00+08:00"),
        ("昨天 14:32", "2026-07-13T14:32:00+08:00"),
        ("7-13 9:05", "2026-07-13T09:05:00+08:00"),
        ("12-31 23:59", "2025-12-31T23:59:00+08:00"),
        ("2026-07-01 00:00", "2026-07-01T00:00:00+08:00"),
        ("7月13日14点32分", "2026-07-13T14:32:00+08:00"),
    ],
)
def test_an_instant_is_read_as_a_person_writes_it(typed: str, meant: str) -> None:
    assert read_instant(typed, NOON) == from_iso(meant)


@pytest.mark.parametrize(
    "typed", ["", "25:00", "14.32", "2026-02-30 10:00", "2027-01-01 10:00", "明天", "1e9", "99:99:99"]
)
def test_what_is_no_instant_of_the_past_is_none(typed: str) -> None:
    assert read_instant(typed, NOON) is None


def test_both_clocks_of_a_city_that_runs_fast_are_kept_apart() -> None:
    city = CityTime(wall_us=1000 * SECOND, city_us=5000 * SECOND, rate=60.0)
    assert wall_of(city.at(1012 * SECOND), city) == 1012 * SECOND
    times = Times()
    times.learn(ReplayState("r", at=1000 * SECOND, city=5000 * SECOND), 60.0)
    assert times.city(1001 * SECOND) == 5060 * SECOND
    assert times.wall(times.city(1234 * SECOND)) == 1234 * SECOND


def test_the_rail_goes_where_the_marker_is_let_go(at: Desk, qtbot: QtBot) -> None:
    bar = shown(at, qtbot)
    rail = bar.rail
    rail.set_span(SPANS[0])
    QTest.mousePress(rail, Qt.MouseButton.LeftButton, pos=QPoint(rail.width() // 2, 20))
    QTest.mouseMove(rail, QPoint(40, 20))
    assert at.ctx.tape.steered == [], "nothing is wound while the hand still moves"
    QTest.mouseRelease(rail, Qt.MouseButton.LeftButton, pos=QPoint(40, 20))
    ((sought, rate, mode),) = at.ctx.tape.steered
    assert rate is None
    assert mode is None
    assert abs(sought - (NOW - HOUR - SPANS[0] // 2)) < 3 * MINUTE


def test_the_rail_of_a_short_tape_ends_where_the_tape_ends(at: Desk, qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    rail = Rail(at.ctx, Times(), holder)
    rail.resize(600, 44)
    rail.tell(NOW - 5 * MINUTE, NOW - 20 * MINUTE, NOW, ())
    assert rail.seen == 20 * MINUTE
    assert rail._x(NOW) == pytest.approx(600 - 14), "nothing of it is in the future"
    assert rail._x(NOW - 20 * MINUTE) == pytest.approx(14)
    rail.grab()
    rail.tell(NOW, NOW - 20 * MINUTE, NOW + 3 * HOUR, ())
    assert rail.seen == rail.span == HOUR


def test_the_rail_never_leads_past_the_ends_of_the_tape(at: Desk, qtbot: QtBot) -> None:
    bar = shown(at, qtbot, at=NOW - MINUTE)
    bar.rail.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_End):
        QTest.keyClick(bar.rail, key)
    bar.leap(LEAP)
    assert [one[0] for one in at.ctx.tape.steered] == [NOW - DAY, NOW, NOW]


def test_standing_still_and_going_on_keeps_the_rate(at: Desk, qtbot: QtBot) -> None:
    bar = shown(at, qtbot, rate=10.0)
    bar.toggle()
    bar.tell(ReplayState("r", NOW - HOUR, NOW - HOUR, 0.0, KNOWN, NOW - DAY, NOW), 1.0)
    assert bar.rate.text() == "停"
    bar.toggle()
    assert [one[1] for one in at.ctx.tape.steered] == [0.0, 10.0]


def test_rates_end_at_the_slowest_and_the_fastest(at: Desk, qtbot: QtBot) -> None:
    bar = shown(at, qtbot, rate=RATES[-1])
    bar.shift_rate(1)
    bar.tell(ReplayState("r", NOW, NOW, RATES[0], KNOWN, NOW - DAY, NOW), 1.0)
    bar.shift_rate(-1)
    assert [one[1] for one in at.ctx.tape.steered] == [60.0, 0.1]


def test_what_then_means_is_chosen_by_hand_or_by_command(at: Desk, qtbot: QtBot) -> None:
    bar = shown(at, qtbot)
    bar.modes.chosen.emit(WAS)
    bar.other_mode()
    assert at.ctx.tape.steered == [(None, None, WAS), (None, None, WAS)]


def test_the_bar_says_in_words_what_is_amiss(at: Desk, qtbot: QtBot) -> None:
    bar = shown(at, qtbot)
    assert bar.note.isHidden()
    bar.tell_tape(TapeState(NOW - DAY, NOW, gaps=((NOW - 2 * HOUR, NOW),)))
    assert "没有记录" in bar.note.text()
    bar.tell(ReplayState("r", NOW - HOUR, NOW - HOUR, 1.0, KNOWN, NOW - DAY, NOW, busy=True), 1.0)
    assert "倒带" in bar.note.text()
    bar.tell(ReplayState("r", NOW, NOW, 1.0, KNOWN, NOW - DAY, NOW), 1.0)
    assert "末尾" in bar.note.text()


def test_the_dialog_begins_where_it_was_told_and_refuses_what_the_tape_has_not(at: Desk, qtbot: QtBot) -> None:
    dialog = ReplayDialog(at.ctx, None)  # type: ignore[arg-type]
    begun: list[tuple[int, str]] = []
    dialog.chosen.connect(lambda when, mode: begun.append((when, mode)))
    at.ctx.tape.asked[0](TapeState(NOW - 3 * HOUR, NOW, 4_100_000_000, 0, 1e9, 16, {"raw": (9_000_000, 90)}))
    dialog.field.setText("2026-07-01 10:00")
    assert not dialog.confirm.isEnabled()
    assert "历史记录从" in dialog.wrong.text()
    dialog.field.setText("很久以前")
    assert not dialog.confirm.isEnabled()
    dialog.field.setText("17:00")
    assert dialog.wrong.text() == ""
    dialog.modes.chosen.emit(WAS)
    dialog.confirm.click()
    assert begun == [(from_iso("2026-07-14T17:00:00+08:00"), WAS)]


def test_a_tape_from_elsewhere_is_offered_and_played_from_its_beginning(at: Desk, qtbot: QtBot) -> None:
    dialog = ReplayDialog(at.ctx, None)  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    played: list[tuple[int, str, str]] = []
    dialog.imported.connect(lambda *what: played.append(what))
    dialog.tell(TapeState(NOW - DAY, NOW, imported=(("暴雨", NOW - 9 * DAY, NOW - 9 * DAY + HOUR),)))
    (offer,) = [one for one in dialog.findChildren(QPushButton) if "60 分钟" in one.text()]
    offer.click()
    assert played == [(NOW - 9 * DAY, KNOWN, "暴雨")]


def test_an_empty_tape_can_not_be_replayed(at: Desk, qtbot: QtBot) -> None:
    dialog = ReplayDialog(at.ctx, None)  # type: ignore[arg-type]
    qtbot.addWidget(dialog)
    at.ctx.tape.asked[0](TapeState())
    assert not dialog.confirm.isEnabled()


def test_sizes_are_written_as_they_are_read() -> None:
    assert [size_words(n) for n in (4_200, 312_000_000, 4_100_000_000)] == ["4 kB", "312 MB", "4.1 GB"]


def test_dragging_the_marker_of_the_time_bar_asks_for_that_instant(at: Desk, qtbot: QtBot) -> None:
    import numpy as np

    from widgets.kit.panel import Panel

    class Holder(Panel):
        panel_id = "holder"

    holder = Holder(at.ctx)
    qtbot.addWidget(holder)
    bar = TimeBar(at.ctx, holder)
    bar.resize(900, bar.height())
    bar.show_events(np.array([NOW - HOUR]), NOW)
    sought: list[int] = []
    bar.scrubbed.connect(sought.append)
    plot, first, right = bar._scale()

    def x(us: int) -> int:
        return round(plot.left() + (us - first) / (right - first) * plot.width())

    marker = QPoint(x(NOW), 20)
    assert bar._on_marker(QPointF(marker))
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=marker)
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=marker)
    assert sought == [], "a click on the marker moves nothing"
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=marker)
    QTest.mouseMove(bar, QPoint(x(NOW - 2 * HOUR), 20))
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(x(NOW - 2 * HOUR), 20))
    assert bar.span == (0, 0), "dragging the marker picks no span"
    assert len(sought) == 1
    assert abs(sought[0] - (NOW - 2 * HOUR)) < 2 * MINUTE
