"""The duty desk: one window whose panels are named by a layout, fed by a seat, one tick a frame."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from cockpit.model.layout import Layout
from cockpit.model.levels import Level
from cockpit.model.messages import Message, texts
from cockpit.model.pinyin import pinyin
from cockpit.model.ports import NamedPlace
from cockpit.model.ports.link import Link
from cockpit.model.tables import TABLES
from cockpit.seat import Seat
from cockpit.ui.calldesk import CallDesk
from cockpit.ui.casting import Casting
from cockpit.ui.commands import duty_actions
from cockpit.ui.drilldesk import DrillDesk
from cockpit.ui.first_look import FirstLook, is_act
from cockpit.ui.handed import panel_context
from cockpit.ui.hubbanner import hub_banner
from cockpit.ui.inputs import Inputs
from cockpit.ui.loopdesk import LoopDesk
from cockpit.ui.map3d import Map3D
from cockpit.ui.modedesk import ModeDesk
from cockpit.ui.news import News
from cockpit.ui.ports_calls import SeatCalls
from cockpit.ui.ports_wall import SeatWalls
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.qtwords import speak
from cockpit.ui.replaydesk import ReplayDesk
from cockpit.ui.sound import Player
from cockpit.ui.videodesk import VideoDesk
from cockpit.ui.wallopening import WallOpening
from layouts.engine import LayoutEngine
from layouts.panels import Panels
from widgets.kit.actions import Actions
from widgets.kit.banner import Banner
from widgets.kit.dialog import name_dialog
from widgets.kit.finders import PlaceFinder
from widgets.kit.palette import Palette
from widgets.kit.theme import Theme, apply_theme
from widgets.kit.toast import Toasts
from widgets.lists.queue import QueuePanel
from widgets.map.bookmarks import Bookmark
from widgets.map.hands.locate import MapFinder
from widgets.map.panel import MapPanel
from widgets.orders.say import outcome

PATIENCE_MS = 2000
"""How long the hub waits for the first picture at the most."""
FRAME_MS = 33
"""At most one tick a frame, since the raster map draws thirty a second; and one more for a step of the closed loop."""
_MAP_FOOT = 122
"""Height of the time bar and the scale at the foot of the map, with a gap."""
GATHER_MS = 8
"""A flush of the hub comes in some messages: all of them make one tick."""


class Desk(QWidget):
    """The window of a seat.

    Attributes:
        seat: what it shows.
        context: what its panels are handed.
        reached: whom it calls, and how. walls: of the hall; modes: what the hall's mode changes here; casting: what
            this desk puts on the walls; operating: the window of their operator.
        engine: the panels in their places.
    """

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
        self.reached = SeatCalls(seat)
        self.context = panel_context(seat, prefs, report, lang, theme, self.actions_, self.reached)
        self.walls = self.context.walls = SeatWalls(seat)
        self.casting = Casting(self, self.walls)
        self.modes = ModeDesk(self.context, self.walls, lambda: self.engine.kept("map"))
        self.setWindowTitle(self._title())
        self.setObjectName("desk")
        self.engine = LayoutEngine(self.context, Panels(), self)
        self.loop = LoopDesk(self.engine, self.context)
        self.map3d = Map3D(self)
        self.video = VideoDesk(self)
        for action in duty_actions(self):
            self.actions_.add(action)
        self.engine.show_layout(layout)
        self.banner = Banner(self.context, self)
        self.toasts = Toasts(self, self.context, foot=52)
        self.toasts.place = self._place_of_toasts
        self.context.notify = self.toasts.show
        places = PlaceFinder(self.context, self.context.gazetteer, self._show_place, self._middle)
        on_map = MapFinder(self.context, self._show_place, self._go_to_view)
        self.palette_ = Palette(self.context, self, (places, on_map))
        self._news = News(seat.picture, seat.clock, seat.pack)
        self._first_look = FirstLook(seat.picture, seat.selection, seat.clock)
        self._inputs = Inputs(self._touched, self)
        self.replay = ReplayDesk(self)
        for action in self.replay.actions():
            self.actions_.add(action)
        self.calls = CallDesk(self.engine, self.context)
        self.calls.ring = lambda: player.play("ring")
        self.context.calling.play = player.hear
        for action in self.calls.actions():
            self.actions_.add(action)
        self.drill = DrillDesk(self)
        for action in self.drill.actions():
            self.actions_.add(action)
        for action in self.casting.actions():
            self.actions_.add(action)
        self.operating = WallOpening(self)
        for action in self.operating.actions():
            self.actions_.add(action)
        self._shortcuts = self.actions_.bind(self, lambda reason: self.toasts.show(reason, 0))
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

    # -- life ----------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Shows what the cache knew, then begins to follow the hub: at once where nothing was known, else when that
        is painted (the shell calls `follow`), since both at once make the first picture late."""
        self.seat.tick()
        self.engine.refresh(frozenset({*TABLES, "case", "outbox"}))
        self._take_keyboard()
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
            self.map3d.refresh(topics)
            self.operating.refresh(topics)
            self.video.refresh(topics)
            self.calls.tell(topics)
        if "outbox" in topics:
            self.loop.look(self.seat.link)
            self._show_banner()
        self.replay.look()
        if {"event", "alert"} & topics and not self.replay.state.id:  # what is played again is no news
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
        self.engine.age_tick()
        self.map3d.age_tick()
        self.video.age_tick()
        self.replay.second()
        self.walls.second("")
        self.operating.second()
        self.calls.second()
        self._show_banner()
        self.loop.look(self.seat.link)
        if self._prefs.notice is not None:
            self.toasts.show(self._prefs.notice, Level.YELLOW)
            self._prefs.notice = None

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
        self.map3d.close()
        self.operating.close()
        self.drill.close()
        self.video.close()
        self._inputs.listen(False)
        self.calls.close()
        self.engine.close_panels()
        if self.context.bases is not None:
            self.context.bases.close()
        super().closeEvent(event)

    # -- the keyboard --------------------------------------------------------------------------------------------

    def _take_keyboard(self) -> None:
        """The keyboard begins in the list of events: arrows walk it at once."""
        queue = self.engine.panel("queue")
        if isinstance(queue, QueuePanel):
            queue.take_keyboard()
        else:
            self.engine.focus_next(1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What no panel took. A bare / is no shortcut: in a field it is text, composed or not, and stays there."""
        if event.text() == "/" and not event.isAutoRepeat():
            self.palette_.open()
        else:
            super().keyPressEvent(event)

    # -- how it looks --------------------------------------------------------------------------------------------

    def set_theme(self, name: str) -> None:
        """Dark or light, now."""
        self._prefs.set("theme", name)
        self._wear(Theme.load(name, str(self._prefs.get("map.style", ""))))

    def set_map_style(self, style: str) -> None:
        """The map in one of `MAP_STYLES`, now; "" goes with the theme."""
        self._prefs.set("map.style", style)
        self._wear(Theme.load(self.context.theme.name, style))

    def _wear(self, theme: Theme) -> None:
        self.context.theme = theme
        self.dress()
        self.engine.retheme()
        self.map3d.retheme()
        self.operating.retheme()
        self.video.retheme()
        self.replay.retheme()
        self.drill.retheme()
        self.calls.retheme()
        self.banner.retheme()
        self.toasts.retheme()
        self.update()

    def set_language(self, lang: str) -> None:
        """zh or en, now."""
        self.context.t = texts(lang)
        speak(lang)
        self._prefs.set("lang", lang)
        self.setWindowTitle(self._title())
        self.engine.retranslate()
        self.map3d.retranslate()
        self.operating.retranslate()
        self.video.retranslate()
        self.replay.retranslate()
        self.drill.retranslate()
        self.calls.retranslate()
        self.banner.retranslate()
        self._show_banner()
        self.engine.age_tick()
        self.toasts.retheme()

    def set_muted(self, muted: bool) -> None:
        self._player.muted = muted
        self._prefs.set("muted", muted)
        self.engine.age_tick()

    def toggle_sound(self) -> None:
        self.set_muted(not self._player.muted)

    def can_sound(self) -> bool | Message:
        return self._player.problem or True

    def _show_place(self, place: NamedPlace) -> None:
        self.engine.bring("map")
        panel = self.engine.panel("map")
        if isinstance(panel, MapPanel):
            panel.show_place(place)
        else:
            self.toasts.show(Message("ui.no_map"), 0)

    def _go_to_view(self, mark: Bookmark) -> None:
        self.engine.bring("map")
        panel = self.engine.panel("map")
        if isinstance(panel, MapPanel):
            panel.board.views.go(mark)
        else:
            self.toasts.show(Message("ui.no_map"), 0)

    def _middle(self) -> tuple[float, float] | None:
        """Middle of what the map shows, WGS-84."""
        panel = self.engine.kept("map")
        return panel.middle if isinstance(panel, MapPanel) else None

    def ask_name(self) -> None:
        """Asks who sits here; the name is kept in the profile."""
        dialog = name_dialog(self.context.t, self)
        dialog.field.setText(self._prefs.get("name", ""))
        dialog.accepted.connect(lambda: self._named(dialog.name))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _named(self, name: str) -> None:
        self._prefs.set("name", name)
        self.engine.age_tick()

    def dress(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, self.context.theme)

    def come_forward(self) -> None:
        """A second start of this profile asks for it."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def _place_of_toasts(self) -> QRect | None:
        """Over the centre, above the map's foot and the outbox: at the window's lower right an officer gives orders."""
        panel, outbox = self.engine.beside("map"), self.engine.panel("outbox")
        if panel is None:
            return None
        free = panel.geometry().adjusted(9, 0, 0, -_MAP_FOOT)
        if outbox is not None and outbox.geometry().intersects(free):
            free.setBottom(min(free.bottom(), outbox.geometry().top() - 9))
        return free

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(self.context.theme.bg))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.engine.setGeometry(self.rect())
        self.replay.place()
        self.drill.place()
        super().resizeEvent(event)

    def _title(self) -> str:
        t = self.context.t
        return t("ui.window_title", city=self.seat.pack.name)
