"""What of the map is to be painted: lists and tools lie opaque on it and need not be painted again for every frame."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QFrame, QLabel, QWidget

CORNER = 4
"""Pixels of the rounded corners of lists and tools, through which the map is seen."""


def uncovered(surface: QWidget) -> QRegion:
    """The surface without the frames that lie on it, but for their round corners."""
    region = QRegion(surface.rect())
    parent = surface.parentWidget()
    if parent is None:
        return region
    for child in parent.findChildren(QFrame, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if child.isVisible() and not isinstance(child, QLabel):
            box = child.geometry().translated(-surface.pos())
            region -= QRegion(box.adjusted(CORNER, 0, -CORNER, 0)) + QRegion(box.adjusted(0, CORNER, 0, -CORNER))
    return region
