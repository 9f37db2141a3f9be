"""The process behind a wall: it holds the last picture of every output, so that none is black while the wall restarts.

It reads nothing but those pictures and does nothing but show them, underneath the windows of the wall. It holds them as
they are on disk, compressed: the points of a large wall, which nobody sees as long as the wall goes on, would be 149 MB
and once more as much to paint them from. Until they are unpacked, the screen keeps the points that the wall left.
"""

from __future__ import annotations

import signal
from pathlib import Path

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import (
    QBackingStore,
    QColor,
    QExposeEvent,
    QGuiApplication,
    QImage,
    QPainter,
    QRegion,
    QResizeEvent,
    QScreen,
    QSurface,
    QWindow,
)
from shiboken6 import delete

from cockpit.ui.walloutputs import plugged
from cockpit.ui.wallstills import SCREENS, file_of, last_file

LOOK_MS = 1000
BARE_MS = 200
"""While an output has no picture at all."""


class Backdrop(QWindow):
    """The last picture of one output, behind everything.

    Attributes:
        paints: how often it was painted: whenever something of it comes to be seen.
    """

    def __init__(self, folder: Path, output: str) -> None:
        super().__init__()
        self.setSurfaceType(QSurface.SurfaceType.RasterSurface)
        flags = Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnBottomHint
        self.setFlags(flags | Qt.WindowType.WindowDoesNotAcceptFocus | Qt.WindowType.WindowTransparentForInput)
        self.setTitle(f"city-cockpit backdrop {output}")
        self.setCursor(Qt.CursorShape.BlankCursor)
        self.paints = 0
        self._folder, self._output = folder, output
        self._file, self._taken = last_file(folder, output)

    def fill(self, screen: QScreen) -> None:
        self.setScreen(screen)
        self.setGeometry(screen.geometry())
        if not self.isVisible():
            self.show()
        self.lower()

    def look(self) -> None:
        """Takes the picture that was kept since. The wall it was taken of stands before it: only what was black so far
        is painted at once, and what is to be seen no more."""
        was_bare = self.bare
        renewed = self._renew()
        if ((renewed and was_bare) or self._drop_taken_away()) and self.isExposed():
            self._paint()

    @property
    def bare(self) -> bool:
        return not self._file

    def picture(self) -> QImage:
        """What it shows, unpacked; a null one where there is none."""
        return QImage.fromData(self._file)

    def exposeEvent(self, event: QExposeEvent) -> None:
        if self.isExposed():
            self._renew()
            self._drop_taken_away()
            self._paint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.isExposed():
            self._paint()

    def _renew(self) -> bool:
        file, taken = last_file(self._folder, self._output, other=self._taken)
        if file:
            self._file, self._taken = file, taken
        return bool(file)

    def _drop_taken_away(self) -> bool:
        """Whether the picture was taken away, and was shown: visitors have come."""
        if self.bare or file_of(self._folder, self._output).exists():
            return False
        self._file, self._taken = b"", 0
        return True

    def _paint(self) -> None:
        """Paints all of it, on points that are given back at once."""
        self.paints += 1
        whole = QRect(0, 0, self.width(), self.height())
        store = QBackingStore(self)
        store.resize(whole.size())
        store.beginPaint(QRegion(whole))
        painter = QPainter(store.paintDevice())
        painter.fillRect(whole, QColor(Qt.GlobalColor.black))
        picture = self.picture()
        if not picture.isNull():
            fitted = picture.size().scaled(whole.size(), Qt.AspectRatioMode.KeepAspectRatio)
            at = QRect(0, 0, fitted.width(), fitted.height())
            at.moveCenter(whole.center())
            painter.drawImage(at, picture)
        painter.end()
        store.endPaint()
        store.flush(QRegion(whole))
        delete(store)


def backdrops(folder: Path, windows: dict[str, Backdrop]) -> None:
    """Sees to it that each output that is plugged in has its backdrop among `windows`, with the newest picture."""
    there = plugged()
    for name, window in windows.items():
        if name not in there:
            window.hide()
    for name, screen in there.items():
        window = windows.get(name) or Backdrop(folder, name)
        windows[name] = window
        if not window.isVisible() or window.geometry() != screen.geometry():
            window.fill(screen)
        window.look()


def hold(profile: Path) -> int:
    """Holds the pictures of a profile until it is ended."""
    app = QGuiApplication(["city-cockpit"])
    app.setQuitOnLastWindowClosed(False)
    windows: dict[str, Backdrop] = {}

    def unplugged(screen: QScreen) -> None:
        for window in windows.values():
            if window.screen() is screen:
                window.hide()

    app.screenRemoved.connect(unplugged)

    def look() -> None:
        backdrops(profile / SCREENS, windows)
        beat.setInterval(BARE_MS if any(window.bare for window in windows.values()) else LOOK_MS)

    beat = QTimer(interval=LOOK_MS)
    beat.timeout.connect(look)
    beat.start()
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, lambda *_: app.quit())
    look()
    code: int = app.exec()
    return code
