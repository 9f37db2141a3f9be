"""Stands on a wall where a panel could not be built, or is not for the eyes that are there, and says so."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from cockpit.model.messages import Message
from widgets.kit.context import PanelContext
from widgets.wall.kit import PanelState, WallPanel


class UnbuiltOnWall(WallPanel):
    """The place of a panel that could not be built; `reopened` asks for a new try."""

    def __init__(self, ctx: PanelContext, panel_id: str, error: Exception, parent: QWidget | None = None) -> None:
        self.panel_id = panel_id  # type: ignore[misc]  # of the panel whose place it takes
        super().__init__(ctx, parent)
        self.fail(error)

    def title(self) -> str:
        return self.ctx.t("layout.unbuilt", panel=self.panel_id)

    def reopen(self) -> None:
        """Ask for a new try."""
        self.reopened.emit()


class WithheldOnWall(WallPanel):
    """The place of a panel that the scene's privacy keeps from the wall."""

    def __init__(self, ctx: PanelContext, panel_id: str, why: Message, parent: QWidget | None = None) -> None:
        self.panel_id = panel_id  # type: ignore[misc]  # of the panel whose place it takes
        self._why = why
        super().__init__(ctx, parent)

    def look(self) -> None:
        """Says why, always: what is kept from a wall is not tried again."""
        self.show_state(PanelState.EMPTY, self._why)
