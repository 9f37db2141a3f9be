"""The loop on the map: the way of an ordered unit, cases by telephone, and what callout and tooltip say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from cockpit.model.entries import CloseCase, NewCase, OpenCase, VerifyOrder
from cockpit.model.ports import Way
from tests.living_picture import put
from tests.loop_desk import LoopWindow, loop_window
from widgets.map.camera import mercator
from widgets.map.overlay import Route
from widgets.map.scene import CASE


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[LoopWindow]:
    with loop_window(qtbot) as window:
        yield window


def corner(desk: LoopWindow) -> Any:
    """Answers each question for a way with one that turns a corner."""

    def way(asked: tuple[str, float, float]) -> Way:
        unit, lon, lat = asked
        row = desk.at.picture["unit"].get(unit)
        assert row is not None
        return Way(1500.0, 300.0, ((row["lon"], row["lat"]), (row["lon"], lat), (lon, lat)))

    return way


def routes(desk: LoopWindow) -> tuple[Route, ...]:
    desk.at.ports.ways.answer(corner(desk))
    return tuple(route for route in desk.panel("map").canvas.routes if route.chosen)


def select(desk: LoopWindow, topic: str, key: str) -> None:
    desk.at.ctx.selection.select(topic, key)


def test_the_way_of_an_ordered_unit_is_dashed_until_it_has_accepted_and_ends_when_it_is_there(
    desk: LoopWindow,
) -> None:
    event = desk.events()[0]
    select(desk, "event", event["key"])
    assert routes(desk) == ()
    desk.at.cases.online = False
    case, order = desk.order(event)
    (route,) = routes(desk)
    assert route.open_, "it waits in the outbox"
    assert not route.flows
    desk.at.cases.online = True
    desk.settle()
    assert routes(desk)[0].open_, "its device has not accepted"
    desk.at.cases.walk(order, "delivered", "read", "accepted")
    desk.settle()
    assert not routes(desk)[0].open_
    desk.at.ctx.reduced_motion = False
    desk.engine.age_tick()
    assert routes(desk)[0].flows, "its unit is under way"
    desk.at.ctx.reduced_motion = True
    desk.engine.age_tick()
    assert not routes(desk)[0].flows
    x, y = mercator(event["lon"], event["lat"])
    assert (route.x[-1], route.y[-1]) == pytest.approx((float(x), float(y)))
    desk.at.cases.report(order, "on_scene")
    desk.settle()
    assert routes(desk) == ()
    desk.at.cases.report(order, "done")
    desk.at.cases.other(VerifyOrder(order), case)
    desk.at.cases.other(CloseCase(), case)
    desk.settle()
    assert routes(desk) == ()


def test_the_way_is_shown_for_the_unit_too_and_leaves_with_the_selection(desk: LoopWindow) -> None:
    _, order = desk.order(desk.events()[0])
    unit = desk.at.cases.state.order(order)
    assert unit is not None
    select(desk, "unit", unit.unit)
    assert [route.key for route in routes(desk)] == [unit.unit]
    select(desk, "event", desk.events()[5]["key"])
    assert routes(desk) == ()


def test_what_lies_behind_the_unit_leaves_the_way_as_it_goes(desk: LoopWindow) -> None:
    event = desk.events()[0]
    select(desk, "event", event["key"])
    _, order = desk.order(event)
    unit = desk.at.cases.state.order(order)
    assert unit is not None
    (before,) = routes(desk)
    row = desk.at.picture["unit"].get(unit.unit)
    assert row is not None
    put(desk.at.picture, "unit", [{**row, "lat": event["lat"]}])  # at the corner
    desk.engine.refresh(desk.at.picture.take_changes())
    desk.at.clock.advance(1)
    desk.engine.age_tick()
    (after,) = routes(desk)
    assert len(after.x) < len(before.x) + 1
    length = [float(np.hypot(np.diff(r.x), np.diff(r.y)).sum()) for r in (before, after)]
    assert length[1] < length[0]


def test_a_way_is_asked_for_again_only_after_a_while(desk: LoopWindow) -> None:
    select(desk, "event", desk.events()[0]["key"])
    desk.order(desk.events()[0])
    routes(desk)
    for _ in range(9):
        desk.at.clock.advance(1)
        desk.engine.age_tick()
    assert desk.at.ports.ways.open == []
    desk.at.clock.advance(1)
    desk.engine.age_tick()
    assert len(desk.at.ports.ways.open) == 1


def test_a_case_by_telephone_has_a_mark_that_selects_it_as_long_as_it_is_open(desk: LoopWindow) -> None:
    canvas = desk.panel("map").canvas
    facts = NewCase("", "P0103", 3, 120.178, 30.268, "330102001001001", "hotline")
    desk.at.cases.online = False
    ident = desk.at.cases.submit(OpenCase(facts), "", {"place": "凯旋路"}, lambda problem: None)
    desk.settle()
    assert list(canvas.scene.cases.keys) == [ident]
    assert canvas.scene.cases.waits == [True]
    desk.at.cases.online = True
    desk.settle()
    assert canvas.scene.cases.waits == [False]
    x, y = canvas.camera.to_screen(*(float(v) for v in mercator(facts.lon, facts.lat)))
    hit = canvas.hit(QPointF(float(x), float(y)))
    assert hit is not None
    assert (hit.topic, hit.key) == (CASE, ident)
    title, under = desk.panel("map")._words(CASE, ident)
    assert title == "雨水井盖移位 0714-0001"
    assert under.startswith("待派遣 · 余 ")
    desk.at.cases.other(CloseCase("void"), ident)
    desk.settle()
    assert list(canvas.scene.cases.keys) == []


def test_callout_and_tooltip_say_stage_and_order(desk: LoopWindow) -> None:
    event = desk.events()[0]
    words = desk.panel("map")._words
    assert event["place"] in words("event", event["key"])[1]
    _, order = desk.order(event)
    assert words("event", event["key"])[1].startswith("已派遣 · 余 ")
    found = desk.at.cases.state.order(order)
    assert found is not None
    desk.at.cases.walk(order, "delivered", "read", "accepted", "en_route")
    kind = desk.at.ctx.t.pack(desk.at.ctx.pack.kind(event["kind"]).name)
    assert words("unit", found.unit)[1].startswith(f"工单 G-0714-0001 {kind}，前往中 · ")
