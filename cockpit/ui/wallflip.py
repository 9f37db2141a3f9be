"""When which revision is shown: prepared as soon as it is told, flipped at the moment that the hub names."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from cockpit.model.clock import SECOND
from cockpit.model.wall import Hall, Screen, Wall
from cockpit.model.wallstate import WallShows
from cockpit.ui.wallscreen import WallWindow
from cockpit.wall.node import WallSeat
from layouts.wallstage import ScreenStage
from layouts.wallstages import PATIENCE_MS, WallStages

LONGEST_SECONDS = 2.0
"""A moment further ahead is a clock that is wrong: it is shown now."""
FIRST_MS = 2500
"""So long panels may take for what they draw aside while the last picture of an earlier run is seen."""
SPIN_SECONDS = 0.0025
"""A timer is late by up to this; the rest is waited for in a loop."""


class Flipping(QObject):
    """The revisions of one machine.

    Attributes:
        flipped: emitted with what is shown now, before it is painted.
        shown: the revision on the screens, None before the first.
        skew_us, switch_ms: by number of the screen: when the last revision was on it against the moment named, and
            against the act that it came from.
    """

    flipped = Signal(object)

    def __init__(
        self,
        stages: WallStages,
        line: WallSeat,
        windows: Callable[[], list[WallWindow]],
        parent: QObject | None = None,
    ) -> None:
        """
        Args:
            windows: those that show a screen of the wall.
        """
        super().__init__(parent)
        self.shown: WallShows | None = None
        self.skew_us: dict[int, int] = {}
        self.switch_ms: dict[int, float] = {}
        self._stages = stages
        self._line = line
        self._windows = windows
        self._wanted: tuple[WallShows, Hall, Wall] | None = None
        self._shown_in: tuple[Hall, Wall] | None = None
        self._fresh = True
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._at_last)
        stages.ready.connect(self._ready)

    @property
    def revision_shown(self) -> int:
        return self.shown.revision if self.shown is not None else 0

    @property
    def revision_ready(self) -> int:
        return self._stages.prepared

    def stop(self) -> None:
        self._timer.stop()
        self._wanted = None

    def told(self, shows: WallShows, hall: Hall, wall: Wall) -> None:
        """What the wall is to show; told again and again, mostly the same."""
        before = self._wanted
        self._wanted = (shows, hall, wall)
        if before is not None and _same(before[0], shows) and before[1:] == (hall, wall):
            if before[0].show_at != shows.show_at:
                self._schedule()
            return
        self._timer.stop()
        self._prepare()

    def anew(self, stages: Iterable[tuple[Screen | None, ScreenStage | None]]) -> None:
        """Other screens than before: what is wanted is prepared for them, and shown as soon as it can be."""
        pairs = [(screen, stage) for screen, stage in stages if screen is not None and stage is not None]
        self._stages.put(pairs)
        self._fresh = True
        if self._wanted is not None and pairs:
            self._prepare()

    # -- inside --------------------------------------------------------------------------------------------------

    def _prepare(self) -> None:
        """While a picture stands in there is no hurry: a map has drawn its ground before it is seen."""
        if self._wanted is not None:
            stands_in = self._fresh and any(window.still for window in self._windows())
            self._stages.prepare(*self._wanted, FIRST_MS if stands_in else PATIENCE_MS)

    def _ready(self, revision: int) -> None:
        if self._wanted is not None and self._wanted[0].revision == revision:
            if self._line.joined:
                self._line.ready(self._wanted[2].id, revision)
            self._schedule()

    def _schedule(self) -> None:
        if self._wanted is None or self._stages.prepared != self._wanted[0].revision:
            return
        shows = self._wanted[0]
        if self._fresh:
            self._flip()  # whatever the others do: there is nothing on the screens yet
        elif self.shown is not None and _same(shows, self.shown):
            if self._shown_in != self._wanted[1:]:
                self._flip()  # another hall file is published: what its panels know of it is another
            self.shown = shows
        elif shows.show_at:
            wait = self._line.until(shows.show_at)
            if SPIN_SECONDS < wait <= LONGEST_SECONDS:
                self._timer.start(int((wait - SPIN_SECONDS) * 1000))
            else:
                self._at_last()

    def _at_last(self) -> None:
        if self._wanted is None:
            return
        at = self._wanted[0].show_at
        while 0 < self._line.until(at) <= SPIN_SECONDS * 2:
            pass
        self._flip()

    def _flip(self) -> None:
        if self._wanted is None:
            return
        shows = self._wanted[0]
        first, self._fresh = self._fresh, False
        now = self._line.time.now()
        windows = self._windows()
        for window in windows:
            frozen = window.screen_of_wall is not None and window.screen_of_wall.id in shows.frozen
            if frozen:
                window.hold(now)
            elif window.still:
                window.lift()
        self._stages.flip()
        self.shown, self._shown_in = shows, self._wanted[1:]
        self.flipped.emit(shows)
        for window in windows:
            window.draw_now()
            if window.screen_of_wall is not None and not first:
                drawn = self._line.time.now()
                self.skew_us[window.screen_of_wall.id] = drawn - shows.show_at if shows.show_at else 0
                self.switch_ms[window.screen_of_wall.id] = (drawn - shows.since) * 1000 / SECOND


def _same(one: WallShows, other: WallShows) -> bool:
    """Whether two revisions are one, whose moment may have been named meanwhile."""
    return replace(one, show_at=0) == replace(other, show_at=0)
