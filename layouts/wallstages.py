"""All screens of one machine of a wall: a revision is prepared on each of them, and then they flip together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from cockpit.model.layout import Rect
from cockpit.model.wall import Hall, Screen, Wall
from cockpit.model.wallstate import WallShows
from layouts.wallpieces import Piece, Solved, pieces_of, scaled, sight_of
from layouts.wallstage import ScreenStage

PATIENCE_MS = 110
"""So long panels may take for what they draw aside; the hub waits for 150 ms."""
LOOK_MS = 8
KEPT_SCENES = 3
"""So many times the pixels of the screens are kept built out of sight."""


class WallStages(QObject):
    """The stages of a machine's screens.

    Attributes:
        ready: emitted when a revision can be shown in one frame.
        prepared, shown: revisions; 0 none.
    """

    ready = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.prepared = self.shown = 0
        self._stages: dict[int, tuple[Screen, ScreenStage]] = {}
        self._shows: WallShows | None = None
        self._patience = PATIENCE_MS
        self._solved = Solved()
        self._looking = QTimer(self, interval=LOOK_MS)
        self._looking.timeout.connect(self._look)
        self._since = QElapsedTimer()

    def put(self, screens: Iterable[tuple[Screen, ScreenStage]]) -> None:
        """These are the screens from now on; what was prepared for others is forgotten."""
        self._stages = {screen.id: (screen, stage) for screen, stage in screens}
        self.prepared = self.shown = 0
        self._shows = None
        self._looking.stop()

    def stage(self, screen: int) -> ScreenStage | None:
        """The stage of a screen of this machine."""
        pair = self._stages.get(screen)
        return pair[1] if pair is not None else None

    @property
    def all(self) -> list[ScreenStage]:
        return [stage for _, stage in self._stages.values()]

    def prepare(self, shows: WallShows, hall: Hall, wall: Wall, patience_ms: int = PATIENCE_MS) -> None:
        """Builds a revision out of sight; `ready` says when it can be shown. One that was being prepared is left."""
        self._patience = patience_ms
        self._shows = shows
        self.prepared = 0
        for screen, stage in self._stages.values():
            stage.prepare(*self._told(shows, hall, wall, screen, stage))
        self._since.start()
        if self.any_new:
            self._looking.start()
        self._look()

    @property
    def any_new(self) -> bool:
        """Whether what was told last has panels that are not shown now."""
        return any(stage.new for stage in self.all)

    @property
    def drawn_ahead(self) -> bool:
        """Whether what is prepared has panels that are not shown now: their first frame is a picture."""
        return self._shows is not None and self.prepared == self._shows.revision and self.any_new

    def reveal(self, painted: Callable[[], None]) -> None:
        """Shows the first frame of what was prepared; `flip` is to follow. A screen with nothing new is flipped.

        Args:
            painted: as in `ScreenStage.reveal`, of every screen.
        """
        for stage in self.all:
            if not stage.reveal(painted):
                stage.flip()

    def flip(self) -> None:
        """Shows what was prepared, as far as it is."""
        if self._shows is None:
            return
        self._looking.stop()
        for stage in self.all:
            stage.flip()
        self.prepared = self.shown = self._shows.revision
        self._trim()

    def _look(self) -> None:
        if self._shows is None or self.prepared == self._shows.revision:
            self._looking.stop()
            return
        if self._since.elapsed() < self._patience and not all(stage.settled for stage in self.all):
            return
        self._looking.stop()
        for stage in self.all:
            stage.draw_ahead()
        self.prepared = self._shows.revision
        self.ready.emit(self.prepared)

    def build_ahead(self, shows: WallShows, hall: Hall, wall: Wall) -> bool:
        """Builds one panel of what will be shown later, as long as there is room for it; whether it did."""
        if sum(stage.pixels for stage in self.all) > self._room:
            return False
        pairs = self._stages.values()
        return any(stage.build_ahead(*self._told(shows, hall, wall, screen, stage)) for screen, stage in pairs)

    @property
    def _room(self) -> int:
        return KEPT_SCENES * sum(screen.at.w * screen.at.h for screen, _ in self._stages.values())

    def _trim(self) -> None:
        """Keeps the scenes that were shown last, as many as there is room for."""
        room = self._room
        for stage in self.all:
            stage.forget_broken()
        while sum(stage.pixels for stage in self.all) > room:
            if not min(self.all, key=lambda stage: stage.oldest).forget_oldest():
                return

    def _told(
        self, shows: WallShows, hall: Hall, wall: Wall, screen: Screen, stage: ScreenStage
    ) -> tuple[list[tuple[Piece, dict[str, Any]]], Rect]:
        """What a stage is to show, and where its screen is, in pixels of its output."""
        by = stage.scale
        pieces = pieces_of(shows, wall, screen, self._solved)
        return [(piece, sight_of(piece, hall, wall, shows, screen, by)) for piece in pieces], scaled(screen.at, by)
