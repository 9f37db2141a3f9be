"""Draws the base map with areas and names into an image. Runs in the worker thread, in many small calls."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QTransform

from widgets.map.camera import Camera
from widgets.map.labels import Name, Placed, lay_out
from widgets.map.marks import obstacles
from widgets.map.raster.geometry import path_of
from widgets.map.raster.source import BaseLayers, BaseSource
from widgets.map.scene import Area, Events, Ring
from widgets.map.style import MapStyle, width_factor

FILLS = ("land", "built", "park", "wood", "water")
ROADS_FROM = {"path": 15.8, "road_service": 15.4, "road_minor": 13.0, "road_mid": 11.2, "tunnel": 12.5}
SMALL_ROADS = ("rail", "tunnel", "path", "road_service", "road_minor")
GREAT_ROADS = ("road_mid", "road_main")
BUILDINGS_FROM = 14.6
Alive = Callable[[], bool]


class Stopped(Exception):
    """The worker is asked to end while it draws."""


def image_of(camera: Camera, alpha: bool) -> QImage:
    """An image for a view, in device pixels."""
    form = QImage.Format.Format_ARGB32_Premultiplied if alpha else QImage.Format.Format_RGB32
    return QImage(math.ceil(camera.width * camera.dpr), math.ceil(camera.height * camera.dpr), form)


def world_transform(camera: Camera) -> QTransform:
    """Mercator metres to device pixels of the view's image."""
    s = camera.scale * camera.dpr
    return QTransform(
        s, 0, 0, -s, camera.width * camera.dpr / 2 - camera.x * s, camera.height * camera.dpr / 2 + camera.y * s
    )


def cosmetic(color: QColor, width: float, round_ends: bool = True) -> QPen:
    """A pen whose width is in device pixels whatever the transform."""
    pen = QPen(color, width)
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap if round_ends else Qt.PenCapStyle.FlatCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin if round_ends else Qt.PenJoinStyle.BevelJoin)
    return pen


def rings_path(rings: Sequence[Ring]) -> QPainterPath:
    """Rings to one path that fills by the odd-even rule."""
    if not rings:
        return QPainterPath()
    starts = np.concatenate([[0], np.cumsum([len(r.x) for r in rings])[:-1]]).astype(np.int64)
    return path_of(np.concatenate([r.x for r in rings]), np.concatenate([r.y for r in rings]), starts, winding=False)


