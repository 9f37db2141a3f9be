"""A machine of the wall as an application: its last pictures are seen first, and only then is the rest loaded."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from cockpit.children import Children
from cockpit.model.clock import Clock
from cockpit.opening import SeatOpening
from cockpit.ui.qtapp import application
from cockpit.ui.wallbackdrop import Backdrop, backdrops
from cockpit.ui.wallstills import SCREENS
from cockpit.wall.machine import machine_name


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
    """Draws this machine's screens of the wall until it is told to end; the code of the process, or `heartbeat.ANEW`.

    Args:
        machine: its name, as the hall file has it.
        lang: `zh` or `en`, "" as the profile has it.
        renderer: of the map, "" as the profile has it.
        prod: called each second on this thread; who has children watches them in it.
    """
    os.environ.setdefault("QT_ENABLE_HIGHDPI_SCALING", "0")  # a pixel of the hall file is a pixel of the screen
    app = application()
    app.setQuitOnLastWindowClosed(False)  # a cable that is pulled ends nothing
    first: dict[str, Backdrop] = {}
    backdrops(profile / SCREENS, first)
    app.processEvents()
    from cockpit.ui.wallrunning import run

    try:
        return run(app, profile, opening, machine, clock, lang, renderer, prod, lambda: _close(first))
    finally:
        _close(first)


def _close(first: dict[str, Backdrop]) -> None:
    for window in first.values():
        window.hide()
        window.deleteLater()
    first.clear()


def _nothing() -> None:
    pass
