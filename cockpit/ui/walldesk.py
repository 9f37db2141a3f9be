"""The window of a wall's operator: scenes, the living wall, the chosen screen, the catalogue; and its commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from cockpit.model.ages import span
from cockpit.model.layout_read import read_layout_file
from cockpit.model.messages import Message
from cockpit.model.ports.link import Link, LinkState
from cockpit.ui.hubbanner import GRACE
from layouts.engine import LayoutEngine, shipped
from layouts.panels import Panels
from widgets.kit.actions import Action
from widgets.kit.banner import Banner, BannerText
from widgets.kit.context import PanelContext
from widgets.kit.palette import Palette
from widgets.kit.toast import Toasts
from widgets.walldesk.catalogue import CataloguePane
from widgets.walldesk.commands import WallCommands
from widgets.walldesk.scenes import ScenesPane

LEAST = (960, 600)


class WallDesk(QWidget):
    """
    Attributes:
        context: what its panels are handed; the commands in it are of this window.
        engine: the panels in their places. commands: of the wall.
        closed: emitted when the window is closed.
    """

    closed = Signal()

    def __init__(
        self,
        context: PanelContext,
        set_theme: Callable[[str], object],
        set_language: Callable[[str], object],
        ask_name: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        """
        Args:
            context: with `walls`; its commands are this window's own, and empty.
            set_theme, set_language, ask_name: of the shell that this window belongs to.
        """
        super().__init__(parent, Qt.WindowType.Window)
        self.context = context
        self._set_theme, self._set_language, self._ask_name = set_theme, set_language, ask_name
        self.setObjectName("walldesk")
        self.setMinimumSize(*LEAST)
        panels = Panels()
        context.walling.panels = panels
        self.engine = LayoutEngine(context, panels, self)
        self.commands = WallCommands(context, self)
        for action in (*self.commands.actions(), *self._actions()):
            context.actions.add(action)
        self.commands.edit.restore()
        self.engine.show_layout(read_layout_file(shipped("walldesk"), panels))
        self.banner = Banner(context, self)
        self.toasts = Toasts(self, context, foot=52)
        self.toasts.place = self._place_of_toasts
        context.notify = self.toasts.show
        self.palette_ = Palette(context, self, ())
        if context.walls is not None:
            context.walls.listen(self._heard)
        self._shortcuts = context.actions.bind(self, lambda reason: self.toasts.show(reason, 0))
        self.retranslate()

    def _actions(self) -> Iterator[Action]:
        ctx = self.context

        def full_screen() -> None:
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

        def other_theme() -> None:
            self._set_theme("light" if ctx.theme.name == "dark" else "dark")

        def other_language() -> None:
            self._set_language("en" if ctx.t.lang == "zh" else "zh")

        yield Action(
            "desk.palette", "ui.palette", lambda: self.palette_.open(), ("Ctrl+K",), icon="search", shown=False
        )
        yield Action("walldesk.find_scene", "walldesk.find_scene", self._find_scene, ("Ctrl+F",), icon="search")
        yield Action("walldesk.find_panel", "walldesk.find_panel", self._find_panel, ("Ctrl+Shift+F",), icon="search")
        yield Action(
            "desk.next_panel", "ui.next_panel", lambda: self.engine.focus_next(1), ("Ctrl+Tab",), icon="keyboard"
        )
        yield Action(
            "desk.previous_panel", "ui.previous_panel", lambda: self.engine.focus_next(-1), ("Ctrl+Shift+Tab",)
        )
        yield Action("desk.theme", "ui.theme", other_theme, ("Ctrl+Shift+L",), icon="moon")
        yield Action("desk.language", "ui.language", other_language, ("Ctrl+Shift+E",), icon="language")
        yield Action("desk.full_screen", "ui.full_screen", full_screen, ("Alt+F11",))
        yield Action("desk.name", "ui.change_name", self._ask_name, (), icon="user")
        yield Action("desk.quit", "ui.quit", self.close, ("Ctrl+Q",))

    def _find_scene(self) -> None:
        panel = self.engine.panel("deskscenes")
        if isinstance(panel, ScenesPane):
            panel.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            panel.field.selectAll()

    def _find_panel(self) -> None:
        panel = self.engine.panel("deskcatalogue")
        if isinstance(panel, CataloguePane):
            panel.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            panel.field.selectAll()

    # -- what it is told -------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """The first look: panels are told of everything, the keyboard begins in the list of scenes."""
        panel = self.engine.panel("deskcatalogue")
        if isinstance(panel, CataloguePane):
            self.engine.refresh(panel.topics)
        self.engine.age_tick()
        scenes = self.engine.panel("deskscenes")
        if isinstance(scenes, ScenesPane):
            scenes.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _heard(self, what: str) -> None:
        """The walls told something."""
        if what == "scenes":
            self.commands.edit.settle()

    def refresh(self, topics: frozenset[str]) -> None:
        """Tables changed."""
        self.engine.refresh(topics)

    def second(self) -> None:
        """A second passed."""
        self.engine.age_tick()

    def show_link(self, link: Link, retry: Callable[[], object]) -> None:
        """How it stands with the hub, over the desk where that is no good."""
        text = None
        gone = self.context.clock.wall() - link.since
        if link.state is not LinkState.LIVE and gone >= GRACE:
            what = Message("walldesk.hub_lost", {"span": span(gone)})
            text = BannerText(what, Message("walldesk.hub_lost_more"), ((Message("ui.retry_now"), retry),))
        self.banner.tell(text)
        self.engine.show_slot("banner", self.banner if text is not None else None)

    def retheme(self) -> None:
        self.engine.retheme()
        self.banner.retheme()
        self.toasts.retheme()
        self.update()

    def retranslate(self) -> None:
        ctx = self.context
        self.setWindowTitle(ctx.t("walldesk.title", city=ctx.t.pack(ctx.pack.name)))
        self.engine.retranslate()
        self.banner.retranslate()
        self.toasts.retheme()

    # -- Qt --------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What no panel took. A bare / is no shortcut: in a field it is text."""
        if event.text() == "/" and not event.isAutoRepeat():
            self._find_scene()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.engine.close_panels()
        super().closeEvent(event)
        self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self.context.theme.bg)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.engine.setGeometry(self.rect())
        super().resizeEvent(event)

    def _place_of_toasts(self) -> QRect | None:
        """Over the middle, above the foot of the wall."""
        panel = self.engine.panel("deskwall")
        return panel.geometry().adjusted(9, 0, 0, -9) if panel is not None else None
