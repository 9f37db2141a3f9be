"""What the panels of a wall operator's desk share: which wall, screens and scene are looked at, and what is edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cockpit.model.wall import Placed, Scene, Wall
    from cockpit.model.wall_draft import Draft


class Walling(QObject):
    """
    Attributes:
        wall: id of the wall that is looked at, "" the first. screens: numbers of those that are chosen.
        scene: id of the scene that is looked at, "" the one on the wall.
        places: ids of the places of it that are chosen, the first one last chosen.
        panel: id of the panel chosen in the catalogue. editing: the scene is shown in place of the living wall.
        drafts: scenes that are edited and not published, by id.
        panels: classes of the panels that may be put on a wall, by id; the shell names them.
        solved: where panels lie, by ids of scene and wall, with the two that it is of.
        changed: emitted with the name of what is another now.
    """

    changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.wall = ""
        self.screens: tuple[int, ...] = ()
        self.scene = ""
        self.places: tuple[str, ...] = ()
        self.panel = ""
        self.editing = False
        self.drafts: dict[str, Draft] = {}
        self.panels: Mapping[str, type] = {}
        self.solved: dict[tuple[str, str], tuple[Scene, Wall, tuple[Placed, ...]]] = {}

    def tell(self, **told: object) -> None:
        """Takes what is looked at now; everyone hears what is another than before, after all of it is."""
        other = [name for name, value in told.items() if getattr(self, name) != value]
        for name in other:
            setattr(self, name, told[name])
        for name in other:
            self.changed.emit(name)
