"""What draws a machine's screens of the wall, from the seat that is opened to the orderly end."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from cockpit.bus.joined import read_joined
from cockpit.heartbeat import ANEW, RESTART_CODE
from cockpit.model.clock import Clock
from cockpit.model.messages import LANGUAGES, Message
from cockpit.opening import SeatOpening
from cockpit.seat import Seat
from cockpit.ui.crash import CrashLog
from cockpit.ui.handed import panel_context
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.qtapp import end_on_signals, end_on_signals_at_once
from cockpit.ui.qtwords import speak
from cockpit.ui.walldrill import WallDrill
from cockpit.ui.wallnode import WallNode
from cockpit.ui.wallstills import SCREENS
from cockpit.wall.node import WallSeat
from layouts.panels import Panels
from widgets.kit.actions import Actions
from widgets.kit.context import PanelContext
from widgets.kit.fonts import load_fonts
from widgets.kit.theme import WALL, Theme, apply_theme


def run(
    app: QApplication,
    profile: Path,
    opening: SeatOpening,
    machine: str,
    clock: Clock,
    lang: str,
    renderer: str,
    prod: Callable[[], None],
    drawn: Callable[[], None],
) -> int:
    """As `wallapp.run_wall`.

    Args:
        drawn: told once the windows of the wall are there.
    """
    folder = profile / SCREENS
    load_fonts()
    crash = CrashLog(profile, clock, "wall")
    prefs = FilePrefs(profile / "prefs.json")
    if renderer:
        prefs.for_now("map.renderer", renderer)
    lang = lang or prefs.one_of("lang", LANGUAGES)
    speak(lang)
    apply_theme(app, Theme.load(WALL))
    seat = opening.seat()

    def context(of: Seat) -> PanelContext:
        return panel_context(of, prefs, crash.report, lang, WALL, Actions(), None)

    line = WallSeat(seat, machine, own_sound=read_joined(profile) is not None)
    node = WallNode(seat, line, context(seat), Panels(), folder, prod)
    drill = WallDrill(node, profile, context)
    code = [0]
    try:
        node.open_windows()
        drawn()
        node.ended.connect(app.quit)
        node.on_restart = lambda watched: _end(app, code, RESTART_CODE if watched else ANEW)
        end_on_signals(app, node)
        crash.install(lambda what: node.note(Message("ui.error_noted", {"what": what})))
        node.begin()
        gc.freeze()
        gc.enable()
        app.exec()
        if code[0] == ANEW:
            end_on_signals_at_once()  # a signal that comes before it begins again must not be lost
    finally:
        drill.close()
        node.close()
        seat.close()
        crash.close()
        node.deleteLater()
        app.processEvents()
    return code[0]


def _end(app: QApplication, code: list[int], with_code: int) -> None:
    code[0] = with_code
    app.quit()
