"""The duty desk's way to the wall: Ctrl+Alt+O opens the operator's window on the same seat, the same key closes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from cockpit.ui.part import Part
from widgets.kit.actions import Action, Actions
from widgets.kit.calling import Calling
from widgets.kit.pick import Picking
from widgets.kit.routes import Routes
from widgets.kit.sight import Sight
from widgets.kit.walling import Walling

if TYPE_CHECKING:
    from cockpit.ui.desk import Desk
    from cockpit.ui.walldesk import WallDesk

KEY = "Ctrl+Alt+O"


class WallOpening(Part):
    """
    Attributes:
        window: the operator's, None while it is closed.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.window: WallDesk | None = None

    def actions(self) -> Iterator[Action]:
        yield Action("desk.wall", "walldesk.open", self.toggle, (KEY,), icon="screen")

    def toggle(self) -> None:
        if self.window is not None:
            self.window.close()
        else:
            self._open()

    def _open(self) -> None:
        from cockpit.ui.walldesk import WallDesk

        desk = self._desk
        # what is looked at and picked there is not what the duty officer looks at and picks
        actions = Actions()
        for action in desk.drill.of_walls():
            actions.add(action)
        own = replace(
            desk.context, actions=actions, walling=Walling(), routes=Routes(), picking=Picking(), sight=Sight(),
            calling=Calling(),
        )  # fmt: skip
        window = self.window = WallDesk(own, desk.set_theme, desk.set_language, desk.ask_name)
        window.closed.connect(self._closed)
        window.resize(1600, 900)
        window.show()
        window.begin()
        self.second()

    def _closed(self) -> None:
        window, self.window = self.window, None
        if window is not None:
            window.deleteLater()

    # -- what the desk tells -----------------------------------------------------------------------------------------

    def refresh(self, topics: frozenset[str]) -> None:
        if self.window is not None:
            self.window.refresh(topics)

    def second(self) -> None:
        window, seat = self.window, self._desk.seat
        if window is not None:
            window.second()
            window.show_link(seat.link, lambda: seat.retry(""))

    def retheme(self) -> None:
        if self.window is not None:
            self.window.context.theme = self._desk.context.theme
            self.window.retheme()

    def retranslate(self) -> None:
        if self.window is not None:
            self.window.context.t = self._desk.context.t
            self.window.retranslate()

    def close(self) -> None:
        if self.window is not None:
            self.window.close()
