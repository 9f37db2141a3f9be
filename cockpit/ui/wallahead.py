"""What takes time at the first showing of a scene is done before: panels are imported while the machine has time, and
the scene that a carousel shows next is built while the one before it is looked at."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import partial

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer

from cockpit.model.messages import Message
from cockpit.model.wall import Hall, Scene, Wall
from cockpit.model.wallasks import SceneText, SceneWanted
from cockpit.model.wallstate import WallShows
from cockpit.seat import Seat
from cockpit.wall.node import WallSeat
from cockpit.wall.persons import AHEAD
from layouts.wallstages import WallStages

FIRST_WARM_MS, WARM_MS = 5000, 500
PREFIX = "wall"
"""Ids of panels that are made for walls begin so."""
REST_MS = 60
"""Between two panels: what is shown goes on."""


class Ahead(QObject):
    """Builds ahead for one machine."""

    def __init__(
        self,
        seat: Seat,
        line: WallSeat,
        stages: WallStages,
        classes: Mapping[str, type],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._classes = classes
        self._cold: list[str] | None = None
        self._warming = QTimer(self, interval=WARM_MS)
        self._warming.timeout.connect(self._warm_one)
        self._seat, self._line, self._stages = seat, line, stages
        self._built = ("", 0)
        self._what: tuple[WallShows, Hall, Wall] | None = None
        self._next = QTimer(self, interval=REST_MS)
        self._next.timeout.connect(self._one)

    def stop(self) -> None:
        self._next.stop()
        self._warming.stop()

    def warm(self) -> None:
        """Begins to import the panels that walls have, one after the other; once."""
        if self._cold is None:
            self._cold = [panel for panel in self._classes if panel.startswith(PREFIX)]
            self._warming.start(FIRST_WARM_MS)

    def _warm_one(self) -> None:
        if not self._cold:
            self._warming.stop()
            return
        self._warming.setInterval(WARM_MS)
        self._seat.aside(partial(self._import, self._cold.pop()))

    def _import(self, panel: str) -> None:
        with contextlib.suppress(Exception):  # whoever shows it says what is wrong with it
            self._classes[panel]

    def second(self) -> None:
        """A second passed."""
        shows, state, wall = self._line.shows, self._line.state, self._line.wall
        if shows is None or state is None or wall is None or not self._line.joined:
            return
        wanted = _next_scene(shows, state.hall)
        due = shows.next_at - self._line.time.now()
        if not wanted or shows.paused or not 0 < due < AHEAD or self._built == (wanted, shows.revision):
            return
        self._built = (wanted, shows.revision)

        def told(reply: SceneText | Message) -> None:
            if isinstance(reply, SceneText):
                self._begin(reply.scene, shows, state.hall, wall)

        self._seat.ask("wall.scene", SceneWanted(wanted), SceneText, told)

    def _begin(self, scene: Scene, shows: WallShows, hall: Hall, wall: Wall) -> None:
        self._what = (replace(shows, scene=scene, view=None), hall, wall)
        self._next.start()

    def _one(self) -> None:
        if self._what is None or self._what[2] != self._line.wall or not self._stages.build_ahead(*self._what):
            self._next.stop()


def _next_scene(shows: WallShows, hall: Hall) -> str:
    """Id of the scene that comes after this one by itself, "" none."""
    carousel = next((one for one in hall.carousels if one.id == shows.carousel), None)
    if carousel is None or not carousel.steps:
        return ""
    scene = carousel.steps[(shows.step + 1) % len(carousel.steps)][0]
    return scene if scene != shows.scene.id else ""
