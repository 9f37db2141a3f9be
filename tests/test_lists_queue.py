"""The event queue as a person uses it: selects, filters, searches, and is not surprised by rows that move."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.messages import texts
from cockpit.picture.picture import Picture
from tests.living_picture import NOW, cell_codes, event_row, feed_rows, living_picture, put
from tests.panel_desk import Desk, desk
from widgets.kit.theme import Theme
from widgets.lists.asked import Order, Scope
from widgets.lists.queue import QueuePanel
from widgets.lists.queue_row import ROW_HEIGHT

FLOOD, LIFT = "events/0714-1187", "events/0714-1179"
_serial = iter(range(5000, 9999))


class Sitting:
    """A queue on a desk, and what a person does at it."""

    def __init__(self, qtbot: QtBot, at: Desk, size: tuple[int, int] = (396, 900)) -> None:
        self.desk, self.qtbot = at, qtbot
        self.window = QWidget()  # the panel lies in a window, as on the desk
        qtbot.addWidget(self.window)
        self.panel = QueuePanel(at.ctx, self.window)
        self.window.resize(*size)
        self.panel.resize(*size)
        self.window.show()
        self.view = self.panel.view
        self.rng = random.Random(11)

    def shown(self) -> list[str]:
        """Keys wholly or partly in sight."""
        return [key for key, rect in self.view.shown() if rect.bottom() >= 0]

    def all(self) -> list[str]:
        return self.panel.model.keys(0, len(self.panel.model))

    def top_of(self, key: str) -> int:
        return next(rect.top() for k, rect in self.view.shown() if k == key)

    def tick(self) -> None:
        topics = self.desk.picture.take_changes()
        if topics & self.panel.topics:
            self.panel.refresh(topics)

    def come(self, count: int = 1, **columns: object) -> list[str]:
        """Events arrive, the most urgent and newest of all unless `columns` says otherwise."""
        told = {"kind": "E0506", "level": 1, "state": 0, "occurred": NOW, **columns}
        rows = [event_row(self.rng, next(_serial), cell_codes(), NOW, **told) for _ in range(count)]
        put(self.desk.picture, "event", rows)
        self.tick()
        return [row["key"] for row in rows]

    def go(self, *keys: str) -> None:
        self.desk.picture.remove("event", keys)
        self.tick()

    def point(self, key: str) -> None:
        where = QPointF(120, self.top_of(key) + 30)
        QApplication.sendEvent(self.view.viewport(), QEnterEvent(where, where, where))
        assert self.desk.ctx.selection.hovered == ("event", key)

    def leave(self) -> None:
        QApplication.sendEvent(self.view.viewport(), QEvent(QEvent.Type.Leave))

    def click(self, key: str) -> None:
        at = QPoint(120, self.top_of(key) + 30)
        self.qtbot.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, pos=at)

    def press(self, key: Qt.Key) -> None:
        self.qtbot.keyClick(self.view, key)


@pytest.fixture
def sit(qtbot: QtBot) -> Sitting:
    return Sitting(qtbot, desk())


# -- one selection


def test_a_click_selects_the_event_for_every_panel(sit: Sitting) -> None:
    key = sit.shown()[2]
    sit.click(key)
    assert sit.desk.ctx.selection.item == ("event", key)
    assert sit.view.selected == key


def test_a_selection_made_elsewhere_is_shown_and_scrolled_to(sit: Sitting) -> None:
    last = sit.all()[-1]
    assert last not in sit.shown()
    sit.desk.ctx.selection.select("event", last)
    assert sit.view.selected == last
    assert last in sit.shown()


def test_another_kind_of_thing_selected_leaves_no_event_selected(sit: Sitting) -> None:
    sit.click(sit.shown()[0])
    sit.desk.ctx.selection.select("unit", "positions/u001")
    assert sit.view.selected == ""


# -- filters and order


def test_a_level_chip_shows_that_level_only_and_its_count_is_what_it_shows(sit: Sitting) -> None:
    chip = sit.panel.bar.chips[2]
    sit.qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    levels = {sit.desk.picture["event"].get(key)["level"] for key in sit.all()}  # type: ignore[index]
    assert levels == {2}
    assert chip.count == len(sit.all()) > 0


def test_scope_shows_what_was_closed_today(sit: Sitting) -> None:
    open_ones = len(sit.all())
    sit.qtbot.mouseClick(sit.panel.bar.scopes[Scope.CLOSED_TODAY], Qt.MouseButton.LeftButton)
    states = {sit.desk.picture["event"].get(key)["state"] for key in sit.all()}  # type: ignore[index]
    assert states == {1}
    sit.qtbot.mouseClick(sit.panel.bar.scopes[Scope.ALL], Qt.MouseButton.LeftButton)
    assert len(sit.all()) > open_ones


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_popover_filters_by_channel_class_and_district(sit: Sitting) -> None:
    sit.qtbot.mouseClick(sit.panel.bar.filter, Qt.MouseButton.LeftButton)
    popover = QApplication.activePopupWidget()
    assert popover is not None
    boxes = {box.text(): box for box in popover.findChildren(QCheckBox)}
    for name in ("12345", "街面秩序", "拱墅区"):
        boxes[name].setChecked(True)
    popover.close()
    rows = [sit.desk.picture["event"].get(key) for key in sit.all()]
    assert rows
    assert {row["channel"] for row in rows if row} == {"hotline"}
    assert {row["kind"][:3] for row in rows if row} == {"E04"}
    assert {row["area"][:6] for row in rows if row} == {"330105"}
    assert sit.panel.bar.filter.isChecked()


def test_nearest_measures_from_the_selected_thing(sit: Sitting) -> None:
    sit.desk.ctx.selection.select("event", LIFT)
    assert sit.panel.bar.nearest_allowed
    sit.panel.bar.ask(replace(sit.panel.bar.asked, order=Order.NEAREST))
    assert sit.all()[0] == LIFT


def test_nearest_can_not_be_chosen_with_nothing_selected_and_says_why(sit: Sitting) -> None:
    assert not sit.panel.bar.nearest_allowed
    menu = sit.panel.bar.order.menu()
    menu.aboutToShow.emit()
    action = menu.actions()[list(Order).index(Order.NEAREST)]
    assert not action.isEnabled()
    assert action.text() == texts("zh")("lists.order_nearest_off")


def test_another_filter_starts_at_the_top(sit: Sitting) -> None:
    sit.view.verticalScrollBar().setValue(2000)
    sit.panel.bar.ask(replace(sit.panel.bar.asked, scope=Scope.ALL))
    assert sit.view.verticalScrollBar().value() == 0


# -- search


def test_typing_searches_after_a_pause_and_shows_what_was_found(sit: Sitting) -> None:
    sit.qtbot.keyClicks(sit.panel.bar.search, "0714")
    assert not sit.desk.ports.searches.open
    sit.qtbot.waitUntil(lambda: bool(sit.desk.ports.searches.open))
    assert [question for question, _ in sit.desk.ports.searches.open] == ["0714"]
    sit.desk.ports.searches.answer([FLOOD, LIFT])
    assert sit.all() == [FLOOD, LIFT]


def test_a_late_answer_to_an_earlier_search_is_dropped(sit: Sitting) -> None:
    sit.panel.search("井")
    first = sit.desk.ports.searches.open.pop()
    sit.panel.search("井盖")
    sit.desk.ports.searches.answer([LIFT])
    first[1]([FLOOD])
    assert sit.all() == [LIFT]


def test_escape_clears_the_search_and_then_leaves_the_field(sit: Sitting) -> None:
    total = len(sit.all())
    sit.panel.focus_search()
    sit.panel.search("积水")
    sit.desk.ports.searches.answer([FLOOD])
    sit.panel.bar.search.setText("积水")
    sit.qtbot.keyClick(sit.panel.bar.search, Qt.Key.Key_Escape)
    assert sit.panel.bar.search.text() == ""
    sit.qtbot.waitUntil(lambda: len(sit.all()) == total)
    sit.qtbot.keyClick(sit.panel.bar.search, Qt.Key.Key_Escape)
    assert sit.panel.window().focusWidget() is sit.view


def test_a_search_goes_on_for_events_that_come_later(sit: Sitting) -> None:
    sit.panel.search("积水")
    sit.desk.ports.searches.answer([FLOOD])
    (new,) = sit.come()
    assert sit.all() == [FLOOD]
    sit.panel.age_tick()
    sit.desk.ports.searches.answer([FLOOD, new])
    assert set(sit.all()) == {FLOOD, new}


# -- no row moves under the cursor


def test_a_list_at_its_top_that_nobody_touches_follows_the_newest(sit: Sitting) -> None:
    (new,) = sit.come()
    assert sit.shown()[0] == new
    assert sit.panel.pill.isHidden()


def test_rows_that_come_do_not_move_the_row_under_the_pointer_and_a_pill_counts_them(sit: Sitting) -> None:
    key = sit.shown()[3]
    sit.point(key)
    top = sit.top_of(key)
    sit.come(2)
    sit.come(1)
    assert sit.top_of(key) == top
    assert sit.desk.ctx.selection.hovered == ("event", key)
    assert not sit.panel.pill.isHidden()
    assert sit.panel.pill.accessibleName() == texts("zh")("lists.newer", n=3)


def test_the_pill_leads_to_the_new_rows(sit: Sitting) -> None:
    sit.point(sit.shown()[3])
    new = sit.come(3)
    sit.qtbot.mouseClick(sit.panel.pill, Qt.MouseButton.LeftButton)
    assert set(sit.shown()[:3]) == set(new)
    assert sit.panel.pill.isHidden()


def test_when_the_pointer_leaves_a_list_that_was_at_its_top_goes_back_there(sit: Sitting) -> None:
    sit.point(sit.shown()[3])
    (new,) = sit.come()
    assert new not in sit.shown()
    sit.leave()
    assert sit.shown()[0] == new


def test_rows_that_leave_stay_as_ghosts_until_the_pointer_leaves(sit: Sitting) -> None:
    shown = sit.shown()
    sit.point(shown[3])
    tops = {key: sit.top_of(key) for key in shown}
    sit.go(shown[1], shown[3])
    assert {key: sit.top_of(key) for key in shown} == tops
    assert [face.gone for face in sit.panel.model.faces(0, 5)] == [False, True, False, True, False]
    sit.leave()
    assert shown[3] not in sit.shown()
    assert not any(face.gone for face in sit.panel.model.faces(0, 10))


def test_rows_that_leave_and_come_at_once_move_nothing_under_the_pointer(sit: Sitting) -> None:
    sit.view.verticalScrollBar().setValue(10 * ROW_HEIGHT + 20)
    shown = sit.shown()
    sit.point(shown[4])
    for _ in range(8):
        top = sit.top_of(shown[4])
        gone = sit.rng.sample([key for key in sit.all() if key != shown[4]], 4)
        sit.desk.picture.remove("event", gone)
        sit.come(3, level=sit.rng.randint(1, 4), occurred=NOW - sit.rng.randint(0, 90) * MINUTE)
        assert sit.top_of(shown[4]) == top


def test_with_the_keyboard_in_the_list_the_row_of_the_cursor_stays(sit: Sitting) -> None:
    sit.view.setFocus()
    for _ in range(3):
        sit.press(Qt.Key.Key_Down)
    key, top = sit.view.cursor, sit.top_of(sit.view.cursor)
    sit.come(4)
    assert (sit.view.cursor, sit.top_of(key)) == (key, top)


def test_a_click_selects_what_was_seen_even_if_the_picture_changed_since_the_last_tick(sit: Sitting) -> None:
    key = sit.shown()[2]
    at = QPoint(120, sit.top_of(key) + 30)
    put(sit.desk.picture, "event", [event_row(sit.rng, next(_serial), cell_codes(), NOW, level=1, state=0)])
    sit.qtbot.mouseClick(sit.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert sit.desk.ctx.selection.key == key


# -- keyboard


def test_the_whole_list_is_walked_and_selected_by_keyboard(sit: Sitting) -> None:
    rows = sit.all()
    sit.view.setFocus()
    sit.press(Qt.Key.Key_Home)
    assert sit.view.cursor == rows[0]
    sit.press(Qt.Key.Key_Down)
    assert sit.view.cursor == rows[1]
    assert sit.desk.ctx.selection.key == ""
    sit.press(Qt.Key.Key_Return)
    assert sit.desk.ctx.selection.item == ("event", rows[1])
    sit.press(Qt.Key.Key_End)
    assert sit.view.cursor == rows[-1]
    assert rows[-1] in sit.shown()
    sit.press(Qt.Key.Key_PageUp)
    page = sit.view.viewport().height() // ROW_HEIGHT - 1
    assert sit.view.cursor == rows[-1 - page]
    sit.press(Qt.Key.Key_PageDown)
    sit.press(Qt.Key.Key_Up)
    assert sit.view.cursor == rows[-2]


def test_letters_do_nothing_in_the_list(sit: Sitting) -> None:
    sit.view.setFocus()
    sit.press(Qt.Key.Key_Down)
    before = (sit.view.cursor, sit.panel.bar.asked, sit.desk.ctx.selection.item)
    for letter in (Qt.Key.Key_A, Qt.Key.Key_D, Qt.Key.Key_C, Qt.Key.Key_Space):
        sit.press(letter)
    assert (sit.view.cursor, sit.panel.bar.asked, sit.desk.ctx.selection.item) == before


# -- states


def test_nothing_that_fits_says_what_was_asked_and_offers_to_clear(sit: Sitting) -> None:
    sit.panel.search("独角兽")
    sit.desk.ports.searches.answer([])
    state = sit.panel.nothing
    words = " ".join(label.text() for label in state.findChildren(QLabel))
    assert "独角兽" in words
    sit.qtbot.mouseClick(state.findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
    assert len(sit.all()) > 100
    assert sit.panel.bar.search.text() == ""


def test_a_feed_that_stopped_is_said_in_the_header_and_rows_stay(sit: Sitting) -> None:
    rows = sit.all()
    sit.desk.clock.advance(60)
    put(sit.desk.picture, "feed", feed_rows(NOW + 60 * SECOND, events=NOW))
    sit.tick()
    assert sit.panel.header.age.text() == texts("zh")("kit.age_stopped", span="1 分钟")
    assert sit.all() == rows


def test_an_empty_picture_waits_and_shows_no_zero_as_a_value(qtbot: QtBot) -> None:
    at = desk(picture=Picture())
    sit = Sitting(qtbot, at)
    state = sit.panel.nothing
    assert texts("zh")("lists.queue_waiting") in [label.text() for label in state.findChildren(QLabel)]


@pytest.mark.parametrize("size", [(396, 972), (320, 640)])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_language_and_theme_change_while_it_runs(
    qtbot: QtBot, theme: str, size: tuple[int, int], qapp: QApplication
) -> None:
    sit = Sitting(qtbot, desk(theme="light" if theme == "dark" else "dark"), size)
    sit.click(sit.shown()[1])
    sit.desk.ctx.t, sit.desk.ctx.theme = texts("en"), Theme.load(theme)
    sit.window.setStyleSheet(sit.desk.ctx.theme.qss())
    sit.panel.retranslate()
    sit.panel.retheme()
    assert sit.panel.header.title.text() == "Event queue"
    assert sit.panel.model.face(0).title.startswith("Road flooding")
    image = sit.panel.grab().toImage()
    ground = image.pixelColor(image.width() // 2, 60)
    assert abs(ground.lightness() - sit.desk.ctx.theme.s1.lightness()) < 40
    assert not sit.panel.failed
    bar = sit.panel.bar
    for chip in bar.chips.values():
        assert chip.isHidden() or chip.geometry().right() < bar.order.geometry().left() + 1


@pytest.mark.slow
def test_a_hundred_thousand_events_are_asked_and_walked(qtbot: QtBot) -> None:
    sit = Sitting(qtbot, desk(picture=living_picture(events=100_000)))
    assert len(sit.all()) > 80_000
    sit.view.setFocus()
    sit.press(Qt.Key.Key_End)
    assert sit.view.cursor == sit.all()[-1]
    assert sit.view.cursor in sit.shown()
    top = sit.top_of(sit.view.cursor)
    sit.come(50)
    assert sit.top_of(sit.view.cursor) == top
