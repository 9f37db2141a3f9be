"""Draws the base map without its names: fills, waters, roads, buildings, photos. May run on several threads at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QRegion, QTransform

from widgets.map.base import Photo
from widgets.map.camera import Box
from widgets.map.raster.lines import draw_sides
from widgets.map.raster.pane import Pane
from widgets.map.raster.source import GroundView
from widgets.map.style import MapStyle, width_factor

FILLS = ("land", "built", "park", "wood", "water")
ROADS_FROM = {"path": 15.8, "road_service": 15.4, "road_minor": 13.0, "road_mid": 11.2, "tunnel": 12.5}
ROADS = ("road_service", "road_minor", "road_mid", "road_main")
BUILDINGS_FROM = 14.6
THIN = 2.4
"""Device pixels up to which roads are drawn as single ways: three times faster than joined ones."""
Floats = NDArray[np.float64]
Alive = Callable[[], bool]


class Stopped(Exception):
    """What is being drawn is not wanted any more."""


def world_transform(pane: Pane) -> QTransform:
    """Mercator metres to the pixels of a pane."""
    s = pane.scale
    return QTransform(s, 0, 0, -s, -pane.left * s, pane.top * s)


def cosmetic(color: QColor, width: float, round_ends: bool = True) -> QPen:
    """A pen whose width is in device pixels whatever the transform."""
    pen = QPen(color, width)
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap if round_ends else Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin if round_ends else Qt.PenJoinStyle.BevelJoin)
    return pen


def paint_land(painter: QPainter, ground: GroundView, pane: Pane, style: MapStyle, alive: Alive) -> None:
    """Fills and waters, over photos where there are some."""
    for photo in ground.photos:
        _photo(painter, photo, pane)
    brush = _Brush(painter, ground, pane, alive)
    for name in FILLS:
        brush.paint(name, None, QBrush(QColor(getattr(style, name))))
    brush.paint("shore", cosmetic(QColor(style.shore), pane.dpr, False))


def paint_lines(painter: QPainter, ground: GroundView, pane: Pane, style: MapStyle, alive: Alive) -> None:
    """Buildings, rails and roads, and what is not known."""
    brush = _Brush(painter, ground, pane, alive)
    zoom, dpr = pane.zoom, pane.dpr
    if zoom >= BUILDINGS_FROM:
        edge = cosmetic(QColor(style.line), dpr * 0.6, False)
        brush.paint("building", edge, QBrush(QColor(style.building)))
    factor = width_factor(zoom) * dpr
    if zoom > 12:
        rail = cosmetic(QColor(style.rail), 1.1 * factor, False)
        rail.setDashPattern([5, 4])
        brush.paint("rail", rail)
    for name, dash in (("tunnel", [3.0, 2.0]), ("path", [2.5, 2.0])):
        if zoom >= ROADS_FROM[name]:
            pen = cosmetic(QColor(style.roads["road_minor"].color), 0.9 * factor, False)
            pen.setDashPattern(dash)
            brush.paint(name, pen)
    for name in ROADS:
        if zoom >= ROADS_FROM.get(name, 0):
            road = style.roads[name]
            if road.case:
                brush.paint(name, cosmetic(QColor(road.case), road.case_width * factor, False))
            smooth = name in ("road_main", "road_mid")
            brush.paint(name, cosmetic(QColor(road.color), max(road.width * factor, 0.5), smooth))
    _no_data(brush, style, dpr)


def _no_data(brush: _Brush, style: MapStyle, dpr: float) -> None:
    color = QColor(style.t3)
    pen = cosmetic(color, dpr)
    pen.setDashPattern([3, 3])
    brush.paint("nodata", None, QBrush(QColor(style.land)))
    color.setAlphaF(0.45)
    hatch = QBrush(color, Qt.BrushStyle.BDiagPattern)
    back, _ = brush.painter.transform().inverted()
    hatch.setTransform(back)
    brush.paint("nodata", pen, hatch)


def _photo(painter: QPainter, photo: Photo, pane: Pane) -> None:
    box = _pixels(photo.box, pane)
    near = _pixels(photo.clip, pane).intersected(QRectF(0, 0, pane.width, pane.height))
    edges = (round(near.left()), round(near.top()), round(near.right()), round(near.bottom()))
    clip = QRectF(edges[0], edges[1], edges[2] - edges[0], edges[3] - edges[1])  # whole pixels: no seam shows
    if clip.isEmpty() or box.isEmpty():
        return
    height, width = photo.pixels.shape[:2]
    form = QImage.Format.Format_RGBA8888_Premultiplied
    image = QImage(photo.pixels.data, width, height, photo.pixels.strides[0], form)
    left, top = (clip.left() - box.left()) / box.width(), (clip.top() - box.top()) / box.height()
    wide, high = clip.width() / box.width(), clip.height() / box.height()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(clip, image, QRectF(left * width, top * height, wide * width, high * height))


def _pixels(box: Box, pane: Pane) -> QRectF:
    left, top = (box[0] - pane.left) * pane.scale, (pane.top - box[3]) * pane.scale
    return QRectF(left, top, (box[2] - box[0]) * pane.scale, (box[3] - box[1]) * pane.scale)


class _Brush:
    """Draws layers of the base map, each of all its pieces before the next."""

    def __init__(self, painter: QPainter, ground: GroundView, pane: Pane, alive: Alive) -> None:
        self.painter = painter
        self._parts = ground.parts
        self._pane, self._alive = pane, alive
        slack = 4 / pane.scale
        box = pane.box
        self._box = (box[0] - slack, box[1] - slack, box[2] + slack, box[3] + slack)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setTransform(world_transform(pane))

    def paint(self, name: str, pen: QPen | None, brush: QBrush | None = None) -> None:
        painter = self.painter
        painter.setPen(pen or QPen(Qt.PenStyle.NoPen))
        painter.setBrush(brush or QBrush(Qt.BrushStyle.NoBrush))
        detail = self._pane.dpr / self._pane.scale
        single = pen is not None and brush is None and pen.widthF() <= THIN and pen.style() == Qt.PenStyle.SolidLine
        for part in self._parts:
            layer = part.layers.layers.get(name)
            if layer is None or not _meet(part.clips, self._box):
                continue
            if part.clips:
                self._clip(part.clips)
            if single and not layer.filled:
                self._sides(layer.sides(self._box, detail))
            else:
                for chunk in layer.chunks(self._box, detail):
                    if not self._alive():
                        raise Stopped
                    chunk.draw(painter)
            if part.clips:
                painter.setClipping(False)

    def _sides(self, sides: Floats) -> None:
        """Ways between two points, without joins."""
        if not self._alive():
            raise Stopped
        painter, scale = self.painter, self._pane.scale
        pixels = (sides - [self._pane.left, self._pane.top] * 2) * [scale, -scale, scale, -scale]
        kept, pen = painter.transform(), painter.pen()
        flat = QPen(pen)
        flat.setCapStyle(Qt.PenCapStyle.FlatCap if pen.widthF() < 1.2 else Qt.PenCapStyle.SquareCap)
        painter.setPen(flat)
        painter.resetTransform()
        draw_sides(painter, pixels)
        painter.setTransform(kept)
        painter.setPen(pen)

    def _clip(self, clips: Sequence[Box]) -> None:
        """Whole pixels: neighbours neither overlap nor leave a gap."""
        painter = self.painter
        kept = painter.transform()
        painter.resetTransform()
        region = QRegion()
        for clip in clips:
            box = _pixels(clip, self._pane).normalized()
            left, top, right, bottom = (round(v) for v in (box.left(), box.top(), box.right(), box.bottom()))
            left, top = max(left, -1), max(top, -1)
            right, bottom = min(right, self._pane.width + 1), min(bottom, self._pane.height + 1)
            if right > left and bottom > top:
                region |= QRegion(left, top, right - left, bottom - top)
        painter.setClipRegion(region)
        painter.setTransform(kept)


def _meet(clips: Sequence[Box], box: Box) -> bool:
    return not clips or any(c[0] < box[2] and c[2] > box[0] and c[1] < box[3] and c[3] > box[1] for c in clips)
