"""The duty desk: what its window has beside that of every seat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from PySide6.QtCore import QRect

from cockpit.model.messages import Message
from cockpit.model.ports import NamedPlace
from cockpit.ui.commands import duty_actions
from cockpit.ui.drilldesk import DrillDesk
from cockpit.ui.map3d import Map3D
from cockpit.ui.part import Part
from cockpit.ui.replaydesk import ReplayDesk
from cockpit.ui.shell import Shell, Sights
from cockpit.ui.videodesk import VideoDesk
from cockpit.ui.wallopening import WallOpening
from widgets.kit.actions import Action
from widgets.kit.finders import Finder, PlaceFinder
from widgets.lists.queue import QueuePanel
from widgets.map.bookmarks import Bookmark
from widgets.map.hands.locate import MapFinder
from widgets.map.panel import MapPanel

_MAP_FOOT = 122
"""Height of the time bar and the scale at the foot of the map, with a gap."""


class Desk(Shell):
    """The window of a duty seat.

    Attributes:
        map3d, video: windows beside it. replay: of what was. drill: rehearsals. operating: the window of the walls'
            operator.
    """

    title_id: ClassVar[str] = "ui.window_title"

    def first_actions(self) -> Iterable[Action]:
        self.map3d = Map3D(self)
        self.video = VideoDesk(self)
        return duty_actions(self)

    def more_parts(self) -> Iterator[Part]:
        yield self.map3d
        yield self.video
        self.replay = ReplayDesk(self)
        yield self.replay
        yield from super().more_parts()
        self.drill = DrillDesk(self)
        yield self.drill
        self.operating = WallOpening(self)
        yield self.operating

    def finders(self) -> Iterable[Finder]:
        ctx = self.context
        yield PlaceFinder(ctx, ctx.gazetteer, self._show_place, self._middle)
        yield MapFinder(ctx, self._show_place, self._go_to_view)

    def take_keyboard(self) -> None:
        """In the list of events: arrows walk it at once."""
        queue = self.engine.panel("queue")
        if isinstance(queue, QueuePanel):
            queue.take_keyboard()
        else:
            super().take_keyboard()

    def sights(self) -> Sights:
        """The base map, and rows of the list of events."""
        map_panel, queue = self.engine.panel("map"), self.engine.panel("queue")
        if not (isinstance(map_panel, MapPanel) and isinstance(queue, QueuePanel)):
            return Sights((), lambda: False)
        canvas, view = map_panel.canvas, queue.view
        return Sights((canvas.painted,), lambda: canvas.with_base and view.rows_painted)

    def is_live(self) -> bool:
        """What is played again is no news."""
        return not self.replay.state.id

    def place_of_toasts(self) -> QRect | None:
        """Over the centre, above the map's foot: at the window's lower right an officer gives orders."""
        panel = self.engine.beside("map")
        return panel.geometry().adjusted(9, 0, 0, -_MAP_FOOT) if panel is not None else None

    # -- what the palette finds on the map -------------------------------------------------------------------------

    def _show_place(self, place: NamedPlace) -> None:
        self.engine.bring("map")
        panel = self.engine.panel("map")
        if isinstance(panel, MapPanel):
            panel.show_place(place)
        else:
            self.toasts.show(Message("ui.no_map"), 0)

    def _go_to_view(self, mark: Bookmark) -> None:
        self.engine.bring("map")
        panel = self.engine.panel("map")
        if isinstance(panel, MapPanel):
            panel.board.views.go(mark)
        else:
            self.toasts.show(Message("ui.no_map"), 0)

    def _middle(self) -> tuple[float, float] | None:
        """Middle of what the map shows, WGS-84."""
        panel = self.engine.kept("map")
        return panel.middle if isinstance(panel, MapPanel) else None
