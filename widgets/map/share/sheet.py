"""What stands on a picture of the map: title, time, ages, legend, scale, north, credit. For files of any size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from cockpit.model.headline import headline_words
from cockpit.model.levels import Level
from cockpit.model.messages import Texts
from cockpit.model.tables import UnitState
from cockpit.share.situation import Situation
from widgets.kit.symbols import draw_badge, draw_unit
from widgets.kit.theme import Theme
from widgets.map.camera import Box, Camera, scale_bar
from widgets.map.coloring import Coloring
from widgets.map.compose.heat import HeatTold, heat_told
from widgets.map.layers.legends import heat_ends, heat_words, paint_ramp
from widgets.map.scene import ALERT, AREA, EVENT, UNIT, Scene

BAND = 52
"""Height of the title's band, logical pixels."""
WIDER = 1.15
"""A picture shows so much more to the sides than the screen before its view is another than that of the screen."""
NEARER = 1.6
"""How much nearer a picture may be than what is seen, where it would show land without a map at its sides."""
INSET, PAD, ROW = 12, 12, 24
LEGEND = 264
MIDDLE = int(Qt.AlignmentFlag.AlignVCenter)
RIGHT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)


class SheetFacts(msgspec.Struct, frozen=True):
    """What a picture says of the map that it shows.

    Attributes:
        told: the situation: title, time, ages, alerts.
        scene: what is drawn, and which layers.
        coloring: what areas' colour tells.
        credit: the lines of the map's credit.
        filtered: whether something is left out by a filter.
        tier: of the areas that are coloured, in words.
    """

    told: Situation
    scene: Scene
    coloring: Coloring
    credit: tuple[str, ...]
    filtered: bool = False
    tier: str = ""


def map_camera(seen: Camera, width: int, height: int, dpr: float) -> Camera:
    """The view of a picture of width x height logical pixels: all that is seen now, below the band of the title."""
    free = max(height - BAND, 1)
    scale = min(width / max(seen.width, 1), free / max(seen.height, 1)) * seen.scale
    camera = Camera(seen.x, seen.y, scale, width, height, dpr)
    return camera.panned(0, BAND / 2)


def filled(camera: Camera, seen: Camera, limits: Box | None) -> Camera:
    """The same view, moved and brought nearer where it is wider than what is seen and would show where the map ends.

    Args:
        limits: the box that the base map fills, Mercator metres.
    """
    wide, seen_wide = camera.width / camera.scale, seen.width / seen.scale
    if limits is None or wide < WIDER * seen_wide:
        return camera
    most = max(limits[2] - limits[0], seen_wide)
    factor = min(max(wide / most, 1.0), NEARER)
    nearer = camera.zoomed(factor, camera.width / 2, BAND + (camera.height - BAND) / 2)
    half = camera.width / nearer.scale / 2
    west, east = limits[0] + half, limits[2] - half
    if west > east:  # there is less of it than fills the picture: as much on either side
        west = east = (limits[0] + limits[2]) / 2
    return nearer.centred(min(max(nearer.x, west), east), nearer.y)


