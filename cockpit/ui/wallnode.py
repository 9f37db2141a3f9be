"""One machine of the wall with its windows: what the hub tells is prepared, and shown when all machines show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QScreen
from shiboken6 import isValid

from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.messages import Message
from cockpit.model.ports.link import Link
from cockpit.model.tables import TABLES
from cockpit.model.wall import Screen, Wall
from cockpit.model.wallstate import NodeReport, Pointer, WallShows, WallState
from cockpit.seat import Seat
from cockpit.ui import wallwords
from cockpit.ui.wallflip import Flipping
from cockpit.ui.wallkeys import WallKeys
from cockpit.ui.walloutputs import Output, assigned, plugged, rect_of
from cockpit.ui.wallpictures import WallPictures
from cockpit.ui.wallreport import report_of
from cockpit.ui.wallscreen import WallWindow
from cockpit.wall.heartbeat import Heartbeat
from cockpit.wall.node import WallSeat
from cockpit.wall.turning import within
from layouts.wallstage import ScreenStage
from layouts.wallstages import WallStages
from widgets.kit.context import PanelContext
from widgets.wall.over import Said

FRAME_MS = 66
"""What is new of the city is drawn fifteen times a second: nobody touches a wall."""
SETTLE_MS = 250
"""Outputs come and go in bursts while a cable is plugged."""
SPOT_MS = 2500
"""A light spot that nobody moves goes."""
NOTE_MS = 6000
ORBIT = ((0, 0), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1))
"""Where the picture lies, minute by minute, in steps of the hall's `shift`."""


