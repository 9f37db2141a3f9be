"""What a person does with the keyboard and the mouse, wherever in the program: heard at its windows.

Not by a filter of the application: Qt hands such a one every event of every object, the Chromium of the 3D map's
among them, which are not all there any more when Python is given them: the program dies (PySide6 6.11).
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QGuiApplication, QWindow
from shiboken6 import isValid


class Inputs(QObject):
    """Hands on the events of each window that has the keyboard or had it, before the window has them."""

    def __init__(self, heard: Callable[[QEvent], bool], parent: QObject) -> None:
        """
        Args:
            heard: answers whether the window shall not have the event.
        """
        super().__init__(parent)
        self._heard = heard
        self._windows: list[QWindow] = []
        self._on = False

    def listen(self, on: bool) -> None:
        """Begins to listen, or ends; it costs a little at every event of a window."""
        app = QGuiApplication.instance()
        if not isinstance(app, QGuiApplication) or on == self._on:
            return
        self._on = on
        if on:
            for window in app.topLevelWindows():
                self._take(window)
            app.focusWindowChanged.connect(self._take)
        else:
            app.focusWindowChanged.disconnect(self._take)
            for window in filter(isValid, self._windows):
                window.removeEventFilter(self)
            self._windows.clear()

    def _take(self, window: QWindow | None) -> None:
        self._windows = [*filter(isValid, self._windows)]
        if window is not None and window not in self._windows:
            self._windows.append(window)
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        return self._heard(event)
