"""The window of the map in three dimensions: of its own, so that the desk is painted as ever, and on any screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QCloseEvent, QColor, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QWidget

from cockpit.model.layout_read import read_layout_file
from cockpit.model.messages import Message
from cockpit.model.tables import TABLES
from layouts.engine import LayoutEngine, shipped
from layouts.panels import Panels
from widgets.kit.actions import Action

if TYPE_CHECKING:
    from cockpit.ui.desk import Desk
    from widgets.web3d.panel import Map3DPanel

LEAST = (640, 480)
KEY = "F3"


class Map3DWindow(QWidget):
    """The window.

    Attributes:
        engine: its one panel in its place.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, Qt.WindowType.Window)
        self.setObjectName("map3d-window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(*LEAST)
        self._desk = desk
        self.engine = LayoutEngine(desk.context, Panels(), self)
        self.engine.show_layout(read_layout_file(shipped("map3d"), Panels()))
        for name in ("desk.map3d", "desk.back"):
            action = desk.actions_.get(name)
            for key in action.keys if action is not None else ():
                shortcut = QShortcut(QKeySequence(key), self)
                shortcut.setAutoRepeat(False)
                shortcut.activated.connect(lambda name=name: desk.actions_.trigger(name))
        self.name()

    def name(self) -> None:
        t = self._desk.context.t
        self.setWindowTitle(t("web3d.window_title", city=self._desk.seat.pack.name))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.engine.setGeometry(self.rect())
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(self._desk.context.theme.bg))

    def closeEvent(self, event: QCloseEvent) -> None:
        self._desk.map3d.closed(self.geometry())
        self.engine.close_panels()
        super().closeEvent(event)


class Map3D:
    """Opens and closes the window, and tells it what the desk is told.

    Attributes:
        window: None as long as it is closed.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.window: Map3DWindow | None = None

    def actions(self) -> Iterator[Action]:
        yield Action("desk.map3d", "web3d.action", self.toggle, (KEY,), icon="cube")

    def toggle(self) -> None:
        """From the desk: opens it, looking where the map looks. From there: back to the map, with its look."""
        window = self.window
        if window is None:
            self._open()
        elif window.isActiveWindow():
            self.back()
        else:
            if self.panel is not None:
                self.panel.look_with_map()
            self._forward(window)

    def back(self) -> None:
        """Has the map look where the window looks, closes the window, and gives the map the keyboard."""
        window = self.window
        if window is not None:
            panel = self.panel
            if panel is not None:
                panel.hand_over()
            window.close()
            self._desk.activateWindow()
            self._desk.engine.bring("map")
            self._desk.engine.focus_panel("map")

    def _open(self) -> None:
        from widgets.web3d.able import installed

        if not installed():
            self._desk.toasts.show(Message("web3d.not_installed"), 0)
            return
        self.window = window = Map3DWindow(self._desk)
        window.setGeometry(self._place())
        window.show()
        window.engine.refresh(frozenset({*TABLES, "case"}))
        self._forward(window)

    @property
    def panel(self) -> Map3DPanel | None:
        """The panel in the window; None while it is closed, or where the panel could not be built."""
        from widgets.web3d.panel import Map3DPanel  # when it is first wanted: it takes 50 ms

        panel = self.window.engine.panel("map3d") if self.window is not None else None
        return panel if isinstance(panel, Map3DPanel) else None

    @staticmethod
    def _forward(window: QWidget) -> None:
        window.raise_()
        window.activateWindow()

    def _place(self) -> QRect:
        """Where it was last, if that is on a screen now; else over the map."""
        kept = self._desk.context.prefs.get("map3d.place", None)
        if isinstance(kept, list) and len(kept) == 4 and all(isinstance(n, int) for n in kept):
            place = QRect(*kept)
            screen = self._desk.screen().virtualGeometry()
            if place.intersected(screen).width() > LEAST[0] / 2 and place.intersected(screen).height() > LEAST[1] / 2:
                return place
        panel = self._desk.engine.beside("map")
        over = panel or self._desk
        return QRect(over.mapToGlobal(over.rect().topLeft()), over.size().expandedTo(over.minimumSize()))

    # -- what the desk is told -------------------------------------------------------------------------------------

    def closed(self, place: QRect) -> None:
        self.window = None
        self._desk.context.prefs.set("map3d.place", [place.x(), place.y(), place.width(), place.height()])

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
