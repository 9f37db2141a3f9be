"""Lines of any kind as a list that Qt shows: their words are for assistive technology, a delegate draws them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex


class Lines(QAbstractListModel):
    """Attributes:
    lines: what is listed.
    """

    def __init__(self, words: Callable[[Any], str], parent: QObject) -> None:
        """Args: words: what a line says."""
        super().__init__(parent)
        self.lines: list[Any] = []
        self._words = words

    def show(self, lines: list[Any]) -> None:
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self._words(self.lines[index.row()])
        return None
