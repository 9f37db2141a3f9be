"""A place that a form wants from the map: the form asks, the map answers, neither knows the other."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

Mark = tuple[float, float, str]
"""WGS-84 lon, lat, and what it is called."""


class Picking(QObject):
    """What is asked of the map.

    Attributes:
        wanted: the next place clicked is the answer, and selects nothing.
        mark: a place that is to be seen, None for none.
        changed: one of these is another. picked: (lon, lat) that a person chose. left: the person chose none.
    """

    changed = Signal()
    picked = Signal(float, float)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.wanted = False
        self.mark: Mark | None = None

    def want(self) -> None:
        """Ask for a place."""
        if not self.wanted:
            self.wanted = True
            self.changed.emit()

    def leave(self) -> None:
        """No place is wanted any more."""
        if self.wanted:
            self.wanted = False
            self.changed.emit()
            self.left.emit()

    def answer(self, lon: float, lat: float) -> None:
        """A person chose a place, WGS-84."""
        if self.wanted:
            self.wanted = False
            self.changed.emit()
            self.picked.emit(lon, lat)

    def show(self, mark: Mark | None) -> None:
        """Have a place seen; None takes it off the map."""
        if mark != self.mark:
            self.mark = mark
            self.changed.emit()
