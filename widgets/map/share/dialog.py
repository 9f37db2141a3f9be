"""The dialog that asks what is to be shared."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QDialog, QHBoxLayout, QLabel, QRadioButton, QVBoxLayout, QWidget

from widgets.kit.buttons import button
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit
from widgets.map.share.exports import Export


class ShareDialog(QDialog):
    """Asks for kind, title, and whether units go along.

    Attributes:
        chosen: emitted with the export, the title and whether units are wanted.
        kinds: the choices by the id of their export.
        title: the title's field. units: the tick for units.
        confirm: the button that goes on.
    """

    chosen = Signal(object, str, bool)

    def __init__(self, ctx: PanelContext, exports: Sequence[Export], parent: QWidget) -> None:
        super().__init__(parent)
        t = ctx.t
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(t("share.action"))
        self.setMinimumWidth(480)
        self._exports = {one.id: one for one in exports}
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(8)
        head = QLabel(t("share.action"), self)
        head.setProperty("style", "title")
        column.addWidget(head)
        self.title = LineEdit(self)
        self.title.setMaxLength(60)
        self.title.setText(t("share.page_title", city=ctx.pack.name))
        self.title.setAccessibleName(t("share.title"))
        column.addWidget(label(t("share.title"), self))
        column.addWidget(self.title)
        column.addSpacing(4)
        column.addWidget(label(t("share.kind"), self))
        self._group = QButtonGroup(self)
        self.kinds: dict[str, QRadioButton] = {}
        for one in exports:
            made = self.kinds[one.id] = QRadioButton(one.words(t), self)
            self._group.addButton(made)
            made.toggled.connect(self._kind_changed)
            column.addWidget(made)
        self.units = QCheckBox(t("share.with_units"), self)
        self.note = label(t("share.note"), self)
        column.addSpacing(4)
        column.addWidget(self.units)
        column.addWidget(self.note)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(button(t("share.cancel"), self.reject, parent=self))
        self.confirm = button(t("share.go_on"), self._go_on, "primary", parent=self)
        self.confirm.setDefault(True)
        foot.addWidget(self.confirm)
        column.addSpacing(8)
        column.addLayout(foot)
        last = str(ctx.prefs.get("share.kind", ""))
        self.kinds.get(last, next(iter(self.kinds.values()))).setChecked(True)

    @property
    def export(self) -> Export:
        """The one that is chosen."""
        return next(self._exports[id] for id, made in self.kinds.items() if made.isChecked())

    def _kind_changed(self) -> None:
        if any(made.isChecked() for made in self.kinds.values()):
            self.units.setVisible(self.export.with_units)
            self.note.setVisible(self.export.with_units)

    def _go_on(self) -> None:
        export, units = self.export, self.units.isChecked() and self.export.with_units
        title = " ".join(self.title.text().split())
        self.accept()
        self.chosen.emit(export, title, units)
