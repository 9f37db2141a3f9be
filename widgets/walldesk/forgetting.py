"""The dialog before the hub forgets a machine that does not come back: what goes with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from cockpit.model.messages import Message
from cockpit.model.walljoin import Forgotten
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.walldesk.dialog import DeedDialog


class ForgetDialog(DeedDialog):
    def __init__(
        self, ctx: PanelContext, machine: str, line: str, done: Callable[[Forgotten], None], parent: QWidget
    ) -> None:
        """
        Args:
            line: what is known of the machine, in words. done: told when it is forgotten.
        """
        t = ctx.t
        super().__init__(ctx, t("walldesk.forget_do"), t("walldesk.forget_title", name=machine), line, parent, 520)
        self._machine, self._done = machine, done
        self.column.addWidget(label(t("walldesk.forget_why"), self))
        self.column.addStretch(1)
        self.foot(self.forget)

    def forget(self) -> None:
        """Has the hub forget it; the dialog stays while the hub says why not."""
        if self.confirm.isEnabled() and self._ctx.walls is not None:
            self.confirm.setEnabled(False)
            self._ctx.walls.forget(self._machine, self._told)

    def _told(self, answer: Forgotten | Message) -> None:
        self.confirm.setEnabled(True)
        if isinstance(answer, Message):
            self.say(answer)
            return
        self._done(answer)
        self.accept()
