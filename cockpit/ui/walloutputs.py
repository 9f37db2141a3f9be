"""Which output of a machine shows which screen of the wall: by name where the hall file says it, else by position."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from PySide6.QtGui import QGuiApplication, QScreen

from cockpit.model.layout import Rect
from cockpit.model.typed import from_json
from cockpit.model.wall import Screen
from cockpit.processes import write_private

_STAND_IN = re.compile(r"[^:]*:\d+(\.\d+)?")
"""The name of an X display, which no output has."""
FILE = "outputs.json"
"""Beside the pictures of the outputs."""
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


class KeptOutputs(msgspec.Struct, frozen=True):
    """Which output showed which screen when all were there.

    Attributes:
        wall: its id. outputs: by number of the screen, of those whose output the hall does not name.
        there: all outputs that there were.
    """

    wall: str
    outputs: dict[int, str]
    there: frozenset[str]


class Assignment:
    """Which output shows which screen, also where a process starts while one is off or unplugged: by position goes only
    what was all there at once, and that holds until all are there anew."""

    def __init__(self, file: Path | None = None) -> None:
        """
        Args:
            file: where it is kept for the next start, None nowhere.
        """
        self._file = file
        self._wall = ""
        self._screens: Sequence[Screen] = ()
        self._kept = self._read()
        self._found: dict[int, str] = {}
        self._whole = False

    def begin(self, wall: str, screens: Sequence[Screen]) -> None:
        """These are the screens from now on."""
        self._wall, self._screens = wall, screens
        self._found, self._whole = {}, False

    def of(self, outputs: Sequence[Output]) -> dict[int, str]:
        """As `assigned`, of the outputs that are there now."""
        named = {screen.output for screen in self._screens if screen.output}
        loose = {screen.id for screen in self._screens if not screen.output}
        there = frozenset(output.name for output in outputs) - named
        before: Mapping[int, str] = self._found
        if not self._whole:
            if kept := self._of_the_whole(loose, there):
                before = kept
            elif len(there) >= len(loose):
                self._whole, before = True, {}
        self._found = assigned(self._screens, outputs, before)
        if self._whole and loose:
            self._keep(KeptOutputs(self._wall, {n: self._found[n] for n in sorted(loose) if n in self._found}, there))
        return self._found

    def _of_the_whole(self, loose: set[int], there: frozenset[str]) -> dict[int, str]:
        """What is kept, where it is of these screens and one of their outputs is out now; {} else: what is there was
        never seen, or all is there and may have been hung anew."""
        kept = self._kept
        if kept is None or kept.wall != self._wall or kept.outputs.keys() != loose or not there < kept.there:
            return {}
        return kept.outputs if not there.issuperset(kept.outputs.values()) else {}

    def _read(self) -> KeptOutputs | None:
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            return from_json(self._file.read_bytes(), type=KeptOutputs) if self._file is not None else None
        return None

    def _keep(self, kept: KeptOutputs) -> None:
        if kept.there >= set(kept.outputs.values()) and kept != self._kept:
            self._kept = kept
            if self._file is not None:
                with contextlib.suppress(OSError):
                    write_private(self._file, msgspec.json.encode(kept).decode())


def _order(at: Rect) -> tuple[int, int]:
    """Reading order: outputs whose middles are within half a height of one another are one row."""
    return (round(at.y / max(at.h, 1)), at.x)
