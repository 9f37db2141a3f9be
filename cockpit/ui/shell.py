"""The window of a seat: panels named by a layout, fed by a seat, one tick a frame. What a seat has more, it adds."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QCloseEvent, QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent

from cockpit.model.clock import MINUTE
from cockpit.model.layout import Layout
from cockpit.model.levels import Level
from cockpit.model.messages import Message
from cockpit.model.pinyin import pinyin
from cockpit.model.ports.link import Link
from cockpit.model.tables import TABLES
from cockpit.seat import Seat
from cockpit.ui.briefingdesk import BriefingDesk
from cockpit.ui.calldesk import CallDesk
from cockpit.ui.casting import Casting
from cockpit.ui.first_look import FirstLook, is_act
from cockpit.ui.handed import panel_context
from cockpit.ui.hubbanner import hub_banner
from cockpit.ui.inputs import Inputs
from cockpit.ui.instructdesk import InstructDesk
from cockpit.ui.linked import Linked
from cockpit.ui.loopdesk import OUTBOX, LoopDesk
from cockpit.ui.modedesk import ModeDesk
from cockpit.ui.news import News
from cockpit.ui.part import Part
from cockpit.ui.ports_calls import SeatCalls
from cockpit.ui.ports_wall import SeatWalls
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.qtwords import speak
from cockpit.ui.sound import Player
from cockpit.ui.wearing import Wearing
from layouts.engine import LayoutEngine
from layouts.panels import Panels
from widgets.kit.actions import Action, Actions
from widgets.kit.banner import Banner
from widgets.kit.finders import Finder
from widgets.kit.palette import Palette
from widgets.kit.toast import Toasts
from widgets.orders.say import outcome

PATIENCE_MS = 2000
"""How long the hub waits for the first picture at the most."""
FRAME_MS = 33
"""At most one tick a frame, since the raster map draws thirty a second; and one more for a step of the closed loop."""
_ABOVE = 9
"""Pixels between the outbox and toasts over it."""
GATHER_MS = 8
"""A flush of the hub comes in some messages: all of them make one tick."""


@dataclass
class Sights:
    """What the first picture of a seat is.

    Attributes:
        painted: signals of what paints past the window. shown: whether all of it is there.
    """

    painted: Sequence[SignalInstance]
    shown: Callable[[], bool]


class Shell(Wearing):
    """The window of a seat.

    Attributes:
        seat: what it shows.
        context: what its panels are handed.
        reached: whom it calls, and how. walls: of the hall; modes: what the hall's mode changes here; casting: what
            this desk puts on the walls.
        engine: the panels in their places.
        instruct: 批示, 请示 and 会商. briefing: 简报. parts: what is told of ticks and seconds beside the panels.
    """

    title_id: ClassVar[str]
    """Of the window."""
    later: ClassVar[frozenset[str]] = frozenset()
    """Panels for which the first picture does not wait."""

    woken = Signal()
    followed = Signal()
    """The start is over: what was known is painted, or there was nothing."""

    def __init__(
        self,
        seat: Seat,
        layout: Layout,
        prefs: FilePrefs,
        player: Player,
        report: Callable[[BaseException, str], str],
        lang: str,
        theme: str,
        prod: Callable[[], None],
    ) -> None:
        """
        Args:
            report: takes an error of ours, gives the number of its report.
            prod: called each second on this thread; `cockpit run` watches its children in it.
        """
        super().__init__()
        speak(lang)
        self.seat = seat
        self._prod = prod
        self._prefs = prefs
        self._player = player
        self.actions_ = Actions()
        self.parts: list[Part] = []
        self.reached = SeatCalls(seat)
        self.context = panel_context(seat, prefs, report, lang, theme, self.actions_, self.reached)
        self.walls = self.context.walls = SeatWalls(seat)
        self.casting = Casting(self, self.walls)
        self.modes = ModeDesk(self.context, self.walls, lambda: self.engine.kept("map"))
        self.name_window()
        self.setObjectName("desk")
        self.engine = LayoutEngine(self.context, Panels(), self, self.later)
        self.loop = LoopDesk(self.engine, self.context)
        for action in self.first_actions():
            self.actions_.add(action)
        self.engine.show_layout(layout)
        self.banner = Banner(self.context, self)
        self.toasts = Toasts(self, self.context, foot=52)
        self.toasts.place = self._place_of_toasts
        self.engine.arranged.connect(self.toasts.lay)
        self.context.notify = self.toasts.show
        self.palette_ = Palette(self.context, self, tuple(self.finders()))
        self._news = News(seat.picture, seat.clock, seat.pack)
        self._first_look = FirstLook(seat.picture, seat.selection, seat.clock)
        self._inputs = Inputs(self._touched, self)
        self.calls = CallDesk(self.engine, self.context)
        self.calls.ring = lambda: player.play("ring")
        self.context.calling.play = player.hear
        for part in self.more_parts():
            self.parts.append(part)
            for action in part.actions():
                self.actions_.add(action)
        for action in self.casting.actions():
            self.actions_.add(action)
        self._shortcuts = self.actions_.bind(self, lambda reason: self.toasts.show(reason, 0))
        self.engine.panels_changed.connect(self._bind_more)
        self._ticker = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._ticker.timeout.connect(self.tick)
        self._ticked = 0.0
        self._hurried = -1.0
        self._following = False
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self.follow)
        self._seconds = QTimer(self, interval=1000)
        self._seconds.timeout.connect(self._second)
        self.woken.connect(self._wake, Qt.ConnectionType.QueuedConnection)
        seat.on_link = self._linked
        seat.wake = self.wake
        seat.who = lambda: str(prefs.get("name", ""))
        self.dress()

    # -- what a seat has of its own --------------------------------------------------------------------------------

    def first_actions(self) -> Iterable[Action]:
        """Commands that panels look for when they are built."""
        return ()

    def _bind_more(self) -> None:
        """Keys of commands that came with a panel which is built when it is first seen."""
        known = [shortcut.key() for shortcut in self._shortcuts]
        self._shortcuts += self.actions_.bind(self, lambda reason: self.toasts.show(reason, 0), known)

    def more_parts(self) -> Iterator[Part]:
        """Its parts, once the panels are there."""
        yield self.calls
        self.linked = Linked(self.engine, self.context, self)
        yield self.linked
        self.instruct = InstructDesk(self.engine, self.context, self)
        self.instruct.play = lambda name: self._player.play(name) if self.modes.hears(name) else None
        yield self.instruct
        self.briefing = BriefingDesk(self.seat, self.context, self)
        yield self.briefing

    def finders(self) -> Iterable[Finder]:
        """What the palette searches besides commands."""
        return ()

    def take_keyboard(self) -> None:
        """Where the keyboard begins."""
        self.engine.focus_next(1)

    def sights(self) -> Sights:
        """The first picture."""
        return Sights((), lambda: True)

    def place_of_toasts(self) -> QRect | None:
        """Where toasts stand, None at the window's foot."""
        return None

    def _place_of_toasts(self) -> QRect | None:
        """Above the outbox where that is open: no toast lies on its buttons."""
        free, outbox = self.place_of_toasts(), self.engine.panel(OUTBOX)
        if free is not None and outbox is not None and outbox.geometry().intersects(free):
            free.setBottom(min(free.bottom(), outbox.geometry().top() - _ABOVE))
        return free

    def is_live(self) -> bool:
        """Whether what is shown is of now: what was is no news."""
        return True

    # -- life ----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Shows what the cache knew, then begins to follow the hub: at once where nothing was known, else when that
        is painted (the application calls `follow`), since both at once make the first picture late."""
        self.seat.tick()
        self.engine.refresh(frozenset({*TABLES, "case", "outbox"}))
        self.take_keyboard()
        self._inputs.listen(True)
        self._seconds.start()
        self._second()
        if len(self.seat.picture["event"]):
            self._patience.start()
        else:
            self.follow()

    def follow(self) -> None:
        """Joins the hub, which may be a child that is started now; twice is once."""
        if not self._following:
            self._following = True
            self._patience.stop()
            self._news.settle()
            self._prod()
            self.engine.build_rest()  # its questions come before the rest of a copy is read
            self.seat.start()
            self.reached.read_books()
            self.followed.emit()
            # the first letter typed into the palette does not wait for the city's names and the dictionary then
            QTimer.singleShot(PATIENCE_MS, self, self._read_names)

    def _read_names(self) -> None:
        self.seat.around.read_names()
        self.seat.aside(lambda: pinyin("城"))

    def wake(self) -> None:
        """Something arrived; called on any thread."""
        with contextlib.suppress(RuntimeError):  # the window may be gone already
            self.woken.emit()

    def _wake(self) -> None:
        now = self.seat.clock.mono()
        if self.seat.prompt and (now - self._hurried) * 1000 >= FRAME_MS:
            self._hurried = now
            self._ticker.start(0)
        elif not self._ticker.isActive():
            since = (now - self._ticked) * 1000
            self._ticker.start(round(max(GATHER_MS, FRAME_MS - since)))

    def tick(self) -> None:
        """Takes in what arrived and redraws the panels whose topics changed."""
        self._ticked = self.seat.clock.mono()
        topics = self.seat.tick()
        if topics:
            self.engine.refresh(topics)
            for part in self.parts:
                part.refresh(topics)
        if "outbox" in topics:
            self.loop.look(self.seat.link)
            self._show_banner()
        for part in self.parts:
            part.ticked()
        if {"event", "alert"} & topics and self.is_live():
            self._announce()
        while self.seat.notices:
            self.toasts.show(*outcome(self.context, self.seat.notices.popleft()))

    def _second(self) -> None:
        if self._following:
            self._prod()
        self._first_look.second()
        if self._first_look.over:
            self._inputs.listen(False)
        self.reached.second()
        self._follow_clock()
        self.engine.age_tick()
        self.walls.second("")
        for part in self.parts:
            part.second()
        self._show_banner()
        self.loop.look(self.seat.link)
        if self._prefs.notice is not None:
            self.toasts.show(self._prefs.notice, Level.YELLOW)
            self._prefs.notice = None

    def _follow_clock(self) -> None:
        """A period that goes on until now ends a minute ago at the most."""
        drill, now = self.context.drill, self.seat.clock.now()
        if drill is not None and abs(now - drill.scope.span.end) >= MINUTE:
            drill.follow(now)

    def _touched(self, event: QEvent) -> bool:
        if is_act(event):
            self._first_look.touched()
        return False

    def _announce(self) -> None:
        """Says what is new and grave: a toast each, one sound for all."""
        if not self._first_look.settled:
            self._news.settle()
            return
        news = self._news.take()
        for message, level in news.told:
            self.toasts.show(message, level)
        if news.loudest:
            name = "alert_1" if news.loudest == Level.RED else "alert_2"
            if self.modes.hears(name):
                self._player.play(name)

    def _linked(self, link: Link) -> None:
        self._show_banner()
        self.engine.age_tick()

    def _show_banner(self) -> None:
        text = hub_banner(self.context, self.seat.link, self.seat.retry, self.loop.show_outbox)
        self.banner.tell(text)
        self.engine.show_slot("banner", self.banner if text is not None else None)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._following = True  # a desk that closes joins no hub any more
        for timer in (self._seconds, self._ticker, self._patience):
            timer.stop()
        self.seat.on_link = lambda link: None
        for part in self.parts:
            part.close()
        self._inputs.listen(False)
        if (focus := self.focusWidget()) is not None:
            focus.clearFocus()  # else it goes from panel to panel as they close, and each begins what it begins with it
        self.engine.close_panels()
        if self.context.bases is not None:
            self.context.bases.close()
        super().closeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What no panel took. A bare / is no shortcut: in a field it is text, composed or not, and stays there."""
        if event.text() == "/" and not event.isAutoRepeat():
            self.palette_.open()
        else:
            super().keyPressEvent(event)

    def set_language(self, lang: str) -> None:
        super().set_language(lang)
        self._show_banner()  # what it quotes is in the other language too

    def can_go_back(self) -> bool | Message:
        """Whether something else was looked at before."""
        return True if self.context.selection.depth else Message("ui.nothing_before")

    def open_link(self, text: str) -> Message | None:
        """Shows what a link says; why not, where it can not."""
        return self.linked.open(text)

    def go_back(self) -> None:
        """To what was looked at before."""
        self.context.selection.back()

    def come_forward(self) -> None:
        """A second start of this profile asks for it."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(self.context.theme.bg))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.engine.setGeometry(self.rect())
        for part in self.parts:
            part.place()
        super().resizeEvent(event)
