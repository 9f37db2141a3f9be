"""A question to a port whose answer may come late: dropped when another one was asked meanwhile, or the asker is gone.

Ports hold the bound method of a QObject weakly, which a lambda or a partial is not: so the question is one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject


class Question(QObject):
    """One question; hand `answer` to the port. Its parent keeps it."""

    def __init__(self, parent: QObject, told: Callable[[Any], object]) -> None:
        super().__init__(parent)
        self._told: Callable[[Any], object] | None = told

    def answer(self, answer: Any) -> None:
        told, self._told = self._told, None
        if told is not None:
            self.deleteLater()
            told(answer)

    def drop(self) -> None:
        """Nobody wants the answer any more."""
        if self._told is not None:
            self._told = None
            self.deleteLater()

    @property
    def open(self) -> bool:
        return self._told is not None
