"""What a panel on a wall knows of the wall: how far people sit, what the wall follows, which part of a panel it is.

A panel of a wall reads `ctx.wall`; at a desk that is None. One panel has one `WallSight`; where a panel lies over
several screens of a machine, each screen has a widget of its own with the same state and another `Part`.
"""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QObject, Signal

from cockpit.model.layout import Rect
from cockpit.model.wall import Mode
from cockpit.model.wallabout import About
from cockpit.model.wallstate import MapView

PITCH_MM = 1.27
"""Of the screens of `../shared/look`: 110 inches, 1920 px."""
DISTANCE_M = 8.0


class Part(msgspec.Struct, frozen=True):
    """Where a panel lies on the canvas of its wall, and which part of it this widget draws; all in px of the canvas.

    Attributes:
        canvas: width and height of the wall.
        panel: the whole panel.
        cut: what of it lies on this screen; the widget has its size.
        screens: all screens of the wall, so that words keep off what lies between two of them; () not known.
    """

    canvas: tuple[int, int]
    panel: Rect
    cut: Rect
    screens: tuple[Rect, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether this widget shows all of the panel."""
        return self.cut == self.panel

    @property
    def offset(self) -> tuple[int, int]:
        """What is to be taken from a point of the whole panel for the point of this widget, px."""
        return self.cut.x - self.panel.x, self.cut.y - self.panel.y


class WallSight(QObject):
    """What a panel knows of its wall. The stage changes it while the panel is shown and says so by `changed`.

    Attributes:
        changed: emitted with the names of what is another now (`view`, `event`, `area`, `mode`, `volume` …).
        hall, wall, scene, mode: names `{zh, en}` of hall and wall; id of the scene; the mode, None unknown.
        pitch_mm: millimetres a pixel. distance_m: metres from the last row of seats.
        privacy: `open`, `visitor` hides or blurs what the pack marks, `named` may show personal data.
        layers: of the map, switched on by scene and mode.
        view: where the map looks, None as the scene has it.
        event, area, about: that this panel follows, "" or None none. focus: the event that the wall follows, whoever
            follows it.
        rehearsal: id of the drill shown, "" none.
        volume: 0–100; muted.
        part: where the panel lies; None where there is no canvas (the catalogue's preview).
    """

    changed = Signal(frozenset)

    def __init__(
        self,
        *,
        pitch_mm: float = PITCH_MM,
        distance_m: float = DISTANCE_M,
        hall: dict[str, str] | None = None,
        wall: dict[str, str] | None = None,
        scene: str = "",
        scene_name: dict[str, str] | None = None,
        mode: Mode | None = None,
        privacy: str = "open",
        layers: tuple[str, ...] = (),
        view: MapView | None = None,
        event: str = "",
        area: str = "",
        about: About | None = None,
        focus: str = "",
        rehearsal: str = "",
        volume: int = 60,
        muted: bool = False,
        part: Part | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.pitch_mm = pitch_mm
        self.distance_m = distance_m
        self.hall = hall or {}
        self.wall = wall or {}
        self.scene = scene
        self.scene_name = scene_name or {}
        self.mode = mode
        self.privacy = privacy
        self.layers = layers
        self.view = view
        self.event = event
        self.area = area
        self.about = about
        self.focus = focus
        self.rehearsal = rehearsal
        self.volume = volume
        self.muted = muted
        self.part = part

    def tell(self, **told: object) -> None:
        """Takes what the wall says now; `changed` names what is another than before. Unknown names are our bug.

        Raises:
            AttributeError: there is nothing of that name.
        """
        other = {name for name, value in told.items() if getattr(self, name) != value}
        for name in other:
            setattr(self, name, told[name])
        if other:
            self.changed.emit(frozenset(other))
