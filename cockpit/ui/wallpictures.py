"""Pictures of a machine's screens: small ones for the operator, large ones on disk for the next start."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QImage

from cockpit.model.wallasks import MOST_THUMB
from cockpit.model.wallstate import Thumb
from cockpit.processes import give_back
from cockpit.seat import Seat
from cockpit.ui.wallscreen import WallWindow
from cockpit.ui.wallstills import file_of, forget_pictures, keep_picture, last_picture
from cockpit.wall.node import WallSeat

THUMB_SECONDS = 2.0
THUMB_SIZE = QSize(480, 270)
MOST_GLIMPSE = THUMB_SIZE * 4
"""What thumbnails are made of: sixteen points for each of theirs, and no more."""
THUMB_QUALITIES = (70, 50, 35, 20)
FIRST_MS = 50
"""An output of which nothing was kept in this run has its turn first: whoever dies now leaves a picture behind."""
KEEP_SECONDS = 60.0
SOON_SECONDS = 4.0
"""After a change of what is shown, once it has drawn itself."""


class WallPictures(QObject):
    """Pictures of the windows of a machine.

    Every window has its turn, so that no two are copied in one round; encoding is done aside.

    Attributes:
        windows: those that there are.
    """

    def __init__(
        self,
        seat: Seat,
        line: WallSeat,
        folder: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.windows: Callable[[], list[WallWindow]] = list
        self._seat, self._line, self._folder = seat, line, folder
        self._turn = 0
        self._kept_at: dict[str, float] = {}
        self._waiting = 0
        self._privacy = ""
        self._visits = 0
        self._turns = QTimer(self, interval=round(THUMB_SECONDS * 1000))
        self._turns.timeout.connect(self._next)
        self._turns.start()

    def close(self) -> None:
        """Keeps the last pictures, at an orderly end."""
        self._turns.stop()
        for window in self.windows():
            if window.there and window.stage is not None and _has_picture(window):
                keep_picture(window.picture(), self._folder, window.output)

    # -- on disk -------------------------------------------------------------------------------------------------

    def last(self, output: str) -> tuple[QImage, int]:
        """As `last_picture`."""
        return last_picture(self._folder, output)

    def show_to(self, privacy: str) -> None:
        """Whose eyes see the wall now, as a scene's `privacy`. Where visitors come, nothing is left of what was shown
        before: a crash or a cable that is put back would uncover it."""
        before, self._privacy = self._privacy, privacy
        if privacy == "visitor" != before:
            self._visits += 1
            self._kept_at.clear()
            forget_pictures(self._folder)

    def soon(self) -> None:
        """What is shown is another: it is kept in a moment. An output of which nothing is kept yet does not wait."""
        due = self._seat.clock.mono() - KEEP_SECONDS + SOON_SECONDS
        self._kept_at = {window.output: due for window in self.windows() if window.output in self._kept_at}
        if any(window.output not in self._kept_at for window in self.windows()):
            self._turns.start(FIRST_MS)

    # -- in turn -------------------------------------------------------------------------------------------------

    def _next(self) -> None:
        windows = [window for window in self.windows() if window.there and window.screen_of_wall is not None]
        bare = [window for window in windows if window.output not in self._kept_at and _has_picture(window)]
        beat = FIRST_MS if bare else round(THUMB_SECONDS * 1000 / max(len(windows), 1))
        self._turns.setInterval(max(FIRST_MS, beat))
        if not windows or self._waiting > 2:  # the one thread that works aside has other things to do
            return
        self._turn = (self._turn + 1) % len(windows)
        window = bare[0] if bare else windows[self._turn]
        now = self._seat.clock.mono()
        keep = now - self._kept_at.get(window.output, 0.0) >= KEEP_SECONDS
        keep = keep and _has_picture(window)
        if not self._line.joined and not keep:
            return
        taken = self._line.time.now()
        if keep:
            self._kept_at[window.output] = now
            self._aside(partial(self._keep, window.picture(), window.output, self._visits))
        if self._line.joined and window.screen_of_wall is not None and window.wall is not None:
            of = (window.held or window.pictured) if window.still else 0
            self._aside(partial(self._send, window.wall.id, window.screen_of_wall.id, taken, of, glimpse(window)))

    def _keep(self, picture: QImage, output: str, visits: int) -> None:
        """Args: visits: how often visitors had come when it was taken."""
        if visits == self._visits:
            keep_picture(picture, self._folder, output)
        if visits != self._visits:  # they came while it was written
            file_of(self._folder, output).unlink(missing_ok=True)
            self._seat.later(self._kept_at.clear)
        give_back()

    def _aside(self, work: Callable[[], object]) -> None:
        self._waiting += 1

        def over() -> None:
            self._waiting -= 1

        def do() -> None:
            try:
                work()
            finally:
                self._seat.later(over)

        self._seat.aside(do)

    def _send(self, wall: str, screen: int, taken: int, of: int, picture: QImage) -> None:
        jpeg = small_jpeg(picture)
        if jpeg:
            self._seat.later(lambda: self._line.thumb(Thumb(wall, screen, taken, jpeg, of)))


def _has_picture(window: WallWindow) -> bool:
    """Whether what it shows is worth keeping: panels, neither black nor a picture of before."""
    return window.stage is not None and not window.is_black and not window.still


def glimpse(window: WallWindow) -> QImage:
    """What is on the screen, of some of its points only where it has many: a copy of all would be 149 MB of a large
    wall, every other second."""
    store = window.backingStore() if window.isVisible() else None
    device = store.paintDevice() if store is not None else None
    if not isinstance(device, QImage) or device.size() != window.size():
        return window.picture()
    size = device.size().scaled(MOST_GLIMPSE, Qt.AspectRatioMode.KeepAspectRatio)
    return device.scaled(size) if size.width() < device.width() else device.copy()


def small_jpeg(picture: QImage) -> bytes:
    """A thumbnail of at most `MOST_THUMB` bytes; b"" where none is as small."""
    small = picture.scaled(THUMB_SIZE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    for quality in THUMB_QUALITIES:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        small.save(buffer, "JPEG", quality)
        data = bytes(buffer.data().data())
        if len(data) <= MOST_THUMB:
            return data
    return b""
