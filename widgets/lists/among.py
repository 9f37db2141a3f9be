"""Says that the queue shows only what was gathered on the map, and lets go of it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from widgets.kit.buttons import button
from widgets.kit.context import PanelContext
from widgets.kit.header import ElidedLabel

ONLY_KEY = "Ctrl+Shift+F"


class AmongLine(QWidget):
    """One line over the list.

    Attributes:
        leave: the button that shows all again; left: it was pressed.
    """

    left = Signal()

    def __init__(self, ctx: PanelContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx, self._count = ctx, 0
        self._words = ElidedLabel(parent=self)
        self.leave = button("", self.left.emit, "chip", parent=self)
        self.leave.setCheckable(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 6)
        row.setSpacing(8)
        row.addWidget(self._words)
        row.addStretch(1)
        row.addWidget(self.leave)
        self.hide()

    def tell(self, count: int | None) -> None:
        """How many were gathered; None hides it."""
        self._count = count or 0
        self.setVisible(count is not None)
        self.retranslate()

    def retranslate(self) -> None:
        t = self._ctx.t
        self._words.setText(t("lists.among", n=f"{self._count:,}"))
        self.leave.setText(t("lists.among_leave"))
        self.leave.setToolTip(f"{t('lists.among_leave')}  {ONLY_KEY}")

    def retheme(self) -> None:
        self._words.setFont(self._ctx.theme.font("small"))
        self._words.set_color(self._ctx.theme.acc)
