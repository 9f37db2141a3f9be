"""When which revision is shown: prepared as soon as it is told, flipped at the moment that the hub names."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable
from functools import partial

from msgspec.structs import replace
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCursor

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
TIMER_SECONDS = 0.0025
"""A timer is late by up to this: the rest is slept."""
HELD_SECONDS = 0.08
"""So long before the moment of a picture that is drawn nothing else is begun: a tick or a frame takes as long."""
FOLLOW_MS = 50
"""So long after the first frame the panels come to life: machines that share its cores are drawn by then."""


HURRY_MS = 500
"""So long what can wait does while a change is prepared; a machine that needs more has other troubles."""


class Flipping(QObject):
    """The revisions of one machine.

    Attributes:
        dressed: emitted with what is shown next, before it is painted: what lies over the panels is to be as it says.
        flipped: emitted with what is shown now, as soon as its panels live.
        shown: the revision on the screens, None before the first.
        skew_us, switch_ms: by number of the screen: when the last revision was on it against the moment named, and
            the last scene that was another against the act that it came from.
    """

    dressed = Signal(object)
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
        self._began = 0
        self._stages = stages
        self._line = line
        self._windows = windows
        self._wanted: tuple[WallShows, Hall, Wall] | None = None
        self._shown_in: tuple[Hall, Wall] | None = None
        self._fresh = True
        self._since = QElapsedTimer()
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._at_last)
        self._following = QTimer(self, singleShot=True, interval=FOLLOW_MS)
        self._following.timeout.connect(self._come_alive)
        stages.ready.connect(self._ready)

    @property
    def revision_shown(self) -> int:
        return self.shown.revision if self.shown is not None else 0

    @property
    def revision_ready(self) -> int:
        return self._stages.prepared

    @property
    def hurries(self) -> bool:
        """Whether a change of scene is being prepared, or is just seen: what can wait is to wait."""
        if self._following.isActive():
            return True
        if self._wanted is None or self._fresh or self._wanted[0].revision == self.revision_shown:
            return False
        return self._stages.any_new and self._since.elapsed() < HURRY_MS

    def stop(self) -> None:
        self._timer.stop()
        self._following.stop()
        gc.enable()
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
        gc.enable()
        self._come_alive_now()
        self._since.start()
        self._prepare()

    def anew(self, stages: Iterable[tuple[Screen | None, ScreenStage | None]]) -> None:
        """Other screens than before: what is wanted is prepared for them, and shown as soon as it can be."""
        pairs = [(screen, stage) for screen, stage in stages if screen is not None and stage is not None]
        self._following.stop()
        gc.enable()
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
            before = HELD_SECONDS if self._stages.drawn_ahead else TIMER_SECONDS
            if self._stages.drawn_ahead:
                gc.disable()  # to look for garbage takes longer than a frame: it has time when all is seen
            if before < wait <= LONGEST_SECONDS:
                self._timer.start(int((wait - before) * 1000))
            else:
                self._at_last()

    def _at_last(self) -> None:
        if self._wanted is None:
            return
        if self._stages.drawn_ahead:
            self._flip_picture()
        else:
            self._sleep_until(self._wanted[0].show_at)
            self._flip()

    def _sleep_until(self, at: int) -> None:
        """Nothing else is done meanwhile. To sleep is more even than to look at the clock again and again: that takes a
        core from whoever shares it."""
        left = self._line.until(at)
        if 0 < left <= HELD_SECONDS * 2:
            time.sleep(left)

    def _flip_picture(self) -> None:
        """Shows the picture of what is new at the moment, and lets it live afterwards."""
        assert self._wanted is not None
        shows, windows = self._wanted[0], self._windows()
        moment = partial(self._sleep_until, shows.show_at)
        self._hold_or_lift(shows, windows)
        self._stages.reveal(moment)
        self._dress()
        covered = [window for window in windows if window.still or window.is_black]
        for window in windows:
            if window not in covered:
                window.draw_now()  # it is painted, and waits
        moment()
        for window in covered:
            window.draw_now()
        self._seen(shows, windows)
        self._following.start()

    def _flip(self) -> None:
        """Shows what is wanted now, alive."""
        if self._wanted is None:
            return
        gc.enable()
        shows, windows = self._wanted[0], self._windows()
        first, self._fresh = self._fresh, False
        self._hold_or_lift(shows, windows)
        self._stages.flip()
        self._dress()
        self.flipped.emit(shows)
        for window in windows:
            window.draw_now()
        if not first:
            self._seen(shows, windows)

    def _come_alive(self) -> None:
        gc.enable()
        self._stages.flip()
        if self.shown is not None:
            self.flipped.emit(self.shown)

    def _come_alive_now(self) -> None:
        if self._following.isActive():
            self._following.stop()
            self._come_alive()

    def _hold_or_lift(self, shows: WallShows, windows: Iterable[WallWindow]) -> None:
        now = self._line.time.now()
        for window in windows:
            if window.screen_of_wall is not None and window.screen_of_wall.id in shows.frozen:
                window.hold(now)
            elif window.still:
                window.lift()

    def _dress(self) -> None:
        assert self._wanted is not None
        self.shown, self._shown_in = self._wanted[0], self._wanted[1:]
        self.dressed.emit(self.shown)

    def _seen(self, shows: WallShows, windows: Iterable[WallWindow]) -> None:
        """Notes when what was drawn can be seen: when the display has answered what it was asked after the pictures."""
        QCursor.pos()
        now, began = self._line.time.now(), shows.scene_at or shows.since
        other, self._began = began != self._began, began
        for window in windows:
            if window.screen_of_wall is not None:
                self.skew_us[window.screen_of_wall.id] = now - shows.show_at if shows.show_at else 0
                if other:
                    self.switch_ms[window.screen_of_wall.id] = (now - began) * 1000 / SECOND


def _same(one: WallShows, other: WallShows) -> bool:
    """Whether two revisions are one, whose moment may have been named meanwhile."""
    return replace(one, show_at=0) == replace(other, show_at=0)
