"""Which output of a machine shows which screen of the wall: by name where the hall file says it, else by position."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from PySide6.QtGui import QGuiApplication, QScreen

from cockpit.model.layout import Rect
from cockpit.model.wall import Screen

_STAND_IN = re.compile(r"[^:]*:\d+(\.\d+)?")
"""The name of an X display, which no output has."""
UNNAMED = "screen"
"""A platform without names has one screen."""


class Output(NamedTuple):
    """An output that is plugged in: its name and where it lies on the machine's desktop, px."""

    name: str
    at: Rect


def plugged() -> dict[str, QScreen]:
    """The outputs that are plugged in, by name, in reading order; Qt's stand-in for none at all is left out."""
    screens = (screen for screen in QGuiApplication.screens() if not _STAND_IN.fullmatch(screen.name()))
    ordered = sorted(
        (screen for screen in screens if not screen.size().isEmpty()), key=lambda screen: _order(rect_of(screen))
    )
    return {screen.name() or UNNAMED: screen for screen in ordered}


def rect_of(screen: QScreen) -> Rect:
    at = screen.geometry()
    return Rect(at.x(), at.y(), at.width(), at.height())


def assigned(screens: Sequence[Screen], outputs: Sequence[Output], before: Mapping[int, str]) -> dict[int, str]:
    """Names of the outputs by number of the screen; a screen whose output is not there is left out.

    Args:
        before: what was assigned so far in this run: an output that is plugged in again gets its screen back, and none
            moves over while it is away.
    """
    names = {output.name for output in outputs}
    found = {screen.id: screen.output for screen in screens if screen.output}
    named = set(found.values())
    kept = {one.id: before[one.id] for one in screens if not one.output and before.get(one.id, "") not in {"", *named}}
    found |= kept
    taken = set(found.values())
    free = [output.name for output in sorted(outputs, key=lambda one: _order(one.at)) if output.name not in taken]
    for screen in sorted(screens, key=lambda one: one.id):
        if screen.id not in found and free:
            found[screen.id] = free.pop(0)
    return {screen: name for screen, name in found.items() if name in names or screen in kept}


def _order(at: Rect) -> tuple[int, int]:
    """Reading order: outputs whose middles are within half a height of one another are one row."""
    return (round(at.y / max(at.h, 1)), at.x)
