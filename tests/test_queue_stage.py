"""The stage of an event's case in the row of the queue: where it is, what is left, what waits to be sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.clock import HOUR, MINUTE
from cockpit.model.entries import CloseCase, OpenCase, VerifyOrder
from cockpit.model.messages import Message
from tests.living_cases import case_of
from tests.panel_desk import Desk, desk
from widgets.kit.loopwords import RAIL, Stage, in_time, left_of, stage_of
from widgets.kit.ticks import draw_ticks, ticks_wide
from widgets.lists.asked import Handling, Order
from widgets.lists.queue import QueuePanel
from widgets.lists.queue_model import Face
from widgets.lists.queue_row import RowState

FLOOD, LIFT = "events/0714-1187", "events/0714-1179"


@pytest.fixture
def at(qapp: object) -> Desk:
    return desk()


@pytest.fixture
def panel(at: Desk, qtbot: QtBot) -> Iterator[QueuePanel]:
    window = QWidget()
    qtbot.addWidget(window)
    made = QueuePanel(at.ctx, window)
    made.resize(396, 900)
    window.resize(396, 900)
    window.show()
    yield made
    window.close()


def unit_near(at: Desk, event: str) -> str:
    area = at.picture["event"].get(event)["area"][:6]  # type: ignore[index]
    table = at.picture["unit"]
    rows = (table.row(i) for i in range(len(table)))
    return next(
        row["key"]
        for row in rows
        if row["state"] == 0 and row["area"][:6] == area and at.cases.order_of(row["key"]) is None
    )


def ordered(at: Desk, panel: QueuePanel, event: str = FLOOD) -> tuple[str, str]:
    found = at.cases.order(at.picture["event"].get(event), unit_near(at, event))  # type: ignore[arg-type]
    panel.refresh(frozenset({"case"}))
    return found


def face(panel: QueuePanel, event: str = FLOOD) -> Face:
    position = panel.model.position(event)
    assert position is not None
    return panel.model.face(position)


def said(at: Desk, stage: Stage) -> str:
    return at.ctx.t(stage.words)


def test_a_row_says_how_far_its_case_is_through_the_whole_loop(at: Desk, panel: QueuePanel) -> None:
    assert (said(at, face(panel).stage), face(panel).stage.done) == ("待受理", 1)
    case, order = ordered(at, panel)
    seen = [said(at, face(panel).stage)]
    for fact in ("delivered", "read", "accepted", "en_route", "on_scene", "done"):
        at.cases.report(order, fact)
        panel.refresh(frozenset({"case"}))
        seen.append(said(at, face(panel).stage))
    assert seen == ["已派遣", "已派遣", "已派遣", "处置中", "处置中", "处置中", "待核查"]
    at.cases.other(VerifyOrder(order), case)
    at.cases.other(CloseCase(), case)
    panel.refresh(frozenset({"case"}))
    assert said(at, face(panel).stage) == "已结案"
    assert face(panel).stage.done == len(RAIL)
    assert face(panel).due == 0


def test_what_waits_in_the_outbox_is_said_to_wait_and_its_tick_is_hatched(at: Desk, panel: QueuePanel) -> None:
    at.cases.online = False
    ordered(at, panel)
    stage = face(panel).stage
    assert said(at, stage) == "已派遣 · 待发"
    assert stage.provisional
    painted = QImage(ticks_wide() + 10, 10, QImage.Format.Format_RGB32)
    painted.fill(at.ctx.theme.s1)
    painter = QPainter(painted)
    draw_ticks(painter, 0, 5, stage, at.ctx.theme)
    painter.end()
    orange, row = at.ctx.theme.orange_text.rgb(), [painted.pixel(x, 5) for x in range(painted.width())]
    runs = "".join("x" if pixel == orange else "." for pixel in row).strip(".").split(".")
    assert len([run for run in runs if run]) == 3, "pieces, not one bar"
    at.cases.online = True
    at.cases.step()
    panel.refresh(frozenset({"case"}))
    assert not face(panel).stage.provisional


def test_what_is_left_changes_its_word_and_its_colour_as_it_runs_out() -> None:
    begin, due = 0, 10 * MINUTE
    calm, near, over = (left_of(due, begin, now) for now in (MINUTE, 8 * MINUTE + 1, 13 * MINUTE))
    assert calm is not None
    assert near is not None
    assert over is not None
    assert [left.words.in_chinese() for left in (calm, near, over)] == ["余 09:00", "余 01:59", "超 03:00"]
    assert [left.token for left in (calm, near, over)] == ["t1", "yellow_text", "red_text"]
    assert [left.over for left in (calm, near, over)] == [False, False, True]
    assert left_of(0, 0, MINUTE) is None
    assert left_of(71 * HOUR, 0, 0).words.params["clock"] == Message("kit.span_days", {"n": 2})  # type: ignore[union-attr]


def test_a_row_with_a_limit_shows_it_large_and_red_once_it_is_past(at: Desk, panel: QueuePanel) -> None:
    ordered(at, panel)
    painter_of = panel.view._painter
    assert painter_of is not None

    def pixels(now: int) -> set[int]:
        image = QImage(396, 71, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        painter_of.paint(painter, QRect(0, 0, 396, 71), face(panel), RowState(), now)
        painter.end()
        return {image.pixel(x, y) for x in range(280, 396) for y in range(8, 32)}

    red = at.ctx.theme.red_text.rgb()
    assert red not in pixels(at.ctx.clock.now())
    assert red in pixels(face(panel).due + MINUTE)


def test_the_queue_can_be_narrowed_to_what_nobody_took_what_is_in_hand_and_what_is_overdue(
    at: Desk, panel: QueuePanel
) -> None:
    everything = len(panel.model)
    ordered(at, panel)
    ordered(at, panel, LIFT)

    def keys(*handling: Handling) -> list[str]:
        panel.bar.ask(replace(panel.bar.asked, handling=frozenset(handling)))
        return panel.model.keys(0, len(panel.model))

    assert set(keys(Handling.OPEN)) == {FLOOD, LIFT}
    assert len(keys(Handling.NEW)) == everything - 2
    assert FLOOD not in keys(Handling.NEW)
    assert keys(Handling.OVER) == []
    at.clock.advance(3600)
    panel.age_tick()  # a limit passes without anything else happening
    assert set(panel.model.keys(0, 9)) == {FLOOD, LIFT}
    assert len(keys()) == everything


def test_by_time_left_a_level_begins_with_what_nobody_took_then_with_the_shortest_rest(
    at: Desk, panel: QueuePanel
) -> None:
    _, order = ordered(at, panel)
    at.cases.walk(order, "delivered", "read", "accepted")  # handling: its order has an hour
    ordered(at, panel, LIFT)  # assigned: minutes
    panel.bar.ask(replace(panel.bar.asked, order=Order.DUE, levels=frozenset({1})))
    keys = panel.model.keys(0, len(panel.model))
    assert keys[-2:] == [LIFT, FLOOD]
    assert len(keys) > 2


def test_no_row_moves_under_the_pointer_when_a_case_changes_its_place_in_the_order(
    at: Desk, panel: QueuePanel, qtbot: QtBot
) -> None:
    panel.bar.ask(replace(panel.bar.asked, order=Order.DUE))
    key, place = panel.view.shown()[2]
    qtbot.mouseMove(panel.view.viewport(), QPoint(120, place.center().y()))
    panel.view._pointer = QPoint(120, place.center().y())
    ordered(at, panel, key)
    assert next(now for shown, now in panel.view.shown() if shown == key).top() == place.top()


def test_a_case_that_stayed_too_long_in_one_stage_was_not_closed_in_time(at: Desk, panel: QueuePanel) -> None:
    row = at.picture["event"].get(FLOOD)
    assert row is not None
    quick = at.cases.other(OpenCase(case_of(row)))
    at.cases.other(CloseCase("void"), quick)
    row = at.picture["event"].get(LIFT)
    assert row is not None
    slow = at.cases.other(OpenCase(case_of(row)))
    at.clock.advance(3600)
    at.cases.other(CloseCase("void"), slow)
    closed = {case.id: in_time(case) for case in at.cases.closed()}
    assert closed == {quick: True, slow: False}
    assert stage_of(at.cases.case(slow)).name == "closed"
