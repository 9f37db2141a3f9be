"""Sets and draws the names of the base map: letters as cached stamps. For one thread."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from widgets.map.camera import Box, Camera
from widgets.map.labels import Glyph, Name, Placed, lay_out
from widgets.map.raster.ground import Alive, Stopped
from widgets.map.raster.pane import Pane
from widgets.map.raster.source import GroundPart, GroundView
from widgets.map.style import MapStyle

STAMPS = 8000
"""Letters that are kept."""
Floats = NDArray[np.float64]


class Standing(msgspec.Struct, frozen=True, eq=False):
    """Names as they were set for a pane, in its logical pixels."""

    pane: Pane
    placed: tuple[Placed, ...]


class NamePainter:
    """Draws names; keeps letters.

    Attributes:
        family: of the letters.
        no_data_words: what stands where the base map has no data.
    """

    def __init__(self, family: str) -> None:
        self.family = family
        self.no_data_words = ""
        self._letters: dict[tuple[str, float, bool], tuple[QPainterPath, float]] = {}
        self._stamps: dict[tuple[object, ...], QImage] = {}
        self._metrics: dict[tuple[float, bool], QFontMetricsF] = {}

    def paint(
        self,
        painter: QPainter,
        ground: GroundView,
        pane: Pane,
        style: MapStyle,
        blocked: Floats,
        alive: Alive,
        before: Standing | None = None,
    ) -> Standing:
        """Draws the names of a pane.

        Args:
            blocked: shape (n, 4), boxes in logical pixels that no name covers.
            before: names of another part of the same map, which stay where they are.

        Returns:
            The names that are drawn.

        Raises:
            Stopped: `alive` said no.
        """
        standing = self.lay(ground, pane, blocked, alive, before)
        for label in standing.placed:
            if not alive():
                raise Stopped
            self.draw(painter, label, style, pane.dpr)
        return standing

    def lay(
        self, ground: GroundView, pane: Pane, blocked: Floats, alive: Alive, before: Standing | None = None
    ) -> Standing:
        """Where the names of a pane go, as `paint` draws them.

        Raises:
            Stopped: `alive` said no.
        """
        return Standing(pane, tuple(self._placed(ground, pane, blocked, alive, before)))

    def draw(self, painter: QPainter, label: Placed, style: MapStyle, dpr: float) -> None:
        """Draws one name where it was laid."""
        colors = {"road": style.road_label, "area": style.area_label, "water": style.water_label}
        self._label(painter, label, QColor(colors.get(label.kind, style.road_label)), style, dpr)

    def _placed(
        self, ground: GroundView, pane: Pane, blocked: Floats, alive: Alive, before: Standing | None
    ) -> list[Placed]:
        camera = pane.camera()
        names = [name for part in ground.parts for name in self._names_of(part, camera)]
        if len(ground.parts) > 1:
            names.sort(key=_importance)

        def measure(text: str, px: float) -> float:
            if not alive():
                raise Stopped
            return self._width(text, px)

        if before is None:
            return lay_out(names, camera, measure, blocked)
        seen = before.pane
        standing = [_moved(one, pane.corner(seen), pane.dpr) for one in before.placed]
        if standing:
            blocked = np.concatenate([blocked, *(one.boxes for one in standing)])
        new = lay_out([name for name in names if not _lies_in(name, seen.box)], camera, measure, blocked)
        left, top = (v / pane.dpr for v in pane.corner(seen))
        inner = (left, top, left + seen.width / pane.dpr, top + seen.height / pane.dpr)
        return [*standing, *(one for one in new if not _middle_in(one, inner))]

    def _names_of(self, part: GroundPart, camera: Camera) -> list[Name]:
        found = [*self._no_data_names(part), *part.layers.names.seen(camera)]
        return found if not part.clips else [name for name in found if _inside(part.clips, name.x, name.y)]

    def _no_data_names(self, part: GroundPart) -> list[Name]:
        layer = part.layers.layers.get("nodata")
        if layer is None or not self.no_data_words:
            return []
        none = np.empty(0)
        boxes = (chunk.box for chunk in layer.chunks((-3e7, -3e7, 3e7, 3e7), 0.1))
        return [
            Name(self.no_data_words, "place", (b[0] + b[2]) / 2, (b[1] + b[3]) / 2, 0, 0.0, none, none) for b in boxes
        ]

    def _label(self, painter: QPainter, label: Placed, color: QColor, style: MapStyle, dpr: float) -> None:
        halo = QColor(style.water if label.kind == "water" else style.halo)
        bold = label.kind == "area"
        for colour, thick in ((halo, True), (color, False)):  # all halos first, or one letter's eats the other
            for glyph in label.glyphs:
                x, y = glyph.x * dpr, glyph.y * dpr
                stamp, at = self._stamp(glyph.text, label.px * dpr, bold, glyph.angle, colour, thick, x, y)
                painter.drawImage(at, stamp)

    def _stamp(
        self, text: str, px: float, bold: bool, angle: float, color: QColor, halo: bool, x: float, y: float
    ) -> tuple[QImage, QPoint]:
        """A turned letter as an image and where it goes: angles in steps of 2°, places in steps of half a pixel."""
        turn = round(angle / 2) * 2
        fx, fy = (0, 0) if turn == 0 else (round(x * 2) & 1, round(y * 2) & 1)
        key = (text, px, bold, turn, color.rgb(), halo, fx, fy)
        left, top = (round(x), round(y)) if turn == 0 else ((round(x * 2) - fx) // 2, (round(y * 2) - fy) // 2)
        known = self._stamps.get(key)
        if known is None:
            if len(self._stamps) > STAMPS:
                self._stamps.clear()
            path, width = self._letter(text, px, bold)
            half = math.ceil(max(width, px * 1.3) / 2) + 4
            known = QImage(2 * half, 2 * half, QImage.Format.Format_ARGB32_Premultiplied)
            known.fill(0)
            painter = QPainter(known)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(half + fx / 2, half + fy / 2)
            painter.rotate(turn)
            if halo:
                pen = QPen(color, 3 * max(px / 13, 1))
                pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
                painter.strokePath(path, pen)
            else:
                painter.fillPath(path, color)
            painter.end()
            self._stamps[key] = known
        half = known.width() // 2
        return known, QPoint(left - half, top - half)

    def _font(self, px: float, bold: bool) -> QFont:
        font = QFont(self.family)
        font.setPixelSize(round(px))
        font.setWeight(QFont.Weight.Bold if bold else QFont.Weight.Normal)
        return font

    def _width(self, text: str, px: float) -> float:
        return self._letter(text, px, False)[1]

    def _letter(self, text: str, px: float, bold: bool) -> tuple[QPainterPath, float]:
        """The outline of a text about its middle, and its width."""
        known = self._letters.get((text, px, bold))
        if known is None:
            font = self._font(px, bold)
            metrics = self._metrics.setdefault((px, bold), QFontMetricsF(font))
            width = metrics.horizontalAdvance(text)
            path = QPainterPath()
            path.setFillRule(Qt.FillRule.WindingFill)  # strokes of a letter may overlap
            path.addText(QPointF(-width / 2, px * 0.37), font, text)
            known = self._letters[text, px, bold] = (path, width)
        return known


def _importance(name: Name) -> tuple[int, int]:
    kind = {"area": 1, "road": 2, "water": 0 if name.rank == 0 else 2}.get(name.kind, 3)
    return kind, name.rank


def _inside(clips: Sequence[Box], x: float, y: float) -> bool:
    return any(c[0] <= x < c[2] and c[1] <= y < c[3] for c in clips)


def _moved(placed: Placed, corner: tuple[float, float], dpr: float) -> Placed:
    x, y = corner[0] / dpr, corner[1] / dpr
    glyphs = tuple(Glyph(one.text, one.x + x, one.y + y, one.angle) for one in placed.glyphs)
    return Placed(placed.kind, placed.px, glyphs, placed.boxes + np.array([x, y, x, y]))


def _lies_in(name: Name, box: Box) -> bool:
    """Whether all of a name's places are in a box."""
    if len(name.path_x) > 1 and name.kind == "road":
        west, east, south, north = name.path_x.min(), name.path_x.max(), name.path_y.min(), name.path_y.max()
    else:
        west = east = name.x
        south = north = name.y
    return bool(box[0] <= west and east <= box[2] and box[1] <= south and north <= box[3])


def _middle_in(placed: Placed, box: tuple[float, float, float, float]) -> bool:
    middle = placed.glyphs[len(placed.glyphs) // 2]
    return box[0] <= middle.x < box[2] and box[1] <= middle.y < box[3]
