"""A duty desk puts one of its panels on a screen of the wall by key, and takes it back; the hub is a real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.bus.where import OwnHub
from cockpit.model.layout_read import read_layout_file
from cockpit.model.messages import Message
from cockpit.model.wallstate import Cast
from cockpit.seat import Seat
from cockpit.ui.casting import OnWall, on_wall
from cockpit.ui.desk import Desk
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.sound import Player
from layouts.engine import shipped
from layouts.panels import Panels
from tests.living_hub import CLOCK, LivingHub, pack
from tests.panel_desk import desk as panels_desk
from tests.wall_node_kit import PATIENCE_MS, site
from widgets.kit.context import log_report
from widgets.kit.fonts import load_fonts
from widgets.kit.panel import Pane

pytestmark = [pytest.mark.slow, pytest.mark.qt_log_ignore("This plugin does not support")]


@pytest.fixture
def duty(qtbot: QtBot, tmp_path: Path) -> Iterator[Desk]:
    site(tmp_path / "hub", columns=2)
    load_fonts()
    with LivingHub(tmp_path / "hub"):
        seat = Seat(tmp_path / "seat", pack(), OwnHub(tmp_path / "hub"), CLOCK)
        seat.open_cache()
        player = Player(CLOCK, muted=True)
        prefs = FilePrefs(tmp_path / "prefs.json")
        layout = read_layout_file(shipped("duty"), Panels())
        made = Desk(seat, layout, prefs, player, log_report, "zh", "dark", lambda: None)
        made.resize(1600, 900)
        made.show()
        made.activateWindow()
        made.begin()
        made.follow()
        qtbot.waitUntil(lambda: made.walls.state is not None, timeout=PATIENCE_MS)
        yield made
        made.close()
        seat.close()
        player.close()
        player.deleteLater()
        made.deleteLater()
        QApplication.processEvents()


def casts(duty: Desk) -> tuple[Cast, ...]:
    state = duty.walls.state
    return state.shows[0].casts if state is not None else ()


def test_the_panel_with_the_keyboard_goes_to_the_screen_that_is_chosen_and_comes_back(duty: Desk, qtbot: QtBot) -> None:
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    duty.engine.focus_panel("map")
    qtbot.keyClick(duty, Qt.Key.Key_C, held)
    menu = duty.casting.menu
    assert menu is not None
    entries = [entry for entry in menu.actions() if not entry.isSeparator()]
    assert len(entries) == 2
    entries[1].trigger()
    menu.close()
    duty.activateWindow()
    duty.engine.focus_panel("map")
    qtbot.waitUntil(lambda: len(casts(duty)) == 1, timeout=PATIENCE_MS)
    assert (casts(duty)[0].panel, casts(duty)[0].screen) == ("wallmap", 2)
    qtbot.waitUntil(lambda: duty.casting.can_take_back() is True, timeout=PATIENCE_MS)
    qtbot.keyClick(duty, Qt.Key.Key_Z, held)
    qtbot.waitUntil(lambda: casts(duty) == (), timeout=PATIENCE_MS)
    assert isinstance(duty.casting.can_take_back(), Message)


class Theirs(Pane):
    panel_id = "theirs"

    def on_wall(self) -> tuple[str, dict[str, str]]:
        return "theirs.large", {"of": "them"}


class Plain(Pane):
    panel_id = "plain"


def test_what_a_panel_is_on_a_wall_follows_what_is_selected(qtbot: QtBot) -> None:
    ctx = panels_desk().ctx
    panels = {}
    for name in ("event", "queue"):
        pane = Plain(ctx)
        pane.panel_id = name  # type: ignore[misc]
        qtbot.addWidget(pane)
        panels[name] = pane
    assert on_wall(ctx, panels["queue"]) == OnWall("wallevents")
    assert isinstance(on_wall(ctx, panels["event"]), Message)
    ctx.selection.select("event", "events/0714-1187")
    found = on_wall(ctx, panels["event"])
    assert isinstance(found, OnWall)
    assert (found.panel, found.event) == ("wallfocus", "events/0714-1187")


def test_a_third_partys_panel_says_itself_what_it_is_there_and_any_other_is_refused_in_words(qtbot: QtBot) -> None:
    ctx = panels_desk().ctx
    theirs, plain = Theirs(ctx), Plain(ctx)
    for pane in (theirs, plain):
        qtbot.addWidget(pane)
    assert on_wall(ctx, theirs) == OnWall("theirs.large", {"of": "them"})
    refused = on_wall(ctx, plain)
    assert isinstance(refused, Message)
    assert "plain" in ctx.t(refused)
