"""The leader's cockpit: what its window has beside that of every seat."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from PySide6.QtCore import QRect

from cockpit.model.messages import Message
from cockpit.ui.commands import look_actions, seat_actions
from cockpit.ui.shell import Shell, Sights
from widgets.kit.actions import Action


class LeaderDesk(Shell):
    """The window of a leader's seat. Back walks the way of scopes, and within one what was selected there."""

    title_id: ClassVar[str] = "leader.window_title"

    def first_actions(self) -> Iterable[Action]:
        yield from seat_actions(self)
        yield from self.loop.outbox_actions()
        yield from look_actions(self)

    def can_go_back(self) -> bool | Message:
        drill = self.context.drill
        return super().can_go_back() if drill is None or not drill.depth else True

    def go_back(self) -> None:
        drill = self.context.drill
        if drill is None or not drill.back():
            super().go_back()

    def take_keyboard(self) -> None:
        self._first_look.touched()  # nothing is selected by itself: a leader comes to the whole
        self.engine.focus_panel("topics")

    def sights(self) -> Sights:
        """The index of the city and the topics."""
        panels = [panel for id in ("index", "topics") if (panel := self.engine.panel(id)) is not None]
        return Sights(panels, (), lambda: True)

    def place_of_toasts(self) -> QRect | None:
        """Over the foot of the centre: decisions at the right stay free."""
        panel = self.engine.panel("changes")
        return panel.geometry().adjusted(9, 0, 0, -9) if panel is not None else None
