"""The window of cameras' videos beside the desk: it shows the camera that is selected, or those about an event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QCloseEvent, QColor, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QWidget

from cockpit.model.layout_read import read_layout_file
from cockpit.model.tables import TABLES
from layouts.engine import LayoutEngine, shipped
from layouts.panels import Panels
from widgets.kit.actions import Action

if TYPE_CHECKING:
    from cockpit.ui.desk import Desk

KEY = "Ctrl+Shift+V"
LEAST, FIRST = (320, 240), (760, 520)
PLACE = "video.place"


class VideoWindow(QWidget):
    """The window, which never takes the keyboard when it opens.

    Attributes:
        engine: its one panel in its place.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, Qt.WindowType.Window)
        self.setObjectName("video-window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.setMinimumSize(*LEAST)
        self._desk = desk
        self.engine = LayoutEngine(desk.context, Panels(), self)
        self.engine.show_layout(read_layout_file(shipped("video"), Panels()))
        for name, run in (("desk.video", None), ("desk.back", None), ("", self.close)):
            action = desk.actions_.get(name) if name else None
            for key in action.keys if action is not None else ("Esc",) if run else ():
                shortcut = QShortcut(QKeySequence(key), self)
                shortcut.setAutoRepeat(False)
                shortcut.activated.connect(run or (lambda name=name: desk.actions_.trigger(name)))
        self.name()

    def name(self) -> None:
        t = self._desk.context.t
        self.setWindowTitle(t("videos.window_title", city=self._desk.seat.pack.name))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.engine.setGeometry(self.rect())
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(self._desk.context.theme.bg))

    def closeEvent(self, event: QCloseEvent) -> None:
        self._desk.video.closed(self.geometry())
        self.engine.close_panels()
        super().closeEvent(event)


class VideoDesk:
    """Opens and closes the window, and tells it what the desk is told.

    Attributes:
        window: None as long as it is closed.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.window: VideoWindow | None = None

    def actions(self) -> Iterator[Action]:
        yield Action("desk.video", "videos.action", self.toggle, (KEY,), icon="camera")

    def toggle(self) -> None:
        """Opens it, and closes it again."""
        if self.window is not None:
            self.window.close()
            return
        self.window = window = VideoWindow(self._desk)
        window.setGeometry(self._place())
        window.show()
        window.raise_()
        window.engine.refresh(frozenset({*TABLES, "case"}))

    def _place(self) -> QRect:
        """Where it was last, if that is on a screen now; else over the lower right of the desk."""
        kept = self._desk.context.prefs.get(PLACE, None)
        screen = self._desk.screen().virtualGeometry()
        if isinstance(kept, list) and len(kept) == 4 and all(isinstance(n, int) for n in kept):
            place = QRect(*kept)
            seen = place.intersected(screen)
            if seen.width() > LEAST[0] / 2 and seen.height() > LEAST[1] / 2:
                return place
        foot = self._desk.mapToGlobal(self._desk.rect().bottomRight())
        return QRect(foot.x() - FIRST[0] - 12, foot.y() - FIRST[1] - 56, *FIRST)

    # -- what the desk is told -------------------------------------------------------------------------------------

    def closed(self, place: QRect) -> None:
        self.window = None
        self._desk.context.prefs.set(PLACE, [place.x(), place.y(), place.width(), place.height()])

    def refresh(self, topics: frozenset[str]) -> None:
        if self.window is not None:
            self.window.engine.refresh(topics)

    def age_tick(self) -> None:
        if self.window is not None:
            self.window.engine.age_tick()

    def retheme(self) -> None:
        if self.window is not None:
            self.window.engine.retheme()
            self.window.update()

    def retranslate(self) -> None:
        if self.window is not None:
            self.window.name()
            self.window.engine.retranslate()

    def close(self) -> None:
        if self.window is not None:
            self.window.close()
