"""A label of plain words: whatever a feed or a person wrote is text, never markup."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


def label(words: str, parent: QWidget, *, role: str = "t2", style: str = "", wrap: bool = True) -> QLabel:
    """
    Args:
        role: colour of the text by its role in the theme; style: size by its name, "" the body's.
        wrap: whether long words go on in the next line.
    """
    made = QLabel(words, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if style:
        made.setProperty("style", style)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    return made
