"""What stands in a place of a layout whose panel is not there: it could not be built, or is built in a moment."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from widgets.kit.panel import Pane, Panel, PanelContext


class UnbuiltPanel(Panel):
    """Stands where a panel could not be built; says so in its own frame, and tries again when asked."""

    def __init__(self, ctx: PanelContext, panel_id: str, parent: QWidget | None = None) -> None:
        self.panel_id = panel_id  # type: ignore[misc]  # of the panel whose place it takes
        super().__init__(ctx, parent)
        self.retranslate()

    def reopen(self) -> None:
        """Ask the engine for a new try."""
        self.reopened.emit()

    def retranslate(self) -> None:
        super().retranslate()
        self.header.set_title(self.ctx.t("layout.unbuilt", panel=self.objectName()))


class ComingPanel(Pane):
    """The frame of a panel that is built in a moment."""

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setProperty("frame", "panel")
