"""What all maps of a wall's process read of the picture once, and where units came from."""

from __future__ import annotations

import itertools
from weakref import WeakKeyDictionary

import msgspec
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from cockpit.model.layout import Rect
from cockpit.model.wallabout import About
from cockpit.picture import Picture
from widgets.kit.context import PanelContext
from widgets.kit.discreet import visitor
from widgets.kit.theme import Theme
from widgets.map.coloring import Coloring
from widgets.map.motion import Trails
from widgets.map.raster.pane import Pane
from widgets.map.reader import SceneReader
from widgets.map.scene import CAMERA, EVENT, TRAIL, Scene, Units
from widgets.map.style import MapStyle
from widgets.wall.mapmarks import Mark, MarkReader, places
from widgets.wall.wanted import stack_of_about

LEAST_PX = 3.0
"""Pixels of the canvas below which two points of a trail are one."""
FEW = 5000
"""Units whose trails are kept before anybody wants to see them."""
WIDTH = 4.8
"""Of a trail, pixels where symbols are of size 1."""


class Reader:
    """Reads scenes of a picture, areas coloured by one thing; keeps trails.

    Attributes:
        fixes: counts how often units had moved: trails are other ones then.
    """

    def __init__(self, ctx: PanelContext, kind: str, about: About | None = None) -> None:
        self.kind, self.about = kind, about
        self._reader = SceneReader(ctx.picture, ctx.pack, ctx.cases)
        self.trails = Trails()
        self.fixes = 0
        self._marks = MarkReader()
        self._made: tuple[tuple[object, ...], list[Mark]] = ((), [])
        self._tracked = Units()
        self._held = Scene()

    @property
    def coloring(self) -> Coloring:
        return self._reader.coloring

    def read(self, ctx: PanelContext, visible: frozenset[str], stale: bool) -> Scene:
        """The scene of now."""
        now = ctx.clock.now()
        stack = stack_of_about(self.about, tuple(ctx.pack.kinds), now)
        scene = self._reader.read(visible, self.kind, stale, now, ctx.clock.mono(), stack)
        kept = scene.shows(TRAIL) or len(scene.tracked.keys) <= FEW
        if kept and scene.tracked is not self._tracked:
            self._tracked = units = scene.tracked
            self.fixes += 1
            self.trails.fixes(units.keys, units.x, units.y, units.fixed, now)
        return scene

    def marks(self, scene: Scene, pane: Pane, followed: str, theme: Theme, size: float) -> list[Mark]:
        """Events, cases and alarms of a canvas: the very same list as long as they are the same."""
        token = (id(scene.events), id(scene.cases), id(scene.alarms), scene.shows(EVENT), pane, followed, theme, size)
        if self._made[0] != token:
            self._made = (token, self._marks.events(scene, pane, followed, theme, size))
            self._held = scene  # what ids are of
        return self._made[1]


_readers: WeakKeyDictionary[Picture, dict[tuple[str, bytes], Reader]] = WeakKeyDictionary()


def reader_of(ctx: PanelContext, kind: str, about: About | None = None) -> Reader:
    """The reader of all maps of this process that colour areas alike and follow the same; of what walls were about
    before, only the last one's is kept."""
    readers = _readers.setdefault(ctx.picture, {})
    key = kind, msgspec.json.encode(about) if about is not None else b""
    if key not in readers:
        told = list(dict.fromkeys(one for _, one in readers if one not in (b"", key[1])))
        for old in [one for one in readers if one[1] in told[:-1]]:
            del readers[old]
        readers[key] = Reader(ctx, kind, about)
    return readers[key]


def for_eyes(ctx: PanelContext, scene: Scene) -> Scene:
    """A scene as those may see it who stand before the wall: visitors see no camera that is hidden from them."""
    if not (visitor(ctx) and ctx.videos is not None and scene.shows(CAMERA)):
        return scene
    videos = [ctx.videos.video(key) for key in scene.cameras.keys]
    seen = [row for row, video in enumerate(videos) if video is None or video.visitor != "hide"]
    return scene if len(seen) == len(videos) else msgspec.structs.replace(scene, cameras=scene.cameras.some(seen))


def paint_trails(
    painter: QPainter, scene: Scene, trails: Trails, pane: Pane, cut: Rect, style: MapStyle, size: float
) -> None:
    """Where units were in the last ten minutes, what is longest ago the faintest."""
    if not scene.shows(TRAIL):
        return
    here = pane.part(cut.x, cut.y, cut.w, cut.h)
    lines = trails.lines(LEAST_PX * size / pane.scale, here.box)
    px, py = places(pane, lines.x, lines.y)
    px, py = (px - cut.x).tolist(), (py - cut.y).tolist()
    starts = [0, *itertools.accumulate(lines.length.tolist())]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for part, alpha in enumerate(style.trail_alpha):
        color = QColor(style.stale if scene.units.stale else style.trail)
        color.setAlphaF(alpha)
        pen = QPen(color, WIDTH * size)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        for (a, b), its in zip(itertools.pairwise(starts), lines.part.tolist(), strict=True):
            if its == part:
                painter.drawPolyline(QPolygonF([QPointF(px[i], py[i]) for i in range(a, b)]))
