"""Areas that scroll up and down: what they lie on shows through, and the keyboard is with what is inside."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget


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


def scrolled_column(parent: QWidget, top: int = 0, bottom: int = 0, gap: int = 0) -> tuple[QScrollArea, QVBoxLayout]:
    """An area with a column in it, to be filled from above; `top`, `bottom`, `gap` in pixels."""
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, top, 0, bottom)
    column.setSpacing(gap)
    column.addStretch(1)
    return scrolled(parent, inside), column
