"""Stands on a wall where a panel could not be built: says so in its own frame, and asks for a new try by itself."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from widgets.kit.context import PanelContext
from widgets.wall.kit import WallPanel


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