class BaseDrawer:
    """Draws base images; keeps paths of areas and letters between them.

    One for a worker, since fonts and paths are not shared between threads.

    Attributes:
        no_data_words: what stands where the base map has no data.
    """

    def __init__(self, family: str) -> None:
        self._family = family
        self.no_data_words = ""
        self._letters: dict[tuple[str, float, bool], tuple[QPainterPath, float]] = {}
        self._areas: dict[str, tuple[tuple[Ring, ...], QPainterPath]] = {}
        self._stamps: dict[tuple[object, ...], QImage] = {}
        self._metrics: dict[tuple[float, bool], QFontMetricsF] = {}
        self._flats: dict[bool, tuple[object, QImage, QImage]] = {}
        self._named: tuple[object, Events, QImage] | None = None
        self._nameless: tuple[tuple[object, ...], QImage] | None = None

    def draw(
        self, base: BaseLayers | None, camera: Camera, style: MapStyle, areas: Sequence[Area], alive: Alive
    ) -> QImage:
        """The base map of a view, without names.

        Colours of areas lie between the ground with its small streets, whose contrast they keep, and the great streets,
        which stay clear whatever the colours tell. Areas change with
        the picture all day and cost a hundredth of the other two, which are kept.

        Raises:
            Stopped: `alive` said no.
        """
        ground, streets = self._flat(base, camera, style, alive, named=False)
        return self._between(ground, streets, camera, style, areas, alive)

    def _names_layer(self, base: BaseLayers, camera: Camera, style: MapStyle, events: Events, alive: Alive) -> QImage:
        """The names of a view, set anew only for other events to keep clear of, or another view."""
        wanted = (base, camera, style, self.no_data_words)
        kept = self._named
        if kept is None or kept[0] != wanted or kept[1] is not events:
            names = [*self._no_data_names(base), *base.names.seen(camera)]
            image = self._layer(True, camera, style, lambda p: self._names(p, names, camera, style, events, alive))
            kept = self._named = (wanted, events, image)
        return kept[2]

    def _flat(
        self, base: BaseLayers | None, camera: Camera, style: MapStyle, alive: Alive, named: bool
    ) -> tuple[QImage, QImage]:
        """Ground and streets of a view; those of the last view with names, and of the last without, are kept."""
        wanted = (base, camera, style)
        kept = self._flats.get(named)
        if kept is None or kept[0] != wanted:
            ground = self._layer(False, camera, style, lambda p: base and self._land(p, base, camera, style, alive))
            streets = self._layer(True, camera, style, lambda p: base and self._streets(p, base, camera, style, alive))
            kept = self._flats[named] = (wanted, ground, streets)
        return kept[1:]

    def opening(
        self, source: BaseSource, camera: Camera, style: MapStyle, areas: Sequence[Area], alive: Alive
    ) -> QImage | None:
        """The base map of the view in which the map opens as an earlier run drew it; None where none did."""
        said = self._said(camera, style)
        ground, over = source.kept.find(f"ground {said}", False), source.kept.find(f"over {said}", True)
        if ground is None or over is None:
            return None
        return self._between(ground, over, camera, style, areas, alive)

    def _said(self, camera: Camera, style: MapStyle) -> str:
        """All that ground, streets and names depend on but the base map itself."""
        return repr((camera, style, self.no_data_words, self._family, SMALL_ROADS))

    def _between(
        self, ground: QImage, over: QImage, camera: Camera, style: MapStyle, areas: Sequence[Area], alive: Alive
    ) -> QImage:
        """The colours of areas between two layers."""
        image = ground.copy()
        painter = QPainter(image)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._color_areas(painter, camera, style, areas, alive)
            painter.resetTransform()
            painter.drawImage(0, 0, over)
        finally:
            painter.end()
        return image

    def _layer(self, over: bool, camera: Camera, style: MapStyle, draw: Callable[[QPainter], object]) -> QImage:
        image = image_of(camera, alpha=over)
        image.fill(0 if over else QColor(style.land))
        painter = QPainter(image)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw(painter)
        finally:
            painter.end()
        return image

    def draw_named(
        self,
        source: BaseSource,
        camera: Camera,
        style: MapStyle,
        areas: Sequence[Area],
        events: Events,
        alive: Alive,
    ) -> QImage:
        """The base map of a view with its names, which keep clear of the symbols of `events`.

        The picture below the names is kept: where only symbols came or went, only names are set anew. The first
        picture of the view in which the map opens is put on disk for `opening`.

        Raises:
            Stopped: `alive` said no.
        """
        base = source.layers()
        ground, streets = self._flat(base, camera, style, alive, named=True)
        wanted = (base, camera, style, areas)
        kept = self._nameless
        if kept is None or kept[0][1] != camera or any(kept[0][i] is not wanted[i] for i in (0, 2, 3)):
            kept = self._nameless = (wanted, self._between(ground, streets, camera, style, areas, alive))
        image = kept[1].copy()
        if base is None:
            return image
        names = self._names_layer(base, camera, style, events, alive)
        _drawn_onto(image, names)
        if source.keeps(camera):
            over = streets.copy()
            _drawn_onto(over, names)
            said = self._said(camera, style)
            source.keep(camera, {f"ground {said}": ground, f"over {said}": over})
        return image

    def _ground(self, painter: QPainter, base: BaseLayers, camera: Camera, style: MapStyle, alive: Alive) -> None:
        painter.setTransform(world_transform(camera))
        for name in FILLS:
            self._paint(painter, base, camera, name, Qt.PenStyle.NoPen, QBrush(QColor(getattr(style, name))), alive)
        none = QBrush(Qt.BrushStyle.NoBrush)
        self._paint(painter, base, camera, "shore", cosmetic(QColor(style.shore), camera.dpr, False), none, alive)
        if camera.zoom >= BUILDINGS_FROM:
            pen = cosmetic(QColor(style.line), camera.dpr * 0.6, False)
            self._paint(painter, base, camera, "building", pen, QBrush(QColor(style.building)), alive)

    def _land(self, painter: QPainter, base: BaseLayers, camera: Camera, style: MapStyle, alive: Alive) -> None:
        self._ground(painter, base, camera, style, alive)
        self._roads(painter, base, camera, style, SMALL_ROADS, alive)

    def _streets(self, painter: QPainter, base: BaseLayers, camera: Camera, style: MapStyle, alive: Alive) -> None:
        self._roads(painter, base, camera, style, GREAT_ROADS, alive)
        self._no_data(painter, base, camera, style, alive)

    def _roads(
        self, painter: QPainter, base: BaseLayers, camera: Camera, style: MapStyle, which: Sequence[str], alive: Alive
    ) -> None:
        painter.setTransform(world_transform(camera))
        factor = width_factor(camera.zoom) * camera.dpr
        none = QBrush(Qt.BrushStyle.NoBrush)
        if camera.zoom > 12 and "rail" in which:
            rail = cosmetic(QColor(style.rail), 1.1 * factor, False)
            rail.setDashPattern([5, 4])
            self._paint(painter, base, camera, "rail", rail, none, alive)
        for name, dash in (("tunnel", [3.0, 2.0]), ("path", [2.5, 2.0])):
            if camera.zoom >= ROADS_FROM[name] and name in which:
                pen = cosmetic(QColor(style.roads["road_minor"].color), 0.9 * factor, False)
                pen.setDashPattern(dash)
                self._paint(painter, base, camera, name, pen, none, alive)
        for name in ("road_service", "road_minor", "road_mid", "road_main"):
            if camera.zoom < ROADS_FROM.get(name, 0) or name not in which:
                continue
            road = style.roads[name]
            smooth = name in ("road_main", "road_mid")
            if road.case:
                case = cosmetic(QColor(road.case), road.case_width * factor, False)
                self._paint(painter, base, camera, name, case, none, alive)
            pen = cosmetic(QColor(road.color), max(road.width * factor, 0.5), smooth)
            self._paint(painter, base, camera, name, pen, none, alive)

    def _paint(
        self,
        painter: QPainter,
        base: BaseLayers,
        camera: Camera,
        name: str,
        pen: QPen | Qt.PenStyle,
        brush: QBrush,
        alive: Alive,
    ) -> None:
        layer = base.layers.get(name)
        if layer is None:
            return
        painter.setPen(pen)
        painter.setBrush(brush)
        for chunk in layer.chunks(camera.grown(0.02).box, 1 / camera.scale):
            if not alive():
                raise Stopped
            painter.drawPath(chunk.path())

    def _color_areas(
        self, painter: QPainter, camera: Camera, style: MapStyle, areas: Sequence[Area], alive: Alive
    ) -> None:
        painter.setTransform(world_transform(camera))
        edge = QColor(style.choropleth)
        edge.setAlphaF(style.edge_alpha)
        known = {}
        for area in areas:
            if not alive():
                raise Stopped
            kept = self._areas.get(area.code)
            path = kept[1] if kept is not None and kept[0] is area.rings else rings_path(area.rings)
            known[area.code] = (area.rings, path)
            fill = QColor(style.choropleth)
            fill.setAlphaF(style.choropleth_alpha[max(area.step, 0)])
            painter.setPen(cosmetic(edge, camera.dpr, False))
            painter.setBrush(fill if area.step > 0 else Qt.BrushStyle.NoBrush)
            painter.drawPath(path)
            if area.step < 0:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(_hatch(edge, painter))
                painter.drawPath(path)
        self._areas = known

    def _no_data(self, painter: QPainter, base: BaseLayers, camera: Camera, style: MapStyle, alive: Alive) -> None:
        painter.setTransform(world_transform(camera))
        color = QColor(style.t3)
        pen = cosmetic(color, camera.dpr)
        pen.setDashPattern([3, 3])
        self._paint(painter, base, camera, "nodata", Qt.PenStyle.NoPen, QBrush(QColor(style.land)), alive)
        color.setAlphaF(0.45)
        self._paint(painter, base, camera, "nodata", pen, _hatch(color, painter), alive)

    def _no_data_names(self, base: BaseLayers) -> list[Name]:
        layer = base.layers.get("nodata")
        if layer is None or not self.no_data_words:
            return []
        none = np.empty(0)
        boxes = (chunk.box for chunk in layer.chunks((-3e7, -3e7, 3e7, 3e7), 0.1))
        return [
            Name(self.no_data_words, "place", (b[0] + b[2]) / 2, (b[1] + b[3]) / 2, 0, 0.0, none, none) for b in boxes
        ]

    def _names(
        self, painter: QPainter, names: Sequence[Name], camera: Camera, style: MapStyle, events: Events, alive: Alive
    ) -> None:
        at, reach = obstacles(events, camera)
        blocked = np.concatenate([at - reach[:, None], at + reach[:, None]], axis=1)
        placed = lay_out(names, camera, self._width, blocked)
        colors = {"road": style.road_label, "area": style.area_label, "water": style.water_label}
        device = QTransform.fromScale(camera.dpr, camera.dpr)
        for label in placed:
            if not alive():
                raise Stopped
            self._label(painter, label, QColor(colors.get(label.kind, style.road_label)), style, device)

    def _label(self, painter: QPainter, label: Placed, color: QColor, style: MapStyle, device: QTransform) -> None:
        halo = QColor(style.water if label.kind == "water" else style.halo)
        bold = label.kind == "area"
        painter.setTransform(QTransform())
        for colour, thick in ((halo, True), (color, False)):  # all halos first, or one letter's eats the other
            for glyph in label.glyphs:
                x, y = device.map(glyph.x, glyph.y)
                stamp, at = self._stamp(glyph.text, label.px * device.m11(), bold, glyph.angle, colour, thick, x, y)
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
            if len(self._stamps) > 8000:
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
        font = QFont(self._family)
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


def _drawn_onto(image: QImage, over: QImage) -> None:
    painter = QPainter(image)
    painter.drawImage(0, 0, over)
    painter.end()


def _hatch(color: QColor, painter: QPainter) -> QBrush:
    """Slanted lines in pixels, whatever the painter's transform."""
    brush = QBrush(color, Qt.BrushStyle.BDiagPattern)
    inverse, fine = painter.transform().inverted()
    if fine:
        brush.setTransform(inverse)
    return brush
