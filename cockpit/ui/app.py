"""The Qt application of a seat: fonts, theme, window, picture on demand, orderly end."""

from __future__ import annotations

import argparse
import gc
import json
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer

from cockpit.children import Children
from cockpit.leaderopening import LeaderOpening
from cockpit.model.clock import Clock, since_exec
from cockpit.model.errors import OutsideError
from cockpit.model.layout_read import read_layout_file
from cockpit.model.levels import Level
from cockpit.model.messages import LANGUAGES, Message, texts
from cockpit.opening import SeatOpening
from cockpit.ui.crash import CrashLog
from cockpit.ui.prefs import FilePrefs
from cockpit.ui.qtapp import application, end_on_signals
from cockpit.ui.shell import Shell
from cockpit.ui.single import SingleSeat
from cockpit.ui.sound import Player
from cockpit.ui.summary import summary
from layouts.engine import shipped
from layouts.panels import Panels
from widgets.kit.fonts import load_fonts
from widgets.kit.theme import THEMES, Theme

SHOT_SIZE = (1920, 1080)
LEAST_SIZE = (960, 600)


class FirstPicture(QObject):
    """Notes when the first frame with all that the first picture is was painted (`Shell.sights`).

    Attributes:
        ms: from the process' exec, None as long as there was none.
    """

    def __init__(self, desk: Shell) -> None:
        super().__init__(desk)
        self.ms: float | None = None
        self._desk = desk
        self._sights = desk.sights()
        for painted in self._sights.painted:
            painted.connect(self._soon)
        desk.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # the first: it is exposed; the second: anything within it is painted again
        if event.type() in (QEvent.Type.Paint, QEvent.Type.UpdateRequest):
            self._soon()
        return False

    def _soon(self) -> None:
        if self.ms is None:
            # the paint of every panel of this frame is over when the loop comes round
            QTimer.singleShot(0, self, self._painted)

    def _painted(self) -> None:
        if self.ms is None and self._sights.shown():
            self.ms = since_exec() * 1000
            self._desk.removeEventFilter(self)
            for painted in self._sights.painted:
                painted.disconnect(self._soon)
            self._desk.follow()


def run_seat(
    args: argparse.Namespace,
    profile: Path,
    opening: SeatOpening,
    children: Children | None,
    clock: Clock,
    size: tuple[int, int] | None,
) -> int:
    """Opens the window and runs until it is closed, or until its picture is taken."""
    app = application()
    crash = CrashLog(profile, clock, "shot" if args.shot else "crash")
    prefs = FilePrefs(profile / "prefs.json")
    if args.map:
        prefs.for_now("map.renderer", args.map)
    load_fonts()
    layout = read_layout_file(args.layout or shipped(args.seat), Panels())

    def report(error: BaseException, panel: str) -> str:
        return crash.report(error, panel)

    lang = args.lang or prefs.one_of("lang", LANGUAGES)
    theme = args.theme or prefs.one_of("theme", THEMES)
    if isinstance(opening, LeaderOpening):
        from cockpit.ui.unlocking import unlock_at_screen

        if not unlock_at_screen(opening, app, texts(lang), Theme.load(theme), quiet=bool(args.shot)):
            crash.close()
            return 0
    seat = opening.seat()
    player = Player(clock, muted=bool(args.shot) or bool(prefs.get("muted", False)))
    desk = _desk_of(args.seat)(
        seat, layout, prefs, player, report, lang, theme, children.poll if children else _nothing
    )
    desk.followed.connect(_started)
    first = FirstPicture(desk)
    single = None if args.shot else SingleSeat(profile, desk.come_forward, desk, desk.open_link)
    crash.install(lambda what: desk.toasts.show(Message("ui.error_noted", {"what": what}), Level.ORANGE))
    end_on_signals(app, desk)
    if isinstance(opening, LeaderOpening):
        from cockpit.ui.unlocking import say_wiped

        leader = opening.leader()
        leader.budget = int(prefs.get("laptop.most_mb", leader.budget // 1_000_000)) * 1_000_000
        leader.contact.on_wiped = lambda why: say_wiped(desk, desk.context.t, why, app.quit)
    troubles: list[OutsideError] = []

    def take() -> None:
        try:
            _take_shot(args, desk, first)
        except OutsideError as error:
            troubles.append(error)
        app.quit()

    if args.shot:
        desk.setFixedSize(*(size or SHOT_SIZE))
        desk.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        desk.show()
        QTimer.singleShot(max(0, round((args.after - since_exec()) * 1000)), desk, take)
    else:
        _open_window(desk, size)
    desk.begin()
    if link := getattr(args, "link", ""):
        _show_link(desk, link)
    if not args.shot:
        if crash.last is not None:
            desk.toasts.show(Message("ui.crashed_before", {"file": str(crash.last)}), Level.YELLOW)
        if not prefs.get("name", ""):
            QTimer.singleShot(0, desk, desk.ask_name)
    app.setQuitOnLastWindowClosed(True)
    try:
        app.exec()
    finally:
        if single is not None:
            single.close()
        desk.close()
        seat.close()
        player.close()
        crash.close()
        desk.deleteLater()
        app.processEvents()
    if troubles:
        raise troubles[0]
    return 0


def _show_link(desk: Shell, link: str) -> None:
    """What the seat was started for (`cockpit open`)."""
    if (problem := desk.open_link(link)) is not None:
        desk.toasts.show(problem, Level.YELLOW)


def _desk_of(seat: str) -> type[Shell]:
    if seat == "leader":
        from cockpit.ui.leaderdesk import LeaderDesk  # a duty seat starts without it

        return LeaderDesk
    from cockpit.ui.desk import Desk

    return Desk


def _nothing() -> None:
    pass


def _started() -> None:
    """The start is over: what it made is there to stay and need not be looked through for garbage."""
    gc.freeze()
    gc.enable()


def _open_window(desk: Shell, size: tuple[int, int] | None) -> None:
    """As large as was asked for, else the whole screen, which it has for itself."""
    desk.setMinimumSize(*LEAST_SIZE)
    if size is not None:
        desk.resize(*size)
        desk.show()
    else:
        desk.resize(*SHOT_SIZE)
        desk.showMaximized()


def _take_shot(args: argparse.Namespace, desk: Shell, first: FirstPicture) -> None:
    picture = desk.grab()
    try:
        args.shot.parent.mkdir(parents=True, exist_ok=True)
        with open(args.shot, "wb"):
            pass
    except OSError as error:
        raise OutsideError("cli.shot_unwritable", file=str(args.shot), why=error.strerror or str(error)) from error
    if not picture.save(str(args.shot), "PNG"):
        raise OutsideError("cli.shot_unwritable", file=str(args.shot), why="PNG")
    if args.json:
        from widgets.map.panel import MapPanel

        panel = desk.engine.panel("map")
        backend = panel.backend_name if isinstance(panel, MapPanel) else "none"
        print(json.dumps(summary(desk.seat, args.seat, backend, first.ms)), flush=True)
