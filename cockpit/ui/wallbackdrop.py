"""The process behind a wall: it holds the last picture of every output, so that none is black while the wall restarts.

It reads nothing but those pictures and does nothing but show them, underneath the windows of the wall.
"""

from __future__ import annotations

import signal
from pathlib import Path

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QRasterWindow, QScreen

from cockpit.ui.walloutputs import plugged
from cockpit.ui.wallstills import SCREENS, last_picture

LOOK_MS = 1000
BARE_MS = 200
"""While an output has no picture at all."""


class Backdrop(QRasterWindow):
    """The last picture of one output, behind everything."""

    def __init__(self, folder: Path, output: str) -> None:
        super().__init__()
        flags = Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnBottomHint
        self.setFlags(flags | Qt.WindowType.WindowDoesNotAcceptFocus | Qt.WindowType.WindowTransparentForInput)
        self.setTitle(f"city-cockpit backdrop {output}")
        self.setCursor(Qt.CursorShape.BlankCursor)
        self._folder, self._output = folder, output
        self._picture, self._taken = last_picture(folder, output)

    def fill(self, screen: QScreen) -> None:
        self.setScreen(screen)
        self.setGeometry(screen.geometry())
        if not self.isVisible():
            self.show()
        self.lower()

    def look(self) -> None:
        """Shows the picture that was kept since."""
        picture, taken = last_picture(self._folder, self._output, newer=self._taken)
        if not picture.isNull():
            self._picture, self._taken = picture, taken
            self.update()

    @property
    def bare(self) -> bool:
        return self._picture.isNull()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        whole = QRect(0, 0, self.width(), self.height())
        painter.fillRect(whole, QColor(Qt.GlobalColor.black))
        if not self._picture.isNull():
            fitted = self._picture.size().scaled(whole.size(), Qt.AspectRatioMode.KeepAspectRatio)
            at = QRect(0, 0, fitted.width(), fitted.height())
            at.moveCenter(whole.center())
            painter.drawImage(at, self._picture)


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
