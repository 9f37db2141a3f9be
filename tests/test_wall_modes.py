"""One switch turns the hall: a desk shows the mode's layers, and only its sounds are heard, there and on the wall."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from cockpit.model.levels import Level
from cockpit.model.wall import Hall, Mode
from cockpit.model.wallstate import NodeReport, NodeSeen, WallState
from cockpit.ui.modedesk import ModeDesk
from tests.living_hub import LivingHub
from tests.panel_desk import desk
from tests.wall_node_kit import a_node, site
from tests.wall_stage_kit import HERE, hall, panel, scene, shows, wall
from widgets.map.panel import MapPanel

PEACE = Mode("peace", {"zh": "平时", "en": "Peace"}, layers=("event", "unit"), sounds=("alert_1",))
WAR = Mode(
    "war", {"zh": "战时", "en": "War"}, layers=("event", "unit", "camera"), sounds=("alert_1", "alert_2"), accent=2
)


class Hub:
    """A port of walls whose word the test gives."""

    def __init__(self) -> None:
        self.state: WallState | None = None
        self._told: list[Callable[[str], None]] = []

    def listen(self, told: Callable[[str], None]) -> None:
        self._told.append(told)

    def turn(self, mode: Mode, joined: bool = True) -> None:
        here: Hall = replace(hall(wall(1)), modes=(PEACE, WAR))
        seen = NodeSeen(NodeReport(HERE, "main", "1", 1.0, 1.0, ()), 0, joined)
        self.state = WallState(here, (shows(scene("calm", panel("all")), mode=mode.id),), (), (seen,))
        for told in self._told:
            told("state")


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_a_mode_brings_its_layers_to_the_map_and_takes_them_away_with_it(qtbot: QtBot) -> None:
    at, hub = desk(), Hub()
    shown = MapPanel(at.ctx)
    qtbot.addWidget(shown)
    shown.layer_desk.set_state("camera", visible=False)
    modes = ModeDesk(at.ctx, hub, lambda: shown)  # type: ignore[arg-type]
    hub.turn(PEACE)
    before = shown.visible
    assert at.toasts == []  # what was so when it opened is no news
    hub.turn(WAR)
    assert shown.visible == before | {"camera"}
    assert at.toasts[-1][1] == Level.ORANGE
    assert "战时" in at.ctx.t(at.toasts[-1][0])
    assert modes.hears("alert_2")
    hub.turn(PEACE)
    assert shown.visible == before
    assert modes.hears("alert_1")
    assert not modes.hears("alert_2")
    shown.close()


def test_a_hall_whose_machines_are_not_there_changes_nothing_at_a_desk(qtbot: QtBot) -> None:
    at, hub = desk(), Hub()
    modes = ModeDesk(at.ctx, hub, lambda: None)  # type: ignore[arg-type]
    hub.turn(PEACE, joined=False)
    hub.turn(WAR, joined=False)
    assert at.toasts == []
    assert modes.hears("alert_2")


@pytest.mark.slow
def test_the_machine_of_the_first_screen_sounds_and_a_muted_wall_is_silent(qtbot: QtBot, tmp_path: Path) -> None:
    site(tmp_path / "hub")
    with LivingHub(tmp_path / "hub") as hub, a_node(qtbot, tmp_path / "node", hub) as node:
        node.until(lambda: node.shown() == "calm")
        assert node.node.sounds.hears("alert_1")
        node.act("mute", "1")
        node.until(lambda: not node.node.sounds.hears("alert_1"))
