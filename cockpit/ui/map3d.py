"""The window of the map in three dimensions: of its own, so that the desk is painted as ever, and on any screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from cockpit.model.messages import Message
from cockpit.ui.beside import Beside, WindowBeside
from widgets.kit.actions import Action

if TYPE_CHECKING:
    from cockpit.ui.shell import Shell
    from widgets.web3d.panel import Map3DPanel

LEAST = (640, 480)
KEY = "F3"


class Map3D(Beside):
    """Opens and closes the window."""

    def __init__(self, desk: Shell) -> None:
        super().__init__(desk, "map3d.place", LEAST)

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
        keys = ("desk.map3d", "desk.back")
        window = WindowBeside(self._desk, "map3d", "web3d.window_title", LEAST, keys, self.closed)
        over = self._desk.engine.beside("map") or self._desk
        self.show(window, QRect(over.mapToGlobal(over.rect().topLeft()), over.size().expandedTo(over.minimumSize())))
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