class WallNode(QObject):
    """The windows of a machine, and the thread that paints them.

    Attributes:
        windows: by name of the output.
        stages: panels of all screens. flipping: when which revision is shown.
        on_restart: the hub wants this process started anew.
        ended: emitted when a person at the machine ends it.
    """

    woken = Signal()
    ended = Signal()

    def __init__(
        self,
        seat: Seat,
        line: WallSeat,
        ctx: PanelContext,
        classes: Mapping[str, type],
        folder: Path,
        prod: Callable[[], None] = lambda: None,
    ) -> None:
        """
        Args:
            folder: where the last picture of each output is kept.
            prod: called each second on this thread.
        """
        super().__init__()
        self.seat, self.line, self.ctx = seat, line, ctx
        self.windows: dict[str, WallWindow] = {}
        self.stages = WallStages(self)
        self.flipping = Flipping(self.stages, line, self._windows_of_screens, self)
        self.pictures = WallPictures(seat, line, folder, lambda: list(self.windows.values()), self)
        self.keys = WallKeys(seat, line, self.note, self.ended.emit)
        self.on_restart: Callable[[], None] = lambda: None
        self._classes = classes
        self._prod = prod
        self._heart = Heartbeat()
        self._assigned: dict[int, str] = {}
        self._place: tuple[Wall | None, tuple[Screen, ...]] = (None, ())
        self._note: Message | None = None
        self._adopting = False
        self._began = seat.clock.base.mono()
        self._ticker = QTimer(self, singleShot=True)
        self._ticker.timeout.connect(self.tick)
        self._ticked = 0.0
        self._seconds = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._seconds.timeout.connect(self._second)
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settling.timeout.connect(self.look_at_outputs)
        self._spot_over = QTimer(self, singleShot=True, interval=SPOT_MS)
        self._spot_over.timeout.connect(self._drop_spot)
        self._note_over = QTimer(self, singleShot=True, interval=NOTE_MS)
        self._note_over.timeout.connect(lambda: self.note(None))
        self._pointer: Pointer | None = None
        self.woken.connect(self._wake, Qt.ConnectionType.QueuedConnection)
        self.flipping.flipped.connect(self._flipped)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.screenAdded.connect(self._screen_added)
        app.screenRemoved.connect(self._screen_removed)
        for screen in app.screens():
            screen.geometryChanged.connect(self._settling.start)
        line.on_state, line.on_pointer, line.on_order = self._told, self._pointed, self._ordered
        seat.wake, seat.on_link = self._from_any_thread, self._linked

    # -- life ----------------------------------------------------------------------------------------------------

    def open_windows(self) -> None:
        """A window on every output with its last picture: to be seen before anything else is read."""
        self.look_at_outputs()

    def begin(self) -> None:
        """Shows what was shown last, and joins the hub."""
        self.seat.tick()
        if self.line.state is not None:
            self._told(self.line.state)
        self.stages_refresh(frozenset({*TABLES, "case"}))
        self._second()
        self.seat.start()

    def close(self) -> None:
        """Ends in order: the pictures are kept for the next start."""
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.screenAdded.disconnect(self._screen_added)
        app.screenRemoved.disconnect(self._screen_removed)
        for timer in (self._ticker, self._seconds, self._settling, self._spot_over, self._note_over):
            timer.stop()
        self.seat.wake, self.seat.on_link = _nothing, _nothing
        self.line.on_state = self.line.on_pointer = self.line.on_order = _nothing
        self.flipping.stop()
        self.pictures.close()
        self.line.keep_now()
        for window in self.windows.values():
            window.close()
            window.deleteLater()
        if self.ctx.bases is not None:
            self.ctx.bases.close()

    def _from_any_thread(self) -> None:
        if isValid(self):
            self.woken.emit()

    def _wake(self) -> None:
        if self.seat.prompt:
            self._ticker.start(0)
        elif not self._ticker.isActive():
            since = (self.seat.clock.mono() - self._ticked) * 1000
            self._ticker.start(round(max(1.0, FRAME_MS - since)))

    def tick(self) -> None:
        """Takes in what arrived; the panels whose topics changed draw themselves anew."""
        self._ticked = self.seat.clock.mono()
        topics = self.seat.tick()
        if topics:
            self.stages_refresh(topics)
        self.seat.notices.clear()  # what a person at a desk would be told; here nobody could answer

    def stages_refresh(self, topics: frozenset[str]) -> None:
        for stage in self.stages.all:
            stage.refresh(topics)

    def _second(self) -> None:
        now = self.line.time.now()
        self._seconds.start(round((SECOND - now % SECOND) / 1000) + 1)  # all machines' clocks turn over together
        self._heart.beat()
        self._prod()
        self._adopt()
        self._dress(now)
        for stage in self.stages.all:
            stage.age_tick()
        self.say()
        if self.line.joined:
            self.line.report(self.report())

    def _linked(self, link: Link) -> None:
        self._adopting = False
        self.say()

    # -- what the hub tells --------------------------------------------------------------------------------------

    def _told(self, state: WallState) -> None:
        place = (self.line.wall, self.line.screens)
        if place != self._place:
            self._place = place
            self._assigned = {}
            self._arrange()
        shows, wall = self.line.shows, place[0]
        if shows is not None and wall is not None:
            self.flipping.told(shows, state.hall, wall)
        self.say()

    def _flipped(self, shows: WallShows) -> None:
        """All that a revision says beside its panels."""
        selection = self.ctx.selection
        if shows.event and selection.item != ("event", shows.event):
            selection.select("event", shows.event)
        elif not shows.event and selection.topic:
            selection.clear()
        self._dress(self.line.time.now())
        self.say()
        self.pictures.soon()

    def _pointed(self, pointer: Pointer) -> None:
        wall = self._place[0]
        if wall is not None and pointer.wall == wall.id:
            self._pointer = pointer
            self._spot_over.start()
            self._point()

    def _drop_spot(self) -> None:
        if self._pointer is not None:
            self._pointer = replace(self._pointer, x=-1.0, y=-1.0)
            self._point()

    def _point(self) -> None:
        for window in self.windows.values():
            window.point(self._pointer)

    def _ordered(self, what: str) -> None:
        if what == "restart":
            self.on_restart()

    def _adopt(self) -> None:
        """A machine that no wall knows says which screens it has: the hub makes a wall of them where it has no file."""
        if not self.line.joined or self._adopting or self.line.wall is not None or self.line.age is None:
            return
        self._adopting = True
        there = plugged().values()
        self.line.adopt(tuple((screen.size().width(), screen.size().height()) for screen in there))

    # -- outputs -------------------------------------------------------------------------------------------------

    def _screen_added(self, screen: QScreen) -> None:
        screen.geometryChanged.connect(self._settling.start)
        self._settling.start()

    def _screen_removed(self, screen: QScreen) -> None:
        window = self.windows.get(screen.name())
        if window is not None:
            window.unplug()
        self._settling.start()

    def look_at_outputs(self) -> None:
        """A window for each output that is plugged in; those of outputs that went stay hidden with all they have."""
        there = plugged()
        for name, window in self.windows.items():
            if name not in there:
                window.unplug()
        for name, screen in there.items():
            window = self.windows.get(name)
            if window is None:
                window = self.windows[name] = WallWindow(name, self.seat.clock.base)
                window.key = self._key
                window.backdrop(*self.pictures.last(name))
            window.fill(screen)
        self._arrange()

    def _arrange(self) -> None:
        """Gives each screen of the wall to its output."""
        wall, screens = self._place
        outputs = [Output(name, rect_of(screen)) for name, screen in plugged().items()]
        found = assigned(screens, outputs, self._assigned)
        self._assigned = found
        by_output = {name: screen for screen in screens for number, name in found.items() if number == screen.id}
        changed = False
        for name, window in self.windows.items():
            screen = by_output.get(name)
            scale_before = window.stage.scale if window.stage is not None else None
            same = window.screen_of_wall == screen and window.wall == wall
            if same and (screen is None or scale_before == window.scale):
                continue
            changed = True
            old = window.stage
            window.take(screen, wall if screen is not None else None, None)
            stage = ScreenStage(self.ctx, self._classes, window.scale) if screen is not None else None
            window.take(screen, wall if screen is not None else None, stage)
            if old is not None:
                if not window.still:
                    window.backdrop(window.picture(), self.line.time.now())
                old.close_panels()
                old.hide()
                old.deleteLater()
        if changed:
            self.flipping.anew([(w.screen_of_wall, w.stage) for w in self.windows.values() if w.stage is not None])
        self.say()

    def _windows_of_screens(self) -> list[WallWindow]:
        return [window for window in self.windows.values() if window.screen_of_wall is not None]

    def _key(self, event: QKeyEvent) -> bool:
        return self.keys.press(event)

    # -- what lies over the panels -------------------------------------------------------------------------------

    def note(self, what: Message | None) -> None:
        """Says something for a moment: why a key did nothing."""
        self._note = what
        if what is not None:
            self._note_over.start()
        self.say()

    def say(self) -> None:
        """What every screen says over its panels, now."""
        t, now = self.ctx.t, self.line.time.now()
        problem = wallwords.trouble(self.ctx, self.line, self.seat.link)
        shown = self.flipping.shown
        for window in self.windows.values():
            trouble = problem or self._note
            begun = window.still and not window.held
            if begun and trouble is None:
                trouble = wallwords.starting(window.pictured, now)
            screen = window.screen_of_wall
            identify = shown is not None and screen is not None and screen.id in shown.identify
            window.over.say(
                Said(
                    trouble=t(trouble) if trouble is not None else "",
                    heavy=problem is not None,
                    frozen=t(wallwords.held(window.held, now)) if window.held else "",
                    rehearsal=t("wallnode.rehearsal") if shown is not None and shown.rehearsal else "",
                    number=str(screen.id) if identify and screen is not None else "",
                    name=f"{self.line.machine} · {window.output}" if identify else "",
                    facts=f"{window.width()} × {window.height()}" if identify else "",
                    notice=self._notice(window),
                    dim=1.0 - self._light(now),
                )
            )

    def _notice(self, window: WallWindow) -> tuple[str, ...]:
        """What a screen says that has no picture at all."""
        t = self.ctx.t
        if window.still or (window.screen_of_wall is not None and self.flipping.shown is not None):
            return ()
        named = Message("wallnode.machine", {"machine": self.line.machine, "output": window.output})
        if window.screen_of_wall is None and self.line.state is not None:
            return (t("wallnode.no_place"), t(named))
        return (t("wallnode.waits"), t(named))

    def _light(self, now: int) -> float:
        """Brightness 0–1 of now: what the operator set, and at night no more than the hall says."""
        shown, state = self.flipping.shown, self.line.state
        light = shown.brightness if shown is not None else 1.0
        night = state.hall.night if state is not None else ()
        if len(night) == 3 and within((night[0], night[1]), now):
            light = min(light, night[2])
        return max(0.05, min(light, 1.0))

    def _dress(self, now: int) -> None:
        """Black, held, and where the picture lies this minute."""
        shown, state = self.flipping.shown, self.line.state
        step = state.hall.shift if state is not None else 0
        x, y = ORBIT[now // MINUTE % len(ORBIT)]
        for window in self.windows.values():
            window.shift(x * step, y * step)
            number = window.screen_of_wall.id if window.screen_of_wall is not None else -1
            window.black(shown is not None and number in shown.blank)

    # -- how it fares --------------------------------------------------------------------------------------------

    def report(self) -> NodeReport:
        """The machine's beat."""
        up = self.seat.clock.mono() - self._began
        return report_of(self.seat, self.line, self._place[1], self.windows.values(), self.flipping, up)


def _nothing(*_: object) -> None:
    pass
