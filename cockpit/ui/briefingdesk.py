"""Briefings at a window: the command that opens them, and the word when the hub made one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from cockpit.model.briefings import TOPIC, Briefing
from cockpit.model.errors import UserError
from cockpit.model.messages import Message
from cockpit.seat import Seat
from cockpit.ui.part import Part
from widgets.kit.actions import Action
from widgets.kit.context import PanelContext

if TYPE_CHECKING:
    from widgets.briefing.dialog import BriefingDialog

KEY = "Ctrl+Alt+N"
TOGETHER_MS = 6000
"""What comes within so long of each other is said at once: a day's end brings several, each made some two seconds
after the one before it, and words for each would cover the map."""


class BriefingDesk(Part):
    """
    Attributes:
        dialog: the window, while it is open.
    """

    def __init__(self, seat: Seat, ctx: PanelContext, window: QWidget) -> None:
        self._ctx, self._window = ctx, window
        self._dialog: BriefingDialog | None = None
        self._new: list[str] = []
        self._together = QTimer(window, singleShot=True, interval=TOGETHER_MS)
        self._together.timeout.connect(self._say_new)
        seat.hear(TOPIC, Briefing, self._told)

    @property
    def dialog(self) -> BriefingDialog | None:
        alive = self._dialog is not None and shiboken6.isValid(self._dialog) and self._dialog.isVisible()
        return self._dialog if alive else None

    def actions(self) -> Iterator[Action]:
        """Its commands, with their keys."""
        yield Action("briefing.open", "briefing.action", self.open, (KEY,), self._can, icon="text")

    def _can(self) -> bool | Message:
        return self._ctx.briefings is not None or Message("briefing.not_here")

    def open(self) -> None:
        """Opens the window, or brings it forward."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        port = self._ctx.briefings
        if port is None:
            return
        try:
            known = port.templates()
        except UserError as error:
            self._ctx.notify(error.message, 0)
            return
        from widgets.briefing.dialog import BriefingDialog

        self._dialog = BriefingDialog(self._ctx, port, known, self._window)
        self._dialog.show()

    def _told(self, made: Briefing) -> None:
        if not made.formats:
            self._ctx.notify(Message("briefing.hub_stopped", {"title": made.title}), 0)
        elif made.title not in self._new:
            self._new.append(made.title)
            self._together.start()

    def _say_new(self) -> None:
        new, self._new = self._new, []
        if len(new) == 1:
            self._ctx.notify(Message("briefing.new_one", {"title": new[0]}), 0)
        else:
            self._ctx.notify(Message("briefing.new_some", {"n": len(new), "titles": new}), 0)

    def close(self) -> object:
        self._together.stop()
        if self.dialog is not None:
            self.dialog.close()
        return None
