"""The dialog of a scene's own fields: its name in both languages, its key, what may be shown, layers of the map."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from cockpit.model.wall import Scene
from widgets.kit.buttons import button
from widgets.kit.context import PanelContext
from widgets.kit.label import label
from widgets.kit.lineedit import LineEdit

KEYS = ("", *(f"F{n}" for n in range(1, 13)))
PRIVACY = ("open", "visitor", "named")


class SceneDialog(QDialog):
    """
    Attributes:
        zh, en: the name. key: of the desk. privacy: what may be shown. layers: ids, with commas.
        confirm: the button; off while there is no name.
    """

    def __init__(
        self, ctx: PanelContext, title: str, scene: Scene | None, done: Callable[[dict[str, Any]], object],
        parent: QWidget | None,
    ) -> None:  # fmt: skip
        """Args: done: is told the fields when they are confirmed."""
        super().__init__(parent)
        self._done = done
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        t = ctx.t
        self.setWindowTitle(t(title))
        self.setMinimumWidth(440)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(t(title), self, role="", style="title", wrap=False))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        name = scene.name if scene is not None else {}
        self.zh, self.en, self.layers = LineEdit(self), LineEdit(self), LineEdit(self)
        self.zh.setText(name.get("zh", ""))
        self.en.setText(name.get("en", ""))
        self.layers.setText(", ".join(scene.layers) if scene is not None else "")
        for field in (self.zh, self.en):
            field.setMaxLength(40)
        self.key, self.privacy = QComboBox(self), QComboBox(self)
        for key in KEYS:
            self.key.addItem(key or t("walldesk.none"), key)
        self.key.setCurrentIndex(max(0, self.key.findData(scene.key if scene is not None else "")))
        for one in PRIVACY:
            self.privacy.addItem(t(f"walledit.privacy_{one}"), one)
        self.privacy.setCurrentIndex(PRIVACY.index(scene.privacy) if scene is not None else 0)
        rows = (
            ("walldesk.name_zh", self.zh), ("walldesk.name_en", self.en), ("walldesk.key", self.key),
            ("walldesk.privacy", self.privacy), ("walldesk.layers", self.layers),
        )  # fmt: skip
        for at, (words, field) in enumerate(rows):
            grid.addWidget(label(t(words), self, wrap=False), at, 0)
            grid.addWidget(field, at, 1)
            field.setAccessibleName(t(words))
        column.addLayout(grid)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(button(t("walldesk.cancel"), self.reject, parent=self))
        self.confirm = button(t("walldesk.ok"), self._confirm, "primary", parent=self)
        self.confirm.setDefault(True)
        foot.addWidget(self.confirm)
        column.addLayout(foot)
        self.zh.textChanged.connect(self._named)
        self._named(self.zh.text())
        self.zh.setFocus()

    def _named(self, text: str) -> None:
        self.confirm.setEnabled(bool(text.strip()))

    def _confirm(self) -> None:
        zh = " ".join(self.zh.text().split())
        layers = tuple(one for one in re.split(r"[,，\s]+", self.layers.text()) if one)
        fields = {
            "name": {"zh": zh, "en": " ".join(self.en.text().split()) or zh},
            "key": self.key.currentData(),
            "privacy": self.privacy.currentData(),
            "layers": layers,
        }
        self.accept()
        self._done(fields)
