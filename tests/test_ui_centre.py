"""What stands in the centre of the duty desk: the map, or another panel over it, with the one selection for both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.loop_desk import LoopWindow


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[LoopWindow]:
    made = LoopWindow(qtbot)
    yield made
    made.close()


def centre(desk: LoopWindow) -> str:
    return next(name for name in ("map", "feeds") if desk.engine.is_shown(name))


def do(desk: LoopWindow, action: str) -> None:
    assert desk.at.ctx.actions.trigger(action) is None
    QApplication.processEvents()


def test_the_map_stands_in_the_centre_until_another_panel_is_wanted_there(desk: LoopWindow) -> None:
    assert centre(desk) == "map"
    place = desk.panel("map").geometry()
    do(desk, "desk.feeds")
    assert centre(desk) == "feeds"
    assert desk.panel("map") is None
    assert desk.panel("feeds").geometry() == place
    assert desk.window.focusWidget() is desk.panel("feeds").view, "the arrows walk it at once"
    do(desk, "desk.map")
    assert centre(desk) == "map"


def test_its_tabs_turn_the_centre_by_mouse(desk: LoopWindow) -> None:
    desk.panel("map").header.tabs["feeds"].click()
    assert centre(desk) == "feeds"
    desk.panel("feeds").header.tabs["map"].click()
    assert centre(desk) == "map"


def test_what_is_selected_meanwhile_is_where_the_map_looks_when_it_is_back(desk: LoopWindow) -> None:
    canvas = desk.panel("map").canvas
    event = next(row for row in desk.events() if row["lon"] == row["lon"])
    do(desk, "desk.feeds")
    desk.at.ctx.selection.select("event", event["key"])
    do(desk, "map.to_selected")
    assert centre(desk) == "map"
    x, y = canvas.place("event", event["key"])
    assert canvas.goal.x == pytest.approx(x)
    assert canvas.goal.sees(x, y, pad=48)


def test_a_form_that_wants_a_place_from_the_map_brings_the_map(desk: LoopWindow) -> None:
    do(desk, "desk.feeds")
    desk.at.ctx.picking.want()
    QApplication.processEvents()
    assert centre(desk) == "map"
    desk.at.ctx.picking.leave()


def test_the_outbox_opens_over_whatever_stands_in_the_centre(desk: LoopWindow) -> None:
    do(desk, "desk.feeds")
    desk.loop.toggle_outbox()
    QApplication.processEvents()
    over, outbox = desk.panel("feeds").geometry(), desk.panel("outbox")
    assert over.contains(outbox.geometry())
    at = desk.engine.childAt(outbox.geometry().center())
    assert at is outbox or outbox.isAncestorOf(at), "nothing lies over it"
