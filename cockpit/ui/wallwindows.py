"""The windows of a machine of the wall: one on every output, which comes and goes, each with its screen of the wall."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent, QScreen

from cockpit.model.clock import Clock
from cockpit.model.wall import Screen, Wall
from cockpit.ui.walloutputs import UNNAMED, Assignment, Output, plugged, rect_of
from cockpit.ui.wallscreen import WallWindow
from layouts.wallstage import ScreenStage
from widgets.kit.context import PanelContext

SETTLE_MS = 250
"""Outputs come and go in bursts while a cable is plugged."""


class WallWindows(QObject):
    """The windows.

    Attributes:
        by_output: all of them by name of the output, with those whose output is unplugged.
        wall, screens: the wall that the machine draws, and which of its screens; None and () as long as nobody said so.
        arranged: emitted when other screens are drawn than before, or with other panels.
    """

    arranged = Signal()

    def __init__(
        self,
        ctx: PanelContext,
        classes: Mapping[str, type],
        clock: Clock,
        last: Callable[[str], tuple[QImage, int]],
        now: Callable[[], int],
        parent: QObject | None = None,
        kept: Path | None = None,
    ) -> None:
        """
        Args:
            last: the last picture of an output, and when it was taken.
            now: the hub's clock, UTC us.
            kept: where it is kept which output shows which screen.
        """
        super().__init__(parent)
        self.by_output: dict[str, WallWindow] = {}
        self.wall: Wall | None = None
        self.screens: tuple[Screen, ...] = ()
        self.key: Callable[[QKeyEvent], bool] = lambda event: False
        self._ctx, self._classes, self._clock = ctx, classes, clock
        self._last, self._now = last, now
        self._assignment = Assignment(kept)
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settling.timeout.connect(self.look)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        self._app = app
        app.screenAdded.connect(self._added)
        app.screenRemoved.connect(self._removed)
        for screen in app.screens():
            screen.geometryChanged.connect(self._moved)

    def close(self) -> None:
        self._app.screenAdded.disconnect(self._added)
        self._app.screenRemoved.disconnect(self._removed)
        self._settling.stop()
        for window in self.by_output.values():
            window.end()
            window.deleteLater()

    def all(self) -> list[WallWindow]:
        return list(self.by_output.values())

    def drawn(self) -> list[WallWindow]:
        """Those that show a screen of the wall."""
        return [window for window in self.by_output.values() if window.screen_of_wall is not None]

    def outputs(self) -> tuple[tuple[int, ...], ...]:
        """Width, height, x and y of the outputs that are plugged in, px, in reading order."""
        rects = [rect_of(screen) for screen in plugged().values()]
        return tuple((at.w, at.h, at.x, at.y) for at in rects)

    # -- outputs -------------------------------------------------------------------------------------------------

    def _added(self, screen: QScreen) -> None:
        screen.geometryChanged.connect(self._moved)
        self._settling.start()

    def _moved(self) -> None:
        self._settling.start()

    def _removed(self, screen: QScreen) -> None:
        window = self.by_output.get(screen.name() or UNNAMED)
        if window is not None:
            window.unplug()
        self._settling.start()

    def look(self) -> None:
        """A window for each output that is plugged in; those of outputs that went stay hidden with all they have."""
        there = plugged()
        for name, window in self.by_output.items():
            if name not in there:
                window.unplug()
        for name, screen in there.items():
            window = self.by_output.get(name)
            if window is None:
                window = self.by_output[name] = WallWindow(name, self._clock)
                window.key = self._pressed
                window.closed.connect(self.stay, Qt.ConnectionType.QueuedConnection)
                window.backdrop(*self._last(name))
            window.fill(screen)
        self._arrange()

    def stay(self) -> None:
        """Shows windows again that somebody closed or minimised: a wall has nobody at it who would."""
        if not any(window.away for window in self.by_output.values()):
            return
        for name, screen in plugged().items():
            window = self.by_output.get(name)
            if window is not None and window.away:
                window.fill(screen)

    def _pressed(self, event: QKeyEvent) -> bool:
        return self.key(event)

    # -- which screen each is ------------------------------------------------------------------------------------

    def place(self, wall: Wall | None, screens: tuple[Screen, ...]) -> None:
        """The wall and the screens of it that this machine draws, as the hall has them now."""
        if (wall, screens) != (self.wall, self.screens):
            self.wall, self.screens = wall, screens
            self._assignment.begin(wall.id if wall is not None else "", screens)
            self._arrange()

    def _arrange(self) -> None:
        outputs = [Output(name, rect_of(screen)) for name, screen in plugged().items()]
        found = self._assignment.of(outputs)
        by_output = {found[screen.id]: screen for screen in self.screens if screen.id in found}
        others = [self._turn_into(window, by_output.get(name)) for name, window in self.by_output.items()]
        if any(others):
            self.arranged.emit()

    def use(self, ctx: PanelContext) -> None:
        """Builds all panels anew with what another world has; the pictures of now stand in until they are shown."""
        self._ctx = ctx
        for window in self.drawn():
            self._turn_into(window, window.screen_of_wall, anew=True)
        self.arranged.emit()

    def _turn_into(self, window: WallWindow, screen: Screen | None, anew: bool = False) -> bool:
        """Makes a window that screen of the wall; whether it was another, or of another size, or is to be `anew`."""
        wall = self.wall if screen is not None else None
        fits = window.stage is None or window.stage.scale == window.scale
        if not anew and fits and (window.screen_of_wall, window.wall) == (screen, wall):
            return False
        before = window.stage
        if before is not None and not window.still:
            window.backdrop(window.scene_picture(), self._now())
        window.take(screen, wall, None)
        if screen is not None:
            window.take(screen, wall, ScreenStage(self._ctx, self._classes, window.scale))
        if before is not None:
            before.close_panels()
            before.hide()
            before.deleteLater()
        return True
