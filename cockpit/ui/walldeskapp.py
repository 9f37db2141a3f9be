"""The Qt application of `cockpit wall desk`: the operator's window alone on a seat of its own."""

from __future__ import annotations

import argparse
import contextlib
import gc
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from cockpit.children import Children
from cockpit.model.clock import Clock, since_exec
from cockpit.model.errors import OutsideError
from cockpit.model.levels import Level
from cockpit.model.messages import LANGUAGES, Message, texts
from cockpit.opening import SeatOpening
from cockpit.seat import Seat
from cockpit.ui.crash import CrashLog
from cockpit.ui.handed import panel_context
from cockpit.ui.ports_wall import SeatWalls
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.qtapp import application, end_on_signals
from cockpit.ui.qtwords import speak
from cockpit.ui.single import SingleSeat
from cockpit.ui.walldesk import WallDesk
from widgets.kit.actions import Actions
from widgets.kit.dialog import name_dialog
from widgets.kit.fonts import load_fonts
from widgets.kit.theme import THEMES, Theme, apply_theme

SHOT_SIZE = (1920, 1080)
FRAME_MS = 33
GATHER_MS = 8


class Operating(QObject):
    """A seat under the operator's window: what arrives is shown, at most once a frame.

    Attributes:
        window: the operator's.
    """

    woken = Signal()

    def __init__(
        self,
        seat: Seat,
        prefs: FilePrefs,
        report: Callable[[BaseException, str], str],
        lang: str,
        theme: str,
        prod: Callable[[], None],
    ) -> None:
        super().__init__()
        self._seat, self._prefs, self._prod = seat, prefs, prod
        self._ctx = panel_context(seat, prefs, report, lang, theme, Actions(), None)
        self._ctx.walls = SeatWalls(seat)
        self._dress()
        self.window = WallDesk(self._ctx, self.set_theme, self.set_language, self.ask_name)
        self._ticker = QTimer(self, singleShot=True, interval=FRAME_MS)
        self._ticker.timeout.connect(self.tick)
        self._ticked = 0.0
        self._seconds = QTimer(self, interval=1000)
        self._seconds.timeout.connect(self.second)
        self.woken.connect(self._wake, Qt.ConnectionType.QueuedConnection)
        seat.wake = self.wake
        seat.who = lambda: str(prefs.get("name", ""))

    def begin(self) -> None:
        self._seat.tick()
        self.window.begin()
        self._prod()
        self._seat.start()
        self._seconds.start()

    def wake(self) -> None:
        """Something arrived; called on any thread."""
        with contextlib.suppress(RuntimeError):  # it may be gone already
            self.woken.emit()

    def _wake(self) -> None:
        if not self._ticker.isActive():
            since = (self._seat.clock.mono() - self._ticked) * 1000
            self._ticker.start(round(max(GATHER_MS, FRAME_MS - since)))

    def tick(self) -> None:
        self._ticked = self._seat.clock.mono()
        topics = self._seat.tick()
        if topics:
            self.window.refresh(topics)
        while self._seat.notices:
            self.window.toasts.show(self._seat.notices.popleft(), 0)

    def second(self) -> None:
        self._prod()
        self.window.second()
        self.window.show_link(self._seat.link, lambda: self._seat.retry(""))
        if self._prefs.notice is not None:
            self.window.toasts.show(self._prefs.notice, Level.YELLOW)
            self._prefs.notice = None

    def set_theme(self, name: str) -> None:
        self._prefs.set("theme", name)
        self._ctx.theme = Theme.load(name, str(self._prefs.get("map.style", "")))
        self._dress()
        self.window.retheme()

    def set_language(self, lang: str) -> None:
        self._ctx.t = texts(lang)
        speak(lang)
        self._prefs.set("lang", lang)
        self.window.retranslate()

    def ask_name(self) -> None:
        """Asks who sits here; the name is kept in the profile."""
        dialog = name_dialog(self._ctx.t, self.window)
        dialog.field.setText(self._prefs.get("name", ""))
        dialog.accepted.connect(lambda: self._prefs.set("name", dialog.name))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def come_forward(self) -> None:
        """A second start of this profile asks for it."""
        window = self.window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()

    def _dress(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, self._ctx.theme)

    def close(self) -> None:
        for timer in (self._ticker, self._seconds):
            timer.stop()
        self.window.close()
        if self._ctx.bases is not None:
            self._ctx.bases.close()


def run_wall_desk(
    args: argparse.Namespace,
    profile: Path,
    opening: SeatOpening,
    children: Children | None,
    clock: Clock,
    size: tuple[int, int] | None,
) -> int:
    """Opens the operator's window and runs until it is closed, or until its picture is taken."""
    app = application()
    crash = CrashLog(profile, clock, "shot" if args.shot else "crash")
    prefs = FilePrefs(profile / "prefs.json")
    load_fonts()
    lang = args.lang or prefs.one_of("lang", LANGUAGES)
    theme = args.theme or prefs.one_of("theme", THEMES)
    speak(lang)
    seat = opening.seat()
    operating = Operating(seat, prefs, crash.report, lang, theme, children.poll if children else _nothing)
    window = operating.window
    single = None if args.shot else SingleSeat(profile, operating.come_forward, operating)
    crash.install(lambda what: window.toasts.show(Message("ui.error_noted", {"what": what}), Level.ORANGE))
    end_on_signals(app, operating)
    troubles: list[OutsideError] = []

    def take() -> None:
        try:
            _save(window, args.shot)
        except OutsideError as error:
            troubles.append(error)
        app.quit()

    if args.shot:
        window.setFixedSize(*(size or SHOT_SIZE))
        window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        window.show()
        QTimer.singleShot(max(0, round((args.after - since_exec()) * 1000)), operating, take)
    elif size is not None:
        window.resize(*size)
        window.show()
    else:
        window.resize(*SHOT_SIZE)
        window.showMaximized()
    operating.begin()
    if not args.shot and not prefs.get("name", ""):
        QTimer.singleShot(0, operating, operating.ask_name)
    gc.freeze()
    gc.enable()
    try:
        app.exec()
    finally:
        if single is not None:
            single.close()
        operating.close()
        seat.close()
        crash.close()
        window.deleteLater()
        operating.deleteLater()
        app.processEvents()
    if troubles:
        raise troubles[0]
    return 0


def _save(window: WallDesk, file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "wb"):
            pass
    except OSError as error:
        raise OutsideError("cli.shot_unwritable", file=str(file), why=error.strerror or str(error)) from error
    if not window.grab().save(str(file), "PNG"):
        raise OutsideError("cli.shot_unwritable", file=str(file), why="PNG")


def _nothing() -> None:
    pass
