"""The window of a desk that takes part in a rehearsal: what it is started with, and what it is from its beginning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cockpit.bus import subjects
from cockpit.bus.where import OwnHub
from cockpit.cli import parser
from cockpit.model.layout_read import read_layout_file
from cockpit.model.messages import Message
from cockpit.model.rehearsal import Entry
from cockpit.seat import Seat
from cockpit.seat.calls import LiveCalls
from cockpit.ui.desk import Desk
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.sound import Player
from cockpit.wall.rehearsing import desk_command, desk_environment
from layouts.engine import shipped
from layouts.panels import Panels
from tests.call_hands import person, phone
from tests.living_hub import CLOCK, pack
from widgets.kit.context import log_report
from widgets.kit.fonts import load_fonts

# what the offscreen platform says of windows with a least size
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

ENTRY = Entry("drill-1", {"zh": "内涝"}, "nats://127.0.0.1:4222", 4222, "seat-1", "word", "duty", "hangzhou")


@pytest.fixture
def seat(tmp_path: Path) -> Iterator[Seat]:
    """As it is opened for a rehearsal whose hub has not said anything yet."""
    made = Seat(tmp_path / "seat", pack(), OwnHub(tmp_path / "hub"), CLOCK, rehearses=True)
    made.open_cache()
    yield made
    made.close()


def test_the_window_is_told_that_it_is_a_rehearsals_and_is_handed_no_secret(tmp_path: Path) -> None:
    command = desk_command(ENTRY, tmp_path, "hangzhou")
    args = parser("run").parse_args(command[command.index("run") :])
    assert args.rehearsal
    given = {"HOME": "/home/x", "COCKPIT_SECRET_SIP": "word", "CREDENTIALS_DIRECTORY": "/run/credentials/x"}
    assert desk_environment(given) == {"HOME": "/home/x"}


def test_nobody_is_called_answered_or_put_through_before_its_hub_has_said_its_world(seat: Seat) -> None:
    calls = LiveCalls(seat)
    outside = person("王值班", phone("8001"))
    for what in (
        lambda: calls.place([outside]), lambda: calls.answer("call-1"), lambda: calls.transfer("leg-1", outside),
    ):  # fmt: skip
        seat.notices.clear()
        what()
        seat.tick()
        assert list(seat.notices) == [Message("calls.not_in_drill")]
    assert not calls.calls


def test_a_seat_is_of_a_rehearsal_by_the_world_of_its_hub_too(tmp_path: Path) -> None:
    made = Seat(tmp_path / "seat", pack(), OwnHub(tmp_path / "hub"), CLOCK)
    try:
        assert not made.rehearses
        made.world = subjects.LIVE
        assert not made.rehearses
        made.world = subjects.drill("drill-1")
        assert made.rehearses
    finally:
        made.close()


@pytest.mark.slow
def test_the_desk_has_its_red_banner_and_frame_before_its_hub_says_anything(
    qtbot: QtBot, tmp_path: Path, seat: Seat
) -> None:
    load_fonts()
    player = Player(CLOCK, muted=True)
    prefs = FilePrefs(tmp_path / "prefs.json")
    layout = read_layout_file(shipped("duty"), Panels())
    desk = Desk(seat, layout, prefs, player, log_report, "zh", "dark", lambda: None)
    try:
        desk.resize(1600, 900)
        desk.show()
        desk.begin()
        assert desk.drill.inside
        assert desk.drill.banner.isVisible()
        assert desk.drill.frame.isVisible()
        assert desk.drill.frame.geometry() == desk.rect()
        assert desk.windowTitle() == "演练"
        assert "演练" in desk.drill.banner.what.text()
        reason = desk.drill._outside()
        assert reason == Message("rehearseui.inside")
    finally:
        desk.close()
        player.close()
        player.deleteLater()
        desk.deleteLater()
        QApplication.processEvents()
