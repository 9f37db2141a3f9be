"""One machine of the wall with its windows: what the hub tells is prepared, and shown when all machines show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import isValid

from cockpit.heartbeat import Heartbeat
from cockpit.model.clock import MINUTE, SECOND
from cockpit.model.messages import Message
from cockpit.model.ports.link import Link, LinkState
from cockpit.model.tables import TABLES
from cockpit.model.wallstate import NodeReport, Pointer, WallShows, WallState
from cockpit.seat import Seat
from cockpit.ui import walloutputs, wallwords
from cockpit.ui.wallahead import Ahead
from cockpit.ui.wallflip import Flipping
from cockpit.ui.wallfresh import Freshening
from cockpit.ui.wallhands import WallHands
from cockpit.ui.wallkeys import WallKeys
from cockpit.ui.wallpictures import WallPictures
from cockpit.ui.wallreport import report_of
from cockpit.ui.wallsounds import WallSounds
from cockpit.ui.wallwindows import WallWindows
from cockpit.wall.node import WallSeat
from layouts.wallstages import WallStages
from widgets.kit.context import PanelContext

FRAME_MS = 66
"""What is new of the city is drawn fifteen times a second: nobody touches a wall."""
NOTE_MS = 6000
ORBIT = ((0, 0), (1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1))
"""Where the picture lies, minute by minute, in steps of the hall's `shift`."""


