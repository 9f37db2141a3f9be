"""The Qt application of a machine of the wall: its last pictures first, then what the wall shows, until it is ended."""

from __future__ import annotations

import argparse
import gc
import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QApplication

from cockpit.bus.joined import read_joined
from cockpit.children import Children
from cockpit.model.clock import Clock
from cockpit.model.messages import LANGUAGES, Message
from cockpit.opening import SeatOpening
from cockpit.seat import Seat
from cockpit.ui.crash import CrashLog
from cockpit.ui.handed import panel_context
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.qtapp import application, end_on_signals
from cockpit.ui.qtwords import speak
from cockpit.ui.wallnode import WallNode
from cockpit.ui.walloutputs import plugged
from cockpit.ui.wallpictures import last_picture
from cockpit.ui.wallscreen import WallWindow
from cockpit.wall.heartbeat import RESTART_CODE
from cockpit.wall.machine import machine_name
from cockpit.wall.node import WallSeat
from layouts.panels import Panels
from widgets.kit.actions import Actions
from widgets.kit.fonts import load_fonts
from widgets.kit.theme import WALL, Theme, apply_theme

FOLDER = "screens"
"""In the profile: the last picture of each output."""


def run_wall_seat(
    args: argparse.Namespace,
    profile: Path,
    opening: SeatOpening,
    children: Children | None,
    clock: Clock,
    size: tuple[int, int] | None,
) -> int:
    """`cockpit run --seat wall`: as `run_wall`; a wall is as large as its screens, whatever `size` says."""
    prod = children.poll if children is not None else _nothing
    machine = machine_name(profile)
    return run_wall(profile, opening, machine, clock, lang=args.lang or "", renderer=args.map or "", prod=prod)


def run_wall(
    profile: Path,
    opening: SeatOpening,
    machine: str,
    clock: Clock,
    *,
    lang: str = "",
    renderer: str = "",
    prod: Callable[[], None] = lambda: None,
) -> int:
    """Draws this machine's screens of the wall until it is told to end; the code of the process.

    Args:
        machine: its name, as the hall file has it.
        lang: `zh` or `en`, "" as the profile has it.
        renderer: of the map, "" as the profile has it.
        prod: called each second on this thread; who has children watches them in it.
    """
    os.environ.setdefault("QT_ENABLE_HIGHDPI_SCALING", "0")  # a pixel of the hall file is a pixel of the screen
    app = application()
    app.setQuitOnLastWindowClosed(False)  # a cable that is pulled ends nothing
    folder = profile / FOLDER
    first = _pictures_first(folder, clock)
    load_fonts()
    crash = CrashLog(profile, clock, "wall")
    prefs = FilePrefs(profile / "prefs.json")
    if renderer:
        prefs.for_now("map.renderer", renderer)
    lang = lang or prefs.one_of("lang", LANGUAGES)
    speak(lang)
    apply_theme(app, Theme.load(WALL))
    seat = opening.seat()
    node = _node(seat, machine, prefs, crash, lang, folder, prod)
    code = [0]
    try:
        node.open_windows()
        for window in first:
            window.close()
            window.deleteLater()
        node.ended.connect(app.quit)
        node.on_restart = lambda: _end(app, code, RESTART_CODE)
        end_on_signals(app, node)
        crash.install(lambda what: node.note(Message("ui.error_noted", {"what": what})))
        node.begin()
        gc.freeze()
        gc.enable()
        app.exec()
    finally:
        node.close()
        seat.close()
        crash.close()
        node.deleteLater()
        app.processEvents()
    return code[0]


def _node(
    seat: Seat,
    machine: str,
    prefs: FilePrefs,
    crash: CrashLog,
    lang: str,
    folder: Path,
    prod: Callable[[], None],
) -> WallNode:
    ctx = panel_context(seat, prefs, crash.report, lang, WALL, Actions(), None)
    return WallNode(
        seat, WallSeat(seat, machine, own_sound=read_joined(folder.parent) is not None), ctx, Panels(), folder, prod
    )


def _pictures_first(folder: Path, clock: Clock) -> list[WallWindow]:
    """The last pictures on all outputs, before anything is read: they stand until the windows of the wall are there."""
    windows = []
    for name, screen in plugged().items():
        picture, taken = last_picture(folder, name)
        if not picture.isNull():
            window = WallWindow(name, clock)
            window.backdrop(picture, taken)
            window.fill(screen)
            window.draw_now()
            windows.append(window)
    return windows


def _nothing() -> None:
    pass


def _end(app: QApplication, code: list[int], with_code: int) -> None:
    code[0] = with_code
    app.quit()
