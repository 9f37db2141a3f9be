"""The case list beside the event queue, and what the top bar counts of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.clock import HOUR, SECOND
from cockpit.model.entries import CloseCase, NewCase, OpenCase, VerifyOrder
from cockpit.ui.summary import summary
from tests.loop_desk import LoopWindow, loop_window
from widgets.lists.cases import CaseList
from widgets.lists.cases_model import Which
from widgets.lists.queue_model import Face

PLACE = "凯旋路 × 庆春东路"


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[LoopWindow]:
    with loop_window(qtbot) as window:
        yield window


def turned(desk: LoopWindow) -> CaseList:
    assert desk.at.ctx.actions.trigger("desk.cases") is None
    QApplication.processEvents()
    panel = desk.panel("cases")
    assert isinstance(panel, CaseList)
    return panel


def by_telephone(desk: LoopWindow, kind: str = "P0103", level: int = 3) -> str:
    facts = NewCase("", kind, level, 120.18, 30.27, "330102001001001", "hotline")
    ident = desk.at.cases.submit(OpenCase(facts), "", {"place": PLACE}, lambda problem: None)
    desk.settle()
    return ident


def faces(panel: CaseList) -> list[Face]:
    return panel.model.faces(0, len(panel.model))


def solved(desk: LoopWindow, event: int) -> str:
    case, order = desk.order(desk.events()[event])
    desk.at.cases.walk(order, "delivered", "read", "accepted", "on_scene", "done")
    desk.at.cases.other(VerifyOrder(order), case)
    desk.at.cases.other(CloseCase(), case)
    desk.settle()
    return case


def test_events_and_cases_share_one_place_and_are_turned_to_by_key_or_by_their_tabs(
    desk: LoopWindow, qtbot: QtBot
) -> None:
    queue = desk.panel("queue")
    place = queue.geometry()
    panel = turned(desk)
    assert panel.geometry() == place
    assert not queue.isVisible()
    assert panel.isAncestorOf(desk.window.focusWidget())
    assert [tab.text() for tab in panel.header.tabs.values()] == ["事件队列", "案件", "报警"]
    qtbot.mouseClick(panel.header.tabs["queue"], Qt.MouseButton.LeftButton)
    assert desk.panel("cases") is None
    assert queue.isVisible()
    assert queue.isAncestorOf(desk.window.focusWidget())


def test_open_cases_come_by_what_is_due_first_with_number_unit_and_stage(desk: LoopWindow) -> None:
    handled, order = desk.order(desk.events()[0])
    desk.at.cases.walk(order, "delivered", "read", "accepted")
    late = by_telephone(desk, level=1)
    assigned, _ = desk.order(desk.events()[1])
    panel = turned(desk)
    seen = faces(panel)
    dues = [face.due for face in seen]
    assert dues == sorted(dues)
    assert {face.key for face in seen} == {handled, late, assigned}
    row = next(face for face in seen if face.key == handled)
    unit = desk.at.cases.state.order(order)
    assert unit is not None
    assert row.channel == desk.at.picture["unit"].get(unit.unit)["name"]  # type: ignore[index]
    assert row.place.startswith("0714-0001 · ")
    assert desk.at.ctx.t(row.stage.words) == "处置中"


def test_a_case_by_telephone_says_the_place_that_was_told_and_selects_itself(desk: LoopWindow, qtbot: QtBot) -> None:
    ident = by_telephone(desk)
    panel = turned(desk)
    desk.settle()  # its words come from the hub
    (row,) = faces(panel)
    assert row.place == f"0714-0001 · {PLACE}"
    ((_, place),) = panel.view.shown()
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, place.center().y()))
    assert desk.at.ctx.selection.item == ("case", ident)
    assert panel.view.selected == ident


def test_cases_that_were_gathered_on_the_map_are_marked_by_themselves_or_by_their_event(desk: LoopWindow) -> None:
    own, (event, second) = by_telephone(desk), desk.events()[:2]
    case, _ = desk.order(event)
    other, _ = desk.order(second)
    selection = desk.at.ctx.selection
    selection.gather([("event", event["key"]), ("case", own)])
    panel = turned(desk)
    assert panel.view.members == {case, own}, "gathered before the list was turned to"
    selection.gather([("event", second["key"])])
    assert panel.view.members == {other}
    selection.gather(())
    assert panel.view.members == frozenset()


def test_a_case_of_an_event_selects_the_event_and_is_marked_when_the_event_is_selected(
    desk: LoopWindow, qtbot: QtBot
) -> None:
    event = desk.events()[0]
    case, _ = desk.order(event)
    panel = turned(desk)
    panel.view.setFocus()
    qtbot.keyClick(panel.view, Qt.Key.Key_Down)
    qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert desk.at.ctx.selection.item == ("event", event["key"])
    assert panel.view.selected == case


def test_overdue_and_closed_today_are_lists_of_their_own_and_say_so_when_empty(desk: LoopWindow, qtbot: QtBot) -> None:
    desk.order(desk.events()[0])
    closed = solved(desk, 1)
    panel = turned(desk)
    words = {which: button.text() for which, button in panel.which._buttons.items()}
    assert words == {Which.OPEN: "在办 1", Which.OVER: "超期 0", Which.CLOSED: "今日结案 1"}
    qtbot.mouseClick(panel.which._buttons[Which.OVER], Qt.MouseButton.LeftButton)
    assert panel._body.currentWidget() is panel.nothing
    desk.at.clock.advance(HOUR / SECOND)
    panel.age_tick()
    assert len(panel.model) == 1, "a limit passes without anything else happening"
    qtbot.mouseClick(panel.which._buttons[Which.CLOSED], Qt.MouseButton.LeftButton)
    (row,) = faces(panel)
    assert row.key == closed
    assert row.closed
    assert row.group == "按时"


def test_what_waits_in_the_outbox_is_there_at_once_without_a_number(desk: LoopWindow) -> None:
    desk.at.cases.online = False
    by_telephone(desk)
    panel = turned(desk)
    (row,) = faces(panel)
    assert row.place == f"未编号 · {PLACE}"
    assert row.stage.provisional


def test_the_top_bar_counts_the_ledger_and_has_no_share_before_a_case_was_closed(desk: LoopWindow) -> None:
    bar = desk.panel("topbar")

    def told() -> list[str]:
        return [bar.loop[name].number for name in ("cases", "overdue", "in_time")]

    assert told() == ["0", "0", "–"]
    desk.order(desk.events()[0])
    by_telephone(desk)
    assert told() == ["2", "0", "–"], "within the tick that brought them"
    solved(desk, 1)
    slow = by_telephone(desk)
    desk.at.clock.advance(3 * HOUR / SECOND)
    desk.at.cases.other(CloseCase("void"), slow)
    desk.settle()
    assert told() == ["2", "2", "50.0"]
    bar.loop["overdue"].click()
    QApplication.processEvents()
    panel = desk.panel("cases")
    assert panel.model.which is Which.OVER
    assert len(panel.model) == 2


def test_before_the_ledger_is_here_its_figures_are_dashes_and_no_zeros(desk: LoopWindow) -> None:
    cases, bar = desk.at.cases, desk.panel("topbar")
    cases.known = False
    panel = turned(desk)
    desk.engine.age_tick()
    desk.settle()
    assert {figure.number for figure in bar.loop.values()} == {"–"}
    assert "还没有收到中枢的账本" in bar.loop["cases"].toolTip()
    assert panel._told.title.id == "cases.unknown"
    cases.known = True
    desk.settle()
    assert [bar.loop[name].number for name in ("cases", "overdue")] == ["0", "0"]
    assert panel._told.title.id == "cases.none_open"


def test_the_line_of_a_picture_counts_cases_by_stage_orders_by_state_and_what_waits(desk: LoopWindow) -> None:
    solved(desk, 1)
    desk.order(desk.events()[0])
    desk.at.cases.online = False
    by_telephone(desk)
    ctx = desk.at.ctx
    seat: Any = SimpleNamespace(cases=ctx.cases, picture=ctx.picture, pack=ctx.pack, clock=ctx.clock)
    line = summary(seat, "duty", "raster", None)
    assert {stage: n for stage, n in line["cases"].items() if n} == {"filed": 1, "assigned": 1, "closed": 1}
    assert {state: n for state, n in line["orders"].items() if n} == {"sent": 1, "verified": 1}
    assert line["outbox"] == 1
