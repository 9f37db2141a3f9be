"""A window beside the desk, of one panel and of the desk's own context; the desk tells it what it is told itself."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QCloseEvent, QColor, QKeySequence, QPainter, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QWidget

from cockpit.model.layout_read import read_layout_file
from cockpit.model.tables import TABLES
from cockpit.ui.part import Part
from layouts.engine import LayoutEngine, shipped
from layouts.panels import Panels

if TYPE_CHECKING:
    from cockpit.ui.shell import Shell


class WindowBeside(QWidget):
    """The window.

    Attributes:
        engine: its one panel in its place.
    """

    def __init__(
        self,
        desk: Shell,
        name: str,
        title_id: str,
        least: tuple[int, int],
        actions: Collection[str],
        closed: Callable[[QRect], None],
    ) -> None:
        """
        Args:
            name: of the layout that ships, and of the window: `video`.
            actions: ids of the desk's actions whose keys work here too.
            closed: is told where it was.
        """
        super().__init__(desk, Qt.WindowType.Window)
        self.setObjectName(f"{name}-window")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumSize(*least)
        self._desk = desk
        self._title_id = title_id
        self._closed = closed
        self.engine = LayoutEngine(desk.context, Panels(), self)
        self.engine.show_layout(read_layout_file(shipped(name), Panels()))
        for id in actions:
            action = desk.actions_.get(id)
            for key in action.keys if action is not None else ():
                self.on_key(key, lambda id=id: desk.actions_.trigger(id))
        self.name()

    def on_key(self, key: str, act: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(act)

    def name(self) -> None:
        self.setWindowTitle(self._desk.context.t(self._title_id, city=self._desk.seat.pack.name))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.engine.setGeometry(self.rect())
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(self._desk.context.theme.bg))

    def closeEvent(self, event: QCloseEvent) -> None:
        self._closed(self.geometry())
        self.engine.close_panels()
        super().closeEvent(event)


class Beside(Part):
    """What opens and closes such a window, and remembers where it was.

    Attributes:
        window: None as long as it is closed.
    """

    def __init__(self, desk: Shell, place: str, least: tuple[int, int]) -> None:
        """
        Args:
            place: name of the preference that keeps it.
        """
        self._desk = desk
        self._place_name = place
        self._least = least
        self.window: WindowBeside | None = None

    def show(self, window: WindowBeside, place: QRect) -> None:
        """Opens it where it was last, if that is on a screen now; else at this place."""
        self.window = window
        window.setGeometry(self._kept() or place)
        window.show()
        window.engine.refresh(frozenset({*TABLES, "case"}))

    def _kept(self) -> QRect | None:
        kept = self._desk.context.prefs.get(self._place_name, None)
        if not (isinstance(kept, list) and len(kept) == 4 and all(isinstance(n, int) for n in kept)):
            return None
        place = QRect(*kept)
        seen = place.intersected(self._desk.screen().virtualGeometry())
        return place if seen.width() > self._least[0] / 2 and seen.height() > self._least[1] / 2 else None

    # -- what the desk is told -------------------------------------------------------------------------------------

    def closed(self, place: QRect) -> None:
        self.window = None
        self._desk.context.prefs.set(self._place_name, [place.x(), place.y(), place.width(), place.height()])

    def refresh(self, topics: frozenset[str]) -> None:
        if self.window is not None:
            self.window.engine.refresh(topics)

    def second(self) -> None:
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
