"""Menus within menus that are filled anew each time they open."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu


def submenu(menu: QMenu, name: str, title: str) -> QMenu:
    """An empty menu in a menu: the same one each time, since clearing a menu leaves the menus in it behind."""
    made = menu.findChild(QMenu, name, Qt.FindChildOption.FindDirectChildrenOnly)
    if not isinstance(made, QMenu):
        made = QMenu(menu)
        made.setObjectName(name)
    made.clear()
    made.setTitle(title)
    menu.addMenu(made)
    return made
