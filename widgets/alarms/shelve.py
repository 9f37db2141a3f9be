"""The dialog that lays alarms aside for a while: why, and until when. Without both nothing is shelved."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cockpit.model.ages import moment, span
from cockpit.model.clock import HOUR, MINUTE
from widgets.kit.buttons import button
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit

SPANS = (30 * MINUTE, HOUR, 4 * HOUR, 8 * HOUR, 24 * HOUR)
REASONS = ("repair", "false", "known", "drill")
MOST_REASON = 200


class ShelveDialog(QDialog):
    """Asks for reason and end.

    Attributes:
        chosen: emitted with the reason and the end, UTC us of the city's clock.
        field: where the reason is typed. confirm: the button.
    """

    chosen = Signal(str, object)

    def __init__(self, ctx: PanelContext, title: str, parent: QWidget) -> None:
        """
        Args:
            title: what is laid aside, in words.
        """
        super().__init__(parent)
        t, self._ctx = ctx.t, ctx
        self._span = SPANS[1]
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(t("alarmlist.shelve"))
        self.setMinimumWidth(480)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(8)
        head = QLabel(t("alarmlist.shelve"), self)
        head.setProperty("style", "title")
        column.addWidget(head)
        column.addWidget(label(title, self))
        column.addSpacing(4)
        column.addWidget(label(t("alarmlist.shelve_why"), self))
        self.field = LineEdit(self)
        self.field.setMaxLength(MOST_REASON)
        self.field.setAccessibleName(t("alarmlist.shelve_why"))
        self.field.textChanged.connect(self._look)
        column.addWidget(self.field)
        ready = QHBoxLayout()
        ready.setSpacing(8)
        for reason in REASONS:
            words = t(f"alarmlist.reason_{reason}")
            ready.addWidget(button(words, lambda words=words: self.field.setText(words), parent=self))
        ready.addStretch(1)
        column.addLayout(ready)
        column.addSpacing(4)
        column.addWidget(label(t("alarmlist.shelve_until"), self))
        spans = QHBoxLayout()
        spans.setSpacing(0)
        self.spans = {}
        for one in SPANS:
            made = button(t(span(one)), lambda one=one: self._choose(one), "segment", parent=self)
            made.setAutoExclusive(True)
            made.setChecked(one == self._span)
            self.spans[one] = made
            spans.addWidget(made)
        spans.addStretch(1)
        column.addLayout(spans)
        self.until = label("", self)
        column.addWidget(self.until)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(button(t("share.cancel"), self.reject, parent=self))
        self.confirm = button(t("alarmlist.shelve_do"), self._go_on, "primary", parent=self)
        self.confirm.setDefault(True)
        foot.addWidget(self.confirm)
        column.addSpacing(8)
        column.addLayout(foot)
        self._look()

    @property
    def reason(self) -> str:
        return " ".join(self.field.text().split())

    @property
    def end(self) -> int:
        """UTC us of the city's clock."""
        return self._ctx.clock.now() + self._span

    def _choose(self, one: int) -> None:
        self._span = one
        self._look()

    def _look(self) -> None:
        self.confirm.setEnabled(bool(self.reason))
        self.until.setText(self._ctx.t("alarmlist.shelve_comes_back", at=moment(self.end, self._ctx.clock.now())))

    def _go_on(self) -> None:
        reason, end = self.reason, self.end
        if reason:
            self.accept()
            self.chosen.emit(reason, end)
