"""The vital signs on the duty desk: their place in the centre by key and tab, the map that comes for a colouring."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.model.signs import key_of
from tests.living_signs import CITY, DISTRICT, LivingSigns, put_signs
from tests.loop_desk import LoopWindow
from widgets.map.coloring import SIGN
from widgets.map.panel import MapPanel
from widgets.signs.page import SignThing
from widgets.signs.panel import SignsPanel


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[LoopWindow]:
    made = LoopWindow(qtbot)
    made.at.ctx.signs = LivingSigns()
    put_signs(made.at.picture)
    yield made
    made.close()


def do(desk: LoopWindow, action: str) -> None:
    assert desk.at.ctx.actions.trigger(action) is None
    QApplication.processEvents()


def opened(desk: LoopWindow) -> SignsPanel:
    do(desk, "desk.signs")
    panel = desk.panel("signs")
    assert isinstance(panel, SignsPanel)
    return panel


def test_a_key_turns_the_centre_to_the_vital_signs_with_the_keyboard_in_them(desk: LoopWindow) -> None:
    action = desk.at.ctx.actions.by_key("Ctrl+4")
    assert action is not None
    assert action.id == "desk.signs"
    place = desk.panel("map").geometry()
    panel = opened(desk)
    assert panel.geometry() == place
    assert panel.isAncestorOf(desk.window.focusWidget())
    panel.header.tabs["map"].click()
    assert desk.engine.is_shown("map")


def test_colouring_by_the_selected_sign_brings_the_map_back(desk: LoopWindow) -> None:
    panel = opened(desk)
    panel.view.picked.emit(key_of("E03", CITY))
    do(desk, "map.color_sign")
    assert desk.engine.is_shown("map")
    board = desk.panel("map")
    assert isinstance(board, MapPanel)
    assert board.coloring == SIGN + "E03"


def test_list_and_page_drill_together_and_back_restores_both(desk: LoopWindow) -> None:
    panel = opened(desk)
    panel.view.picked.emit(key_of("E03", CITY))
    page = desk.panel("event").page
    assert isinstance(page, SignThing)
    page.more.areas.picked.emit(key_of("E03", DISTRICT))
    assert panel.bar.asked.area == DISTRICT
    assert desk.panel("event").page.item.area == DISTRICT
    desk.at.ctx.selection.back()
    assert panel.bar.asked.area == CITY
    assert desk.panel("event").page.item.area == CITY


def test_its_commands_are_those_of_the_desk_while_it_is_there(desk: LoopWindow) -> None:
    opened(desk)
    assert desk.at.ctx.actions.get("signs.export") is not None
    do(desk, "signs.abnormal")
    panel = desk.panel("signs")
    assert isinstance(panel, SignsPanel)
    assert panel.bar.asked.abnormal
