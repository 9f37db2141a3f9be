"""The dialog of a scene's own fields: its name in both languages, its key, what may be shown, layers of the map."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
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
        problem: whose the chosen key is already. confirm: the button; off while there is no name, or that problem.
    """

    def __init__(
        self, ctx: PanelContext, title: str, scene: Scene | None, taken: Mapping[str, Mapping[str, str]],
        done: Callable[[dict[str, Any]], object], parent: QWidget | None,
    ) -> None:  # fmt: skip
        """
        Args:
            title: in words. taken: names of the other scenes, by their keys.
            done: is told the fields when they are confirmed.
        """
        super().__init__(parent)
        self._ctx, self._done, self._taken = ctx, done, taken
        self._key = scene.key if scene is not None else ""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        t = ctx.t
        self.setWindowTitle(title)
        self.setMinimumWidth(440)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(title, self, role="", style="title", wrap=False))
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
        self.problem = label("", self, role="")
        self.problem.setStyleSheet(f"color: {ctx.theme.hex('orange_text')}")
        column.addWidget(self.problem)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(button(t("walldesk.cancel"), self.reject, parent=self))
        self.confirm = button(t("walldesk.ok"), self._confirm, "primary", parent=self)
        self.confirm.setDefault(True)
        foot.addWidget(self.confirm)
        column.addLayout(foot)
        self.zh.textChanged.connect(self._judge)
        self.key.currentIndexChanged.connect(self._judge)
        self._judge()
        self.zh.setFocus()

    def _judge(self) -> None:
        """Whether it can be confirmed, and why its key can not be."""
        key = self.key.currentData()
        other = self._taken.get(key) if key and key != self._key else None
        self.problem.setText(self._ctx.t("walldesk.key_taken", key=key, other=other) if other is not None else "")
        self.problem.setVisible(other is not None)
        self.confirm.setEnabled(bool(self.zh.text().strip()) and other is None)

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
