"""A wall of two screens with a bezel, scenes of flat panels, and panels that note what they are told."""

from __future__ import annotations

from typing import Any, ClassVar

from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cockpit.model.layout import Rect
from cockpit.model.wall import Arrangement, Hall, Mode, Place, Room, Scene, Screen, Wall
from cockpit.model.wallstate import WallShows
from widgets.kit.context import PanelContext
from widgets.kit.panel import Pane

HERE = "here"
"""Name of the machine."""


class Flat(Pane):
    """One colour; it notes what it is told."""

    topics = frozenset({"event"})
    for_visitors = True
    built: ClassVar[list[Flat]] = []

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None, color: str = "#204060", **_: Any) -> None:
        super().__init__(ctx, parent)
        self.color = QColor(color)
        self.heard: list[frozenset[str]] = []
        self.told: list[frozenset[str]] = []
        self.ticks = self.painted = 0
        self.closed = False
        self.ready = True
        if ctx.wall is not None:
            ctx.wall.changed.connect(self.told.append)
        Flat.built.append(self)

    def settled(self) -> bool:
        return self.ready

    def refresh(self, topics: frozenset[str]) -> None:
        self.heard.append(topics)

    def age_tick(self) -> None:
        self.ticks += 1

    def paintEvent(self, event: QPaintEvent) -> None:
        self.painted += 1
        QPainter(self).fillRect(event.rect(), self.color)

    def closeEvent(self, event: Any) -> None:
        self.closed = True
        super().closeEvent(event)


class Slope(Flat):
    """Colours that say where one is in the whole panel."""

    def paintEvent(self, event: QPaintEvent) -> None:
        slope = QLinearGradient(0, 0, self.width(), 0)
        slope.setColorAt(0, QColor("#000000"))
        slope.setColorAt(1, QColor("#ffffff"))
        QPainter(self).fillRect(event.rect(), slope)


class Cutting(Flat):
    """Draws its part itself."""

    takes_cut = True


class Broken(Flat):
    tries = 0

    def __init__(self, ctx: PanelContext, parent: QWidget | None = None, **_: Any) -> None:
        super().__init__(ctx, parent)
        Broken.tries += 1
        if Broken.tries < 2:
            raise ValueError("a bug of ours")


PANELS: dict[str, type] = {"flat": Flat, "slope": Slope, "cutting": Cutting, "broken": Broken}


def panel(id: str, kind: str = "flat", **more: Any) -> Place:
    options = {key: value for key, value in more.items() if key in ("color",)}
    rest = {key: value for key, value in more.items() if key not in options}
    return Place(id, panel=kind, options=options, **rest)


def scene(id: str, *children: Place, split: str = "columns", privacy: str = "open", key: str = "") -> Scene:
    root = children[0] if len(children) == 1 else Place("root", split=split, children=children)  # type: ignore[arg-type]
    arrangements = (Arrangement("one", root), Arrangement("wall", root), Arrangement("wide", root))
    return Scene(id, {"zh": id, "en": id}, arrangements, key=key, privacy=privacy)  # type: ignore[arg-type]


def wall(screens: int = 2, size: tuple[int, int] = (400, 300), bezel: int = 20, machine: str = HERE) -> Wall:
    step = size[0] + bezel
    return Wall(
        "main",
        {"zh": "主屏", "en": "Main"},
        "hall",
        tuple(Screen(i + 1, machine, Rect(i * step, 0, *size)) for i in range(screens)),
        (screens * step - bezel, size[1]),
        1.27,
        2.0,
        1,
        screens,
        (bezel, 0),
    )


def hall(of: Wall, **more: Any) -> Hall:
    mode = Mode("peace", {"zh": "平时", "en": "Peace"}, layers=("alert",))
    return Hall(
        "hall", {"zh": "大厅", "en": "Hall"}, (of,), (Room("hall", {"zh": "厅", "en": "Hall"}),), (mode,), **more
    )


def shows(of: Scene, revision: int = 1, **more: Any) -> WallShows:
    more = {"show_at": 0, "mode": "peace", "since": 0} | more
    return WallShows("main", of, revision, **more)


def color_at(image: QImage, x: int, y: int) -> str:
    return image.pixelColor(x, y).name()
