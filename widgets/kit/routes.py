"""Ways along the streets that a panel wants seen: it says which, the map shows them, neither knows the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

Path = Sequence[tuple[float, float]]
"""WGS-84 (lon, lat) pairs, from the unit to the place."""


class Routes(QObject):
    """The ways that are to be seen now.

    Attributes:
        paths: (key of the unit, its way).
        chosen: key of the one that is meant, "" for none.
        changed: others are to be seen.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.paths: tuple[tuple[str, Path], ...] = ()
        self.chosen = ""

    def show(self, paths: Sequence[tuple[str, Path]], chosen: str = "") -> None:
        """Have these seen and no others; the same again is no change."""
        wanted = (tuple(paths), chosen)
        if wanted != (self.paths, self.chosen):
            self.paths, self.chosen = wanted
            self.changed.emit()
