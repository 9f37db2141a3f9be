"""The same said in several ways, the longest first: in little room a shorter one is read whole, not a long one cut."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF


def first_fitting(ways: Sequence[str], metrics: QFontMetricsF, room: float) -> str:
    """The first of several ways that there is room for, px; the last, cut, where there is for none."""
    found = next((words for words in ways if metrics.horizontalAdvance(words) <= room), None)
    return found if found is not None else metrics.elidedText(ways[-1], Qt.TextElideMode.ElideRight, room)
