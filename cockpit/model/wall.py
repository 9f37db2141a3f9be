"""What hangs in a hall and what it shows: walls, screens, rooms, scenes, modes, carousels. No Qt.

A wall has one canvas, in the pixels of its screens; where two screens meet, the canvas goes on behind the bezel, so
that one picture is continuous over both. Millimetres and viewing distance decide how large type must be.
`wall_read.py` makes a `Hall` and `Scene`s of TOML files, `wall_solve.py` makes rectangles of a scene on a wall.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from cockpit.model.clock import local
from cockpit.model.layout import Rect

Fit = Literal["one", "wall", "wide", "ribbon"]
"""Which walls an arrangement is for: one screen; several with an aspect under 2.2; from 2.2 on; from 8 on."""


class Screen(msgspec.Struct, frozen=True):
    """One screen of a wall.

    Attributes:
        id: number on the wall, from 1, left to right, top to bottom, as `identify` shows it.
        machine: which machine draws it; output: its name there ("HDMI-1"), "" by order of position.
        at: its rectangle on the canvas of the wall, px.
    """

    id: int
    machine: str
    at: Rect
    output: str = ""


class Wall(msgspec.Struct, frozen=True):
    """One wall.

    Attributes:
        id, name: `{zh, en}`. room: where it hangs.
        screens: in order of their ids; their rectangles do not overlap.
        size: width and height of the canvas, px, with what lies behind bezels.
        pitch: millimetres a pixel. distance: metres from the last row of seats.
        rows, columns: of the grid of screens.
        bezel: px of the canvas that lie between two screens: (across, down); where gaps differ, the least.
    """

    id: str
    name: dict[str, str]
    room: str
    screens: tuple[Screen, ...]
    size: tuple[int, int]
    pitch: float
    distance: float
    rows: int
    columns: int
    bezel: tuple[int, int] = (0, 0)

    @property
    def machines(self) -> tuple[str, ...]:
        """The machines that draw it, in order."""
        return tuple(dict.fromkeys(screen.machine for screen in self.screens))


class Place(msgspec.Struct, frozen=True):
    """A node of a scene's arrangement: rows, columns, or a panel at the ends.

    Attributes:
        id: unique in the scene; what casts, edits and remotes name it by.
        split: how its children lie; "" for a panel.
        weight: its share of the parent's length. screens: instead, its length in screens of the wall along the parent's
            direction; it keeps to them where the wall has them.
        panel: id of a panel (`layouts.panels.Panels`).
        options: handed on to the panel. follows: what of the selection it follows: "", "event", "area",
            "selection" (event, area, kinds and time).
        spans: may lie across bezels (maps, videos); another is put on the side where it has more room.
    """

    id: str
    split: Literal["", "rows", "columns"] = ""
    children: tuple[Place, ...] = ()
    weight: float = 1.0
    screens: int = 0
    panel: str = ""
    options: dict[str, Any] = {}
    follows: Literal["", "event", "area", "selection"] = ""
    spans: bool = False


class Arrangement(msgspec.Struct, frozen=True):
    """How a scene lies on the walls of one kind."""

    fit: Fit
    root: Place


class Scene(msgspec.Struct, frozen=True):
    """A named picture of a wall.

    Attributes:
        id, name: `{zh, en}`; key: of the operator's desk (`F1`), "" none.
        arrangements: one a `Fit` at the most; a wall whose fit is missing takes the nearest.
        layers: of the map, switched on in it. privacy: `open` shows what the wall may, `visitor` hides or blurs what
            the pack marks and tells neither where nor who, `named` alone may name people in the field.
        version: of the file as published, from 1.
    """

    id: str
    name: dict[str, str]
    arrangements: tuple[Arrangement, ...]
    key: str = ""
    layers: tuple[str, ...] = ()
    privacy: Literal["open", "visitor", "named"] = "open"
    version: int = 1


class Mode(msgspec.Struct, frozen=True):
    """平时, 战时, 特殊时期: scene, layers, sounds and rights change together.

    Attributes:
        scene: id that comes with it, "" leaves it. sounds: ids of alarms' sounds that are heard. rights: who may change
            the wall in it: roles. accent: level 1–4 of the word on the wall, 0 none.
    """

    id: str
    name: dict[str, str]
    scene: str = ""
    layers: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()
    rights: tuple[str, ...] = ("duty", "leader", "wall")
    accent: int = 0


class Trigger(msgspec.Struct, frozen=True):
    """What brings a scene by itself: an alert of a level or above (1 is Ⅰ), for so many seconds (0 until released)."""

    alert: int
    scene: str
    seconds: int = 0


class Carousel(msgspec.Struct, frozen=True):
    """Scenes that follow one another.

    Attributes:
        steps: (scene, seconds). between: times of the day at which it runs, minutes after midnight, () always.
    """

    id: str
    name: dict[str, str]
    steps: tuple[tuple[str, int], ...]
    between: tuple[int, ...] = ()
    triggers: tuple[Trigger, ...] = ()


class Room(msgspec.Struct, frozen=True):
    """A room: hall, decision room, press room; its own picture, or that of another room."""

    id: str
    name: dict[str, str]
    shares: str = ""


class Hall(msgspec.Struct, frozen=True):
    """A hall file, whole.

    Attributes:
        night: (from, to) minutes after midnight at which screens are dimmed, and brightness 0–1; () never.
        shift: px that the picture moves about against burn-in, 0 none.
    """

    id: str
    name: dict[str, str]
    walls: tuple[Wall, ...]
    rooms: tuple[Room, ...]
    modes: tuple[Mode, ...]
    carousels: tuple[Carousel, ...] = ()
    night: tuple[int | float, ...] = ()
    shift: int = 2

    def wall(self, id: str) -> Wall | None:
        return next((wall for wall in self.walls if wall.id == id), None)

    def night_light(self, now: int) -> float | None:
        """The most brightness (0–1) that screens have at this hour (UTC us), None by day: all that is set."""
        if len(self.night) != 3 or not within(self.night[:2], now):
            return None
        return self.night[2]


def within(between: tuple[int | float, ...], now: int) -> bool:
    """Whether the time of day lies between these minutes after midnight, over midnight where the end is before."""
    if len(between) != 2:
        return True
    at = local(now)
    minute = at.hour * 60 + at.minute
    start, end = between
    return start <= minute < end if start <= end else minute >= start or minute < end


class Placed(msgspec.Struct, frozen=True):
    """One panel where it lies on the canvas: the place, and its rectangle in px of the canvas."""

    place: Place
    at: Rect
