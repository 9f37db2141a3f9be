"""Vital signs as a file that goes on."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from widgets.kit.context import PanelContext
from widgets.kit.saving import Saving, SavingWords


def saving(ctx: PanelContext, parent: QWidget) -> Saving:
    """Asks where a CSV file is to lie, and writes it there."""
    words = SavingWords("signsui.export_where", "signsui.exported", "signsui.export_failed")
    return Saving(ctx, parent, words, "signs.folder", "csv")
