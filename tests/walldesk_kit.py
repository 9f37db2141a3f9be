"""An operator's desk on living walls, and the hands at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from cockpit.model.wallstate import WallShows
from cockpit.ui.walldesk import WallDesk
from tests.living_walls import LivingWalls
from tests.panel_desk import Desk, desk
from widgets.kit.context import PanelContext
from widgets.kit.theme import Theme, apply_theme
from widgets.walldesk.catalogue import CataloguePane
from widgets.walldesk.scenes import ScenesPane
from widgets.walldesk.screenpane import ScreenPane
from widgets.walldesk.strip import WallStrip
from widgets.walldesk.topbar import WallTop
from widgets.walldesk.wallpane import WallPane

PATIENCE_MS = 60_000


class Operator:
    """
    Attributes:
        window: the desk. walls: the hall behind it. hands: what its context is made of.
    """

    def __init__(self, qtbot: QtBot, folder: Path, hall: str, size: tuple[int, int], lang: str, theme: str) -> None:
        self.qtbot = qtbot
        self.hands: Desk = desk(theme, lang)
        self.walls = LivingWalls(self.hands.clock, folder, hall)
        self.ctx: PanelContext = self.hands.ctx
        self.ctx.walls = self.walls
        self.ctx.report = _raised
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        apply_theme(app, self.ctx.theme)
        self.window = self._open(size)

    def _open(self, size: tuple[int, int]) -> WallDesk:
        window = WallDesk(self.ctx, self.wear, lambda lang: None, lambda: None)
        window.resize(*size)
        window.show()
        self.qtbot.waitExposed(window)
        self.walls.report_all()
        self.walls.picture()
        window.begin()
        return window

    def wear(self, name: str) -> None:
        self.ctx.theme = Theme.load(name)
        self.window.retheme()

    # -- its panels --------------------------------------------------------------------------------------------------

    def _panel(self, id: str) -> Any:
        return self.window.engine.panel(id)

    @property
    def scenes(self) -> ScenesPane:
        panel: ScenesPane = self._panel("deskscenes")
        return panel

    @property
    def wall(self) -> WallPane:
        panel: WallPane = self._panel("deskwall")
        return panel

    @property
    def screen(self) -> ScreenPane:
        panel: ScreenPane = self._panel("deskscreen")
        return panel

    @property
    def catalogue(self) -> CataloguePane:
        panel: CataloguePane = self._panel("deskcatalogue")
        return panel

    @property
    def top(self) -> WallTop:
        panel: WallTop = self._panel("deskwalltop")
        return panel

    @property
    def strip(self) -> WallStrip:
        panel: WallStrip = self._panel("deskwallstrip")
        return panel

    # -- hands -------------------------------------------------------------------------------------------------------

    @property
    def shows(self) -> WallShows:
        """What the first wall shows at the hub."""
        return next(iter(self.walls.board.shows.values()))

    def key(self, key: Qt.Key, modifier: Any = Qt.KeyboardModifier.NoModifier, at: QWidget | None = None) -> None:
        self.qtbot.keyClick(at or self.window.focusWidget() or self.window, key, modifier)

    def do(self, id: str) -> None:
        """Runs a command, as its key does."""
        reason = self.ctx.actions.trigger(f"walldesk.{id}")
        if reason is not None:
            self.ctx.notify(reason, 0)

    def said(self) -> list[str]:
        """The toasts that are seen, in words."""
        return [self.ctx.t(toast.message) for toast in self.window.toasts.toasts]

    def drag(self, widget: QWidget, start: QPointF, end: QPointF) -> None:
        """Presses, moves in three steps and lets go."""
        button = Qt.MouseButton.LeftButton
        self.qtbot.mousePress(widget, button, pos=start.toPoint())
        for part in (0.3, 0.7, 1.0):
            at = start + (end - start) * part
            self.qtbot.mouseMove(widget, at.toPoint())
        self.qtbot.mouseRelease(widget, button, pos=end.toPoint())

    def drop(self, widget: QWidget, data: QMimeData, at: QPointF) -> None:
        """Something of the catalogue is dropped there."""
        copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(widget, QDragEnterEvent(at.toPoint(), copy, data, left, none))
        QApplication.sendEvent(widget, QDragMoveEvent(at.toPoint(), copy, data, left, none))
        QApplication.sendEvent(widget, QDropEvent(at, copy, data, left, none))

    def again(self) -> WallDesk:
        """The desk is closed and opened anew, with what its preferences hold."""
        size = self.window.size()
        self.close()
        walling = type(self.ctx.walling)()
        self.ctx.walling = walling
        self.ctx.actions = type(self.ctx.actions)()
        self.walls.forget_listeners()
        self.window = self._open((size.width(), size.height()))
        return self.window

    def close(self) -> None:
        if self.window.commands.dialog is not None:
            self.window.commands.dialog.reject()
        self.window.close()
        self.window.deleteLater()
        QApplication.sendPostedEvents(None, 52)  # DeferredDelete


def _raised(error: BaseException, panel: str) -> str:
    raise error


@contextmanager
def operator(
    qtbot: QtBot,
    folder: Path,
    hall: str = "",
    size: tuple[int, int] = (1600, 900),
    lang: str = "zh",
    theme: str = "dark",
) -> Iterator[Operator]:
    made = Operator(qtbot, folder, hall, size, lang, theme)
    try:
        yield made
    finally:
        made.close()


def middle(widget: QWidget) -> QPoint:
    return widget.rect().center()
