"""An area that scrolls up and down: what it lies on shows through, and the keyboard is with what is inside."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


def scrolled(parent: QWidget, inside: QWidget | None = None) -> QScrollArea:
    """
    Args:
        inside: what is scrolled, as wide as the area; None: it comes later, by `hold`.
    """
    area = QScrollArea(parent)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.viewport().setAutoFillBackground(False)
    if inside is not None:
        hold(area, inside)
    return area


def hold(area: QScrollArea, inside: QWidget) -> None:
    """Has the area scroll this."""
    area.setWidget(inside)
    inside.setAutoFillBackground(False)  # which the area has just set
