"""The outbox at the desk: what waits, what failed and why, what can be done about it, and when it opens by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.entries import AddNote, RecallOrder, VerifyOrder
from cockpit.model.messages import Message
from cockpit.model.ports.cases import Sending
from cockpit.model.ports.link import Link, LinkState
from cockpit.ui.hubbanner import hub_banner
from tests.living_picture import NOW
from tests.loop_desk import LoopWindow, loop_window
from widgets.bars.outboxchip import OutboxChip
from widgets.kit.outbox import shown, tally
from widgets.outbox.panel import OutboxPanel
from widgets.outbox.rows import OutboxRow

LIVE = Link(LinkState.LIVE, NOW - 10 * MINUTE)
LOST = Link(LinkState.LOST, NOW - MINUTE, Message("seat.hub_gone"))


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[LoopWindow]:
    with loop_window(qtbot) as window:
        yield window


def opened(desk: LoopWindow) -> OutboxPanel:
    desk.at.ctx.actions.trigger("desk.outbox")
    QApplication.processEvents()
    panel = desk.panel("outbox")
    assert isinstance(panel, OutboxPanel)
    return panel


def waiting(desk: LoopWindow, count: int, valid_for: int = 20 * MINUTE, apart: int = 30) -> list[str]:
    """Orders given out while the hub is gone, some seconds apart; ids of the commands."""
    desk.at.cases.online = False
    for event in desk.events()[:count]:
        desk.order(event, valid_for=valid_for)
        desk.at.clock.advance(apart)
    return [row.id for row in desk.at.cases.outbox() if row.state is Sending.WAITING]


def rows(panel: OutboxPanel) -> dict[str, OutboxRow]:
    return {row.id: row for row in panel.table.rows}


def press(qtbot: QtBot, desk: LoopWindow, key: Qt.Key, held: Qt.KeyboardModifier | None = None) -> None:
    target = desk.window.focusWidget() or desk.window
    qtbot.keyClick(target, key, held or Qt.KeyboardModifier.NoModifier)
    desk.settle()


def test_what_waits_is_listed_in_its_order_with_how_long_it_waited_and_is_still_good(desk: LoopWindow) -> None:
    ids = waiting(desk, 3)
    panel = opened(desk)
    assert [row.id for row in panel.table.rows] == ids
    first = rows(panel)[ids[0]]
    assert (first.word, first.waited, first.left) == ("待发", "1 分 30 秒", "18 分 30 秒")
    assert first.number == "派遣", "the hub gives the number"
    unit = desk.at.cases.case(first.case)
    assert unit is not None
    name = desk.at.picture["unit"].get(next(iter(unit.orders.values())).unit)["name"]  # type: ignore[index]
    assert first.what.endswith(name)
    assert panel.header.age.text() == "3 张工单待发 · 在本机"
    desk.at.clock.advance(16 * 60)
    panel.age_tick()
    assert rows(panel)[ids[0]].near, "less than a fifth is left"


def test_once_the_hub_is_back_the_number_stands_there_until_the_device_has_it(desk: LoopWindow) -> None:
    (ident,) = waiting(desk, 1)
    panel = opened(desk)
    desk.at.cases.online = True
    desk.settle()
    row = rows(panel)[ident]
    assert (row.number, row.word) == ("G-0714-0001", "待终端收")
    order = next(iter(desk.at.cases.case(row.case).orders))  # type: ignore[union-attr]
    desk.at.cases.report(order, "delivered")
    desk.settle()
    assert not panel.table.rows
    assert "没有待发的" in panel._state.findChildren(type(panel.header.title).__mro__[1])[0].text()


def test_delete_takes_back_what_waits_and_nothing_is_sent(desk: LoopWindow, qtbot: QtBot) -> None:
    first, second = waiting(desk, 2)
    panel = opened(desk)
    assert panel.table.hasFocus()
    press(qtbot, desk, Qt.Key.Key_Down)
    press(qtbot, desk, Qt.Key.Key_Delete)
    assert [row.id for row in panel.table.rows] == [first]
    assert [message.id for message, _ in desk.at.toasts] == ["outbox.cancelled"]
    desk.at.cases.online = True
    desk.settle()
    assert len(desk.at.cases.all_open()) == 1
    assert next(row for row in desk.at.cases.outbox() if row.id == second).state is Sending.CANCELLED


def test_what_is_in_the_ledger_can_not_be_taken_back_here(desk: LoopWindow, qtbot: QtBot) -> None:
    desk.order(desk.events()[0])
    panel = opened(desk)
    assert panel.take_back.isHidden()
    press(qtbot, desk, Qt.Key.Key_Delete)
    assert len(panel.table.rows) == 1
    assert desk.at.toasts == []


def test_a_parked_one_says_why_and_goes_again_by_its_key(desk: LoopWindow, qtbot: QtBot) -> None:
    parked, other = waiting(desk, 2)
    desk.at.cases.park(parked, Message("near.no_place"))
    panel = opened(desk)
    assert [row.id for row in panel.table.rows] == [parked, other], "failures come first"
    assert panel.table.rows[0].why == Message("near.no_place").in_chinese()
    press(qtbot, desk, Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    assert rows(panel)[parked].state is Sending.WAITING
    assert rows(panel)[parked].why == ""


def test_what_was_refused_or_ran_out_stays_with_its_sentence_until_it_is_noted(desk: LoopWindow, qtbot: QtBot) -> None:
    (expired,) = waiting(desk, 1, valid_for=MINUTE)
    desk.at.clock.advance(300)
    desk.at.cases.expire()
    desk.at.cases.online = True
    case, order = desk.order(desk.events()[1])
    desk.at.cases.walk(order, "delivered", "read", "accepted")
    desk.at.cases.submit(RecallOrder(order), case, {}, lambda problem: None)  # too late: the unit has accepted
    desk.settle()
    panel = opened(desk)
    assert [row.word for row in panel.table.rows] == ["已过期", "未受理"]
    assert all(row.why for row in panel.table.rows)
    assert panel.table.rows[1].number == "撤回 G-0714-0001"
    assert tally(desk.at.cases.outbox(), frozenset(), desk.at.cases.case).wrong == 2
    panel.table.show_rows(panel.table.rows)
    press(qtbot, desk, Qt.Key.Key_Delete)
    assert expired not in rows(panel)
    press(qtbot, desk, Qt.Key.Key_Delete)
    assert panel.table.rows == []
    again = OutboxPanel(desk.at.ctx)  # the next start of the program
    qtbot.addWidget(again)
    assert again.table.rows == []
    again.close()


def test_enter_leads_to_the_event_of_the_row(desk: LoopWindow, qtbot: QtBot) -> None:
    waiting(desk, 2)
    panel = opened(desk)
    press(qtbot, desk, Qt.Key.Key_End)
    press(qtbot, desk, Qt.Key.Key_Return)
    assert desk.at.ctx.selection.item == ("event", desk.events()[1]["key"])
    assert panel.isVisible()


def test_escape_closes_it_and_the_keyboard_goes_back_to_where_it_was(desk: LoopWindow, qtbot: QtBot) -> None:
    view = desk.panel("queue").view
    view.setFocus()
    panel = opened(desk)
    assert panel.isAncestorOf(desk.window.focusWidget())
    press(qtbot, desk, Qt.Key.Key_Escape)
    assert desk.panel("outbox") is None
    assert desk.window.focusWidget() is view


def test_it_opens_by_itself_when_something_failed_once_and_never_takes_the_keyboard(desk: LoopWindow) -> None:
    view = desk.panel("queue").view
    view.setFocus()
    (ident,) = waiting(desk, 1, apart=0)
    desk.loop.look(LIVE)
    assert not desk.loop.outbox_open
    desk.at.cases.park(ident, Message("near.no_place"))
    desk.loop.look(LIVE)
    assert desk.loop.outbox_open
    assert desk.window.focusWidget() is view
    desk.at.ctx.actions.trigger("desk.outbox")
    QApplication.processEvents()
    desk.at.ctx.actions.trigger("desk.outbox")
    desk.loop.look(LIVE)
    assert not desk.loop.outbox_open, "a person closed it"


def test_it_opens_by_itself_when_the_hub_is_gone_and_something_waits_once_for_each_time(desk: LoopWindow) -> None:
    desk.loop.look(LOST)
    assert not desk.loop.outbox_open, "nothing waits"
    waiting(desk, 1, apart=0)
    desk.loop.look(Link(LinkState.LOST, desk.at.ctx.clock.wall() - SECOND))
    assert not desk.loop.outbox_open, "a hub that is restarted is back at once"
    for again in (True, False):
        desk.loop.look(LOST)
        assert desk.loop.outbox_open is again
        desk.loop._close("outbox")
    desk.loop.look(LIVE)
    desk.loop.look(LOST)
    assert desk.loop.outbox_open, "gone again"


def test_it_opens_by_itself_when_a_hub_that_is_there_does_not_answer(desk: LoopWindow) -> None:
    waiting(desk, 1, apart=0)
    desk.loop.look(LIVE)
    assert not desk.loop.outbox_open
    desk.at.clock.advance(15)
    desk.loop.look(LIVE)
    assert desk.loop.outbox_open


def test_it_lies_over_the_lower_right_of_the_map_and_is_as_high_as_its_rows(desk: LoopWindow) -> None:
    waiting(desk, 2)
    panel = opened(desk)
    place, over = panel.geometry(), desk.panel("map").geometry()
    assert place.right() == over.right() - 8
    assert place.bottom() == over.bottom() - 80, "the time bar stays free"
    low = place.height()
    assert panel.table.verticalScrollBar().maximum() == 0, "every row is in sight"
    waiting(desk, 4)
    assert panel.height() > low
    assert panel.geometry().bottom() == place.bottom()


@pytest.mark.parametrize("size", [(1366, 768), (960, 600)])
def test_in_a_small_window_it_keeps_inside_and_whole(qtbot: QtBot, size: tuple[int, int]) -> None:
    with loop_window(qtbot, size=size) as desk:
        waiting(desk, 3)
        panel = opened(desk)
        assert desk.window.rect().contains(panel.geometry())
        assert panel.width() >= 560
        strip = desk.panel("strip").geometry()
        assert not panel.geometry().intersects(strip)


def test_the_chip_says_how_much_waits_for_how_long_then_what_was_delivered(desk: LoopWindow) -> None:
    chip: OutboxChip = desk.panel("strip").outbox
    assert chip.words_now == "发件箱 0 待发 · 已送达 0"
    waiting(desk, 2)
    desk.engine.age_tick()
    assert chip.words_now == "发件箱 2 待发 · 最久 1 分 0 秒"
    desk.at.cases.online = True
    desk.settle()
    for case in desk.at.cases.all_open():
        desk.at.cases.report(next(iter(case.orders)), "delivered")
    desk.settle()
    assert chip.words_now == "发件箱 0 待发 · 已送达 2"
    (ident,) = waiting(desk, 3)[-1:]
    desk.at.cases.park(ident, Message("near.no_place"))
    desk.settle()
    assert chip.words_now.endswith("1 件未成")


def test_only_what_a_device_has_counts_as_delivered(desk: LoopWindow) -> None:
    chip: OutboxChip = desk.panel("strip").outbox
    events = desk.events()
    case, recalled = desk.order(events[0])
    for act in (RecallOrder(recalled), AddNote()):
        desk.at.cases.submit(act, case, {"words": "不用去了"}, lambda problem: None)
    desk.settle()
    worked, order = desk.order(events[1])  # its first fact has the rows looked at: the recalled one is done
    desk.at.cases.report(order, "delivered")
    desk.settle()
    done = [row for row in desk.at.cases.outbox() if row.state is Sending.DONE]
    assert [type(row.act).__name__ for row in done] == ["IssueOrders", "RecallOrder", "AddNote", "IssueOrders"]
    assert chip.words_now == "发件箱 0 待发 · 已送达 1", "the recalled one never got there, a note is no order"
    desk.at.cases.walk(order, "read", "accepted", "en_route", "on_scene", "done")
    desk.at.cases.submit(VerifyOrder(order, True), worked, {}, lambda problem: None)
    desk.settle()
    state = desk.at.cases.case(worked)
    assert state is not None
    assert state.orders[order].state == "verified"
    assert chip.words_now == "发件箱 0 待发 · 已送达 1", "a verification is delivered to nobody"


def test_the_banner_says_what_is_kept_here_and_leads_to_it(desk: LoopWindow) -> None:
    ctx = desk.at.ctx
    plain = hub_banner(ctx, LOST, lambda feed: None, desk.loop.show_outbox)
    assert plain is not None
    assert len(plain.buttons) == 1
    waiting(desk, 3)
    told = hub_banner(ctx, LOST, lambda feed: None, desk.loop.show_outbox)
    assert told is not None
    assert "3 张工单已记在本机，连上后自动发出，只发一次" in ctx.t(told.what)
    words, run = told.buttons[1]
    assert ctx.t(words) == "看发件箱（3）"
    run()
    assert desk.loop.outbox_open


def test_done_and_cancelled_rows_are_not_listed(desk: LoopWindow) -> None:
    ids = waiting(desk, 2)
    desk.at.cases.cancel(ids[0], lambda problem: None)
    desk.settle()
    assert [row.id for row in shown(desk.at.cases.outbox(), frozenset())] == [ids[1]]