def paint_sheet(painter: QPainter, camera: Camera, facts: SheetFacts, theme: Theme, t: Texts) -> None:
    """Paints it over a picture of the camera, in its logical pixels."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width, height = camera.width, camera.height
    _band(painter, width, facts.told, theme, t)
    legend = _Legend(painter, theme, t, width, height)
    legend.paint(facts, camera)
    _north(painter, width - INSET - 34, BAND + INSET, theme, t)
    bar = _scale(painter, height, camera, theme)
    _credit(painter, width, height, width - bar - 3 * INSET, facts, theme)


def _words(painter: QPainter, box: QRectF, flags: int, text: str, font: QFont, color: QColor) -> float:
    """Draws words, cut where there is no room; how wide they are."""
    painter.setFont(font)
    painter.setPen(color)
    metrics = QFontMetricsF(font)
    cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, flags, cut)
    return min(metrics.horizontalAdvance(text), box.width())


def _band(painter: QPainter, width: float, told: Situation, theme: Theme, t: Texts) -> None:
    painter.fillRect(QRectF(0, 0, width, BAND), theme.s1)
    painter.fillRect(QRectF(0, BAND - 1, width, 1), theme.line)
    x = 16.0
    parts = [
        (told.title, theme.font("title"), theme.t1),
        (told.stamp, theme.font("clock"), theme.t1),
        (t("share.time_zone"), theme.font("body"), theme.t2),
    ]
    if told.demo:
        parts.append((t("share.demo"), theme.font("body"), theme.t2))
    for text, font, color in parts:
        x += _words(painter, QRectF(x, 0, max(width - x - 16, 0), BAND), MIDDLE, text, font, color) + 14
    ages = " · ".join(f"{one.name} {one.words}" for one in told.ages)
    told_by = t("share.by", name=told.by) if told.by else ""
    right = "    ".join(part for part in (t("share.ages_line", ages=ages) if ages else "", told_by) if part)
    if width - x - 32 > 120:
        _words(painter, QRectF(x + 16, 0, width - x - 32, BAND), RIGHT, right, theme.font("small"), theme.t2)


def _plate(painter: QPainter, box: QRectF, theme: Theme, frame: bool = False) -> None:
    painter.setPen(QPen(theme.line, 1) if frame else Qt.PenStyle.NoPen)
    painter.setBrush(theme.s1)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)


class _Legend:
    """The legend at the upper left: its rows are gathered, then painted on a plate of their height."""

    def __init__(self, painter: QPainter, theme: Theme, t: Texts, width: float, height: float) -> None:
        self._painter, self._theme, self._t = painter, theme, t
        self._room = QRectF(INSET, BAND + INSET, min(LEGEND, width - 2 * INSET), height - BAND - 60)
        self._rows: list[tuple[float, Callable[[QRectF], None]]] = []

    def paint(self, facts: SheetFacts, camera: Camera) -> None:
        scene = facts.scene
        if scene.shows(EVENT):
            self._events(facts)
        if scene.shows(AREA) and facts.coloring.steps:
            self._areas(facts.coloring, facts.tier)
        if scene.heat is not None and len(scene.heat.x):
            self._heat(heat_told(scene.heat, camera))
        if scene.shows(UNIT) and len(scene.units.keys):
            self._units(scene)
        if scene.shows(ALERT) and facts.told.alerts:
            self._head(self._t("share.legend_alerts"))
            for alert in facts.told.alerts[:4]:
                self._mark(headline_words(alert.title, self._t), alert.until, self._badge(alert.level), "small")
        if facts.filtered:
            self._head(self._t("share.filtered"))
        self._draw()

    def _events(self, facts: SheetFacts) -> None:
        levels = [*facts.scene.events.level.tolist(), *facts.scene.cases.level.tolist()]
        counts = Counter(int(level) for level in levels)
        self._head(self._t("share.legend_events"))
        for level in Level:
            if level is not Level.UNKNOWN or counts[level]:
                words = self._t(f"share.level_{int(level)}")
                self._mark(words, f"{counts[level]:,}", self._badge(int(level)))

    def _areas(self, coloring: Coloring, tier: str) -> None:
        self._head(self._t(coloring.legend(tier)))
        alphas: Sequence[float] = self._theme.map.of("choropleth")["alpha"]
        breaks = coloring.labels

        def steps(box: QRectF) -> None:
            wide = box.width() / len(alphas)
            for i, (alpha, low) in enumerate(zip(alphas, breaks, strict=True)):
                cell = QRectF(box.left() + i * wide, box.top(), wide, 10)
                self._painter.fillRect(cell, self._theme.map.color("land"))
                color = self._theme.map.color("choropleth")
                color.setAlphaF(alpha)
                self._painter.fillRect(cell, color)
                place = QRectF(cell.left(), box.top() + 11, wide, 14)
                _words(self._painter, place, 0, low, self._theme.font("axis"), self._theme.t2)
            self._painter.setPen(QPen(self._theme.line2, 1))
            self._painter.setBrush(Qt.BrushStyle.NoBrush)
            self._painter.drawRect(QRectF(box.left(), box.top(), box.width(), 10))

        self._rows.append((28.0, steps))
        if -1 in coloring.steps.values():
            self._rows.append((20.0, self._gap))

    def _gap(self, box: QRectF) -> None:
        """What hatching means."""
        cell = QRectF(box.left(), box.top() + 3, 28, 10)
        hatch = self._theme.map.color("choropleth")
        hatch.setAlphaF(0.8)
        self._painter.fillRect(cell, self._theme.map.color("land"))
        self._painter.fillRect(cell, QBrush(hatch, Qt.BrushStyle.BDiagPattern))
        self._painter.setPen(QPen(self._theme.line2, 1))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRect(cell)
        words = QRectF(box.left() + 36, box.top(), box.width() - 36, 16)
        _words(self._painter, words, MIDDLE, self._t("map.legend_gap"), self._theme.font("small"), self._theme.t2)

    def _heat(self, told: HeatTold) -> None:
        what, where = heat_words(told, self._t)
        self._head(" · ".join((self._t("map.layer_heat"), what)))
        few, many = heat_ends(told, self._t)

        def ramp(box: QRectF) -> None:
            paint_ramp(self._painter, QRectF(box.left(), box.top(), box.width(), 10), self._theme)
            font, color = self._theme.font("axis"), self._theme.t2
            ends = QRectF(box.left(), box.top() + 11, box.width(), 14)
            _words(self._painter, ends, MIDDLE, few, font, color)
            _words(self._painter, ends, RIGHT, many, font, color)
            below = QRectF(box.left(), box.top() + 26, box.width(), 14)
            _words(self._painter, below, MIDDLE, where, font, color)

        self._rows.append((44.0, ramp))

    def _units(self, scene: Scene) -> None:
        state = np.asarray(scene.units.state)
        self._head(self._t("share.legend_units"))
        for which, words in ((UnitState.BUSY, "share.unit_busy"), (UnitState.FREE, "share.unit_free")):

            def mark(at: QPointF, which: int = which) -> None:
                draw_unit(self._painter, at, "circle", which, self._theme, radius=6)

            self._mark(self._t(words), f"{int((state == which).sum()):,}", mark)

    def _badge(self, level: int) -> Callable[[QPointF], None]:
        return lambda at: draw_badge(self._painter, QRectF(at.x() - 9, at.y() - 9, 18, 18), level, self._theme)

    def _head(self, words: str) -> None:
        font, color = self._theme.font("small"), self._theme.t2
        self._rows.append((22.0, lambda box: void(_words(self._painter, box, MIDDLE, words, font, color))))

    def _mark(self, words: str, count: str, mark: Callable[[QPointF], None], style: str = "row_title") -> None:
        """A row: a sign, words that are cut where there is no room, and what is never cut, in a font of `style`."""
        theme = self._theme

        def row(box: QRectF) -> None:
            mark(QPointF(box.left() + 9, box.center().y()))
            wide = _words(self._painter, box, RIGHT, count, theme.font(style), theme.t1) if count else 0.0
            text = QRectF(box.left() + 28, box.top(), box.width() - 28 - wide - 8, box.height())
            _words(self._painter, text, MIDDLE, words, theme.font("small"), theme.t1)

        self._rows.append((float(ROW), row))

    def _draw(self) -> None:
        high = sum(row for row, _ in self._rows) + 12
        if not self._rows or high > self._room.height() or self._room.width() < LEGEND:
            return
        _plate(self._painter, QRectF(self._room.left(), self._room.top(), self._room.width(), high), self._theme, True)
        y = self._room.top() + 6
        for row, draw in self._rows:
            draw(QRectF(self._room.left() + PAD, y, self._room.width() - 2 * PAD, row))
            y += row


def void(_: object) -> None:
    """For a function that is called for what it does."""


def _north(painter: QPainter, x: float, y: float, theme: Theme, t: Texts) -> None:
    """The map has the north at its top; the arrow says so."""
    _plate(painter, QRectF(x, y, 34, 46), theme)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.t1)
    painter.drawPolygon(QPolygonF([QPointF(x + 17, y + 6), QPointF(x + 24, y + 24), QPointF(x + 17, y + 20)]))
    painter.setBrush(theme.t3)
    painter.drawPolygon(QPolygonF([QPointF(x + 17, y + 6), QPointF(x + 10, y + 24), QPointF(x + 17, y + 20)]))
    box = QRectF(x, y + 26, 34, 18)
    _words(painter, box, int(Qt.AlignmentFlag.AlignCenter), t("share.north"), theme.font("small"), theme.t1)


def _scale(painter: QPainter, height: float, camera: Camera, theme: Theme) -> float:
    """The scale bar at the lower left; how wide its plate is."""
    metres, pixels = scale_bar(camera, 120)
    words = f"{metres // 1000:,} km" if metres >= 1000 else f"{metres} m"
    wide = pixels + 28 + QFontMetricsF(theme.font("small")).horizontalAdvance(words)
    top = height - INSET - 24
    _plate(painter, QRectF(INSET, top, wide, 24), theme)
    painter.setPen(QPen(theme.t1, 1.5))
    x, y = INSET + 10.0, top + 16.0
    painter.drawPolyline(
        QPolygonF([QPointF(x, y - 6), QPointF(x, y), QPointF(x + pixels, y), QPointF(x + pixels, y - 6)])
    )
    _words(painter, QRectF(x + pixels + 8, top, 90, 24), MIDDLE, words, theme.font("small"), theme.t1)
    return wide


def _credit(painter: QPainter, width: float, height: float, room: float, facts: SheetFacts, theme: Theme) -> None:
    """The credit at the lower right, on as many lines as it takes: it is never cut."""
    font = theme.font("small")
    metrics = QFontMetricsF(font)
    lines = [""]
    for part in facts.credit:
        longer = f"{lines[-1]} · {part}" if lines[-1] else part
        if lines[-1] and metrics.horizontalAdvance(longer) + 20 > room:
            lines.append(part)
        else:
            lines[-1] = longer
    wide = max(metrics.horizontalAdvance(line) for line in lines) + 20
    top = height - INSET - 8 - 16 * len(lines)
    _plate(painter, QRectF(width - INSET - wide, top, wide, 16 * len(lines) + 8), theme)
    for i, line in enumerate(lines):
        box = QRectF(width - INSET - wide, top + 4 + 16 * i, wide - 10, 16)
        painter.setFont(font)
        painter.setPen(theme.t2)
        painter.drawText(box, RIGHT, line)