class WallNode(QObject):
    """The windows of a machine, and the thread that paints them.

    Attributes:
        windows: by name of the output.
        stages: panels of all screens. flipping: when which revision is shown. fresh: what panels are told of the city.
        on_restart: the hub wants this process started anew; told whether a watchdog does that when it ends.
        world: the seat of another world that is shown, None: what is real is.
        outside: why the machine could not enter the rehearsal that its wall shows, None nobody said.
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
            folder: where the last picture of each output is kept, and which screen each was.
            prod: called each second on this thread.
        """
        super().__init__()
        self.seat, self.line, self.ctx = seat, line, ctx
        self.world: Seat | None = None
        self.outside: Message | None = None
        self._shown_ctx = ctx
        self.pictures = WallPictures(seat, line, folder, self)
        last, outputs = self.pictures.last, folder / walloutputs.FILE
        self.windows = WallWindows(ctx, classes, seat.clock.base, last, line.time.now, self, outputs)
        self.pictures.windows = self.windows.all
        self.stages = WallStages(self)
        self.flipping = Flipping(self.stages, line, self.windows.drawn, self)
        self.fresh = Freshening(self.stages, lambda: self.flipping.hurries, self._later)
        self.sounds = WallSounds(seat, line)
        self.ahead = Ahead(seat, line, self.stages, classes, self)
        self.keys = WallKeys(seat, line, self.note, self.ended.emit)
        self.on_restart: Callable[[bool], None] = lambda watched: None
        self._prod = prod
        self._heart = Heartbeat()
        self._note: Message | None = None
        self._heard = self._told_here = False
        self._adopted_as: tuple[tuple[int, ...], ...] = ()
        self._began = seat.clock.base.mono()
        self._ticker = QTimer(self, singleShot=True)
        self._ticker.timeout.connect(self.tick)
        self._ticked = 0.0
        self._seconds = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._seconds.timeout.connect(self._second)
        self._note_over = QTimer(self, singleShot=True, interval=NOTE_MS)
        self._note_over.timeout.connect(lambda: self.note(None))
        self._hands = WallHands(seat.clock.base, self._point, self)
        self.woken.connect(self._wake, Qt.ConnectionType.QueuedConnection)
        self.flipping.dressed.connect(self._dressed)
        self.flipping.flipped.connect(self._flipped)
        self.windows.key = self.keys.press
        self.windows.arranged.connect(self._arranged)
        line.on_state, line.on_pointer, line.on_order = self._hear, self._pointed, self._ordered
        seat.wake, seat.on_link = self._from_any_thread, self._linked

    # -- life ----------------------------------------------------------------------------------------------------

    def open_windows(self) -> None:
        """A window on every output with its last picture: to be seen before anything else is read."""
        self.windows.look()

    def begin(self) -> None:
        """Shows what was shown last, and joins the hub."""
        self.seat.tick()
        if self.line.state is not None:
            self._told(self.line.state)
        self.fresh.changed(frozenset({*TABLES, "case"}))
        self._second()
        self.seat.start()

    def close(self) -> None:
        """Ends in order: the pictures are kept for the next start."""
        for timer in (self._ticker, self._seconds, self._note_over):
            timer.stop()
        self._hands.stop()
        self.seat.wake, self.seat.on_link = _nothing, _nothing
        self.line.on_state = self.line.on_pointer = self.line.on_order = _nothing
        self.flipping.stop()
        self.ahead.stop()
        self.sounds.close()
        self.pictures.close()
        self.line.keep_now()
        self.windows.close()
        if self.ctx.bases is not None:
            self.ctx.bases.close()

    def _from_any_thread(self) -> None:
        if isValid(self):
            self.woken.emit()

    def _wake(self) -> None:
        if self.seat.prompt or (self.world is not None and self.world.prompt):
            self._ticker.start(0)
        elif not self._ticker.isActive():
            since = (self.seat.clock.mono() - self._ticked) * 1000
            self._ticker.start(round(max(1.0, FRAME_MS - since)))

    def tick(self) -> None:
        """Takes in what arrived; the panels whose topics changed draw themselves anew."""
        self._ticked = self.seat.clock.mono()
        topics = self.seat.tick()
        if self._heard and self.line.state is not None:
            self._heard = False
            self._told(self.line.state)
        self.fresh.changed(self.world.tick() if self.world is not None else topics)
        if topics:
            self.sounds.tell(topics)
        self.seat.notices.clear()  # what a person at a desk would be told; here nobody could answer

    def _later(self) -> None:
        if not self._ticker.isActive():
            self._ticker.start(FRAME_MS)

    def _second(self) -> None:
        now = self.line.time.now()
        self._seconds.start(round((SECOND - now % SECOND) / 1000) + 1)  # all machines' clocks turn over together
        self._heart.beat()
        self._prod()
        self.windows.stay()
        self.line.second()
        self._adopt()
        self._dress(now)
        self.fresh.second()
        self.ahead.second()
        self.say()
        if self.line.joined:
            self.line.report(self.report())

    def _linked(self, link: Link) -> None:
        self._adopted_as, self._told_here = (), False
        self.say()

    # -- another world -------------------------------------------------------------------------------------------

    def enter(self, seat: Seat, ctx: PanelContext) -> None:
        """Shows another world, that of a rehearsal, in the place of what is real. What the wall shows and when goes
        on coming from its own hub.

        Args:
            seat: of that world; it is the caller's, and lives until after `leave`.
            ctx: what its panels are handed.
        """
        self.world, self._shown_ctx = seat, ctx
        seat.wake, seat.on_link = self._from_any_thread, self._within
        self.windows.use(ctx)
        self.say()

    def leave(self) -> None:
        """Shows what is real again."""
        if self.world is not None:
            self.world.wake, self.world.on_link = _nothing, _nothing
            self.world, self._shown_ctx = None, self.ctx
            self.windows.use(self.ctx)
            self.say()

    def keep_out(self, why: Message | None) -> None:
        """Says why the rehearsal can not be entered: the live city is not to be seen in its frame."""
        if self.outside != why:
            self.outside = why
            self.say()

    def _within(self, link: Link) -> None:
        self.say()

    def _outside(self) -> Message | None:
        """Why the rehearsal that the wall shows is not seen yet."""
        shown = self.flipping.shown
        if shown is None or not shown.rehearsal:
            return None
        if self.world is None:
            return self.outside or wallwords.ENTERS
        link = self.world.link
        return link.problem or wallwords.ENTERS if link.state is LinkState.STARTING else None

    # -- what the hub tells --------------------------------------------------------------------------------------

    def _hear(self, state: WallState) -> None:
        """Of the words that one tick takes in the last one counts: a hand moves a map 30 times a second, and a machine
        that needs longer for a frame would come to nothing else, not even to its beat."""
        self._heard = self._told_here = True

    def _told(self, state: WallState) -> None:
        shows, wall = self.line.shows, self.line.wall
        self.windows.place(wall, self.line.screens)
        if shows is not None and wall is not None:
            self.flipping.told(shows, state.hall, wall)
        self.say()

    def _arranged(self) -> None:
        self.flipping.anew([(window.screen_of_wall, window.stage) for window in self.windows.drawn()])
        self.say()

    def _dressed(self, shows: WallShows) -> None:
        """What a revision says that lies over its panels, before it is seen."""
        self.pictures.show_to(shows.scene.privacy)
        self._dress(self.line.time.now())
        self.say()

    def _flipped(self, shows: WallShows) -> None:
        """What a revision says beside its panels."""
        selection = self._shown_ctx.selection
        if shows.event and selection.item != ("event", shows.event):
            selection.select("event", shows.event)
        elif not shows.event and selection.topic:
            selection.clear()
        self.pictures.soon()
        self.ahead.warm()

    def _pointed(self, pointer: Pointer) -> None:
        if self.windows.wall is not None and pointer.wall == self.windows.wall.id:
            self._hands.told(pointer)

    def _point(self, hands: tuple[Pointer, ...]) -> None:
        for window in self.windows.all():
            window.point(hands)

    def _ordered(self, what: str) -> None:
        if what == "restart":
            self.on_restart(self._heart.watched)

    def _adopt(self) -> None:
        """A machine that no wall knows, or that has more screens than its wall has of it, says which: the hub makes a
        wall of them where it has no file. Never fewer: a cable that is out takes nothing from a wall."""
        if not self.line.joined or not self._told_here:
            return  # what was kept may be of fewer screens than the hub knows by now
        outputs = self.windows.outputs()
        if len(outputs) > len(self.line.screens) and outputs != self._adopted_as:
            self._adopted_as = outputs
            self.line.adopt(outputs)

    # -- what lies over the panels -------------------------------------------------------------------------------

    def note(self, what: Message | None) -> None:
        """Says something for a moment: why a key did nothing."""
        self._note = what
        if what is not None:
            self._note_over.start()
        self.say()

    def say(self) -> None:
        """What every screen says over its panels, now."""
        now, shown = self.line.time.now(), self.flipping.shown
        problem, outside = wallwords.trouble(self.ctx, self.line, self.seat.link), self._outside()
        if self.world is not None:
            there = self.world.link
            problem = wallwords.trouble_within(self.ctx, self.line, self.seat.link, self._shown_ctx, there)
        light, city = wallwords.light(shown, self.line.state, now), self._shown_ctx.clock.city
        for window in self.windows.all():
            words = wallwords.said(self.ctx.t, window, self.line, shown, problem, self._note, light, now, outside, city)
            window.over.say(words)

    def _dress(self, now: int) -> None:
        """Black, held, and where the picture lies this minute."""
        shown, state = self.flipping.shown, self.line.state
        step = state.hall.shift if state is not None else 0
        x, y = ORBIT[now // MINUTE % len(ORBIT)]
        for window in self.windows.all():
            window.shift(x * step, y * step)
            number = window.screen_of_wall.id if window.screen_of_wall is not None else -1
            window.black(shown is not None and number in shown.blank)

    # -- how it fares --------------------------------------------------------------------------------------------

    def report(self) -> NodeReport:
        """The machine's beat."""
        up = self.seat.clock.mono() - self._began
        return report_of(self.seat, self.line, self.windows.screens, self.windows.all(), self.flipping, up)


def _nothing(*_: object) -> None:
    pass
